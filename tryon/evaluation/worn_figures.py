"""What is told of garments on people, against the 59 labels of the labelled validation photos.

``python -m tryon.evaluation.worn_figures --data ../shared/data`` prints JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.pipeline import TryOnPipeline
from tryon.settings import open_data_dir
from tryon.training.people_labels import is_validation
from tryon.types import CATEGORIES, Category, Garment, RGBu8

# Names of Clothing Co-Parsing and the labels of ours that say the same; words that could be anything are left out.
SAME: dict[Category, dict[str, set[str]]] = {
    "upper": {
        "jacket": {"Outwear", "Blazer"}, "coat": {"Outwear", "Blazer"}, "blazer": {"Blazer", "Outwear"},
        "cape": {"Outwear"}, "cardigan": {"Longsleeve", "Outwear", "Hoodie"},
        "t-shirt": {"T-Shirt", "Top", "Undershirt"}, "shirt": {"Shirt", "Blouse", "Polo"},
        "blouse": {"Blouse", "Shirt", "Top"}, "sweater": {"Longsleeve", "Hoodie"}, "jumper": {"Longsleeve", "Hoodie"},
        "sweatshirt": {"Hoodie", "Longsleeve"}, "hoodie": {"Hoodie"},
        "top": {"Top", "T-Shirt", "Undershirt", "Blouse", "Longsleeve"}, "vest": {"Undershirt", "Top", "Outwear"},
    },
    "lower": {
        "jeans": {"Pants"}, "pants": {"Pants"}, "leggings": {"Pants"}, "shorts": {"Shorts"}, "skirt": {"Skirt"},
    },
    "dress": {"dress": {"Dress"}},
}  # fmt: skip
OUTER, EITHER = {"jacket", "coat", "blazer", "cape"}, {"cardigan", "vest"}
LEAST_SHARE = 0.01  # of the photo that a garment must fill to be asked for


@dataclass(frozen=True)
class Told:
    """One worn garment: its category, the photo's own name for it, and what was understood."""

    category: Category
    name: str
    garment: Garment


def largest_name(raw_u8: NDArray[np.uint8], names: list[str | None], category: Category) -> str | None:
    """The name of a category that fills most of a label picture (H, W), or None where all fill too little."""
    areas = {n: int((raw_u8 == names.index(n)).sum()) for n in SAME[category] if n in names}
    best = max(areas, key=lambda n: areas[n], default=None)
    return best if best is not None and areas[best] >= LEAST_SHARE * raw_u8.size else None


def worn_garments(pipeline: TryOnPipeline, data: Path, limit: int = 0) -> Iterator[Told]:
    """Every garment on the labelled validation photos that can be taken from its wearer."""
    folder = data / "people"
    names = json.loads((folder / "label_names.json").read_text())
    rows = csv.DictReader((folder / "people.csv").open())
    ids = [r["id"] for r in rows if r["labelled"] == "1" and is_validation(r["id"])]
    for key in ids[: limit or None]:
        image: RGBu8 | None = cv2.imread(str(folder / "photos" / f"{key}.jpg"))  # type: ignore[assignment]
        raw = cv2.imread(str(folder / "labels" / f"{key}.png"), cv2.IMREAD_UNCHANGED)
        if image is None or raw is None:
            continue
        try:
            person = pipeline.understand_person(np.ascontiguousarray(image[..., ::-1]))
        except TryOnError:
            continue
        for category in CATEGORIES:
            name = largest_name(raw, names, category)
            if name is None:
                continue
            try:
                yield Told(category, name, pipeline.worn_garment(person, category))
            except TryOnError:
                continue


def summarise(found: list[Told]) -> dict[str, float]:
    """``<category>_garments``, ``_told`` (share with a label), ``_right`` (of those); the same for ``layer``."""
    out: dict[str, float] = {}
    for category in CATEGORIES:
        own = [t for t in found if t.category == category]
        told = [t for t in own if t.garment.label != "not sure"]
        right = [t.garment.label in SAME[category][t.name] for t in told]
        out[f"{category}_garments"] = float(len(own))
        out[f"{category}_told"] = len(told) / max(1, len(own))
        out[f"{category}_right"] = float(np.mean(right)) if right else 0.0
    layers = [t for t in found if t.category == "upper" and t.name not in EITHER and "layer" in t.garment.attributes]
    sure = [t for t in layers if t.garment.attributes["layer"].value != "not sure"]
    agree = [(t.garment.attributes["layer"].value == "outer") == (t.name in OUTER) for t in sure]
    out["layer_garments"] = float(len(layers))
    out["layer_told"] = len(sure) / max(1, len(layers))
    out["layer_right"] = float(np.mean(agree)) if agree else 0.0
    return out


def main() -> None:
    """``python -m tryon.evaluation.worn_figures [--data FOLDER] [--weights FOLDER] [--limit N]``."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--data", type=Path, default=open_data_dir())
    options.add_argument("--weights", type=Path, default=None)
    options.add_argument("--limit", type=int, default=0, help="photos (0: all)")
    chosen = options.parse_args()
    pipeline = TryOnPipeline.from_pretrained(chosen.weights)
    figures = summarise(list(worn_garments(pipeline, chosen.data, chosen.limit)))
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
