"""A small model of taste that can say why: Gaussian processes over a few readable kernels, averaged by evidence.

Each event is a noisy value of a hidden liking f(garment). f has a Gaussian process prior (Rasmussen and Williams 2006,
section 2.2) whose kernel is a mean of some *sides* of a garment: colour, pattern, cut, occasion, look. Which sides a
visitor goes by is not known: every small set of sides is a model, and the models are averaged by their marginal
likelihood (Hoeting et al. 1999). The posterior mean is a sum over events and sides, so each part of it can be told.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.studio.taste_traits import Traits, anchors_lab

SIDES = ("colour", "pattern", "cut", "occasion", "look")
F64 = NDArray[np.float64]


@dataclass(frozen=True)
class TasteSettings:
    """Numbers of the model, chosen on simulated tastes over the gallery (``tryon.evaluation.taste_figures``)."""

    colour_width: float = 18.0  # L*a*b* units: navy and black are two colours, two navies one
    colour_power: int = 3  # all cloth shares some greys; a power sets apart what shares more
    pattern_width: float = 0.35  # of the measures, which run from 0 to 1
    occasion_width: float = 0.25  # of formality and warmth: a shirt is near a blouse, far from a hoodie
    noise: float = 0.5  # standard deviation of an event around what is felt: people click by mistake, too
    level: float = 0.5  # prior standard deviation of liking things at all
    liking: float = 1.0  # prior standard deviation of liking one thing more than others
    most_sides: int = 2  # sides in one model; all of them together are a further model


@dataclass(frozen=True, eq=False)
class Opinion:
    """What the model thinks of N garments after M events.

    mean, deviation: (N,) of liking; 1 is as good as what was liked. parts: (N, M, S), of the mean, by event and side
    of ``SIDES``; they sum to the mean less ``level``. weights: (S,) how much each side counts, summing to 1.
    """

    mean: F64
    deviation: F64
    parts: F64
    level: F64
    weights: F64


class TasteModel:
    """Kernels over a fixed list of garments, and opinions after events. Holds nothing of a visitor."""

    def __init__(self, traits: Sequence[Traits], settings: TasteSettings = TasteSettings()):
        """Compare all garments with each other, side by side.

        Args:
            traits: of N garments.
            settings: of the model.
        """
        self.settings = settings
        self.kernels = np.stack(side_kernels(traits, settings))  # (S, N, N)
        sets = [
            chosen
            for size in range(1, settings.most_sides + 1)
            for chosen in itertools.combinations(range(len(SIDES)), size)
        ]
        sets.append(tuple(range(len(SIDES))))
        self._mixes = np.zeros((len(sets), len(SIDES)))
        for row, chosen in enumerate(sets):
            self._mixes[row, list(chosen)] = 1 / len(chosen)
        # simple tastes are as likely as all mixed ones together
        sizes = np.array([len(chosen) for chosen in sets])
        self._prior = np.array([1 / (sizes == size).sum() for size in sizes], np.float64)
        self._prior /= self._prior.sum()

    @property
    def likeness(self) -> F64:
        """(N, N), 0..1: how alike garments are with all sides counted the same."""
        return np.asarray(self.kernels.mean(0))

    def opinion(self, indices: Sequence[int], values: Sequence[float]) -> Opinion:
        """What to think of every garment.

        Args:
            indices: of the M garments that events were about.
            values: of the events, -1 (not for me) to 1 (liked).
        """
        s, n, m = self.settings, self.kernels.shape[1], len(indices)
        sides = len(SIDES)
        if not m:
            deviation = np.full(n, np.hypot(s.liking, s.level))
            return Opinion(np.zeros(n), deviation, np.zeros((n, 0, sides)), np.zeros(n), np.full(sides, 1 / sides))
        at, y = np.asarray(indices), np.asarray(values, np.float64)
        rows = self.kernels[:, :, at]  # (S, N, M)
        inside = rows[:, at]  # (S, M, M)
        logs, alphas, means, variances = [], [], [], []
        for mix in self._mixes:
            gram = s.liking**2 * np.tensordot(mix, inside, 1) + s.level**2 + s.noise**2 * np.eye(m)
            across = s.liking**2 * np.tensordot(mix, rows, 1) + s.level**2  # (N, M)
            root = np.linalg.cholesky(gram)
            spread = np.linalg.solve(root, np.column_stack([across.T, y]))  # (M, N + 1)
            alpha = np.linalg.solve(root.T, spread[:, -1])
            logs.append(-0.5 * y @ alpha - np.log(np.diag(root)).sum())
            alphas.append(alpha)
            means.append(across @ alpha)
            variances.append(s.liking**2 + s.level**2 - (spread[:, :-1] ** 2).sum(0))
        share = np.exp(np.array(logs) - max(logs)) * self._prior
        share /= share.sum()
        mean = share @ np.array(means)
        second = share @ (np.maximum(np.array(variances), 0) + np.array(means) ** 2)
        alone = (share[:, None] * self._mixes).T @ np.array(alphas)  # (S, M), what each event adds through each side
        return Opinion(
            mean=mean,
            deviation=np.sqrt(np.maximum(second - mean**2, 0)),
            parts=s.liking**2 * np.einsum("snm,sm->nms", rows, alone),
            level=np.full(n, s.level**2 * float((share @ np.array(alphas)).sum())),
            weights=share @ self._mixes,
        )


def side_kernels(traits: Sequence[Traits], settings: TasteSettings) -> list[F64]:
    """Likeness (N, N) in each of ``SIDES``: 1 for the same, positive semi-definite.

    Args:
        traits: of N garments.
        settings: widths.
    """
    s = settings
    return [
        _colour(traits, s),
        _pattern(traits, s),
        _cut(traits),
        _bell(np.array([[t.formality, t.warmth] for t in traits]), s.occasion_width),
        _look(traits),
    ]


def _colour(traits: Sequence[Traits], s: TasteSettings) -> F64:
    """Mean map kernel of the palettes (Smola et al. 2007) over the anchors' L*a*b* places."""
    near = _bell(anchors_lab().astype(np.float64), s.colour_width)
    palettes = np.array([t.palette for t in traits], np.float64) ** 2  # from Hellinger's roots back to shares
    return _unit(palettes @ near @ palettes.T) ** s.colour_power


