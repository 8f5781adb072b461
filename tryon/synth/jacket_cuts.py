"""Jackets, blazers, cardigans and coats: worn over a top, open in front or closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.synth.bodice import BodiceCut, CutGarment, NeckCut, make_bodice
from tryon.synth.collars import CollarCut
from tryon.synth.cutkit import CutKit
from tryon.synth.upper_cuts import UpperDesign, pick, sample_sizes, sleeve_attribute
from tryon.synth.upper_features import TrimPlan, make_features

JacketKind = Literal["blazer", "cardigan", "bomber", "field", "zip_jacket", "coat"]


@dataclass(frozen=True)
class JacketDesign:
    """All that makes a jacket.

    top: sleeves, neck, widths as for uppers. open_front: whether it is worn open; gap_m: half-width of the opening at
    neck and hem.
    """

    top: UpperDesign
    kind: JacketKind = "blazer"
    open_front: bool = True
    collar: CollarCut | None = None
    gap_m: tuple[float, float] = (0.03, 0.09)


# label, weight, hem over the crotch (m), neck width, front depth, ease, sleeve ease, cuff ease, share worn open
_KIND: dict[str, tuple[str, float, tuple[float, float], float, float, float, float, float, float]] = {
    "blazer": ("Blazer", 0.3, (-0.06, 0.03), 0.088, 0.10, 0.016, 0.020, 0.022, 0.75),
    "cardigan": ("Outwear", 0.2, (-0.08, 0.06), 0.085, 0.10, 0.018, 0.020, 0.014, 0.85),
    "bomber": ("Outwear", 0.14, (0.06, 0.12), 0.080, 0.07, 0.028, 0.034, 0.010, 0.6),
    "field": ("Outwear", 0.14, (-0.04, 0.06), 0.082, 0.075, 0.024, 0.026, 0.022, 0.65),
    "zip_jacket": ("Outwear", 0.12, (0.0, 0.08), 0.080, 0.07, 0.024, 0.028, 0.012, 0.4),
    "coat": ("Outwear", 0.1, (-0.45, -0.15), 0.088, 0.10, 0.028, 0.030, 0.030, 0.7),
}


def sample_jacket(rng: np.random.Generator, kind: str | None = None) -> JacketDesign:
    """A jacket as a shop might sell it; ``kind`` fixes it."""
    kind = kind or pick(rng, {name: row[1] for name, row in _KIND.items()})
    label, _, hem, width, depth, ease, arm, cuff, share = _KIND[kind]
    top = sample_sizes(rng, UpperDesign(label, float(rng.integers(2)), "long", "v", "regular", "regular"))
    vary = lambda value: float(value * rng.uniform(0.85, 1.2))  # noqa: E731
    from dataclasses import replace

    top = replace(
        top, neck_width=vary(width), neck_front=vary(depth), neck_power=1.6, hem_m=float(rng.uniform(*hem)),
        ease_m=vary(ease),
        sleeve_ease_m=vary(arm), cuff_ease_m=vary(cuff), taper=0.25 if kind == "blazer" else 0.0, drop_m=0.01,
    )  # fmt: skip
    collar = _sample_collar(rng, kind, top.hem_m)
    low = float(rng.uniform(0.03, 0.12))
    return JacketDesign(top, kind, bool(rng.random() < share), collar, (float(rng.uniform(0.1, 0.6)) * low, low))  # type: ignore[arg-type]


def _sample_collar(rng: np.random.Generator, kind: str, hem_m: float) -> CollarCut | None:
    if kind == "blazer" or (kind == "coat" and rng.random() < 0.7):
        break_z = float(rng.uniform(0.17, 0.27))
        return CollarCut(
            "lapel", 0.028, float(rng.uniform(0.04, 0.05)), lapel=float(rng.uniform(0.06, 0.09)), break_z=break_z
        )
    if kind == "cardigan":
        return None
    if kind == "field" or rng.random() < 0.35:
        return CollarCut("fold", 0.03, float(rng.uniform(0.045, 0.06)), float(rng.uniform(0.06, 0.08)), 0.02)
    return CollarCut("stand", float(rng.uniform(0.03, 0.05)))


def cut_of_jacket(design: JacketDesign) -> BodiceCut:
    """The geometry of a design."""
    t = design.top
    return BodiceCut(
        NeckCut(t.neck_width, t.neck_front, t.neck_back, t.neck_power), t.sleeve_m, t.strap_x, t.armhole_drop_m,
        t.hem_m, t.ease_m, t.sleeve_ease_m, t.cuff_ease_m, t.drop_m, t.taper, 0.05, 0.004, 6,
        gap=design.gap_m if design.open_front else None, collar=design.collar,
    )  # fmt: skip


def make_jacket(design: JacketDesign, kit: CutKit) -> CutGarment:
    """Cut a jacket and lay it flat; about .5 s."""
    t = design.top
    length = "tunic" if t.hem_m < -0.1 else "long" if t.hem_m < 0 else "regular"
    attributes = {
        "sleeve": sleeve_attribute(t.sleeve_m), "sleeve_kind": t.sleeve, "length": length, "neck": t.neck, "fit": t.fit,
        "closure": "open" if design.open_front else "zip", "kind": design.kind,
    }  # fmt: skip
    cut = cut_of_jacket(design)
    garment, bodice = make_bodice(
        cut, kit, id=f"jacket-{design.kind}-{t.seed}", label=t.label, category="upper", sex=t.sex,
        attributes=attributes,
    )  # fmt: skip
    return garment.described(features=make_features(_trims(design), garment.mesh, bodice, cut, kit))


def _trims(d: JacketDesign) -> TrimPlan:
    """What is sewn onto a jacket; its seed decides."""
    luck = np.random.default_rng(d.top.seed).random(3)
    ribbed = d.kind in ("bomber", "zip_jacket", "cardigan")
    edge = {"cardigan": "band", "zip_jacket": "zip", "bomber": "zip"}.get(d.kind, "stitch")
    buttons = {"blazer": 0.11, "cardigan": 0.085, "field": 0.10, "coat": 0.13}.get(d.kind, 0.0)
    pockets = {"blazer": "flap", "field": "patch", "coat": "flap", "cardigan": "patch" if luck[0] < 0.5 else "none"}
    return TrimPlan(
        neckband=0.03 if d.kind == "cardigan" else 0.0, hem_rib=0.05 * ribbed, cuff_rib=0.05 * ribbed,
        placket=9.0 if buttons and not d.open_front else 0.0, buttons=buttons, zip=not d.open_front and not buttons,
        chest_pocket="welt" if d.kind == "blazer" else "patch" if d.kind == "field" else "none",
        side_pockets=pockets.get(d.kind, "slit"), front_edge=edge,  # type: ignore[arg-type]
    )  # fmt: skip
