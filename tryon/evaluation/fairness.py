"""How well different people are served: figures on rendered validation people by skin tone, build, sex and age.

``python -m tryon.evaluation.fairness --records data/records --pairs data/pairs`` prints a table as Markdown. The engine
knows who each person is, and a pair knows how they truly look in the new garment, so every group is measured alike:

- *parsing*: mean IoU of a picture's classes, rendered people in random light and cloth;
- *pose*: mean distance of MediaPipe's joints from the bones, in hundredths of the torso's length;
- *likeness*: distance of the result from the truth in EfficientNet-Lite0's features, over the edit region;
- *skin*: colour difference (CIE76) between newly bare skin as drawn and as it truly is.

A group's difference is to all others, with a 95% bootstrap interval in which both sides are resampled.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.evaluation.intervals import BOOTSTRAPS, SEED, Interval
from tryon.evaluation.metrics import FeatureDistance
from tryon.evaluation.pair_scenes import finish_scene, make_scene
from tryon.evaluation.parsing_figures import JOINED, join_table
from tryon.evaluation.rendered_figures import PoseFigures, add_record
from tryon.models.drawing import TryOnGenerator
from tryon.models.limb_light import LimbLight
from tryon.models.weights import WEIGHTS_DIR
from tryon.person.agnostic import SKIN_LABELS, has_label
from tryon.person.label_repairs import repaired_labels
from tryon.person.parsing import Parser
from tryon.pipeline import Refine
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import Record
from tryon.synth.shards import RecordStore
from tryon.training.pairs import Pair, PairStore
from tryon.training.rendered_people import draw_record
from tryon.warp.learned import LearnedWarp

GROUPS = {"skin_tone": "skin tone", "build": "build", "sex": "sex", "age_group": "age"}
METRICS = ("parsing", "pose", "likeness", "skin")
BETTER_HIGH = ("parsing",)
LEAST_SKIN = 150  # pixels of newly bare skin for its colour to be told
SKIN_EDGE = 5  # pixels: kernel that leaves out the rim, where skin mixes with what is beside it
Row = dict[str, float]


@dataclass(frozen=True)
class Group:
    """One group: how many people, means and differences to all others by metric, ``[mean, low, high]`` each."""

    people: int
    mean: dict[str, Interval]
    difference: dict[str, Interval]


def person_values(record: Record, shown: tuple[NDArray[np.uint8], NDArray[np.uint8]]) -> Row:
    """Parsing and pose of one person; shown: labels as parsed and as they truly are, (h, w)."""
    table = join_table()
    got, truth = (table[labels] for labels in shown)
    overlaps = []
    for kind in range(len(JOINED)):
        either = (got == kind) | (truth == kind)
        if (truth == kind).any():
            overlaps.append(float(((got == kind) & (truth == kind)).sum() / either.sum()))
    figures = PoseFigures()
    add_record(figures, record)
    offsets = [shift for rows in figures.offsets.values() for shift in rows]
    pose = 100 * float(np.linalg.norm(np.array(offsets), axis=1).mean()) if offsets else np.nan
    return {"parsing": float(np.mean(overlaps)), "pose": pose}


def pair_values(
    pair: Pair, generator: TryOnGenerator, light: LimbLight, distance: FeatureDistance, refine: Refine | None = None
) -> Row:
    """Likeness of the finished picture and colour of newly bare skin of one pair; refine: moves the coarse parts."""
    scene = make_scene(pair, refine)
    picture, region = finish_scene(scene, generator.draw, light)
    weight = torch.from_numpy((region > 0.5).astype(np.float32))[None, None]
    with torch.inference_mode():
        likeness = distance(*(_tensor(image) for image in (picture, pair.worn_u8)), weight)
    bare = has_label(pair.truth_u8, *SKIN_LABELS) & ~has_label(pair.labels_u8, *SKIN_LABELS) & (region > 0.5)
    bare = cv2.erode(bare.astype(np.uint8), np.ones((SKIN_EDGE, SKIN_EDGE), np.uint8)) > 0
    # only where skin was drawn too: a wrong hem is not a wrong tone
    drawn = cv2.resize(scene.alpha_f32, bare.shape[::-1]) < 0.1
    bare &= drawn
    if bare.sum() < LEAST_SKIN:
        return {"likeness": float(likeness[0]), "skin": np.nan}
    lab = [cv2.cvtColor(i.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[bare] for i in (picture, pair.worn_u8)]
    tones = [np.median(pixels, axis=0) for pixels in lab]
    return {"likeness": float(likeness[0]), "skin": float(np.linalg.norm(tones[0] - tones[1]))}


def _tensor(image_u8: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(image_u8.astype(np.float32) / 255).permute(2, 0, 1)[None]


def people_rows(store: RecordStore, parser: Parser, seed: int = 0) -> Iterator[tuple[Record, Row]]:
    """Each record's person in one random look."""
    cloths, library = ClothChoice.open(Path("data/phototextures")), GroundLibrary.open(Path("data/grounds"))
    for number in range(len(store)):
        record, garments = store[number]
        person = draw_record(record, garments, np.random.default_rng((seed, number)), cloths, library)
        if person is None or person.labels_u8 is None:
            continue
        labels = parser.parse(person.image_u8, person.mask_u8.astype(np.float32) / 255, person.pose)
        labels = repaired_labels(labels, person.image_u8, person.pose)
        yield record, person_values(record, (labels, person.labels_u8))


