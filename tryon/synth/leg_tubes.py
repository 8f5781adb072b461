"""Each trouser leg as a tube around the leg's bones: how far it falls from the leg, where it may not go.

A vertex has a fixed level u along its leg (0 hip, 1 knee, 2 ankle, beyond by extension) and an angle
around it. A table of radii over level and angle says how far the cloth hangs from the bones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body
from tryon.synth.cutkit import CutKit

if TYPE_CHECKING:
    from tryon.synth.lower_cuts import LowerDesign

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
ROWS, COLUMNS = 60, 48  # about 2 cm along a leg, 7.5 degrees around it
RIB_M = 0.055  # height of a ribbed cuff
APART_M = 0.0025  # from the surface between the legs: levels of a slanting leg are not quite horizontal
_LEG = ("upperleg01", "lowerleg01", "foot")


@dataclass(frozen=True)
class TubeShape:
    """What a design wants of its tubes: see ``LowerDesign``; rib: a tight cuff; breaks: folds on the shoe."""

    hem: float
    knee_w: float
    hem_w: float
    taper: float
    drop_m: float
    rib: bool
    breaks: bool
    tight: bool

    @staticmethod
    def of(design: LowerDesign) -> TubeShape:
        full = design.hem > 1.96 and design.cuff != "rib" and design.kind != "leggings"
        return TubeShape(
            design.hem, design.knee_w, design.hem_w, design.taper, design.drop_m, design.cuff == "rib", full,
            design.kind == "leggings",
        )  # fmt: skip


def axis_points(joints: F64, u: F64) -> F64:
    """Places (..., 3) at levels u (...) on the line hip, knee, ankle (3, 3), extended past both ends."""
    k = np.clip(np.floor(u), 0, 1).astype(int)
    share = (u - k)[..., None]
    return joints[k] * (1 - share) + joints[k + 1] * share


def rest_joints(body: Body, side: str) -> F64:
    """Hip, knee and ankle (3, 3) in the rest pose."""
    index = [body.bones.index(f"{name}.{side}") for name in _LEG]
    turn, shift = body.transforms[index, :3, :3], body.transforms[index, :3, 3]
    return np.einsum("jab,ja->jb", turn, body.heads[index] - shift)


class LegTubes:
    """Fixed levels and angles of a garment's vertices, and the rules of the fall."""

    def __init__(self, kit: CutKit, place: F64, shape: TubeShape, faces: I64) -> None:
        self.shape = shape
        self.left = place[:, 0] >= 0
        self._index = {"L": np.flatnonzero(self.left), "R": np.flatnonzero(~self.left)}
        self.u = np.zeros(len(place))
        angle = np.zeros(len(place))
        for side, index in self._index.items():
            joints = rest_joints(kit.reference, side)
            self.u[index] = _levels(place[index], joints)
            _, out, front, _ = _around(place[index], joints, self.u[index])
            angle[index] = np.arctan2(front, out)
        self.angle = angle
        self.u_crotch = float(self.u[np.abs(place[:, 0]) < 0.01].max())
        self.u_end = float(self.u.max())
        self._rows = np.linspace(float(self.u.min()), self.u_end, ROWS)
        y = (self.u - self._rows[0]) / (self._rows[1] - self._rows[0])
        self._row = np.clip(np.floor(y).astype(int), 0, ROWS - 2)
        self._down = np.clip(y - self._row, 0, 1)
        x = (angle + np.pi) / (2 * np.pi) * COLUMNS - 0.5
        self._column, self._share = np.floor(x).astype(int) % COLUMNS, x - np.floor(x)
        self._cell = np.round(y).astype(int) * COLUMNS + np.round(x).astype(int) % COLUMNS
        # tubes begin at the hips, and grow out of the middle seam above the crotch
        above = np.clip((self.u_crotch - self.u) / 0.06, 0, 1)
        near = np.clip(np.abs(place[:, 0]) / 0.05, 0, 1)
        start = np.clip((self.u + 0.12) / 0.15, 0, 1)
        self._fade = start * (1 - above * (1 - near))
        centre = np.sin(angle)[faces].mean(1)
        self.front = centre > 0
        self.left_faces = place[faces][:, :, 0].mean(1) > 0
        self._thigh = {s: self._mean_thigh(place, kit.reference, s) for s in "LR"}

    def _mean_thigh(self, rest: F64, body: Body, side: str) -> float:
        index = self._index[side]
        use = index[(self.u[index] > self.u_crotch) & (self.u[index] < self.u_crotch + 0.15)]
        _, out, front, _ = _around(rest[use], rest_joints(body, side), self.u[use])
        return float(np.hypot(out, front).mean())

    def hang(self, rest: F64, body: Body, extra: float, rng: np.random.Generator) -> tuple[F64, dict[str, F64]]:
        """Let the legs of a garment in rest (N, 3) fall; also how far (ROWS,) each tube stands off, by side."""
        out = rest.copy()
        excess = {}
        phases = rng.uniform(0, 2 * np.pi, 8)
        for side, index in self._index.items():
            joints = rest_joints(body, side)
            direction, _, _, radius = _around(rest[index], joints, self.u[index])
            raw = self._table(index, radius)
            lengths = np.linalg.norm(np.diff(joints, axis=0), axis=1)
            scale = self._mean_thigh(rest, body, side) / self._thigh[side]
            table = self._fall(raw, float(lengths.mean()), scale, extra)
            more = _blur_angle(table) - _blur_angle(raw)
            excess[side] = np.maximum(more, 0).mean(1)
            move = self._look_up(more, index) * self._fade[index]
            if not self.shape.tight:
                move = move + self._unrest(index, move, phases if side == "L" else phases[::-1])
            unit = direction / np.maximum(radius, 1e-6)[:, None]
            out[index] = rest[index] + move[:, None] * unit
        if self.shape.drop_m:
            self._drop_crotch(out, extra)
        return out, excess

    def _table(self, index: I64, radius: F64) -> F64:
        table = np.zeros(ROWS * COLUMNS)
        np.maximum.at(table, self._cell[index], radius)
        table = table.reshape(ROWS, COLUMNS)
        for k, row in enumerate(table):
            known = np.flatnonzero(row)
            if 0 < len(known) < COLUMNS:
                filled = np.interp(np.arange(COLUMNS), known, row[known], period=COLUMNS)
                gap = np.diff(np.concatenate([known, known[:1] + COLUMNS])).max()
                if self._rows[k] > self.u_crotch - 0.01 or gap < 5:
                    row[:] = filled
                else:  # no cloth on the inner side above the crotch
                    near = np.abs((np.arange(COLUMNS)[:, None] - known + COLUMNS // 2) % COLUMNS - COLUMNS // 2).min(1)
                    row[:] = np.where(near <= 2, filled, 0.0)
            elif not len(known) and k:
                row[:] = table[k - 1]
        return table

    def _fall(self, raw: F64, segment: float, scale: float, extra: float) -> F64:
        s = self.shape
        table = raw.copy()
        u = self._rows
        lose = s.taper * segment * (u[1] - u[0])
        for k in range(1, ROWS):
            if u[k] > 0:
                table[k] = np.maximum(table[k], table[k - 1] - lose)
        below = u > self.u_crotch
        if below.any() and not s.tight:
            table += np.where(below, np.maximum(self._target(table, scale, extra) - table.mean(1), 0), 0)[:, None]
        if s.rib:
            start = self.u_end - RIB_M / segment
            tight = np.clip((u - start + 0.05) / 0.06, 0, 1)[:, None]
            table = table * (1 - tight) + (raw + 0.003) * tight
        return table

    def _target(self, table: F64, scale: float, extra: float) -> F64:
        """The mean radius (ROWS,) a design asks for."""
        s, u = self.shape, self._rows
        first = int(np.searchsorted(u, self.u_crotch))
        mean = table.mean(1)
        top = float(mean[first])
        if not s.knee_w:
            grow = s.hem_w / np.pi * np.clip((u - self.u_crotch) / max(self.u_end - self.u_crotch, 0.1), 0, 1)
            return mean + grow
        knee, hem = s.knee_w / np.pi * scale + extra, s.hem_w / np.pi * scale + extra
        return np.interp(u, [self.u_crotch, 1.0, max(s.hem, 1.2)], [top, knee, hem])

    def _unrest(self, index: I64, move: F64, phases: F64) -> F64:
        """Folds of a leg that stands off, and those over the shoe, (n,) m."""
        u, angle = self.u[index], self.angle[index]
        loose = np.clip(move, 0, 0.05)
        wave = 0.6 * np.sin(2 * angle + 3 * u + phases[0]) + 0.5 * np.sin(3 * angle - 4 * u + phases[1])
        wave += 0.4 * np.sin(angle + 11 * u + phases[2])
        out = (0.0006 + 0.10 * loose) * wave
        if self.shape.breaks:
            low = np.clip((u - 1.68) / 0.3, 0, 1) ** 1.5
            ring = np.sin(36 * u + 1.2 * np.sin(angle + phases[3]) + 0.8 * np.sin(2 * angle + phases[4]) + phases[5])
            out = out + 0.004 * low * ring * (0.7 + 0.3 * np.sin(angle))
        return out * np.clip((u - self.u_crotch) / 0.15, 0, 1)

    def _drop_crotch(self, out: F64, extra: float) -> None:
        gap = np.clip((self.u - self.u_crotch) / 0.10, -1, 1)
        inner = np.clip(1 - np.abs(out[:, 0]) / 0.09, 0, 1) * (1 - np.abs(gap)) ** 1.5
        out[:, 2] -= (self.shape.drop_m + 0.5 * extra) * inner

    def _look_up(self, table: F64, index: I64) -> F64:
        row, column = self._row[index], self._column[index]
        down, share = self._down[index], self._share[index]
        right = (column + 1) % COLUMNS
        upper = (1 - share) * table[row, column] + share * table[row, right]
        lower = (1 - share) * table[row + 1, column] + share * table[row + 1, right]
        return (1 - down) * upper + down * lower

    def settle(self, posed: F64, body: Body, excess: dict[str, F64]) -> F64:
        """Tubes that stand off fall towards the ground, as far as the leg inside lets them, and stay straight."""
        out = posed.copy()
        for side, index in self._index.items():
            joints = np.stack([body.joint(f"{name}.{side}") for name in _LEG])
            shift = self._sink(joints, 0.85 * excess[side])
            row, down = self._row[index], self._down[index][:, None]
            out[index] += _between(shift, row, down)
        return out

    def _sink(self, joints: F64, room: F64) -> F64:
        """How far (ROWS, 3) each level moves across the leg; a share of the plumb line's way that fits everywhere,
        for the whole leg, or for thigh and shin apart where the knee is bent."""
        at = axis_points(joints, self._rows)
        thigh, shin = joints[1] - joints[0], joints[2] - joints[1]
        straight = thigh @ shin > 0.9 * np.linalg.norm(thigh) * np.linalg.norm(shin)
        below = self._rows > self.u_crotch
        knee = int(np.searchsorted(self._rows, 1.0))
        first = int(np.argmax(below))
        shift = np.zeros((ROWS, 3))
        spans = [(first, ROWS)] if straight or knee >= ROWS - 2 else [(first, knee), (knee, ROWS)]
        for start, stop in spans:
            if stop - start < 2:
                continue
            line = at[stop - 1] - at[start]
            d = line / max(float(np.linalg.norm(line)), 1e-9)
            sink = np.array([0.0, 0.0, -1.0]) + d[2] * d  # gravity across the leg
            far = np.linalg.norm(at[start:stop] - at[start], axis=1)
            way = far[:, None] * sink / max(-d[2], 0.25)
            size = np.linalg.norm(way, axis=1)
            share = float(
                np.min(np.where(size > 1e-4, room[start:stop] / np.maximum(size, 1e-4), 1.0)[far > 0.08], initial=1.0)
            )
            shift[start:stop] = min(1.0, share) * way
        for _ in range(4):
            shift[1:-1] = 0.25 * shift[:-2] + 0.5 * shift[1:-1] + 0.25 * shift[2:]
        return shift

    def part_legs(self, posed: F64, body: Body) -> F64:
        """Hold each leg on its own side of the surface half way between the legs' bones."""
        out = posed.copy()
        joints = {s: np.stack([body.joint(f"{name}.{s}") for name in _LEG]) for s in "LR"}
        line = {s: axis_points(joints[s], np.linspace(0, 2.3, 47)) for s in "LR"}
        for side, other in (("L", "R"), ("R", "L")):
            index = self._index[side][self.u[self._index[side]] > self.u_crotch - 0.06]
            begin = np.clip((self.u[index] - self.u_crotch + 0.06) / 0.05, 0, 1)
            own = axis_points(joints[side], self._rows)
            gap = line[other][None] - own[:, None]
            distance = np.linalg.norm(gap, axis=2)
            near = distance.argmin(1)
            width = distance[np.arange(ROWS), near]
            towards = gap[np.arange(ROWS), near] / np.maximum(width, 1e-6)[:, None]
            row, down = self._row[index], self._down[index][:, None]
            u = _between(towards, row, down)
            u /= np.maximum(np.linalg.norm(u, axis=1, keepdims=True), 1e-9)
            over = ((out[index] - _between(own, row, down)) * u).sum(1)
            over -= 0.5 * _between(width[:, None], row, down)[:, 0] - APART_M
            out[index] -= (begin * np.maximum(over, 0))[:, None] * u
        return out


def seam_field(kit: CutKit, place: F64) -> F64:
    """How far (N,) m points on the reference in rest lie before the surface through side seams and inseams."""
    out = np.zeros(len(place))
    for side in "LR":
        index = np.flatnonzero((place[:, 0] >= 0) == (side == "L"))
        joints = rest_joints(kit.reference, side)
        out[index] = _around(place[index], joints, _levels(place[index], joints))[2]
    return out


def _between(values: F64, row: I64, down: F64) -> F64:
    """Values (ROWS, k) at fractional rows."""
    return np.asarray((1 - down) * values[row] + down * values[row + 1])


def _levels(points: F64, joints: F64) -> F64:
    """Level u (N,) of points: projected on thigh and shin, blended around the knee."""
    thigh, shin = joints[1] - joints[0], joints[2] - joints[1]
    first = (points - joints[0]) @ thigh / (thigh @ thigh)
    second = 1 + (points - joints[1]) @ shin / (shin @ shin)
    share = np.clip((0.5 * (first + second) - 0.9) / 0.2, 0, 1)
    return (1 - share) * first + share * second


def _around(points: F64, joints: F64, u: F64) -> tuple[F64, F64, F64, F64]:
    """Offsets (N, 3) from the axis, their outward and forward components, and lengths (N,)."""
    axis = np.where((u < 1)[:, None], joints[1] - joints[0], joints[2] - joints[1])
    axis = axis / np.linalg.norm(axis, axis=1, keepdims=True)
    offset = points - axis_points(joints, u)
    offset -= (offset * axis).sum(1)[:, None] * axis
    sign = 1.0 if joints[0, 0] > 0 else -1.0
    return offset, sign * offset[:, 0], -offset[:, 1], np.linalg.norm(offset, axis=1)


def _blur_angle(table: F64) -> F64:
    weights = np.array([1, 2, 3, 2, 1]) / 9
    padded = np.concatenate([table[:, -2:], table, table[:, :2]], 1)
    return np.asarray(sum(w * padded[:, k : k + table.shape[1]] for k, w in enumerate(weights)))