def _pattern(traits: Sequence[Traits], s: TasteSettings) -> F64:
    same = _same([t.pattern for t in traits])
    return 0.6 * same + 0.4 * _bell(np.array([t.weave for t in traits], np.float64), s.pattern_width)


def _cut(traits: Sequence[Traits]) -> F64:
    """Shares of what is the same: the kind counts most, as people search by it."""
    return (
        0.25 * _same([t.category for t in traits])
        + 0.4 * _same([t.label if t.label != "not sure" else f"?{t.id}" for t in traits])
        + 0.2 * _same([f"{t.sleeve} {t.leg}" for t in traits])
        + 0.15 * _same([str(t.outer) for t in traits])
    )


def _look(traits: Sequence[Traits]) -> F64:
    """Cosine of the centred impressions, opened to 0..1 and sharpened; a garment without one is like itself alone."""
    looks = np.array([t.look for t in traits], np.float64)
    seen = np.abs(looks).sum(1) > 0
    if not seen.any():
        return np.eye(len(traits))
    looks[seen] -= looks[seen].mean(0)
    looks /= np.maximum(np.linalg.norm(looks, axis=1, keepdims=True), 1e-9)
    kernel = ((1 + looks @ looks.T) / 2) ** 4
    kernel[~seen] = kernel[:, ~seen] = 0
    kernel[np.diag_indices(len(traits))] = 1
    return np.asarray(kernel)


def _same(values: Sequence[str]) -> F64:
    names = np.array(values)
    return np.asarray(names[:, None] == names[None], np.float64)


def _bell(points: F64, width: float) -> F64:
    squares = ((points[:, None] - points[None]) ** 2).sum(2)
    return np.asarray(np.exp(-squares / (2 * width**2)))


def _unit(kernel: F64) -> F64:
    """Scaled so that each garment is like itself by 1."""
    root = np.sqrt(np.maximum(np.diag(kernel), 1e-12))
    return np.asarray(kernel / root[:, None] / root[None])
