"""Exact try-on pairs from rendered records: the same person in the same pose in two garments, ready to train on.

``python -m tryon prepare pairs`` writes ``data/pairs/pairs_0000.zip``, ... (at most 60 MB each). A pair is
what the pipeline sees at run time (photo, parsing by the trained parser, MediaPipe's pose and mask, a photo of
the new garment with landmarks that are a little wrong, the coarse warp laid by them) and the truth: the person in
the new garment, where the garment is seen, and for each of its pixels the garment photo's pixel.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError, TryOnError
from tryon.garment.attributes import leg_length
from tryon.geometry.crops import Crop, crop_for
from tryon.models.warp_inputs import LIMB_LEFT, LIMB_RIGHT, TRUNK, field_of
from tryon.models.weights import WEIGHTS_DIR
from tryon.person.parsing import Parser
from tryon.settings import setting
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.compose import View, compose, sample_look
from tryon.synth.flat_picture import FlatPicture, compose_flat, sample_flat_look
from tryon.synth.flows import flat_to_worn
from tryon.synth.garment_mesh import PART
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import HALF, PART_MASK, RECORD_LABELS, FlatView, GarmentInfo, GarmentLayer, Record
from tryon.synth.sampling import Paint
from tryon.synth.shards import Shard
from tryon.types import ATTRIBUTES, LABEL, Garment, PartWarp, Person, Pose, SleeveLength
from tryon.warp.coarse import warp_garment
from tryon.warp.placement import Placer
from tryon.warp.placer import PLACEMENT_NAME, LearnedPlacement

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
FRAME = (512, 384)  # (H, W) of photo, truth and garment photo
FLOW = (256, 192)  # (h, w) of exact flow and coverage
NODES = (64, 48)  # (h, w) of the coarse flows, which bend over many pixels
PER_PX = 16  # stored flows are whole sixteenths of a pixel: they pack to half of what floats need
UNKNOWN = -32768
DRAWN = (768, 576)  # (H, W) of the picture that the work frame is cut from
SHARD_BYTES = 56_000_000


@dataclass(frozen=True)
class PairSettings:
    """Which pairs are drawn."""

    records: Path = setting(Path("data/records"), "folder of the rendered records")
    grounds: Path = setting(Path("data/grounds"), "folder of photographed grounds")
    cloths: Path = setting(Path("data/phototextures"), "folder of photographed cloths")
    weights: Path | None = setting(None, "folder with parser.safetensors and perhaps placement.safetensors")
    out: Path = setting(Path("data/pairs"), "folder for the shards")
    per_record: int = setting(1, "pairs drawn from a record")
    landmark_error: float = setting(0.012, "landmarks are wrong by so much of the garment's height (one sigma)")
    first: int = setting(0, "number of the first shard of records")
    last: int = setting(10_000, "number after the last shard of records")
    step: int = setting(1, "take every so manieth shard: several processes share the work")
    seed: int = setting(3, "of all random choices")


@dataclass(frozen=True)
class Exchange:
    """What is put on: the layer of the new garment, and both outfits as layer numbers in wearing order."""

    layer: int
    before: tuple[int, ...]
    after: tuple[int, ...]
    name: str  # the outfit on which MediaPipe found the pose


def choose_exchange(record: Record, garments: Sequence[GarmentInfo], rng: np.random.Generator) -> Exchange | None:
    """A garment of one outfit put on a person in the other; None where the record has only one outfit."""
    names = [n for n in ("a", "b") if record.pose.get(n) is not None]
    if not names or not {"a", "b"} <= set(record.outfits):
        return None
    name = str(rng.choice(names))
    other = "b" if name == "a" else "a"
    before, wanted = record.outfits[name], record.outfits[other]

    def category(k: int) -> str:
        return garments[record.layers[k].garment].category

    chosen = int(rng.choice(wanted))
    kind = category(chosen)
    if kind == "dress":
        after: tuple[int, ...] = tuple(k for k in wanted if k == chosen)
    else:
        # what stays: the other half of the clothes, the new outfit's where a dress went
        kept = [k for k in before if category(k) not in (kind, "dress")] if kind == "upper" else list(before)
        kept = [k for k in kept if category(k) not in (kind, "dress")]
        if not kept:
            kept = [k for k in wanted if category(k) != kind]
        under = []
        if kind == "upper":  # a jacket comes with what is worn under it; without jackets over a shirt
            rank = record.layers[chosen].rank
            under = [k for k in wanted if category(k) == "upper" and k != chosen and record.layers[k].rank < rank]
        after = tuple(sorted({*kept, *under, chosen}, key=lambda k: record.layers[k].rank))
    return Exchange(chosen, tuple(before), after, name)


def draw_pair(
    record: Record,
    garments: Sequence[GarmentInfo],
    exchange: Exchange,
    cloths: ClothChoice,
    library: GroundLibrary,
    parser: Parser,
    rng: np.random.Generator,
    settings: PairSettings,
    placer: Placer | None = None,
) -> dict[str, bytes] | None:
    """One pair as the files of a shard; None where nothing of the garment is seen in the frame."""
    info = garments[record.layers[exchange.layer].garment]
    paints: dict[int, Paint] = {}
    for k in {*exchange.before, *exchange.after}:
        number = record.layers[k].garment
        paints[number] = cloths.any(garments[number], rng)
    look = sample_look(rng, record, garments, exchange.after, paints=paints, library=library)
    after = compose(record, garments, exchange.after, look, DRAWN, library=library, layers=True)
    before = compose(record, garments, exchange.before, look, DRAWN, library=library)
    pose = _pose(record, exchange.name)
    mask = cv2.resize(record.mask[exchange.name], (DRAWN[1], DRAWN[0]), interpolation=cv2.INTER_LINEAR)
    mask_f32 = mask.astype(np.float32) / 255
    labels = parser.parse(before.image_u8, mask_f32, pose)
    person = Person(before.image_u8, pose, mask_f32, labels)
    view = info.views[int(rng.integers(len(info.views)))]
    flat_look = sample_flat_look(rng, view, library=library)
    flat = compose_flat(info, view, paints[record.layers[exchange.layer].garment], flat_look, FRAME, library=library)
    garment = garment_of(info, view, flat, rng, settings.landmark_error)
    crop = _jittered(crop_for(pose, info.category, DRAWN, FRAME[1], FRAME[0]), rng)
    try:
        parts = warp_garment(garment, person, crop, placer=placer)
    except TryOnError:
        return None
    truth = _truth(record.layers[exchange.layer], view, after, exchange, crop)
    if float(truth["cover"].mean()) < 0.01 or not parts:
        return None
    small = crop.resized(FLOW[1], FLOW[0])
    arrays: dict[str, Any] = {
        **truth,
        "regions": np.stack([_half(p.region_f32) for p in parts]),
        "flows": _packed(np.stack([_nodes(p) for p in parts])),
        "fields": np.array([field_of(p.name) for p in parts], np.int8),
        "points_px": crop.to_crop(pose.points_px),
        "visibility": pose.visibility,
    }
    meta = {
        "record": record.id, "garment": info.id, "category": info.category, "view": view.kind,
        "parts": [p.name for p in parts], "label": info.label, "sleeve": garment.sleeve, "leg": garment.leg,
        "landmarks": _rounded(garment.landmarks_px), "worn": _worn_marks(record.layers[exchange.layer], crop),
    }  # fmt: skip
    files = {
        "photo.jpg": _jpeg(crop.cut(before.image_u8)),
        "worn.jpg": _jpeg(crop.cut(after.image_u8)),
        "garment.jpg": _jpeg(garment.image_u8),
        "alpha.png": _png((garment.alpha_f32 * 255).astype(np.uint8)),
        "labels.png": _png(crop.cut(labels, border=cv2.BORDER_CONSTANT, nearest=True)),
        "truth.png": _png(crop.cut(plain_labels(after.labels_u8), border=cv2.BORDER_CONSTANT, nearest=True)),
        "mask.png": _png(small.cut(mask, border=cv2.BORDER_CONSTANT)),
        "meta.json": json.dumps(meta).encode(),
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return {**files, "arrays.npz": buffer.getvalue()}


def garment_of(info: GarmentInfo, view: FlatView, flat: FlatPicture, rng: np.random.Generator, error: float) -> Garment:
    """What the analysis would say of a garment photo, with landmarks off by ``error`` of its height (one sigma)."""
    return described(info, view, flat.image_u8, flat.mask_u8.astype(np.float32) / 255, rng, error)


def described(
    info: GarmentInfo, view: FlatView, image_u8: U8, alpha_f32: F32, rng: np.random.Generator, error: float
) -> Garment:
    """A flat view as the analysis would describe it.

    Args:
        image_u8: (H, W, 3). alpha_f32: (H, W) 0..1. error: of the landmarks, of the garment's height (one sigma).
    """
    rows = np.flatnonzero((alpha_f32 > 0.5).any(1))
    height = float(rows[-1] - rows[0]) if len(rows) else 1.0
    points: dict[str, tuple[float, float]] = {}
    for name, (x, y, _) in view.landmarks_px.items():
        dx, dy = rng.normal(0, error * height, 2)
        points[name] = (float(x + dx), float(y + dy))
    sleeve: SleeveLength | None = None
    if info.category != "lower":
        sleeve = info.attributes.get("sleeve", "none")  # type: ignore[assignment]
    length = info.attributes.get("length", "")
    certain = {length: 1.0} if info.category == "lower" and length in ATTRIBUTES["leg"] else None
    return Garment(
        image_u8, alpha_f32, info.category, {info.category: 1.0}, info.label, {info.label: 1.0}, points,
        sleeve=sleeve, leg=None if info.category == "upper" else leg_length(points, certain),
    )  # fmt: skip


def _worn_marks(layer: GarmentLayer, crop: Crop) -> dict[str, tuple[float, ...]]:
    """Where the worn garment's landmarks are: name to FRAME x, y and whether the body leaves them free (1 or 0)."""
    k = DRAWN[0] / HALF[0]
    drawn = {n: ((x + 0.5) * k - 0.5, (y + 0.5) * k - 0.5) for n, (x, y, _) in layer.landmarks_px.items()}
    if not drawn:
        return {}
    at = crop.to_crop(np.array(list(drawn.values()), np.float32))
    seen = [v for _, _, v in layer.landmarks_px.values()]
    return {n: (round(float(x), 2), round(float(y), 2), int(v)) for n, (x, y), v in zip(drawn, at, seen, strict=True)}


