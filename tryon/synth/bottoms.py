"""Trousers, shorts and skirts cut flat."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tryon.synth.pattern import (
    Button,
    FlatPattern,
    FoldSource,
    Line,
    Piece,
    PointsCm,
    bezier,
    both_sides,
    chain,
    mirror,
    offset_line,
    rectangle,
    side_pair,
)
from tryon.types import LegLength


@dataclass(frozen=True)
class TrouserCut:
    """Measures of trousers or shorts in cm, laid flat; the defaults are straight men's jeans."""

    waist_half: float = 20.5
    hip_half: float = 26.0
    rise: float = 27.0  # waistband's top to the crotch
    length: float = 104.0
    thigh_gap: float = 0.6  # half the gap just below the crotch
    leg_out: float = 23.5  # outer edge at the leg's end
    leg_width: float = 18.0
    band: float = 4.0
    jeans: bool = True
    drawstring: bool = False
    cuff_rib: float = 0.0
    crease: bool = False
    turn_up: float = 0.0


@dataclass(frozen=True)
class SkirtCut:
    """Measures of a skirt in cm; the defaults are an A-line skirt to the knee."""

    waist_half: float = 18.5
    hip_half: float = 24.0
    hem_half: float = 33.0
    length: float = 58.0
    band: float = 3.5
    sag: float = 2.5
    pleats: int = 0
    front_buttons: bool = False
    patch_pockets: bool = False
    waves: float = 0.6  # height of the hanging folds in cm
    wave_count: int = 6


def cut_trousers(cut: TrouserCut) -> FlatPattern:
    """Lay out trousers or shorts."""
    crotch = (0.0, cut.rise)
    dip = 1.3
    waist = bezier((0, dip), (cut.waist_half * 0.4, dip), (cut.waist_half * 0.8, 0.6), (cut.waist_half, 0.0))
    hip = (cut.hip_half, cut.rise * 0.78)
    out = (cut.leg_out, cut.length - 0.3)
    inn = (cut.leg_out - cut.leg_width, cut.length + 0.3)
    drop = cut.length - hip[1]
    side = chain(
        bezier(waist[-1], (cut.waist_half + 1.6, 6), (cut.hip_half, hip[1] * 0.5), hip),
        bezier(
            hip, (hip[0] + 0.1, hip[1] + 0.25 * drop), (out[0] + 0.12 * (hip[0] - out[0]), out[1] - 0.4 * drop), out
        )[1:],
    )
    inseam = bezier(
        inn,
        (inn[0] - 0.6, inn[1] - 0.35 * drop),
        (cut.thigh_gap + 0.9, cut.rise + 0.25 * drop),
        (cut.thigh_gap, cut.rise + 1.2),
    )
    half = chain(waist, side[1:], [inn], inseam[1:], [crotch])
    pieces = [_back_waist(cut.waist_half, cut.band, dip), Piece("legs", both_sides(half), lift_cm=1.5, round_cm=0.6)]
    low = offset_line(waist, -cut.band)
    low[0, 0] = 0.0
    band = both_sides(chain(waist, low[::-1]))
    material = "rib" if cut.drawstring else "shell"
    pieces.append(
        Piece(
            "waistband",
            band,
            material,
            90.0 if cut.jeans else 0.0,
            thickness_cm=0.14,
            round_cm=0.3,
            lift_cm=1.5,
            gather=0.3,
        )
    )
    lines, buttons = _trouser_lines(cut, low, side, inseam, inn, out)
    for sign in (-1, 1):
        ends = np.array([out, inn]) * (sign, 1)
        inner = ends - (0.0, cut.cuff_rib or cut.turn_up or 1.6)
        if cut.cuff_rib:
            squeeze = ends + np.array([(-1.2, 0), (1.2, 0)]) * (sign, 1)
            pieces.append(Piece("cuff", chain(inner, squeeze[::-1]), "rib", thickness_cm=0.25, lift_cm=1.2, gather=0.2))
            lines.append(Line(inner, "seam", 0.4))
        elif cut.turn_up:
            wide = ends + np.array([(0.4, 0), (-0.4, 0)]) * (sign, 1)
            pieces.append(
                Piece("turn_up", chain(inner, wide[::-1]), "turn_up", thickness_cm=0.4, lift_cm=1.4, gather=0.3)
            )
        else:
            lines.append(Line(inner, "stitch", 0.18, "thread"))
    landmarks = side_pair("waist", cut.waist_half, 0.0) | {"crotch": crotch}
    landmarks |= side_pair("leg_out", *out) | side_pair("leg_in", *inn)
    pieces += _belt_loops(cut) if cut.jeans else []
    return FlatPattern(
        "lower",
        tuple(pieces),
        landmarks,
        tuple(lines),
        tuple(buttons),
        tuple(_trouser_sources(cut)),
        leg=_leg_length(cut),
    )


def _leg_length(cut: TrouserCut) -> LegLength:
    ratio = (cut.length - cut.rise) / cut.hip_half
    return "long" if ratio > 2.4 else "knee" if ratio > 1.1 else "short"


