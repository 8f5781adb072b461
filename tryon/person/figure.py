"""The outline that a body has: bare, drawn from the pose, or with a skirt that is worn below a coat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.outline import outline_of
from tryon.types import MaskF32, Pose

SKIRT = 0.8  # share of the gap between the legs that is cloth, for a skirt; wide trousers leave more of it open
SEEN = 0.3  # shoulder widths below the coat in which that is looked at
LEAST = 0.004  # squared shoulder widths of gap; legs that are closer tell nothing


def body_outline(pose: Pose, height: int, width: int) -> MaskF32:
    """Where a body in this pose is, (height, width) 0..1 with a soft rim; pose in the frame's pixels."""
    return outline_of(pose.points_px, height, width)


def with_skirt(outline_f32: MaskF32, below: NDArray[np.bool_], hip_y: float, unit_px: float) -> MaskF32:
    """The same outline, closed between the legs where what is seen of the lower garment is a skirt.

    Args:
        outline_f32: (h, w) 0..1. below: (h, w) bool, what is seen of the lower garment. hip_y: row of the hips.
        unit_px: about a shoulder's width.
    """
    body = outline_f32 > 0.5
    gap = np.maximum.accumulate(body, axis=1) & np.maximum.accumulate(body[:, ::-1], axis=1)[:, ::-1] & ~body
    gap[: max(0, round(hip_y))] = False
    rows = np.flatnonzero((below & body).any(1) & gap.any(1))
    if not len(rows):
        return outline_f32
    seen = gap[rows[0] : round(rows[0] + SEEN * unit_px)]
    cloth = below[rows[0] : round(rows[0] + SEEN * unit_px)]
    if np.count_nonzero(seen) < LEAST * unit_px**2 or cloth[seen].mean() < SKIRT:
        return outline_f32
    return np.where(gap, np.float32(1), outline_f32)
