"""The device module, with a stand-in for the package of hosts that lend GPUs."""

from __future__ import annotations

import subprocess
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tryon.ui import device


@pytest.fixture
def lent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, int]]:
    """A stand-in for ``spaces`` is installed; what it decorated, and for how many seconds."""
    decorated: list[tuple[Any, int]] = []

    def gpu(duration: int) -> Any:
        def decorate(function: Any) -> Any:
            decorated.append((function, duration))
            return lambda *arguments: ("borrowed", function(*arguments))

        return decorate

    module: Any = ModuleType("spaces")
    module.GPU, module.__spec__ = gpu, ModuleSpec("spaces", None)
    monkeypatch.setitem(sys.modules, "spaces", module)
    return decorated


@pytest.mark.parametrize("value", ["1", "true", "True"])
def test_a_host_that_lends_gpus_gets_a_function(
    lent: list[tuple[Any, int]], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(device.ZERO_GPU, value)
    assert device.lends_gpus()
    device.prepare()
    assert lent == [(device.name_of_gpu, device.SECONDS)]
    assert device.on_borrowed_gpu(abs, seconds=3)(-2) == ("borrowed", 2)
    assert lent[-1] == (abs, 3)


@pytest.mark.parametrize("value", ["", "0", "false", None])
def test_elsewhere_nothing_happens(
    lent: list[tuple[Any, int]], monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(device.ZERO_GPU, raising=False)
    else:
        monkeypatch.setenv(device.ZERO_GPU, value)
    assert device.prepare() is device.name_of_gpu
    assert lent == []


def test_without_the_package_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(device.ZERO_GPU, "1")
    monkeypatch.setattr(device, "find_spec", lambda name: None)
    assert not device.lends_gpus()
    assert device.prepare() is device.name_of_gpu


def test_it_comes_before_torch(root: Path) -> None:
    code = (
        "import sys, tryon.ui.app, tryon.ui.device; assert 'torch' not in sys.modules and 'spaces' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
