"""The page's sentences and pieces."""

from __future__ import annotations

import dataclasses
from string import Formatter
from typing import Any

import numpy as np
import pytest

from tryon.types import ATTRIBUTES, CATEGORIES, GARMENT_LABELS, LABELS, Pose
from tryon.ui import markup
from tryon.ui.pictures import encode_shown, focus_on, thumb_uri
from tryon.ui.texts import ENGLISH, describe_garment, describe_person
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


def words_of(value: Any) -> list[str]:
    return [word for each in value.values() for word in words_of(each)] if isinstance(value, dict) else [value]


def test_sentences_have_only_the_fields_that_are_filled() -> None:
    allowed = {"garment", "framing", "who", "what", "id", "seconds", "question", "name", "count", "hidden"}
    for field in dataclasses.fields(ENGLISH):
        value = getattr(ENGLISH, field.name)
        for sentence in words_of(value):
            assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= allowed
            assert sentence.strip() == sentence != ""


def test_nothing_a_visitor_sends_becomes_markup() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    piece = markup.uploader(ENGLISH, "who", refusal=evil, said=evil)
    assert "<img src=x" not in piece
    tiles = markup.picker([(evil, evil, "upper", "data:,")], ENGLISH, filters=True, label=evil)
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
