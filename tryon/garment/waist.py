"""What a lower garment's mask shows above its waistband is no garment: bedspreads, tiles, another thing beside it."""

from __future__ import annotations

import numpy as np

from tryon.types import MaskF32

ROOM = 0.12  # of the waist's width: so far a back waistband or a frilled one rises above the line between its ends
LEVEL = 0.18  # slope of that line up to which it is believed: of garments laid askew the ends are told less surely


def without_ground_above(alpha_f32: MaskF32, landmarks_px: dict[str, tuple[float, float]]) -> MaskF32:
    """A lower garment's mask without what lies well above the line between the ends of its waist.

    Args:
        alpha_f32: (H, W) 0..1. landmarks_px: by name, in its pixels.

    Returns:
        (H, W) float32; the given array where the waist is not known or lies askew.
    """
    left, right = landmarks_px.get("waist_left"), landmarks_px.get("waist_right")
    if left is None or right is None or right[0] - left[0] < 8:
        return alpha_f32
    slope = (right[1] - left[1]) / (right[0] - left[0])
    if abs(slope) > LEVEL:
        return alpha_f32
    rows, columns = np.arange(alpha_f32.shape[0])[:, None], np.arange(alpha_f32.shape[1])
    line = left[1] + slope * (columns - left[0]) - ROOM * (right[0] - left[0])
    return np.asarray(alpha_f32 * np.clip(rows - line + 0.5, 0, 1), np.float32)
