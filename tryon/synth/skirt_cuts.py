"""Skirts: an even tube that hangs from the waist around hips and legs, in any pose.

A level is a section across the skirt's axis, which runs from the waist along the pelvis, plumb when
the legs stand and along the thighs when they sit, then plumb again from the knees. Each section is at
least the convex hull of what is inside it (cloth under tension), at least as wide as the section
above less a taper, wider by the flare, and folded into waves or pleats.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.bodies import SKIN_END, Body
from tryon.synth.cutkit import CutKit
from tryon.synth.flatten import lay_flat, spread_body
from tryon.synth.garment_mesh import PART, Fit, GarmentMesh, Worn
from tryon.synth.lower_features import skirt_drawing

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
SkirtKind = Literal["pencil", "straight", "a_line", "flared", "circle", "pleated"]
ROW_M = 0.0155
DIRECTIONS = 48  # of the sections' support
LENGTHS = ((0.47, "mini"), (0.62, "knee"), (0.78, "midi"), (9.0, "maxi"))
LIE_TAPER = 4.0  # radius lost a metre where a lap or a seat carries the cloth
REACH_M = 0.42  # points further from the axis are hands or somebody's bag


@dataclass(frozen=True)
class SkirtDesign:
    """A skirt. length_m: waist to hem. waist: m below (negative: above) the hips' usual waistband.

    flare_m: the hem's radius grows by this. taper: radius lost a metre where the body gets narrower.
    waves: number around, wave_m: their height at the hem; pleats: number of sharp folds (0: none).
    """

    kind: SkirtKind = "a_line"
    length_m: float = 0.55
    rise: Literal["high", "normal", "low"] = "high"
    flare_m: float = 0.08
    taper: float = 0.1
    waves: int = 0
    wave_m: float = 0.0
    pleats: int = 0
    ease_m: float = 0.006
    fly: bool = False
    pockets: Literal["slant", "jeans", "none"] = "none"
    sex: float = 1.0


# kind: share, flare (m), taper, waves, wave height (m): by eye on shop photos
_KINDS: dict[SkirtKind, tuple[float, tuple[float, float], float, tuple[int, int], tuple[float, float]]] = {
    "pencil": (0.20, (0.0, 0.0), 0.30, (0, 1), (0.0, 0.0)),
    "straight": (0.16, (0.005, 0.02), 0.0, (0, 1), (0.0, 0.0)),
    "a_line": (0.24, (0.05, 0.10), 0.0, (4, 7), (0.003, 0.010)),
    "flared": (0.16, (0.10, 0.16), 0.0, (6, 10), (0.010, 0.024)),
    "circle": (0.08, (0.17, 0.24), 0.0, (8, 11), (0.022, 0.036)),
    "pleated": (0.16, (0.05, 0.12), 0.0, (0, 1), (0.0, 0.0)),
}


def sample_skirt(rng: np.random.Generator) -> SkirtDesign:
    """A random skirt, mini to maxi."""
    names = list(_KINDS)
    shares = np.array([_KINDS[k][0] for k in names])
    kind = names[int(rng.choice(len(names), p=shares / shares.sum()))]
    _, flare, taper, waves, height = _KINDS[kind]
    spans = [(0.36, 0.46), (0.48, 0.58), (0.60, 0.72), (0.76, 0.92)]
    length = float(rng.uniform(*spans[int(rng.choice(4, p=[0.3, 0.3, 0.27, 0.13]))]))
    if kind == "pencil":
        length = float(np.clip(length, 0.38, 0.68))  # longer ones need a slit to walk in
    design = SkirtDesign(
        kind, length, "high" if rng.random() < 0.6 else "normal", float(rng.uniform(*flare)) * (length / 0.55) ** 0.7,
        taper, int(rng.integers(*waves)), float(rng.uniform(*height)), ease_m=float(rng.uniform(0.004, 0.009)),
    )  # fmt: skip
    if kind == "pleated":
        return replace(design, pleats=int(rng.integers(14, 26)), wave_m=float(rng.uniform(0.008, 0.016)))
    denim = kind in ("straight", "a_line") and length < 0.6 and rng.random() < 0.4
    return replace(design, fly=denim, pockets="jeans" if denim else "none")


class HungSkirt:
    """See ``make_skirt``."""

    def __init__(self, design: SkirtDesign, kit: CutKit) -> None:
        if not 0.25 <= design.length_m <= 1.1:
            raise BadRequestError(f"A skirt is 0.25 to 1.1 m long, not {design.length_m}.")
        self.design = design
        hem = 2 * np.pi * (0.17 + design.flare_m)
        self.columns = int(np.clip(hem / 0.0175, 64, 132)) // 4 * 4
        self._rows = round(design.length_m / ROW_M) + 1
        if design.pleats:  # a whole number of columns to a pleat keeps the folds sharp
            self.columns = design.pleats * max(4, round(self.columns / design.pleats))
        self._theta = (np.arange(self.columns) + 0.5) / self.columns * 2 * np.pi
        self._faces = _tube(self._rows, self.columns)
        self._waist_mix, self._inside_mix, self._shin = _obstacles(kit, design)
        self._covered = _covered(kit, design)
        self.mesh: GarmentMesh = self._describe(kit)

    def wear(self, body: Body, fit: Fit) -> Worn:
        """The skirt on a body; about 20 ms."""
        d = self.design
        extra = fit.loose_m + 0.004 * fit.layer
        inside = np.asarray(self._inside_mix @ body.vertices)
        waist = np.asarray(self._waist_mix @ body.vertices).mean(0)
        axis = _Axis.of(body, waist, d.length_m, self._rows)
        support = axis.sections(inside, self._shin)
        drop = np.linspace(0, 1, self._rows)
        loose = (d.ease_m + extra) * np.clip(drop * d.length_m / 0.08, 0, 1) + 0.003
        support = support + loose[:, None]
        lie = axis.lying(np.arange(DIRECTIONS) / DIRECTIONS * 2 * np.pi)
        lose = (d.taper + LIE_TAPER * lie) * d.length_m / (self._rows - 1)
        for k in range(1, self._rows):
            support[k] = np.maximum(support[k], support[k - 1] - lose[k])
        support = _even(support)
        tight = _radii(support, self._theta)
        loose_m = _radii(support + d.flare_m * (drop**1.1)[:, None], self._theta) - tight
        loose_m += self._folds(drop, np.random.default_rng([fit.seed, 78]))
        # over lap and seat there is nothing to fall from: little stands off, least of all upwards
        seat = axis.seated * (1 - axis.frames[:, 2, 2] ** 2)
        share = (1 - 0.6 * seat[:, None]) * (1 - axis.lying(self._theta)) ** 1.5
        points = axis.points(self._theta, tight + np.maximum(share, 0.04) * loose_m)
        return Worn(points.reshape(-1, 3), self._covered.copy())

    def _folds(self, drop: F64, rng: np.random.Generator) -> F64:
        """Waves or pleats (rows, columns) m; only outwards, the body is inside."""
        d, theta = self.design, self._theta
        phase = rng.uniform(0, 2 * np.pi, 6)
        grow = np.clip((drop - 0.08) / 0.92, 0, 1) ** 1.2
        out = 0.0015 * (1 + np.sin(2 * theta + phase[0]))[None] * grow[:, None]
        if d.waves:
            warped = theta + 0.16 * np.sin(theta + phase[1]) + 0.10 * np.sin(2 * theta + phase[2])
            depth = 1 + 0.35 * np.sin(3 * theta + phase[4])
            wave = 1 + np.sin(d.waves * warped + phase[3])
            out = out + d.wave_m * depth * wave * grow[:, None]
        if d.pleats:
            place = (theta * d.pleats / (2 * np.pi)) % 1.0
            saw = np.where(place < 0.75, place / 0.75, (1 - place) / 0.25)  # knife pleats lie one way
            out = out + d.wave_m * saw * (0.25 + 0.75 * grow)[:, None] * np.clip(drop / 0.05, 0, 1)[:, None]
        return out

    def _describe(self, kit: CutKit) -> GarmentMesh:
        d, faces = self.design, self._faces
        theta = np.tile(self._theta, self._rows)
        front = np.sin(theta)[faces].mean(1) > 0
        part = np.full(len(faces), PART["skirt"], np.uint8)
        worn = self.wear(spread_body(kit.model, d.sex), Fit()).points
        flat, front = lay_flat(worn, faces, part, front=front)
        drawing = skirt_drawing(d, flat, faces, front, self._rows, self.columns)
        length = (
            "mini" if d.length_m < 0.47 else "knee" if d.length_m < 0.62 else "midi" if d.length_m < 0.78 else "maxi"
        )
        return GarmentMesh(
            id=f"skirt-{d.kind}-{zlib.crc32(repr(d).encode()):08x}",
            category="lower", label="Skirt", faces=faces, part=part, front=front, flat=flat,
            landmarks=drawing.landmarks, rest=self.wear(kit.reference, Fit()).points, features=drawing.features,
            attributes={
                "length": length, "fit": "tight" if d.kind == "pencil" else "loose", "rise": d.rise, "kind": d.kind,
            },
        )  # fmt: skip


def make_skirt(design: SkirtDesign, kit: CutKit) -> HungSkirt:
    """Make a skirt of a design; about half a second.

    Raises:
        BadRequestError: a length outside 0.25 to 1.1 m.
    """
    return HungSkirt(design, kit)


def _tube(rows: int, columns: int) -> I64:
    """Triangles (F, 3) of a tube of rows and columns, counter-clockwise from outside; diagonals alternate."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    even = ((i + j) % 2 == 0)[..., None]
    one = np.where(even, np.stack([a, d, c], -1), np.stack([a, b, c], -1))
    two = np.where(even, np.stack([a, b, d], -1), np.stack([b, d, c], -1))
    return np.stack([one, two], 2).reshape(-1, 3)


