"""Collars, lapels and hoods: strips that grow from a garment's edge on every body anew.

A strip has a *stand* (rows welded to the edge, going up beside the neck) and a *leaf* (a surface of its
own that starts at the stand's top and lies on the garment, its outer side up). A hood is one welded strip.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.synth.cutkit import border_edges

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
LIFT_M = 0.005  # of a leaf over the cloth it lies on


@dataclass(frozen=True)
class CollarCut:
    """A collar's sizes in m.

    stand: height beside the neck. leaf: length at the nape, point: at the front ends. spread: how far the points
    lean apart. lapel: greatest width of lapels, break_z: height over the crotch where they begin (blazers).
    """

    kind: Literal["stand", "fold", "lapel", "hood"] = "fold"
    stand: float = 0.028
    leaf: float = 0.040
    point: float = 0.070
    spread: float = 0.03
    lapel: float = 0.0
    break_z: float = 0.0


@dataclass(frozen=True)
class CollarPlan:
    """A collar's topology: which edge it grows from and its rows.

    chain: (K,) vertices of the edge, from one front end to the other. faces: (F, 3) with vertices numbered after
    the garment's own. rows: (R, K, 3) m along (up, away from the edge on the cloth, off the cloth), and lean (R, K) m
    along the edge away from the front. calm: smoothing steps of the leaf's direction. count: vertices added.
    """

    chain: I64
    faces: I64
    up: F64
    away: F64
    off: F64
    lean: F64
    hood: bool = False
    calm: int = 0

    @property
    def count(self) -> int:
        """Vertices that the collar adds."""
        return int(self.up.size)


def edge_chain(faces: I64, points: F64, use: Bool) -> I64:
    """Ordered border vertices for which ``use`` (N,) holds: the longest run, from the subject's right front end to
    the left one; a closed run is opened at the front's middle, whose vertex then stands at both ends."""
    follow = {int(a): int(b) for a, b in border_edges(faces)}
    best: list[int] = []
    seen: set[int] = set()
    for start in np.flatnonzero(use):
        if int(start) in seen or int(start) not in follow:
            continue
        loop, now, passed = [int(start)], follow[int(start)], {int(start)}
        while now not in passed and now in follow:  # where two borders touch in a vertex a walk may miss its start
            loop.append(now)
            passed.add(now)
            now = follow[now]
        seen |= passed
        flags = use[loop]
        if flags.all():
            run = loop
            middle = int(np.argmin(points[run, 1] + 0.5 * np.abs(points[run, 0])))
            run = [*run[middle:], *run[: middle + 1]]
        else:
            turn = int(np.flatnonzero(~flags)[0])
            loop, flags = loop[turn:] + loop[:turn], np.roll(flags, -turn)
            edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
            a, b = max(zip(edges[::2], edges[1::2], strict=True), key=lambda ab: ab[1] - ab[0])
            run = loop[a:b]
        if len(run) > len(best):
            best = run
    chain = np.array(best, np.int64)
    x = points[chain, 0]
    return chain if x[: len(x) // 2].mean() < x[len(x) // 2 :].mean() else chain[::-1]


def _step(x: F64, low: float, high: float) -> F64:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def plan_collar(cut: CollarCut, faces: I64, points: F64, neck: Bool, front: Bool, crotch_z: float) -> CollarPlan:
    """Where and how a collar grows.

    Args:
        points: (N, 3) on the reference in rest. neck, front: (N,) border vertices of neckline and front opening.
    """
    use = neck.copy()
    if cut.kind == "lapel":
        use |= front & (points[:, 2] > crotch_z + cut.break_z)
    chain = edge_chain(faces, points, use)
    step = np.linalg.norm(np.diff(points[chain], axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(step)])
    end = np.minimum(along, along[-1] - along)  # distance from the nearer front end
    builder = {"stand": _stand_rows, "fold": _fold_rows, "lapel": _lapel_rows, "hood": _hood_rows}[cut.kind]
    welded, (up, away, off, lean) = builder(cut, end, points[chain], neck[chain])
    count, rows, k = len(points), len(up), len(chain)
    number = count + np.arange(rows * k).reshape(rows, k)
    strips = [_strip(np.vstack([chain, number[:welded]]))] if welded else []
    if welded < rows:
        strips.append(_strip(number[welded:])[:, ::-1])  # its upper side is the outer one
    faces_out = np.concatenate(strips)
    # the strip must continue the garment's orientation: the border's edges run against it
    directed = {(int(a), int(b)) for a, b in border_edges(faces)}
    if (int(chain[0]), int(chain[1])) not in directed:
        faces_out = faces_out[:, ::-1]
    return CollarPlan(chain, faces_out, up, away, off, lean, cut.kind == "hood", 14 if cut.kind == "lapel" else 0)


def _strip(grid: I64) -> I64:
    a, b, c, d = grid[:-1, :-1].ravel(), grid[:-1, 1:].ravel(), grid[1:, :-1].ravel(), grid[1:, 1:].ravel()
    even = (np.arange(len(a)) % 2 == 0)[:, None]
    one = np.where(even, np.stack([b, a, c], 1), np.stack([b, a, d], 1))
    two = np.where(even, np.stack([b, c, d], 1), np.stack([a, c, d], 1))
    return np.concatenate([one, two])


_Rows = tuple[int, tuple[F64, F64, F64, F64]]


def _stand_rows(cut: CollarCut, end: F64, points: F64, neck: Bool) -> _Rows:
    height = cut.stand * (0.75 + 0.25 * _step(end, 0.0, 0.05))
    share = np.linspace(0, 1, max(2, round(cut.stand / 0.013)) + 1)[1:]
    up = share[:, None] * height
    zero = np.zeros_like(up)
    return len(up), (up, zero, zero + 0.002, zero)


def _fold_rows(cut: CollarCut, end: F64, points: F64, neck: Bool) -> _Rows:
    welded, (up, away, off, lean) = _stand_rows(cut, end, points, neck)
    top = up[-1]
    length = cut.leaf + (cut.point - cut.leaf) * (1 - _step(end, 0.0, 0.11))
    lean_end = cut.spread * (1 - _step(end, 0.0, 0.10))
    share = np.array([0.0, 0.12, 0.34, 0.56, 0.78, 1.0])
    leaf_up = top * np.array([1.0, 1.06, 0.62, 0.22, 0.04, 0.0])[:, None]
    leaf_away = length * np.clip(share - 0.04, 0, None)[:, None] ** 1.1
    leaf_off = LIFT_M + 0.004 * np.sin(np.pi * share)[:, None] + np.zeros_like(leaf_away)
    rows = (leaf_up, leaf_away, leaf_off, share[:, None] * lean_end)
    return welded, tuple(np.concatenate(pair) for pair in zip((up, away, off, lean), rows, strict=True))  # type: ignore[return-value]


def _lapel_rows(cut: CollarCut, end: F64, points: F64, neck: Bool) -> _Rows:
    """Lapels from the break up to the notch, a collar around the neck."""
    first = float(end[neck].min()) if neck.any() else 0.0  # where the neckline starts
    on_collar = _step(end, first - 0.005, first + 0.015)
    stand = cut.stand * _step(end, first, first + 0.10)
    lapel = cut.lapel * np.clip(end / max(first - 0.02, 0.05), 0, 1) ** 0.85
    notch = 1 - 0.45 * np.exp(-(((end - first) / 0.012) ** 2))
    length = ((1 - on_collar) * lapel + on_collar * cut.leaf) * notch
    share = np.array([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    welded_up = np.stack([0.5 * stand, stand])
    zero = np.zeros_like(welded_up)
    leaf_up = stand * np.array([1.0, 0.9, 0.5, 0.2, 0.05, 0.0])[:, None]
    leaf_off = LIFT_M * (0.5 + 0.5 * share[:, None]) + 0.006 * np.sin(np.pi * share)[:, None] + np.zeros_like(leaf_up)
    rows = (leaf_up, share[:, None] * length, leaf_off, np.zeros_like(leaf_up))
    start = (welded_up, zero, zero + 0.001, zero)
    return 2, tuple(np.concatenate(pair) for pair in zip(start, rows, strict=True))  # type: ignore[return-value]


def _hood_rows(cut: CollarCut, end: F64, points: F64, neck: Bool) -> _Rows:
    """A hood that lies behind the neck: a roll around it that falls down the back."""
    back = _step(end, 0.10, 0.5 * float(end.max()) + 0.10)
    roll = 0.020 + 0.055 * back  # how far it reaches over the shoulder
    fall = cut.leaf * back**1.5  # how far down the back
    height = cut.stand * (0.55 + 0.45 * _step(end, 0.0, 0.10))
    # up: over the edge, away: down along the cloth, off: from the cloth
    away = np.stack([0.35 * roll, 0.8 * roll + 0.45 * fall, 0.9 * roll + fall, 0.85 * roll + 0.95 * fall, 0.6 * roll + 0.5 * fall, 0.35 * roll, 0.1 * roll])  # fmt: skip  # noqa: E501
    bulk = 0.012 + 0.03 * back
    off = np.stack([0.15 * bulk, 0.35 * bulk, 0.5 * bulk, 1.0 * bulk, 1.3 * bulk, 0.9 * bulk, 0.4 * bulk])
    up = np.stack([0.1 * height, 0.0 * height, 0.0 * height, 0.1 * height, 0.55 * height, 0.95 * height, 1.0 * height])
    return 7, (up, away, off, np.zeros_like(up))


def place_collar(plan: CollarPlan, points: F64, normals: F64, neck_up: F64) -> F64:
    """The collar's vertices (count, 3) on a garment that is already on a body.

    Args:
        points, normals: (N, 3) of the garment. neck_up: (3,) along the neck.
    """
    chain = plan.chain
    edge, normal = points[chain], _calm(normals[chain], 3)
    tangent = np.gradient(edge, axis=0)
    tangent = _calm(tangent / np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9), 3)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
    away = np.cross(normal, tangent)
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    # away from the neck: for the middle of the chain, the nape, that is down
    if away[len(away) // 2, 2] > 0:
        away = -away
    if plan.calm:  # around a corner of the edge wide leaves would cross over themselves
        away = _calm(away, plan.calm)
        away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
    half = np.arange(len(chain)) < len(chain) / 2
    back = np.where(half[:, None], tangent, -tangent)  # along the edge, away from the front
    out = edge + plan.up[..., None] * neck_up + plan.away[..., None] * away
    out = out + plan.off[..., None] * normal + plan.lean[..., None] * back
    return np.asarray(out.reshape(-1, 3))


def lay_collar(plan: CollarPlan, flat: F64, faces: I64, front: Bool) -> tuple[F64, Bool]:
    """A collar laid flat on its garment, a hood spread above it.

    Args:
        flat: (N, 2) m of the garment, y down. faces, front: (F, 3), (F,) of the garment.

    Returns:
        (count, 2) flat m and whether each of the collar's faces lies on the upper side.
    """
    chain = plan.chain
    edge = flat[chain]
    tangent = np.gradient(edge, axis=0)
    tangent = _calm(tangent / np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9), 3)
    place = np.full(len(flat), -1)
    place[chain] = np.arange(len(chain))
    touch = place[faces] >= 0
    rows, corner = np.nonzero(touch)
    at = place[faces[rows, corner]]
    count = np.maximum(np.bincount(at, minlength=len(chain)), 1)
    middle = flat[faces].mean(1)[rows]
    inward = np.stack([np.bincount(at, middle[:, k], len(chain)) / count for k in (0, 1)], 1) - edge
    up_side = np.bincount(at, front[rows].astype(float), len(chain)) / count
    away = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    away *= np.sign(np.einsum("ki,ki->k", away, inward))[:, None]
    away = _calm(away, 2 + plan.calm)
    half = np.arange(len(chain)) < len(chain) / 2
    back = np.where(half[:, None], tangent, -tangent)
    rise = np.array([0.0, -1.0])
    if plan.hood:  # its cloth lies spread above the neckline, as long as it is
        path = np.stack([plan.up, plan.away, plan.off], -1)
        first = np.zeros((1, *path.shape[1:]))
        length = np.cumsum(np.linalg.norm(np.diff(np.concatenate([first, path]), axis=0), axis=2), axis=0)
        t = length / max(float(length.max()), 1e-6)
        wide = 1 + 0.9 * np.sqrt(np.clip(t, 0, 1)) - 0.75 * t**4  # 30 cm wide, rounded at the crown
        centre = 0.5 * (edge[:, 0].min() + edge[:, 0].max())
        x = centre + (edge[:, 0] - centre) * wide
        laid = np.stack([x, edge[:, 1] - length * (1 - 0.25 * t)], -1)
    else:
        stand = 0.7 * rise - 0.3 * away
        laid = edge + plan.up[..., None] * stand + plan.away[..., None] * away + plan.lean[..., None] * back
    new = laid.reshape(-1, 2)
    index = np.concatenate([np.arange(len(flat)), np.full(plan.count, -1)])
    index[len(flat) :] = np.tile(np.arange(len(chain)), len(plan.up))
    index[chain] = np.arange(len(chain))
    return new, up_side[index[plan.faces]].mean(1) > 0.5


def _calm(values: F64, steps: int) -> F64:
    """Smooth (K, 3) along a chain; the ends stay free."""
    for _ in range(steps):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = 0.25 * padded[:-2] + 0.5 * values + 0.25 * padded[2:]
    return values
