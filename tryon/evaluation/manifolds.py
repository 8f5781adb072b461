"""How much of what was made looks real, and how much of what is real can be made."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


def precision_recall(real: F32, made: F32, k: int = 3) -> tuple[float, float]:
    """Improved precision and recall (Kynkaanniemi et al. 2019, eq. 1 and 2).

    Args:
        real: (N, C) features of real pictures. made: (M, C) of generated ones; both at least k + 1.
        k: a set's manifold is the union of balls around its members that reach their k-th neighbour.

    Returns:
        The share of made ones inside the real manifold, and of real ones inside the made manifold.
    """
    across = np.sqrt(np.maximum(_squares(made, real), 0))
    reach_real, reach_made = _reach(real, k), _reach(made, k)
    precision = float((across <= reach_real[None, :]).any(1).mean())
    recall = float((across <= reach_made[:, None]).any(0).mean())
    return precision, recall


def nearest(made: F32, real: F32) -> tuple[NDArray[np.int64], F32]:
    """The nearest real row (M,) of each made one, and its distance (M,)."""
    across = _squares(made, real)
    rows = across.argmin(1)
    return rows, np.sqrt(np.maximum(across[np.arange(len(made)), rows], 0)).astype(np.float32)


def _squares(a: F32, b: F32) -> NDArray[np.float64]:
    a64, b64 = a.astype(np.float64), b.astype(np.float64)
    out: NDArray[np.float64] = np.square(a64).sum(1)[:, None] + np.square(b64).sum(1)[None] - 2 * a64 @ b64.T
    return out


def _reach(rows: F32, k: int) -> NDArray[np.float64]:
    apart = np.sqrt(np.maximum(_squares(rows, rows), 0))
    return np.asarray(np.partition(apart, k, axis=1)[:, k])  # the 0th is the row itself
