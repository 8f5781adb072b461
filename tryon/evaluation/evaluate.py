"""Figures on photos that no network was trained on: parsing, and the generator against pasting."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor

from tryon.evaluation.metrics import FeatureDistance, psnr, ssim
from tryon.evaluation.parsing_figures import parsing_figures
from tryon.models.generator import Generator, GeneratorParams, compose
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.person.parsing import Parser
from tryon.settings import open_data_dir, setting
from tryon.training.generator import validation_examples
from tryon.training.people_data import find_people

METRICS = ("l1", "psnr", "ssim", "feature_distance")
BOOTSTRAPS = 1000  # resamples of the examples for each confidence interval


@dataclass(frozen=True)
class EvaluateSettings:
    """What is measured, and on what."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA), if there are no shards yet")
    people: Path = setting(Path("data/people"), "folder of the people shards")
    weights: Path = setting(WEIGHTS_DIR, "folder of the weights")
    others: str = setting("", "further generator weights to compare, name=path separated by commas")
    out: Path = setting(Path("runs/evaluation.json"), "where the figures go; a table (.md) is written beside it")
    examples: int = setting(128, "self-reconstruction examples from the validation photos")
    height: int = setting(256, "height of the examples in pixels; the width is three quarters")
    threads: int = setting(0, "CPU threads; 0: all")
    smoke: bool = setting(False, "a run of seconds on a few pictures")


def evaluate(settings: EvaluateSettings) -> dict[str, Any]:
    """Measure everything and write JSON and a table.

    Returns:
        ``{"parsing": {...}, "generator": {variant: {metric: [mean, low, high]}}}``; low and high bound
        the 95% bootstrap interval of the mean.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    smoke_run = settings.out.parent / "smoke" if settings.smoke else None
    people = find_people(settings.people, settings.data, smoke_run=smoke_run)
    records = [r for r in people if r.validation][: 4 if settings.smoke else None]
    figures: dict[str, Any] = {"photos": len(records)}
    figures["parsing"] = parsing_figures(Parser.from_pretrained(settings.weights), records)
    size = (settings.height, settings.height * 3 // 4)
    examples = validation_examples(records, records, 4 if settings.smoke else settings.examples, size)
    paths = {"generator": settings.weights / "generator.safetensors"}
    for item in filter(None, settings.others.split(",")):
        name, _, path = item.partition("=")
        paths[name.strip()] = Path(path.strip())
    variants: dict[str, Callable[[Tensor], Tensor]] = {"coarse warp pasted": paste_garment}
    variants.update({name: _drawer(path) for name, path in paths.items()})
    distance = FeatureDistance()
    figures["generator"] = {name: _measure(draw, examples, distance) for name, draw in variants.items()}
    settings.out.parent.mkdir(parents=True, exist_ok=True)
    settings.out.write_text(json.dumps(figures, indent=1))
    table = table_of(figures)
    settings.out.with_suffix(".md").write_text(table)
    print(table)
    return figures


def paste_garment(x: Tensor) -> Tensor:
    """The baseline: the warped garment pasted, the rest of the region inpainted from its rim (Telea 2004).

    Args:
        x: (B, 24, h, w) generator input. Returns: (B, 3, h, w) 0..1.
    """
    out = []
    for item in x:
        photo = (item[:3].permute(1, 2, 0).numpy() * 255).round().astype(np.uint8)
        hole = (item[3].numpy() > 0.5).astype(np.uint8)
        filled = cv2.inpaint(np.ascontiguousarray(photo), hole, 3, cv2.INPAINT_TELEA)
        filled = torch.from_numpy(filled).permute(2, 0, 1).float() / 255
        alpha = item[7:8] * item[3:4]
        out.append(alpha * item[4:7] + (1 - alpha) * filled)
    return torch.stack(out)


def _drawer(path: Path) -> Callable[[Tensor], Tensor]:
    tensors, info = read_weights(path)
    net = Generator(from_json(GeneratorParams, info["params"]))
    load_into(net, tensors, path.name)
    net.eval()

    @torch.no_grad()
    def draw(x: Tensor) -> Tensor:
        rendering, mask, shading = net(x)
        return compose(x[:, :3], x[:, 3:4], x[:, 4:7], rendering, mask, shading)

    return draw


def _measure(
    draw: Callable[[Tensor], Tensor], examples: tuple[Tensor, Tensor, Tensor], distance: FeatureDistance
) -> dict[str, list[float]]:
    x, truth, _ = examples
    values: list[tuple[float, ...]] = []
    for i in range(0, len(x), 4):
        pictures = draw(x[i : i + 4])
        with torch.no_grad():
            far = distance(pictures, truth[i : i + 4])
        for picture, target, region, d in zip(pictures, truth[i : i + 4], x[i : i + 4, 3], far, strict=True):
            a, b = picture.permute(1, 2, 0).numpy(), target.permute(1, 2, 0).numpy()
            mask = region.numpy() > 0.5
            if mask.any():
                values.append((float(np.abs(a - b)[mask].mean()), psnr(a, b, mask), ssim(a, b, mask), float(d)))
    table = np.array(values)
    rng = np.random.default_rng(0)
    picks = rng.integers(len(table), size=(BOOTSTRAPS, len(table)))
    means = table[picks].mean(1)
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    return {m: [float(table[:, k].mean()), float(low[k]), float(high[k])] for k, m in enumerate(METRICS)}


def table_of(figures: dict[str, Any]) -> str:
    """The figures as Markdown tables."""
    parsing = figures["parsing"]
    lines = [f"Parsing, {figures['photos']} validation photos", "", "| class | IoU |", "|---|---|"]
    lines += [f"| {name.removeprefix('iou_')} | {value:.3f} |" for name, value in parsing.items()]
    lines += ["", "Self-reconstruction, edit region (mean and 95% interval)", ""]
    lines += ["| variant | L1 | PSNR (dB) | SSIM | feature distance |", "|---|---|---|---|---|"]
    for name, row in figures["generator"].items():
        cells = [f"{m:.3f} ({low:.3f} to {high:.3f})" for m, low, high in (row[k] for k in METRICS)]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
