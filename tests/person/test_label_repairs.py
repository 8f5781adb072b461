"""Patches that the parser misnamed get the name of what they belong to; everything else stays."""

from __future__ import annotations

import numpy as np
import pytest

from tests.person.test_edit_plan import H, W, bare, limb, pose, trunk
from tryon.person.label_repairs import repaired_labels
from tryon.types import LABEL, Pose

WHITE, GREEN, RED, COAT = (235, 235, 230), (40, 140, 60), (190, 30, 40), (70, 60, 120)


def dressed() -> tuple[np.ndarray, np.ndarray]:
    """A white top over a green skirt: labels and the photo."""
    labels = bare()
    skirt = np.zeros((H, W), np.uint8)
    trunk(skirt, 1, 190, 8, top=118)
    top = np.zeros((H, W), np.uint8)
    trunk(top, 1, 122)
    labels[skirt > 0], labels[top > 0] = LABEL["lower"], LABEL["upper"]
    image = np.full((H, W, 3), 128, np.uint8)
    image[skirt > 0], image[top > 0] = GREEN, WHITE
    return labels, image


def box(rows: tuple[int, int], columns: tuple[int, int]) -> tuple[slice, slice]:
    return slice(*rows), slice(*columns)


@pytest.mark.parametrize("name", ["accessory", "hair", "background", "upper"])
def test_a_speck_in_the_skirt_is_skirt(name: str) -> None:
    labels, image = dressed()
    truth = labels.copy()
    labels[box((150, 158), (92, 100))] = LABEL[name]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_a_bag_beside_the_skirt_and_a_thing_in_the_hand_stay() -> None:
    labels, image = dressed()
    labels[box((140, 175), (118, 140))] = LABEL["accessory"]  # beside and over it
    labels[box((112, 120), (128, 136))] = LABEL["accessory"]  # at the hand
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_a_patch_called_top_with_the_skirts_colours_is_skirt() -> None:
    labels, image = dressed()
    truth = labels.copy()
    labels[box((150, 190), (72, 96))][labels[box((150, 190), (72, 96))] == LABEL["lower"]] = LABEL["upper"]
    assert (labels != truth).sum() > 500
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_the_tail_of_a_coat_below_a_bag_stays_a_coat() -> None:
    labels, image = dressed()
    tail = box((150, 190), (72, 96))
    of_skirt = labels[tail] == LABEL["lower"]
    labels[tail][of_skirt] = LABEL["upper"]
    image[tail][of_skirt] = WHITE  # the top's own cloth
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_half_a_skirt_called_dress_joins_the_other_half() -> None:
    labels, image = dressed()
    truth = labels.copy()
    half = labels[:, :96]
    half[half == LABEL["lower"]] = LABEL["dress"]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)
    image[:, :96][truth[:, :96] == LABEL["lower"]] = RED  # another cloth: a dress below a skirt, perhaps
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_a_patch_of_trousers_within_a_coat_of_the_same_cloth_is_coat() -> None:
    labels, image = dressed()
    coat = np.zeros((H, W), np.uint8)
    trunk(coat, 1, 190, 8)
    labels[coat > 0], image[coat > 0] = LABEL["upper"], COAT
    truth = labels.copy()
    labels[box((140, 165), (88, 104))] = LABEL["lower"]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)
    image[box((140, 165), (88, 104))] = RED
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_a_photo_of_any_size_is_mended_alike_and_its_labels_are_not_changed() -> None:
    labels, image = dressed()
    labels[box((150, 158), (92, 100))] = LABEL["accessory"]
    large = np.repeat(np.repeat(labels, 5, 0), 5, 1)
    photo = np.repeat(np.repeat(image, 5, 0), 5, 1)
    before = large.copy()
    near = pose()
    found = repaired_labels(large, photo, type(near)(near.points_px * 5 + 2, near.visibility))
    assert np.array_equal(large, before)
    assert not (found == LABEL["accessory"]).any()
    assert (found != large).sum() == (large == LABEL["accessory"]).sum()


@pytest.mark.parametrize(("split", "name"), [(110, "dress"), (165, "upper")])
def test_one_light_cloth_in_two_names_is_what_most_of_it_is_called(split: int, name: str) -> None:
    labels, image = bare(), np.full((H, W, 3), 128, np.uint8)
    coat = np.zeros((H, W), np.uint8)
    trunk(coat, 1, 190, 8)
    image[coat > 0] = WHITE
    here = np.arange(H)[:, None] < split
    labels[(coat > 0) & here], labels[(coat > 0) & ~here] = LABEL["upper"], LABEL["dress"]
    # a dress reaches above the waist: a strip beside the middle
    labels[60:190, 84:96][(coat > 0)[60:190, 84:96]] = LABEL["dress"]
    found = repaired_labels(labels, image, pose())
    assert (found[coat > 0] == LABEL[name]).mean() > 0.97
    image[coat > 0] = (30, 30, 34)  # of dark cloth nobody can tell
    dark = repaired_labels(labels, image, pose())
    assert (dark[coat > 0] == LABEL["dress"]).any()
    assert (dark[coat > 0] == LABEL["upper"]).any()


def test_an_island_in_a_black_skirt_under_a_black_coat_is_skirt() -> None:
    labels, image = dressed()
    image[(labels == LABEL["upper"]) | (labels == LABEL["lower"])] = (22, 21, 24)  # nothing tells coat from skirt
    truth = labels.copy()
    labels[box((140, 180), (82, 110))] = LABEL["upper"]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


