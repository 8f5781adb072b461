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
    """Swatch (B, 3, 64, 64) 0..1, class one-hot -> logits (B, N) and the codes it seems drawn with (B, codes).

    It judges in the features of a network that was trained on photos and stays as it is, mixed over channels and
    scales by fixed random weights (Projected GANs, Sauer et al. 2021, sec. 3): a plain one had told stripes from dots
    after a thousand steps no better than before. The class is judged by projection (Miyato and Koyama 2018); the codes
    are InfoGAN's Q (Chen et al. 2016).
    """

    def __init__(self, params: ClothParams, backbone: nn.Module, channels: tuple[int, ...], width: int = 48) -> None:
        """Take the network whose features are judged.

        Args:
            params: for the number of classes and codes. backbone: (B, 3, H, W) in -1..1 -> maps of these channels, each
                half as large as the last; its weights are not changed. width: of the heads.
        """
        super().__init__()
        self.backbone = [backbone]  # in a list, so that it is no part of this module's state
        generator = torch.Generator().manual_seed(7)
        mixed = 64
        for i, c in enumerate(channels):
            self.register_buffer(f"mix_{i}", torch.randn(mixed, c, 1, 1, generator=generator) * (1.0 / c) ** 0.5)
            self.register_buffer(
                f"down_{i}", torch.randn(mixed, mixed, 1, 1, generator=generator) * (0.5 / mixed) ** 0.5
            )
        self.scales = len(channels)
        norm = nn.utils.parametrizations.spectral_norm
        self.heads = nn.ModuleList(norm(nn.Conv2d(mixed, width, 3, padding=1)) for _ in channels)
        self.judges = nn.ModuleList(norm(nn.Conv2d(width, 1, 1)) for _ in channels)
        self.kinds = nn.ModuleList(nn.Linear(params.classes, width, bias=False) for _ in channels)
        self.codes = nn.Sequential(nn.Linear(2 * mixed, 96), nn.LeakyReLU(0.2), nn.Linear(96, params.codes))

    def forward(self, swatch: Tensor, kind: Tensor) -> tuple[Tensor, Tensor]:
        maps = self.backbone[0](swatch * 2 - 1)
        logits, coarse = [], None
        for i in range(self.scales - 1, -1, -1):
            x = F.conv2d(maps[i], getattr(self, f"mix_{i}"))
            if coarse is not None:
                up = F.interpolate(coarse, size=x.shape[2:], mode="nearest")
                x = x + F.conv2d(up, getattr(self, f"down_{i}"))
            coarse = x
            h = F.leaky_relu(self.heads[i](x), 0.2)
            by_kind = (h * self.kinds[i](kind)[:, :, None, None]).sum(1, keepdim=True) / h.shape[1] ** 0.5
            logits.append((self.judges[i](h) + by_kind).flatten(1).mean(1, keepdim=True))
        assert coarse is not None
        pooled = torch.cat([coarse.mean((2, 3)), coarse.std((2, 3))], 1)
        return torch.cat(logits, 1), self.codes(pooled)
