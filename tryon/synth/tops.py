"""Uppers and dresses cut flat: T-shirts, sweaters, shirts, polos, hoodies, tank tops, dresses."""

from __future__ import annotations

import numpy as np

from tryon.synth.necks import Neck, TopCut, behind_neck, neck_finish, neckline
from tryon.synth.pattern import (
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
    side_pair,
)


def cut_top(cut: TopCut) -> FlatPattern:
    """Lay out the pieces of an upper or a dress."""
    if cut.neck == "strap":
        neck, tip = (cut.neck_half, 0.0), (cut.shoulder_half, 1.0)
    else:
        neck, tip = (cut.neck_half, 0.0), (cut.shoulder_half, cut.shoulder_drop)
    armpit = (cut.chest_half, cut.armpit_y)
    armhole = _armhole(cut, tip, armpit)
    side = _side(cut)
    hem = _hem(cut)
    front = neckline(cut, cut.neck_half, cut.neck_depth)
    body = both_sides(chain(front[::-1], [tip], armhole, side, hem))
    pieces: list[Piece] = behind_neck(cut)
    lines: list[Line] = []
    sources: list[FoldSource] = []
    landmarks = {**side_pair("neck", *neck), **side_pair("shoulder", *tip), **side_pair("armpit", *armpit)}
    landmarks |= side_pair("hem", cut.hem_half, cut.length - max(0.0, -cut.hem_sag))
    if cut.sleeve != "none":
        sleeve_pieces, sleeve_lines, sleeve_sources, cuffs = _sleeves(cut, tip, armpit, armhole)
        pieces += sleeve_pieces
        lines += sleeve_lines
        sources += sleeve_sources
        landmarks |= cuffs
    pieces.append(Piece("body", body, lift_cm=1.6))
    both = (armhole, mirror(armhole))
    if cut.raglan and cut.sleeve != "none":
        for sign in (-1, 1):
            line = bezier((sign * cut.neck_half, 0.5), (sign * 15, 7), (sign * 20, 14), (sign * armpit[0], armpit[1]))
            lines.append(Line(line, "seam"))
    elif cut.sleeve != "none":
        lines += [Line(line, "seam", 0.35) for line in both]
    else:
        lines += [Line(offset_line(line, s * 1.0), "stitch", 0.16) for line, s in zip(both, (-1, -1), strict=True)]
    lines += _hem_finish(cut, hem, pieces)
    if cut.waist_seam_y:
        y, half = cut.waist_seam_y, cut.waist_half
        lines.append(Line(bezier((-half, y), (-half / 2, y + 0.7), (half / 2, y + 0.7), (half, y)), "seam", 0.4))
    front_pieces, front_lines, buttons = neck_finish(cut)
    pieces += front_pieces
    lines += front_lines
    extra_pieces, extra_lines = _pockets(cut)
    pieces += extra_pieces
    lines += extra_lines
    sources += _body_sources(cut)
    return FlatPattern(
        "dress" if cut.dress else "upper",
        tuple(pieces),
        landmarks,
        tuple(lines),
        tuple(buttons),
        tuple(sources),
        sleeve=cut.sleeve,
        extras={"print_y": cut.neck_depth + 9.0, "chest": cut.chest_half},
    )


def _armhole(cut: TopCut, tip: tuple[float, float], armpit: tuple[float, float]) -> PointsCm:
    """From the shoulder's tip to the armpit on the right."""
    rise = armpit[1] - tip[1]
    if cut.sleeve == "none":
        inward = 1.0 if cut.neck == "strap" else 2.2
        low = (tip[0] - inward, armpit[1] - 0.10 * rise)
        return bezier(tip, (tip[0] - inward, tip[1] + 0.45 * rise), low, armpit)
    return bezier(tip, (tip[0] - 1.2, tip[1] + 0.4 * rise), (tip[0] - 0.8, armpit[1] - 0.25 * rise), armpit)


def _side(cut: TopCut) -> PointsCm:
    a, y = (cut.chest_half, cut.armpit_y), cut.waist_y
    w = (cut.waist_half, y)
    upper = bezier(a, (a[0] - 0.3, a[1] + 0.45 * (y - a[1])), (w[0], y - 0.35 * (y - a[1])), w)
    end = (cut.hem_half, cut.length - max(0.0, -cut.hem_sag))
    drop = end[1] - y
    hip = (w[0] + 0.42 * (end[0] - w[0]), y + 0.3 * drop)
    lower = bezier(w, hip, (end[0] - 0.25 * (end[0] - w[0]), end[1] - 0.4 * drop), end)
    return chain(upper, lower[1:])


