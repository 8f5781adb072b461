"""Pose drawn as soft limb maps: what the networks see of MediaPipe's landmarks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.types import PointsF32

# Pairs of MediaPipe landmarks; 11 and 12 stand for shoulders, 23 and 24 for hips, 0 for the nose.
LIMBS: tuple[tuple[int, int], ...] = (
    (11, 13), (13, 15), (15, 19),  # the subject's left arm, hand
    (12, 14), (14, 16), (16, 20),  # right arm, hand
    (23, 25), (25, 27),  # left leg
    (24, 26), (26, 28),  # right leg
    (11, 12),  # shoulders
    (23, 24),  # hips
)  # fmt: skip
LIMB_COUNT = len(LIMBS) + 1  # and one for the head
MIRRORED_LIMBS = (3, 4, 5, 0, 1, 2, 8, 9, 6, 7, 10, 11, 12)  # which map shows a limb in a mirror image


def limb_maps(points_px: PointsF32, visibility: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
    """Draw each limb as a Gaussian ridge around its bone.

    Args:
        points_px: (33, 2) float32 landmarks in the frame that is drawn.
        visibility: (33,) float32, 0..1; a limb's ridge is as high as its less visible end.
        height, width: size of the maps in pixels.

    Returns:
        (13, height, width) float32, 0..1: the twelve LIMBS, then the head.
    """
    p = np.asarray(points_px, np.float32)
    torso = np.linalg.norm(p[[11, 12]].mean(0) - p[[23, 24]].mean(0))
    unit = max(float(torso), float(np.linalg.norm(p[11] - p[12])), 4.0)
    sigma = 0.11 * unit  # about half a limb's width on an adult
    starts = np.stack([p[a] for a, _ in LIMBS] + [p[0]])
    ends = np.stack([p[b] for _, b in LIMBS] + [p[[7, 8]].mean(0)])
    heights = np.array([min(visibility[a], visibility[b]) for a, b in LIMBS] + [visibility[0]], np.float32)
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    out = np.empty((len(starts), height, width), np.float32)
    for i, (a, b) in enumerate(zip(starts, ends, strict=True)):
        ab = b - a
        t = ((xs - a[0]) * ab[0] + (ys - a[1]) * ab[1]) / max(float(ab @ ab), 1e-6)
        t = np.clip(t, 0.0, 1.0)
        d2 = (xs - a[0] - t * ab[0]) ** 2 + (ys - a[1] - t * ab[1]) ** 2
        s = 2.0 * sigma if i == len(starts) - 1 else sigma
        out[i] = heights[i] * np.exp(-0.5 * d2 / (s * s))
    return out
