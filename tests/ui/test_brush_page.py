"""The brush in a real browser: strokes, what the pipeline receives of them, and the way back."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from tryon.images import save_png
from tryon.ui.languages import CHINESE, ENGLISH

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def received(serving: Any, monkeypatch: Any) -> list[dict[str, Any]]:
    """What the pipeline is asked for, newest last: person, garment and wishes."""
    asked: list[dict[str, Any]] = []
    dress = serving.drawing.dress

    def note(person: Any, garment: Any, **wishes: Any) -> Any:
        asked.append({"person": person, "garment": garment, **wishes})
        return dress(person, garment, **wishes)

    monkeypatch.setattr(serving.drawing, "dress", note)
    return asked


def open_brush(page: Any, button: str) -> Any:
    page.click(button)
    page.wait_for_selector("dialog.brush[data-ready]")
    return page.locator("dialog.brush .sheet").bounding_box()


def stroke(page: Any, box: Any, *path: tuple[float, float]) -> None:
    """Draw by mouse; the path in shares of the picture."""
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in path]
    page.mouse.move(*at[0])
    page.mouse.down()
    for x, y in at[1:]:
        page.mouse.move(x, y, steps=6)
    page.mouse.up()


def colours(page: Any, x: float, y: float) -> list[int]:
    """What the brush's canvas shows at a place: red, green, blue, alpha."""
    page.wait_for_timeout(80)  # a frame
    return page.evaluate(
        """([x, y]) => {
            const canvas = document.querySelector("dialog.brush canvas");
            return [...canvas.getContext("2d").getImageData(x * canvas.width, y * canvas.height, 1, 1).data];
        }""",
        [x, y],
    )


def share_of(mask: Any, rows: slice, columns: slice) -> float:
    h, w = mask.shape
    part = mask[round(rows.start * h) : round(rows.stop * h), round(columns.start * w) : round(columns.stop * w)]
    return float((part > 0.5).mean())


def test_what_is_painted_on_a_person_reaches_the_pipeline(
    serving: Any, open_page: Any, settled: Any, received: Any
) -> None:
    page = open_page(serving.url)
    first = settled(page)
    box = open_brush(page, '[data-brush="person"]')
    today = colours(page, 0.5, 0.6)
    assert today[3] > 60  # what changes now is tinted
    assert colours(page, 0.05, 0.05)[3] == 0
    stroke(page, box, (0.3, 0.5), (0.7, 0.5))  # must stay
    page.click('[data-tool="change"]')
    stroke(page, box, (0.2, 0.1), (0.8, 0.1))
    marks = [colours(page, 0.5, 0.5), colours(page, 0.5, 0.1)]
    assert all(mark[3] > 60 for mark in marks)
    assert marks[0][0] > marks[0][2]  # red-brown, and blue
    assert marks[1][2] > marks[1][0]
    page.click('dialog.brush [data-act="apply"]')
    second = settled(page, other_than=first)
    wishes = received[-1]
    keep, change = wishes["keep_f32"], wishes["change_f32"]
    assert keep.shape == change.shape == wishes["person"].labels_u8.shape
    assert share_of(keep, slice(0.49, 0.51), slice(0.3, 0.7)) == 1
    assert share_of(keep, slice(0.0, 0.4), slice(0.0, 1.0)) == 0
    assert share_of(change, slice(0.09, 0.11), slice(0.2, 0.8)) == 1
    assert 0 < (change > 0.5).mean() < 0.1

    # the next garment is worn with the same marks
    page.click('#garments .tile[data-id="green-dress"]')
    third = settled(page, other_than=second)
    assert np.array_equal(received[-1]["keep_f32"], keep)
    assert received[-1]["garment"].category == "dress"
    assert page.get_attribute('#models .tile[data-id="ada"]', "aria-pressed") == "true"

    # the brush goes on from there; its own undo takes one stroke back, erasing takes marks away
    box = open_brush(page, '[data-brush="person"]')
    assert colours(page, 0.5, 0.1)[2] > 100
    page.click('[data-tool="erase"]')
    stroke(page, box, (0.1, 0.1), (0.9, 0.1))
    erased = colours(page, 0.5, 0.1)
    assert erased[1] > erased[2]  # the tint of what changes now, as the mark made it change
    page.keyboard.press("Control+z")
    assert colours(page, 0.5, 0.1)[2] > 100
    stroke(page, box, (0.1, 0.1), (0.9, 0.1))
    page.click('dialog.brush [data-act="apply"]')
    fourth = settled(page, other_than=third)
    assert received[-1]["change_f32"] is None
    assert np.array_equal(received[-1]["keep_f32"] > 0.5, keep > 0.5)

    # undo brings the state before back, marks and all
    page.click('#stage [data-act="undo"]')
    assert settled(page, other_than=fourth) == third
    page.click('#garments .tile[data-id="black-top"]')
    settled(page, other_than=third)
    assert (received[-1]["change_f32"] > 0.5).any()


