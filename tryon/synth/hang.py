"""How a cut garment lies on a body: away from the skin by its ease, then down by its weight.

A vertex is a fixed mix of the body's vertices, so a garment follows every shape and pose; what is added
here is what cloth does by itself: it stands off, falls straight from chest and belly, sags under the arm,
and is drawn in where it is tucked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import SKIN_END, Body
from tryon.synth.collars import CollarPlan, place_collar
from tryon.synth.cutkit import CutKit, HangTable, corner_matrix, fast_normals, hang_tube, smoothing
from tryon.synth.garment_mesh import Fit, Worn

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
LAYER_M = (0.0, 0.006, 0.014)  # additional distance over what is worn below
GAP_M = 0.003  # cloth never lies closer to the skin


@dataclass(frozen=True)
class HangPlan:
    """Everything about a garment's fall that does not depend on the body.

    mix: (N, V) weights of base vertices, smoothed. ease: (N,) m away from the skin. rim: (N,) 0..1, how
    much of further distances applies (little at the neckline). sleeve: {"L", "R"} (N,) 0..1 share of the
    arm's sag; fore: (N,) 0..1 share of the lower arm's axis. level: (N,) 0 at the armpits .. 1 at the hem,
    negative above; free: (N,) 0..1 share of the hang. tuck: (N,) 0..1 drawn in when tucked, sunk: (N,) 0..1 below
    every waistband, lift: (N,) m up where it would hang between the legs.
    height_m: armpits to hem. table: how the torso narrows. flare: share of radius added to the hem.
    wave_m, waves: unevenness of the hem. lap: (N,) above the knees. covered, covered_tucked: (V,) see ``Worn``.
    """

    mix: sp.csr_matrix
    faces: I64
    ease: F64
    rim: F64
    sleeve: dict[str, F64]
    fore: F64
    level: F64
    free: F64
    tuck: F64
    sunk: F64
    lift: F64
    height_m: float
    table: HangTable
    flare: F64
    wave_m: float
    waves: int
    lap: Bool
    covered: Bool
    covered_tucked: Bool


class Hanger:
    """Puts one garment on bodies."""

    def __init__(self, kit: CutKit, plan: HangPlan, collar: CollarPlan | None = None) -> None:
        self._kit, self.plan, self._collar = kit, plan, collar
        count = plan.mix.shape[0]
        self._gather = corner_matrix(plan.faces, count)
        self._calm = smoothing(plan.faces, count, 4)
        # only the base vertices in use: a smaller product
        self._columns = np.unique(plan.mix.indices)
        self._mix = plan.mix[:, self._columns].tocsr()
        self._skin = _torso_skin(kit)
        self._torso = np.flatnonzero(plan.free > 0.5)
        self._arms = _lower_arms(kit)

    def wear(self, body: Body, fit: Fit) -> Worn:
        """See ``garment_mesh.Wearable``."""
        plan = self.plan
        base = self._mix @ body.vertices[self._columns]
        normal = self._calm @ fast_normals(base, plan.faces, self._gather)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        more = LAYER_M[min(fit.layer, 2)] + fit.loose_m
        rest_on = 1 - 0.85 * np.clip(1.7 * normal[:, 2], 0, 1)  # cloth lies on shoulders
        ease = plan.ease * rest_on + more * plan.rim
        points = base + ease[:, None] * normal
        points = self._sag(points, plan.ease + fit.loose_m * plan.rim, body)
        points = self._fall(points, body, fit)
        points = self._press(points, base, body)
        points = self._sit(points, body)
        if fit.tucked:
            close = base + 0.004 * normal
            points = points + plan.tuck[:, None] * (close - points)
        points = push_out(points, body, self._kit, self._skin, GAP_M + 0.5 * more)
        if fit.tucked:  # under the trousers nothing of it may be seen beside them
            points = points - (0.02 * plan.sunk)[:, None] * normal
            points = points + plan.lift[:, None] * np.array([0.0, 0.0, 1.0])
        if self._collar is not None:
            normal = fast_normals(points, plan.faces, self._gather)
            neck_up = body.joint("neck02") - body.joint("neck01") + np.array([0.0, 0.0, 0.03])
            collar = place_collar(self._collar, points, normal, neck_up / np.linalg.norm(neck_up))
            collar = push_out(collar, body, self._kit, self._skin, GAP_M + 0.5 * more)
            points = np.concatenate([points, collar])
        return Worn(points, (plan.covered_tucked if fit.tucked else plan.covered).copy())

    def _sag(self, points: F64, ease: F64, body: Body) -> F64:
        """Sleeves rest on the arm's upper side and hang below it."""
        out = points
        for side, share in self.plan.sleeve.items():
            a, b, c = (body.joint(f"{name}.{side}") for name in ("upperarm01", "lowerarm01", "wrist"))
            u, v = (b - a) / np.linalg.norm(b - a), (c - b) / np.linalg.norm(c - b)
            axis = (1 - self.plan.fore)[:, None] * u + self.plan.fore[:, None] * v
            axis /= np.maximum(np.linalg.norm(axis, axis=1, keepdims=True), 1e-9)
            down = -np.array([0.0, 0.0, 1.0]) + axis * axis[:, 2:3]
            # a hanging sleeve touches the arm on its outer side: the shoulder carries it
            inward = body.joint("spine02") - a
            inward = inward - (axis @ inward)[:, None] * axis
            inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-9)
            hanging = np.clip(-axis[:, 2:3], 0, 1) ** 2
            out = out + (share * ease)[:, None] * (0.75 * down + 0.55 * hanging * inward)
        return out

    def _fall(self, points: F64, body: Body, fit: Fit) -> F64:
        """The torso falls from chest, belly and back; flare and waves come on top."""
        plan = self.plan
        on = plan.free > 0
        if not on.any():
            return points
        p, level, free = points[on], plan.level[on], plan.free[on]
        top, hips = body.joint("spine01"), body.joint("spine05")
        high = p[level < 0.12][:, :2]
        centre_top = 0.5 * (high.min(0) + high.max(0))
        # below the chest the axis follows the spine, then gravity
        t = np.clip((top[2] - p[:, 2]) / max(top[2] - hips[2], 0.1), 0, 1.0)
        offset = p[:, :2] - (centre_top + t[:, None] * (hips - top)[:2])
        radius = np.linalg.norm(offset, axis=1)
        hung = hang_tube(offset, np.clip(level, 0, 1), plan.height_m, plan.table)
        rng = np.random.default_rng(fit.seed)
        angle = np.arctan2(offset[:, 1], offset[:, 0])
        first, second, third = rng.uniform(0, 2 * np.pi, 3)
        wave = np.sin(plan.waves * angle + first) + 0.5 * np.sin((plan.waves + 3) * angle + second)
        wave = wave + 0.4 * np.sin(2 * angle + third)
        drop = np.clip(level, 0, 1)
        wide = np.maximum(hung, radius) * (1 + plan.flare[on]) + plan.wave_m * wave * drop**1.2
        share = free * _upright(body)
        new = radius + share * (wide - radius)
        out = points.copy()
        out[on, :2] += offset * ((new - radius) / np.maximum(radius, 1e-6))[:, None]
        # cloth that stands off shows no muscles
        even = self._calm @ out
        return np.asarray(out + (plan.free * np.clip((plan.ease - 0.003) / 0.006, 0, 1))[:, None] * (even - out))

    def _sit(self, points: F64, body: Body) -> F64:
        """What hangs behind a sitting body's thighs lies on the seat instead."""
        seated = 1 - _upright(body)
        if seated < 0.3:
            return points
        thighs = [body.joint(f"{n}.{side}") for n in ("upperleg01", "lowerleg01") for side in "LR"]
        seat = min(float(p[2]) for p in thighs) - 0.075
        out = points.copy()
        low = self.plan.lap & (points[:, 2] < seat)
        out[low, 2] = seat + 0.12 * (points[low, 2] - seat)
        return out

    def _press(self, points: F64, base: F64, body: Body) -> F64:
        """Arms and hands lie over the torso's cloth: it yields to them."""
        cloth = self._torso
        arm = body.vertices[self._arms]
        tree = cKDTree(arm)
        normal = self._kit.skin_normals(body)[self._arms]
        start, way = base[cloth], points[cloth] - base[cloth]
        use = np.flatnonzero(tree.query(points[cloth], distance_upper_bound=0.07)[0] < 1)
        if not len(use):
            return points
        reach = np.ones(len(cloth))
        for share in (1.0, 0.8, 0.6, 0.4, 0.2):
            at = start[use] + share * way[use]
            vertex = tree.query(at, distance_upper_bound=0.035)[1]
            hit = vertex < len(arm)
            vertex = np.where(hit, vertex, 0)
            height = np.einsum("ni,ni->n", at - arm[vertex], normal[vertex])
            reach[use[hit & (height < 0.004)]] = share - 0.2
        out = points.copy()
        out[cloth] = start + np.maximum(reach, 0.05)[:, None] * way
        # dents have soft edges
        dent = np.zeros(len(points))
        dent[cloth] = 1 - reach
        wide = np.clip(1.6 * (self._calm @ (self._calm @ dent)), 0, 1)
        dent = np.where(self.plan.free > 0, np.maximum(dent, wide), 0.0)
        return np.asarray(
            np.where((dent > 0)[:, None], base + np.maximum(1 - dent, 0.05)[:, None] * (points - base), out)
        )


