"""Second labels of the training photos: the network's own, where it sees the same in a photo and its mirror image.

The classical teachers of ``prepare_garments`` are unsure of a third of the photos, most of all of folded sleeves. A
network that has learnt from rendered garments too is asked twice; points that both answers share are added,
teachers' points that both contradict are dropped, and so are teachers' masks. Where its peaks contradict one another
and the set that fits together (``tryon.garment.sides``) is the same in both, that set is taught: so the network comes
to see what fits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS, kind_of
from tryon.garment.network import (
    MASK,
    NET_HEIGHT,
    NET_WIDTH,
    PARAMS,
    POINTS,
    SLEEVES,
    WEIGHTS_NAME,
    log_heat,
    peaks,
)
from tryon.garment.points import CHAINS, SLEEVED
from tryon.garment.reading import Reading, Window
from tryon.garment.sides import sides_together
from tryon.models.lite_unet import LiteUNet
from tryon.models.weights import WEIGHTS_DIR, load_into, read_weights
from tryon.training.garment_data import SWAPPED, GarmentDataError
from tryon.training.garment_targets import UNKNOWN
from tryon.training.prepare_garments import CACHE_HEIGHT, LABEL_NAMES, REPOSITORY, write_shard
from tryon.types import ATTRIBUTES, GARMENT_LABELS

SEEN, FITS = 0.04, 0.3  # heat from which a point of a set that fits is believed, and what it then counts as
SHORT_TO, LONG_FROM = 0.65, 1.1  # of a cuff from the shoulder, in distances of the shoulders
SLEEVE = list(ATTRIBUTES).index("sleeve")
U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class RelabelSettings:
    """Where the shards are, and when the answers are believed."""

    shards: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder of the prepared shards"})
    out: Path | None = field(default=None, metadata={"help": "folder for the new shards (default: in place)"})
    weights: Path | None = field(default=None, metadata={"help": "folder with garment.safetensors"})
    twice: float = field(default=0.025, metadata={"help": "distance of the two answers, of the garment's height"})
    teacher: float = field(default=0.06, metadata={"help": "distance from a believed teacher, of the height"})
    mass: float = field(default=0.25, metadata={"help": "heat around a peak from which a point is believed"})
    steady: float = field(default=0.94, metadata={"help": "overlap of the two masks; under it nothing is believed"})
    wrong: float = field(default=0.82, metadata={"help": "overlap with the answer under which a teacher's mask goes"})


@dataclass(frozen=True)
class Answer:
    """One look at a photo, in the frame of its 320x240 letterbox.

    mask: (128, 96) bool. points: (19, 2), heat mass: (19,). sleeved: probability of sleeves.
    """

    mask: NDArray[np.bool_]
    points: F32
    mass: F32
    sleeved: float


@torch.inference_mode()
def look(net: LiteUNet, images: list[U8]) -> list[Answer]:
    """Ask the network about letterboxed pictures (320, 240, 3)."""
    small = [cv2.resize(image, (NET_WIDTH, NET_HEIGHT), interpolation=cv2.INTER_AREA) for image in images]
    x = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 255
    with torch.autocast("cpu", torch.bfloat16):
        dense, heads = net(x.contiguous(memory_format=torch.channels_last))
    out = []
    none = SLEEVES.index("none")
    for maps, sleeve in zip(dense.float().numpy(), heads[1 + list(ATTRIBUTES).index("sleeve")].float(), strict=True):
        lengths = torch.softmax(sleeve, 0).numpy()
        points, mass = settled(maps, lengths) if lengths[none] < 0.5 else peaks(maps[POINTS:])
        k = 2 * CACHE_HEIGHT / NET_HEIGHT
        out.append(
            Answer(maps[MASK] > 0, ((points + 0.5) * k - 0.5).astype(np.float32), mass, 1 - float(lengths[none]))
        )
    return out


def settled(maps: F32, lengths: F32) -> tuple[F32, F32]:
    """Peaks of the heat maps and the mass around them; the set that fits together where they contradict one another."""
    points, mass = peaks(maps[POINTS:])
    heat = log_heat(maps[POINTS:])
    # in the pixels of the maps themselves, whose window is the network's input at half the size
    window = Window(np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]]))
    mask = 1 / (1 + np.exp(-maps[MASK]))
    reading = Reading(
        mask, mask, points, mass, np.zeros(0, np.float32), {"sleeve": lengths}, np.zeros(0, np.float32), heat, window
    )
    for name, point in sides_together(reading, mask > 0.5).items():
        i = LANDMARKS.index(name)
        x, y = (int(np.clip(round(v), 0, n - 1)) for v, n in zip(point, heat.shape[:0:-1], strict=True))
        around = float(np.exp(heat[i, max(0, y - 3) : y + 4, max(0, x - 3) : x + 4]).sum())
        points[i], mass[i] = point, max(around, FITS) if around > SEEN else 0.0
    return points, mass


def mirrored(answer: Answer, width: int) -> Answer:
    """What a mirrored picture's answer says of the picture itself."""
    points = answer.points[SWAPPED].copy()
    points[:, 0] = width - 1 - points[:, 0]
    return Answer(np.ascontiguousarray(answer.mask[:, ::-1]), points, answer.mass[SWAPPED], answer.sleeved)


