"""The judge finds a real difference and finds none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.evaluation.realism import PooledFeatures, features_of, tell_apart


def test_it_tells_what_differs_and_not_what_does_not() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (150, 60)).astype(np.float32), rng.normal(0, 1, (150, 60)).astype(np.float32)
    same = tell_apart(a, b)
    assert abs(same.accuracy - 0.5) < 0.13
    b[:, 3] += 4
    other = tell_apart(a, b)
    assert other.accuracy > 0.9
    assert other.interval < 0.05
    assert other.scores[:150].mean() > 0.7 > 0.3 > other.scores[150:].mean()


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        tell_apart(np.zeros((4, 3), np.float32), np.zeros((40, 3), np.float32))


def test_features_do_not_depend_on_the_batch() -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 255, (64, 48, 3), dtype=np.uint8) for _ in range(3)]
    net = PooledFeatures()
    assert np.allclose(features_of(pictures, net, 3), features_of(pictures, net, 1), atol=1e-4)
