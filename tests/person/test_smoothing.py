"""Poses over time: trembling goes, movement stays, another person starts anew."""

from __future__ import annotations

import numpy as np

from tryon.person.smoothing import PoseFilter
from tryon.types import Pose


def _pose(shift: tuple[float, float] = (0, 0), scale: float = 1.0) -> Pose:
    points = np.tile(np.array([[100, 40]], np.float32), (33, 1))
    points[[11, 12, 23, 24]] = (130, 80), (70, 80), (120, 170), (80, 170)
    return Pose((points + np.float32(shift)) * np.float32(scale), np.full(33, 0.9, np.float32))


def test_a_first_pose_is_taken_as_it_is() -> None:
    pose = _pose()
    assert np.array_equal(PoseFilter()(pose, 3.0).points_px, pose.points_px)


def test_trembling_is_held_still() -> None:
    rng, smooth = np.random.default_rng(0), PoseFilter()
    noise = rng.normal(0, 0.8, (60, 33, 2)).astype(np.float32)
    base = _pose()
    seen = [smooth(Pose(base.points_px + n, base.visibility), k / 15).points_px for k, n in enumerate(noise)]
    assert np.std(seen[15:], axis=0).mean() < 0.55 * 0.8  # trembles of 0.8 pixels


def test_movement_is_followed() -> None:
    smooth, speed = PoseFilter(), 60.0  # pixels a second: a shoulder width
    out = [smooth(_pose((speed * k / 15, 0)), k / 15).points_px[0, 0] - 100 for k in range(30)]
    lag = speed * 29 / 15 - out[-1]
    assert 0 <= lag < speed / 15  # less than a frame


def test_size_does_not_matter() -> None:
    small, large = PoseFilter(), PoseFilter()
    rng = np.random.default_rng(1)
    for k in range(10):
        shift = tuple(rng.normal(0, 2, 2))
        a, b = small(_pose(shift), k / 15), large(_pose(shift, 4.0), k / 15)
        assert np.allclose(4 * a.points_px, b.points_px, atol=1e-2)


def test_jumps_and_pauses_start_anew() -> None:
    for shift, seconds in (((200, 0), 0.1), ((3, 0), 5.0), ((3, 0), 0.0), ((3, 0), -1.0)):
        smooth = PoseFilter()
        smooth(_pose(), 0.0)
        pose = _pose(shift)
        assert np.array_equal(smooth(pose, seconds).points_px, pose.points_px)
    smooth = PoseFilter()
    smooth(_pose(), 0.0)
    smooth.reset()
    assert np.array_equal(smooth(_pose((3, 0)), 0.1).points_px, _pose((3, 0)).points_px)


def test_poses_are_not_changed() -> None:
    smooth, a, b = PoseFilter(), _pose(), _pose((3, 1))
    smooth(a, 0.0)
    smooth(b, 0.1)
    assert np.array_equal(a.points_px, _pose().points_px)
    assert np.array_equal(b.points_px, _pose((3, 1)).points_px)
