"""``python -m tryon design``: sheets, single garments, kept ideas, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.cli import main


def test_one_garment_with_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, kept, folder = tmp_path / "one.png", tmp_path / "idea.json", tmp_path / "each"
    arguments = ["--seed", "7", "--count", "1", "--label", "Dress", "--cloth", "dots", "--out", str(out)]
    assert main(["design", *arguments, "--keep", str(kept), "--out-dir", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(d["label"], d["category"], d["cloth"], d["seed"]) for d in told] == [("Dress", "dress", "dots", 7)]
    picture = cv2.imread(str(out))
    assert picture.shape == (800, 600, 3)
    assert b"trainedAlgorithmicMedia" in out.read_bytes()
    mask = cv2.imread(str(folder / "00-dress-7.mask.png"), cv2.IMREAD_GRAYSCALE)
    assert 0.1 < float((mask > 127).mean()) < 0.8
    # the mask is where the picture is not paper
    paper = np.abs(picture.astype(int) - 246).max(-1) < 6
    assert float(paper[mask > 250].mean()) < 0.2
    assert float(paper[:20].mean()) > 0.95
    again = tmp_path / "again.png"
    assert main(["design", "--idea", str(kept), "--out", str(again)]) == 0
    assert np.array_equal(cv2.imread(str(again)), picture)


def test_sheet_mix_and_walk(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.png"
    assert main(["design", "--seed", "3", "--count", "3", "--out", str(sheet)]) == 0
    assert cv2.imread(str(sheet)).shape == (320 + 24, 3 * 252 + 12, 3)
    way = tmp_path / "way.png"
    assert main(["design", "--seed", "3", "--walk-to", "9", "--count", "2", "--out", str(way)]) == 0
    assert cv2.imread(str(way)).shape[1] == 2 * 252 + 12
    mixed = tmp_path / "mixed.png"
    assert main(["design", "--seed", "3", "--mix-with", "9", "--count", "1", "--out", str(mixed)]) == 0
    assert cv2.imread(str(mixed)).shape == (800, 600, 3)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--count", "0"], "count"),
        (["--label", "Hat"], "Hat"),
        (["--cloth", "tin"], "tin"),
        (["--sleeve", "3"], "sleeve"),
        (["--seed", "-1"], "seed"),
        (["--idea", "nowhere.json"], "nowhere.json"),
        (["--mix-with", "1", "--walk-to", "2"], "one of them"),
    ],
)
def test_refusals(arguments: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["design", *arguments, "--out", str(tmp_path / "x.png")]) != 0
    assert told in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()
