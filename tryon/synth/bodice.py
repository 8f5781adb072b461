"""Cut a bodice from the gown: sleeves, neck, armholes, hem and front opening as fields over the rest pose.

Shared by uppers, dresses and jackets. Heights are metres over the crotch of the reference body, sleeves
metres along the arm from the armhole (the reference's whole arm is .58 m from the shoulder joint).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body
from tryon.synth.bodycuts import Patch
from tryon.synth.collars import CollarCut, lay_collar, plan_collar
from tryon.synth.cutkit import CutKit, HangTable, border_edges
from tryon.synth.flatten import lay_flat, spread_body
from tryon.synth.garment_mesh import PART, Fit, GarmentMesh, Worn
from tryon.synth.hang import Hanger, HangPlan
from tryon.synth.landmark_snap import snap_landmarks
from tryon.types import Category

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
MARGIN_M = 0.02  # skin this near to an edge of the garment is drawn, it may be seen
TUCK_M = (0.30, 0.23)  # over the crotch: where a tucked upper starts to be drawn in, and is; waistbands lie lower
SUNK_M = (0.17, 0.10)  # below every waistband: where a tucked upper starts to vanish, and has


@dataclass(frozen=True)
class NeckCut:
    """A neckline: |x / width| ** power + (drop / depth) ** power = 1 below the shoulder line.

    width: half, m. front, back: depth in m below the shoulder beside the neck. power: 1 a V, 2 round, 6
    square. high: m over the neck's base (a turtleneck) or None; then the rest is unused.
    """

    width: float = 0.085
    front: float = 0.075
    back: float = 0.015
    power: float = 2.0
    high: float | None = None


@dataclass(frozen=True)
class BodiceCut:
    """How a bodice is cut and falls.

    sleeve: m from the armhole, None: sleeveless with the armhole's edge at strap_x m from the middle
    and armhole_drop m below the armpit. hem: m over the crotch. ease: m from the skin at chest,
    sleeve_ease at the upper arm, cuff_ease at the cuff. drop: m that the shoulder seam lies down the
    arm. taper: see ``HangTable``. flare: share of radius gained from waist to hem. gap: half-widths (m)
    of an open front at neck and hem, or None. seam: m over the crotch of a dress's waist, or None.
    """

    neck: NeckCut = field(default_factory=NeckCut)
    sleeve: float | None = 0.17
    strap_x: float = 0.15
    armhole_drop: float = 0.0
    hem: float = 0.03
    ease: float = 0.012
    sleeve_ease: float = 0.016
    cuff_ease: float = 0.018
    drop: float = 0.0
    taper: float = 0.1
    flare: float = 0.0
    wave_m: float = 0.004
    waves: int = 7
    gap: tuple[float, float] | None = None
    seam: float | None = None
    collar: CollarCut | None = None


class CutGarment:
    """A garment cut from the body's surface; it is a ``garment_mesh.Wearable``."""

    def __init__(self, mesh: GarmentMesh, hanger: Hanger) -> None:
        self._mesh, self._hanger = mesh, hanger

    @property
    def mesh(self) -> GarmentMesh:
        """The garment's own shape."""
        return self._mesh

    def wear(self, body: Body, fit: Fit) -> Worn:
        """Put it on a body."""
        return self._hanger.wear(body, fit)

    def described(self, **changes: object) -> CutGarment:
        """The same garment with other fields of its mesh (features, attributes)."""
        return CutGarment(replace(self._mesh, **changes), self._hanger)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Bodice:
    """A cut bodice on the reference in rest: points (N, 3), triangles, their part, signed distance along the
    arms from the armholes (N,) by side, and which border each vertex lies on ("neck", "hem", "cuff", "front")."""

    patch: Patch
    points: F64
    part: NDArray[np.uint8]
    arm: dict[str, F64]
    border: dict[str, Bool]


