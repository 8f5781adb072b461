"""Precision and recall know a copy, a stranger and a collapsed generator."""

from __future__ import annotations

import numpy as np

from tryon.evaluation.manifolds import nearest, precision_recall


def cloud(seed: int, count: int = 300, at: float = 0.0, size: float = 1.0) -> np.ndarray:
    return (at + size * np.random.default_rng(seed).standard_normal((count, 6))).astype(np.float32)


def test_alike_far_off_and_collapsed() -> None:
    alike = precision_recall(cloud(0), cloud(1))
    assert min(alike) > 0.7
    assert precision_recall(cloud(0), cloud(1, at=50.0)) == (0.0, 0.0)
    precision, recall = precision_recall(cloud(0), cloud(1, size=0.05))
    assert precision > 0.9
    assert recall < 0.1
    precision, recall = precision_recall(cloud(0), cloud(1, size=6.0))
    assert precision < 0.2
    assert recall > 0.6


def test_the_nearest() -> None:
    real = cloud(2, 40)
    rows, apart = nearest(real[[7, 3]] + np.float32(1e-3), real)
    assert rows.tolist() == [7, 3]
    assert float(apart.max()) < 0.01
