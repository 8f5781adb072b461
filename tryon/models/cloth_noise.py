"""Uneven thread for the designer's cloth: noise of several sizes and directions over a tile that repeats.

A network of single points can only make neighbours alike through what it is given. Waves give what is regular; noise of
many sizes gives the rest: slub, mottled dye, worn denim, motifs that differ (Henzler et al. 2020, "Learning a neural 3D
texture space from 2D exemplars", sec. 3.3).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

# knots over a tile of 25.6 cm, (down, across): from motifs of 6 cm to threads of 2 mm, then those along one direction
LATTICES = (
    (4, 4), (4, 4), (6, 6), (6, 6), (10, 10), (10, 10), (16, 16), (16, 16), (28, 28), (48, 48), (80, 80), (128, 128),
    (12, 128), (128, 12), (6, 48), (48, 6),
)  # fmt: skip
CHANNELS = len(LATTICES)


def tile_noise(size: int, generators: list[torch.Generator]) -> Tensor:
    """Noise (B, size * size, CHANNELS) of about N(0, 1) at the points of whole tiles, without a seam.

    Args:
        size: points along a tile's side. generators: one for each tile; the same one gives the same noise at any size.
    """
    planes = [
        torch.stack([_plane(lattice, size, g) for lattice in LATTICES], -1).reshape(1, size * size, CHANNELS)
        for g in generators
    ]
    return torch.cat(planes)


def _plane(lattice: tuple[int, int], size: int, generator: torch.Generator) -> Tensor:
    """One sort of noise (size, size): cubic between its knots, of unit spread."""
    down, across = lattice
    knots = torch.randn(1, 1, down, across, generator=generator)
    edge = 4
    wrapped = F.pad(knots, (edge, edge, edge, edge), mode="circular")
    grid = lambda count: ((torch.arange(size) + 0.5) / size * count + edge) / (count + 2 * edge) * 2 - 1  # noqa: E731
    y, x = torch.meshgrid(grid(down), grid(across), indexing="ij")
    plane = F.grid_sample(wrapped, torch.stack([x, y], -1)[None], mode="bicubic", align_corners=False)[0, 0]
    return 1.25 * plane  # what lies between knots varies less than they do
