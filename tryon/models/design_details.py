"""What is known of a garment's making besides its outline: named values, each 0..1, in one vector."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tryon.types import GARMENT_LABELS

LABEL_NAMES = tuple(GARMENT_LABELS)
NECKS = ("crew", "v", "scoop", "turtle", "shirt", "polo", "hood", "strap", "boat")
FINISHES = ("denim", "blazer", "cardigan", "bomber", "zip_hood", "coat")
# what a value of 1 means, in cm where it is a length; 1 for yes and no
SCALES: dict[str, float] = {
    **{f"neck_{name}": 1.0 for name in NECKS},
    **{f"finish_{name}": 1.0 for name in FINISHES},
    "neck_depth": 20.0, "rib": 4.0, "cuff_rib": 8.0, "hem_rib": 8.0, "placket": 80.0, "gap_top": 8.0, "gap_hem": 14.0,
    "waist_seam": 60.0, "band": 8.0, "turn_up": 6.0, "pleats": 20.0, "waves": 1.2,
    "chest_pocket": 1.0, "kangaroo": 1.0, "raglan": 1.0, "jeans": 1.0, "drawstring": 1.0, "crease": 1.0,
    "front_buttons": 1.0, "patch_pockets": 1.0,
}  # fmt: skip
DETAILS = tuple(SCALES)


def detail_vector(values: Mapping[str, float]) -> NDArray[np.float32]:
    """The vector (len(DETAILS),) float32, 0..1, of values in their own units; what is not named is 0.

    Raises:
        KeyError: a name that is no detail.
    """
    out = np.zeros(len(DETAILS), np.float32)
    for name, value in values.items():
        out[DETAILS.index(name) if name in SCALES else _unknown(name)] = value / SCALES[name]
    return np.clip(out, 0.0, 1.0)


def _unknown(name: str) -> int:
    raise KeyError(name)
