"""Jackets and cardigans cut flat, worn open: two fronts with the lining of the back between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tryon.synth.necks import TopCut
from tryon.synth.pattern import (
    Button,
    FlatPattern,
    Line,
    Piece,
    PointsCm,
    bezier,
    both_sides,
    chain,
    mirror,
    offset_line,
    strip,
)
from tryon.synth.tops import cut_top

Finish = Literal["denim", "blazer", "cardigan", "bomber", "zip_hood", "coat"]


@dataclass(frozen=True)
class JacketCut:
    """An open top. top: its measures; gap_top, gap_hem: half of the opening in cm, below the neck and at the hem."""

    finish: Finish
    top: TopCut
    gap_top: float = 4.0
    gap_hem: float = 7.0
    band: float = 2.6  # of the front edges; 0: none
    lapel_y: float = 38.0  # where a blazer's lapels end


def cut_jacket(cut: JacketCut) -> FlatPattern:
    """Lay out the pieces of an open jacket."""
    base = replace(cut.top, neck="hood" if cut.finish == "zip_hood" else "v", rib=0.0, placket=0.0)
    plain = cut_top(base)
    edge = _front_edge(cut)
    body = next(piece for piece in plain.pieces if piece.name == "body")
    right = _right_front(body.outline, edge)
    behind = [piece for piece in plain.pieces if piece.inside and piece.name.startswith("hood")]
    pieces = [*behind, _inside(cut, edge)] if not behind else [_inside(cut, edge), *behind]
    pieces += [_label(cut)]
    pieces += [piece for piece in plain.pieces if piece.name in ("sleeve", "cuff")]
    for front in (mirror(right), right):
        pieces.append(replace(body, outline=front))
    lines = [line for line in plain.lines if line.kind == "seam" or cut.finish in ("denim", "bomber")]
    lines = [line for line in lines if not _crosses(line, edge)]
    buttons: list[Button] = []
    if cut.top.hem_rib:
        pieces += _hem_ribs(cut, edge)
    for part in (_neck_finish, _edges, _pockets):
        more_pieces, more_lines, more_buttons = part(cut, edge)
        pieces += more_pieces
        lines += more_lines
        buttons += more_buttons
    behind_neck = [piece for piece in pieces if piece.name == "collar_back"]
    pieces = pieces[:3] + behind_neck + [piece for piece in pieces[3:] if piece.name != "collar_back"]
    return replace(plain, pieces=tuple(pieces), lines=tuple(lines), buttons=tuple(buttons))


def _front_edge(cut: JacketCut) -> PointsCm:
    """The right front's inner edge from the neck's side down to the hem."""
    top = cut.top
    low = top.length + 0.6 * max(0.0, top.hem_sag)
    if cut.finish in ("blazer", "coat"):
        start, knee = (top.neck_half - 0.2, 0.3), (cut.gap_top, cut.lapel_y)
        roll = bezier(start, (top.neck_half * 0.8, 8), (cut.gap_top + 1.5, cut.lapel_y - 12), knee)
    elif cut.finish == "cardigan":
        knee = (cut.gap_top, 30.0)
        roll = bezier((top.neck_half, 0.0), (top.neck_half * 0.98, 10), (cut.gap_top + 1.8, 20), knee)
    else:
        knee = (cut.gap_top, top.neck_depth)
        roll = bezier((top.neck_half, 0.0), (top.neck_half * 0.98, 4), (cut.gap_top + 2.5, top.neck_depth - 1), knee)
    fall = bezier(
        knee, (knee[0] + 0.3, knee[1] + 0.3 * (low - knee[1])), (cut.gap_hem - 0.6, low - 12), (cut.gap_hem, low), 40
    )
    return chain(roll, fall[1:])


def _right_front(outline: PointsCm, edge: PointsCm) -> PointsCm:
    half = outline[: len(outline) // 2]
    inner = np.interp(half[:, 1], edge[:, 1], edge[:, 0])
    keep = half[:, 0] > inner + 0.3
    keep[half[:, 1] < edge[-1, 1] * 0.2] &= True
    # the neckline's own points go: the front's edge takes their place
    first = int(np.argmax(half[:, 0] >= edge[0, 0] - 0.05))
    keep[:first] = False
    return chain(half[keep], edge[::-1])


def _inside(cut: JacketCut, edge: PointsCm) -> Piece:
    """The back's lining between the fronts, up to the back of the neck."""
    half = cut.top.neck_half
    back = bezier((0, -1.4), (half * 0.5, -1.4), (half * 0.9, -1.0), (half + 0.2, 0.2))
    wide = edge + np.array([1.2, 0.0])
    wide[-1] = (edge[-1, 0] + 1.2, edge[-1, 1] - 0.6)
    low = [(0.0, edge[-1, 1] - 1.4)]
    return Piece("inside", both_sides(chain(back, wide, low)), "lining", inside=True, lift_cm=0.2, gather=0.7)


