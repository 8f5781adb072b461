"""``recommend``: rankings with reasons, histories from files, what goes together, and clear refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tryon.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["recommend", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_ranking_with_reasons(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--like", "tee-breton", "--kept", "polo-navy", "--dislike", "dress-red", "--count", "5")
    assert len(rows) == 5
    assert {"tee-breton", "polo-navy", "dress-red"}.isdisjoint(row["id"] for row in rows)
    assert rows[0]["id"] in ("tee-rugby", "long-breton")
    assert "like one you" in rows[0]["reason"]
    assert set(rows[0]) == {"id", "score", "reason", "traits", "because_of"}
    chinese = run(capsys, "--like", "tee-breton", "--language", "zh", "--count", "1")
    assert "你喜欢的一件" in chinese[0]["reason"]


@pytest.mark.parametrize("ending", ["csv", "json"])
def test_histories_from_files(capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str) -> None:
    rows = [{"garment": "tee-breton", "kind": "like"}, {"garment": "tee-rugby", "kind": "dislike"}]
    path = tmp_path / f"events.{ending}"
    lines = "garment,kind\n" + "".join(f"{row['garment']},{row['kind']}\n" for row in rows)
    path.write_text(json.dumps(rows) if ending == "json" else lines)
    told = run(capsys, "--history", str(path), "--count", "64")
    assert told == run(capsys, "--like", "tee-breton", "--dislike", "tee-rugby", "--count", "64")
    assert len(told) == 62


def test_what_goes_together(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--outfit-with", "skirt-satin", "--dislike", "shirt-white", "--count", "6")
    assert len(rows) == 6
    assert "shirt-white" not in [row["id"] for row in rows]
    assert rows[0]["score"] >= rows[-1]["score"] > 0.5
    assert rows[0]["harmony"] == "neutral"
    assert main(["recommend", "--count", "2"]) == 0
    assert len(capsys.readouterr().out.strip().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--like", "no-such-thing"], "no-such-thing"),
        (["--outfit-with", "no-such-thing"], "no-such-thing"),
        (["--history", "missing.csv"], "missing.csv"),
        (["--count", "0"], "count"),
    ],
)
def test_refusals(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert main(["recommend", *arguments]) in (1, 2)
    error = capsys.readouterr().err
    assert told in error
    assert "fault" not in error


def test_a_wrong_history_says_where(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text("garment,kind\ntee-breton,like\ntee-rugby,adored\n")
    assert main(["recommend", "--history", str(path)]) == 1
    assert "row 2: 'adored'" in capsys.readouterr().err
    path.write_text("what,how\ntee-breton,like\n")
    assert main(["recommend", "--history", str(path)]) == 1
    assert "garment and kind" in capsys.readouterr().err
