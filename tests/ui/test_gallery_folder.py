"""Pictures dropped into a folder: found, named, understood at first use, and left out when they show nothing."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.errors import TryOnError
from tryon.images import save_png
from tryon.ui.engine import Engine
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import build_garment, load_gallery, tile_picture
from tryon.ui.gallery_folder import category_from_name, name_from_file, new_id


@pytest.fixture
def dropped(gallery_folder: Path, person_picture: Any) -> Path:
    """A gallery into whose folder one picture was dropped."""
    save_png(person_picture(5), gallery_folder / "garments" / "my_denim-jacket.png")
    return gallery_folder


def test_a_dropped_picture_is_in_the_gallery_and_understood_when_worn(dropped: Path, drawing: Any) -> None:
    gallery = load_gallery(dropped)
    item = gallery.garments["my-denim-jacket"]
    assert len(gallery.garments) == 5
    assert next(iter(gallery.garments)) == "my-denim-jacket"  # what is new is seen
    assert (item.name, item.category, item.dropped) == ("My denim jacket", "upper", True)
    assert not item.complete
    assert tile_picture(item).shape[2] == 3
    assert drawing.garments == 0
    build_garment(item, drawing)
    assert drawing.garments == 1


def test_masks_notes_and_broken_pictures_are_no_garments(dropped: Path, caplog: pytest.LogCaptureFixture) -> None:
    (dropped / "garments" / "torn.jpg").write_bytes(b"\xff\xd8 no picture")
    (dropped / "garments" / "notes.txt").write_text("blue")
    (dropped / "garments" / ".hidden.png").write_bytes(b"x")
    with caplog.at_level(logging.WARNING):
        gallery = load_gallery(dropped)
    assert set(gallery.garments) == {"my-denim-jacket", "red-tee", "blue-jeans", "green-dress", "black-top"}
    assert "torn.jpg is left out" in caplog.text
    assert "notes.txt" not in caplog.text


def test_a_picture_without_a_garment_is_left_out_after_its_first_use(
    dropped: Path, drawing: Any, caplog: pytest.LogCaptureFixture
) -> None:
    save_png(np.full((300, 300, 3), 200, np.uint8), dropped / "garments" / "wall.png")
    room = FittingRoom(load_gallery(dropped), Engine(lambda: drawing))
    assert "wall" in room.gallery.garments
    with caplog.at_level(logging.WARNING), pytest.raises(TryOnError, match="No garment"):
        room.garment("wall")
    assert "wall.png is left out" in caplog.text
    assert "wall" not in room.gallery.garments
    assert room.garment("my-denim-jacket").name == "My denim jacket"


def test_a_folder_of_ones_own(
    gallery_folder: Path, tmp_path_factory: pytest.TempPathFactory, person_picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path_factory.mktemp("own")
    save_png(person_picture(3), own / "红色 连衣裙.png")
    save_png(person_picture(4), own / "garments" / "red-tee.png")  # the id is taken
    monkeypatch.setenv("TRYON_GALLERY", str(own))
    gallery = load_gallery(gallery_folder)
    assert list(gallery.garments)[:2] == ["红色-连衣裙", "red-tee-2"]
    assert gallery.garments["红色-连衣裙"].category == "dress"
    assert len(gallery.garments) == 6
    monkeypatch.setenv("TRYON_GALLERY", str(own / "nowhere"))
    assert len(load_gallery(gallery_folder).garments) == 4


def test_a_mask_beside_the_picture_is_used(dropped: Path, drawing: Any) -> None:
    mask = np.zeros((512, 384), np.uint8)
    mask[100:300] = 255
    save_png(mask, dropped / "garments" / "my_denim-jacket.mask.png")
    item = load_gallery(dropped).garments["my-denim-jacket"]
    assert np.array_equal(build_garment(item, drawing).alpha_f32 > 0.5, mask > 0)


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Blue jeans", "lower"),
        ("Summer dress", "dress"),
        ("Pants 3", "lower"),
        ("半身裙", "lower"),
        ("IMG 2041", "upper"),
    ],
)
def test_the_name_tells_the_category(name: str, category: str) -> None:
    assert category_from_name(name) == category


def test_names_and_ids() -> None:
    assert name_from_file(Path("blue_denim-jacket.JPG")) == "Blue denim jacket"
    assert name_from_file(Path("---.png")) == "Garment"
    assert new_id("Blue Tee!", {"blue-tee", "blue-tee-2"}) == "blue-tee-3"
    assert new_id("../../etc", set()) == "etc"
    assert new_id("...", set()) == "garment"
