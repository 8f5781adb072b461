"""A start for the cloth generator that a CPU can afford: drawn patterns by regression, dyes by a game of their own.

From nothing, four thousand adversarial steps had not yet told stripes from dots. So the generator first learns the
patterns that are drawn by rule, from targets that say which dye is where, then plays on swatches (``designer_cloth``).
The first code is tied down here: how strongly a pattern stands out from its ground (semi-supervised InfoGAN, Spurr et
al. 2017); the other codes are left to be found.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from tryon.models.designer import CLOTHS, ClothGenerator
from tryon.models.designer_judges import batch_spread
from tryon.synth.fabrics import Fabric, paint, to_srgb
from tryon.synth.wardrobe_colours import pick_palette
from tryon.training.gan_losses import discriminator_loss, generator_loss
from tryon.types import GARMENT_LABELS

F32 = NDArray[np.float32]
TILE_PX, TILE_CM = 128, 25.6
PURE = ("#ff0000", "#00ff00", "#0000ff", "#000000")  # the dyes, so that a picture says which is where
PATTERNS = ("stripes", "pinstripes", "checks", "gingham", "dots", "zigzag", "floral", "leaves")
PRINTS = ("floral", "leaves")
SEEDS = 14  # drawings of each print that has many
FAINT = 0.3  # share of its ink that a pattern keeps where the first code is -1


@dataclass(frozen=True)
class Target:
    """One pattern. kind: index into CLOTHS. z: (latent,) what it is drawn from. shares: (T, T, 4) float32."""

    kind: int
    z: F32
    shares: F32


def pattern_targets(latent: int, seed: int = 3, only: Container[str] = PATTERNS) -> list[Target]:
    """One cell of every pattern; prints, of which there are many, have latents of their own.

    Args:
        latent: length of z. seed: of the prints. only: patterns to draw, all by default.
    """
    rng = np.random.default_rng(seed)
    plain = np.zeros((TILE_PX, TILE_PX, 4), np.float32)
    plain[..., 0] = 1
    found = [Target(CLOTHS.index(kind), np.zeros(latent, np.float32), plain) for kind in ("plain", "melange")]
    for kind in PATTERNS:
        if kind not in only:
            continue
        for drawing in range(SEEDS if kind in PRINTS else 1):
            z = np.zeros(latent, np.float32)
            if kind in PRINTS:
                z = np.random.default_rng([seed, drawing]).standard_normal(latent).astype(np.float32)
            found.append(Target(CLOTHS.index(kind), z, draw_shares(kind, 1, drawing, rng)))
    return found


def draw_shares(kind: str, count: int, seed: int, rng: np.random.Generator) -> F32:
    """Which dye is where on a tile: (T, T, 4), summing to 1."""
    fine = 2
    v, u = np.mgrid[0 : TILE_PX * fine, 0 : TILE_PX * fine].astype(np.float32) * np.float32(TILE_CM / TILE_PX / fine)
    fabric = Fabric(PURE, pattern=kind, weave="twill", scale_cm=TILE_CM / count, seed=seed)  # type: ignore[arg-type]
    colour, _ = paint(fabric, u, v, rng, TILE_PX * fine / TILE_CM)
    small = np.clip(to_srgb(cv2.resize(colour, (TILE_PX, TILE_PX), interpolation=cv2.INTER_AREA)), 0, 1) ** 2.2
    last = np.clip(1 - small.sum(-1, keepdims=True), 0, 1)
    shares = np.concatenate([small, last], -1)
    return np.asarray(shares / np.maximum(shares.sum(-1, keepdims=True), 1e-6), np.float32)


def faded(shares: Tensor, strength: Tensor) -> Tensor:
    """Shares (B, N, 4) whose inks are held back to strength (B,) 0..1: the rest is ground."""
    inks = shares[..., 1:] * strength[:, None, None]
    return torch.cat([1 - inks.sum(2, keepdim=True), inks], 2)


def strength_of(code: Tensor) -> Tensor:
    """How much ink a first code (B,) of -1..1 leaves."""
    return FAINT + (1 - FAINT) * (code.clamp(-1, 1) + 1) / 2


def regression_loss(
    net: ClothGenerator, targets: list[Target], rows: NDArray[np.int64], rng: np.random.Generator, size: int = 64
) -> Tensor:
    """Cross-entropy of the shares at a random square of each target's tile, and of the tone's size."""
    from tryon.training.designer_swatches import grid

    p = net.params
    x, y = (int(v) for v in rng.integers(0, TILE_PX - size + 1, 2))
    picks = [targets[int(i)] for i in rows]
    z = torch.from_numpy(np.stack([t.z for t in picks])) + 0.05 * torch.randn(len(rows), p.latent)
    # what is no print's own latent must not matter: noise, so that the generator learns to overlook it
    prints = torch.tensor([CLOTHS[t.kind] in PRINTS for t in picks])
    noise = torch.randn_like(z)
    z = torch.where(prints[:, None], z, noise)
    kind = torch.eye(p.classes)[[t.kind for t in picks]]
    codes = torch.rand(len(rows), p.codes) * 2 - 1
    wanted = np.stack([t.shares[y : y + size, x : x + size].reshape(-1, 4) for t in picks])
    target = faded(torch.from_numpy(wanted), strength_of(codes[:, 0]))
    shares, tone = net.paint(net.styles(z, codes, kind), grid((x, y), size), None)
    entropy = -(target * (shares + 1e-5).log()).sum(2)
    floor = -(target * (target + 1e-5).log()).sum(2)
    return (entropy - floor).mean() + 2.0 * tone.square().mean()


class DyeJudge(nn.Module):
    """Dyes (B, 12) and class (B, classes) -> logits (B, 1)."""

    def __init__(self, classes: int, size: int = 12) -> None:
        super().__init__()
        self.first = nn.Linear(size + classes, 128)
        self.second = nn.Linear(129, 128)
        self.judge = nn.Linear(128, 1)

    def forward(self, dyes: Tensor, kind: Tensor) -> Tensor:
        x = F.leaky_relu(self.first(torch.cat([dyes * 4 - 2, kind], 1)), 0.2)
        return self.judge(F.leaky_relu(self.second(batch_spread(x)), 0.2))


def train_dyes(net: ClothGenerator, steps: int, seed: int) -> float:
    """Teach the dyes' part the colours of wardrobes, by a game of its own; returns how far the judge was from even."""
    rng, generator = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    labels = list(GARMENT_LABELS)
    palettes = [pick_palette(labels[int(rng.integers(len(labels)))], rng, net.params.palette) for _ in range(3000)]
    real = torch.tensor([[int(c[k : k + 2], 16) / 255 for c in p for k in (1, 3, 5)] for p in palettes])
    judge = DyeJudge(net.params.classes, real.shape[1])
    g_opt = torch.optim.Adam(net.dyes.parameters(), 1e-3, (0.0, 0.99))
    d_opt = torch.optim.Adam(judge.parameters(), 1e-3, (0.0, 0.99))
    eye, apart = torch.eye(net.params.classes), 0.0

    def made(kind: Tensor) -> Tensor:
        z = torch.randn(len(kind), net.params.colour_latent, generator=generator)
        return net.colours(z, kind).flatten(1)

    for _ in range(steps):
        rows = torch.randint(len(real), (96,), generator=generator)
        kind = eye[torch.randint(net.params.classes, (96,), generator=generator)]
        seen = (real[rows] + 0.01 * torch.randn(96, real.shape[1], generator=generator)).requires_grad_(True)
        on_real = judge(seen, kind)
        loss = discriminator_loss(on_real, judge(made(kind).detach(), kind))
        (slope,) = torch.autograd.grad(on_real.sum(), seen, create_graph=True)
        (loss + 0.25 * slope.square().sum(1).mean()).backward()
        d_opt.step()
        d_opt.zero_grad()
        generator_loss(judge(made(kind), kind)).backward()
        g_opt.step()
        g_opt.zero_grad()
        d_opt.zero_grad()
        apart = 0.98 * apart + 0.02 * loss.item()
    return apart
