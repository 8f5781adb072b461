"""Requests that no honest browser sends: numbers, words, JSON and forms at random, with canaries among them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import numpy as np

from tryon.trials.mutations import damaged

Rng = np.random.Generator
MARKUP = "<img src=x onerror=alert(4711)>"  # must never be given back as it is inside HTML
EVENT_FIELDS = (
    *("id", "upload", "value", "language", "tab", "fit", "tuck", "ticket", "beside", "key", "order", "seed", "cut"),
    *("source", "mode", "scale", "strength", "share", "with", "label", "cloth", "count", "words"),
)
REST_FIELDS = ("person", "garment", "garment_id", "category", "garment_photo", "tuck", "fit", "keep", "change", "hat")
TRUE_WORDS = (
    *("tee-breton", "jeans-blue", "ava", "upper", "lower", "dress", "auto", "worn", "flat", "in", "out", "outfits"),
    *("category", "sleeve", "photo", "zh", "en", "colours", "pattern", "colour_and_pattern", "own", "like", "top"),
)
ADDRESSES = (
    *("config", "theme.css", "info", "gradio_api/info", "gradio_api/startup-events", "gradio_api/upload_progress"),
    *("pwa_icon/64", "pwa_icon/60000", "monitoring", "gradio_api/deep_link", "gradio_api/vibe-code", "manifest.json"),
    *("gradio_api/runs", "gradio_api/run-history/buckets", "gradio_api/token", "gradio_api/app_id", "docs", "api/v1"),
    *(
        "api/v1/openapi.json",
        "api/v1/gallery",
        "openapi.json",
        "gradio_api/openapi.json",
        "robots.txt",
        "gradio_api/user",
    ),
)


@dataclass(frozen=True)
class Canaries:
    """secret_path: a file outside the page's folders. address: of a server that must never be asked."""

    secret_path: str
    address: str


@dataclass(frozen=True)
class Sending:
    """One request. body: None sends none."""

    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True)
class Event:
    """An endpoint. name: empty where programs do not see it. takes: kinds of its inputs, as the config has them."""

    number: int
    name: str
    takes: tuple[str, ...]


