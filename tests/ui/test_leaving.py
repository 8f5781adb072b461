"""What is left of a visit when it has ended: nothing in memory, on the disk, or in the log."""

from __future__ import annotations

import gc
import http.client
import io
import json
import logging
import time
import urllib.error
import urllib.request
import weakref
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from PIL import Image

from tryon.images import encode_png
from tryon.trials.visits import Visit
from tryon.types import Person
from tryon.ui.tidy import Tidier
from tryon.ui.visitors import Visitors

SIZE = (500, 360)  # of visitors' photos here


def visit_to(serving: Any) -> Visit:
    config = json.load(urllib.request.urlopen(serving.url + "config"))
    return Visit(urlsplit(serving.url).port or 0, config)


def until(true: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()


def people_of(serving: Any, monkeypatch: pytest.MonkeyPatch) -> list[weakref.ref[Any]]:
    """From now on, visitors' photos as they are understood, without keeping them; the models have another size."""
    seen: list[weakref.ref[Any]] = []
    understand = serving.drawing.understand_person

    def watched(image_u8: np.ndarray) -> Person:
        if image_u8.shape[:2] == SIZE:
            seen.append(weakref.ref(image_u8))
        return understand(image_u8)

    monkeypatch.setattr(serving.drawing, "understand_person", watched)
    return seen


def tidier_of(serving: Any) -> Tidier:
    (sweeper,) = serving.room.sweepers
    assert isinstance(sweeper.__self__, Tidier)
    return sweeper.__self__


def sweep(serving: Any) -> None:
    for each in serving.room.sweepers:
        each()
    gc.collect()


def test_a_photo_leaves_memory_when_the_page_is_closed(
    serving: Any, person_picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, visit = people_of(serving, monkeypatch), visit_to(serving)
    visit.event("photo", "bring", {"upload": visit.upload(encode_png(person_picture(31, *SIZE)))})
    visit.event("garments", "choose", {"id": "green-dress"})
    gc.collect()
    assert seen[0]() is not None  # it is kept while they are here
    visit.leave()
    assert until(lambda: (gc.collect(), seen[0]() is None)[1])
    sweep(serving)
    page = tidier_of(serving)._page
    assert visit.name not in page.state_holder.session_data
    assert visit.name not in page._queue.pending_messages_per_session


def test_who_leaves_in_the_middle_is_forgotten_too(
    serving: Any, person_picture: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is closed while the photo is worked on, and another click waits."""
    seen, visit = people_of(serving, monkeypatch), visit_to(serving)
    serving.drawing.gate.clear()
    try:
        upload = visit.upload(encode_png(person_picture(32, *SIZE)))
        visit.event("photo", "bring", {"upload": upload}, wait=False)
        visit.event("garments", "choose", {"id": "blue-jeans"}, wait=False)
        visit.listen_a_moment()
        assert until(lambda: bool(seen))
        visit.leave()
        assert until(lambda: serving.room.visitors.has_left(visit.name))
    finally:
        serving.drawing.gate.set()

    def forgotten() -> bool:
        sweep(serving)
        return all(ref() is None for ref in seen) and visit.name not in serving.room.visitors._visitors

    assert until(forgotten)
    other = visit_to(serving)  # and the page goes on
    assert "/result/" in other.event("garments", "choose", {"id": "red-tee"})
    other.leave()


def test_answers_that_nobody_fetched_are_dropped(serving: Any, person_picture: Any) -> None:
    """They hold small pictures of the visitor."""
    visit = visit_to(serving)
    visit.event("photo", "bring", {"upload": visit.upload(encode_png(person_picture(33)))}, wait=False)
    page = tidier_of(serving)._page
    assert until(lambda: visit.name in page._queue.pending_messages_per_session)
    visit.leave()
    assert until(lambda: serving.room.visitors.has_left(visit.name))
    assert until(lambda: (sweep(serving), visit.name not in page._queue.pending_messages_per_session)[1])


def test_a_click_that_comes_after_a_pause_is_answered() -> None:
    visitors = Visitors()
    visitors.get("a")
    visitors.drop("a")
    assert visitors.has_left("a")
    visitors.get("a")  # a laptop that has slept
    assert not visitors.has_left("a")


def test_the_log_names_and_shows_nobody(
    serving: Any, person_picture: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A whole visit, refusals and a fault of the program's own among it."""
    word = "maria-muster-4711"
    caplog.set_level(logging.DEBUG)
    visit = visit_to(serving)
    exif = Image.Exif()
    exif[0x010E] = word
    buffer = io.BytesIO()
    Image.fromarray(person_picture(34)).save(buffer, "JPEG", exif=exif)
    visit.event("photo", "bring", {"upload": visit.upload(buffer.getvalue()), "name": word})
    visit.event("photo", "bring", {"upload": visit.upload(word.encode() * 50)})  # no picture
    visit.event("garments", "choose", {"id": word})
    visit.event("garments", "choose", {"id": "red-tee", "language": word, "beside": word})
    with pytest.raises(urllib.error.HTTPError):
        urllib.request.urlopen(serving.url + f"api/v1/pictures/{word}.png")

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault of the program")

    with monkeypatch.context() as patch:
        patch.setattr(serving.drawing, "dress", fail)
        visit.event("garments", "choose", {"id": "green-dress"})
    line = http.client.HTTPConnection("127.0.0.1", urlsplit(serving.url).port or 0)
    body = json.dumps({"data": [{"path": word, "orig_name": word}, word]})
    line.request("POST", "/gradio_api/call/try_on_gallery", body, {"Content-Type": "application/json"})
    assert line.getresponse().status == 400
    line.close()
    visit.leave()
    ours = [record for record in caplog.records if record.name.startswith(("tryon", "uvicorn", "gradio", "root"))]
    said = "".join(capfd.readouterr()) + "\n".join(record.getMessage() + str(record.exc_text) for record in ours)
    assert "A choice of a visitor failed" in said  # the fault is there to be mended
    assert word not in said
    assert "JFIF" not in said
