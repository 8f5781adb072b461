"""Frames that reach beyond the photo: what it cuts goes on there.

A photo that ends at the knees is drawn in a frame that goes further down. Its colours are carried on over the edge, so
its labels must be as well: trousers taken for ground there would give the ground between bare legs their colour, and
legs would end where the photo does.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.crops import Crop
from tryon.person.edit_plan import EditPlan
from tryon.types import LabelsU8


def beyond_the_picture(
    plan: EditPlan, labels_u8: LabelsU8, crop: Crop, photo_size: tuple[int, int]
) -> tuple[EditPlan, LabelsU8]:
    """The plan's region and old clothes, and the labels, carried on over the photo's edges.

    Args:
        plan, labels_u8: of a frame (h, w). crop: that frame. photo_size: (H, W) of the photo.

    Returns:
        Both changed outside of the photo alone; the given ones where the frame lies within it.
    """
    h, w = labels_u8.shape
    ends = crop.to_crop(np.array([[0, 0], [photo_size[1] - 1, photo_size[0] - 1]], np.float32))
    (left, top), (right, bottom) = np.ceil(ends[0]).astype(int), np.floor(ends[1]).astype(int)
    left, top, right, bottom = max(0, left), max(0, top), min(w - 1, right), min(h - 1, bottom)
    if (left, top, right, bottom) == (0, 0, w - 1, h - 1) or left >= right or top >= bottom:
        return plan, labels_u8

    def carried_on(maps: NDArray) -> NDArray:
        inner = np.ascontiguousarray(maps[top : bottom + 1, left : right + 1])
        around = (top, h - 1 - bottom, left, w - 1 - right)
        kind = np.uint8 if inner.dtype == bool else inner.dtype
        return cv2.copyMakeBorder(inner.astype(kind), *around, cv2.BORDER_REPLICATE).astype(maps.dtype)

    return replace(plan, region_f32=carried_on(plan.region_f32), old=carried_on(plan.old)), carried_on(labels_u8)
