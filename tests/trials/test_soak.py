"""Full load for a while: nothing stays behind. The hour is ``python -m tryon.trials.soak``."""

from __future__ import annotations

import os

import pytest

from tryon.trials.served import PAINTING, REAL
from tryon.trials.soak import Soak, faults_in, soak

SLOW = "TRYON_SLOW"


def test_growth_files_and_errors_fail() -> None:
    fine = Soak(memory_mb=[500.0] * 40, files_open=[20.0] * 40)
    fine.done["visit"] = 3
    assert not fine.failed()
    assert Soak(memory_mb=[500.0] * 40).failed()  # nothing was done
    for change in (
        {"memory_mb": [500.0 + 8 * i for i in range(40)]}, {"files_open": [20.0 + 2 * i for i in range(40)]},
        {"left": ["a.png"]}, {"said": ["Traceback"]},
    ):  # fmt: skip
        worse = Soak(**{"memory_mb": [500.0] * 40, "files_open": [20.0] * 40, **change})  # type: ignore[arg-type]
        worse.done["visit"] = 3
        assert worse.failed(), change


LOG = """INFO: all is well
ERROR tryon.ui.fitting_room: A choice of a visitor failed
Traceback (most recent call last):
  File "/here/tryon/ui/fitting_room.py", line 351, in _attempt
    return action()
  File "/here/tryon/warp/torso.py", line 44, in bodice_piece
    return np.linalg.solve(a, b)
  File "/lib/numpy/linalg.py", line 9, in solve
    raise LinAlgError
numpy.linalg.LinAlgError: Singular matrix
ERROR tryon.ui.fitting_room: A choice of a visitor failed
"""


def test_errors_in_the_log_are_told_with_their_place_and_their_number() -> None:
    told = faults_in(LOG)
    assert told[0] == "2x ERROR tryon.ui.fitting_room: A choice of a visitor failed"
    assert told[1:] == ["1x tryon/warp/torso.py:44: numpy.linalg.LinAlgError: Singular matrix"]
    assert faults_in("INFO: all is well\n") == []


@pytest.mark.skipif(os.name == "nt", reason="a process is watched through /proc")
def test_a_minute_of_full_load_leaves_nothing() -> None:
    seen = soak(0.12, program=PAINTING, visitors=4)
    assert seen.errors == {}
    assert seen.left == []
    assert seen.said == []
    assert sum(seen.done.values()) >= 4
    assert max(seen.files_open) < 200


@pytest.mark.skipif(not os.environ.get(SLOW), reason=f"set {SLOW}=1 to soak the real networks for ten minutes")
@pytest.mark.timeout(1200)
def test_ten_minutes_of_the_real_networks_stay_flat() -> None:
    seen = soak(10, program=REAL, visitors=4)
    assert not seen.failed(), seen.told()
