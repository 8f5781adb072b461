"""Attributes: what the network says of each, with "not sure", and lengths from the ratios of landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
from numpy.typing import NDArray

from tryon.types import ATTRIBUTES, Category, Guess, LegLength, SleeveLength

NOT_SURE = "not sure"
# Probability under which a value is not told; chosen on rendered validation garments: what is told is then right for
# 95%, necklines, which run into one another, for 88%.
LEAST = {"sleeve": 0.6, "leg": 0.6, "neckline": 0.6, "front": 0.7, "layer": 0.7}
OF_CATEGORY: dict[Category, tuple[str, ...]] = {
    "upper": ("sleeve", "neckline", "front", "layer"),
    "dress": ("sleeve", "leg", "neckline", "front"),
    "lower": ("leg",),
}
SURE = 0.75  # probability from which the network's sleeve or leg overrules the ratio of the landmarks
Points = Mapping[str, tuple[float, float]]


def guess_attributes(probabilities: Mapping[str, NDArray[np.float32]], category: Category) -> dict[str, Guess]:
    """The attributes that a category has.

    Args:
        probabilities: by name, of each of its values in ``ATTRIBUTES``.
    """
    found = {}
    for name in OF_CATEGORY[category]:
        shares = {value: float(p) for value, p in zip(ATTRIBUTES[name], probabilities[name], strict=True)}
        best = max(shares, key=lambda v: shares[v])
        found[name] = Guess(best if shares[best] >= LEAST[name] else NOT_SURE, shares)
    return found


def _distance(p: Points, a: str, b: str) -> float:
    return float(np.hypot(p[a][0] - p[b][0], p[a][1] - p[b][1]))


def _sure(seen: Mapping[str, float] | None) -> str | None:
    """The value that the network is sure of."""
    best = max(seen, key=lambda v: seen[v]) if seen else None
    return best if seen and best is not None and seen[best] > SURE else None


def sleeve_length(points: Points, seen: Mapping[str, float] | None = None) -> SleeveLength:
    """Sleeve length of an upper or dress.

    A sleeve's outer length (shoulder to the cuff) is compared with the shoulder width: an arm from
    shoulder to wrist is about 1.4 shoulder widths, the elbow stands at about .75. Armpit widths
    stand in where both shoulders are not given.

    Args:
        points: landmarks by name.
        seen: the network's probability of each length; where it is sure it overrules the ratio, which a folded
            sleeve makes too short. Without cuffs there is no sleeve, whatever it says.
    """
    ratios = []
    width = (
        _distance(points, "shoulder_left", "shoulder_right")
        if {"shoulder_left", "shoulder_right"} <= set(points)
        else 0
    )
    for side in ("left", "right"):
        names = (f"cuff_out_{side}", f"cuff_in_{side}", f"shoulder_{side}")
        if all(n in points for n in names) and width > 0:
            cuff = 0.5 * (np.array(points[names[0]]) + np.array(points[names[1]]))
            ratios.append(float(np.linalg.norm(cuff - np.array(points[names[2]]))) / width)
    if not ratios:
        return "none"
    sure = _sure(seen)
    if sure is not None and sure != "none":
        return cast(SleeveLength, sure)
    reach = float(np.mean(ratios))
    if reach < 0.12:
        return "none"
    if reach < 0.80:
        return "short"
    return "three_quarter" if reach < 1.08 else "long"


def leg_length(points: Points, seen: Mapping[str, float] | None = None, *, shorts: bool = False) -> LegLength | None:
    """Leg length of trousers, or how far down a skirt or dress reaches; the network's where it is sure.

    Trousers: inner leg over waist width (shorts to .75, knee to 1.35). Skirts: length over waist
    width (short to 1.25, knee to 2). None where the landmarks for it are missing.

    Args:
        points: landmarks by name. seen: the network's probability of each length. shorts: whether the network calls
            the garment shorts; then it is not believed that they are long.
    """
    sure = _sure(seen)
    if shorts and sure == "long":
        sure = None
    if sure is not None:
        return cast(LegLength, sure)
    if {"crotch", "leg_in_left", "leg_in_right", "waist_left", "waist_right"} <= set(points):
        waist = max(_distance(points, "waist_left", "waist_right"), 1e-6)
        inner = 0.5 * (_distance(points, "crotch", "leg_in_left") + _distance(points, "crotch", "leg_in_right"))
        ratio = inner / waist
        return "short" if ratio < 0.75 else "knee" if ratio < 1.35 else "long"
    if {"waist_left", "hem_left", "waist_right", "hem_right"} <= set(points):
        waist = max(_distance(points, "waist_left", "waist_right"), 1e-6)
        ratio = (
            0.5 * (_distance(points, "waist_left", "hem_left") + _distance(points, "waist_right", "hem_right")) / waist
        )
        return "short" if ratio < 1.25 else "knee" if ratio < 2.0 else "long"
    if {"armpit_left", "armpit_right", "hem_left", "hem_right"} <= set(points):
        chest = max(_distance(points, "armpit_left", "armpit_right"), 1e-6)
        ratio = (
            0.5
            * (_distance(points, "armpit_left", "hem_left") + _distance(points, "armpit_right", "hem_right"))
            / chest
        )
        return "short" if ratio < 1.55 else "knee" if ratio < 2.2 else "long"
    return None
