"""What may change: containment of the region, protection of face, hands and things in front."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tests.person.test_edit_plan import pose as standing
from tryon.person.agnostic import (
    clothes_box,
    edit_masks,
    hands,
    has_label,
    old_garment,
    protected_pixels,
    skin_colour,
    under_cloth,
)
from tryon.types import LABEL, Pose


def figure() -> tuple[np.ndarray, Pose]:
    """A 200 x 150 label picture of a standing figure in a top and trousers, and its pose."""
    labels = np.zeros((200, 150), np.uint8)
    labels[10:40, 62:88] = LABEL["face"]
    labels[5:14, 60:90] = LABEL["hair"]
    labels[45:110, 50:100] = LABEL["upper"]
    labels[110:185, 52:98] = LABEL["lower"]
    labels[50:110, 100:112] = LABEL["left_arm"]
    labels[50:110, 38:50] = LABEL["right_arm"]
    labels[185:195, 50:100] = LABEL["footwear"]
    points = np.zeros((33, 2), np.float32)
    points[0] = 75, 25
    points[[7, 8]] = (86, 25), (64, 25)
    points[[11, 12]] = (95, 50), (55, 50)
    points[[13, 14]] = (106, 78), (44, 78)
    points[[15, 16]] = (106, 100), (44, 100)
    for i in (17, 19, 21):
        points[i], points[i + 1] = (106, 107), (44, 107)
    points[[23, 24]] = (88, 112), (62, 112)
    points[[25, 26]] = (88, 150), (62, 150)
    points[[27, 28]] = (88, 183), (62, 183)
    return labels, Pose(points, np.ones(33, np.float32))


def test_face_hair_hands_and_shoes_are_never_in_the_region() -> None:
    labels, pose = figure()
    everywhere = np.ones(labels.shape, np.float32)
    for category in ("upper", "lower", "dress"):
        masks = edit_masks(labels, pose, category, everywhere)
        kept = has_label(labels, "face", "hair", "footwear") | hands(labels, pose)
        assert masks.region_f32[kept].max() == 0
        assert hands(labels, pose).any()


def test_region_holds_the_old_garment_and_the_new() -> None:
    labels, pose = figure()
    alpha = np.zeros(labels.shape, np.float32)
    alpha[120:130, 60:90] = 1  # longer than the old top
    region = edit_masks(labels, pose, "upper", alpha).region_f32 > 0
    assert region[labels == LABEL["upper"]][::7].mean() > 0.98
    assert region[122:128, 62:88].all()
    assert not region[150:, :].any()


def test_a_sleeve_hides_the_arm_down_to_its_cuff_and_no_further() -> None:
    labels, pose = figure()
    alpha = np.zeros(labels.shape, np.float32)
    alpha[48:110, 55:95] = 1
    alpha[48:85, 96:108] = 1  # a sleeve narrower than the arm
    region = edit_masks(labels, pose, "upper", alpha).region_f32 > 0
    arm = labels == LABEL["left_arm"]
    assert region[arm & (np.arange(200)[:, None] < 78)].mean() > 0.97
    assert not region[92:100, 103:110].any()
    assert not region[60:100, 38:44].any()  # the other arm is bare


def test_trousers_do_not_touch_the_top_that_hangs_over_them() -> None:
    labels, pose = figure()
    region = edit_masks(labels, pose, "lower", np.ones(labels.shape, np.float32)).region_f32
    assert region[labels == LABEL["upper"]].max() == 0


def test_a_dress_becomes_a_skirt_under_a_new_top() -> None:
    labels, pose = figure()
    labels[labels == LABEL["upper"]] = LABEL["dress"]
    labels[labels == LABEL["lower"]] = LABEL["dress"]
    old = old_garment(labels, pose, "upper")
    assert old[60:90, 60:90].all()
    assert not old[130:].any()


@pytest.mark.parametrize(("rows", "columns", "kept"), [((108, 112), (60, 90), False), ((60, 120), (40, 80), True)])
def test_belts_go_and_bags_stay(rows: tuple[int, int], columns: tuple[int, int], kept: bool) -> None:
    labels, pose = figure()
    labels[slice(*rows), slice(*columns)] = LABEL["accessory"]
    middle = (sum(rows) // 2, sum(columns) // 2)
    assert bool(protected_pixels(labels, pose, "upper")[middle]) is kept


def test_skin_colour_is_the_faces() -> None:
    labels, _ = figure()
    image = np.full((*labels.shape, 3), 40, np.uint8)
    image[labels == LABEL["face"]] = (200, 150, 120)
    assert np.allclose(skin_colour(image, labels) * 255, (200, 150, 120), atol=1)
    assert skin_colour(image, np.zeros_like(labels)).shape == (3,)


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        ((230, 180, 150), (230, 180, 150)),  # the face lies in the shadow of a hat
        ((40, 60, 200), (150, 110, 88)),  # a blue sleeve that was taken for an arm
        ((90, 60, 45), (150, 110, 88)),  # an arm in its own shadow
    ],
)
def test_bare_arms_tell_the_skin_where_they_agree(arms: tuple[int, ...], expected: tuple[int, ...]) -> None:
    labels, _ = figure()
    image = np.full((*labels.shape, 3), 40, np.uint8)
    image[labels == LABEL["face"]] = (150, 110, 88)
    image[has_label(labels, "left_arm", "right_arm")] = arms
    assert np.allclose(skin_colour(image, labels) * 255, expected, atol=1)


def test_the_box_of_the_clothes_that_go() -> None:
    labels, pose = figure()
    labels[2, 3] = LABEL["lower"]  # a speck
    assert clothes_box(labels, pose, "lower") == (52, 110, 98, 185)
    assert clothes_box(labels, pose, "dress") == (50, 45, 100, 185)
    assert clothes_box(np.zeros_like(labels), pose, "upper") is None


def test_inputs_are_not_changed() -> None:
    labels, pose = figure()
    before, points = labels.copy(), pose.points_px.copy()
    edit_masks(labels, pose, "dress", np.zeros(labels.shape, np.float32))
    assert (labels == before).all()
    assert (pose.points_px == points).all()


def test_a_sleeve_hides_the_arm_above_it_across_a_gap() -> None:
    labels, pose = figure()
    covered = np.zeros(labels.shape, bool)
    covered[76:100, 36:52] = covered[76:100, 98:114] = True  # the lower halves of both sleeves
    above = np.zeros(labels.shape, bool)
    above[56:74, 101:111] = True
    assert not under_cloth(labels, pose, covered)[above].any()  # further apart than an armpit
    assert under_cloth(labels, pose, covered, gap=0.9)[above].mean() > 0.9
    assert not under_cloth(labels, pose, covered, gap=0.9)[104:, 100:112].any()


def test_a_hand_in_a_pocket_leaves_no_hand() -> None:
    labels, pose = np.zeros((256, 192), np.uint8), standing()
    for joints in ((11, 13, 15), (12, 14, 16)):  # both arms end at the wrist
        knots = np.round(pose.points_px[list(joints)]).astype(np.int32)
        cv2.polylines(labels, [knots], False, LABEL["left_arm"], 9)
    labels[114:] = 0
    assert not hands(labels, pose).any()
    shown = labels.copy()
    wrist, knuckles = (tuple(int(v) for v in pose.points_px[k]) for k in (15, 19))
    tips = (2 * knuckles[0] - wrist[0], 2 * knuckles[1] - wrist[1])
    cv2.line(shown, wrist, tips, LABEL["left_arm"], 9)
    found = hands(shown, pose)
    assert found[wrist[1], wrist[0]]
    assert not found[:, :96].any()  # the other one is still in its pocket


def test_a_hand_that_leaves_the_picture_stays_a_hand() -> None:
    pose = standing()
    labels = np.zeros((119, 192), np.uint8)  # cut below the wrists
    cv2.line(labels, (128, 84), (132, 118), LABEL["left_arm"], 9)
    assert hands(labels, pose)[112, 132]


def test_a_belt_goes_with_the_top_though_a_bags_chain_hangs_on_it() -> None:
    labels, pose = figure()
    labels[96:104, 50:100] = LABEL["accessory"]  # the belt
    labels[104:118, 58:60] = LABEL["accessory"]  # the chain
    labels[118:150, 56:84] = LABEL["accessory"]  # the bag
    kept = protected_pixels(labels, pose, "upper")
    assert not kept[96:104, 52:98].any()
    assert kept[118:150, 56:84].all()


@pytest.mark.parametrize(("rows", "held"), [((96, 104), True), ((84, 120), False), ((112, 140), False)])
def test_a_clutch_that_is_held_and_a_large_bag_stay(rows: tuple[int, int], held: bool) -> None:
    labels, pose = figure()
    where = (slice(*rows), slice(56, 100))
    labels[where] = LABEL["accessory"]
    if held:  # the right hand lies on it
        points = pose.points_px.copy()
        points[[14, 16, 18, 20, 22]] = (50, 85), (66, 96), (72, 100), (72, 100), (70, 100)
        labels[92:104, 62:76] = LABEL["right_arm"]
        pose = Pose(points, pose.visibility)
    there = (labels == LABEL["accessory"]) & (np.arange(labels.shape[1]) > 70)
    assert protected_pixels(labels, pose, "upper")[there].all()
