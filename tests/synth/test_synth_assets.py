"""The committed gallery: complete, well-formed, and what its manifest says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.synth.gallery import GARMENTS
from tryon.synth.make_assets import make_garments
from tryon.types import CATEGORIES, GARMENT_LABELS

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return json.loads((ASSETS / "manifest.json").read_text("utf-8"))


def test_there_is_something_of_everything(manifest: dict[str, Any]) -> None:
    assert len(manifest["garments"]) >= 16
    assert len(manifest["models"]) >= 6
    assert {g["category"] for g in manifest["garments"]} == set(CATEGORIES)
    uppers = [g["sleeve"] for g in manifest["garments"] if g["category"] == "upper"]
    assert {"none", "short", "long"} <= set(uppers)
    assert {m["sex"] for m in manifest["models"]} == {"male", "female"}
    for kind in ("garments", "models"):
        ids = [entry["id"] for entry in manifest[kind]]
        assert len(ids) == len(set(ids))


def test_garments_match_their_entries(manifest: dict[str, Any]) -> None:
    for entry in manifest["garments"]:
        image = cv2.imread(str(ASSETS / entry["file"]))
        mask = cv2.imread(str(ASSETS / entry["mask"]), cv2.IMREAD_GRAYSCALE)
        assert image.shape[:2] == mask.shape, entry["id"]
        assert entry["name"]
        assert entry["name_zh"]
        assert entry["colours"]
        assert GARMENT_LABELS[entry["label"]] == entry["category"]
        height, width = mask.shape
        assert 0.08 < (mask > 127).mean() < 0.85
        for name, (x, y) in entry["landmarks_px"].items():
            assert 0 <= x < width, (entry["id"], name)
            assert 0 <= y < height, (entry["id"], name)


def test_models_are_upright_pictures(manifest: dict[str, Any]) -> None:
    for entry in manifest["models"]:
        image = cv2.imread(str(ASSETS / entry["file"]))
        assert image.shape == (1024, 768, 3), entry["id"]


def test_all_assets_stay_small() -> None:
    assert sum(p.stat().st_size for p in ASSETS.rglob("*") if p.is_file()) < 6e6


def test_the_script_draws_what_is_committed(tmp_path: Path, manifest: dict[str, Any]) -> None:
    one = GARMENTS[1].id
    entry = make_garments(tmp_path, 1, {one})[0]
    assert entry == next(g for g in manifest["garments"] if g["id"] == one)
    fresh = cv2.imread(str(tmp_path / entry["file"])).astype(np.int16)
    kept = cv2.imread(str(ASSETS / entry["file"])).astype(np.int16)
    assert np.abs(fresh - kept).mean() < 1.0  # decoders and processors differ in the last bit
