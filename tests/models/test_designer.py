"""The designer's networks: shapes and ranges, cloth without a seam, measures that follow an outline."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryon.geometry.chains import chain_length, corner_indices
from tryon.models.cloth_noise import LATTICES, tile_noise
from tryon.models.design_details import DETAILS, LABEL_NAMES, detail_vector
from tryon.models.design_inputs import CHANNELS, outline_fields
from tryon.models.designer import (
    ClothGenerator,
    ClothParams,
    DrapeGenerator,
    DrapeParams,
    OutlineGenerator,
    OutlineParams,
)
from tryon.models.designer_judges import ClothJudge, OutlineJudge, batch_spread
from tryon.models.outline_space import OutlineSpace, fit_space, measure, to_coefficients


def test_sizes_agree() -> None:
    assert OutlineParams().details == DrapeParams().details == len(DETAILS)
    assert OutlineParams().labels == DrapeParams().labels == len(LABEL_NAMES)
    assert DrapeParams().inputs == len(CHANNELS)


def test_outlines_are_numbers_and_details_shares() -> None:
    p = OutlineParams()
    out = OutlineGenerator(p)(torch.randn(3, p.latent), torch.randn(3, p.codes), torch.eye(p.labels)[:3])
    assert out.shape == (3, p.coefficients + p.details)
    assert 0 <= float(out[:, p.coefficients :].min()) <= float(out[:, p.coefficients :].max()) <= 1
    assert OutlineJudge(p)(out, torch.eye(p.labels)[:3]).shape == (3, 1)


def cloth_of(points: torch.Tensor, seed: int = 0) -> torch.Tensor:
    torch.manual_seed(4)
    p = ClothParams()
    net = ClothGenerator(p).eval()
    g = torch.Generator().manual_seed(seed)
    draw = lambda n: torch.randn(2, n, generator=g)  # noqa: E731
    kind = torch.eye(p.classes)[:2]
    with torch.no_grad():
        return net(draw(p.latent), draw(p.colour_latent), torch.zeros(2, p.codes), kind, points)


def test_cloth_repeats_without_a_seam() -> None:
    points = torch.rand(1, 50, 2)
    here, there = cloth_of(points), cloth_of(points + torch.tensor([1.0, -2.0]))
    assert torch.allclose(here, there, atol=1e-4)
    assert not torch.allclose(here, cloth_of(points + torch.tensor([0.5, 0.13])), atol=1e-2)


def test_cloth_is_the_same_at_any_size() -> None:
    points = torch.rand(1, 50, 2)
    assert torch.allclose(cloth_of(points)[:, :10], cloth_of(points[:, :10]), atol=1e-5)


def test_dyes_and_pattern_are_apart() -> None:
    p = ClothParams()
    net, kind = ClothGenerator(p).eval(), torch.eye(p.classes)[:1]
    style = net.styles(torch.randn(1, p.latent), torch.zeros(1, p.codes), kind)
    shares, tone = net.paint(style, torch.rand(1, 30, 2))
    assert torch.allclose(shares.sum(2), torch.ones(1, 30), atol=1e-5)
    assert float(tone.abs().max()) <= 0.15
    assert net.colours(torch.randn(1, p.colour_latent), kind).shape == (1, p.palette, 3)


def test_noise_has_no_seam_and_is_the_same_at_any_size() -> None:
    small, large = (tile_noise(n, [torch.Generator().manual_seed(3)]).view(n, n, -1) for n in (64, 128))
    assert small.shape[2] == len(LATTICES)
    assert 0.6 < float(small[..., :8].std()) < 1.5
    coarse = [k for k, (down, across) in enumerate(LATTICES) if max(down, across) <= 16]
    halved = large[..., coarse].view(64, 2, 64, 2, -1).mean((1, 3))
    assert float((halved - small[..., coarse]).abs().max()) < 0.15
    step = (large[:, 1:] - large[:, :-1])[..., coarse].abs().amax((0, 1))
    seam = (large[:, 0] - large[:, -1])[..., coarse].abs().amax(0)
    assert (seam < 1.6 * step).all()  # from the last column to the first as from one to the next


def test_uneven_cloth_is_its_seeds_and_even_cloth_is_none() -> None:
    p = ClothParams()
    torch.manual_seed(5)
    net, kind = ClothGenerator(p).eval(), torch.eye(p.classes)[:1]
    style = net.styles(torch.randn(1, p.latent), torch.zeros(1, p.codes), kind)
    points = torch.rand(1, 64, 2)
    noise = [tile_noise(8, [torch.Generator().manual_seed(seed)]) for seed in (1, 1, 2)]
    with torch.no_grad():
        one, again, other, even = (net.paint(style, points, n)[0] for n in (*noise, None))
    assert torch.equal(one, again)
    assert not torch.allclose(one, other, atol=1e-4)
    assert not torch.allclose(one, even, atol=1e-4)


def test_the_judge_sees_copies() -> None:
    same, varied = torch.ones(4, 3), torch.arange(12.0).view(4, 3)
    assert float(batch_spread(same)[0, -1]) < float(batch_spread(varied)[0, -1])
    torch.manual_seed(2)
    judge, kind = ClothJudge(ClothParams()), torch.eye(ClothParams().classes)
    swatches = torch.rand(3, 3, 64, 64)
    logits, codes = judge(swatches, kind[:3])
    assert [tuple(each.shape) for each in logits] == [(3, 1, 8, 8), (3, 1, 4, 4)]
    assert codes.shape == (3, ClothParams().codes)
    # large patches know the batch, small ones the swatch alone
    alone, _ = judge(swatches[:1].repeat(3, 1, 1, 1), kind[[0, 0, 0]])
    assert torch.allclose(alone[0][0], logits[0][0], atol=1e-5)
    assert not torch.allclose(alone[1][0], logits[1][0], atol=1e-5)


def test_layers_of_a_garment() -> None:
    p = DrapeParams(width=16)
    net = DrapeGenerator(p).eval()
    args = (
        torch.rand(1, p.inputs, 64, 48),
        torch.rand(1, p.details),
        torch.eye(p.labels)[:1],
        torch.zeros(1, p.latent),
    )
    with torch.no_grad():
        out = net(*args, torch.Generator().manual_seed(1))
        again = net(*args, torch.Generator().manual_seed(1))
    assert out.shape == (1, p.outputs, 64, 48)
    assert torch.equal(out, again)
    assert 0 <= float(out.min()) <= float(out.max()) <= 1


def test_fields_know_inside_edges_and_place() -> None:
    square = np.float32([(10, 10), (50, 10), (50, 70), (10, 70)])
    fields = outline_fields(square, {"top": [square[:2]], "hem": [square[2:]]}, [], (30.0, 10.0), 2.0, (80, 60))
    named = dict(zip(CHANNELS, fields, strict=True))
    assert named["whole"][40, 30] == 1
    assert named["whole"][5, 5] == 0
    assert named["near"][40, 30] > 0.9
    assert named["near"][40, 2] < -0.9
    assert named["x"][40, 50] == pytest.approx(10 / 40)
    assert named["top"][12, 30] > 0.6 > named["top"][60, 30]
    assert named["hem"][68, 30] > 0.6
    assert not named["ends"].any()
    assert not named["sleeve_left"].any()


def test_measures_follow_the_outline() -> None:
    points = torch.zeros(1, chain_length("dress"), 2)
    at = corner_indices("dress")
    points[0, at["hem"]] = torch.tensor([31.0, 95.0])
    points[0, at["neck"], 0] = 9.0
    points[0, at["shoulder"]] = torch.tensor([20.0, 4.0])
    points[0, at["cuff_out"]] = points[0, at["cuff_in"]] = torch.tensor([20.0, 34.0])
    length, sleeve, flare, _, neck = measure(points, "dress")[0].tolist()
    assert (length, flare, neck) == (95.0, 31.0, 9.0)
    assert sleeve == pytest.approx(30, abs=1e-3)


def test_components_bring_outlines_back() -> None:
    rng = np.random.default_rng(0)
    size = 2 * chain_length("skirt")
    points = (rng.standard_normal((60, 5)) @ rng.standard_normal((5, size))).astype(np.float32)
    space = fit_space(points, 8)
    coefficients = to_coefficients(points, space)
    assert np.abs(coefficients @ space.basis + space.mean - points).max() < 1e-2
    assert np.allclose(coefficients[:, :5].std(0), 1, atol=0.05)
    held = OutlineSpace(8, 14)
    held.basis_skirt.copy_(torch.from_numpy(space.basis))
    held.mean_skirt.copy_(torch.from_numpy(space.mean))
    assert np.allclose(held.points(torch.from_numpy(coefficients), "skirt").numpy().reshape(60, -1), points, atol=1e-2)


def test_details_by_name() -> None:
    vector = detail_vector({"neck_v": 1.0, "placket": 40.0})
    assert vector[DETAILS.index("placket")] == pytest.approx(0.5)
    assert vector.sum() == pytest.approx(1.5)
    with pytest.raises(KeyError):
        detail_vector({"wings": 1.0})
