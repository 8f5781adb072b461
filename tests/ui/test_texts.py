"""The page's sentences and pieces."""

from __future__ import annotations

import dataclasses
import json
import re
from string import Formatter
from typing import Any

import numpy as np
import pytest

from tryon.types import ATTRIBUTES, CATEGORIES, GARMENT_LABELS, LABELS, Pose
from tryon.ui import gallery_panel, markup
from tryon.ui.languages import CHINESE, ENGLISH, language_of, words_for_browser
from tryon.ui.pictures import encode_shown, focus_on, thumb_uri
from tryon.ui.texts import describe_garment, describe_person, word_at
from tryon.ui.understood import ASKED


@pytest.mark.parametrize(
    ("category", "label", "sleeve", "leg", "words"),
    [
        ("upper", "T-Shirt", "short", None, "T-shirt, short sleeves"),
        ("upper", "Longsleeve", "long", None, "long-sleeved top"),
        ("upper", "not sure", "none", None, "top, sleeveless"),
        ("lower", "not sure", None, "knee", "trousers or skirt, knee-length"),
        ("lower", "Shorts", None, "short", "shorts"),
        ("lower", "Pants", None, "long", "trousers, full length"),
        ("dress", "Dress", None, None, "dress"),
    ],
)
def test_garments_in_words(category: Any, label: str, sleeve: Any, leg: Any, words: str) -> None:
    assert describe_garment(ENGLISH, category=category, label=label, sleeve=sleeve, leg=leg) == words


def test_everything_that_is_understood_has_a_word() -> None:
    assert set(ENGLISH.garment_labels) == set(GARMENT_LABELS)
    assert set(ENGLISH.labels) == set(LABELS) - {"background"}
    assert set(ENGLISH.values["category"]) == set(CATEGORIES)
    for name, values in ATTRIBUTES.items():
        assert set(ENGLISH.values[name]) == set(values)
        assert name in ENGLISH.properties
    assert set(ASKED) | {"category"} == set(ENGLISH.questions)


@pytest.mark.parametrize(("last_row", "framing"), [(120, "chest"), (300, "hips"), (500, "knees"), (700, "whole")])
def test_people_in_words(last_row: int, framing: str) -> None:
    points = np.zeros((33, 2), np.float32)
    points[23:25, 1], points[25:27, 1], points[27:, 1] = 200, 400, 600
    pose = Pose(points, np.ones(33, np.float32))
    assert describe_person(ENGLISH, pose, last_row) == ENGLISH.framings[framing]


def words_of(value: Any, path: str = "") -> dict[str, str]:
    """All words below a value, by path."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    if not isinstance(value, dict):
        return {path: value}
    return {at: word for name, each in value.items() for at, word in words_of(each, f"{path}.{name}").items()}


def fields_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_everything_with_the_same_fields() -> None:
    english, chinese = words_of(ENGLISH), words_of(CHINESE)
    assert english.keys() == chinese.keys()
    for path, sentence in english.items():
        assert fields_of(sentence) == fields_of(chinese[path]), path
        if path not in (".comma", ".space"):
            assert sentence.strip() == sentence != "", path
            assert chinese[path].strip() == chinese[path] != "", path


def test_chinese_is_chinese() -> None:
    plain = {path for path, word in words_of(CHINESE).items() if not re.search("[\u4e00-\u9fff]", word)}
    assert plain <= {".comma", ".space"}


def test_a_word_is_found_by_its_path() -> None:
    assert word_at(ENGLISH, "values.category.upper") == "a top"
    assert all(word_at(CHINESE, path[1:]) == word for path, word in words_of(CHINESE).items())


@pytest.mark.parametrize(
    ("code", "language"), [("zh", "zh"), ("zh-TW", "zh"), ("ZH_cn", "zh"), ("en-GB", "en"), ("fr", "en"), (None, "en")]
)
def test_browsers_name_languages_in_many_ways(code: str | None, language: str) -> None:
    assert language_of(code) == language


def test_the_browsers_words_cannot_end_their_script() -> None:
    words = words_for_browser()
    assert "<" not in words
    assert json.loads(words)["words"]["zh"]["name"] == CHINESE.name


def test_garments_in_chinese_words() -> None:
    said = describe_garment(CHINESE, category="upper", label="T-Shirt", sleeve="short", leg=None)
    assert said == "T 恤，短袖"
    assert describe_garment(CHINESE, category="upper", label="Longsleeve", sleeve="long", leg=None) == "长袖上衣"


def test_nothing_a_visitor_sends_becomes_markup() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    piece = markup.uploader(ENGLISH, "who", refusal=evil, said=evil)
    assert "<img src=x" not in piece
    tile = gallery_panel.Tile(evil, evil, evil, "data:,", evil, (evil,), evil, evil)
    tiles = gallery_panel.picker([tile], ENGLISH, label="what", search=True)
    assert "<img src=x" not in tiles
    assert 'onerror=alert(1)>"' not in tiles


def test_tiles_keep_the_proportions_and_the_garment() -> None:
    image = np.zeros((800, 600, 3), np.uint8)
    mask = np.zeros((800, 600), np.float32)
    mask[300:500, 200:400] = 1
    image[mask > 0] = 255
    cut = focus_on(image, mask)
    assert abs(cut.shape[1] / cut.shape[0] - 0.75) < 0.01
    assert (cut > 0).sum() == (image > 0).sum()
    assert 1.3 < 800 / cut.shape[0] < 1.4
    assert focus_on(image, np.zeros_like(mask)) is image
    assert focus_on(image, np.ones_like(mask)).shape == image.shape


def test_large_pictures_are_shown_smaller() -> None:
    image = np.full((3000, 2000, 3), 90, np.uint8)
    jpeg, size = encode_shown(image)
    assert size == (1067, 1600)
    assert jpeg[:2] == b"\xff\xd8"
    assert encode_shown(image[:400, :300])[1] == (300, 400)
    assert thumb_uri(image).startswith("data:image/jpeg;base64,")
