"""Which garments are simulated how: fabric, body, pose and what holds each; the library of drapes is made here."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.cutkit import CutKit, border_edges, fast_normals, unique_edges
from tryon.synth.designs import DesignKind, LibraryCounts, library_design, library_keys, library_name
from tryon.synth.drapes import drape_path, frames_of, make_drape, read_drape, topology_hash, write_drape
from tryon.synth.garment_mesh import PART, Fit, GarmentMesh, Wearable
from tryon.synth.pose_library import sample_pose
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.scene import skin_triangles
from tryon.synth.simulate import FABRICS, BlenderCloth, FallSettings, Job, SimulationError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LIBRARY_SEED = 7
RECIPE = 2  # 2: collars follow the cloth below
HOLD_M = 0.13  # cloth within this of the neck's joint lies still: necklines keep their place
HOLD = 0.3  # how firmly, 0..1
BAND_M = 0.035  # of a waistband is held
AROUND_M = 0.05  # of the body around the garment takes part
TORN_M = 0.02  # an edge of a centimetre that has grown by more
HEM_HOLD = 0.6  # how firmly shoes and hands hold the ends of long legs and sleeves
LONGER = {"sleeve": 0.05, "leg": 0.02}  # than the limb, by shares
UNDER_M = (0.0, 0.006, 0.012)  # what is worn below a garment of a layer makes the body thicker
# cloth is cut for arms and legs apart: in a pose it has too much at armpits and crotch, and folds
PATTERN = BodyPose(
    ArmPose((0.8, 0.0, -0.8), 5.0),
    ArmPose((0.8, 0.0, -0.8), 5.0),
    LegPose((0.12, 0.0, -1.0)),
    LegPose((0.12, 0.0, -1.0)),
)
# the fabrics that shops sell each label in
_FABRICS: dict[str, tuple[str, ...]] = {
    "T-Shirt": ("cotton", "cotton", "knit"), "Longsleeve": ("cotton", "knit"), "Shirt": ("cotton", "cotton", "silk"),
    "Polo": ("knit", "cotton"), "Undershirt": ("knit",), "Top": ("knit", "cotton"), "Blouse": ("silk", "cotton"),
    "Hoodie": ("wool",), "Dress": ("cotton", "silk", "knit"), "Outwear": ("wool", "denim", "cotton"),
    "Pants": ("denim", "cotton", "wool"), "Shorts": ("denim", "cotton"), "Skirt": ("cotton", "silk", "wool", "denim"),
}  # fmt: skip
_TIGHT = {"tight": -0.01, "fitted": 0.004}  # slack of a garment that is to cling
# limbs that garments do not touch: they hang through skirts, and hands catch hems
_HANDS = ("finger", "metacarpal", "wrist")
_ASIDE = {"hands": _HANDS, "forearms": (*_HANDS, "lowerarm"), "arms": (*_HANDS, "lowerarm", "upperarm")}
MALE = BodyShape(0.0, 0.68, 0.55, 0.48, 0.50, 0.65)
FEMALE = BodyShape(1.0, 0.67, 0.48, 0.45, 0.44, 0.65)


@dataclass(frozen=True)
class DrapeJob:
    """One drape to make: a design, in a pose family, on a man or woman."""

    kind: DesignKind
    number: int
    pose_family: str
    gender: float

    @property
    def design(self) -> str:
        """The design's name in the library."""
        return library_name(self.kind, self.number)


# rounds of simulations: kinds, pose family, and whether it is the design's own sex. The first gives every design
# its folds; the second the other sex's chest and hips; then arms that are bent and legs that walk
ROUNDS: tuple[tuple[tuple[DesignKind, ...], str, bool], ...] = (
    (("upper", "dress", "jacket", "lower", "skirt"), "down", True),
    (("upper", "jacket", "lower"), "down", False),
    (("upper", "jacket", "dress"), "hips_both", True),
    (("skirt", "dress", "lower"), "walking", True),
    (("upper", "jacket"), "crossed", True),
)  # fmt: skip


def plan_jobs(counts: LibraryCounts = LibraryCounts()) -> list[DrapeJob]:
    """All jobs, round by round, kinds mixed, so that a part of the library is already a small one of everything.

    A design comes on a man or a woman by turns; skirts and dresses on women.
    """
    jobs: list[tuple[float, DrapeJob]] = []
    for turn, (kinds, family, own) in enumerate(ROUNDS):
        for kind, number in library_keys(counts):
            if kind in kinds:
                woman = kind in ("dress", "skirt") or (number % 2 == 0) == own
                place = turn + (number + 0.5) / getattr(counts, kind)
                jobs.append((place, DrapeJob(kind, number, family, float(woman))))
    return [job for _, job in sorted(jobs, key=lambda item: item[0])]


def cloth_settings(mesh: GarmentMesh, rng: np.random.Generator) -> tuple[str, FallSettings]:
    """A fabric that such a garment is made of, and how it falls."""
    names = _FABRICS.get(mesh.label, ("cotton",))
    name = names[int(rng.integers(len(names)))]
    if mesh.attributes.get("kind") in ("leggings", "joggers"):
        name = "knit"
    settings = FABRICS[name]
    if mesh.category == "lower":  # held at the waist: more would gather there
        settings = replace(settings, slack=min(settings.slack, 0.004))
    slack = min(settings.slack, _TIGHT.get(mesh.attributes.get("fit", ""), 1.0))
    return name, replace(settings, slack=slack)


