"""The try-on generator: agnostic person and warped garment in; layout, rendering, composite mask and shading out.

In the line of pix2pix (Isola et al. 2017, arXiv 1611.07004): a U-Net with skips. The picture is folded
into channels at its entrance and unfolded at its exit (pixel shuffle, Shi et al. 2016), since
full-resolution layers with few channels are the slow ones on a CPU. What it draws is layered: it decides what each
pixel shows (ground, skin, another garment, the new garment), takes each layer's colours from what the photo shows of
it, and adds what is missing. Limbs so have edges, where a mean over all that could be would be a veil.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.models.blocks import ConvBlock
from tryon.models.inputs import (
    ALPHA,
    CLOTH_BASE,
    GENERATOR_CHANNELS,
    GROUND_BASE,
    KNOWN,
    OUTLINE,
    SKIN_BASE,
    SPREAD,
)

LAYERS = ("ground", "skin", "cloth", "garment")
OUTPUT_CHANNELS = 3 + 1 + len(LAYERS)  # change of colour RGB, shading, layout
MAX_SHADING = 0.8  # log gain: folds darken to 0.45 and light up to 2.2 at most
BAND = 8  # rows of folded pixels that are sorted at a time
SHARPNESS = 2.0  # of the layout's logits where layers are mixed: half-transparent limbs are nowhere


@dataclass(frozen=True)
class GeneratorParams:
    """Shape of a Generator.

    ``channels`` are the widths at 1/2, 1/4, 1/8, 1/16 and 1/32 of the picture; more at half
    resolution would cost most.
    """

    in_channels: int = GENERATOR_CHANNELS
    channels: tuple[int, ...] = (48, 96, 160, 208, 208)
    groups: int = 8


class Drawn(NamedTuple):
    """What a Generator returns, all float32.

    rendering (B, 3, H, W) 0..1; mask (B, 1, H, W), 0 to the garment's alpha; shading (B, 1, H, W), a gain around 1 on
    the garment's sRGB values; layout (B, 4, H, W), logits of LAYERS; change (B, 3, H, W) -1..1, what is added to
    the layers' own colours.
    """

    rendering: Tensor
    mask: Tensor
    shading: Tensor
    layout: Tensor
    change: Tensor


class Generator(nn.Module):
    """U-Net with skips at five scales.

    Input (B, GENERATOR_CHANNELS, H, W), see ``tryon.models.inputs``; H and W multiples of 32. Returns ``Drawn``.
    """

    def __init__(self, params: GeneratorParams | None = None) -> None:
        super().__init__()
        self.params = p = params or GeneratorParams()
        c, g = p.channels, p.groups
        self.stem = ConvBlock(p.in_channels * 4, c[0], g)
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

    def forward(self, x: Tensor) -> Drawn:
        y = self.stem(_folded(x))
        skips = [y]
        for down in self.downs:
            y = down(y)
            skips.append(y)
        y = skips.pop()
        for up in self.ups:
            y = F.interpolate(y, scale_factor=2.0, mode="nearest")
            y = up(torch.cat([y, skips.pop()], 1))
        raw = F.pixel_shuffle(self.exit(y), 2).float().contiguous()  # strided, tanh takes ten times as long
        layout = raw[:, 4:8] + layout_prior(x)
        shading = torch.exp(MAX_SHADING * torch.tanh(raw[:, 3:4]))
        change = torch.tanh(raw[:, :3])
        mask, rendering = mix_layers(x, layout, shading, change)
        return Drawn(rendering, mask, shading, layout, change)


def _folded(x: Tensor) -> Tensor:
    """Space to depth (as ``pixel_unshuffle``), in the type and memory order that the first layer works in."""
    dtype = torch.get_autocast_dtype(x.device.type) if torch.is_autocast_enabled(x.device.type) else x.dtype
    if x.requires_grad or torch.compiler.is_compiling():
        return F.pixel_unshuffle(x.to(dtype), 2).contiguous(memory_format=torch.channels_last)
    # neighbours in a row travel as one word, in bands that stay in the cache
    b, c, h, w = x.shape
    word = torch.int32 if dtype.itemsize == 2 else torch.int64
    out = torch.empty((b, h // 2, w // 2, c, 2), dtype=word, device=x.device)
    for top in range(0, h // 2, BAND):
        rows = x[:, :, 2 * top : 2 * (top + BAND)].to(dtype).contiguous()
        out[:, top : top + BAND] = rows.view(word).view(b, c, -1, 2, w // 2).permute(0, 2, 4, 1, 3)
    return out.view(dtype).view(b, h // 2, w // 2, 4 * c).permute(0, 3, 1, 2)


def layout_prior(x: Tensor) -> Tensor:
    """(B, 4, H, W) logits to start from: what the photo shows now, the body, and the garment where it is laid."""
    known, alpha, beside = x[:, KNOWN], x[:, ALPHA], 1 - x[:, OUTLINE]
    ground, skin = 2 * known[:, 0:1] + beside, 2 * known[:, 1:2] - beside
    return torch.cat([ground, skin, 2 * known[:, 3:4], 4 * alpha - 1], 1)


def mix_layers(x: Tensor, layout: Tensor, shading: Tensor, change: Tensor) -> tuple[Tensor, Tensor]:
    """Composite mask and rendering of a layout.

    The garment's own pixels count as far as it is laid; where the layout wants more of it, its colours are
    drawn on.

    Args:
        x: generator input. layout: (B, 4, H, W) logits. shading: (B, 1, H, W). change: (B, 3, H, W).

    Returns:
        mask (B, 1, H, W), rendering (B, 3, H, W) 0..1.
    """
    share = torch.softmax(SHARPNESS * layout, 1)
    alpha = x[:, ALPHA]
    mask = share[:, 3:4] * alpha
    beyond = share[:, 3:4] - mask
    drawn = (
        share[:, 0:1] * x[:, GROUND_BASE]
        + share[:, 1:2] * x[:, SKIN_BASE]
        + share[:, 2:3] * x[:, CLOTH_BASE]
        + beyond * (x[:, SPREAD] * shading).clamp(0, 1)
    )
    return mask, (drawn / (1 - mask).clamp_min(0.02) + change).clamp(0, 1)


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
    """Make a new generator start from the layers as they are: its last layer says almost nothing."""
    with torch.no_grad():
        net.exit.weight.mul_(0.03)


def compose(
    agnostic: Tensor, region: Tensor, garment: Tensor, rendering: Tensor, mask: Tensor, shading: Tensor
) -> Tensor:
    """Picture (B, 3, H, W) 0..1: mask x shaded garment + (1 - mask) x rendering in the region, the person elsewhere."""
    drawn = mask * (garment * shading).clamp(0, 1) + (1 - mask) * rendering
    return region * drawn + (1 - region) * agnostic
