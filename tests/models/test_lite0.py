"""Our encoder is timm's EfficientNet-Lite0, tensor for tensor, without what timm brings along."""

from __future__ import annotations

import subprocess
import sys

import pytest
import timm
import torch

from tryon.models.lite0 import CHANNELS, Lite0Encoder


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("size", [(96, 64), (70, 90)])
def test_it_answers_as_timm_does(training: bool, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    theirs = timm.create_model("tf_efficientnet_lite0", pretrained=False, features_only=True, in_chans=5)
    ours = Lite0Encoder(5)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 5, *size)
    with torch.no_grad():
        for one, other in zip(ours.train(training)(x), theirs.train(training)(x), strict=True):
            assert torch.allclose(one, other, atol=1e-5)
    for one, other in zip(ours.state_dict().values(), theirs.state_dict().values(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)  # of the norms' statistics, after a step in training


def test_maps_halve_five_times() -> None:
    maps = Lite0Encoder()(torch.zeros(1, 3, 64, 96))
    assert tuple(m.shape[1] for m in maps) == CHANNELS
    assert [tuple(m.shape[2:]) for m in maps] == [(32, 48), (16, 24), (8, 12), (4, 6), (2, 3)]


def test_looking_at_pictures_loads_no_compiler() -> None:
    """They would take a hundred megabytes and a second of each start."""
    code = (
        "import sys; from tryon import TryOnPipeline; TryOnPipeline.from_pretrained(); "
        "sys.exit(', '.join({'timm', 'torchvision', 'triton', 'sympy', 'torch._dynamo'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
