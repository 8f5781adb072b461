"""Poses: arms arrive where they reach, sides mirror, the library covers its families; needs no body model."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.pose_library import FAMILIES, mirror_pose, sample_pose
from tryon.synth.reach import LEVELS, Reach, TrunkGauge, bend_elbow, palm_target, turn_about, twist_about


def _gauge() -> TrunkGauge:
    return TrunkGauge(0.9, 1.4, 0.0, np.full(len(LEVELS), 0.2), np.full(len(LEVELS), 0.1), np.full(len(LEVELS), 0.12))


def test_rotations_are_orthonormal_and_turn_by_the_angle() -> None:
    turn = turn_about((0.3, -2.0, 0.7), 50.0)
    assert np.allclose(turn @ turn.T, np.eye(3))
    assert np.degrees(np.arccos((np.trace(turn) - 1) / 2)) == pytest.approx(50.0)
    assert np.allclose(turn_about((0, 0, 1), 90.0) @ (1, 0, 0), (0, 1, 0))


def test_the_twist_of_a_rotation_is_found_behind_a_swing() -> None:
    axis = np.array([0.0, 0.0, 1.0])
    swing = turn_about((1.0, 0.4, 0.0), 35.0)
    assert twist_about(swing @ turn_about(axis, 28.0), axis) == pytest.approx(28.0, abs=1e-9)
    assert twist_about(swing, axis) == pytest.approx(0.0, abs=1e-9)


def test_an_elbow_is_bent_so_that_the_wrist_arrives() -> None:
    shoulder, wrist = np.array([0.17, 0.0, 1.4]), np.array([0.2, -0.15, 1.05])
    upper, fore = bend_elbow(shoulder, wrist, 0.29, 0.25, np.array([1.0, 0.3, 0.0]))
    assert np.allclose(shoulder + 0.29 * upper + 0.25 * fore, wrist, atol=1e-9)
    assert upper[0] > 0.3, "the elbow points to the side that was asked for"
    far, fore = bend_elbow(shoulder, wrist - np.array([0.0, 0.0, 2.0]), 0.29, 0.25, np.array([1.0, 0.3, 0.0]))
    assert far[2] < -0.9, "a point out of reach is approached"
    assert np.isfinite(fore).all()


@pytest.mark.parametrize("angle", [0.0, 40.0, 90.0, 135.0, 180.0, -60.0])
def test_the_gauge_lies_on_its_own_axes_and_its_normal_points_out(angle: float) -> None:
    point, normal = _gauge().surface(0.5, angle)
    assert point[2] == pytest.approx(1.15)
    assert normal @ point > 0
    expected = {0.0: (0, -0.1), 90.0: (0.2, 0), 180.0: (0, 0.12)}.get(angle)
    if expected:
        assert np.allclose(point[:2], expected, atol=1e-9)


def test_a_resting_palm_faces_the_trunk_and_the_right_hand_mirrors_the_left() -> None:
    reach = Reach(0.3, 70.0, 0.01, (-0.3, -0.8, -0.5))
    left, right = palm_target(reach, _gauge(), 1), palm_target(reach, _gauge(), -1)
    for a, b in zip(left, right, strict=True):
        assert np.allclose(a * (-1, 1, 1), b)
    point, _, palm = left
    assert palm @ (point - (0, 0, point[2])) < 0
    assert np.hypot(point[0], point[1]) > np.hypot(*_gauge().surface(0.3, 70.0)[0][:2]) + 0.02


def test_every_family_is_sampled_and_the_commonest_is_standing() -> None:
    rng = np.random.default_rng(0)
    found = [sample_pose(rng).family for _ in range(1500)]
    assert set(found) == set(FAMILIES)
    assert max(set(found), key=found.count) == "down"


def test_turns_reach_sixty_degrees_and_most_people_face_the_camera() -> None:
    rng = np.random.default_rng(1)
    turns = np.abs([sample_pose(rng).turn_deg for _ in range(800)])
    assert turns.max() <= 60.0
    assert (turns > 45).mean() > 0.02
    assert (turns < 12).mean() > 0.5


def test_the_same_seed_gives_the_same_pose_and_mirroring_twice_changes_nothing() -> None:
    for family in FAMILIES:
        first, second = (sample_pose(np.random.default_rng(7), family) for _ in range(2))
        assert first == second
        assert mirror_pose(mirror_pose(first)) == first
        assert mirror_pose(first).pose.left_arm == first.pose.right_arm


def test_what_is_held_changes_sides_with_the_pose() -> None:
    named = next(
        p for p in (sample_pose(np.random.default_rng(k), "selfie") for k in range(9)) if p.held == ("phone.L",)
    )
    assert mirror_pose(named).held == ("phone.R",)


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(BadRequestError, match="handstand"):
        sample_pose(np.random.default_rng(0), "handstand")
