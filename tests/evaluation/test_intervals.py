"""Intervals hold their mean, shrink with more examples, and pairs of variants are resampled together."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.evaluation.intervals import mean_intervals, ratio_intervals


def test_an_interval_holds_the_mean_and_has_the_right_width() -> None:
    values = np.random.default_rng(1).normal(5, 2, (400, 2))
    out = mean_intervals(values, ["a", "b"])
    for k, (mean, low, high) in enumerate(out.values()):
        assert mean == pytest.approx(values[:, k].mean())
        assert low < mean < high
        assert high - low == pytest.approx(2 * 1.96 * 2 / 20, rel=0.15)
    narrow = mean_intervals(values[:25], ["a", "b"])["a"]
    assert narrow[2] - narrow[1] > 2 * (out["a"][2] - out["a"][1])


def test_missing_values_are_left_out() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    assert mean_intervals(values, ["a", "b"]) == {"a": [2.0, 1.0, 3.0]}


def test_a_ratio_on_the_same_examples_is_sure_where_the_means_are_not() -> None:
    base = np.random.default_rng(2).uniform(0.1, 4, (50, 1))
    ratio, low, high = ratio_intervals(0.5 * base, base, ["r"])["r"]
    assert (ratio, low, high) == pytest.approx((0.5, 0.5, 0.5))
    assert ratio_intervals(base, base * 0, ["r"]) == {}
    base[3] = np.nan
    assert ratio_intervals(0.5 * base, base, ["r"])["r"][0] == pytest.approx(0.5)
