"""The first release's generator, kept for comparison only: how much better is what came after it.

Its weights are in the repository's history: ``git show 51d52b5:weights/generator.safetensors > first.safetensors``.
It is a U-Net that starts from the neighbours' colours drawn into the hole, mixes them with the skin tone, and adds
what is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.models.blocks import ConvBlock
from tryon.models.generator import MAX_SHADING, Drawn, fill_hole

FIRST_CHANNELS = 24  # agnostic RGB, region, garment RGB, its alpha, skin tone, limb maps: today's first ones
TRAINED_HEIGHT = 256  # rows
FIRST_OUTPUTS = 6  # change of colour RGB, share of skin, composite mask, shading


@dataclass(frozen=True)
class FirstGeneratorParams:
    """Shape of a FirstGenerator; ``channels`` are the widths at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture."""

    in_channels: int = FIRST_CHANNELS
    channels: tuple[int, ...] = (48, 96, 160, 208, 208)
    groups: int = 8


class FirstGenerator(nn.Module):
    """The first release's U-Net.

    Input (B, C, H, W) with C >= FIRST_CHANNELS, of which it looks at the first ones (``tryon.models.inputs``); H and W
    multiples of 32. Returns ``Drawn``; it knows no layers, so all of ``layout`` is 0 and ``change`` is what it adds.
    """

    def __init__(self, params: FirstGeneratorParams | None = None) -> None:
        super().__init__()
        self.params = p = params or FirstGeneratorParams()
        c, g = p.channels, p.groups
        self.stem = ConvBlock((p.in_channels + 3) * 4, c[0], g)
        self.downs = nn.ModuleList(
            nn.Sequential(ConvBlock(a, b, g, stride=2), ConvBlock(b, b, g)) for a, b in pairwise(c)
        )
        ups, deep = [], c[-1]
        for skip in reversed(c[:-1]):
            ups.append(nn.Sequential(ConvBlock(deep + skip, skip, g), ConvBlock(skip, skip, g)))
            deep = skip
        self.ups = nn.ModuleList(ups)
        self.exit = nn.Conv2d(deep, FIRST_OUTPUTS * 4, 3, padding=1)

    def forward(self, x: Tensor) -> Drawn:
        if x.shape[2] >= 2 * TRAINED_HEIGHT:  # it was trained and used at half of today's size: it draws so, enlarged
            small = self._draw(F.avg_pool2d(x, 2))
            large = (F.interpolate(m, scale_factor=2.0, mode="bilinear", align_corners=False) for m in small)
            drawn = Drawn(*large)
            return drawn._replace(mask=torch.minimum(drawn.mask, x[:, 7:8]))
        return self._draw(x)

    def _draw(self, x: Tensor) -> Drawn:
        x = x[:, : self.params.in_channels]
        base = fill_hole(x[:, :3], x[:, 3:4], x[:, 4:7], x[:, 7:8])
        y = self.stem(F.pixel_unshuffle(torch.cat([x, base], 1), 2))
        skips = [y]
        for down in self.downs:
            y = down(y)
            skips.append(y)
        y = skips.pop()
        for up in self.ups:
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = up(torch.cat([y, skips.pop()], 1))
        raw = F.pixel_shuffle(self.exit(y), 2).float()
        skin, change = torch.sigmoid(raw[:, 3:4] - 2.0), torch.tanh(raw[:, :3])
        rendering = (base + skin * (x[:, 8:11] - base) + change).clamp(0, 1)
        mask = torch.sigmoid(raw[:, 4:5] + 2.0) * x[:, 7:8]
        shading = torch.exp(MAX_SHADING * torch.tanh(raw[:, 5:6]))
        return Drawn(rendering, mask, shading, raw.new_zeros(len(x), 4, *x.shape[2:]), change)