class Nonsense:
    """Makes requests from random numbers.

    seeds: whole picture files. events: the page's endpoints. files: what was uploaded, as Gradio describes it.
    """

    def __init__(
        self, canaries: Canaries, seeds: list[bytes], events: list[Event], files: list[dict[str, Any]]
    ) -> None:
        self._canaries, self._seeds, self._events, self._files = canaries, seeds, events, files

    def make(self, rng: Rng) -> Sending:
        """One request of one of the kinds.

        Args:
            rng: decides all.
        """
        kinds: list[Callable[[Rng], Sending]] = [
            *([self._event] * 5),
            *([self._form] * 3),
            *(self._bare_picture, self._call, self._call, self._upload, self._page_upload),
            *([self._address] * 3),
        ]
        return kinds[int(rng.integers(len(kinds)))](rng)

    def word(self, rng: Rng) -> str:
        """A word: true, hostile, or noise."""
        secret, address = self._canaries.secret_path, self._canaries.address
        hostile = (
            *("", " ", "\x00", "null", "NaN", "-1", "1e999", "0x10", "..", "../" * 9 + "etc/passwd", secret, address),
            *(
                f"file://{secret}",
                f"{address}/a.png",
                f"http://[::1]:1/{rng.integers(9)}",
                MARKUP,
                "'\"><script>",
                "{id}",
            ),
            *(
                "%00",
                "%2e%2e%2f",
                "a" * 5000,
                "\u202e\ufeff",
                "\U0001f600" * 9,
                "衣服",
                "{0.__class__}",
                "%s%n",
                "__proto__",
            ),
        )
        draw = rng.random()
        if draw < 0.35:
            return TRUE_WORDS[int(rng.integers(len(TRUE_WORDS)))]
        if draw < 0.85:
            return hostile[int(rng.integers(len(hostile)))]
        return rng.bytes(int(rng.integers(1, 40))).decode("latin-1")

    def value(self, rng: Rng, depth: int = 0) -> Any:
        """A JSON value."""
        kind = int(rng.integers(9 if depth < 3 else 6))
        if kind < 3:
            return self.word(rng)
        if kind == 3:
            return float(rng.choice([0, -1, 1, 0.5, 1e308, -1e308, 2**53]))
        if kind == 4:
            return int(rng.choice([0, 1, -1, 7, 2**31, 10**15]))
        if kind == 5:
            return [None, True, False][int(rng.integers(3))]
        if kind == 6:
            return [self.value(rng, depth + 1) for _ in range(int(rng.integers(5)))]
        if kind == 7:
            return {
                "path": self.word(rng), "url": self.word(rng), "orig_name": self.word(rng),
                "meta": {"_type": "gradio.FileData"},
            }  # fmt: skip
        names = (*EVENT_FIELDS, "model", "garments", "looks", "title", "name", "colour", "page", "columns")
        return {names[int(rng.integers(len(names)))]: self.value(rng, depth + 1) for _ in range(int(rng.integers(6)))}

    def picture(self, rng: Rng) -> bytes:
        """A picture, whole or damaged, or something else."""
        draw = rng.random()
        if draw < 0.4:
            return self._seeds[int(rng.integers(len(self._seeds)))]
        return damaged(self._seeds, rng) if draw < 0.9 else rng.bytes(int(rng.integers(2000)))

    def _event(self, rng: Rng) -> Sending:
        event = self._events[int(rng.integers(len(self._events)))]
        data: Any = {}
        for name in EVENT_FIELDS:
            if rng.random() < 0.3:
                data[name] = self.word(rng) if rng.random() < 0.9 else self.value(rng)
        if rng.random() < 0.5:
            data["fit" if rng.random() < 0.5 else "ticket"] = int(rng.integers(-2, 10**6))
        if rng.random() < 0.3:
            data["value"] = json.dumps(self.value(rng))
        body: dict[str, Any] = {
            "data": self._inputs(event, rng),
            "fn_index": event.number,
            "session_hash": f"fuzz{rng.integers(40)}",
            "event_data": data if rng.random() < 0.95 else self.value(rng),
            "trigger_id": int(rng.integers(70)),
        }
        if rng.random() < 0.05:
            body[["data", "fn_index", "session_hash", "trigger_id"][int(rng.integers(4))]] = self.value(rng)
        where = "gradio_api/queue/join" if rng.random() < 0.8 else "gradio_api/run/predict"
        return _json("POST", where, body)

    def _call(self, rng: Rng) -> Sending:
        named = [event for event in self._events if event.name]
        event = named[int(rng.integers(len(named)))]
        data = {"data": self._inputs(event, rng), "session_hash": f"fuzz{rng.integers(40)}"}
        return _json("POST", f"gradio_api/call/{event.name}", data)

    def _inputs(self, event: Event, rng: Rng) -> list[Any]:
        """What an endpoint takes: most often of the right kind, whatever it says."""
        if rng.random() < 0.1:
            return [self.value(rng) for _ in range(int(rng.integers(8)))]
        return [self._input(kind, rng) for kind in event.takes]

    def _input(self, kind: str, rng: Rng) -> Any:
        if rng.random() < 0.05:
            return self.value(rng)
        if kind == "file":
            given = dict(self._files[int(rng.integers(len(self._files)))])
            if rng.random() < 0.1:
                given[["path", "url", "orig_name"][int(rng.integers(3))]] = self.word(rng)
            return given if rng.random() < 0.9 else None
        if kind == "files":
            return [self._input("file", rng) for _ in range(int(rng.integers(4)))] if rng.random() < 0.8 else None
        if kind == "slider":
            return float(rng.uniform(-1, 1))
        if kind == "json":
            return [self.word(rng) for _ in range(int(rng.integers(4)))]
        return self.word(rng)

    def _form(self, rng: Rng) -> Sending:
        edge, parts = "edge4711", []
        for name in REST_FIELDS:
            for _ in range(int(rng.choice([0, 0, 1, 1, 1, 2]))):
                file = name in ("person", "garment", "keep", "change") and rng.random() < 0.9
                ending = f'; filename="{quote(self.word(rng)) if rng.random() < 0.5 else "a"}"' if file else ""
                content = self.picture(rng) if file else self.word(rng).encode("utf-8", "replace")
                head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"{ending}\r\n\r\n'
                parts += [head.encode(), content, b"\r\n"]
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        if rng.random() < 0.15:
            body = body[: int(rng.integers(len(body) + 1))]
        kind = f"multipart/form-data; boundary={edge if rng.random() < 0.95 else self.word(rng)}"
        return Sending("POST", self._try_on(rng), {"Content-Type": _header(kind), **self._accept(rng)}, body)

    def _bare_picture(self, rng: Rng) -> Sending:
        kind = ["image/jpeg", "application/octet-stream", "text/html", "", _header(self.word(rng))][
            int(rng.integers(5))
        ]
        return Sending("POST", self._try_on(rng), {"Content-Type": kind, **self._accept(rng)}, self.picture(rng))

    def _try_on(self, rng: Rng) -> str:
        names = [REST_FIELDS[int(rng.integers(len(REST_FIELDS)))] for _ in range(int(rng.integers(4)))]
        query = "&".join(f"{name}={quote(self.word(rng))}" for name in names)
        return "api/v1/try-on?garment_id=tee-breton" if rng.random() < 0.4 else f"api/v1/try-on?{query}"

    def _accept(self, rng: Rng) -> dict[str, str]:
        return {"Accept": ["*/*", "image/png", "image/*;q=x", _header(self.word(rng))][int(rng.integers(4))]}

    def _upload(self, rng: Rng) -> Sending:
        name = quote(self.word(rng)) if rng.random() < 0.5 else _header(self.word(rng)).replace('"', "")
        head = f'--e\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = head.encode() + self.picture(rng)[:4000] + b"\r\n--e--\r\n"
        return Sending("POST", "gradio_api/upload", {"Content-Type": "multipart/form-data; boundary=e"}, body)

    def _page_upload(self, rng: Rng) -> Sending:
        headers = {"X-Tryon": "1", "X-Tryon-Language": _header(self.word(rng))}
        return Sending("POST", "tryon/upload", headers, self.picture(rng))

    def _address(self, rng: Rng) -> Sending:
        word = quote(self.word(rng), safe="/:.%" if rng.random() < 0.5 else "")
        other = quote(self.word(rng), safe="")
        ways = (
            *(f"gradio_api/file={word}", f"file={word}", f"gradio_api/file/{word}", f"gradio_api/proxy={word}"),
            *(
                f"static/{word}",
                f"assets/{word}",
                f"svelte/{word}",
                f"gradio_api/stream/{word}",
                f"tryon/picture/{word}.jpg",
            ),
            *(f"tryon/tile/garments/{word}.jpg", f"tryon/tile/{word}/{other}.jpg", f"tryon/result/{word}.png"),
            *(f"tryon/share/{word}/{other}/split.jpg", f"tryon/sheet/{word}.png", f"tryon/lookbook/{word}/page-1.jpg"),
            *(f"tryon/line/{word}", f"api/v1/pictures/{word}.png", f"tryon/design/{word}.jpg?seed={other}", f"{word}"),
            *(f"gradio_api/custom_component/{word}/client/{other}/a.js", f"gradio_api/call/{word}/{other}", *ADDRESSES),
        )
        way = ways[int(rng.integers(len(ways)))]
        if rng.random() < 0.15:
            return Sending("POST", f"tryon/live/{word}", {"X-Tryon": "1", "X-Tryon-Garment": _header(word)}, b"x" * 99)
        return Sending(["GET", "GET", "GET", "HEAD", "PUT", "DELETE"][int(rng.integers(6))], way)


def _json(method: str, path: str, body: Any) -> Sending:
    return Sending(method, path, {"Content-Type": "application/json"}, json.dumps(body).encode())


def _header(word: str) -> str:
    """What may stand in a header: the client refuses to send the rest."""
    return "".join(letter for letter in word if " " <= letter <= "~")[:2000]
