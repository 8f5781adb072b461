"""Uppers and dresses cut flat: T-shirts, sweaters, shirts, polos, hoodies, tank tops, dresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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
    strip,
)
from tryon.types import SleeveLength

Neck = Literal["crew", "v", "scoop", "turtle", "shirt", "polo", "hood", "strap", "boat"]


@dataclass(frozen=True)
class TopCut:
    """Measures of an upper or a dress in cm, laid flat; the defaults are a men's medium T-shirt."""

    neck: Neck = "crew"
    neck_half: float = 8.8  # mid-back to the neck side of the shoulder seam
    neck_depth: float = 8.5
    rib: float = 2.0  # band around the neck; 0 leaves a stitched edge
    shoulder_half: float = 22.5
    shoulder_drop: float = 4.5
    armpit_y: float = 23.0
    chest_half: float = 25.5
    waist_half: float = 24.5
    hem_half: float = 25.5
    length: float = 70.0
    hem_sag: float = 1.2  # the hem's middle hangs lower; negative for shirt tails
    sleeve: SleeveLength = "short"
    sleeve_length: float = 20.0
    sleeve_deg: float = 36.0  # below the horizontal
    cuff_width: float = 17.0
    cuff_rib: float = 0.0  # knitted or buttoned cuff
    hem_rib: float = 0.0
    dress: bool = False
    waist_seam_y: float = 0.0  # 0: cut in one
    placket: float = 0.0  # length of a buttoned front opening from the neck
    chest_pocket: bool = False
    kangaroo: bool = False
    raglan: bool = False

    @property
    def waist_y(self) -> float:
        return self.waist_seam_y or self.armpit_y + 17.0


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
    front = _neckline(cut, cut.neck_half, cut.neck_depth)
    body = both_sides(chain(front[::-1], [tip], armhole, side, hem))
    pieces: list[Piece] = _behind_neck(cut)
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
    front_pieces, front_lines, buttons = _neck_finish(cut)
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


def _neckline(cut: TopCut, half: float, depth: float, start_y: float = 0.0) -> PointsCm:
    """The right half of a neckline from the shoulder seam down to the middle."""
    a, z = (half, start_y), (0.0, depth)
    if cut.neck in ("v", "shirt", "polo", "hood"):
        return bezier(a, (half * 0.88, depth * 0.45), (half * 0.30, depth * 0.88), z)
    if cut.neck == "boat":
        return bezier(a, (half * 0.8, depth * 0.75), (half * 0.5, depth), z)
    if cut.neck in ("scoop", "strap"):
        return bezier(a, (half * 0.98, depth * 0.72), (half * 0.68, depth), z)
    return bezier(a, (half * 0.98, depth * 0.62), (half * 0.60, depth), z)


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


def _behind_neck(cut: TopCut) -> list[Piece]:
    """The inside of the back, seen through the neck opening."""
    top = -0.9 * cut.rib if cut.rib else 0.0
    back_depth = 1.6 if cut.neck != "strap" else min(6.0, cut.neck_depth * 0.6)
    half = cut.neck_half - 0.35 * cut.rib
    if cut.neck == "turtle":
        return [Piece("inside", _tube(cut, -4.6, 0.2), "lining", inside=True, lift_cm=0.2)]
    if cut.neck in ("shirt", "polo"):
        stand = chain(
            bezier((0, -4.4), (half * 0.6, -4.4), (half * 0.95, -3.4), (half + 0.2, 0)),
            [(half * 0.8, 3), (0, cut.neck_depth)],
        )
        return [Piece("inside", both_sides(stand), "lining", inside=True, lift_cm=0.2)]
    if cut.neck == "hood":
        dome = chain(
            bezier((0, -21), (8.5, -21), (13.2, -13), (13.0, -6)),
            bezier((13.0, -6), (12.6, -2), (11.5, 0), (cut.neck_half + 1, 2.5)),
            [(0, cut.neck_depth)],
        )
        inner = chain(
            bezier((0, -17.5), (6.5, -17.5), (10.0, -11), (9.2, -4)),
            bezier((9.2, -4), (8, 2), (3, cut.neck_depth - 2), (0, cut.neck_depth)),
        )
        return [
            Piece("hood", both_sides(dome), "shell", inside=True, lift_cm=2.0, round_cm=2.0),
            Piece(
                "hood_inside", both_sides(inner), "lining", inside=True, lift_cm=0.0, thickness_cm=-0.8, round_cm=2.5
            ),
        ]
    back = bezier(
        (0, top + back_depth), (half * 0.6, top + back_depth), (half * 0.92, top + 0.4 * back_depth), (half, top)
    )
    front = _neckline(cut, cut.neck_half, cut.neck_depth)
    pieces = [Piece("inside", both_sides(chain(back, front)), "lining", inside=True, lift_cm=0.2, gather=0.4)]
    if cut.rib:
        band = chain(mirror(back), back)
        pieces.append(
            Piece("back_rib", strip(band, -cut.rib), "rib", inside=True, thickness_cm=0.15, lift_cm=0.3, gather=0.2)
        )
    return pieces


def _tube(cut: TopCut, top: float, bottom: float) -> PointsCm:
    half = cut.neck_half
    return both_sides(
        chain(
            bezier((0, top + 1.0), (half * 0.6, top + 1.0), (half * 0.9, top + 0.4), (half, top)),
            [(half, bottom), (0, bottom + 3)],
        )
    )


