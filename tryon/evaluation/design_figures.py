"""Figures of the designer: are its garments like real ones, as varied, no copies, and do its sliders as they say.

``python -m tryon.evaluation.design_figures --data data/designs --out runs/designer`` writes ``designs.json``, a sheet
of samples and one with each sample's nearest photographed garment. The photos are not shown anywhere else.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.evaluation.manifolds import nearest, precision_recall
from tryon.evaluation.metrics import kernel_distance, kernel_distance_interval
from tryon.evaluation.realism import PooledFeatures, features_of
from tryon.studio.designer import Design, Designer
from tryon.studio.ideas import Idea, new_idea
from tryon.training.designer_data import records, shards
from tryon.training.prepare_designs import on_white
from tryon.types import GARMENT_LABELS, RGBu8

F32 = NDArray[np.float32]
SLIDERS = ("sleeve", "length", "fit", "neck", "style", "scale", "hue", "lightness", "colour")
WITH_SLEEVES = ("T-Shirt", "Longsleeve", "Shirt", "Blouse", "Dress", "Polo")
PATTERNED = ("stripes", "checks", "gingham", "dots", "floral", "zigzag", "pinstripes")


@dataclass(frozen=True)
class DesignSettings:
    """How many garments the figures rest on."""

    samples: int = 240  # about as many as there are believable cut-outs in 600 photos
    slider_ideas: int = 120  # for each slider
    seed: int = 40_000  # seeds below were looked at while the designer was made
    ridge: float = 30.0  # of the regression from features to a slider's place


def real_thumbs(folder: Path) -> list[RGBu8]:
    """Photographed garments cut out on near-white, those whose mask is believed."""
    found = []
    for record in records(shards(folder, "photos")):
        if len(record["thumb"]):
            found.append(np.asarray(cv2.imdecode(record["thumb"], cv2.IMREAD_COLOR)[..., ::-1], np.uint8))
    return found


def thumbs_of(designs: Sequence[Design]) -> list[RGBu8]:
    """Designs framed as the photographed garments are."""
    return [on_white(d.image_u8, np.maximum(d.mask_u8, d.inside_u8).astype(np.float32) / 255) for d in designs]


def gallery_thumbs(assets: Path) -> list[RGBu8]:
    """The garments of the gallery, designed by hand, framed alike."""
    out = []
    for entry in json.loads((assets / "manifest.json").read_text("utf-8"))["garments"]:
        picture = cv2.imread(str(assets / entry["file"]))[..., ::-1]
        mask = cv2.imread(str(assets / entry["mask"]), cv2.IMREAD_GRAYSCALE)
        out.append(on_white(np.asarray(picture, np.uint8), mask.astype(np.float32) / 255))
    return out


def draw_many(designer: Designer, ideas: Sequence[Idea], height: int = 224) -> list[Design]:
    """Designs of many ideas, a few at a time."""
    out: list[Design] = []
    for start in range(0, len(ideas), 8):
        out += designer.draw(ideas[start : start + 8], height=height)
    return out


def likeness(designer: Designer, data: Path, assets: Path, out: Path, settings: DesignSettings) -> dict[str, Any]:
    """Kernel distance, precision, recall and nearest neighbours, with what they mean beside: two halves of the real
    ones, the hand-made gallery, and cloth in flat silhouettes without folds and trims."""
    features = PooledFeatures()
    real = real_thumbs(data)
    designs = draw_many(designer, [new_idea(settings.seed + k) for k in range(settings.samples)])
    made = thumbs_of(designs)
    plain = [_without_folds(d) for d in designs]
    f_real, f_made, f_plain = (features_of(x, features) for x in (real, made, plain))
    f_gallery = features_of(gallery_thumbs(assets), features)
    order = np.random.default_rng(1).permutation(len(real))
    half_a, half_b = f_real[order[::2]], f_real[order[1::2]]
    precision, recall = precision_recall(f_real, f_made)
    gallery_precision, gallery_recall = precision_recall(f_real, f_gallery)
    kernel, low, high = kernel_distance_interval(f_real, f_made, np.random.default_rng(2))
    rows, apart = nearest(f_made, f_real)
    own = np.sort(np.sqrt(np.maximum(_apart(f_real), 0)), axis=1)[:, 1]
    _write_sheet(out / "nearest.png", made[:24], [real[int(r)] for r in rows[:24]])
    _write_sheet(out / "samples.png", made[:60], [])
    return {
        "real": len(real), "made": len(made),
        "kernel": kernel, "kernel_interval": [low, high],
        "kernel_flat_silhouettes": kernel_distance(f_real, f_plain),
        "kernel_gallery": kernel_distance(f_real, f_gallery), "kernel_halves": kernel_distance(half_a, half_b),
        "precision": precision, "recall": recall,
        "gallery_precision": gallery_precision, "gallery_recall": gallery_recall,
        "nearest_median": float(np.median(apart)), "nearest_least": float(apart.min()),
        "real_nearest_median": float(np.median(own)), "real_nearest_least": float(own.min()),
    }  # fmt: skip


def _apart(rows: F32) -> NDArray[np.float64]:
    a = rows.astype(np.float64)
    squares = np.square(a).sum(1)
    return np.asarray(squares[:, None] + squares[None] - 2 * a @ a.T)


def _without_folds(design: Design) -> RGBu8:
    """The design's mean colour in its silhouette: what a generator of shapes alone would show."""
    whole = np.maximum(design.mask_u8, design.inside_u8).astype(np.float32) / 255
    colour = design.image_u8[design.mask_u8 > 127].mean(0)
    flat = np.broadcast_to(colour, design.image_u8.shape).astype(np.uint8)
    return on_white(np.ascontiguousarray(flat), whole)