def _hem(cut: TopCut) -> PointsCm:
    """From the right corner of the hem to its middle."""
    end = (cut.hem_half, cut.length - max(0.0, -cut.hem_sag))
    middle = (0.0, cut.length + max(0.0, cut.hem_sag))
    if cut.hem_sag < 0:
        return bezier(end, (end[0] - 3, end[1] + 0.2), (end[0] * 0.62, middle[1]), middle)
    return bezier(end, (end[0] * 0.66, end[1] + cut.hem_sag * 0.75), (end[0] * 0.33, middle[1]), middle)


def _sleeves(
    cut: TopCut, tip: tuple[float, float], armpit: tuple[float, float], armhole: PointsCm
) -> tuple[list[Piece], list[Line], list[FoldSource], dict[str, tuple[float, float]]]:
    angle = np.radians(cut.sleeve_deg)
    along = np.array([np.cos(angle), np.sin(angle)])
    inward = np.array([-along[1], along[0]])
    top = np.array(tip)
    out = top + along * cut.sleeve_length
    inn = out + inward * cut.cuff_width + along * (0.5 if cut.sleeve == "short" else -0.3)
    slope = np.array([cut.shoulder_half - cut.neck_half, cut.shoulder_drop])
    slope = slope / np.linalg.norm(slope)
    outer = bezier(top, top + slope * 0.22 * min(cut.sleeve_length, 30), out - along * 0.55 * cut.sleeve_length, out)
    pit = np.array(armpit)
    inner = bezier(inn, inn + (pit - inn) * 0.35 + inward * 0.3, pit + (inn - pit) * 0.25 - inward * 0.2, pit)
    under = chain(
        [(armpit[0] - 3.0, armpit[1] - 1.0)], [(tip[0] - 4.5, (tip[1] + pit[1]) / 2)], [(tip[0] - 3.5, tip[1] + 0.5)]
    )
    ends = np.stack([out, inn])
    if cut.cuff_rib:  # the cloth ends at the cuff, which is narrower
        inner = inner[(inner - inn) @ along <= -cut.cuff_rib]
        near = np.stack([out - along * cut.cuff_rib, inner[0]])
        outer = bezier(top, outer[8], near[0] - along * 0.4 * cut.sleeve_length, near[0])
        inset = 0.5 * (near[1] - near[0]) / np.linalg.norm(near[1] - near[0])
        ends = near + along * cut.cuff_rib + np.stack([inset, -inset])
        outline = chain(outer, inner, under)
    else:
        near = ends - along * 2.0
        outline = chain(outer, [inn], inner[1:], under)
    turn = 90.0 - cut.sleeve_deg
    pieces: list[Piece] = []
    lines: list[Line] = []
    sources: list[FoldSource] = []
    landmarks = side_pair("cuff_out", *ends[0]) | side_pair("cuff_in", *ends[1])
    for sign in (-1, 1):
        flip = np.array([sign, 1.0])
        shape = outline * flip if sign > 0 else (outline * flip)[::-1]
        origin = (float(top[0] * sign), float(top[1]))
        lift = 1.1 if cut.sleeve == "short" else 1.3
        pieces.append(Piece("sleeve", shape, "shell", -turn * sign, origin, lift_cm=lift, round_cm=0.6))
        if cut.cuff_rib:
            material = "shell" if cut.neck == "shirt" else "rib"
            cuff = chain(near, ends[::-1]) * flip
            pieces.append(
                Piece("cuff", cuff, material, -turn * sign, origin, thickness_cm=0.2, round_cm=0.4, gather=0.15)
            )
            lines.append(Line(near * flip, "seam", 0.35))
        else:
            lines.append(Line(near * flip, "stitch", 0.16))
        sources += _sleeve_sources(cut, top, pit, along, sign)
    return pieces, lines, sources, landmarks


def _sleeve_sources(cut: TopCut, top: np.ndarray, pit: np.ndarray, along: np.ndarray, sign: int) -> list[FoldSource]:
    heading = float(np.degrees(np.arctan2(along[1], along[0])))
    turned = heading if sign > 0 else 180.0 - heading
    pit_x = float(pit[0] * sign)
    found = [FoldSource(pit_x, float(pit[1]) - 2, turned - 50 * sign, 10, 25, 3, 2.0, 0.3)]
    if cut.sleeve == "long":
        for share, count in ((0.35, 3), (0.55, 3), (0.85, 3)):
            at = top + along * cut.sleeve_length * share
            found.append(
                FoldSource(float((at[0] - 4) * sign), float(at[1]) + 2, turned - 55 * sign, 11, 40, count, 3.0, 0.34)
            )
    return found


