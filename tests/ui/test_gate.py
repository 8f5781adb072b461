"""The gate: which addresses are there, what calls may hold, and how often one may ask; over HTTP, as strangers do."""

from __future__ import annotations

import http.client
import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tryon.errors import BadRequestError
from tryon.images import encode_png
from tryon.ui import gate
from tryon.ui.app import build_app, launch_options
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.pace import Pace, Rate, client_of, paces_from, proxies_from

HOSTILE = "<img src=x onerror=alert(4711)>"


def ask(
    served: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> SimpleNamespace:
    """A raw request: nothing of the path is tidied up on the way."""
    line = http.client.HTTPConnection("127.0.0.1", urllib.parse.urlsplit(served).port, timeout=60)
    line.request(method, path, body, headers or {})
    answer = line.getresponse()
    streams = "event-stream" in (answer.getheader("Content-Type") or "")
    data = b"" if streams else answer.read()
    line.close()
    return SimpleNamespace(status=answer.status, headers=answer.headers, data=data)


def call(served: str, name: str, data: list[Any], **more: Any) -> SimpleNamespace:
    body = json.dumps({"data": data, **more}).encode()
    return ask(served, "POST", f"/gradio_api/call/{name}", body, {"Content-Type": "application/json"})


@pytest.fixture
def canary() -> Iterator[Any]:
    """A server on this computer that notes who asks it: nobody may."""

    class Canary(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.server.asked.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        do_HEAD = do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canary)
    server.asked = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(url=f"http://127.0.0.1:{server.server_address[1]}/a.png", asked=server.asked)  # type: ignore[attr-defined]
    server.shutdown()


@pytest.mark.parametrize(
    "path",
    [
        *("/pwa_icon/60000", "/monitoring", "/monitoring/summary", "/docs", "/openapi.json", "/gradio_api/deep_link"),
        *(
            "/gradio_api/vibe-code",
            "/gradio_api/runs",
            "/gradio_api/run-history/buckets",
            "/gradio_api/proxy=http://x/",
        ),
        *("/gradio_api/custom_component/a/client/component/a.js", "/gradio_api/stream/a/b/1/playlist.m3u8", "/logout"),
    ],
)
def test_addresses_that_the_page_does_not_use_are_closed(served: str, path: str) -> None:
    answer = ask(served, "GET", path)
    assert answer.status == 404
    assert json.loads(answer.data)["error"].endswith(".")
    for method in ("PUT", "DELETE", "PATCH"):
        assert ask(served, method, "/").status == 405
    for closed in ("process_recording", "component_server", "vibe-edit", "stream/a"):
        assert ask(served, "POST", f"/gradio_api/{closed}", b"{}").status == 404


def test_no_file_outside_the_uploads_is_given_out(served: str, serving: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("canary-4711")
    (serving.files / "link.txt").symlink_to(secret)
    up = "/".join([".."] * 12)
    for path in (
        *(f"/gradio_api/file={secret}", f"/gradio_api/file={up}{secret}", f"/gradio_api/file={serving.files}/link.txt"),
        *(f"/gradio_api/file={serving.files}/{up}{secret}", f"/gradio_api/file=%2e%2e%2f{secret}", f"/file={secret}"),
        *(
            f"/gradio_api/file/{secret}",
            f"/static/{up}{secret}",
            f"/assets/..%2f..%2f{up}{secret}",
            "/gradio_api/file=",
        ),
        *(f"/tryon/tile/garments/{up}{secret}.jpg", f"/tryon/tile/garments/..%2f{secret}.jpg", f"/svelte/{up}{secret}"),
        *(f"/tryon/picture/{secret}.jpg", f"/api/v1/pictures/..%2f{secret}.png", "/gradio_api/file=app.py"),
    ):
        answer = ask(served, "GET", path)
        assert answer.status in (403, 404), path
        assert b"canary-4711" not in answer.data
    (serving.files / "link.txt").unlink()


def test_nothing_is_fetched_for_a_visitor(served: str, serving: Any, canary: Any, photo_file: Path) -> None:
    """An address in place of a picture: in Gradio's calls, in its file address, in REST, on the page."""
    before = sorted(serving.files.rglob("*"))
    given = {"path": canary.url, "meta": {"_type": "gradio.FileData"}}
    public = {**given, "path": "https://example.com/a.png"}
    for file in (given, public, {**given, "path": str(photo_file)}, {**given, "path": f"file://{photo_file}"}):
        answer = call(served, "try_on_gallery", [file, "red-tee"])
        assert answer.status == 400
        assert "handle_file" in json.loads(answer.data)["error"]
        assert call(served, "try_on_outfit", [None, [], [file], "auto", 0]).status == 400
        assert call(served, "try_on_outfit", [None, [file], [], "auto", 0]).status == 400  # hidden in the JSON
    assert ask(served, "GET", f"/gradio_api/file={canary.url}").status == 404
    assert ask(served, "HEAD", f"/gradio_api/file={canary.url}").status == 404
    fields = urllib.parse.urlencode({"person": canary.url, "garment_id": "red-tee"})
    rest = ask(served, "POST", f"/api/v1/try-on?{fields}", b"", {"Content-Type": "image/png"})
    assert rest.status == 400
    assert "as a file" in json.loads(rest.data)["error"]
    assert canary.asked == []
    assert sorted(serving.files.rglob("*")) == before


@pytest.fixture
def photo_file(tmp_path: Path, person_picture: Any) -> Path:
    path = tmp_path / "photo.png"
    path.write_bytes(encode_png(person_picture(3)))
    return path


def test_calls_that_do_not_fit_are_refused_in_a_sentence(served: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Gradio would write a traceback with the call's content into the log."""
    word = "my-private-file-name"
    file = {"path": word, "orig_name": word}
    for body in (
        b"no json", b"[]", b'{"data": NaN}', b"[" * 60_000, json.dumps({"data": [file, "red-tee"]}).encode(),
        json.dumps({"data": [word]}).encode(), json.dumps({"data": [None, 7]}).encode(), json.dumps({word: 1}).encode(),
        json.dumps({"data": [None, "red-tee"], "session_hash": "a b"}).encode(),
        json.dumps({"data": [None, "red-tee"], "event_data": {"path": word}}).encode(),
        json.dumps({"data": [None, "red-tee"], "trigger_id": word}).encode(),
    ):  # fmt: skip
        answer = ask(served, "POST", "/gradio_api/call/try_on_gallery", body, {"Content-Type": "application/json"})
        assert answer.status == 400, body[:80]
        assert json.loads(answer.data)["detail"].endswith(".")
    assert call(served, "nothing", []).status == 400
    assert call(served, "arrive", ["en"]).status == 400  # the page's own event, not for programs
    at_once = ask(served, "POST", "/gradio_api/run/try_on_gallery", json.dumps({"data": [None, "red-tee"]}).encode())
    assert at_once.status == 400  # nobody jumps the queue
    for nobody in ("call/try_on/4711", "queue/data?session_hash=nobody"):  # Gradio's stream would break in the middle
        assert ask(served, "GET", f"/gradio_api/{nobody}").status == 404
    large = ask(served, "POST", "/gradio_api/call/gallery", b" " * (gate.CALL_BYTES + 1))
    assert large.status == 413
    said = "".join(capfd.readouterr())
    assert "Traceback" not in said
    assert word not in said


def test_headers_forbid_what_the_page_does_not_need(served: str) -> None:
    for path in ("/", "/api/v1/gallery", "/nothing", "/tryon/privacy"):
        headers = ask(served, "GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        policy = headers["Content-Security-Policy"]
        assert "http" not in policy  # no other server is named
        assert "*" not in policy
        assert policy.startswith("default-src ")


def test_what_is_uploaded_by_programs_is_bounded(served: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        b'--e\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
        + bytes(5000)
        + b"\r\n--e--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=e"}
    with monkeypatch.context() as patch:
        patch.setattr(gate, "WAITING_FILES_BYTES", -1)
        full = ask(served, "POST", "/gradio_api/upload", body, headers)
        assert (full.status, full.headers["Retry-After"]) == (503, "60")
    with monkeypatch.context() as patch:
        patch.setattr(gate, "UPLOAD_BYTES", 1000)
        assert ask(served, "POST", "/gradio_api/upload", body, headers).status == 413
    hostile = body.replace(b'"a.png"', b'"../../../../tmp/evil-4711.png"')
    answer = ask(served, "POST", "/gradio_api/upload", hostile, headers)
    assert answer.status == 200
    assert not Path("/tmp/evil-4711.png").exists()
    assert Path(json.loads(answer.data)[0]).name == "evil-4711.png"
    assert ask(served, "GET", f"/gradio_api/file={json.loads(answer.data)[0]}").status == 200
    Path(json.loads(answer.data)[0]).unlink()


def test_a_bucket_empties_and_fills() -> None:
    now = [0.0]
    pace = Pace(Rate(2.0, 3.0), clock=lambda: now[0])
    assert [pace.wait_for("a") for _ in range(3)] == [0, 0, 0]
    assert pace.wait_for("a") == 1
    assert pace.wait_for("b") == 0  # another's bucket
    now[0] = 0.6
    assert pace.wait_for("a") == 0
    now[0] = 100.0
    assert [pace.wait_for("a") > 0 for _ in range(4)] == [
        False,
        False,
        False,
        True,
    ]  # it fills to the burst, no further


def test_rates_are_set_by_the_environment() -> None:
    paces = paces_from({"TRYON_RATE": "1/5"})
    assert paces is not None
    assert paces.computing.rate == Rate(1.0, 5.0)
    assert paces.cheap.rate.burst > paces.computing.rate.burst
    assert paces_from({"TRYON_RATE": "off"}) is None
    assert paces_from({}) is not None
    for bad in ("fast", "1", "0/5", "1/0", "nan/3", "1/2/3"):
        with pytest.raises(BadRequestError, match="TRYON_RATE"):
            paces_from({"TRYON_RATE": bad})
    assert (proxies_from({}), proxies_from({"SPACE_ID": "a/b"}), proxies_from({"TRYON_PROXIES": "2"})) == (0, 1, 2)
    with pytest.raises(BadRequestError, match="TRYON_PROXIES"):
        proxies_from({"TRYON_PROXIES": "-1"})


def test_nobody_chooses_their_address() -> None:
    assert client_of("9.9.9.9", "1.2.3.4", 0) == "9.9.9.9"  # no proxy: the header is the client's own word
    assert client_of("9.9.9.9", "1.2.3.4, 5.6.7.8", 1) == "5.6.7.8"
    assert client_of("9.9.9.9", "forged, 5.6.7.8, 7.7.7.7", 2) == "5.6.7.8"
    assert client_of("9.9.9.9", "", 1) == "9.9.9.9"


def test_who_asks_too_often_is_asked_to_wait(
    monkeypatch: pytest.MonkeyPatch, gallery_folder: Path, drawing: Any, tmp_path: Path, person_picture: Any
) -> None:
    monkeypatch.setenv("TRYON_RATE", "0.05/3")
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "files"))
    page, room = build_app(assets=gallery_folder, load=lambda: drawing)
    room.start()
    options = launch_options(room)
    _, url, _ = page.launch(**options, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    try:
        photo, path = encode_png(person_picture(1)), "/api/v1/try-on?garment_id=red-tee"
        headers = {"Content-Type": "image/png"}
        statuses = [ask(url, "POST", path, photo, headers).status for _ in range(3)]
        assert statuses == [200, 200, 200]
        refused = ask(url, "POST", path, photo, headers)
        assert refused.status == 429
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 20
        assert json.loads(refused.data)["error"] == ENGLISH.too_fast.format(seconds=seconds)
        chinese = ask(url, "POST", path, photo, {**headers, "Accept-Language": "zh-CN,zh;q=0.9"})
        assert json.loads(chinese.data)["error"] == CHINESE.too_fast.format(seconds=chinese.headers["Retry-After"])
        config = json.loads(ask(url, "GET", "/config").data)
        joined = next(each for each in config["dependencies"] if each["api_name"] == "act_2")
        event = {"data": [], "fn_index": joined["id"], "session_hash": "a1", "event_data": {"language": "zh"}}
        told = ask(url, "POST", "/gradio_api/queue/join", json.dumps(event).encode())
        assert told.status == 429
        assert "秒" in json.loads(told.data)["detail"]  # Gradio's script shows it
        assert ask(url, "GET", "/").status == 200  # looking costs nothing
    finally:
        page.close()
        room.stop()


def test_hostile_words_come_back_as_words(
    serving: Any, open_page: Any, settled: Any, person_picture: Any, tmp_path: Path
) -> None:
    """As a file's name, a search, a lookbook's title and names in orders: no markup of a visitor's runs."""
    pytest.importorskip("playwright.sync_api")
    page = open_page(serving.url)
    settled(page)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.fill("#garments input[type=search]", HOSTILE)
    file = tmp_path / "<img src=x onerror=alert(4711)>.png"
    file.write_bytes(encode_png(person_picture(4)))
    page.set_input_files("#photo input[type=file]", file)
    page.wait_for_selector("#photo img.mine")
    page.set_input_files("#garment input[type=file]", file)
    page.wait_for_function("document.querySelectorAll('#strip .tile').length >= 3")
    page.evaluate("localStorage.setItem('tryon-language', '<img src=x onerror=alert(4711)>')")
    page.reload()
    page.wait_for_selector("#stage:not(.is-busy) .pic .before")
    page.wait_for_timeout(300)
    assert alerts == []
    assert page.locator("img[src=x]").count() == 0
