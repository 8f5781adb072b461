"""Shapes, ranges and identities of the networks, and their weights on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tryon.errors import WeightsError
from tryon.models.discriminator import PatchDiscriminator, ScaledDiscriminator
from tryon.models.generator import LAYERS, Generator, GeneratorParams, _folded, compose, fill_hole, mix_layers
from tryon.models.inputs import ALPHA, CLOTH_BASE, GENERATOR_CHANNELS, GROUND_BASE, SKIN_BASE, SPREAD
from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.models.weights import from_json, load_into, read_weights, save_weights

SMALL = GeneratorParams(channels=(8, 16, 16, 16, 16))


def test_generator_output_has_its_ranges() -> None:
    torch.manual_seed(0)
    net = Generator(SMALL)
    x = torch.rand(2, GENERATOR_CHANNELS, 64, 96)
    with torch.no_grad():
        net.exit.weight.mul_(700)  # drive every output to its ends
        rendering, mask, shading, layout, change = net(x)
    assert layout.shape == (2, len(LAYERS), 64, 96)
    assert change.abs().max() <= 1
    assert rendering.shape == (2, 3, 64, 96)
    assert mask.shape == shading.shape == (2, 1, 64, 96)
    assert rendering.min() >= 0
    assert rendering.max() <= 1
    assert (mask <= x[:, 7:8]).all()
    assert mask.min() >= 0
    assert shading.min() > 0.44
    assert shading.max() < 2.23


def test_each_layer_shows_its_own_colours() -> None:
    x = torch.zeros(1, GENERATOR_CHANNELS, 4, 8)
    for value, base in zip((0.1, 0.3, 0.6, 0.9), (GROUND_BASE, SKIN_BASE, CLOTH_BASE, SPREAD), strict=True):
        x[:, base] = value
    layout = torch.full((1, 4, 4, 8), -20.0)
    for k in range(4):
        layout[:, k, :, 2 * k : 2 * k + 2] = 20
    flat, still = torch.ones(1, 1, 4, 8), torch.zeros(1, 3, 4, 8)
    mask, rendering = mix_layers(x, layout, flat, still)
    assert mask.max() == 0  # no garment is laid: what the layout wants of it is drawn on
    for k, value in enumerate((0.1, 0.3, 0.6, 0.9)):
        assert torch.allclose(rendering[..., 2 * k : 2 * k + 2], torch.tensor(value), atol=1e-4)
    x[:, ALPHA] = 1
    mask, _ = mix_layers(x, layout, flat, still)
    assert torch.allclose(mask[..., 6:], torch.tensor(1.0), atol=1e-4)
    assert mask[..., :6].max() < 1e-4


def test_composition_equals_the_person_outside_the_region() -> None:
    torch.manual_seed(0)
    agnostic, garment, rendering = (torch.rand(1, 3, 8, 8) for _ in range(3))
    region = (torch.rand(1, 1, 8, 8) > 0.5).float()
    out = compose(agnostic, region, garment, rendering, region * 0.4, torch.ones(1, 1, 8, 8))
    assert torch.equal(out[(region == 0).expand_as(out)], agnostic[(region == 0).expand_as(out)])


def test_filling_keeps_what_is_known_and_bridges_the_hole() -> None:
    region = torch.zeros(1, 1, 64, 48)
    region[..., 20:40, 10:30] = 1
    photo = torch.full((1, 3, 64, 48), 0.3) * (1 - region) + 0.5 * region
    filled = fill_hole(photo, region, torch.zeros_like(photo), torch.zeros_like(region))
    assert torch.allclose(filled, torch.full_like(filled, 0.3), atol=1e-3)
    alpha = region.clone()
    filled = fill_hole(photo, region, torch.full_like(photo, 0.9), alpha)
    assert torch.allclose(filled[..., 25:35, 15:25], torch.tensor(0.9), atol=1e-3)
    assert torch.allclose(filled[..., :10, :], torch.tensor(0.3), atol=1e-3)


def test_single_equals_batch() -> None:
    torch.manual_seed(0)
    net = Generator(SMALL).eval()
    x = torch.rand(3, GENERATOR_CHANNELS, 32, 32)
    with torch.no_grad():
        for whole, alone in zip(net(x), net(x[1:2]), strict=True):
            assert torch.allclose(whole[1:2], alone, atol=1e-5)


def test_discriminator_judges_patches() -> None:
    judge, features = PatchDiscriminator(8, width=8)(torch.rand(2, 3, 64, 48), torch.rand(2, 8, 64, 48))
    assert judge.shape[:2] == (2, 1)
    assert judge.shape[2] > 1
    assert len(features) == 4


def test_each_size_of_the_picture_has_a_discriminator_of_its_own() -> None:
    torch.manual_seed(1)
    both = ScaledDiscriminator(8, scales=2, width=8)
    picture, condition = torch.rand(2, 3, 64, 96), torch.rand(2, 8, 64, 96)
    full, half = both(picture, condition)
    assert full[0].shape == (2, 1, 4, 6)
    assert half[0].shape == (2, 1, 2, 3)
    assert len(full[1]) == len(half[1]) == 4
    # what alternates from pixel to pixel is judged at full size alone
    fine = picture + 0.1 * (torch.arange(96) % 2 * 2 - 1.0)
    again = both(fine, condition)
    assert (again[0][0] - full[0]).abs().max() > 1e-3
    assert torch.allclose(again[1][0], half[0], atol=1e-5)


def test_lite_unet_draws_at_half_resolution() -> None:
    net = LiteUNet(LiteUNetParams(in_channels=5, dense_channels=4, class_heads=(14,))).eval()
    with torch.no_grad():
        dense, heads = net(torch.rand(1, 5, 64, 96))
    assert dense.shape == (1, 4, 32, 48)
    assert heads[0].shape == (1, 14)


def test_weights_come_back(tmp_path: Path) -> None:
    net = Generator(SMALL)
    path = tmp_path / "g.safetensors"
    save_weights(path, net, params=SMALL, command="train", figures={"l1": 0.5})
    tensors, info = read_weights(path)
    other = Generator(from_json(GeneratorParams, info["params"]))
    load_into(other, tensors, path.name)
    assert info["figures"] == {"l1": 0.5}
    assert info["command"] == "train"
    for a, b in zip(net.parameters(), other.parameters(), strict=True):
        assert torch.allclose(a, b, atol=2e-3)


def test_bad_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"nothing\.safetensors"):
        read_weights(tmp_path / "nothing.safetensors")
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"not weights at all" * 10)
    with pytest.raises(WeightsError, match=r"broken\.safetensors"):
        read_weights(broken)
    path = tmp_path / "g.safetensors"
    save_weights(path, Generator(SMALL), params=SMALL, command="")
    with pytest.raises(WeightsError, match="another network"):
        load_into(PatchDiscriminator(8, width=8), read_weights(path)[0], path.name)


def test_oversized_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="10 MB"):
        save_weights(tmp_path / "big.safetensors", torch.nn.Linear(3000, 2000), params={}, command="")


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_folding_by_words_is_pixel_unshuffle(dtype: torch.dtype) -> None:
    x = torch.randn(2, 5, 6, 8).to(dtype)
    found = _folded(x)
    assert torch.equal(found, torch.nn.functional.pixel_unshuffle(x, 2))
    assert found.is_contiguous(memory_format=torch.channels_last)
    needed = x.float().requires_grad_()
    _folded(needed).sum().backward()
    assert needed.grad is not None
    assert bool((needed.grad == 1).all())