def _label(cut: JacketCut) -> Piece:
    shape = np.array([(-2.4, 1.4), (2.4, 1.4), (2.4, 3.4), (-2.4, 3.4)])
    return Piece("label", shape, "label", inside=True, thickness_cm=0.04, lift_cm=0.35, gather=0.2)


def _crosses(line: Line, edge: PointsCm) -> bool:
    """Whether a line of the closed top runs over the opening."""
    inner = np.interp(line.points[:, 1], edge[:, 1], edge[:, 0])
    return bool((np.abs(line.points[:, 0]) < inner - 0.2).any())


Finished = tuple[list[Piece], list[Line], list[Button]]


def _hem_ribs(cut: JacketCut, edge: PointsCm) -> list[Piece]:
    top, rib = cut.top, cut.top.hem_rib
    y, material = top.length, "shell" if cut.finish == "denim" else "rib"
    inner, outer = edge[-1, 0], top.hem_half
    line = bezier(
        (inner, y + 0.6), (inner + 0.3 * (outer - inner), y + 0.6), (outer - 0.3 * (outer - inner), y + 0.4), (outer, y)
    )
    narrow = 1.0 if cut.finish == "denim" else 0.98
    band = chain(line - (0.0, rib), (line * (narrow, 1.0))[::-1])
    return [
        Piece("hem_rib", shape, material, thickness_cm=0.25, round_cm=0.5, lift_cm=1.4, gather=0.2)
        for shape in (band, mirror(band))
    ]


def _neck_finish(cut: JacketCut, edge: PointsCm) -> Finished:
    half = cut.top.neck_half
    if cut.finish in ("blazer", "coat"):
        return _lapels(cut, edge)
    if cut.finish == "denim":
        depth = cut.top.neck_depth
        leaf = chain(
            bezier((0.0, -3.6), (half * 0.55, -3.6), (half + 1.2, -2.6), (half + 3.4, 1.2)),
            [(half + 2.6, depth + 2.4)],
            bezier((cut.gap_top + 0.8, depth - 0.6), (half * 0.8, depth * 0.5), (half * 0.85, 0.4), (half * 0.5, -0.6)),
            [(0.0, -0.9)],
        )
        return _leaves(leaf, "stitch")
    if cut.finish == "bomber":
        base = chain([(0.0, -1.6)], bezier((half * 0.5, -1.5), (half * 0.9, -1.2), (half + 0.6, 0.5), edge[20]))
        return _leaves(strip(base, -2.4) if base[0, 0] < base[-1, 0] else strip(base, 2.4), "seam", "rib")
    if cut.finish == "zip_hood":
        rim = chain(
            bezier((half + 2.6, -5.5), (half + 3.4, -1.0), (half + 2.2, 3.0), (cut.gap_top + 3.0, cut.top.neck_depth)),
            [(cut.gap_top + 0.2, cut.top.neck_depth + 0.6)],
            bezier((cut.gap_top + 0.2, cut.top.neck_depth - 2), (half * 0.6, 4), (half * 0.9, 0.5), (half - 0.2, -7.0)),
        )
        pieces, lines, _ = _leaves(rim, "seam", round_cm=0.9)
        cords = [
            Line(
                bezier((s * (half - 0.5), 6), (s * (half + 0.6), 11), (s * (half - 1), 16), (s * half, 21 + s)),
                "cord",
                0.55,
                "cord",
            )
            for s in (-1, 1)
        ]
        return pieces, lines + cords, []
    return [], [], []


def _leaves(
    right: PointsCm, kind: Literal["stitch", "seam"], material: str = "shell", round_cm: float = 0.45
) -> Finished:
    """A collar's two halves."""
    front = _beside_neck(right)
    pieces = [
        Piece("collar", leaf, material, 20.0 * s, thickness_cm=0.35, round_cm=round_cm, lift_cm=0.8, gather=0.12)
        for s, leaf in ((-1, mirror(front)), (1, front))
    ]
    if front is not right:
        pieces.append(_behind_neck(right, material))
        front_pieces = pieces[:2]
        lines = [Line(offset_line(p.outline[4:20], -0.5 * s), kind, 0.1) for s, p in zip((-1, 1), front_pieces)]
        return pieces, lines if kind == "stitch" else [], []
    lines = [Line(offset_line(p.outline[4:28], -0.5 * s), kind, 0.1) for s, p in zip((-1, 1), pieces, strict=True)]
    return pieces, lines if kind == "stitch" else [], []


