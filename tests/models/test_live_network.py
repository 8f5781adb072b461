"""The live network: shapes and ranges, what it starts from, the moved garment, folding, and its input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tryon.errors import WeightsError
from tryon.models.folding import fold_norms
from tryon.models.live import (
    ALPHA,
    COARSE,
    COARSE_CHANNELS,
    FINE_CHANNELS,
    GARMENT,
    REACH,
    LiveNet,
    LiveParams,
    move_garment,
)
from tryon.models.live_drawing import LiveDrawer
from tryon.models.live_inputs import from_generator_input, live_input
from tryon.models.weights import read_weights, save_weights

SMALL = LiveParams(channels=(8, 16, 16, 16, 16), narrow=8, last=16)
H, W = 64, 96


def _inputs(count: int = 1) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(1)
    return torch.rand(count, FINE_CHANNELS, H, W), torch.rand(count, COARSE_CHANNELS, H // COARSE, W // COARSE)


def test_output_has_its_ranges() -> None:
    torch.manual_seed(0)
    net, (fine, coarse) = LiveNet(SMALL), _inputs(2)
    with torch.no_grad():
        net.exit.weight.mul_(700)  # drive every output to its ends
        net.move.weight.mul_(3000)
        drawn = net(fine, coarse)
    assert drawn.rendering.shape == drawn.change.shape == (2, 3, H, W)
    assert drawn.mask.shape == drawn.shading.shape == (2, 1, H, W)
    assert drawn.layout.shape == drawn.garment.shape == (2, 4, H, W)
    assert drawn.displacement.shape == (2, 2, H // 8, W // 8)
    assert drawn.rendering.min() >= 0
    assert drawn.rendering.max() <= 1
    assert (drawn.mask <= drawn.garment[:, 3:4] + 1e-6).all()
    assert drawn.mask.min() >= 0
    assert drawn.shading.min() > 0.44
    assert drawn.shading.max() < 2.23
    assert 0.5 * REACH < drawn.displacement.abs().max() <= REACH


def test_single_equals_batch() -> None:
    torch.manual_seed(0)
    net, (fine, coarse) = LiveNet(SMALL).eval(), _inputs(3)
    with torch.no_grad():
        for whole, alone in zip(net(fine, coarse), net(fine[1:2], coarse[1:2]), strict=True):
            assert torch.allclose(whole[1:2], alone, atol=1e-5)


def test_it_starts_from_the_coarse_warp_and_the_layers_as_they_are() -> None:
    torch.manual_seed(0)
    net, (fine, coarse) = LiveNet(LiveParams()).eval(), _inputs()
    fine[:, ALPHA] = (fine[:, ALPHA] > 0.5).float()
    with torch.no_grad():
        drawn = net(fine, coarse)
    assert drawn.displacement.abs().max() < 0.02
    inside = fine[:, ALPHA] == 1
    assert (drawn.layout.argmax(1, keepdim=True)[inside] == 3).float().mean() > 0.8
    assert (drawn.mask[inside] > 0.5).float().mean() > 0.8


def test_a_garment_is_looked_up_where_the_displacement_says() -> None:
    garment = torch.rand(1, 4, 32, 48)
    assert torch.allclose(move_garment(garment, torch.zeros(1, 2, 4, 6)), garment, atol=1e-5)
    shift = torch.zeros(1, 2, 4, 6)
    shift[:, 0], shift[:, 1] = 5 / 48, -3 / 48  # shares of the width, both
    moved = move_garment(garment, shift)
    assert torch.allclose(moved[..., 3:, :-5], garment[..., :-3, 5:], atol=1e-4)


def test_folding_changes_nothing_but_the_norms() -> None:
    torch.manual_seed(0)
    net, (fine, coarse) = LiveNet(SMALL).eval(), _inputs()
    for module in net.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_()  # type: ignore[union-attr]
            module.running_var.uniform_(0.5, 2)  # type: ignore[union-attr]
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias)
    folded = fold_norms(net, fine, coarse)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in folded.modules())
    assert any(isinstance(m, nn.BatchNorm2d) for m in net.modules())
    with torch.no_grad():
        for a, b in zip(net(fine, coarse), folded(fine, coarse), strict=True):
            assert torch.allclose(a, b, atol=1e-3)


def test_a_norm_without_a_convolution_stays() -> None:
    net = nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4)).eval()
    folded = fold_norms(net, torch.rand(1, 3, 4, 4))
    assert [type(m) for m in folded] == [nn.BatchNorm2d, nn.Conv2d, nn.Identity]


def test_weights_are_small_and_run(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "live.safetensors"
    save_weights(path, LiveNet(), params=LiveParams(), command="train")
    assert path.stat().st_size < 3_000_000
    drawer = LiveDrawer.from_pretrained(tmp_path)
    fine, coarse = (x[0].numpy() for x in _inputs())
    a, b = drawer.draw(fine, coarse), drawer.draw(fine, coarse)
    assert np.array_equal(a.rendering_f32, b.rendering_f32)
    assert a.rendering_f32.shape == (H, W, 3)
    assert a.mask_f32.shape == a.shading_f32.shape == a.alpha_f32.shape == (H, W)
    assert a.displacement_f32.shape == (H // 8, W // 8, 2)
    assert all(v.dtype == np.float32 for v in vars(a).values())
    with pytest.raises(WeightsError, match=r"live\.safetensors"):
        LiveDrawer.from_pretrained(tmp_path / "nowhere")


def test_the_repositorys_weights_are_small(root: Path) -> None:
    path = root / "weights" / "live.safetensors"
    if not path.is_file():
        pytest.skip("the live network is not trained yet")
    assert path.stat().st_size < 3_000_000
    assert read_weights(path)[1]["command"].startswith("python -m tryon train live")


def test_input_shows_nothing_of_what_is_removed() -> None:
    rng = np.random.default_rng(0)
    rgb, garment = rng.random((2, H, W, 3), np.float32)
    region, alpha = np.zeros((2, H, W), np.float32)
    region[20:50, 30:70], alpha[25:45, 35:60] = 1, 1
    labels = np.zeros((H, W), np.uint8)
    labels[16:54, 26:74] = 8
    points = np.tile(np.array([[48, 20]], np.float32), (33, 1))
    points[[11, 12, 23, 24]] = (60, 22), (36, 22), (56, 50), (40, 50)
    given = (points, np.ones(33, np.float32), labels, region > 0)
    fine, coarse = live_input(rgb, region, garment, alpha, np.full(3, 0.6, np.float32), *given)
    assert fine.shape == (FINE_CHANNELS, H, W)
    assert coarse.shape == (COARSE_CHANNELS, H // COARSE, W // COARSE)
    other = rgb.copy()
    other[region > 0] = rng.random((int(region.sum()), 3))
    again = live_input(other, region, garment, alpha, np.full(3, 0.6, np.float32), *given)
    assert np.array_equal(fine, again[0])
    assert np.array_equal(coarse, again[1])
    assert (fine[GARMENT][:, alpha == 0] == 0.5).all()


def test_input_is_the_generators_without_what_is_dear() -> None:
    from tryon.models.inputs import AGNOSTIC, GENERATOR_CHANNELS, SKIN_TONE

    x = np.random.default_rng(0).random((GENERATOR_CHANNELS, H, W), np.float32)
    x[SKIN_TONE] = 0.5
    fine, coarse = from_generator_input(x)
    assert np.array_equal(fine[:3], x[AGNOSTIC])
    assert coarse.shape == (COARSE_CHANNELS, H // COARSE, W // COARSE)
    assert np.isfinite(coarse).all()
