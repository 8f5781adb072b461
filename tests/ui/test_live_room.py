"""Streams of the live mirror and their routes, without a browser and without networks."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tryon.errors import BadRequestError, NotAPictureError
from tryon.types import Garment
from tryon.ui.live_room import (
    FRAME_BYTES,
    SILENT_S,
    LiveRoom,
    StreamBusyError,
    StreamGoneError,
    TooManyLiveError,
    decode_frame,
)
from tryon.ui.live_routes import live_routes

OURS = {"X-Tryon": "1"}


def jpeg(colour: tuple[int, int, int] = (200, 120, 40), size: tuple[int, int] = (384, 512)) -> bytes:
    picture = np.full((size[1], size[0], 3), colour[::-1], np.uint8)
    picture[: size[1] // 2, : size[0] // 2] = 0  # not plain: somebody
    return cv2.imencode(".jpg", picture)[1].tobytes()


class Wardrobe:
    """Two garments, and a count of who asked."""

    def __init__(self) -> None:
        alpha = np.ones((9, 9), np.float32)
        self.garments = {
            name: Garment(np.full((9, 9, 3), colour, np.uint8), alpha, "upper", {}, "not sure", {}, {}, "short")
            for name, colour in (("red", (200, 0, 0)), ("blue", (0, 0, 200)))
        }

    def __call__(self, key: str) -> Garment:
        if key not in self.garments:
            raise BadRequestError(f"No {key}")
        return self.garments[key]


WARDROBE = Wardrobe()


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def live(clock: Clock, drawing_live: Any) -> LiveRoom:
    return LiveRoom(drawing_live.load, most=2, clock=clock)


def middle(answer: bytes) -> list[int]:
    picture = cv2.imdecode(np.frombuffer(answer, np.uint8), cv2.IMREAD_COLOR)
    return [int(v) for v in picture[picture.shape[0] // 2, picture.shape[1] // 2, ::-1]]


def test_the_latest_garment_is_worn_and_each_visitor_has_their_own(live: LiveRoom, drawing_live: Any) -> None:
    ann, bob = live.open("ann", WARDROBE), live.open("bob", WARDROBE)
    assert middle(live.frame(ann, jpeg(), "red").jpeg)[0] > 180
    assert middle(live.frame(bob, jpeg(), "blue").jpeg)[2] > 180
    assert middle(live.frame(ann, jpeg(), "red").jpeg)[0] > 180
    assert middle(live.frame(ann, jpeg(), "blue").jpeg)[2] > 180
    assert drawing_live.loaded == 1  # the networks are shared


def test_nobody_is_told(live: LiveRoom) -> None:
    token = live.open("ann", WARDROBE)
    plain = cv2.imencode(".jpg", np.full((512, 384, 3), 128, np.uint8))[1].tobytes()
    assert not live.frame(token, plain, "red").seen
    answer = live.frame(token, jpeg(), "red")
    assert answer.seen
    assert answer.milliseconds > 0


def test_a_place_is_taken_and_freed(live: LiveRoom, drawing_live: Any, clock: Clock) -> None:
    ann, _ = live.open("ann", WARDROBE), live.open("bob", WARDROBE)
    with pytest.raises(TooManyLiveError, match="minute"):
        live.open("cat", WARDROBE)
    again = live.open("ann", WARDROBE)  # starting again needs no second place
    assert len(live) == 2
    with pytest.raises(StreamGoneError):
        live.frame(ann, jpeg(), "red")
    live.close(again)
    assert drawing_live.closed == 2
    live.open("cat", WARDROBE)
    live.drop("bob")
    assert len(live) == 1
    clock.now = SILENT_S - 1
    live.sweep()
    assert len(live) == 1
    clock.now = SILENT_S + 1
    live.open("dan", WARDROBE)  # cat fell silent
    assert len(live) == 1


def test_frames_are_not_queued(live: LiveRoom, drawing_live: Any) -> None:
    token = live.open("ann", WARDROBE)
    drawing_live.gate.clear()
    first = threading.Thread(target=live.frame, args=(token, jpeg(), "red"))
    first.start()
    drawing_live.entered.wait(5)
    try:
        with pytest.raises(StreamBusyError):
            live.frame(token, jpeg(), "red")
    finally:
        drawing_live.gate.set()
        first.join(5)
    assert live.frame(token, jpeg(), "red").seen


def test_a_stream_that_closes_while_a_frame_is_drawn_ends_after_it(live: LiveRoom, drawing_live: Any) -> None:
    token = live.open("ann", WARDROBE)
    drawing_live.gate.clear()
    answers: list[Any] = []
    drawing = threading.Thread(target=lambda: answers.append(live.frame(token, jpeg(), "red")))
    drawing.start()
    drawing_live.entered.wait(5)
    closing = threading.Thread(target=live.close, args=(token,))
    closing.start()
    closing.join(0.1)
    assert closing.is_alive()
    assert drawing_live.closed == 0
    drawing_live.gate.set()
    drawing.join(5)
    closing.join(5)
    assert answers
    assert drawing_live.closed == 1


def test_only_small_jpegs_are_frames(jpeg_bomb: bytes) -> None:
    assert decode_frame(jpeg()).shape == (512, 384, 3)
    png = cv2.imencode(".png", np.zeros((512, 384, 3), np.uint8))[1].tobytes()
    for bad in (b"", b"no picture", png, jpeg()[:300]):
        with pytest.raises(NotAPictureError):
            decode_frame(bad)
    for size in ((1200, 1600), (40, 600)):
        with pytest.raises(BadRequestError):
            decode_frame(jpeg(size=size))
    with pytest.raises(BadRequestError):
        decode_frame(jpeg_bomb)


@pytest.fixture
def jpeg_bomb() -> bytes:
    """Small, and 25 megapixels when decoded."""
    return cv2.imencode(".jpg", np.zeros((5000, 5000, 3), np.uint8))[1].tobytes()


def test_the_routes_want_the_page_s_header_and_small_frames(live: LiveRoom) -> None:
    client = TestClient(Starlette(routes=live_routes(live)))
    token = live.open("ann", WARDROBE)
    path = f"/tryon/live/{token}"
    assert client.post(path, content=jpeg()).status_code == 403
    assert client.post(path, content=b"x" * (FRAME_BYTES + 1), headers=OURS).status_code == 413
    answer = client.post(path, content=jpeg(), headers={**OURS, "X-Tryon-Garment": "blue"})
    assert answer.status_code == 200
    assert answer.headers["x-tryon-seen"] == "1"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-tryon-ms"].isdigit()
    assert middle(answer.content)[2] > 180
    for name, content, status, code in (
        ("none", jpeg(), 400, "bad_request"),
        ("blue", b"x", 400, "not_a_picture"),
    ):
        refused = client.post(path, content=content, headers={**OURS, "X-Tryon-Garment": name})
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert client.post(path + "/close").status_code == 403
    assert len(live) == 1
    assert client.post(path + "/close", headers=OURS).status_code == 204
    assert len(live) == 0
    gone = client.post(path, content=jpeg(), headers=OURS)
    assert (gone.status_code, gone.json()["code"]) == (404, "stream_gone")