def _neck_finish(cut: TopCut) -> tuple[list[Piece], list[Line], list[Button]]:
    """Ribs, collars and plackets in front."""
    front = _neckline(cut, cut.neck_half, cut.neck_depth)
    line = chain(front, mirror(front))  # right shoulder, middle, left shoulder
    if cut.neck == "turtle":
        return _turtle(cut)
    if cut.neck in ("shirt", "polo"):
        return _collar(cut)
    if cut.neck == "hood":
        return _hood_rim(cut)
    if cut.rib:
        inner = _neckline(cut, cut.neck_half - 0.75 * cut.rib, cut.neck_depth - cut.rib, -0.75 * cut.rib)
        band = chain(line, chain(inner, mirror(inner))[::-1])
        pieces = [Piece("front_rib", band, "rib", thickness_cm=0.16, round_cm=0.35, lift_cm=0.4, gather=0.1)]
        return pieces, [Line(line, "seam", 0.22), Line(offset_line(line, 0.55), "stitch", 0.12)], []
    return [], [Line(offset_line(line, 0.9), "stitch", 0.14)], []


def _turtle(cut: TopCut) -> tuple[list[Piece], list[Line], list[Button]]:
    half, top = cut.neck_half, -4.6
    edge = bezier((half, top), (half * 0.6, top + 1.9), (half * 0.3, top + 2.2), (0, top + 2.2))
    base = bezier((0, cut.neck_depth), (half * 0.6, cut.neck_depth), (half * 0.98, cut.neck_depth * 0.5), (half, 0.6))
    tube = both_sides(chain(edge[::-1], base[::-1]))
    seam = chain(base[::-1], mirror(base[::-1]))
    return (
        [Piece("collar", tube, "rib", thickness_cm=0.5, round_cm=0.9, lift_cm=1.0, gather=0.4)],
        [Line(seam, "seam", 0.3)],
        [],
    )


def _collar(cut: TopCut) -> tuple[list[Piece], list[Line], list[Button]]:
    """A turned-down collar, its placket and buttons."""
    half, depth = cut.neck_half, cut.neck_depth
    polo = cut.neck == "polo"
    material = "rib" if polo else "shell"
    point = (half + (0.2 if polo else 0.6), depth + (3.2 if polo else 4.6))
    right = chain(
        bezier((half - 1.6, -4.0), (half + 0.2, -3.2), (half + 2.4, -1.2), (half + 2.9, 1.2)),
        [point],
        bezier((0.55, depth + 0.4), (half * 0.45, depth * 0.62), (half * 0.82, depth * 0.15), (half - 1.6, -4.0)),
    )
    edge = right[:25]
    pieces: list[Piece] = []
    lines: list[Line] = []
    buttons: list[Button] = []
    if cut.placket:
        low = depth + cut.placket
        wide = 1.7 if polo else 1.75
        pieces.append(
            Piece(
                "placket",
                rectangle(-wide, depth - 1.2, wide, low),
                "placket",
                thickness_cm=0.12,
                round_cm=0.25,
                lift_cm=1.6,
            )
        )
        lines += [Line(np.array([(s, depth - 1.0), (s, low)]), "stitch", 0.12) for s in (-wide + 0.4, wide - 0.4)]
        if polo:
            lines.append(Line(np.array([(-wide, low - 1.0), (wide, low - 1.0)]), "stitch", 0.12))
        step = 4.2 if polo else 8.8
        buttons = [Button(0.0, y, 0.55) for y in np.arange(depth + (2.2 if polo else 3.0), low - 1.2, step)]
        if not polo:
            buttons.insert(0, Button(0.0, depth - 0.4, 0.5))
    for sign in (1, -1):
        leaf = right if sign > 0 else mirror(right)
        pieces.append(
            Piece("collar", leaf, material, 24.0 * sign, thickness_cm=0.35, round_cm=0.45, lift_cm=0.8, gather=0.12)
        )
        if not polo:
            rim = edge if sign > 0 else mirror(edge)
            lines.append(Line(offset_line(rim, -0.5), "stitch", 0.1))
    return pieces, lines, buttons


def _hood_rim(cut: TopCut) -> tuple[list[Piece], list[Line], list[Button]]:
    """The hood's front edges, crossing below the neck, and two cords."""
    half, depth = cut.neck_half, cut.neck_depth
    right = chain(
        bezier((half + 2.6, -5.5), (half + 3.2, -1.0), (half + 1.6, 3.0), (half * 0.55, depth * 0.72)),
        bezier((half * 0.55, depth * 0.72), (half * 0.35, depth * 0.9), (0.6, depth + 1.6), (-0.9, depth + 2.0)),
        bezier((0.2, depth - 2.4), (half * 0.45, depth * 0.42), (half * 0.82, 0.5), (half - 0.2, -7.0)),
    )
    pieces = [
        Piece("hood_rim", outline, "shell", 15.0 * sign, thickness_cm=0.5, round_cm=0.9, lift_cm=0.9, gather=0.5)
        for sign, outline in ((-1, mirror(right)), (1, right))
    ]
    lines = [
        Line(
            bezier((s * 4.2, depth - 1.0), (s * 5.2, depth + 5), (s * 3.6, depth + 10), (s * 4.4, depth + 15.0 + s)),
            "cord",
            0.55,
            "cord",
        )
        for s in (-1, 1)
    ]
    return pieces, lines, [Button(s * 4.2, depth - 1.2, 0.5, "hole") for s in (-1, 1)]


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
