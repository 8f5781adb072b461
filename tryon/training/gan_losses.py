"""The two players' losses.

Goodfellow et al. 2014 in the non-saturating form: L_D = -E[log D(x)] - E[log(1 - D(G))],
L_G = -E[log D(G)]; least squares (Mao et al. 2017) and hinge (Lim and Ye 2017) as options. With logits l,
log D = -softplus(-l) and log(1 - D) = -softplus(l).
"""

from __future__ import annotations

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

GanKind = Literal["nonsaturating", "lsgan", "hinge"]


def discriminator_loss(real: Tensor, fake: Tensor, kind: GanKind = "nonsaturating") -> Tensor:
    """Scalar loss of the discriminator from its logits on real and generated pictures."""
    if kind == "nonsaturating":
        return F.softplus(-real).mean() + F.softplus(fake).mean()
    if kind == "lsgan":
        return 0.5 * ((real - 1).square().mean() + fake.square().mean())
    return F.relu(1 - real).mean() + F.relu(1 + fake).mean()


def generator_loss(fake: Tensor, kind: GanKind = "nonsaturating") -> Tensor:
    """Scalar adversarial loss of the generator from the discriminator's logits on its pictures."""
    if kind == "nonsaturating":
        return F.softplus(-fake).mean()
    if kind == "lsgan":
        return 0.5 * (fake - 1).square().mean()
    return -fake.mean()


def feature_matching_loss(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Mean L1 between the discriminator's features of real and generated pictures (Wang et al. 2018, eq. 4)."""
    return torch.stack([F.l1_loss(f, r.detach()) for r, f in zip(real, fake, strict=True)]).mean()


def weighted_l1(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """L1 with a weight for each pixel, divided by the weights' sum: pictures (B, 3, H, W), weight (B, 1, H, W)."""
    return ((picture - target).abs().mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1.0)
