"""The designer's discriminators; needed for training alone."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tryon.models.designer import ClothParams, OutlineParams


def batch_spread(x: Tensor) -> Tensor:
    """x (B, C) with the batch's mean spread as one more column (Karras et al. 2018, sec. 3): sees copies."""
    spread = x.std(0, unbiased=False).mean().expand(len(x), 1)
    return torch.cat([x, spread], 1)


class OutlineJudge(nn.Module):
    """Coefficients and details (B, coefficients + details), label one-hot (B, labels) -> logits (B, 1)."""

    def __init__(self, params: OutlineParams, width: int = 256) -> None:
        super().__init__()
        size = params.coefficients + params.details + params.labels
        self.first = nn.Linear(size, width)
        self.second = nn.Linear(width, width)
        self.third = nn.Linear(width + 1, width // 2)
        self.judge = nn.Linear(width // 2, 1)

    def forward(self, outline: Tensor, label: Tensor) -> Tensor:
        x = F.leaky_relu(self.first(torch.cat([outline, label], 1)), 0.2)
        x = batch_spread(F.leaky_relu(self.second(x), 0.2))
        return self.judge(F.leaky_relu(self.third(x), 0.2))


class ClothJudge(nn.Module):
    """Swatch (B, 3, 64, 64) 0..1, class one-hot -> logits (B, 1) and the codes it seems drawn with (B, codes).

    The class is judged by projection (Miyato and Koyama 2018); the codes are InfoGAN's Q (Chen et al. 2016).
    """

    def __init__(self, params: ClothParams, width: int = 40) -> None:
        super().__init__()
        w = width
        self.layers = nn.ModuleList(
            nn.Conv2d(a, b, k, stride=s, padding=1)
            for a, b, k, s in ((12, w, 3, 1), (w, 2 * w, 4, 2), (2 * w, 3 * w, 4, 2), (3 * w, 4 * w, 4, 2))
        )
        self.dense = nn.Linear(4 * w * 16 + 1, 192)
        self.judge = nn.Linear(192, 1)
        self.kinds = nn.Linear(params.classes, 192, bias=False)
        self.codes = nn.Sequential(nn.Linear(4 * w * 16, 96), nn.LeakyReLU(0.2), nn.Linear(96, params.codes))

    def forward(self, swatch: Tensor, kind: Tensor) -> tuple[Tensor, Tensor]:
        x = F.pixel_unshuffle(swatch * 2 - 1, 2)
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
        flat = x.flatten(1)
        h = F.leaky_relu(self.dense(batch_spread(flat)), 0.2)
        return self.judge(h) + (h * self.kinds(kind)).sum(1, keepdim=True) / 14, self.codes(flat)
