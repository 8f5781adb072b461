"""A stopped run goes on as it was: weights, optimizer, average, step, best score and learning rate."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tryon.training import runlog
from tryon.training.runlog import Ema, Pace, choose_device, one_cycle, resume_run, save_run


def _made(seed: int) -> tuple[torch.nn.Module, torch.optim.Optimizer, torch.optim.lr_scheduler.OneCycleLR, Ema]:
    torch.manual_seed(seed)
    net = torch.nn.Linear(3, 2)
    optimizer = torch.optim.AdamW(net.parameters(), 1e-2)
    return net, optimizer, torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=20), Ema(net, 0.9)


def _steps(parts: tuple, count: int) -> None:
    net, optimizer, schedule, ema = parts
    for k in range(count):
        optimizer.zero_grad()
        net(torch.full((1, 3), 1.0 + k)).square().sum().backward()
        optimizer.step()
        schedule.step()
        ema.update(net)


def test_a_resumed_run_goes_on_as_if_it_had_not_stopped(tmp_path: Path) -> None:
    whole, second = _made(0), _made(1)
    assert resume_run(tmp_path / "last.pt", *second, "cpu") == (0, float("-inf"))
    _steps(whole, 4)
    net, optimizer, _, ema = whole
    save_run(tmp_path / "last.pt", net, optimizer, ema, 4, 0.5)
    assert resume_run(tmp_path / "last.pt", *second, "cpu") == (4, 0.5)
    assert second[2].get_last_lr() == whole[2].get_last_lr()
    _steps(whole, 3)
    _steps(second, 3)
    assert torch.equal(whole[0].weight, second[0].weight)
    assert torch.equal(whole[3].state["weight"], second[3].state["weight"])


def test_a_named_device_is_taken_and_auto_is_one_that_is_there() -> None:
    assert choose_device("cpu") == "cpu"
    assert choose_device("auto") == ("cuda" if torch.cuda.is_available() else "cpu")


def test_a_run_is_over_by_its_updates_or_by_its_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(runlog.time, "monotonic", lambda: now[0])
    endless, short, resumed = Pace(10, 0.0), Pace(1000, 1.0), Pace(1000, 1.0, spent=60.0)
    assert endless.progress(5) == 0.5
    assert endless.progress(20) == 1
    assert resumed.progress(0) == pytest.approx(0.5)
    now[0] += 30
    assert endless.progress(0) == 0
    assert short.progress(10) == pytest.approx(0.5)
    assert resumed.progress(0) == pytest.approx(0.75)
    assert resumed.spent() == pytest.approx(90)
    now[0] += 31
    assert short.progress(10) == 1


def test_a_cycle_rises_and_falls_to_nothing() -> None:
    assert one_cycle(0.0) < one_cycle(0.06) < one_cycle(0.12) == 1.0
    assert 0 < one_cycle(1.0) < 0.01 < one_cycle(0.5) < one_cycle(0.12)
