"""What a visitor painted with the brush: read from a small PNG, kept small, and handed over at the photo's size.

The browser paints on a sheet of at most 768 pixels. On a person, red says "must stay" and green "may change"; on a
garment's picture, red is the garment.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from tryon.errors import BadRequestError
from tryon.images import encode_png, load_picture, shrink_to
from tryon.types import MaskF32, RGBu8
from tryon.ui.looks import Sketch
from tryon.ui.visitors import Shelf

SHEET_SIDE = 768  # pixels, longer side of what is painted on: a brush is no finer
SHEET_BYTES = 1_500_000  # of a painted PNG; a busy one has 60 kB
SHAPE_OFF = 0.02  # how far a sheet's proportions may be from the picture's: rounding to whole pixels
LEAST = 1e-5  # of a sheet: less paint is a slip of the hand
HEAVY = "What was painted is too large. Paint it again."
OTHER_PICTURE = "What was painted belongs to another picture. Paint it again."


@dataclass(frozen=True)
class Painted:
    """Marks on a person: a sheet (h, w, 3) uint8, red for what must stay and green for what may change.

    key: the same for the same marks. sketch: the sheet as a PNG, for a brush that goes on painting.
    """

    key: str
    sheet_u8: RGBu8
    sketch: Sketch

    def masks(self, size: tuple[int, ...]) -> tuple[MaskF32 | None, MaskF32 | None]:
        """What must stay and what may change, (H, W) 0..1 each; None where nothing was painted.

        Args:
            size: H and W of the photo.
        """
        keep, change = (_enlarged(self.sheet_u8[..., channel], size) for channel in (0, 1))
        return keep, change


def read_painted(data: bytes, size: tuple[int, ...], shelf: Shelf) -> Painted | None:
    """Read the marks on a person; None where the sheet is empty.

    Args:
        data: of the PNG.
        size: H and W of the photo.
        shelf: gives the sheet an address.

    Raises:
        TryOnError: no picture, too large a one, or one of other proportions.
    """
    sheet_u8 = read_sheet(data, size)
    if max(float((sheet_u8[..., channel] > 127).mean()) for channel in (0, 1)) < LEAST:
        return None
    key = hashlib.sha256(sheet_u8.tobytes()).hexdigest()[:12]
    height, width = sheet_u8.shape[:2]
    return Painted(key, sheet_u8, shelf.put_sketch((width, height), partial(encode_png, sheet_u8)))


def read_sheet(data: bytes, size: tuple[int, ...]) -> RGBu8:
    """Decode a painted PNG as (h, w, 3) uint8.

    Args:
        data: of the PNG.
        size: H and W of the picture under the paint.

    Raises:
        TryOnError: no picture, too large a one, or one of other proportions.
    """
    if len(data) > SHEET_BYTES:
        raise BadRequestError(HEAVY)
    sheet_u8 = shrink_to(load_picture(data, what="painting"), SHEET_SIDE)
    height, width = sheet_u8.shape[:2]
    if abs(np.log((height * size[1]) / (width * size[0]))) > SHAPE_OFF:
        raise BadRequestError(OTHER_PICTURE)
    return sheet_u8


def mask_sketch(mask_f32: MaskF32, shelf: Shelf) -> Sketch:
    """A mask's small grey picture for the brush to start from; shrunk now, encoded when a browser asks.

    Args:
        mask_f32: (H, W) 0..1.
        shelf: gives it an address.
    """
    height, width = mask_f32.shape
    factor = min(1.0, SHEET_SIDE / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(mask_f32, size, interpolation=cv2.INTER_AREA)
    grey = np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)
    return shelf.put_sketch(size, lambda: encode_png(np.dstack([grey] * 3)))


def _enlarged(channel_u8: np.ndarray, size: tuple[int, ...]) -> MaskF32 | None:
    if not (channel_u8 > 127).any():
        return None
    large = cv2.resize(channel_u8, size[::-1], interpolation=cv2.INTER_LINEAR)
    return large.astype(np.float32) / np.float32(255)
