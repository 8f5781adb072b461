"""Landmarks land where clothes sit, move with the body, and are guessed where they are missing."""

from dataclasses import replace

import numpy as np
import pytest

from tryon.geometry.curves import unit
from tryon.types import Pose
from tryon.warp.body import measure_body
from tryon.warp.landmarks import complete_landmarks
from tryon.warp.placement import body_targets


def test_shoulders_armpits_and_hem_are_in_order(person, garment):
    p = body_targets(person().pose, garment("tee")).points_px
    for side in ("left", "right"):
        assert p[f"neck_{side}"][1] < p[f"shoulder_{side}"][1] < p[f"armpit_{side}"][1] < p[f"hem_{side}"][1]
    assert p["shoulder_left"][0] < p["neck_left"][0] < p["neck_right"][0] < p["shoulder_right"][0]


def test_seams_lie_outside_and_above_the_joints(person, garment):
    body = person()
    p = body_targets(body.pose, garment("tee")).points_px
    assert p["shoulder_left"][0] < body.pose.points_px[12, 0]
    assert p["shoulder_left"][1] < body.pose.points_px[12, 1]
    assert p["shoulder_right"][0] > body.pose.points_px[11, 0]
    assert p["shoulder_right"][1] < body.pose.points_px[11, 1]


def test_moves_and_grows_with_the_body(person, garment, any_garment):
    pose = person("walking").pose
    moved = Pose(pose.points_px * 1.7 + np.array([31, -12], np.float32), pose.visibility)
    here, there = body_targets(pose, any_garment), body_targets(moved, any_garment)
    assert there.scale == pytest.approx(1.7 * here.scale, rel=1e-4)
    for name, point in here.points_px.items():
        assert np.abs(there.points_px[name] - (point * 1.7 + [31, -12])).max() < 0.1, name


def test_a_symmetric_body_gets_symmetric_targets(person, any_garment):
    p = body_targets(person().pose, any_garment).points_px
    for name in [n for n in p if n.endswith("_left")]:
        mirror = p[name.replace("_left", "_right")]
        assert np.abs(p[name] + mirror - [750, 2 * mirror[1]]).max() < 0.5, name


def test_seen_from_behind_the_viewers_sides_stay(person, garment):
    front, back = (body_targets(person(mirrored=m).pose, garment("tee")) for m in (False, True))
    assert front.body.faces
    assert not back.body.faces
    for name, point in front.points_px.items():
        assert np.abs(back.points_px[name] - point).max() < 0.5, name


def test_a_longer_garment_hangs_lower_but_no_skirt_reaches_below_the_feet(person, garment):
    short, long_ = garment("skirt"), garment("skirt")
    marks = {n: (x, y + 180 if n.startswith("hem") else y) for n, (x, y) in long_.landmarks_px.items()}
    long_ = replace(long_, landmarks_px=marks)
    hems = [body_targets(person().pose, g).points_px["hem_left"][1] for g in (short, long_)]
    assert hems[0] < hems[1] < person().pose.points_px[27, 1] + 25


def test_unseen_hips_are_put_where_a_standing_body_has_them(person):
    pose = person().pose
    points = pose.points_px.copy()
    points[23:29] = (9000, -4000)
    visibility = pose.visibility.copy()
    visibility[23:29] = 0.01
    body = measure_body(Pose(points, visibility))
    assert np.abs(body.mid("hip") - [375, 387]).max() < 8
    assert unit(body.down) @ [0, 1] > 0.999


def test_known_landmarks_are_kept(any_garment):
    full = complete_landmarks(any_garment)
    for name, point in any_garment.landmarks_px.items():
        assert np.allclose(full[name], point), name


def test_missing_landmarks_are_guessed_from_the_outline(any_garment):
    """From nothing but mask, category and lengths, within an eighth of the garment's size."""
    guessed = complete_landmarks(replace(any_garment, landmarks_px={}))
    for name, point in any_garment.landmarks_px.items():
        assert name in guessed
        assert np.linalg.norm(guessed[name] - point) < 0.13 * 600, name


def test_one_side_is_mirrored_to_the_other(garment):
    flat = garment("tee")
    half = {n: p for n, p in flat.landmarks_px.items() if n.endswith("_left") or n.startswith("neck")}
    full = complete_landmarks(replace(flat, landmarks_px=half))
    for name, point in flat.landmarks_px.items():
        assert np.abs(full[name] - point).max() < 1e-6, name