def _names(label: str, sleeved: float) -> NDArray[np.bool_]:
    """Which landmarks a garment of a label has; cuffs only where sleeves are certain."""
    kind = kind_of(label, GARMENT_LABELS[label])
    chain = SLEEVED if kind in ("upper", "dress") and sleeved > 0.8 else CHAINS[kind]
    known = {f"{n}_{side}" for n in chain for side in ("left", "right")} | ({"crotch"} if kind == "trousers" else set())
    return np.array([n in known for n in LANDMARKS])


def relabel(
    first: Answer, again: Answer, label: str, teacher: F32, mask: NDArray[np.bool_], settings: RelabelSettings
) -> tuple[F32, bool]:
    """Landmarks (19, 2), NaN where not known, and whether the teacher's mask agrees.

    Args:
        first, again: of the photo and of its mirror image, both in the photo's frame.
        teacher: (19, 2) believed points, NaN where not known. mask: (128, 96), the teacher's.
    """
    s = settings
    both, either = first.mask & again.mask, first.mask | again.mask
    if both.sum() < s.steady * max(1, int(either.sum())):
        return teacher, True
    rows = np.flatnonzero(both.any(1))
    height = max(8.0, float(rows[-1] - rows[0]) * 2 * CACHE_HEIGHT / NET_HEIGHT)
    points = (first.points + again.points) / 2
    apart = np.linalg.norm(first.points - again.points, axis=1) / height
    has = _names(label, min(first.sleeved, again.sleeved))
    sure = has & (apart < s.twice) & (np.minimum(first.mass, again.mass) > s.mass)
    if sure.sum() < 0.6 * has.sum():  # a garment half of which is unclear is likely to have been misread
        sure &= False
    taught = np.isfinite(teacher).all(1)
    off = np.linalg.norm(teacher - points, axis=1) / height
    out = np.where(sure[:, None], points, np.nan).astype(np.float32)
    near = sure & taught & (off < s.teacher)
    out[near] = (points[near] + teacher[near]) / 2
    alone = ~sure & taught & (off < s.teacher)
    out[alone] = teacher[alone]
    overlap = float((mask & both).sum() / max(1, (mask | either).sum()))
    return out, overlap > s.wrong


