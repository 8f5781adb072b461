"""Sleeve and leg length from the ratios of landmarks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tryon.types import LegLength, SleeveLength

SURE = 0.75  # probability from which the network's sleeve class is believed
Points = Mapping[str, tuple[float, float]]


def _distance(p: Points, a: str, b: str) -> float:
    return float(np.hypot(p[a][0] - p[b][0], p[a][1] - p[b][1]))


def sleeve_length(points: Points, seen: Mapping[str, float] | None = None) -> SleeveLength:
    """Sleeve length of an upper or dress.

    A sleeve's outer length (shoulder to the cuff) is compared with the shoulder width: an arm from
    shoulder to wrist is about 1.4 shoulder widths, the elbow stands at about .75. Armpit widths
    stand in where both shoulders are not given.

    Args:
        points: landmarks by name.
        seen: the network's probabilities of "none", "short" and "long"; where it is sure it overrules
            the ratio, which a folded sleeve makes too short.
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
    reach = float(np.mean(ratios))
    if reach < 0.12:
        return "none"
    if seen and seen.get("long", 0.0) > SURE and reach < 0.80:
        return "long"
    if reach < 0.80 or (seen and seen.get("short", 0.0) > SURE and reach < 1.0):
        return "short"
    return "three_quarter" if reach < 1.08 else "long"


def leg_length(points: Points) -> LegLength | None:
    """Leg length of trousers, or how far down a skirt or dress reaches.

    Trousers: inner leg over waist width (shorts to .75, knee to 1.35). Skirts: length over waist
    width (short to 1.25, knee to 2). None where the landmarks for it are missing.
    """
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
