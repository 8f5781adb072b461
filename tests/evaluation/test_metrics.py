"""Metrics: identities, order, and the evaluation's baseline and table."""

from __future__ import annotations

import numpy as np
import torch

from tryon.evaluation.evaluate import METRICS, _measure, paste_garment, table_of
from tryon.evaluation.metrics import FeatureDistance, psnr, ssim
from tryon.evaluation.parsing_figures import JOINED, join_table
from tryon.models.generator import GENERATOR_CHANNELS
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


def test_pasting_keeps_the_garment_and_fills_the_rest() -> None:
    x = torch.zeros(1, GENERATOR_CHANNELS, 64, 64)
    x[:, :3] = 0.25
    x[:, 3, 20:44, 20:44] = 1
    x[:, :3, 20:44, 20:44] = 0.5
    x[:, 4:7, 24:40, 24:40] = 0.9
    x[:, 7, 24:40, 24:40] = 1
    out = paste_garment(x)
    assert torch.allclose(out[0, :, 30, 30], torch.tensor(0.9))
    assert torch.allclose(out[0, :, 21, 21], torch.tensor(0.25), atol=0.02)
    assert torch.allclose(out[0, :, 5, 5], torch.tensor(0.25), atol=0.01)


def test_a_better_picture_gets_better_figures_and_a_row() -> None:
    torch.manual_seed(1)
    truth = torch.rand(4, 3, 64, 64)
    x = torch.zeros(4, GENERATOR_CHANNELS, 64, 64)
    x[:, 3, 8:56, 8:56] = 1
    examples = (x, truth, torch.zeros(4, 1, 64, 64))
    distance = FeatureDistance()
    good, bad = (
        _measure(lambda part, s=s: (truth[: len(part)] + s).clamp(0, 1), examples, distance) for s in (0.01, 0.3)
    )
    assert good["l1"][0] < bad["l1"][0]
    assert good["psnr"][0] > bad["psnr"][0]
    for mean, low, high in good.values():
        assert low <= mean <= high
    table = table_of({"photos": 1, "parsing": {"mean_iou": 0.5}, "generator": {"good": good}})
    assert table.count("|") > 10
    assert "| good |" in table
    assert set(METRICS) == set(good)
