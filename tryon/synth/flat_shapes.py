"""How a garment lies or hangs when nobody wears it: laid on a table, on a hanger, around an invisible person.

Points come in the world frame (x the viewer's right, y away from the viewer, z up), so that all views
are drawn by the same renderer from the front; a table is seen from above with its far edge up.
Every shape is a smooth map of the flat garment: nothing is folded so that one side hides itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.garment_mesh import PART, GarmentMesh
from tryon.synth.poses import ArmPose, BodyPose, LegPose

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class LaidSettings:
    """How carelessly a garment is laid down or hung up. Lengths in m unless a share, angles in degrees."""

    thickness: float = 0.006  # between the upper and the lower side
    drift_share: float = 0.009  # of the garment's size: standard deviation of the smooth displacement
    relief: float = 0.004  # height of creases
    sleeve_deg: float = 6.0  # standard deviation of each sleeve's own turn
    both_sleeves_deg: tuple[float, float] = (-12.0, 9.0)  # inwards is positive
    leg_deg: float = 1.5
    elbow_share: float = 0.25  # of long sleeves that are bent at the elbow
    elbow_deg: tuple[float, float] = (15.0, 50.0)
    corner_share: float = 0.3  # of garments with a corner of the hem pulled aside
    tilt_deg: float = 2.5
    hung_sleeve_deg: float = 13.0  # of a hanging long sleeve from the vertical; short ones go half the way
    hung_narrow: tuple[float, float] = (0.03, 0.13)  # share of the hem's width that goes into folds
    hung_fold: float = 0.011  # depth of those folds
    ramp: float = 0.10  # along a limb over which a turn begins


RELAXED = BodyPose(
    left_arm=ArmPose((0.34, 0.0, -1.0), 10.0),
    right_arm=ArmPose((0.34, 0.0, -1.0), 10.0),
    left_leg=LegPose((0.10, 0.0, -1.0), 1.0),
    right_leg=LegPose((0.10, 0.0, -1.0), 1.0),
)


@lru_cache(maxsize=8)
def relaxed_body(model: BodyModel, sex: float = 0.5) -> Body:
    """The average body facing the viewer with arms hanging free of the trunk: a ghost mannequin's."""
    return model.build(BodyShape(gender=sex, proportions=0.5), RELAXED)


def laid_points(mesh: GarmentMesh, rng: np.random.Generator, settings: LaidSettings | None = None) -> F64:
    """The garment (N, 3) m on a table, a little crumpled; every call differs, by ``rng`` alone."""
    s = settings or LaidSettings()
    both = rng.uniform(*s.both_sleeves_deg)
    turns = {side: both + rng.normal(0, s.sleeve_deg) for side in ("left_sleeve", "right_sleeve")}
    turns |= {side: rng.normal(0, s.leg_deg) for side in ("left_leg", "right_leg")}
    flat = turn_limbs(mesh, mesh.flat, turns, s.ramp)
    for side in ("left_sleeve", "right_sleeve"):
        if rng.random() < s.elbow_share:
            flat = _bend_elbow(mesh, flat, side, float(rng.uniform(*s.elbow_deg) * rng.choice([1.0, 1.0, -0.6])))
    flat = flat + _drift(flat, rng, s.drift_share * _size(mesh))
    if rng.random() < s.corner_share:
        flat = _pull_corner(mesh, flat, rng)
    angle = np.radians(rng.normal(0, s.tilt_deg))
    middle = flat.mean(0)
    c, d = np.cos(angle), np.sin(angle)
    flat = (flat - middle) @ np.array([[c, d], [-d, c]]) + middle
    relief = _creases(flat, rng) * s.relief * rng.uniform(0.5, 1.6)
    up = vertex_sides(mesh)
    height = s.thickness * (0.5 + 0.5 * up + collar_share(mesh)) + relief * (0.75 + 0.25 * up)
    return np.stack([flat[:, 0], -height, -flat[:, 1]], 1)


