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
    """Swatch (B, 3, 64, 64) 0..1, class one-hot -> logits of small and of large patches, and the codes it seems drawn
    with (B, codes).

    A cloth is the same all over, so that every patch is an example (Isola et al. 2017, sec. 3.2.2; Bergmann et al.
    2017): one swatch gives 64 small ones of 22 pixels, and 16 large ones of 54. The class is judged by projection
    (Miyato and Koyama 2018); large patches know how alike the batch is (``batch_spread``); the codes are InfoGAN's Q
    (Chen et al. 2016).
    """

    def __init__(self, params: ClothParams, width: int = 48) -> None:
        super().__init__()
        w = width
        self.body = nn.ModuleList(
            [nn.Conv2d(3, w, 4, 2, 1), nn.Conv2d(w, 2 * w, 4, 2, 1), nn.Conv2d(2 * w, 3 * w, 4, 2, 1)]
        )
        self.large = nn.Conv2d(3 * w, 4 * w, 3, 2, 1)
        self.mixed = nn.Conv2d(4 * w + 1, 4 * w, 1)
        sizes = (3 * w, 4 * w)
        self.judges = nn.ModuleList(nn.Conv2d(c, 1, 1) for c in sizes)
        self.kinds = nn.ModuleList(nn.Linear(params.classes, c, bias=False) for c in sizes)
        self.codes = nn.Sequential(nn.Linear(8 * w, 96), nn.LeakyReLU(0.2), nn.Linear(96, params.codes))

    def forward(self, swatch: Tensor, kind: Tensor) -> tuple[list[Tensor], Tensor]:
        x = swatch * 2 - 1
        for layer in self.body:
            x = F.leaky_relu(layer(x), 0.2)
        y = F.leaky_relu(self.large(x), 0.2)
        pooled = torch.cat([y.mean((2, 3)), y.std((2, 3))], 1)
        alike = y.std(0, unbiased=False).mean().expand(len(y), 1, *y.shape[2:])
        y = F.leaky_relu(self.mixed(torch.cat([y, alike], 1)), 0.2)
        logits = []
        for h, judge, kinds in zip((x, y), self.judges, self.kinds, strict=True):
            by_kind = (h * kinds(kind)[:, :, None, None]).sum(1, keepdim=True) / h.shape[1] ** 0.5
            logits.append(judge(h) + by_kind)
        return logits, self.codes(pooled)
