"""Shoes and cloth: shafts of boots under a new hem, and feet that the old trousers hide.

Shoes are never repainted. But a boot's shaft goes up into what is worn over it: kept, it would stand before a wide
trouser leg like a notch. Where the new cloth is narrower than the shaft, trousers are tucked in and the boot stays.
And legs that are bared need feet to stand on: where wide trousers hide all of a shoe, their end stands for it.
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
REACH = (0.3, 0.1, 0.5)  # shoulder widths beside, above and below an ankle in which its shoe would be seen
SHOE = (0.15, 0.13)  # shoulder widths beside and above an ankle that a shoe takes up
APART = 0.03  # shoulder widths from the middle between both
NEAR = 0.1  # shoulder widths; a new hem that comes so near hides feet as well
SEEN = 0.004  # squared shoulder widths of it that are enough to see it


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


def hidden_feet(labels_u8: LabelsU8, pose: Pose, covered: Mask) -> Mask:
    """The ends of trousers and long skirts at feet of which nothing is seen.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks in its pixels. covered: (h, w) bool, where the new garment is drawn.

    Returns:
        (h, w) bool, cloth about ankles that are in the picture, away from the new garment.
    """
    out = np.zeros(labels_u8.shape, bool)
    h, w = labels_u8.shape
    cloth, foot = has_label(labels_u8, "lower", "dress"), has_label(labels_u8, "footwear", "left_leg", "right_leg")
    unit = body_unit(pose)
    beside, above, below = (share * unit for share in REACH)
    ankles = pose.points_px[[27, 28]]
    for x, y in ankles:
        if not (0 <= x < w and 0 <= y < h):
            continue
        middle, apart = float(ankles[:, 0].mean()), round(APART * unit)
        # what is beyond the middle is the other foot's
        ends = (-w, round(middle) - apart) if x < middle else (round(middle) + apart, 2 * w)
        left, right = (int(np.clip(round(x + k * beside), *ends)) for k in (-1, 1))
        around = foot[max(0, round(y - above)) : round(y + below), max(0, left) : max(0, right)]
        if np.count_nonzero(around) > SEEN * unit**2:
            continue
        first, last = (int(np.clip(round(x + k * SHOE[0] * unit), *ends)) for k in (-1, 1))
        shoe = (slice(max(0, round(y - SHOE[1] * unit)), None), slice(max(0, first), max(0, last)))
        out[shoe] |= cloth[shoe]
    return out & ~dilate(covered, NEAR * unit) if out.any() else out