def held_vertices(mesh: GarmentMesh, points: F64, body: Body) -> F64:
    """How firmly each vertex (N,) 0..1 is held: necklines softly, waistbands tightly, full-length hems a little."""
    rim = np.unique(border_edges(mesh.faces))
    if mesh.category == "lower":
        top = rim[mesh.rest[rim, 2] > mesh.rest[:, 2].max() - 0.12]
        pins = np.where(_reach(mesh.faces, points, top, BAND_M), 1.0, 0.0)
        if LONGER["leg"] and mesh.attributes.get("length") == "long" and mesh.label != "Skirt":
            pins[np.setdiff1d(rim, top)] = HEM_HOLD
        return pins
    far = np.linalg.norm(points - body.joint("neck01"), axis=1)
    pins = np.where(far < HOLD_M, HOLD, 0.0)
    if not pins.any():  # strapless: held at its upper edge
        pins = np.where(points[:, 2] > points[:, 2].max() - BAND_M, 1.0, 0.0)
    for side in ("left", "right"):
        pins[_cuff(mesh, points, body, side, rim)] = HEM_HOLD
    return pins


def _cuff(mesh: GarmentMesh, points: F64, body: Body, side: str, rim: I64) -> I64:
    """Border vertices of a long sleeve's end; none of shorter sleeves."""
    if mesh.attributes.get("sleeve") != "long":
        return np.zeros(0, np.int64)
    sleeve = np.unique(mesh.faces[mesh.part == PART[f"{side}_sleeve"]])
    wrist = body.joint(f"wrist.{side[0].upper()}")
    end = np.intersect1d(rim, sleeve)
    return end[np.linalg.norm(points[end] - wrist, axis=1) < 0.12]


def lengthen(mesh: GarmentMesh, rest: F64, pattern: Body) -> F64:
    """Rest points (N, 3) with sleeves and legs a little longer than the limbs, so that they lie in folds."""
    out = rest.copy()
    limbs = [("sleeve", "upperarm01", "lowerarm01"), ("leg", "upperleg01", "lowerleg01")]
    for limb, upper, lower in limbs:
        for side in ("left", "right"):
            mine = np.unique(mesh.faces[mesh.part == PART[f"{side}_{limb}"]])
            root, joint = (pattern.joint(f"{name}.{side[0].upper()}") for name in (upper, lower))
            axis = (joint - root) / np.linalg.norm(joint - root)
            along = np.maximum((rest[mine] - root) @ axis, 0.0)
            out[mine] += (LONGER[limb] * along)[:, None] * axis
    return out


def _reach(faces: I64, points: F64, start: I64, far_m: float) -> NDArray[np.bool_]:
    """Vertices (N,) within a distance along the edges of ``start``."""
    edges = unique_edges(faces)
    length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
    distance = np.full(len(points), np.inf)
    distance[start] = 0.0
    for _ in range(12):
        for a, b in (edges.T, edges[:, ::-1].T):
            np.minimum.at(distance, b, distance[a] + length)
    return distance < far_m


