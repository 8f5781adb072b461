"""What programs ask for, by ``gradio_client`` or by REST, and how it is done: without Gradio and without HTTP."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from tryon.errors import BadRequestError, TryOnError
from tryon.images import PictureSource, load_picture, load_picture_with_alpha
from tryon.types import CATEGORIES, Garment, MaskF32, RGBu8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.visitors import unique

PHOTOS = ("auto", "flat", "worn")
TUCKS = ("auto", "in", "out")
MOST_GARMENTS = 3  # of ``tryon.outfit``, which is heavy to import


class UnknownGarmentError(TryOnError):
    """The gallery has no garment of this id."""

    code = "unknown_garment"


@dataclass(frozen=True)
class Order:
    """One try-on: somebody's photo, and one to three garments, from pictures or from the gallery.

    person: a picture, as bytes or a path. pictures: of garments. ids: of garments of the gallery. categories: one for
    each of ``pictures``, or one for all. photo: auto, flat or worn. tuck, fit: see ``TryOnPipeline.dress``.
    keep, change: pictures of the photo's size, white where it must stay or may change.
    """

    person: PictureSource | None
    pictures: tuple[PictureSource, ...] = ()
    ids: tuple[str, ...] = ()
    categories: tuple[str, ...] = ("auto",)
    photo: str = "auto"
    tuck: str = "auto"
    fit: float = 0.0
    keep: PictureSource | None = None
    change: PictureSource | None = None


@dataclass(frozen=True)
class Delivery:
    """A finished order. image_u8: (H, W, 3). mask_f32: (H, W) 0..1. facts: what can be said in JSON."""

    image_u8: RGBu8
    mask_f32: MaskF32
    facts: dict[str, Any]


def fulfil(room: FittingRoom, order: Order) -> Delivery:
    """Dress a person as a program asked.

    Args:
        room: gives the pipeline and the gallery.
        order: nothing in it has been checked.

    Raises:
        TryOnError: a sentence that says what is wrong with the order or its pictures.
    """
    started = time.perf_counter()
    fit = _checked(order)
    pipeline = room.engine.get()
    person = pipeline.understand_person(load_picture(_given(order.person, "person"), what="photo"))
    garments = [gallery_garment(room, identity) for identity in order.ids]
    categories = order.categories * len(order.pictures) if len(order.categories) == 1 else order.categories
    garments += [
        understand_garment(room, picture, category, order.photo)
        for picture, category in zip(order.pictures, categories)
    ]
    from tryon.outfit import dress_outfit  # not above: it loads torch, and the page is served before that

    result = dress_outfit(
        pipeline,
        person,
        garments,
        tuck=cast(Any, order.tuck),
        fit=fit,
        keep_f32=_painted(order.keep, "keep"),
        change_f32=_painted(order.change, "change"),
    )
    warnings = (*person.warnings, *(each for garment in garments for each in garment.warnings), *result.warnings)
    facts = {
        "category": result.categories[-1],
        "categories": list(result.categories),
        "warnings": list(unique(warnings)),
        "milliseconds": round((time.perf_counter() - started) * 1000, 1),
        "stages": {name: round(float(value), 1) for name, value in result.timings.items()},
        "size": [result.image.shape[1], result.image.shape[0]],
    }
    return Delivery(result.image, result.mask, facts)


def understand_garment(room: FittingRoom, picture: PictureSource | None, category: str, photo: str) -> Garment:
    """Understand a program's picture of a garment.

    Args:
        room: gives the pipeline.
        picture: bytes or a path.
        category: auto, upper, lower or dress.
        photo: auto, flat or worn.

    Raises:
        TryOnError: an unknown word, or no garment is found.
    """
    if category not in ("auto", *CATEGORIES):
        raise BadRequestError(f"The category {category!r} is none of auto, {', '.join(CATEGORIES)}.")
    if photo not in PHOTOS:
        raise BadRequestError(f"garment_photo {photo!r} is none of {', '.join(PHOTOS)}.")
    image_u8, alpha_f32 = load_picture_with_alpha(_given(picture, "garment"), what="picture of the garment")
    return room.engine.get().understand_garment(image_u8, category=category, photo=photo, alpha_f32=alpha_f32)


def gallery_garment(room: FittingRoom, identity: str) -> Garment:
    """A garment of the gallery.

    Raises:
        UnknownGarmentError: there is none of this id.
    """
    if identity not in room.gallery.garments:
        raise UnknownGarmentError(room.texts.not_in_gallery.format(id=identity[:40]))
    return room.garment(identity).garment


def gallery_list(room: FittingRoom) -> list[dict[str, Any]]:
    """What the gallery has: id, name, category and colours of each garment."""
    return [
        {"id": item.id, "name": item.name, "category": item.category, "colours": list(item.colours)}
        for item in room.gallery.garments.values()
    ]


def mask_u8(mask_f32: MaskF32) -> np.ndarray:
    """A mask as a grey picture: white where the result differs from the photo."""
    return np.rint(np.clip(mask_f32, 0, 1) * 255).astype(np.uint8)


def _checked(order: Order) -> float:
    """The order's fit as a number, after all that can be told without looking at a picture."""
    _given(order.person, "person")
    count = len(order.pictures) + len(order.ids)
    if not count:
        raise BadRequestError("No garment was given. Send a picture as 'garment', or a gallery id as 'garment_id'.")
    if count > MOST_GARMENTS:
        raise BadRequestError(f"{count} garments were given. An outfit is one to {MOST_GARMENTS} garments.")
    if len(order.categories) not in (1, len(order.pictures)):
        raise BadRequestError(
            f"{len(order.categories)} categories were given for {len(order.pictures)} pictures of garments. "
            "Give one for each, in their order, or one for all."
        )
    if order.tuck not in TUCKS:
        raise BadRequestError(f"tuck {order.tuck!r} is none of {', '.join(TUCKS)}.")
    try:
        fit = float(order.fit)
    except (TypeError, ValueError):
        fit = float("nan")
    if not -1 <= fit <= 1:
        raise BadRequestError(f"fit {order.fit!r} is not between -1 (snug) and 1 (loose).")
    return fit


def _given(picture: PictureSource | None, name: str) -> PictureSource:
    if picture is None or (isinstance(picture, (bytes, str)) and not picture):
        raise BadRequestError(f"The picture {name!r} is missing.")
    return picture


def _painted(picture: PictureSource | None, name: str) -> MaskF32 | None:
    """(H, W) float32 0..1 of a picture of what must stay or may change."""
    if picture is None or (isinstance(picture, (bytes, str)) and not picture):
        return None
    return load_picture(picture, what=f"picture {name!r}").max(-1).astype(np.float32) / np.float32(255)
