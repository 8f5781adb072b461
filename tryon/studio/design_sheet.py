"""Sheets of designs, and files that say that they were generated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from tryon.sharing.metadata import MARKS, mark_png
from tryon.studio.designer import Design
from tryon.types import RGBu8

# IPTC's term for a picture that a trained network made altogether
WHOLLY = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
DESIGN_MARKS = replace(
    MARKS,
    source_type=WHOLLY,
    description="Made with Try-on: generated picture. This garment was designed by a program.",
)
GAP, PAPER = 12, 255


def sheet_of(designs: Sequence[Design], columns: int = 6) -> RGBu8:
    """Designs of one size side by side on white, (H, W, 3) uint8; the last row may be short."""
    height, width = designs[0].image_u8.shape[:2]
    across = min(columns, len(designs))
    down = -(-len(designs) // across)
    out = np.full((down * (height + GAP) + GAP, across * (width + GAP) + GAP, 3), PAPER, np.uint8)
    for number, each in enumerate(designs):
        y, x = GAP + number // across * (height + GAP), GAP + number % across * (width + GAP)
        out[y : y + height, x : x + width] = each.image_u8
    return out


def marked_png(image_u8: RGBu8) -> bytes:
    """A PNG file whose metadata says that it was generated."""
    return mark_png(cv2.imencode(".png", np.ascontiguousarray(image_u8[..., ::-1]))[1].tobytes(), DESIGN_MARKS)
