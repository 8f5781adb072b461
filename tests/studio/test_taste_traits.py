"""Colours, patterns and occasions are read as people would name them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.studio.taste_measures import Kept, read_measures, write_measures
from tryon.studio.taste_pattern import PATTERN_NUMBERS, read_pattern
from tryon.studio.taste_traits import HUES, LOOK_NUMBERS, PALETTE_NUMBERS, Traits, measure, put_together
from tryon.synth.gallery import GARMENTS

WORDS = {"stripes": "striped", "pinstripes": "striped", "checks": "checked", "gingham": "checked", "plain": "plain"}


@pytest.mark.parametrize(
    ("kind", "word"), [("plain", "plain"), ("stripes", "striped"), ("checks", "checked"), ("dots", "patterned")]
)
def test_drawn_cloth_is_named(cloth: Any, kind: str, word: str) -> None:
    image, mask = cloth(kind)
    numbers, found = read_pattern(image, mask)
    assert found == word
    assert numbers.shape == (PATTERN_NUMBERS,)
    assert np.isfinite(numbers).all()


def test_the_gallerys_cloth_is_named_as_it_was_designed(traits: list[Traits]) -> None:
    designs = {each.id: each for each in GARMENTS}
    wrong = []
    for garment in traits:
        design = designs[garment.id]
        prints = [each for each in design.look.prints if each.kind != "badge"]
        cloth = design.look.fabrics["shell"].pattern
        truth = "patterned" if prints else WORDS.get(cloth, "plain" if cloth == "melange" else "patterned")
        if garment.pattern != truth:
            wrong.append((garment.id, truth, garment.pattern))
    assert len(traits) == 64
    assert len(wrong) <= 2, wrong


def test_nothing_to_see_is_not_named() -> None:
    numbers, word = read_pattern(np.zeros((50, 50, 3), np.uint8), np.zeros((50, 50), np.float32))
    assert word == ""
    assert not numbers.any()
    empty = measure(np.zeros((50, 50, 3), np.uint8), np.zeros((50, 50), np.float32))
    assert empty.chroma == 0
    assert not empty.palette.any()


def test_measures_have_their_shapes_and_leave_the_picture_alone(cloth: Any) -> None:
    image, mask = cloth("stripes")
    before = image.copy(), mask.copy()
    found = measure(image, mask)
    assert found.palette.shape == (PALETTE_NUMBERS,)
    assert found.hues.shape == (HUES,)
    assert np.linalg.norm(found.palette) == pytest.approx(1, abs=1e-5)
    assert 0 < found.lightness < 1
    assert (image == before[0]).all()
    assert (mask == before[1]).all()


def test_occasions_follow_the_kind(cloth: Any) -> None:
    measured = measure(*cloth("plain"))
    words = {
        label: put_together("x", category, label, measured).occasion  # type: ignore[arg-type]
        for label, category in (("Blazer", "upper"), ("Hoodie", "upper"), ("Pants", "lower"))
    }
    assert words == {"Blazer": "smart", "Hoodie": "casual", "Pants": ""}
    denim = measure(*cloth("plain", (70, 110, 170)))
    assert put_together("x", "lower", "Pants", denim, colours=["blue"]).occasion == "casual"


def test_measures_come_back_from_their_file(cloth: Any, tmp_path: Path) -> None:
    kept = {
        name: Kept(f"digest-{name}", measure(*cloth(name)), np.linspace(-1, 3, LOOK_NUMBERS).astype(np.float32))
        for name in ("plain", "checks")
    }
    path = tmp_path / "taste.npz"
    assert read_measures(path) == {}
    write_measures(path, kept)
    back = read_measures(path)
    assert list(back) == list(kept)
    for name, each in kept.items():
        assert back[name].digest == each.digest
        assert back[name].measured.pattern == each.measured.pattern
        assert back[name].measured.colours == each.measured.colours
        np.testing.assert_allclose(back[name].measured.palette, each.measured.palette, atol=1e-3)
        np.testing.assert_allclose(back[name].look, each.look, atol=2e-3)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(BadRequestError, match="measure"):
        read_measures(path)
