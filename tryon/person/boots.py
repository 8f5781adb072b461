"""Shafts of boots under long trousers, skirts and dresses.

Shoes are never repainted. But a boot's shaft goes up into what is worn over it: kept, it would stand before a wide
trouser leg like a notch. Where the new cloth is narrower than the shaft, trousers are tucked in and the boot stays.
"""

from __future__ import annotations

import cv2
import numpy as np

from tryon.person.agnostic import Mask, body_unit, dilate, has_label
from tryon.types import LabelsU8, Pose

BELOW = 0.1  # shoulder widths under the ankle's joint to which a hem may cover a shoe
LEAST = 0.004  # squared shoulder widths of it above the hem; less is a shoe's own edge
COVERED = 0.75  # share of what is above the hem over which the cloth hangs, for it to hide that
RIM = 0.08  # shoulder widths beside the cloth in which the rest of a hidden shaft goes


def hidden_shafts(labels_u8: LabelsU8, pose: Pose, covered: Mask) -> Mask:
    """Shafts of boots that disappear under a new garment.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks in its pixels. covered: (h, w) bool, where the new garment is drawn.

    Returns:
        (h, w) bool, footwear about the ankles down to the garment's hem; nothing where boots are worn over it.
    """
    out = np.zeros(labels_u8.shape, bool)
    shoes = has_label(labels_u8, "footwear")
    if not (shoes & covered).any():
        return out
    unit = body_unit(pose)
    rows = np.arange(len(labels_u8))[:, None]
    count, parts, _, centres = cv2.connectedComponentsWithStats(shoes.astype(np.uint8), connectivity=8)
    ankles = pose.points_px[[27, 28]]
    for k in range(1, count):
        ankle = ankles[np.abs(ankles - centres[k]).sum(1).argmin()]
        shaft = (parts == k) & (rows < ankle[1] + BELOW * unit)
        under = np.flatnonzero((shaft & covered).any(1))
        if len(under):
            out |= shaft & (rows <= under[-1])
    if np.count_nonzero(out) < LEAST * unit**2 or covered[out].mean() < COVERED:
        return np.zeros_like(out)
    return out & dilate(covered, RIM * unit)
