"""Figures of the generator on fixed validation examples, and a sheet to look at."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from tryon.evaluation.metrics import FeatureDistance, psnr, ssim
from tryon.models.generator import Generator, compose
from tryon.training.generator_data import UNTOLD, make_example, stack_examples, worn_categories
from tryon.training.people_data import PersonRecord


@torch.no_grad()
def validate(
    net: Generator, examples: tuple[Tensor, Tensor, Tensor, Tensor], distance: FeatureDistance, *, rows: int = 10
) -> tuple[dict[str, float], np.ndarray]:
    """Figures on fixed validation examples, and a sheet (agnostic, garment, rendering, result, truth).

    Returns:
        l1, psnr, ssim, layout accuracy (edit region) and feature_distance (whole picture); (H, W, 3) uint8 sheet.
    """
    x, truth, _, layout = examples
    results, renderings, distances, right = [], [], [], []
    for i in range(0, len(x), 4):
        part = x[i : i + 4].contiguous(memory_format=torch.channels_last)
        rendering, mask, shading, logits, _ = net(part)
        picture = compose(part[:, :3], part[:, 3:4], part[:, 4:7], rendering, mask, shading)
        distances.append(distance(picture, truth[i : i + 4]))
        told = (part[:, 3] > 0.5) & (layout[i : i + 4] != UNTOLD)
        right.append((logits.argmax(1) == layout[i : i + 4])[told].float().mean())
        results.append(picture)
        renderings.append(rendering)
    picture, rendering = torch.cat(results), torch.cat(renderings)
    figures = picture_figures(picture, truth, x[:, 3:4])
    figures["feature_distance"] = float(torch.cat(distances).mean())
    figures["layout_accuracy"] = float(torch.stack(right).nanmean())
    columns = [x[:, :3], x[:, 4:7], rendering, picture, truth]
    strips = [torch.cat([c[i] for c in columns], 2).permute(1, 2, 0).numpy() for i in range(min(rows, len(x)))]
    pairs = [np.concatenate(strips[i : i + 2], 1) for i in range(0, len(strips) - 1, 2)] or strips
    return figures, (np.concatenate(pairs, 0) * 255).round().astype(np.uint8)


def picture_figures(picture: Tensor, truth: Tensor, region: Tensor) -> dict[str, float]:
    """Mean l1, psnr and ssim over the edit region: (B, 3, H, W) 0..1 twice, (B, 1, H, W)."""
    values = []
    for a, b, m in zip(picture, truth, region, strict=True):
        pa, pb, mask = a.permute(1, 2, 0).numpy(), b.permute(1, 2, 0).numpy(), m[0].numpy() > 0.5
        if mask.any():
            values.append((float(np.abs(pa - pb)[mask].mean()), psnr(pa, pb, mask), ssim(pa, pb, mask)))
    mean = np.mean(values, axis=0)
    return {"l1": float(mean[0]), "psnr": float(mean[1]), "ssim": float(mean[2])}


def validation_examples(
    held: list[PersonRecord], others: list[PersonRecord], count: int, size: tuple[int, int]
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """The same ``count`` examples for every run: the photos as they are, in order, all randomness from one seed."""
    rng = np.random.default_rng(2024)
    held = [r for r in held if worn_categories(r)]
    return stack_examples(
        [make_example(held[i % len(held)], others, rng, *size, other_tones=0.0) for i in range(count)]
    )
