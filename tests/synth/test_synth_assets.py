"""The script that draws the committed gallery; ``tests/ui/test_own_assets.py`` looks at what is committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.synth.gallery import GARMENTS
from tryon.synth.make_assets import in_order, make_garments

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return json.loads((ASSETS / "manifest.json").read_text("utf-8"))


def test_models_are_upright_pictures(manifest: dict[str, Any]) -> None:
    for entry in manifest["models"]:
        image = cv2.imread(str(ASSETS / entry["file"]))
        assert image.shape == (1024, 768, 3), entry["id"]


def test_the_script_draws_what_is_committed(tmp_path: Path, manifest: dict[str, Any]) -> None:
    one = GARMENTS[1].id
    entry = make_garments(tmp_path, 1, {one})[0]
    assert entry == next(g for g in manifest["garments"] if g["id"] == one)
    fresh = cv2.imread(str(tmp_path / entry["file"])).astype(np.int16)
    kept = cv2.imread(str(ASSETS / entry["file"])).astype(np.int16)
    assert np.abs(fresh - kept).mean() < 1.0  # decoders and processors differ in the last bit


def test_a_redrawn_garment_keeps_its_place() -> None:
    first, second = GARMENTS[0].id, GARMENTS[1].id
    old = [{"id": first, "n": 1}, {"id": second, "n": 1}, {"id": "somebody's own", "n": 1}]
    assert in_order(old, [{"id": second, "n": 2}]) == [
        {"id": first, "n": 1},
        {"id": second, "n": 2},
        {"id": "somebody's own", "n": 1},
    ]


def test_an_open_jacket_is_two_fronts_with_a_gap() -> None:
    jacket = next(g for g in GARMENTS if g.id == "blazer-navy").pattern()
    fronts = [piece.outline for piece in jacket.pieces if piece.name == "body"]
    assert len(fronts) == 2
    assert fronts[0][:, 0].max() < 0 < fronts[1][:, 0].min()
    assert np.allclose(np.sort(fronts[0][:, 0]), np.sort(-fronts[1][:, 0]))
    assert any(piece.inside and piece.name == "inside" for piece in jacket.pieces)
    assert jacket.landmarks["hem_right"][0] > 20
