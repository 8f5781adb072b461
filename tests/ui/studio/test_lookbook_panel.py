"""The lookbook's panel in a real browser, over a pipeline that paints: looks, words, pages, downloads, refusals."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import cv2
import numpy as np
import pytest
from PIL import Image

from tryon.errors import BadRequestError
from tryon.images import encode_png
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.studio.lookbook.book import PAGES, Look
from tryon.studio.lookbook.lettering import Lettering
from tryon.ui.album import KEPT_BYTES, KEPT_LOOKS, MOST_LOOKS, Album
from tryon.ui.events import Sent
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.studio.lookbook_orders import read_wanted
from tryon.ui.studio.lookbook_panel import answer_to
from tryon.ui.studio.new_garments import NewGarment, create_garment

CHINESE_FONT = not Lettering().missing("织物")  # not every machine has one; titles are English then
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of few pixels: two slow cores draw them at once."""
    monkeypatch.setitem(PAGES, "a4", (620, 877))


def open_panel(page: Any) -> None:
    page.click('button[data-tab="studio"]')
    page.click('button[data-studio="lookbook"]')


def pick(page: Any, *keys: str) -> None:
    for key in keys:
        page.click(f'#lookbook .tile[data-id="{key}"]')


def pages_show(page: Any, count: int, old: str = "") -> str:
    """Wait for so many pages, another set than before; the address of the last one."""
    page.wait_for_function(
        """([count, old]) => {
            const pages = [...document.querySelectorAll(".book-pages img")];
            return pages.length === count && pages.every((each) => each.complete && each.naturalWidth)
              && pages.at(-1).src !== old;
        }""",
        arg=[count, old],
        timeout=30_000,
    )
    return str(page.eval_on_selector(".book-pages a:last-child img", "image => image.src"))


def picture_at(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(urlopen(url, timeout=30).read())).convert("RGB")).astype(int)


