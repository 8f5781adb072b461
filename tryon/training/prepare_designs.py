"""Shards for the designer from the garment photos: outlines as chains, swatches of their cloth, small cut-outs."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.landmarks import kind_of
from tryon.geometry.chains import CHEST_HALF, WAIST_HALF, trace_chain
from tryon.models.design_details import LABEL_NAMES
from tryon.settings import REPOSITORY, open_data_dir, setting
from tryon.synth.design_records import write_records
from tryon.training.prepare_garments import is_validation
from tryon.types import GARMENT_LABELS, Garment, RGBu8

U8 = NDArray[np.uint8]
SWATCH = 64  # pixels
SWATCH_CM = 12.8  # a floral print repeats within 10 cm
THUMB = (224, 168)  # (H, W) of the small cut-outs, as EfficientNet's input is high


@dataclass(frozen=True)
class DesignPhotoSettings:
    """Which garment photos to read, and when an outline is believed."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA)")
    out: Path = setting(REPOSITORY / "data" / "designs", "folder for the shards")
    shard: int = setting(150, "photos a shard; about 5 MB")
    limit: int = setting(0, "photos to read (0: all)")
    swatches: int = setting(5, "of a garment at most; more only repeat its cloth")
    asymmetry: float = setting(3.2, "cm between the outline's halves; crumpled garments are further off")
    lost: float = setting(0.09, "share of the silhouette that the chain may miss")


def read_photo(image_u8: RGBu8, label: str, analyzer: GarmentAnalyzer, settings: DesignPhotoSettings) -> dict[str, Any]:
    """What the designer learns from one photo.

    Returns:
        label: index. chain: (N, 2) float32 of ``trace_chain``, empty where not believed; sleeves: whether it has them.
        swatches: JPEGs of SWATCH x SWATCH cloth, shading evened out. thumb: JPEG on white, empty where the mask is
        not believed.

    Raises:
        GarmentNotFoundError: no garment stands out.
    """
    garment, whole, inside = analyzer.with_layers(image_u8, category=GARMENT_LABELS[label])
    front = garment.alpha_f32
    kind = kind_of(label, GARMENT_LABELS[label])
    chain = trace_chain(np.round(whole * 255).astype(np.uint8), garment.landmarks_px, kind)
    good = chain is not None and chain.asymmetry_cm < settings.asymmetry and chain.lost < settings.lost
    cut = _swatches(image_u8, front, _px_per_cm(garment), settings.swatches)
    encode = lambda a, q: cv2.imencode(".jpg", a[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, q])[1].reshape(-1)  # noqa: E731
    return {
        "label": LABEL_NAMES.index(label),
        "chain": chain.points if good and chain is not None else np.zeros((0, 2), np.float32),
        "sleeves": bool(chain is not None and chain.has_sleeves),
        "swatches": [encode(s, 95) for s in cut],
        "thumb": encode(on_white(image_u8, np.maximum(whole, inside)), 92) if good else np.zeros(0, np.uint8),
    }


def on_white(image_u8: RGBu8, alpha: NDArray[np.float32], size: tuple[int, int] = THUMB) -> RGBu8:
    """A cut-out as a shop shows it: centred on near-white, filling nine tenths of (H, W)."""
    ys, xs = np.nonzero(alpha > 0.5)
    y0, y1, x0, x1 = ys.min(), ys.max() + 1, xs.min(), xs.max() + 1
    a = alpha[y0:y1, x0:x1, None]
    picture = image_u8[y0:y1, x0:x1] * a + 246.0 * (1 - a)
    s = 0.9 * min(size[0] / (y1 - y0), size[1] / (x1 - x0))
    small = cv2.resize(
        picture, (max(1, round((x1 - x0) * s)), max(1, round((y1 - y0) * s))), interpolation=cv2.INTER_AREA
    )
    out = np.full((*size, 3), 246, np.uint8)
    top, left = (size[0] - small.shape[0]) // 2, (size[1] - small.shape[1]) // 2
    out[top : top + small.shape[0], left : left + small.shape[1]] = np.clip(np.round(small), 0, 255)
    return out