def _waist_z(kit: CutKit, design: SkirtDesign) -> float:
    hip, navel = kit.joint("upperleg01.L")[2], kit.joint("spine03")[2]
    return float(hip + {"high": 0.98, "normal": 0.62, "low": 0.36}[design.rise] * (navel - hip))


def _obstacles(kit: CutKit, design: SkirtDesign) -> tuple[sp.csr_matrix, sp.csr_matrix, NDArray[np.bool_]]:
    """Mixes of the waist's ring and of the body below it, and which of the latter are shins."""
    patch = kit.tights
    place = kit.place(patch)
    arms = kit.limb_share(patch, "arm", "L") + kit.limb_share(patch, "arm", "R")
    z = _waist_z(kit, design)
    ring = (arms < 0.1) & (np.abs(place[:, 2] - z) < 0.02)
    below = (arms < 0.1) & (place[:, 2] < z + 0.03)
    inside = patch.mix[below].tocsr()
    bones = [i for i, n in enumerate(kit.model.bones) if n.startswith(("lowerleg", "foot", "toe"))]
    return patch.mix[ring].tocsr(), inside, np.asarray((inside @ kit.model.weights)[:, bones].sum(1)).ravel() > 0.6


def _covered(kit: CutKit, design: SkirtDesign) -> NDArray[np.bool_]:
    rest = kit.reference.rest
    z = _waist_z(kit, design)
    names = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
    arms = [i for i, n in enumerate(kit.model.bones) if n.startswith(names)]
    # one sees a hand's breadth into a skirt, more into a wide one
    margin = 0.10 + 0.5 * design.flare_m
    out = (rest[:, 2] < z - 0.025) & (rest[:, 2] > z - design.length_m + margin)
    out &= np.asarray(kit.model.weights[:, arms].sum(1)).ravel() < 0.1
    out[SKIN_END:] = False
    return out


