"""The gallery's manifest: read, checked, and turned into garments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.errors import TryOnError
from tryon.ui.gallery import GalleryError, build_garment, load_gallery

UPPER_POINTS = {
    f"{name}_{side}": [10.0, 20.0]
    for name in ("neck", "shoulder", "cuff_out", "cuff_in", "armpit", "hem")
    for side in ("left", "right")
}


def change(folder: Path, **changes: Any) -> None:
    """Change the first garment of the manifest."""
    manifest = folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    data["garments"][0].update(changes)
    manifest.write_text(json.dumps(data), encoding="utf-8")


def test_order_and_fields(gallery_folder: Path) -> None:
    gallery = load_gallery(gallery_folder)
    assert list(gallery.garments) == ["red-tee", "blue-jeans", "green-dress", "black-top"]
    assert list(gallery.models) == ["ada", "ben"]
    tee = gallery.garments["red-tee"]
    assert (tee.category, tee.label, tee.sleeve, tee.leg, tee.colours) == ("upper", "T-Shirt", "short", None, ("red",))


def test_complete_entry_needs_no_network(gallery_folder: Path, drawing: Any) -> None:
    change(gallery_folder, landmarks_px=UPPER_POINTS)
    garment = build_garment(load_gallery(gallery_folder).garments["red-tee"], drawing)
    assert drawing.garments == 0
    assert garment.category == "upper"
    assert garment.category_probability == {"upper": 1.0, "lower": 0.0, "dress": 0.0}
    assert garment.landmarks_px["hem_left"] == (10.0, 20.0)
    assert garment.alpha_f32.dtype == np.float32
    assert garment.alpha_f32.shape == garment.image_u8.shape[:2]
    assert set(np.unique(garment.alpha_f32)) == {0.0, 1.0}


def test_incomplete_entry_is_understood(gallery_folder: Path, drawing: Any) -> None:
    change(gallery_folder, landmarks_px={"hem_left": [1, 2]})
    garment = build_garment(load_gallery(gallery_folder).garments["red-tee"], drawing)
    assert drawing.garments == 1
    assert 0 < garment.alpha_f32.mean() < 1  # the manifest's mask was handed on


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"file": "garments/none.png"}, "none.png"),
        ({"file": "../../etc/passwd"}, "outside"),
        ({"category": "hat"}, "hat"),
        ({"label": "Toga"}, "Toga"),
        ({"sleeve": "endless"}, "endless"),
        ({"id": "blue-jeans"}, "blue-jeans"),
        ({"landmarks_px": {"hem_left": "x"}}, "entry"),
    ],
)
def test_bad_entries_are_named(gallery_folder: Path, changes: dict[str, Any], told: str) -> None:
    change(gallery_folder, **changes)
    with pytest.raises(GalleryError, match=told):
        load_gallery(gallery_folder)


def test_missing_and_broken_manifest(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match=r"manifest\.json is missing"):
        load_gallery(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(GalleryError, match="cannot be read"):
        load_gallery(tmp_path)
    (tmp_path / "manifest.json").write_text('{"garments": [], "models": []}', encoding="utf-8")
    with pytest.raises(GalleryError, match="at least one"):
        load_gallery(tmp_path)


def test_damaged_pictures_are_named(gallery_folder: Path, drawing: Any) -> None:
    item = load_gallery(gallery_folder).garments["red-tee"]
    item.file.write_bytes(b"no picture")
    with pytest.raises(GalleryError, match=r"red-tee\.png"):
        build_garment(item, drawing)


def test_mask_of_another_size(gallery_folder: Path, drawing: Any) -> None:
    change(gallery_folder, mask="models/ada.png")
    with pytest.raises(TryOnError, match="differ in size"):
        build_garment(load_gallery(gallery_folder).garments["red-tee"], drawing)
