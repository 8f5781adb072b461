"""The body's outline follows the pose."""

from __future__ import annotations

import numpy as np

from tryon.person.figure import body_outline, with_skirt
from tryon.types import Pose


def standing() -> Pose:
    p = np.zeros((33, 2), np.float32)
    p[[0, 7, 8]] = (75, 25), (84, 25), (66, 25)
    p[[11, 12, 13, 14, 15, 16]] = (95, 50), (55, 50), (108, 78), (42, 78), (112, 104), (38, 104)
    p[[23, 24, 25, 26, 27, 28]] = (87, 112), (63, 112), (88, 150), (62, 150), (88, 185), (62, 185)
    return Pose(p, np.ones(33, np.float32))


def test_joints_and_bones_are_inside_and_far_ground_is_not() -> None:
    pose = standing()
    outline = body_outline(pose, 200, 150)
    for a, b in ((11, 13), (13, 15), (12, 24), (23, 25), (26, 28), (11, 12)):
        for t in np.linspace(0, 1, 9):
            x, y = np.round(pose.points_px[a] * (1 - t) + pose.points_px[b] * t).astype(int)
            assert outline[y, x] > 0.9
    assert outline[:, :15].max() < 0.01
    assert outline[150:, 75].max() < 0.2  # between the legs
    assert outline.min() >= 0
    assert outline.max() <= 1


def test_a_skirt_below_a_coat_closes_the_gap_between_the_legs() -> None:
    outline = body_outline(standing(), 200, 150)
    skirt = np.zeros(outline.shape, bool)
    skirt[160:180, 50:100] = True  # all that the coat shows of it
    closed = with_skirt(outline, skirt, 112, 40)
    assert closed[140:175, 75].min() > 0.9
    assert (closed >= outline).all()
    np.testing.assert_array_equal(closed[:, :45], outline[:, :45])
    np.testing.assert_array_equal(closed[:112], outline[:112])


def test_trousers_leave_it_open() -> None:
    outline = body_outline(standing(), 200, 150)
    trousers = outline > 0.5
    trousers[:160] = False
    for below in (trousers, np.zeros_like(trousers)):
        assert with_skirt(outline, below, 112, 40) is outline
