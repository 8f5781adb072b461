"""A garment's landmarks made complete: what is missing is read from its outline, or from usual proportions."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import Garment, MaskF32
from tryon.warp.body import SIDES

Landmarks = dict[str, NDArray[np.float64]]  # name -> (2,), garment pixels

# Usual places: x in half-widths of the torso from the middle, y in heights of the garment.
_UPPER = {"neck": (0.38, 0.0), "shoulder": (0.92, 0.09), "armpit": (1.0, 0.33), "hem": (1.0, 0.97)}
_DRESS_HEIGHTS = 0.55  # a dress has its shoulder and armpit that much higher, as a share of its height
_CUFFS = {
    "short": ((1.75, 0.30), (1.45, 0.37)),
    "three_quarter": ((1.80, 0.65), (1.50, 0.68)),
    "long": ((1.80, 0.85), (1.50, 0.87)),
}


def complete_landmarks(garment: Garment) -> Landmarks:
    """All landmarks that placing this garment needs, by name.

    Known ones are kept. Sleeves appear only when ``garment.sleeve`` is not "none" or cuffs are known;
    a lower garment is a skirt unless it has a crotch or legs.

    Returns:
        name -> (2,) float64, garment pixels. Uppers and dresses: neck, shoulder, armpit, hem (and
        cuff_out, cuff_in) with _left and _right; trousers: waist, leg_out, leg_in, crotch; skirts:
        waist, hem. Extra landmarks (elbows, knees) pass through.
    """
    known = {
        name: np.asarray(point, np.float64)
        for name, point in garment.landmarks_px.items()
        if point is not None and np.isfinite(point).all()
    }
    box = _bounding_box(garment.alpha_f32)
    if garment.category == "lower":
        return _complete_skirt(known, box) if _is_skirt(garment, known) else _complete_trousers(known, box)
    return _complete_upper(known, box, garment)


def reach(
    alpha_f32: MaskF32, start: NDArray[np.float64], direction: NDArray[np.float64], limit: float
) -> NDArray[np.float64]:
    """The last point of the garment when walking from `start` in a unit `direction`, at most `limit` px.

    Gaps of up to 3% of the limit (slits, holes in the mask) are stepped over.
    """
    steps = np.arange(0.0, limit, max(limit / 400.0, 0.5))
    at = np.round(start + steps[:, None] * direction).astype(int)
    h, w = alpha_f32.shape
    inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
    solid = np.zeros(len(at), bool)
    solid[inside] = alpha_f32[at[inside, 1], at[inside, 0]] > 0.5
    last, gap = 0, 0
    for i, on in enumerate(solid):
        gap = 0 if on else gap + 1
        last = i if on else last
        if gap > 0.03 * len(steps) + 1:
            break
    return start + steps[last] * direction


def _is_skirt(garment: Garment, known: Landmarks) -> bool:
    if "crotch" in known or any(name.startswith("leg_") for name in known):
        return False
    if any(name.startswith("hem_") for name in known) or garment.label == "Skirt":
        return True
    return garment.leg is None


def _bounding_box(alpha_f32: MaskF32) -> tuple[float, float, float, float]:
    """(left, top, right, bottom) of the garment, or of the picture when there is none."""
    h, w = alpha_f32.shape[:2]
    x, y, width, height = cv2.boundingRect((alpha_f32 > 0.5).astype(np.uint8))
    if width < 2 or height < 2:
        return 0.0, 0.0, float(w - 1), float(h - 1)
    return float(x), float(y), float(x + width - 1), float(y + height - 1)


def _mirror_known(known: Landmarks, names: tuple[str, ...], axis_x: float) -> None:
    """Fill a landmark whose other side is known by mirroring it (in place, on the caller's own dict)."""
    for name in names:
        a, b = f"{name}_left", f"{name}_right"
        if a in known and b not in known:
            known[b] = np.array([2 * axis_x - known[a][0], known[a][1]])
        elif b in known and a not in known:
            known[a] = np.array([2 * axis_x - known[b][0], known[b][1]])


def _middle_x(known: Landmarks, names: tuple[str, ...], default: float) -> float:
    middles = [
        (known[f"{n}_left"][0] + known[f"{n}_right"][0]) / 2
        for n in names
        if f"{n}_left" in known and f"{n}_right" in known
    ]
    return float(np.median(middles)) if middles else default


def _complete_upper(known: Landmarks, box: tuple[float, float, float, float], garment: Garment) -> Landmarks:
    left, top, right, bottom = box
    names = tuple(_UPPER)
    middle = _middle_x(known, names, (left + right) / 2)
    _mirror_known(known, (*names, "cuff_out", "cuff_in"), middle)
    has_cuffs = "cuff_out_left" in known and "cuff_in_left" in known
    sleeve = garment.sleeve if garment.sleeve in _CUFFS else None
    # Sleeves widen the bounding box: a long one nearly doubles it.
    widest = _CUFFS[sleeve][0][0] if sleeve else 1.0
    half = (right - left) / 2 / widest
    for name in ("armpit", "hem"):
        if f"{name}_left" in known:
            half = (known[f"{name}_right"][0] - known[f"{name}_left"][0]) / 2
            break
    half = max(half, 1.0)
    raise_by = _DRESS_HEIGHTS if garment.category == "dress" else 1.0
    height = bottom - top

    def usual(x: float, y: float, sign: float) -> NDArray[np.float64]:
        return np.array([middle + sign * x * half, top + y * height])

    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        for name, (x, y) in _UPPER.items():
            y = y if name == "hem" else y * raise_by
            known.setdefault(f"{name}_{side}", usual(x, y, sign))
        if sleeve and not has_cuffs:
            out, inner = _CUFFS[sleeve]
            known[f"cuff_out_{side}"] = usual(out[0], out[1] * raise_by, sign)
            known[f"cuff_in_{side}"] = usual(inner[0], inner[1] * raise_by, sign)
    if garment.sleeve == "none" or not (sleeve or has_cuffs):
        known = {name: point for name, point in known.items() if not name.startswith("cuff_")}
    return known


def _complete_trousers(known: Landmarks, box: tuple[float, float, float, float]) -> Landmarks:
    left, top, right, bottom = box
    names = ("waist", "leg_out", "leg_in")
    middle = _middle_x(known, names, (left + right) / 2)
    _mirror_known(known, names, middle)
    half, height = max((right - left) / 2, 1.0), bottom - top
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        known.setdefault(f"waist_{side}", np.array([middle + sign * 0.72 * half, top]))
        known.setdefault(f"leg_out_{side}", np.array([middle + sign * 0.97 * half, bottom]))
        known.setdefault(f"leg_in_{side}", np.array([middle + sign * 0.30 * half, bottom]))
    # The rise is about as long as the waist is wide, and never more than half of the whole.
    rise = min(0.75 * float(np.linalg.norm(known["waist_right"] - known["waist_left"])), 0.55 * height)
    waist_y = (known["waist_left"][1] + known["waist_right"][1]) / 2
    known.setdefault("crotch", np.array([middle, waist_y + rise]))
    return _lift_waist(known)


def _lift_waist(known: Landmarks) -> Landmarks:
    """Put the waistband over the crotch where what was found as such lies at or below it.

    So it is when a coat hides the top of worn trousers: their legs can still be placed.
    """
    waist = (known["waist_left"] + known["waist_right"]) / 2
    across = known["waist_right"] - known["waist_left"]
    width = max(float(np.linalg.norm(across)), 2.0)
    down = (known["leg_in_left"] + known["leg_in_right"]) / 2 - known["crotch"]
    length = float(np.linalg.norm(down))
    down = down / length if length > 1e-3 else np.array([0.0, 1.0])
    if float((known["crotch"] - waist) @ down) < 0.2 * width:
        shift = known["crotch"] - 0.7 * width * down - waist
        known["waist_left"], known["waist_right"] = known["waist_left"] + shift, known["waist_right"] + shift
    return known


def _complete_skirt(known: Landmarks, box: tuple[float, float, float, float]) -> Landmarks:
    left, top, right, bottom = box
    middle = _middle_x(known, ("waist", "hem"), (left + right) / 2)
    _mirror_known(known, ("waist", "hem"), middle)
    half = max((right - left) / 2, 1.0)
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        known.setdefault(f"waist_{side}", np.array([middle + sign * 0.7 * half, top]))
        known.setdefault(f"hem_{side}", np.array([middle + sign * half, bottom]))
    return known
