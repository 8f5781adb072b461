"""Full and read-only disks, kills and restarts, damaged weights, two at once: told in a sentence, nothing half-made."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

import tryon
from tryon import images
from tryon.cli import main
from tryon.cli_batch_rows import RECORDS
from tryon.errors import BadRequestError, WeightsError
from tryon.images import load_picture, save_png
from tryon.trials.stand_in import StandIn

PAIRS = 12


class SlowStandIn(StandIn):
    """Takes its time, as far as the environment says."""

    dressed = 0

    @classmethod
    def from_pretrained(cls, *_: Any, **__: Any) -> SlowStandIn:
        return cls()

    def dress(self, *args: Any, **more: Any) -> Any:
        type(self).dressed += 1
        time.sleep(float(os.environ.get("TRYON_TEST_SLOW", "0")))
        return super().dress(*args, **more)


@pytest.fixture
def place(tmp_path: Path, make_picture: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a list of pairs, and a pipeline that paints."""
    monkeypatch.setitem(vars(tryon), "TryOnPipeline", SlowStandIn)
    monkeypatch.setattr(SlowStandIn, "dressed", 0)
    rows = []
    for number in range(PAIRS):
        save_png(make_picture(150, 140, number), tmp_path / f"p{number}.png")
        rows.append(f"p{number}.png,garment.png,")
    save_png(make_picture(140, 140, 99), tmp_path / "garment.png")
    (tmp_path / "pairs.csv").write_text("person,garment,category\n" + "\n".join(rows) + "\n")
    return tmp_path


def run(place: Path, *more: str) -> int:
    return main(["batch", "--pairs", str(place / "pairs.csv"), "--out-dir", str(place / "out"), *more])


def results(place: Path) -> list[dict[str, str]]:
    with open(place / "out/results.csv", newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


def test_a_second_start_does_only_what_is_missing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place) == 0
    assert SlowStandIn.dressed == PAIRS
    first = [(row["row"], row["milliseconds"]) for row in results(place)]
    assert run(place) == 0
    assert SlowStandIn.dressed == PAIRS  # nothing was done again
    assert [(row["row"], row["milliseconds"]) for row in results(place)] == first
    assert f"{PAIRS} of {PAIRS} rows done, {PAIRS} of them before" in capsys.readouterr().out
    (place / "out/0003.png").unlink()
    (place / "out" / RECORDS / "0005.json").write_text("{")  # cut off
    save_png(np.full((150, 140, 3), 40, np.uint8) + np.arange(140, dtype=np.uint8)[:, None], place / "p7.png")
    assert run(place) == 0
    assert SlowStandIn.dressed == PAIRS + 3
    assert run(place, "--fresh") == 0
    assert SlowStandIn.dressed == 2 * PAIRS + 3
    assert {row["status"] for row in results(place)} == {"ok"}


SCRIPT = """
import sys, tryon
sys.path.insert(0, {tests!r})
from test_bad_luck import SlowStandIn
vars(tryon)["TryOnPipeline"] = SlowStandIn
from tryon.cli import main
sys.exit(main(sys.argv[1:]))
"""


def start(place: Path, root: Path, slow_s: float) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(root), "TRYON_TEST_SLOW": str(slow_s)}
    script = SCRIPT.format(tests=str(root / "tests"))
    arguments = ["batch", "--pairs", str(place / "pairs.csv"), "--out-dir", str(place / "out")]
    return subprocess.Popen([sys.executable, "-c", script, *arguments], env=environment, stderr=subprocess.DEVNULL)


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is of POSIX")
def test_a_killed_batch_goes_on_where_it_was(place: Path, root: Path) -> None:
    process = start(place, root, 0.15)
    deadline = time.monotonic() + 100
    while len(list((place / "out").glob("[0-9]*.png"))) < 3 and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    made = {path.name: path.stat().st_mtime_ns for path in (place / "out").glob("[0-9]*.png")}
    assert 3 <= len(made) < PAIRS
    for name in made:
        load_picture(place / "out" / name)  # whole, each of them
    assert len(results(place)) == PAIRS  # the table is there, and says what was not done
    assert run(place) == 0
    assert {row["status"] for row in results(place)} == {"ok"}
    assert SlowStandIn.dressed <= PAIRS - len(made) + 1  # the one between picture and record is done again
    same = [name for name, date in made.items() if (place / "out" / name).stat().st_mtime_ns == date]
    assert len(same) >= len(made) - 1