def _write_sheet(path: Path, above: Sequence[RGBu8], below: Sequence[RGBu8], columns: int = 12) -> None:
    rows = []
    for start in range(0, len(above), columns):
        for tiles in (above, below) if below else (above,):
            part = list(tiles[start : start + columns])
            part += [np.full_like(above[0], 255)] * (columns - len(part))
            rows.append(np.hstack(part))
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.vstack(rows)[..., ::-1])


def told_by(design: Design) -> F32:
    """What anyone could measure of a picture: its outline's extents, colours, and how fine its pattern is."""
    mask = design.mask_u8 > 127
    lab = cv2.cvtColor(design.image_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    inside = lab[mask]
    chroma = np.hypot(inside[:, 1], inside[:, 2])
    fine = cv2.Laplacian(cv2.GaussianBlur(lab[..., 0], (0, 0), 1.0), cv2.CV_32F)[mask]
    coarse = cv2.Laplacian(cv2.GaussianBlur(lab[..., 0], (0, 0), 3.0), cv2.CV_32F)[mask]
    points = {name: design.landmarks_px.get(name, (0.0, 0.0)) for name in LANDMARKS_TOLD}
    width = max(1.0, abs(points["armpit_right"][0] - points["armpit_left"][0]) or 1.0)
    flat = np.array(list(points.values()), np.float32).ravel() / (width if width > 1 else design.image_u8.shape[1] / 2)
    angle = np.arctan2(inside[:, 2].mean(), inside[:, 1].mean())
    tones = np.array([
        inside[:, 0].mean() / 50, inside[:, 0].std() / 20, chroma.mean() / 30, inside[:, 1].mean() / 30,
        inside[:, 2].mean() / 30, np.log1p(np.abs(fine).mean()), np.log1p(20 * np.abs(coarse).mean()),
        np.cos(angle), np.sin(angle),
    ], np.float32)  # fmt: skip
    return np.concatenate([flat, tones]).astype(np.float32)


def turn_of_hue(before: Design, after: Design) -> float:
    """How far the mean colour has turned, -1..1 of half a circle; where it was grey, from beige; 0 where it is grey.

    It is a fact of both pictures: from the hues of each by itself no sum of differences tells it.
    """
    hues: list[float] = []
    for design, otherwise in ((before, float(BEIGE)), (after, None)):
        lab = cv2.cvtColor(design.image_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[design.mask_u8 > 127]
        a, b = (float(v) for v in lab[:, 1:].mean(0))
        if np.hypot(a, b) >= GREY:
            hues.append(float(np.arctan2(b, a)))
        elif otherwise is None:
            return 0.0
        else:
            hues.append(otherwise)
    return float((hues[1] - hues[0] + np.pi) % (2 * np.pi) - np.pi) / np.pi


BEIGE, GREY = np.radians(70.0), 3.0  # hue in CIE Lab; chroma below which a mean colour has none
LANDMARKS_TOLD = (
    "neck_left", "neck_right", "shoulder_right", "cuff_out_right", "cuff_in_right", "armpit_left", "armpit_right",
    "hem_left", "hem_right",
)  # fmt: skip


def slider_ideas(name: str, settings: DesignSettings) -> tuple[list[Idea], F32]:
    """Ideas with one slider at random places, and those places in -1..1."""
    rng = np.random.default_rng([settings.seed, SLIDERS.index(name)])
    labels = list(WITH_SLEEVES) if name in ("sleeve", "neck", "length", "fit") else list(GARMENT_LABELS)
    patterned = name in ("style", "scale")
    ideas, places = [], rng.uniform(-1, 1, settings.slider_ideas).astype(np.float32)
    for k, place in enumerate(places):
        cloth = str(rng.choice(PATTERNED)) if patterned else None
        idea = new_idea(settings.seed + 5_000 + k, str(rng.choice(labels)), cloth)
        ideas.append(idea.moved(**{name: float(place) * (120.0 if name == "hue" else 1.0)}))
    return ideas, places


def slider_figures(designer: Designer, settings: DesignSettings) -> dict[str, dict[str, float]]:
    """How well each slider's place is told back from before and after, on ideas that were not learned from.

    Returns:
        For each slider: told, the share of the variance of its places that ridge regression on the difference of
        pictures (EfficientNet's features and simple measures) explains, by five-fold cross-validation.
    """
    features = PooledFeatures()
    out = {}
    for name in SLIDERS:
        ideas, places = slider_ideas(name, settings)
        before = draw_many(designer, [i.moved(**{name: 0.0}) for i in ideas])
        after = draw_many(designer, ideas)
        deep = [features_of([d.image_u8 for d in x], features) for x in (before, after)]
        plain = [np.stack([told_by(d) for d in x]) for x in (before, after)]
        turned = np.array([[turn_of_hue(a, b)] for a, b in zip(before, after, strict=True)], np.float32)
        sorts = (plain[1] - plain[0], turned, deep[1] - deep[0])
        out[name] = {"told": _cross_validated(sorts, places, settings.ridge)}
    return out


def _cross_validated(sorts: Sequence[F32], y: F32, ridge: float, folds: int = 5) -> float:
    """R squared of kernel ridge regression with a linear kernel, each fold told from the others.

    Args:
        sorts: features (N, C) of several sorts; each sort counts alike, so that a few measures are heard beside many
            features of a network. y: (N,).
    """
    told = np.zeros(len(y))
    fold = np.arange(len(y)) % folds
    for k in range(folds):
        gram: Any = 0.0
        across: Any = 0.0
        for x in sorts:
            a, b = x[fold != k].astype(np.float64), x[fold == k].astype(np.float64)
            middle, size = a.mean(0), a.std(0) + 1e-6
            a, b = (np.clip((v - middle) / size, -4, 4) for v in (a, b))  # a lost landmark outweighs no other idea
            gram, across = gram + a @ a.T / a.shape[1] / len(sorts), across + b @ a.T / a.shape[1] / len(sorts)
        weights = np.linalg.solve(gram + ridge / 100 * np.eye(len(gram)), y[fold != k] - y[fold != k].mean())
        told[fold == k] = across @ weights + y[fold != k].mean()
    return 1 - float(np.square(told - y).sum() / np.square(y - y.mean()).sum())


def main() -> None:
    """Measure and write ``designs.json``."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data/designs"))
    parser.add_argument("--assets", type=Path, default=Path("assets"))
    parser.add_argument("--weights", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("runs/designer"))
    parser.add_argument("--only", choices=["likeness", "sliders"], default=None)
    args = parser.parse_args()
    designer, settings = Designer.from_pretrained(args.weights), DesignSettings()
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / "designs.json"
    figures: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    if args.only != "sliders":
        figures["likeness"] = likeness(designer, args.data, args.assets, args.out, settings)
    if args.only != "likeness":
        figures["sliders"] = slider_figures(designer, settings)
    path.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
