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
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.contour import upright_frame
from tryon.settings import open_data_dir
from tryon.training.garment_augment import empty_ground
from tryon.training.prepare_garments import PrepareSettings, Teaching, is_validation, teach
from tryon.types import GARMENT_LABELS, Garment, MaskF32, RGBu8

COMPOSITES = 80  # pasted photos; the spread of their mean overlap is then under .01
TEACHER_SIDE = 384


@dataclass(frozen=True)
class _Photo:
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
            yield _Photo(np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8), row["label"])


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


def _teach(photo: _Photo) -> tuple[RGBu8, Teaching]:
    s = min(1.0, TEACHER_SIDE / max(photo.image_u8.shape[:2]))
    small = np.asarray(cv2.resize(photo.image_u8, None, fx=s, fy=s, interpolation=cv2.INTER_AREA), np.uint8)
    return small, teach(small, photo.label, PrepareSettings())


def _resize(mask: MaskF32, like: NDArray[np.generic]) -> MaskF32:
    h, w = like.shape[:2]
    return np.asarray(cv2.resize(mask, (w, h), interpolation=cv2.INTER_AREA), np.float32)


def _teacher_distance(garment: Garment, teaching: Teaching, scale: float) -> float | None:
    if teaching.found is None or not teaching.landmarks_good:
        return None
    names = [n for n in teaching.found.points_px if n in garment.landmarks_px]
    if not names:
        return None
    own = np.array([garment.landmarks_px[n] for n in names]) * scale
    theirs = np.array([teaching.found.points_px[n] for n in names])
    rows = np.flatnonzero(teaching.mask.any(1))
    return float(np.linalg.norm(own - theirs, axis=1).mean() / max(1, rows[-1] - rows[0]))


def _composite(cut: tuple[RGBu8, Teaching], ground: tuple[RGBu8, Teaching]) -> tuple[RGBu8, NDArray[np.bool_]]:
    """A believed cut-out on another photo's emptied ground, with a soft shadow."""
    image, mask = cut[0], cut[1].mask
    empty = empty_ground(ground[0], (ground[1].mask * 255).astype(np.uint8))
    under = cv2.resize(empty, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_AREA).astype(np.float32)
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.7)
    shadow = cv2.GaussianBlur(np.roll(mask.astype(np.float32), (2, 2), (0, 1)), (0, 0), 4)
    under *= 1 - 0.3 * shadow[..., None]
    a = alpha[..., None]
    return np.asarray(np.clip(image * a + under * (1 - a), 0, 255), np.uint8), mask


def garment_figures(analyzer: GarmentAnalyzer, data: Path, limit: int = 0) -> dict[str, float]:
    """Measure the analysis on the validation photos.

    Args:
        analyzer: what is measured.
        data: folder of the open data.
        limit: photos (0: all).

    Returns:
        ``label_accuracy`` (most probable of 14), ``label_named`` (part that is not "not sure"),
        ``label_accuracy_named``, ``category_accuracy``, ``mask_iou_plain`` and ``mask_iou_busy``
        (agreement with the believed teacher), ``mask_iou_composites`` (exact), ``teacher_distance``
        (of the garment's height), ``mirror_error`` (half-widths, median), ``refused``, ``photos``,
        ``milliseconds`` (median).
    """
    values: dict[str, list[float]] = {}
    pool: list[tuple[RGBu8, Teaching]] = []

    def note(name: str, value: float | None) -> None:
        if value is not None:
            values.setdefault(name, []).append(value)

    for photo in validation_photos(data, limit):
        small, teaching = _teach(photo)
        start = time.perf_counter()
        try:
            garment = analyzer(photo.image_u8)
        except GarmentNotFoundError:
            note("refused", 1.0)
            continue
        note("milliseconds", 1000 * (time.perf_counter() - start))
        note("refused", 0.0)
        best = max(garment.label_probability, key=lambda n: garment.label_probability[n])
        note("label_accuracy", float(best == photo.label))
        note("label_named", float(garment.label != "not sure"))
        if garment.label != "not sure":
            note("label_accuracy_named", float(garment.label == photo.label))
        note("category_accuracy", float(garment.category == GARMENT_LABELS[photo.label]))
        if garment.landmarks_px:
            note("mirror_error", mirror_error(garment))
        if teaching.mask_good:
            pool.append((small, teaching))
            iou = overlap(_resize(garment.alpha_f32, teaching.mask) > 0.5, teaching.mask)
            note("mask_iou_plain" if teaching.plain else "mask_iou_busy", iou)
            note("teacher_distance", _teacher_distance(garment, teaching, small.shape[0] / photo.image_u8.shape[0]))
    for k in range(min(COMPOSITES, len(pool))):
        image, truth = _composite(pool[k], pool[(k * 7 + 3) % len(pool)])
        try:
            mask = analyzer(image).alpha_f32 > 0.5
        except GarmentNotFoundError:
            mask = np.zeros_like(truth)
        note("mask_iou_composites", overlap(mask, truth))
    medians = ("mirror_error", "milliseconds")
    figures = {n: float(np.median(v) if n in medians else np.mean(v)) for n, v in sorted(values.items())}
    return {**figures, "photos": float(len(values.get("refused", [])))}


def main() -> None:
    """Print the figures of the repository's weights as JSON."""
    parser = argparse.ArgumentParser(description=garment_figures.__doc__)
    parser.add_argument("--data", type=Path, default=open_data_dir())
    parser.add_argument("--weights", type=Path, default=None, help="folder with garment.safetensors")
    parser.add_argument("--limit", type=int, default=0)
    options = parser.parse_args()
    analyzer = GarmentAnalyzer.from_pretrained(options.weights)
    figures = garment_figures(analyzer, options.data, options.limit)
    print(json.dumps({name: round(value, 4) for name, value in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
