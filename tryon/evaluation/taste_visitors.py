"""Simulated visitors with a taste of one kind or mixed: what they like is decided by how garments were designed.

The recommender sees pictures and a shop's labels. These visitors go by something else: the engine's own records of the
gallery's garments (the cloth's colours as written, the pattern's name, centimetres of the cut, words of the name), or,
for real photos, hues of the picture's middle, the 14 human labels, a fixed dress code, and features of a network
that never saw a garment's label. A recommender that only repeated its own measures would gain nothing here.
"""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.synth.gallery import GalleryGarment

F64 = NDArray[np.float64]
TASTES = ("colour", "pattern", "cut", "occasion", "mixed")
LIKED = 0.25  # of the garments a visitor likes: a shop's window, not a wardrobe
NOISE = 0.25  # of a garment's appeal that no taste explains
MISTAKES = 0.08  # of the answers are the opposite of what is felt
# Words of names that say what a garment is worn for, 1 for the office and 0 for the sofa
DRESS_CODE = {
    "blazer": 1.0, "oxford": 0.9, "satin": 0.9, "pinstriped": 0.9, "coat": 0.8, "blouse": 0.8, "tapered": 0.8,
    "little": 0.9, "slip": 0.85, "plum": 0.8, "turtleneck": 0.65, "pleated": 0.7, "polo": 0.5, "linen": 0.55,
    "chino": 0.5, "chinos": 0.5,
    "cardigan": 0.5, "tea": 0.6, "midi": 0.7, "shirt": 0.6, "crew-neck": 0.5, "knit": 0.5, "denim": 0.25, "jeans": 0.3,
    "t-shirt": 0.2, "tank": 0.1, "hoodie": 0.0, "sweatshirt": 0.05, "joggers": 0.0, "shorts": 0.15, "college": 0.0,
    "flannel": 0.3, "summer": 0.35, "bomber": 0.3, "print": 0.2,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Qualities:
    """N garments as simulated visitors see them; each row describes one, each column one quality (about unit spread).

    For ``colour`` the columns are hue (a circle, two columns), saturation and brightness.
    """

    ids: tuple[str, ...]
    by_taste: dict[str, F64]


@dataclass(frozen=True, eq=False)
class SimulatedVisitor:
    """taste: one of TASTES. liked: (N,) bool, what they like. appeal: (N,), how much."""

    taste: str
    liked: NDArray[np.bool_]
    appeal: F64


def qualities_of_designs(garments: Sequence[GalleryGarment]) -> Qualities:
    """The gallery as its engine wrote it down.

    Args:
        garments: of ``tryon.synth.gallery``.
    """
    patterns = sorted({_pattern(each) for each in garments})
    names = sorted({name for each in garments for name, value in vars(each.cut).items() if isinstance(value, float)})
    cuts = np.array([[float(getattr(each.cut, name, np.nan)) for name in names] for each in garments])
    mean, spread = np.nanmean(cuts, 0), np.nanstd(cuts, 0)
    cuts = np.nan_to_num((cuts - mean) / np.maximum(spread, 1e-6))  # centimetres that a cut lacks are as usual
    kinds = sorted({type(each.cut).__name__ for each in garments})
    kind = np.array([[2.0 * (type(each.cut).__name__ == name) for name in kinds] for each in garments])
    necks = sorted({str(getattr(each.cut, "neck", "")) for each in garments})
    neck = np.array([[2.0 * (str(getattr(each.cut, "neck", "")) == name) for name in necks] for each in garments])
    return Qualities(
        tuple(each.id for each in garments),
        {
            "colour": np.array([_hsv(_cloth(each)) for each in garments]),
            "pattern": np.array([[float(_pattern(each) == name) for name in patterns] for each in garments]),
            "cut": np.concatenate([kind, neck, cuts], 1),
            "occasion": np.array([[_dress_code(each.name)] for each in garments]),
        },
    )


def draw_visitor(qualities: Qualities, taste: str, rng: np.random.Generator) -> SimulatedVisitor:
    """Somebody with a taste.

    Args:
        qualities: of the garments.
        taste: one of TASTES.
        rng: draws.
    """
    kinds = list(qualities.by_taste)
    weights = dict.fromkeys(kinds, 0.0)
    if taste == "mixed":
        chosen = rng.choice(len(kinds), 2, replace=False)
        share = rng.uniform(0.35, 0.65)
        weights[kinds[chosen[0]]], weights[kinds[chosen[1]]] = share, 1 - share
    else:
        weights[taste] = 1.0
    appeal = np.zeros(len(qualities.ids))
    for kind, weight in weights.items():
        if weight:
            appeal += weight * _standard(_appeal(kind, qualities.by_taste[kind], rng))
    appeal = (1 - NOISE) * _standard(appeal) + NOISE * rng.standard_normal(len(appeal))
    liked = appeal >= np.quantile(appeal, 1 - LIKED)
    return SimulatedVisitor(taste, liked, appeal)


def _appeal(kind: str, values: F64, rng: np.random.Generator) -> F64:
    """How much each garment's quality of one kind pleases; what pleases is drawn."""
    if kind == "colour":  # near a colour that some garment has
        ideal = values[rng.integers(len(values))]
        return -np.asarray(np.linalg.norm(values - ideal, axis=1))
    if kind == "pattern":
        return np.asarray(values @ rng.standard_normal(values.shape[1]))
    if kind == "occasion":  # near a dress code
        return -np.abs(values[:, 0] - rng.uniform(0, 1))
    chosen = rng.standard_normal(values.shape[1]) * (rng.random(values.shape[1]) < 0.4)  # few go by everything
    return np.asarray(values @ chosen)


def _standard(values: F64) -> F64:
    return np.asarray((values - values.mean()) / max(1e-9, float(values.std())))


def hue_circle(red: float, green: float, blue: float) -> tuple[float, float, float, float]:
    """A colour 0..1 as a place: hue on a circle that is the smaller the greyer, saturation, brightness."""
    hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
    strength = 1.5 * saturation * np.sqrt(value)
    return (strength * np.cos(2 * np.pi * hue), strength * np.sin(2 * np.pi * hue), 0.5 * saturation, value)


def _hsv(colour: str) -> tuple[float, float, float, float]:
    red, green, blue = (int(colour.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return hue_circle(red, green, blue)


def _cloth(garment: GalleryGarment) -> str:
    """The main cloth's most striking colour: of patterns with a white ground, the other one."""
    colours = garment.look.fabrics["shell"].colours
    return max(colours, key=lambda each: colorsys.rgb_to_hsv(*(int(each[i : i + 2], 16) / 255 for i in (1, 3, 5)))[1])


def _pattern(garment: GalleryGarment) -> str:
    if garment.look.prints and garment.look.prints[0].kind != "badge":
        return "print"
    cloth = garment.look.fabrics["shell"]
    return cloth.pattern if cloth.pattern not in ("plain", "melange") else "plain"


def _dress_code(name: str) -> float:
    found = [DRESS_CODE[word] for word in name.lower().replace(",", "").split() if word in DRESS_CODE]
    return float(np.mean(found)) if found else 0.4
