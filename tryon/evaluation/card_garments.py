"""How wrong the garment network is on rendered garments and on the gallery's, and the worst of them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import GarmentNotFoundError
from tryon.evaluation.card_sheet import Row, crop_to
from tryon.garment.analyzer import GarmentAnalyzer
from tryon.garment.landmarks import LANDMARKS
from tryon.images import load_picture
from tryon.stages import draw_cutout, draw_landmarks
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import HALF
from tryon.synth.shards import Shard
from tryon.training.garment_rendered import draw_rendered
from tryon.training.garment_targets import rendered_attributes
from tryon.types import Garment, RGBu8

SIZE = HALF  # (H, W): twice what the network's first look sees, and what is printed
CHECK = 28  # pixels: a finer checker would take the room of the garments in the file
FOLDED = 0.4  # of laid sleeves: as often as in training
SURE_OF = ("sleeve", "leg", "neckline", "front", "layer")
Points = dict[str, tuple[float, float]]


@dataclass(frozen=True)
class SeenGarment:
    """A picture of a garment with the truth and what was understood.

    truth_f32: (H, W) 0..1, without the inside of the back. points_px, visible: true landmarks by name. attributes: true
    values by name; category, label: true ones. garment: None where none was found.
    """

    name: str
    kind: str
    image_u8: RGBu8
    truth_f32: NDArray[np.float32]
    points_px: Points
    visible: dict[str, float]
    category: str
    label: str
    attributes: dict[str, str]
    garment: Garment | None


def look_at_garments(records: Path, count: int, seed: int, garments: GarmentAnalyzer) -> Iterator[SeenGarment]:
    """Draw garments of the validation split, laid and hung, in drawn cloths on drawn grounds, and understand them.

    Args:
        records: folder of shards. count: how many. seed: of cloths, lights, grounds and folds. garments: the network.
    """
    cloths, nothing = ClothChoice(None, SIZE), GroundLibrary()
    places = list(_places(records))
    for place in np.unique(np.linspace(0, len(places) - 1, min(count, len(places))).astype(int)):
        shard, number = places[int(place)]
        info = shard.garment(number)
        rng = np.random.default_rng((seed, int(place)))
        view = info.views[int(rng.integers(len(info.views)))]
        image, mask, inside, points, seen = draw_rendered(info, view, cloths, nothing, rng, folded=FOLDED, size=SIZE)
        there = [k for k in range(len(LANDMARKS)) if np.isfinite(points[k]).all()]
        yield SeenGarment(
            info.id,
            view.kind,
            image,
            (mask.astype(np.float32) - inside).clip(0, 255) / np.float32(255),
            {LANDMARKS[k]: (float(points[k, 0]), float(points[k, 1])) for k in there},
            {LANDMARKS[k]: float(seen[k] != 0) for k in there},
            info.category,
            info.label,
            {name: value for name, value in rendered_attributes(info).items() if value},
            _understood(garments, image),
        )


def look_at_gallery(assets: Path, garments: GarmentAnalyzer) -> Iterator[SeenGarment]:
    """Understand the gallery's garments from their pictures alone.

    Args:
        assets: folder of ``manifest.json``. garments: the network.
    """
    for item in json.loads((assets / "manifest.json").read_text("utf-8"))["garments"]:
        image = load_picture(assets / item["file"])
        mask = cv2.imread(str(assets / item["mask"]), cv2.IMREAD_GRAYSCALE)
        points = {name: (float(x), float(y)) for name, (x, y) in item["landmarks_px"].items()}
        known = {name: item[name] for name in ("sleeve", "leg") if item[name]}
        yield SeenGarment(
            item["id"],
            "gallery",
            image,
            mask.astype(np.float32) / np.float32(255),
            points,
            {},
            item["category"],
            item["label"],
            known,
            _understood(garments, image),
        )


def mask_overlap(seen: SeenGarment) -> float:
    """Intersection over union of the cut-out."""
    if seen.garment is None:
        return 0.0
    a, b = seen.truth_f32 >= 0.5, seen.garment.alpha_f32 >= 0.5
    return float((a & b).sum() / max(1, (a | b).sum()))


def landmark_errors(seen: SeenGarment) -> dict[str, float]:
    """Distance of each landmark that truth and answer have, as a share of the garment's height."""
    if seen.garment is None:
        return {}
    height = max(1, int(np.ptp(np.nonzero(seen.truth_f32 >= 0.5)[0])) + 1)
    both = seen.points_px.keys() & seen.garment.landmarks_px.keys()
    return {
        name: float(np.hypot(*np.subtract(seen.points_px[name], seen.garment.landmarks_px[name]))) / height
        for name in sorted(both)
    }


