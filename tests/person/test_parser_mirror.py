"""Looking at the mirror image, too: sides are exchanged, and the answer to a mirrored photo is the mirrored answer."""

from __future__ import annotations

import numpy as np
import torch

from tryon.geometry.limbs import LIMBS, MIRRORED_LIMBS, limb_maps
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.person.parsing import PARSER_CHANNELS, Parser
from tryon.types import LABELS, MIRRORED_LABELS, Pose


def _partner(number: int) -> int:
    return number if number == 0 else number + 1 if number % 2 else number - 1


def test_limbs_change_sides() -> None:
    for place, source in enumerate(MIRRORED_LIMBS[:-1]):
        assert set(LIMBS[source]) == {_partner(n) for n in LIMBS[place]}
    rng = np.random.default_rng(0)
    points, seen = rng.uniform(5, 40, (33, 2)).astype(np.float32), np.ones(33, np.float32)
    partners = [_partner(n) if n >= 11 else n for n in range(33)]
    partners[7], partners[8] = 8, 7
    turned = points[partners] * np.array([-1, 1], np.float32) + np.array([47, 0], np.float32)
    maps, mirrored = limb_maps(points, seen, 64, 48), limb_maps(turned, seen, 64, 48)
    assert np.allclose(mirrored, maps[list(MIRRORED_LIMBS)][..., ::-1], atol=1e-5)


def test_labels_change_sides() -> None:
    names = [LABELS[i] for i in MIRRORED_LABELS]
    assert names[LABELS.index("left_arm")] == "right_arm"
    assert names[LABELS.index("right_leg")] == "left_leg"
    assert names[LABELS.index("dress")] == "dress"
    assert [MIRRORED_LABELS[i] for i in MIRRORED_LABELS] == list(range(len(LABELS)))


def _figure() -> Pose:
    points = np.full((33, 2), 60, np.float32)
    points[[11, 12, 23, 24]] = (75, 50), (45, 50), (70, 100), (50, 100)
    points[[13, 14, 15, 16, 25, 26, 27, 28]] = (
        (80, 75), (40, 75), (80, 95), (40, 95), (70, 130), (50, 130), (70, 155), (50, 155),
    )  # fmt: skip
    return Pose(points, np.ones(33, np.float32))


def test_two_looks_are_alike_in_a_mirror_and_sum_to_one() -> None:
    torch.manual_seed(0)
    net = LiteUNet(LiteUNetParams(in_channels=PARSER_CHANNELS, dense_channels=len(LABELS)))
    with torch.no_grad():
        net.encoder.conv_stem.weight.normal_(0, 0.2)
    image = np.random.default_rng(1).integers(0, 255, (170, 120, 3)).astype(np.uint8)
    mask, pose = np.zeros((170, 120), np.float32), _figure()
    mask[10:165, 35:85] = 1
    partners = [_partner(n) if n >= 11 else n for n in range(33)]
    turned = pose.points_px[partners] * np.array([-1, 1], np.float32) + np.array([119, 0], np.float32)
    here, _ = Parser(net).probabilities(image, mask, pose)
    there, _ = Parser(net).probabilities(image[:, ::-1].copy(), mask[:, ::-1].copy(), Pose(turned, pose.visibility))
    assert np.allclose(here.sum(0), 1, atol=1e-4)
    assert np.abs(here - there[list(MIRRORED_LABELS)][..., ::-1]).mean() < 0.01
    once, _ = Parser(net, twice=False).probabilities(image, mask, pose)
    assert np.abs(once - here).max() > 1e-3
