"""Targets of the garment network's attribute heads, from what rendered, drawn and photographed garments tell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tryon.synth.record import GarmentInfo
from tryon.training.garment_fronts import front_of
from tryon.training.garment_sleeves import sleeve_of
from tryon.types import ATTRIBUTES

UNKNOWN = -1
REAL, DRAWN, RENDERED = 0, 1, 2  # where a record comes from
LEG_OF_LENGTH = {
    "short": "short", "mini": "short", "knee": "knee", "midi": "long", "long": "long", "maxi": "long",
}  # fmt: skip
# What a photo's label says for certain; labels that leave it open are not named.
OF_LABEL: dict[str, dict[str, str]] = {
    "T-Shirt": {"sleeve": "short", "front": "closed", "layer": "inner"},
    "Longsleeve": {"sleeve": "long", "front": "closed", "layer": "inner"},
    "Shirt": {"neckline": "collar", "layer": "inner"},
    "Polo": {"neckline": "collar", "front": "closed", "layer": "inner"},
    "Undershirt": {"sleeve": "none", "front": "closed", "layer": "inner"},
    "Top": {"front": "closed", "layer": "inner"},
    "Blouse": {"layer": "inner"},
    "Hoodie": {"sleeve": "long", "neckline": "hood"},
    "Blazer": {"sleeve": "long", "layer": "outer"},
    "Outwear": {"layer": "outer"},
    "Dress": {"front": "closed", "layer": "inner"},
    "Pants": {"leg": "long"},
}


def attribute_targets(values: Mapping[str, str]) -> NDArray[np.int64]:
    """(5,) index of each of ``ATTRIBUTES``' values, UNKNOWN where not given or not a value."""
    return np.array(
        [known.index(values[name]) if values.get(name) in known else UNKNOWN for name, known in ATTRIBUTES.items()],
        np.int64,
    )


def rendered_attributes(info: GarmentInfo) -> dict[str, str]:
    """What the data engine knows of a garment, in the terms of ``ATTRIBUTES``."""
    own, out = info.attributes, {}
    if info.category != "upper":
        out["leg"] = LEG_OF_LENGTH.get(own.get("length", ""), "")
    if info.category != "lower":
        out["sleeve"] = own.get("sleeve", "")
        neck = own.get("neck", "")
        out["neckline"] = "v" if neck == "lapel" else neck
        out["front"] = "open" if info.open_front else "closed"
        if info.label in ("Outwear", "Blazer"):
            out["layer"] = "outer"
        elif info.label != "Hoodie" or own.get("closure") == "none":  # a zipped hoodie may be either
            out["layer"] = "inner"
    return out


def label_attributes(image_id: str, label: str, sleeve: str | None = None) -> dict[str, str]:
    """What a photo's label, a look at it, and the sleeves that its outline shows, say of it."""
    out = dict(OF_LABEL.get(label, {}))
    if (front := front_of(image_id, label)) is not None:
        out["front"] = front
    if (looked := sleeve_of(image_id, label)) is not None:
        out["sleeve"] = looked
    if sleeve is not None:
        out.setdefault("sleeve", sleeve)
    return out
