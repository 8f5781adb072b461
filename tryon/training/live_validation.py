"""Figures of the live network on fixed examples, and the pictures to look at."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryon.evaluation.metrics import FeatureDistance
from tryon.models import live
from tryon.models.live import LiveNet
from tryon.training.generator_data import UNTOLD, make_example, worn_categories
from tryon.training.generator_validation import picture_figures
from tryon.training.live_data import laid_pair_example, stack_live
from tryon.training.live_lessons import Lesson, Teacher
from tryon.training.live_losses import picture_of
from tryon.training.pairs import PairStore
from tryon.training.people_data import PersonRecord


@torch.no_grad()
def validate(
    net: LiveNet, held: Lesson, distance: FeatureDistance, *, rows: int = 12
) -> tuple[dict[str, float], NDArray[np.uint8]]:
    """Figures on fixed examples, and a sheet (agnostic, garment as laid, result, teacher, truth).

    Returns:
        l1, psnr, ssim and layout accuracy (edit region), feature_distance (whole picture), laid_l1 (l1 of examples
        that the coarse warp laid); (H, W, 3) uint8 sheet.
    """
    results, right = [], []
    for i in range(0, len(held.exact), 4):
        k = held.take(list(range(i, min(i + 4, len(held.exact)))))
        drawn = net(k.fine, k.coarse)
        results.append(picture_of(k.fine, drawn))
        told = (k.fine[:, live.REGION][:, 0] > 0.5) & (k.layout != UNTOLD)
        right.append((drawn.layout.argmax(1) == k.layout)[told].float().mean())
    picture, region = torch.cat(results), held.fine[:, live.REGION]
    figures = picture_figures(picture, held.truth, region)
    figures["feature_distance"] = float(distance(picture, held.truth).mean())
    figures["layout_accuracy"] = float(torch.stack(right).nanmean())
    laid = (held.exact == 0).nonzero()[:, 0].tolist()
    figures["laid_l1"] = picture_figures(picture[laid], held.truth[laid], region[laid])["l1"] if laid else 0.0
    return figures, _sheet(held, picture, rows)


def _sheet(held: Lesson, picture: Tensor, rows: int) -> NDArray[np.uint8]:
    columns = [held.fine[:, live.AGNOSTIC], held.fine[:, live.GARMENT], picture, held.picture, held.truth]
    shown = [*range(min(rows // 2, len(picture))), *range(max(0, len(picture) - rows // 2), len(picture))]
    strips = [torch.cat([c[i] for c in columns], 2).permute(1, 2, 0).numpy() for i in dict.fromkeys(shown)]
    pairs = [np.concatenate(strips[i : i + 2], 1) for i in range(0, len(strips) - 1, 2)] or strips
    return (np.concatenate(pairs, 0).clip(0, 1) * 255).round().astype(np.uint8)


def held_lesson(
    held: list[PersonRecord], pairs: PairStore | None, teacher: Teacher, counts: tuple[int, int], size: tuple[int, int]
) -> Lesson:
    """The same examples for every run: ``counts`` of photos and of laid pairs, all randomness from one seed."""
    rng = np.random.default_rng(2024)
    held = [r for r in held if worn_categories(r)]
    examples = [(make_example(held[i % len(held)], held, rng, *size, other_tones=0.0), True) for i in range(counts[0])]
    if pairs is not None:
        step = max(1, len(pairs) // max(1, counts[1]))
        numbers = range(0, min(len(pairs), step * counts[1]), step)
        examples += [(laid_pair_example(pairs[i], rng, *size), False) for i in numbers]
    return Lesson.join([teacher.teach(stack_live(examples[i : i + 4])) for i in range(0, len(examples), 4)])