def _px_per_cm(garment: Garment) -> float:
    points = garment.landmarks_px
    name, half = (
        ("armpit", CHEST_HALF) if "armpit_left" in points and "armpit_right" in points else ("waist", WAIST_HALF)
    )
    if f"{name}_left" not in points or f"{name}_right" not in points:
        return 0.0
    return abs(points[f"{name}_right"][0] - points[f"{name}_left"][0]) / (2 * half)


def _swatches(image_u8: RGBu8, front: NDArray[np.float32], px_per_cm: float, most: int) -> list[U8]:
    """Squares of cloth from well inside the front, spread out."""
    side = px_per_cm * SWATCH_CM
    if side < 0.55 * SWATCH:  # enlarged more than that they are only blur
        return []
    reach = round(side / 2) + 2
    kernel = np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)
    free = cv2.erode((front > 0.95).astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    found: list[U8] = []
    while len(found) < most and free.any():
        distance = cv2.distanceTransform(np.pad(free, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
        y, x = np.unravel_index(int(np.argmax(distance)), distance.shape)
        crop = cv2.getRectSubPix(image_u8, (round(side), round(side)), (float(x), float(y)))
        size = (SWATCH, SWATCH)
        found.append(
            even_light(cv2.resize(crop, size, interpolation=cv2.INTER_AREA if side > SWATCH else cv2.INTER_CUBIC))
        )
        cv2.circle(free, (int(x), int(y)), round(0.6 * side), 0, -1)
    return found


def even_light(swatch_u8: U8) -> U8:
    """Take slow changes of light out of a swatch (S, S, 3): folds are laid on by the drawing."""
    values = swatch_u8.astype(np.float32) + 2.0
    tone = values.mean(-1)
    slow = cv2.GaussianBlur(tone, (0, 0), 0.22 * len(tone), borderType=cv2.BORDER_REFLECT)
    even = values * (float(tone.mean()) / slow)[..., None] - 2.0
    return np.clip(np.round(even), 0, 255).astype(np.uint8)


def prepare_designs(settings: DesignPhotoSettings) -> dict[str, int]:
    """Write ``photos_00.npz``, … and return how many photos, outlines and swatches there are.

    Raises:
        BadRequestError: the open data is not there.
    """
    table = settings.data / "garments" / "garments.csv"
    if not table.is_file():
        raise BadRequestError(f"There is no {table.name} in {table.parent}. Name the open data's folder with --data.")
    with table.open(newline="") as f:
        rows = [(row["image"], row["label"]) for row in csv.DictReader(f) if row["label"] in LABEL_NAMES]
    rows = rows[: settings.limit or None]
    settings.out.mkdir(parents=True, exist_ok=True)
    analyzer = GarmentAnalyzer.from_pretrained()
    counts = {"photos": 0, "outlines": 0, "swatches": 0}
    for shard, start in enumerate(range(0, len(rows), settings.shard)):
        records = []
        for name, label in rows[start : start + settings.shard]:
            path = settings.data / "garments" / "photos" / (name if "." in name else f"{name}.jpg")
            picture = cv2.imread(str(path))
            if picture is None:
                continue
            try:
                record = read_photo(np.asarray(picture[..., ::-1]), label, analyzer, settings)
            except GarmentNotFoundError:
                continue
            records.append(record | {"id": name, "validation": is_validation(name)})
        write_records(settings.out / f"photos_{shard:02d}.npz", records)
        counts["photos"] += len(records)
        counts["outlines"] += sum(len(r["chain"]) > 0 for r in records)
        counts["swatches"] += sum(len(r["swatches"]) for r in records)
        print(f"photos_{shard:02d}.npz: {counts}", flush=True)
    return counts