def _back_waist(half: float, band: float, dip: float) -> Piece:
    """The inside of the back of the waistband, a little higher than the front."""
    top = bezier((0, -0.9), (half * 0.5, -0.9), (half * 0.85, -0.7), (half - 0.3, 0.1))
    outline = both_sides(chain(top, [(half, 0.6), (half * 0.5, dip + 1.0), (0, dip + 1.0)]))
    return Piece("inside", outline, "lining", 90.0, inside=True, thickness_cm=0.15, lift_cm=0.3, gather=0.2)


def _trouser_lines(
    cut: TrouserCut,
    band_low: PointsCm,
    side: PointsCm,
    inseam: PointsCm,
    inn: tuple[float, float],
    out: tuple[float, float],
) -> tuple[list[Line], list[Button]]:
    seam = chain(mirror(band_low)[:-1], band_low)
    lines = [Line(seam, "seam", 0.3), Line(offset_line(seam, 0.35), "stitch", 0.14, "thread")]
    fly_top = cut.band + 1.3
    centre = bezier((0, fly_top), (0.2, cut.rise * 0.5), (-0.2, cut.rise * 0.8), (0, cut.rise))
    lines.append(Line(centre, "seam", 0.35))
    buttons: list[Button] = []
    if cut.drawstring:
        lines += [
            Line(bezier((s * 1.4, 2.4), (s * 3.4, 6), (s * 1.6, 11), (s * 3.0, 15 + s)), "cord", 0.5, "cord")
            for s in (-1, 1)
        ]
        buttons += [Button(s * 1.4, 2.4, 0.4, "hole") for s in (-1, 1)]
    else:
        fly = bezier((4.0, fly_top), (4.1, cut.rise * 0.45), (3.4, cut.rise * 0.62), (0.3, cut.rise * 0.74))
        lines += [Line(fly, "stitch", 0.16, "thread"), Line(offset_line(fly, -0.45), "stitch", 0.14, "thread")]
        buttons.append(Button(0.0, 1.3 + cut.band * 0.45, 0.85, "snap" if cut.jeans else "button"))
    for sign in (-1, 1):
        flip = (sign, 1)
        if cut.jeans:
            mouth = bezier(
                (cut.waist_half * 0.52, fly_top - 0.5),
                (cut.waist_half * 0.55, 9.5),
                (cut.hip_half * 0.72, 12.5),
                (cut.hip_half - 1.0, 13.0),
            )
        else:
            mouth = bezier(
                (cut.waist_half * 0.82, fly_top - 0.6),
                (cut.waist_half * 0.9, 9),
                (cut.hip_half * 0.93, 14),
                (cut.hip_half - 0.6, 18),
            )
        lines.append(Line(mouth * flip, "edge", 0.4))
        lines.append(Line(offset_line(mouth, -0.5) * flip, "stitch", 0.14, "thread"))
        if cut.jeans:
            lines.append(Line(offset_line(mouth, -0.95) * flip, "stitch", 0.14, "thread"))
            lines.append(Line(offset_line(side[20:], 0.9) * flip, "groove", 0.5))
        if cut.crease:
            top = (cut.hip_half * 0.48, fly_top + 1)
            end = ((inn[0] + out[0]) / 2, cut.length)
            middle = ((top[0] + end[0]) / 2 + 0.4, cut.length * 0.5)
            lines.append(Line(bezier(top, middle, middle, end) * flip, "crease", 0.5))
        lines.append(Line(offset_line(inseam, -0.7) * flip, "groove", 0.35))
    return lines, buttons


def _belt_loops(cut: TrouserCut) -> list[Piece]:
    loops = []
    for x, y in ((cut.waist_half * 0.52, 0.75), (-cut.waist_half * 0.52, 0.75)):
        loops.append(
            Piece(
                "loop",
                rectangle(x - 0.65, y - 0.3, x + 0.65, y + cut.band + 0.7),
                thickness_cm=0.2,
                round_cm=0.2,
                lift_cm=1.5,
                gather=0.0,
            )
        )
    return loops


def _trouser_sources(cut: TrouserCut) -> list[FoldSource]:
    found = [
        FoldSource(0, cut.rise - 1, 215, 13, 22, 4, 1.5, 0.4),
        FoldSource(0, cut.rise - 1, -35, 13, 22, 4, 1.5, 0.4),
    ]
    knee = cut.rise + (cut.length - cut.rise) * 0.48
    middle = cut.leg_out - cut.leg_width * 0.5
    for sign in (-1, 1):
        found.append(FoldSource(sign * 2.0, cut.rise + 4, 60 if sign > 0 else 120, 14, 22, 3, 2.0, 0.3))
        found.append(
            FoldSource(sign * cut.hip_half * 0.9, cut.rise * 0.75, 150 if sign > 0 else 30, 12, 20, 2, 3.0, 0.28)
        )
        if cut.length > 70:
            found.append(FoldSource(sign * (middle - 5), knee, -20 if sign > 0 else 200, 11, 35, 4, 6.0, 0.3))
            found.append(FoldSource(sign * (middle + 4), knee + 16, 160 if sign > 0 else 20, 10, 35, 3, 8.0, 0.28))
            found.append(FoldSource(sign * middle, cut.length - 11, 10, 7, 35, 4, 5.0, 0.3))
        found.append(FoldSource(sign * middle, cut.rise + 8, 90, cut.length * 0.35, 8, 2, 4.0, 0.25))
    return found


