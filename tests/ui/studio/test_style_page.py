"""Style transfer in a real browser: a cut, a garment's style or a picture's, into the gallery, worn."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.ui.languages import CHINESE, ENGLISH

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "locale": "zh-CN"}


def open_panel(page: Any) -> None:
    page.click('button[data-tab="studio"]')
    if page.locator('button[data-studio="style"]').is_visible():
        page.click('button[data-studio="style"]')
    page.wait_for_selector("#style .choices .tile")


def choose(page: Any, part: str, garment: str) -> None:
    page.click(f'#style [data-part="{part}"] [data-id="{garment}"]')


def told(page: Any, sentence: str) -> None:
    page.wait_for_function("t => document.querySelector('#style .told-style').textContent === t", arg=sentence)


def middle(page: Any) -> np.ndarray:
    """The colour in the middle of what was made."""
    data = page.request.get(page.eval_on_selector("#style .styled", "image => image.src")).body()
    picture = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
    h, w = picture.shape[:2]
    return picture[h // 2 - 10 : h // 2 + 10, w // 2 - 10 : w // 2 + 10].mean((0, 1))


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desktop", "phone, Chinese"])
def test_a_style_is_transferred_and_worn(serving: Any, open_page: Any, settled: Any, settings: dict[str, Any]) -> None:
    words = (CHINESE if settings else ENGLISH).studio.style
    page = open_page(serving.url, **settings)
    first = settled(page)
    open_panel(page)
    assert page.inner_text("#style h2") == words.title
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert page.is_disabled('#style [data-act="style-wear"]')
    choose(page, "cut", "green-dress")
    choose(page, "source", "red-tee")
    told(page, words.done)
    red, green, blue = middle(page)
    assert red > green + 40
    assert red > blue + 40
    data = page.request.get(page.get_attribute('#style [data-act="style-download"]', "href")).body()
    saved = Image.open(io.BytesIO(data))
    assert "generated" in saved.text["Description"].lower()
    assert saved.height > 400  # the strip with the mark, below the picture's own 400 rows
    page.click('#style [data-act="style-wear"]')
    settled(page, other_than=first)
    assert page.evaluate("document.body.dataset.tab") == "try_on"
    assert page.locator("#created .tile").count() == 1
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_any_picture_is_a_source(serving: Any, open_page: Any, settled: Any) -> None:
    page = open_page(serving.url)
    settled(page)
    open_panel(page)
    choose(page, "cut", "black-top")
    picture = np.zeros((200, 240, 3), np.uint8)
    picture[..., 2], picture[::20, :, 0] = 200, 60
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "PNG")
    page.set_input_files("#style .file", {"name": "a.png", "mimeType": "image/png", "buffer": buffer.getvalue()})
    told(page, ENGLISH.studio.style.done)
    before = middle(page)
    assert before[2] > before[0] + 20
    # a bad file says so, and what was made stays
    page.set_input_files("#style .file", {"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    page.wait_for_function("() => /not a picture/.test(document.querySelector('#style .told-style').textContent)")
    assert page.is_visible("#style .styled")
    # a picture has a place: it can be moved
    made = page.get_attribute("#style .styled", "src")
    page.locator('#style [data-slide="across"]').fill("0.3")
    page.wait_for_function("was => document.querySelector('#style .styled').getAttribute('src') !== was", arg=made)
    assert page.locator('#style [data-slide="down"]').is_visible()
    # keyboard: the modes
    page.focus('#style [data-mode="colours"]')
    page.keyboard.press("Enter")
    assert page.get_attribute('#style [data-mode="colours"]', "aria-checked") == "true"
    told(page, ENGLISH.studio.style.done)
    page.click('#style [data-act="style-keep"]')
    told(page, ENGLISH.studio.style.kept)
    assert page.evaluate("document.body.dataset.tab") == "studio"
    # what was made can be cut and source, as soon as the panel is seen again; plain cloth cannot be moved
    page.click('button[data-tab="try_on"]')
    open_panel(page)
    page.wait_for_selector('#style [data-part="source"] .is-created')
    assert page.locator('#style [data-part="cut"] .is-created').count() == 1
    choose(page, "source", "red-tee")
    page.wait_for_function("() => document.querySelector('#style .moves').hidden")
