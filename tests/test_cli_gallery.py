"""``gallery add``, ``list`` and ``remove``, over a stand-in for the networks and once over the real ones."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

import tryon
from tryon import cli_gallery
from tryon.cli import main
from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.types import Garment, Guess
from tryon.ui import gallery_edit
from tryon.ui.gallery import build_garment, load_gallery

POINTS = {
    f"{name}_{side}": (60.0 + 80 * (side == "right"), y)
    for name, y in (("neck", 90.0), ("shoulder", 95.0), ("armpit", 140.0), ("hem", 300.0))
    for side in ("left", "right")
}


class Seer:
    """Takes what differs from the picture's corner for an open jacket; sees nothing in a plain picture."""

    sure = 0.9

    def understand_garment(self, image_u8: Any, *, category: str = "auto", photo: str = "auto", alpha_f32: Any = None):
        alpha = (np.abs(image_u8.astype(int) - image_u8[0, 0].astype(int)).max(2) > 40).astype(np.float32)
        if not alpha.any():
            raise GarmentNotFoundError("No garment can be told from its background. Lay it on another ground.")
        kind: Any = "upper" if category == "auto" else category
        attributes = {"front": Guess("open", {"open": 0.9, "closed": 0.1}), "layer": Guess("not sure", {})}
        chances = {"upper": self.sure, "lower": 0.0, "dress": 1 - self.sure}
        return Garment(image_u8, alpha, kind, chances, "Blazer", {}, POINTS, "none", attributes=attributes)


@pytest.fixture
def seer(monkeypatch: pytest.MonkeyPatch) -> Seer:
    found = Seer()
    monkeypatch.setattr(cli_gallery, "load_pipeline", lambda *_: found)
    return found


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A phone's photo of a red garment: taken on its side, with the place of capture."""
    image = np.full((400, 300, 3), 240, np.uint8)
    image[80:320, 40:160] = (190, 30, 40)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter to the right
    exif[0x010E] = "at home, 48.1 N"
    path = tmp_path / "Red jacket.jpg"
    Image.fromarray(np.rot90(image).copy()).save(path, quality=95, exif=exif)
    return path


