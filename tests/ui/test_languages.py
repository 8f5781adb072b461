"""The page in two languages, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tryon.ui.languages import CHINESE, ENGLISH

pytest.importorskip("playwright.sync_api")
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Latin letters that a Chinese page may show: names of files, formats and units.
LATIN = r"""() => {
    const words = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const parent = walk.currentNode.parentElement;
        if (parent.closest("script, style, .tile")) continue;
        if (/[A-Za-z]{2,}/.test(walk.currentNode.data)) words.push(walk.currentNode.data.trim());
    }
    return words.filter((word) => !/[\u4e00-\u9fff]/.test(word) && !/^(PNG|GIF|WEBP|JPEG)$/.test(word));
}"""


@pytest.mark.parametrize("settings", [{}, PHONE], ids=["desktop", "phone"])
def test_the_browsers_language_is_spoken(served: str, open_page: Any, settings: dict[str, Any]) -> None:
    page = open_page(served, locale="zh-CN", **settings)
    assert page.get_attribute("html", "lang") == "zh-CN"
    assert page.title() == CHINESE.name
    assert page.inner_text("h1") == CHINESE.name
    assert CHINESE.after in page.text_content("#stage .tag.r")
    assert "穿着" in page.get_attribute("#stage .after", "alt")
    page.evaluate("document.querySelectorAll('.drawer .handle').forEach((each) => each.click())")
    page.wait_for_selector("#made figure")
    assert page.evaluate(LATIN) == []


def test_the_language_can_be_changed_and_is_kept(served: str, open_page: Any, settled: Any) -> None:
    page = open_page(served)
    source = settled(page)
    assert page.get_attribute("html", "lang") == "en"
    page.click('[data-act="language"]')
    page.wait_for_function("word => document.querySelector('#stage .tag.r').textContent === word", arg=CHINESE.after)
    page.wait_for_function("document.querySelector('#stage .after').alt.includes('穿着')")
    assert settled(page) == source  # nothing was made anew
    assert page.get_attribute("#who input[type=file]", "aria-label") == CHINESE.add_photo
    assert page.get_attribute('[data-act="theme"]', "title") == CHINESE.theme_button
    page.reload()
    page.wait_for_function("word => document.querySelector('h1')?.textContent === word", arg=CHINESE.name)
    assert page.get_attribute("html", "lang") == "zh-CN"
    page.wait_for_function("document.querySelector('#stage .after')?.alt.includes('穿着')")
    page.click('[data-act="language"]')
    page.wait_for_function("word => document.querySelector('h1').textContent === word", arg=ENGLISH.name)


def test_refusals_are_in_the_visitors_language(served: str, open_page: Any, tmp_path: Any) -> None:
    page = open_page(served, locale="zh-CN")
    (tmp_path / "letter.jpg").write_bytes(b"Dear page, this is no picture.")
    page.set_input_files("#photo input[type=file]", tmp_path / "letter.jpg")
    page.wait_for_selector("#photo .refusal:has-text('无法读取这张图片')")
    (tmp_path / "huge.jpg").write_bytes(bytes(21 * 1024 * 1024))
    page.set_input_files("#photo input[type=file]", tmp_path / "huge.jpg")
    page.wait_for_selector(f"#photo .refusal:has-text('{CHINESE.too_large}')")
    answer = page.evaluate(
        "async () => (await fetch('tryon/upload', {method: 'POST', headers: {'X-Tryon-Language': 'zh'}})).json()"
    )
    assert answer == {"error": CHINESE.upload_failed}