def relabel_garments(settings: RelabelSettings, batch: int = 16) -> None:
    """Give the photos' shards second labels; photos of the validation split keep theirs.

    Raises:
        GarmentDataError: there are no shards.
    """
    paths = sorted(settings.shards.glob("garments_??.npz"))
    if not paths:
        raise GarmentDataError(f"There are no prepared garments in {settings.shards}: run prepare_garments first.")
    net = LiteUNet(PARAMS).eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    load_into(net, read_weights((settings.weights or WEIGHTS_DIR) / WEIGHTS_NAME)[0], WEIGHTS_NAME)
    for path in paths:
        with np.load(path) as shard:
            arrays = {name: shard[name] for name in shard.files}
        records = [_record(arrays, i) for i in range(len(arrays["label"]))]
        before = sum(np.isfinite(_points_of(r)).all(1).sum() for r in records)
        train = [r for r in records if not r["validation"]]
        for start in range(0, len(train), batch):
            _relabel_batch(net, train[start : start + batch], settings)
        write_shard((settings.out or settings.shards) / path.name, records)
        after = sum(np.isfinite(_points_of(r)).all(1).sum() for r in records)
        masks = sum(bool(r["mask_good"]) for r in records)
        print(f"{path.name}: {len(records)} photos, {masks} masks, {before} points become {after}", flush=True)


def _record(arrays: dict[str, NDArray[np.generic]], i: int) -> dict[str, object]:
    out: dict[str, object] = {}
    for name, values in arrays.items():
        if name.endswith("_end"):
            name = name.removesuffix("_end")
            ends = np.asarray(values, np.int64)
            out[name] = np.asarray(arrays[name][ends[i - 1] if i else 0 : ends[i]], np.uint8)
        elif f"{name}_end" not in arrays:
            out[name] = values[i]
    return out


def _points_of(record: dict[str, object]) -> F32:
    return np.asarray(record["landmarks"], np.float32)


def _relabel_batch(net: LiteUNet, records: list[dict[str, object]], settings: RelabelSettings) -> None:
    images = [
        np.ascontiguousarray(cv2.imdecode(np.asarray(r["jpeg"], np.uint8), cv2.IMREAD_COLOR)[..., ::-1])
        for r in records
    ]
    firsts = look(net, images)
    seconds = look(net, [np.ascontiguousarray(image[:, ::-1]) for image in images])
    for record, image, first, second in zip(records, images, firsts, seconds, strict=True):
        mask = cv2.imdecode(np.asarray(record["mask"], np.uint8), cv2.IMREAD_GRAYSCALE)
        small = cv2.resize(mask, (NET_WIDTH // 2, NET_HEIGHT // 2), interpolation=cv2.INTER_AREA) > 127
        label = LABEL_NAMES[int(np.asarray(record["label"]))]
        known = np.array(record["attributes"])
        if known[SLEEVE] == SLEEVES.index("none"):  # looked at: whatever the network takes for sleeves are none
            first = replace(first, sleeved=0.0)
        again = mirrored(second, image.shape[1])
        points, good = relabel(first, again, label, _points_of(record), small, settings)
        record["landmarks"] = points
        record["visible"] = np.where(np.isfinite(points).all(1), 1, UNKNOWN).astype(np.int8)
        record["mask_good"] = bool(record["mask_good"]) and good
        if known[SLEEVE] == UNKNOWN and (length := told_length(points)) is not None:
            known[SLEEVE] = SLEEVES.index(length)
            record["attributes"] = known


def told_length(points: F32) -> str | None:
    """ "short" or "long" where landmarks (19, 2) say so: known cuffs, far from the shoulder or near it."""
    at = {name: points[i] for i, name in enumerate(LANDMARKS)}
    width = float(np.linalg.norm(at["shoulder_left"] - at["shoulder_right"]))
    reach = [
        float(np.linalg.norm((at[f"cuff_out_{side}"] + at[f"cuff_in_{side}"]) / 2 - at[f"shoulder_{side}"])) / width
        for side in ("left", "right")
    ]
    if all(r > LONG_FROM for r in reach):  # no comparison holds for NaN
        return "long"
    return "short" if all(0.2 < r < SHORT_TO for r in reach) else None
