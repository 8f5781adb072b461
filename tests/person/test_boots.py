"""Shafts of boots under new trousers, feet under old ones."""

from __future__ import annotations

import numpy as np

from tryon.person.boots import draw_foot, hidden_feet, hidden_shafts
from tryon.types import LABEL, Pose

SIZE = 240
ANKLES = 190


def _pose() -> Pose:
    points = np.full((33, 2), 120, np.float32)
    points[11], points[12], points[23], points[24] = (140, 30), (100, 30), (134, 100), (106, 100)
    points[27], points[28] = (136, ANKLES), (104, ANKLES)
    points[29], points[30], points[31], points[32] = (136, 193), (104, 193), (138, 200), (102, 200)
    return Pose(points, np.full(33, 0.9, np.float32))


def _booted(top: int) -> np.ndarray:
    """Boots of both legs from a row down to the ground."""
    labels = np.full((SIZE, SIZE), LABEL["background"], np.uint8)
    labels[100:top, 96:144] = LABEL["lower"]
    for middle in (104, 136):
        labels[top:210, middle - 8 : middle + 8] = LABEL["footwear"]
    return labels


def _trousers(half: int) -> np.ndarray:
    covered = np.zeros((SIZE, SIZE), bool)
    for middle in (104, 136):
        covered[100 : ANKLES + 2, middle - half : middle + half] = True
    return covered


def test_wide_trousers_hang_over_boots_down_to_their_hem() -> None:
    labels, covered = _booted(170), _trousers(12)
    found = hidden_shafts(labels, _pose(), covered)
    assert found[170 : ANKLES + 2, 100:108].all()
    assert not found[ANKLES + 2 :].any()  # the shoe below stays
    assert (labels[found] == LABEL["footwear"]).all()


def test_the_rest_of_a_hidden_shaft_goes_along() -> None:
    labels = _booted(170)
    labels[175:180, 94:114] = LABEL["footwear"]  # a buckle beside the leg
    found = hidden_shafts(labels, _pose(), _trousers(9))
    assert found[176, 94:114].sum() > 18


def test_narrow_trousers_are_tucked_in() -> None:
    assert not hidden_shafts(_booted(150), _pose(), _trousers(5)).any()


def test_shoes_below_a_hem_stay() -> None:
    assert not hidden_shafts(_booted(ANKLES + 4), _pose(), _trousers(12)).any()
    barefoot = _booted(170)
    barefoot[barefoot == LABEL["footwear"]] = LABEL["left_leg"]
    assert not hidden_shafts(barefoot, _pose(), _trousers(12)).any()


def _to_the_ground() -> np.ndarray:
    """Wide trousers under which no shoe is seen."""
    labels = np.full((SIZE, SIZE), LABEL["background"], np.uint8)
    labels[100:196, 90:150] = LABEL["lower"]
    return labels


def test_bare_feet_stand_where_trousers_hide_shoes() -> None:
    labels, above = _to_the_ground(), np.zeros((SIZE, SIZE), bool)
    above[90:150, 90:150] = True  # shorts
    found = hidden_feet(labels, _pose(), above)
    for x in (104, 136):
        assert found[188:194, x].all()
    assert not found[:180].any()
    assert not found[:, 120].any()  # two feet
    assert (labels[found] == LABEL["lower"]).all()


def test_a_foot_points_to_its_toes_but_not_far() -> None:
    canvas = np.zeros((SIZE, SIZE), np.uint8)
    draw_foot(canvas, (100.0, 100.0), np.array([98, 106], np.float32), np.array([180, 100], np.float32), 100.0)
    rows, columns = np.nonzero(canvas)
    assert columns.max() <= 100 + 30 + 6  # a third of a shoulder's width, and the toes' own size
    assert columns.min() >= 100 - 10 - 7
    assert rows.min() >= 94
    assert rows.max() <= 100 + 6 + 7


def test_new_trousers_hide_them_as_well_and_seen_feet_need_nothing() -> None:
    labels, nothing = _to_the_ground(), np.zeros((SIZE, SIZE), bool)
    assert not hidden_feet(labels, _pose(), _trousers(14))[:, 92:116].any()
    for name in ("footwear", "right_leg"):
        shown = labels.copy()
        shown[192:200, 98:108] = LABEL[name]
        found = hidden_feet(shown, _pose(), nothing)
        assert not found[:, :118].any()
        assert found[:, 122:].any()
    outside = _pose()
    outside.points_px[27:29, 1] = SIZE + 20
    assert not hidden_feet(labels, outside, nothing).any()
