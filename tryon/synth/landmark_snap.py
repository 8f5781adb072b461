"""Landmarks of a garment's outline lie on the outline: they are moved to where front and back meet."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.synth.cutkit import border_edges
from tryon.synth.garment_mesh import PART

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
REACH_M = 0.08  # a landmark found from the body's shape is at most so far from its place on the outline


def snap_landmarks(
    landmarks: dict[str, int], faces: I64, part: NDArray[np.uint8], front: NDArray[np.bool_], flat: F64
) -> dict[str, int]:
    """The same landmarks on the outline of the garment laid flat.

    Armpits and shoulders of sleeved garments are the two ends of the seam between sleeve and torso; hems, necks,
    cuffs and bare armholes are where a border crosses from front to back.

    Args:
        landmarks: name (viewer's left and right) to vertex. faces: (F, 3). part: (F,) index into PARTS.
        front: (F,). flat: (N, 2) flat metres.
    """
    count = len(flat)
    fold = _touches(faces[front], count) & _touches(faces[~front], count)
    corner = fold & _touches(border_edges(faces), count)
    torso = _touches(faces[part == PART["torso"]], count) | _touches(faces[part == PART["skirt"]], count)
    out = dict(landmarks)
    for name, vertex in landmarks.items():
        what, side = name.rsplit("_", 1)
        sleeve = PART["right_sleeve" if side == "left" else "left_sleeve"]  # the subject's own
        seam = fold & torso & _touches(faces[part == sleeve], count)
        if what in ("armpit", "shoulder") and seam.any():
            ends = np.flatnonzero(seam)
            depth = flat[ends, 1]
            out[name] = int(ends[np.argmax(depth) if what == "armpit" else np.argmin(depth)])
            continue
        near = np.flatnonzero(corner)
        distance = np.linalg.norm(flat[near] - flat[vertex], axis=1)
        if len(near) and distance.min() < REACH_M:
            out[name] = int(near[np.argmin(distance)])
    return out


def _touches(faces: I64, count: int) -> NDArray[np.bool_]:
    out = np.zeros(count, bool)
    out[faces.ravel()] = True
    return out
