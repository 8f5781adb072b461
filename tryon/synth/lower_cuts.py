"""Trousers, shorts and leggings cut from the body's helper tights and hung from hips and legs.

A design is cut once on the reference body in rest. On a body it is built in the rest pose (smoothed,
pushed outwards, each leg a tube that falls from hips, thighs and calves), moved with the bones, and
then set right in the pose: tubes fall towards the ground, legs do not cross, nothing sinks into the body.
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
from tryon.synth.bodycuts import Patch
from tryon.synth.cutkit import CutKit, corner_matrix, fast_normals, smoothing
from tryon.synth.flatten import lay_flat, spread_body
from tryon.synth.garment_mesh import PART, Fit, GarmentMesh, Worn
from tryon.synth.leg_tubes import LegTubes, TubeShape, seam_field
from tryon.synth.lower_features import Drawing, lower_drawing
from tryon.synth.push_out import BodyGuard
from tryon.synth.remesh import collapse_short_edges, flip_edges, halve_long_edges, relax

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]

LowerKind = Literal["straight", "slim", "wide", "flared", "joggers", "leggings", "shorts"]
Waist = Literal["high", "normal", "low"]
Pockets = Literal["slant", "jeans", "cargo", "none"]
SMOOTH_STEPS = 6  # helper tights are coarse: facets show without
EDGE_M = 0.023  # longest edge on the reference: a mean of some 1.4 cm
SHORTEST_M = 0.007
BELOW_CROTCH_M = 0.05  # hems higher than this over the crotch notch


@dataclass(frozen=True)
class LowerDesign:
    """A pair of trousers, shorts or leggings.

    hem: where it ends, 0 crotch, 1 knee, 2 ankle (2.05 and more lies on the shoe). thigh_m: ease around hips
    and thighs. knee_w, hem_w: half circumferences in m (as a shop measures, laid flat); 0: whatever
    falls from above. taper: radius lost a metre of leg. waist: height of the waistband.
    drop_m: how far the crotch hangs below the body's. cuff: none, a rib or a turn-up. sex: of the flat shape.
    """

    kind: LowerKind = "straight"
    waist: Waist = "normal"
    hem: float = 2.0
    thigh_m: float = 0.008
    knee_w: float = 0.0
    hem_w: float = 0.0
    taper: float = 0.25
    drop_m: float = 0.005
    cuff: Literal["none", "rib", "turn_up"] = "none"
    crease: bool = False
    fly: bool = True
    pockets: Pockets = "jeans"
    back_pockets: Literal["patch", "welt", "none"] = "patch"
    loops: bool = True
    sex: float = 0.5


@dataclass(frozen=True)
class _Kind:
    """Ranges a kind's figures are drawn from (m)."""

    share: float
    thigh: tuple[float, float]
    knee_w: tuple[float, float]
    hem_w: tuple[float, float]
    taper: tuple[float, float]
    drop: tuple[float, float]


# widths as shops list them for size M, laid flat; shares by what people wear and what shops sell
KINDS: dict[LowerKind, _Kind] = {
    "straight": _Kind(0.24, (0.006, 0.012), (0.205, 0.225), (0.185, 0.215), (0.15, 0.35), (0.004, 0.012)),
    "slim": _Kind(0.20, (0.004, 0.007), (0.16, 0.18), (0.125, 0.15), (0.5, 0.9), (0.002, 0.006)),
    "wide": _Kind(0.10, (0.008, 0.016), (0.25, 0.30), (0.26, 0.34), (0.0, 0.1), (0.005, 0.02)),
    "flared": _Kind(0.07, (0.004, 0.007), (0.18, 0.20), (0.24, 0.29), (0.4, 0.7), (0.002, 0.006)),
    "joggers": _Kind(0.11, (0.010, 0.018), (0.20, 0.24), (0.15, 0.18), (0.2, 0.4), (0.01, 0.03)),
    "leggings": _Kind(0.10, (0.002, 0.003), (0.0, 0.0), (0.0, 0.0), (2.0, 2.0), (0.0, 0.001)),
    "shorts": _Kind(0.18, (0.004, 0.016), (0.0, 0.0), (0.0, 0.0), (0.0, 0.6), (0.002, 0.015)),
}


