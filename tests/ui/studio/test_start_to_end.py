"""A visitor's own photo wears a garment that the designer drew, then one whose style was transferred, on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tryon.images import save_png
from tryon.ui.languages import ENGLISH

pytest.importorskip("playwright.sync_api")


def test_ones_own_photo_wears_a_design_and_a_style(
    serving: Any, open_page: Any, settled: Any, person_picture: Any, tmp_path: Path
) -> None:
    save_png(person_picture(5), tmp_path / "me.png")
    page = open_page(serving.url)
    first = settled(page)
    page.set_input_files("#photo input[type=file]", tmp_path / "me.png")
    mine = settled(page, other_than=first)
    # our own designer and its weights: nothing stands in for them
    page.click('button[data-tab="studio"]')
    page.click('button[data-studio="design"]')
    page.select_option('.design select[name="label"]', "Dress")
    tile = ".design-grid .tile >> nth=0"
    page.wait_for_function(
        """() => { const image = document.querySelector('.design-grid img');
        return image.src.includes('label=Dress') && image.complete && image.naturalWidth > 0; }""",
        timeout=60_000,
    )
    page.click(tile)
    page.wait_for_function("() => document.querySelector('.design-picture img').naturalWidth === 600", timeout=60_000)
    page.click('.design [data-act="wear"]')
    designed = settled(page, other_than=mine)
    (visitor,) = [v for v in serving.room.visitors._visitors.values() if v.created]
    (design,) = visitor.created.values()
    assert visitor.worn == (design,)
    assert visitor.who is not None
    assert visitor.who.own
    assert design.garment.category == "dress"
    assert {"neck_left", "hem_right"} <= set(design.garment.landmarks_px)
    assert 0.1 < float(design.garment.alpha_f32.mean()) < 0.8
    page.click('button[data-tab="studio"]')
    page.click('button[data-studio="style"]')
    page.wait_for_selector("#style .choices .tile")
    page.click('#style [data-part="cut"] [data-id="black-top"]')
    page.click('#style [data-part="source"] [data-id="red-tee"]')
    said = "t => document.querySelector('#style .told-style').textContent === t"
    page.wait_for_function(said, arg=ENGLISH.studio.style.done, timeout=60_000)
    page.click('#style [data-act="style-wear"]')
    settled(page, other_than=designed)
    styled = list(visitor.created.values())[-1]
    assert styled is not design
    assert visitor.worn == (styled,)
    assert styled.garment.category == "upper"
    inside = styled.garment.image_u8[styled.garment.alpha_f32 > 0.9].mean(0)
    assert inside[0] > inside[2] + 30  # a black top has become red
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []
