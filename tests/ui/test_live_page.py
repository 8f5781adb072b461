"""The live mirror in a real browser, with a video file as its camera."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.images import load_picture, save_png
from tryon.ui.languages import CHINESE, ENGLISH

sync_api = pytest.importorskip("playwright.sync_api")

# the colour in the middle of the mirror, of what the server sent
MIDDLE = """() => {
    const canvas = document.querySelector("#live canvas");
    return [...canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data].slice(0, 3);
}"""
COVERED = """() => {
    OffscreenCanvasRenderingContext2D.prototype.drawImage = function () {
        this.setTransform(1, 0, 0, 1, 0, 0);
        this.fillStyle = "#888";
        this.fillRect(0, 0, 9999, 9999);
    };
}"""
RED, GREEN = [190, 40, 40], [40, 120, 70]  # of the small gallery's garments


def write_video(path: Path, picture: np.ndarray, frames: int = 12) -> Path:
    """Write a short film of a picture that moves a little, as a browser takes it for a camera: 640 x 480, 4:2:0."""
    height, width = 480, 640
    scale = height / picture.shape[0]
    small = cv2.resize(picture, (round(picture.shape[1] * scale), height), interpolation=cv2.INTER_AREA)
    x = (width - small.shape[1]) // 2
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F20:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(frames):
            frame = np.full((height, width, 3), 200, np.uint8)
            frame[:, x : x + small.shape[1]] = small
            shift = round(6 * np.sin(2 * np.pi * number / frames))
            yuv = cv2.cvtColor(np.roll(frame, shift, axis=1), cv2.COLOR_RGB2YUV_I420)
            file.write(b"FRAME\n" + yuv.tobytes())
    return path


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, person_picture: Any) -> Path:
    """A film of somebody whose left half of the picture is darker than the right one."""
    picture = person_picture(4, 960, 720)
    picture[:, :240] //= 3
    return write_video(tmp_path_factory.mktemp("camera") / "camera.y4m", picture)


@pytest.fixture(scope="module")
def camera_browser(camera: Path, browser: Any) -> Iterator[Any]:
    """Chromium with the film as its camera."""
    chromium = launch(browser, camera)
    yield chromium
    chromium.close()


def launch(browser: Any, camera: Path) -> Any:
    system = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    flags = ["--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    flags.append(f"--use-file-for-fake-video-capture={camera}")
    return browser.browser_type.launch(executable_path=system, args=flags)


@pytest.fixture
def live_page(camera_browser: Any, serving: Any) -> Iterator[Any]:
    """A function that opens the page at the live mirror; fails the test on script errors."""
    contexts: list[Any] = []
    errors: list[str] = []

    def go(**settings: Any) -> Any:
        given = {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB", "permissions": ["camera"], **settings}
        script = given.pop("script", "")
        context = camera_browser.new_context(**given)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(script)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(serving.url)
        page.wait_for_selector("#stage:not(.is-busy) .pic .before", timeout=60_000)
        page.click('[data-tab="live"]')
        return page

    yield go
    for context in contexts:
        context.close()
    deadline = time.monotonic() + 20
    while len(serving.room.live) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(serving.room.live) == 0  # closed pages free their places
    assert errors == []


def begin(page: Any) -> None:
    page.click('[data-act="live-start"]')
    page.wait_for_selector('#live .mirror[data-state="on"]', timeout=30_000)


def wait_for_colour(page: Any, colour: list[int]) -> None:
    page.wait_for_function(
        f"wanted => ({MIDDLE})().every((value, at) => Math.abs(value - wanted[at]) < 24)", arg=colour, timeout=15_000
    )


def test_the_mirror_shows_the_garment_and_changes_it_while_it_runs(live_page: Any, serving: Any) -> None:
    page = live_page()
    assert page.locator("#room").is_hidden()
    page.click('#live .tile[data-id="red-tee"]')
    begin(page)
    wait_for_colour(page, RED)
    page.click('#live .tile[data-id="green-dress"]')
    assert page.get_attribute('#live .tile[data-id="green-dress"]', "aria-pressed") == "true"
    wait_for_colour(page, GREEN)
    page.wait_for_function(
        "/\\d+ pictures a second · \\d+ ms each/.test(document.querySelector('#live .rate').textContent)"
    )
    rate = int(page.inner_text("#live .rate").split()[0])
    assert rate >= 4  # the film has 20; nothing is computed here
    # as in a mirror: the film's left half is dark
    sides = page.evaluate("""() => {
        const canvas = document.querySelector("#live canvas");
        const at = (x) => canvas.getContext("2d").getImageData(x, 12, 1, 1).data[0];
        return [at(12), at(canvas.width - 12)];
    }""")
    assert sides[0] > 2 * sides[1]
    assert len(serving.room.live) == 1
    page.click('[data-act="live-stop"]')
    page.wait_for_selector('#live .mirror[data-state="off"]')
    page.wait_for_function("!document.querySelector('#live video').srcObject")
    deadline = time.monotonic() + 5
    while len(serving.room.live) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(serving.room.live) == 0


def test_nothing_queues_up(live_page: Any, serving: Any) -> None:
    """One frame is under way at a time, however slow the server is."""
    page = live_page()
    flying = {"now": 0, "most": 0, "sent": 0}

    def sent(request: Any) -> None:
        if "/tryon/live/" in request.url and not request.url.endswith("/close"):
            flying["now"] += 1
            flying["sent"] += 1
            flying["most"] = max(flying["most"], flying["now"])

    def back(request: Any) -> None:
        if "/tryon/live/" in request.url and not request.url.endswith("/close"):
            flying["now"] -= 1

    page.on("request", sent)
    page.on("requestfinished", back)
    begin(page)
    page.wait_for_timeout(500)
    serving.live.gate.clear()
    page.wait_for_timeout(200)
    before = flying["sent"]
    page.wait_for_timeout(600)
    assert flying["sent"] <= before + 1
    serving.live.gate.set()
    page.wait_for_timeout(500)
    assert flying["sent"] > before + 1
    assert flying["most"] == 1
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter((e) => /tryon.live/.test(e.name)).map((e) => e.transferSize)"
    )
    assert max(sizes) < 120_000


@pytest.mark.parametrize("way", ["tab", "hidden"])
def test_whoever_leaves_stops_the_camera(live_page: Any, serving: Any, way: str) -> None:
    page = live_page()
    begin(page)
    track = page.evaluate_handle("document.querySelector('#live video').srcObject.getVideoTracks()[0]")
    if way == "tab":
        page.click('[data-tab="try_on"]')
    else:
        page.evaluate("""() => {
            Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""")
    page.wait_for_function("track => track.readyState === 'ended'", arg=track)
    deadline = time.monotonic() + 5
    while len(serving.room.live) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(serving.room.live) == 0
    if way == "hidden":
        assert page.inner_text("#live .notice") == ENGLISH.live.away
        page.evaluate("delete document.hidden")
    else:
        page.click('[data-tab="live"]')
    begin(page)  # and again


def test_a_picture_is_taken_and_dressed(live_page: Any, serving: Any) -> None:
    page = live_page()
    page.click('#live .tile[data-id="green-dress"]')
    begin(page)
    persons = serving.drawing.persons
    page.click('[data-act="live-take"]')
    page.wait_for_selector("#photo img.mine", timeout=30_000)
    page.wait_for_selector("#stage:not(.is-busy) .pic .before")
    assert serving.drawing.persons == persons + 1
    assert page.locator("#live").is_hidden()
    assert page.get_attribute('#garments .tile[data-id="green-dress"]', "aria-pressed") == "true"
    look = next(reversed(serving.room.visitors._visitors.values())).current()
    assert look.who.own
    assert look.what.key == "green-dress"
    photo = look.who.person.image_u8
    assert photo.shape == (480, 360, 3)  # the camera's own size, not the mirror's
    assert photo[10, 10:40].mean() > 2 * photo[10, -40:-10].mean()  # mirrored, as it was seen


REFUSALS = [
    (
        "refused",
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotAllowedError'); };",
    ),
    (
        "no_camera",
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError'); };",
    ),
    (
        "camera_busy",
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotReadableError'); };",
    ),
    (
        "insecure",
        "Object.defineProperty(navigator, 'mediaDevices', { get: () => undefined });"
        "Object.defineProperty(window, 'isSecureContext', { get: () => false });",
    ),
]


@pytest.mark.parametrize(("word", "script"), REFUSALS, ids=[word for word, _ in REFUSALS])
def test_where_there_is_no_camera_the_page_says_what_to_do(live_page: Any, word: str, script: str) -> None:
    page = live_page(script=script, locale="zh-CN")
    page.click('[data-act="live-start"]')
    page.wait_for_function("document.querySelector('#live .notice').textContent && true")
    assert page.get_attribute("#live .mirror", "data-state") == "off"
    assert page.inner_text("#live .notice") == getattr(CHINESE.live, word)
    page.click('[data-act="language"]')
    assert page.inner_text("#live .notice") == getattr(ENGLISH.live, word)


def test_too_many_and_nobody_are_told(live_page: Any, serving: Any) -> None:
    kept = [serving.room.live.open(name, lambda key: None) for name in ("one", "two")]
    page = live_page()
    page.click('[data-act="live-start"]')
    page.wait_for_function(
        "word => document.querySelector('#live .notice').textContent === word", arg=ENGLISH.live.too_many
    )
    assert page.evaluate("document.querySelector('#live video').srcObject") is None
    for token in kept:
        serving.room.live.close(token)
    begin(page)
    assert page.inner_text("#live .notice") == ""
    # the camera is covered
    page.evaluate(COVERED)
    page.wait_for_function(
        "word => document.querySelector('#live .notice').textContent === word", arg=ENGLISH.live.nobody
    )
    assert page.get_attribute("#live .mirror", "data-state") == "on"


def test_phone(live_page: Any) -> None:
    page = live_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    begin(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    glass, tile = page.locator("#live .glass").bounding_box(), page.locator("#live .tile:visible").first.bounding_box()
    assert glass["y"] + glass["height"] < tile["y"] < 844  # a garment can be chosen while one looks at oneself
    page.tap('#live .tile[data-id="red-tee"]')
    wait_for_colour(page, RED)


def test_a_garment_of_ones_own_is_offered(live_page: Any, settled: Any, person_picture: Any, tmp_path: Path) -> None:
    page = live_page()
    begin(page)
    assert page.locator('#live .tile[data-id="own"]').is_hidden()
    page.click('[data-tab="try_on"]')
    picture = person_picture(3, 300, 300)
    picture[60:] = (150, 90, 200)
    save_png(picture, tmp_path / "own.png")
    before = settled(page)
    page.set_input_files("#garment input[type=file]", tmp_path / "own.png")
    settled(page, other_than=before)
    page.click('[data-tab="live"]')
    begin(page)
    page.click('#live .tile[data-id="own"]')
    wait_for_colour(page, [int(v) for v in picture.reshape(-1, 3).mean(0)])
    assert page.get_attribute('#live .tile[data-id="own"] img', "src").startswith("data:image")


# what the page waits for: when a frame was sent, and how long the server took for it
WATCH_FRAMES = """
window.frames_sent = [];
const plain = window.fetch;
window.fetch = async (url, how) => {
    const sent = performance.now();
    const answer = await plain(url, how);
    if (/tryon.live.[^/]+$/.test(url)) window.frames_sent.push([sent, Number(answer.headers.get("X-Tryon-Ms"))]);
    return answer;
};
"""


def test_the_real_networks_draw_a_virtual_model_in_the_mirror(
    root: Path, browser: Any, serving: Any, tmp_path: Path, monkeypatch: Any, capsys: Any
) -> None:
    """At eight frames a second or more, where the machine is quiet enough for the networks to keep that up."""
    if not (root / "weights/live.safetensors").exists():
        pytest.skip("the live network's weights are not there")
    from tryon.ui.live_room import load_networks

    model = json.loads((root / "assets/manifest.json").read_text("utf-8"))["models"][0]
    film = write_video(tmp_path / "model.y4m", load_picture(root / "assets" / model["file"]))
    monkeypatch.setattr(serving.room.live, "_first", load_networks())
    chromium = launch(browser, film)
    try:
        page = chromium.new_context(permissions=["camera"], locale="en-GB").new_page()
        page.add_init_script(WATCH_FRAMES)
        page.goto(serving.url)
        page.wait_for_selector("#stage:not(.is-busy) .pic .before", timeout=60_000)
        page.click('[data-tab="live"]')
        page.click('#live .tile[data-id="red-tee"]')
        begin(page)
        page.wait_for_timeout(2000)
        page.evaluate("window.frames_sent.length = 0")
        page.wait_for_function("window.frames_sent.length > 40", timeout=120_000)
        assert page.inner_text("#live .notice") == ""
        sent, took = np.array(page.evaluate("window.frames_sent")).T
    finally:
        chromium.close()
    rate, server = 1000 / float(np.diff(sent).mean()), float(np.median(took))
    with capsys.disabled():
        print(f" live: {rate:.1f} frames a second, {server:.0f} ms of each at the server ", end="")
    if server > 95:
        pytest.skip(f"the machine is busy or slow: {server:.0f} ms for a frame, {rate:.1f} frames a second")
    assert rate >= 8
