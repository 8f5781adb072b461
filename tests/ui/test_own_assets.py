"""The committed gallery: enough of everything, named in both languages, complete, small, what its manifest says."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.garment.colours import COLOURS, colour_words
from tryon.types import ATTRIBUTES, CATEGORIES, GARMENT_LABELS
from tryon.ui.app import FIRST_LOOK
from tryon.ui.gallery import load_gallery

ASSETS = Path(__file__).resolve().parents[2] / "assets"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return json.loads((ASSETS / "manifest.json").read_text("utf-8"))


def test_there_is_enough_of_everything(manifest: dict[str, Any]) -> None:
    garments = manifest["garments"]
    assert len(garments) >= 48
    assert Counter(g["category"] for g in garments).keys() == set(CATEGORIES)
    assert min(Counter(g["category"] for g in garments).values()) >= 8
    labels = {g["label"] for g in garments}
    assert {"T-Shirt", "Shirt", "Blouse", "Hoodie", "Blazer", "Outwear", "Pants", "Shorts", "Skirt", "Dress"} <= labels
    assert {g["sleeve"] for g in garments if g["category"] == "upper"} == set(ATTRIBUTES["sleeve"])
    assert len([g for g in garments if g["front"] == "open"]) >= 5
    assert {colour for g in garments for colour in g["colours"]} == set(COLOURS)


def test_every_garment_has_names_and_words_of_the_vocabulary(manifest: dict[str, Any]) -> None:
    for entry in manifest["garments"]:
        assert entry["name"].strip(), entry["id"]
        assert CHINESE.search(entry["name_zh"]), entry["id"]
        assert 1 <= len(entry["colours"]) <= 3, entry["id"]
        assert set(entry["colours"]) <= set(COLOURS), entry["id"]
        assert GARMENT_LABELS[entry["label"]] == entry["category"], entry["id"]
    for field in ("id", "name", "name_zh", "file"):
        values = [entry[field] for entry in manifest["garments"]]
        assert len(values) == len(set(values)), field


def test_an_open_front_is_said_to_be_worn_over_other_clothes(manifest: dict[str, Any]) -> None:
    for entry in manifest["garments"]:
        if entry["category"] == "lower":
            assert (entry["front"], entry["layer"]) == (None, None)
        else:
            assert (entry["front"] == "open") == (entry["layer"] == "outer"), entry["id"]


def test_open_jackets_show_nothing_of_the_garment_in_the_middle(manifest: dict[str, Any]) -> None:
    for entry in manifest["garments"]:
        if entry["front"] == "open":
            mask = cv2.imread(str(ASSETS / entry["mask"]), cv2.IMREAD_GRAYSCALE)
            rows = np.flatnonzero((mask > 127).any(1))
            middle = mask[rows[len(rows) // 4] : rows[3 * len(rows) // 4], mask.shape[1] // 2]
            assert (middle < 128).mean() > 0.9, entry["id"]


def test_pictures_and_masks_fit_and_are_small(manifest: dict[str, Any]) -> None:
    for entry in manifest["garments"]:
        image = cv2.imread(str(ASSETS / entry["file"]))
        mask = cv2.imread(str(ASSETS / entry["mask"]), cv2.IMREAD_GRAYSCALE)
        assert image.shape[:2] == mask.shape, entry["id"]
        assert 0.08 < (mask > 127).mean() < 0.85, entry["id"]
        h, w = mask.shape
        assert all(0 <= x < w and 0 <= y < h for x, y in entry["landmarks_px"].values()), entry["id"]
    sizes = [(ASSETS / entry["file"]).stat().st_size for entry in manifest["garments"]]
    assert max(sizes) < 150_000
    assert np.mean(sizes) < 60_000
    assert sum(p.stat().st_size for p in ASSETS.rglob("*") if p.is_file()) < 8e6


def test_the_first_colour_is_one_that_the_picture_shows(manifest: dict[str, Any]) -> None:
    kin = (
        {"white", "beige", "grey"},
        {"navy", "blue", "black", "grey"},
        {"brown", "beige", "orange", "yellow"},
        {"red", "pink", "purple", "orange"},
        {"green", "grey"},
    )
    for entry in manifest["garments"]:
        image = cv2.imread(str(ASSETS / entry["file"]))[..., ::-1]
        mask = cv2.imread(str(ASSETS / entry["mask"]), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        seen, said = set(colour_words(np.ascontiguousarray(image), mask)), set(entry["colours"])
        near = {word for group in kin if group & said for word in group}
        assert seen & (said | near), (entry["id"], seen, said)


def test_the_models_are_people_of_all_kinds(manifest: dict[str, Any]) -> None:
    models = manifest["models"]
    assert len(models) >= 12
    assert min(Counter(m["sex"] for m in models).values()) >= 5
    assert {m["age"] for m in models} == {"young", "middle", "older"}
    assert {m["framing"] for m in models} == {"full", "knees", "hips"}
    assert {"slim", "average", "athletic", "plus size"} <= {m["build"] for m in models}
    assert len({m["skin"] for m in models}) >= 5
    for entry in models:
        assert CHINESE.search(entry["name_zh"]), entry["id"]
        assert cv2.imread(str(ASSETS / entry["file"])).shape == (1024, 768, 3), entry["id"]


def test_the_grid_of_builds_is_small_and_even(manifest: dict[str, Any]) -> None:
    builds = manifest["builds"]
    if not builds:
        pytest.skip("the grid is not drawn")
    assert {(b["sex"], b["skin"]) for b in builds} == {
        (sex, skin) for sex in ("female", "male") for skin in ("light", "tan", "dark")
    }
    assert set(Counter((b["sex"], b["height_cm"]) for b in builds).values()) == {12}
    for entry in builds:
        assert cv2.imread(str(ASSETS / entry["file"])).shape == (768, 576, 3), entry["id"]
        assert (ASSETS / entry["file"]).stat().st_size < 45_000, entry["id"]


def test_nothing_lies_in_the_folder_that_the_manifest_does_not_name(manifest: dict[str, Any]) -> None:
    for kind in ("garments", "models", "builds"):
        named = {entry[key] for entry in manifest.get(kind, []) for key in ("file", "mask") if key in entry}
        there = {f"{kind}/{p.name}" for p in (ASSETS / kind).iterdir()} if (ASSETS / kind).is_dir() else set()
        assert there == named


def test_the_page_reads_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRYON_GALLERY", raising=False)
    gallery = load_gallery(ASSETS)
    assert [item.id for item in gallery.garments.values() if not item.complete] == []
    assert FIRST_LOOK[0] in gallery.models
    assert FIRST_LOOK[1] in gallery.garments
    assert gallery.garments["jacket-denim"].layer == "outer"
