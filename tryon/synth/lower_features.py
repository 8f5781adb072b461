"""Landmarks and painted trimmings of trousers and skirts, in flat metres."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import Feature
from tryon.synth.remesh import edge_table

if TYPE_CHECKING:
    from tryon.synth.leg_tubes import LegTubes
    from tryon.synth.lower_cuts import LowerDesign
    from tryon.synth.skirt_cuts import SkirtDesign

Sides = Literal["front", "back", "both"]

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
BAND_M = 0.040  # height of a waistband
STITCH_M = 0.0012


@dataclass(frozen=True)
class Drawing:
    """What is known of a flat garment besides its surface."""

    landmarks: dict[str, int]
    features: tuple[Feature, ...]


def border_vertices(faces: I64) -> I64:
    """Vertices on a border."""
    edges, _, times = edge_table(faces)
    return np.unique(edges[times == 1])


def polyline(points: F64, by: int, step_m: float = 0.02) -> F64:
    """Points (N, 2) ordered along coordinate ``by``, thinned to about a step."""
    ordered = points[np.argsort(points[:, by], kind="stable")]
    count = max(int(np.ptp(ordered[:, by]) / step_m), 1) + 1
    at = np.linspace(ordered[0, by], ordered[-1, by], count)
    other = np.interp(at, ordered[:, by], ordered[:, 1 - by])
    return np.stack([at, other], 1) if by == 0 else np.stack([other, at], 1)


def lower_drawing(design: LowerDesign, flat: F64, faces: I64, front: Bools, tubes: LegTubes) -> Drawing:
    """Landmarks and trimmings of trousers or shorts."""
    border = border_vertices(faces)
    waist = border[tubes.u[border] < tubes.u_crotch]
    landmarks = {"waist_left": _extreme(flat, waist, -1), "waist_right": _extreme(flat, waist, 1)}
    hems = {}
    # the viewer's left is the subject's right
    for name, own, sign in (("left", ~tubes.left, -1), ("right", tubes.left, 1)):
        hem = border[(tubes.u[border] > tubes.u_crotch) & own[border]]
        hems[name] = hem
        landmarks[f"leg_out_{name}"] = _extreme(flat, hem, sign)
        landmarks[f"leg_in_{name}"] = _extreme(flat, hem, -sign)
    middle = _middle_line(flat, faces, front, tubes)
    landmarks["crotch"] = int(middle[np.argmax(flat[middle, 1])])
    on_front = np.zeros(len(flat), bool)
    on_front[faces[front]] = True
    on_back = np.zeros(len(flat), bool)
    on_back[faces[~front]] = True
    tops = {
        "front": polyline(flat[waist[on_front[waist]]], 0),
        "back": polyline(flat[waist[on_back[waist]]], 0),
    }
    seams = _seams(flat, faces, front, tubes)
    fly_m = 0.0 if not design.fly else 0.15 if design.waist == "high" else 0.13
    features = [*_waist(tops, design.loops, fly_m), *_seam_features(seams, flat[middle])]
    for name in ("left", "right"):
        features += _hem(design, flat, hems[name], on_front)
        features += _leg(design, flat, landmarks, name, tops)
        features += _front_pocket(design.pockets, tops["front"], seams[f"out_{name}"], name, design.hem > 0.8)
        features += _back_pocket(design, tops["back"], name)
    return Drawing(landmarks, tuple(features))


def _extreme(flat: F64, index: I64, sign: int) -> int:
    return int(index[np.argmax(sign * flat[index, 0])])


def _middle_line(flat: F64, faces: I64, front: Bools, tubes: LegTubes) -> I64:
    """Vertices shared by both legs' front faces."""
    left = tubes.left_faces
    marks = np.zeros((len(flat), 2), bool)
    marks[faces[front & left], 0] = True
    marks[faces[front & ~left], 1] = True
    return np.flatnonzero(marks.all(1))


