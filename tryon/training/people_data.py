"""Reading the shards of people, and the random views of them that the trainers see."""

from __future__ import annotations

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.errors import BadRequestError
from tryon.geometry.crops import Crop, crop_for
from tryon.person.parsing import figure_crop
from tryon.types import CATEGORIES, LABEL, LabelsU8, Pose, RGBu8

# MediaPipe's left and right partners, for mirrored pictures
MIRROR = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9] + [i + 1 if i % 2 else i - 1 for i in range(11, 33)]
)  # fmt: skip
SWAP = np.arange(256, dtype=np.uint8)
for _a, _b in (("left_arm", "right_arm"), ("left_leg", "right_leg")):
    SWAP[[LABEL[_a], LABEL[_b]]] = [LABEL[_b], LABEL[_a]]


@dataclass(frozen=True)
class PersonRecord:
    """One photo of a shard: image (H, W, 3) uint8, mask (H, W) uint8 0..255, pose in its pixels.

    labels_u8 (H, W) is None where the photo is not labelled.
    """

    key: str
    image_u8: RGBu8
    mask_u8: np.ndarray
    labels_u8: LabelsU8 | None
    pose: Pose
    validation: bool


def find_people(people: Path, data: Path, *, smoke_run: Path | None = None) -> list[PersonRecord]:
    """The labelled people: from their shards, which are made from the open data where there are none.

    Args:
        people: folder of the shards. data: folder of the open data.
        smoke_run: for a run of seconds, a folder in which a few people are prepared if need be.

    Raises:
        BadRequestError: neither shards nor open data are there.
    """
    limit = 24 if smoke_run is not None else None
    if any(people.glob("people_*.zip")):
        return read_people(people, limit=limit)
    if not (data / "people" / "people.csv").is_file():
        raise BadRequestError(
            f"There are no people_*.zip in {people} and no people/people.csv in {data}. "
            "Name the open data's folder with --data or TRYON_DATA (README, section 'Train it')."
        )
    from tryon.training.prepare_people import prepare_people  # needs MediaPipe, so only where it must

    target = smoke_run / "people" if smoke_run is not None else people
    if not any(target.glob("people_*.zip")):
        prepare_people(data, target, limit=limit)
    return read_people(target, limit=limit)


def read_people(folder: Path, *, labelled: bool = True, limit: int | None = None) -> list[PersonRecord]:
    """Read the labelled people of all shards ``people_*.zip`` of a folder, or the others, in the order of their ids.

    Raises:
        BadRequestError: no shards there, or a shard that cannot be read (it is named).
    """
    shards = sorted(folder.glob("people_*.zip"))
    if not shards:
        raise BadRequestError(f"No people_*.zip in {folder}. Make them: python -m tryon.training.prepare_people")
    records: list[PersonRecord] = []
    for path in shards:
        try:
            records.extend(_read_shard(path, labelled))
        except (zipfile.BadZipFile, KeyError, ValueError, cv2.error) as error:
            raise BadRequestError(f"The shard {path.name} is damaged ({error}). Prepare the people again.") from None
        if limit is not None and len(records) >= limit:
            return records[:limit]
    return records


def _read_shard(path: Path, labelled: bool) -> list[PersonRecord]:
    with zipfile.ZipFile(path) as shard:
        wanted = {k: m for k, m in json.loads(shard.read("people.json")).items() if bool(m["labelled"]) == labelled}
        names = ("jpg", "mask.png", *(["labels.png"] if labelled else []))
        files = [[shard.read(f"{key}.{name}") for name in names] for key in wanted]
    with ThreadPoolExecutor() as threads:  # decoding waits for no lock of Python's
        return list(threads.map(_record, wanted, wanted.values(), files))


def _record(key: str, meta: dict[str, Any], files: list[bytes]) -> PersonRecord:
    return PersonRecord(
        key,
        np.ascontiguousarray(_decode(files[0], cv2.IMREAD_COLOR)[..., ::-1]),
        _decode(files[1], cv2.IMREAD_UNCHANGED),
        _decode(files[2], cv2.IMREAD_UNCHANGED) if len(files) > 2 else None,
        Pose(np.array(meta["points_px"], np.float32), np.array(meta["visibility"], np.float32)),
        bool(meta["validation"]),
    )


def _decode(payload: bytes, flag: int) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(payload, np.uint8), flag)
    if image is None:
        raise ValueError("a picture in it cannot be decoded")
    return image


@dataclass(frozen=True)
class View:
    """A random view of a person: arrays of one size (h, w), pose in their pixels."""

    rgb_u8: RGBu8
    mask_f32: np.ndarray
    labels_u8: LabelsU8
    pose: Pose
    crop: Crop


