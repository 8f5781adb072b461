"""A picture that was made in the studio becomes a garment of its visitor: in the row "made by you", ready to be worn.

The page's script wears it by its key (``tryonPage.studio.wear(key)``). It is kept in the visitor's memory alone,
bounded in number and bytes, and goes with the visit; nothing is written to disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.images import shrink_to
from tryon.types import CATEGORIES, Category, Garment, MaskF32, RGBu8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.looks import What
from tryon.ui.pictures import focus_on, thumb_uri
from tryon.ui.understood import garment_sketches
from tryon.ui.visitors import Visitor

LONGEST_SIDE = 1024  # pixels, as in the gallery: a result shows no more of a garment
LEAST_SIDE = 64  # of the shorter side; less is no garment's picture
LEAST_SHARE = 0.01  # of the picture that the garment fills
NAME_LENGTH = 60  # characters: longer names do not fit below a tile


@dataclass(frozen=True)
class NewGarment:
    """A garment that was made.

    image_u8: (H, W, 3) sRGB, flat, from the front. mask_u8: (H, W) 0..255, 255 is the garment.
    name, name_zh: what it is called below its tile.
    """

    image_u8: RGBu8
    mask_u8: NDArray[np.uint8]
    category: Category
    name: str
    name_zh: str


def create_garment(room: FittingRoom, session: str, new: NewGarment, *, known: Garment | None = None) -> What:
    """Understand a new garment within its known outline and keep it for its visitor.

    Args:
        room: gives the pipeline and the visitors.
        session: whose it is.
        new: picture, mask and names; copied.
        known: what is known of it already, such as the landmarks of the garment whose cut it has, in the frame of
            ``new.image_u8``; then no network looks at it.

    Returns:
        It, with its key: the visitor wears it by ``FittingRoom.choose_garment``.

    Raises:
        BadRequestError: the picture is too small, the mask does not fit it or is empty, or an unknown category.
        TryOnError: nothing of its category can be made out.
    """
    _check(new)
    visitor = room.visitors.get(session)
    image_u8, alpha_f32 = _bounded(new)
    if known is None:
        garment = room.engine.get().understand_garment(
            image_u8, category=new.category, photo="flat", alpha_f32=alpha_f32
        )
        garment = replace(garment, alpha_f32=alpha_f32)
    else:
        scale = image_u8.shape[1] / new.image_u8.shape[1]
        points = {
            name: ((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for name, (x, y) in known.landmarks_px.items()
        }
        garment = replace(
            known, image_u8=image_u8, alpha_f32=alpha_f32, category=new.category, landmarks_px=points, worn=False
        )
    what = What(
        visitor.next_creation(),
        new.name[:NAME_LENGTH],
        garment,
        thumb_uri(focus_on(garment.image_u8, garment.alpha_f32)),
        sketches=garment_sketches(room.shelf, garment),
        name_zh=new.name_zh[:NAME_LENGTH],
        created=True,
    )
    visitor.create(what)
    room.visitors.sweep()
    return what


def private_garments(visitor: Visitor) -> dict[str, What]:
    """The garments that are a visitor's alone, by key, the newest last: those they made, then those they brought.

    Args:
        visitor: whose; garments that they brought are known as long as they are worn or in a look that is kept.
    """
    found = dict(visitor.created)
    for what in (*(each for look in list(visitor.looks.values()) for each in look.garments), *visitor.worn):
        if what.own:
            found.pop(what.key, None)
            found[what.key] = what
    return found


def told(garments: Iterable[What]) -> list[list[str]]:
    """What the page's script needs to draw tiles: key, English and Chinese name, and picture of each."""
    return [[each.key, each.name, each.name_zh or each.name, each.thumb] for each in garments]


def garment_of(room: FittingRoom, visitor: Visitor, garment_id: str) -> What:
    """A garment that a visitor may choose: of the gallery, or made or brought by them.

    Args:
        room: gives the gallery.
        visitor: who chooses.
        garment_id: what a browser sent.

    Raises:
        BadRequestError: there is none of this id.
        TryOnError: it cannot be understood.
    """
    return private_garments(visitor).get(garment_id) or room.garment(garment_id)


def _check(new: NewGarment) -> None:
    if new.category not in CATEGORIES:
        raise BadRequestError(f"A garment is upper, lower or dress, not {new.category[:40]!r}.")
    if min(new.image_u8.shape[:2]) < LEAST_SIDE:
        raise BadRequestError(f"The picture of the garment is under {LEAST_SIDE} pixels. Make a larger one.")
    if new.mask_u8.shape != new.image_u8.shape[:2]:
        raise BadRequestError("The garment's mask and picture differ in size. Make both anew.")
    if float((new.mask_u8 > 127).mean()) < LEAST_SHARE:
        raise BadRequestError("There is no garment in this picture. Make another one.")


def _bounded(new: NewGarment) -> tuple[RGBu8, MaskF32]:
    """Picture and mask, made small where they are large; never the caller's own arrays."""
    image_u8 = np.array(shrink_to(new.image_u8, LONGEST_SIDE))
    h, w = image_u8.shape[:2]
    mask_u8 = np.asarray(cv2.resize(np.ascontiguousarray(new.mask_u8), (w, h), interpolation=cv2.INTER_AREA))
    return image_u8, mask_u8.astype(np.float32) / np.float32(255)
