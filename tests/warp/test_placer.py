"""The learned placement starts from the rules, mirrors with the body, leaves worn garments alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from tryon.errors import WeightsError
from tryon.geometry.crops import crop_for
from tryon.models.placer import Placer
from tryon.training.people_data import MIRROR
from tryon.training.placement import make_placer
from tryon.types import Pose
from tryon.warp.adjust import NAMES
from tryon.warp.coarse import warp_garment
from tryon.warp.placement import body_targets
from tryon.warp.placement_features import as_vector, feature_names, mirror_of, placement_features
from tryon.warp.placer import LearnedPlacement


def some_net(seed: int = 0) -> Placer:
    """A network whose answers are not nothing."""
    torch.manual_seed(seed)
    net = make_placer(np.random.default_rng(seed).normal(0, 1, (50, len(feature_names()))).astype(np.float32))
    torch.nn.init.normal_(net.leave[-1].weight, std=0.01)
    return net


def seen_in_a_mirror(pose: Pose, flat):
    points = pose.points_px[MIRROR] * (-1, 1) + (749, 0)
    other = {"left": "right", "right": "left"}
    marks = {}
    for name, (x, y) in flat.landmarks_px.items():
        stem, _, side = name.rpartition("_")
        marks[f"{stem}_{other[side]}" if side in other else name] = (599 - x, y)
    mirrored = replace(flat, landmarks_px=marks, alpha_f32=flat.alpha_f32[:, ::-1].copy())
    return Pose(points.astype(np.float32), pose.visibility[MIRROR]), mirrored


def test_names_are_told_apart_and_mirrors_of_mirrors_are_nothing(person, any_garment):
    for names in (feature_names(), NAMES):
        assert len(set(names)) == len(names)
        order, sign = mirror_of(names)
        assert (order[order] == np.arange(len(names))).all()
        assert (sign[order] * sign == 1).all()
    targets = body_targets(person().pose, any_garment)
    found = placement_features(targets, any_garment, person().pose, person().mask_f32)
    assert set(found) <= set(feature_names())
    assert np.isfinite(as_vector(found)).all()


@pytest.mark.parametrize("kind", ["tee", "trousers", "skirt"])
def test_features_of_a_mirrored_person_are_mirrored(person, garment, kind):
    flat, body = garment(kind), person("hands_on_hips")
    pose, other = seen_in_a_mirror(body.pose, flat)
    mask = body.mask_f32
    one = as_vector(placement_features(body_targets(body.pose, flat, mask_f32=mask), flat, body.pose, mask))
    flipped = np.ascontiguousarray(mask[:, ::-1])
    two = as_vector(placement_features(body_targets(pose, other, mask_f32=flipped), other, pose, flipped))
    order, sign = mirror_of(feature_names())
    assert np.abs(one[order] * sign - two).max() < 0.06  # the silhouette is read in steps


def test_an_untrained_network_leaves_the_rules(person, any_garment):
    net = make_placer(np.zeros((4, len(feature_names())), np.float32))
    body = person()
    plain = body_targets(body.pose, any_garment, mask_f32=body.mask_f32)
    placed = body_targets(body.pose, any_garment, mask_f32=body.mask_f32, placer=LearnedPlacement(net))
    for name, point in plain.points_px.items():
        assert np.allclose(placed.points_px[name], point), name


def test_answers_move_the_garment_by_their_share_and_are_mirrored(person, garment):
    net, flat, body = some_net(), garment("tee"), person("one_raised")
    targets = body_targets(body.pose, flat)
    full, half = (LearnedPlacement(net, share)(targets, flat, body.pose, None) for share in (1.0, 0.5))
    assert np.abs(full.shift["hem_left"]).max() > 0.1
    assert np.allclose(half.shift["hem_left"], full.shift["hem_left"] / 2)
    pose, other = seen_in_a_mirror(body.pose, flat)
    back = LearnedPlacement(net)(body_targets(pose, other), other, pose, None)
    assert np.allclose(back.shift["hem_right"], full.shift["hem_left"] * (-1, 1), atol=0.02)


def test_worn_garments_are_left_to_the_rules(person, garment):
    flat, body = garment("tee", worn=True), person()
    change = LearnedPlacement(some_net())(body_targets(body.pose, flat), flat, body.pose, None)
    assert not change.shift
    assert not change.limbs


def test_warps_stay_smooth_with_it(any_garment, any_person):
    crop = crop_for(any_person.pose, any_garment.category, any_person.image_u8.shape[:2], 192, 256)
    parts = warp_garment(any_garment, any_person, crop, placer=LearnedPlacement(some_net()))
    assert all(np.isfinite(part.flow_px).all() for part in parts)


def test_missing_weights_are_named(tmp_path):
    with pytest.raises(WeightsError, match=r"placement\.safetensors"):
        LearnedPlacement.from_pretrained(tmp_path)
