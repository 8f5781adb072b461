"""Visitors who are live: a stream of frames each, over networks that all share.

Everything is in memory: a frame is forgotten when its answer is made, a stream when its visitor stops, leaves the
page, or sends nothing for a while.
"""

from __future__ import annotations

import io
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

import cv2
import numpy as np
from PIL import Image

from tryon.errors import BadRequestError, NotAPictureError, TryOnError
from tryon.types import Garment, RGBu8

log = logging.getLogger(__name__)

MOST_LIVE = 3  # on two cores more than three are slower than four frames a second each; 120 MB each besides
SILENT_S = 15.0  # a page that is open sends several frames a second; one that hides says so or is gone
FRAME_BYTES = 400_000  # a 384 x 512 JPEG of the page has 20 to 60 kB
FRAME_PIXELS = 640 * 860  # the page sends 384 x 512; larger frames only cost time
FRAME_LEAST = 64  # pixels of the shorter side: less shows nobody
ANSWER_QUALITY = 88  # JPEG: 4 ms and 45 kB; no blocks seen in a moving picture, above it the bytes grow fast


class Stream(Protocol):
    """What is needed of ``tryon.live.LiveTryOn``."""

    def for_visitor(self) -> Stream:
        """See ``LiveTryOn.for_visitor``."""

    def set_garment(self, garment: Garment | None) -> None:
        """See ``LiveTryOn.set_garment``."""

    def frame(self, rgb_u8: RGBu8, *, timings: dict[str, float] | None = None) -> RGBu8:
        """See ``LiveTryOn.frame``."""

    def close(self) -> None:
        """See ``LiveTryOn.close``."""


def load_networks() -> Stream:
    """Import and load what all streams share; takes seconds, so it waits for the first visitor who goes live."""
    from tryon.live import LiveTryOn

    return LiveTryOn.from_pretrained()


class TooManyLiveError(TryOnError):
    """As many visitors are live as this computer can draw for."""

    code = "too_many_live"


class StreamGoneError(TryOnError):
    """The stream was closed, or never was."""

    code = "stream_gone"


class StreamBusyError(TryOnError):
    """The frame before is not answered yet; frames are not queued."""

    code = "stream_busy"


@dataclass(frozen=True)
class LiveAnswer:
    """A dressed frame: its JPEG, how long it took here in milliseconds, and whether somebody was seen in it."""

    jpeg: bytes
    milliseconds: float
    seen: bool


@dataclass
class _Open:
    """What belongs to one visitor: the person who is followed, and what they wear."""

    session: str
    tryon: Stream
    garment: Callable[[str], Garment]
    heard: float
    worn: Garment | None = None
    busy: threading.Lock = field(default_factory=threading.Lock)


class LiveRoom:
    """All streams. One frame is drawn at a time, as the networks use all cores for it; who asks first is first."""

    def __init__(
        self,
        load: Callable[[], Stream],
        *,
        most: int = MOST_LIVE,
        clock: Callable[[], float] = time.monotonic,
    ):
        """Remember how to begin; nothing is loaded until somebody goes live.

        ``worker`` is where frames are best drawn.

        Args:
            load: makes the networks; heavy imports belong inside it.
            most: so many streams at once.
            clock: seconds, for tests.
        """
        self._load, self._most, self._clock = load, most, clock
        self._lock = threading.Lock()  # of the streams' list
        self._loading = threading.Lock()
        self._turn = threading.Lock()  # of the networks
        # one thread for all frames: each thread that runs a network keeps threads of its own for it
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="live")
        self._first: Stream | None = None
        self._streams: dict[str, _Open] = {}

    def __len__(self) -> int:
        return len(self._streams)

    def open(self, session: str, garment: Callable[[str], Garment]) -> str:
        """Begin a stream, in place of any that this session has, and return the token for its frames.

        Args:
            session: whose.
            garment: gives what this visitor wears, from the id that the page sends.

        Raises:
            TooManyLiveError: no place is free.
            TryOnError: the networks cannot be loaded.
        """
        self.drop(session)
        self.sweep()
        with self._lock:
            if len(self._streams) >= self._most:
                raise TooManyLiveError("Too many people use the live mirror just now. Try again in a minute.")
        tryon = self._networks().for_visitor()
        token = secrets.token_urlsafe(18)
        with self._lock:
            if len(self._streams) >= self._most:
                raise TooManyLiveError("Too many people use the live mirror just now. Try again in a minute.")
            self._streams[token] = _Open(session, tryon, garment, self._clock())
        return token

    def frame(self, token: str, jpeg: bytes, garment: str) -> LiveAnswer:
        """Dress a frame.

        Args:
            token: of the stream.
            jpeg: the frame.
            garment: id of what is worn from this frame on.

        Raises:
            StreamGoneError, StreamBusyError: no such stream; the frame before is at work.
            TryOnError: the frame is no picture, or the garment cannot be had.
        """
        with self._lock:
            stream = self._streams.get(token)
        if stream is None:
            raise StreamGoneError("The live mirror was closed. Start it again.")
        if not stream.busy.acquire(blocking=False):
            raise StreamBusyError("The frame before this one is still being drawn.")
        try:
            stream.heard = self._clock()
            began = time.perf_counter()
            picture = decode_frame(jpeg)
            worn = stream.garment(garment)
            with self._turn:
                if worn is not stream.worn:
                    stream.tryon.set_garment(worn)
                    stream.worn = worn
                timings: dict[str, float] = {}
                dressed = stream.tryon.frame(picture, timings=timings)
            answer = _encode(dressed)
            stream.heard = self._clock()
            # whoever is seen is parsed; the path of a frame without anybody ends at the pose
            return LiveAnswer(answer, 1000 * (time.perf_counter() - began), "parsing" in timings)
        finally:
            stream.busy.release()

    def close(self, token: str) -> None:
        """End a stream and free what it held; nothing happens where there is none."""
        with self._lock:
            stream = self._streams.pop(token, None)
        if stream is not None:
            _free(stream)

    def drop(self, session: str) -> None:
        """End the streams of a session."""
        with self._lock:
            tokens = [token for token, stream in self._streams.items() if stream.session == session]
        for token in tokens:
            self.close(token)

    def sweep(self) -> None:
        """End the streams that fell silent."""
        now = self._clock()
        with self._lock:
            silent = [token for token, stream in self._streams.items() if now - stream.heard > SILENT_S]
        for token in silent:
            self.close(token)

    def _networks(self) -> Stream:
        with self._loading:
            if self._first is None:
                self._first = self._load()
            return self._first


def decode_frame(jpeg: bytes) -> RGBu8:
    """A stranger's frame as (H, W, 3) uint8.

    Raises:
        NotAPictureError: not a JPEG, or a damaged one.
        BadRequestError: larger than frames are, or too small to show anybody.
    """
    try:
        with Image.open(io.BytesIO(jpeg), formats=("JPEG",)) as opened:
            if opened.width * opened.height > FRAME_PIXELS or min(opened.size) < FRAME_LEAST:
                raise BadRequestError(f"A frame of {opened.width} x {opened.height} pixels cannot be used here.")
            return np.asarray(opened.convert("RGB"), np.uint8)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPictureError("This frame is not a JPEG picture.") from error


def _free(stream: _Open) -> None:
    """Not while its last frame is being drawn."""
    with stream.busy:
        stream.tryon.close()


def _encode(image_u8: RGBu8) -> bytes:
    bgr = cv2.cvtColor(image_u8, cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, ANSWER_QUALITY])
    if not done:
        raise RuntimeError("OpenCV could not encode a JPEG")
    return data.tobytes()
