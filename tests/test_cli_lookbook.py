"""``python -m tryon lookbook``, with a pipeline that paints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.cli import main
from tryon.errors import NoPersonError
from tryon.images import save_png
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.studio.lookbook.book import PAGES
from tryon.types import Garment, Person, Pose, RGBu8, TryOnResult

SPEC = """
title = "Spring"
[brand]
name = "Maison"
[output]
formats = ["png", "pdf"]
{output}
[[looks]]
model = "ava"
garment = "tee-white"
price = "€ 19"
[[looks]]
model = "me.png"
garments = ["blue.png"]
title = "Mine"
{more}
"""


class Painter:
    """Finds a person wherever the picture is not plain, and paints the middle in the garment's colour."""

    def understand_person(self, image_u8: RGBu8) -> Person:
        if image_u8.std() < 2:
            raise NoPersonError("No person can be seen in this photo.")
        h, w = image_u8.shape[:2]
        pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
        return Person(image_u8, pose, np.ones((h, w), np.float32), np.zeros((h, w), np.uint8), ("Arms crossed.",))

    def understand_garment(self, image_u8: RGBu8, *, category: str = "auto", **_: Any) -> Garment:
        kind: Any = "upper" if category == "auto" else category
        return Garment(image_u8, np.ones(image_u8.shape[:2], np.float32), kind, {kind: 1.0}, "not sure", {}, {})

    def dress(self, person: Person, garment: Garment, **_: Any) -> TryOnResult:
        image, mask = person.image_u8.copy(), np.zeros(person.mask_f32.shape, np.float32)
        inside = np.s_[image.shape[0] // 4 : image.shape[0] * 3 // 4, image.shape[1] // 3 : image.shape[1] * 2 // 3]
        image[inside], mask[inside] = garment.image_u8[garment.alpha_f32 > 0.5].mean(0).astype(np.uint8), 1
        return TryOnResult(image, mask, garment.category)


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the file with more looks and output settings, and returns its path."""
    monkeypatch.setattr("tryon.cli_lookbook.load_pipeline", lambda *_: Painter())
    monkeypatch.setitem(PAGES, "a4", (413, 585))
    photo = np.full((300, 200, 3), 180, np.uint8)
    photo[100:, 60:140] = 90
    save_png(photo, tmp_path / "me.png")
    save_png(np.full((200, 200, 3), (20, 40, 230), np.uint8), tmp_path / "blue.png")
    save_png(np.full((200, 200, 3), 99, np.uint8), tmp_path / "plain.png")

    def write(more: str = "", output: str = "") -> str:
        (tmp_path / "book.toml").write_text(SPEC.format(more=more, output=output), "utf-8")
        return str(tmp_path / "book.toml")

    return write


def test_a_lookbook_is_made(spec: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lookbook", spec(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    folder = tmp_path / "book-pages"
    names = ["lookbook-01.png", "lookbook-02.png", "lookbook.pdf"]
    assert told["files"] == [str(folder / name) for name in names]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert [look["title"] for look in told["looks"]] == ["White T-shirt", "Mine"]
    assert told["looks"][0]["warnings"] == ["Arms crossed."]
    for name in names:
        assert SOURCE_TYPE.encode() in (folder / name).read_bytes()
    page = np.asarray(Image.open(folder / "lookbook-02.png").convert("RGB")).astype(int)
    assert (np.abs(page - (20, 40, 230)).max(-1) < 12).sum() > 1000  # the second look's garment


def test_a_bad_look_is_reported_and_does_not_stop_the_rest(
    spec: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = """
    [combine]
    models = ["avva", "plain.png", "leo"]
    garments = ["tee-white", ["tee-white", "tee-coral"]]
    """
    assert main(["lookbook", spec(more), "--out-dir", str(tmp_path / "out"), "--format", "png", "--json"]) == 1
    captured = capsys.readouterr()
    told = json.loads(captured.out)
    errors = [look["error"] for look in told["looks"]]
    assert [bool(error) for error in errors] == [False, False, True, True, False, True, True, True]
    assert "no model 'avva'" in errors[2]
    assert "Perhaps ava" in errors[2]
    assert "No person" in errors[3]
    assert "one must be worn over the other" in errors[7]
    assert "combine.garments[2] (leo)" in captured.err
    assert (tmp_path / "out/lookbook-02.png").is_file()


def test_where_nothing_works_nothing_is_written(spec: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spec()
    Path(path).write_text('[[looks]]\nmodel = "nobody"\ngarment = "tee-white"\n', "utf-8")
    assert main(["lookbook", path]) == 1
    assert "0 of 1 looks, 0 files" in capsys.readouterr().out
    assert not (tmp_path / "book-pages").exists()


@pytest.mark.parametrize(
    ("arguments", "output", "told"),
    [
        ([], "", "lookbook --example` prints one"),
        (["none.toml"], "", "cannot be read"),
        (["SPEC", "--format", "docx"], "", "--format is 'docx'. Use one of png"),
        (["SPEC"], "columns = 0", "output.columns is 0"),
        (["SPEC", "--out-dir", "FILE"], "", "cannot be written"),
    ],
)
def test_refusals(
    spec: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], output: str, told: str
) -> None:
    path = spec(output=output)
    words = {"SPEC": path, "FILE": str(tmp_path / "me.png")}
    assert main(["lookbook", *(words.get(word, word) for word in arguments)]) == 1
    captured = capsys.readouterr()
    assert told in captured.err
    assert "Traceback" not in captured.err


def test_letters_without_a_font_are_named(spec: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lookbook", spec('caption = "a \U00012000"')]) == 1
    assert "looks[2].caption has letters" in capsys.readouterr().err


def test_the_example_is_a_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tryon.studio.lookbook.spec import read_spec

    assert main(["lookbook", "--example"]) == 0
    (tmp_path / "spec.toml").write_text(capsys.readouterr().out, "utf-8")
    assert len(read_spec(tmp_path / "spec.toml").wishes) == 7
