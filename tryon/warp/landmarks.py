"""A garment's landmarks made complete and plausible before they are placed on a body."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import unit
from tryon.types import Garment, MaskF32
from tryon.warp.body import SIDES
from tryon.warp.outline import Landmarks, outline_landmarks

_TRUNK = ("neck", "shoulder", "armpit", "hem")
_CUFFS = ("cuff_out", "cuff_in")


def complete_landmarks(garment: Garment) -> Landmarks:
    """All landmarks that placing this garment needs, by name.

    Known ones are kept, one side stands in for the other, the rest comes from the outline; so does all
    when the known ones contradict each other. Sleeves appear only when ``garment.sleeve`` is not "none"
    or cuffs are known; a lower garment is a skirt unless it has a crotch or legs.

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
    skirt = garment.category == "lower" and _is_skirt(garment, known)
    if garment.category == "lower":
        names: tuple[str, ...] = ("waist", "hem") if skirt else ("waist", "leg_out", "leg_in")
    else:
        names = (*_TRUNK, *_CUFFS)
    plausible = _plausible(known, garment)
    if not plausible:
        known = {name: point for name, point in known.items() if name.startswith(("elbow", "knee"))}
    if plausible and _enough(known, names, skirt=skirt, sleeveless=garment.sleeve in (None, "none")):
        guessed: Landmarks = {}  # reading the outline takes longer than all the rest
    else:
        guessed = outline_landmarks(garment.alpha_f32, garment.category, garment.sleeve, skirt)
    _mirror_known(known, names, guessed)
    full = {**guessed, **known}
    if garment.category != "lower" and garment.sleeve in (None, "none") and "cuff_out_left" not in known:
        full = {name: point for name, point in full.items() if not name.startswith("cuff_")}
    return _lift_waist(full) if "crotch" in full else full


def _enough(known: Landmarks, names: tuple[str, ...], *, skirt: bool, sleeveless: bool) -> bool:
    """Whether nothing is left to be guessed: each landmark is known on one side at least, one pair on both."""
    if names[0] == "waist" and not skirt and "crotch" not in known:
        return False
    cuffs = any(name.startswith("cuff_") for name in known)
    wanted = [name for name in names if not (sleeveless and not cuffs and name in _CUFFS)]
    sides = [[f"{name}_{side}" in known for side in SIDES] for name in wanted]
    return all(any(pair) for pair in sides) and any(all(pair) for pair in sides)


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


def _plausible(known: Landmarks, garment: Garment) -> bool:
    """Whether the landmarks could be a garment's: none turned round, none in a heap.

    Shares are of the armpits' (waist's) width; real garments keep three times these distances.
    """

    def gap(name: str) -> NDArray[np.float64] | None:
        pair = [known.get(f"{name}_{side}") for side in SIDES]
        return None if pair[0] is None or pair[1] is None else pair[1] - pair[0]

    if garment.category == "lower":
        waist, crotch = gap("waist"), known.get("crotch")
        if waist is None:
            return True
        width = float(np.linalg.norm(waist))
        legs = [known.get(f"leg_out_{side}") for side in SIDES]
        heap = crotch is not None and any(p is not None and np.linalg.norm(p - crotch) < 0.1 * width for p in legs)
        return width > 0.1 * _extent(garment) and not heap
    spans = {name: gap(name) for name in _TRUNK}
    if any(span is None for span in spans.values()):
        return True
    widths = {name: float(np.linalg.norm(span)) for name, span in spans.items() if span is not None}
    unit = max(widths["armpit"], widths["hem"], 1.0)
    across = known["hem_right"] - known["hem_left"]
    if any(span is not None and float(span @ across) <= 0 for span in spans.values()):
        return False
    if min(widths["shoulder"], widths["armpit"], widths["hem"]) < 0.25 * unit or widths["neck"] < 0.08 * unit:
        return False
    chain = [[known[f"{name}_{side}"] for name in ("shoulder", "armpit", "hem")] for side in SIDES]
    if any(np.linalg.norm(b - a) < 0.1 * unit for side in chain for a, b in pairwise(side)):
        return False
    cuffs = [known.get(f"cuff_out_{side}") for side in SIDES]
    heap = any(p is not None and np.linalg.norm(p - known[f"shoulder_{e}"]) < 0.06 * unit for p, e in zip(cuffs, SIDES))
    return not heap


def _extent(garment: Garment) -> float:
    """The longer side of the garment's picture."""
    return float(max(garment.alpha_f32.shape[:2]))


def _mirror_known(known: Landmarks, names: tuple[str, ...], guessed: Landmarks) -> None:
    """Fill a landmark whose other side is known by mirroring it (in `known`, the caller's own dict)."""
    pairs = [(f"{name}_left", f"{name}_right") for name in names]
    middles = [(known[a][0] + known[b][0]) / 2 for a, b in pairs if a in known and b in known]
    if not middles:
        middles = [(guessed[a][0] + guessed[b][0]) / 2 for a, b in pairs if a in guessed and b in guessed]
    axis = float(np.median(middles))
    for a, b in pairs:
        if a in known and b not in known:
            known[b] = np.array([2 * axis - known[a][0], known[a][1]])
        elif b in known and a not in known:
            known[a] = np.array([2 * axis - known[b][0], known[b][1]])


def _lift_waist(known: Landmarks) -> Landmarks:
    """Put the waistband over the crotch where what was found as such lies at or below it.

    So it is when a coat hides the top of worn trousers: their legs can still be placed.
    """
    waist = (known["waist_left"] + known["waist_right"]) / 2
    across = known["waist_right"] - known["waist_left"]
    width = max(float(np.linalg.norm(across)), 2.0)
    # square to the waistband where legs are too short to tell, along them else
    down = (known["leg_in_left"] + known["leg_in_right"]) / 2 - known["crotch"]
    down = unit(down + 0.5 * np.array([-across[1], across[0]]))
    if float((known["crotch"] - waist) @ down) < 0.2 * width:
        shift = known["crotch"] - 0.7 * width * down - waist
        known["waist_left"], known["waist_right"] = known["waist_left"] + shift, known["waist_right"] + shift
    return known
