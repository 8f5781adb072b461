"""Other people in the photo: what they wear is not the visitor's, and must stay as it is."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import body_unit
from tryon.person.pose import Face
from tryon.types import LabelsU8, MaskF32, Pose

STRANGE = 0.15  # of the person's own mask: what has less is somebody else's
SMALLEST = 0.1  # squared shoulder widths: a smaller piece is an edge of one's own clothes that the mask misses
FIGURE = 1.4  # widths of a face, to each side of it: a body in front view
OWN_FACE = 0.2  # widths and heights of a face that the nose may lie beside it


def without_neighbours(labels_u8: LabelsU8, mask_f32: MaskF32, pose: Pose, faces: Iterable[Face]) -> LabelsU8:
    """Name background what another person with a face wears and shows, where the person's mask says it is not theirs.

    Args:
        labels_u8: (H, W) parsing. mask_f32: (H, W) 0..1, the pose model's own mask of the person. pose: theirs, in the
            photo's pixels. faces: all that were found.

    Returns:
        (H, W) uint8; the given array where nobody else is seen.
    """
    others = [face for face in faces if not _is_own(face, pose)]
    if not others:
        return labels_u8
    strange = ((labels_u8 > 0) & (mask_f32 < STRANGE)).astype(np.uint8)
    least = SMALLEST * body_unit(pose) ** 2
    edge = max(3, round(0.04 * body_unit(pose)) * 2 + 1)
    # threads along one's own outline would join the neighbour to it
    core = cv2.morphologyEx(strange, cv2.MORPH_OPEN, np.ones((edge, edge), np.uint8))
    _, pieces, stats, middles = cv2.connectedComponentsWithStats(core, connectivity=8)
    theirs = np.zeros(len(stats), bool)
    for face in others:
        x0, x1 = face.x - FIGURE * face.width, face.x + (1 + FIGURE) * face.width
        theirs |= (middles[:, 0] > x0) & (middles[:, 0] < x1) & (middles[:, 1] > face.y - face.height)
    theirs &= stats[:, cv2.CC_STAT_AREA] > least
    theirs[0] = False
    if not theirs.any():
        return labels_u8
    whole: NDArray[np.uint8] = cv2.dilate(theirs[pieces].astype(np.uint8), np.ones((2 * edge + 1,) * 2, np.uint8))
    return np.where((whole > 0) & (strange > 0), 0, labels_u8).astype(np.uint8)


def _is_own(face: Face, pose: Pose) -> bool:
    x, y = pose.points_px[0]
    beside_x, beside_y = OWN_FACE * face.width, OWN_FACE * face.height
    inside_x = face.x - beside_x <= x <= face.x + face.width + beside_x
    return bool(inside_x and face.y - beside_y <= y <= face.y + face.height + beside_y)
