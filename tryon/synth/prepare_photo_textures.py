"""Cut real garments out of their photos, to be laid on drawn garments: ``data/phototextures/*.zip``.

The garment analyzer gives mask and landmarks; kept are garments that it reads well: the label known for
the photo is likely, the shape is whole, mirror-symmetric and stands off the border. Photos of the fixed
validation split stay out, so that networks trained on drawn garments can be measured on them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.contour import find_axis
from tryon.garment.landmarks import kind_of
from tryon.synth.photo_textures import PhotoTextureError
from tryon.types import GARMENT_LABELS, Category, Garment

REPOSITORY = Path(__file__).resolve().parents[2]
U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class PhotoTextureSettings:
    """Which garments are kept, and how small they are stored."""

    data: Path = field(default_factory=lambda: Path(os.environ.get("TRYON_DATA") or REPOSITORY / "../shared/data"))
    out: Path = REPOSITORY / "data" / "phototextures"
    limit: int = 0  # photos to read; 0: all
    first: int = 0  # with step: this process reads rows first, first + step, ...
    step: int = 1
    side: int = 420  # long side of a stored garment: photos hold 400x534, flat frames show 440 px of it
    quality: int = 88  # of the JPEG; about 25 KB a garment
    label_probability: float = 0.40  # of the photo's own label: under it the shape is odd or hidden
    mirror: float = 0.74  # mirror overlap of the mask; folded sleeves and crumpled heaps fall out
    asymmetry: float = 0.16  # mean distance of mirrored landmarks, of the garment's width
    unsharp: float = 0.10  # share of half-transparent pixels: above it mask and ground run together
    filled: float = 0.07  # share of the garment that was ground and had to be painted over
    border: float = 0.05  # share of the photo's border that the garment may touch


def is_validation(image_id: str) -> bool:
    """Whether a photo belongs to the fixed validation split: sha1 of its id, modulo 10, is 0."""
    return int(hashlib.sha1(image_id.encode()).hexdigest(), 16) % 10 == 0


def judge(garment: Garment, label: str, settings: PhotoTextureSettings) -> tuple[str | None, dict[str, float]]:
    """Why a read garment is not kept (None: it is), and its measures."""
    alpha = garment.alpha_f32
    solid = alpha > 0.5
    if not solid.any():
        return "empty", {}
    axis, tilt, mirror = find_axis(solid)
    rim = np.concatenate([solid[0], solid[-1], solid[:, 0], solid[:, -1]])
    unsharp = float(((alpha > 0.1) & (alpha < 0.9)).sum() / solid.sum())
    measures = {
        "mirror": mirror,
        "tilt": tilt,
        "label_probability": garment.label_probability[label],
        "asymmetry": _asymmetry(garment.landmarks_px, axis, tilt, float(np.sqrt(solid.sum()))),
        "unsharp": unsharp,
        "border": float(rim.mean()),
    }
    bounds = {
        "label_probability": measures["label_probability"] < settings.label_probability,
        "mirror": mirror < settings.mirror,
        "asymmetry": measures["asymmetry"] > settings.asymmetry,
        "unsharp": unsharp > settings.unsharp,
        "border": measures["border"] > settings.border,
    }
    return next((name for name, broken in bounds.items() if broken), None), measures


def _asymmetry(points: dict[str, tuple[float, float]], axis: F32, tilt: float, size: float) -> float:
    """Mean distance between each landmark and its partner's mirror image, of the garment's size."""
    t = np.deg2rad(tilt)
    right = np.array([np.cos(t), np.sin(t)])
    found = []
    for name, at in points.items():
        partner = name.removesuffix("_left") + "_right"
        if name.endswith("_left") and partner in points:
            a, b = np.asarray(at) - axis, np.asarray(points[partner]) - axis
            found.append(float(np.linalg.norm(a - 2 * (a @ right) * right - b)) / size)
    return float(np.mean(found)) if found else 1.0


def fill_outside(image_u8: U8, alpha: F32) -> U8:
    """The garment's colours carried on past its outline (push and pull), so that no ground is left."""
    weight = np.clip((cv2.erode(alpha, np.ones((3, 3), np.uint8)) - 0.5) * 2, 0, 1)
    levels = [(image_u8 * weight[..., None], weight)]
    while min(levels[-1][1].shape) > 4:
        colour, w = levels[-1]
        size = ((w.shape[1] + 1) // 2, (w.shape[0] + 1) // 2)
        levels.append((cv2.resize(colour, size, interpolation=cv2.INTER_AREA), cv2.resize(w, size, interpolation=3)))
    colour, w = levels[-1]
    filled = colour / np.maximum(w, 1e-3)[..., None]
    for colour, w in levels[-2::-1]:
        far = cv2.resize(filled, (w.shape[1], w.shape[0]), interpolation=cv2.INTER_LINEAR)
        share = np.clip(w * 4, 0, 1)[..., None]
        filled = colour / np.maximum(w, 1e-3)[..., None] * share + far * (1 - share)
    return np.asarray(np.clip(filled, 0, 255), np.uint8)


def cut_garment(garment: Garment, label: str, side: int, quality: int) -> tuple[bytes, bytes, dict[str, object]]:
    """One garment as JPEG, PNG mask and its annotations in the cut's pixels."""
    alpha = garment.alpha_f32
    known = np.where(ground_inside(garment.image_u8, alpha) > 0, 0, alpha).astype(np.float32)
    ys, xs = np.nonzero(alpha > 0.5)
    pad = round(0.03 * max(np.ptp(xs), np.ptp(ys)))
    x0, y0 = max(0, int(xs.min()) - pad), max(0, int(ys.min()) - pad)
    x1, y1 = min(alpha.shape[1], int(xs.max()) + pad + 1), min(alpha.shape[0], int(ys.max()) + pad + 1)
    image, mask, known = garment.image_u8[y0:y1, x0:x1], alpha[y0:y1, x0:x1], known[y0:y1, x0:x1]
    s = min(1.0, side / max(mask.shape))
    size = (max(1, round(mask.shape[1] * s)), max(1, round(mask.shape[0] * s)))
    image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    mask, known = (np.asarray(cv2.resize(m, size, interpolation=cv2.INTER_AREA), np.float32) for m in (mask, known))
    fx, fy = size[0] / (x1 - x0), size[1] / (y1 - y0)
    points = {
        name: [round((x - x0 + 0.5) * fx - 0.5, 2), round((y - y0 + 0.5) * fy - 0.5, 2)]
        for name, (x, y) in garment.landmarks_px.items()
    }
    jpeg = cv2.imencode(".jpg", fill_outside(image, known)[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    png = cv2.imencode(".png", np.round(mask * 15).astype(np.uint8) * 17, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
    note: dict[str, object] = {
        "label": label,
        "category": GARMENT_LABELS[label],
        "kind": kind_of(label, GARMENT_LABELS[label]),
        "sleeve": garment.sleeve,
        "leg": garment.leg,
        "landmarks_px": points,
        "patch": largest_square(mask),
        "filled": round(1 - float((known > 0.5).sum()) / float((mask > 0.5).sum()), 4),
    }
    return jpeg.tobytes(), png.tobytes(), note


def ground_inside(image_u8: U8, alpha: F32) -> U8:
    """(h, w) uint8 0 or 1: ground that the mask took for cloth, as between a sleeve and the torso.

    Near the outline, coloured much rather like the ground around than like the garment's inner parts.
    """
    lab = cv2.cvtColor(image_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) * np.array([0.7, 1, 1], np.float32)
    depth = cv2.distanceTransform((alpha > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    deep = float(depth.max())
    outside = cv2.dilate((alpha > 0.05).astype(np.uint8), np.ones((7, 7), np.uint8)) == 0
    ring = (depth > 0) & (depth < 0.5 * deep)
    if outside.sum() < 500 or ring.sum() < 100:
        return np.zeros(alpha.shape, np.uint8)
    ground, cloth = _main_colours(lab[outside], 0.02), _main_colours(lab[depth > 0.25 * deep], 0.06)
    at = lab[ring]
    to_ground, to_cloth = (_nearest(at, centres) for centres in (ground, cloth))
    leak = np.zeros(alpha.shape, np.uint8)
    leak[ring] = (to_cloth > 14) & (to_ground < 0.55 * to_cloth)
    leak = cv2.morphologyEx(leak, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.dilate(leak, np.ones((5, 5), np.uint8)), np.uint8)


def _main_colours(lab: F32, least: float) -> F32:
    """Up to eight colours that each make up at least this share of the pixels."""
    picks = np.ascontiguousarray(lab[:: max(1, len(lab) // 2000)])
    cv2.setRNGSeed(1)
    _, index, centres = cv2.kmeans(picks, 8, None, (3, 12, 1.0), 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    share = np.bincount(index.ravel(), minlength=8) / len(picks)
    return np.asarray(centres[share >= least], np.float32)


def _nearest(lab: F32, centres: F32) -> F32:
    return np.asarray(np.sqrt(((lab[:, None] - centres[None]) ** 2).sum(2)).min(1), np.float32)


def largest_square(mask: F32) -> list[int]:
    """x, y and side of the largest square inside a mask (h, w) 0..1, a little short of its edges."""
    distance = cv2.distanceTransform((cv2.copyMakeBorder(mask, 1, 1, 1, 1, 0) > 0.9).astype(np.uint8), cv2.DIST_C, 3)
    _, reach, _, (x, y) = cv2.minMaxLoc(distance)
    k = max(0, int(0.8 * reach))
    return [x - 1 - k, y - 1 - k, 2 * k]


def prepare_photo_textures(settings: PhotoTextureSettings) -> Path:
    """Read the garment photos and write ``phototextures_<first>.zip``: pictures, masks and ``garments.json``.

    Raises:
        PhotoTextureError: the open data is not there.
        WeightsError: the analyzer's weights are missing.
    """
    table = settings.data / "garments" / "garments.csv"
    if not table.is_file():
        raise PhotoTextureError(f"There is no {table}. Name the open data's folder with --data or TRYON_DATA.")
    rows = sorted(csv.DictReader(table.open()), key=lambda r: hashlib.sha1(r["image"].encode()).hexdigest())
    rows = [r for r in rows if not is_validation(r["image"]) and r["label"] in GARMENT_LABELS]
    rows = (rows[: settings.limit] if settings.limit else rows)[settings.first :: settings.step]
    analyzer = GarmentAnalyzer.from_pretrained()
    settings.out.mkdir(parents=True, exist_ok=True)
    path = settings.out / f"phototextures_{settings.first:02d}.zip"
    part = path.with_suffix(".part")
    notes: dict[str, dict[str, object]] = {}
    dropped: dict[str, int] = {}
    with zipfile.ZipFile(part, "w") as archive:
        for number, row in enumerate(rows):
            name, label = row["image"], row["label"]
            reason = _add(archive, analyzer, settings, name, label, notes)
            if reason is not None:
                dropped[reason] = dropped.get(reason, 0) + 1
            if number % 200 == 199:
                print(f"{number + 1} of {len(rows)} photos, {len(notes)} kept, dropped for {dropped}", flush=True)
        archive.writestr("garments.json", json.dumps(notes))
    part.replace(path)
    print(f"{path.name}: {len(notes)} of {len(rows)} kept, dropped for {dropped}", flush=True)
    return path


def _add(
    archive: zipfile.ZipFile,
    analyzer: GarmentAnalyzer,
    settings: PhotoTextureSettings,
    name: str,
    label: str,
    notes: dict[str, dict[str, object]],
) -> str | None:
    """Read a photo and put its garment into the archive; the reason where it is not kept."""
    bgr = cv2.imread(str(settings.data / "garments" / "photos" / f"{name}.jpg"))
    if bgr is None:
        return "unreadable"
    category: Category = GARMENT_LABELS[label]
    try:
        garment = analyzer(np.ascontiguousarray(bgr[..., ::-1]), category=category)
    except TryOnError:
        return "not found"
    reason, measures = judge(garment, label, settings)
    if reason is not None:
        return reason
    jpeg, png, note = cut_garment(garment, label, settings.side, settings.quality)
    if float(str(note["filled"])) > settings.filled:
        return "ground inside"
    archive.writestr(f"{name}.jpg", jpeg)
    archive.writestr(f"{name}.mask.png", png)
    notes[name] = note | {k: round(v, 3) for k, v in measures.items()}
    return None


def main() -> None:
    """``python -m tryon.synth.prepare_photo_textures [--data FOLDER] [--out FOLDER] [--first I --step N]``."""
    defaults = PhotoTextureSettings()
    parser = argparse.ArgumentParser(description=prepare_photo_textures.__doc__)
    parser.add_argument("--data", type=Path, default=defaults.data)
    parser.add_argument("--out", type=Path, default=defaults.out)
    for name in ("limit", "first", "step"):
        parser.add_argument(f"--{name}", type=int, default=getattr(defaults, name))
    prepare_photo_textures(PhotoTextureSettings(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
