"""A garment's outline as a chain of a fixed number of points between its landmarks, in one frame for all garments.

Frame: x to the viewer's right from the garment's middle line, y downwards from the line of its upper landmarks
(neck or waist), in centimetres of a garment whose chest (armpit to armpit) or waist is as wide as usual. Only the
right half is kept: what hands laid unevenly is no part of a cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
Point = tuple[float, float]
Kind = Literal["upper", "dress", "trousers", "skirt"]  # as the schemes of ``tryon.garment.landmarks``
CHEST_HALF, WAIST_HALF = 24.0, 20.0  # cm: a medium garment's
# right half: (from, to, points); "top" and "bottom" are where the outline crosses the middle line. A sleeve's
# three stretches become one along the armhole where there is no sleeve.
SLEEVE = ("shoulder", "cuff_out", "cuff_in", "armpit")
UPPER = (("top", "neck", 9), ("neck", "shoulder", 7), ("shoulder", "cuff_out", 13), ("cuff_out", "cuff_in", 5),
         ("cuff_in", "armpit", 11), ("armpit", "hem", 17), ("hem", "bottom", 10))  # fmt: skip
TROUSERS = (("top", "waist", 9), ("waist", "leg_out", 25), ("leg_out", "leg_in", 6), ("leg_in", "crotch", 17))
SKIRT = (("top", "waist", 9), ("waist", "hem", 25), ("hem", "bottom", 12))
STRETCHES: dict[Kind, tuple[tuple[str, str, int], ...]] = {
    "upper": UPPER, "dress": UPPER, "trousers": TROUSERS, "skirt": SKIRT,
}  # fmt: skip


def chain_length(kind: Kind) -> int:
    """How many points the right half of a chain has; ends that two stretches share count once."""
    return sum(count - 1 for _, _, count in STRETCHES[kind]) + 1


def corner_indices(kind: Kind) -> dict[str, int]:
    """Where in the right half each landmark stands ("top", "bottom" or "crotch" included)."""
    at, out = 0, {STRETCHES[kind][0][0]: 0}
    for _, end, count in STRETCHES[kind]:
        at += count - 1
        out[end] = at
    return out


@dataclass(frozen=True)
class Chain:
    """The right half of an outline.

    points: (N, 2) float32, the frame of the module, from the top of the middle line clockwise to its bottom.
    halves_px: (2, N, 2) float32, the right and the left half as they are, pixels.
    asymmetry_cm: mean distance between the two halves that were averaged. lost: share of the silhouette that the
    closed chain leaves out or adds, 0..1. has_sleeves: whether cuffs were there.
    """

    kind: Kind
    points: F32
    halves_px: F32
    asymmetry_cm: float
    lost: float
    has_sleeves: bool


def trace_chain(whole: NDArray[np.uint8], landmarks: Mapping[str, Point], kind: Kind) -> Chain | None:
    """The chain of a silhouette.

    Args:
        whole: (H, W) uint8, over 127 where garment or the inside of its back is seen.
        landmarks: pixels, by name with ``_left`` and ``_right`` (viewer's), as in ``Garment.landmarks_px``.
        kind: the scheme of the landmarks.

    Returns:
        None where a landmark is missing or landmarks do not follow each other along the outline.
    """
    border = _clockwise(whole)
    upper = kind in ("upper", "dress")
    sleeves = upper and "cuff_out_left" in landmarks and "cuff_out_right" in landmarks
    if border is None or any(f"{name}_{side}" not in landmarks for name in _needed(kind) for side in ("left", "right")):
        return None
    scale, origin = _frame(landmarks, kind)
    halves, raw = [], []
    for side in ("right", "left"):
        half = _half(border, landmarks, kind, side, sleeves)
        if half is None:
            return None
        raw.append(half)
        half = (half - origin) * scale
        halves.append(half if side == "right" else half * (-1, 1))
    points = ((halves[0] + halves[1]) / 2).astype(np.float32)
    points[0, 0] = 0.0
    points[-1, 0] = 0.0 if kind != "trousers" else points[-1, 0]
    asymmetry = float(np.linalg.norm(halves[0] - halves[1], axis=1).mean())
    return Chain(
        kind, points, np.stack(raw).astype(np.float32), asymmetry, _lost(whole, points / scale, origin), sleeves
    )


def close_chain(points: F32) -> F32:
    """Both halves of a chain as one closed outline, clockwise on the picture: (2N, 2)."""
    return np.concatenate([points, (points * np.array([-1, 1], np.float32))[::-1]])


def stretch(half: F32, kind: Kind, start: str, end: str) -> F32:
    """The points of a half chain (N, 2) between two corners, both included."""
    at = corner_indices(kind)
    return half[at[start] : at[end] + 1]


def edge_lines(halves: F32, kind: Kind) -> dict[str, list[F32]]:
    """What ``outline_fields`` calls EDGES, of the right and left half (2, N, 2)."""
    upper = kind in ("upper", "dress")
    top = ("top", "neck") if upper else ("top", "waist")
    ends = ("cuff_out", "cuff_in") if upper else ("leg_out", "leg_in") if kind == "trousers" else None
    hem = ("hem", "bottom") if kind != "trousers" else None
    out: dict[str, list[F32]] = {"top": [], "ends": [], "hem": []}
    for half in halves:
        for name, ends_of in (("top", top), ("ends", ends), ("hem", hem)):
            if ends_of is not None:
                out[name].append(stretch(half, kind, *ends_of))
    return out


def sleeve_outlines(halves: F32, kind: Kind, has_sleeves: bool) -> list[F32]:
    """Closed outlines of the viewer's left and right sleeve, closed by the armhole; none where there are none."""
    if kind not in ("upper", "dress") or not has_sleeves:
        return []
    out = []
    for half in halves[::-1]:
        sleeve = stretch(half, kind, "shoulder", "armpit")
        first, last = sleeve[0], sleeve[-1]
        inner = first[0] + 0.12 * (half[0, 0] - first[0])  # armholes curve towards the middle
        t = np.linspace(1, 0, 8)[1:-1, None].astype(np.float32)
        bow = np.concatenate([first[:1] * 0 + inner, [(first[1] + last[1]) / 2]])
        arc = (1 - t) ** 2 * first + 2 * t * (1 - t) * bow + t**2 * last
        out.append(np.concatenate([sleeve, arc]).astype(np.float32))
    return out


def _needed(kind: Kind) -> tuple[str, ...]:
    if kind in ("upper", "dress"):
        return ("neck", "shoulder", "armpit", "hem")
    return ("waist", "leg_out", "leg_in") if kind == "trousers" else ("waist", "hem")


def _frame(landmarks: Mapping[str, Point], kind: Kind) -> tuple[float, F32]:
    """Centimetres a pixel, and the frame's origin in pixels."""
    wide, tall, half = ("armpit", "neck", CHEST_HALF) if kind in ("upper", "dress") else ("waist", "waist", WAIST_HALF)
    left, right = landmarks[f"{wide}_left"], landmarks[f"{wide}_right"]
    pairs = [(landmarks[f"{n}_left"][0] + landmarks[f"{n}_right"][0]) / 2 for n in _needed(kind)]
    top = (landmarks[f"{tall}_left"][1] + landmarks[f"{tall}_right"][1]) / 2
    return 2 * half / max(1.0, right[0] - left[0]), np.array([float(np.median(pairs)), top], np.float32)


def _clockwise(whole: NDArray[np.uint8]) -> F32 | None:
    found, _ = cv2.findContours((whole > 127).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not found:
        return None
    points = max(found, key=cv2.contourArea)[:, 0].astype(np.float32)
    if len(points) < 80:
        return None
    return points if cv2.contourArea(points, oriented=True) > 0 else points[::-1].copy()


def _half(border: F32, landmarks: Mapping[str, Point], kind: Kind, side: str, sleeves: bool) -> F32 | None:
    """One half's points in pixels, from the top of the middle line downwards."""
    way = border if side == "right" else border[::-1]
    middle = _frame(landmarks, kind)[1][0]
    names = [STRETCHES[kind][0][0], *(end for _, end, _ in STRETCHES[kind])]
    sleeve_gone = {"cuff_out", "cuff_in"} if kind in ("upper", "dress") and not sleeves else set()
    at: dict[str, int] = {}
    for name in names:
        if name in sleeve_gone:
            continue
        if name in ("top", "bottom"):
            at[name] = _crossing(way, middle, lowest=name == "bottom")
        else:
            own = name if name == "crotch" else f"{name}_{side}"
            target = landmarks.get(own) or _middle_low(landmarks, kind)
            at[name] = int(np.argmin(np.linalg.norm(way - np.array(target, np.float32), axis=1)))
    start, count = at["top"], len(way)
    order = [(at[name] - start) % count for name in names if name not in sleeve_gone]
    if any(b <= a for a, b in pairwise(order)):
        return None
    rolled = np.roll(way, -start, axis=0)
    place = dict(zip([n for n in names if n not in sleeve_gone], order, strict=True))
    return _sample(rolled, place, STRETCHES[kind], bool(sleeve_gone))


def _middle_low(landmarks: Mapping[str, Point], kind: Kind) -> Point:
    """Where a crotch is expected if it was not found: between the inner ends of the legs, a third down."""
    left, right, waist = landmarks["leg_in_left"], landmarks["leg_in_right"], landmarks["waist_left"]
    return ((left[0] + right[0]) / 2, waist[1] + 0.35 * (left[1] - waist[1]))


def _crossing(way: F32, middle: float, *, lowest: bool) -> int:
    """Where the outline crosses the middle line, highest or lowest."""
    near = np.flatnonzero(np.abs(way[:, 0] - middle) <= 1.0)
    if len(near) == 0:
        near = np.array([int(np.argmin(np.abs(way[:, 0] - middle)))])
    ys = way[near, 1]
    return int(near[int(np.argmax(ys) if lowest else np.argmin(ys))])


def _sample(rolled: F32, place: Mapping[str, int], stretches: Sequence[tuple[str, str, int]], sleeveless: bool) -> F32:
    pieces: list[F32] = []
    if sleeveless:
        inner = sum(count - 1 for start, end, count in stretches if start in SLEEVE and end in SLEEVE) + 1
        stretches = [s for s in stretches if not (s[0] in SLEEVE and s[1] in SLEEVE)]
        stretches.insert(2, ("shoulder", "armpit", inner))
    for start, end, count in stretches:
        path = rolled[place[start] : place[end] + 1]
        steps = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
        at = np.linspace(0, steps[-1], count)
        piece = np.stack([np.interp(at, steps, path[:, 0]), np.interp(at, steps, path[:, 1])], 1)
        pieces.append(piece if not pieces else piece[1:])
    return np.concatenate(pieces).astype(np.float32)


def _lost(whole: NDArray[np.uint8], half_px: F32, origin: F32) -> float:
    """1 - IoU of the silhouette and the closed, symmetric chain."""
    drawn = np.zeros(whole.shape, np.uint8)
    closed = close_chain(half_px) + origin
    cv2.fillPoly(drawn, [np.round(closed * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    there = whole > 127
    union = float(((drawn > 0) | there).sum())
    return 1.0 - float(((drawn > 0) & there).sum()) / max(1.0, union)