def _body_sources(cut: TopCut) -> list[FoldSource]:
    found = []
    for sign in (-1, 1):
        inner = 115.0 if sign > 0 else 65.0
        found.append(FoldSource(sign * (cut.chest_half - 2), cut.armpit_y - 1, inner, 26, 22, 3, 2.5, 0.4))
        found.append(
            FoldSource(sign * (cut.chest_half - 4), cut.armpit_y + 4, 150 if sign > 0 else 30, 20, 16, 2, 3.0, 0.25)
        )
        found.append(
            FoldSource(sign * cut.waist_half * 0.95, cut.waist_y, 165 if sign > 0 else 15, 18, 20, 2, 4.0, 0.25)
        )
        found.append(FoldSource(sign * (cut.neck_half + 3), 5, 105 if sign > 0 else 75, 20, 15, 1, 2.0, 0.2))
    found.append(FoldSource(0, cut.waist_y + 2, 90, cut.length - cut.waist_y, 25, 4, cut.waist_half * 0.6, 0.3))
    if cut.waist_seam_y:
        wide = cut.hem_half * 0.75
        count = max(4, int(cut.hem_half / 4.5))
        found += [
            FoldSource(
                x * 0.62, cut.waist_y + 3, 90 - 16 * x / wide, cut.length - cut.waist_y - 4, 3, 1, 2.0, 0.95, 1.5
            )
            for x in np.linspace(-wide, wide, count)
        ]
    return found


def _hem_finish(cut: TopCut, hem: PointsCm, pieces: list[Piece]) -> list[Line]:
    line = chain(hem, mirror(hem))
    if cut.hem_rib:
        upper = line - np.array([0.0, cut.hem_rib])
        narrow = line * np.array([0.97, 1.0])
        pieces.append(
            Piece(
                "hem_rib", chain(upper, narrow[::-1]), "rib", thickness_cm=0.25, round_cm=0.5, lift_cm=1.4, gather=0.2
            )
        )
        return [Line(upper, "seam", 0.4)]
    rise = 0.8 if cut.hem_sag < 0 else 2.2
    rows = [Line(line - np.array([0.0, rise]), "stitch", 0.15)]
    if cut.hem_sag >= 0 and not cut.dress:
        rows.append(Line(line - np.array([0.0, rise - 0.5]), "stitch", 0.12))
    return rows


def _pockets(cut: TopCut) -> tuple[list[Piece], list[Line]]:
    if cut.chest_pocket:
        x, y, w, h = 5.0, cut.armpit_y - 3.5, 10.5, 11.5
        shape = np.array([(x, y), (x + w, y), (x + w, y + h - 1.5), (x + w / 2, y + h), (x, y + h - 1.5)])
        rim = chain(shape[1:], shape[:1])
        top = np.array([(x, y + 2.2), (x + w, y + 2.2)])
        return [Piece("pocket", shape, thickness_cm=0.1, round_cm=0.25, lift_cm=1.6)], [
            Line(offset_line(rim, -0.25), "stitch", 0.1),
            Line(top, "stitch", 0.1),
        ]
    if cut.kangaroo:
        low = cut.length - cut.hem_rib - 0.5
        half = chain(
            [(0, low - 19)],
            [(9.5, low - 19)],
            bezier((9.5, low - 19), (10.5, low - 14), (14, low - 9), (15.5, low - 8)),
            [(15.5, low), (0, low)],
        )
        rim = bezier((9.5, low - 19), (10.5, low - 14), (14, low - 9), (15.5, low - 8))
        lines = [Line(offset_line(rim, -0.9), "stitch", 0.12), Line(offset_line(mirror(rim), -0.9), "stitch", 0.12)]
        lines.append(Line(np.array([(-9.5, low - 18.4), (9.5, low - 18.4)]), "stitch", 0.12))
        return [Piece("pocket", both_sides(half), thickness_cm=0.3, round_cm=0.5, lift_cm=1.6, gather=0.5)], lines
    return [], []


__all__ = ["Neck", "TopCut", "cut_top"]
