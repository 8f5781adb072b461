"""The live network's losses, and the picture that they judge."""

from __future__ import annotations

import torch
from torch import Tensor

from tryon.models import live
from tryon.models.generator import LAYERS, SHARPNESS, compose
from tryon.models.live import LiveDrawn
from tryon.training.generator_data import UNTOLD
from tryon.training.live_lessons import Lesson

GARMENT_LAYER = LAYERS.index("garment")


def picture_of(fine: Tensor, drawn: LiveDrawn) -> Tensor:
    """The finished picture (B, 3, h, w) of a drawing, with the garment where it was moved to."""
    parts = fine[:, live.AGNOSTIC], fine[:, live.REGION], drawn.garment[:, :3]
    return compose(*parts, drawn.rendering, drawn.mask, drawn.shading)


def trusted(picture: Tensor, k: Lesson) -> Tensor:
    """(B, 1, 1, 1) 1 for examples in which the teacher's picture is nearer to the truth than the student's."""
    region = k.fine[:, live.REGION]
    mine, theirs = (((p - k.truth).abs() * region).sum((1, 2, 3)) for p in (picture, k.picture))
    return (k.known * (theirs < mine))[:, None, None, None]


def divergence(drawn: LiveDrawn, k: Lesson, weight: Tensor) -> Tensor:
    """Kullback-Leibler distance of the student's layout from the teacher's, mean by weight (B, 1, h, w)."""
    mine = torch.log_softmax(SHARPNESS * drawn.layout, 1)
    return weighted_mean((k.shares * (k.shares.clamp_min(1e-5).log() - mine)).sum(1, keepdim=True), weight)


def cover_loss(drawn: LiveDrawn, k: Lesson, region: Tensor) -> Tensor:
    """Of garments that the coarse warp laid: mean difference of what they cover when moved from what they should."""
    own = (k.layout == GARMENT_LAYER).float().unsqueeze(1)
    weight = region * (k.layout != UNTOLD).float().unsqueeze(1) * (1 - k.exact)[:, None, None, None]
    return weighted_mean((drawn.garment[:, 3:4] - own).abs(), weight)


def weighted_mean(maps: Tensor, weight: Tensor) -> Tensor:
    """Mean of maps (B, C, h, w) over the channels and by weight (B, 1, h, w) over the rest."""
    return (maps.mean(1, keepdim=True) * weight).sum() / weight.sum().clamp_min(1.0)


def bending(displacement: Tensor) -> Tensor:
    """Mean absolute second difference of a field (B, 2, h, w), both ways."""
    across, down = displacement.diff(n=2, dim=3), displacement.diff(n=2, dim=2)
    return across.abs().mean() + down.abs().mean()


def lost_garment(drawn: LiveDrawn) -> Tensor:
    """Share of the moved garment's own pixels that the drawing does not keep."""
    alpha = drawn.garment[:, 3:4]
    return ((alpha - drawn.mask) * alpha).sum() / alpha.sum().clamp_min(1.0)


def roughness(maps: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels, both ways."""
    return maps.diff(dim=2).abs().mean() + maps.diff(dim=3).abs().mean()
