"""Targets and losses of the garment network's training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from tryon.garment.network import INSIDE, MASK, POINTS
from tryon.training.garment_data import Sample

HEAT_SIGMA = 1.3  # map pixels; a corner is seen to about one input pixel


@dataclass(frozen=True)
class Targets:
    """A batch's targets as tensors; see ``Sample``."""

    mask: Tensor  # (B, h, w)
    inside: Tensor  # (B, h, w)
    mask_weight: Tensor  # (B,)
    inside_weight: Tensor  # (B,)
    points: Tensor  # (B, K, 2) map pixels, NaN unknown
    label: Tensor  # (B,), -1 unknown
    label_weight: Tensor  # (B,)
    attributes: Tensor  # (B, 5), -1 unknown
    visible: Tensor  # (B, 19) float, 1, 0, or -1 unknown

    def to(self, device: torch.device) -> Targets:
        """The same targets on another device."""
        return Targets(**{name: value.to(device) for name, value in vars(self).items()})


def collate(samples: list[Sample]) -> tuple[Tensor, Targets]:
    """Stack samples: pictures (B, 3, 256, 192) float 0..1, and targets."""
    images = torch.from_numpy(np.stack([s.image for s in samples])).permute(0, 3, 1, 2).float() / 255
    points = torch.from_numpy(np.stack([s.points for s in samples]))
    return images, Targets(
        torch.from_numpy(np.stack([s.mask for s in samples])),
        torch.from_numpy(np.stack([s.inside for s in samples])),
        torch.tensor([s.mask_weight for s in samples]),
        torch.tensor([s.inside_weight for s in samples]),
        (points + 0.5) / 2 - 0.5,
        torch.tensor([s.label for s in samples]),
        torch.tensor([s.label_weight for s in samples]),
        torch.from_numpy(np.stack([s.attributes for s in samples])),
        torch.from_numpy(np.stack([s.visible for s in samples])).float(),
    )


def _mask_loss(logits: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy and soft Dice, weighted by sample."""
    if float(weight.sum()) == 0:
        return logits.sum() * 0
    entropy = F.binary_cross_entropy_with_logits(logits, target, reduction="none").mean((1, 2))
    p = torch.sigmoid(logits)
    dice = 1 - (2 * (p * target).sum((1, 2)) + 8) / (p.sum((1, 2)) + target.sum((1, 2)) + 8)
    return ((entropy + 0.5 * dice) * weight).sum() / weight.sum()


def heat_loss(logits: Tensor, points: Tensor) -> Tensor:
    """Cross-entropy of spatial softmaxes against Gaussians at the known points.

    Args:
        logits: (B, K, h, w). points: (B, K, 2) map pixels, NaN where not known.
    """
    h, w = logits.shape[2:]
    known = torch.isfinite(points).all(-1)
    if not bool(known.any()):
        return logits.sum() * 0
    chosen, at = logits[known].reshape(-1, h * w), points[known]
    x = torch.arange(w, device=logits.device)
    y = torch.arange(h, device=logits.device)
    gx = torch.exp(-((x - at[:, :1]) ** 2) / (2 * HEAT_SIGMA**2))
    gy = torch.exp(-((y - at[:, 1:]) ** 2) / (2 * HEAT_SIGMA**2))
    gx, gy = gx / gx.sum(1, keepdim=True).clamp_min(1e-6), gy / gy.sum(1, keepdim=True).clamp_min(1e-6)
    target = (gy[:, :, None] * gx[:, None, :]).reshape(-1, h * w)
    log_p = F.log_softmax(chosen.float(), 1)
    least = 1 + math.log(2 * math.pi * HEAT_SIGMA**2)  # a Gaussian's own entropy: the loss at perfection is about 0
    return -(target * log_p).sum(1).mean() - least


def losses(dense: Tensor, heads: tuple[Tensor, ...], t: Targets) -> dict[str, Tensor]:
    """All losses, weighted as they are added."""
    dense = dense.float()
    return {
        "mask": _mask_loss(dense[:, MASK], t.mask, t.mask_weight),
        "inside": 0.6 * _mask_loss(dense[:, INSIDE], t.inside, t.inside_weight),
        "points": 0.3 * heat_loss(dense[:, POINTS:], t.points),
        "label": 0.35 * _label_loss(heads[0].float(), t),
        "attributes": 0.12 * _attribute_loss(heads[1:-1], t),
        "visible": 0.3 * _visible_loss(heads[-1].float(), t),
    }


def _label_loss(logits: Tensor, t: Targets) -> Tensor:
    known = t.label >= 0
    if not bool(known.any()):
        return logits.sum() * 0
    each = F.cross_entropy(logits[known], t.label[known], label_smoothing=0.05, reduction="none")
    return (each * t.label_weight[known]).sum() / t.label_weight[known].sum()


def _attribute_loss(heads: tuple[Tensor, ...], t: Targets) -> Tensor:
    """Sum of the heads' cross-entropies over the garments of which each is known."""
    total = heads[0].float().sum() * 0
    for k, logits in enumerate(heads):
        target = t.attributes[:, k]
        if bool((target >= 0).any()):
            total = total + F.cross_entropy(logits.float(), target, ignore_index=-1, label_smoothing=0.03)
    return total


def _visible_loss(logits: Tensor, t: Targets) -> Tensor:
    known = t.visible >= 0
    if not bool(known.any()):
        return logits.sum() * 0
    return F.binary_cross_entropy_with_logits(logits[known], t.visible[known])