class DrapeMaker:
    """Simulates designs one by one; keeps one Blender process, one body model and the kit."""

    def __init__(self, blender: Path) -> None:
        self.model = BodyModel()
        self.kit = CutKit(self.model)
        self._cloth = BlenderCloth(blender)
        self._blender = blender
        self._skin = skin_triangles(self.model)
        self._without = {name: self._leave_out(bones) for name, bones in _ASIDE.items()}

    def _leave_out(self, names: tuple[str, ...]) -> I64:
        """The skin's triangles that move with none of these bones."""
        use = [i for i, n in enumerate(self.model.bones) if n.startswith(names)]
        aside = np.asarray(self.model.weights[:, use].sum(1)).ravel() > 0.5
        return self._skin[~aside[self._skin].any(1)]

    def close(self) -> None:
        """End Blender."""
        self._cloth.close()

    def build_job(self, wearable: Wearable, job: DrapeJob, rng: np.random.Generator) -> tuple[Job, str]:
        """What Blender is to do for a garment, and the fabric's name."""
        mesh = wearable.mesh
        shape = FEMALE if job.gender > 0.5 else MALE
        shape = replace(shape, weight=float(rng.uniform(0.36, 0.58)), muscle=float(rng.uniform(0.4, 0.6)))
        pose = replace(sample_pose(rng, job.pose_family).pose, turn_deg=0.0)
        body, pattern = self.model.build_many([shape, shape], [pose, PATTERN])
        layer = 1 if mesh.open_front else 0
        fit = Fit(layer=layer)
        worn, rest = wearable.wear(body, fit).points, wearable.wear(pattern, fit).points
        normals = fast_normals(body.vertices, self._skin)
        sleeves = mesh.attributes.get("sleeve") in ("long", "three_quarter")
        faces = self._without["arms" if mesh.category == "lower" else "hands" if sleeves else "forearms"]
        skin = body.vertices + UNDER_M[layer] * normals
        near = (skin > worn.min(0) - AROUND_M).all(1) & (skin < worn.max(0) + AROUND_M).all(1)
        used, local = np.unique(faces[near[faces].any(1)], return_inverse=True)
        rest = lengthen(mesh, rest, pattern)
        fabric, settings = cloth_settings(mesh, rng)
        pins = held_vertices(mesh, worn, body)
        return Job(worn, mesh.faces, skin[used], local.reshape(-1, 3), pins, settings, rest), fabric

    def make(self, job: DrapeJob, folder: Path) -> float:
        """Simulate one drape and store it; returns the seconds it took.

        Raises:
            SimulationError: Blender failed, also with finer steps.
        """
        start = time.perf_counter()
        wearable = library_design(job.kind, job.number, self.kit)
        rng = np.random.default_rng([LIBRARY_SEED, job.number, *job.design.encode(), *job.pose_family.encode()])
        order, fabric = self.build_job(wearable, job, rng)
        try:
            fallen = self._fall(order, wearable.mesh)
        except SimulationError:
            self._cloth.close()
            self._cloth = BlenderCloth(self._blender)
            order = replace(order, settings=replace(order.settings, quality=order.settings.quality + 4))
            fallen = self._fall(order, wearable.mesh)
        seconds = time.perf_counter() - start
        drape = make_drape(
            wearable.mesh, order.points, fallen, design=job.design, pose_family=job.pose_family, gender=job.gender,
            meta={"fabric": fabric, "seconds": round(seconds, 1), "label": wearable.mesh.label, "recipe": RECIPE},
        )  # fmt: skip
        write_drape(drape, drape_path(folder, job.design, job.pose_family, job.gender))
        return seconds

    def _fall(self, order: Job, mesh: GarmentMesh) -> F64:
        """Vertices (N, 3) after the fall. Collars and hoods lie on other cloth: they follow it instead."""
        upper = upper_layers(mesh)
        faces = order.faces[~upper]
        used, local = np.unique(faces, return_inverse=True)
        rest = order.points if order.rest_points is None else order.rest_points
        base = replace(
            order, points=order.points[used], faces=local.reshape(-1, 3), pins=order.pins[used], rest_points=rest[used]
        )
        fallen, _ = self._cloth.simulate(base)
        edges = unique_edges(base.faces)
        length = np.linalg.norm(fallen[edges[:, 0]] - fallen[edges[:, 1]], axis=1)
        before = np.linalg.norm(base.points[edges[:, 0]] - base.points[edges[:, 1]], axis=1)
        if np.quantile(length - before, 0.998) > TORN_M:
            raise SimulationError("The cloth was torn; its rest shape or its steps are too rough.")
        out = order.points.copy()
        out[used] = fallen
        if upper.any():
            follow_below(out, order.points, mesh, used)
        return out


def upper_layers(mesh: GarmentMesh) -> NDArray[np.bool_]:
    """Faces (F,) that lie on other cloth of the same garment."""
    return np.isin(mesh.part, (PART["collar"], PART["hood"]))


def follow_below(out: F64, start: F64, mesh: GarmentMesh, used: I64) -> None:
    """Move the vertices that are not in ``used`` as those next to them have moved; changes ``out``."""
    rest = np.setdiff1d(np.arange(len(out)), used)
    if not len(rest):
        return
    distance, near = cKDTree(start[used]).query(start[rest], k=6)
    weight = 1.0 / np.maximum(distance, 0.004)
    weight /= weight.sum(1, keepdims=True)
    moves = out - start
    moves[rest] = (weight[:, :, None] * moves[used][near]).sum(1)
    calm = frames_of(mesh).soft
    for _ in range(6):
        moves[rest] = (calm @ moves)[rest]
    out[rest] = start[rest] + moves[rest]


def make_library(
    folder: Path,
    blender: Path,
    count: int,
    report: Callable[[str], None] = print,
) -> int:
    """Simulate up to ``count`` drapes that are missing or stale in a folder; returns how many there are."""
    jobs = plan_jobs()[:count]
    maker: DrapeMaker | None = None
    done = 0
    for number, job in enumerate(jobs):
        path = drape_path(folder, job.design, job.pose_family, job.gender)
        maker = maker or DrapeMaker(blender)
        if path.exists() and not _is_stale(path, job, maker):
            done += 1
            continue
        try:
            seconds = maker.make(job, folder)
        except SimulationError as error:
            report(f"{number + 1}/{len(jobs)} {path.name} left out: {error}")
            continue
        done += 1
        report(f"{number + 1}/{len(jobs)} {path.name} {seconds:.1f} s")
    if maker:
        maker.close()
    return done


def _is_stale(path: Path, job: DrapeJob, maker: DrapeMaker) -> bool:
    mesh = library_design(job.kind, job.number, maker.kit).mesh
    drape = read_drape(path)
    if drape.topology != topology_hash(mesh.faces, len(mesh.rest)):
        return True
    return bool(drape.meta.get("recipe") != RECIPE and upper_layers(mesh).any())
