"""Uppers: what shops sell from undershirt to hoodie, as designs with numbers, and their making."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tryon.synth.bodice import BodiceCut, CutGarment, NeckCut, make_bodice
from tryon.synth.collars import CollarCut
from tryon.synth.cutkit import CutKit
from tryon.synth.upper_features import TrimPlan, make_features

Sleeve = Literal["spaghetti", "strap", "tank", "cap", "short", "elbow", "three_quarter", "long"]
Neck = Literal["round", "v", "scoop", "square", "boat", "high", "collar", "hood"]
Length = Literal["crop", "regular", "long", "tunic"]
FitName = Literal["tight", "fitted", "regular", "loose", "oversized"]
Closure = Literal["none", "half", "buttons", "zip"]


@dataclass(frozen=True)
class UpperDesign:
    """All that makes an upper.

    label: one of ``tryon.types.GARMENT_LABELS``. sex: 0 men's, 1 women's. sleeve_m: from the armhole down the arm,
    None without sleeves. strap_x: m from the middle to the armhole's edge of a sleeveless one.
    neck_width: half, m; neck_front, neck_back: depth m. hem_m: over the crotch. ease_m: stand-off at the chest,
    sleeve_ease_m at the upper arm, cuff_ease_m at the cuff. drop_m: shoulder seam down the arm.
    taper: how fast the torso may narrow downwards (0 straight). seed: of its id.
    """

    label: str = "T-Shirt"
    sex: float = 0.5
    sleeve: Sleeve = "short"
    neck: Neck = "round"
    length: Length = "regular"
    fit: FitName = "regular"
    closure: Closure = "none"
    sleeve_m: float | None = 0.17
    strap_x: float = 0.15
    armhole_drop_m: float = 0.0
    neck_width: float = 0.085
    neck_front: float = 0.08
    neck_back: float = 0.015
    neck_power: float = 2.0
    hem_m: float = 0.03
    ease_m: float = 0.012
    sleeve_ease_m: float = 0.016
    cuff_ease_m: float = 0.018
    drop_m: float = 0.0
    taper: float = 0.1
    flare: float = 0.0
    collar: CollarCut | None = None
    seed: int = 0


# ease at the chest, at the upper arm, taper, shoulder drop (m); measured on size charts: a regular tee is
# 10 to 14 cm wider than the chest around, which is 1.6 to 2.2 cm of radius, less where it lies on the back
_FIT: dict[str, tuple[float, float, float, float]] = {
    "tight": (0.003, 0.003, 2.0, 0.0),
    "fitted": (0.007, 0.007, 0.45, 0.0),
    "regular": (0.014, 0.018, 0.12, 0.005),
    "loose": (0.024, 0.028, 0.0, 0.03),
    "oversized": (0.038, 0.044, 0.0, 0.065),
}
_SLEEVE_M: dict[str, tuple[float, float] | None] = {
    "spaghetti": None, "strap": None, "tank": None, "cap": (0.03, 0.06), "short": (0.13, 0.21), "elbow": (0.25, 0.31),
    "three_quarter": (0.38, 0.46), "long": (0.545, 0.575),
}  # fmt: skip
_HEM_M: dict[str, tuple[float, float]] = {
    "crop": (0.20, 0.33), "regular": (0.0, 0.07), "long": (-0.06, 0.0), "tunic": (-0.20, -0.10),
}  # fmt: skip
# what is sold under each label: weight, then choices of sleeve, neck, length, fit with their weights
_Choice = dict[str, float]
_LABELS: dict[str, tuple[float, _Choice, _Choice, _Choice, _Choice]] = {
    "T-Shirt": (
        0.34, {"short": 0.86, "elbow": 0.09, "cap": 0.05}, {"round": 0.76, "v": 0.13, "scoop": 0.08, "boat": 0.03},
        {"regular": 0.82, "crop": 0.08, "long": 0.10},
        {"regular": 0.50, "fitted": 0.20, "loose": 0.17, "oversized": 0.10, "tight": 0.03},
    ),
    "Longsleeve": (
        0.17, {"long": 0.86, "three_quarter": 0.14},
        {"round": 0.62, "v": 0.12, "high": 0.16, "scoop": 0.05, "boat": 0.05},
        {"regular": 0.88, "crop": 0.06, "long": 0.06},
        {"regular": 0.42, "fitted": 0.25, "loose": 0.17, "oversized": 0.11, "tight": 0.05},
    ),
    "Shirt": (
        0.12, {"long": 0.7, "short": 0.3}, {"collar": 1.0}, {"regular": 0.55, "long": 0.45},
        {"regular": 0.5, "fitted": 0.25, "loose": 0.2, "oversized": 0.05},
    ),
    "Polo": (
        0.08, {"short": 0.9, "long": 0.1}, {"collar": 1.0}, {"regular": 1.0},
        {"regular": 0.65, "fitted": 0.3, "loose": 0.05},
    ),
    "Undershirt": (
        0.08, {"tank": 0.7, "strap": 0.3}, {"scoop": 0.7, "round": 0.2, "v": 0.1}, {"regular": 0.85, "crop": 0.15},
        {"fitted": 0.45, "tight": 0.25, "regular": 0.3},
    ),
    "Top": (
        0.08, {"spaghetti": 0.22, "strap": 0.28, "tank": 0.25, "cap": 0.1, "short": 0.15},
        {"scoop": 0.3, "square": 0.3, "v": 0.2, "round": 0.2}, {"crop": 0.45, "regular": 0.55},
        {"tight": 0.3, "fitted": 0.45, "regular": 0.25},
    ),
    "Blouse": (
        0.06, {"long": 0.4, "three_quarter": 0.25, "short": 0.2, "elbow": 0.15},
        {"v": 0.3, "round": 0.3, "boat": 0.15, "square": 0.1, "collar": 0.15},
        {"regular": 0.75, "long": 0.15, "tunic": 0.10}, {"regular": 0.4, "loose": 0.45, "oversized": 0.15},
    ),
    "Hoodie": (
        0.07, {"long": 1.0}, {"hood": 1.0}, {"regular": 0.9, "crop": 0.1},
        {"regular": 0.4, "loose": 0.35, "oversized": 0.25},
    ),
}  # fmt: skip


def pick(rng: np.random.Generator, choice: _Choice) -> str:
    """One of the names, by their weights."""
    names = list(choice)
    weights = np.array([choice[n] for n in names])
    return names[int(rng.choice(len(names), p=weights / weights.sum()))]


def sample_upper(rng: np.random.Generator, label: str | None = None) -> UpperDesign:
    """A design as a shop might sell it; ``label`` fixes the kind."""
    label = label or pick(rng, {name: row[0] for name, row in _LABELS.items()})
    _, sleeves, necks, lengths, fits = _LABELS[label]
    sleeve, neck, length, fit = (pick(rng, c) for c in (sleeves, necks, lengths, fits))
    if sleeve in ("cap", "spaghetti", "strap") and fit in ("loose", "oversized"):
        fit = "regular"
    women = {"Top": 0.95, "Blouse": 1.0, "Undershirt": 0.5}.get(label, 0.5)
    sex = 1.0 if length == "crop" or rng.random() < women else 0.0
    return sample_sizes(rng, UpperDesign(label, sex, sleeve, neck, length, fit))  # type: ignore[arg-type]


def sample_sizes(rng: np.random.Generator, d: UpperDesign) -> UpperDesign:
    """Lengths and widths for a design of which sleeve, neck, length and fit are known."""
    ease, arm_ease, taper, drop = _FIT[d.fit]
    span = _SLEEVE_M[d.sleeve]
    vary = lambda value, share=0.15: float(value * rng.uniform(1 - share, 1 + share))  # noqa: E731
    width = {"round": 0.082, "v": 0.088, "scoop": 0.105, "square": 0.11, "boat": 0.135}.get(d.neck, 0.080)
    front = {"round": 0.085, "v": 0.17, "scoop": 0.14, "square": 0.125, "boat": 0.065}.get(d.neck, 0.085)
    power = {"v": 1.12, "square": 7.0, "boat": 1.7}.get(d.neck, 2.1)
    if d.neck == "collar" and rng.random() < 0.4:  # the upper buttons are open
        front, power = float(rng.uniform(0.11, 0.16)), 1.25
    width, front = vary(width, 0.08), vary(front, 0.12)
    strap = {"spaghetti": width + 0.016, "strap": width + 0.03, "tank": width + 0.055}.get(d.sleeve, 0.15)
    if d.sleeve == "spaghetti":
        width, front = max(width, 0.10), max(front, 0.16)
        strap = width + 0.014
    sleeve_m = None if span is None else float(rng.uniform(*span))
    if sleeve_m is not None and drop > 0.02 and d.sleeve in ("short", "elbow"):
        sleeve_m += 0.6 * drop
    if d.label in ("Shirt", "Hoodie", "Blouse") and d.sleeve == "long":
        cuff = 0.008
    else:
        cuff = arm_ease * (0.75 if d.sleeve in ("long", "three_quarter") else 1.1)
    closure: Closure = "half" if d.label == "Polo" else "none"
    if d.label == "Hoodie" and rng.random() < 0.35:
        closure = "zip"
    if d.label == "Shirt" or (d.label == "Blouse" and d.neck == "collar"):
        closure = "buttons"
    back = {"boat": 0.045, "scoop": 0.05, "square": 0.05}.get(d.neck, 0.04)
    return replace(
        d, closure=closure, sleeve_m=sleeve_m, strap_x=min(strap, 0.165), neck_width=width, neck_front=front,
        neck_back=vary(back) + (0.08 if d.sleeve in ("spaghetti", "strap") else 0.0), neck_power=power,
        armhole_drop_m=float(rng.uniform(0.0, 0.02)) + (0.02 if d.fit in ("regular", "loose") else 0.0),
        hem_m=float(rng.uniform(*_HEM_M[d.length])), ease_m=vary(ease), sleeve_ease_m=vary(arm_ease),
        cuff_ease_m=vary(cuff), drop_m=vary(drop), taper=taper,
        flare=float(rng.uniform(0.05, 0.2)) if d.label == "Blouse" or d.length == "tunic" else 0.0,
        collar=_sample_collar(rng, d), seed=int(rng.integers(2**31)),
    )  # fmt: skip


def _sample_collar(rng: np.random.Generator, d: UpperDesign) -> CollarCut | None:
    if d.neck == "hood":
        return CollarCut("hood", stand=float(rng.uniform(0.040, 0.055)), leaf=float(rng.uniform(0.08, 0.15)))
    if d.neck != "collar":
        return None
    if d.label != "Polo" and rng.random() < 0.12:
        return CollarCut("stand", stand=float(rng.uniform(0.022, 0.032)))
    soft = d.label == "Polo"
    point = float(rng.uniform(0.055, 0.07) if soft else rng.uniform(0.06, 0.08))
    return CollarCut(
        "fold", 0.022 if soft else 0.028, float(rng.uniform(0.035, 0.045)), point, float(rng.uniform(0.015, 0.04))
    )


def cut_of(design: UpperDesign) -> BodiceCut:
    """The geometry of a design."""
    d = design
    high = None if d.neck != "high" else 0.02
    neck = NeckCut(d.neck_width, d.neck_front, d.neck_back, d.neck_power, high)
    return BodiceCut(
        neck, d.sleeve_m, d.strap_x, d.armhole_drop_m, d.hem_m, d.ease_m, d.sleeve_ease_m, d.cuff_ease_m, d.drop_m,
        d.taper, d.flare, wave_m=0.15 * d.ease_m + 0.001, collar=d.collar,
    )  # fmt: skip


def sleeve_attribute(sleeve_m: float | None) -> str:
    """The sleeve's name as ``tryon.types.SleeveLength`` has it, by its length from the armhole (m)."""
    if sleeve_m is None or sleeve_m < 0.08:
        return "none"
    return "short" if sleeve_m < 0.33 else "three_quarter" if sleeve_m < 0.5 else "long"


