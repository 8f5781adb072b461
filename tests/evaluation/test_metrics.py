"""Metrics: identities, order, and how sets of colours and pictures compare."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryon.evaluation.metrics import (
    FeatureDistance,
    colour_difference,
    colour_histogram_distance,
    kernel_distance,
    kernel_distance_interval,
    lab_colours,
    psnr,
    ssim,
)
from tryon.evaluation.parsing_figures import JOINED, join_table
from tryon.types import LABEL, LABELS


def pictures() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    a = rng.random((64, 48, 3)).astype(np.float32)
    mask = np.zeros((64, 48), bool)
    mask[10:50, 10:40] = True
    return a, np.clip(a + rng.normal(0, 0.05, a.shape), 0, 1).astype(np.float32), mask


def test_equal_pictures_are_perfect_and_noise_is_not() -> None:
    a, noisy, mask = pictures()
    worse = np.clip(a + 3 * (noisy - a), 0, 1)
    assert ssim(a, a, mask) > 0.999
    assert psnr(a, a, mask) == 100
    assert ssim(a, a, mask) > ssim(a, noisy, mask) > ssim(a, worse, mask)
    assert psnr(a, noisy, mask) > psnr(a, worse, mask)
    assert abs(psnr(a, noisy, mask) - 26) < 1.5  # 20 log10(1 / .05)


def test_only_the_mask_counts() -> None:
    a, _, mask = pictures()
    b = a.copy()
    b[~mask] = 0
    assert psnr(a, b, mask) == 100


def test_feature_distance_is_zero_for_equals_and_grows() -> None:
    torch.manual_seed(0)
    distance = FeatureDistance()
    a = torch.rand(2, 3, 64, 64)
    with torch.no_grad():
        same, near, far = (distance(a, b) for b in (a, a + 0.02 * torch.randn_like(a), a.flip(2)))
    assert same.abs().max() < 1e-6
    assert (near < far).all()
    a.requires_grad_()
    distance(a, a.detach().flip(3)).sum().backward()
    assert a.grad is not None
    assert a.grad.abs().sum() > 0


def test_joined_classes_hold_every_label_once() -> None:
    assert sorted(name for group in JOINED.values() for name in group) == sorted(LABELS)
    table = join_table()
    assert table[LABEL["left_leg"]] == table[LABEL["face"]]
    assert table[LABEL["upper"]] != table[LABEL["dress"]]


def test_a_weight_says_which_pixels_count() -> None:
    torch.manual_seed(2)
    distance = FeatureDistance()
    a = torch.rand(1, 3, 64, 64)
    b = a.clone()
    b[..., :20] = 1 - b[..., :20]
    left, right = torch.zeros(1, 1, 64, 64), torch.zeros(1, 1, 64, 64)
    left[..., :16], right[..., 56:] = 1, 1
    with torch.no_grad():
        near, far = distance(a, b, left), distance(a, b, right)
        assert torch.allclose(distance(a, b, torch.ones(1, 1, 64, 64)), distance(a, b), atol=1e-4)
    assert near > 3 * far


def test_colours_are_measured_in_lab_units() -> None:
    on = np.ones((8, 8), bool)
    white, grey, red = (np.full((8, 8, 3), c, np.uint8) for c in ((255, 255, 255), (119, 119, 119), (255, 0, 0)))
    a, b, c = (lab_colours(p, on) for p in (white, grey, red))
    assert colour_difference(a, a) == 0
    assert colour_difference(a, b) == pytest.approx(50, abs=0.5)  # sRGB 119 is L* 50
    # sRGB red is L* 53.2, a* 80.1, b* 67.2
    assert np.allclose(c.mean(0), (53.2, 80.1, 67.2), atol=0.5)
    assert colour_histogram_distance(c, c) == 0
    assert colour_histogram_distance(a, b) == pytest.approx(50 / 3, abs=0.3)


def test_histograms_tell_a_pattern_from_its_mean() -> None:
    on = np.ones((8, 8), bool)
    checked = np.where(np.indices((8, 8)).sum(0)[..., None] % 2, 60, 180).astype(np.uint8).repeat(3, 2)
    shuffled = np.sort(checked.reshape(-1, 3), 0).reshape(8, 8, 3)
    plain = np.full((8, 8, 3), 120, np.uint8)
    a, b, c = (lab_colours(p, on) for p in (checked, shuffled, plain))
    assert colour_histogram_distance(a, b) == 0
    assert colour_histogram_distance(a, c) > 3 * abs(colour_difference(a, c)) / 3 > 0


def _sets() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    return rng.normal(size=(80, 32)), rng.normal(size=(60, 32)), rng.normal(0.4, 1, (60, 32))


def test_kernel_distance_is_about_zero_for_one_origin_and_grows() -> None:
    a, same, other = _sets()
    assert abs(kernel_distance(a, same)) < 0.05
    assert kernel_distance(a, other) > 0.3
    assert kernel_distance(a, other + 0.4) > 2 * kernel_distance(a, other)
    # of a set with itself the unbiased estimate is below 0: each member meets itself between the sets alone
    assert -1 < kernel_distance(a, a) <= 0
    with pytest.raises(ValueError, match="1 and 60"):
        kernel_distance(a[:1], same)


def test_kernel_distance_is_the_mean_over_pairs() -> None:
    a, b = np.array([[1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [0.0, 0.0]])
    # k = (x y / 2 + 1)^3: within a 1, within b 1, between 1.5^3, 1, 2^3, 1
    assert kernel_distance(a, b) == pytest.approx(1 + 1 - 2 * (3.375 + 1 + 8 + 1) / 4)


def test_kernel_distances_interval_holds_its_value_and_the_truth() -> None:
    a, same, other = _sets()
    middle, low, high = kernel_distance_interval(a, same, np.random.default_rng(0))
    assert middle == pytest.approx(kernel_distance(a, same))
    assert low <= middle <= high
    assert low < 0 < high
    middle, low, high = kernel_distance_interval(a, other, np.random.default_rng(0))
    assert 0 < low < middle < high
