"""The studio's frame in a real browser, with a stand-in panel: sub-tabs, a garment made there, and wearing it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import cv2
import gradio as gr
import numpy as np
import pytest

from tryon.ui.events import HEAVY, QUIETLY, piece, session_of
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.studio import studio_panel
from tryon.ui.studio.new_garments import NewGarment, create_garment

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
COLOUR = (240, 150, 20)  # of no garment of the small gallery
MAKE = """
element.addEventListener("click", () => trigger("make"));
watch("made", () => props.made && tryonPage.studio.wear(props.made));
"""


def orange_top() -> NewGarment:
    image, mask = np.full((400, 300, 3), 250, np.uint8), np.zeros((400, 300), np.uint8)
    cv2.rectangle(image, (70, 60), (230, 340), COLOUR, -1)
    cv2.rectangle(mask, (70, 60), (230, 340), 255, -1)
    return NewGarment(image, mask, "upper", "Orange idea", "橙色灵感")


def build_stand_in(room: FittingRoom) -> None:
    """A button that makes a garment and wears it: what a real panel does."""
    button = piece("<button>make</button>", call=f"{MAKE} /* 'make' */", elem_id="stand-in", made="")

    def make(request: gr.Request) -> Any:
        return gr.update(made=create_garment(room, session_of(request), orange_top()).key)

    button.make(make, outputs=button, **QUIETLY, **HEAVY)


@pytest.fixture(scope="module", autouse=True)
def stand_ins() -> Iterator[None]:
    """Two panels, before the page is built."""
    panels = (
        SimpleNamespace(KEY="design", FILLED=True, build=build_stand_in),
        SimpleNamespace(KEY="style", FILLED=False, build=lambda room: piece("never", elem_id="never")),
        SimpleNamespace(KEY="lookbook", FILLED=True, build=lambda room: piece("<p>pages</p>", elem_id="pages")),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(studio_panel, "PANELS", panels)
        yield


@pytest.mark.parametrize("settings", [{}, {**PHONE, "locale": "zh-CN"}], ids=["desktop", "phone, Chinese"])
def test_a_garment_is_made_and_worn(serving: Any, open_page: Any, settled: Any, settings: dict[str, Any]) -> None:
    texts = CHINESE if settings else ENGLISH
    page = open_page(serving.url, **settings)
    first = settled(page)
    assert page.locator("#created .tile").count() == 0
    page.click('button[data-tab="studio"]')
    assert page.inner_text("#studio-tabs").split("\n") == [texts.studio.tabs[key] for key in ("design", "lookbook")]
    assert page.locator("#room").is_hidden()
    assert page.locator("#stand-in").is_visible()
    assert page.locator("#pages").is_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.click("#stand-in button")
    second = settled(page, other_than=first)
    assert page.evaluate("document.body.dataset.tab") == "try_on"
    page.wait_for_selector('#created .tile[aria-pressed="true"]')
    assert page.inner_text("#created .tile span") == ("橙色灵感" if settings else "Orange idea")
    assert page.locator('#garments .tile[aria-pressed="true"]').count() == 0
    shown = page.evaluate("""async () => {
        const bitmap = await createImageBitmap(await (await fetch(document.querySelector("#stage .after").src)).blob());
        const paper = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
        paper.drawImage(bitmap, 0, 0);
        return [...paper.getImageData(bitmap.width / 2, bitmap.height / 2, 1, 1).data].slice(0, 3);
    }""")
    assert np.abs(np.array(shown) - COLOUR).max() < 12
    # it can be put on again, and with other things
    page.click('#garments .tile[data-id="red-tee"]')
    third = settled(page, other_than=second)
    page.click('button[data-tab="outfits"]')
    page.click('#garments .tile[data-id="blue-jeans"]')
    fourth = settled(page, other_than=third)
    page.click("#created .tile")
    settled(page, other_than=fourth)
    page.wait_for_function("document.querySelectorAll('#slots .slot.filled').length === 2")
    worn = [what.key for visitor in serving.room.visitors._visitors.values() for what in visitor.worn]
    assert "blue-jeans" in worn
    assert any(key.startswith("made-") for key in worn)
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_sub_tabs_by_keyboard(served: str, open_page: Any) -> None:
    page = open_page(served)
    page.click('button[data-tab="studio"]')
    page.focus('button[data-studio="design"]')
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.studio") == "lookbook"
    assert page.locator("#pages").is_visible()
    assert page.locator("#stand-in").is_hidden()
    page.click('button[data-tab="try_on"]')
    assert page.locator("#studio").is_hidden()


def test_an_upload_reaches_the_room(serving: Any, open_page: Any) -> None:
    page = open_page(serving.url)
    identity = page.evaluate("tryonPage.studio.upload(new File(['picture'], 'a.png'))")
    assert serving.room.uploads.take(identity) == b"picture"


def test_without_a_filled_panel_there_is_no_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    from tryon.ui.page import tabs

    assert "studio" in tabs()
    monkeypatch.setattr(studio_panel, "PANELS", (SimpleNamespace(KEY="design", FILLED=False),))
    assert tabs() == ["try_on", "outfits", "live"]


@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_the_header_fits_a_narrow_phone(served: str, open_page: Any, locale: str) -> None:
    page = open_page(served, **{**PHONE, "viewport": {"width": 360, "height": 740}}, locale=locale)
    for box in (each.bounding_box() for each in page.locator("header button, header h1").all()):
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
