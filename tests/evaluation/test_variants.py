"""What is compared: the pasted warp, the first release's generator by its weights, and both in today's composite."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError, WeightsError
from tryon.evaluation.first_generator import FIRST_CHANNELS, FirstGenerator, FirstGeneratorParams
from tryon.evaluation.pair_scenes import finish_scene, make_scene
from tryon.evaluation.variants import (
    PASTED,
    PastedWarp,
    draw_pictures,
    drawing_of,
    find_networks,
    load_generator,
    paste_garment,
)
from tryon.models.generator import Generator, GeneratorParams
from tryon.models.inputs import GENERATOR_CHANNELS
from tryon.models.weights import save_weights

FIRST_COMMIT = "51d52b5"
SMALL = (8, 16, 16, 16, 16)
GOLDEN = ((0.3314, 0.2769), (0.2498, 0.2244), (0.9614, 0.1698))  # mean and deviation: rendering, mask, shading


def _input() -> torch.Tensor:
    x = torch.zeros(1, GENERATOR_CHANNELS, 64, 64)
    x[:, :3] = 0.25
    x[:, 3, 20:44, 20:44] = 1
    x[:, :3, 20:44, 20:44] = 0.5
    x[:, 4:7, 24:40, 24:40] = 0.9
    x[:, 7, 24:40, 24:40] = 1
    return x


def test_pasting_keeps_the_garment_and_fills_the_rest() -> None:
    out = paste_garment(_input())
    assert torch.allclose(out[0, :, 30, 30], torch.tensor(0.9))
    assert torch.allclose(out[0, :, 21, 21], torch.tensor(0.25), atol=0.02)
    assert torch.equal(out[0, :, 5, 5], torch.tensor([0.25] * 3))


def test_a_network_is_chosen_by_its_weights(tmp_path: Path) -> None:
    torch.manual_seed(0)
    first, now = FirstGenerator(FirstGeneratorParams(channels=SMALL)), Generator(GeneratorParams(channels=SMALL))
    for name, net in (("first", first), ("generator", now)):
        save_weights(tmp_path / f"{name}.safetensors", net, params=net.params, command="a test")
    found = find_networks(tmp_path, f"first={tmp_path / 'first.safetensors'}")
    assert list(found) == [PASTED, "generator", "first"]
    assert [type(n) for n in found.values()] == [PastedWarp, Generator, FirstGenerator]
    x = torch.rand(1, GENERATOR_CHANNELS, 32, 32)
    expected = draw_pictures(first.half().float().eval(), x)
    assert torch.allclose(draw_pictures(found["first"], x), expected, atol=1e-5)
    # it sees its own channels alone
    other = x.clone()
    other[:, FIRST_CHANNELS:] = 0
    assert torch.equal(draw_pictures(found["first"], other), draw_pictures(found["first"], x))


def test_wrong_names_of_weights_are_refused(tmp_path: Path) -> None:
    net = Generator(GeneratorParams(channels=SMALL))
    save_weights(tmp_path / "generator.safetensors", net, params=net.params, command="a test")
    for others in ("first", "=a.safetensors", f"{PASTED}=a.safetensors"):
        with pytest.raises(BadRequestError, match="name=path"):
            find_networks(tmp_path, others)
    with pytest.raises(WeightsError, match=r"a\.safetensors"):
        find_networks(tmp_path, "first=a.safetensors")


def test_the_first_releases_own_weights_load(root: Path, tmp_path: Path) -> None:
    shown = subprocess.run(
        ["git", "show", f"{FIRST_COMMIT}:weights/generator.safetensors"], cwd=root, capture_output=True, check=False
    )
    if shown.returncode:
        pytest.skip("the repository's history is not here")
    (tmp_path / "first.safetensors").write_bytes(shown.stdout)
    net = load_generator(tmp_path / "first.safetensors")
    assert isinstance(net, FirstGenerator)
    ramp = torch.linspace(0, 1, 64)
    x = torch.stack([ramp.roll(2 * k)[None, :] * ramp.roll(3 * k)[:, None] for k in range(GENERATOR_CHANNELS)])[None]
    with torch.no_grad():
        drawn = net(x)
    # what the first release's own code drew of this
    for maps, (mean, deviation) in zip((drawn.rendering, drawn.mask, drawn.shading), GOLDEN, strict=True):
        assert float(maps.mean()) == pytest.approx(mean, abs=2e-3)
        assert float(maps.std()) == pytest.approx(deviation, abs=2e-3)


def test_a_network_without_layers_is_drawn_by_todays_composite(make_pair) -> None:  # type: ignore[no-untyped-def]
    pair = make_pair()
    scene = make_scene(pair)
    picture, region = finish_scene(scene, drawing_of(PastedWarp()).draw)
    assert np.array_equal(picture[region == 0], pair.photo_u8[region == 0])
    inner = (slice(200, 340), slice(180, 240))
    assert np.abs(picture[inner].astype(int) - pair.worn_u8[inner]).mean() < 6
    # what the network drew fills the rest, at the size it was drawn
    drawing = drawing_of(PastedWarp()).draw(scene.x)
    assert np.array_equal(drawing.skin_f32, drawing.rendering_f32)
    first = FirstGenerator(FirstGeneratorParams(channels=SMALL))
    assert isinstance(finish_scene(scene, drawing_of(first).draw)[0], np.ndarray)
