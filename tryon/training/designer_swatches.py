"""What the cloth's game is played on: swatches made and real, augmented alike, and how a pattern stands out."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from tryon.models.cloth_noise import CHANNELS, tile_noise
from tryon.models.designer import CLOTHS, ClothGenerator, repeats_of
from tryon.training.designer_data import PHOTO, Swatches

TILE_PX = 128  # pixels of a repeat: 25.6 cm at the swatches' 5 a centimetre
SWATCH = 64
PHOTO_SHARE = 0.6  # of a batch: drawn patterns are also held by regression
BINS = 8  # of photographed swatches by contrast; each is as likely, since most photographed cloth is plain
TILES = 40  # of noise in store: 1 MB each


class NoiseStore:
    """Tiles of noise that are drawn once and shown from any corner."""

    def __init__(self, generator: torch.Generator, tiles: int = TILES) -> None:
        self._tiles = tile_noise(TILE_PX, [generator] * tiles).view(tiles, TILE_PX, TILE_PX, CHANNELS)

    def squares(self, count: int, corner: tuple[int, int], generator: torch.Generator, size: int = SWATCH) -> Tensor:
        """Noise (count, size * size, CHANNELS) of random tiles, at a corner (x, y) and a random shift of each."""
        pick = torch.randint(len(self._tiles), (count,), generator=generator)
        shift = torch.randint(TILE_PX, (count, 2), generator=generator)
        along = torch.arange(size)
        y = (along[None] + corner[1] + shift[:, :1]) % TILE_PX
        x = (along[None] + corner[0] + shift[:, 1:]) % TILE_PX
        found = self._tiles[pick[:, None, None], y[:, :, None], x[:, None, :]]
        return found.reshape(count, size * size, CHANNELS)


def grid(offset: tuple[int, int], size: int = SWATCH) -> Tensor:
    """Points (1, size * size, 2) of a square of the tile whose corner is at offset, in tiles."""
    y, x = torch.meshgrid(torch.arange(size) + offset[1], torch.arange(size) + offset[0], indexing="ij")
    return (torch.stack([x, y], -1).float().reshape(1, -1, 2) + 0.5) / TILE_PX


def draw(net: ClothGenerator, kind: Tensor, store: NoiseStore, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Swatches (B, 3, 64, 64) of kinds (B, classes), and the codes (B, codes) they were drawn with."""
    p, count = net.params, len(kind)
    z = torch.randn(count, p.latent, generator=generator)
    z_colour = torch.randn(count, p.colour_latent, generator=generator)
    codes = torch.rand(count, p.codes, generator=generator) * 2 - 1
    corner = torch.randint(TILE_PX, (2,), generator=generator)
    at = (int(corner[0]), int(corner[1]))
    repeats = [repeats_of(CLOTHS[int(k)], float(a)) for k, a in zip(kind.argmax(1), z[:, 0], strict=True)]
    points = grid(at) * torch.tensor(repeats).view(-1, 1, 1)
    flat = net(z, z_colour, codes, kind, points, store.squares(count, at, generator))
    return flat.transpose(1, 2).reshape(count, 3, SWATCH, SWATCH).float(), codes


def augment(x: Tensor, generator: torch.Generator) -> Tensor:
    """Brightness, contrast, a shift and mirrors, the same kind for real and made; differentiable (DiffAugment)."""
    b = len(x)
    x = x + (torch.rand(b, 1, 1, 1, generator=generator) - 0.5) * 0.2
    mean = x.mean((1, 2, 3), keepdim=True)
    x = (x - mean) * (0.8 + 0.4 * torch.rand(b, 1, 1, 1, generator=generator)) + mean
    dy, dx = (int(v) for v in torch.randint(-6, 7, (2,), generator=generator))
    x = torch.roll(F.pad(x, (6, 6, 6, 6), mode="reflect"), (dy, dx), (2, 3))[:, :, 6:-6, 6:-6]
    across, down = (bool(v) for v in torch.randint(2, (2,), generator=generator))
    x = x.flip(3) if across else x
    return x.flip(2) if down else x


def contrast(x: Tensor) -> Tensor:
    """How strongly patterns stand out, threads aside: log of the spread (B,) of swatches (B, 3, H, W) 0..1."""
    return (F.avg_pool2d(x, 2).flatten(2).var(2).mean(1) + 1e-5).log() / 2


class RealCloth:
    """Real swatches, drawn ones of all kinds alike, photographed ones of all contrasts alike."""

    def __init__(self, data: Swatches) -> None:
        self.data = data
        self._drawn, self._photo = np.flatnonzero(data.kind != PHOTO), np.flatnonzero(data.kind == PHOTO)
        self._bins: list[NDArray[np.int64]] = []
        self.low, self.high = -4.0, -1.0
        if len(self._photo):
            strength = contrast(self._pictures(self._photo)).numpy()
            self.low, self.high = (float(v) for v in np.quantile(strength, (0.03, 0.985)))
            number = np.clip((strength - self.low) / max(self.high - self.low, 1e-3) * BINS, 0, BINS - 1).astype(int)
            self._bins = [self._photo[number == k] for k in range(BINS) if (number == k).any()]

    def _pictures(self, rows: NDArray[np.int64]) -> Tensor:
        return torch.from_numpy(self.data.pictures[rows].astype(np.float32) / 255).permute(0, 3, 1, 2)

    def pick(self, count: int, rng: np.random.Generator, share: float = PHOTO_SHARE) -> tuple[Tensor, Tensor]:
        """Swatches (B, 3, 64, 64) 0..1 and their kinds (B,); a share of them photographed, as far as there are any."""
        rows = []
        for _ in range(count):
            if self._bins and (rng.random() < share or not len(self._drawn)):
                rows.append(int(rng.choice(self._bins[int(rng.integers(len(self._bins)))])))
            else:
                rows.append(int(rng.choice(self._drawn)))
        chosen = np.array(rows, np.int64)
        return self._pictures(chosen), torch.from_numpy(self.data.kind[chosen])

    def strength_code(self, x: Tensor) -> Tensor:
        """The first code (B,) that swatches seem drawn with: -1 the plainest of the photographed, 1 the boldest."""
        return (contrast(x) - self.low) / max(self.high - self.low, 1e-3) * 2 - 1
