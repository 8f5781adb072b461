"""Second labels of the training photos: the network's own, where it sees the same in a photo and its mirror image.

The classical teachers of ``prepare_garments`` are unsure of most photos. A network trained on them, read twice,
keeps the points that both readings share: they are more than the teachers', and drop the teachers' outliers.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS, kind_of
from tryon.garment.local_colour import local_cut
from tryon.garment.network import GarmentNetwork
from tryon.garment.points import choose_points
from tryon.garment.reading import Reading, read_garment
from tryon.garment.sharpen import keep_main
from tryon.training.garment_data import SWAPPED, GarmentDataError
from tryon.training.garment_targets import UNKNOWN
from tryon.training.prepare_garments import LABEL_NAMES, REPOSITORY, write_shard
from tryon.types import GARMENT_LABELS

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class RelabelSettings:
    """Where the shards are, and when a reading is believed."""

    shards: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder of the prepared shards"})
    weights: Path | None = field(default=None, metadata={"help": "folder with garment.safetensors"})
    twice: float = field(default=0.025, metadata={"help": "distance of the two readings, of the garment's height"})
    teacher: float = field(default=0.05, metadata={"help": "distance from a believed teacher, of the height"})
    mass: float = field(default=0.25, metadata={"help": "heat around a peak from which a point is believed"})
    mask: float = field(default=0.96, metadata={"help": "overlap of the two masks to believe them"})
    wrong: float = field(default=0.82, metadata={"help": "overlap with the reading under which a teacher's mask goes"})


@dataclass(frozen=True)
class _Seen:
    """One reading in the photo's pixels: mask (h, w) 0..1, points (19, 2) NaN where it has none, heat mass (19,)."""

    mask: F32
    points: F32
    mass: F32


def _look(image: U8, network: GarmentNetwork, label: str) -> _Seen | None:
    reading = read_garment(image, network)
    if reading is None:
        return None
    mask = keep_main(local_cut(image, reading.mask), reading.mask)
    front = (mask > 0.5) & (reading.inside < 0.5)
    if front.mean() < 0.01:
        return None
    return _Seen(mask, _points(front, reading, label), reading.confidence)


def _points(front: NDArray[np.bool_], reading: Reading, label: str) -> F32:
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    for name, at in choose_points(front, reading, kind_of(label, GARMENT_LABELS[label])).items():
        points[LANDMARKS.index(name)] = at
    return points


def _mirrored(seen: _Seen, width: int) -> _Seen:
    points = seen.points[SWAPPED].copy()
    points[:, 0] = width - 1 - points[:, 0]
    return _Seen(np.ascontiguousarray(seen.mask[:, ::-1]), points, seen.mass[SWAPPED])


def relabel(
    image: U8, label: str, teacher: F32, mask: U8, good: bool, network: GarmentNetwork, settings: RelabelSettings
) -> tuple[F32, U8, bool]:
    """Landmarks (19, 2), NaN unknown, mask (h, w) 0 or 255 and whether it is believed.

    Args:
        image: (h, w, 3) of a training photo. label: its own. teacher: (19, 2) believed points, NaN unknown.
        mask: (h, w) 0..255, the teacher's. good: whether it is believed.
    """
    s = settings
    first = _look(image, network, label)
    again = _look(np.ascontiguousarray(image[:, ::-1]), network, label)
    if first is None or again is None:
        return teacher, mask, good
    again = _mirrored(again, image.shape[1])
    rows = np.flatnonzero((first.mask > 0.5).any(1))
    height = max(8.0, float(rows[-1] - rows[0]))
    points = (first.points + again.points) / 2
    apart = np.linalg.norm(first.points - again.points, axis=1) / height
    sure = (apart < s.twice) & (np.minimum(first.mass, again.mass) > s.mass)
    both = (first.mask > 0.5) & (again.mask > 0.5)
    either = (first.mask > 0.5) | (again.mask > 0.5)
    steady = float(both.sum() / max(1, either.sum())) > s.mask
    # one that is unsure of half of its points is likely to have misread the garment
    known = np.isfinite(points).all(1)
    if not steady or sure[known].mean() < 0.6:
        sure &= False
    off = np.linalg.norm(teacher - points, axis=1) / height
    out = np.where(sure[:, None], points, np.nan).astype(np.float32)
    near = sure & (off < s.teacher)
    out[near] = (points[near] + teacher[near]) / 2
    out[sure & (off >= s.teacher)] = np.nan
    lonely = ~sure & np.isfinite(teacher).all(1) & (off < s.teacher)
    out[lonely] = teacher[lonely]
    believed = mask > 127
    overlap = float((believed & both).sum() / max(1, (believed | either).sum()))
    shared = np.where((first.mask + again.mask) > 1.0, 255, 0).astype(np.uint8)
    if steady and 0.05 < both.mean() < 0.85:
        # GrabCut's own slips differ from photo to photo; what the network has learnt from all of them has fewer
        return out, shared, not good or overlap > s.wrong
    return out, mask, good and overlap > s.wrong