@pytest.mark.parametrize("factor", [2, 3])
def test_no_crumbs_of_the_old_name_stay_round_a_mended_patch(factor: int) -> None:
    small, photo = dressed()
    small[box((140, 180), (82, 110))] = LABEL["upper"]
    labels, image = (np.kron(a, np.ones((factor, factor, *[1] * (a.ndim - 2)), a.dtype)) for a in (small, photo))
    ys, xs = np.mgrid[0 : len(labels), 0 : labels.shape[1]]
    ragged = ((ys * 7 + xs * 13) % 11 < 3) & (labels == LABEL["lower"])  # the border runs between the pixels looked at
    edge = np.zeros(labels.shape, bool)
    edge[139 * factor : 181 * factor, 81 * factor : 111 * factor] = True
    labels[ragged & edge] = LABEL["upper"]
    large = pose()
    moved = type(large)(large.points_px * factor, large.visibility)
    mended = repaired_labels(labels, image, moved)
    below = mended[130 * factor :]
    assert (below == LABEL["upper"]).sum() == 0


def test_a_top_ends_where_its_colour_does() -> None:
    labels, image = dressed()
    shorts = labels == LABEL["lower"]
    shorts[150:] = False
    image[labels == LABEL["lower"]] = (30, 30, 34)  # black shorts over black tights
    truth = labels.copy()
    labels[shorts] = LABEL["upper"]
    mended = repaired_labels(labels, image, pose())
    assert (mended != truth).mean() < 0.002
    image[shorts] = WHITE  # a long white top over the tights
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_a_plain_skirt_does_not_join_a_flowered_jacket_of_its_ground() -> None:
    labels, image = dressed()
    skirt, top = labels == LABEL["lower"], labels == LABEL["upper"]
    labels[skirt] = LABEL["dress"]
    image[skirt | top] = (225, 215, 200)
    ys, xs = np.mgrid[0:H, 0:W]
    image[top & (((ys // 5) + (xs // 5)) % 3 == 0) & (ys < 100)] = (150, 40, 60)  # flowers, none of them at the seam
    assert (repaired_labels(labels, image, pose())[skirt] == LABEL["dress"]).mean() > 0.95


def test_a_hem_in_the_wind_is_no_bag() -> None:
    labels, image = dressed()
    hem = box((150, 186), (50, 76))
    free = ~np.isin(labels[hem], [LABEL["lower"]])
    truth = labels.copy()
    truth[hem][free] = LABEL["lower"]
    labels[hem][free] = LABEL["accessory"]
    image[hem][free] = GREEN
    assert (repaired_labels(labels, image, pose()) != truth).mean() < 0.001
    image[hem][free] = RED  # a bag on a long strap
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)


def test_a_passers_by_arm_is_ground_and_ones_own_stays() -> None:
    labels, image = dressed()
    truth = labels.copy()
    assert (truth == LABEL["left_arm"]).any()
    labels[box((60, 80), (3, 12))] = LABEL["left_arm"]
    labels[box((150, 170), (150, 158))] = LABEL["right_leg"]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_a_patch_of_arm_that_touches_nothing_of_the_person_is_ground() -> None:
    labels, image = dressed()
    truth = labels.copy()
    labels[box((76, 82), (141, 146))] = LABEL["left_arm"]  # near the elbow, with ground around it
    assert (labels != truth).sum() == 30
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_limbs_of_a_pose_outside_the_picture_say_nothing() -> None:
    labels, image = dressed()
    away = Pose(pose().points_px + np.float32([0, 3 * H]), pose().visibility)
    labels[box((60, 80), (3, 12))] = LABEL["left_arm"]
    assert (repaired_labels(labels, image, away)[box((60, 80), (3, 12))] == LABEL["left_arm"]).all()


def sleeved() -> tuple[np.ndarray, np.ndarray]:
    """As ``dressed``, with the top's sleeves down to the wrists."""
    labels, image = dressed()
    for arm in ((11, 13, 15), (12, 14, 16)):
        cloth = np.zeros((H, W), np.uint8)
        limb(cloth, arm, 1, 12)
        labels[cloth > 0], image[cloth > 0] = LABEL["upper"], WHITE
    return labels, image


def test_a_bag_on_the_end_of_a_sleeve_is_its_cuff() -> None:
    labels, image = sleeved()
    truth = labels.copy()
    on_left = box((98, 110), (125, 137))
    labels[on_left][truth[on_left] == LABEL["upper"]] = LABEL["accessory"]
    assert (labels != truth).sum() > 80
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_a_bracelet_on_a_bare_arm_and_a_bag_beside_the_sleeve_stay() -> None:
    labels, image = dressed()
    labels[box((99, 108), (126, 134))] = LABEL["accessory"]  # the forearm is bare
    assert (repaired_labels(labels, image, pose())[box((99, 108), (126, 134))] == LABEL["accessory"]).all()
    labels, image = sleeved()
    labels[box((96, 128), (134, 162))] = LABEL["accessory"]
    assert (repaired_labels(labels, image, pose())[box((96, 128), (136, 162))] == LABEL["accessory"]).all()


@pytest.mark.parametrize(("name", "wrist", "wrong"), [("left_arm", 15, "left_leg"), ("right_arm", 16, "right_leg")])
def test_fingers_called_leg_are_the_hands(name: str, wrist: int, wrong: str) -> None:
    labels, image = dressed()
    truth = labels.copy()
    below = labels[round(float(pose().points_px[wrist, 1])) :]
    fingers = below == LABEL[name]
    assert fingers.sum() > 20
    below[fingers] = LABEL[wrong]
    assert np.array_equal(repaired_labels(labels, image, pose()), truth)


def test_a_bare_leg_stays_a_leg_beside_a_hand() -> None:
    labels, image = dressed()
    x, y = (round(float(v)) for v in pose().points_px[15])
    labels[y + 4 : y + 60, x - 14 : x + 3] = LABEL["left_leg"]  # longer than a hand
    assert np.array_equal(repaired_labels(labels, image, pose()), labels)
