"""People: built in batches, kept out of themselves, and drawn whole; needs anny and the open data."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.synth.bodies import SKIN_END, BodyModel, BodyShape
from tryon.synth.casting import Sitter, build_settled, cast_people, settle
from tryon.synth.collisions import LIMIT_M, ClashTest
from tryon.synth.people import HAIR_COLOURS, SKIN_TONES, person_solids, sample_person
from tryon.synth.pose_library import NamedPose, sample_pose
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.props import rounded_box, tube
from tryon.synth.reach import Reach
from tryon.synth.solids import BROW, EYE, HAIR, PROP, SHOE, SKIN, UNDERWEAR
from tryon.types import LABEL

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRYON_DATA", ROOT.parent / "shared" / "data"))

pytest.importorskip("anny", reason="anny is not installed (requirements-synth.txt)")
needs_data = pytest.mark.skipif(not (DATA / "makehuman").is_dir(), reason="the open data is not here")


@pytest.fixture(scope="module")
def model() -> BodyModel:
    return BodyModel()


@pytest.fixture(scope="module")
def clash(model: BodyModel) -> ClashTest:
    return ClashTest(model)


@pytest.fixture(scope="module")
def crowd(model: BodyModel, clash: ClashTest) -> list[Sitter]:
    if not (DATA / "makehuman").is_dir():
        pytest.skip("the open data is not here")
    families = ["down", "selfie", "bag_hand", "bag_shoulder", "cup", "sitting", "pockets", "crossed"]
    return cast_people(np.random.default_rng(3), 8, model, clash, DATA, families)


def test_a_batch_equals_bodies_built_one_by_one(model: BodyModel) -> None:
    shapes = [BodyShape(1.0), BodyShape(0.0, weight=0.9), BodyShape(0.5, features=(("nose-hump-incr", 0.7),))]
    poses = [sample_pose(np.random.default_rng(k)).pose for k in range(3)]
    for shape, pose, body in zip(shapes, poses, model.build_many(shapes, poses), strict=True):
        alone = model.build(shape, pose)
        assert np.abs(alone.vertices - body.vertices).max() < 1e-9
        assert np.abs(alone.transforms - body.transforms).max() < 1e-9
        assert abs(body.vertices[:SKIN_END, 2].min()) < 1e-9, "the feet stand on the floor"


def test_features_and_expressions_change_the_face_alone(model: BodyModel) -> None:
    plain = BodyShape(1.0)
    a, b, c = model.build_many(
        [
            plain,
            replace(plain, features=(("nose-scale-vert-incr", 0.8),)),
            replace(plain, expression=(("jawOpen", 0.8),)),
        ],
        [BodyPose()] * 3,
    )
    head = model.share("head", "neck")[:SKIN_END] > 0.3
    for other in (b, c):
        moved = np.linalg.norm(other.rest - a.rest, axis=1)[:SKIN_END]
        assert moved[head].max() > 0.003
        assert moved[~head].max() < 1e-3


def test_a_hand_arrives_at_the_hip_of_slim_and_heavy_people(model: BodyModel) -> None:
    arm = ArmPose(reach=Reach(0.3, 88.0, 0.02, (-0.3, -0.85, -0.5), None, (1.0, 0.3, 0.0)))
    trunk = np.flatnonzero(model.share("spine", "root", "pelvis", "upperleg")[:SKIN_END] > 0.7)
    for weight in (0.25, 0.9):
        body = model.build(BodyShape(1.0, weight=weight), BodyPose(left_arm=arm))
        palm = 0.45 * body.joint("wrist.L") + 0.55 * body.joint("finger3-1.L")
        gap = np.linalg.norm(body.vertices[trunk] - palm, axis=1).min()
        assert 0.02 < gap < 0.065, weight


def test_the_clash_test_tells_good_poses_from_bad(model: BodyModel, clash: ClashTest) -> None:
    inside = ArmPose(reach=Reach(0.3, 30.0, -0.06, (-0.9, 0.0, 0.0)))
    crossed_legs = BodyPose(left_leg=LegPose((-0.12, 0.0, -1.0)), right_leg=LegPose((-0.12, 0.0, -1.0)))
    good, arm, legs = model.build_many([BodyShape(1.0)] * 3, [BodyPose(), BodyPose(left_arm=inside), crossed_legs])
    assert clash.is_clear(good)
    assert clash.depths(arm)["hand.L"] > 2 * LIMIT_M
    assert clash.depths(arm)["hand.R"] == 0.0
    assert clash.depths(legs)["legs"] > LIMIT_M


def test_hands_in_the_flesh_are_drawn_out_of_it(model: BodyModel, clash: ClashTest) -> None:
    arm = ArmPose(
        reach=Reach(0.3, 84.0, -0.01, (-0.35, -0.85, -0.5), None, (1.0, 0.3, 0.0)), curl_deg=-5, thumb_deg=-30
    )
    named = NamedPose("hip_one", BodyPose(left_arm=arm))
    shape = BodyShape(0.0, weight=0.7)
    sunk = clash.depths(model.build(shape, named.pose))
    assert sunk["hand.L"] > LIMIT_M
    found = build_settled(model, clash, [shape], [named])[0]
    assert found is not None
    assert clash.is_clear(found[1])
    assert settle(named, {**sunk, "legs": 0.05}) is None, "legs in each other cannot be mended"


def test_rounded_boxes_and_tubes_are_closed_to_the_eye() -> None:
    points, faces, uv = rounded_box((0.2, 0.1, 0.3), 0.02)
    assert np.allclose(points.max(0), (0.1, 0.05, 0.15), atol=1e-9)
    assert len(uv) == len(points)
    a, b, c = (points[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    outwards = np.einsum("ni,ni->n", normal, (a + b + c) / 3)
    assert (outwards[np.linalg.norm(normal, axis=1) > 1e-12] > 0).all(), "faces look outwards"
    line = np.stack([np.zeros(5), np.zeros(5), np.linspace(0, 1, 5)], 1)
    points, faces, _ = tube(line, 0.02)
    a, b, c = (points[faces[:, k]] for k in range(3))
    middle = (a + b + c) / 3
    assert (np.einsum("ni,ni->n", np.cross(b - a, c - a), middle * (1, 1, 0)) > 0).all()


@needs_data
def test_people_are_of_all_kinds_and_the_same_seed_gives_the_same() -> None:
    rng = np.random.default_rng(0)
    people = [sample_person(rng, DATA) for _ in range(300)]
    assert {p.skin_tone for p in people} == set(SKIN_TONES)
    tones = [p.skin_tone for p in people]
    assert min(tones.count(tone) for tone in SKIN_TONES) > 300 / len(SKIN_TONES) / 2
    assert {p.sex for p in people} == {"female", "male"}
    assert len({p.build for p in people}) == len({p.age_group for p in people}) + 1 == 5
    assert {p.hair_colour for p in people} <= set(HAIR_COLOURS)
    assert any(not p.hair for p in people)
    assert sample_person(np.random.default_rng(5), DATA) == sample_person(np.random.default_rng(5), DATA)
    json.dumps([p.meta() for p in people[:5]])


@needs_data
def test_skins_are_tinted_to_their_tone(model: BodyModel) -> None:
    rng = np.random.default_rng(2)
    seen: dict[str, list[np.ndarray]] = {}
    for _ in range(60):
        spec = sample_person(rng, DATA)
        from tryon.synth.fitted import median_colour

        colour = np.array(median_colour(DATA / "makehuman" / "skins" / spec.skin)) * spec.skin_tint
        assert colour[0] > colour[1] > colour[2], "skin is never grey"
        seen.setdefault(spec.skin_tone, []).append(colour)
    light = [np.mean([c.mean() for c in seen[tone]]) for tone in SKIN_TONES]
    assert light == sorted(light, reverse=True)


def test_a_person_has_everything_once_and_skin_comes_first(crowd: list[Sitter], model: BodyModel) -> None:
    for sitter in crowd:
        solids = person_solids(sitter.spec, sitter.named, sitter.body, model, DATA)
        kinds = [s.kind for s in solids]
        assert kinds[0] == SKIN
        assert kinds.count(SKIN) == kinds.count(EYE) == 1
        assert UNDERWEAR in kinds
        assert BROW in kinds
        assert (HAIR in kinds) == bool(sitter.spec.hair)
        assert (SHOE in kinds) == bool(sitter.spec.shoes)
        assert (PROP in kinds) == any(not h.startswith("pocket") for h in sitter.named.held)
        assert len(solids[0].points) == len(sitter.body.vertices)
        assert set(np.unique(solids[0].label)) == {
            LABEL[n] for n in ("face", "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")
        }
        for s in solids:
            assert np.isfinite(s.points).all()
            assert s.faces.max() < len(s.points)
            assert s.uv_faces.max() < len(s.uv)
            assert len(s.label) == len(s.faces) == len(s.uv_faces)


def test_left_labels_lie_on_the_left(crowd: list[Sitter], model: BodyModel) -> None:
    sitter = crowd[0]
    skin = person_solids(sitter.spec, sitter.named, sitter.body, model, DATA)[0]
    rest = sitter.body.rest[skin.faces].mean(1)
    for part in ("arm", "leg"):
        assert (rest[skin.label == LABEL[f"left_{part}"], 0] > -0.01).all()
        assert (rest[skin.label == LABEL[f"right_{part}"], 0] < 0.01).all()


def test_soles_stand_on_the_floor_and_bags_hang_from_the_hand(crowd: list[Sitter], model: BodyModel) -> None:
    for sitter in crowd:
        solids = person_solids(sitter.spec, sitter.named, sitter.body, model, DATA)
        if sitter.spec.shoes:
            low = min(s.points[np.unique(s.faces), 2].min() for s in solids if s.kind == SHOE)
            assert abs(low) < 1e-6
        for item in sitter.named.held:
            name, _, side = item.partition(".")
            if name in ("phone", "cup", "handbag", "tote"):
                prop = next(s for s in solids if s.kind == PROP)
                finger = sitter.body.joint(f"finger3-2.{side}")
                corners = prop.points[prop.faces].mean(1) if name in ("phone", "cup") else prop.points
                assert np.linalg.norm(corners - finger, axis=1).min() < 0.05, item


def test_underwear_lies_close_over_the_skin(crowd: list[Sitter], model: BodyModel) -> None:
    from scipy.spatial import cKDTree

    sitter = crowd[0]
    solids = person_solids(sitter.spec, sitter.named, sitter.body, model, DATA)
    tree = cKDTree(sitter.body.vertices[:SKIN_END])
    for s in solids:
        if s.kind == UNDERWEAR:
            used = s.points[np.unique(s.faces)]
            assert np.median(tree.query(used)[0]) < 0.004
            assert tree.query(used)[0].max() < 0.03, "new vertices of the cut edge lie between the skin's"
            assert set(np.unique(s.label)) <= {LABEL[n] for n in ("torso_skin", "left_leg", "right_leg")}
