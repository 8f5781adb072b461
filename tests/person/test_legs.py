"""A mask that ends straight across is carried on, and the legs with it; feet are left alone."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.person.legs import is_cut_below, with_ankles_in_their_shins, with_legs_to_the_shoes, with_whole_legs
from tryon.types import LABEL, Pose


def _pose() -> Pose:
    points = np.zeros((33, 2), np.float32)
    points[[0, 11, 12]] = (100, 30), (115, 60), (85, 60)
    points[[23, 24, 25, 26, 27, 28]] = (108, 120), (92, 120), (108, 160), (92, 160), (108, 200), (92, 200)
    points[29:] = 100, 206
    return Pose(points, np.ones(33, np.float32))


def _skirt(end: int) -> np.ndarray:
    mask = np.zeros((320, 200), np.float32)
    mask[20:120, 75:125] = 1
    for y in range(120, end):
        half = 25 + (y - 120) // 8
        mask[y, 100 - half : 100 + half] = 1
    return mask


def _shoes() -> np.ndarray:
    mask = np.zeros((320, 200), np.float32)
    mask[20:120, 75:125] = 1
    mask[120:215, 84:97] = mask[120:215, 103:116] = 1
    return mask


def test_a_straight_broad_end_is_noticed_and_shoes_are_none() -> None:
    assert is_cut_below(_skirt(205))
    assert not is_cut_below(_shoes())
    assert not is_cut_below(_skirt(318))  # cut by the picture itself
    assert not is_cut_below(np.zeros((50, 40), np.float32))


def test_mask_and_legs_go_on_to_the_figures_end() -> None:
    pose, cut, whole = _pose(), _skirt(205), _skirt(270)
    longer, mask = with_whole_legs(pose, cut, whole)
    assert (mask[250] > 0.5).sum() > 50
    ankles = longer.points_px[[27, 28], 1]
    assert 245 < ankles.max() < 270
    assert longer.points_px[25, 1] == pytest.approx((120 + ankles[0]) / 2, abs=1)
    assert np.array_equal(longer.points_px[:25], pose.points_px[:25])
    assert pose.points_px[27, 1] == 200
    assert cut[250].max() == 0


def test_people_who_stand_elsewhere_do_not_count() -> None:
    other = np.zeros((320, 200), np.float32)
    other[230:300, 90:110] = 1  # further down, not joined
    other[100:300, 185:200] = 1  # to the side
    pose, cut = _pose(), _skirt(205)
    same, mask = with_whole_legs(pose, cut, other)
    assert same is pose
    assert mask is cut


def _labels(skirt_end: int, ground: int) -> np.ndarray:
    labels = np.zeros((320, 200), np.uint8)
    labels[60:120, 80:120] = LABEL["upper"]
    labels[120:skirt_end, 70:130] = LABEL["lower"]
    labels[skirt_end:ground, 86:96] = labels[skirt_end:ground, 104:114] = LABEL["footwear"]
    return labels


def test_legs_under_a_long_skirt_reach_its_shoes() -> None:
    pose = _pose()
    longer = with_legs_to_the_shoes(pose, _labels(245, 260))
    ankles = longer.points_px[[27, 28], 1]
    assert ankles.max() == pytest.approx(245 - 0.05 * 40, abs=4)
    assert longer.points_px[25, 1] > 175  # knees that far up were guessed too
    assert np.array_equal(longer.points_px[:25], pose.points_px[:25])
    assert pose.points_px[27, 1] == 200


def test_ankles_under_wide_trousers_come_down_and_knees_stay() -> None:
    pose = _pose()
    longer = with_legs_to_the_shoes(pose, _labels(214, 225))
    assert longer.points_px[[27, 28], 1].max() == pytest.approx(212, abs=3)
    assert np.array_equal(longer.points_px[:27], pose.points_px[:27])


def test_ankles_of_legs_that_the_picture_cuts_lie_below_it() -> None:
    pose, cut = _pose(), _labels(214, 225)[:214]
    longer = with_legs_to_the_shoes(pose, cut)
    assert longer.points_px[[27, 28], 1].min() > len(cut)
    assert with_legs_to_the_shoes(pose, _labels(206, 225)).points_px[27, 1] < 206  # the ground is in the picture


def test_legs_that_are_seen_or_that_nearly_reach_stay() -> None:
    pose = _pose()
    assert with_legs_to_the_shoes(pose, _labels(195, 270)) is pose  # shod above the ankles: boots are seen
    assert with_legs_to_the_shoes(pose, _labels(204, 210)) is pose
    assert with_legs_to_the_shoes(pose, np.zeros((320, 200), np.uint8)) is pose
    apart = _labels(204, 206)
    apart[240:300, 70:130] = LABEL["lower"]  # somebody else's, further down
    assert with_legs_to_the_shoes(pose, apart) is pose


def _shins(left: tuple[int, int], right: tuple[int, int]) -> np.ndarray:
    """Bare shins under a skirt, the subject's left one at the viewer's right; columns of each."""
    labels = np.zeros((320, 200), np.uint8)
    labels[110:165, 70:135] = LABEL["lower"]
    labels[165:205, left[0] : left[1]] = LABEL["left_leg"]
    labels[165:205, right[0] : right[1]] = LABEL["right_leg"]
    labels[205:212, left[0] : left[1]] = labels[205:212, right[0] : right[1]] = LABEL["footwear"]
    return labels


def test_ankles_beside_their_shins_are_put_into_them() -> None:
    pose = _pose()
    found = with_ankles_in_their_shins(pose, _shins((118, 126), (90, 98)))
    assert found.points_px[27, 0] == pytest.approx(121.5, abs=1)
    assert found.points_px[28, 0] == pytest.approx(93.5, abs=1)
    assert found.points_px[27, 1] == pytest.approx(205, abs=1)
    # the skirt hides the knee: it goes half the way
    assert found.points_px[25, 0] == pytest.approx((108 + 121.5) / 2, abs=1)
    assert np.array_equal(found.points_px[:25], pose.points_px[:25])
    assert pose.points_px[27, 0] == 108


def test_a_knee_that_is_seen_is_put_into_its_leg() -> None:
    labels = _shins((118, 126), (90, 98))
    labels[130:165] = labels[170]
    assert with_ankles_in_their_shins(_pose(), labels).points_px[25, 0] == pytest.approx(121.5, abs=1)


def test_each_ankle_takes_the_nearer_shin_whatever_its_name() -> None:
    found = with_ankles_in_their_shins(_pose(), _shins((90, 98), (118, 126)))
    assert found.points_px[27, 0] == pytest.approx(121.5, abs=1)
    assert found.points_px[28, 0] == pytest.approx(93.5, abs=1)


@pytest.mark.parametrize("shins", [((104, 112), (88, 96)), ((100, 130), (88, 101)), ((180, 190), (88, 96))])
def test_ankles_stay_where_they_are_right_or_nothing_tells(shins: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """In their shins; shins that touch; a leg that must be somebody else's."""
    pose = _pose()
    assert with_ankles_in_their_shins(pose, _shins(*shins)) is pose
