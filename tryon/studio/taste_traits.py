"""What a recommendation knows of a garment: colours, pattern, cut, occasion, and the network's impression of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.colour_families import families_of
from tryon.garment.colours import ANCHORS, colour_words
from tryon.studio.taste_pattern import Pattern, read_pattern
from tryon.types import Category, Garment, LegLength, MaskF32, RGBu8, SleeveLength

LOOK_NUMBERS = 320  # of the encoder's deepest features
PALETTE_NUMBERS = sum(len(colours) for colours in ANCHORS.values())
HUES = 36  # bins of a hue histogram: 10 degrees each
PALETTE_SIDE = 96  # pixels: colours need no detail
NEAR = 14.0  # CIE L*a*b* units: a pixel counts for every anchor about so near; folds stay within it
# How dressed up each kind of garment is, 0 for the beach to 1 for the office, and how warm, 0 for July to 1 for
# January; what a shop's departments say
FORMALITY = {
    "Undershirt": 0.05, "Shorts": 0.15, "T-Shirt": 0.2, "Hoodie": 0.1, "Top": 0.4, "Longsleeve": 0.4, "Polo": 0.5,
    "Pants": 0.5, "Outwear": 0.5, "Skirt": 0.6, "Dress": 0.65, "Shirt": 0.7, "Blouse": 0.8, "Blazer": 0.95,
}  # fmt: skip
WARMTH = {
    "Undershirt": 0.1, "Shorts": 0.1, "T-Shirt": 0.2, "Top": 0.2, "Polo": 0.3, "Dress": 0.4, "Skirt": 0.4,
    "Blouse": 0.4, "Shirt": 0.45, "Pants": 0.5, "Longsleeve": 0.6, "Blazer": 0.65, "Hoodie": 0.8, "Outwear": 0.85,
}  # fmt: skip
UNKNOWN = 0.45  # of a garment whose kind is not known
SLEEVES_WARM = {"none": -0.15, "short": -0.08, "three_quarter": 0.0, "long": 0.08}
LEGS_WARM = {"short": -0.15, "knee": -0.05, "long": 0.08}
DENIM = 0.2  # blue trousers without a pattern are mostly jeans: less dressed up by so much
CASUAL, SMART = 0.32, 0.68  # beyond these a garment is called so


@dataclass(frozen=True, eq=False)
class Traits:
    """A garment as a recommendation sees it.

    colours: families of ``colour_families``, the most frequent first. pattern: a word, or "" where it is not sure.
    palette: (45,) float32, unit length, how much of it is near each anchor colour. weave: (K,) float32, measures of
    the pattern. look: (320,) float32 from the garment network's encoder, or zeros where it was not looked at.
    hues: (36,) float32, shares of the garment by hue, weighted by chroma; sums to 1 or is zero. lightness: 0..1 mean.
    chroma: 0..1, how colourful it is.
    """

    id: str
    category: Category
    label: str
    colours: tuple[str, ...]
    pattern: Pattern
    sleeve: SleeveLength | None
    leg: LegLength | None
    outer: bool
    formality: float
    warmth: float
    palette: NDArray[np.float32]
    weave: NDArray[np.float32]
    hues: NDArray[np.float32]
    lightness: float
    chroma: float
    look: NDArray[np.float32] = field(default_factory=lambda: np.zeros(LOOK_NUMBERS, np.float32))

    @property
    def occasion(self) -> str:
        """ "casual", "smart", or "" for what is neither."""
        return "casual" if self.formality < CASUAL else "smart" if self.formality > SMART else ""


@dataclass(frozen=True, eq=False)
class Measured:
    """What the pixels of a garment say; see ``Traits``."""

    palette: NDArray[np.float32]
    weave: NDArray[np.float32]
    hues: NDArray[np.float32]
    lightness: float
    chroma: float
    pattern: Pattern
    colours: tuple[str, ...]


def measure(image_u8: RGBu8, alpha_f32: MaskF32) -> Measured:
    """Read a garment's colours and pattern.

    Args:
        image_u8: (H, W, 3) sRGB.
        alpha_f32: (H, W) 0..1, the garment.
    """
    lab = _inside_lab(image_u8, alpha_f32)
    weave, pattern = read_pattern(image_u8, alpha_f32)
    hue, chroma = np.arctan2(lab[:, 2], lab[:, 1]), np.hypot(lab[:, 1], lab[:, 2])
    weight = np.clip((chroma - 8) / 30, 0, 1)  # below 8 people call it grey, whatever its hue
    hues = np.histogram(hue, bins=HUES, range=(-np.pi, np.pi), weights=weight)[0].astype(np.float32)
    return Measured(
        palette=_palette(lab),
        weave=weave,
        hues=hues / max(1e-6, float(len(lab))),
        lightness=float(lab[:, 0].mean()) / 100 if len(lab) else 0.5,
        chroma=float(weight.mean()) if len(lab) else 0.0,
        pattern=pattern,
        colours=colour_words(image_u8, alpha_f32),
    )


def traits_of(
    identity: str,
    garment: Garment,
    *,
    colours: Sequence[str] = (),
    measured: Measured | None = None,
    look: NDArray[np.float32] | None = None,
) -> Traits:
    """A garment's traits.

    Args:
        identity: of the garment.
        garment: understood.
        colours: as a manifest names them; from the picture where there are none.
        measured: from ``measure``, where it is known.
        look: (320,) from ``GarmentNetwork.embed``, where it is known.
    """
    layer = garment.attributes.get("layer")
    outer = garment.label in ("Outwear", "Blazer") or (layer is not None and layer.value == "outer")
    return put_together(
        identity,
        garment.category,
        garment.label,
        measured or measure(garment.image_u8, garment.alpha_f32),
        colours=colours,
        sleeve=garment.sleeve,
        leg=garment.leg,
        outer=outer,
        look=look,
    )


def put_together(
    identity: str,
    category: Category,
    label: str,
    measured: Measured,
    *,
    colours: Sequence[str] = (),
    sleeve: SleeveLength | None = None,
    leg: LegLength | None = None,
    outer: bool = False,
    look: NDArray[np.float32] | None = None,
) -> Traits:
    """Traits from what is written of a garment and what its pixels say; see ``traits_of``."""
    families = families_of(colours or measured.colours)
    formality = FORMALITY.get(label, UNKNOWN)
    if category == "lower" and label == "Pants" and families[:1] == ("blue",) and measured.pattern == "plain":
        formality -= DENIM
    warmth = WARMTH.get(label, UNKNOWN) + SLEEVES_WARM.get(sleeve or "", 0.0) + LEGS_WARM.get(leg or "", 0.0)
    return Traits(
        id=identity,
        category=category,
        label=label,
        colours=families,
        pattern=measured.pattern,
        sleeve=sleeve,
        leg=leg,
        outer=outer,
        formality=formality,
        warmth=float(np.clip(warmth, 0, 1)),
        palette=measured.palette,
        weave=measured.weave,
        hues=measured.hues,
        lightness=measured.lightness,
        chroma=measured.chroma,
        look=np.zeros(LOOK_NUMBERS, np.float32) if look is None else np.asarray(look, np.float32),
    )


def _inside_lab(image_u8: RGBu8, alpha_f32: MaskF32) -> NDArray[np.float32]:
    """CIE L*a*b* (N, 3) of a small copy's pixels well inside the garment."""
    h, w = alpha_f32.shape
    scale = min(1.0, PALETTE_SIDE / max(h, w))
    size = (max(1, round(w * scale)), max(1, round(h * scale)))
    small = np.asarray(cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)).astype(np.float32) / 255
    inside = np.asarray(cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA)) > 0.9
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB)[inside], np.float32).reshape(-1, 3)


def anchors_lab() -> NDArray[np.float32]:
    """CIE L*a*b* (45, 3) of the named colours that palettes count."""
    colours = np.array([colour for group in ANCHORS.values() for colour in group], np.float32) / 255
    return np.asarray(cv2.cvtColor(colours[None], cv2.COLOR_RGB2LAB)[0], np.float32)


def _palette(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    anchors = anchors_lab()
    if not len(lab):
        return np.zeros(len(anchors), np.float32)
    gap = ((lab[:, None] - anchors[None]) * np.array([0.7, 1, 1], np.float32)) ** 2  # folds change lightness, not hue
    near = np.exp(-gap.sum(2) / (2 * NEAR**2)) + 1e-9
    shares = (near / near.sum(1, keepdims=True)).mean(0)
    root = np.sqrt(shares)  # Hellinger: small parts of a garment count, too
    return np.asarray(root / np.linalg.norm(root), np.float32)
