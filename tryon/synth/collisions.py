"""Whether a pose is possible: limbs must not sink into the trunk or into each other.

A vertex is inside a part when it lies behind the nearest vertex's tangent plane; joints, where parts
meet by nature, are left out of both sides.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import SKIN_END, Body, BodyModel
from tryon.synth.fitted import skin_of

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LIMIT_M = 0.011  # flesh gives way by about a centimetre
SPARE = 5  # so many vertices may lie deeper: a finger's tip, an ear
_ARM = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
_HAND = ("wrist", "finger", "metacarpal")


@dataclass(frozen=True)
class _Part:
    """Vertices (N,) of a closed-enough piece of skin, its triangles, and normals = incidence @ face normals."""

    vertices: I64
    faces: I64
    incidence: sp.csr_matrix


@dataclass(frozen=True)
class _Pair:
    name: str
    limb: I64  # vertices that must stay outside
    part: str


class ClashTest:
    """Measures how deep limbs sink in; made once for a body model."""

    def __init__(self, model: BodyModel) -> None:
        skin = skin_of(model)
        share = {side: self._shares(model, side) for side in "LR"}
        trunk = model.share("spine", "root", "pelvis", "breast", "neck", "head", "clavicle", "shoulder01")
        thighs = model.share("upperleg")
        solid = trunk + thighs
        self._parts = {
            "trunk": _part(skin.faces, solid > 0.9),
            "arm.L": _part(skin.faces, share["L"]["arm"] > 0.9),
            "arm.R": _part(skin.faces, share["R"]["arm"] > 0.9),
            "leg.R": _part(skin.faces, share["R"]["low leg"] > 0.75),
        }
        self._pairs = []
        for side in "LR":
            fore = _thin(share[side]["forearm"] > 0.97, 2)
            hand = _thin(share[side]["hand"] > 0.9, 3)
            self._pairs.append(_Pair(f"hand.{side}", hand, "trunk"))
            self._pairs.append(_Pair(f"forearm.{side}", fore, "trunk"))
        for side, other in (("L", "R"), ("R", "L")):
            both = _thin((share[side]["forearm"] + share[side]["hand"]) > 0.97, 3)
            self._pairs.append(_Pair(f"arms.{side}", both, f"arm.{other}"))
        self._pairs.append(_Pair("legs", _thin(share["L"]["low leg"] > 0.75, 2), "leg.R"))

    @staticmethod
    def _shares(model: BodyModel, side: str) -> dict[str, F64]:
        groups = {
            "arm": _ARM,
            "forearm": ("lowerarm",),
            "hand": _HAND,
            "low leg": ("upperleg02", "lowerleg", "foot", "toe"),
        }
        out = {}
        for name, starts in groups.items():
            columns = [i for i, b in enumerate(model.bones) if b.startswith(starts) and b.endswith("." + side)]
            total = np.asarray(model.weights[:, columns].sum(1)).ravel()
            total[SKIN_END:] = 0.0
            out[name] = total
        return out

    def depths(self, body: Body) -> dict[str, float]:
        """How deep (m, 0 and up) each limb sinks in, all but its SPARE deepest vertices counted."""
        points = body.vertices
        boxes = {name: _box(points[part.vertices]) for name, part in self._parts.items()}
        known: dict[str, tuple[cKDTree, F64]] = {}
        out = {}
        for pair in self._pairs:
            part = self._parts[pair.part]
            limb = points[pair.limb]
            low, high = boxes[pair.part]
            limb = limb[((limb > low) & (limb < high)).all(1)]
            if len(limb) <= SPARE:
                out[pair.name] = 0.0
                continue
            surface = points[part.vertices]
            if pair.part not in known:
                a, b, c = (points[part.faces[:, k]] for k in range(3))
                normals = part.incidence @ np.cross(b - a, c - a)
                normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
                known[pair.part] = cKDTree(surface, leafsize=32, balanced_tree=False, compact_nodes=False), normals
            tree, normals = known[pair.part]
            distance, near = tree.query(limb, distance_upper_bound=0.09)
            found = np.isfinite(distance)
            near = near[found]
            height = np.einsum("ni,ni->n", limb[found] - surface[near], normals[near])
            depth = np.where(height < -0.35 * distance[found], -height, 0.0)
            out[pair.name] = float(np.partition(depth, -SPARE - 1)[-SPARE - 1]) if len(depth) > SPARE else 0.0
        return out

    def is_clear(self, body: Body, limit_m: float = LIMIT_M) -> bool:
        """Whether no limb sinks in by more than ``limit_m``."""
        return max(self.depths(body).values()) <= limit_m


def _box(points: F64) -> tuple[F64, F64]:
    """Lowest and highest corner (3,) of points (N, 3); a row for each axis is faster to reduce."""
    rows = np.ascontiguousarray(points.T)
    return rows.min(1), rows.max(1)


def _part(faces: I64, wanted: NDArray[np.bool_]) -> _Part:
    wanted = wanted.copy()
    wanted[SKIN_END:] = False
    kept = faces[wanted[faces].all(1)]
    used, local = np.unique(kept, return_inverse=True)
    local = local.reshape(-1, 3)
    columns = np.repeat(np.arange(len(kept)), 3)
    incidence = sp.csr_matrix((np.ones(len(columns)), (local.ravel(), columns)), shape=(len(used), len(kept)))
    return _Part(used, kept, incidence)


def _thin(wanted: NDArray[np.bool_], step: int) -> I64:
    return np.flatnonzero(wanted[:SKIN_END])[::step]
