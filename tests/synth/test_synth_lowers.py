"""Trousers, shorts and skirts cut from the body: sound surfaces that stay outside it and hold their own legs."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import scipy.sparse as sp

from tryon.errors import BadRequestError
from tryon.garment.landmarks import LANDMARKS
from tryon.synth.bodies import SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.bodycuts import Patch
from tryon.synth.garment_mesh import PART, Fit, GarmentMesh
from tryon.synth.lower_cuts import CutLower, LowerDesign, make_lower, sample_lower
from tryon.synth.poses import BodyPose, LegPose
from tryon.synth.remesh import collapse_short_edges, edge_table, flip_edges, halve_long_edges, loop_subdivision
from tryon.synth.skirt_cuts import HungSkirt, SkirtDesign, make_skirt, sample_skirt
from tryon.types import GARMENT_LABELS

WALK = BodyPose(left_leg=LegPose((0.06, -0.3, -1), 5), right_leg=LegPose((-0.06, 0.15, -1), 22))
SIT = BodyPose(left_leg=LegPose((0.12, -1, -0.12), 80), right_leg=LegPose((0.10, -1, -0.1), 88))
POSES = {"stand": BodyPose(), "walk": WALK, "sit": SIT}
F64 = np.ndarray


class _Made:
    """What the tests share: a model, bodies and four garments."""

    def __init__(self) -> None:
        from tryon.synth.cutkit import CutKit

        self.model = BodyModel()
        self.kit = CutKit(self.model)
        self.bodies = {
            (shape, pose): self.model.build(s, p)
            for shape, s in (("average", BodyShape(0.5)), ("heavy", BodyShape(0.9, weight=0.95, muscle=0.35)))
            for pose, p in POSES.items()
        }
        self.wide = make_lower(
            LowerDesign("wide", knee_w=0.28, hem_w=0.31, taper=0.05, hem=2.07, thigh_m=0.012), self.kit
        )
        self.slim = make_lower(LowerDesign("slim", knee_w=0.17, hem_w=0.14, taper=0.7, thigh_m=0.005), self.kit)
        self.shorts = make_lower(LowerDesign("shorts", hem=0.3, hem_w=0.03), self.kit)
        self.skirt = make_skirt(SkirtDesign("a_line", 0.55, flare_m=0.08, waves=5, wave_m=0.006), self.kit)
        self.lowers: tuple[CutLower, ...] = (self.wide, self.slim, self.shorts)
        self.all: tuple[CutLower | HungSkirt, ...] = (*self.lowers, self.skirt)


@pytest.fixture(scope="module")
def made() -> _Made:
    pytest.importorskip("anny", reason="the body model is not installed")
    return _Made()


def _grid(n: int) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:n, 0:n] / (n - 1) - 0.5
    points = np.stack([x.ravel(), y.ravel(), np.zeros(n * n)], 1)
    k = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    return points, np.concatenate([np.stack([k, k + 1, k + n], 1), np.stack([k + 1, k + n + 1, k + n], 1)])


def _area(points: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())


def _quality(points: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """1 for an equilateral triangle, 0 for a flat one."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    area = 0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1)
    squares = ((b - a) ** 2).sum(1) + ((c - b) ** 2).sum(1) + ((a - c) ** 2).sum(1)
    return np.asarray(4 * np.sqrt(3) * area / squares)


def _borders(faces: np.ndarray) -> int:
    """Number of border loops."""
    edges, _, times = edge_table(faces)
    rim = edges[times == 1]
    count = int(faces.max()) + 1
    graph = sp.coo_matrix((np.ones(len(rim)), (rim[:, 0], rim[:, 1])), shape=(count, count))
    label = sp.csgraph.connected_components(graph, directed=False)[1]
    return len(np.unique(label[rim]))


def test_remeshing_halves_joins_and_flips_without_changing_a_plane() -> None:
    points, faces = _grid(7)
    patch = Patch(sp.identity(len(points), format="csr"), faces)
    fine = halve_long_edges(patch, points, 0.1)
    at = fine.mix @ points
    edges, _, times = edge_table(fine.faces)
    assert np.linalg.norm(at[edges[:, 0]] - at[edges[:, 1]], axis=1).max() <= 0.1 + 1e-9
    assert times.max() == 2
    assert _area(at, fine.faces) == pytest.approx(1.0)
    coarse = collapse_short_edges(fine, points, 0.09, np.zeros(len(at), bool))
    assert coarse.mix.shape[0] < fine.mix.shape[0]
    even = flip_edges(coarse, points)
    assert _area(even.mix @ points, even.faces) == pytest.approx(1.0)
    assert edge_table(even.faces)[2].max() == 2


