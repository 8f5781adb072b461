"""What a lookbook consists of: a brand, finished looks with their words, and how the pages are laid out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.images import shrink_to
from tryon.sharing.words import Language
from tryon.types import MaskF32, RGBu8

Colour = tuple[int, int, int]  # sRGB, 0..255

MOST_LOOKS = 60  # 15 pages of four: a season; the pages of more would not fit the memory of a small host
LOOK_SIDE = 1600  # pixels of a look's longer side: sharp on a whole page at 200 dpi
PAGES: dict[str, tuple[int, int]] = {  # width, height in pixels; paper at 200 dpi
    "a4": (1654, 2339),
    "a4-landscape": (2339, 1654),
    "letter": (1700, 2200),
    "letter-landscape": (2200, 1700),
    "square": (1800, 1800),
    "story": (1080, 1920),
}
DPI = 200
MOST_COLUMNS = 4  # five on a page are stamps, not pictures
SHORTEST_S, LONGEST_S = 0.4, 10.0  # of one look in the film: time to see it, and not to fall asleep
# characters; what is longer does not fit its place
LENGTHS = {"name": 40, "title": 80, "subtitle": 120, "price": 24, "caption": 160}
INK, WHITE = (44, 41, 37), (255, 255, 255)
GREEN, PAPER = (44, 103, 87), (250, 247, 241)


@dataclass(frozen=True)
class Brand:
    """Whose lookbook it is.

    name: on the cover and over each page. colour: of the cover and of what is set off. paper: of the pages.
    logo_u8: (H, W, 4) sRGB with opacity, or None.
    """

    name: str = ""
    colour: Colour = GREEN
    paper: Colour = PAPER
    logo_u8: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Words:
    """What stands below a look; empty words leave no gap."""

    title: str = ""
    price: str = ""
    caption: str = ""


@dataclass(frozen=True)
class Look:
    """A finished picture.

    image_u8: (H, W, 3). centre: where the clothes are, as a share of the width 0..1: kept in sight where it is cut.
    """

    image_u8: RGBu8
    words: Words = field(default_factory=Words)
    centre: float = 0.5


@dataclass(frozen=True)
class Layout:
    """How it looks.

    title, subtitle: of the collection. page: of PAGES. columns: 1 to MOST_COLUMNS. cover: whether there is one.
    seconds: each look is shown in the film. language: of the mark.
    """

    title: str = ""
    subtitle: str = ""
    page: str = "a4"
    columns: int = 2
    cover: bool = True
    seconds: float = 1.6
    language: Language = "en"

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of a page, pixels."""
        return PAGES[self.page]


@dataclass(frozen=True)
class Book:
    """A lookbook: everything that its files are made from."""

    brand: Brand
    layout: Layout
    looks: tuple[Look, ...]


def look_of(image_u8: RGBu8, mask_f32: MaskF32, words: Words) -> Look:
    """A look from a finished try-on.

    Args:
        image_u8: (H, W, 3). mask_f32: (H, W) 0..1, what was changed.
        words: what stands below it.
    """
    columns = mask_f32.sum(0)
    total = float(columns.sum())
    centre = float((columns * (np.arange(len(columns)) + 0.5)).sum() / total / len(columns)) if total > 0 else 0.5
    return Look(np.array(shrink_to(image_u8, LOOK_SIDE)), words, centre)


def read_colour(text: str, key: str) -> Colour:
    """A colour from its name in style sheets.

    Args:
        text: as "#2c6757" or "#267".
        key: how the sentence calls it.

    Raises:
        BadRequestError: it is none.
    """
    digits = text.strip().removeprefix("#")
    if re.fullmatch("[0-9a-fA-F]{3}", digits):
        digits = "".join(2 * digit for digit in digits)
    if not re.fullmatch("[0-9a-fA-F]{6}", digits):
        raise BadRequestError(f'{key} is {text[:40]!r}. Write a colour as "#2c6757".')
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def check_words(text: str, kind: str, key: str) -> str:
    """The same words in one line, without blanks around them.

    Args:
        text: anything. kind: of LENGTHS. key: how the sentence calls it.

    Raises:
        BadRequestError: they are too long.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) > LENGTHS[kind]:
        raise BadRequestError(f"{key} has {len(line)} characters. Use at most {LENGTHS[kind]}.")
    return line


def contrast(one: Colour, other: Colour) -> float:
    """The contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: Colour) -> Colour:
    """Dark or white, whichever reads better on a ground."""
    return max((INK, WHITE), key=lambda colour: contrast(colour, ground))


def readable(colour: Colour, ground: Colour, least: float = 3.0) -> Colour:
    """A colour, or dark or white where it can hardly be read on a ground."""
    return colour if contrast(colour, ground) >= least else ink_on(ground)


def between(one: Colour, other: Colour, share: float) -> Colour:
    """The colour on the way from one to another, 0..1."""
    mixed = [round(a + (b - a) * share) for a, b in zip(one, other)]
    return mixed[0], mixed[1], mixed[2]


def luminance(colour: Colour) -> float:
    """Relative luminance 0..1 (WCAG 2.2)."""
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
