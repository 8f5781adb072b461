"""Means, and how far chance alone could move them: the bootstrap (Efron 1979) over examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

BOOTSTRAPS = 1000  # resamples for each interval: its ends are then sure to about a twentieth of its width
Interval = list[float]  # mean, low, high; JSON knows no tuples
SEED = 0


def mean_intervals(values: NDArray[np.float64], names: Sequence[str]) -> dict[str, Interval]:
    """Means with 95% percentile intervals.

    Args:
        values: (N, K) one row an example; NaN where a figure does not exist for it. names: K names.

    Returns:
        ``{name: [mean, low, high]}``; a name without any value is left out.
    """
    out = {}
    for k, name in enumerate(names):
        own = values[:, k][np.isfinite(values[:, k])]
        if len(own):
            means = own[_picks(len(own))].mean(1)
            low, high = np.percentile(means, [2.5, 97.5])
            out[name] = [float(own.mean()), float(low), float(high)]
    return out


def ratio_intervals(
    values: NDArray[np.float64], base: NDArray[np.float64], names: Sequence[str]
) -> dict[str, Interval]:
    """Ratios of the mean to that of a baseline on the same examples, with 95% intervals; both are resampled together.

    Args:
        values, base: (N, K), the same examples in the same rows. names: K names.

    Returns:
        ``{name: [ratio, low, high]}``; a name without any value, or whose baseline is 0, is left out.
    """
    out = {}
    for k, name in enumerate(names):
        both = np.isfinite(values[:, k]) & np.isfinite(base[:, k])
        own, other = values[both, k], base[both, k]
        if not len(own) or other.mean() == 0:
            continue
        picks = _picks(len(own))
        below = other[picks].mean(1)
        ratios = own[picks].mean(1)[below != 0] / below[below != 0]
        low, high = np.percentile(ratios, [2.5, 97.5])
        out[name] = [float(own.mean() / other.mean()), float(low), float(high)]
    return out


def _picks(count: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(count, size=(BOOTSTRAPS, count))
