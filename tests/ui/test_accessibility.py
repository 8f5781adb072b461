"""axe-core finds nothing serious on the page: each tab, its drawers and dialogs, wide and narrow, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tryon.images import save_png

axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright")
pytest.importorskip("playwright.sync_api")

GRAVE = ("serious", "critical")
DESKTOP: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SETTINGS = {
    "desktop, light, English": {**DESKTOP, "color_scheme": "light"},
    "desktop, dark, Chinese": {**DESKTOP, "color_scheme": "dark", "locale": "zh-CN"},
    "phone, light, Chinese": {**PHONE, "color_scheme": "light", "locale": "zh-CN"},
    "phone, dark, English": {**PHONE, "color_scheme": "dark"},
}


def grave_findings(page: Any) -> list[str]:
    """What axe-core holds for serious or critical: rule, and each element with what is wrong with it."""
    page.mouse.move(2, 2)
    page.wait_for_timeout(300)  # colours fade; half a fade has another contrast
    found = axe_playwright.Axe().run(page).response["violations"]
    return [
        f"{finding['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:260]})"
        for finding in found
        if finding["impact"] in GRAVE
        for node in finding["nodes"]
    ]


def states(page: Any, garment: Path) -> Iterator[str]:
    """Bring the page into one state after the other, and name each."""
    settled = "#stage:not(.is-busy) .pic .before"
    yield "first look"
    page.click('[data-act="share"]')
    page.wait_for_selector('.share [data-act="save"]:enabled')
    page.click('.share [data-kind="film"]')
    page.wait_for_selector('.share [data-act="save"]:enabled', timeout=30_000)
    yield "share dialog"
    page.keyboard.press("Escape")
    page.click('#stage [data-brush="person"]')
    page.wait_for_selector("dialog.brush[open]")
    yield "brush dialog"
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog.brush", state="detached")
    page.evaluate("document.querySelectorAll('.drawer .handle').forEach((each) => each.click())")
    page.wait_for_selector("#made figure")
    yield "drawers open"
    page.set_input_files("#garment input[type=file]", garment)
    page.wait_for_selector("#garment .ask", state="attached")
    page.wait_for_selector(settled)
    page.evaluate("document.querySelector('#garment [data-act=\"correct\"]').click()")
    yield "own garment, asked about"
    if page.locator('[data-drawer="who"]').is_visible():
        page.click('[data-drawer="who"]')
        yield "the other column"
    for tab in page.eval_on_selector_all("[data-tab]", "tabs => tabs.map((tab) => tab.dataset.tab)"):
        if tab and tab != "try_on" and page.locator(f'button[data-tab="{tab}"]').count():
            page.click(f'button[data-tab="{tab}"]')
            page.wait_for_timeout(300)
            yield f"tab {tab}"
    for panel in page.eval_on_selector_all("#studio-tabs button", "tabs => tabs.map((tab) => tab.dataset.studio)"):
        if page.locator(f'button[data-studio="{panel}"]').is_visible():
            page.click(f'button[data-studio="{panel}"]')
        if panel == "taste":
            page.wait_for_selector("#taste-list .card")
            page.click('#taste-list [data-say="like"]')
            page.click('[data-act="taste-fresh"]')  # nothing moves before
            page.wait_for_selector("#taste-list .liked")
            yield "studio, suggestions"
            page.click('#taste-list [data-act="taste-with"]')
            page.wait_for_selector("#taste-list .with")
        page.wait_for_timeout(300)
        yield f"studio {panel}"


@pytest.mark.parametrize("name", SETTINGS)
def test_axe_finds_nothing_serious(
    served: str, open_page: Any, doubtful_picture: Any, tmp_path: Path, name: str
) -> None:
    save_png(doubtful_picture, tmp_path / "garment.png")
    page = open_page(served, **SETTINGS[name])
    found = {state: grave_findings(page) for state in states(page, tmp_path / "garment.png")}
    told = "\n".join(f"{state}: {each}" for state, findings in found.items() for each in findings)
    assert not told, told
    assert len(found) >= 6


def test_axe_would_find_something(served: str, open_page: Any) -> None:
    page = open_page(served)
    page.evaluate("document.querySelector('#stage').insertAdjacentHTML('beforeend', '<button></button>')")
    assert any(each.startswith("button-name") for each in grave_findings(page))
