"""The fuzzers find nothing in a short run, and would find a crash, a hang, a leak, a fault and a touched canary."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tryon.trials import watched
from tryon.trials.fuzz import main
from tryon.trials.fuzz_pictures import HEIC, PictureTrial, PictureTrials
from tryon.trials.fuzz_requests import fuzz_requests
from tryon.trials.mutations import damaged
from tryon.trials.picture_seeds import picture_seeds
from tryon.trials.watched import growth, watch

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes are watched through /proc")


class Faulty:
    """A trial that goes wrong at some numbers."""

    def __call__(self) -> Callable[[int], str]:
        return self.trial

    def trial(self, number: int) -> str:
        if number == 3:
            os._exit(7)
        if number == 6:
            while True:
                pass
        if number == 8:
            raise ValueError("not as promised")
        return "fine"


def test_crashes_hangs_and_faults_are_found_and_the_rest_is_done() -> None:
    report = watch(Faulty(), 10, hang_s=1.0)
    assert [number for number, _ in report.findings] == [3, 6, 8]
    assert "status 7" in report.findings[0][1]
    assert "not done" in report.findings[1][1]
    assert "not as promised" in report.findings[2][1]
    assert report.failed()
    assert report.count >= 5  # those of a killed process that were not yet told are lost


def test_growth_is_told_from_warming_up() -> None:
    assert growth([50, 90, 100, 101, 100, 102, 101, 100, 101, 100, 102, 101]) < 3
    assert growth([100.0 + 10 * i for i in range(40)]) > watched.LEAK_MB


def test_damaged_pictures_find_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pictures", "--inputs", "600", "--seed", "7", "--out", str(tmp_path / "report.json")]) == 0
    assert '"inputs": 600' in capsys.readouterr().out
    assert main(["pictures", "--seed", "7", "--only", "11", "--save", str(tmp_path / "file")]) == 0
    assert (tmp_path / "file").read_bytes() == PictureTrial(7).file(11)


def test_damage_reaches_the_decoders() -> None:
    """Files of every kind come whole before they are damaged, and enough of the damaged ones still open."""
    seeds = picture_seeds(HEIC)
    trial = PictureTrial(3)
    outcomes = [trial(number) for number in range(200)]
    assert outcomes.count("read") > 30
    assert len(set(outcomes)) >= 3
    assert {"jpeg-cmyk", "png-16-colour", "webp-animated", "gif-animated", "bmp-runs", "heic-quadrants"} <= set(seeds)
    rng = np.random.default_rng(0)
    assert len({damaged(list(seeds.values()), rng) for _ in range(100)}) > 95
    assert PictureTrials(3)().file(5) == trial.file(5)  # type: ignore[attr-defined]


def test_nonsense_finds_nothing() -> None:
    """Over HTTP, with a file that must not be given out and a server that must not be asked."""
    started = time.monotonic()
    report = fuzz_requests(range(80), seed=5)
    assert report.findings == []
    assert report.count == 80
    assert {"200", "400", "404"} <= set(report.outcomes)
    assert time.monotonic() - started < 200
