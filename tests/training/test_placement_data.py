"""Where a flat view's points are seen on the body: found through the exact flow, measured along limbs."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.synth.garment_mesh import PART
from tryon.synth.record import HALF, FlatView, GarmentLayer
from tryon.training.placement_data import WornView, _along

SHIFT = np.array([30.0, -20.0])  # the garment is worn so far from where its flat view shows it


def _worn() -> WornView:
    """A rectangle as the torso, worn as it is laid but elsewhere."""
    h, w = HALF
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    flat = np.stack([x, y], -1)
    laid = np.zeros(HALF, np.uint8)
    laid[150:350, 120:250] = PART["torso"] + 1
    worn = np.roll(laid, (int(SHIFT[1]), int(SHIFT[0])), (0, 1))
    nodes_y, nodes_x = np.mgrid[0:64, 0:48].astype(np.float32)
    grid = np.stack([(nodes_x + 0.5) * 8 - 0.5, (nodes_y + 0.5) * 8 - 0.5], -1)
    none, depth = np.zeros((*HALF, 3), np.int8), np.zeros(HALF, np.uint16)
    view = FlatView("laid", laid, laid, flat, none, depth, grid)
    return WornView(view, GarmentLayer(0, worn, worn, (flat - SHIFT).astype(np.float32), none, depth))


def test_points_are_found_where_they_are_worn_and_nowhere_else() -> None:
    seen = _worn()
    for point in (np.array([180.0, 250.0]), np.array([125.0, 155.0])):
        found = seen.find(point)
        assert found is not None
        assert np.abs(found - point - SHIFT).max() <= 1.0
    assert seen.find(np.array([20.0, 20.0])) is None


def test_widths_are_measured_through_a_part_alone() -> None:
    seen, center = _worn(), np.array([185.0, 250.0]) + SHIFT
    assert seen.half_width(center, np.array([1.0, 0.0]), PART["torso"], 100) == pytest.approx(65, abs=1)
    assert seen.half_width(center, np.array([1.0, 0.0]), PART["left_leg"], 100) is None
    assert seen.half_width(np.array([20.0, 480.0]), np.array([1.0, 0.0]), PART["torso"], 60) is None


def test_lengths_go_along_the_limb_in_its_own_measure() -> None:
    axis, knots = np.array([[0.0, 0.0], [0.0, 100.0], [80.0, 100.0]]), np.array([0.0, 50.0, 90.0])
    assert _along(axis, knots, np.array([5.0, 40.0])) == pytest.approx(20)
    assert _along(axis, knots, np.array([40.0, 96.0])) == pytest.approx(70)
    assert _along(axis, knots, np.array([300.0, 100.0])) == pytest.approx(98)  # a little beyond the end at most
