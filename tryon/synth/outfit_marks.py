"""Landmarks of garments whose cut is unknown, from their flat shape, parts and borders."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import PART
from tryon.synth.lower_features import border_vertices

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
NECK = 0.36  # of the torso's half width: where collars and necklines meet the shoulders
CUFF_M = 0.035  # a slanting sleeve end spans so much along the arm


def _of_faces(count: int, faces: I64, chosen: Bools) -> Bools:
    out = np.zeros(count, bool)
    out[faces[chosen]] = True
    return out


def upper_marks(flat: F64, faces: I64, part: NDArray[np.uint8]) -> dict[str, int]:
    """Neck, shoulders, cuffs, armpits and hem of an upper; left and right are the viewer's."""
    count = len(flat)
    border = np.zeros(count, bool)
    border[border_vertices(faces)] = True
    torso = _of_faces(count, faces, part == PART["torso"])
    middle = 0.5 * float(flat[torso, 0].min() + flat[torso, 0].max())
    top, low = float(flat[torso, 1].min()), float(flat[torso, 1].max())
    height = low - top
    wide = 0.5 * float(np.ptp(flat[torso, 0]))
    out: dict[str, int] = {}
    # the viewer's left is the subject's right
    for name, sleeve_name, sign in (("left", "right_sleeve", -1.0), ("right", "left_sleeve", 1.0)):
        side = sign * (flat[:, 0] - middle)
        sleeve = _of_faces(count, faces, part == PART[sleeve_name])
        hem = np.flatnonzero(border & torso & (flat[:, 1] > low - 0.12 * height) & (side > 0))
        out[f"hem_{name}"] = int(hem[np.argmax(side[hem] + 0.5 * flat[hem, 1])])
        neck = np.flatnonzero(torso & (side > 0.16 * wide) & (side < 0.55 * wide))
        out[f"neck_{name}"] = int(neck[np.argmin(flat[neck, 1] + 0.35 * np.abs(side[neck] - NECK * wide))])
        seam = np.flatnonzero(torso & sleeve)
        if not len(seam):
            continue
        out[f"shoulder_{name}"] = int(seam[np.argmin(flat[seam, 1] - 0.3 * side[seam])])
        out[f"armpit_{name}"] = int(seam[np.argmax(flat[seam, 1] - 0.3 * side[seam])])
        root = 0.5 * (flat[out[f"shoulder_{name}"]] + flat[out[f"armpit_{name}"]])
        along = flat[sleeve].mean(0) - root
        reach = (flat - root) @ (along / np.linalg.norm(along))
        # not the border: a cuff may be folded in
        cuff = np.flatnonzero(sleeve & ~torso & (reach > reach[sleeve].max() - CUFF_M))
        across = np.array([along[1], -along[0]]) * sign  # from the armpit's side to the shoulder's
        place = (flat[cuff] - root) @ (across / np.linalg.norm(across))
        out[f"cuff_out_{name}"], out[f"cuff_in_{name}"] = int(cuff[np.argmax(place)]), int(cuff[np.argmin(place)])
    return out
