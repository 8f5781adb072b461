"""The designer's panel in a real browser, over a stand-in that draws rectangles: ideas, sliders, a mix, wearing one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any
from urllib.request import Request, urlopen

import cv2
import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.studio.designer import Design
from tryon.studio.ideas import Idea, new_idea
from tryon.types import GARMENT_LABELS
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.studio.design_orders import DesignDesk, read_json, read_order
from tryon.ui.studio.design_panel import design, name_of

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
GROUND = 246


class Rectangles:
    """Draws each idea as a rectangle: its colour is the seed's, redder with ``hue``, longer with ``length``."""

    def __init__(self) -> None:
        self.drawn: list[Idea] = []

    def draw(self, ideas: list[Idea], *, height: int = 800) -> list[Design]:
        self.drawn += ideas
        return [self._one(idea, height) for idea in ideas]

    @staticmethod
    def _one(idea: Idea, height: int) -> Design:
        width = height * 3 // 4
        image, mask = np.full((height, width, 3), GROUND, np.uint8), np.zeros((height, width), np.uint8)
        low = round(height * (0.7 + 0.2 * idea.sliders.length))
        colour = (int(120 + idea.sliders.hue / 2), idea.seed % 199, 90)
        for picture, value in ((image, colour), (mask, 255)):
            cv2.rectangle(picture, (width // 4, height // 5), (3 * width // 4, low), value, -1)
        return Design(idea, image, mask, np.zeros_like(mask), {}, {})


@pytest.fixture
def rectangles(serving: SimpleNamespace) -> Iterator[Rectangles]:
    desk, found = serving.room.desk, Rectangles()
    desk._designer = found
    desk._kept.clear()
    yield found
    desk._designer = None
    desk._kept.clear()


def colour_of(page: Any, selector: str) -> list[int]:
    """The colour in the middle of a picture that the page shows."""
    return page.evaluate(
        """async (selector) => {
        const image = document.querySelector(selector);
        await image.decode();
        const paper = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext("2d");
        paper.drawImage(image, 0, 0);
        return [...paper.getImageData(image.naturalWidth / 2, image.naturalHeight / 2, 1, 1).data].slice(0, 3);
    }""",
        selector,
    )


def open_designer(page: Any, settled: Any) -> str:
    first = settled(page)
    page.click('button[data-tab="studio"]')
    page.click('button[data-studio="design"]')
    page.wait_for_function(
        "[...document.querySelectorAll('.design-grid img')].every((each) => each.complete && each.naturalWidth)"
    )
    return str(first)


def large_shows(page: Any, part: str) -> None:
    page.wait_for_function(
        """(part) => { const image = document.querySelector('.design-picture img');
        return image.src.includes(part) && image.complete && image.naturalWidth > 0
          && !image.parentElement.classList.contains('is-drawing'); }""",
        arg=part,
    )


@pytest.mark.parametrize("settings", [{}, {**PHONE, "locale": "zh-CN"}], ids=["desktop", "phone, Chinese"])
def test_an_idea_is_changed_and_worn(
    serving: Any, open_page: Any, settled: Any, rectangles: Rectangles, settings: dict[str, Any]
) -> None:
    texts = CHINESE if settings else ENGLISH
    page = open_page(serving.url, **settings)
    assert rectangles.drawn == []  # nothing is drawn before somebody looks
    first = open_designer(page, settled)
    large_shows(page, "large.jpg")  # one idea is open from the start
    assert page.get_attribute(".design-grid .tile >> nth=0", "aria-pressed") == "true"
    page.select_option('.design select[name="label"]', "Dress")
    page.wait_for_function(
        "[...document.querySelectorAll('.design-grid img')].every((i) => i.src.includes('label=Dress') && i.complete)"
    )
    page.click(".design-grid .tile >> nth=2")
    large_shows(page, "large.jpg")
    seed = int(page.input_value('.design input[name="seed"]'))
    before = colour_of(page, ".design-picture img")
    assert abs(before[1] - seed % 199) < 8
    page.locator('.design-sliders input[name="hue"]').fill("120")
    large_shows(page, "hue=120")
    assert colour_of(page, ".design-picture img")[0] > before[0] + 40
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.click('[data-act="wear"]')
    settled(page, other_than=first)
    assert page.evaluate("document.body.dataset.tab") == "try_on"
    page.wait_for_selector('#created .tile[aria-pressed="true"]')
    assert page.inner_text("#created .tile span") == name_of(texts, "Dress", rectangles.drawn[-1].cloth, seed)
    assert rectangles.drawn[-1].sliders.hue == 120
    assert [path for path in serving.files.rglob("*") if path.is_file()] == []


def test_two_are_mixed_and_walked_between(serving: Any, open_page: Any, settled: Any, rectangles: Rectangles) -> None:
    page = open_page(serving.url)
    open_designer(page, settled)
    page.click(".design-grid .tile >> nth=0")
    large_shows(page, "large.jpg")
    page.click('[data-act="mix"]')
    page.click(".design-grid .tile >> nth=5")
    large_shows(page, "with=")
    assert page.locator('.design input[name="share"]').is_visible()
    page.click('[data-act="walk"]')
    page.wait_for_function(
        "[...document.querySelectorAll('.design-walk img')].filter((i) => i.complete && i.naturalWidth).length === 6"
    )
    page.click(".design-walk .tile >> nth=5")
    large_shows(page, "share=1")
    page.click('[data-act="keep"]')
    page.wait_for_function(
        "(said) => document.querySelector('.design-chosen .notice').textContent === said",
        arg=ENGLISH.studio.design.kept,
    )
    page.click('[data-act="unmix"]')
    page.wait_for_function("!document.querySelector('.design-picture img').src.includes('with=')")
    page.click('button[data-tab="try_on"]')
    page.wait_for_selector("#created .tile")


def test_a_number_brings_an_idea_back(serving: Any, open_page: Any, settled: Any, rectangles: Rectangles) -> None:
    page = open_page(serving.url)
    open_designer(page, settled)
    page.click(".design-grid .tile >> nth=0")
    page.fill('.design input[name="seed"]', "4711")
    page.keyboard.press("Enter")
    large_shows(page, "seed=4711")
    assert rectangles.drawn[-1].seed == 4711


def fetch(url: str) -> tuple[int, bytes, str]:
    try:
        with urlopen(Request(url), timeout=20) as answer:
            return answer.status, answer.read(), answer.headers["Content-Type"]
    except OSError as error:
        return getattr(error, "code", 0), getattr(error, "read", lambda: b"")(), ""


def test_the_address_draws_marks_and_refuses(serving: SimpleNamespace, rectangles: Rectangles) -> None:
    url = serving.url.rstrip("/") + "/tryon/design"
    status, data, kind = fetch(f"{url}/tile.jpg?seed=5&label=Skirt&cloth=dots")
    assert (status, kind) == (200, "image/jpeg")
    assert cv2.imdecode(np.frombuffer(data, np.uint8), 1).shape == (320, 240, 3)
    status, data, kind = fetch(f"{url}/large.png?seed=5")
    assert (status, kind) == (200, "image/png")
    assert b"trainedAlgorithmicMedia" in data
    for wrong, told in (
        ("tile.jpg?seed=-1", b"digits"),
        ("tile.jpg?seed=1&label=Hat", b"Hat"),
        ("tile.jpg?seed=1&hue=nan", b"hue"),
        ("tile.jpg?seed=1&sleeve=3", b"sleeve"),
        ("huge.jpg?seed=1", b"huge"),
        ("tile.jpg", b"digits"),
    ):
        status, data, _ = fetch(f"{url}/{wrong}")
        assert status == 400, wrong
        assert told in data, wrong
    assert fetch(f"{url}/tile.svg?seed=1")[0] == 404


def test_orders_are_read_and_drawn_once() -> None:
    drawer = Rectangles()
    desk = DesignDesk(drawer)
    order = {"seed": "3", "label": "Dress", "cloth": "dots", "with": "4", "share": ".25", "length": "-0.5"}
    idea = read_order(order)
    assert idea.sliders.length == -0.5
    assert idea.to_json() == read_json(json.dumps({**order, "share": 0.25, "seed": 3})).to_json()
    first = desk.draw(idea, "tile")
    assert desk.draw(read_order(order), "tile") is first
    desk.draw(new_idea(1), "large")
    assert len(drawer.drawn) == 2
    for seed in range(60):
        desk.draw(new_idea(seed), "tile")
    assert desk._bytes() <= 60_000_000
    for wrong in ("[]", "{", json.dumps({"seed": 1, "label": ["x"]}), json.dumps({"seed": "1" * 3000})):
        with pytest.raises(BadRequestError):
            read_json(wrong)


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE])
def test_every_label_and_cloth_has_a_word(texts: Any) -> None:
    from tryon.models.designer import CLOTHS

    words = texts.studio.design
    assert set(words.labels) == {"any", *GARMENT_LABELS}
    assert set(words.cloths) == {"any", *CLOTHS}
    assert set(words.ends) == set(words.sliders)
    assert all(
        word in design(texts) for word in (words.more, words.wear, words.sliders["sleeve"], words.ends["fit"]["more"])
    )
