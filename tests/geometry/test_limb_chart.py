"""Coordinates on limbs: along from root to end, across from the inner side to the outer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.geometry.limb_chart import chart_limb


def drawn(axis: np.ndarray, width: int) -> np.ndarray:
    mask = np.zeros((240, 200), np.uint8)
    cv2.polylines(mask, [np.round(axis).astype(np.int32)], False, 1, width)
    return mask > 0


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("bend", [0.0, 25.0, -25.0])
def test_along_and_across_a_tube(side: int, bend: float) -> None:
    axis = np.array([(100, 20), (100 + bend, 110), (100, 200)], np.float32)
    chart = chart_limb(drawn(axis, 24), axis, side, 30.0)
    assert chart is not None
    along, across = np.full((240, 200), np.nan), np.full((240, 200), np.nan)
    along[chart.rows, chart.columns], across[chart.rows, chart.columns] = chart.along, chart.across
    joint = int(axis[1, 0])
    assert along[110, joint] == pytest.approx(1, abs=0.05)
    assert np.all(np.diff(along[30:195, 100][np.isfinite(along[30:195, 100])]) >= -1e-3)
    middle = int(100 + bend * 0.5)
    assert across[65, middle] == pytest.approx(0.5, abs=0.1)
    outer = across[65, middle + 8 * side] - across[65, middle - 8 * side]
    assert outer > 0.5  # grows towards the outer side


def test_an_outline_beside_the_bone_is_followed() -> None:
    axis = np.array([(100, 20), (100, 110), (100, 200)], np.float32)
    mask = np.zeros((240, 200), bool)
    mask[10:210, 94:118] = True
    chart = chart_limb(mask, axis, 1, 30.0)
    assert chart is not None
    at = (chart.rows == 60) & (chart.columns == 106)
    assert float(chart.across[at][0]) == pytest.approx(0.52, abs=0.06)


def test_nothing_where_no_limb_is_seen() -> None:
    axis = np.array([(100, 20), (100, 110), (100, 200)], np.float32)
    assert chart_limb(np.zeros((240, 200), bool), axis, 1, 30.0) is None
    far = np.zeros((240, 200), bool)
    far[:, :20] = True
    assert chart_limb(far, axis, 1, 30.0) is None
    crumbs = np.zeros((240, 200), bool)
    crumbs[100, 100] = True
    assert chart_limb(crumbs, axis, 1, 30.0) is None
