"""Landmarks of a garment's outline, by dynamic programming over contour samples.

Names (viewer's left and right): ``neck_*``, ``shoulder_*``, ``cuff_out_*``, ``cuff_in_*``, ``armpit_*``,
``hem_*`` for uppers and dresses (no cuffs where there are no sleeves); ``waist_*``, ``crotch``,
``leg_out_*``, ``leg_in_*`` for trousers and shorts; ``waist_*``, ``hem_*`` for skirts.

Each side of a garment is an ordered chain of points along the outline. A chain's cost is the sum of
squared distances to prior positions (x in torso half-widths, y in garment heights), less a bonus for
turning the right way; prefix minima find the cheapest chain in O(points x samples).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.garment.contour import Frame, outline, sample_outline, turning, upright_frame
from tryon.types import PointsF32

Kind = Literal["upper", "dress", "trousers", "skirt"]
LANDMARKS = tuple(
    [
        f"{name}_{side}"
        for name in ("neck", "shoulder", "cuff_out", "cuff_in", "armpit", "hem")
        for side in ("left", "right")
    ]
    + ["waist_left", "waist_right", "crotch", "leg_out_left", "leg_out_right", "leg_in_left", "leg_in_right"]
)
KIND_OF_LABEL: dict[str, Kind] = {
    "Dress": "dress", "Skirt": "skirt", "Shorts": "trousers", "Pants": "trousers",
}  # fmt: skip


def kind_of(label: str, category: str) -> Kind:
    """The landmark scheme of a label (one of ``GARMENT_LABELS`` or "not sure") and category."""
    kind = KIND_OF_LABEL.get(label, "upper")
    if category == "upper":
        return "upper"
    if category == "dress":
        return "dress"
    return kind if kind in ("trousers", "skirt") else "trousers"


@dataclass(frozen=True)
class Corner:
    """One landmark's prior: position, spread (both normalised), and sign and weight of its turning."""

    name: str
    x: float
    y: float
    sx: float = 0.22
    sy: float = 0.09
    turn: float = 1.0
    weight: float = 1.6


# Positions from ~30 shop photos; the weights were set by eye on 60 photos laid on beds and floors.
_NECK = Corner("neck", 0.38, 0.0, 0.16, 0.045, 1, 1.0)
_ARMPIT = Corner("armpit", 1.0, 0.33, 0.16, 0.07, -1, 2.2)
_HEM = Corner("hem", 1.0, 0.97, 0.20, 0.06, 1, 2.4)
TEMPLATES: dict[str, tuple[Corner, ...]] = {
    "none": (_NECK, Corner("shoulder", 0.80, 0.05, 0.18, 0.05, 1, 0.8), _ARMPIT, _HEM),
    "short": (
        _NECK,
        Corner("shoulder", 0.92, 0.09, 0.16, 0.05, 1, 0.6),
        Corner("cuff_out", 1.75, 0.30, 0.32, 0.13, 1, 1.6),
        Corner("cuff_in", 1.45, 0.37, 0.30, 0.12, 1, 1.6),
        _ARMPIT,
        _HEM,
    ),
    "long": (
        _NECK,
        Corner("shoulder", 0.92, 0.09, 0.18, 0.05, 1, 0.6),
        Corner("cuff_out", 1.80, 0.85, 0.60, 0.20, 1, 1.8),
        Corner("cuff_in", 1.50, 0.87, 0.55, 0.20, 1, 1.8),
        _ARMPIT,
        _HEM,
    ),
    "trousers": (
        Corner("waist", 0.80, 0.0, 0.22, 0.035, 1, 2.4),
        Corner("leg_out", 0.95, 1.0, 0.40, 0.05, 1, 2.0),
        Corner("leg_in", 0.30, 1.0, 0.35, 0.05, 1, 1.6),
    ),
    "skirt": (Corner("waist", 0.75, 0.0, 0.30, 0.05, 1, 2.0), Corner("hem", 1.2, 0.95, 0.40, 0.07, 1, 2.2)),
}
DRESS_SQUEEZE = 0.55  # shoulders, armpits and cuffs of a dress stand at this part of an upper's height
MIRROR_WEIGHT = 0.5  # of the prior, once both sides have been found


@dataclass(frozen=True)
class Found:
    """Landmarks of one outline.

    points_px: by name, outline pixels. template: which one won. cost: mean cost a point (lower is
    better; about 1 and less is trustworthy). asymmetry: mean distance of mirrored partners in
    half-widths. mirror: overlap of the mask with its mirror image, 0..1.
    """

    points_px: dict[str, tuple[float, float]]
    template: str
    cost: float
    asymmetry: float
    mirror: float


def _template(name: str, kind: Kind) -> tuple[Corner, ...]:
    corners = TEMPLATES[name]
    if kind != "dress":
        return corners
    out = []
    for c in corners:
        y = c.y * DRESS_SQUEEZE if c.name in ("shoulder", "armpit", "cuff_out", "cuff_in") else c.y
        wide = c.name == "hem"  # dresses flare
        out.append(Corner(c.name, 1.5 if wide else c.x, y, 0.6 if wide else c.sx * 1.2, c.sy, c.turn, c.weight))
    return tuple(out)


def cheapest_chain(costs: NDArray[np.float32], gap: int) -> tuple[list[int], float]:
    """Cheapest increasing chain: costs (K, M), successive picks at least ``gap`` samples apart."""
    k, m = costs.shape
    best = costs[0].copy()
    back = np.zeros((k, m), np.int64)
    for row in range(1, k):
        prefix = np.minimum.accumulate(best)
        arg = np.arange(m)
        arg = np.maximum.accumulate(np.where(best <= prefix, arg, 0))
        moved = np.full(m, np.inf, np.float32)
        moved[gap:] = prefix[: m - gap]
        back[row, gap:] = arg[: m - gap]
        best = moved + costs[row]
    end = int(np.argmin(best))
    total = float(best[end])
    picks = [end]
    for row in range(k - 1, 0, -1):
        picks.append(int(back[row, picks[-1]]))
    return picks[::-1], total


