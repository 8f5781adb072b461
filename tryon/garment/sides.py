"""Landmarks of both sides chosen together, where the network wavers between two readings of a garment.

A shirt that hangs with its sleeves beside its trunk may be read with short sleeves or with long ones. Each heat map
then has a peak for either, and peaks taken one by one mix both: a cuff at the shoulder, its other end at the hem. Here
the best peaks of each landmark are candidates, and the set that fits together wins: how likely each peak is, how
likely the sleeve's length, and whether lengths, widths and places are those of a garment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.mask import BoolMask
from tryon.garment.network import SLEEVES
from tryon.garment.reading import Reading

Floats = NDArray[Any]
Range = tuple[float, float]
Side = Literal["left", "right"]
SIDES: tuple[Side, Side] = ("left", "right")
NAMES = ("cuff_out", "cuff_in", "armpit", "hem")  # chosen together, of each side
KINDS = ("short", "three_quarter", "long")
BEST = 30  # sets of one side that are tried with those of the other


def _ranges(*values: Range) -> Mapping[str, Range]:
    return MappingProxyType(dict(zip(KINDS, values, strict=True)))


@dataclass(frozen=True)
class SideSettings:
    """What is likely, in distances of the shoulders: about 1 to 99% of 525 sides that the network was sure of."""

    peaks: int = 6  # candidates of a landmark
    apart: int = 4  # pixels of the heat map between two of them
    unseen: float = 0.01  # heat that every place has
    astray: float = 0.05  # of the garment's size: so far off the garment is another thing's
    reach: Mapping[str, Range] = field(default_factory=lambda: _ranges((0.22, 0.8), (0.6, 1.3), (0.7, 2.0)))
    longer: Mapping[str, Range] = field(default_factory=lambda: _ranges((0.03, 0.75), (0.0, 0.9), (-0.1, 1.0)))
    depth: Mapping[str, Range] = field(default_factory=lambda: _ranges((0.06, 0.6), (0.08, 0.6), (0.09, 0.6)))
    depth_step: float = 0.03  # of an armpit's depth inside of a sleeve's outer edge, which is known that well
    # where armpits are that nobody sees, outwards and down from the shoulder: under a sleeve that hangs on the trunk
    hidden_armpits: tuple[tuple[float, float], ...] = ((0.0, 0.55), (-0.1, 0.55))
    folded: float = -0.1  # outwards from the shoulder: a cuff farther in lies on the trunk
    cuff: Range = (0.1, 0.45)
    armhole: Range = (0.33, 0.80)
    armpit_down: Range = (0.2, 0.85)
    armpit_out: Range = (-0.4, 0.2)
    trunk: Range = (0.45, 5.0)  # from armpit to hem; dresses are long
    hem_out: Range = (-0.35, 1.0)  # from the armpit; skirts flare
    cuff_to_hem: Range = (0.12, 9.0)
    straight: float = 4.0  # steps outside of a range from which the cost grows no faster
    unlike: float = 0.2  # of one sleeve's length against the other's, in logarithms, that costs nothing
    unlike_cost: float = 4.0
    sleeve_unseen: float = 0.02  # probability that every length has
    gain: float = 3.0  # nats by which a set must beat the single peaks; by eye on 160 photos, by 260 rendered garments


@dataclass(frozen=True)
class _Side:
    """Candidates of one side: places (N, 2) in the picture for each landmark, the costs of sets (M,) by sleeve."""

    places: tuple[Floats, ...]
    sets: NDArray[np.int64]
    costs: Mapping[str, Floats]
    reach: Floats


def sides_together(reading: Reading, front: BoolMask, s: SideSettings | None = None) -> dict[str, Floats]:
    """Cuffs, armpits and hem corners of a garment with sleeves, where they do not fit together one by one.

    Args:
        reading: the network's answer.
        front: (h, w), the garment without the inside of its back.

    Returns:
        Those that are not the highest peaks, by name, in picture pixels; none where the peaks fit, or where nothing
        can be measured by the shoulders.
    """
    s = s or SideSettings()
    shoulder = {side: reading.points[LANDMARKS.index(f"shoulder_{side}")].astype(float) for side in SIDES}
    width = float(np.linalg.norm(shoulder["right"] - shoulder["left"]))
    if width * reading.window.scale < 12:
        return {}
    across = (shoulder["right"] - shoulder["left"]) / width
    near = _near(front, s)
    sides = {
        side: _side(reading, near, side, shoulder[side], across * (1 if side == "right" else -1) / width, s)
        for side in SIDES
    }
    single = both = np.inf
    chosen: tuple[int, int] = (0, 0)
    for kind in KINDS:
        known = -2 * float(np.log(reading.attributes["sleeve"][SLEEVES.index(kind)] + s.sleeve_unseen))
        left, right = (sides[side] for side in SIDES)
        single = min(single, known + _pair(left, right, kind, np.array([0]), np.array([0]), s)[0, 0])
        firsts, seconds = (np.argsort(side.costs[kind])[:BEST] for side in (left, right))
        cost = known + _pair(left, right, kind, firsts, seconds, s)
        i, j = np.unravel_index(int(cost.argmin()), cost.shape)
        if cost[i, j] < both:
            both, chosen = float(cost[i, j]), (int(firsts[i]), int(seconds[j]))
    if single - both < s.gain:
        return {}
    found = {}
    for side, at in zip(SIDES, chosen, strict=True):
        for k, name in enumerate(NAMES):
            point = sides[side].places[k][sides[side].sets[at, k]]
            moved = np.linalg.norm(point - reading.points[LANDMARKS.index(f"{name}_{side}")]) * reading.window.scale
            if moved > 2 * s.apart:
                found[f"{name}_{side}"] = point
    return found


def _pair(left: _Side, right: _Side, kind: str, i: Floats, j: Floats, s: SideSettings) -> Floats:
    """Costs (I, J) of sets of both sides: sleeves are about as long as one another."""
    a, b = (np.log(np.maximum(side.reach[k], 1e-3)) for side, k in ((left, i), (right, j)))
    unlike = np.maximum(np.abs(a[:, None] - b[None]) - s.unlike, 0.0)
    out: Floats = left.costs[kind][i][:, None] + right.costs[kind][j][None] + s.unlike_cost * unlike
    return out


def _side(reading: Reading, near: BoolMask, side: Side, shoulder: Floats, out: Floats, s: SideSettings) -> _Side:
    """All sets of one side. The first of them is that of the highest peaks.

    Args:
        out: outwards along the shoulders, in distances of the shoulders to a pixel.
    """
    candidates = [_peaks(reading, near, f"{name}_{side}", s) for name in NAMES]
    down = np.array([-out[1], out[0]]) * (1 if side == "right" else -1)
    axes = np.stack([out, down], 1)
    hidden = shoulder + np.array(s.hidden_armpits) @ np.linalg.inv(axes)
    at = NAMES.index("armpit")
    candidates[at] = (np.concatenate([candidates[at][0], hidden]), np.append(candidates[at][1], [0.0] * len(hidden)))
    local = [(places - shoulder) @ axes for places, _ in candidates]
    sets = np.array(list(product(*(range(len(places)) for places in local))))
    cuff_out, cuff_in, armpit, hem = (places[sets[:, k]] for k, places in enumerate(local))
    middle = (cuff_out + cuff_in) / 2
    reach, longer = _length(middle), _length(cuff_out) - _length(cuff_in - armpit)
    cost = np.zeros(len(sets))
    for k, (_, heat) in enumerate(candidates):
        cost -= np.log(heat[sets[:, k]] + s.unseen)
    for value, allowed in (
        (_length(cuff_out - cuff_in), s.cuff),
        (_length(armpit), s.armhole),
        (armpit[:, 1], s.armpit_down),
        (armpit[:, 0], s.armpit_out),
        (_length(hem - armpit), s.trunk),
        ((hem - armpit)[:, 0], s.hem_out),
        (_length(middle - hem), s.cuff_to_hem),
    ):
        cost += _outside(value, allowed, s)
    edge = cuff_out / np.maximum(_length(cuff_out), 1e-6)[:, None]
    depth = armpit[:, 1] * edge[:, 0] - armpit[:, 0] * edge[:, 1]
    beside = middle[:, 0] > s.folded  # a sleeve that is folded over the trunk has any length and no armpit under it
    by_kind = {}
    for kind in KINDS:
        laid = _outside(reach, s.reach[kind], s) + _outside(longer, s.longer[kind], s)
        laid += _outside(depth, s.depth[kind], s, s.depth_step)
        by_kind[kind] = cost + np.where(beside, laid, _outside(reach, (0.3, s.reach[kind][1]), s))
    return _Side(tuple(places for places, _ in candidates), sets, by_kind, reach)


def _length(vectors: Floats) -> Floats:
    return np.asarray(np.linalg.norm(vectors, axis=1))


def _outside(value: Floats, allowed: Range, s: SideSettings, step: float = 0.1) -> Floats:
    """Nats for values outside of a range: half of the steps squared, a straight line farther off."""
    over = np.maximum(np.maximum(allowed[0] - value, value - allowed[1]), 0.0) / step
    near = np.minimum(over, s.straight)
    return np.asarray(0.5 * near**2 + s.straight * (over - near))


def _near(front: BoolMask, s: SideSettings) -> BoolMask:
    """Where a landmark may be: on the garment and a little beside it."""
    box = cv2.boundingRect(front.astype(np.uint8))
    side = 2 * max(1, round(s.astray * max(box[2:]))) + 1
    return np.asarray(cv2.blur(front.astype(np.float32), (side, side)) > 1e-6)


def _peaks(reading: Reading, near: BoolMask, name: str, s: SideSettings) -> tuple[Floats, Floats]:
    """The highest peaks of a landmark's heat map, best first: (N, 2) picture pixels, and the heat around each."""
    heat = np.exp(reading.heat[LANDMARKS.index(name)])
    smooth = cv2.GaussianBlur(heat, (0, 0), 1.0)
    around = cv2.boxFilter(heat, -1, (7, 7), normalize=False, borderType=cv2.BORDER_CONSTANT)
    size = 2 * s.apart + 1
    ys, xs = np.nonzero((smooth >= cv2.dilate(smooth, np.ones((size, size), np.uint8))) & (around > s.unseen))
    if len(xs) == 0:
        ys, xs = (np.array([k]) for k in np.unravel_index(int(smooth.argmax()), smooth.shape))
    order = np.argsort(-smooth[ys, xs])[: s.peaks]
    ys, xs = ys[order], xs[order]
    places = reading.window.restore_points((np.stack([xs, ys], 1).astype(np.float32) + 0.5) * 2 - 0.5).astype(float)
    x, y = np.clip(np.rint(places), 0, [near.shape[1] - 1, near.shape[0] - 1]).astype(int).T
    kept = near[y, x] if near[y, x].any() else np.ones(len(xs), bool)
    return places[kept], around[ys, xs][kept].astype(float)