def _seams(flat: F64, faces: I64, front: Bools, tubes: LegTubes) -> dict[str, F64]:
    """Fold lines (K, 2) from the top down: out_left, in_left, ... (the viewer's sides)."""
    both = np.zeros((len(flat), 2), bool)
    both[faces[front], 0] = True
    both[faces[~front], 1] = True
    fold = both.all(1)
    out = {}
    for name, own in (("left", ~tubes.left), ("right", tubes.left)):
        outer = np.abs(tubes.angle) < np.pi / 2
        out[f"out_{name}"] = polyline(flat[fold & own & outer], 1)
        inner = fold & own & ~outer & (tubes.u > tubes.u_crotch)
        out[f"in_{name}"] = polyline(flat[inner], 1)
    return out


def _waist(tops: dict[str, F64], loops: bool, fly_m: float) -> list[Feature]:
    """Waistband, belt loops and a fly of a length (0: none)."""
    found = []
    for name, top in tops.items():
        side: Sides = "front" if name == "front" else "back"
        found.append(Feature("waistband", "band", top + np.array([0.0, BAND_M / 2]), BAND_M, side))
        for share in ((0.22, 0.78) if side == "front" else (0.12, 0.5, 0.88)) if loops else ():
            x = top[0, 0] + share * np.ptp(top[:, 0])
            y = float(np.interp(x, top[:, 0], top[:, 1]))
            found.append(Feature("belt_loop", "band", np.array([[x, y - 0.003], [x, y + BAND_M + 0.006]]), 0.011, side))
    if fly_m:
        top = tops["front"]
        x = 0.5 * (top[0, 0] + top[-1, 0])
        y = float(np.interp(x, top[:, 0], top[:, 1]))
        low, side_x = y + fly_m, x + 0.034
        found.append(Feature("fly", "line", np.array([[x, y], [x, low + 0.01]]), 0.002))
        curve = [[side_x, y + BAND_M], [side_x, low - 0.035], [side_x - 0.010, low - 0.012], [x, low + 0.004]]
        found.append(Feature("fly", "stitch", np.array(curve), STITCH_M))
        found.append(Feature("waist_button", "button", np.array([[x + 0.006, y + BAND_M / 2]]), 0.016))
    return found


def _seam_features(seams: dict[str, F64], middle: F64) -> list[Feature]:
    found = []
    for name, line in seams.items():
        kind = "side_seam" if name.startswith("out") else "inseam"
        found.append(Feature(kind, "line", line, 0.002, "both"))
    found.append(Feature("middle_seam", "line", polyline(middle, 1), 0.002, "both"))
    return found


def _hem(design: LowerDesign, flat: F64, hem: I64, on_front: Bools) -> list[Feature]:
    line = polyline(flat[hem[on_front[hem]]], 0)
    if design.cuff == "none":
        up = 0.008 if design.kind == "leggings" else 0.022
        return [Feature("hem", "stitch", line - [0.0, up], STITCH_M, "both")]
    width = 0.055 if design.cuff == "rib" else 0.045
    name = "hem_rib" if design.cuff == "rib" else "hem_turn_up"
    return [Feature(name, "band", line - [0.0, width / 2], width, "both")]


def _leg(design: LowerDesign, flat: F64, landmarks: dict[str, int], name: str, tops: dict[str, F64]) -> list[Feature]:
    if not design.crease:
        return []
    low = 0.5 * (flat[landmarks[f"leg_out_{name}"]] + flat[landmarks[f"leg_in_{name}"]])
    top = tops["front"]
    share = 0.24 if name == "left" else 0.76
    x = top[0, 0] + share * np.ptp(top[:, 0])
    start = np.array([x, float(np.interp(x, top[:, 0], top[:, 1])) + BAND_M + 0.02])
    return [Feature("crease", "line", np.linspace(start, low, 12), 0.003, "both")]


