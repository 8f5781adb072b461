"""Figures of the garment analysis on the fixed validation photos.

``python -m tryon.evaluation.garment_figures --data ../shared/data`` prints them as JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import GarmentNotFoundError
from tryon.evaluation.garment_cutouts import Drawn, drawn_garments, pasted_garments
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.attributes import NOT_SURE
from tryon.garment.contour import upright_frame
from tryon.settings import open_data_dir
from tryon.training.garment_targets import label_attributes
from tryon.training.prepare_garments import REPOSITORY, is_validation
from tryon.types import GARMENT_LABELS, Garment, RGBu8


@dataclass(frozen=True)
class _Photo:
    name: str
    image_u8: RGBu8
    label: str


def validation_photos(data: Path, limit: int = 0) -> Iterator[_Photo]:
    """The validation photos (sha1 of the id, modulo 10, is 0) in the order of their ids."""
    rows = csv.DictReader((data / "garments" / "garments.csv").open())
    held = sorted(
        (r for r in rows if r["label"] in GARMENT_LABELS and is_validation(r["image"])), key=lambda r: r["image"]
    )
    for row in held[: limit or None]:
        bgr = cv2.imread(str(data / "garments" / "photos" / f"{row['image']}.jpg"))
        if bgr is not None:
            yield _Photo(row["image"], np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8), row["label"])


def overlap(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks."""
    return float((a & b).sum() / max(1, int((a | b).sum())))


def mirror_error(garment: Garment) -> float:
    """Mean distance of landmarks from their partners' mirror images, in torso half-widths."""
    mask = garment.alpha_f32 > 0.5
    frame, _ = upright_frame(mask)
    points = garment.landmarks_px
    pairs = [(n, n.replace("_left", "_right")) for n in points if n.endswith("_left")]
    left = frame.normalise(np.array([points[a] for a, _ in pairs], np.float32))
    right = frame.normalise(np.array([points[b] for _, b in pairs], np.float32))
    middle = float((left[:, 0] + right[:, 0]).mean())  # the axis of the points themselves
    right = right * [-1, 1] + [middle, 0]
    ratio = frame.height / frame.half_width
    return float(np.linalg.norm((left - right) * [1, ratio], axis=1).mean())


def _best(probability: dict[str, float]) -> str:
    return max(probability, key=lambda n: probability[n])


class _Notes:
    """Values by name, of which means (or medians) are told."""

    MEDIANS = ("mirror_error", "milliseconds")

    def __init__(self) -> None:
        self._values: dict[str, list[float]] = {}

    def __call__(self, name: str, value: float) -> None:
        self._values.setdefault(name, []).append(float(value))

    def figures(self) -> dict[str, float]:
        return {
            n: float(np.median(v) if n.endswith(self.MEDIANS) else np.mean(v)) for n, v in sorted(self._values.items())
        }

    def count(self, name: str) -> int:
        return len(self._values.get(name, []))


def photo_figures(analyzer: GarmentAnalyzer, data: Path, limit: int = 0) -> dict[str, float]:
    """Labels, categories and symmetry on the real validation photos.

    Returns:
        ``label_accuracy`` (most probable of 14), ``label_named`` (part that is not "not sure"),
        ``label_accuracy_named``, ``category_accuracy``, ``mirror_error`` (half-widths, median), ``refused``,
        ``sleeve_implied`` and others: attributes that a label implies, where told; ``photos``, ``milliseconds``.
    """
    note = _Notes()
    for photo in validation_photos(data, limit):
        start = time.perf_counter()
        try:
            garment = analyzer(photo.image_u8)
        except GarmentNotFoundError:
            note("refused", 1.0)
            continue
        note("milliseconds", 1000 * (time.perf_counter() - start))
        note("refused", 0.0)
        note("label_accuracy", _best(garment.label_probability) == photo.label)
        note("label_named", garment.label != "not sure")
        if garment.label != "not sure":
            note("label_accuracy_named", garment.label == photo.label)
        note("category_accuracy", garment.category == GARMENT_LABELS[photo.label])
        for name, value in label_attributes(photo.name, photo.label).items():
            guess = garment.attributes.get(name)
            if guess is not None:
                note(f"{name}_unsure", guess.value == NOT_SURE)
                if guess.value != NOT_SURE:
                    note(f"{name}_right_where_told", guess.value == value)
        if garment.landmarks_px:
            note("mirror_error", mirror_error(garment))
    return {**note.figures(), "photos": note.count("refused")}