def sample_lower(rng: np.random.Generator) -> LowerDesign:
    """A random design of any kind."""
    names = list(KINDS)
    weights = np.array([KINDS[k].share for k in names])
    kind: LowerKind = names[int(rng.choice(len(names), p=weights / weights.sum()))]
    k = KINDS[kind]
    u = lambda span: float(rng.uniform(*span))  # noqa: E731
    waists: tuple[Waist, ...] = ("high", "normal", "low")
    waist = waists[int(rng.choice(3, p=[0.3, 0.5, 0.2]))]
    design = LowerDesign(
        kind, waist, _hem(kind, rng), u(k.thigh), u(k.knee_w), u(k.hem_w), u(k.taper), u(k.drop),
        sex=float(rng.random() < 0.5),
    )  # fmt: skip
    if kind == "joggers":
        rib = rng.random() < 0.8
        return replace(
            design, cuff="rib" if rib else "none", fly=False, loops=False, pockets="slant",
            back_pockets="none" if rng.random() < 0.6 else "welt",
        )  # fmt: skip
    if kind == "leggings":
        return replace(design, fly=False, loops=False, pockets="none", back_pockets="none")
    pockets: tuple[Pockets, ...] = ("slant", "jeans", "cargo", "none")
    pocket = pockets[int(rng.choice(4, p=[0.4, 0.42, 0.1, 0.08]))]
    if kind == "shorts":
        sporty = rng.random() < 0.35
        width = 0.0 if design.thigh_m < 0.008 else u((0.0, 0.06))
        design = replace(design, hem_w=width, fly=not sporty, loops=not sporty)
        return replace(
            design, pockets=pocket, back_pockets="none" if sporty else "patch",
            cuff="turn_up" if not sporty and rng.random() < 0.2 else "none",
        )  # fmt: skip
    formal = kind in ("straight", "wide") and rng.random() < 0.35
    if formal:
        return replace(design, crease=True, pockets="slant", back_pockets="welt")
    turned = kind in ("straight", "slim") and rng.random() < 0.15
    return replace(design, pockets=pocket, cuff="turn_up" if turned else "none")


def _hem(kind: LowerKind, rng: np.random.Generator) -> float:
    if kind == "shorts":
        return float(rng.uniform(*((0.22, 0.45), (0.5, 0.75), (0.8, 1.05))[int(rng.integers(3))]))
    if kind == "leggings":
        return float(
            rng.choice([rng.uniform(1.93, 2.0), rng.uniform(1.3, 1.7), rng.uniform(0.4, 0.6)], p=[0.7, 0.2, 0.1])
        )
    if rng.random() < 0.2:  # cropped
        return float(rng.uniform(1.55, 1.85))
    full = {"slim": (1.88, 2.0), "joggers": (1.9, 1.98)}.get(kind, (1.95, 2.09))
    return float(rng.uniform(*full))


