"""A newly bare arm is no wider than the arm is further down: an old sleeve's width is not the arm's.

Of a layout that draws skin over all of a wide sleeve, only what goes on from the part of the limb that the photo shows
is kept; the rest is ground. Legs get wider upwards too much for that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limb_chart import STEPS, along_and_off, outline_seen
from tryon.models.generator import LAYERS
from tryon.person.agnostic import SKIN_LABELS, Mask, body_unit, has_label
from tryon.types import LabelsU8, Pose

ARMS = {
    "left_arm": ((11, 13, 15), 1, 0.2),
    "right_arm": ((12, 14, 16), -1, 0.2),
}  # joints, which side is the outer one, and the furthest that the outline is from the bones, in shoulder widths
LOOKED_AT = 0.3  # bones' lengths below the old hem over which the limb's width is measured
LATEST = 0.9  # of the bones' lengths: where only a forearm is seen, the upper arm's width is anybody's guess
BELOW = 0.3  # bones' lengths: so far down a hem's outer corner may hang beside the arm
LEAST_SEEN = 4  # steps of the chart: less is a hand's edge
GROWTH = 0.12  # how much wider a limb gets for each bone's length towards its root
ROOM = 0.01  # shoulder widths that a limb may be wider than measured
ROOT, ARMPIT = 0.15, 0.45  # of the first bone: nearer to the root its outer and its inner side are one with the trunk
SURE = 20.0  # added to the ground's logit


def slim_arms(layout_f32: NDArray[np.float32], labels_u8: LabelsU8, pose: Pose, region: Mask) -> NDArray[np.float32]:
    """A layout without skin beside arms that the photo shows further down.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS, not changed. labels_u8: (h, w) parsing. pose: in the same frame.
        region: (h, w) bool, what may be repainted.
    """
    unit = body_unit(pose)
    skin = layout_f32.argmax(2) == LAYERS.index("skin")
    bare = has_label(labels_u8, *SKIN_LABELS)
    beside = np.zeros(skin.shape, bool)
    for name, (joints, side, reach) in ARMS.items():
        if pose.visibility[list(joints[1:])].min() < 0.5:
            continue
        axis = pose.points_px[list(joints)].astype(np.float32)
        beside |= _beside(skin & region & ~bare, has_label(labels_u8, name), axis, side, reach * unit, ROOM * unit)
    if not beside.any():
        return layout_f32
    out = layout_f32.copy()
    out[..., LAYERS.index("ground")] += SURE * beside
    return out


def _beside(new: Mask, seen: Mask, axis: NDArray[np.float32], side: int, reach: float, room: float) -> Mask:
    """New skin (h, w) near one limb's bones that lies outside of its outline as it goes on from where it is seen."""
    out = np.zeros(new.shape, bool)
    inner, outer, good = outline_seen(seen, axis, side, reach)
    steps = np.flatnonzero(good)
    if len(steps) < LEAST_SEEN:
        return out
    first = int(steps[0])
    if (first + 0.5) / STEPS * 2 > LATEST:
        return out
    near = steps[steps < first + LOOKED_AT * STEPS / 2]
    # the hem's own edge cuts the first rows obliquely
    near = near[min(2, len(near) - 1) :]
    low, high = float(np.median(inner[near])), float(np.median(outer[near]))
    h, w = new.shape
    corner = np.clip(np.floor(axis.min(0) - 2 * reach).astype(int), 0, (w, h))
    end = np.clip(np.ceil(axis.max(0) + 2 * reach).astype(int) + 1, 0, (w, h))
    rows, columns = np.nonzero(new[corner[1] : end[1], corner[0] : end[0]])
    if not len(rows):
        return out
    rows, columns = rows + corner[1], columns + corner[0]
    along, off = along_and_off(np.stack([columns, rows], 1).astype(np.float32), axis, side)
    start = (first + 0.5) / STEPS * 2
    above = np.clip(start - along, 0, None)
    middle, half = (low + high) / 2, (high - low) / 2
    far = np.abs(off - middle) - half * (1 + GROWTH * above) - room
    outwards = off > middle
    begins, ends = np.where(outwards, ROOT, ARMPIT), start + np.where(outwards, BELOW, 0.0)
    wrong = (far > 0) & (np.abs(off) < 2 * reach) & (along > begins) & (along < ends)
    out[rows[wrong], columns[wrong]] = True
    return out
