"""Other people in the photo: what they wear is not the visitor's, and must stay as it is."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.agnostic import body_unit
from tryon.person.pose import Face, is_face_of
from tryon.types import LABEL, LabelsU8, MaskF32, Pose

STRANGE = 0.15  # of the person's own mask: what has less is somebody else's
SMALLEST = 0.1  # squared shoulder widths: a smaller piece is an edge of one's own clothes that the mask misses
FIGURE = 1.4  # widths of a face, to each side of it: a body in front view
NOSE = 0.5  # sides of a face by which one's own nose may miss it: heads that look down
EQUAL = 0.6  # of one's own face's height: a smaller face is further off, and one's own clothes may hide its owner
CHEST, LEGS = 1.35, 0.7  # half-widths of a neighbour, in widths of the face
REACH = 0.35  # shoulder widths from one's own bones, within which cloth is one's own
BONES = ((11, 13), (13, 15), (12, 14), (14, 16), (23, 25), (25, 27), (24, 26), (26, 28), (0, 11), (0, 12))


def without_neighbours(labels_u8: LabelsU8, mask_f32: MaskF32, pose: Pose, faces: Iterable[Face]) -> LabelsU8:
    """Name background what another person with a face wears and shows, where the person's mask says it is not theirs.

    Args:
        labels_u8: (H, W) parsing. mask_f32: (H, W) 0..1, the pose model's own mask of the person. pose: theirs, in the
            photo's pixels. faces: all that were found.

    Returns:
        (H, W) uint8; the given array where nobody else is seen.
    """
    faces = list(faces)
    others = [face for face in faces if not is_face_of(face, pose, beside=NOSE)]
    if not others:
        return labels_u8
    own = max(
        (face.height for face in faces if is_face_of(face, pose, beside=NOSE)),
        default=min(face.height for face in others),
    )
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
    whole: NDArray[np.uint8] = cv2.dilate(theirs[pieces].astype(np.uint8), np.ones((2 * edge + 1,) * 2, np.uint8))
    gone = (whole > 0) & (strange > 0)
    equals = [face for face in others if face.height > EQUAL * own]
    if equals:
        gone |= _beside(labels_u8.shape, pose, equals)
    gone &= labels_u8 != LABEL["accessory"]  # whoever holds it, it is never changed
    return np.where(gone, 0, labels_u8).astype(np.uint8) if (gone & (labels_u8 > 0)).any() else labels_u8


def _beside(shape: tuple[int, ...], pose: Pose, faces: list[Face]) -> NDArray[np.bool_]:
    """(H, W) bool: where neighbours stand as tall as oneself, and none of one's own bones is near.

    The pose model's mask often takes a piece of who stands shoulder to shoulder.
    """
    step = max(1, max(shape) // 420)
    h, w = -(-shape[0] // step), -(-shape[1] // step)
    bare, theirs = np.ones((h, w), np.uint8), np.zeros((h, w), np.uint8)
    p = np.clip(np.round(pose.points_px / step), -30000, 30000).astype(np.int32)
    for a, b in BONES:
        cv2.line(bare, p[a].tolist(), p[b].tolist(), 0, 1)
    cv2.fillConvexPoly(bare, cv2.convexHull(p[[11, 12, 23, 24]]), 0)
    for face in faces:
        x, y, wide, high = (value / step for value in face)
        for half, top, bottom in ((CHEST, y + high, y + 4.5 * high), (LEGS, y - 0.5 * high, y + 10 * high)):
            middle = x + wide / 2
            rows = slice(max(0, round(top)), max(0, round(bottom)))
            theirs[rows, max(0, round(middle - half * wide)) : max(0, round(middle + half * wide))] = 1
    far = cv2.distanceTransform(bare, cv2.DIST_L2, 5) > REACH * body_unit(pose) / step
    found = (far & (theirs > 0)).astype(np.uint8)
    return np.asarray(
        cv2.resize(found, (w * step, h * step), interpolation=cv2.INTER_NEAREST)[: shape[0], : shape[1]] > 0
    )