def neck_field(cut: NeckCut, kit: CutKit, points: F64) -> F64:
    """Positive (about m) below the neckline."""
    base = kit.joint("neck01")
    if cut.high is not None:
        tilt = 0.55  # the neck leans forward: its rim is higher at the back
        return np.asarray(0.80 - points[:, 2] + tilt * (points[:, 1] - base[1]) + cut.high)
    top = float(np.interp(cut.width, *kit.shoulder_line))
    y = np.clip((points[:, 1] - (base[1] - 0.02)) / 0.05, 0, 1)
    share = y * y * (3 - 2 * y)
    depth = (1 - share) * cut.front + share * cut.back
    drop = np.maximum(top - points[:, 2], 0) / depth
    out = (np.abs(points[:, 0] / cut.width) ** cut.power + drop**cut.power) ** (1 / cut.power) - 1
    return np.asarray(out * np.minimum(cut.width, depth))


def armhole_field(cut: BodiceCut, kit: CutKit, points: F64, arm: F64, sign: float) -> F64:
    """Positive (about m) where a sleeveless bodice is, by the side's armhole."""
    x = sign * points[:, 0]
    flank = kit.flank_x
    top = float(np.interp(cut.strap_x, *kit.shoulder_line))
    rx, rz = max(flank - cut.strap_x, 0.02), top - (kit.armpit_z - cut.armhole_drop)
    p = 2.6
    inner = (np.maximum(flank - x, 0) / rx) ** p + (np.maximum(top - points[:, 2], 0) / rz) ** p
    keep = (inner ** (1 / p) - 1) * min(rx, rz)
    return np.asarray(np.where(sign * points[:, 0] < 0.02, 0.05, np.minimum(keep, np.maximum(0.012 - arm, -0.05))))


def bodice_fields(cut: BodiceCut, kit: CutKit, patch: Patch, arms: dict[str, F64] | None = None) -> list[F64]:
    """Fields (N,) over any patch, each positive (about m) where the bodice is; ``arms``: see ``CutKit.gown_arms``."""
    points = kit.place(patch)
    out = [neck_field(cut.neck, kit, points), points[:, 2] - kit.crotch_z - cut.hem]
    for side, sign in (("L", 1.0), ("R", -1.0)):
        arm = kit.sleeve_field(patch, side) if arms is None else arms[side]
        out.append(cut.sleeve - arm if cut.sleeve is not None else armhole_field(cut, kit, points, arm, sign))
    if cut.gap is not None:
        z = points[:, 2]
        low, high = kit.crotch_z + cut.hem, kit.joint("clavicle.L")[2]
        half = np.interp(z, [low, high], [cut.gap[1], cut.gap[0]])
        out.append(np.maximum(np.abs(points[:, 0]) - half, points[:, 1] - kit.joint("neck01")[1]))
    return out


def cut_bodice(cut: BodiceCut, kit: CutKit) -> Bodice:
    """Cut a gown at all fields, with seams along the armholes."""
    patch = kit.gown
    arms = [kit.gown_arms[side] for side in "LR"]
    fields = bodice_fields(cut, kit, patch, kit.gown_arms)
    values = np.stack([*fields, *arms], 1)
    for k in range(len(fields)):
        done = kit.clip(patch, values[:, k], values)
        patch, values = done.patch, done.values
    if cut.sleeve is not None and cut.sleeve > cut.drop + 0.03:
        for k in (-2, -1):
            done = kit.split(patch, values[:, k] - cut.drop, values)
            patch, values = done.patch, done.values
    if cut.seam is not None:
        done = kit.split(patch, kit.place(patch)[:, 2] - kit.crotch_z - cut.seam, values)
        patch, values = done.patch, done.values
    points = kit.place(patch)
    rim = np.zeros(len(points), bool)
    rim[np.unique(border_edges(patch.faces))] = True
    near = np.abs(values[:, : len(fields)]) < 1e-7
    border = {"neck": rim & near[:, 0], "hem": rim & near[:, 1], "cuff_L": rim & near[:, 2], "cuff_R": rim & near[:, 3]}
    border["front"] = rim & near[:, 4] if cut.gap is not None else np.zeros(len(points), bool)
    arm = {"L": values[:, -2], "R": values[:, -1]}
    return Bodice(patch, points, _parts(cut, kit, patch.faces, points, arm), arm, border)