def _upright(body: Body) -> float:
    """1 standing .. 0 where a thigh is horizontal: then cloth lies on the lap."""
    lift = 0.0
    for side in "LR":
        thigh = body.joint(f"lowerleg01.{side}") - body.joint(f"upperleg01.{side}")
        lift = max(lift, 1 + thigh[2] / float(np.linalg.norm(thigh)))
    return float(np.clip(1.25 - 1.4 * lift, 0, 1))


def _torso_skin(kit: CutKit) -> I64:
    """Skin vertices that cloth is kept off: not head and hands."""
    weights = kit.model.weights
    off = [
        i
        for i, n in enumerate(kit.model.bones)
        if n.startswith(("head", "eye", "wrist", "finger", "metacarpal", "toe", "foot"))
    ]
    share = np.asarray(weights[:SKIN_END, off].sum(1)).ravel()
    return np.flatnonzero(share < 0.3)


def _lower_arms(kit: CutKit) -> I64:
    """Skin vertices of forearms and hands, every second one."""
    names = ("lowerarm", "wrist", "finger", "metacarpal")
    use = [i for i, n in enumerate(kit.model.bones) if n.startswith(names)]
    share = np.asarray(kit.model.weights[:SKIN_END, use].sum(1)).ravel()
    return np.flatnonzero(share > 0.5)[::2]


def push_out(points: F64, body: Body, kit: CutKit, skin: I64, gap_m: float) -> F64:
    """Move vertices (N, 3) that lie inside the body, or closer than a gap, out along the skin's normals."""
    normals = kit.skin_normals(body)
    tree = cKDTree(body.vertices[skin])
    out = points
    for _ in range(2):
        _, near = tree.query(out, distance_upper_bound=0.05)
        hit = near < len(skin)
        at = skin[np.where(hit, near, 0)]
        height = np.einsum("ni,ni->n", out - body.vertices[at], normals[at])
        lack = np.where(hit & (height < gap_m), gap_m - height, 0.0)
        out = out + lack[:, None] * normals[at]
    return out