def _front_pocket(kind: str, top: F64, seam: F64, name: str, long: bool = True) -> list[Feature]:
    """A pocket on the viewer's left or right: top (K, 2) the waist's front edge, seam (K, 2) the side seam."""
    sign = -1.0 if name == "left" else 1.0
    half, centre = 0.5 * float(np.ptp(top[:, 0])), 0.5 * float(top[0, 0] + top[-1, 0])
    edge = lambda y: float(np.interp(y, seam[:, 1], seam[:, 0]))  # noqa: E731
    if kind == "slant":
        x = centre + sign * 0.72 * half
        y = float(np.interp(x, top[:, 0], top[:, 1])) + BAND_M
        line = np.array([[x, y], [edge(y + 0.15) - sign * 0.002, y + 0.15]])
        inner = line - np.array([sign * 0.006, 0.0])
        return [
            Feature("front_pocket", "line", line, 0.002),
            Feature("front_pocket", "stitch", inner, STITCH_M),
        ]
    if kind == "jeans":
        x = centre + sign * 0.46 * half
        y = float(np.interp(x, top[:, 0], top[:, 1])) + BAND_M
        t = np.linspace(0, np.pi / 2, 9)[:, None]
        low = y + 0.075
        curve = np.concatenate([x + (edge(low) - x) * (1 - np.cos(t)), y + (low - y) * np.sin(t)], 1)
        under = curve + np.array([0.0, 0.006])
        return [Feature("front_pocket", "line", curve, 0.002), Feature("front_pocket", "stitch", under, STITCH_M)]
    if kind == "cargo" and long:
        y = float(seam[0, 1]) + 0.30
        wide, tall = 0.11, 0.17
        box = np.array([[0, 0], [-wide, 0], [-wide, tall], [0, tall]]) * [sign, 1]
        return [Feature("cargo_pocket", "pocket", box + np.array([edge(y) - sign * 0.012, y]), 0.002, "both")]
    return []


def _back_pocket(design: LowerDesign, top: F64, name: str) -> list[Feature]:
    sign = -1.0 if name == "left" else 1.0
    half, centre = 0.5 * float(np.ptp(top[:, 0])), 0.5 * float(top[0, 0] + top[-1, 0])
    x = centre + sign * 0.50 * half
    y = float(np.interp(x, top[:, 0], top[:, 1])) + 0.08
    if design.back_pockets == "patch":
        shape = np.array([[-0.065, 0], [0.065, 0.004], [0.060, 0.11], [0, 0.14], [-0.060, 0.11]]) * [sign, 1]
        return [Feature("back_pocket", "pocket", shape + np.array([x, y]), 0.002, "back")]
    if design.back_pockets == "welt":
        return [Feature("back_pocket", "line", np.array([[x - 0.06, y], [x + 0.06, y]]), 0.008, "back")]
    return []


def skirt_drawing(design: SkirtDesign, flat: F64, faces: I64, front: Bools, rows: int, columns: int) -> Drawing:
    """Landmarks and trimmings of a skirt whose vertices are rows of columns, from the waist down."""
    index = np.arange(rows * columns).reshape(rows, columns)
    landmarks = {}
    for name, row in (("waist", index[0]), ("hem", index[-1])):
        landmarks[f"{name}_left"], landmarks[f"{name}_right"] = _extreme(flat, row, -1), _extreme(flat, row, 1)
    upper = np.zeros(len(flat), bool)
    upper[faces[front]] = True
    under = np.zeros(len(flat), bool)
    under[faces[~front]] = True
    tops = {"front": polyline(flat[index[0][upper[index[0]]]], 0), "back": polyline(flat[index[0][under[index[0]]]], 0)}
    features = _waist(tops, design.fly, 0.12 if design.fly else 0.0)
    hem = polyline(flat[index[-1][upper[index[-1]]]], 0)
    features.append(Feature("hem", "stitch", hem - [0.0, 0.02], STITCH_M, "both"))
    fold = upper & under
    for sign, name in ((-1, "left"), (1, "right")):
        seam = polyline(flat[fold & (sign * flat[:, 0] > sign * float(flat[:, 0].mean()))], 1)
        features.append(Feature("side_seam", "line", seam, 0.002, "both"))
        features += _front_pocket(design.pockets, tops["front"], seam, name)
    for k in range(design.pleats):
        column = int((k + 0.75) / design.pleats * columns)
        line = flat[index[2:, column]]
        side: Sides = "front" if upper[index[rows // 2, column]] else "back"
        features.append(Feature("pleat", "line", line[:: max(rows // 12, 1)], 0.002, side))
    return Drawing(landmarks, tuple(features))