def hung_points(mesh: GarmentMesh, rng: np.random.Generator, settings: LaidSettings | None = None) -> F64:
    """The garment (N, 3) m on a hanger or held by clips: sleeves fall, cloth gathers towards the hem."""
    s = settings or LaidSettings()
    upper = mesh.category != "lower"
    turns = {}
    for name in ("left_sleeve", "right_sleeve"):
        down = sleeve_angle(mesh, name) - s.hung_sleeve_deg
        turns[name] = (down if mesh.attributes.get("sleeve") == "long" else 0.5 * down) + rng.normal(0, 2.5)
    turns |= {"left_leg": rng.uniform(0, 3.0), "right_leg": rng.uniform(0, 3.0)}
    flat = turn_limbs(mesh, mesh.flat, turns, s.ramp)
    top, bottom = flat[:, 1].min(), flat[:, 1].max()
    body = flat[_on(mesh, tuple(p for p in PART if "sleeve" not in p))]
    middle, half = 0.5 * (body[:, 0].min() + body[:, 0].max()), 0.5 * np.ptp(body[:, 0])
    drop = np.clip((flat[:, 1] - top) / max(bottom - top, 1e-6), 0, 1)
    begin = 0.2 if upper else 0.03
    gather = np.clip((drop - begin) / (1 - begin), 0, 1)
    gather = gather**1.2
    narrow = rng.uniform(*s.hung_narrow) * (1.0 if mesh.category != "lower" or _is_skirt(mesh) else 0.3)
    x = flat[:, 0] - middle
    inside = np.clip(x, -half, half)
    out_x = middle + x - narrow * gather * inside
    pitch = rng.uniform(0.09, 0.15)
    phase, second = rng.uniform(0, 2 * np.pi, 2)
    bulge = np.sin(2 * np.pi * x / pitch + phase + 0.8 * drop) + 0.5 * np.sin(2 * np.pi * x / (1.7 * pitch) + second)
    depth = s.hung_fold * (narrow / 0.1) ** 0.5 * gather * bulge
    sag = rng.uniform(0, 0.012) * (1 - (x / max(half, 1e-6)) ** 2) * (1 - gather) if not upper else 0.0
    flat = np.stack([out_x, flat[:, 1] + sag], 1) + _drift(flat, rng, 0.3 * s.drift_share * _size(mesh))
    side = vertex_sides(mesh)
    depth = depth + _creases(flat, rng) * 0.5 * s.relief
    # sleeves hang in front of the trunk's sides, or behind them
    for name in ("left_sleeve", "right_sleeve"):
        depth = depth + limb_share(mesh, name, s.ramp) * 0.022 * (1 if rng.random() < 0.7 else -1)
    near = 0.5 + 0.5 * side + 0.5 * collar_share(mesh)
    return np.stack([flat[:, 0], -(depth + 2 * s.thickness * near), -flat[:, 1]], 1)


def vertex_sides(mesh: GarmentMesh) -> F64:
    """+1 for vertices (N,) of the front, -1 for those of the back, between on the folds."""
    side = np.where(mesh.front, 1.0, -1.0)
    count = len(mesh.flat)
    corner = mesh.faces.ravel()
    times = np.bincount(corner, minlength=count)
    return np.bincount(corner, weights=np.repeat(side, 3), minlength=count) / np.maximum(times, 1)


def collar_share(mesh: GarmentMesh) -> F64:
    """1 for vertices (N,) of the front of a collar or hood, which lies over the garment it is sewn to, else 0."""
    out = np.zeros(len(mesh.flat))
    above = np.isin(mesh.part, [PART["collar"], PART["hood"]])
    out[mesh.faces[above & mesh.front]] = 1.0
    out[mesh.faces[~above]] = 0.0
    return out


def sleeve_angle(mesh: GarmentMesh, name: str) -> float:
    """Degrees by which a sleeve, from its seam to its end, lies off the vertical; 0 without that sleeve."""
    on = mesh.part == PART[name]
    sleeve = np.unique(mesh.faces[on])
    seam = np.intersect1d(sleeve, mesh.faces[~on])
    if not len(seam):
        return 0.0
    start = mesh.flat[seam].mean(0)
    away = np.linalg.norm(mesh.flat[sleeve] - start, axis=1)
    along = mesh.flat[sleeve][away > 0.75 * away.max()].mean(0) - start
    return float(np.degrees(np.arctan2(abs(along[0]), along[1])))


def limb_share(mesh: GarmentMesh, name: str, ramp: float) -> F64:
    """How much each vertex (N,) moves with a limb: 0 up to its seam, 1 from ``ramp`` m beyond."""
    on, off = mesh.part == PART[name], mesh.part != PART[name]
    share = np.zeros(len(mesh.flat))
    limb = np.unique(mesh.faces[on])
    seam = np.intersect1d(limb, mesh.faces[off])
    if not len(limb) or not len(seam):
        return share
    distance = cKDTree(mesh.flat[seam]).query(mesh.flat[limb])[0]
    t = np.clip(distance / max(min(ramp, 0.7 * float(distance.max())), 1e-6), 0, 1)
    share[limb] = t * t * (3 - 2 * t)
    return share


