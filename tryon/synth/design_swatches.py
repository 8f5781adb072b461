"""Swatches of drawn cloth for the designer: each pattern in the colours that wardrobes hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.models.designer import CLOTHS
from tryon.settings import REPOSITORY, setting
from tryon.synth.fabrics import Fabric, paint, to_srgb
from tryon.synth.wardrobe_colours import pick_palette
from tryon.types import GARMENT_LABELS

U8 = NDArray[np.uint8]
SWATCH, SWATCH_CM = 64, 12.8  # as the swatches of photos (``tryon.training.prepare_designs``)
DRAWN = CLOTHS[:-1]
# cm of a repeat: from the finest that 5 pixels a centimetre show to the largest that shops sell much of
SCALES: dict[str, tuple[float, float]] = {
    "stripes": (1.3, 6.4), "pinstripes": (1.3, 3.6), "checks": (3.2, 12.8), "gingham": (1.3, 4.3), "dots": (1.8, 5.0),
    "floral": (6.0, 13.0), "leaves": (5.0, 12.0), "zigzag": (2.5, 6.4),
}  # fmt: skip
WEAVES = ("jersey", "jersey", "twill", "linen", "fleece", "satin")


@dataclass(frozen=True)
class SwatchSettings:
    """How many swatches to draw, and where to."""

    out: Path = setting(REPOSITORY / "data" / "designs", "folder for the shard")
    count: int = setting(9000, "swatches")
    seed: int = setting(6, "of all random choices")


def draw_swatch(kind: str, rng: np.random.Generator) -> U8:
    """A swatch (SWATCH, SWATCH, 3) uint8 sRGB of one of ``DRAWN``, evenly lit."""
    label = str(rng.choice(list(GARMENT_LABELS)))
    low, high = SCALES.get(kind, (1.0, 1.0))
    fabric = Fabric(
        pick_palette(label, rng, 4),
        pattern=kind,  # type: ignore[arg-type]
        weave=str(rng.choice(WEAVES)),  # type: ignore[arg-type]
        scale_cm=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
        seed=int(rng.integers(1000)),
    )
    fine = 2  # drawn at twice the size: stripes have soft edges then
    step = SWATCH_CM / (SWATCH * fine)
    u0, v0 = rng.uniform(0, 40, 2)
    v, u = np.mgrid[0 : SWATCH * fine, 0 : SWATCH * fine].astype(np.float32) * np.float32(step)
    colour, _ = paint(fabric, u + np.float32(u0), v + np.float32(v0), rng, 1 / step)
    small = cv2.resize(colour, (SWATCH, SWATCH), interpolation=cv2.INTER_AREA)
    return np.round(to_srgb(small) * 255).astype(np.uint8)


def draw_swatches(settings: SwatchSettings) -> Path:
    """Write ``swatches.npz``: pictures (N, SWATCH, SWATCH, 3) uint8, kind (N,) index into CLOTHS."""
    rng = np.random.default_rng(settings.seed)
    kinds = np.array([CLOTHS.index(DRAWN[i % len(DRAWN)]) for i in range(settings.count)], np.int64)
    pictures = np.stack([draw_swatch(CLOTHS[int(k)], rng) for k in kinds])
    settings.out.mkdir(parents=True, exist_ok=True)
    path = settings.out / "swatches.npz"
    np.savez_compressed(path, pictures=pictures, kind=kinds)
    print(f"{path.name}: {len(kinds)} swatches", flush=True)
    return path