def _costs(
    points: NDArray[np.float32],
    turn: NDArray[np.float32],
    corners: tuple[Corner, ...],
    partner: NDArray[np.float32] | None,
) -> NDArray[np.float32]:
    rows = []
    for i, c in enumerate(corners):
        d = ((points[:, 0] - c.x) / c.sx) ** 2 + ((points[:, 1] - c.y) / c.sy) ** 2
        cost = 0.5 * np.minimum(d, 40.0) - c.weight * np.clip(c.turn * turn, -0.6, 1.5)
        if partner is not None:
            m = ((points[:, 0] - partner[i, 0]) / (1.5 * c.sx)) ** 2 + (
                (points[:, 1] - partner[i, 1]) / (1.5 * c.sy)
            ) ** 2
            cost = cost + MIRROR_WEIGHT * np.minimum(m, 20.0)
        rows.append(cost)
    return np.stack(rows).astype(np.float32)


def _fit_template(
    normal: NDArray[np.float32], turn: NDArray[np.float32], corners: tuple[Corner, ...]
) -> tuple[dict[str, list[int]], float, float]:
    """Both sides' picks (sample indices), the cost a point, and the asymmetry."""
    m = len(normal)
    # the outline starts at the top of the axis and runs down the viewer's left side
    sides = {"left": (normal * [-1, 1], turn, np.arange(m)), "right": (normal[::-1], turn[::-1], np.arange(m)[::-1])}
    half = {s: (p[: int(0.62 * m)].astype(np.float32), t[: int(0.62 * m)], i) for s, (p, t, i) in sides.items()}
    picks: dict[str, list[int]] = {}
    for partner_pass in (False, True):
        previous = dict(picks)
        total = 0.0
        for side, other in (("left", "right"), ("right", "left")):
            points, t, _ = half[side]
            partner = half[other][0][previous[other]] if partner_pass else None
            chain, cost = cheapest_chain(_costs(points, t, corners, partner), max(2, m // 100))
            picks[side] = chain
            total += cost
    spots = {s: half[s][0][picks[s]] for s in picks}
    asymmetry = float(np.linalg.norm((spots["left"] - spots["right"]) * [1, 2.5], axis=1).mean())
    indices = {s: [int(half[s][2][i]) for i in picks[s]] for s in picks}
    return indices, total / (2 * len(corners)), asymmetry


def find_landmarks(mask: NDArray[np.bool_], kind: Kind, templates: tuple[str, ...] | None = None) -> Found | None:
    """Landmarks of a garment's mask.

    Args:
        mask: (h, w), the garment; only its largest component's outline is read.
        kind: which scheme.
        templates: names in ``TEMPLATES`` to try (default: all of the kind).

    Returns:
        The cheapest template's landmarks, or None where the outline is too small.
    """
    points = outline(mask)
    if len(points) < 40:
        return None
    rows = {"upper": (0.45, 0.9), "dress": (0.25, 0.5), "trousers": (0.12, 0.3), "skirt": (0.05, 0.35)}[kind]
    frame, mirror = upright_frame(mask, rows=rows)
    if kind in ("trousers", "skirt"):
        frame = _full_height(frame, points)
    samples = _from_top(sample_outline(points), frame)
    normal = frame.normalise(samples)
    turn = 0.5 * (turning(samples, 3) + turning(samples, 7))
    names = templates or ((kind,) if kind in ("trousers", "skirt") else ("none", "short", "long"))
    fits = [(name, _fit_template(normal, turn, _template(name, kind))) for name in names]
    name, (indices, cost, asymmetry) = min(fits, key=lambda f: f[1][1])
    out = {}
    for side, picks in indices.items():
        for corner, index in zip(_template(name, kind), picks, strict=True):
            out[f"{corner.name}_{side}"] = (float(samples[index, 0]), float(samples[index, 1]))
    if kind == "trousers":
        out["crotch"] = _crotch(samples, normal, indices["left"][2], indices["right"][2])
    return Found(out, name, cost, asymmetry, mirror)


def _full_height(frame: Frame, points: PointsF32) -> Frame:
    """Stretch a frame over the whole outline: between trouser legs the axis is bare."""
    y = ((points - frame.origin) @ frame.rotation)[:, 1]
    top = float(y.min())
    origin = (frame.origin + frame.rotation @ np.array([0, top], np.float32)).astype(np.float32)
    return Frame(origin, frame.rotation, frame.half_width, max(float(y.max()) - top, 4.0))


def _from_top(samples: PointsF32, frame: Frame) -> PointsF32:
    """Roll the samples so that they start where the outline crosses the axis at the top."""
    n = frame.normalise(samples)
    near = np.abs(n[:, 0]) + 2.0 * np.clip(n[:, 1], 0, None)
    return np.roll(samples, -int(np.argmin(near)), axis=0)


def _crotch(samples: PointsF32, normal: NDArray[np.float32], left_in: int, right_in: int) -> tuple[float, float]:
    """The highest point of the outline between the legs' inner ends."""
    first, last = sorted((left_in, right_in))
    if last - first < 2:
        p = samples[[left_in, right_in]].mean(0)
        return float(p[0]), float(p[1])
    between = np.arange(first, last + 1)
    top = between[int(np.argmin(normal[between, 1] + 0.05 * np.abs(normal[between, 0])))]
    return float(samples[top, 0]), float(samples[top, 1])