@dataclass(frozen=True)
class _Axis:
    """The line a skirt hangs around: at (R, 3), frames (R, 3, 3) of side, front, along; seated (R,) 0..1."""

    at: F64
    frames: F64
    seated: F64

    @staticmethod
    def of(body: Body, waist: F64, length: float, rows: int) -> _Axis:
        turn = body.transforms[body.bones.index("root")][:3, :3]
        up, side = turn[:, 2], turn[:, 0]
        hips = 0.5 * (body.joint("upperleg01.L") + body.joint("upperleg01.R"))
        knees = 0.5 * (body.joint("lowerleg01.L") + body.joint("lowerleg01.R"))
        thigh = knees - hips
        thigh_m = float(np.linalg.norm(thigh))
        plumb = np.array([0.0, 0.0, -1.0])
        tilt = float(np.degrees(np.arccos(np.clip(thigh @ plumb / thigh_m, -1, 1))))
        sitting = float(np.clip((tilt - 30) / 30, 0, 1))
        leg = (1 - sitting) * plumb + sitting * thigh / thigh_m
        leg /= np.linalg.norm(leg)
        first = max(float((waist - hips) @ up), 0.05)
        step = length / (rows - 1)
        along = np.arange(rows + 8) * step - 4 * step  # some more at both ends, for smoothing
        direction = np.where((along < first)[:, None], -up, leg)
        past = along > first + thigh_m + 0.06
        direction[past] = plumb
        for _ in range(12):  # about 8 cm of bend
            direction[1:-1] = 0.25 * direction[:-2] + 0.5 * direction[1:-1] + 0.25 * direction[2:]
        direction /= np.linalg.norm(direction, axis=1, keepdims=True)
        middle = 0.5 * (direction[1:] + direction[:-1])
        at = np.concatenate([np.zeros((1, 3)), np.cumsum(middle * step, 0)])
        at += waist - at[4]
        d = direction[4 : 4 + rows]
        lateral = side - (d @ side)[:, None] * d
        lateral /= np.linalg.norm(lateral, axis=1, keepdims=True)
        front = np.cross(d, lateral)
        front *= np.where((front @ -turn[:, 1] + front @ up) < 0, -1.0, 1.0)[:, None]
        seated = sitting * np.clip((along[4 : 4 + rows] - first + 0.05) / 0.15, 0, 1)
        return _Axis(at[4 : 4 + rows], np.stack([lateral, front, d], 1), seated)

    def lying(self, angle: F64) -> F64:
        """How much (R, A) 0..1 cloth lies on lap or seat instead of hanging, by level and angle (A,)."""
        up = np.cos(angle) * self.frames[:, None, 0, 2] + np.sin(angle) * self.frames[:, None, 1, 2]
        return np.asarray(self.seated[:, None] * np.abs(up))

    def sections(self, inside: F64, shin: NDArray[np.bool_]) -> F64:
        """Support (R, DIRECTIONS) of the points (N, 3) around each level."""
        rows = len(self.at)
        square = (inside**2).sum(1)[:, None] - 2 * inside @ self.at.T + (self.at**2).sum(1)
        row = square.argmin(1)
        near = square[np.arange(len(inside)), row] < REACH_M**2
        offset = inside - self.at[row]
        local = np.einsum("nij,nj->ni", self.frames[row], offset)
        step = float(np.linalg.norm(self.at[1] - self.at[0]))
        near &= np.abs(local[:, 2]) < 1.2 * step + 0.01
        near &= ~(shin & (self.seated[row] > 0.3) & (self.frames[row, 2, 2] > -0.8))  # shins hang from the thighs' end
        angle = np.arange(DIRECTIONS) / DIRECTIONS * 2 * np.pi
        reach = local[near, :2] @ np.stack([np.cos(angle), np.sin(angle)])
        table = np.full((rows, DIRECTIONS), -1.0)
        order = np.argsort(row[near], kind="stable")
        found, start = np.unique(row[near][order], return_index=True)
        table[found] = np.maximum.reduceat(reach[order], start, axis=0)
        # points lie some 1.5 cm apart: a level takes its neighbours' too
        padded = np.concatenate([table[:1], table, table[-1:]])
        table = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
        for k in range(1, rows):
            table[k] = np.where(table[k] < -0.5, table[k - 1], table[k])
        return np.maximum(table, 0.02)

    def points(self, theta: F64, radius: F64) -> F64:
        """World points (R, C, 3) at angles (C,) and radii (R, C)."""
        flat = self.frames[:, None, 0] * np.cos(theta)[None, :, None]
        flat = flat + self.frames[:, None, 1] * np.sin(theta)[None, :, None]
        return self.at[:, None] + radius[..., None] * flat


def _even(support: F64) -> F64:
    """Smooth over levels and directions, never below the given."""
    out = support.copy()
    for _ in range(3):
        rows = np.concatenate([out[:1], out, out[-1:]])
        out = 0.25 * rows[:-2] + 0.5 * rows[1:-1] + 0.25 * rows[2:]
        out = 0.2 * np.roll(out, 1, 1) + 0.6 * out + 0.2 * np.roll(out, -1, 1)
    return np.maximum(out, support - 0.002)


def _radii(support: F64, theta: F64) -> F64:
    """Radii (R, C) of the convex sections with a given support: min over directions of h / cos."""
    angle = np.arange(DIRECTIONS) / DIRECTIONS * 2 * np.pi
    cos = np.cos(theta[:, None] - angle[None])
    use = cos > 0.25
    inverse = np.where(use, 1.0 / np.where(use, cos, 1.0), np.inf)
    return np.asarray((support[:, None, :] * inverse[None]).min(2))
