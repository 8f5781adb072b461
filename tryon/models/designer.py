"""The designer's three generators: a garment's outline, its cloth, and how it lies (light, inside, trims).

One picture is made of the three: G(z) draws an outline and what the garment is made with, G(z) draws a cloth that
repeats without a seam, and a third network lays that cloth out: where light falls, ribs sit and the back's inside is
seen. Each has a discriminator of its own (``tryon.models.designer_judges``). Apart they stay sharp at any
size, and a slider moves one thing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.models.cloth_noise import CHANNELS as NOISES

CLOTHS = (
    "plain", "stripes", "pinstripes", "checks", "gingham", "dots", "floral", "leaves", "zigzag", "melange", "photo",
)  # fmt: skip


# how often a pattern repeats over a tile, coarse and fine; whole numbers, since a tile has no seam
REPEATS: dict[str, tuple[int, int]] = {
    "stripes": (4, 18), "pinstripes": (7, 18), "checks": (2, 8), "gingham": (6, 18), "dots": (2, 6), "zigzag": (4, 10),
    "floral": (2, 4), "leaves": (2, 5), "photo": (1, 3),
}  # fmt: skip


def repeats_of(kind: str, z: float) -> int:
    """How often a cloth of a kind repeats over a tile, from a number drawn from N(0, 1): low is coarse."""
    low, high = REPEATS.get(kind, (1, 1))
    return round(low * (high / low) ** (0.5 * (1 + math.erf(z / math.sqrt(2)))))


@dataclass(frozen=True)
class OutlineParams:
    """Sizes of the outline generator."""

    latent: int = 16
    codes: int = 5  # length, sleeve or rise, flare, fit, neck or leg
    labels: int = 14
    coefficients: int = 24  # principal components of an outline; 20 leave 2 mm on average
    details: int = 35
    width: int = 192


class OutlineGenerator(nn.Module):
    """z (B, latent), codes (B, codes), label one-hot (B, labels) -> (B, coefficients + details).

    Coefficients are whitened principal components of the outline's points; details are 0..1.
    """

    def __init__(self, params: OutlineParams) -> None:
        super().__init__()
        self.params = params
        p = params
        sizes = (p.latent + p.codes + p.labels, p.width, p.width, p.width)
        self.body = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))
        self.out = nn.Linear(p.width, p.coefficients + p.details)

    def forward(self, z: Tensor, codes: Tensor, label: Tensor) -> Tensor:
        x = torch.cat([z, codes, label], 1)
        for layer in self.body:
            x = F.leaky_relu(layer(x), 0.2)
        out = self.out(x)
        c = self.params.coefficients
        return torch.cat([out[:, :c], torch.sigmoid(out[:, c:])], 1)


@dataclass(frozen=True)
class ClothParams:
    """Sizes of the cloth generator."""

    latent: int = 48  # of the pattern
    colour_latent: int = 16
    codes: int = 3  # InfoGAN's, found and not given
    classes: int = len(CLOTHS)
    style: int = 96
    waves: int = 96  # integer frequencies over a pattern's cell, each with sine and cosine
    highest: int = 16  # of them; edges are then a thirtieth of the cell wide
    width: int = 64
    layers: int = 3
    palette: int = 4
    seed: int = 3  # of the frequencies
    noises: int = NOISES  # sorts of noise that make a cloth uneven


class ModulatedPoint(nn.Module):
    """A 1x1 convolution on points (B, N, C) whose input is scaled by the style and whose output is brought back to
    unit size (Karras et al. 2020, eq. 1 and 3)."""

    def __init__(self, cin: int, cout: int, style: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(cin, cout))
        self.bias = nn.Parameter(torch.zeros(cout))
        self.scale = nn.Linear(style, cin)
        nn.init.normal_(self.scale.weight, std=(0.5 / style) ** 0.5)
        nn.init.ones_(self.scale.bias)

    def forward(self, x: Tensor, style: Tensor, *, demodulate: bool = True) -> Tensor:
        s = self.scale(style)
        weight = self.weight / self.weight.shape[0] ** 0.5 * s[:, :, None]
        if demodulate:
            weight = weight * torch.rsqrt(weight.square().sum(1, keepdim=True) + 1e-8)
        return torch.baddbmm(self.bias[None, None], x, weight)


class ClothGenerator(nn.Module):
    """Cloth at any points of a tile that repeats: each point by itself (as in CIPS, Anokhin et al. 2021), from waves
    whose frequencies are whole numbers over the tile, so that it has no seam.

    The pattern says how much of each of four dyes is where; the dyes come from a latent of their own, so that colour
    and pattern are moved apart.
    """

    waves: Tensor

    def __init__(self, params: ClothParams) -> None:
        super().__init__()
        self.params = params
        p = params
        self.register_buffer("waves", torch.from_numpy(_frequencies(p)), persistent=False)
        self.pattern_style = nn.Sequential(
            nn.Linear(p.latent + p.codes + p.classes, p.style), nn.LeakyReLU(0.2), nn.Linear(p.style, p.style),
            nn.LeakyReLU(0.2), nn.Linear(p.style, p.style),
        )  # fmt: skip
        self.dyes = nn.Sequential(
            nn.Linear(p.colour_latent + p.classes, p.style), nn.LeakyReLU(0.2), nn.Linear(p.style, p.style),
            nn.LeakyReLU(0.2), nn.Linear(p.style, 3 * p.palette),
        )  # fmt: skip
        sizes = (2 * p.waves, *[p.width] * p.layers)
        self.layers = nn.ModuleList(ModulatedPoint(a, b, p.style) for a, b in pairwise(sizes))
        self.uneven = nn.ModuleList(ModulatedPoint(p.noises, p.width, p.style) for _ in range(p.layers))
        for part in self.uneven:
            nn.init.normal_(part.weight, std=0.1)  # a cloth begins almost even
        self.shares = ModulatedPoint(p.width, p.palette, p.style)
        self.tone = ModulatedPoint(p.width, 1, p.style)
        self.sharp = nn.Linear(p.style, 1)
        for styles in (self.pattern_style, self.dyes):  # PyTorch's own start makes every style nearly the same
            for layer in styles:
                if isinstance(layer, nn.Linear):
                    nn.init.kaiming_normal_(layer.weight, 0.2)

    def styles(self, z: Tensor, codes: Tensor, kind: Tensor) -> Tensor:
        """The pattern's style (B, style) from z (B, latent) ~ N(0, 1), codes (B, codes) -1..1, kind one-hot."""
        z = z * torch.rsqrt(z.square().mean(1, keepdim=True) + 1e-8)
        return self.pattern_style(torch.cat([z, codes, kind], 1))

    def colours(self, z: Tensor, kind: Tensor) -> Tensor:
        """The dyes (B, palette, 3), sRGB 0..1, from z (B, colour_latent) ~ N(0, 1)."""
        return torch.sigmoid(self.dyes(torch.cat([z, kind], 1))).view(len(z), self.params.palette, 3)

    def paint(self, style: Tensor, points: Tensor, noise: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """How much of each dye is where, and how much lighter or darker.

        Args:
            style: (B, style). points: (B, N, 2) or (1, N, 2), in cells of the pattern.
            noise: (B, N, noises) of ``tile_noise``; None: an even cloth.

        Returns:
            shares (B, N, palette), summing to 1, and tone (B, N, 1) around 0.
        """
        # written out: a product of matrices may be rounded to half precision, and phases cannot be
        phase = 2 * np.pi * (points[..., :1] * self.waves[:, 0] + points[..., 1:] * self.waves[:, 1])
        x = torch.cat([phase.cos(), phase.sin()], 2)
        if len(x) != len(style):
            x = x.expand(len(style), -1, -1)
        for layer, uneven in zip(self.layers, self.uneven, strict=True):
            x = layer(x, style)
            if noise is not None:
                x = x + uneven(noise, style, demodulate=False)
            x = F.leaky_relu(x, 0.2) * 1.4
        sharp = 1 + 6 * torch.sigmoid(self.sharp(style))[:, None]
        shares = torch.softmax(self.shares(x, style) * sharp, 2)
        return shares, 0.15 * torch.tanh(self.tone(x, style))

    def forward(
        self, z: Tensor, z_colour: Tensor, codes: Tensor, kind: Tensor, points: Tensor, noise: Tensor | None = None
    ) -> Tensor:
        """Cloth (B, N, 3), sRGB 0..1, at points."""
        shares, tone = self.paint(self.styles(z, codes, kind), points, noise)
        return (shares @ self.colours(z_colour, kind) + tone).clamp(0, 1)


def _frequencies(params: ClothParams) -> np.ndarray:
    """(waves, 2) whole numbers: all of the two axes, then both at once, the low ones first."""
    along = np.arange(1, params.highest + 1)
    found = [(k, 0) for k in along] + [(0, k) for k in along]
    rng = np.random.default_rng(params.seed)
    both = [(a, b) for a in range(1, 13) for b in range(-12, 13) if b != 0]
    # nearer frequencies are likelier: most prints repeat a few times over a tile
    weight = np.array([1.0 / (a * a + b * b) ** 0.7 for a, b in both])
    chosen = rng.choice(len(both), params.waves - len(found), replace=False, p=weight / weight.sum())
    return np.array(found + [both[int(i)] for i in chosen], np.float32)


@dataclass(frozen=True)
class DrapeParams:
    """Sizes of the network that lays a garment out."""

    inputs: int = 10
    details: int = 35
    labels: int = 14
    latent: int = 16
    style: int = 96
    width: int = 56
    fold: int = 4  # full-resolution layers cost most on a CPU: the picture is folded into channels
    outputs: int = 4  # light, inside of the back, ribs, hardware


class StyledConv(nn.Module):
    """Convolution, noise, group norm, scale and shift by the style, leaky ReLU."""

    def __init__(self, cin: int, cout: int, style: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, 3, stride=stride, padding=1, bias=False)
        self.norm = nn.GroupNorm(8, cout, affine=False)
        self.style = nn.Linear(style, 2 * cout)
        self.noise = nn.Parameter(torch.full((cout,), 0.02))

    def forward(self, x: Tensor, style: Tensor, generator: torch.Generator | None = None) -> Tensor:
        x = self.conv(x)
        grain = torch.randn(len(x), 1, *x.shape[2:], generator=generator, device="cpu").to(x.device)
        x = self.norm(x + grain * self.noise[:, None, None])
        scale, shift = self.style(style).chunk(2, 1)
        return F.leaky_relu(x * (1 + scale[:, :, None, None]) + shift[:, :, None, None], 0.1)


class DrapeGenerator(nn.Module):
    """Fields of an outline -> light and layers of the garment that has it.

    Input: fields (B, inputs, H, W) of ``tryon.models.design_inputs``, details (B, details), label one-hot (B, labels),
    z (B, latent). H and W are multiples of 16. Output: (B, outputs, H, W) 0..1.
    """

    def __init__(self, params: DrapeParams) -> None:
        super().__init__()
        self.params = params
        p, w, s = params, params.width, params.style
        self.style = nn.Sequential(
            nn.Linear(p.details + p.labels + p.latent, s), nn.LeakyReLU(0.2), nn.Linear(s, s), nn.LeakyReLU(0.2)
        )
        self.first = StyledConv(p.inputs * p.fold**2, w, s)
        self.fine = StyledConv(w, w, s)
        self.down = StyledConv(w, 2 * w, s, stride=2)
        self.middle = StyledConv(2 * w, 2 * w, s)
        self.down_2 = StyledConv(2 * w, 3 * w, s, stride=2)
        self.deep = nn.ModuleList(StyledConv(3 * w, 3 * w, s) for _ in range(2))
        self.up_2 = StyledConv(5 * w, 2 * w, s)
        self.up = StyledConv(3 * w, w, s)
        self.last = StyledConv(w, w, s)
        self.out = nn.Conv2d(w, p.outputs * p.fold**2, 3, padding=1)

    def forward(
        self, fields: Tensor, details: Tensor, label: Tensor, z: Tensor, generator: torch.Generator | None = None
    ) -> Tensor:
        s = self.style(torch.cat([details, label, z], 1))
        g = generator
        x = self.fine(self.first(F.pixel_unshuffle(fields, self.params.fold), s, g), s, g)
        half = self.middle(self.down(x, s, g), s, g)
        deep = self.down_2(half, s, g)
        for layer in self.deep:
            deep = deep + layer(deep, s, g)
        half_up = F.interpolate(deep, size=half.shape[2:], mode="nearest")
        half_up = self.up_2(torch.cat([half_up, half], 1), s, g)
        full = F.interpolate(half_up, size=x.shape[2:], mode="nearest")
        full = self.last(self.up(torch.cat([full, x], 1), s, g), s, g)
        return torch.sigmoid(F.pixel_shuffle(self.out(full), self.params.fold))
