"""Work on several cores: answers in order, nested calls, failures, bands that cover a picture once."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from tryon import cores
from tryon.cores import Later, in_bands, together


@pytest.fixture(params=[1, 2, 4])
def some_cores(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(cores, "CORES", request.param)
    monkeypatch.setattr(cores, "_pool", None)
    return int(request.param)


def test_answers_come_in_the_order_of_the_calls(some_cores: int) -> None:
    def slow() -> str:
        time.sleep(0.02)
        return "slow"

    assert together(slow, lambda: "b", lambda: "c") == ("slow", "b", "c")


def test_two_calls_run_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "CORES", 2)
    monkeypatch.setattr(cores, "_pool", None)
    meeting = threading.Barrier(2, timeout=10)
    assert len(together(meeting.wait, meeting.wait)) == 2  # each waits for the other


def test_calls_may_be_nested_deeper_than_there_are_threads(some_cores: int) -> None:
    def count(depth: int) -> int:
        if depth == 0:
            return 1
        return sum(together(lambda: count(depth - 1), lambda: count(depth - 1)))

    assert count(6) == 64


def test_a_failure_is_raised_and_nothing_goes_on_behind_it(some_cores: int) -> None:
    ended = []

    def fails() -> None:
        raise ValueError("first")

    def slow() -> None:
        time.sleep(0.02)
        ended.append(time.monotonic())

    with pytest.raises(ValueError, match="first"):
        together(fails, slow)
    at = time.monotonic()
    time.sleep(0.05)
    assert all(moment <= at for moment in ended)
    with pytest.raises(ValueError, match="first"):
        together(lambda: None, fails)


def test_bands_cover_a_picture_once(some_cores: int) -> None:
    for height, width in ((1, 1), (7, 5), (601, 800), (1024, 768)):
        seen = np.zeros((height, width), int)

        def add(rows: slice, seen: np.ndarray = seen) -> None:
            seen[rows] += 1

        in_bands(height, width, add)
        assert (seen == 1).all()


def test_a_later_call_is_done_once_whether_begun_or_not(some_cores: int) -> None:
    done: list[int] = []
    left = Later(lambda: done.append(1))
    assert not done
    left.answer()
    assert done == [1]
    begun = Later(lambda: done.append(2) or "answer")
    begun.begin()
    begun.begin()
    assert begun.answer() == "answer"
    assert done == [1, 2]

    def fails() -> None:
        raise ValueError("later")

    failing = Later(fails)
    failing.begin()
    with pytest.raises(ValueError, match="later"):
        failing.answer()
