"""The REST interface, as any program sees it: over HTTP, with nothing but the standard library's client."""

from __future__ import annotations

import io
import json
import threading
import time
import urllib.error
import urllib.request
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import numpy as np
import pytest
from PIL import Image

from tryon.images import encode_png
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.ui import rest

Field = tuple[str, "str | bytes"]


def send(
    url: str, fields: list[Field] | None = None, *, body: bytes = b"", kind: str = "", accept: str = "*/*"
) -> SimpleNamespace:
    """Send a form, or a bare body, or (without both) ask; the answer's status, headers, bytes and JSON."""
    headers = {"Accept": accept}
    if fields is not None:
        edge = uuid.uuid4().hex
        parts = []
        for name, value in fields:
            file = isinstance(value, bytes)
            head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"' + ('; filename="a"' if file else "")
            parts += [f"{head}\r\n\r\n".encode(), value if isinstance(value, bytes) else value.encode(), b"\r\n"]
        body, kind = b"".join([*parts, f"--{edge}--\r\n".encode()]), f"multipart/form-data; boundary={edge}"
    if kind:
        headers["Content-Type"] = kind
    request = urllib.request.Request(url, data=body or None, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, told, data = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        status, told, data = error.code, error.headers, error.read()
    told_json = json.loads(data) if "json" in (told["Content-Type"] or "") else None
    return SimpleNamespace(status=status, headers=told, data=data, json=told_json)


def picture_of(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.fixture
def photo(person_picture: Any) -> np.ndarray:
    return person_picture(5, 640, 480)


def test_gallery_and_descriptions(served: str) -> None:
    garments = send(served + "api/v1/gallery").json["garments"]
    assert [each["id"] for each in garments] == ["red-tee", "blue-jeans", "green-dress", "black-top"]
    text = send(served + "api/v1").data.decode()
    described = send(served + "api/v1/openapi.json").json
    assert described["openapi"].startswith("3.")
    order = described["components"]["schemas"]["Order"]["properties"]
    assert set(order) == {*rest.FILES, *rest.WORDS}
    assert all(name in text for name in order)
    served_paths = {"/api/v1/gallery", "/api/v1/try-on", "/api/v1/pictures/{token}.png"}
    assert set(described["paths"]) == served_paths


def test_a_form_gives_links_to_picture_and_mask(serving: Any, photo: np.ndarray) -> None:
    answer = send(serving.url + "api/v1/try-on", [("person", encode_png(photo)), ("garment_id", "green-dress")])
    assert answer.status == 200
    told = answer.json
    assert (told["category"], told["categories"], told["size"]) == ("dress", ["dress"], [480, 640])
    assert told["warnings"] == ["The arms are crossed."]
    assert told["milliseconds"] > 0
    for _ in range(2):  # as often as it is asked for
        result = send(serving.url.rstrip("/") + told["picture"])
    mask = picture_of(send(serving.url.rstrip("/") + told["mask"]).data)
    shown = picture_of(result.data)
    assert (shown[mask == 0] == photo[mask == 0]).all()
    assert (shown != photo).any()
    assert SOURCE_TYPE.encode() in result.data
    assert "no-store" in result.headers["Cache-Control"]
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_the_described_answer_is_what_comes(served: str, photo: np.ndarray) -> None:
    schema = send(served + "api/v1/openapi.json").json["components"]["schemas"]
    told = send(served + "api/v1/try-on", [("person", encode_png(photo)), ("garment_id", "red-tee")]).json
    assert set(told) == set(schema["Result"]["properties"])
    refused = send(served + "api/v1/try-on", [("person", encode_png(photo))]).json
    assert set(refused) == set(schema["Refusal"]["properties"])


def test_png_comes_at_once_where_it_is_asked_for(serving: Any, photo: np.ndarray) -> None:
    garment = (serving.gallery / "garments/red-tee.png").read_bytes()
    fields: list[Field] = [("person", encode_png(photo)), ("garment", garment), ("category", "dress"), ("fit", "-1")]
    answer = send(serving.url + "api/v1/try-on", fields, accept="image/png")
    assert answer.headers["Content-Type"] == "image/png"
    assert picture_of(answer.data).shape == photo.shape
    assert json.loads(unquote(answer.headers["X-Tryon-Facts"]))["category"] == "dress"


def test_a_bare_body_and_an_outfit(served: str, photo: np.ndarray) -> None:
    url = served + "api/v1/try-on?garment_id=red-tee&garment_id=blue-jeans&tuck=in"
    answer = send(url, body=encode_png(photo), kind="image/png")
    assert answer.json["categories"] == ["lower", "upper"]


def test_what_was_painted_is_obeyed(served: str, photo: np.ndarray) -> None:
    keep = np.zeros(photo.shape[:2], np.uint8)
    keep[:320] = 255
    fields: list[Field] = [("person", encode_png(photo)), ("garment_id", "red-tee"), ("keep", encode_png(keep))]
    answer = send(served + "api/v1/try-on", fields, accept="image/png")
    shown = picture_of(answer.data)
    assert (shown[:320] == photo[:320]).all()
    assert (shown[320:] != photo[320:]).any()


def test_refusals_are_sentences_with_a_status(serving: Any, photo: np.ndarray) -> None:
    person, plain = encode_png(photo), encode_png(np.full((300, 300, 3), 90, np.uint8))
    asked = ("garment_id", "red-tee")
    cases: list[tuple[list[Field], int, str, str]] = [
        ([asked], 400, "bad_request", "'person' is missing"),
        ([("person", person)], 400, "bad_request", "No garment was given"),
        ([("person", person), ("garment_id", "hat")], 404, "unknown_garment", "hat"),
        ([("person", b"no picture"), asked], 415, "not_a_picture", "JPEG"),
        ([("person", plain), asked], 422, "no_person", "No person"),
        ([("person", person), ("garment", plain)], 422, "garment_not_found", "No garment"),
        ([("person", encode_png(photo[:100])), asked], 422, "picture_too_small", "128"),
        ([("person", bytes(20 * 1024 * 1024 + 1)), asked], 413, "picture_too_large", "20 MB"),
        ([("person", person), asked, ("fit", "wide")], 400, "bad_request", "wide"),
        ([("person", person), asked, ("fit", "nan")], 400, "bad_request", "between -1"),
        ([("person", person), asked, ("tuck", "half")], 400, "bad_request", "half"),
        ([("person", person), asked, ("colour", "red")], 400, "bad_request", "colour"),
        ([("person", "me.jpg"), asked], 400, "bad_request", "as a file"),
        ([("person", person), ("person", person), asked], 400, "bad_request", "2 times"),
        ([("person", person), *[asked] * 4], 400, "bad_request", "one to 3"),
        ([("person", person), asked, ("garment_id", "black-top")], 400, "bad_request", "two tops"),
        ([("person", person), asked, ("category", "upper"), ("category", "lower")], 400, "bad_request", "2 categories"),
        ([("person", person), asked, ("keep", encode_png(photo[:300]))], 200, "", ""),  # the drawing takes any size
    ]
    for fields, status, code, words in cases[:-1]:
        answer = send(serving.url + "api/v1/try-on", fields)
        assert (answer.status, answer.json["code"]) == (status, code), answer.json
        assert words in answer.json["error"]
        assert "Traceback" not in answer.json["error"]
    answer = send(serving.url + "api/v1/try-on", body=b"{}", kind="application/json")
    assert answer.status == 400
    assert "multipart" in answer.json["error"]
    answer = send(serving.url + "api/v1/try-on", body=b"--x", kind="multipart/form-data; boundary=y")
    assert answer.status == 400
    assert send(serving.url + "api/v1/pictures/unknown.png").status == 404


def test_what_goes_wrong_on_our_side_is_no_stack_trace(
    serving: Any, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret path")

    monkeypatch.setattr(serving.drawing, "dress", fail)
    answer = send(serving.url + "api/v1/try-on", [("person", encode_png(photo)), ("garment_id", "red-tee")])
    assert answer.status == 500
    assert answer.json["code"] == "unexpected"
    assert "secret" not in answer.json["error"]


def test_too_many_at_once_are_asked_to_come_back(
    serving: Any, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "MOST_WAITING", 2)
    fields: list[Field] = [("person", encode_png(photo)), ("garment_id", "red-tee")]
    serving.drawing.gate.clear()
    try:
        with ThreadPoolExecutor(6) as pool:
            answers = [pool.submit(send, serving.url + "api/v1/try-on", fields) for _ in range(6)]
            deadline = time.monotonic() + 20
            while sum(each.done() for each in answers) < 4 and time.monotonic() < deadline:
                threading.Event().wait(0.05)
            serving.drawing.gate.set()
            statuses = sorted(each.result().status for each in answers)
    finally:
        serving.drawing.gate.set()
    assert statuses == [200, 200, 503, 503, 503, 503]
    refused = next(each.result() for each in answers if each.result().status == 503)
    assert refused.headers["Retry-After"] == "30"
    assert "again" in refused.json["error"]


def test_requests_together_may_not_fill_the_memory(
    serving: Any, photo: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    fields: list[Field] = [("person", encode_png(photo)), ("garment_id", "red-tee")]
    with monkeypatch.context() as patch:
        patch.setattr(rest, "WAITING_BYTES", 1000)
        assert send(serving.url + "api/v1/try-on", fields).status == 503
    with monkeypatch.context() as patch:
        patch.setattr(rest, "BODY_BYTES", 1000)
        assert send(serving.url + "api/v1/try-on", fields).status == 413
    assert send(serving.url + "api/v1/try-on", fields).status == 200  # nothing is left counted
