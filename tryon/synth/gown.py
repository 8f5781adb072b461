"""The surface that uppers and dresses are cut from: torso and arms of the tights, below the hips a skirt's tube.

Tights alone end between the legs; a skirt alone has no shoulders. They are welded along a level line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from tryon.synth.bodycuts import Patch
from tryon.synth.even_mesh import locate, remesh

if TYPE_CHECKING:
    from tryon.synth.cutkit import CutKit

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
JOIN_OVER_CROTCH_M = 0.14  # the tube starts here: above the hips' widest, below the skirt's own top
EDGE_M = 0.0145  # folds of 3 cm need this; finer triangles cost time on every body
ROW_M = 0.015  # between two rings of the tube


def build_gown(kit: CutKit) -> Patch:
    """Tights above the join and a tube below it, with shared vertices along the join."""
    join = kit.crotch_z + JOIN_OVER_CROTCH_M
    raw = kit.clip(kit.coarse_tights, kit.place(kit.coarse_tights)[:, 2] - join).patch
    source = kit.place(raw)
    points, top_faces = remesh(source, raw.faces, EDGE_M)
    face, share = locate(points, source, raw.faces)
    where = (np.repeat(np.arange(len(points)), 3), raw.faces[face].ravel())
    pick = sp.csr_matrix((share.ravel(), where), shape=(len(points), len(source)))
    top = Patch((pick @ raw.mix).tocsr(), top_faces)
    loop = _lowest_loop(top.faces, points)
    ring = points[loop]
    skirt = kit.place(kit.skirt)
    angle = _angle(ring, ring)
    rows = np.arange(join - ROW_M, float(skirt[:, 2].min()) + 0.002, -ROW_M)
    finder = _SkirtFinder(skirt, kit.skirt)
    mixes = [top.mix] + [finder.mix(angle, float(z)) for z in rows]
    faces = [top.faces]
    upper = loop
    for k in range(len(rows)):
        lower = top.mix.shape[0] + k * len(loop) + np.arange(len(loop))
        a, b, c, d = upper, np.roll(upper, -1), lower, np.roll(lower, -1)
        flip = (np.arange(len(loop)) + k) % 2 == 0  # diagonals alternate: no direction is stiffer
        one = np.where(flip[:, None], np.stack([b, a, c], 1), np.stack([b, a, d], 1))
        two = np.where(flip[:, None], np.stack([b, c, d], 1), np.stack([a, c, d], 1))
        faces += [one, two]
        upper = lower
    return Patch(sp.vstack(mixes).tocsr(), np.concatenate(faces))


def _lowest_loop(faces: I64, points: F64) -> I64:
    """The border vertices of the lowest border, in the direction of the border's triangles."""
    from tryon.synth.cutkit import border_edges

    rim = border_edges(faces)
    follow = {int(a): int(b) for a, b in rim}
    start = int(rim[np.argmin(points[rim[:, 0], 2]), 0])
    out, now = [start], follow[start]
    while now != start:
        out.append(now)
        now = follow[now]
    return np.array(out)


def _angle(points: F64, ring: F64) -> F64:
    centre = 0.5 * (ring[:, :2].min(0) + ring[:, :2].max(0))
    offset = points[:, :2] - centre
    return np.asarray(np.arctan2(offset[:, 1], offset[:, 0]))


class _SkirtFinder:
    """Finds the place on a skirt's tube by angle and height, as a mix of its vertices."""

    def __init__(self, points: F64, patch: Patch) -> None:
        self._patch = patch
        angle = _angle(points, points)
        plane = np.stack([angle, points[:, 2] / 0.2], 1)  # about as many cm an angle as a height
        shifted = [plane + np.array([turn, 0.0]) for turn in (-2 * np.pi, 0.0, 2 * np.pi)]
        self._source = np.tile(np.arange(len(points)), 3)
        self._mesh = Delaunay(np.concatenate(shifted))

    def mix(self, angle: F64, height: float) -> sp.csr_matrix:
        """(K, V) rows for angles (K,) at one height."""
        query = np.stack([angle, np.full(len(angle), height / 0.2)], 1)
        found = self._mesh.find_simplex(query)
        transform = self._mesh.transform[found]
        two = np.einsum("kij,kj->ki", transform[:, :2], query - transform[:, 2])
        share = np.clip(np.concatenate([two, 1 - two.sum(1, keepdims=True)], 1), 0, 1)
        share /= share.sum(1, keepdims=True)
        column = self._source[self._mesh.simplices[found]]
        where = (np.repeat(np.arange(len(angle)), 3), column.ravel())
        pick = sp.csr_matrix((share.ravel(), where), shape=(len(angle), self._patch.mix.shape[0]))
        return (pick @ self._patch.mix).tocsr()
