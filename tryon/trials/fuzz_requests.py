"""Sends nonsense to a served page, and looks at it from outside: answers, log, memory, files, canaries."""

from __future__ import annotations

import http.client
import json
import re
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np

from tryon.trials.fuzz_pictures import HEIC
from tryon.trials.nonsense import MARKUP, Canaries, Event, Nonsense, Sending
from tryon.trials.picture_seeds import picture_seeds
from tryon.trials.resources import resident_mb
from tryon.trials.served import ServedPage, served_page
from tryon.trials.watched import Report

SECRET = "canary-4711-secret"
SAMPLE_EVERY = 250
PATIENCE_S = 60.0  # the first use of the studio loads its networks
STREAMS = re.compile(
    r"^(gradio_api/)?(heartbeat|queue/data|upload_progress|call/[^/]+/[^/]+$)"
)  # open until they are left
EXPECTED = {503}  # full or not ready, in a sentence; any other status over 499 is a finding
ACCUSING = ("Traceback (most recent call last)", "Exception in ASGI", SECRET)  # in the program's log


class _Canary(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Stay silent."""


def fuzz_requests(numbers: Iterable[int], *, seed: int, seconds: float = 0.0, keep_log: Path | None = None) -> Report:
    """Send a request for each number.

    Args:
        numbers: of the requests.
        seed: with the number it gives the request.
        seconds: stop after so many; 0: when done.
        keep_log: a file for what the page wrote.

    Returns:
        findings are what must not be: status 500, a hang, a canary that was touched, markup given back, a traceback in
        the log, files that stay.
    """
    report, started = Report(), time.monotonic()
    canary = ThreadingHTTPServer(("127.0.0.1", 0), _Canary)
    canary.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=canary.serve_forever, daemon=True).start()
    # rates are what keeps a stranger from doing this; here it is wanted
    with tempfile.TemporaryDirectory() as folder, served_page(environment={"TRYON_RATE": "off"}) as page:
        secret = Path(folder) / "secret.txt"
        secret.write_text(SECRET, "utf-8")
        canaries = Canaries(str(secret), f"http://127.0.0.1:{canary.server_address[1]}")
        nonsense = Nonsense(canaries, list(picture_seeds(HEIC).values()), events_of(page), files_on(page))
        client = http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_S)
        for number in numbers:
            if seconds and time.monotonic() - started > seconds:
                break
            sending = nonsense.make(np.random.default_rng([seed, number]))
            client = _send(page, client, number, sending, report)
            if page.process.poll() is not None:
                report.findings.append((number, f"the page ended with status {page.process.returncode}"))
                break
            if (number + 1) % SAMPLE_EVERY == 0:
                report.memory_mb.append(resident_mb(page.process.pid))
        _look_around(page, canary.asked, report)  # type: ignore[attr-defined]
        if keep_log:
            keep_log.write_text(page.said(), "utf-8")
    canary.shutdown()
    report.seconds = time.monotonic() - started
    return report


def events_of(page: ServedPage) -> list[Event]:
    """The page's endpoints."""
    with urllib.request.urlopen(page.url + "config") as answer:
        config = json.load(answer)
    several = {each["id"] for each in config["components"] if each["props"].get("file_count") == "multiple"}
    kinds = {each["id"]: "files" if each["id"] in several else str(each["type"]) for each in config["components"]}
    return [
        Event(
            each["id"],
            each["api_name"] if each.get("api_visibility") == "public" else "",
            tuple(kinds[number] for number in each["inputs"]),
        )
        for each in config["dependencies"]
    ]


def files_on(page: ServedPage) -> list[dict[str, Any]]:
    """Every seed, uploaded to the page as a program would, and Gradio's description of it."""
    found = []
    for name, data in picture_seeds(HEIC).items():
        head = f'--e\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        request = urllib.request.Request(
            page.url + "gradio_api/upload",
            head.encode() + data + b"\r\n--e--\r\n",
            {"Content-Type": "multipart/form-data; boundary=e"},
        )
        with urllib.request.urlopen(request) as answer:
            path = json.load(answer)[0]
        found.append({"path": path, "orig_name": name, "meta": {"_type": "gradio.FileData"}})
    return found


def _send(
    page: ServedPage, client: http.client.HTTPConnection, number: int, sending: Sending, report: Report
) -> http.client.HTTPConnection:
    """Send one request and judge the answer; the connection to go on with."""
    began = time.monotonic()
    try:
        client.request(sending.method, "/" + sending.path, sending.body, sending.headers)
        answer = client.getresponse()
        streams = STREAMS.match(sending.path) or "event-stream" in (answer.getheader("Content-Type") or "")
        body = b"" if streams else answer.read()
        if streams:
            client.close()
    except TimeoutError:
        report.findings.append((number, f"{sending.method} {sending.path[:80]}: no answer in {PATIENCE_S:.0f} s"))
        client.close()
        return http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_S)
    except (http.client.HTTPException, OSError, ValueError, UnicodeError) as error:
        report.outcomes[f"closed: {type(error).__name__}"] += 1  # refused before it was a request
        client.close()
        return http.client.HTTPConnection("127.0.0.1", page.port, timeout=PATIENCE_S)
    took = time.monotonic() - began
    if took > report.slowest_s:
        report.slowest_s, report.slowest = took, number
    wrong = _wrong(answer, body)
    if wrong:
        report.findings.append((number, f"{sending.method} {sending.path[:120]}: {wrong}"))
    else:
        report.outcomes[str(answer.status)] += 1
    return client


def _wrong(answer: http.client.HTTPResponse, body: bytes) -> str:
    """What is wrong with an answer, or nothing."""
    kind = answer.getheader("Content-Type") or ""
    if answer.status >= 500 and answer.status not in EXPECTED:
        return f"status {answer.status}: {body[:200]!r}"
    if SECRET.encode() in body:
        return "a file outside the page was given out"
    if "html" in kind and MARKUP.encode() in body:
        return "markup came back as it was sent"
    if b"Traceback" in body:
        return f"a traceback: {body[-200:]!r}"
    return ""


def _look_around(page: ServedPage, asked: list[str], report: Report) -> None:
    """After all requests: canaries, the log, and whether the page still serves."""
    time.sleep(1.0)  # for events that are still at work
    if asked:
        report.findings.append((-1, f"the page asked another server {len(asked)} times: {asked[:3]}"))
    said = page.said()
    for accusing in ACCUSING:
        if accusing in said:
            at = said.index(accusing)
            report.findings.append((-1, f"{said.count(accusing)} times in the log: {said[at : at + 3000]}"))
    try:
        with urllib.request.urlopen(page.url + "api/v1/gallery", timeout=PATIENCE_S) as answer:
            assert json.load(answer)["garments"]
    except (OSError, AssertionError, ValueError) as error:
        report.findings.append((-1, f"the page no longer serves: {error}"))