def _beside_neck(right: PointsCm) -> PointsCm:
    """What of a collar's right half lies before the neck of whoever wears it; the rest is behind it."""
    limit = 0.62 * float(np.abs(right[:, 0]).max())
    if right[:, 0].min() > 0.5:
        return right
    out: list[PointsCm] = []
    for here, after in zip(right, np.roll(right, -1, axis=0), strict=True):
        if here[0] >= limit:
            out.append(here)
        if (here[0] >= limit) != (after[0] >= limit):
            out.append(here + (after - here) * (limit - here[0]) / (after[0] - here[0]))
    return np.array(out)


def _behind_neck(right: PointsCm, material: str = "shell") -> Piece:
    """The whole collar as it lies behind the neck: seen, but no part of the front."""
    shape = both_sides(right[: len(right)])
    return Piece("collar_back", shape, material, inside=True, thickness_cm=0.3, lift_cm=0.8, gather=0.12)


def _lapels(cut: JacketCut, edge: PointsCm) -> Finished:
    """A tailored collar: lapels that turn back from the front's edge, and the collar above them."""
    half, end = cut.top.neck_half, edge[23]
    gorge, tip = (half + 2.2, 9.5), (half + 5.2, 12.5)
    lapel = chain(
        [(half * 0.55 + 1.2, 5.5), gorge, tip],
        bezier(tip, (tip[0] - 0.4, 20), (end[0] + 4.6, end[1] - 9), (end[0], end[1]), 20),
        edge[23:8:-1],
    )
    collar = chain(
        bezier((0.0, -3.2), (half * 0.55, -3.2), (half + 0.8, -2.4), (half + 2.6, 0.8)),
        [(half + 4.6, 8.2), (half + 2.2, 9.5)],
        bezier((half * 0.75, 6.6), (half * 0.8, 3.0), (half * 0.75, 0.6), (half * 0.4, -0.3)),
        [(0.0, -0.6)],
    )
    pieces: list[Piece] = []
    for s in (-1, 1):
        for name, shape in (("lapel", lapel), ("collar", _beside_neck(collar))):
            outline = shape if s > 0 else mirror(shape)
            pieces.append(
                Piece(name, outline, "shell", 14.0 * s, thickness_cm=0.4, round_cm=0.5, lift_cm=0.9, gather=0.1)
            )
    pieces.append(_behind_neck(collar))
    return pieces, [], []


def _edges(cut: JacketCut, edge: PointsCm) -> Finished:
    """What closes the fronts: bands, buttons, a zip's teeth."""
    pieces: list[Piece] = []
    lines: list[Line] = []
    buttons: list[Button] = []
    start = 24 if cut.finish in ("blazer", "coat") else 0 if cut.finish == "cardigan" else 23
    run = edge[start:]
    material = {"cardigan": "rib", "denim": "shell"}.get(cut.finish, "")
    for s in (-1, 1):
        line = run if s > 0 else run * (-1, 1)
        if material:
            band = strip(line, cut.band * s)
            pieces.append(Piece("band", band, material, thickness_cm=0.16, round_cm=0.3, lift_cm=1.6, gather=0.2))
            if cut.finish == "denim":
                lines += [Line(offset_line(line, s * d), "stitch", 0.14, "thread") for d in (0.4, cut.band - 0.4)]
        elif cut.finish in ("bomber", "zip_hood"):
            lines += [Line(offset_line(line, 0.25 * s), "cord", 0.4, "zip"), Line(offset_line(line, 1.3 * s), "stitch")]
        else:
            lines.append(Line(offset_line(line, 0.6 * s), "stitch", 0.1))
    if cut.finish in ("cardigan", "denim"):
        low, high = (33.0 if cut.finish == "cardigan" else cut.top.neck_depth + 2.5), cut.top.length - 2.5
        for y in np.linspace(low, high, 6 if cut.finish == "denim" else 5):
            x = float(np.interp(y, edge[:, 1], edge[:, 0])) + cut.band / 2
            kind: Literal["button", "snap"] = "snap" if cut.finish == "denim" else "button"
            buttons.append(Button(x, float(y), 0.75, kind))
    elif cut.finish in ("blazer", "coat"):
        for y in np.arange(cut.lapel_y + 2, cut.lapel_y + (13 if cut.finish == "blazer" else 40), 10.5):
            x = float(np.interp(y, edge[:, 1], edge[:, 0])) + 2.0
            buttons.append(Button(x, float(y), 0.95))
    return pieces, lines, buttons


