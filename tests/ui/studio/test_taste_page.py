"""The suggestions in a real browser: hearts, "not for me", reasons, what goes with what, wearing, erasing."""

from __future__ import annotations

from typing import Any

import pytest

from tryon.ui.languages import CHINESE, ENGLISH

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def open_panel(page: Any) -> None:
    page.click('button[data-tab="studio"]')
    if page.locator('button[data-studio="taste"]').is_visible():
        page.click('button[data-studio="taste"]')
    page.wait_for_selector("#taste-list .card")


def shown(page: Any) -> set[str]:
    return set(page.eval_on_selector_all("#taste-list .card .tile", "tiles => tiles.map((each) => each.dataset.id)"))


def say(page: Any, word: str, garment: str, told: str) -> None:
    page.click(f'#taste-list [data-say="{word}"][data-id="{garment}"]')
    page.wait_for_function("told => document.querySelector('#taste [role=status]').textContent === told", arg=told)


@pytest.mark.parametrize("settings", [{}, {**PHONE, "locale": "zh-CN"}], ids=["desktop", "phone, Chinese"])
def test_a_taste_is_told(serving: Any, open_page: Any, settled: Any, settings: dict[str, Any]) -> None:
    texts = CHINESE if settings else ENGLISH
    words = texts.studio.taste
    page = open_page(serving.url, **settings)
    first = settled(page)
    open_panel(page)
    assert page.inner_text("#taste h2") == words.title
    assert shown(page) == {"red-tee", "blue-jeans", "green-dress", "black-top"}
    assert page.inner_text("#taste-list .card .why") == words.start
    assert page.is_checked("#taste input[type=checkbox]")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    before = page.eval_on_selector_all("#taste-list .card .tile", "tiles => tiles.map((each) => each.dataset.id)")
    place = page.locator('#taste-list .card [data-id="red-tee"]').first.bounding_box()["y"]
    say(page, "like", "black-top", words.noted_like)
    page.wait_for_selector('#taste-list .card.is-liked [data-id="black-top"]')
    # nothing moves under the hand: what was said of stays where it is, with the word that can be taken back
    assert page.locator('#taste-list .card [data-id="red-tee"]').first.bounding_box()["y"] == place
    order = page.eval_on_selector_all("#taste-list .card .tile", "tiles => tiles.map((each) => each.dataset.id)")
    assert order == before
    assert page.inner_text("#taste-list .card.is-liked .why") == words.said_like
    reason = page.inner_text('#taste-list .card:has([data-id="red-tee"]) .why')
    assert words.counted["like"].format(n=words.numbers["1"]) in reason
    say(page, "dislike", "green-dress", words.noted_dislike)
    assert page.inner_text("#taste-list .card.is-not-wanted .why") == words.said_dislike
    page.click('#taste-list .card.is-not-wanted [data-say="back"]')
    page.wait_for_selector("#taste-list .card.is-not-wanted", state="detached")
    # asked for, the list is made anew: without what was said of
    page.click('#taste [data-act="taste-fresh"]')
    page.wait_for_selector("#taste-list .card.is-liked", state="detached")
    assert shown(page) == {"red-tee", "blue-jeans", "green-dress"}
    # what goes with it, and both are worn
    page.click('#taste-list .liked [data-act="taste-with"]')
    page.wait_for_selector("#taste-list .with")
    name = "黑色上衣" if settings else "Black top"
    assert page.inner_text("#taste-list .with h3") == words.with_title.format(name=name)
    assert shown(page) == {"blue-jeans"}
    assert page.inner_text("#taste-list .card .tile span") == ("蓝色牛仔裤" if settings else "Blue jeans")
    page.click("#taste-list .card .tile")
    settled(page, other_than=first)
    assert page.evaluate("document.body.dataset.tab") == "outfits"
    page.wait_for_function("document.querySelectorAll('#slots .slot.filled').length === 2")
    # what was tried counts; then all is erased
    open_panel(page)
    page.click('#taste [data-act="taste-erase"]')
    page.wait_for_function("t => document.querySelector('#taste [role=status]').textContent === t", arg=words.erased)
    assert page.locator("#taste-list .liked").count() == 0
    assert shown(page) == {"red-tee", "blue-jeans", "green-dress", "black-top"}
    assert page.inner_text("#taste-list .card .why") == words.start
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_wearing_and_taking_home(serving: Any, open_page: Any, settled: Any) -> None:
    words = ENGLISH.studio.taste
    page = open_page(serving.url)
    first = settled(page)
    open_panel(page)
    page.focus('#taste-list .card .tile[data-id="green-dress"]')
    page.keyboard.press("Enter")
    second = settled(page, other_than=first)
    assert page.evaluate("document.body.dataset.tab") == "try_on"
    page.wait_for_selector('#garments .tile[data-id="green-dress"][aria-pressed="true"]')
    with page.expect_download():
        page.click('#stage [data-act="download"]')
    open_panel(page)
    page.wait_for_selector('#taste-list .liked [data-id="green-dress"]')  # what is downloaded was liked
    assert words.counted["kept"].format(n="one") in page.inner_text("#taste-list")
    # not noted where the visitor minds
    page.uncheck("#taste input[type=checkbox]")
    page.click('button[data-tab="try_on"]')
    page.click('#garments .tile[data-id="blue-jeans"]')
    settled(page, other_than=second)
    open_panel(page)
    page.wait_for_timeout(300)
    assert not page.is_checked("#taste input[type=checkbox]")
    assert words.counted["tried"].format(n="one") not in page.inner_text("#taste-list")
    page.click('#taste-list [data-say="back"]')
    page.wait_for_selector("#taste-list .liked", state="detached")


def test_the_language_changes_with_the_page(served: str, open_page: Any) -> None:
    page = open_page(served)
    open_panel(page)
    page.click('[data-act="language"]')
    page.wait_for_function("w => document.querySelector('#taste-list .why')?.textContent === w",
                           arg=CHINESE.studio.taste.start)  # fmt: skip


def test_the_heart_beside_a_look(serving: Any, open_page: Any, settled: Any) -> None:
    words = ENGLISH.studio.taste
    page = open_page(serving.url)
    settled(page)
    heart = '#stage [data-act="like-look"]'
    assert page.get_attribute(heart, "aria-label") == words.like_look
    page.click(heart)
    page.wait_for_selector(f'{heart}[aria-pressed="true"]')
    worn = page.get_attribute('#garments .tile[aria-pressed="true"]', "data-id")
    open_panel(page)
    page.wait_for_selector(f'#taste-list .liked [data-id="{worn}"]')
    page.click('button[data-tab="try_on"]')
    page.click(heart)
    page.wait_for_selector(f'{heart}[aria-pressed="false"]')
    open_panel(page)
    page.wait_for_selector("#taste-list .card")
    page.wait_for_selector("#taste-list .liked", state="detached")
