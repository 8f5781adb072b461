"""How exact the person's soft mask is, before and after it is refined.

``python -m tryon.evaluation.matte_figures`` measures rendered validation people (exact alpha, MediaPipe and the parser
run anew on each picture) and the labelled validation photos (their silhouettes), and prints JSON.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.person.matte import refine_mask
from tryon.person.parsing import Parser
from tryon.person.pose import MediaPipePose
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.compose import compose, sample_look
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import NATIVE
from tryon.synth.shards import RecordStore
from tryon.training.people_data import PersonRecord, read_people
from tryon.types import LABEL, MaskF32, Person

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
BAND_PX = 6  # around the true edge, in which the errors are counted
HAIR_PX = 15  # around hair
Estimate = Callable[[Person], MaskF32]


@dataclass(frozen=True)
class Sample:
    """A person with MediaPipe's own mask, the true alpha (H, W) 0..1, and where hair is or is near."""

    person: Person
    alpha_f32: F32
    near_hair: Bools


def estimates() -> dict[str, Estimate]:
    """What is compared: MediaPipe's mask, the labels' silhouette, the refined mask."""
    return {
        "mediapipe": lambda p: p.mask_f32,
        "labels": lambda p: (p.labels_u8 > 0).astype(np.float32),
        "refined": lambda p: refine_mask(p.image_u8, p.mask_f32, p.labels_u8, p.pose),
    }


def edge_band(alpha_f32: F32) -> Bools:
    """Pixels within BAND_PX of a true edge or of half transparent ones."""
    soft = (alpha_f32 > 0.03) & (alpha_f32 < 0.97)
    edge = cv2.morphologyEx((alpha_f32 > 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * BAND_PX + 1, 2 * BAND_PX + 1))
    return cv2.dilate(soft.astype(np.uint8) | edge, disc) > 0


def matte_errors(estimate: F32, sample: Sample) -> dict[str, float]:
    """Mean absolute error in the band, near hair and everywhere, and the gradient's error in the band."""
    alpha = sample.alpha_f32
    band = edge_band(alpha)
    off = np.abs(estimate - alpha)
    slope = np.linalg.norm(_gradient(estimate) - _gradient(alpha), axis=-1)
    hair = band & sample.near_hair
    out = {"band": float(off[band].mean()), "whole": float(off.mean()), "gradient": float(slope[band].mean())}
    if hair.any():
        out["hair"] = float(off[hair].mean())
    return out


def _gradient(alpha: F32) -> F32:
    smooth = cv2.GaussianBlur(alpha, (0, 0), 1.4)
    return np.stack(
        [cv2.Sobel(smooth, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(smooth, cv2.CV_32F, 0, 1, scale=0.125)], -1
    )


def boundary_f(estimate: Bools, truth: Bools, tolerance_px: float) -> float:
    """F-score of the outlines: how much of each lies within a distance of the other (Martin et al. 2004)."""

    def outline(mask: Bools) -> Bools:
        return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0

    mine, own = outline(estimate), outline(truth)
    if not mine.any() or not own.any():
        return float(mine.any() == own.any())
    far = [cv2.distanceTransform((~m).astype(np.uint8), cv2.DIST_L2, 3) for m in (own, mine)]
    precision, recall = float((far[0][mine] <= tolerance_px).mean()), float((far[1][own] <= tolerance_px).mean())
    return 2 * precision * recall / max(precision + recall, 1e-9)


def rendered_samples(records: Path, parser: Parser, count: int, seed: int) -> Iterator[Sample]:
    """Rendered validation people on photographed or drawn grounds, at NATIVE size."""
    store = RecordStore(records, split="validation", views=False)
    library, cloths = GroundLibrary.open(Path("data/grounds")), ClothChoice.open(Path("data/phototextures"))
    rng, pose = np.random.default_rng(seed), MediaPipePose()
    found = 0
    while found < count:
        record, garments = store[int(rng.integers(len(store)))]
        outfit = record.outfits["a"]
        look = sample_look(rng, record, garments, outfit, paint=cloths.any, library=library)
        view = compose(record, garments, outfit, look, NATIVE, library=library)
        seen = pose.detect(view.image_u8)
        if seen is None:
            continue
        found += 1
        labels = parser.parse(view.image_u8, seen.mask_f32, seen.pose)
        hair = cv2.dilate((view.labels_u8 == LABEL["hair"]).astype(np.uint8), np.ones((2 * HAIR_PX + 1,) * 2, np.uint8))
        yield Sample(Person(view.image_u8, seen.pose, seen.mask_f32, labels), view.alpha_f32, hair > 0)


def photo_people(people: Path, parser: Parser, limit: int) -> Iterator[tuple[Person, Bools]]:
    """Labelled validation photos and their labelled silhouettes."""
    held: list[PersonRecord] = [r for r in read_people(people) if r.validation][: limit or None]
    for r in held:
        assert r.labels_u8 is not None
        mask = r.mask_u8.astype(np.float32) / 255
        yield Person(r.image_u8, r.pose, mask, parser.parse(r.image_u8, mask, r.pose)), r.labels_u8 > 0


def matte_figures(records: Path, people: Path, parser: Parser, count: int, limit: int) -> dict[str, dict[str, float]]:
    """Means by estimate: ``band``, ``hair``, ``gradient``, ``whole`` on rendered people; ``boundary_2px``,
    ``boundary_4px``, ``iou`` on photos."""
    values: dict[str, dict[str, list[float]]] = {name: {} for name in estimates()}

    def note(name: str, figure: str, value: float) -> None:
        values[name].setdefault(figure, []).append(value)

    for sample in rendered_samples(records, parser, count, seed=5):
        for name, estimate in estimates().items():
            for figure, value in matte_errors(estimate(sample.person), sample).items():
                note(name, figure, value)
    for person, truth in photo_people(people, parser, limit):
        for name, estimate in estimates().items():
            mine = estimate(person) > 0.5
            note(name, "boundary_2px", boundary_f(mine, truth, 2))
            note(name, "boundary_4px", boundary_f(mine, truth, 4))
            note(name, "iou", float((mine & truth).sum() / max(1, int((mine | truth).sum()))))
    return {name: {figure: float(np.mean(v)) for figure, v in own.items()} for name, own in values.items()}


def main() -> None:
    """``python -m tryon.evaluation.matte_figures [--count 24] [--limit 0]``."""
    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("--records", type=Path, default=Path("data/records"))
    options.add_argument("--people", type=Path, default=Path("data/people"))
    options.add_argument("--weights", type=Path, default=None, help="folder with parser.safetensors")
    options.add_argument("--count", type=int, default=24, help="rendered people")
    options.add_argument("--limit", type=int, default=0, help="photos (0: all)")
    chosen = options.parse_args()
    parser = Parser.from_pretrained(chosen.weights)
    figures = matte_figures(chosen.records, chosen.people, parser, chosen.count, chosen.limit)
    print(json.dumps({n: {f: round(v, 4) for f, v in own.items()} for n, own in figures.items()}, indent=1))


if __name__ == "__main__":
    main()
