"""Why a garment is suggested, as true statements: what it shares with the liked ones that made its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.studio.taste_events import VALUES, Kind
from tryon.studio.taste_model import SIDES, Opinion
from tryon.studio.taste_traits import Traits

TraitKind = Literal["colour", "pattern", "label", "sleeve", "leg", "occasion", "look"]
LEAST = 0.06  # of liking: smaller parts of a score are not worth a word
SHARE = 0.2  # of the largest part: a side or an event that did less is not named
MOST_WORDS = 3
NAMED = 4  # events that are counted as the cause
PLAIN: tuple[TraitKind, str] = ("pattern", "plain")
LIKED: tuple[Kind, ...] = ("kept", "like", "tried")


@dataclass(frozen=True)
class Reason:
    """Why a garment stands where it does.

    traits: (kind, value) that it shares with ``like``, what counted most first. like: ids of garments whose events
    raised its score, by what was done with them. start: nothing is known of the visitor yet. spared: nothing that was
    liked speaks for it, but it is unlike what was not wanted.
    """

    traits: tuple[tuple[TraitKind, str], ...] = ()
    like: tuple[tuple[Kind, tuple[str, ...]], ...] = ()
    start: bool = False
    spared: bool = False


def reason_for(index: int, traits: Sequence[Traits], said: Mapping[str, Kind], opinion: Opinion) -> Reason:
    """The reason of one garment.

    Args:
        index: of the garment.
        traits: of all garments.
        said: what was said, in the order of the opinion's events.
        opinion: of all garments.
    """
    if not said:
        return Reason(start=True)
    by_id = {each.id: each for each in traits}
    parts = opinion.parts[index]  # (M, S)
    names, kinds = list(said), list(said.values())
    good = np.array([VALUES[kind] > 0 for kind in kinds])
    by_event = np.where(good, parts.sum(1), 0.0)
    largest = float(by_event.max(initial=0.0))
    if largest < LEAST:
        bad = [by_id[name] for name, kind in said.items() if kind == "dislike"]
        return Reason(spared=bool(bad) and not any(_alike(traits[index], each) for each in bad))
    causes = [int(i) for i in np.argsort(-by_event, kind="stable") if by_event[i] >= max(LEAST, SHARE * largest)]
    causes = causes[:NAMED]
    by_side = parts[causes].sum(0)
    words: list[tuple[TraitKind, str]] = []
    for side in np.argsort(-by_side, kind="stable"):
        if by_side[side] < SHARE * by_side.max():
            break
        words += _shared(SIDES[side], traits[index], [by_id[names[i]] for i in causes])
    words.sort(key=lambda word: word == PLAIN)  # true of most garments: said last
    # every word holds for every garment that is counted
    like = [i for i in causes if not words or _has(by_id[names[i]], words[0])]
    words = [word for word in dict.fromkeys(words) if all(_has(by_id[names[i]], word) for i in like)]
    grouped = {kind: tuple(names[i] for i in like if kinds[i] == kind) for kind in LIKED}
    return Reason(tuple(words[:MOST_WORDS]), tuple((kind, ids) for kind, ids in grouped.items() if ids))


def values_of(garment: Traits) -> dict[TraitKind, tuple[str, ...]]:
    """What can be said of a garment, by kind of trait; the page has a word for each."""
    found: dict[TraitKind, tuple[str, ...]] = {
        "colour": garment.colours[:2],
        "pattern": (garment.pattern,) if garment.pattern not in ("", "plain") else (),
        "label": (garment.label,) if garment.label != "not sure" else (),
        "sleeve": (garment.sleeve,) if garment.sleeve and garment.category != "lower" else (),
        "leg": (garment.leg,) if garment.leg and garment.category != "upper" else (),
        "occasion": (garment.occasion,) if garment.occasion else (),
    }
    return found


_WORDS_OF: dict[str, tuple[TraitKind, ...]] = {
    "colour": ("colour",),
    "pattern": ("pattern",),
    "cut": ("label", "sleeve", "leg"),
    "occasion": ("occasion",),
    "look": (),
}


def _shared(side: str, garment: Traits, causes: Sequence[Traits]) -> list[tuple[TraitKind, str]]:
    """Words of a side that the garment and at least one of the causes have in common."""
    own, out = values_of(garment), []
    for kind in _WORDS_OF[side]:
        for value in own[kind]:
            if any(value in values_of(cause)[kind] for cause in causes):
                out.append((kind, value))
                if side == "cut":
                    return out  # the kind says it; lengths only where the kind differs
    if side == "pattern" and garment.pattern == "plain" and any(cause.pattern == "plain" for cause in causes):
        out.append(PLAIN)
    return out


def _has(garment: Traits, word: tuple[TraitKind, str]) -> bool:
    kind, value = word
    return value in values_of(garment)[kind] or (word == PLAIN and garment.pattern == "plain")


def _alike(one: Traits, other: Traits) -> bool:
    """Whether two garments share a colour, a pattern other than plain, or their kind."""
    a, b = values_of(one), values_of(other)
    kinds: tuple[TraitKind, ...] = ("colour", "pattern", "label")
    return any(set(a[kind]) & set(b[kind]) for kind in kinds)
