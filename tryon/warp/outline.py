"""Landmarks guessed from a garment's outline alone: for those that were not found, or found in a heap.

It supposes that the garment lies upright. Coarse on purpose: the trunk's sides come from the outline's
runs about its middle, tips of sleeves from its farthest points, the rest from usual proportions.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import unit
from tryon.types import Category, MaskF32, SleeveLength
from tryon.warp.body import SIDES

Landmarks = dict[str, NDArray[np.float64]]  # name -> (2,), garment pixels

_SMALL = 256  # the longest side at which the outline is read
# Usual places: x in half-widths of the trunk from the middle, y in heights of the garment.
_NECK_X, _SHOULDER_X = 0.38, 0.92
_SHOULDER_Y, _ARMPIT_Y = 0.09, 0.33
# The trunk's half-width is at most this share of the outline's width: sleeves may touch it all the way down.
_WIDEST = {"none": 0.5, "short": 0.40, "three_quarter": 0.36, "long": 0.36}
# Sleeves end at most this share of the garment's height below the armpit; what lies lower is a flared hem.
_LOWEST = {"short": 0.15, "three_quarter": 0.45, "long": 1.0}
_DRESS = 0.55  # a dress has its armpits that much higher, as a share of its height


def outline_landmarks(alpha_f32: MaskF32, category: Category, sleeve: SleeveLength | None, skirt: bool) -> Landmarks:
    """Guess all landmarks of a garment from its mask.

    Args:
        alpha_f32: (H, W) 0..1, garment frame.
        category: decides which landmarks there are.
        sleeve: uppers and dresses: whether to look for sleeves.
        skirt: a lower garment without legs.

    Returns:
        name -> (2,) float64, garment pixels; for an empty mask those of a garment that fills the picture.
    """
    h, w = alpha_f32.shape[:2]
    factor = min(1.0, _SMALL / max(h, w))
    size = (max(2, round(w * factor)), max(2, round(h * factor)))
    solid = cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA) > 0.5
    if solid.sum() < 16:
        solid = np.ones(solid.shape, bool)
    if category != "lower":
        points = _upper(solid, category == "dress", sleeve)
    else:
        points = _skirt(solid) if skirt else _trousers(solid)
    scale = np.array([w / size[0], h / size[1]])
    return {name: (np.asarray(p, np.float64) + 0.5) * scale - 0.5 for name, p in points.items()}


def _box(solid: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """(left, top, right, bottom), the outermost pixels' centres."""
    x, y, w, h = cv2.boundingRect(solid.astype(np.uint8))
    return float(x), float(y), float(x + w - 1), float(y + h - 1)


def _run(solid: NDArray[np.bool_], y: float, x: float) -> tuple[float, float]:
    """Left and right end of the garment's run through (or nearest to) a point of a row."""
    row = solid[int(np.clip(round(y), 0, solid.shape[0] - 1))]
    on = np.flatnonzero(row)
    if len(on) == 0:
        return x, x
    breaks = np.flatnonzero(np.diff(on) > 2)
    starts, ends = on[np.r_[0, breaks + 1]], on[np.r_[breaks, len(on) - 1]]
    away = np.maximum(np.maximum(starts - x, x - ends), 0)
    nearest = int(np.argmin(away))
    return float(starts[nearest]), float(ends[nearest])


def _edge(solid: NDArray[np.bool_], x: float, default: float, *, bottom: bool = False) -> float:
    """The first (or last) row of the garment in a column."""
    on = np.flatnonzero(solid[:, int(np.clip(round(x), 0, solid.shape[1] - 1))])
    return default if len(on) == 0 else float(on[-1 if bottom else 0])


def _upper(solid: NDArray[np.bool_], dress: bool, sleeve: SleeveLength | None) -> Landmarks:
    left, top, right, bottom = _box(solid)
    height, middle = bottom - top, (left + right) / 2
    raised = _DRESS if dress else 1.0
    # Half-way down the trunk the run about the middle is the trunk, sleeves hanging beside it or not.
    rows = top + height * (np.array([0.5, 0.6, 0.7]) * raised if dress else np.array([0.6, 0.7, 0.8]))
    runs = np.array([_run(solid, y, middle) for y in rows])
    half = float(np.median(runs[:, 1] - runs[:, 0])) / 2
    half = float(np.clip(half, 0.15 * (right - left), _WIDEST[sleeve or "none"] * (right - left)))
    middle = float(np.median(runs.mean(1)))
    low = _run(solid, bottom - 0.06 * height, middle)
    flare = float(np.clip((low[1] - low[0]) / 2, 0.85 * half, (2.5 if dress else 1.3) * half))
    points: Landmarks = {}
    limbs = solid.copy()  # without the trunk below the armpits, which may flare farther than sleeves reach
    for row in range(round(top + (_ARMPIT_Y * raised + 0.1) * height), round(bottom) + 1):
        start, stop = _run(solid, row, middle)
        if not dress:  # sleeves that touch the trunk stay
            start, stop = max(start, middle - 1.1 * half), min(stop, middle + 1.1 * half)
        limbs[row, int(start) : int(stop) + 1] = False
    if sleeve in _LOWEST:
        limbs[round(top + (_ARMPIT_Y + _LOWEST[sleeve]) * raised * height) + 1 :] = False
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        for name, out, y in (("neck", _NECK_X, 0.0), ("shoulder", _SHOULDER_X, _SHOULDER_Y * raised)):
            x = middle + sign * out * half
            found = _edge(solid, x, top + y * height)
            points[f"{name}_{side}"] = np.array([x, min(found, top + (y + 0.12) * height)])
        points[f"armpit_{side}"] = np.array([middle + sign * half, top + _ARMPIT_Y * raised * height])
        points[f"hem_{side}"] = np.array([middle + sign * flare, bottom - 0.02 * height])
        if sleeve not in (None, "none"):
            cuff = _cuff(limbs, points[f"shoulder_{side}"], points[f"armpit_{side}"], sign)
            points[f"cuff_out_{side}"], points[f"cuff_in_{side}"] = cuff
    return _longer_sleeve(points, middle) if "cuff_out_left" in points else points


