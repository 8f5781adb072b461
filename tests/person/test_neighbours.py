"""Other people's clothes are not the visitor's."""

from __future__ import annotations

import numpy as np

from tryon.person.neighbours import without_neighbours
from tryon.person.pose import Face
from tryon.types import LABEL, Pose

H, W = 300, 240


def pose() -> Pose:
    points = np.full((33, 2), 60.0, np.float32)
    points[:11] = (60, 40)  # the face
    points[[11, 12]], points[[23, 24]] = [(80, 70), (40, 70)], [(74, 150), (46, 150)]
    return Pose(points, np.ones(33, np.float32))


def figure(labels: np.ndarray, middle: int) -> None:
    labels[30:52, middle - 9 : middle + 9] = LABEL["face"]
    labels[60:150, middle - 26 : middle + 26] = LABEL["upper"]
    labels[150:270, middle - 22 : middle + 22] = LABEL["lower"]


def mask_of(middle: int) -> np.ndarray:
    mask = np.zeros((H, W), np.float32)
    mask[25:275, middle - 24 : middle + 24] = 1  # two pixels narrower than the top on each side
    return mask


OWN, OTHER = Face(50.0, 28.0, 20.0, 24.0), Face(140.0, 28.0, 20.0, 24.0)


def test_a_neighbour_with_a_face_keeps_their_clothes() -> None:
    labels = np.zeros((H, W), np.uint8)
    figure(labels, 60)
    alone = labels.copy()
    figure(labels, 150)
    labels[100:110, 86:124] = LABEL["upper"]  # an arm round the shoulder: both are one piece
    found = without_neighbours(labels, mask_of(60), pose(), [OWN, OTHER])
    assert np.array_equal(found[:, :80], alone[:, :80])  # threads that one's own mask misses stay
    assert (found[:, 122:] == 0).all()


def test_nothing_changes_for_who_is_alone() -> None:
    labels = np.zeros((H, W), np.uint8)
    figure(labels, 60)
    labels[150:280, 95:190] = LABEL["dress"]  # a train that the mask does not know
    for faces in ([], [OWN], [OWN, Face(10.0, 28.0, 8.0, 9.0)]):
        assert np.array_equal(without_neighbours(labels, mask_of(60), pose(), faces), labels)


def test_a_neighbour_whom_the_mask_takes_in_keeps_their_chest() -> None:
    labels = np.zeros((H, W), np.uint8)
    figure(labels, 60)
    alone = labels.copy()
    figure(labels, 150)
    mask = mask_of(60)
    mask[60:110, 84:180] = 1  # the pose model's mistake
    found = without_neighbours(labels, mask, pose(), [OWN, OTHER])
    assert np.array_equal(found[:, :88], alone[:, :88])
    assert (found[:, 132:168] == 0).all()
    # one who is far behind has a small face: a coat before them is one's own
    small = [OWN, Face(100.0, 60.0, 9.0, 10.0)]
    labels = alone.copy()
    labels[60:270, 84:110] = LABEL["upper"]
    assert np.array_equal(without_neighbours(labels, mask_of(84), pose(), small), labels)


def test_a_face_that_the_nose_misses_by_a_little_is_ones_own() -> None:
    labels = np.zeros((H, W), np.uint8)
    figure(labels, 60)
    labels[60:270, 84:110] = LABEL["upper"]  # a wide coat
    down = Face(58.0, 44.0, 20.0, 24.0)  # the head looks down
    assert np.array_equal(without_neighbours(labels, mask_of(70), pose(), [down]), labels)
