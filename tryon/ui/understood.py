"""What was understood of a person and of a garment, made ready to be shown, asked about and corrected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import numpy as np

from tryon.errors import BadRequestError
from tryon.garment.attributes import NOT_SURE, OF_CATEGORY
from tryon.images import shrink_to
from tryon.person.matte import cut_out_person
from tryon.stages import SEEN, draw_cutout, draw_garment, draw_overlay, draw_pose, shrink_person
from tryon.types import ATTRIBUTES, CATEGORIES, LABELS, Garment, Guess, Person, RGBu8
from tryon.ui.engine import TryOn
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.looks import Brought, Mended, Sketch, What
from tryon.ui.painted import mask_sketch
from tryon.ui.pictures import encode_sketch, fit_uri
from tryon.ui.visitors import Shelf

SKETCH_SIDE = 720  # pixels: three stand beside each other, so that this is sharp on dense screens too
LEAST_SHARE = 5e-4  # of the photo: a part that is smaller is a stray spot and not named
# A category that is less likely is asked about: 8% of 109 validation photos, nearly half of them wrong; 1% stay wrong
ASK_BELOW = 0.75
PHOTOS = ("flat", "worn")
# what is asked about of its own accord, in this order: what changes the picture most; all else can be corrected
ASKED = ("sleeve", "leg", "front", "layer")


@dataclass(frozen=True)
class Property:
    """One line of what is known: its name, its value ("not sure" where it is), and how likely that is.

    probability: None where it is no guess. likeliest: values with their probabilities, the likeliest first.
    """

    name: str
    value: str
    probability: float | None = None
    likeliest: tuple[tuple[str, float], ...] = ()
    answered: bool = False


def person_sketches(shelf: Shelf, person: Person) -> tuple[tuple[str, Sketch], ...]:
    """Pictures of what was understood of a person; none is drawn before somebody looks.

    Args:
        shelf: gives them addresses.
        person: not changed.
    """
    draws: dict[str, Callable[[Person], RGBu8]] = {
        "labels": lambda small: draw_overlay(small.image_u8, small.labels_u8),
        "mask": lambda small: draw_cutout(cut_out_person(small)[..., :3], small.mask_f32),
        "pose": draw_pose,
    }

    def encode(draw: Callable[[Person], RGBu8]) -> bytes:
        return encode_sketch(draw(shrink_person(person, SKETCH_SIDE)))

    size = _sketch_size(person.image_u8)
    return tuple((name, shelf.put_sketch(size, partial(encode, draw))) for name, draw in draws.items())


def garment_sketches(shelf: Shelf, garment: Garment) -> tuple[tuple[str, Sketch], ...]:
    """The garment's cut-out with its landmarks; not drawn before somebody looks.

    Args:
        shelf: gives it an address.
        garment: not changed.
    """
    size = _sketch_size(garment.image_u8)
    return (("garment", shelf.put_sketch(size, lambda: encode_sketch(draw_garment(garment, SKETCH_SIDE)))),)


def parts_of(person: Person) -> tuple[str, ...]:
    """Names of the labels that are found in a photo, without the background."""
    counts = np.bincount(person.labels_u8[::2, ::2].ravel(), minlength=len(LABELS))
    least = LEAST_SHARE * counts.sum()
    return tuple(name for index, name in enumerate(LABELS) if index and counts[index] > least)


def properties_of(what: What) -> list[Property]:
    """What is known of a garment, line by line.

    Args:
        what: from the gallery, whose garments are known, or a visitor's.
    """
    garment = what.garment
    kind = _guessed(what, "category", garment.category, garment.category_probability)
    if category_is_open(what):
        kind = replace(kind, value=NOT_SURE)
    lines = [kind, _guessed(what, "label", garment.label, garment.label_probability)]
    for name in _properties(garment):
        guess = garment.attributes.get(name)
        plain = {"sleeve": garment.sleeve, "leg": garment.leg}.get(name)
        if guess is not None:
            lines.append(_guessed(what, name, guess.value, guess.probability))
        elif plain is not None:
            lines.append(Property(name, plain, answered=what.answered(name)))
    if what.own:
        lines.append(Property("photo", "worn" if garment.worn else "flat", answered=what.answered("photo")))
    return lines


def choices_of(what: What) -> list[tuple[str, tuple[str, ...], str]]:
    """What a visitor may correct of their own garment: name, values, and the value at present ("" where open)."""
    garment = what.garment
    known = {line.name: line.value for line in properties_of(what)}
    rows: list[tuple[str, tuple[str, ...], str]] = [("category", CATEGORIES, garment.category)]
    rows += [(name, ATTRIBUTES[name], known.get(name, "")) for name in _properties(garment)]
    return [*rows, ("photo", PHOTOS, known.get("photo", ""))]


def question_of(what: What) -> tuple[str, tuple[str, ...]] | None:
    """The one thing to ask a visitor about their garment, with the answers to choose from; None if all is clear."""
    if not what.own:
        return None
    if category_is_open(what):
        return "category", CATEGORIES
    for name in ASKED:
        guess = what.garment.attributes.get(name)
        if guess is not None and guess.value == NOT_SURE:
            return name, ATTRIBUTES[name]
    return None


def understand_brought(brought: Brought, pipeline: TryOn, shelf: Shelf, *, known: Garment | None = None) -> What:
    """Understand a visitor's garment, as far as they have not said themselves what it is.

    Args:
        brought: the picture and the answers.
        pipeline: looks at the picture.
        shelf: gives addresses to what was understood.
        known: what was understood before, where no answer asks for another look.

    Raises:
        TryOnError: no garment is found.
    """
    answers = brought.answers
    garment = known
    if garment is None and brought.mended is not None:
        garment = cut_anew(brought.mended, answers.get("category", "auto"), pipeline)
    if garment is None:
        garment = pipeline.understand_garment(
            brought.image_u8,
            category=answers.get("category", "auto"),
            photo=answers.get("photo", "auto"),
            alpha_f32=brought.alpha_f32,
        )
    for attribute in ATTRIBUTES:
        if attribute in answers:
            garment = _corrected(garment, attribute, answers[attribute])
    said = "".join(f"-{question}-{value}" for question, value in sorted(answers.items()) if question != "category")
    mended = f"-{brought.mended.key}" if brought.mended else ""
    return What(
        f"own-{brought.number}-{garment.category}{said}{mended}",
        ENGLISH.your_garment,
        garment,
        fit_uri(brought.image_u8),
        brought,
        garment_sketches(shelf, garment),
        name_zh=CHINESE.your_garment,
        easel=(picture_sketch(garment.image_u8, shelf), mask_sketch(garment.alpha_f32, shelf)),
    )


def cut_anew(mended: Mended, category: str, pipeline: TryOn) -> Garment:
    """Understand a garment within the outline that its visitor gave it.

    Args:
        mended: the outline.
        category: upper, lower or dress; "auto" to find out.
        pipeline: looks at the picture.

    Raises:
        TryOnError: no garment is found.
    """
    read = pipeline.understand_garment(mended.image_u8, category=category, photo="flat", alpha_f32=mended.alpha_f32)
    # the visitor's word counts, also where the network would take the inside of the collar away
    return replace(read, alpha_f32=mended.alpha_f32, worn=mended.worn)


def with_answer(what: What, name: str, value: str, pipeline: TryOn, shelf: Shelf) -> What:
    """A visitor's garment with one more thing as they say.

    Args:
        what: theirs; not changed.
        name: category, photo, or one of ATTRIBUTES.
        value: what it is.
        pipeline: looks at the picture again where the category or the kind of photo is another.
        shelf: as for ``understand_brought``.

    Raises:
        BadRequestError: an unknown question, a value that is none of its answers, or not a visitor's garment.
        TryOnError: nothing of that category is found.
    """
    allowed: dict[str, tuple[str, ...]] = {"category": CATEGORIES, "photo": PHOTOS, **ATTRIBUTES}
    if what.brought is None or value not in allowed.get(name, ()):
        raise BadRequestError(f"{value[:40]!r} is no answer to {name[:40]!r}.")
    brought = replace(what.brought, answers={**what.brought.answers, name: value})
    if name == "photo":  # another way to cut it out, so that theirs belongs to the past
        brought = replace(brought, mended=None)
    known = what.garment if name in ATTRIBUTES else None
    return understand_brought(brought, pipeline, shelf, known=known)


def _corrected(garment: Garment, name: str, value: str) -> Garment:
    """The garment with an attribute as the visitor says, where its category has such an attribute."""
    if name not in OF_CATEGORY[garment.category]:
        return garment
    sure = {each: float(each == value) for each in ATTRIBUTES[name]}
    changed = replace(garment, attributes={**garment.attributes, name: Guess(value, sure)})
    if name == "sleeve":
        changed = replace(changed, sleeve=cast(Any, value))
        if value == "none":  # cuffs that were seen would bring the sleeves back
            points = {n: at for n, at in garment.landmarks_px.items() if not n.startswith(("cuff_", "elbow_"))}
            changed = replace(changed, landmarks_px=points)
    return replace(changed, leg=cast(Any, value)) if name == "leg" else changed


def landmark_counts(garment: Garment) -> tuple[int, int]:
    """How many landmarks there are, and how many of them are hidden."""
    hidden = sum(garment.visibility.get(name, 1.0) < SEEN for name in garment.landmarks_px)
    return len(garment.landmarks_px), hidden


def category_is_open(what: What) -> bool:
    """Whether a visitor's garment may well be of another category."""
    likeliest = max(what.garment.category_probability.values(), default=1.0)
    return what.own and not what.answered("category") and likeliest < ASK_BELOW


def _properties(garment: Garment) -> list[str]:
    """Names of the attributes to show: those of the category that were looked for, and the lengths always."""
    names = OF_CATEGORY[garment.category]
    return [name for name in names if name in garment.attributes or name in ("sleeve", "leg")]


def _guessed(what: What, name: str, value: str, probability: dict[str, float]) -> Property:
    if what.answered(name) or not what.own:
        return Property(name, value, answered=what.answered(name))
    order = sorted(probability.items(), key=lambda item: -item[1])
    return Property(name, value, probability.get(value), tuple(order[:2]))


def picture_sketch(image_u8: RGBu8, shelf: Shelf) -> Sketch:
    """A picture to paint on; not encoded before somebody looks.

    Args:
        image_u8: (H, W, 3).
        shelf: gives it an address.
    """
    return shelf.put_sketch(_sketch_size(image_u8), lambda: encode_sketch(shrink_to(image_u8, SKETCH_SIDE)))


def _sketch_size(image_u8: RGBu8) -> tuple[int, int]:
    h, w = image_u8.shape[:2]
    factor = min(1.0, SKETCH_SIDE / max(h, w))
    return max(1, round(w * factor)), max(1, round(h * factor))
