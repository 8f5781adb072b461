"""One pool of memory where the system has such a choice."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from tryon import memory


def test_linux_takes_the_choice_and_others_are_left_alone(monkeypatch: Any) -> None:
    code = "import sys; from tryon.memory import use_one_pool; sys.exit(not use_one_pool())"
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert (done.returncode == 0) == sys.platform.startswith("linux")
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    assert not memory.use_one_pool()


def test_another_c_library_is_no_error(monkeypatch: Any) -> None:
    monkeypatch.setattr(memory.sys, "platform", "linux")
    monkeypatch.setattr(memory.ctypes, "CDLL", lambda _: object())
    assert not memory.use_one_pool()