@pytest.mark.skipif(os.name == "nt", reason="Windows does not rename over files that are open")
def test_two_processes_at_once_on_the_same_folder(place: Path, root: Path) -> None:
    processes = [start(place, root, 0.03) for _ in range(2)]
    assert [process.wait(120) for process in processes] == [0, 0]
    rows = results(place)
    assert [(row["row"], row["status"]) for row in rows] == [(str(number), "ok") for number in range(PAIRS)]
    assert sorted(path.name for path in (place / "out").glob("*.png")) == [f"{n:04d}.png" for n in range(PAIRS)]
    assert parts(place / "out") == []


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing any picture fails as on a full disk, after half of it."""
    real = open

    def opening(path: Any, mode: str = "r", *args: Any, **more: Any) -> Any:
        file = real(path, mode, *args, **more)
        if mode == "xb" and ".png." in str(path):

            def write(data: bytes, keep: Any = file.write) -> int:
                keep(data[: len(data) // 2])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            wrapped = type("Full", (), {"__enter__": lambda self: self, "__exit__": lambda *_: file.close(),
                                        "write": staticmethod(write)})  # fmt: skip
            return wrapped()
        return file

    monkeypatch.setattr(images, "open", opening, raising=False)


def test_a_full_disk_is_told_and_leaves_nothing_half_made(place: Path, full_disk: None) -> None:
    with pytest.raises(BadRequestError, match="No space left"):
        save_png(np.zeros((9, 9, 3), np.uint8), place / "a.png")
    assert run(place) == 1
    assert all("No space left" in row["error"] for row in results(place))
    assert list((place / "out").glob("[0-9]*.png")) == []
    assert parts(place) == []


@pytest.mark.skipif(os.name == "nt", reason="RLIMIT_FSIZE is of POSIX")
def test_a_real_limit_on_files_is_told(tmp_path: Path, root: Path) -> None:
    code = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "import numpy as np; from tryon.images import save_png; from tryon.errors import BadRequestError\n"
        "try: save_png(np.random.default_rng(0).integers(0, 255, (90, 90, 3)).astype(np.uint8), sys.argv[1])\n"
        "except BadRequestError as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.png")], capture_output=True, text=True, cwd=root, check=False
    )
    assert "File too large" in done.stdout, done.stderr[-500:]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt" or not Path("/proc").exists(), reason="Linux alone has a folder nobody can write")
def test_a_read_only_disk_is_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for out in ("/proc/out", "/sys/out"):
        assert main(["batch", "--pairs", str(place / "pairs.csv"), "--out-dir", out]) == 1
        assert "Choose another place" in capsys.readouterr().err
    command = ["try", "--person", str(place / "p0.png"), "--garment", str(place / "garment.png")]
    assert main([*command, "--out", "/proc/result.png"]) == 1
    assert "Choose another place" in capsys.readouterr().err


WEIGHTS = sorted((Path(__file__).parents[1] / "weights").glob("*.safetensors"))


def broken(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif how == "noise":
        path.write_bytes(b"\xff" * 5000)
    elif how == "empty":
        path.write_bytes(b"")
    elif how == "gone":
        path.unlink()
    else:
        from safetensors import safe_open

        with safe_open(str(path), framework="pt") as file:
            meta = file.metadata()
        tensors = load_file(str(path))
        name = next(name for name, value in tensors.items() if value.ndim >= 2)
        tensors[name] = torch.zeros((*tensors[name].shape[:-1], tensors[name].shape[-1] + 1), dtype=torch.float16)
        if how == "not a number":
            tensors = load_file(str(path))
            tensors[name] = torch.full_like(tensors[name], float("nan"))
        save_file(tensors, str(path), metadata=meta)


@pytest.mark.parametrize("how", ["cut", "noise", "empty", "gone", "shape", "not a number"])
@pytest.mark.parametrize("file", ["parser", "garment", "generator", "placement"])
def test_damaged_weights_are_named_and_refused(file: str, how: str, tmp_path: Path) -> None:
    from tryon import TryOnPipeline

    for path in WEIGHTS:
        shutil.copy(path, tmp_path)
    broken(tmp_path / f"{file}.safetensors", how)
    with pytest.raises(WeightsError, match=file) as caught:
        TryOnPipeline.from_pretrained(tmp_path)
    assert str(caught.value).endswith(".") or "size mismatch" in str(caught.value)


def test_a_record_is_no_order(place: Path) -> None:
    """What lies in the folder of records cannot name another row's state."""
    assert run(place) == 0
    record = place / "out" / RECORDS / "0002.json"
    told = json.loads(record.read_text())
    record.write_text(json.dumps({**told, "made_from": "0" * 32}))
    assert run(place) == 0
    assert SlowStandIn.dressed == PAIRS + 1
