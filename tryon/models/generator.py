"""The try-on generator: agnostic person and warped garment in, rendering, composite mask and shading out.

In the line of pix2pix (Isola et al. 2017, arXiv 1611.07004): a U-Net with skips. The picture is folded
into channels at its entrance and unfolded at its exit (pixel shuffle, Shi et al. 2016), since
full-resolution layers with few channels are the slow ones on a CPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.geometry.limbs import LIMB_COUNT
from tryon.models.blocks import ConvBlock

# agnostic RGB, region, garment RGB, garment alpha, skin colour, limb maps
GENERATOR_CHANNELS = 3 + 1 + 3 + 1 + 3 + LIMB_COUNT
OUTPUT_CHANNELS = 6  # change of colour RGB, share of skin, composite mask, shading
MAX_SHADING = 0.8  # log gain: folds darken to 0.45 and light up to 2.2 at most


@dataclass(frozen=True)
class GeneratorParams:
    """Shape of a Generator.

    ``channels`` are the widths at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture; more at half
    resolution would cost most.
    """

    in_channels: int = GENERATOR_CHANNELS
    channels: tuple[int, ...] = (48, 96, 160, 208, 208)
    groups: int = 8


class Generator(nn.Module):
    """U-Net with skips at five scales.

    Input (B, 24, H, W): agnostic RGB 0..1 (the region is grey), region 0..1, warped garment RGB 0..1,
    its alpha 0..1, skin colour 0..1 (constant maps), limb maps 0..1; H and W multiples of 32.
    It does not paint from nothing: it starts from the neighbours' colours drawn into the hole and from the
    person's own skin tone, mixes the two, and adds what is missing.

    Returns rendering (B, 3, H, W) 0..1; composite mask (B, 1, H, W), 0 to the garment's alpha; shading
    (B, 1, H, W), a gain around 1 on the garment's sRGB values; all float32.
    """

    def __init__(self, params: GeneratorParams | None = None) -> None:
        super().__init__()
        self.params = p = params or GeneratorParams()
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
        self.exit = nn.Conv2d(deep, OUTPUT_CHANNELS * 4, 3, padding=1)
        self.apply(_initialise)
        quiet_exit(self)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
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
        skin = torch.sigmoid(raw[:, 3:4] - 2.0)  # starts at "no skin": most of a region is cloth or ground
        rendering = (base + skin * (x[:, 8:11] - base) + torch.tanh(raw[:, :3])).clamp(0, 1)
        # starts near "keep the garment": what is under it is seldom better invented
        mask = torch.sigmoid(raw[:, 4:5] + 2.0) * x[:, 7:8]
        shading = torch.exp(MAX_SHADING * torch.tanh(raw[:, 5:6]))
        return rendering, mask, shading


def fill_hole(agnostic: Tensor, region: Tensor, garment: Tensor, alpha: Tensor) -> Tensor:
    """Draw the colours around a hole into it, from fine to coarse (pull-push, Gortler et al. 1996).

    Args:
        agnostic (B, 3, H, W) known where region (B, 1, H, W) is 0; garment (B, 3, H, W) known where
        alpha (B, 1, H, W) is 1.

    Returns:
        (B, 3, H, W): the garment where it lies, the photo where it is known, smooth between.
    """
    # Only the photo is drawn inwards: the garment's colours would smear over skin and ground beside it.
    weight = 1 - region
    levels = [(agnostic * weight, weight)]
    while min(levels[-1][0].shape[2:]) >= 4:
        levels.append((F.avg_pool2d(levels[-1][0], 2), F.avg_pool2d(levels[-1][1], 2)))
    total, amount = (t.mean((2, 3), keepdim=True) for t in levels[-1])
    filled = (total / amount.clamp_min(1e-4)).expand_as(levels[-1][0])
    for total, amount in reversed(levels):
        if filled.shape[2:] != total.shape[2:]:
            filled = F.interpolate(filled, size=total.shape[2:], mode="bilinear", align_corners=False)
        trust = (amount * 2).clamp(0, 1)
        filled = trust * total / amount.clamp_min(1e-4) + (1 - trust) * filled
    return alpha * garment + (1 - alpha) * filled


def _initialise(module: nn.Module) -> None:
    # pix2pix's N(0, 0.02) starves deep group-normed nets less than it seems, but He's is faster here
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, a=0.1, nonlinearity="leaky_relu")
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def quiet_exit(net: Generator) -> None:
    """Make a new generator start from the filled hole: its last layer says almost nothing."""
    with torch.no_grad():
        net.exit.weight.mul_(0.03)


def compose(
    agnostic: Tensor, region: Tensor, garment: Tensor, rendering: Tensor, mask: Tensor, shading: Tensor
) -> Tensor:
    """Picture (B, 3, H, W) 0..1: mask x shaded garment + (1 - mask) x rendering in the region, the person elsewhere."""
    drawn = mask * (garment * shading).clamp(0, 1) + (1 - mask) * rendering
    return region * drawn + (1 - region) * agnostic