def _parts(cut: BodiceCut, kit: CutKit, faces: I64, points: F64, arm: dict[str, F64]) -> NDArray[np.uint8]:
    part = np.full(len(faces), PART["torso"], np.uint8)
    if cut.seam is not None:
        part[points[faces][:, :, 2].mean(1) < kit.crotch_z + cut.seam] = PART["skirt"]
    if cut.sleeve is not None:
        part[arm["L"][faces].mean(1) > cut.drop] = PART["left_sleeve"]
        part[arm["R"][faces].mean(1) > cut.drop] = PART["right_sleeve"]
    return part


def _step(x: F64, low: float, high: float) -> F64:
    t = np.clip((x - low) / (high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def plan_hang(cut: BodiceCut, bodice: Bodice, kit: CutKit) -> HangPlan:
    """How a cut bodice falls."""
    points, faces = bodice.points, bodice.patch.faces
    along = np.maximum(bodice.arm["L"], bodice.arm["R"])
    fields = bodice_fields(cut, kit, bodice.patch, bodice.arm)
    neck = np.clip(fields[0], 0, None)
    rim = 0.15 + 0.85 * _step(neck, 0.0, 0.06)
    if cut.sleeve is None:  # armholes lie close, they do not stand off like caps
        edge = np.minimum(np.clip(fields[2], 0, None), np.clip(fields[3], 0, None))
        rim = rim * (0.15 + 0.85 * _step(edge, 0.0, 0.08))
    ease = cut.ease * rim
    sleeve = {side: np.zeros(len(points)) for side in "LR"}
    if cut.sleeve is not None:
        on = _step(along, -0.03, 0.05)
        s = np.clip(along, 0, cut.sleeve)
        arm_radius = np.interp(s, *kit.arm_radius)
        start, end = float(kit.arm_radius[1][0]), float(np.interp(cut.sleeve, *kit.arm_radius))
        wide = np.interp(s, [0.0, max(cut.sleeve, 0.05)], [start + cut.sleeve_ease, end + cut.cuff_ease])
        ease = ease + on * (np.maximum(wide - arm_radius, 0.003) - ease)
        for side in "LR":
            sleeve[side] = _step(bodice.arm[side], 0.0, 0.08)
    upper_arm = float(np.linalg.norm(kit.joint("lowerarm01.L") - kit.joint("upperarm01.L")))
    top, bottom = kit.armpit_z, kit.crotch_z + cut.hem
    level = (top - points[:, 2]) / (top - bottom)
    free = _step(-along, -0.005, 0.03) * _step(level * (top - bottom), -0.03, 0.05)
    waist = kit.crotch_z + (cut.seam if cut.seam is not None else 0.25)
    flare = cut.flare * np.clip((waist - points[:, 2]) / max(waist - bottom, 0.05), 0, 1) ** 1.15
    height = points[:, 2] - kit.crotch_z
    hull = float(np.clip(0.35 + 40 * (cut.ease - 0.003), 0.35, 0.95))  # even tight cloth spans small hollows
    cover_fields = bodice_fields(cut, kit, kit.tights)
    if cut.hem < -0.08:  # one sees a hand's breadth into a skirt, more into a wide one
        cover_fields[1] = cover_fields[1] - 0.05 - 0.15 * max(cut.flare, 0.0)
    covered = kit.cover(cover_fields, MARGIN_M)
    tucked = kit.cover([*cover_fields, kit.place(kit.tights)[:, 2] - kit.crotch_z - TUCK_M[0]], MARGIN_M)
    return HangPlan(
        mix=bodice.patch.mix, faces=faces, ease=np.maximum(ease, 0.002), rim=rim, sleeve=sleeve,
        fore=_step(along, upper_arm - 0.06, upper_arm + 0.06), level=level, free=free,
        tuck=_step(-height, -TUCK_M[0], -TUCK_M[1]),
        sunk=_step(-height, -SUNK_M[0], -SUNK_M[1]),
        lift=np.maximum(SUNK_M[1] - 0.04 - height, 0), height_m=top - bottom,
        table=HangTable(taper=cut.taper, hull=hull), flare=flare, wave_m=cut.wave_m, waves=cut.waves,
        lap=points[:, 2] > kit.joint("lowerleg01.L")[2] + 0.03, covered=covered, covered_tucked=tucked,
    )  # fmt: skip


def find_landmarks(cut: BodiceCut, bodice: Bodice) -> dict[str, int]:
    """Landmark names (viewer's left and right) to vertices."""
    out: dict[str, int] = {}
    p = bodice.points
    for side, sign, name in (("L", 1.0, "right"), ("R", -1.0, "left")):
        pick = lambda mask, score: int(np.flatnonzero(mask)[np.argmax(score[mask])])  # noqa: E731
        x, z = sign * p[:, 0], p[:, 2]
        out[f"neck_{name}"] = pick(bodice.border["neck"], x)
        out[f"hem_{name}"] = pick(bodice.border["hem"], x)
        cuff, arm = bodice.border[f"cuff_{side}"], bodice.arm[side]
        if cut.sleeve is None:
            out[f"shoulder_{name}"] = pick(cuff, z)
            out[f"armpit_{name}"] = pick(cuff, -z)
            continue
        seam = np.abs(arm - min(cut.drop, cut.sleeve)) < 0.012
        out[f"shoulder_{name}"] = pick(seam & (x > 0), z)
        out[f"armpit_{name}"] = pick((np.abs(arm) < 0.012) & (x > 0), -z)
        out[f"cuff_out_{name}"] = pick(cuff, 0.77 * x + 0.64 * z)
        out[f"cuff_in_{name}"] = pick(cuff, -0.77 * x - 0.64 * z)
    return out


def make_bodice(
    cut: BodiceCut, kit: CutKit, *, id: str, label: str, category: Category, sex: float, attributes: dict[str, str]
) -> tuple[CutGarment, Bodice]:
    """A garment without trimmings, and the bodice it was made from (for those who add trimmings)."""
    bodice = cut_bodice(cut, kit)
    faces, part, collar = bodice.patch.faces, bodice.part, None
    if cut.collar is not None:
        border = bodice.border
        collar = plan_collar(cut.collar, faces, bodice.points, border["neck"], border["front"], kit.crotch_z)
    hanger = Hanger(kit, plan_hang(cut, bodice, kit), collar)
    rest = hanger.wear(spread_body(kit.model, sex), Fit()).points
    flat, front = lay_flat(rest[: len(bodice.points)], faces, part)
    landmarks = snap_landmarks(find_landmarks(cut, bodice), faces, part, front, flat)
    if collar is not None and cut.collar is not None:
        collar_flat, collar_front = lay_collar(collar, flat, faces, front)
        flat, front = np.concatenate([flat, collar_flat]), np.concatenate([front, collar_front])
        faces = np.concatenate([faces, collar.faces])
        name = "hood" if cut.collar.kind == "hood" else "collar"
        part = np.concatenate([part, np.full(len(collar.faces), PART[name], np.uint8)])
    mesh = GarmentMesh(
        id=id, category=category, label=label, faces=faces, part=part, front=front, flat=flat,
        landmarks=landmarks, rest=rest, attributes=attributes, open_front=cut.gap is not None,
    )  # fmt: skip
    return CutGarment(mesh, hanger), bodice
