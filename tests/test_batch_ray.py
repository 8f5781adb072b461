"""A batch by several workers of Ray: one result for each row, also where a worker is killed in the middle."""

from __future__ import annotations

import csv
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tryon.cli import main
from tryon.cli_batch_rows import Rows, read_pairs
from tryon.images import load_picture, save_png
from tryon.trials.stand_in import StandIn

ROWS = 60


class TellingStandIn(StandIn):
    """Notes in a folder which process dresses, and takes its time."""

    def dress(self, *args: Any, **more: Any) -> Any:
        folder = Path(os.environ["TRYON_TEST_PIDS"])
        (folder / f"{os.getpid()}").touch()
        with open(folder / "done", "a") as file:
            file.write("x")
        time.sleep(0.05)
        return super().dress(*args, **more)


def rows_in(folder: Path, make_picture: Any) -> Rows:
    save_png(make_picture(150, 140, 1), folder / "person.png")
    save_png(make_picture(140, 140, 2), folder / "garment.png")
    lines = ["person.png,garment.png,"] * (ROWS - 1) + ["missing.png,garment.png,"]
    (folder / "pairs.csv").write_text("person,garment,category\n" + "\n".join(lines) + "\n")
    rows = Rows(read_pairs(folder / "pairs.csv"), folder, folder / "out", None)
    rows.prepare()
    return rows


@pytest.mark.timeout(280)
def test_each_row_has_one_result_though_a_worker_is_killed(
    tmp_path: Path, root: Path, make_picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ray")
    from tryon.cli_batch_ray import Cluster, dress_with_ray

    pids = tmp_path / "pids"
    pids.mkdir()
    monkeypatch.setenv("TRYON_TEST_PIDS", str(pids))
    monkeypatch.setenv("PYTHONPATH", f"{root}{os.pathsep}{root / 'tests'}")
    rows, killed = rows_in(tmp_path, make_picture), []

    def kill_one() -> None:
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline:
            done = (pids / "done").stat().st_size if (pids / "done").exists() else 0
            workers = [int(path.name) for path in pids.iterdir() if path.name != "done"]
            if done >= 12 and workers:
                os.kill(workers[0], signal.SIGKILL)
                killed.append(workers[0])
                return
            time.sleep(0.02)

    thread = threading.Thread(target=kill_one, daemon=True)
    thread.start()
    pipeline = "test_batch_ray:TellingStandIn"
    told = list(dress_with_ray(rows, rows.missing(), Cluster(workers=2), pipeline=pipeline))
    thread.join(10)
    assert killed
    assert sorted(row["row"] for row in told) == list(range(ROWS))  # each once
    results = rows.put_together()
    assert [row["status"] for row in results] == ["ok"] * (ROWS - 1) + ["error"]
    assert "missing.png" in results[-1]["error"]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == [f"{n:04d}.png" for n in range(ROWS - 1)]
    for path in (tmp_path / "out").glob("*.png"):
        assert load_picture(path).shape == (150, 140, 3)
    assert not [path for path in (tmp_path / "out").rglob(".*") if path.name.startswith(".seen")]
    with open(tmp_path / "out/results.csv", newline="", encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == ROWS
    assert len([path for path in pids.iterdir() if path.name != "done"]) >= 2  # the work was shared or taken over
    assert rows.missing() == [ROWS - 1]  # a second start does only what failed


def test_without_ray_it_is_said_what_to_install(
    tmp_path: Path, make_picture: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    rows_in(tmp_path, make_picture)
    command = ["batch", "--pairs", str(tmp_path / "pairs.csv"), "--out-dir", str(tmp_path / "out"), "--engine", "ray"]
    assert main(command) == 1
    assert "requirements-ray.txt" in capsys.readouterr().err
    assert main([*command[:-1], "spark"]) == 1
    assert "plain, ray" in capsys.readouterr().err
