"""Twenty at once: each sees their own picture and nobody else's, nobody gets an error, and waiting is told."""

from __future__ import annotations

import io
import json
import os
import statistics
import threading
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.images import encode_png, load_picture, save_png
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.waiting import others_before

VISITORS = 20
SLOW = "TRYON_SLOW"  # environment variable: rounds of twenty visitors with the real networks; minutes


class Session:
    """One open page without a browser: it uploads, joins Gradio's queue and listens, as the page's script does."""

    def __init__(self, url: str):
        self.url, self.name = url, uuid.uuid4().hex[:11]
        self.ranks: list[int] = []
        self.others: list[int] = []
        self.config = self._json("config")

    def bring(self, picture: bytes) -> np.ndarray:
        """Bring a photo and return the result that the page would show, at full size."""
        upload = self._json("tryon/upload", picture, {"X-Tryon": "1"})["upload"]
        told = self.event("photo", "bring", {"upload": upload, "ticket": 1, "language": "en"})
        text = json.dumps(told)
        assert "/result/" in text, text[:500]
        token = text.split("tryon/result/")[1].split(".png")[0]
        with urllib.request.urlopen(f"{self.url}tryon/result/{token}.png") as answer:
            return np.asarray(Image.open(io.BytesIO(answer.read())))

    def event(self, element: str, name: str, data: dict[str, Any], wait: Callable[[], None] | None = None) -> Any:
        """Trigger an event of a piece and wait for its answer."""
        target = next(each["id"] for each in self.config["components"] if each["props"].get("elem_id") == element)
        number = next(
            each["id"]
            for each in self.config["dependencies"]
            if [target, name] in [list(pair) for pair in each["targets"]] and each["queue"] is not False
        )
        body = {"data": [], "fn_index": number, "trigger_id": target, "session_hash": self.name, "event_data": data}
        joined = self._json("gradio_api/queue/join", json.dumps(body).encode(), {"Content-Type": "application/json"})
        self.others.append(self._json(f"tryon/line/{self.name}")["before"])
        with urllib.request.urlopen(f"{self.url}gradio_api/queue/data?session_hash={self.name}") as stream:
            for line in stream:
                if not line.startswith(b"data:"):
                    continue
                message = json.loads(line[5:])
                if message["msg"] == "estimation" and message.get("rank") is not None:
                    self.ranks.append(message["rank"])
                if message["msg"] == "process_completed" and message.get("event_id") == joined["event_id"]:
                    assert message["success"], message
                    return message["output"]
        raise AssertionError("the stream ended without an answer")

    def _json(self, path: str, data: bytes | None = None, headers: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(self.url + path, data=data, headers=headers or {})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Do something with many threads that begin together."""
    start = threading.Barrier(count)

    def begin(number: int) -> Any:
        start.wait(60)
        return work(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


@pytest.fixture
def slowly(serving: Any) -> Iterator[Any]:
    """The served page, with a pipeline that takes its time."""
    serving.drawing.delay_s = 0.1
    yield serving
    serving.drawing.delay_s = 0.0


def edges_of(picture: np.ndarray) -> np.ndarray:
    """What the drawing pipeline never paints on: the rows above the chest."""
    return picture[: len(picture) // 4]


def test_twenty_pages_at_once(slowly: Any, person_picture: Any) -> None:
    photos = [person_picture(100 + number, 512, 384) for number in range(VISITORS)]
    sessions = [Session(slowly.url) for _ in photos]
    results = at_once(VISITORS, lambda number: sessions[number].bring(encode_png(photos[number])))
    for number, result in enumerate(results):
        assert (edges_of(result) == edges_of(photos[number])).all()  # one's own photo, to the pixel
        assert (result != photos[number]).any()
        others = [edges_of(photo) for index, photo in enumerate(photos) if index != number]
        assert not any((edges_of(result) == other).all() for other in others)
    assert max(max(session.ranks, default=0) for session in sessions) >= 5  # Gradio told that they wait
    assert max(max(session.others) for session in sessions) >= 5  # and so did the page's own address
    assert [path for path in slowly.files.rglob("*") if path.is_file()] == []


def test_twenty_programs_at_once(slowly: Any, person_picture: Any, tmp_path: Path) -> None:
    gradio_client = pytest.importorskip("gradio_client")
    photos = [person_picture(200 + number, 512, 384) for number in range(VISITORS)]
    for number, photo in enumerate(photos):
        save_png(photo, tmp_path / f"{number}.png")

    def by_client(number: int) -> np.ndarray:
        client = gradio_client.Client(slowly.url, verbose=False, download_files=str(tmp_path / f"answers{number}"))
        path = gradio_client.handle_file(tmp_path / f"{number}.png")
        picture, facts = client.predict(path, "green-dress", api_name="/try_on_gallery")
        assert facts["category"] == "dress"
        return np.asarray(Image.open(picture).convert("RGB"))

    def by_rest(number: int) -> np.ndarray:
        address = slowly.url + "api/v1/try-on?garment_id=green-dress"
        headers = {"Content-Type": "image/png", "Accept": "image/png"}
        request = urllib.request.Request(address, data=encode_png(photos[number]), headers=headers)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return np.asarray(Image.open(io.BytesIO(answer.read())))

    results = at_once(VISITORS, lambda number: by_client(number) if number % 2 else by_rest(number))
    for number, result in enumerate(results):
        assert (edges_of(result) == edges_of(photos[number])).all()
        assert (result != photos[number]).any()


@pytest.mark.parametrize(("locale", "texts"), [("en-GB", ENGLISH), ("zh-CN", CHINESE)])
def test_the_page_tells_how_many_come_before(
    serving: Any, open_page: Any, settled: Any, person_picture: Any, locale: str, texts: Any
) -> None:
    pytest.importorskip("playwright.sync_api")
    page = open_page(serving.url, locale=locale)
    source = settled(page)
    sessions = [Session(serving.url) for _ in range(3)]
    serving.drawing.gate.clear()
    try:
        with ThreadPoolExecutor(3) as pool:
            photo = encode_png(person_picture(7))
            others = [pool.submit(session.bring, photo) for session in sessions]
            deadline = time.monotonic() + 20
            while sum(len(session.others) for session in sessions) < 3 and time.monotonic() < deadline:
                time.sleep(0.05)
            page.click('#garments .tile[data-id="green-dress"]')
            told = texts.before_you.format(n=3)
            page.wait_for_selector(f'#stage .busy span:has-text("{told}")', timeout=15_000)
            serving.drawing.gate.set()
            settled(page, other_than=source)
            assert page.inner_text("#stage .busy span") == ""
            for each in others:
                each.result()
    finally:
        serving.drawing.gate.set()


def test_others_are_counted_and_oneself_is_not() -> None:
    def event(session: str, concurrency_id: str = "model") -> SimpleNamespace:
        return SimpleNamespace(session_hash=session, concurrency_id=concurrency_id)

    line = SimpleNamespace(queue=[event("b"), event("me"), event("b"), event("c"), event("me"), event("d")])
    queue = SimpleNamespace(
        event_queue_per_concurrency_id={"model": line}, active_jobs=[None, [event("a")], [event("e", "other")]]
    )
    assert others_before(queue, "model", "me") == 3  # a at work, b and c; b counts once, and d comes later
    assert others_before(queue, "model", "b") == 2
    assert others_before(queue, "model", "a") == 0
    assert others_before(queue, "model", "nobody") == 0
    assert others_before(queue, "other", "me") == 0


@pytest.mark.skipif(not os.environ.get(SLOW), reason=f"set {SLOW}=1 to measure with the real networks")
@pytest.mark.timeout(1800)
def test_twenty_with_the_real_pipeline(root: Path, pipeline: Any, tmp_path: Path) -> None:
    """Three rounds; prints how long each of twenty waits (``pytest -s``)."""
    from tryon.ui.app import build_app, launch_options

    manifest = json.loads((root / "assets/manifest.json").read_text("utf-8"))
    models = [load_picture(root / "assets" / entry["file"]) for entry in manifest["models"]]
    photos = [np.roll(models[number % len(models)], number, axis=1) for number in range(VISITORS)]  # all distinct
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
        page, room = build_app(load=lambda: pipeline)
        room.start()
        options = launch_options(room)
        _, url, _ = page.launch(**options, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        try:
            for number in range(3):
                sessions = [Session(url) for _ in photos]
                seconds = [0.0] * VISITORS

                def visit(number: int, sessions: Any = sessions, seconds: Any = seconds) -> np.ndarray:
                    started = time.perf_counter()
                    result = sessions[number].bring(encode_png(photos[number]))
                    seconds[number] = time.perf_counter() - started
                    return result

                results = at_once(VISITORS, visit)
                for index, result in enumerate(results):
                    assert result.shape == photos[index].shape
                    kept = (result == photos[index]).all(-1).mean()
                    others = [
                        (result == photo).all(-1).mean()
                        for other, photo in enumerate(photos)
                        if other != index and photo.shape == result.shape
                    ]
                    assert kept > max(others)  # it is their own photo that is changed
                cuts = statistics.quantiles(seconds, n=20)
                print(f"round {number + 1}: p50 {cuts[9]:.1f} s, p95 {cuts[18]:.1f} s, longest {max(seconds):.1f} s")
        finally:
            page.close()
            room.stop()
