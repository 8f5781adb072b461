"""Wide gradients of light are held back, folds are not."""

from __future__ import annotations

import numpy as np

from tryon.geometry.shading import calm_shading


def _rows(values: np.ndarray, width: int = 96) -> np.ndarray:
    return np.repeat(values.astype(np.float32)[:, None], width, 1)


def test_no_shading_stays_none() -> None:
    ones = np.ones((128, 96), np.float32)
    assert np.allclose(calm_shading(ones, ones, 30), 1, atol=1e-5)


def test_a_dark_half_is_brought_near_the_other() -> None:
    shading = _rows(np.where(np.arange(128) < 64, 0.55, 1.1))
    calm = calm_shading(shading, np.ones_like(shading), 30)
    assert shading[110, 40] / shading[10, 40] > 1.9
    assert 1.0 < calm[120, 40] / calm[4, 40] < 1.4


def test_folds_keep_their_depth() -> None:
    folds = 1 - 0.2 * (np.arange(128) % 8 < 2)
    calm = calm_shading(_rows(folds), np.ones((128, 96), np.float32), 30)
    ratio = calm[40:80].min() / calm[40:80].max()
    assert abs(ratio - folds.min() / folds.max()) < 0.02


def test_only_the_garments_own_light_counts() -> None:
    shading, alpha = np.full((128, 96), 0.3, np.float32), np.zeros((128, 96), np.float32)
    alpha[40:90, 20:70] = 1
    shading[40:90, 20:70] = 0.95
    calm = calm_shading(shading, alpha, 30)
    assert abs(float(calm[60, 45]) - 0.975) < 0.01
    assert np.array_equal(calm_shading(shading, np.zeros_like(alpha), 30), shading)
