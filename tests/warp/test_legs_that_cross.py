"""Trouser legs keep to their sides while the legs do; where legs cross, one covers the other at its whole width."""

import numpy as np

from tryon.types import Pose
from tryon.warp.limbs import Ribs, leg_ribs
from tryon.warp.placement import body_targets


def _legs(garment, pose: Pose) -> tuple[Ribs, Ribs]:
    trousers = garment("trousers")
    targets = body_targets(pose, trousers)
    left, right = (leg_ribs(targets, trousers, side) for side in ("left", "right"))
    return left, right


def test_no_step_where_legs_cross(person, garment) -> None:
    pose = person().pose
    points = pose.points_px.copy()
    points[[27, 28], 0] = points[[28, 27], 0]  # each ankle below the other knee
    for ribs in _legs(garment, Pose(points, pose.visibility)):
        width = np.linalg.norm(ribs.target_outer - ribs.target_inner, axis=1)
        below = len(width) // 2  # the crotch's own blend ends at mid-thigh
        assert np.allclose(width[below:], 2 * ribs.half[below:], rtol=0.02)


def test_legs_that_touch_keep_to_their_sides(person, garment) -> None:
    pose = person().pose
    points = pose.points_px.copy()
    middle = float(points[[23, 24], 0].mean())
    sides = np.sign(points[[25, 26, 27, 28], 0] - middle)
    points[[25, 26, 27, 28], 0] = middle + 4 * sides
    left, right = _legs(garment, Pose(points, pose.visibility))
    assert left.target_inner[3:, 0].max() <= middle + 3
    assert right.target_inner[3:, 0].min() >= middle - 3
