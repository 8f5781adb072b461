"""Training photos in other colours and cloths: things change, labels, ground and people do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.geometry.crops import crop_for
from tryon.training import generator_data, other_cloths
from tryon.training.generator_validation import validation_examples
from tryon.training.other_cloths import KINDS, OtherCloths
from tryon.training.people_data import PersonRecord, View
from tryon.types import LABEL

MakeRecord = Callable[[np.random.Generator], PersonRecord]


@pytest.fixture
def others(make_record: MakeRecord) -> OtherCloths:
    return OtherCloths([make_record(np.random.default_rng(seed)) for seed in range(20)])


@pytest.fixture
def view(make_record: MakeRecord) -> View:
    record = make_record(np.random.default_rng(99))
    assert record.labels_u8 is not None
    crop = crop_for(record.pose, "dress", record.labels_u8.shape, 150, 200)
    return View(record.image_u8, record.mask_u8 / np.float32(255), record.labels_u8, record.pose, crop)


def test_things_change_and_nothing_else(others: OtherCloths, view: View, monkeypatch: Any) -> None:
    monkeypatch.setattr(other_cloths, "OTHER_SKIN", 0.0)
    before = view.rgb_u8.copy()
    things = np.isin(view.labels_u8, [LABEL[kind] for kind in KINDS])
    near = cv2.dilate(things.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    changed: set[str] = set()
    for seed in range(30):
        new = others.change(view, np.random.default_rng(seed))
        assert new.labels_u8 is view.labels_u8
        assert new.mask_f32 is view.mask_f32
        moved = np.abs(new.rgb_u8.astype(int) - before).max(2)
        assert moved[~near].max() <= 2  # there and back through Lab
        for kind in KINDS:
            where = view.labels_u8 == LABEL[kind]
            if where.any() and moved[where].mean() > 12:
                changed.add(kind)
    assert changed == {"upper", "lower", "footwear", "hair"}  # all that this figure has
    assert np.array_equal(view.rgb_u8, before)


def test_skin_changes_with_its_shadows_in_some(others: OtherCloths, view: View, monkeypatch: Any) -> None:
    monkeypatch.setattr(other_cloths, "CHANGED", 0.0)
    monkeypatch.setattr(other_cloths, "OTHER_SKIN", 1.0)
    face, ground = view.labels_u8 == LABEL["face"], view.labels_u8 == 0
    means = []
    for seed in range(12):
        new = others.change(view, np.random.default_rng(seed))
        means.append(new.rgb_u8[face].mean())
        assert np.abs(new.rgb_u8[ground].astype(int) - view.rgb_u8[ground]).max() <= 40  # a pixel of soft edge
        assert np.abs(new.rgb_u8[:6].astype(int) - view.rgb_u8[:6]).max() <= 2
    assert np.std(means) > 10


def test_every_colour_is_reached_from_every_other(others: OtherCloths, view: View) -> None:
    black = View(np.zeros_like(view.rgb_u8), view.mask_f32, view.labels_u8, view.pose, view.crop)
    white = View(np.full_like(view.rgb_u8, 255), view.mask_f32, view.labels_u8, view.pose, view.crop)
    upper = view.labels_u8 == LABEL["upper"]
    for start in (black, white):
        means = [others.change(start, np.random.default_rng(seed)).rgb_u8[upper].mean() for seed in range(40)]
        assert np.std(means) > 15
        assert len({round(float(m)) for m in means}) > 8


def test_the_same_seed_gives_the_same_picture(others: OtherCloths, view: View) -> None:
    for seed in range(5):
        one, two = (others.change(view, np.random.default_rng(seed)).rgb_u8 for _ in range(2))
        assert np.array_equal(one, two)


def test_validation_shows_photos_as_they_are(make_record: MakeRecord, monkeypatch: Any) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a validation photo was recoloured")

    record = make_record(np.random.default_rng(3))
    monkeypatch.setattr(generator_data, "in_tone", refuse)
    validation_examples([record], [record], 8, (64, 48))
    with pytest.raises(AssertionError, match="recoloured"):
        generator_data.make_example(record, [record], np.random.default_rng(1), 64, 48, other_tones=1.0)