def test_clear_is_reached_by_keyboard_and_gives_the_plain_look(serving: Any, open_page: Any, settled: Any) -> None:
    page = open_page(serving.url, locale="zh-CN")
    first = settled(page)
    box = open_brush(page, '[data-brush="person"]')
    assert page.inner_text("dialog.brush h2") == CHINESE.edit.person_title
    assert page.get_attribute("dialog.brush canvas", "aria-label") == CHINESE.edit.canvas
    stroke(page, box, (0.3, 0.5), (0.7, 0.5))
    page.click('dialog.brush [data-act="apply"]')
    second = settled(page, other_than=first)
    page.focus('[data-brush="person"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.brush[data-ready]")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.act") == "clear":
            break
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == CHINESE.edit.clear_label
    page.keyboard.press("Enter")
    page.focus('dialog.brush [data-act="apply"]')
    page.keyboard.press("Enter")
    assert settled(page, other_than=second) == first
    # Escape closes, and nothing is changed
    open_brush(page, '[data-brush="person"]')
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.brush", state="detached")
    assert settled(page) == first


def bring(page: Any, settled: Any, picture: Any, folder: Any) -> str:
    save_png(picture, folder / "garment.png")
    before = settled(page)
    page.set_input_files("#garment input[type=file]", folder / "garment.png")
    page.wait_for_selector("#garment .cutout")
    return settled(page, other_than=before)


def test_a_garment_is_mended(
    serving: Any, open_page: Any, settled: Any, received: Any, doubtful_picture: Any, tmp_path: Any
) -> None:
    page = open_page(serving.url)
    source = bring(page, settled, doubtful_picture, tmp_path)
    page.wait_for_function("document.querySelector('#garment .cutout img').naturalWidth > 0")
    box = open_brush(page, "#garment .cutout")
    assert colours(page, 0.5, 0.5)[3] == 0  # in full colour
    page.click('[data-tool="remove"]')
    stroke(page, box, (0.5, 0.5), (0.9, 0.5))
    assert colours(page, 0.7, 0.5)[3] > 180  # pale
    page.click('[data-tool="add"]')
    stroke(page, box, (0.5, 0.5), (0.55, 0.5))
    assert colours(page, 0.52, 0.5)[3] == 0

    page.click('[data-tool="move"]')
    hem, neck = (page.locator(f'dialog.brush [data-point="{name}"]') for name in ("hem_left", "neck_left"))
    assert hem.get_attribute("aria-label") == ENGLISH.edit.points["hem_left"]
    at = hem.bounding_box()
    page.mouse.move(at["x"] + at["width"] / 2, at["y"] + at["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8, steps=5)
    page.mouse.up()
    neck.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Control+z")
    page.click('dialog.brush [data-act="apply"]')
    mended = settled(page, other_than=source)
    garment = received[-1]["garment"]
    alpha, points = garment.alpha_f32, garment.landmarks_px
    assert alpha.shape == doubtful_picture.shape[:2]
    assert share_of(alpha, slice(0.48, 0.52), slice(0.65, 0.9)) == 0
    assert share_of(alpha, slice(0.49, 0.51), slice(0.0, 0.55)) == 1
    assert np.abs(np.subtract(points["hem_left"], (150, 240))).max() < 3
    assert points["neck_left"] == (21.0, 30.0)  # of (20, 20): one to the right, ten down
    assert points["cuff_out_left"] == (5.0, 40.0)
    page.click('#stage [data-act="undo"]')
    assert settled(page, other_than=mended) == source


def test_the_brush_on_a_phone(serving: Any, open_page: Any, settled: Any, received: Any) -> None:
    page = open_page(serving.url, **PHONE)
    first = settled(page)
    open_brush(page, '[data-brush="person"]')
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = page.locator("dialog.brush .sheet").bounding_box()
    assert box["width"] > 250
    for name in ("apply", "cancel", "clear", "undo-stroke"):
        button = page.locator(f'dialog.brush [data-act="{name}"]').bounding_box()
        assert button["y"] + button["height"] <= 844
    # a finger
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 0.3), ("touchMove", 0.5), ("touchMove", 0.7), ("touchEnd", None)):
        places = [] if x is None else [{"x": box["x"] + x * box["width"], "y": box["y"] + 0.5 * box["height"]}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})
        time.sleep(0.05)
    page.tap('dialog.brush [data-act="apply"]')
    settled(page, other_than=first)
    assert share_of(received[-1]["keep_f32"], slice(0.49, 0.51), slice(0.3, 0.7)) == 1
