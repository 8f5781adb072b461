"""Random cuts as a shop might hang them: the gallery's cuts with other measures, and what they are made with."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.models.design_details import detail_vector
from tryon.synth.bottoms import SkirtCut, TrouserCut, cut_skirt, cut_trousers
from tryon.synth.gallery import GARMENTS
from tryon.synth.necks import Neck, TopCut
from tryon.synth.open_tops import JacketCut, cut_jacket
from tryon.synth.pattern import FlatPattern
from tryon.synth.tops import cut_top
from tryon.types import SleeveLength

SPREAD = 0.07  # measures differ from a shop's by so much (one sigma); beyond .12 shapes look home-made
KEPT = ("hem_sag", "cuff_rib", "hem_rib", "rib", "turn_up", "band", "waist_seam_y", "lapel_y")
SLEEVE_CM: dict[SleeveLength, tuple[float, float]] = {
    "none": (0, 0), "short": (11, 26), "three_quarter": (36, 46), "long": (54, 64),
}  # fmt: skip
# which labels' sleeves may become which others; a hoodie keeps its own
OTHER_SLEEVES: dict[str, tuple[SleeveLength, ...]] = {
    "T-Shirt": ("short",), "Longsleeve": ("long", "three_quarter"), "Shirt": ("long", "short"),
    "Polo": ("short", "long"),
    "Top": ("none", "short", "three_quarter"), "Blouse": ("long", "three_quarter", "short", "none"),
    "Dress": ("none", "short", "three_quarter", "long"),
}  # fmt: skip
OTHER_NECKS: dict[str, tuple[Neck, ...]] = {
    "T-Shirt": ("crew", "crew", "v", "scoop"), "Longsleeve": ("crew", "v", "boat", "turtle", "scoop"),
    "Top": ("crew", "v", "scoop", "boat"), "Dress": ("crew", "v", "scoop", "boat"), "Blouse": ("v", "boat", "shirt"),
}  # fmt: skip


@cache
def cuts_by_label() -> dict[str, list[Any]]:
    """The gallery's cuts by label; undershirts are its sleeveless tops."""
    out: dict[str, list[Any]] = {}
    for garment in GARMENTS:
        out.setdefault(garment.label, []).append(garment.cut)
    out["Undershirt"] = [cut for cut in out["Top"] if isinstance(cut, TopCut) and cut.sleeve == "none"]
    return out


@dataclass(frozen=True)
class DesignCut:
    """A cut of a label, laid out. details: (len(DETAILS),) float32."""

    label: str
    pattern: FlatPattern
    details: NDArray[np.float32]


def random_cut(label: str, rng: np.random.Generator) -> DesignCut:
    """A cut of one of ``GARMENT_LABELS``, near one that the gallery has; rng decides."""
    bases = cuts_by_label()[label]
    base = bases[int(rng.integers(len(bases)))]
    size = float(np.exp(rng.normal(0, 0.05)))  # all measures together: men's, women's, sizes
    if isinstance(base, JacketCut):
        top = _vary_top(base.top, label, rng, size)
        cut = replace(base, top=top, gap_top=_near(base.gap_top, rng), gap_hem=_near(base.gap_hem, rng, 0.2))
        return DesignCut(label, cut_jacket(cut), _details_of_jacket(cut))
    if isinstance(base, TopCut):
        top = _vary_top(base, label, rng, size)
        return DesignCut(label, cut_top(top), _details_of_top(top))
    if isinstance(base, TrouserCut):
        trousers = _vary_trousers(base, label, rng, size)
        return DesignCut(label, cut_trousers(trousers), _details_of_trousers(trousers))
    skirt = _vary_skirt(base, rng, size)
    return DesignCut(label, cut_skirt(skirt), _details_of_skirt(skirt))


def _near(value: float, rng: np.random.Generator, spread: float = SPREAD) -> float:
    return float(value * np.exp(np.clip(rng.normal(0, spread), -2 * spread, 2 * spread)))


def _vary(cut: Any, rng: np.random.Generator, size: float) -> dict[str, float]:
    """Every length of a cut, a little off."""
    values = {}
    for field in dataclasses.fields(cut):
        value = getattr(cut, field.name)
        if isinstance(value, float) and field.name not in KEPT and value > 0:
            values[field.name] = _near(value * size, rng)
    return values


