"""Dresses: a bodice and a skirt in one surface, from sheath to fit-and-flare, mini to maxi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from tryon.synth.bodice import BodiceCut, CutGarment, NeckCut, make_bodice
from tryon.synth.cutkit import CutKit
from tryon.synth.upper_cuts import Neck, Sleeve, UpperDesign, pick, sample_sizes, sleeve_attribute
from tryon.synth.upper_features import TrimPlan, make_features

DressLength = Literal["mini", "knee", "midi", "maxi"]
Line = Literal["sheath", "straight", "a_line", "fit_and_flare", "empire"]


@dataclass(frozen=True)
class DressDesign:
    """All that makes a dress.

    top: sleeves, neck and widths as for uppers (its hem counts for nothing). hem_m: over the crotch (negative).
    waist_m: the seam's height over the crotch. flare: share of radius gained from waist to hem. waves: folds around
    the hem, wave_m deep. taper: how fast the bodice may narrow.
    """

    top: UpperDesign
    length: DressLength = "knee"
    line: Line = "a_line"
    hem_m: float = -0.40
    waist_m: float = 0.27
    flare: float = 0.35
    waves: int = 8
    wave_m: float = 0.014
    taper: float = 0.6


_LENGTH_M: dict[str, tuple[float, float]] = {
    "mini": (-0.26, -0.14), "knee": (-0.44, -0.32), "midi": (-0.64, -0.50), "maxi": (-0.77, -0.70),
}  # fmt: skip
# flare, waves a turn, depth of the waves (m), waist over the crotch (m), taper
_LINE: dict[str, tuple[tuple[float, float], tuple[int, int], float, float, float]] = {
    "sheath": ((-0.06, 0.02), (5, 7), 0.002, 0.26, 0.9), "straight": ((0.05, 0.15), (5, 8), 0.006, 0.26, 0.1),
    "a_line": ((0.25, 0.5), (7, 10), 0.012, 0.27, 0.6), "fit_and_flare": ((0.55, 0.9), (8, 12), 0.02, 0.28, 1.2),
    "empire": ((0.25, 0.6), (7, 10), 0.014, 0.40, 0.9),
}  # fmt: skip


def sample_dress(rng: np.random.Generator) -> DressDesign:
    """A dress as a shop might sell it."""
    sleeve = pick(
        rng,
        {
            "spaghetti": 0.16,
            "strap": 0.12,
            "tank": 0.24,
            "cap": 0.08,
            "short": 0.2,
            "three_quarter": 0.06,
            "long": 0.14,
        },
    )
    neck = pick(
        rng, {"round": 0.3, "v": 0.3, "scoop": 0.16, "square": 0.12, "boat": 0.07, "high": 0.05, "collar": 0.06}
    )
    if sleeve == "spaghetti" and neck not in ("v", "square"):
        neck = "scoop"
    if neck == "collar" and sleeve in ("spaghetti", "strap"):
        sleeve = "short"
    line = pick(rng, {"sheath": 0.2, "straight": 0.16, "a_line": 0.34, "fit_and_flare": 0.2, "empire": 0.1})
    length = pick(rng, {"mini": 0.28, "knee": 0.34, "midi": 0.22, "maxi": 0.16})
    fit = "regular" if line == "straight" else "fitted"
    top = sample_sizes(rng, UpperDesign("Dress", 1.0, sleeve, neck, "regular", fit))  # type: ignore[arg-type]
    flare, waves, wave_m, waist, taper = _LINE[line]
    return DressDesign(
        replace(top, ease_m=min(top.ease_m, 0.012)), length, line,  # type: ignore[arg-type]
        float(rng.uniform(*_LENGTH_M[length])), waist + float(rng.uniform(-0.015, 0.02)), float(rng.uniform(*flare)),
        int(rng.integers(waves[0], waves[1] + 1)), float(wave_m * rng.uniform(0.6, 1.3)), taper,
    )  # fmt: skip


def cut_of_dress(design: DressDesign) -> BodiceCut:
    """The geometry of a design."""
    d, t = design, design.top
    neck = NeckCut(t.neck_width, t.neck_front, t.neck_back, t.neck_power, 0.02 if t.neck == "high" else None)
    return BodiceCut(
        neck, t.sleeve_m, t.strap_x, t.armhole_drop_m, d.hem_m, t.ease_m, t.sleeve_ease_m, t.cuff_ease_m, t.drop_m,
        d.taper, d.flare, d.wave_m, d.waves, seam=d.waist_m, collar=t.collar,
    )  # fmt: skip


def make_dress(design: DressDesign, kit: CutKit) -> CutGarment:
    """Cut a dress and lay it flat; about .6 s."""
    t = design.top
    attributes = {
        "sleeve": sleeve_attribute(t.sleeve_m), "sleeve_kind": t.sleeve, "length": design.length, "neck": t.neck,
        "fit": design.line, "closure": "buttons" if t.neck == "collar" else "none",
    }  # fmt: skip
    cut = cut_of_dress(design)
    garment, bodice = make_bodice(
        cut,
        kit,
        id=f"dress-{t.seed}",
        label="Dress",
        category="dress",
        sex=t.sex,
        attributes=attributes,
    )  # fmt: skip
    buttons = t.neck == "collar"
    plan = TrimPlan(
        neckband=0.012 if t.neck == "high" else 0.0, placket=9.0 if buttons else 0.0, buttons=0.09 if buttons else 0.0
    )
    return garment.described(features=make_features(plan, garment.mesh, bodice, cut, kit))


__all__ = ["DressDesign", "Neck", "Sleeve", "cut_of_dress", "make_dress", "sample_dress"]
