"""What goes with what: a top with a bottom, a jacket with a dress, by colour harmony, occasion, season and pattern.

Colour: how far the hues of both lie from the nearest harmonic template (Cohen-Or et al. 2006, "Color harmonization",
eq. 1 and 2), weighted by chroma, so that neutral cloth goes with everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.studio.taste_traits import HUES, Traits

Harmony = Literal["neutral", "tone", "contrast", "neighbours"]
Place = Literal["top", "bottom", "dress", "jacket"]
# Sectors of the templates: (centre, width) in degrees; of Cohen-Or et al., figure 2, without L and N
TEMPLATES: dict[str, tuple[tuple[float, float], ...]] = {
    "i": ((0, 18),), "V": ((0, 93.6),), "I": ((0, 18), (180, 18)), "Y": ((0, 93.6), (180, 18)), "T": ((0, 180),),
}  # fmt: skip
HARMONY_OF: dict[str, Harmony] = {"i": "tone", "V": "neighbours", "T": "neighbours", "I": "contrast", "Y": "contrast"}
# wider templates fit nearly everything, so that each is worth the less the wider it is
WORTH = {"i": 0.0, "V": 0.06, "I": 0.02, "Y": 0.1, "T": 0.2}
NEUTRAL = 0.25  # mean chroma weight below which cloth is grey, black, white, beige or pale denim
GOES_WITH: dict[Place, tuple[Place, ...]] = {
    "top": ("bottom", "jacket"), "bottom": ("top", "jacket"), "dress": ("jacket",),
    "jacket": ("dress", "top", "bottom"),
}  # fmt: skip


@dataclass(frozen=True)
class MatchSettings:
    """What each clash costs, of a score of 1 for what goes together in all ways."""

    harmony: float = 1.6  # a sixth of the colour circle off costs about a quarter
    occasion: float = 0.7  # a blazer with shorts
    leeway: float = 0.2  # of formality that nobody minds
    season: float = 0.7  # a coat with shorts
    season_leeway: float = 0.5  # of warmth: T-shirts are worn with long trousers all year
    patterns: float = 0.3  # two different patterns in sight
    twins: float = 0.25  # nearly the same colour, but not quite: looks like a mistake
    same: float = 0.3  # a hoodie over a hoodie
    flat: float = 0.08  # no contrast in lightness at all


@dataclass(frozen=True)
class Match:
    """A garment that goes with another. score: 0..1. harmony: of their colours. reasons: further true statements."""

    id: str
    score: float
    harmony: Harmony
    reasons: tuple[Literal["both_casual", "both_smart", "calm_pattern"], ...] = ()


def place_of(garment: Traits) -> Place:
    """Where a garment is worn in an outfit."""
    if garment.category == "lower":
        return "bottom"
    if garment.category == "dress":
        return "dress"
    return "jacket" if garment.outer else "top"


def matches_for(
    garment: Traits, others: Iterable[Traits], *, count: int | None = None, settings: MatchSettings = MatchSettings()
) -> list[Match]:
    """What goes with a garment, the best first.

    Args:
        garment: what is to be worn.
        others: what there is.
        count: so many at most.
        settings: costs.
    """
    wanted = GOES_WITH[place_of(garment)]
    found = [match(garment, each, settings) for each in others if place_of(each) in wanted and each.id != garment.id]
    found.sort(key=lambda each: (-each.score, each.id))
    return found if count is None else found[: max(0, count)]


def match(one: Traits, other: Traits, settings: MatchSettings = MatchSettings()) -> Match:
    """How well two garments go together; the same both ways.

    Args:
        one, other: garments of different places.
        settings: costs.
    """
    s = settings
    distance, harmony = harmony_of(one, other)
    score = 1.0 - s.harmony * distance
    score -= s.occasion * max(0.0, abs(one.formality - other.formality) - s.leeway)
    score -= s.season * max(0.0, abs(one.warmth - other.warmth) - s.season_leeway)
    wild = [each for each in (one, other) if each.pattern not in ("plain", "")]
    if len(wild) == 2:
        score -= s.patterns
    contrast = abs(one.lightness - other.lightness)
    likeness = float(one.palette @ other.palette)
    if not wild and likeness > 0.55 and likeness < 0.985 and contrast < 0.16:
        score -= s.twins * (1 - contrast / 0.16)
    score -= s.flat * max(0.0, 1 - contrast / 0.1)
    if one.label == other.label:
        score -= s.same
    reasons: list[Literal["both_casual", "both_smart", "calm_pattern"]] = []
    if one.occasion and one.occasion == other.occasion:
        reasons.append("both_casual" if one.occasion == "casual" else "both_smart")
    if len(wild) == 1:
        reasons.append("calm_pattern")
    return Match(other.id, float(np.clip(score, 0, 1)), harmony, tuple(reasons))


def harmony_of(one: Traits, other: Traits) -> tuple[float, Harmony]:
    """How far two garments' hues are from a harmonic template, 0..1 of half the circle, and which harmony it is.

    Args:
        one, other: garments.
    """
    if any(each.chroma < NEUTRAL or _is_denim(each) for each in (one, other)):
        return 0.0, "neutral"
    # each garment counts the same, whatever its size in its picture
    weights = one.hues / max(1e-6, float(one.hues.sum())) + other.hues / max(1e-6, float(other.hues.sum()))
    best: tuple[float, float, Harmony] = (np.inf, 1.0, "tone")
    for name, gaps in _gaps().items():
        distance = float((gaps @ weights).min()) / 2 / 180
        if distance + WORTH[name] < best[0]:
            best = (distance + WORTH[name], distance, HARMONY_OF[name])
    return best[1] + (0.1 if best[2] == "neighbours" else 0.0), best[2]


def _is_denim(garment: Traits) -> bool:
    """Blue cloth below the waist without a pattern: worn as if it were neutral."""
    return garment.category == "lower" and garment.colours[:1] == ("blue",) and garment.pattern == "plain"


def _gaps() -> dict[str, NDArray[np.float64]]:
    """By template: degrees (rotations, bins) from each hue to the nearest sector, 0 inside."""
    hues = (np.arange(HUES) + 0.5) * 360 / HUES
    turns = np.arange(0, 360, 10)
    out = {}
    for name, sectors in TEMPLATES.items():
        nearest = np.full((len(turns), HUES), 360.0)
        for centre, width in sectors:
            away = np.abs((hues[None] - turns[:, None] - centre + 180) % 360 - 180)
            nearest = np.minimum(nearest, np.maximum(0, away - width / 2))
        out[name] = nearest
    return out
