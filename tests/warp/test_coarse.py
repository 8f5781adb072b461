"""The coarse warp is smooth, finite and repeatable on every pose and garment, and hits its targets."""

from dataclasses import replace

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.geometry.crops import crop_for
from tryon.geometry.flow import fold_fraction
from tryon.types import Pose
from tryon.warp.coarse import render_parts, warp_garment
from tryon.warp.partition import trunk_area
from tryon.warp.placement import body_targets

SIZE = (192, 256)


def lay(garment, person, size=SIZE):
    crop = crop_for(person.pose, garment.category, person.image_u8.shape[:2], *size)
    return warp_garment(garment, person, crop), crop


def test_smooth_and_finite_on_every_pose(any_garment, any_person):
    parts, _ = lay(any_garment, any_person)
    for part in parts:
        assert part.flow_px.shape == (256, 192, 2)
        assert part.region_f32.shape == (256, 192)
        assert part.flow_px.dtype == part.region_f32.dtype == np.float32
        assert np.isfinite(part.flow_px).all()
        assert part.region_f32.min() >= 0
        assert part.region_f32.max() <= 1
        assert fold_fraction(part.flow_px, part.region_f32) < 0.03, part.name
    names = [part.name for part in parts]
    assert len(set(names)) == len(names)
    alpha = render_parts(any_garment.image_u8, any_garment.alpha_f32, parts)[1]
    assert alpha.max() > 0.9


@pytest.mark.parametrize(("kind", "names"), [
    ("tank", ["torso"]),
    ("tee", ["torso", "sleeve_left", "sleeve_right"]),
    ("dress", ["torso", "sleeve_left", "sleeve_right"]),
    ("skirt", ["torso"]),
    ("trousers", ["leg_left", "leg_right", "hips"]),
])  # fmt: skip
def test_pieces_in_drawing_order(garment, person, kind, names):
    assert [part.name for part in lay(garment(kind), person())[0]] == names


def test_a_hidden_arms_sleeve_is_drawn_before_the_torso(garment, person):
    names = [part.name for part in lay(garment("long"), person(hidden=(14,)))[0]]
    assert names == ["sleeve_left", "torso", "sleeve_right"]


def test_a_sharply_bent_sleeve_is_cut_at_the_elbow(garment, person):
    names = [part.name for part in lay(garment("long"), person("hand_at_face"))[0]]
    assert names == ["torso", "sleeve_left", "sleeve_right", "sleeve_right_end"]


@pytest.mark.parametrize("kind", ["tee", "dress", "skirt", "trousers"])
def test_landmarks_are_sampled_at_their_targets(garment, person, kind):
    flat, body = garment(kind), person()
    parts, crop = lay(flat, body, (384, 512))
    trunk = next(part for part in parts if part.name in ("torso", "hips"))
    targets = body_targets(body.pose, flat)
    for name, point in targets.points_px.items():
        x, y = np.round(crop.to_crop(point[None])[0]).astype(int)
        if 0 <= x < 384 and 0 <= y < 512:
            assert np.linalg.norm(trunk.flow_px[y, x] - targets.source_px[name]) < 8, name


def test_long_sleeves_reach_the_wrists_and_short_ones_do_not(garment, person):
    body = person()
    for kind, reaches in (("long", True), ("tee", False)):
        flat = garment(kind)
        parts, crop = lay(flat, body, (384, 512))
        alpha = render_parts(flat.image_u8, flat.alpha_f32, parts)[1]
        elbow, wrist = crop.to_crop(body.pose.points_px[[13, 15]])
        x, y = np.round(0.8 * wrist + 0.2 * elbow).astype(int)
        assert (alpha[y, x] > 0.5) == reaches


@pytest.mark.parametrize("kind", ["tee", "long", "hanging"])
@pytest.mark.parametrize("pose", ["standing", "hands_on_hips", "turned"])
@pytest.mark.parametrize("beyond", [0, 6])
def test_neighbouring_pieces_leave_no_gap_at_the_armhole(garment, person, kind, pose, beyond):
    """Along the armhole, and a little beyond it on the sleeve, where a hanging sleeve's wedge is thin."""
    flat, body = garment(kind), person(pose)
    parts, crop = lay(flat, body, (384, 512))
    alpha = render_parts(flat.image_u8, flat.alpha_f32, parts)[1]
    targets = body_targets(body.pose, flat).points_px
    for side in ("left", "right"):
        t = np.linspace(0.55 if beyond else 0.3, 0.85, 15)[:, None]
        line = (
            (beyond if side == "right" else -beyond, 0)
            + (1 - t) * targets[f"shoulder_{side}"]
            + t * targets[f"armpit_{side}"]
        )
        at = np.round(crop.to_crop(line.astype(np.float32))).astype(int)
        assert alpha[at[:, 1], at[:, 0]].min() > 0.75