def test_loop_subdivision_keeps_planes_and_weights() -> None:
    points, faces = _grid(5)
    mix, finer = loop_subdivision(faces, len(points))
    assert len(finer) == 4 * len(faces)
    assert np.allclose(np.asarray(mix.sum(1)).ravel(), 1.0)
    at = mix @ points
    assert np.abs(at[:, 2]).max() < 1e-12
    assert 0.9 < _area(at, finer) <= 1.0 + 1e-9  # corners are rounded


def test_designs_follow_the_seed() -> None:
    draw = lambda seed: [sample_lower(np.random.default_rng(seed)), sample_skirt(np.random.default_rng(seed))]  # noqa: E731
    assert draw(3) == draw(3)
    rng = np.random.default_rng(0)
    lowers = [sample_lower(rng) for _ in range(150)]
    assert {d.kind for d in lowers} == {"straight", "slim", "wide", "flared", "joggers", "leggings", "shorts"}
    assert {d.waist for d in lowers} == {"high", "normal", "low"}
    assert len({sample_skirt(rng).kind for _ in range(80)}) == 6


def test_surfaces_are_even_and_sound(made: _Made) -> None:
    for garment, loops in zip(made.all, (3, 3, 3, 2), strict=True):
        mesh = garment.mesh
        edges, _, times = edge_table(mesh.faces)
        length = np.linalg.norm(mesh.rest[edges[:, 0]] - mesh.rest[edges[:, 1]], axis=1)
        assert times.max() == 2, mesh.id
        assert _borders(mesh.faces) == loops, mesh.id
        assert 0.009 < np.median(length) < 0.019, mesh.id
        assert np.percentile(_quality(mesh.rest, mesh.faces), 1) > 0.3, mesh.id
        assert 2000 <= len(mesh.rest) <= 8500, mesh.id


def test_triangles_look_outwards(made: _Made) -> None:
    for garment in made.all:
        p, f = garment.mesh.rest, garment.mesh.faces
        volume = (np.cross(p[f[:, 0]], p[f[:, 1]]) * p[f[:, 2]]).sum() / 6
        assert volume > 0.005, garment.mesh.id


def test_wearing_is_repeatable_and_leaves_the_body_alone(made: _Made) -> None:
    body = made.bodies["average", "walk"]
    before = body.vertices.copy()
    for garment in made.all[::3]:
        one, two = garment.wear(body, Fit(seed=4)), garment.wear(body, Fit(seed=4))
        assert np.array_equal(one.points, two.points)
        assert not np.array_equal(one.points, garment.wear(body, Fit(seed=5)).points)
    assert np.array_equal(body.vertices, before)


def _depth(points: np.ndarray, body: Body, model: BodyModel) -> np.ndarray:
    """How far points lie below the nearest skin vertex's tangent plane, where one is near."""
    from scipy.spatial import cKDTree

    from tryon.synth.makehuman import vertex_normals
    from tryon.synth.scene import skin_triangles

    normals = vertex_normals(body.vertices, skin_triangles(model))
    distance, near = cKDTree(body.vertices[:SKIN_END]).query(points)
    return np.where(distance < 0.05, ((body.vertices[near] - points) * normals[near]).sum(1), -1.0)


@pytest.mark.parametrize("shape", ["average", "heavy"])
def test_cloth_stays_outside_the_body(made: _Made, shape: str) -> None:
    for pose in ("stand", "walk"):
        body = made.bodies[shape, pose]
        for garment in made.all:
            deep = _depth(garment.wear(body, Fit()).points, body, made.model)
            assert (deep > 0.002).mean() < 0.004, (garment.mesh.id, pose)
    body = made.bodies[shape, "sit"]
    for garment in made.lowers:  # legs press against each other and the belly
        deep = _depth(garment.wear(body, Fit()).points, body, made.model)
        assert (deep > 0.004).mean() < 0.02, garment.mesh.id


def test_layers_lie_further_out(made: _Made) -> None:
    body = made.bodies["average", "stand"]
    depth = [_depth(made.slim.wear(body, Fit(layer=k)).points, body, made.model) for k in (0, 2)]
    near = depth[0] > -0.03
    assert np.median(depth[0][near] - depth[1][near]) > 0.004


