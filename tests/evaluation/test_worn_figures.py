"""Figures of worn garments: names are compared by what they mean, and "not sure" is not counted as wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.evaluation.worn_figures import SAME, Told, largest_name, summarise
from tryon.types import GARMENT_LABELS, Category, Garment, Guess


def _told(category: Category, name: str, label: str, layer: str | None = None) -> Told:
    attributes = {} if layer is None else {"layer": Guess(layer, {"inner": 0.5, "outer": 0.5})}
    picture, alpha = np.zeros((4, 4, 3), np.uint8), np.ones((4, 4), np.float32)
    garment = Garment(picture, alpha, category, {category: 1.0}, label, {}, {}, attributes=attributes)
    return Told(category, name, garment)


def test_every_label_that_counts_as_the_same_exists_in_its_category() -> None:
    for category, names in SAME.items():
        for labels in names.values():
            assert {GARMENT_LABELS[label] for label in labels} == {category}


def test_the_largest_garment_of_a_category_is_asked_for() -> None:
    names = [None, "coat", "shirt", "jeans"]
    raw = np.zeros((20, 20), np.uint8)
    raw[:10], raw[10:14], raw[19, :3] = 1, 2, 3
    assert largest_name(raw, names, "upper") == "coat"
    assert largest_name(raw, names, "lower") is None
    assert largest_name(raw, names, "dress") is None


def test_only_what_is_told_can_be_wrong() -> None:
    found = [
        _told("upper", "coat", "Outwear", "outer"),
        _told("upper", "shirt", "Hoodie", "outer"),
        _told("upper", "top", "not sure", "not sure"),
        _told("lower", "jeans", "Pants"),
    ]
    figures = summarise(found)
    assert figures["upper_garments"] == 3
    assert figures["upper_told"] == pytest.approx(2 / 3)
    assert figures["upper_right"] == 0.5
    assert figures["lower_right"] == 1
    assert figures["dress_garments"] == 0
    assert (figures["layer_garments"], figures["layer_told"]) == (3, pytest.approx(2 / 3))
    assert figures["layer_right"] == 0.5