def _rounded(points: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
    return {n: (round(x, 2), round(y, 2)) for n, (x, y) in points.items()}


def plain_labels(labels_u8: U8) -> U8:
    """RECORD_LABELS to LABELS: the inside of a collar is the upper's."""
    inside = RECORD_LABELS.index("collar_inside")
    return np.where(labels_u8 == inside, np.uint8(LABEL["upper"]), labels_u8).astype(np.uint8)


def _pose(record: Record, name: str) -> Pose:
    found = record.pose[name]
    assert found is not None
    scale = DRAWN[0] / HALF[0]
    return Pose(((found[:, :2] + 0.5) * scale - 0.5).astype(np.float32), found[:, 3].astype(np.float32))


def _jittered(crop: Crop, rng: np.random.Generator) -> Crop:
    """Zoomed and shifted a little: training crops that move make the networks sturdy."""
    zoom = float(np.exp(rng.normal(0, 0.06)))
    shift = rng.normal(0, 0.025, 2) * (crop.width / crop.scale, crop.height / crop.scale)
    scale = crop.scale * zoom
    cx = crop.x0 + crop.width / crop.scale / 2 + float(shift[0])
    cy = crop.y0 + crop.height / crop.scale / 2 + float(shift[1])
    return Crop(cx - crop.width / scale / 2, cy - crop.height / scale / 2, scale, crop.width, crop.height)


def _truth(layer: GarmentLayer, view: FlatView, after: View, exchange: Exchange, crop: Crop) -> dict[str, NDArray]:
    """Exact answers in the FLOW frame.

    source_px: (h, w, 2) packed garment pixels, UNKNOWN where there are none. seen: (h, w) uint8 1 where the garment
    photo shows that point. cover: (h, w) uint8 0..255, how much of the pixel the worn garment fills. field: (h, w) int8
    TRUNK, LIMB_LEFT or LIMB_RIGHT, -1 off the garment.
    """
    assert after.visible_f32 is not None
    small = crop.resized(FLOW[1], FLOW[0])
    cover = small.cut(after.visible_f32[exchange.after.index(exchange.layer)], border=cv2.BORDER_CONSTANT)
    flow = flat_to_worn(view, layer)
    k = HALF[0] / DRAWN[0]
    half = Crop(small.x0 * k, small.y0 * k, small.scale / k, small.width, small.height)
    known = np.isfinite(flow.source_px[..., 0])
    linear = half.cut(flow.source_px, border=cv2.BORDER_REPLICATE) if half.scale >= 0.67 else None
    nearest = half.cut(np.nan_to_num(flow.source_px, nan=-9999), border=cv2.BORDER_CONSTANT, nearest=True)
    there = half.cut(known.astype(np.uint8), border=cv2.BORDER_CONSTANT, nearest=True) > 0
    source = np.where(there[..., None], nearest, np.nan)
    if linear is not None:
        # between pixels of two parts a mixture means nothing
        whole = np.isfinite(linear).all(-1) & there & (np.abs(linear - nearest).max(-1) < 4)
        source = np.where(whole[..., None], linear, source)
    seen = half.cut(flow.visible.astype(np.uint8), border=cv2.BORDER_CONSTANT, nearest=True)
    part = half.cut(layer.half_part, border=cv2.BORDER_CONSTANT, nearest=True) & PART_MASK
    table = np.full(PART_MASK + 1, TRUNK, np.int8)
    table[0] = -1
    # parts are named by the subject's sides, pictures by the viewer's
    for name in ("right_sleeve", "right_leg"):
        table[PART[name] + 1] = LIMB_LEFT
    for name in ("left_sleeve", "left_leg"):
        table[PART[name] + 1] = LIMB_RIGHT
    return {
        "source_px": _packed(source),
        "seen": (seen & there).astype(np.uint8),
        "cover": np.rint(np.clip(cover, 0, 1) * 255).astype(np.uint8),
        "field": table[part],
    }


def _packed(flow_px: NDArray) -> NDArray[np.int16]:
    """Pixels as int16 sixteenths; NaN becomes UNKNOWN."""
    whole = np.clip(np.rint(np.nan_to_num(flow_px) * PER_PX), UNKNOWN + 1, -UNKNOWN - 1)
    return np.where(np.isnan(flow_px), UNKNOWN, whole).astype(np.int16)


def unpacked(flow: NDArray[np.int16]) -> F32:
    """The inverse of how flows are stored: pixels as float32, NaN where UNKNOWN."""
    return np.where(flow == UNKNOWN, np.nan, flow / np.float32(PER_PX)).astype(np.float32)


def _nodes(part: PartWarp) -> F32:
    """A part's flow at the centres of NODES cells: it is smooth, so few nodes hold it."""
    h, w = part.flow_px.shape[:2]
    at_y = (np.arange(NODES[0], dtype=np.float32) + 0.5) * h / NODES[0] - 0.5
    at_x = (np.arange(NODES[1], dtype=np.float32) + 0.5) * w / NODES[1] - 0.5
    grid_x, grid_y = np.meshgrid(at_x, at_y)
    return cv2.remap(part.flow_px, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def _half(region: F32) -> U8:
    small = cv2.resize(region, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA)
    return np.rint(np.clip(small, 0, 1) * 255).astype(np.uint8)


def _jpeg(image: U8) -> bytes:
    return cv2.imencode(".jpg", np.ascontiguousarray(image[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 93])[1].tobytes()


def _png(image: NDArray) -> bytes:
    return cv2.imencode(".png", image)[1].tobytes()


def prepare_shard(
    path: Path,
    target: Path,
    cloths: ClothChoice,
    parser: Parser,
    settings: PairSettings,
    placer: Placer | None = None,
) -> int:
    """All pairs of one shard of records as one shard of pairs; returns how many."""
    shard = Shard(path)
    number = int(shard.facts["number"])
    validation = shard.facts.get("split") == "validation"
    library = GroundLibrary.open(settings.grounds)
    count, size = 0, 0
    part = target.with_suffix(".part")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
        for index in range(len(shard)):
            record = shard.record(index)
            for copy in range(settings.per_record):
                rng = np.random.default_rng((settings.seed, number, index, copy))
                exchange = choose_exchange(record, shard.garments, rng)
                if exchange is None:
                    continue
                files = draw_pair(record, shard.garments, exchange, cloths, library, parser, rng, settings, placer)
                weight = 0 if files is None else sum(len(b) for b in files.values())
                if files is None or size + weight > SHARD_BYTES:
                    continue
                for name, payload in files.items():
                    out.writestr(f"{count:05d}.{name}", payload)
                count, size = count + 1, size + weight
        out.writestr("pairs.json", json.dumps({"count": count, "validation": validation, "shard": number}))
    part.replace(target)
    return count


def prepare_pairs(settings: PairSettings) -> int:
    """Write the shards that are missing; returns how many pairs were drawn.

    Raises:
        BadRequestError: there are no records.
    """
    paths = sorted(settings.records.glob("records_*.zip"))[settings.first : settings.last : settings.step]
    if not paths:
        raise BadRequestError(f"No records_*.zip in {settings.records}. Make them: python -m tryon synth")
    settings.out.mkdir(parents=True, exist_ok=True)
    parser = Parser.from_pretrained(settings.weights)
    weights = settings.weights or WEIGHTS_DIR
    placer = LearnedPlacement.from_pretrained(weights) if (weights / PLACEMENT_NAME).is_file() else None
    cloths = ClothChoice.open(settings.cloths)
    total = 0
    for path in paths:
        target = settings.out / path.name.replace("records_", "pairs_")
        if target.is_file():
            continue
        total += prepare_shard(path, target, cloths, parser, settings, placer)
        print(f"{target.name}: {total} pairs so far", flush=True)
    return total