def wrong_names(seen: SeenGarment) -> dict[str, tuple[str, str, float]]:
    """What is surely said and false: name to (truth, answer, probability of the answer)."""
    found = seen.garment
    if found is None:
        return {}
    out: dict[str, tuple[str, str, float]] = {}
    if found.category != seen.category:
        out["category"] = (seen.category, found.category, found.category_probability[found.category])
    for name, truth in seen.attributes.items():
        guess = found.attributes.get(name)
        if guess is not None and guess.value not in (truth, "not sure"):
            out[name] = (truth, guess.value, guess.probability[guess.value])
    return out


def garment_rows(pictures: Sequence[SeenGarment], count: int) -> tuple[list[Row], list[str]]:
    """The worst cut-outs, the worst landmarks and the surest false names, nobody twice; figures as Markdown lines."""
    found = [seen for seen in pictures if seen.garment is not None]
    overlaps = {id(seen): mask_overlap(seen) for seen in found}
    means = {id(seen): float(np.mean(list(e.values()))) for seen in found if (e := landmark_errors(seen))}
    rows: list[Row] = []
    used: set[int] = set()
    for seen in sorted(found, key=lambda s: overlaps[id(s)])[: count // 3]:
        used.add(id(seen))
        rows.append(Row(f"cut-out: overlap {overlaps[id(seen)]:.2f} ({seen.kind})", _pictures(seen)))
    by_points = sorted((s for s in found if id(s) in means and id(s) not in used), key=lambda s: -means[id(s)])
    for seen in by_points[: count // 3]:
        used.add(id(seen))
        rows.append(Row(f"landmarks: {means[id(seen)]:.1%} of the height ({seen.kind})", _pictures(seen)))
    false = [(p, name, t, a, s) for s in found if id(s) not in used for name, (t, a, p) in wrong_names(s).items()]
    taken: Counter[str] = Counter()
    for p, name, truth, answer, seen in sorted(false, key=lambda each: (each[1] != "category", -each[0])):
        if len(rows) < count and not taken[name] and id(seen) not in used:
            taken[name] += 1
            used.add(id(seen))
            rows.append(Row(f"{name}: {answer} ({p:.0%}), truly {truth}", _pictures(seen)))
    return rows, _figures(pictures, found)


def _figures(pictures: Sequence[SeenGarment], found: Sequence[SeenGarment]) -> list[str]:
    overlaps = [mask_overlap(seen) for seen in found]
    means = [float(np.mean(list(e.values()))) for seen in found if (e := landmark_errors(seen))]
    lines = [
        f"no garment found: {len(pictures) - len(found)} of {len(pictures)}",
        f"cut-out overlap: mean {np.mean(overlaps):.3f}, median {np.median(overlaps):.3f}, worst {min(overlaps):.2f}",
        f"landmark error, share of the height: mean {np.mean(means):.3f}, median {np.median(means):.3f}, "
        f"worst {max(means):.2f}",
        f"category right: {np.mean([s.garment is not None and s.garment.category == s.category for s in found]):.3f}",
    ]
    for name in SURE_OF:
        asked = [s for s in found if name in s.attributes and s.garment and name in s.garment.attributes]
        said = [s for s in asked if s.garment and s.garment.attributes[name].value != "not sure"]
        right = [s for s in said if s.garment and s.garment.attributes[name].value == s.attributes[name]]
        if asked and said:
            lines.append(
                f"{name}: said for {len(said) / len(asked):.0%}, right in {len(right) / len(said):.0%} of these"
            )
    return lines


def _places(records: Path) -> Iterator[tuple[Shard, int]]:
    """Shard and number of each garment of the validation split."""
    for name, facts in json.loads((records / "index.json").read_text("utf-8"))["shards"].items():
        if facts["split"] == "validation":
            shard = Shard(records / name)
            yield from ((shard, number) for number in range(len(shard.garments)))


def _understood(garments: GarmentAnalyzer, image_u8: RGBu8) -> Garment | None:
    try:
        return garments(image_u8)
    except GarmentNotFoundError:
        return None


def _pictures(seen: SeenGarment) -> tuple[RGBu8, ...]:
    garment = seen.garment
    assert garment is not None
    truth = draw_landmarks(draw_cutout(seen.image_u8, seen.truth_f32, square=CHECK), seen.points_px, seen.visible)
    answer = draw_landmarks(
        draw_cutout(seen.image_u8, garment.alpha_f32, square=CHECK), garment.landmarks_px, garment.visibility
    )
    h, w = seen.truth_f32.shape
    ys, xs = np.nonzero(np.maximum(seen.truth_f32, garment.alpha_f32) >= 0.5)
    margin = h // 20
    half = max(int(np.ptp(xs)) // 2 + margin, round(0.33 * (np.ptp(ys) + 2 * margin)))
    middle = int(xs.min() + xs.max()) // 2
    box = (
        max(0, middle - half),
        max(0, int(ys.min()) - margin),
        min(w, middle + half),
        min(h, int(ys.max()) + margin),
    )
    return crop_to((seen.image_u8, truth, answer), box)
