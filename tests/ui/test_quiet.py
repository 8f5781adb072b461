"""Long work is no quiet moment, and one piece that ends does not make another one quiet."""

from __future__ import annotations

import threading
import time

import pytest

from tryon.ui.quiet import Quiet


def test_it_is_quiet_only_when_nothing_is_worked_on() -> None:
    quiet = Quiet()
    time.sleep(0.02)
    assert quiet.since() > 0.01
    with quiet.broken():
        time.sleep(0.02)
        assert quiet.since() == 0
        with quiet.broken():
            pass
        assert quiet.since() == 0
    assert quiet.since() < 0.01
    time.sleep(0.02)
    assert quiet.since() > 0.01


def test_work_that_fails_ends_as_well() -> None:
    quiet = Quiet()
    with pytest.raises(ValueError, match="no"), quiet.broken():
        raise ValueError("no")
    time.sleep(0.01)
    assert quiet.since() > 0


def test_many_at_once_are_counted() -> None:
    quiet = Quiet()

    def work() -> None:
        for _ in range(200):
            with quiet.broken():
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    time.sleep(0.01)
    assert quiet.since() > 0