def turn_limbs(mesh: GarmentMesh, flat: F64, degrees: dict[str, float], ramp: float) -> F64:
    """Turn sleeves and legs about their seams in the plane; positive turns them in, towards the middle line."""
    out = flat.copy()
    for name, angle in degrees.items():
        share = limb_share(mesh, name, ramp)
        if not share.any():
            continue
        seam = np.intersect1d(mesh.faces[mesh.part == PART[name]], mesh.faces[mesh.part != PART[name]])
        pivot = 0.5 * (flat[seam].min(0) + flat[seam].max(0))
        sign = 1.0 if name.startswith("left") else -1.0
        out += _turned(flat, pivot, sign * angle * share) - flat
    return out


def _turned(flat: F64, pivot: F64, degrees: F64) -> F64:
    """Points turned about a pivot, each by its own angle, clockwise as seen (y runs down)."""
    angle = np.radians(degrees)
    c, s = np.cos(angle), np.sin(angle)
    d = flat - pivot
    return pivot + np.stack([c * d[:, 0] - s * d[:, 1], s * d[:, 0] + c * d[:, 1]], 1)


def _bend_elbow(mesh: GarmentMesh, flat: F64, side: str, degrees: float) -> F64:
    on = np.unique(mesh.faces[mesh.part == PART[side]])
    seam = np.intersect1d(on, mesh.faces[mesh.part != PART[side]])
    if len(seam) < 3:
        return flat
    start = flat[seam].mean(0)
    axis = flat[on].mean(0) - start
    along = (flat[on] - start) @ (axis / np.linalg.norm(axis))
    length = along.max()
    if length < 0.35:  # no elbow in a short sleeve
        return flat
    share = np.zeros(len(flat))
    share[on] = np.clip((along / length - 0.42) / 0.22, 0, 1)
    share = share * share * (3 - 2 * share)
    band = on[np.abs(along / length - 0.53) < 0.05]
    sign = 1.0 if side.startswith("left") else -1.0
    return _turned(flat, flat[band].mean(0), sign * degrees * share)


def _pull_corner(mesh: GarmentMesh, flat: F64, rng: np.random.Generator) -> F64:
    """Move cloth around one end of the hem or of a leg up to 2.5 cm aside."""
    ends = [v for name, v in mesh.landmarks.items() if name.startswith(("hem", "leg_out", "cuff_out"))]
    if not ends:
        return flat
    at = flat[ends[int(rng.integers(len(ends)))]]
    reach = rng.uniform(0.08, 0.16)
    near = np.exp(-(((flat - at) ** 2).sum(1)) / (2 * reach**2))
    move = rng.normal(0, 0.011, 2)
    return flat + near[:, None] * np.clip(move, -0.025, 0.025)


def _drift(flat: F64, rng: np.random.Generator, sigma: float) -> F64:
    """A smooth random displacement (N, 2) made of a few long waves."""
    size = float(np.ptp(flat, axis=0).max())
    out = np.zeros_like(flat)
    for _ in range(6):
        way = rng.normal(size=2)
        way *= 2 * np.pi / (rng.uniform(0.45, 1.3) * size) / np.linalg.norm(way)
        wave = np.sin(flat @ way + rng.uniform(0, 2 * np.pi))
        out += wave[:, None] * rng.normal(0, sigma / np.sqrt(3.0), 2)
    return out


def _creases(flat: F64, rng: np.random.Generator) -> F64:
    """Heights (N,) of about 0..1: single curved creases over soft swells."""
    out = np.zeros(len(flat))
    for _ in range(3):
        way = rng.normal(size=2)
        way *= 2 * np.pi / (rng.uniform(0.15, 0.5) * np.linalg.norm(way))
        out += 0.25 * (1 + np.sin(flat @ way + rng.uniform(0, 2 * np.pi)))
    for _ in range(int(rng.integers(5, 15))):
        away = flat - flat[int(rng.integers(len(flat)))]
        angle = rng.uniform(0, np.pi)
        along = away @ np.array([np.cos(angle), np.sin(angle)])
        across = away @ np.array([-np.sin(angle), np.cos(angle)]) + rng.normal(0, 0.8) * along**2
        width, length = rng.uniform(0.009, 0.022), rng.uniform(0.05, 0.2)
        ridge = np.exp(-0.5 * (across / width) ** 2) - 0.4 * np.exp(-0.5 * ((across - 2.2 * width) / width) ** 2)
        out += rng.uniform(0.3, 1.0) * ridge * np.exp(-0.5 * (along / length) ** 2)
    return out


def _size(mesh: GarmentMesh) -> float:
    return float(np.ptp(mesh.flat, axis=0).max())


def _on(mesh: GarmentMesh, parts: tuple[str, ...]) -> NDArray[np.int64]:
    found = np.unique(mesh.faces[np.isin(mesh.part, [PART[p] for p in parts])])
    return found if len(found) else np.unique(mesh.faces)


def _is_skirt(mesh: GarmentMesh) -> bool:
    return bool((mesh.part == PART["skirt"]).any())
