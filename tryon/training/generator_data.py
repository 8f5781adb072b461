"""Self-supervised examples for the generator: take a real garment off a real photo, give it back, restore the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from tryon.models.inputs import generator_input
from tryon.person.agnostic import (
    body_unit,
    dilate,
    edit_masks,
    has_label,
    old_garment,
    protected_pixels,
    skin_colour,
)
from tryon.training.people_data import PersonRecord, View, random_view
from tryon.types import CATEGORIES, Category

_OWN = {"upper": ("upper",), "lower": ("lower",), "dress": ("dress", "upper", "lower")}


@dataclass(frozen=True)
class GeneratorExample:
    """One example, all (C, h, w) float32: input (24), truth RGB (3), skin in the region (1)."""

    x: NDArray[np.float32]
    truth: NDArray[np.float32]
    skin: NDArray[np.float32]


def flatten_shading(rgb_f32: NDArray[np.float32], alpha_f32: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Divide out the low frequencies of a garment's luminance: folds and light go, the pattern stays.

    Args:
        rgb_f32: (h, w, 3) 0..1. alpha_f32: (h, w). sigma: of the Gaussian, in pixels.
    """
    luminance = rgb_f32 @ np.array([0.299, 0.587, 0.114], np.float32)
    weight = cv2.GaussianBlur(alpha_f32, (0, 0), sigma) + 1e-4
    low = cv2.GaussianBlur(luminance * alpha_f32, (0, 0), sigma) / weight
    mean = float((luminance * alpha_f32).sum() / max(float(alpha_f32.sum()), 1.0))
    gain = np.clip((mean + 0.05) / (low + 0.05), 0.5, 2.0)
    return np.clip(rgb_f32 * gain[..., None], 0, 1)


def smooth_noise(rng: np.random.Generator, h: int, w: int, cells: int, amplitude: float) -> NDArray[np.float32]:
    """(h, w, 2) float32 displacement in pixels, cubic between ``cells`` random nodes a side."""
    nodes = rng.normal(0, amplitude, (cells, cells, 2)).astype(np.float32)
    return cv2.resize(nodes, (w, h), interpolation=cv2.INTER_CUBIC)


def worn_categories(record: PersonRecord) -> list[Category]:
    """Which categories a labelled person wears enough of (over .5% of the photo) to learn from."""
    assert record.labels_u8 is not None
    least = 0.005 * record.labels_u8.size
    return [c for c in CATEGORIES if has_label(record.labels_u8, *_OWN[c]).sum() > least]


def make_example(
    record: PersonRecord, others: Sequence[PersonRecord], rng: np.random.Generator, h: int, w: int
) -> GeneratorExample:
    """Draw one random example.

    Args:
        record: labelled person, the truth. others: labelled people whose garments' outlines are removed besides.
    """
    choices = worn_categories(record) or ["upper"]
    # uppers are what is tried on most, and where arms must be invented
    p = np.array([{"upper": 3.0, "lower": 2.0, "dress": 1.5}[c] for c in choices])
    category = choices[rng.choice(len(choices), p=p / p.sum())]
    view = random_view(record, rng, h, w, category=category)
    unit = body_unit(view.pose)
    rgb = view.rgb_u8.astype(np.float32) / 255
    own = has_label(view.labels_u8, *_OWN[category])
    if category == "dress" and has_label(view.labels_u8, "dress").sum() > 0.5 * own.sum():
        own = has_label(view.labels_u8, "dress")
    alpha = _cut_at_random(own, view, rng, unit)
    garment, alpha = _disturb(rgb, alpha, rng, unit)
    region = _region(view, category, alpha, others, rng, unit)
    alpha = alpha * region
    # the photo's colours are varied as a whole: garment, person and truth alike
    gain = np.exp(rng.normal(0, 0.08, 3)).astype(np.float32) * float(np.exp(rng.normal(0, 0.12)))
    skin = np.clip(skin_colour(record.image_u8, record.labels_u8) * gain, 0, 1)  # type: ignore[arg-type]
    truth, garment = np.clip(rgb * gain, 0, 1), np.clip(garment * gain, 0, 1)
    skin_noise = np.clip(skin + rng.normal(0, 0.015, 3), 0, 1).astype(np.float32)
    x = generator_input(truth, region, garment, alpha, skin_noise, view.pose.points_px, view.pose.visibility)
    bare = has_label(view.labels_u8, "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")
    return GeneratorExample(x, truth.transpose(2, 0, 1).astype(np.float32), (bare * region)[None].astype(np.float32))


