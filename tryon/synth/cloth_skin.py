"""A body as what cloth lies on: how far points are from its skin, and how they get out of it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import Body
from tryon.synth.cutkit import corner_matrix, fast_normals

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

FOLD_GAP_M = 0.003  # that cloth keeps from skin
REACH_M = 0.10  # further from the skin nothing is asked of it
DEEPEST_M = 0.07  # deeper inside the body a vertex is not pushed out: it is on the other side
_HAND, _ARM = ("finger", "metacarpal"), ("wrist", "lowerarm", "upperarm")


class Skin:
    """A body without hands as something to be pushed out of; make one and use it for all garments.

    What is worn below the waist is not pushed by arms: they hang through wide skirts.
    """

    def __init__(self, body: Body, faces: I64, layer_m: float = 0.0) -> None:
        """faces: (F, 3) the skin's triangles (``scene.skin_triangles``). layer_m: what is worn below."""
        corners, used = _skin_of(faces.tobytes(), len(body.vertices), faces.dtype.str)
        limb = _limbs(body)[used]
        normals = fast_normals(body.vertices, faces, corners)
        points = body.vertices[used] + layer_m * normals[used]
        self._sides = {}
        for name, keep in (("all", limb < 2), ("armless", limb < 1)):
            tree = cKDTree(points[keep], balanced_tree=False, compact_nodes=False)
            self._sides[name] = (points[keep], normals[used][keep], tree, used[keep])

    def height(self, points: F64, arms: bool = True) -> F64:
        """Distance (N,) m of points over the skin, negative inside; 1 where there is none within 10 cm."""
        return self._nearest(points, arms)[0]

    def push_out(self, points: F64, gap_m: float = FOLD_GAP_M, arms: bool = True) -> F64:
        """Points (N, 3) with those below ``gap_m`` over the skin lifted along its normals."""
        height, normal = self._nearest(points, arms)
        lift = np.where((height < gap_m) & (height > -DEEPEST_M), gap_m - height, 0.0)
        return np.asarray(points + lift[:, None] * normal, float)

    def near(self, points: F64, reach_m: F64) -> I64:
        """Body vertices within a distance (N,) of any of the points."""
        tree, index = self._sides["all"][2:]
        found = tree.query_ball_point(points, reach_m)
        return index[np.unique(np.concatenate([np.asarray(f, np.int64) for f in found]))] if len(found) else index[:0]

    def _nearest(self, points: F64, arms: bool) -> tuple[F64, F64]:
        place, normals, tree, _ = self._sides["all" if arms else "armless"]
        near = tree.query(points, distance_upper_bound=REACH_M)[1]
        known = near < len(place)
        at = np.where(known, near, 0)
        normal = normals[at]
        return np.where(known, ((points - place[at]) * normal).sum(1), 1.0), normal


@lru_cache(maxsize=8)
def _skin_of(faces: bytes, count: int, dtype: str) -> tuple[sp.csr_matrix, I64]:
    triangles = np.frombuffer(faces, dtype).reshape(-1, 3)
    return corner_matrix(triangles, count), np.unique(triangles)


_LIMBS: dict[tuple[int, int], NDArray[np.uint8]] = {}  # by counts of vertices and bones: one model's are all alike


def _limbs(body: Body) -> NDArray[np.uint8]:
    """What each body vertex (V,) is of: 2 hands (they rest on clothes), 1 arms, 0 all else."""
    key = (len(body.vertices), len(body.bones))
    if key not in _LIMBS:
        heads = np.concatenate([body.heads, np.ones((len(body.heads), 1))], 1)
        rest = np.einsum("jab,jb->ja", np.linalg.inv(body.transforms), heads)[:, :3]
        kind = [2 if n.startswith(_HAND) else 1 if n.startswith(_ARM) else 0 for n in body.bones]
        _LIMBS[key] = np.array(kind, np.uint8)[cKDTree(rest).query(body.rest)[1]]
    return _LIMBS[key]
