"""What goes with what: the same both ways, in other places of the body, and as people dress."""

from __future__ import annotations

import itertools

import pytest

from tryon.studio.outfit_match import GOES_WITH, harmony_of, match, matches_for, place_of
from tryon.studio.taste_traits import Traits


@pytest.fixture(scope="module")
def by_id(traits: list[Traits]) -> dict[str, Traits]:
    return {each.id: each for each in traits}


def test_only_what_can_be_worn_together(traits: list[Traits]) -> None:
    for garment in traits[::5]:
        found = matches_for(garment, traits)
        places = {place_of(next(t for t in traits if t.id == each.id)) for each in found}
        assert places <= set(GOES_WITH[place_of(garment)])
        assert all(0 <= each.score <= 1 for each in found)
        assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
        assert matches_for(garment, traits, count=2) == found[:2]


def test_it_is_the_same_both_ways(traits: list[Traits]) -> None:
    for one, other in itertools.islice(itertools.combinations(traits, 2), 0, None, 97):
        assert match(one, other).score == pytest.approx(match(other, one).score)
        assert harmony_of(one, other)[1] == harmony_of(other, one)[1]


@pytest.mark.parametrize(
    ("one", "better", "worse"),
    [
        ("shirt-flannel", "jeans-black", "skirt-tartan"),  # one pattern is enough
        ("blazer-navy", "shirt-white", "tank-olive"),  # as dressed up as the rest
        ("coat-camel", "trousers-black", "shorts-denim"),  # the same season
        ("skirt-satin", "blouse-ivory", "sweatshirt-lilac"),  # emerald and lilac
        ("tee-coral", "jeans-blue", "skirt-poppy"),  # denim is as good as neutral
        ("hoodie-college", "jacket-denim", "hoodie-zip"),  # not a hoodie over a hoodie
    ],
)
def test_as_people_dress(by_id: dict[str, Traits], one: str, better: str, worse: str) -> None:
    assert match(by_id[one], by_id[better]).score > match(by_id[one], by_id[worse]).score + 0.1


def test_reasons_are_true(by_id: dict[str, Traits]) -> None:
    found = match(by_id["tee-breton"], by_id["shorts-navy"])
    assert found.reasons == ("both_casual", "calm_pattern")
    assert found.harmony == "neutral"
    assert harmony_of(by_id["turtleneck-mustard"], by_id["skirt-satin"])[1] != "neutral"
