"""One command trains everything: in order, going on where it stopped, naming what fails."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from tryon.cli_train import PREPARATIONS, TRAINERS
from tryon.errors import BadRequestError
from tryon.training import everything
from tryon.training.everything import NAMES, EverythingSettings, steps_of, train_everything


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would have been run; a command whose list of arguments holds "fail" fails."""
    made: list[list[str]] = []

    def run(arguments: list[str], **_: object) -> SimpleNamespace:
        made.append(arguments[3:])
        return SimpleNamespace(returncode=3 if "fail" in arguments else 0)

    monkeypatch.setattr(everything, "subprocess", SimpleNamespace(run=run))
    return made


def test_every_command_exists() -> None:
    for step in steps_of(EverythingSettings()):
        kind, *rest = step.arguments
        if kind == "train":
            assert rest[0] in TRAINERS
        elif kind == "prepare":
            assert rest[0] in PREPARATIONS
        else:
            assert kind in ("synth", "evaluate")
    assert {s.arguments[1] for s in steps_of(EverythingSettings()) if s.arguments[0] == "train"} == set(NAMES)
    assert set(NAMES) == set(TRAINERS) - {"everything"}


def test_a_second_start_goes_on(tmp_path: Path, calls: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    settings = EverythingSettings(run=tmp_path, minutes=5)
    steps = steps_of(settings)
    broken = [*steps[:2], everything.Step(steps[2].name, ("fail",)), *steps[3:]]
    monkeypatch.setattr(everything, "steps_of", lambda _: broken)
    with pytest.raises(BadRequestError, match="parser_1"):
        train_everything(settings)
    assert len(calls) == 3
    monkeypatch.setattr(everything, "steps_of", lambda _: steps)
    became = train_everything(settings)
    assert [k for k, v in became.items() if v == "done before"] == ["people", "synth"]
    assert calls[3][:2] == ["train", "parser"]
    assert "--minutes" in calls[3]
    assert set(train_everything(settings).values()) == {"done before"}


def test_it_can_begin_anywhere_and_show_what_it_would_do(tmp_path: Path, calls: list[list[str]]) -> None:
    shown = train_everything(EverythingSettings(run=tmp_path, show=True))
    assert shown["people"].startswith("python -m tryon prepare people")
    assert not calls
    became = train_everything(EverythingSettings(run=tmp_path, first="live"))
    assert [k for k, v in became.items() if v == "done"] == [
        "live",
        "designs",
        "drawn_designs",
        "swatches",
        "designer",
        "figures",
    ]
    with pytest.raises(BadRequestError, match="nothing_of_this"):
        train_everything(EverythingSettings(run=tmp_path, first="nothing_of_this"))


def test_smoke_runs_every_trainer_once(tmp_path: Path, calls: list[list[str]]) -> None:
    train_everything(EverythingSettings(run=tmp_path, smoke=True))
    assert [c[1] for c in calls] == list(NAMES)
    assert all(c[-1] == "--smoke" for c in calls)
    assert not (tmp_path / "done.txt").exists()