def cut_out_figures(analyzer: GarmentAnalyzer, data: Path, grounds: Path, limit: int = 0) -> dict[str, float]:
    """Overlap (IoU) of cut-outs, back collar included, with checked ones on other grounds: all, and by ground."""
    note = _Notes()
    for pasted in pasted_garments(data, grounds, limit):
        try:
            found = analyzer.cut_out(pasted.image_u8)[0] > 0.5
        except GarmentNotFoundError:
            found = np.zeros_like(pasted.mask)
        value = overlap(found, pasted.mask)
        note("iou", value)
        note(f"iou on {pasted.ground}", value)
        note("share under .90", value < 0.9)
    return {**note.figures(), "pictures": note.count("iou")}


def rendered_figures(
    analyzer: GarmentAnalyzer, records: Path, grounds: Path, cloths: Path, limit: int = 0
) -> dict[str, float]:
    """Exact figures on rendered garments that training never shows.

    Returns:
        ``iou`` of the front without the inside of the back, by view too; ``landmark_error`` (mean distance of
        seen landmarks, of the garment's height), by view too, ``landmark_error_hidden``, ``landmark_missing``
        (share of seen landmarks that are not given), ``visible_right``; each attribute's accuracy, share "not
        sure" and accuracy where told; ``category_accuracy``, ``label_accuracy``.
    """
    note = _Notes()
    for drawn in drawn_garments(records, grounds, cloths, limit=limit):
        try:
            garment = analyzer(drawn.image_u8)
        except GarmentNotFoundError:
            note("refused", 1.0)
            continue
        note("refused", 0.0)
        value = overlap(garment.alpha_f32 > 0.5, drawn.mask & ~drawn.inside)
        note("iou", value)
        note(f"iou {drawn.view}", value)
        note("category_accuracy", garment.category == drawn.category)
        note("label_accuracy", _best(garment.label_probability) == drawn.label)
        for name, error in landmark_errors(garment, drawn).items():
            seen = drawn.seen[name]
            note("landmark_error" if seen else "landmark_error_hidden", error)
            if seen:
                note(f"landmark_error {drawn.view}", error)
            note("visible_right", (garment.visibility.get(name, 1.0) > 0.5) == seen)
        if garment.category == drawn.category:
            for name, seen in drawn.seen.items():
                if seen:
                    note("landmark_missing", name not in garment.landmarks_px)
        for name, guess in garment.attributes.items():
            if name not in drawn.attributes:
                continue
            note(f"{name}_accuracy", _best(guess.probability) == drawn.attributes[name])
            note(f"{name}_unsure", guess.value == NOT_SURE)
            if guess.value != NOT_SURE:
                note(f"{name}_right_where_told", guess.value == drawn.attributes[name])
    return {**note.figures(), "pictures": note.count("refused")}


def landmark_errors(garment: Garment, drawn: Drawn) -> dict[str, float]:
    """Distance of each landmark that both have, of the true garment's height."""
    rows = np.flatnonzero(drawn.mask.any(1))
    height = max(1.0, float(rows[-1] - rows[0]))
    return {
        name: float(np.hypot(garment.landmarks_px[name][0] - x, garment.landmarks_px[name][1] - y)) / height
        for name, (x, y) in drawn.points.items()
        if name in garment.landmarks_px
    }


@dataclass(frozen=True)
class Sources:
    """Where the pictures come from; a part whose folder is missing is left out."""

    data: Path
    records: Path = REPOSITORY / "data" / "records"
    grounds: Path = REPOSITORY / "data" / "grounds"
    cloths: Path = REPOSITORY / "data" / "phototextures"


def garment_figures(analyzer: GarmentAnalyzer, sources: Sources, limit: int = 0) -> dict[str, dict[str, float]]:
    """All figures: on ``photos``, ``cut_outs`` and ``rendered`` garments, of validation alone."""
    found = {}
    if (sources.data / "garments" / "garments.csv").is_file():
        found["photos"] = photo_figures(analyzer, sources.data, limit)
        found["cut_outs"] = cut_out_figures(analyzer, sources.data, sources.grounds, limit)
    if any(sources.records.glob("records_*.zip")):
        found["rendered"] = rendered_figures(analyzer, sources.records, sources.grounds, sources.cloths, limit)
    return found


def main() -> None:
    """Print the figures of the repository's weights as JSON."""
    defaults = Sources(open_data_dir())
    parser = argparse.ArgumentParser(description=garment_figures.__doc__)
    parser.add_argument("--data", type=Path, default=defaults.data)
    parser.add_argument("--records", type=Path, default=defaults.records)
    parser.add_argument("--grounds", type=Path, default=defaults.grounds)
    parser.add_argument("--cloths", type=Path, default=defaults.cloths)
    parser.add_argument("--weights", type=Path, default=None, help="folder with garment.safetensors")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    analyzer = GarmentAnalyzer.from_pretrained(options.weights)
    sources = Sources(options.data, options.records, options.grounds, options.cloths)
    figures = garment_figures(analyzer, sources, options.limit)
    print(json.dumps({p: {n: round(v, 4) for n, v in values.items()} for p, values in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
