"""The spline interpolates, reproduces affine maps, and refuses what has no answer."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.errors import BadRequestError
from tryon.geometry.tps import fit_tps

SQUARE = np.array([[0, 0], [100, 0], [100, 80], [0, 80], [40, 30]], float)


def scattered(seed: int, count: int = 12) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 500, (count, 2))


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_passes_through_its_points(seed):
    source, target = scattered(seed), scattered(seed + 1)
    spread = np.linalg.norm(source[:, None] - source[None], axis=-1) + 1e3 * np.eye(len(source))
    if spread.min() < 5:  # nearly coincident points cannot go two ways
        return
    assert np.abs(fit_tps(source, target)(source) - target).max() < 1e-2


@given(st.integers(0, 10_000), st.floats(0, 2))
@settings(max_examples=25, deadline=None)
def test_reproduces_affine_maps_everywhere_whatever_the_smoothing(seed, smoothing):
    rng = np.random.default_rng(seed)
    matrix, shift = rng.uniform(-2, 2, (2, 2)), rng.uniform(-100, 100, 2)
    source = scattered(seed)
    far = rng.uniform(-500, 1500, (50, 2))
    spline = fit_tps(source, source @ matrix.T + shift, smoothing)
    assert np.abs(spline(far) - (far @ matrix.T + shift)).max() < 0.05


def test_identity_keeps_points():
    points = scattered(3)
    assert np.abs(fit_tps(SQUARE, SQUARE)(points) - points).max() < 1e-2


def test_smoothing_bends_less():
    target = SQUARE.copy()
    target[4] += 20
    exact, smooth = fit_tps(SQUARE, target), fit_tps(SQUARE, target, 0.5)
    assert np.abs(smooth.weights).sum() < np.abs(exact.weights).sum()
    assert np.linalg.norm(smooth(SQUARE[4]) - target[4]) > 1


def test_coincident_points_are_averaged():
    source = np.concatenate([SQUARE, SQUARE[:1]])
    target = np.concatenate([SQUARE, SQUARE[:1] + 10])
    assert np.allclose(fit_tps(source, target)(SQUARE[0]), SQUARE[0] + 5, atol=1e-2)


def test_keeps_the_shape_of_its_input_and_its_inputs():
    source, target = SQUARE.copy(), SQUARE * 2
    spline = fit_tps(source, target)
    assert spline(np.zeros((4, 7, 2))).shape == (4, 7, 2)
    assert spline([1.0, 2.0]).dtype == np.float32
    assert (source == SQUARE).all()
    assert (target == SQUARE * 2).all()


@pytest.mark.parametrize(
    "source",
    [
        [[0, 0], [1, 1]],
        [[0, 0], [1, 1], [2, 2], [3, 3]],
        [[0, 0], [1, 0], [0, np.nan]],
        [0, 1, 2],
    ],
)
def test_refuses_points_without_an_answer(source):
    with pytest.raises(BadRequestError, match="spline"):
        fit_tps(source, source)


def test_refuses_lists_of_different_length():
    with pytest.raises(BadRequestError, match=r"\(5, 2\)"):
        fit_tps(SQUARE, SQUARE[:4])
