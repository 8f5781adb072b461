"""Forearms that are folded up before the upper arm: a hand at the face, a phone at the ear."""

from __future__ import annotations

import cv2
import numpy as np

from tryon.person.agnostic import Mask, body_unit, has_label
from tryon.types import LabelsU8, Pose

FOLDED = 0.4  # cosine of the elbow's angle from which the forearm comes back along the upper arm: 66 degrees
SEEN = 0.5  # visibility of elbow and wrist from which they are where the pose has them
WIDTH = 0.24  # shoulder widths, of a forearm's lane
BARE = 0.5  # share of the lane that is skin of this arm, for the forearm to be bare
FROM_ELBOW = 0.15  # share of the forearm that a sleeve's end may reach over
HAND = 0.6  # of the forearm, how far beyond the wrist its skin goes on: before a face the wrist is told too near


def folded_forearms(labels_u8: LabelsU8, pose: Pose) -> Mask:
    """Bare forearms that lie before their upper arms, where no short sleeve can cover them.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks in its pixels.

    Returns:
        (h, w) bool.
    """
    out = np.zeros(labels_u8.shape, bool)
    p, unit = pose.points_px, body_unit(pose)
    for name, (shoulder, elbow, wrist) in (("left_arm", (11, 13, 15)), ("right_arm", (12, 14, 16))):
        if min(pose.visibility[elbow], pose.visibility[wrist]) < SEEN:
            continue
        up, fore = p[shoulder] - p[elbow], p[wrist] - p[elbow]
        lengths = float(np.linalg.norm(up)), float(np.linalg.norm(fore))
        if min(lengths) < 0.1 * unit or float(up @ fore) < FOLDED * lengths[0] * lengths[1]:
            continue
        ends = np.clip(np.round([p[elbow] + FROM_ELBOW * fore, p[wrist]]), -30000, 30000).astype(int)
        lane = np.zeros(labels_u8.shape, np.uint8)
        cv2.line(lane, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1, max(1, round(WIDTH * unit)))  # type: ignore[arg-type]
        skin = has_label(labels_u8, name)
        if (skin & (lane > 0)).sum() > BARE * np.count_nonzero(lane):
            beyond = np.clip(np.round(p[wrist] + HAND * fore), -30000, 30000).astype(int)
            cv2.line(lane, tuple(map(int, ends[1])), tuple(map(int, beyond)), 1, max(1, round(WIDTH * unit)))  # type: ignore[arg-type]
            out |= skin & (lane > 0)
    return out
