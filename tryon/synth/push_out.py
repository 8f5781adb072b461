"""Keep cloth outside the body: vertices below the skin are moved out along its normals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import SKIN_END, Body
from tryon.synth.cutkit import CutKit, corner_matrix, fast_normals

F64 = NDArray[np.float64]
REACH_M = 0.06  # cloth deeper than this is no near miss: it belongs to another limb
SHOE_M = 0.018  # shoes make feet wider, measured on six pairs
SOCK_M = 0.013  # and socks ankles
SOCK_TOP_M = 0.20  # over the ankle


class BodyGuard:
    """The skin of the lower body (or of a chosen region), ready for quick questions."""

    def __init__(self, kit: CutKit, top_m: float = 0.20) -> None:
        model, rest = kit.model, kit.reference.rest
        names = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
        arms = [i for i, n in enumerate(model.bones) if n.startswith(names)]
        feet = [i for i, n in enumerate(model.bones) if n.startswith(("foot", "toe"))]
        use = np.asarray(model.weights[:, arms].sum(1)).ravel() < 0.1
        use &= rest[:, 2] < kit.joint("spine03")[2] + top_m
        use[SKIN_END:] = False
        quads = model.faces[model.faces.max(1) < SKIN_END]
        quads = quads[use[quads].all(1)]
        used, local = np.unique(quads, return_inverse=True)
        local = local.reshape(quads.shape)
        self._vertices = used
        self._faces = np.concatenate([local[:, [0, 1, 2]], local[:, [0, 2, 3]]])
        self._gather = corner_matrix(self._faces, len(used))
        foot = np.asarray(model.weights[used][:, feet].sum(1)).ravel()
        shaft = np.clip((kit.joint("foot.L")[2] + SOCK_TOP_M - rest[used, 2]) / 0.08, 0, 1)
        self._shoe = np.maximum(SHOE_M * np.clip(2 * foot, 0, 1), SOCK_M * shaft)

    def push(self, points: F64, body: Body, margin_m: float, passes: int = 2) -> F64:
        """Points (N, 3) m at least ``margin_m`` outside the skin (feet: a shoe's thickness more)."""
        skin = body.vertices[self._vertices]
        normals = fast_normals(skin, self._faces, self._gather)
        tree = cKDTree(skin)
        margin = margin_m + self._shoe
        out = points.copy()
        ask = np.arange(len(points))
        for _ in range(passes):
            distance, near = tree.query(out[ask])
            depth = margin[near] - ((out[ask] - skin[near]) * normals[near]).sum(1)
            inside = (depth > 0) & (distance < REACH_M)
            ask, near, depth = ask[inside], near[inside], depth[inside]
            if not len(ask):
                break
            out[ask] += depth[:, None] * normals[near]
        return out
