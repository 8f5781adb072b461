"""Measures of an upper or a dress, and what closes it around the neck: ribs, collars, hoods, plackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.synth.pattern import (
    Button,
    Line,
    Piece,
    PointsCm,
    bezier,
    both_sides,
    chain,
    mirror,
    offset_line,
    rectangle,
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


def neckline(cut: TopCut, half: float, depth: float, start_y: float = 0.0) -> PointsCm:
    """The right half of a neckline from the shoulder seam down to the middle."""
    a, z = (half, start_y), (0.0, depth)
    if cut.neck in ("v", "shirt", "polo", "hood"):
        return bezier(a, (half * 0.88, depth * 0.45), (half * 0.30, depth * 0.88), z)
    if cut.neck == "boat":
        return bezier(a, (half * 0.8, depth * 0.75), (half * 0.5, depth), z)
    if cut.neck in ("scoop", "strap"):
        return bezier(a, (half * 0.98, depth * 0.72), (half * 0.68, depth), z)
    return bezier(a, (half * 0.98, depth * 0.62), (half * 0.60, depth), z)


def behind_neck(cut: TopCut) -> list[Piece]:
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
    front = neckline(cut, cut.neck_half, cut.neck_depth)
    pieces = [Piece("inside", both_sides(chain(back, front)), "lining", inside=True, lift_cm=0.2, gather=0.4)]
    if cut.rib:
        band = chain(mirror(back), back)
        pieces.append(
            Piece("back_rib", strip(band, -cut.rib), "rib", inside=True, thickness_cm=0.15, lift_cm=0.3, gather=0.2)
        )
    if cut.neck != "strap":  # the maker's label
        y = top + back_depth + max(cut.rib, 0.4) + 0.2
        if y + 1.6 < cut.neck_depth - cut.rib - 0.8:
            label = rectangle(-2.1, y, 2.1, y + 1.6)
            pieces.append(Piece("label", label, "label", inside=True, thickness_cm=0.04, lift_cm=0.35, gather=0.2))
    return pieces


def _tube(cut: TopCut, top: float, bottom: float) -> PointsCm:
    half = cut.neck_half
    return both_sides(
        chain(
            bezier((0, top + 1.0), (half * 0.6, top + 1.0), (half * 0.9, top + 0.4), (half, top)),
            [(half, bottom), (0, bottom + 3)],
        )
    )


def neck_finish(cut: TopCut) -> tuple[list[Piece], list[Line], list[Button]]:
    """Ribs, collars and plackets in front."""
    front = neckline(cut, cut.neck_half, cut.neck_depth)
    line = chain(front, mirror(front))  # right shoulder, middle, left shoulder
    if cut.neck == "turtle":
        return _turtle(cut)
    if cut.neck in ("shirt", "polo"):
        return _collar(cut)
    if cut.neck == "hood":
        return _hood_rim(cut)
    if cut.rib:
        inner = neckline(cut, cut.neck_half - 0.75 * cut.rib, cut.neck_depth - cut.rib, -0.75 * cut.rib)
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