def _longer_sleeve(points: Landmarks, middle: float) -> Landmarks:
    """Mirror the longer sleeve where the other came out much shorter: it is folded or joined to the trunk."""
    lengths = [float(np.linalg.norm(points[f"cuff_out_{side}"] - points[f"shoulder_{side}"])) for side in SIDES]
    if min(lengths) >= 0.6 * max(lengths):
        return points
    longer, shorter = SIDES if lengths[0] > lengths[1] else SIDES[::-1]
    mirrored = {
        f"{name}_{shorter}": np.array([2 * middle - points[f"{name}_{longer}"][0], points[f"{name}_{longer}"][1]])
        for name in ("cuff_out", "cuff_in")
    }
    return {**points, **mirrored}


def _cuff(
    solid: NDArray[np.bool_], shoulder: NDArray[np.float64], armpit: NDArray[np.float64], sign: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Outer and inner corner of a sleeve: about the garment's farthest points beyond the armhole."""
    ys, xs = np.nonzero(solid)
    p = np.stack([xs, ys], 1).astype(np.float64)
    p = p[sign * (p[:, 0] - armpit[0]) > 0.02 * solid.shape[1]]
    root = (shoulder + armpit) / 2
    depth = float(np.linalg.norm(armpit - shoulder))
    if len(p) < 8:  # the sleeve lies on the trunk
        across = 0.35 * depth * np.array([sign * 0.5, -0.85])
        end = root + depth * np.array([sign * 0.6, 0.4])
        return end + across, end - across
    far = np.linalg.norm(p - root, axis=1)
    tip = p[far >= 0.93 * far.max()].mean(0)
    along = unit(tip - root)
    outward = np.array([along[1], -along[0]]) * sign
    length = float(far.max())
    end = root + 0.97 * length * along
    near = p[np.abs((p - end) @ along + 0.03 * length) < 0.06 * length + 1.0]
    across = (near - end) @ outward if len(near) else np.zeros(1)
    low, high = float(across.min()), float(across.max())
    half = outward * float(np.clip((high - low) / 2, 0.15 * depth, 0.6 * depth))
    end = end + outward * (low + high) / 2
    return end + half, end - half


def _trousers(solid: NDArray[np.bool_]) -> Landmarks:
    left, top, right, bottom = _box(solid)
    height, middle = bottom - top, (left + right) / 2
    waist = _run(solid, top + 0.03 * height, middle)
    middle = (waist[0] + waist[1]) / 2
    # The crotch is the highest background between the legs, when seen from the hem.
    columns = range(round(middle - 0.12 * (right - left)), round(middle + 0.12 * (right - left)) + 1)
    ends = [_edge(solid, x, bottom, bottom=True) for x in columns]
    crotch_y = min(ends) if ends else bottom
    rise = 0.75 * (waist[1] - waist[0])
    usual = top + min(rise, 0.6 * height)
    crotch_x = middle if not ends else float(columns[int(np.argmin(ends))])
    if not top + 0.2 * height < crotch_y < top + 0.93 * height:
        crotch_x, crotch_y = middle, usual
    y = bottom - 0.04 * height
    one, two = _run(solid, y, (left + crotch_x) / 2), _run(solid, y, (right + crotch_x) / 2)
    if one == two:  # no gap between the legs
        one, two = (one[0], crotch_x - 1.0), (crotch_x + 1.0, two[1])
    end = bottom - 0.01 * height
    return {
        "waist_left": np.array([waist[0], top]),
        "waist_right": np.array([waist[1], top]),
        "crotch": np.array([crotch_x, crotch_y]),
        "leg_out_left": np.array([one[0], end]),
        "leg_in_left": np.array([one[1], end]),
        "leg_in_right": np.array([two[0], end]),
        "leg_out_right": np.array([two[1], end]),
    }


def _skirt(solid: NDArray[np.bool_]) -> Landmarks:
    left, top, right, bottom = _box(solid)
    height, middle = bottom - top, (left + right) / 2
    waist, hem = _run(solid, top + 0.04 * height, middle), _run(solid, bottom - 0.05 * height, middle)
    return {
        "waist_left": np.array([waist[0], top]),
        "waist_right": np.array([waist[1], top]),
        "hem_left": np.array([hem[0], bottom]),
        "hem_right": np.array([hem[1], bottom]),
    }
