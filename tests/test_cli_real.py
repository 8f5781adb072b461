"""The command line over the real networks, on the project's own pictures."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

import tryon
from tryon.cli import main
from tryon.images import load_picture
from tryon.types import ATTRIBUTES, CATEGORIES, GARMENT_LABELS, LABEL, LABELS

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline


@pytest.fixture
def assets(root: Path, pipeline: TryOnPipeline, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Paths of a model and garments; commands take the networks that are already loaded."""
    loaded = SimpleNamespace(from_pretrained=lambda weights, device: pipeline)
    monkeypatch.setitem(vars(tryon), "TryOnPipeline", loaded)
    manifest = json.loads((root / "assets/manifest.json").read_text("utf-8"))
    first = {
        category: next(
            root / "assets" / entry["file"] for entry in manifest["garments"] if entry["category"] == category
        )
        for category in CATEGORIES
    }
    return SimpleNamespace(model=root / "assets" / manifest["models"][0]["file"], **first)


def test_try(assets: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out, steps = tmp_path / "result.png", tmp_path / "steps"
    named = ["--person", str(assets.model), "--garment", str(assets.upper), "--out", str(out)]
    assert main(["try", *named, "--stages", str(steps), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["category"] == "upper"
    assert said["milliseconds"]["total"] > 0
    before, after = load_picture(assets.model), load_picture(out)
    assert before.shape == after.shape
    changed = (before != after).any(-1)
    assert 0.01 < changed.mean() < 0.7
    assert len(list(steps.glob("*.png"))) >= 4


def test_an_outfit(assets: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    garments = ["--garment", str(assets.upper), "--garment", str(assets.lower)]
    categories = ["--category", "upper", "--category", "lower"]
    out = tmp_path / "result.png"
    assert main(["try", "--person", str(assets.model), *garments, *categories, "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["category"] == "lower+upper"
    assert load_picture(out).shape == load_picture(assets.model).shape


def test_batch_says_the_same_as_try(assets: SimpleNamespace, tmp_path: Path) -> None:
    with open(tmp_path / "pairs.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["person", "garment", "category"])
        table.writerow([assets.model, assets.dress, "dress"])
        table.writerow([assets.dress, assets.upper, ""])  # a garment is no person
        table.writerow([assets.model, assets.upper, "upper"])
    assert main(["batch", "--pairs", str(tmp_path / "pairs.csv"), "--out-dir", str(tmp_path)]) == 0
    with open(tmp_path / "results.csv", newline="", encoding="utf-8") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["ok", "error", "ok"]
    single = ["--person", str(assets.model), "--garment", str(assets.upper), "--category", "upper"]
    assert main(["try", *single, "--out", str(tmp_path / "single.png")]) == 0
    assert np.array_equal(load_picture(tmp_path / "single.png"), load_picture(tmp_path / "0002.png"))


def test_parse(assets: SimpleNamespace, tmp_path: Path) -> None:
    assert main(["parse", "--image", str(assets.model), "--out", str(tmp_path / "labels.png"), "--overlay"]) == 0
    assert load_picture(tmp_path / "labels.overlay.png").shape == load_picture(assets.model).shape
    with Image.open(tmp_path / "labels.png") as image:
        labels = np.array(image)
        assert image.mode == "P"
    assert labels.shape == load_picture(assets.model).shape[:2]
    assert labels.max() < len(LABELS)
    assert (labels[:4] == LABEL["background"]).mean() > 0.5
    assert {LABEL["hair"], LABEL["face"]} & set(np.unique(labels).tolist())


def test_garment(assets: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    named = [argument for path in (assets.upper, assets.lower, assets.dress) for argument in ("--image", str(path))]
    assert main(["garment", *named, "--out-dir", str(tmp_path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == json.loads((tmp_path / "garments.json").read_text("utf-8"))
    for path in (assets.upper, assets.lower, assets.dress):
        one = said[path.stem]
        assert sum(one["category"].values()) == pytest.approx(1, abs=1e-3)
        assert one["label"] in {*GARMENT_LABELS, "not sure"}
        assert {"sleeve", "leg", "worn"} <= set(one["attributes"])
        for name, probability in one["attribute_probability"].items():
            assert set(probability) == set(ATTRIBUTES[name])
            assert sum(probability.values()) == pytest.approx(1, abs=2e-3)
        assert set(one["visibility"]) == set(one["landmarks"])
        width, height = one["size"]
        assert all(-width < x < 2 * width and -height < y < 2 * height for x, y in one["landmarks"].values())
        with Image.open(tmp_path / f"{path.stem}.png") as image:
            assert image.mode == "RGBA"
            assert [image.width, image.height] == one["size"]
            assert 0.05 < (np.array(image)[..., 3] > 127).mean() < 0.95


def test_a_refusal_is_all_that_is_printed(root: Path, tmp_path: Path) -> None:
    """In a fresh process, whose native libraries like to talk."""
    Image.effect_noise((300, 400), 60).save(tmp_path / "noise.png")
    garment = next((root / "assets/garments").glob("*.jpg"))
    command = [sys.executable, "-m", "tryon", "try", "--person", str(tmp_path / "noise.png"), "--garment", str(garment)]
    result = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: No person")
    assert result.stderr.count("\n") == 1
