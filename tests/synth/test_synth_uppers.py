"""Uppers, dresses and jackets cut from the body: exact cuts, sound meshes, outside the skin in every pose."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import cKDTree

pytest.importorskip("anny", reason="the body model is not installed")

from tryon.garment.landmarks import LANDMARKS
from tryon.synth.bodice import CutGarment, bodice_fields
from tryon.synth.bodies import SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.cutkit import CutKit, HangTable, border_edges, hang_tube, unique_edges
from tryon.synth.dress_cuts import DressDesign, make_dress, sample_dress
from tryon.synth.garment_mesh import PART, Fit
from tryon.synth.jacket_cuts import JacketDesign, make_jacket, sample_jacket
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.upper_cuts import UpperDesign, cut_of, make_upper, sample_upper
from tryon.types import GARMENT_LABELS

DOWN = BodyPose(ArmPose((0.18, 0, -1), 12), ArmPose((0.18, 0, -1), 12))
HIP = BodyPose(ArmPose((0.62, 0.25, -0.75), 85, (1, 0.35, 0)), ArmPose((0.18, 0, -1), 12), turn_deg=40)
RAISED = BodyPose(ArmPose((0.5, -0.1, 1), 20), ArmPose((0.9, 0, -0.2), 20))
SITTING = BodyPose(DOWN.left_arm, DOWN.right_arm, LegPose((0.15, -1, -0.05), 90), LegPose((0.15, -1, -0.05), 85))


@pytest.fixture(scope="module")
def kit() -> CutKit:
    return CutKit(BodyModel())


@pytest.fixture(scope="module")
def garments(kit: CutKit) -> dict[str, CutGarment]:
    rng = np.random.default_rng(4)
    return {
        "tee": make_upper(UpperDesign(), kit),
        "shirt": make_upper(sample_upper(rng, "Shirt"), kit),
        "hoodie": make_upper(replace(sample_upper(rng, "Hoodie"), fit="oversized", ease_m=0.04), kit),
        "tank": make_upper(sample_upper(rng, "Undershirt"), kit),
        "dress": make_dress(DressDesign(UpperDesign("Dress", 1.0, "tank", sleeve_m=None, strap_x=0.14)), kit),
        "blazer": make_jacket(replace(sample_jacket(rng, "blazer"), open_front=True), kit),
    }


@pytest.fixture(scope="module")
def bodies(kit: CutKit) -> list[Body]:
    shapes = (BodyShape(0.0, muscle=0.7), BodyShape(1.0, weight=0.85, cupsize=0.8))
    return [kit.model.build(shape, pose) for shape in shapes for pose in (DOWN, HIP, RAISED)]


def test_a_cut_lies_exactly_where_its_field_is_zero(kit: CutKit) -> None:
    field = kit.place(kit.tights)[:, 2] - 0.4
    cut = kit.clip(kit.tights, field, field[:, None])
    points = kit.place(cut.patch)
    assert points[:, 2].min() == pytest.approx(0.4, abs=1e-9)
    assert np.allclose(cut.values[:, 0], points[:, 2] - 0.4)
    rim = border_edges(cut.patch.faces)
    low = rim[(points[rim][:, :, 2] < 0.45).all(1)]
    assert np.abs(points[low][:, :, 2] - 0.4).max() < 1e-9


def test_a_split_keeps_the_whole_surface(kit: CutKit) -> None:
    points = kit.place(kit.tights)
    cut = kit.split(kit.tights, points[:, 2] - 0.4)
    after = kit.place(cut.patch)
    crossed = (after[cut.patch.faces][:, :, 2].max(1) > 0.4 + 1e-9) & (
        after[cut.patch.faces][:, :, 2].min(1) < 0.4 - 1e-9
    )
    assert not crossed.any()
    assert len(border_edges(cut.patch.faces)) == len(border_edges(kit.tights.faces))


def test_a_hanging_tube_never_gets_narrower_than_its_taper_allows() -> None:
    angle, level = (g.ravel() for g in np.meshgrid(np.linspace(-np.pi, np.pi, 120), np.linspace(0, 1, 60)))
    radius = 0.15 + 0.05 * np.cos(6 * level)
    hung = hang_tube(np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1), level, 0.5, HangTable(taper=0.0))
    profile = hung.reshape(60, 120)
    assert np.diff(profile, axis=0).min() > -1e-3
    assert profile[0].mean() == pytest.approx(0.20, abs=5e-3)


def test_meshes_are_sound(garments: dict[str, CutGarment]) -> None:
    for name, garment in garments.items():
        mesh = garment.mesh
        count = len(mesh.rest)
        directed = np.concatenate([mesh.faces[:, [0, 1]], mesh.faces[:, [1, 2]], mesh.faces[:, [2, 0]]])
        assert len(np.unique(directed, axis=0)) == len(directed), f"{name}: not an oriented manifold"
        assert np.array_equal(np.unique(mesh.faces), np.arange(count)), name
        assert mesh.flat.shape == (count, 2), name
        assert np.isfinite(mesh.flat).all(), name
        assert len(mesh.part) == len(mesh.front) == len(mesh.faces), name
        cloth = np.isin(mesh.part, [PART[p] for p in ("torso", "left_sleeve", "right_sleeve", "skirt")])
        edges = unique_edges(mesh.faces[cloth])
        length = np.linalg.norm(mesh.rest[edges[:, 0]] - mesh.rest[edges[:, 1]], axis=1)
        assert 0.010 < np.median(length) < 0.022, name
        assert np.percentile(length, 1) > 0.003, name
        assert 0.3 < mesh.front.mean() < 0.7, name


def test_landmarks_lie_where_their_names_say(garments: dict[str, CutGarment]) -> None:
    for name, garment in garments.items():
        mesh = garment.mesh
        assert set(mesh.landmarks) <= set(LANDMARKS), name
        at = {k: mesh.flat[v] for k, v in mesh.landmarks.items()}
        for part in ("neck", "shoulder", "armpit", "hem"):
            assert at[f"{part}_left"][0] < at[f"{part}_right"][0], f"{name}: {part}"
        assert at["hem_left"][1] > at["armpit_left"][1] > at["shoulder_left"][1], name
        assert ("cuff_out_left" in at) == (mesh.attributes["sleeve"] != "none"), name
        if "cuff_out_left" in at:
            assert at["cuff_out_left"][0] < at["cuff_in_left"][0] < at["armpit_left"][0] + 0.03, name


def test_features_lie_on_the_garment(garments: dict[str, CutGarment]) -> None:
    for name, garment in garments.items():
        mesh = garment.mesh
        tree = cKDTree(mesh.flat)
        assert mesh.features, name
        for feature in mesh.features:
            assert tree.query(feature.points)[0].max() < 0.03, f"{name}: {feature.name}"
    kinds = {f.kind for f in garments["shirt"].mesh.features}
    assert {"placket", "button"} <= kinds


def test_worn_cloth_stays_outside_the_torso(kit: CutKit, garments: dict[str, CutGarment], bodies: list[Body]) -> None:
    arms = [i for i, n in enumerate(kit.model.bones) if n.startswith(("clavicle", "shoulder", "upperarm", "lowerarm", "wrist", "finger", "metacarpal", "head"))]  # fmt: skip  # noqa: E501
    trunk = np.flatnonzero(np.asarray(kit.model.weights[:SKIN_END, arms].sum(1)).ravel() < 0.05)
    for name, garment in garments.items():
        for body in bodies:
            worn = garment.wear(body, Fit())
            torso = np.unique(garment.mesh.faces[garment.mesh.part == PART["torso"]])
            points = worn.points[torso]
            distance, near = cKDTree(body.vertices[trunk]).query(points)
            normal = kit.skin_normals(body)[trunk][near]
            height = np.einsum("ni,ni->n", points - body.vertices[trunk][near], normal)
            inside = (height < -0.002) & (distance < 0.03)
            assert inside.mean() < 0.006, name  # an armhole's edge may lie in the fold of the armpit
            assert np.isfinite(worn.points).all()


def test_what_is_covered_lies_under_the_garment(
    kit: CutKit, garments: dict[str, CutGarment], bodies: list[Body]
) -> None:
    for name, garment in garments.items():
        worn = garment.wear(bodies[0], Fit())
        hidden = np.flatnonzero(worn.covered)
        assert len(hidden) > 300, name
        assert hidden.max() < SKIN_END, name
        distance = cKDTree(worn.points).query(bodies[0].vertices[hidden])[0]
        assert np.percentile(distance, 99) < (0.25 if name == "dress" else 0.17), name  # thighs' inner sides
    sleeveless, sleeved = (garments[n].wear(bodies[0], Fit()).covered.sum() for n in ("tank", "shirt"))
    assert sleeved > sleeveless


def test_sitting_stretches_no_triangle_wildly(kit: CutKit, garments: dict[str, CutGarment]) -> None:
    body = kit.model.build(BodyShape(1.0), SITTING)
    for name, garment in garments.items():
        mesh = garment.mesh
        points = garment.wear(body, Fit()).points
        edges = unique_edges(mesh.faces)
        now, rest = (np.linalg.norm(p[edges[:, 0]] - p[edges[:, 1]], axis=1) for p in (points, mesh.rest))
        assert np.percentile(now / np.maximum(rest, 0.004), 99) < 3.5, name


def test_wearing_is_deterministic_and_spares_the_body(garments: dict[str, CutGarment], bodies: list[Body]) -> None:
    before = bodies[0].vertices.copy()
    first, second = (garments["hoodie"].wear(bodies[0], Fit(seed=3)).points for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, garments["hoodie"].wear(bodies[0], Fit(seed=4)).points)
    assert np.array_equal(before, bodies[0].vertices)


def test_layers_lie_further_out_and_tucked_hems_closer(garments: dict[str, CutGarment], bodies: list[Body]) -> None:
    tee, body = garments["tee"], bodies[0]
    plain, over, tucked = (tee.wear(body, fit).points for fit in (Fit(), Fit(layer=2), Fit(tucked=True)))
    skin = cKDTree(body.vertices[:SKIN_END])
    gap = [float(np.median(skin.query(p)[0])) for p in (plain, over)]
    assert gap[1] > gap[0] + 0.005
    hem = plain[:, 2] < np.percentile(plain[:, 2], 8)
    assert skin.query(tucked[hem])[0].mean() < skin.query(plain[hem])[0].mean()
    assert tucked[:, 2].min() > plain[:, 2].min() + 0.02  # nothing of it hangs out between the legs


def test_designs_are_what_shops_sell(kit: CutKit) -> None:
    rng = np.random.default_rng(0)
    uppers = [sample_upper(rng) for _ in range(400)]
    labels = [d.label for d in uppers]
    assert all(GARMENT_LABELS[label] == "upper" for label in labels)
    assert 0.25 < labels.count("T-Shirt") / 400 < 0.45
    tees = [d for d in uppers if d.label == "T-Shirt"]
    assert np.mean([d.fit == "regular" for d in tees]) > 0.35
    assert all(d.hem_m > sample_dress(rng).hem_m for d in uppers[:40])
    again = np.random.default_rng(0)
    assert [sample_upper(again) for _ in range(5)] == uppers[:5]
    assert isinstance(sample_jacket(rng), JacketDesign)


def test_the_inside_of_the_back_is_seen_through_the_neck(kit: CutKit) -> None:
    """The back's neckline is higher than the front's, on the middle line."""
    for neck in ("round", "v", "scoop", "square"):
        design = next(d for d in (sample_upper(np.random.default_rng(k)) for k in range(300)) if d.neck == neck)
        cut = cut_of(design)
        points = kit.place(kit.gown)
        field = bodice_fields(cut, kit, kit.gown)[0]
        middle = (np.abs(points[:, 0]) < 0.012) & (field > 0)
        front, back = points[middle & (points[:, 1] < -0.05), 2].max(), points[middle & (points[:, 1] > -0.02), 2].max()
        assert back > front + 0.03, neck
