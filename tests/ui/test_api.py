"""The endpoints that other programs use, through ``gradio_client``."""

from __future__ import annotations

import io
import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.images import encode_png, load_picture, save_png
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.types import LABEL

gradio_client = pytest.importorskip("gradio_client")
handle_file = gradio_client.handle_file


@pytest.fixture(scope="module")
def client(serving: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return gradio_client.Client(serving.url, verbose=False, download_files=str(tmp_path_factory.mktemp("answers")))


@pytest.fixture
def photo(tmp_path: Path, person_picture: Any) -> Path:
    save_png(person_picture(5, 640, 480), tmp_path / "photo.png")
    return tmp_path / "photo.png"


def test_only_the_promised_endpoints_are_public(client: Any) -> None:
    named = client.view_api(return_format="dict", print_info=False)["named_endpoints"]
    first = {"/try_on", "/try_on_gallery", "/gallery", "/understand_person", "/understand_garment"}
    assert set(named) == first | {"/try_on_full", "/try_on_outfit"}
    parameters = named["/try_on"]["parameters"]
    assert [each["parameter_name"] for each in parameters] == ["person", "garment", "category", "garment_photo"]
    assert [each["parameter_default"] for each in parameters[2:]] == ["auto", "auto"]


def test_gallery(client: Any) -> None:
    entries = client.predict(api_name="/gallery")
    assert [entry["id"] for entry in entries] == ["red-tee", "blue-jeans", "green-dress", "black-top"]
    assert set(entries[0]) == {"id", "name", "category", "colours"}


def test_try_on_gallery_is_lossless(client: Any, photo: Path) -> None:
    picture, facts = client.predict(handle_file(photo), "green-dress", api_name="/try_on_gallery")
    with Image.open(picture) as opened:
        assert opened.format == "PNG"
        assert not opened.getexif()
        assert opened.info["DigitalSourceType"] == SOURCE_TYPE
        result = np.asarray(opened.convert("RGB"))
    original = load_picture(photo)
    assert result.shape == original.shape
    assert (result[:150] == original[:150]).all()
    assert (result != original).any()
    assert facts["category"] == "dress"
    assert facts["warnings"] == ["The arms are crossed."]
    assert facts["milliseconds"] > 0
    assert facts["stages"] == {"total": 5.0}


def test_try_on(client: Any, photo: Path, serving: Any) -> None:
    garment = handle_file(serving.gallery / "garments/red-tee.png")
    _, facts = client.predict(handle_file(photo), garment, api_name="/try_on")
    assert facts["category"] == "upper"
    _, facts = client.predict(handle_file(photo), garment, "dress", "flat", api_name="/try_on")
    assert facts["category"] == "dress"


def test_try_on_full_gives_the_mask(client: Any, photo: Path, serving: Any) -> None:
    original = load_picture(photo)
    areas = {}
    for tuck, fit in (("auto", 0), ("in", 0), ("auto", 1)):
        given = {"person": handle_file(photo), "garment_id": "red-tee", "tuck": tuck, "fit": fit}
        picture, mask, facts = client.predict(**given, api_name="/try_on_full")
        changed, shown = np.asarray(Image.open(mask)), np.asarray(Image.open(picture).convert("RGB"))
        changed = changed if changed.ndim == 2 else changed[..., 0]
        assert (shown[changed == 0] == original[changed == 0]).all()
        areas[tuck, fit] = int((changed > 0).sum())
        assert facts["category"] == "upper"
        assert facts["size"] == [480, 640]
    assert areas["in", 0] < areas["auto", 0] < areas["auto", 1]
    garment = handle_file(serving.gallery / "garments/red-tee.png")
    *_, facts = client.predict(handle_file(photo), garment, "", "dress", api_name="/try_on_full")
    assert facts["category"] == "dress"
    with pytest.raises(Exception, match="one of them"):
        client.predict(handle_file(photo), garment, "red-tee", api_name="/try_on_full")
    with pytest.raises(Exception, match="No garment was given"):
        client.predict(handle_file(photo), api_name="/try_on_full")


def test_try_on_outfit(client: Any, photo: Path, serving: Any) -> None:
    _, mask, facts = client.predict(handle_file(photo), ["red-tee", "blue-jeans"], api_name="/try_on_outfit")
    assert facts["categories"] == ["lower", "upper"]
    assert np.asarray(Image.open(mask)).any()
    pictures = [handle_file(serving.gallery / "garments/red-tee.png")]
    *_, facts = client.predict(handle_file(photo), ["blue-jeans"], pictures, "in", 0.5, api_name="/try_on_outfit")
    assert facts["categories"] == ["lower", "upper"]
    for ids, told in (
        (["red-tee", "black-top"], "two tops"),
        (["nothing"], "nothing"),
        ([], "No garment"),
        ([3], "list"),
    ):
        with pytest.raises(Exception, match=told):
            client.predict(handle_file(photo), ids, api_name="/try_on_outfit")


def test_understanding(client: Any, photo: Path, serving: Any) -> None:
    labels, facts = client.predict(handle_file(photo), api_name="/understand_person")
    with Image.open(labels) as opened:
        assert opened.mode == "P"
        assert opened.size == (480, 640)
        assert (np.asarray(opened) == LABEL["upper"]).all()
    assert facts["labels"]["8"] == "upper"
    assert facts["shares"]["upper"] == 1
    assert facts["framing"] == "hips"
    assert facts["size"] == [480, 640]
    assert len(facts["pose_px"]) == len(facts["visibility"]) == 33
    labels, facts = client.predict(
        handle_file(serving.gallery / "garments/red-tee.png"), api_name="/understand_garment"
    )
    assert facts["category"] == "upper"
    assert Image.open(labels).size == (300, 400)


def test_understanding_a_garment_tells_how_sure_it_is(client: Any, doubtful_picture: Any, tmp_path: Path) -> None:
    save_png(doubtful_picture, tmp_path / "garment.png")
    labels, facts = client.predict(handle_file(tmp_path / "garment.png"), api_name="/understand_garment")
    assert Image.open(labels).mode == "P"
    assert facts["category_probability"] == {"upper": 0.4, "lower": 0.25, "dress": 0.35}
    assert (facts["sleeve"], facts["attributes"]["sleeve"]) == ("short", "short")
    assert facts["attributes"]["neckline"] == "not sure"
    assert facts["attribute_probability"]["front"] == {"closed": 0.9, "open": 0.1}
    assert facts["landmarks"] == facts["landmarks_px"]
    assert facts["visibility"] == {"neck_left": 1.0, "hem_left": 0.1, "cuff_out_left": 1.0}
    assert facts["size"] == [300, 300]
    assert facts["warnings"]
    cutout, _ = client.predict(handle_file(tmp_path / "garment.png"), "cutout", api_name="/understand_garment")
    with Image.open(cutout) as opened:
        assert opened.mode == "RGBA"
        assert (np.asarray(opened)[..., :3] == doubtful_picture).all()
    with pytest.raises(Exception, match="hat"):
        client.predict(handle_file(tmp_path / "garment.png"), "hat", api_name="/understand_garment")


def test_refusals_are_sentences(client: Any, photo: Path, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_bytes(b"this is no picture")
    save_png(np.full((300, 300, 3), 90, np.uint8), tmp_path / "plain.png")
    cases = [
        (("/try_on_gallery", handle_file(tmp_path / "text.jpg"), "red-tee"), "picture"),
        (("/try_on_gallery", handle_file(tmp_path / "plain.png"), "red-tee"), "No person"),
        (("/try_on_gallery", handle_file(photo), "nothing"), "nothing"),
        (("/try_on", handle_file(photo), handle_file(tmp_path / "plain.png")), "No garment"),
        (("/try_on", handle_file(photo), handle_file(photo), "hat"), "hat"),
    ]
    for (name, *arguments), told in cases:
        with pytest.raises(Exception, match=told) as caught:
            client.predict(*arguments, api_name=name)
        assert "Traceback" not in str(caught.value)


def test_pictures_travel_through_memory(served: str, person_picture: Any) -> None:
    data = encode_png(person_picture(1))
    request = urllib.request.Request(served + "tryon/upload", data=data, headers={"X-Tryon": "1"}, method="POST")
    assert json.load(urllib.request.urlopen(request))["upload"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(served + "tryon/upload", data=data, method="POST"))
    assert caught.value.code == 403
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(served + "tryon/picture/unknown.jpg")
    assert caught.value.code == 404


def test_too_large_an_upload_is_refused(served: str) -> None:
    data = io.BytesIO(bytes(20 * 1024 * 1024 + 1)).getvalue()
    request = urllib.request.Request(served + "tryon/upload", data=data, headers={"X-Tryon": "1"}, method="POST")
    with pytest.raises((urllib.error.HTTPError, ConnectionError, urllib.error.URLError)) as caught:
        urllib.request.urlopen(request)
    if isinstance(caught.value, urllib.error.HTTPError):
        assert "20 MB" in json.load(caught.value)["error"]


def test_nothing_is_recorded(served: str) -> None:
    config = json.load(urllib.request.urlopen(served + "config"))
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(served + "monitoring/summary")