@pytest.mark.parametrize("settings", [{}, {**PHONE, "locale": "zh-CN"}], ids=["desktop", "phone, Chinese"])
def test_a_lookbook_is_made(
    serving: Any, open_page: Any, settled: Any, settings: dict[str, Any], tmp_path: Path
) -> None:
    words = (CHINESE if settings else ENGLISH).studio.lookbook
    page = open_page(serving.url, **settings)
    settled(page)
    open_panel(page)
    add = page.locator('[data-act="book-add"]')
    assert add.is_disabled()
    assert add.inner_text() == words.choose
    assert page.locator(".book-nothing").is_visible()
    # two people, each in two garments
    pick(page, "ada", "ben", "red-tee", "blue-jeans")
    assert add.inner_text() == words.add.format(n=4)
    add.click()
    page.wait_for_selector(".book-looks li >> nth=3")
    pages_show(page, 2)
    assert page.input_value(".book-looks li:nth-child(2) input >> nth=0") == (
        "红色 T 恤" if settings and CHINESE_FONT else "Red tee"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    before = picture_at(page.eval_on_selector(".book-pages a:last-child img", "image => image.src"))
    # a price and a name are drawn; what is made stays made
    dressed = serving.drawing.dressed
    old = pages_show(page, 2)
    page.fill(".book-looks li:nth-child(1) input >> nth=1", "€ 29")
    page.fill('.book-brand [name="name"]', "Maison 织物" if settings and CHINESE_FONT else "Maison")
    new = pages_show(page, 2, old)
    after = picture_at(new)
    assert after.shape == before.shape == (877, 620, 3)
    assert (np.abs(after - before).max(-1) > 60).sum() > 60
    assert serving.drawing.dressed == dressed
    # a line below it; worn otherwise, that one look is made anew and keeps its words
    page.fill(".book-looks li:nth-child(1) input >> nth=2", "Washed cotton")
    old = pages_show(page, 2, new)
    page.locator(".book-looks li:nth-child(1) select >> nth=1").select_option("0.5")
    pages_show(page, 2, old)
    assert serving.drawing.dressed == dressed + 1
    assert page.input_value(".book-looks li:nth-child(1) input >> nth=1") == "€ 29"
    # an outfit of two, taken out again
    pick(page, "ada", "red-tee", "blue-jeans")
    page.click('[data-way="outfit"]')
    assert add.inner_text() == words.add_one
    add.click()
    page.wait_for_selector(".book-looks li >> nth=4")
    old = pages_show(page, 3)
    page.click('.book-looks li:nth-child(5) [data-move="remove"]')
    pages_show(page, 2, old)
    # all of it is downloaded
    for form in ("zip", "pdf"):
        with page.expect_download() as waiting:
            page.click(f'[data-file="{form}"]')
        waiting.value.save_as(tmp_path / form)
    archive = zipfile.ZipFile(tmp_path / "zip")
    assert len([name for name in archive.namelist() if name.startswith("looks/")]) == 4
    told = archive.read("looks.csv").decode("utf-8")
    assert "€ 29" in told
    assert "Washed cotton" in told
    assert SOURCE_TYPE.encode() in (tmp_path / "pdf").read_bytes()
    assert page.inner_text('[data-part="saved"]') == words.saved
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_a_logo_and_refusals(serving: Any, open_page: Any, settled: Any, tmp_path: Path) -> None:
    words = ENGLISH.studio.lookbook
    page = open_page(serving.url)
    settled(page)
    open_panel(page)
    assert page.locator('#lookbook [data-id="own"]').is_hidden()
    # what does not go together is said, the rest is made
    pick(page, "ada", "red-tee", "black-top")
    page.click('[data-way="outfit"]')
    page.click('[data-act="book-add"]')
    page.wait_for_function("document.querySelector('[data-part=said]').textContent.includes('worn over the other')")
    pick(page, "green-dress")
    pick(page, "ada")
    page.click('[data-act="book-add"]')
    old = pages_show(page, 2)
    (tmp_path / "logo.png").write_bytes(b"no picture")
    page.set_input_files("#lookbook input[type=file]", tmp_path / "logo.png")
    page.wait_for_function("document.querySelector('[data-part=drawn]').textContent.includes('not a picture')")
    logo = np.zeros((200, 300, 3), np.uint8)
    logo[:] = (250, 0, 250)
    (tmp_path / "logo.png").write_bytes(encode_png(logo))
    page.set_input_files("#lookbook input[type=file]", tmp_path / "logo.png")
    old = pages_show(page, 2, old)
    assert (np.abs(picture_at(old) - (250, 0, 250)).max(-1) < 40).sum() > 50
    page.click('[data-act="book-no-logo"]')
    pages_show(page, 2, old)
    # a letter without a font, then a good one
    page.fill('.book-brand [name="name"]', "\U00012000")
    page.wait_for_function("document.querySelector('[data-part=drawn]').textContent.includes('No font')")
    page.fill('.book-brand [name="name"]', "Maison")
    page.wait_for_function("document.querySelector('[data-part=drawn]').textContent === ''")
    # no more looks than a book holds
    pick(page, "ada", "ben", "red-tee", "blue-jeans", "green-dress", "black-top")
    page.click('[data-way="each"]')
    page.click('[data-act="book-add"]')
    page.wait_for_selector(".book-looks li >> nth=7")
    page.wait_for_function("document.querySelector('[data-part=said]').textContent === ''")
    assert page.locator(".book-looks li").count() == 8  # one of the eight was there already
    pick(page, "ada", "ben", "red-tee", "blue-jeans", "green-dress")
    page.click('[data-act="book-add"]')
    assert page.inner_text('[data-part="said"]') == words.full.format(n=12)


class Event:
    """What Gradio hands to a handler."""

    def __init__(self, **data: Any) -> None:
        self._data = data


def ask(room: Any, session: str, kind: str, value: Any = None, **data: Any) -> dict[str, Any]:
    sent: Any = Event(value=json.dumps(value), ticket=7, **data)
    return answer_to(room, session, kind, Sent(sent))


def test_orders_are_answered_or_refused_in_words(serving: SimpleNamespace) -> None:
    room = serving.room
    made = create_garment(room, "orders", NewGarment(*orange(), "upper", "Orange idea", "橙色灵感"))
    assert ask(room, "orders", "created")["created"][0][:3] == [made.key, "Orange idea", "橙色灵感"]
    look = ask(room, "orders", "dress", {"model": "ada", "garments": [made.key]})
    assert (look["title"], look["ticket"]) == ("Orange idea", 7)
    chinese = ask(room, "orders", "dress", {"model": "ada", "garments": [made.key]}, language="zh")
    assert chinese["title"] == ("橙色灵感" if CHINESE_FONT else "Orange idea")
    order = {"name": "M", "colour": "#123456", "page": "a4", "columns": 2, "looks": [{"key": look["key"]}]}
    book = ask(room, "orders", "draw", order)
    assert book["pages"] == 2
    assert "no longer kept" in ask(room, "someone else", "draw", order)["error"]  # looks are their visitor's alone
    for kind, value, told in (
        ("dress", {"model": "nobody", "garments": ["red-tee"]}, "nobody"),
        ("dress", {"model": "own", "garments": ["red-tee"]}, "no photo of yours"),
        ("dress", {"model": "ada", "garments": []}, "one to 3"),
        ("dress", {"model": "ada", "garments": ["made-99"]}, "made-99"),
        ("dress", [1], "no order"),
        ("draw", {**order, "colour": "red"}, "colour"),
        ("draw", {**order, "columns": 9}, "no such page"),
        ("draw", {**order, "columns": "2"}, "no such page"),
        ("draw", {**order, "page": "../a4"}, "no such page"),
        ("draw", {**order, "looks": []}, "1 to 12"),
        ("draw", {**order, "looks": [{"key": look["key"]}] * 13}, "1 to 12"),
        ("draw", {**order, "looks": [{"key": "hat"}]}, "no longer kept"),
        ("draw", {**order, "title": "x" * 90}, "Use at most 80"),
        ("logo", None, "upload"),
    ):
        answer = ask(room, "orders", kind, value, language="en", upload="none" if kind == "logo" else "")
        assert told in answer["error"] or kind == "logo", (kind, value)
    chinese = ask(room, "orders", "draw", {**order, "looks": []}, language="zh")["error"]
    assert chinese == "这里的画册可有 1 到 12 个造型。"
    with pytest.raises(BadRequestError):
        read_wanted("x" * 30_000)


def orange() -> tuple[np.ndarray, np.ndarray]:
    image, mask = np.full((400, 300, 3), 250, np.uint8), np.zeros((400, 300), np.uint8)
    cv2.rectangle(image, (70, 60), (230, 340), (240, 150, 20), -1)
    cv2.rectangle(mask, (70, 60), (230, 340), 255, -1)
    return image, mask


def test_addresses_give_files_and_nothing_else(serving: SimpleNamespace) -> None:
    room, url = serving.room, serving.url.rstrip("/") + "/tryon/lookbook"
    look = ask(room, "files", "dress", {"model": "ben", "garments": ["red-tee"]})
    order = {"colour": "#123456", "page": "a4", "columns": 2, "looks": [{"key": look["key"], "title": "Tee"}]}
    token = ask(room, "files", "draw", order)["token"]
    for name, kind in (("page-1.jpg", "image/jpeg"), ("page-2.png", "image/png"), ("lookbook.pdf", "application/pdf")):
        reply = urlopen(f"{url}/{token}/{name}", timeout=30)
        data = reply.read()
        assert reply.headers["Content-Type"] == kind
        assert "no-store" in reply.headers["Cache-Control"]
        assert SOURCE_TYPE.encode() in data or kind == "image/jpeg"
    for path in (
        f"{token}/page-3.png",
        f"{token}/page-0.png",
        f"{token}/lookbook.mp4",
        f"{token}/looks",
        "x/page-1.jpg",
    ):
        with pytest.raises(HTTPError) as caught:
            urlopen(f"{url}/{path}", timeout=30)
        assert caught.value.code == 404, path
    newer = ask(room, "files", "draw", order)["token"]
    assert newer != token
    with pytest.raises(HTTPError):
        urlopen(f"{url}/{token}/page-1.jpg", timeout=30)
    room.visitors.drop("files")
    with pytest.raises(HTTPError):
        urlopen(f"{url}/{newer}/page-1.jpg", timeout=30)


def test_an_album_is_bounded_and_counted() -> None:
    album = Album()
    picture = np.zeros((400, 300, 3), np.uint8)
    for number in range(KEPT_LOOKS + 5):
        album.keep(str(number), Look(picture.copy()))
    assert len(album.looks) == KEPT_LOOKS > MOST_LOOKS
    assert album.find("0") is None
    assert album.find("22") is not None
    assert album.cost() == KEPT_LOOKS * picture.nbytes
    large = np.zeros((1600, 1600, 3), np.uint8)
    for number in range(15):
        album.keep(f"large {number}", Look(large.copy()))
    assert album.cost() <= KEPT_BYTES
    assert album.token == ""
