"""Whether a garment is still itself on the body, and whether results look like photos, on held-out photos of both.

The real pipeline dresses people of photos in garments of photos. There is no truth to compare with, so the flat
garment is compared with what the result shows where a parser finds it, and the results as a set with real photos.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.evaluation.grading import Try, choose_tries, held_out_people
from tryon.evaluation.intervals import Interval
from tryon.evaluation.metrics import (
    FeatureDistance,
    colour_difference,
    colour_histogram_distance,
    kernel_distance_interval,
    lab_colours,
)
from tryon.evaluation.picture_figures import F64, compare
from tryon.evaluation.realism import F32, PooledFeatures, features_of
from tryon.geometry.crops import crop_for, size_of
from tryon.images import load_picture
from tryon.person.agnostic import has_label
from tryon.person.parsing import Parser
from tryon.pipeline import DRAW_HEIGHT, DRAW_WIDTH, TryOnPipeline
from tryon.types import CATEGORIES, GARMENT_LABELS, Category, Garment, Person, RGBu8, TryOnResult

KEPT_METRICS = ("colour", "colour_histogram", "garment_features")
OTHER, BEFORE = "another garment (yardstick)", "the same people as photographed (yardstick)"
WORN_LABELS: dict[Category, tuple[str, ...]] = {  # a long top may be read as a dress, and the reverse
    "upper": ("upper", "dress"), "lower": ("lower", "dress"), "dress": ("upper", "lower", "dress"),
}  # fmt: skip
SIDE = 224  # of a garment's crop, pixels: what EfficientNet-Lite0 was trained at
LEAST = 400  # pixels of the worn garment: fewer tell nothing of its texture


@dataclass(frozen=True)
class Tried:
    """One person in one garment by every variant: crops (DRAW_HEIGHT, DRAW_WIDTH, 3) uint8 before and after."""

    item: Try
    garment: Garment
    before: RGBu8
    after: dict[str, RGBu8]
    worn: dict[str, Look | None]


@dataclass(frozen=True)
class Look:
    """How a garment looks: L*a*b* colours (N, 3), and unit mean features (C,) at strides 2 to 16."""

    colours: F32
    features: list[torch.Tensor]


def tried_on(
    pipelines: Mapping[str, TryOnPipeline], parser: Parser, data: Path, count: int, distance: FeatureDistance
) -> Iterator[Tried]:
    """Dress held-out people in held-out garments, an even share of each category; refused photos are left out.

    Args:
        pipelines: by variant; people and garments are understood by the first. parser: finds the worn garment.
        data: folder of the open data. count: of tries. distance: features.
    """
    first = next(iter(pipelines.values()))
    tries = choose_tries(data, 1)
    numbers = np.unique(np.linspace(0, len(tries) - 1, min(count, len(tries))).round().astype(int))
    for item in (tries[int(k)] for k in numbers):
        try:
            person = first.understand_person(load_picture(data / "people" / "photos" / f"{item.person}.jpg"))
            garment = first.understand_garment(
                load_picture(data / "garments" / "photos" / f"{item.garment}.jpg"),
                category=GARMENT_LABELS[item.label], photo="flat",
            )  # fmt: skip
            results = {name: pipeline.dress(person, garment) for name, pipeline in pipelines.items()}
        except TryOnError:
            continue
        crop = crop_for(person.pose, garment.category, size_of(person.image_u8), DRAW_WIDTH, DRAW_HEIGHT)
        yield Tried(
            item, garment, crop.cut(person.image_u8), {n: crop.cut(r.image) for n, r in results.items()},
            {n: worn_look(person, garment.category, r, parser, distance) for n, r in results.items()},
        )  # fmt: skip


def worn_look(
    person: Person, category: Category, result: TryOnResult, parser: Parser, distance: FeatureDistance
) -> Look | None:
    """How the new garment looks in a result, where the parser finds it within the edit; None if it hardly shows."""
    labels = parser.parse(result.image, person.mask_f32, person.pose)
    return look_of(result.image, has_label(labels, *WORN_LABELS[category]) & (result.mask > 0.5), distance)


def look_of(image_u8: RGBu8, mask: NDArray[np.bool_], distance: FeatureDistance) -> Look | None:
    """Colours and features of a garment: (H, W, 3) uint8 and (H, W) bool; None for fewer than LEAST pixels."""
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # edges are mixed with what is beside them
    if inner.sum() < LEAST:
        return None
    x, y, w, h = cv2.boundingRect(inner.astype(np.uint8))
    box = (slice(y, y + h), slice(x, x + w))
    picture, own = image_u8[box].astype(np.float32) / 255, inner[box]
    # what is around it is set to its mean: neither ground nor outline should count
    picture = np.where(own[..., None], picture, picture[own].mean(0))
    scale = SIDE / max(h, w)
    size = (max(32, round(w * scale)), max(32, round(h * scale)))
    mode = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = torch.from_numpy(cv2.resize(picture.astype(np.float32), size, interpolation=mode)).permute(2, 0, 1)[None]
    weight = torch.from_numpy(cv2.resize(own.astype(np.float32), size, interpolation=cv2.INTER_AREA))[None, None]
    features = []
    with torch.no_grad():
        for maps in distance.features(small):
            share = torch.nn.functional.interpolate(weight, size=maps.shape[2:], mode="area")
            mean = (maps * share).sum((0, 2, 3)) / share.sum()
            features.append(mean / mean.norm().clamp_min(1e-6))
    return Look(lab_colours(image_u8, inner), features)


def looks_apart(a: Look, b: Look) -> tuple[float, float, float]:
    """KEPT_METRICS of two looks, all 0 for equal ones: CIE 1976 colour difference, histogram distance, features."""
    features = sum(float((u - v).square().sum()) for u, v in zip(a.features, b.features, strict=True))
    return colour_difference(a.colours, b.colours), colour_histogram_distance(a.colours, b.colours), features


def kept_figures(found: list[Tried], distance: FeatureDistance) -> dict[str, Any]:
    """How far the worn garment is from its flat picture.

    Only tries count in which every variant shows the garment. The yardstick is the distance of the first variant's
    worn garment from the flat picture of another garment of its category: what nothing kept at all would score.

    Returns:
        ``tries`` and ``variants``: by variant, KEPT_METRICS with ratios to the first; ``[mean, low, high]``.
    """
    usable = []
    for t in found:
        flat = look_of(t.garment.image_u8, t.garment.alpha_f32 > 0.9, distance)
        if flat is not None and all(look is not None for look in t.worn.values()):
            usable.append((t, flat))
    if not usable:
        return {"tries": 0, "variants": {}}
    values: dict[str, list[tuple[float, ...]]] = {name: [] for name in usable[0][0].worn}
    values[OTHER] = []
    for number, (t, flat) in enumerate(usable):
        looks = {name: look for name, look in t.worn.items() if look is not None}
        for name, look in looks.items():
            values[name].append(looks_apart(flat, look))
        mates = [f for k, (o, f) in enumerate(usable) if k != number and o.garment.category == t.garment.category]
        other = mates[number % len(mates)] if mates else None
        worn = next(iter(looks.values()))
        values[OTHER].append(looks_apart(other, worn) if other else (np.nan,) * len(KEPT_METRICS))
    tables: dict[str, F64] = {name: np.array(rows) for name, rows in values.items()}
    return {"tries": len(usable), "variants": compare(tables, KEPT_METRICS, KEPT_METRICS)}


def real_crops(pipeline: TryOnPipeline, data: Path, used: set[str], count: int) -> list[RGBu8]:
    """Crops of other held-out people, framed in turn for each category as results are."""
    out: list[RGBu8] = []
    for key in (k for k in held_out_people(data) if k not in used):
        if len(out) == count:
            break
        try:
            person = pipeline.understand_person(load_picture(data / "people" / "photos" / f"{key}.jpg"))
        except TryOnError:
            continue
        # as many of each as choose_tries makes results: half tops, a quarter each of the others
        category = (CATEGORIES[0], *CATEGORIES)[len(out) % 4]
        crop = crop_for(person.pose, category, size_of(person.image_u8), DRAW_WIDTH, DRAW_HEIGHT)
        out.append(crop.cut(person.image_u8))
    return out


def photo_likeness(found: list[Tried], real: list[RGBu8]) -> dict[str, Interval]:
    """Kernel distance (``metrics.kernel_distance``) of each variant's results from real photos of other people.

    Features are pooled at strides 8, 16 and 32 (``PooledFeatures``) and standardised by the real photos'. The yardstick
    is that of the photos before the try-on.

    Args:
        found: tries. real: crops (DRAW_HEIGHT, DRAW_WIDTH, 3) uint8 of other people.

    Returns:
        ``{variant: [distance, low, high]}``; empty for fewer than two on a side.
    """
    if min(len(found), len(real)) < 2:
        return {}
    net = PooledFeatures()
    sets = {name: [t.after[name] for t in found] for name in found[0].after}
    sets[BEFORE] = [t.before for t in found]
    truth = features_of(real, net)
    mean, std = truth.mean(0), truth.std(0) + 1e-3
    out = {}
    for name, crops in sets.items():
        own = (features_of(crops, net) - mean) / std
        # the same halves for every variant: their differences then are not those of chance
        out[name] = list(kernel_distance_interval(own, (truth - mean) / std, np.random.default_rng(0)))
    return out
