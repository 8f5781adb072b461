"""Reasons and matches in words, in the visitor's language."""

from __future__ import annotations

from tryon.studio.outfit_match import Match
from tryon.studio.taste_reasons import Reason
from tryon.ui.texts import Texts


def reason_in_words(texts: Texts, reason: Reason) -> str:
    """Why a garment is suggested, such as "Striped, T-shirt, like two you liked".

    Args:
        texts: the language.
        reason: of a suggestion.
    """
    words = texts.studio.taste
    if reason.start:
        return words.start
    if reason.spared:
        return words.spared
    if not reason.like:
        return words.curious
    traits = [trait_in_words(texts, kind, value) for kind, value in reason.traits]
    counted = [_counted(texts, kind, len(ids)) for kind, ids in reason.like]
    whom = counted[0]
    for other in counted[1:]:
        whom = words.and_.format(one=whom, other=other)
    if not traits:
        return _sentence(words.near.format(whom=whom))
    return _sentence(words.reason.format(traits=texts.comma.join(traits), whom=whom))


def match_in_words(texts: Texts, found: Match) -> str:
    """Why two garments go together.

    Args:
        texts: the language.
        found: of a garment.
    """
    words = texts.studio.taste
    parts = [words.harmonies[found.harmony], *(words.match_reasons[each] for each in found.reasons)]
    return _sentence(texts.comma.join(parts))


def trait_in_words(texts: Texts, kind: str, value: str) -> str:
    """What a garment shares with others, in lower case.

    Args:
        texts: the language.
        kind: see ``tryon.studio.taste_reasons.TraitKind``.
        value: of that kind.
    """
    if kind == "colour":
        return texts.gallery.colours[value].lower()
    if kind == "label":
        return texts.garment_labels[value]
    if kind in ("sleeve", "leg"):
        return texts.values[kind][value]
    return {"pattern": texts.studio.taste.patterns, "occasion": texts.studio.taste.occasions}[kind][value]


def _counted(texts: Texts, kind: str, count: int) -> str:
    words = texts.studio.taste
    return words.counted[kind].format(n=words.numbers[str(min(count, len(words.numbers)))])


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
