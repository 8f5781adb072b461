"""Ground that a lower garment's mask took along above its waistband."""

from __future__ import annotations

import numpy as np

from tryon.garment.waist import ROOM, without_ground_above

WAIST = {"waist_left": (30.0, 50.0), "waist_right": (90.0, 50.0)}


def _shorts() -> np.ndarray:
    alpha = np.zeros((120, 120), np.float32)
    alpha[50:100, 28:92] = 1
    alpha[47:50, 50:70] = 1  # a waistband that rises in its middle
    return alpha


def test_ground_above_the_waist_goes_and_the_waistband_stays() -> None:
    shorts = _shorts()
    with_tile = shorts.copy()
    with_tile[10:49, 40:80] = 1
    kept = without_ground_above(with_tile, WAIST)
    assert kept[: int(50 - ROOM * 60) - 1].max() == 0
    assert np.array_equal(kept[47:], with_tile[47:])
    assert np.array_equal(without_ground_above(shorts, WAIST), shorts)


def test_a_slight_slope_is_followed_and_a_steep_one_not_believed() -> None:
    alpha = np.ones((120, 120), np.float32)
    slight = {"waist_left": (30.0, 60.0), "waist_right": (90.0, 54.0)}
    kept = without_ground_above(alpha, slight)
    first = (kept > 0.5).argmax(0)
    assert first[20] > first[100] > 0
    steep = {"waist_left": (30.0, 60.0), "waist_right": (90.0, 30.0)}
    assert without_ground_above(alpha, steep) is alpha


def test_without_a_waist_nothing_is_cut() -> None:
    alpha = np.ones((20, 20), np.float32)
    assert without_ground_above(alpha, {"waist_left": (3.0, 4.0)}) is alpha
