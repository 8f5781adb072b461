"""Compact training shards of the garment photos: pictures, teacher masks and teacher landmarks.

Masks are the classical ones (``tryon.garment.mask``), kept as supervision only where two of them agree
and the shape is plausible; landmarks are the dynamic programme's, kept where its cost is low.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.contour import find_axis
from tryon.garment.landmarks import LANDMARKS, Found, find_landmarks, kind_of
from tryon.garment.mask import WORK_SIDE, BoolMask, Ground, grabcut_mask, plain_mask
from tryon.settings import open_data_dir
from tryon.training.garment_sleeves import sleeve_of
from tryon.training.garment_targets import REAL, UNKNOWN, attribute_targets, label_attributes
from tryon.types import GARMENT_LABELS, RGBu8

# a hood stands over the neck: its top is not where the outline's programme looks for the neck
NOT_TAUGHT = {"Hoodie": ("neck", "shoulder"), "Outwear": ("neck",)}
REPOSITORY = Path(__file__).resolve().parents[2]
LABEL_NAMES = tuple(GARMENT_LABELS)
CACHE_HEIGHT, CACHE_WIDTH = 320, 240  # a quarter more than the network's input, for zoomed crops
TEMPLATES_OF_LABEL: dict[str, tuple[str, ...]] = {
    "T-Shirt": ("short",), "Polo": ("short",), "Undershirt": ("none",), "Longsleeve": ("long",),
    "Hoodie": ("long",), "Blazer": ("long",), "Outwear": ("long",), "Shirt": ("short", "long"),
}  # fmt: skip


def is_validation(image_id: str) -> bool:
    """Whether a photo belongs to the fixed validation split: sha1 of its id, modulo 10, is 0."""
    return int(hashlib.sha1(image_id.encode()).hexdigest(), 16) % 10 == 0


@dataclass(frozen=True)
class PrepareSettings:
    """What to prepare, and when a teacher is believed."""

    data: Path = field(default_factory=open_data_dir, metadata={"help": "folder of the open data"})
    out: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder for the shards"})
    limit: int = field(default=0, metadata={"help": "photos to prepare (0: all)"})
    shard: int = field(default=800, metadata={"help": "photos a shard; 800 are about 25 MB"})
    agreement: float = field(default=0.90, metadata={"help": "overlap of two teacher masks to believe them"})
    mirror: float = field(default=0.72, metadata={"help": "mirror overlap of a believable garment"})
    max_cost: float = field(default=0.2, metadata={"help": "landmark cost a point to believe; chosen by eye"})
    max_asymmetry: float = field(default=0.22, metadata={"help": "landmark asymmetry to believe, half-widths"})


def letterbox(image: NDArray[np.uint8], height: int, width: int) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Scale a picture into (height, width), padding by its border's colours.

    Returns:
        The picture, and the 2x3 matrix from its pixels to the letterbox's.
    """
    h, w = image.shape[:2]
    s = min(height / h, width / w)
    size = (max(1, round(w * s)), max(1, round(h * s)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if s < 1 else cv2.INTER_LINEAR)
    left, top = (width - size[0]) // 2, (height - size[1]) // 2
    out = cv2.copyMakeBorder(small, top, height - size[1] - top, left, width - size[0] - left, cv2.BORDER_REPLICATE)
    sx, sy = size[0] / w, size[1] / h
    return np.asarray(out, np.uint8), np.array([[sx, 0, 0.5 * sx - 0.5 + left], [0, sy, 0.5 * sy - 0.5 + top]])


@dataclass(frozen=True)
class Teaching:
    """A photo's teacher mask and landmarks, and whether each is believed."""

    mask: BoolMask
    mask_good: bool
    plain: bool
    found: Found | None
    landmarks_good: bool


def teach(image_u8: RGBu8, label: str, settings: PrepareSettings, templates: tuple[str, ...] | None = None) -> Teaching:
    """Teacher mask and landmarks of a photo whose label is known.

    Args:
        image_u8: (h, w, 3), at most ``WORK_SIDE`` long.
        label: one of ``GARMENT_LABELS``.
        settings: when to believe.
        templates: sleeves that it may have, where more is known than the label says.
    """
    flooded, ground = plain_mask(image_u8)
    legs = label in ("Pants", "Shorts")
    cut = grabcut_mask(image_u8, legs=legs)
    mask, agreement = _choose(image_u8, flooded, ground, cut)
    share = float(mask.mean())
    mirror = find_axis(mask)[2] if mask.any() else 0.0
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    good = (
        agreement >= settings.agreement
        and 0.06 < share < 0.8
        and mirror >= settings.mirror
        and float(border.mean()) < 0.12
    )
    category = GARMENT_LABELS[label]
    templates = templates or TEMPLATES_OF_LABEL.get(label)
    found = find_landmarks(mask, kind_of(label, category), templates) if mask.any() else None
    believed = (
        good and found is not None and found.cost < settings.max_cost and found.asymmetry < settings.max_asymmetry
    )
    return Teaching(mask, good, ground.plain, found, believed)


def _overlap(a: BoolMask, b: BoolMask) -> float:
    return float((a & b).sum() / max(1, (a | b).sum()))


def _choose(image_u8: RGBu8, flooded: BoolMask, ground: Ground, cut: BoolMask) -> tuple[BoolMask, float]:
    """The better of the two classical masks, and how well two independent ones agree."""
    flood_agrees = _overlap(flooded, cut) if ground.plain and 0.05 < flooded.mean() < 0.85 else 0.0
    # a second cut from a start of its own must come to the same garment
    soft = cv2.GaussianBlur(cut.astype(np.float32), (0, 0), 9)
    again = grabcut_mask(image_u8, prior=np.clip(soft, 0.04, 0.96), iterations=3, seed=1)
    return cut, max(flood_agrees, _overlap(again, cut))


def prepare_garments(settings: PrepareSettings) -> list[Path]:
    """Write the shards ``garments_00.npz``, …; existing ones are replaced.

    Each holds: ``jpeg`` (bytes joined) and ``jpeg_end``, ``mask`` (PNG bytes) and ``mask_end``,
    ``landmarks`` (N, 19, 2) float32 in the 320x240 letterbox (NaN: not known) and ``visible`` (N, 19)
    int8, ``label`` (N,) and ``attributes`` (N, 5) int64 (-1: not known), ``source`` (N,), ``mask_good``,
    ``plain``, ``validation`` (N,) bool, ``id``.
    """
    rows = list(csv.DictReader((settings.data / "garments" / "garments.csv").open()))
    rows.sort(key=lambda r: hashlib.sha1(r["image"].encode()).hexdigest())
    if settings.limit:
        rows = rows[: settings.limit]
    settings.out.mkdir(parents=True, exist_ok=True)
    paths = []
    for start in range(0, len(rows), settings.shard):
        records = [r for row in rows[start : start + settings.shard] if (r := _record(row, settings)) is not None]
        path = settings.out / f"garments_{start // settings.shard:02d}.npz"
        write_shard(path, records)
        paths.append(path)
        good = sum(bool(r["mask_good"]) for r in records)
        points = sum(bool(np.isfinite(np.asarray(r["landmarks"], np.float32)).any()) for r in records)
        print(f"{path.name}: {len(records)} photos, {good} masks and {points} landmark sets believed", flush=True)
    return paths


def _record(row: dict[str, str], settings: PrepareSettings) -> dict[str, object] | None:
    bgr = cv2.imread(str(settings.data / "garments" / "photos" / f"{row['image']}.jpg"))
    if bgr is None or row["label"] not in GARMENT_LABELS:
        return None
    image = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    s = min(1.0, WORK_SIDE / max(image.shape[:2]))
    small = cv2.resize(image, None, fx=s, fy=s, interpolation=cv2.INTER_AREA)
    sleeves = sleeve_of(row["image"], row["label"])
    teaching = teach(np.asarray(small, np.uint8), row["label"], settings, None if sleeves is None else (sleeves,))
    boxed, _ = letterbox(image, CACHE_HEIGHT, CACHE_WIDTH)
    _, small_matrix = letterbox(np.asarray(small, np.uint8), CACHE_HEIGHT, CACHE_WIDTH)
    mask = cv2.warpAffine(
        teaching.mask.astype(np.uint8) * 255, small_matrix, (CACHE_WIDTH, CACHE_HEIGHT), flags=cv2.INTER_LINEAR
    )
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    sleeve = None
    if teaching.found is not None and teaching.landmarks_good:
        hidden = NOT_TAUGHT.get(row["label"], ())
        for name, (x, y) in teaching.found.points_px.items():
            if name.rsplit("_", 1)[0] in hidden:
                continue
            points[LANDMARKS.index(name)] = small_matrix[:, :2] @ np.array([x, y]) + small_matrix[:, 2]
        sleeve = teaching.found.template if teaching.found.template in ("none", "short", "long") else None
    jpeg = cv2.imencode(".jpg", boxed[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 94])[1]
    png = cv2.imencode(".png", np.where(mask > 127, 255, 0).astype(np.uint8))[1]
    return {
        "id": row["image"], "jpeg": jpeg.reshape(-1), "mask": png.reshape(-1), "landmarks": points,
        "visible": np.where(np.isfinite(points).all(1), 1, UNKNOWN).astype(np.int8),
        "label": LABEL_NAMES.index(row["label"]),
        "attributes": attribute_targets(label_attributes(row["image"], row["label"], sleeve)), "source": REAL,
        "mask_good": teaching.mask_good,
        "plain": teaching.plain, "validation": is_validation(row["image"]),
    }  # fmt: skip


def write_shard(path: Path, records: list[dict[str, object]]) -> None:
    """Write records as one uncompressed npz: blobs joined with their ends, the rest stacked."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name in records[0]:
        if name in ("jpeg", "mask", "inside"):
            blobs = [np.asarray(r[name], np.uint8) for r in records]
            arrays[name] = np.concatenate(blobs)
            arrays[f"{name}_end"] = np.cumsum([len(b) for b in blobs])
        else:
            arrays[name] = np.stack([np.asarray(r[name]) for r in records])
    part = path.with_suffix(".part.npz")
    np.savez(part, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def main() -> None:
    """``python -m tryon.training.prepare_garments [--data FOLDER] [--out FOLDER] [--limit N]``."""
    defaults = PrepareSettings()
    parser = argparse.ArgumentParser(description=prepare_garments.__doc__)
    parser.add_argument("--data", type=Path, default=defaults.data)
    parser.add_argument("--out", type=Path, default=defaults.out)
    parser.add_argument("--limit", type=int, default=defaults.limit)
    options = parser.parse_args()
    prepare_garments(PrepareSettings(data=options.data, out=options.out, limit=options.limit))


if __name__ == "__main__":
    main()
