"""What all visitors share: the gallery's garments and the virtual models, understood once for everybody."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from tryon.errors import BadRequestError, TryOnError
from tryon.images import load_picture
from tryon.types import RGBu8
from tryon.ui.dressing import keep_shown
from tryon.ui.engine import Engine
from tryon.ui.gallery import Gallery, GarmentItem, ModelItem, build_garment, tile_address, tile_picture
from tryon.ui.looks import What, Who
from tryon.ui.pictures import encode_thumb, thumb_uri
from tryon.ui.texts import Texts
from tryon.ui.understood import garment_sketches, parts_of, person_sketches
from tryon.ui.visitors import Shelf

log = logging.getLogger(__name__)
Kept = TypeVar("Kept")


class Closet:
    """Garments and people by id; may be shared by threads."""

    def __init__(self, gallery: Gallery, engine: Engine, shelf: Shelf, texts: Texts):
        """Nothing is understood yet.

        Args:
            gallery: what can be worn and by whom.
            engine: gives the pipeline.
            shelf: gives addresses to pictures.
            texts: the words of refusals.
        """
        self._gallery = gallery
        self._engine = engine
        self._shelf = shelf
        self._texts = texts
        self._lock = threading.Lock()
        self._models: dict[str, Who] = {}
        self._garments: dict[str, What] = {}
        self._tiles: dict[str, bytes] = {}

    @property
    def gallery(self) -> Gallery:
        """What can be worn and by whom, without garments that turned out to be none."""
        return self._gallery

    @property
    def models_known(self) -> int:
        """How many virtual models have been understood."""
        return len(self._models)

    def garment(self, garment_id: str) -> What:
        """Return a garment of the gallery, understood at its first use.

        Raises:
            BadRequestError: there is none of this id.
            TryOnError: it cannot be understood.
        """
        item = self.gallery.garments.get(garment_id)
        if item is None:
            raise BadRequestError(self._texts.not_in_gallery.format(id=garment_id[:40]))

        def build() -> What:
            try:
                garment = build_garment(item, self._engine.get())
            except TryOnError as error:
                if item.dropped:  # somebody put a picture into the folder that shows no garment
                    log.warning("%s is left out of the gallery: %s", item.file, error)
                    self._leave_out(item.id)
                raise
            sketches = garment_sketches(self._shelf, garment)
            return What(item.id, item.name, garment, tile_address(item), sketches=sketches, name_zh=item.name_zh)

        return self._once(self._garments, item.id, build)

    def model(self, model_id: str) -> Who:
        """Return a virtual model, understood at its first use.

        Raises:
            BadRequestError: there is none of this id.
            TryOnError: the picture cannot be understood.
        """
        item = self.gallery.models.get(model_id) or self.gallery.builds.get(model_id)
        if item is None:
            raise BadRequestError(self._texts.not_in_gallery.format(id=model_id[:40]))

        def build() -> Who:
            image_u8 = load_picture(item.file, what=f"picture of {item.name}")
            return self.somebody(item.id, item.name, image_u8, name_zh=item.name_zh)

        return self._once(self._models, item.id, build)

    def _leave_out(self, garment_id: str) -> None:
        """Take a garment out of the gallery, for everybody."""
        with self._lock:
            rest = {name: item for name, item in self._gallery.garments.items() if name != garment_id}
            self._gallery = replace(self._gallery, garments=rest)

    def tile(self, item: GarmentItem | ModelItem) -> bytes:
        """The JPEG of an entry's tile, made at its first use."""
        return self._once(self._tiles, f"{type(item).__name__} {item.id}", lambda: encode_thumb(tile_picture(item)))

    def somebody(self, key: str, name: str, image_u8: RGBu8, *, name_zh: str = "", own: bool = False) -> Who:
        """Understand a photo and make it ready to be shown.

        Args:
            key: tells it from others.
            name: of the person, in English.
            image_u8: (H, W, 3).
            name_zh: of the person, in Chinese.
            own: whether a visitor brought it.

        Raises:
            TryOnError: nobody can be dressed in it.
        """
        person = self._engine.get().understand_person(image_u8)
        return Who(
            key,
            name,
            person,
            keep_shown(self._shelf, person.image_u8),
            own=own,
            thumb=thumb_uri(image_u8) if own else "",
            sketches=person_sketches(self._shelf, person),
            parts=parts_of(person),
            name_zh=name_zh,
        )

    def _once(self, kept: dict[str, Kept], key: str, build: Callable[[], Kept]) -> Kept:
        with self._lock:
            if key in kept:
                return kept[key]
        # built outside the lock, so that others need not wait; built twice at worst
        value = build()
        with self._lock:
            return kept.setdefault(key, value)
