"""Colours by name: a short fixed list of words, and which of them a garment's picture shows."""

from __future__ import annotations

import cv2
import numpy as np

from tryon.types import MaskF32, RGBu8

# Each word with the sRGB colours that people call so; light and dark variants of one word are told apart by none.
ANCHORS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "white": ((250, 250, 250), (236, 234, 230), (222, 222, 222)),
    "beige": ((232, 220, 196), (205, 184, 146), (188, 165, 125)),
    "grey": ((190, 192, 196), (150, 152, 156), (112, 114, 118), (80, 82, 86)),
    "black": ((14, 14, 16), (34, 34, 37), (52, 53, 56)),
    "brown": ((122, 82, 52), (90, 60, 40), (160, 108, 66), (62, 44, 34)),
    "red": ((196, 30, 40), (160, 32, 40), (220, 60, 56), (116, 30, 46)),
    "pink": ((240, 170, 190), (228, 120, 150), (248, 212, 220), (214, 90, 130)),
    "orange": ((238, 130, 50), (228, 112, 90), (205, 92, 48)),
    "yellow": ((244, 208, 70), (204, 152, 44), (250, 232, 150)),
    "green": ((60, 130, 80), (30, 86, 62), (165, 185, 158), (108, 116, 62), (120, 180, 120)),
    "blue": ((70, 120, 190), (96, 130, 170), (160, 195, 228), (60, 90, 130), (40, 130, 140)),
    "navy": ((34, 46, 84), (26, 34, 58), (44, 58, 96)),
    "purple": ((120, 70, 150), (184, 164, 214), (80, 44, 96)),
}
COLOURS: tuple[str, ...] = tuple(ANCHORS)
SHARE = 0.16  # of the garment: less is a print or a button, not its colour
MOST = 3  # words for one garment
READ_SIDE = 128  # pixels: colours need no detail


def colour_words(image_u8: RGBu8, alpha_f32: MaskF32) -> tuple[str, ...]:
    """Name a garment's colours.

    Args:
        image_u8: (H, W, 3) sRGB. alpha_f32: (H, W) 0..1, the garment.

    Returns:
        One to three of ``COLOURS``, the most frequent first; none where the mask is empty.
    """
    size = (min(READ_SIDE, image_u8.shape[1]), min(READ_SIDE, image_u8.shape[0]))
    small = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
    inside = cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA) > 0.9
    pixels = small[inside]
    if not len(pixels):
        return ()
    names = [name for name, colours in ANCHORS.items() for _ in colours]
    anchors = _lab(np.array([colour for colours in ANCHORS.values() for colour in colours], np.uint8))
    # lightness counts less: folds and shadow change it, hue they leave
    weight = np.array([0.6, 1.0, 1.0], np.float32)
    gap = np.linalg.norm((_lab(pixels)[:, None] - anchors[None]) * weight, axis=2)
    found = [names[index] for index in gap.argmin(1)]
    shares = {name: found.count(name) / len(found) for name in COLOURS}
    ranked = sorted(COLOURS, key=lambda name: -shares[name])
    return tuple(name for rank, name in enumerate(ranked) if rank == 0 or shares[name] >= SHARE)[:MOST]


def _lab(colours_u8: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (N, 3) float32 of sRGB (N, 3) uint8."""
    return cv2.cvtColor(colours_u8[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
