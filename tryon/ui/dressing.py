"""From somebody and some garments to a look: asked of the pipeline, or found among the looks that are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

from tryon.outfit import dress_outfit, dressing_order
from tryon.types import RGBu8
from tryon.ui.dressing_memory import Memory, Remembering
from tryon.ui.engine import Engine
from tryon.ui.looks import Look, Shown, Style, What, Who, look_key
from tryon.ui.painted import mask_sketch
from tryon.ui.pictures import encode_shown, thumb_uri
from tryon.ui.visitors import Shelf, unique

SHARED_LOOKS = 24  # looks of models in gallery garments kept for everybody: 24 x 2.4 MB


class Dressing:
    """Makes looks; may be shared by threads."""

    def __init__(self, engine: Engine, shelf: Shelf):
        """Nothing is loaded yet.

        Args:
            engine: gives the pipeline.
            shelf: gives addresses to pictures.
        """
        self._engine = engine
        self._shelf = shelf
        self._lock = threading.Lock()
        self._shared: OrderedDict[str, Look] = OrderedDict()

    def look(
        self,
        who: Who,
        worn: tuple[What, ...],
        style: Style = Style(),
        *,
        what: What | None = None,
        explain: bool = False,
        known: Mapping[str, Look] | None = None,
        memory: Memory | None = None,
    ) -> Look:
        """Dress somebody.

        Args:
            who: somebody.
            worn: at least one garment, in the order of ``wardrobe.SLOTS``.
            style: how they are worn.
            what: the garment that was chosen last; the first one if None.
            explain: also make the pictures of how it was made.
            known: looks of the visit, by key.
            memory: of an outfit's steps; without it nothing is remembered.

        Raises:
            TryOnError: the garments do not go together, or the pipeline refuses.
        """
        style = style.on(worn)
        what = what or worn[0]
        key = look_key(who, worn, style)
        with self._lock:
            look = (known.get(key) if known else None) or self._shared.get(key)
        if look is not None and not explain:
            return look if look.what is what else replace(look, what=what, stages=())
        if look is not None and look.stages and look.what is what:
            return look
        look = self._make(who, worn, what, style, explain=explain, memory=memory)
        if not who.own and who.painted is None and not any(each.private for each in worn):
            self._share(key, look)
        return look

    def _make(
        self, who: Who, worn: tuple[What, ...], what: What, style: Style, *, explain: bool, memory: Memory | None
    ) -> Look:
        pipeline = Remembering(self._engine.get(), Memory() if memory is None else memory)
        garments = [each.garment for each in worn]
        keep, change = who.painted.masks(who.person.labels_u8.shape) if who.painted else (None, None)
        result = dress_outfit(
            pipeline,
            who.person,
            garments,
            stages=explain,
            tuck=style.tuck,
            fit=style.fit,
            keep_f32=keep,
            change_f32=change,
        )
        step = result.steps[dressing_order(garments).index(worn.index(what))]
        return Look(
            who=who,
            what=what,
            shown=keep_shown(self._shelf, result.image, full=True, filename=f"try-on-{_file_name(worn)}.png"),
            thumb=thumb_uri(result.image, 120, 160),
            warnings=unique((*who.person.warnings, *result.warnings)),
            stages=tuple((name, keep_shown(self._shelf, picture)) for name, picture in step.stages.items()),
            worn=worn,
            style=style,
            mask=mask_sketch(result.mask, self._shelf),
        )

    def _share(self, key: str, look: Look) -> None:
        with self._lock:
            self._shared[key] = look
            self._shared.move_to_end(key)
            while len(self._shared) > SHARED_LOOKS:
                self._shared.popitem(last=False)

    @property
    def shared(self) -> int:
        """How many looks are kept for everybody."""
        return len(self._shared)


def keep_shown(shelf: Shelf, image_u8: RGBu8, *, full: bool = False, filename: str = "") -> Shown:
    """Make a picture visible to the browser for as long as the returned object is kept.

    Args:
        shelf: gives it an address.
        image_u8: (H, W, 3).
        full: whether it can be downloaded without loss.
        filename: the download's name.
    """
    jpeg, size = encode_shown(image_u8)
    return shelf.put(jpeg, size, full=image_u8 if full else None, filename=filename)


def _file_name(worn: tuple[What, ...]) -> str:
    return "-".join(what.key for what in worn)[:120]
