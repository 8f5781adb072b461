"""What is known of a garment as plain values for JSON, the same for the command line and for programs."""

from __future__ import annotations

from typing import Any

from tryon.types import Garment


def garment_facts(garment: Garment) -> dict[str, Any]:
    """Everything but the picture.

    Args:
        garment: not changed.

    Returns:
        category_probability, label, label_probability; attributes: plain values by name, always ``sleeve``, ``leg``
        (None where the category has none) and ``worn``, and any other attribute that was looked for, perhaps "not
        sure"; attribute_probability: {name: {value: probability}}; landmarks: {name: [x, y]} in pixels of the
        picture, (0, 0) being the centre of the top left one; visibility: 0..1 of each landmark; size: width and
        height; warnings.
    """
    others = {name: guess.value for name, guess in garment.attributes.items() if name not in ("sleeve", "leg")}
    points = {name: [round(float(x), 1), round(float(y), 1)] for name, (x, y) in garment.landmarks_px.items()}
    return {
        "category_probability": _rounded(garment.category_probability),
        "label": garment.label,
        "label_probability": _rounded(garment.label_probability),
        "attributes": {"sleeve": garment.sleeve, "leg": garment.leg, "worn": bool(garment.worn), **others},
        "attribute_probability": {name: _rounded(guess.probability) for name, guess in garment.attributes.items()},
        "landmarks": points,
        "visibility": {name: round(float(garment.visibility.get(name, 1.0)), 3) for name in points},
        "size": [int(garment.image_u8.shape[1]), int(garment.image_u8.shape[0])],
        "warnings": list(garment.warnings),
    }


def _rounded(probability: dict[str, float]) -> dict[str, float]:
    return {name: round(float(value), 4) for name, value in probability.items()}