def test_the_flow_does_not_depend_on_the_crops_resolution(garment, person):
    part = lay(garment("tee"), person())[0][0]
    small, on = part.flow_px, part.region_f32 > 0.5
    large = lay(garment("tee"), person(), (384, 512))[0][0].flow_px
    halved = (large[::2, ::2] + large[1::2, ::2] + large[::2, 1::2] + large[1::2, 1::2]) / 4
    assert np.abs(small - halved)[on].max() < 1.0


def test_repeats_itself_and_changes_nothing(garment, person):
    flat, body = garment("long"), person("arms_crossed")
    before = [flat.image_u8.copy(), flat.alpha_f32.copy(), body.pose.points_px.copy(), body.mask_f32.copy()]
    marks = dict(flat.landmarks_px)
    first, second = lay(flat, body)[0], lay(flat, body)[0]
    for a, b in zip(first, second, strict=True):
        assert (a.flow_px == b.flow_px).all()
        assert (a.region_f32 == b.region_f32).all()
    after = [flat.image_u8, flat.alpha_f32, body.pose.points_px, body.mask_f32]
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
    assert marks == flat.landmarks_px


@pytest.mark.parametrize("seed", range(6))
def test_garments_with_missing_landmarks_are_laid_all_the_same(any_garment, person, seed):
    rng = np.random.default_rng(seed)
    kept = {n: p for n, p in any_garment.landmarks_px.items() if rng.random() < 0.5}
    parts, _ = lay(replace(any_garment, landmarks_px=kept), person())
    assert all(np.isfinite(part.flow_px).all() for part in parts)


@pytest.mark.parametrize("seed", range(8))
def test_odd_poses_never_fail(any_garment, person, seed):
    rng = np.random.default_rng(seed)
    body = person()
    pose = Pose(rng.uniform(-400, 1400, (33, 2)).astype(np.float32), rng.random(33).astype(np.float32))
    if seed == 0:
        pose = Pose(np.full((33, 2), 300, np.float32), np.zeros(33, np.float32))
    parts, _ = lay(any_garment, replace(body, pose=pose))
    assert all(np.isfinite(part.flow_px).all() for part in parts)


def test_a_worn_garments_bent_sleeves_are_followed(garment, person):
    """A sleeve photographed bent lies straight on a straight arm: its elbow goes to the elbow."""
    flat = garment("long")
    marks = dict(flat.landmarks_px)
    marks |= {"elbow_right": (560, 160), "cuff_out_right": (500, 300), "cuff_in_right": (470, 270)}
    body = person()
    parts, crop = lay(replace(flat, landmarks_px=marks, worn=True), body, (384, 512))
    sleeve = next(part for part in parts if part.name == "sleeve_right")
    x, y = np.round(crop.to_crop(body.pose.points_px[13][None])[0]).astype(int)
    assert np.linalg.norm(sleeve.flow_px[y, x] - (560, 160)) < 30


def test_refuses_a_mask_of_another_size(garment, person):
    flat = garment("tee")
    with pytest.raises(BadRequestError, match="same size"):
        lay(replace(flat, alpha_f32=flat.alpha_f32[:-1]), person())


def test_very_short_shorts_hang_straight(garment, person):
    flat = garment("shorts")
    points = dict(flat.landmarks_px)
    for side, sign in (("left", -1), ("right", 1)):  # the legs end where the crotch is, the outer seam above it
        points[f"leg_out_{side}"] = (300.0 + sign * 140, 195.0)
        points[f"leg_in_{side}"] = (300.0 + sign * 8 + 10, 222.0)
    short = replace(flat, landmarks_px=points)
    somebody = person()
    parts, crop = lay(short, somebody)
    for part in parts:
        assert fold_fraction(part.flow_px, part.region_f32) < 0.03, part.name
        inside = part.region_f32 > 0.5
        down = np.diff(part.flow_px[..., 1], axis=0)[inside[1:] & inside[:-1]]
        assert (down > 0).mean() > 0.95, part.name  # nothing is turned over or lies on its side
    alpha = render_parts(short.image_u8, short.alpha_f32, parts)[1]
    hips = crop.to_crop(somebody.pose.points_px[[23, 24]])
    assert alpha[round(float(hips[:, 1].mean())), round(float(hips[:, 0].mean()))] > 0.5


def test_a_trunk_is_whole_though_a_cuff_was_found_above_the_armpit(person, garment):
    """Full frames cut sleeves off; their cuffs are then found on the picture's edge, one above the other."""
    shirt = garment("tee")
    above = {"cuff_out_left": (148.0, 150.0), "cuff_in_left": (148.0, 150.0), "hem_left": (190.0, 480.0)}
    targets = body_targets(person().pose, replace(shirt, landmarks_px={**shirt.landmarks_px, **above}))
    mask, factor = trunk_area(targets, shirt)
    row, column = round(470 * factor), round(250 * factor)
    assert mask[row, column] > 0.9  # just above the hem
    assert mask[round(160 * factor), round(80 * factor)] < 0.1  # a sleeve stays out