def _cut_at_random(own: np.ndarray, view: View, rng: np.random.Generator, unit: float) -> NDArray[np.float32]:
    """Erode the garment and now and then cut off a hem or a cuff: a coarse warp seldom covers all."""
    mask = own.astype(np.uint8)
    radius = int(rng.integers(0, max(2, round(0.05 * unit) + 1)))
    if radius:
        mask = cv2.erode(mask, np.ones((2 * radius + 1,) * 2, np.uint8))
    rows, columns = np.nonzero(mask.any(1))[0], np.nonzero(mask.any(0))[0]
    if len(rows) and rng.random() < 0.35:
        mask[int(rows[-1] - rng.uniform(0, 0.25) * (rows[-1] - rows[0])) :] = 0
    if len(rows) and rng.random() < 0.15:
        mask[: int(rows[0] + rng.uniform(0, 0.15) * (rows[-1] - rows[0]))] = 0
    if len(columns) and rng.random() < 0.4:  # a cuff: everything near a wrist or forearm
        p = view.pose.points_px
        side = int(rng.integers(2))
        start = p[[13, 14][side]] * (t := rng.uniform(0, 1)) + p[[15, 16][side]] * (1 - t)
        gone = np.zeros_like(mask)
        ends = np.clip(np.round([start, p[[15, 16][side]]]), -30000, 30000).astype(int)
        cv2.line(gone, tuple(map(int, ends[0])), tuple(map(int, ends[1])), 1, max(1, round(0.4 * unit)))  # type: ignore[arg-type]
        mask[gone > 0] = 0
    return mask.astype(np.float32)


def _disturb(
    rgb: np.ndarray, alpha: np.ndarray, rng: np.random.Generator, unit: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Flatten the light, move the pixels a little: what a warped product photo looks like."""
    h, w = alpha.shape
    garment = flatten_shading(rgb, alpha, 0.12 * unit) if rng.random() < 0.85 else rgb
    strength = rng.uniform(0, 1)
    garment = garment * (1 + 0.15 * rng.normal() * strength)  # another exposure than the photo's
    noise = smooth_noise(rng, h, w, int(rng.integers(4, 9)), 0.025 * unit * rng.uniform(0, 1))
    ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
    grid_x, grid_y = xs + noise[..., 0], ys + noise[..., 1]
    # the colours beyond the cut-out's edge are its own, not the background's
    filled = _bleed(np.clip(garment, 0, 1).astype(np.float32), alpha)
    garment = cv2.remap(filled, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.remap(alpha, grid_x, grid_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    if rng.random() < 0.5:
        garment = cv2.GaussianBlur(garment, (0, 0), float(rng.uniform(0.3, 0.9)))
    return garment, cv2.GaussianBlur(alpha, (0, 0), 0.6)


def _bleed(rgb: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    weight = cv2.GaussianBlur(alpha, (0, 0), 3.0)
    near = cv2.GaussianBlur(rgb * alpha[..., None], (0, 0), 3.0) / (weight[..., None] + 1e-4)
    return np.where(alpha[..., None] > 0.5, rgb, near).astype(np.float32)


def _region(
    view: View,
    category: Category,
    alpha: np.ndarray,
    others: Sequence[PersonRecord],
    rng: np.random.Generator,
    unit: float,
) -> NDArray[np.float32]:
    """The run-time region for the given garment, often with somebody else's garment and bare skin removed besides."""
    labels, pose = view.labels_u8, view.pose
    region = edit_masks(labels, pose, category, alpha).region_f32 > 0.5
    protected = protected_pixels(labels, pose, category)
    if rng.random() < 0.8 and len(others):
        other = others[int(rng.integers(len(others)))]
        theirs = random_view(other, rng, *labels.shape, category=category)
        outline = old_garment(theirs.labels_u8, theirs.pose, category)
        region |= dilate(_align(outline, theirs.pose.points_px, pose.points_px, category), 0.03 * unit)
    if rng.random() < 0.5:
        names = ("left_leg", "right_leg") if category == "lower" else ("torso_skin", "left_arm", "right_arm")
        region |= dilate(has_label(labels, *names), 0.03 * unit)
    return (region & ~protected).astype(np.float32)


def _align(mask: np.ndarray, source: np.ndarray, target: np.ndarray, category: Category) -> np.ndarray:
    """Lay a mask from one pose's torso or legs on another's, by a similarity without shear."""
    joints = [23, 24, 25, 26] if category == "lower" else [11, 12, 23, 24]
    matrix, _ = cv2.estimateAffinePartial2D(source[joints], target[joints], method=cv2.LMEDS)
    if matrix is None or not np.isfinite(matrix).all():
        return mask
    h, w = mask.shape
    return cv2.warpAffine(mask.astype(np.uint8), matrix, (w, h), flags=cv2.INTER_NEAREST) > 0


class GeneratorBatches(IterableDataset):
    """Endless random batches: x (B, 24, h, w), truth (B, 3, h, w), skin (B, 1, h, w), float32."""

    def __init__(self, records: list[PersonRecord], batch: int, size: tuple[int, int], seed: int) -> None:
        self._records = [r for r in records if worn_categories(r)]
        self._batch, self._size, self._seed = batch, size, seed

    def __iter__(self):  # type: ignore[no-untyped-def]
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            picks = [self._records[i] for i in rng.integers(len(self._records), size=self._batch)]
            yield stack_examples([make_example(r, self._records, rng, *self._size) for r in picks])


def stack_examples(examples: Sequence[GeneratorExample]) -> tuple[Tensor, Tensor, Tensor]:
    """Examples -> x, truth, skin as tensors with a leading batch dimension."""
    return (
        torch.from_numpy(np.stack([e.x for e in examples])),
        torch.from_numpy(np.stack([e.truth for e in examples])),
        torch.from_numpy(np.stack([e.skin for e in examples])),
    )
