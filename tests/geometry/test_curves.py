"""Curves are followed by length, go straight on beyond their ends, and turn the way they say."""

import numpy as np

from tryon.geometry.curves import arc_lengths, perpendicular, point_at, quadratic_bezier, tangent_at, unit

BENT = np.array([[0, 0], [30, 0], [30, 40]], float)


def test_lengths_and_points():
    assert np.allclose(arc_lengths(BENT), [0, 30, 70])
    assert np.allclose(point_at(BENT, [0, 15, 30, 50, 70]), [[0, 0], [15, 0], [30, 0], [30, 20], [30, 40]])


def test_goes_straight_on_beyond_its_ends():
    assert np.allclose(point_at(BENT, [-10, 80]), [[-10, 0], [30, 50]])


def test_knots_replace_lengths():
    assert np.allclose(point_at(BENT, 1.5, knots=[0, 1, 2]), [30, 20])


def test_tangents_have_length_one_and_turn_at_the_corner():
    t = tangent_at(BENT, [5.0, 30.0, 65.0], 3.0)
    assert np.allclose(np.linalg.norm(t, axis=1), 1)
    assert np.allclose(t[0], [1, 0])
    assert np.allclose(t[2], [0, 1])
    assert np.allclose(t[1], [0.5**0.5, 0.5**0.5])


def test_bezier_starts_and_ends_at_its_points():
    curve = quadratic_bezier([0, 0], [5, 9], [10, 0], np.array([0, 0.5, 1]))
    assert np.allclose(curve, [[0, 0], [5, 4.5], [10, 0]])


def test_perpendicular_and_unit():
    assert np.allclose(perpendicular([1, 0]), [0, 1])
    assert np.allclose(unit([3, 4]), [0.6, 0.8])
    assert np.allclose(unit([0, 0], (1, 0)), [1, 0])
