"""The outline that a bare body would have: limbs and trunk drawn from the pose."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import MaskF32, PointsF32

# Limb segments (MediaPipe joints) and their half-widths at both ends, in shoulder widths: a little more
# than a slim body's, since what lies outside is taken for ground.
_LIMBS = (
    (11, 13, 0.13, 0.11),
    (13, 15, 0.11, 0.085),
    (12, 14, 0.13, 0.11),
    (14, 16, 0.11, 0.085),
    (23, 25, 0.23, 0.15),
    (25, 27, 0.15, 0.1),
    (24, 26, 0.23, 0.15),
    (26, 28, 0.15, 0.1),
)

CIRCLE = np.stack([np.cos(_turn := np.linspace(0, 2 * np.pi, 17)), np.sin(_turn)], 1)


def unit_of(points_px: PointsF32) -> float:
    """A length of the body in pixels that turning and cropping hardly change: about a shoulder width."""
    shoulders = float(np.linalg.norm(points_px[11] - points_px[12]))
    torso = float(np.linalg.norm(points_px[[11, 12]].mean(0) - points_px[[23, 24]].mean(0)))
    return max(shoulders, 0.66 * torso, 4.0)


def fill_around(canvas_u8: NDArray[np.uint8], centres: NDArray, radii: Sequence[float], value: int = 255) -> None:
    """Fill the convex hull of circles, as of a limb between its joints.

    Args:
        canvas_u8: (h, w), changed in place. centres: (n, 2) x, y in its pixels. radii: n, in its pixels.
    """
    rims = [centre + radius * CIRCLE for centre, radius in zip(np.asarray(centres, np.float64), radii, strict=True)]
    _fill_hull(canvas_u8, np.concatenate(rims), value)


def _fill_hull(canvas_u8: NDArray[np.uint8], points: NDArray[np.float64], value: int = 255) -> None:
    fixed = np.round(np.clip(points, -4000, 4000) * 16).astype(np.int32)
    cv2.fillConvexPoly(canvas_u8, cv2.convexHull(fixed), value, shift=4)


def outline_of(points_px: PointsF32, height: int, width: int) -> MaskF32:
    """Where a body in a pose is, (height, width) 0..1 with a soft rim; points_px: (33, 2) in the frame's pixels."""
    unit, p = unit_of(points_px), points_px.astype(np.float64)
    out = np.zeros((height, width), np.uint8)
    for a, b, at_a, at_b in _LIMBS:
        fill_around(out, p[[a, b]], (at_a * unit, at_b * unit))
    across = (p[11] - p[12]) / max(float(np.linalg.norm(p[11] - p[12])), 1e-6)
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    down = (hips - neck) / max(float(np.linalg.norm(hips - neck)), 1e-6)
    half = max(0.5 * float(np.linalg.norm(p[11] - p[12])), 0.3 * unit)
    top = [neck + s * (half + 0.1 * unit) * across - 0.1 * unit * down for s in (-1, 1)]
    low = [hips + s * max(0.5 * unit, half) * across + 0.12 * unit * down for s in (-1, 1)]
    _fill_hull(out, np.array(top + low))
    # the thighs part a fifth of the trunk's length below the hips, not at them
    crotch = hips + 0.22 * unit * down
    _fill_hull(out, np.concatenate([np.array(low), crotch + 0.08 * unit * CIRCLE]))
    fill_around(out, np.stack([neck, p[[0, 7, 8]].mean(0)]), (0.3 * unit, 0.3 * unit))
    return cv2.GaussianBlur(out.astype(np.float32) / 255, (0, 0), max(0.8, 0.035 * unit))
