"""Shoes and cloth: shafts of boots under a new hem, and feet that the old trousers hide.

Shoes are never repainted. But a boot's shaft goes up into what is worn over it: kept, it would stand before a wide
trouser leg like a notch. Where the new cloth is narrower than the shaft, trousers are tucked in and the boot stays.
And legs that are bared need feet to stand on: where wide trousers or a gown hide all of a shoe, bare feet are drawn.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.outline import fill_around
from tryon.person.agnostic import Mask, body_unit, dilate, has_label
from tryon.types import LabelsU8, Pose

Point = NDArray[np.float32]  # (2,) x, y

BELOW = 0.1  # shoulder widths under the ankle's joint to which a hem may cover a shoe
LEAST = 0.004  # squared shoulder widths of it above the hem; less is a shoe's own edge
COVERED = 0.75  # share of what is above the hem over which the cloth hangs, for it to hide that
RIM = 0.08  # shoulder widths beside the cloth in which the rest of a hidden shaft goes
REACH = (0.3, 0.1, 0.5)  # shoulder widths beside, above and below an ankle in which its shoe would be seen
APART = 0.03  # shoulder widths from the middle between both
NEAR = 0.1  # shoulder widths; a new hem that comes so near hides feet as well
SEEN = 0.004  # squared shoulder widths of it that are enough to see it
FOOT = (0.06, 0.065, 0.055)  # shoulder widths: radii of a bare foot at ankle, heel and toes
FORWARD = (0.1, 0.3)  # shoulder widths from the ankle to the toes: least and most


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
    """Bare feet where the ends of trousers and long skirts hide all that could be seen of them.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks in its pixels. covered: (h, w) bool, where the new garment is drawn.

    Returns:
        (h, w) bool, within cloth about ankles that are in the picture, away from the new garment.
    """
    out = np.zeros(labels_u8.shape, np.uint8)
    h, w = labels_u8.shape
    cloth, foot = has_label(labels_u8, "lower", "dress"), has_label(labels_u8, "footwear", "left_leg", "right_leg")
    unit = body_unit(pose)
    beside, above, below = (share * unit for share in REACH)
    ankles = pose.points_px[[27, 28]]
    middle, apart = float(ankles[:, 0].mean()), round(APART * unit)
    for (x, y), heel, toes in zip(ankles, pose.points_px[[29, 30]], pose.points_px[[31, 32]], strict=True):
        if not (0 <= x < w and 0 <= y < h):
            continue
        # what is beyond the middle is the other foot's
        ends = (-w, round(middle) - apart) if x < middle else (round(middle) + apart, 2 * w)
        left, right = (int(np.clip(round(x + k * beside), *ends)) for k in (-1, 1))
        around = foot[max(0, round(y - above)) : round(y + below), max(0, left) : max(0, right)]
        if np.count_nonzero(around) > SEEN * unit**2:
            continue
        draw_foot(out, (float(x), float(y)), heel, toes, unit)
    feet = (out > 0) & cloth
    return feet & ~dilate(covered, NEAR * unit) if feet.any() else feet


def draw_foot(canvas: NDArray[np.uint8], ankle: tuple[float, float], heel: Point, toes: Point, unit_px: float) -> None:
    """Fill a foot: the hull of circles at ankle, heel and toes.

    Args:
        canvas: (h, w) uint8, set to 1 there. ankle, heel, toes: (x, y) in its pixels.
        unit_px: about a shoulder's width.
    """
    start = np.array(ankle, np.float32)
    reach = toes - start
    far = max(float(np.linalg.norm(reach)), 1e-3)
    end = start + reach / far * np.clip(far, FORWARD[0] * unit_px, FORWARD[1] * unit_px)
    back = start + np.clip(heel - start, -FORWARD[0] * unit_px, FORWARD[0] * unit_px)
    fill_around(canvas, np.stack([start, back, end]), [radius * unit_px for radius in FOOT], 1)
