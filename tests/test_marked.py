"""Every way out of the program marks its pictures as generated, and programs' files go."""

from __future__ import annotations

import io
import json
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import tryon
from tryon.cli import main
from tryon.images import encode_png, save_png
from tryon.sharing.metadata import SOURCE_TYPE, mark_jpeg
from tryon.trials.stand_in import StandIn
from tryon.trials.visits import Visit
from tryon.ui.page import FILES_AGE_S, FILES_SWEEP_S

MARK = SOURCE_TYPE.rpartition("/")[0].encode()  # designs name another of these terms: nothing in them was photographed


class LoadedStandIn(StandIn):
    @classmethod
    def from_pretrained(cls, *_: Any, **__: Any) -> LoadedStandIn:
        return cls()


@pytest.fixture
def pictures(tmp_path: Path, make_picture: Any) -> tuple[Path, Path]:
    save_png(make_picture(300, 200, 1), tmp_path / "person.png")
    save_png(make_picture(200, 200, 2), tmp_path / "garment.png")
    return tmp_path / "person.png", tmp_path / "garment.png"


@pytest.fixture
def page(tmp_path: Path, root: Path) -> Any:
    """The page over the repository's gallery and a pipeline that paints."""
    from tryon.ui.app import build_app, launch_options

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "files"))
        blocks, room = build_app(load=StandIn)
        room.start()
        _, url, _ = blocks.launch(**launch_options(room), prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        yield url
        blocks.close()
        room.stop()


def test_every_way_out_marks_its_pictures(
    page: str, pictures: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: dict[str, bytes] = {}
    person, garment = pictures
    monkeypatch.setitem(vars(tryon), "TryOnPipeline", LoadedStandIn)
    out = tmp_path / "try.png"
    assert main(["try", "--person", str(person), "--garment", str(garment), "--out", str(out)]) == 0
    found["try"] = out.read_bytes()
    (tmp_path / "pairs.csv").write_text("person,garment,category\nperson.png,garment.png,\n")
    assert main(["batch", "--pairs", str(tmp_path / "pairs.csv"), "--out-dir", str(tmp_path / "out")]) == 0
    found["batch"] = (tmp_path / "out/0000.png").read_bytes()
    photo = person.read_bytes()
    for accept in ("image/png", "*/*"):
        headers = {"Content-Type": "image/png", "Accept": accept}
        request = urllib.request.Request(page + "api/v1/try-on?garment_id=tee-breton", photo, headers)
        data = urllib.request.urlopen(request).read()
        if accept == "*/*":
            data = urllib.request.urlopen(page.rstrip("/") + json.loads(data)["picture"]).read()
        found[f"REST {accept}"] = data
    gradio_client = pytest.importorskip("gradio_client")
    client = gradio_client.Client(page, verbose=False, download_files=str(tmp_path / "answers"))
    file = gradio_client.handle_file(person)
    for name, arguments in {
        "/try_on_gallery": (file, "tee-breton"),
        "/try_on": (file, gradio_client.handle_file(garment)),
        "/try_on_outfit": (file, ["tee-breton"]),
    }.items():
        found[name] = Path(client.predict(*arguments, api_name=name)[0]).read_bytes()
    visit = Visit(int(page.rsplit(":", 1)[1].strip("/")), json.load(urllib.request.urlopen(page + "config")))
    told = visit.event("photo", "bring", {"upload": visit.upload(photo)})
    token = told.split("tryon/result/")[1].split(".")[0]
    found["download"] = visit.ask("GET", f"tryon/result/{token}.png")
    found["shown"] = visit.ask("GET", f"tryon/picture/{token}.jpg")
    for kind in ("split.jpg", "side.png", "film.webp", "film.gif"):
        found[f"share {kind}"] = visit.ask("GET", f"tryon/share/{token}/{token}/{kind}")
    found["design"] = visit.ask("GET", "tryon/design/large.png?seed=7")
    visit.leave()
    assert {name for name, data in found.items() if MARK not in data} == set()
    assert len(found) == 14
    for name, data in found.items():  # and they still open
        Image.open(io.BytesIO(data)).load()
        assert name


def test_marks_leave_the_pixels_alone(make_picture: Any) -> None:
    buffer = io.BytesIO()
    Image.fromarray(make_picture(200, 160)).save(buffer, "JPEG")
    marked = mark_jpeg(buffer.getvalue())
    assert MARK in marked
    assert (np.asarray(Image.open(io.BytesIO(marked))) == np.asarray(Image.open(buffer))).all()
    assert "generated" in Image.open(io.BytesIO(marked)).getexif()[0x010E]
    with pytest.raises(ValueError, match="JPEG"):
        mark_jpeg(encode_png(make_picture(200, 160)))


def test_programs_files_go_after_ten_minutes() -> None:
    """The privacy page says eleven minutes at most."""
    assert FILES_AGE_S + FILES_SWEEP_S <= 11 * 60
