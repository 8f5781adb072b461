"""A stopped run goes on as it was: weights, optimizer, average, step, best score and learning rate."""

from __future__ import annotations

from pathlib import Path

import torch

from tryon.training.runlog import Ema, choose_device, resume_run, save_run


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
