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


def discriminator_loss(
    real: Tensor, fake: Tensor, kind: GanKind = "nonsaturating", weight: Tensor | None = None
) -> Tensor:
    """Scalar loss of the discriminator from its logits on real and generated pictures.

    ``weight``, of the logits' shape, says how much each patch counts in the expectation; None: all alike.
    """
    if kind == "nonsaturating":
        return _mean(F.softplus(-real), weight) + _mean(F.softplus(fake), weight)
    if kind == "lsgan":
        return 0.5 * (_mean((real - 1).square(), weight) + _mean(fake.square(), weight))
    return _mean(F.relu(1 - real), weight) + _mean(F.relu(1 + fake), weight)


def generator_loss(fake: Tensor, kind: GanKind = "nonsaturating", weight: Tensor | None = None) -> Tensor:
    """Scalar adversarial loss of the generator from the discriminator's logits on its pictures."""
    if kind == "nonsaturating":
        return _mean(F.softplus(-fake), weight)
    if kind == "lsgan":
        return 0.5 * _mean((fake - 1).square(), weight)
    return _mean(-fake, weight)


def patch_weight(invented: Tensor, patches: Tensor) -> Tensor:
    """How much each patch counts: the share of it that the generator invents, and a little for the rest.

    Most patches are the photo's own pixels in both pictures; counted alike they drown the game.

    Args:
        invented: (B, 1, H, W) 0..1. patches: logits (B, 1, h, w), for their size.
    """
    return F.adaptive_avg_pool2d(invented, patches.shape[2:]) + 0.02


def _mean(values: Tensor, weight: Tensor | None) -> Tensor:
    return values.mean() if weight is None else (values * weight).sum() / weight.sum()


def feature_matching_loss(real: list[Tensor], fake: list[Tensor]) -> Tensor:
    """Mean L1 between the discriminator's features of real and generated pictures (Wang et al. 2018, eq. 4)."""
    return torch.stack([F.l1_loss(f, r.detach()) for r, f in zip(real, fake, strict=True)]).mean()


def weighted_l1(picture: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """L1 with a weight for each pixel, divided by the weights' sum: pictures (B, 3, H, W), weight (B, 1, H, W)."""
    return ((picture - target).abs().mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1.0)
