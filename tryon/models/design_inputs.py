"""What the network that lays garments out is told of an outline: fields over the picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
CHANNELS = ("whole", "near", "deep", "x", "y", "top", "ends", "hem", "sleeve_left", "sleeve_right")
STRETCH_CM = 3.0  # how far an edge is felt: collars, ribs and hems are 1 to 8 cm wide
EDGES = ("top", "ends", "hem")  # the lines of ``outline_fields``


def outline_fields(
    closed_px: F32,
    lines_px: Mapping[str, Sequence[F32]],
    sleeves_px: Sequence[F32],
    origin_px: tuple[float, float],
    px_per_cm: float,
    size: tuple[int, int],
) -> F32:
    """Rasterise an outline.

    Args:
        closed_px: (N, 2) the closed outline, pixels. lines_px: for each of EDGES the stretches of the outline (M, 2)
            along the neck or waist, the cuffs or leg ends, and the hem. sleeves_px: closed outlines of the left and
            right sleeve, or none.
        origin_px: where the middle line meets the line of neck or waist. px_per_cm: scale. size: (H, W).

    Returns:
        (len(CHANNELS), H, W) float32: silhouette 0..1; signed distance to its border, inside positive, saturating at
        2 cm and at 8 cm; place in units of 40 cm; exp(-distance) of the EDGES; the sleeves 0..1.
    """
    height, width = size
    fill = lambda outline: _fill(outline, size)  # noqa: E731
    whole = fill(closed_px)
    hard = (whole > 0.5).astype(np.uint8)
    distance = cv2.distanceTransform(hard, cv2.DIST_L2, 5) - cv2.distanceTransform(1 - hard, cv2.DIST_L2, 5)
    cm = distance / px_per_cm
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    planes = [
        whole, np.tanh(cm / 2), np.tanh(cm / 8),
        (xx - origin_px[0]) / px_per_cm / 40, (yy - origin_px[1]) / px_per_cm / 40,
        *(_nearness(lines_px.get(name, ()), px_per_cm, size) for name in EDGES),
        *(fill(outline) for outline in sleeves_px),
    ]  # fmt: skip
    planes += [np.zeros(size, np.float32)] * (len(CHANNELS) - len(planes))
    return np.stack(planes).astype(np.float32)


def _fill(outline_px: F32, size: tuple[int, int]) -> F32:
    """Coverage 0..1 of a closed outline; (0, 0) is the centre of the top left pixel."""
    out = np.zeros(size, np.uint8)
    if len(outline_px) >= 3:
        cv2.fillPoly(out, [np.round(np.asarray(outline_px) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    return out.astype(np.float32) / 255


def _nearness(lines_px: Sequence[F32], px_per_cm: float, size: tuple[int, int]) -> F32:
    if not len(lines_px):
        return np.zeros(size, np.float32)
    blank = np.full(size, 255, np.uint8)
    for line in lines_px:
        cv2.polylines(blank, [np.round(np.asarray(line) * 16).astype(np.int32)], False, 0, 1, cv2.LINE_8, 4)
    return np.exp(-cv2.distanceTransform(blank, cv2.DIST_L2, 5) / (px_per_cm * STRETCH_CM)).astype(np.float32)
