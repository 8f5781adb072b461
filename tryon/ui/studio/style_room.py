"""Style transfer for each visitor: what they chose and what came of it, in memory alone, gone when they leave."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.images import load_picture_with_alpha
from tryon.sharing.words import Language, word_mask, write
from tryon.types import Garment, RGBu8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.looks import Shown, What
from tryon.ui.pictures import encode_shown
from tryon.ui.studio.new_garments import NewGarment, create_garment, garment_of

if TYPE_CHECKING:
    from tryon.studio.style import StyleSettings

MOST_SESSIONS = 40  # visitors whose last style is kept; about 5 MB each
SOURCE_PX = 1200  # an uploaded picture is kept no larger: more is not seen on a garment
INK = (84, 77, 68)


@dataclass
class Kept:
    """Of one visitor: the picture that they brought, and the garment that was made last."""

    source: Garment | RGBu8 | None = None
    styled: Garment | None = None
    moves: bool = False
    shown: Shown | None = None
    cut: What | None = None


class StyleRoom:
    """May be shared by threads."""

    def __init__(self, room: FittingRoom) -> None:
        """Nothing is kept yet.

        Args:
            room: the gallery, the visitors and the pipeline.
        """
        self._room = room
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        room.visitors.farewells.append(self.forget)

    def forget(self, session: str) -> None:
        """A visitor has left."""
        with self._lock:
            self._kept.pop(session, None)

    def bring(self, session: str, upload: str) -> None:
        """Read a picture that a visitor brought: a garment, or anything whose colours may be worn.

        Raises:
            TryOnError: the upload is gone, or it is no picture.
        """
        from tryon.images import shrink_to
        from tryon.studio.style_kind import shows_garment

        data = self._room.uploads.take(upload)
        if data is None:
            raise BadRequestError(self._room.texts.upload_gone)
        image_u8, alpha_f32 = load_picture_with_alpha(data, what="picture of the style")
        source: Garment | RGBu8 = shrink_to(image_u8, SOURCE_PX)
        try:
            found = self._room.engine.get().understand_garment(image_u8, alpha_f32=alpha_f32)
            source = found if shows_garment(found) else source
        except GarmentNotFoundError:
            pass
        self._of(session).source = source

    def make(self, session: str, cut: str, source: str, settings: StyleSettings) -> Shown:
        """Give a cut a style.

        Args:
            session: whose. cut: a garment's id. source: another's, or nothing for the picture that was brought.
            settings: mode, strength, scale and offset.

        Raises:
            TryOnError: an unknown id, or nothing was brought.
        """
        from tryon.studio.style import transfer_style
        from tryon.studio.style_source import read_cloth

        visitor, kept = self._room.visitors.get(session), self._of(session)
        shape = garment_of(self._room, visitor, cut)
        taken: Garment | RGBu8 | None = garment_of(self._room, visitor, source).garment if source else kept.source
        if taken is None:
            raise BadRequestError(self._room.texts.upload_gone)
        cloth = taken if isinstance(taken, np.ndarray) else read_cloth(taken)
        styled = transfer_style(shape.garment, cloth, settings)
        placed = isinstance(cloth, np.ndarray) or cloth.print is not None
        kept.moves = placed and settings.mode != "colours"
        jpeg, size = encode_shown(styled.image_u8)
        marked = with_mark(styled.image_u8, visitor.language)
        kept.styled, kept.cut = styled, shape
        kept.shown = self._room.shelf.put(jpeg, size, full=marked, filename="styled.png")
        return kept.shown

    def moves(self, session: str) -> bool:
        """Whether what was laid last has a place: a picture or a print can be moved, cloth is everywhere."""
        return self._of(session).moves

    def keep(self, session: str) -> What:
        """Make a garment of the visitor's of what was made last.

        Raises:
            BadRequestError: nothing was made.
        """
        from tryon.ui.languages import CHINESE, ENGLISH

        kept = self._of(session)
        if kept.styled is None or kept.cut is None:
            raise BadRequestError(self._room.texts.upload_gone)
        names = [
            texts.studio.style.named.format(name=kept.cut.called(code))  # type: ignore[arg-type]
            for texts, code in ((ENGLISH, "en"), (CHINESE, "zh"))
        ]
        mask = np.rint(kept.styled.alpha_f32 * 255).astype(np.uint8)
        new = NewGarment(kept.styled.image_u8, mask, kept.styled.category, *names)
        return create_garment(self._room, session, new, known=kept.styled)

    def _of(self, session: str) -> Kept:
        with self._lock:
            kept = self._kept.setdefault(session, Kept())
            self._kept.move_to_end(session)
            while len(self._kept) > MOST_SESSIONS:
                self._kept.popitem(last=False)
            return kept


def with_mark(image_u8: RGBu8, language: Language) -> RGBu8:
    """The picture with a strip below that says that it is generated: (H + strip, W, 3)."""
    width = image_u8.shape[1]
    size = min(0.03 * width, width * 0.94 / max(word_mask("made", language, 100).shape[1], 1) * 100)
    mask = word_mask("made", language, size)
    strip = np.full((len(mask) + round(0.03 * width), width, 3), 250, np.uint8)
    write(strip, mask, (round(0.03 * width), round(0.012 * width)), INK)
    return np.concatenate([image_u8, strip])