def cut_photo(record: PersonRecord, rng: np.random.Generator) -> PersonRecord:
    """The same photo taken closer: cut below the knees, the hips or the waist, or at one side of the body.

    What a crop reaches over the cut is then filled as it is at the border of a visitor's photo.
    """
    h, w = record.image_u8.shape[:2]
    p = record.pose.points_px
    hip, knee = float(p[[23, 24], 1].mean()), float(p[[25, 26], 1].mean())
    ankle, neck = float(p[[27, 28], 1].mean()), float(p[[11, 12], 1].mean())
    low = (hip + 0.1 * (knee - hip), knee, ankle)[rng.choice(3, p=[0.4, 0.4, 0.2])]
    bottom = int(np.clip(low + rng.normal(0, 0.12) * (hip - neck), neck + 0.6 * (hip - neck), h))
    left, right = 0, w
    if rng.random() < 0.2:  # too close to one side
        side = float(p[rng.choice([11, 12, 13, 14]), 0])
        if side < p[[11, 12], 0].mean():
            left = int(np.clip(side - 0.05 * (hip - neck), 0, w // 3))
        else:
            right = int(np.clip(side + 0.05 * (hip - neck), w - w // 3, w))
    if bottom < 32 or right - left < 32:
        return record
    box = (slice(0, bottom), slice(left, right))
    labels = None if record.labels_u8 is None else record.labels_u8[box]
    points = record.pose.points_px - np.array([left, 0], np.float32)
    return replace(
        record, image_u8=record.image_u8[box], mask_u8=record.mask_u8[box], labels_u8=labels,
        pose=Pose(points, record.pose.visibility),
    )  # fmt: skip


def random_view(
    record: PersonRecord, rng: np.random.Generator, height: int, width: int, *, category: str | None = None
) -> View:
    """Crop (any framing), zoom, shift, mirror a labelled record; the labels and the pose follow.

    Args:
        record: with labels.
        rng: decides everything.
        height, width: size of the view, pixels.
        category: framing to start from; None: any.
    """
    assert record.labels_u8 is not None
    # the parser sees whole figures at run time; closer views teach what small things look like
    base_category = category or CATEGORIES[rng.choice(3, p=[0.2, 0.12, 0.68])]
    if category is None and base_category == "dress":
        base = figure_crop(record.pose, record.mask_u8.astype(np.float32) / 255, width, height)
    else:
        base = crop_for(record.pose, base_category, record.image_u8.shape[:2], width, height)  # type: ignore[arg-type]
    zoom = float(np.exp(rng.normal(0, 0.14)))
    shift = rng.normal(0, 0.06, 2) * (width / base.scale, height / base.scale)
    scale = base.scale * zoom
    cx, cy = base.x0 + width / base.scale / 2 + shift[0], base.y0 + height / base.scale / 2 + shift[1]
    crop = Crop(cx - width / scale / 2, cy - height / scale / 2, scale, width, height)
    rgb = crop.cut(record.image_u8)
    mask = crop.cut(record.mask_u8, border=cv2.BORDER_CONSTANT).astype(np.float32) / 255
    labels = crop.cut(record.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
    points, visibility = crop.to_crop(record.pose.points_px), record.pose.visibility
    if rng.random() < 0.5:
        rgb, mask = np.ascontiguousarray(rgb[:, ::-1]), np.ascontiguousarray(mask[:, ::-1])
        labels = np.ascontiguousarray(SWAP[labels[:, ::-1]])
        points = points[MIRROR] * np.array([-1, 1], np.float32) + np.array([width - 1, 0], np.float32)
        visibility = visibility[MIRROR]
    return View(rgb, mask, labels, Pose(points, visibility), crop)


def disturb_colours(rgb_u8: RGBu8, rng: np.random.Generator) -> RGBu8:
    """Exposure, contrast, white balance, saturation, blur, noise and JPEG, each at random."""
    x = rgb_u8.astype(np.float32) / 255
    x = x ** float(np.exp(rng.normal(0, 0.25)))
    x = (x - 0.5) * float(np.exp(rng.normal(0, 0.15))) + 0.5 + float(rng.normal(0, 0.05))
    x = x * np.exp(rng.normal(0, 0.06, 3)).astype(np.float32)
    grey = x.mean(2, keepdims=True)
    x = grey + (x - grey) * float(np.exp(rng.normal(0, 0.2)))
    if rng.random() < 0.25:
        x = cv2.GaussianBlur(x, (0, 0), float(rng.uniform(0.4, 1.4)))
    if rng.random() < 0.3:
        x = x + rng.normal(0, rng.uniform(0.005, 0.03), x.shape).astype(np.float32)
    out = (np.clip(x, 0, 1) * 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = int(rng.integers(35, 95))
        out = cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return out