def relabel_garments(settings: RelabelSettings) -> None:
    """Give the photos' shards second labels, in place; photos of the validation split keep theirs.

    Raises:
        GarmentDataError: there are no shards.
    """
    paths = sorted(settings.shards.glob("garments_??.npz"))
    if not paths:
        raise GarmentDataError(f"There are no prepared garments in {settings.shards}: run prepare_garments first.")
    network = GarmentNetwork.load(settings.weights)
    for path in paths:
        with np.load(path) as shard:
            arrays = {name: shard[name] for name in shard.files}
        records = [_relabelled(arrays, i, network, settings) for i in range(len(arrays["label"]))]
        write_shard(path, records)
        points = sum(bool(np.isfinite(np.asarray(r["landmarks"], np.float32)).any()) for r in records)
        masks = sum(bool(r["mask_good"]) for r in records)
        print(f"{path.name}: {len(records)} photos, {masks} masks and {points} landmark sets", flush=True)


def _relabelled(
    arrays: dict[str, NDArray[np.generic]], i: int, network: GarmentNetwork, settings: RelabelSettings
) -> dict[str, object]:
    def blob(name: str) -> U8:
        ends = np.asarray(arrays[f"{name}_end"], np.int64)
        return np.asarray(arrays[name][ends[i - 1] if i else 0 : ends[i]], np.uint8)

    label = LABEL_NAMES[int(arrays["label"][i])]
    points, good = np.asarray(arrays["landmarks"][i], np.float32), bool(arrays["mask_good"][i])
    png = blob("mask")
    if not bool(arrays["validation"][i]):
        image = np.ascontiguousarray(cv2.imdecode(blob("jpeg"), cv2.IMREAD_COLOR)[..., ::-1])
        mask = np.asarray(cv2.imdecode(png, cv2.IMREAD_GRAYSCALE), np.uint8)
        points, mask, good = relabel(image, label, points, mask, good, network, settings)
        png = np.asarray(cv2.imencode(".png", mask)[1], np.uint8).reshape(-1)
    return {
        "id": arrays["id"][i], "jpeg": blob("jpeg"), "mask": png, "landmarks": points,
        "visible": np.where(np.isfinite(points).all(1), 1, UNKNOWN).astype(np.int8), "label": arrays["label"][i],
        "attributes": arrays["attributes"][i],
        "source": arrays["source"][i], "mask_good": good, "plain": arrays["plain"][i],
        "validation": arrays["validation"][i],
    }  # fmt: skip


def main() -> None:
    """``python -m tryon.training.garment_relabel [--shards FOLDER] [--weights FOLDER]``."""
    defaults = RelabelSettings()
    parser = argparse.ArgumentParser(description=relabel_garments.__doc__)
    parser.add_argument("--shards", type=Path, default=defaults.shards)
    parser.add_argument("--weights", type=Path, default=defaults.weights)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    relabel_garments(RelabelSettings(shards=options.shards, weights=options.weights))


if __name__ == "__main__":
    main()