def compare_groups(rows: Mapping[str, Row], people: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Group]]:
    """Means and differences of every group.

    Args:
        rows: values by the person's id; a metric may be missing or NaN. people: what is known of each, by id.

    Returns:
        ``{kind of group: {group: Group}}``, in GROUPS' order.

    Raises:
        BadRequestError: nobody was measured.
    """
    if not rows:
        raise BadRequestError("Nobody was measured: the folder holds no validation records in which a pose was found.")
    ids = list(rows)
    values = np.array([[rows[i].get(m, np.nan) for m in METRICS] for i in ids])
    out: dict[str, dict[str, Group]] = {}
    for kind in GROUPS:
        names = np.array([str(people[i].get(kind, "")) for i in ids])
        out[kind] = {}
        for name in sorted(set(names)):
            own, other = values[names == name], values[names != name]
            mean, difference = {}, {}
            for k, metric in enumerate(METRICS):
                a, b = (v[:, k][np.isfinite(v[:, k])] for v in (own, other))
                if len(a):
                    mean[metric] = _interval(float(a.mean()), _means(a, 0))
                if len(a) and len(b):
                    difference[metric] = _interval(float(a.mean() - b.mean()), _means(a, 0) - _means(b, 1))
            out[kind][name] = Group(len(own), mean, difference)
    return out


def _means(values: NDArray[np.float64], stream: int) -> NDArray[np.float64]:
    picks = np.random.default_rng((SEED, stream)).integers(len(values), size=(BOOTSTRAPS, len(values)))
    return np.asarray(values[picks].mean(1))


def _interval(middle: float, samples: NDArray[np.float64]) -> Interval:
    low, high = np.percentile(samples, [2.5, 97.5])
    return [middle, float(low), float(high)]


def worst_groups(table: Mapping[str, Mapping[str, Group]]) -> list[tuple[str, str, str, Interval]]:
    """Groups that are served worse than the others beyond chance: (kind, group, metric, difference), worst first."""
    found = []
    for kind, groups in table.items():
        for name, group in groups.items():
            for metric, (middle, low, high) in group.difference.items():
                worse = high < 0 if metric in BETTER_HIGH else low > 0
                if worse:
                    scale = abs(middle) / max(abs(group.mean[metric][0]), 1e-9)
                    found.append((scale, (kind, name, metric, [middle, low, high])))
    return [item for _, item in sorted(found, key=lambda f: -f[0])]


def as_markdown(table: Mapping[str, Mapping[str, Group]]) -> str:
    """One row a group: people, then each metric's mean and its difference to all others."""
    lines = ["| group | people | " + " | ".join(f"{m}, difference to all others" for m in METRICS) + " |"]
    lines.append("|---" * (2 + len(METRICS)) + "|")
    for kind, groups in table.items():
        for name, group in groups.items():
            cells = [_cell(group, metric) for metric in METRICS]
            lines.append(f"| {GROUPS[kind]}: {name} | {group.people} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(group: Group, metric: str) -> str:
    if metric not in group.mean:
        return ""
    digits = 3 if metric == "parsing" else 1 if metric == "pose" else 2
    text = f"{group.mean[metric][0]:.{digits}f}"
    if metric in group.difference:
        middle, low, high = group.difference[metric]
        sure = low > 0 or high < 0
        told = f"{middle:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
        text += f", **{told}**" if sure else f", {told}"
    return text


def main() -> None:
    """Command line; see the module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=Path, default=Path("data/records"), help="folder of the rendered records")
    parser.add_argument("--pairs", type=Path, default=Path("data/pairs"), help="folder of the pairs made of them")
    parser.add_argument("--weights", type=Path, default=WEIGHTS_DIR, help="folder of the weights")
    parser.add_argument("--out", type=Path, help="JSON file of all values")
    args = parser.parse_args()
    rows: dict[str, Row] = {}
    people: dict[str, dict[str, str]] = {}
    store = RecordStore(args.records, split="validation", views=False)
    for record, row in people_rows(store, Parser.from_pretrained(args.weights)):
        people[record.id] = {kind: str(record.meta["person"][kind]) for kind in GROUPS}
        rows[record.id] = row
    generator, light = TryOnGenerator.from_pretrained(args.weights), LimbLight.from_pretrained(args.weights)
    refine, distance = LearnedWarp.from_pretrained(args.weights), FeatureDistance().eval()
    pairs = PairStore(args.pairs, validation=True)
    for number in range(len(pairs)):
        pair = pairs[number]
        if pair.meta["record"] in rows:
            rows[pair.meta["record"]].update(pair_values(pair, generator, light, distance, refine))
    table = compare_groups(rows, people)
    print(as_markdown(table))
    for kind, name, metric, (middle, low, high) in worst_groups(table):
        print(f"served worse: {GROUPS[kind]} {name}, {metric} {middle:+.3f} ({low:+.3f} to {high:+.3f})")
    if args.out is not None:
        args.out.parent.mkdir(parents=True, exist_ok=True)
        args.out.write_text(json.dumps({"rows": rows, "people": people}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