def test_add_list_and_remove(seer: Seer, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shop"
    assert main(["gallery", "add", str(photo), "--assets", str(folder), "--name-zh", "红夹克", "--json"]) == 0
    entry = json.loads(capsys.readouterr().out)
    assert (entry["id"], entry["name"], entry["name_zh"]) == ("red-jacket", "Red jacket", "红夹克")
    assert (entry["category"], entry["label"], entry["colours"]) == ("upper", "Blazer", ["red"])
    assert (entry["front"], entry["layer"]) == ("open", None)
    image = Image.open(folder / entry["file"])
    mask = cv2.imread(str(folder / entry["mask"]), cv2.IMREAD_GRAYSCALE)
    assert image.size == mask.shape[::-1]
    assert image.size[1] > image.size[0]  # upright
    assert not image.getexif()
    assert b"at home" not in (folder / entry["file"]).read_bytes()
    red = np.asarray(image)[mask > 200].mean(0)
    assert red[0] > 150
    assert red[1] < 70
    assert main(["gallery", "list", "--assets", str(folder)]) == 0
    assert "red-jacket" in capsys.readouterr().out
    assert main(["gallery", "remove", "red-jacket", "--assets", str(folder)]) == 0
    assert not list((folder / "garments").iterdir())
    assert json.loads((folder / "manifest.json").read_text())["garments"] == []
    assert main(["gallery", "remove", "red-jacket", "--assets", str(folder)]) == 1
    assert "no garment 'red-jacket'" in capsys.readouterr().err


def test_landmarks_follow_the_cut(seer: Seer, photo: Path, tmp_path: Path) -> None:
    entry = gallery_edit.add_garment(photo, tmp_path, seer, gallery_edit.Wish())
    mask = cv2.imread(str(tmp_path / entry["mask"]), cv2.IMREAD_GRAYSCALE)
    top, left = np.nonzero(mask > 127)[0].min(), np.nonzero(mask > 127)[1].min()
    x, y = entry["landmarks_px"]["neck_left"]
    assert abs((x - left) - (60 - 40)) < 2  # the garment's left edge was at 40, its top at 80
    assert abs((y - top) - (90 - 80)) < 2


def test_an_added_garment_needs_no_network_and_is_known_to_be_open(
    seer: Seer, photo: Path, gallery_of_two: Path, drawing_forbidden: Any
) -> None:
    arguments = ["gallery", "add", str(photo), "--assets", str(gallery_of_two), "--front", "open", "--colour", "pink"]
    assert main(arguments) == 0
    item = load_gallery(gallery_of_two).garments["red-jacket"]
    assert item.complete
    assert item.colours == ("pink",)
    garment = build_garment(item, drawing_forbidden)
    assert garment.attributes["front"].value == "open"
    assert garment.attributes["layer"].probability["outer"] == 1.0


def test_what_cannot_be_understood_is_refused_and_nothing_is_written(
    seer: Seer, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wall, text, folder = tmp_path / "wall.png", tmp_path / "text.jpg", tmp_path / "shop"
    Image.new("RGB", (200, 200), "grey").save(wall)
    text.write_text("no picture")
    seer.sure = 0.5
    cases = [
        ([str(wall)], "No garment can be told"),
        ([str(text)], "not a picture"),
        ([str(tmp_path / "none.png")], "no picture at"),
        ([str(photo)], "Say it with --category"),
        ([str(photo), "--category", "hat"], "hat"),
        ([str(photo), "--colour", "mauve"], "mauve"),
        ([str(photo), "--front", "ajar"], "ajar"),
    ]
    for arguments, told in cases:
        assert main(["gallery", "add", *arguments, "--assets", str(folder)]) == 1
        assert told in capsys.readouterr().err
    assert not folder.exists()
    assert main(["gallery", "add", str(photo), "--category", "upper", "--assets", str(folder)]) == 0


def test_a_failure_leaves_the_gallery_as_it_was(
    seer: Seer, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery_edit.add_garment(photo, tmp_path, seer, gallery_edit.Wish(name="First"))
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}

    def full(*_: Any) -> None:
        raise BadRequestError("Cannot write: the disk is full. Choose another place.")

    monkeypatch.setattr(gallery_edit, "_write", full)
    with pytest.raises(BadRequestError, match="full"):
        gallery_edit.add_garment(photo, tmp_path, seer, gallery_edit.Wish(name="Second"))
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_a_damaged_manifest_is_not_overwritten(seer: Seer, photo: Path, tmp_path: Path, capsys: Any) -> None:
    (tmp_path / "manifest.json").write_text("{")
    assert main(["gallery", "add", str(photo), "--assets", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err
    assert (tmp_path / "manifest.json").read_text() == "{"


def test_whoever_wears_it_is_not_kept(photo: Path, tmp_path: Path) -> None:
    class Wearing(Seer):
        def understand_garment(self, image_u8: Any, **options: Any) -> Garment:
            return replace(super().understand_garment(image_u8, **options), worn=True)

    entry = gallery_edit.add_garment(photo, tmp_path, Wearing(), gallery_edit.Wish())
    assert entry["worn"] is True
    image, mask = (np.asarray(Image.open(tmp_path / entry[name])) for name in ("file", "mask"))
    assert image[cv2.dilate(255 - mask, np.ones((1, 1))) == 255].min() > 100  # white, but for the JPEG's rim
    assert np.median(image[mask == 0]) == 255


def test_the_real_networks_add_a_garment(root: Path, tmp_path: Path, pipeline: tryon.TryOnPipeline) -> None:
    source = root / "assets/garments/tee-breton.jpg"
    entry = gallery_edit.add_garment(source, tmp_path, pipeline, gallery_edit.Wish())
    assert entry["category"] == "upper"
    assert entry["id"] == "tee-breton"
    assert {"neck_left", "hem_right", "cuff_out_left"} <= set(entry["landmarks_px"])
    mask = cv2.imread(str(tmp_path / entry["mask"]), cv2.IMREAD_GRAYSCALE)
    assert 0.2 < (mask > 127).mean() < 0.9


@pytest.fixture
def gallery_of_two(tmp_path: Path) -> Path:
    """A gallery with one garment and one model."""
    folder = tmp_path / "assets"
    (folder / "garments").mkdir(parents=True)
    picture = Image.new("RGB", (150, 200), "white")
    picture.save(folder / "garments/a.png")
    garment = {"id": "a", "file": "garments/a.png", "name": "A", "category": "lower"}
    model = {"id": "m", "file": "garments/a.png", "name": "M"}
    (folder / "manifest.json").write_text(json.dumps({"garments": [garment], "models": [model]}))
    return folder


@pytest.fixture
def drawing_forbidden() -> Any:
    """A pipeline that must not be asked."""
    return None
