"""The cost model: more machines are faster until one dispatcher is the limit, and never cheaper a core-hour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tryon.cli_batch_rows import read_pairs
from tryon.trials.scale import Measured, cost_of, table, write_list

RUN = Measured(rows=200, failed=0, workers=2, start_s=30.0, row_s=1.8, wall_s=1.0, dispatch_s=0.005)


def test_hours_and_prices_follow_from_what_was_measured() -> None:
    one, ten, many = (cost_of(RUN, machines=n, cores=2, price=0.05) for n in (1, 10, 100))
    assert one.hours == pytest.approx((30 + 10_000 * 0.9) / 3600)
    assert one.core_hours == pytest.approx(2 * one.hours)
    assert one.price == pytest.approx(0.05 * one.core_hours)
    assert one.pairs_an_hour == pytest.approx(10_000 / one.hours)
    assert 8 < one.hours / ten.hours < 10  # the start is paid by each
    assert many.core_hours > ten.core_hours > one.core_hours
    assert cost_of(replace(RUN, dispatch_s=0.05), machines=100, cores=2, price=1).hours == pytest.approx(
        (30 + 500) / 3600
    )  # the dispatcher
    assert "| 100 |" in table([one, ten, many])


def test_the_list_has_as_many_pairs_as_asked_for(tmp_path: Path) -> None:
    write_list(tmp_path / "pairs.csv", 40)
    pairs = read_pairs(tmp_path / "pairs.csv")
    assert len(pairs) == 40
    assert all(Path(pair.person).is_file() and Path(pair.garment).is_file() for pair in pairs)
    assert len({pair.person for pair in pairs}) > 5