def test_wide_legs_do_not_cross(made: _Made) -> None:
    body = made.bodies["heavy", "stand"]
    points, mesh = made.wide.wear(body, Fit()).points, made.wide.mesh
    crotch = points[mesh.landmarks["crotch"], 2]
    left, right = (points[np.unique(mesh.faces[mesh.part == PART[f"{name}_leg"]])] for name in ("left", "right"))
    for z in np.arange(0.08, crotch - 0.05, 0.02):
        inner = [leg[np.abs(leg[:, 2] - z) < 0.01, 0] for leg in (left, right)]
        assert inner[0].min() - inner[1].max() > -0.006, z  # three pixels of cloth on cloth
        assert inner[0].min() - inner[1].max() < 0.12, z  # these are wide legs: they all but touch


def test_a_skirt_goes_around_both_legs(made: _Made) -> None:
    skirt: HungSkirt = made.skirt
    for pose in ("stand", "walk"):
        body = made.bodies["average", pose]
        points = skirt.wear(body, Fit()).points.reshape(-1, skirt.columns, 3)
        tights = made.kit.place(made.kit.tights, body)
        arms = made.kit.limb_share(made.kit.tights, "arm", "L") + made.kit.limb_share(made.kit.tights, "arm", "R")
        for row in points[6:-1:5]:
            z = row[:, 2]
            at = tights[(arms < 0.1) & (np.abs(tights[:, 2] - z.mean()) < 0.008)]
            ring = (row[:, :2] * 1000).astype(np.float32)
            inside = [cv2.pointPolygonTest(ring, (float(x) * 1000, float(y) * 1000), True) for x, y, _ in at]
            assert len(inside)
            assert min(inside) > -3.0, (pose, z.mean())  # mm


def _check_description(mesh: GarmentMesh, names: set[str]) -> None:
    assert GARMENT_LABELS[mesh.label] == mesh.category == "lower"
    assert set(mesh.landmarks) == names <= set(LANDMARKS) | {"hem_left", "hem_right"}
    for name, vertex in mesh.landmarks.items():
        if name.endswith("_left"):
            assert mesh.flat[vertex, 0] < mesh.flat[mesh.landmarks[name.replace("_left", "_right")], 0], name
    low, high = mesh.flat.min(0) - 0.02, mesh.flat.max(0) + 0.02
    for feature in mesh.features:
        assert np.isfinite(feature.points).all()
        assert (feature.points > low).all(), (mesh.id, feature.name)
        assert (feature.points < high).all(), (mesh.id, feature.name)
    assert 0.35 < mesh.front.mean() < 0.65
    assert {f.name for f in mesh.features} >= {"waistband", "side_seam"}


def test_descriptions_are_complete(made: _Made) -> None:
    legs = {"waist_left", "waist_right", "crotch", "leg_out_left", "leg_out_right", "leg_in_left", "leg_in_right"}
    for garment in made.lowers:
        _check_description(garment.mesh, legs)
        assert set(np.unique(garment.mesh.part)) == {PART["left_leg"], PART["right_leg"]}
        flat, marks = garment.mesh.flat, garment.mesh.landmarks
        assert flat[marks["waist_left"], 1] < flat[marks["crotch"], 1] < flat[marks["leg_in_left"], 1]
        left = np.unique(garment.mesh.faces[garment.mesh.part == PART["left_leg"]])
        assert flat[left, 0].mean() > flat[marks["crotch"], 0]  # the subject's left is the viewer's right
    _check_description(made.skirt.mesh, {"waist_left", "waist_right", "hem_left", "hem_right"})
    assert made.shorts.mesh.label == "Shorts"
    assert made.slim.mesh.label == "Pants"
    assert made.slim.mesh.attributes["length"] == "long"
    assert made.shorts.mesh.attributes["length"] == "short"


def test_only_what_is_under_the_cloth_is_covered(made: _Made) -> None:
    rest = made.kit.reference.rest
    for garment in made.all:
        covered = garment.wear(made.bodies["average", "stand"], Fit()).covered
        assert covered.shape == (len(rest),)
        assert covered.sum() > 100
        ground = made.kit.reference.vertices[:SKIN_END, 2]
        hidden = ground[covered[:SKIN_END]]
        assert not covered[SKIN_END:].any()
        assert hidden.max() < made.kit.reference.joint("spine02")[2]
        assert hidden.min() > 0.02
    feet = rest[:SKIN_END, 2] < made.kit.joint("foot.L")[2] - 0.03
    assert not made.wide.wear(made.bodies["average", "stand"], Fit()).covered[:SKIN_END][feet].any()


def test_impossible_designs_are_refused(made: _Made) -> None:
    with pytest.raises(BadRequestError, match="crotch"):
        make_lower(LowerDesign("shorts", hem=0.02), made.kit)
    with pytest.raises(BadRequestError, match="long"):
        make_skirt(SkirtDesign(length_m=0.1), made.kit)
