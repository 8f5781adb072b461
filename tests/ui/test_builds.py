"""A model of one's own build: the nearest of the grid, and the panel in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tryon.errors import BadRequestError
from tryon.ui.builds import BuildWish, build_panel, nearest_build
from tryon.ui.gallery import Gallery, ModelItem, load_gallery
from tryon.ui.languages import CHINESE, ENGLISH


@pytest.fixture
def grid(gallery_folder: Path) -> Gallery:
    """A gallery with the grid."""
    return load_gallery(gallery_folder)


def test_the_grid_is_read(grid: Gallery) -> None:
    item = grid.builds["build-f166-63-tan"]
    assert (item.sex, item.height_cm, item.weight_kg, item.skin) == ("female", 166, 63, "tan")
    assert len(grid.models) == 2


def test_who_is_in_the_grid_is_found(grid: Gallery) -> None:
    for item in grid.builds.values():
        assert nearest_build(grid, item.sex, item.height_cm, item.weight_kg, item.skin) is item


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("female", 150, 43, "dark"), "build-f156-46-dark"),  # short and slim, not short and average
        (("female", 190, 200, "light"), "build-f176-105-light"),
        (("male", 180, 76, "tan"), "build-m177-72-tan"),
        (("male", 172, 100, "tan"), "build-m167-95-tan"),
        (("male", 177, 72, "green"), "build-m177-72-light"),  # no such tone: the figure decides
    ],
)
def test_the_nearest_looks_alike(grid: Gallery, asked: tuple[Any, ...], found: str) -> None:
    assert nearest_build(grid, *asked).id == found


def test_more_weight_never_means_less(grid: Gallery) -> None:
    for height in range(150, 195, 5):
        chosen = [nearest_build(grid, "female", height, kg, "tan") for kg in range(40, 140, 2)]
        index = [item.weight_kg / item.height_cm**2 for item in chosen]
        assert index == sorted(index)


def test_no_grid_no_panel(gallery_folder: Path) -> None:
    manifest = gallery_folder / "manifest.json"
    data = json.loads(manifest.read_text(encoding="utf-8"))
    del data["builds"]
    manifest.write_text(json.dumps(data), encoding="utf-8")
    gallery = load_gallery(gallery_folder)
    assert build_panel(ENGLISH, gallery) == ""
    with pytest.raises(BadRequestError, match="Choose one of the models"):
        nearest_build(gallery, "female", 166, 60, "tan")


@pytest.mark.parametrize(
    "text", ["", "female", "female tall 60 tan", "robot 166 60 tan", "male 1e9 60 tan", "male nan 60 x"]
)
def test_what_is_no_build_is_refused(text: str) -> None:
    with pytest.raises(BadRequestError):
        BuildWish.read(text)


def test_words() -> None:
    item = ModelItem("a", Path("a.jpg"), "A", "", "female", "", "tan", 166, 63)
    panel = build_panel(CHINESE, Gallery({}, {}, {"a": item}))
    assert CHINESE.build.title in panel
    assert 'value="male"' not in panel


def test_the_tones_look_different_in_the_dark(serving: Any, open_page: Any) -> None:
    page = open_page(serving.url, color_scheme="dark")
    page.click("#builds summary")
    colours = page.eval_on_selector_all(
        "#builds .skin.tone-light, #builds .skin.tone-tan, #builds .skin.tone-deep",
        "labels => labels.map((label) => getComputedStyle(label).backgroundColor)",
    )
    assert len(set(colours)) == 3


def test_the_panel_chooses_a_model(serving: Any, open_page: Any) -> None:
    page = open_page(serving.url)
    page.wait_for_selector("#stage:not(.is-busy) .pic .before")
    before = page.get_attribute("#stage .before", "src")
    page.click("#builds summary")
    page.wait_for_function("old => document.querySelector('#stage .before').getAttribute('src') !== old", arg=before)
    page.wait_for_function("() => document.querySelector('#builds .closest').textContent")
    assert "166 cm, 63 kg" in page.inner_text("#builds .closest")
    page.check("#builds input[value='male']", force=True)
    page.focus("#builds input[name='weight']")
    page.fill("#builds input[name='height']", "186")
    page.fill("#builds input[name='weight']", "98")
    page.wait_for_function("() => document.querySelector('#builds .closest').textContent.includes('187 cm, 98 kg')")
    assert page.inner_text("#builds output[data-unit='cm']") == "186 cm"
    assert page.locator("#models .tile[aria-pressed='true']").count() == 0
    page.click("#models .tile[data-id='ben']")
    page.wait_for_function("() => document.querySelector('#builds .closest').textContent === ''")
