"""A U-Net on an EfficientNet-Lite0 encoder: labels of every pixel, and classes of the whole picture.

The decoder stops at half resolution: full-resolution layers with few channels cost most on a CPU and gain least.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.models.lite0 import CHANNELS, Lite0Encoder

RGB_MEAN, RGB_STD = 0.5, 0.5  # the pre-trained weights were trained on -1..1


@dataclass(frozen=True)
class LiteUNetParams:
    """Shape of a LiteUNet.

    ``in_channels`` counts RGB first; ``dense_channels`` are the maps drawn at half resolution;
    ``class_heads`` are widths of linear heads on the pooled deepest features (may be empty).
    """

    in_channels: int = 3
    dense_channels: int = 13
    class_heads: tuple[int, ...] = ()
    decoder_channels: tuple[int, ...] = (128, 96, 64, 48)  # strides 16, 8, 4, 2; wider gained nothing
    context: bool = False  # add what the whole picture shows to the deepest features: a dress or two garments?


def _conv(cin: int, cout: int, kernel: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(cin, cout, kernel, padding=kernel // 2, bias=False), nn.BatchNorm2d(cout), nn.ReLU(inplace=True)
    )


class LiteUNet(nn.Module):
    """EfficientNet-Lite0 encoder, four-step decoder, optional class heads.

    Input (B, in_channels, H, W) float, H and W multiples of 32; the RGB channels come first and are
    0..1 (normalised inside). Output: dense logits (B, dense_channels, H/2, W/2) and a tuple of class
    logits (B, n).
    """

    def __init__(self, params: LiteUNetParams) -> None:
        super().__init__()
        self.params = params
        self.encoder = Lite0Encoder(params.in_channels)
        dims = list(CHANNELS)
        cin, steps = dims[-1], []
        for skip, cout in zip(reversed(dims[:-1]), params.decoder_channels, strict=True):
            steps.append(nn.Sequential(_conv(cin + skip, cout, 1), _conv(cout, cout)))
            cin = cout
        self.decoder = nn.ModuleList(steps)
        self.dense = nn.Conv2d(cin, params.dense_channels, 1)
        self.heads = nn.ModuleList(nn.Linear(dims[-1], n) for n in params.class_heads)
        self.context = None
        if params.context:
            self.context = nn.Sequential(nn.Linear(dims[-1], 128), nn.ReLU(inplace=True), nn.Linear(128, dims[-1]))
            nn.init.zeros_(self.context[2].weight)  # at first it changes nothing
            nn.init.zeros_(self.context[2].bias)
        mean = torch.zeros(params.in_channels)
        std = torch.ones(params.in_channels)
        mean[:3], std[:3] = RGB_MEAN, RGB_STD
        self.register_buffer("mean", mean.view(1, -1, 1, 1), persistent=False)
        self.register_buffer("std", std.view(1, -1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        return self.answer((x - self.mean) / self.std)

    def answer(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """As a call, of an input whose RGB channels are -1..1 already: normalising them here copies all channels."""
        features = self.encoder(x)
        pooled = features[-1].mean((2, 3))
        y = features[-1]
        if self.context is not None:
            y = y + self.context(pooled)[:, :, None, None]
        for step, skip in zip(self.decoder, reversed(features[:-1]), strict=True):
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = step(torch.cat([y, skip], 1))
        return self.dense(y), tuple(head(pooled) for head in self.heads)
