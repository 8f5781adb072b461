"""A visitor without a browser: they talk to the page as its scripts do, and leave when they please."""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

PATIENCE_S = 180.0
JSON = {"Content-Type": "application/json"}


class VisitFailedError(Exception):
    """The page did not answer as it should."""


class Visit:
    """One open page."""

    def __init__(self, port: int, config: dict[str, Any]) -> None:
        """Open it: its heart beats from now on, and ``leave`` ends that.

        Args:
            port: of this computer.
            config: of the page, as ``/config`` tells it.
        """
        self.port, self.name = port, uuid.uuid4().hex[:11]
        self._config, self._ticket = config, 0
        self._heart = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        self._heart.request("GET", f"/gradio_api/heartbeat/{self.name}")
        self._answer = self._heart.getresponse()

    def leave(self) -> None:
        """Close the page."""
        self._answer.close()
        self._heart.close()

    def upload(self, picture: bytes) -> str:
        """Bring a picture; its id."""
        return str(json.loads(self.ask("POST", "tryon/upload", picture, {"X-Tryon": "1"}))["upload"])

    def event(self, element: str, name: str, data: dict[str, Any], *, wait: bool = True) -> str:
        """Trigger an event of a piece.

        Args:
            element: the piece's.
            name: the event's.
            data: what the piece's script sends.
            wait: for the answer.

        Returns:
            The answer as JSON, or nothing where it is not waited for.
        """
        target, number = self._find(element, name)
        self._ticket += 1
        body = {
            "data": [],
            "fn_index": number,
            "trigger_id": target,
            "session_hash": self.name,
            "event_data": {"ticket": self._ticket, "language": "en", **data},
        }
        joined = json.loads(self.ask("POST", "gradio_api/queue/join", json.dumps(body).encode(), JSON))
        if not wait:
            return ""
        for message in self._messages():
            if message["msg"] == "process_completed" and message.get("event_id") == joined["event_id"]:
                if not message["success"]:
                    raise VisitFailedError(str(message)[:300])
                return json.dumps(message["output"])
        raise VisitFailedError("the stream ended without an answer")

    def listen_a_moment(self) -> None:
        """Begin to wait for an answer and break off, as a page that is closed does."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(f"GET /gradio_api/queue/data?session_hash={self.name} HTTP/1.1\r\nHost: here\r\n\r\n".encode())
            line.recv(10)

    def ask(self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes:
        """Send a request and return the answer's bytes.

        Raises:
            VisitFailedError: any status but 200.
        """
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            line.request(method, "/" + path, body, headers or {})
            answer = line.getresponse()
            data = answer.read()
            if answer.status != 200:
                raise VisitFailedError(f"{method} {path}: status {answer.status} {data[:200]!r}")
            return data
        finally:
            line.close()

    def _find(self, element: str, name: str) -> tuple[int, int]:
        target = next(each["id"] for each in self._config["components"] if each["props"].get("elem_id") == element)
        return target, next(
            each["id"]
            for each in self._config["dependencies"]
            if [target, name] in [list(pair) for pair in each["targets"]] and each["queue"] is not False
        )

    def _messages(self) -> Iterator[dict[str, Any]]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            line.request("GET", f"/gradio_api/queue/data?session_hash={self.name}")
            answer = line.getresponse()
            while text := answer.readline():
                if text.startswith(b"data:"):
                    yield json.loads(text[5:])
        finally:
            line.close()
