"""Ideas: a seed gives one garment for ever, sliders have ends, a mix lies between, and a kept idea comes back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.studio.ideas import SEEDS, Sliders, idea_from_json, mix, new_idea, walk


def same(a: object, b: object) -> bool:
    return a.to_json() == b.to_json()  # type: ignore[attr-defined]


def test_a_seed_is_an_idea() -> None:
    assert same(new_idea(7), new_idea(7))
    assert not same(new_idea(7), new_idea(8))
    assert new_idea(7, "Dress", "dots").label == "Dress"
    # choosing a cloth leaves the cut as it was
    assert np.array_equal(new_idea(7, "Dress", "dots").shape, new_idea(7, "Dress", "plain").shape)


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": SEEDS}, {"label": "Hat"}, {"cloth": "tin"}])
def test_what_there_is_not(wrong: dict[str, object]) -> None:
    with pytest.raises(BadRequestError, match=str(next(iter(wrong.values())))):
        new_idea(**({"seed": 1} | wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [{"sleeve": 1.2}, {"hue": 200.0}, {"scale": float("nan")}])
def test_sliders_have_ends(wrong: dict[str, float]) -> None:
    with pytest.raises(BadRequestError, match=next(iter(wrong))):
        new_idea(1).moved(**wrong)
    assert new_idea(1).moved(hue=120).sliders == Sliders(hue=120)


def test_a_mix_lies_between() -> None:
    a, b = new_idea(1, "Dress", "dots"), new_idea(2, "Skirt", "plain")
    assert np.allclose(mix(a, b, 0).pattern, a.pattern, atol=1e-5)
    assert np.allclose(mix(a, b, 1).pattern, b.pattern, atol=1e-5)
    assert mix(a, b, 0.4).label == "Dress"
    assert mix(a, b, 0.6).label == "Skirt"
    half = mix(a, b, 0.5)
    apart = np.linalg.norm(a.pattern - b.pattern)
    assert np.linalg.norm(half.pattern - a.pattern) < apart
    assert np.linalg.norm(half.pattern - b.pattern) < apart
    # latents of a mix are as long as latents are, or its cloth would be pale
    assert np.linalg.norm(half.pattern) > 0.8 * min(np.linalg.norm(a.pattern), np.linalg.norm(b.pattern))
    assert mix(a.moved(hue=100), b, 0.25).sliders.hue == pytest.approx(75)
    with pytest.raises(BadRequestError, match="share"):
        mix(a, b, 1.1)


def test_a_walk_goes_from_one_to_the_other() -> None:
    a, b = new_idea(1), new_idea(2)
    steps = walk(a, b, 5)
    assert np.allclose(steps[0].dyes, a.dyes, atol=1e-5)
    assert np.allclose(steps[-1].dyes, b.dyes, atol=1e-5)
    strides = [np.linalg.norm(y.pattern - x.pattern) for x, y in pairwise(steps)]
    assert max(strides) < 1.3 * min(strides)
    with pytest.raises(BadRequestError, match="61"):
        walk(a, b, 61)


def test_a_kept_idea_comes_back() -> None:
    idea = mix(new_idea(3), new_idea(4), 0.3).moved(length=-0.5)
    back = idea_from_json(idea.to_json())
    assert same(idea, back)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"seed": 1}', new_idea(1).to_json().replace('"seed":1', '"seed":-4'),
                                  new_idea(1).to_json().replace('"shape":[', '"shape":[1e9,')])  # fmt: skip
def test_what_is_no_idea(text: str) -> None:
    with pytest.raises(BadRequestError, match="no idea"):
        idea_from_json(text)
