"""What the generator sees, stacked the same way at training and at run time."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limbs import limb_maps

GREY = 0.5  # what stands for removed pixels


def generator_input(
    rgb_f32: NDArray[np.float32],
    region_f32: NDArray[np.float32],
    garment_rgb_f32: NDArray[np.float32],
    garment_alpha_f32: NDArray[np.float32],
    skin_f32: NDArray[np.float32],
    points_px: NDArray[np.float32],
    visibility: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Stack the generator's channels.

    Args:
        rgb_f32: (h, w, 3) 0..1 photo crop. region_f32: (h, w) 0..1. garment_rgb_f32: (h, w, 3) 0..1.
        garment_alpha_f32: (h, w) 0..1. skin_f32: (3,) 0..1. points_px: (33, 2) in the crop. visibility: (33,).

    Returns:
        (24, h, w) float32.
    """
    h, w = region_f32.shape
    agnostic = rgb_f32 * (1 - region_f32[..., None]) + GREY * region_f32[..., None]
    # not blended: soft edges keep the garment's own colour, the alpha says how much of it there is
    garment = np.where(garment_alpha_f32[..., None] > 0.02, garment_rgb_f32, GREY)
    limbs = limb_maps((points_px + 0.5) / 4 - 0.5, visibility, h // 4, w // 4)
    limbs = np.stack([cv2.resize(m, (w, h), interpolation=cv2.INTER_LINEAR) for m in limbs])
    skin = np.broadcast_to(skin_f32[:, None, None], (3, h, w))
    parts = [agnostic.transpose(2, 0, 1), region_f32[None], garment.transpose(2, 0, 1), garment_alpha_f32[None]]
    return np.concatenate([*parts, skin, limbs]).astype(np.float32)
