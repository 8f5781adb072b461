"""Sharing in a real browser: the dialog, its preview, and what arrives as a file; and the route behind it."""

from __future__ import annotations

import io
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.sharing.metadata import SOURCE_TYPE
from tryon.ui.languages import CHINESE, ENGLISH

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def saved(page: Any, folder: Path) -> bytes:
    """Press the dialog's button and return the file that the browser saves."""
    page.wait_for_selector('.share [data-act="save"]:enabled', timeout=30_000)
    with page.expect_download() as caught:
        page.click('.share [data-act="save"]')
    target = folder / str(caught.value.suggested_filename)
    caught.value.save_as(target)
    return target.read_bytes()


@pytest.mark.parametrize("settings", [{}, {**PHONE, "locale": "zh-CN"}], ids=["desktop", "phone, Chinese"])
def test_a_look_is_shared(served: str, open_page: Any, settled: Any, tmp_path: Path, settings: dict[str, Any]) -> None:
    texts = CHINESE if "locale" in settings else ENGLISH
    page = open_page(served, **settings)
    settled(page)
    page.click('[data-act="share"]')
    page.wait_for_selector("dialog.share[open]")
    assert page.inner_text("#share-title") == texts.share.title
    kinds = {"split": "JPEG", "side": "JPEG", "film": "WEBP"}
    sizes = {}
    for kind, format_ in kinds.items():
        page.click(f'.share [data-kind="{kind}"]')
        data = saved(page, tmp_path)
        assert SOURCE_TYPE.encode() in data
        with Image.open(io.BytesIO(data)) as opened:
            assert opened.format == format_
            sizes[kind] = opened.size
        assert page.inner_text(".share .hint") == texts.share.hints[kind]
        assert page.inner_text(".share .said") == texts.share.saved
        assert page.eval_on_selector(".share .preview img", "each => each.complete && each.naturalWidth > 0")
    assert sizes["side"][0] > sizes["split"][0]
    page.click('.share [data-format="gif"]')
    assert saved(page, tmp_path)[:6] == b"GIF89a"
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    box = page.locator("dialog.share").bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= page.viewport_size["height"]
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.share", state="hidden")
    assert page.evaluate("document.activeElement.dataset.act") == "share"  # where the visitor was


def test_a_picture_is_copied(served: str, open_page: Any, settled: Any) -> None:
    page = open_page(served, permissions=["clipboard-read", "clipboard-write"])
    settled(page)
    page.click('[data-act="share"]')
    page.wait_for_selector('.share [data-act="copy"]:enabled')
    page.click('.share [data-act="copy"]')
    page.wait_for_function("words => document.querySelector('.share .said').textContent === words",
                           arg=ENGLISH.share.copied)  # fmt: skip
    kinds = page.evaluate("navigator.clipboard.read().then((items) => items[0].types)")
    assert kinds == ["image/png"]
    page.click('.share [data-kind="film"]')
    page.wait_for_selector('.share [data-act="save"]:enabled')
    assert page.locator('.share [data-act="copy"]').is_hidden()


def test_where_the_browser_can_send_it_is_offered(served: str, open_page: Any, settled: Any) -> None:
    page = open_page(served)
    settled(page)
    page.evaluate("""() => {
        navigator.canShare = ({ files }) => files.length === 1;
        navigator.share = async ({ files }) => { window.sent = [files[0].name, files[0].type, files[0].size]; };
    }""")
    page.click('[data-act="share"]')
    page.wait_for_selector('.share [data-act="send"]:enabled')
    page.click('.share [data-act="send"]')
    page.wait_for_function("window.sent")
    name, kind, size = page.evaluate("window.sent")
    assert (name, kind) == ("try-on-split.jpg", "image/jpeg")
    assert size > 1000


def test_nothing_moves_for_who_minds(served: str, open_page: Any, settled: Any) -> None:
    page = open_page(served, reduced_motion="reduce")
    settled(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click('[data-act="share"]')
    page.click('.share [data-kind="film"]')
    page.wait_for_selector('.share [data-act="save"]:enabled')
    still = page.evaluate("""async () => {
        const data = await (await fetch(document.querySelector(".share .preview img").src)).blob();
        return data.type;
    }""")
    assert still == "image/jpeg"
    assert any("film.webp" in each for each in asked)


def test_a_look_that_is_gone_says_so(serving: Any, open_page: Any, settled: Any) -> None:
    page = open_page(serving.url)
    settled(page)
    page.eval_on_selector('[data-act="share"]', "each => { each.dataset.after = 'gone'; }")
    page.click('[data-act="share"]')
    page.wait_for_selector(f'.share .said:has-text("{ENGLISH.share.failed}")')
    assert page.locator('.share [data-act="save"]').is_disabled()


def test_the_route(serving: Any, open_page: Any, settled: Any) -> None:
    page = open_page(serving.url)
    settled(page)
    after, before = page.eval_on_selector('[data-act="share"]', "each => [each.dataset.after, each.dataset.before]")
    base = f"{serving.url}tryon/share/{after}/{before}/"
    with urllib.request.urlopen(base + "side.png?language=zh") as answer:
        assert answer.headers["Content-Type"] == "image/png"
        assert "no-store" in answer.headers["Cache-Control"]
        card = np.asarray(Image.open(io.BytesIO(answer.read())))
    assert card.shape[1] > card.shape[0] * 0.9
    gone = f"{serving.url}tryon/share/{after}/unknown/side.jpg"
    for address, status, told in ((base + "poster.jpg", 400, "poster"), (gone, 404, "memory")):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(address)
        assert caught.value.code == status
        assert re.search(told, caught.value.read().decode())
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []
