"""Forearms that the pose puts into the air beside the body."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.person.hidden_arms import with_hidden_forearms
from tryon.types import LABEL, Pose

SIZE = 240
AIR, HANGING = (230.0, 120.0), (158.0, 165.0)


def _pose(wrist: tuple[float, float], elbow: tuple[float, float] = (155, 115)) -> Pose:
    points = np.full((33, 2), 120, np.float32)
    points[11], points[12], points[23], points[24] = (145, 60), (95, 60), (138, 150), (102, 150)
    points[13], points[15], points[14], points[16] = elbow, wrist, (85, 115), (82, 165)
    points[[17, 19, 21]] = points[15] + 3
    return Pose(points, np.full(33, 0.9, np.float32))


def _labels() -> np.ndarray:
    """A coat that hangs around both arms."""
    labels = np.full((SIZE, SIZE), LABEL["background"], np.uint8)
    labels[55:180, 72:168] = LABEL["upper"]
    return labels


def _person(labels: np.ndarray) -> np.ndarray:
    return (labels != LABEL["background"]).astype(np.float32)


def test_a_forearm_in_the_air_hangs_within_the_coat() -> None:
    labels, pose = _labels(), _pose(AIR)
    found = with_hidden_forearms(pose, labels, _person(labels))
    x, y = found.points_px[15]
    assert labels[round(float(y)), round(float(x))] == LABEL["upper"]
    assert y > pose.points_px[13, 1] + 20  # below the elbow
    np.testing.assert_array_equal(found.points_px[13], pose.points_px[13])  # which is where it was
    assert found.visibility[15] < 0.4  # but nobody sees it
    assert found.visibility[13] < 0.5
    others = [14, 16, *range(11), *range(23, 33)]
    np.testing.assert_array_equal(found.points_px[others], pose.points_px[others])
    np.testing.assert_array_equal(found.visibility[others], pose.visibility[others])
    assert pose.visibility[15] == np.float32(0.9)  # the given one stays as it is


def test_an_elbow_in_the_air_goes_along() -> None:
    labels, pose = _labels(), _pose(AIR, elbow=(205, 90))
    found = with_hidden_forearms(pose, labels, _person(labels))
    for point in found.points_px[[13, 15]]:
        assert labels[round(float(point[1])), round(float(point[0]))] == LABEL["upper"]


@pytest.mark.parametrize("shown_by", ["labels", "mask"])
def test_a_forearm_that_is_seen_stays(shown_by: str) -> None:
    labels, pose = _labels(), _pose(AIR)
    person = _person(labels)
    if shown_by == "labels":
        labels[105:130, 150:235] = LABEL["left_arm"]
    else:
        person[105:130, 150:235] = 1
    assert with_hidden_forearms(pose, labels, person) is pose


def test_hanging_arms_and_arms_that_leave_the_picture_stay() -> None:
    labels = _labels()
    for pose in (_pose(HANGING), _pose((SIZE + 5.0, 120.0))):
        assert with_hidden_forearms(pose, labels, _person(labels)) is pose


def test_a_label_that_is_a_little_narrow_does_not_count() -> None:
    labels = _labels()
    pose = _pose((170.0, 165.0), elbow=(169, 115))
    assert with_hidden_forearms(pose, labels, _person(labels)) is pose