def _pockets(cut: JacketCut, edge: PointsCm) -> Finished:
    top = cut.top
    pieces: list[Piece] = []
    lines: list[Line] = []
    buttons: list[Button] = []
    middle = (cut.gap_hem + top.hem_half) / 2 + 0.8
    for s in (-1.0, 1.0):
        flip = np.array([s, 1.0])
        if cut.finish == "denim":
            y, x = top.armpit_y - 1.0, (cut.gap_top + cut.band + top.chest_half) / 2 - 0.6
            shape = np.array([(x - 5.2, y), (x + 5.2, y), (x + 5.0, y + 9), (x, y + 11.5), (x - 5.0, y + 9)])
            flap = np.array(
                [(x - 5.4, y - 0.6), (x + 5.4, y - 0.6), (x + 5.4, y + 2.4), (x, y + 4.4), (x - 5.4, y + 2.4)]
            )
            for outline, lift in ((shape, 1.6), (flap, 1.8)):
                pieces.append(
                    Piece("pocket", outline * flip, thickness_cm=0.12, round_cm=0.25, lift_cm=lift, gather=0.3)
                )
                lines.append(Line(chain(outline, outline[:1]) * flip * (0.99, 1.0), "stitch", 0.12, "thread"))
            buttons.append(Button(x * s, y + 2.6, 0.7, "snap"))
            yoke = np.array([(cut.gap_top + cut.band, y - 1.0), (top.chest_half - 2.0, y - 2.4)])
            lines.append(Line(yoke * flip, "seam", 0.3))
            for dx in (-3.6, 3.2):
                seam = np.array([(x + dx, y + 9.5), (x + dx * 0.6, top.length - top.hem_rib)])
                lines += [
                    Line(seam * flip, "seam", 0.2),
                    Line((seam + np.array([0.5, 0.0])) * flip, "stitch", 0.12, "thread"),
                ]
        elif cut.finish in ("blazer", "coat"):
            y = top.length - 21 if cut.finish == "blazer" else 62.0
            flap = np.array(
                [(middle - 6.8, y + 0.6), (middle + 6.6, y), (middle + 6.8, y + 4.6), (middle - 6.6, y + 5.2)]
            )
            pieces.append(Piece("flap", flap * flip, thickness_cm=0.14, round_cm=0.3, lift_cm=1.6, gather=0.2))
            dart = bezier((middle - 1, y - 1), (middle - 1.6, y - 9), (middle - 1.4, y - 16), (middle - 0.8, y - 22))
            lines.append(Line(dart * flip, "groove", 0.3))
        elif cut.finish == "cardigan":
            y = top.length - top.hem_rib - 17
            shape = np.array([(middle - 6.4, y), (middle + 6.4, y), (middle + 6.2, y + 13.5), (middle - 6.2, y + 13.5)])
            rim = np.array(
                [(middle - 6.5, y - 0.2), (middle + 6.5, y - 0.2), (middle + 6.5, y + 2.2), (middle - 6.5, y + 2.2)]
            )
            pieces.append(Piece("pocket", shape * flip, thickness_cm=0.2, round_cm=0.4, lift_cm=1.6, gather=0.4))
            pieces.append(Piece("rim", rim * flip, "rib", thickness_cm=0.16, round_cm=0.3, lift_cm=1.7, gather=0.2))
        else:
            low = top.length - top.hem_rib - 3
            mouth = bezier((middle - 2.6, low - 14), (middle - 1.4, low - 9), (middle, low - 4), (middle + 1.6, low))
            lines += [Line(mouth * flip, "edge", 0.5), Line(offset_line(mouth, 0.9) * flip, "stitch", 0.12)]
    if cut.finish == "blazer":
        x, y = (cut.gap_top + top.chest_half) / 2 + 2.0, top.armpit_y + 1.5
        welt = np.array([(x - 4.6, y + 1.0), (x + 4.6, y), (x + 4.6, y + 2.0), (x - 4.6, y + 3.0)])
        pieces.append(Piece("welt", welt, thickness_cm=0.1, round_cm=0.25, lift_cm=1.6, gather=0.2))
    return pieces, lines, buttons
