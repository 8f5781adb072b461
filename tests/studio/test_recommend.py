"""Rankings follow what was said, never repeat a dislike, are the same each time, and give reasons that are true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tryon.studio.recommend import Recommender
from tryon.studio.taste_events import KINDS, VALUES, Event, opinions_said
from tryon.studio.taste_model import SIDES, TasteModel, TasteSettings, side_kernels
from tryon.studio.taste_reasons import values_of
from tryon.studio.taste_traits import Traits

EVENTS = st.lists(st.tuples(st.integers(0, 63), st.sampled_from(KINDS)), max_size=14)
PLENTY = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def events_of(drawn: list[tuple[int, str]], traits: list[Traits]) -> list[Event]:
    return [Event(traits[index].id, kind) for index, kind in drawn]  # type: ignore[arg-type]


@PLENTY
@given(drawn=EVENTS)
def test_a_dislike_never_comes_back(recommender: Recommender, traits: list[Traits], drawn: list) -> None:
    events = events_of(drawn, traits)
    said = opinions_said(events)
    order = recommender.rank(events)
    closed = {name for name, kind in said.items() if kind != "tried"}
    assert set(order) == {each.id for each in traits} - closed
    assert len(order) == len(set(order))


@PLENTY
@given(drawn=EVENTS)
def test_reasons_are_true(recommender: Recommender, traits: list[Traits], drawn: list) -> None:
    events = events_of(drawn, traits)
    said = opinions_said(events)
    for each in recommender.suggest(events, count=12):
        reason, garment = each.reason, recommender.of(each.id)
        assert reason.start == (not said)
        for kind, ids in reason.like:
            assert VALUES[kind] > 0
            for name in ids:
                assert said[name] == kind  # it was done, with this garment
                for trait, value in reason.traits:  # and every word holds for both
                    for one in (garment, recommender.of(name)):
                        assert value in values_of(one)[trait] or (value == "plain" == one.pattern)
        if reason.spared:
            assert "dislike" in said.values()


def test_the_same_taste_gives_the_same_ranking(traits: list[Traits]) -> None:
    events = [Event("tee-breton", "like"), Event("dress-red", "dislike"), Event("polo-navy", "kept")]
    first, second = Recommender(traits), Recommender(traits)
    assert first.suggest(events) == second.suggest(events)
    assert first.rank(events) == [each.id for each in second.suggest(events)]
    assert first.suggest(events, count=3) == first.suggest(events)[:3]
    assert [e.garment for e in events] == ["tee-breton", "dress-red", "polo-navy"]


def test_stripes_are_understood(recommender: Recommender) -> None:
    liked = [Event(name, "like") for name in ("tee-breton", "polo-navy", "dress-shirt")]
    plain = [Event(name, "dislike") for name in ("tee-white", "shorts-navy", "dress-red")]
    found = recommender.suggest([*liked, *plain], count=4)
    assert {each.id for each in found[:3]} <= {"tee-rugby", "long-breton", "dress-breton", "shirt-pinstripe"}
    assert ("pattern", "striped") in found[0].reason.traits
    assert recommender.opinion(opinions_said([*liked, *plain])).weights.argmax() == SIDES.index("pattern")


def test_the_first_suggestions_differ(recommender: Recommender) -> None:
    first = [recommender.of(name) for name in recommender.rank([])[:8]]
    assert {each.category for each in first} == {"upper", "lower", "dress"}
    assert len({each.label for each in first}) >= 6
    assert len({each.colours[0] for each in first}) >= 4


def test_what_was_said_last_counts() -> None:
    changed = [Event("a", "like"), Event("a", "dislike"), Event("b", "tried"), Event("b", "kept"), Event("a", "tried")]
    assert opinions_said(changed) == {"a": "dislike", "b": "kept"}
    assert opinions_said([Event("a", "dislike"), Event("a", "like")]) == {"a": "like"}


def test_unknown_garments_count_for_nothing(recommender: Recommender) -> None:
    assert recommender.rank([Event("gone", "like")]) == recommender.rank([])
    assert "gone" not in recommender


def test_all_judged(traits: list[Traits]) -> None:
    few = Recommender(traits[:3])
    assert few.suggest([Event(each.id, "dislike") for each in traits[:3]]) == []


def test_parts_sum_to_the_opinion(traits: list[Traits]) -> None:
    model = TasteModel(traits)
    opinion = model.opinion([0, 5, 9], [1.0, -1.0, 0.3])
    np.testing.assert_allclose(opinion.parts.sum((1, 2)) + opinion.level, opinion.mean, atol=1e-9)
    assert opinion.weights.sum() == pytest.approx(1)
    assert opinion.mean[0] > 0 > opinion.mean[5]
    assert (opinion.deviation[[0, 5]] < np.delete(opinion.deviation, [0, 5, 9]).min()).all()


def test_kernels_are_kernels(traits: list[Traits]) -> None:
    mixed = [*traits[:20], replace(traits[3], id="new", look=np.zeros_like(traits[3].look))]
    for side, kernel in zip(SIDES, side_kernels(mixed, TasteSettings()), strict=True):
        np.testing.assert_allclose(np.diag(kernel), 1, atol=1e-6, err_msg=side)
        np.testing.assert_allclose(kernel, kernel.T, atol=1e-9)
        assert np.linalg.eigvalsh(kernel).min() > -1e-6, side