def cut_skirt(cut: SkirtCut) -> FlatPattern:
    """Lay out a skirt."""
    dip = 1.0
    waist = bezier((0, dip), (cut.waist_half * 0.4, dip), (cut.waist_half * 0.8, 0.5), (cut.waist_half, 0.0))
    hip_y = min(19.0, cut.length * 0.45)
    hip = (max(cut.hip_half, cut.waist_half + (cut.hem_half - cut.waist_half) * hip_y / cut.length), hip_y)
    end = (cut.hem_half, cut.length)
    drop = end[1] - hip[1]
    side = chain(
        bezier(waist[-1], (cut.waist_half + 1.2, 5), (hip[0] - 1.2, hip_y * 0.62), hip),
        bezier(
            hip,
            (hip[0] + 0.22 * (end[0] - hip[0]) + 0.4, hip_y + 0.3 * drop),
            (end[0] - 0.3 * (end[0] - hip[0]), end[1] - 0.35 * drop),
            end,
        )[1:],
    )
    x = np.linspace(cut.hem_half, 0.0, 60)
    count = cut.pleats or cut.wave_count
    ripple = 0.35 * cut.waves * np.cos(x / cut.hem_half * np.pi * count)
    hem = np.stack([x, cut.length + cut.sag * (1 - (x / cut.hem_half) ** 2) + ripple - ripple[0]], 1)
    pieces = [
        _back_waist(cut.waist_half, cut.band, dip),
        Piece("skirt", both_sides(chain(waist, side[1:], hem[1:])), lift_cm=1.6),
    ]
    low = offset_line(waist, -cut.band)
    low[0, 0] = 0.0
    pieces.append(
        Piece(
            "waistband",
            both_sides(chain(waist, low[::-1])),
            "shell",
            90.0,
            thickness_cm=0.14,
            round_cm=0.3,
            lift_cm=1.6,
            gather=0.2,
        )
    )
    seam = chain(mirror(low)[:-1], low)
    full_hem = chain(hem, mirror(hem))
    lines = [Line(seam, "seam", 0.35), Line(full_hem - (0.0, 2.4), "stitch", 0.14, "thread")]
    buttons: list[Button] = []
    if cut.front_buttons:
        pieces.append(
            Piece(
                "placket",
                rectangle(-1.9, dip, 1.9, cut.length + cut.sag - 0.4),
                thickness_cm=0.12,
                round_cm=0.25,
                lift_cm=1.6,
                gather=0.4,
            )
        )
        lines += [
            Line(np.array([(s, dip + 1), (s, cut.length + cut.sag - 1)]), "stitch", 0.12, "thread") for s in (-1.4, 1.4)
        ]
        buttons = [Button(0.0, float(y), 0.75, "snap") for y in np.arange(dip + 1.8, cut.length - 2, 6.8)]
    if cut.patch_pockets:
        for sign in (-1.0, 1.0):
            shape = np.array([(5.2, 8.5), (15.2, 7.6), (15.8, 19), (10.6, 21), (5.8, 19.6)]) * (float(sign), 1.0)
            pieces.append(Piece("pocket", shape, thickness_cm=0.12, round_cm=0.25, lift_cm=1.6, gather=0.3))
            lines.append(Line(chain(shape, shape[:1]) * (0.985, 1) + (0.12 * sign, 0), "stitch", 0.12, "thread"))
    landmarks = side_pair("waist", cut.waist_half, 0.0) | side_pair("hem", *end)
    extras = {
        "pleats": float(cut.pleats),
        "waist": cut.waist_half,
        "hem": cut.hem_half,
        "length": cut.length,
        "band": cut.band,
    }
    return FlatPattern(
        "lower",
        tuple(pieces),
        landmarks,
        tuple(lines),
        tuple(buttons),
        tuple(_skirt_sources(cut)),
        leg="knee" if cut.length < 75 else "long",
        extras=extras,
    )


def _skirt_sources(cut: SkirtCut) -> list[FoldSource]:
    if cut.pleats:
        return []
    found = []
    for x in np.linspace(-1, 1, cut.wave_count * 2 + 1)[1:-1:2]:
        start = 4 + cut.band + 10 * (abs(x) < 0.7)
        lean = 90 - float(np.degrees(np.arctan2(x * (cut.hem_half - cut.waist_half), cut.length)))
        found.append(
            FoldSource(float(x) * cut.waist_half, start, lean, cut.length - start - 1, 3, 1, 1.2, 1.9 * cut.waves, 1.25)
        )
    for sign in (-1, 1):
        found.append(FoldSource(sign * cut.waist_half * 0.9, 8, 140 if sign > 0 else 40, 10, 20, 2, 2.0, 0.2))
    return found
