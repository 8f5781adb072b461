"""Heavier builds are told from the silhouette, and only where the arms leave it free."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tryon.types import Pose
from tryon.warp.body import measure_body
from tryon.warp.build import with_build
from tryon.warp.placement import body_targets


def arms_away(pose: Pose) -> Pose:
    points = pose.points_px.copy()
    points[13], points[15], points[14], points[16] = (540, 290), (620, 360), (210, 290), (130, 360)
    return Pose(points, pose.visibility)


def trunk_mask(half: int) -> np.ndarray:
    mask = np.zeros((1000, 750), np.float32)
    cv2.rectangle(mask, (375 - half, 200), (375 + half, 700), 1.0, -1)
    return mask


def test_grows_with_the_silhouette_within_its_limits(person):
    body = measure_body(arms_away(person().pose))
    full = [with_build(body, trunk_mask(half)).fullness for half in (40, 52, 60, 65, 80)]
    assert full[0] == full[1] == 1
    assert 1 < full[2] < full[3] <= full[4] == pytest.approx(1.25)


def test_arms_against_the_trunk_say_nothing(person):
    assert with_build(measure_body(person().pose), trunk_mask(90)).fullness == 1


def test_without_a_mask_builds_are_usual(person):
    body = measure_body(person().pose)
    assert with_build(body, None) is body
    assert with_build(body, np.zeros((1000, 750), np.float32)).fullness == 1


def test_clothes_are_wider_on_heavier_builds(person, garment):
    pose = arms_away(person().pose)
    for kind, name in (("tee", "hem"), ("tee", "armpit"), ("trousers", "waist"), ("skirt", "waist")):
        slim, full = (
            body_targets(pose, garment(kind), mask_f32=trunk_mask(half)).points_px[f"{name}_right"][0]
            for half in (50, 80)
        )
        assert full > slim + 1, (kind, name)


def test_nothing_of_the_body_is_changed_in_place(person):
    body = measure_body(arms_away(person().pose))
    with_build(body, trunk_mask(80))
    assert body.fullness == 1
    assert replace(body, fullness=1.2).hip_half_width() == pytest.approx(1.2 * body.hip_half_width())
