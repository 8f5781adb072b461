"""Forearms before the upper arm: a hand at the face."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.person.forearms import folded_forearms
from tryon.types import LABEL, Pose

SIZE = 200


def _pose(wrist: tuple[float, float], visibility: float = 1.0) -> Pose:
    points = np.zeros((33, 2), np.float32)
    points[11], points[12] = (140, 60), (60, 60)
    points[13], points[15] = (150, 110), wrist
    points[14], points[16] = (50, 110), (48, 160)
    points[23], points[24] = (125, 150), (75, 150)
    seen = np.full(33, visibility, np.float32)
    return Pose(points, seen)


def _labels(pose: Pose) -> np.ndarray:
    labels = np.full((SIZE, SIZE), LABEL["upper"], np.uint8)
    a, b = pose.points_px[13], pose.points_px[15]
    ys, xs = np.mgrid[0:SIZE, 0:SIZE]
    along = np.clip(((xs - a[0]) * (b - a)[0] + (ys - a[1]) * (b - a)[1]) / max(float((b - a) @ (b - a)), 1), 0, 1)
    off = np.hypot(xs - a[0] - along * (b - a)[0], ys - a[1] - along * (b - a)[1])
    labels[off < 8] = LABEL["left_arm"]
    return labels


def test_a_bare_forearm_at_the_face_is_found() -> None:
    pose = _pose((135, 62))
    found = folded_forearms(_labels(pose), pose)
    assert found[70:90, 130:150].any()
    assert (_labels(pose)[found] == LABEL["left_arm"]).all()
    assert not found[:, :100].any()  # the other arm hangs


@pytest.mark.parametrize("wrist", [(155, 160), (100, 112)])
def test_hanging_and_crossing_forearms_are_not(wrist: tuple[float, float]) -> None:
    pose = _pose(wrist)
    assert not folded_forearms(_labels(pose), pose).any()


def test_a_sleeved_or_unseen_forearm_is_not() -> None:
    pose = _pose((135, 62))
    assert not folded_forearms(np.full((SIZE, SIZE), LABEL["upper"], np.uint8), pose).any()
    unseen = _pose((135, 62), visibility=0.2)
    assert not folded_forearms(_labels(unseen), unseen).any()
