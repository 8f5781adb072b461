"""Words on shared pictures, from drawings made ahead (``draw_words``), in any size and colour."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from tryon.types import MaskF32, RGBu8

Language = Literal["en", "zh"]
Word = Literal["before", "after", "made"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
WORDS_FOLDER = Path(__file__).with_name("lettering")
SIZE_PX = 64  # of the font they were drawn with: twice what is ever shown
LINE = 94 / 64  # a line's height in sizes of its font


def word_mask(word: Word, language: Language, size_px: float) -> MaskF32:
    """A word's opacity, its line's whole height included.

    Args:
        word: which.
        language: in which.
        size_px: of the font.

    Returns:
        (h, w) float32 0..1; h is ``LINE`` times the size.
    """
    drawn = _drawn(word, language)
    factor = size_px / SIZE_PX
    size = (max(1, round(drawn.shape[1] * factor)), max(1, round(drawn.shape[0] * factor)))
    return cv2.resize(drawn, size, interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)


def write(
    picture_u8: RGBu8, mask_f32: MaskF32, at_px: tuple[int, int], colour: tuple[int, int, int], opacity: float = 1.0
) -> None:
    """Lay a colour on a picture, in place, through a mask; what lies outside the picture is left out.

    Args:
        picture_u8: (H, W, 3), changed.
        mask_f32: (h, w) 0..1.
        at_px: left and top of the mask.
        colour: sRGB.
        opacity: of the whole, 0..1.
    """
    x, y = at_px
    height, width = picture_u8.shape[:2]
    left, top, right, bottom = max(0, x), max(0, y), min(width, x + mask_f32.shape[1]), min(height, y + len(mask_f32))
    if left >= right or top >= bottom:
        return
    share = mask_f32[top - y : bottom - y, left - x : right - x, None] * np.float32(opacity)
    part = picture_u8[top:bottom, left:right]
    part[...] = np.rint(part + (np.array(colour, np.float32) - part) * share).astype(np.uint8)


@cache
def _drawn(word: Word, language: Language) -> np.ndarray:
    data = np.frombuffer((WORDS_FOLDER / f"{word}.{language}.png").read_bytes(), np.uint8)
    drawn = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    if drawn is None:
        raise RuntimeError(f"the drawing of {word!r} is damaged")
    return drawn
