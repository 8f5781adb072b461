"""How well a simple judge tells rendered people from photographed ones.

A logistic regression (L2) on pooled EfficientNet-Lite0 features of matched crops, cross-validated. At
.5 it cannot tell them apart, at 1 it always can. Crops are matched by pose: the same framings of both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from tryon.training.pretrained import lite0_features
from tryon.types import RGBu8

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class JudgeSettings:
    """The judge; its defaults are those of the published figures."""

    folds: int = 5
    weight_decay: float = 3e-3  # of standardised features: the best of five values on held-out folds
    batch: int = 16


@dataclass(frozen=True)
class Verdict:
    """Balanced accuracy of the judge on held-out pictures with its 95% interval (normal approximation).

    scores: (N,) held-out probability of "rendered" for each picture, the rendered ones first.
    """

    accuracy: float
    interval: float
    scores: F32


class PooledFeatures(nn.Module):
    """Mean and standard deviation over the picture of the features at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        self.net = lite0_features()

    @torch.no_grad()
    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        """(B, 3, H, W) in 0..1 -> (B, D)."""
        maps = self.net(pictures * 2 - 1)[2:]
        pooled = [stat for m in maps for stat in (m.mean((2, 3)), m.std((2, 3)))]
        return torch.cat(pooled, 1)


def features_of(pictures: Sequence[RGBu8], net: PooledFeatures, batch: int = 16) -> F32:
    """Features (N, D) of pictures (H, W, 3) uint8, all of one size."""
    out = []
    for start in range(0, len(pictures), batch):
        stack = np.stack(pictures[start : start + batch]).astype(np.float32) / 255
        out.append(net(torch.from_numpy(stack).permute(0, 3, 1, 2)).numpy())
    return np.concatenate(out)


def tell_apart(rendered: F32, real: F32, settings: JudgeSettings = JudgeSettings()) -> Verdict:
    """Cross-validate the judge on features (N, D) and (M, D).

    Raises:
        ValueError: fewer than two pictures a fold on a side.
    """
    if min(len(rendered), len(real)) < 2 * settings.folds:
        raise ValueError(f"{len(rendered)} and {len(real)} pictures are too few for {settings.folds} folds")
    x = np.concatenate([rendered, real]).astype(np.float64)
    y = np.concatenate([np.ones(len(rendered)), np.zeros(len(real))])
    order = np.random.default_rng(0).permutation(len(x))
    fold = np.empty(len(x), int)
    fold[order] = np.arange(len(x)) % settings.folds
    scores = np.zeros(len(x), np.float32)
    for k in range(settings.folds):
        train, test = fold != k, fold == k
        mean, std = x[train].mean(0), x[train].std(0) + 1e-6
        weights = _fit((x[train] - mean) / std, y[train], settings.weight_decay)
        scores[test] = 1 / (1 + np.exp(-(_with_bias((x[test] - mean) / std) @ weights)))
    hit = (scores > 0.5) == (y > 0.5)
    p, q = hit[: len(rendered)].mean(), hit[len(rendered) :].mean()
    variance = p * (1 - p) / len(rendered) + q * (1 - q) / len(real)
    return Verdict(float((p + q) / 2), float(1.96 * np.sqrt(variance) / 2), scores)


def _with_bias(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.concatenate([x, np.ones((len(x), 1))], 1)


def _fit(x: NDArray[np.float64], y: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Weights (D + 1,) of the regression, both classes counting alike."""
    data, target = torch.from_numpy(_with_bias(x)), torch.from_numpy(y)
    share = torch.from_numpy(np.where(y > 0.5, 0.5 / y.mean(), 0.5 / (1 - y.mean())))
    weights = torch.zeros(data.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=120, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(data @ weights, target, weight=share)
        total = loss + decay * weights[:-1].square().sum()
        total.backward()
        return total

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return weights.detach().numpy()
