"""Several garments on one person: a top over a lower garment, a jacket over a top, one after the other."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from tryon.errors import BadRequestError
from tryon.person.edit_plan import is_outer
from tryon.person.layout_rules import Tuck
from tryon.types import Category, Garment, MaskF32, Person, RGBu8, TryOnResult

MOST_GARMENTS = 3  # a lower garment, a top and a jacket over it; or a dress and a jacket


class Dresser(Protocol):
    """What an outfit needs of ``TryOnPipeline``."""

    def understand_person(self, image_u8: RGBu8) -> Person:
        """See ``TryOnPipeline.understand_person``."""

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: Tuck = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """See ``TryOnPipeline.dress``."""


@dataclass(frozen=True)
class OutfitResult:
    """A person in several garments.

    image: (H, W, 3) uint8, the photo's own resolution. mask: (H, W) float32 0..1; where it is 0 the image equals the
    photo bit for bit. categories, steps: of each garment, in the order in which they were put on. timings:
    milliseconds by stage, summed, with ``understand_person`` for looking at the steps between.
    """

    image: RGBu8
    mask: MaskF32
    categories: tuple[Category, ...]
    warnings: tuple[str, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    steps: tuple[TryOnResult, ...] = ()


def dressing_order(garments: Sequence[Garment]) -> list[int]:
    """In which order garments are put on: what is worn below first, an open or outer top last.

    Args:
        garments: one to three; of two tops one must be worn over other clothes (a jacket, a cardigan).

    Returns:
        Indices into ``garments``.

    Raises:
        BadRequestError: they do not go together; says which and what to do.
    """
    if not 1 <= len(garments) <= MOST_GARMENTS:
        raise BadRequestError(f"{len(garments)} garments were given. An outfit is one to {MOST_GARMENTS} garments.")
    by_kind: dict[Category, list[int]] = {"lower": [], "dress": [], "upper": []}
    for index, garment in enumerate(garments):
        by_kind[garment.category].append(index)
    outer = [index for index in by_kind["upper"] if is_outer(garments[index])]
    inner = [index for index in by_kind["upper"] if index not in outer]
    if len(outer) == 2 and not inner:  # a cardigan below a coat: the one that is surely open goes over the other
        outer.sort(key=lambda index: is_open(garments[index]))
        inner, outer = outer[:1], outer[1:]
    refusal = ""
    if len(by_kind["lower"]) > 1 or len(by_kind["dress"]) > 1:
        refusal = "An outfit has one lower garment or one dress."
    elif len(outer) > 1 or len(inner) > 1:
        refusal = "Of two tops one must be worn over the other, such as a jacket over a shirt."
    elif by_kind["dress"] and by_kind["lower"]:
        refusal = "A dress takes the place of a lower garment; take one of them away."
    elif by_kind["dress"] and inner:
        refusal = "Over a dress only a jacket or a cardigan is worn; take the dress or the top away."
    if refusal:
        *first, last = (garment.category for garment in garments)
        raise BadRequestError(
            f"The garments are {', '.join(first)} and {last}. {refusal} "
            "If one was taken for the wrong kind, say so with its category."
        )
    return [*by_kind["lower"], *by_kind["dress"], *inner, *outer]


def is_open(garment: Garment) -> bool:
    """Whether a garment is worn open at the front, as far as is known."""
    guess = garment.attributes.get("front")
    return guess is not None and guess.value == "open"


def dress_outfit(
    pipeline: Dresser,
    person: Person,
    garments: Sequence[Garment],
    *,
    stages: bool = False,
    tuck: Tuck = "auto",
    fit: float = 0.0,
    keep_f32: MaskF32 | None = None,
    change_f32: MaskF32 | None = None,
) -> OutfitResult:
    """Dress a person in all garments of an outfit.

    Args:
        pipeline: dresses one garment at a time.
        person: from ``understand_person``. garments: one to three, in any order (``dressing_order``).
        stages: also return pictures of each step. tuck, fit: of tops, and of all garments (``TryOnPipeline.dress``).
        keep_f32: (H, W) 0..1, must stay as it is in every step. change_f32: (H, W) 0..1, goes with the old clothes;
            counts for the first garment alone, since later ones are put on over it.

    Raises:
        BadRequestError: the garments do not go together, or what ``dress`` refuses.
    """
    order = dressing_order(garments)
    mask = np.zeros(person.mask_f32.shape, np.float32)
    steps: list[TryOnResult] = []
    timings: dict[str, float] = {}
    warnings: list[str] = []
    worn = person
    for place, index in enumerate(order):
        if steps:  # what is worn now is looked at anew: the next garment lies over it
            started = time.perf_counter()
            worn = pipeline.understand_person(steps[-1].image)
            spent = timings.get("understand_person", 0.0) + 1000 * (time.perf_counter() - started)
            timings["understand_person"] = spent
        result = pipeline.dress(
            worn,
            garments[index],
            stages=stages,
            tuck=tuck,
            fit=fit,
            keep_f32=keep_f32,
            change_f32=change_f32 if place == 0 else None,
        )
        steps.append(result)
        mask = np.maximum(mask, result.mask)
        for name, value in result.timings.items():
            timings[name] = timings.get(name, 0.0) + value
        warnings += [*garments[index].warnings, *result.warnings]
    image = steps[-1].image
    categories = tuple(garments[index].category for index in order)
    return OutfitResult(image, mask, categories, tuple(dict.fromkeys(warnings)), timings, tuple(steps))