def _vary_top(cut: TopCut, label: str, rng: np.random.Generator, size: float) -> TopCut:
    new: dict[str, Any] = _vary(cut, rng, size)
    new["sleeve_deg"] = float(np.clip(cut.sleeve_deg + rng.normal(0, 4), 28, 76))
    # one change of width goes through the trunk, or its sides would wave
    width = _near(size, rng, 0.08)
    for name in ("shoulder_half", "chest_half", "waist_half", "hem_half"):
        new[name] = float(getattr(cut, name) * width)
    flare = float(np.exp(rng.normal(0, 0.16 if cut.dress else 0.05)))
    new["hem_half"] = max(new["hem_half"] * flare, 0.92 * new["waist_half"])
    new["waist_half"] = _near(new["waist_half"], rng, 0.05)
    new["length"] = cut.length * size * float(np.exp(rng.normal(0, 0.12 if cut.dress else 0.09)))
    if label in OTHER_SLEEVES and cut.neck != "strap" and rng.random() < 0.6:
        sleeve = OTHER_SLEEVES[label][int(rng.integers(len(OTHER_SLEEVES[label])))]
        new |= _sleeve(sleeve, rng)
        if sleeve == "none" and cut.sleeve != "none":
            new["shoulder_half"] *= 0.86
    elif cut.sleeve != "none":
        low, high = SLEEVE_CM[cut.sleeve]
        new["sleeve_length"] = float(np.clip(new["sleeve_length"], low, high))
    if label in OTHER_NECKS and cut.neck not in ("strap", "shirt") and rng.random() < 0.6:
        new["neck"] = OTHER_NECKS[label][int(rng.integers(len(OTHER_NECKS[label])))]
        if new["neck"] == "shirt":
            new |= {"placket": 0.8 * new["length"], "rib": 0.0}
        if new["neck"] in ("v", "scoop"):
            new["neck_depth"] = float(rng.uniform(10, 17))
        if new["neck"] == "turtle":
            new |= {"neck_half": 7.2, "neck_depth": 7.0}
    new["neck_half"] = min(new.get("neck_half", cut.neck_half), new["shoulder_half"] - 3.0)
    return replace(cut, **new)


def _sleeve(sleeve: SleeveLength, rng: np.random.Generator) -> dict[str, Any]:
    """Measures of a sleeve of another length."""
    out: dict[str, Any] = {"sleeve": sleeve, "sleeve_length": float(rng.uniform(*SLEEVE_CM[sleeve]))}
    if sleeve == "short":
        out |= {"sleeve_deg": float(rng.uniform(32, 46)), "cuff_width": float(rng.uniform(13, 18)), "cuff_rib": 0.0}
    if sleeve in ("three_quarter", "long"):
        out |= {"sleeve_deg": float(rng.uniform(62, 72)), "cuff_width": float(rng.uniform(10, 14))}
    return out


def _vary_trousers(cut: TrouserCut, label: str, rng: np.random.Generator, size: float) -> TrouserCut:
    new: dict[str, Any] = _vary(cut, rng, size)
    width = _near(size, rng)
    for name in ("waist_half", "hip_half", "leg_out"):
        new[name] = float(getattr(cut, name) * width)
    if label == "Shorts":
        new["length"] = new["rise"] + float(rng.uniform(8, 28))
    elif rng.random() < 0.4:
        new["length"] = new["rise"] + float(rng.uniform(58, 80))
    new["leg_width"] = cut.leg_width * width * _near(1.0, rng, 0.12)
    new["leg_width"] = min(new["leg_width"], new["leg_out"] - 0.8)
    return replace(cut, **new, drawstring=cut.drawstring or bool(label == "Shorts" and rng.random() < 0.2))


def _vary_skirt(cut: SkirtCut, rng: np.random.Generator, size: float) -> SkirtCut:
    new: dict[str, Any] = _vary(cut, rng, size)
    width = _near(size, rng)
    new["waist_half"], new["hip_half"] = cut.waist_half * width, cut.hip_half * width
    new["hem_half"] = max(cut.hem_half * width * float(np.exp(rng.normal(0, 0.18))), 0.95 * new["hip_half"])
    new["length"] = float(np.clip(cut.length * float(np.exp(rng.normal(0, 0.22))), 34, 92))
    return replace(cut, **new)


def _details_of_top(cut: TopCut) -> NDArray[np.float32]:
    values = {
        f"neck_{cut.neck}": 1.0, "neck_depth": cut.neck_depth, "rib": cut.rib, "cuff_rib": cut.cuff_rib,
        "hem_rib": cut.hem_rib, "placket": cut.placket, "waist_seam": cut.waist_seam_y,
        "chest_pocket": cut.chest_pocket, "kangaroo": cut.kangaroo, "raglan": cut.raglan,
    }  # fmt: skip
    return detail_vector({name: float(value) for name, value in values.items()})


def _details_of_jacket(cut: JacketCut) -> NDArray[np.float32]:
    opening = {f"finish_{cut.finish}": 1.0, "gap_top": cut.gap_top, "gap_hem": cut.gap_hem, "band": cut.band}
    top = replace(cut.top, neck="hood" if cut.finish == "zip_hood" else "v", rib=0.0, placket=0.0)
    return np.maximum(_details_of_top(top), detail_vector(opening))


def _details_of_trousers(cut: TrouserCut) -> NDArray[np.float32]:
    values = {
        "band": cut.band, "jeans": cut.jeans, "drawstring": cut.drawstring, "cuff_rib": cut.cuff_rib,
        "crease": cut.crease, "turn_up": cut.turn_up,
    }  # fmt: skip
    return detail_vector({name: float(value) for name, value in values.items()})


def _details_of_skirt(cut: SkirtCut) -> NDArray[np.float32]:
    values = {
        "band": cut.band, "pleats": cut.pleats, "waves": cut.waves, "front_buttons": cut.front_buttons,
        "patch_pockets": cut.patch_pockets,
    }  # fmt: skip
    return detail_vector({name: float(value) for name, value in values.items()})