def make_upper(design: UpperDesign, kit: CutKit) -> CutGarment:
    """Cut an upper and lay it flat; about .4 s."""
    attributes = {
        "sleeve": sleeve_attribute(design.sleeve_m), "sleeve_kind": design.sleeve, "length": design.length,
        "neck": design.neck, "fit": design.fit, "closure": design.closure,
    }  # fmt: skip
    if design.neck == "hood":
        attributes["hood"] = "down"
    cut = cut_of(design)
    garment, bodice = make_bodice(
        cut, kit, id=f"upper-{design.label.lower()}-{design.seed}", label=design.label,
        category="upper", sex=design.sex, attributes=attributes,
    )  # fmt: skip
    return garment.described(features=make_features(_trims(design), garment.mesh, bodice, cut, kit))


def _trims(d: UpperDesign) -> TrimPlan:
    """What is sewn onto a design; its seed decides."""
    rng = np.random.default_rng(d.seed)
    luck = rng.random(4)
    knit = d.label in ("T-Shirt", "Longsleeve", "Undershirt")
    band = float(rng.uniform(0.014, 0.024)) if knit or (d.label == "Top" and luck[0] < 0.3) else 0.0
    ribbed = d.label == "Hoodie" or (d.label == "Longsleeve" and d.fit in ("loose", "oversized") and luck[1] < 0.6)
    long = d.sleeve == "long"
    cuff = 0.055 if ribbed and long else 0.06 if d.label == "Shirt" and long else 0.02 if d.label == "Polo" else 0.0
    if d.label == "Longsleeve" and long and not ribbed and luck[1] < 0.3:
        cuff = 0.03
    if d.label == "Polo":
        return TrimPlan(cuff_rib=0.0 if long else cuff, placket=0.14, buttons=0.05)
    patch = (d.label == "Shirt" and luck[2] < 0.55) or (d.label == "T-Shirt" and luck[2] < 0.12)
    return TrimPlan(
        neckband=0.022 if d.neck == "high" else band, hem_rib=0.05 if ribbed else 0.0, cuff_rib=cuff,
        placket=9.0 if d.closure == "buttons" else 0.0, buttons=0.085 if d.closure == "buttons" else 0.0,
        zip=d.closure == "zip", kangaroo=d.label == "Hoodie" and d.closure != "zip" and d.length != "crop",
        chest_pocket="patch" if patch else "none",
        side_pockets="slit" if d.closure == "zip" and d.length != "crop" else "none",
    )  # fmt: skip