class CutLower:
    """A cut pair of trousers; see ``make_lower``."""

    def __init__(self, design: LowerDesign, kit: CutKit) -> None:
        self.design = design
        patch = _cut(design, kit)
        count = patch.mix.shape[0]
        calm = smoothing(patch.faces, count, SMOOTH_STEPS)
        self._mix = (calm @ patch.mix).tocsr()
        self._faces = patch.faces
        self._soft = smoothing(patch.faces, count, 3)
        self._gather = corner_matrix(patch.faces, count)
        bones = self._mix @ kit.model.weights
        self._bones = sp.diags(1.0 / np.maximum(np.asarray(bones.sum(1)).ravel(), 1e-9)) @ bones
        place = self._mix @ kit.reference.rest
        self._tubes = LegTubes(kit, place, TubeShape.of(design), patch.faces)
        self._waist_depth = _waist_height(design, kit, place) - place[:, 2]
        self._guard = BodyGuard(kit)
        self._covered = _covered(design, kit)
        self.mesh: GarmentMesh = self._describe(kit, place)

    def wear(self, body: Body, fit: Fit) -> Worn:
        """The garment on a body: built in its rest pose, posed, hung, pushed out. 20 to 45 ms."""
        d = self.design
        rest = np.asarray(self._mix @ body.rest)
        normal = self._soft @ fast_normals(rest, self._faces, self._gather)
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        extra = fit.loose_m + 0.004 * fit.layer
        # a waistband lies on the skin, hips and thighs have their ease
        fade = np.clip(self._waist_depth / 0.12, 0, 1)
        ease = np.minimum(d.thigh_m, 0.0035) * (1 - fade) + d.thigh_m * fade + extra
        rest = rest + ease[:, None] * normal
        rest, excess = self._tubes.hang(rest, body, extra, np.random.default_rng([fit.seed, 77]))
        posed = self._pose(rest, body)
        posed = self._tubes.settle(posed, body, excess)
        posed = self._guard.push(posed, body, 0.003 + 0.5 * extra)
        posed = self._tubes.part_legs(posed, body)
        return Worn(posed, self._covered.copy())

    def _pose(self, rest: F64, body: Body) -> F64:
        blended = np.asarray(self._bones @ body.transforms[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
        return np.einsum("nij,nj->ni", blended[:, :, :3], rest) + blended[:, :, 3]

    def _describe(self, kit: CutKit, place: F64) -> GarmentMesh:
        centre = place[self._faces].mean(1)
        part = np.where(centre[:, 0] > 0, PART["left_leg"], PART["right_leg"]).astype(np.uint8)
        worn = self.wear(spread_body(kit.model, self.design.sex), Fit()).points
        flat, front = lay_flat(worn, self._faces, part, front=self._tubes.front)
        drawing: Drawing = lower_drawing(self.design, flat, self._faces, front, self._tubes)
        d = self.design
        length = "short" if d.hem < 0.75 else "knee" if d.hem < 1.35 else "long"
        label = "Shorts" if d.hem < 1.2 else "Pants"
        fit = {"slim": "tight", "leggings": "tight", "wide": "wide", "joggers": "loose"}.get(d.kind, "regular")
        rest, _ = self._tubes.hang(
            place + 0.5 * (d.thigh_m + 0.004) * fast_normals(place, self._faces, self._gather),
            kit.reference, 0.0, np.random.default_rng(0),
        )  # fmt: skip
        return GarmentMesh(
            id=f"lower-{d.kind}-{zlib.crc32(repr(d).encode()):08x}",
            category="lower", label=label, faces=self._faces, part=part, front=front, flat=flat,
            landmarks=drawing.landmarks, rest=rest, features=drawing.features,
            attributes={"length": length, "fit": fit, "rise": d.waist, "kind": d.kind, "cuff": d.cuff},
        )  # fmt: skip


def make_lower(design: LowerDesign, kit: CutKit) -> CutLower:
    """Cut a design; about half a second.

    Raises:
        BadRequestError: the hem lies so high that the legs would not part.
    """
    return CutLower(design, kit)


def _waist_height(design: LowerDesign, kit: CutKit, place: F64) -> F64:
    """Height (N,) of the waist's edge: lower in front than behind."""
    hip, navel = kit.joint("upperleg01.L")[2], kit.joint("spine03")[2]
    share = {"high": 0.98, "normal": 0.62, "low": 0.36}[design.waist]
    dip = {"high": 0.004, "normal": 0.012, "low": 0.016}[design.waist]
    front = np.clip(-(place[:, 1] - kit.joint("spine04")[1]) / 0.12, -1, 1)
    return hip + share * (navel - hip) - dip * front


def _fields(design: LowerDesign, kit: CutKit, place: F64) -> tuple[F64, F64]:
    """Distances in m (N,) inside the waist's and the hem's cut, of points (N, 3) on the reference in rest."""
    waist = _waist_height(design, kit, place) - place[:, 2]
    hip, knee, ankle = (kit.joint(f"{name}.L") for name in ("upperleg01", "lowerleg01", "foot"))
    crotch = kit.crotch_z
    axis = (ankle - hip) / np.linalg.norm(ankle - hip)
    mirrored = place * [1.0, 1.0, 1.0]
    mirrored[:, 0] = np.abs(mirrored[:, 0])
    along = (mirrored - hip) @ axis
    at = lambda z: (z - hip[2]) / axis[2]  # noqa: E731
    marks = [at(crotch), at(knee[2]), at(ankle[2]), at(ankle[2] - (knee[2] - ankle[2]))]
    hem = float(np.interp(design.hem, [0, 1, 2, 3], marks))
    if hem < marks[0] + BELOW_CROTCH_M:
        raise BadRequestError(f"A hem at {design.hem} lies too close to the crotch; take at least 0.2.")
    return waist, hem - along


def _cut(design: LowerDesign, kit: CutKit) -> Patch:
    place = kit.place(kit.tights)
    arms = kit.limb_share(kit.tights, "arm", "L") + kit.limb_share(kit.tights, "arm", "R")
    waist, hem = _fields(design, kit, place)
    waist = np.where(arms > 0.3, -0.1, waist)
    # edges run along the middle and along side seams and inseams, where a flat garment folds
    seams = np.stack([place[:, 0], seam_field(kit, place), waist, hem], 1)
    cut = kit.split(kit.tights, seams[:, 0], seams)
    for k in (1, 2, 3):
        trim = kit.split if k == 1 else kit.clip
        cut = trim(cut.patch, cut.values[:, k], cut.values)
    rest = kit.reference.rest
    patch = halve_long_edges(cut.patch, rest, EDGE_M)
    patch = collapse_short_edges(patch, rest, SHORTEST_M, _on_seam(patch, kit))
    patch = flip_edges(patch, rest, _on_seam(patch, kit))
    return relax(patch, rest, _on_seam(patch, kit))


def _on_seam(patch: Patch, kit: CutKit) -> Bools:
    at = np.asarray(patch.mix @ kit.reference.rest)
    return (np.abs(at[:, 0]) < 2e-4) | (np.abs(seam_field(kit, at)) < 4e-4)


def _covered(design: LowerDesign, kit: CutKit) -> Bools:
    place = kit.reference.rest
    waist, hem = _fields(design, kit, place)
    short = design.hem < 1.8 and design.kind != "leggings"  # one sees into wide hems
    inside = np.minimum(waist - 0.025, hem - (0.05 if short else 0.03)) > 0
    limbs = [
        i for i, n in enumerate(kit.model.bones) if n.startswith(("upperarm", "lowerarm", "wrist", "finger", "meta"))
    ]
    inside &= np.asarray(kit.model.weights[:, limbs].sum(1)).ravel() < 0.1
    inside[SKIN_END:] = False
    return inside
