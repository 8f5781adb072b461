"""Self-supervised examples for the generator: take a real garment off a real photo, give it back, restore the photo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryon.models.generator import LAYERS
from tryon.models.inputs import CLOTHES, REGION, SKIN_NAMES, generator_input
from tryon.person.agnostic import (
    Mask,
    body_unit,
    dilate,
    edit_masks,
    has_label,
    old_garment,
    protected_pixels,
    skin_colour,
)
from tryon.training.people_data import PersonRecord, View, random_view
from tryon.training.skin_tones import GAMMA, in_tone, other_tone
from tryon.types import CATEGORIES, LABEL, Category, LabelsU8, Pose

OTHER_TONE = 0.4  # share of the photos whose people are shown in another skin tone
UNTOLD = 255  # hair, shoes, bags: the layout says nothing of them
_GROUND, _SKIN, _CLOTH, _GARMENT = (LAYERS.index(name) for name in ("ground", "skin", "cloth", "garment"))
_ARMS: tuple[str, ...] = ("torso_skin", "left_arm", "right_arm")
_LEGS: tuple[str, ...] = ("left_leg", "right_leg")
_OWN = {"upper": ("upper",), "lower": ("lower",), "dress": ("dress", "upper", "lower")}


@dataclass(frozen=True)
class GeneratorExample:
    """One example.

    x (GENERATOR_CHANNELS, h, w), truth RGB (3, h, w), skin in the region (1, h, w), all float32; layout (h, w)
    int64, which of LAYERS each pixel shows, UNTOLD where it is none of them.
    """

    x: NDArray[np.float32]
    truth: NDArray[np.float32]
    skin: NDArray[np.float32]
    layout: NDArray[np.int64]


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
    record: PersonRecord,
    others: Sequence[PersonRecord],
    rng: np.random.Generator,
    h: int,
    w: int,
    *,
    other_tones: float = OTHER_TONE,
) -> GeneratorExample:
    """Draw one random example.

    Args:
        record: labelled person, the truth. others: labelled people whose garments' outlines are removed besides.
        other_tones: share of the examples in another skin tone; 0 for photos as they are.
    """
    choices = worn_categories(record) or ["upper"]
    # uppers are what is tried on most, and where arms must be invented
    p = np.array([{"upper": 3.0, "lower": 2.0, "dress": 1.5}[c] for c in choices])
    category = choices[rng.choice(len(choices), p=p / p.sum())]
    view = random_view(record, rng, h, w, category=category)
    unit = body_unit(view.pose)
    rgb = view.rgb_u8.astype(np.float32) / 255
    skin = skin_colour(record.image_u8, record.labels_u8)  # type: ignore[arg-type]
    if rng.random() < other_tones:
        gain = other_tone(skin, rng)
        rgb, skin = in_tone(rgb, view.labels_u8, gain), np.clip(skin * gain ** (1 / GAMMA), 0, 1).astype(np.float32)
    own = has_label(view.labels_u8, *_OWN[category])
    if category == "dress" and has_label(view.labels_u8, "dress").sum() > 0.5 * own.sum():
        own = has_label(view.labels_u8, "dress")
    alpha = cut_at_random(own, view, rng, unit)
    garment, alpha = disturb(rgb, alpha, rng, unit)
    region, old = _region(view, category, alpha, others, rng, unit)
    return finish_example(
        rgb, view.labels_u8, own, garment, alpha, region, old, rgb, view.labels_u8, skin, view.pose, rng
    )


def finish_example(
    photo_f32: NDArray[np.float32],
    labels_u8: LabelsU8,
    own: Mask,
    garment_f32: NDArray[np.float32],
    alpha_f32: NDArray[np.float32],
    region_f32: NDArray[np.float32],
    old: Mask,
    truth_f32: NDArray[np.float32],
    truth_labels_u8: LabelsU8,
    skin_f32: NDArray[np.float32],
    pose: Pose,
    rng: np.random.Generator,
) -> GeneratorExample:
    """Vary the colours and stack an example.

    Args:
        photo_f32, labels_u8: (h, w, 3) and (h, w) of the photo before. own: (h, w) bool, the garment in the truth.
        garment_f32, alpha_f32: the garment as it is laid. region_f32: (h, w). old: (h, w) bool, the clothes that go.
        truth_f32, truth_labels_u8: the photo after. skin_f32: (3,) skin tone. pose: of the frame. rng: decides.
    """
    alpha = alpha_f32 * region_f32
    # the photo's colours are varied as a whole: garment, person and truth alike
    gain = np.exp(rng.normal(0, 0.08, 3)).astype(np.float32) * np.float32(np.exp(rng.normal(0, 0.12)))
    keep = region_f32[..., None]
    truth = np.clip(truth_f32 * gain, 0, 1)
    photo = np.clip(photo_f32 * gain, 0, 1)
    truth = (keep * truth + (1 - keep) * photo).astype(np.float32)  # nothing else changes at run time, either
    garment = np.clip(garment_f32 * gain, 0, 1)
    skin = np.clip(skin_f32 * gain + rng.normal(0, 0.015, 3), 0, 1).astype(np.float32)
    # the parser's outline of what goes is a few pixels off
    dx, dy = rng.normal(0, 0.006, 2) * old.shape[0]
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(old.astype(np.uint8), shift, old.shape[::-1], flags=cv2.INTER_NEAREST) > 0
    told = moved & (old | (region_f32 > 0))
    x = generator_input(photo, region_f32, garment, alpha, skin, pose.points_px, pose.visibility, labels_u8, told)
    bare = has_label(truth_labels_u8, "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")
    skin_map = (bare * region_f32)[None].astype(np.float32)
    return GeneratorExample(x, truth.transpose(2, 0, 1), skin_map, layout_of(truth_labels_u8, own))


def layout_of(labels_u8: LabelsU8, own: Mask) -> NDArray[np.int64]:
    """Which of LAYERS each pixel shows: labels (h, w) and the garment's mask (h, w) -> (h, w) int64, or UNTOLD."""
    table = np.full(256, UNTOLD, np.int64)
    table[LABEL["background"]] = _GROUND
    table[[LABEL[n] for n in SKIN_NAMES]] = _SKIN
    table[[LABEL[n] for n in CLOTHES]] = _CLOTH
    return np.where(own, _GARMENT, table[labels_u8])


def cut_at_random(own: np.ndarray, view: View, rng: np.random.Generator, unit: float) -> NDArray[np.float32]:
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


def disturb(
    rgb: np.ndarray, alpha: np.ndarray, rng: np.random.Generator, unit: float, *, flat: bool = True
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Flatten the light, move the pixels a little: what a warped product photo looks like."""
    h, w = alpha.shape
    garment = flatten_shading(rgb, alpha, 0.12 * unit) if flat and rng.random() < 0.85 else rgb
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
) -> tuple[NDArray[np.float32], Mask]:
    """The run-time region for the given garment, and the clothes that are said to have been there.

    Those are the own garment's outline, mostly with somebody else's, and often bare skin as if a sleeve or a leg of
    some width had covered it.
    """
    labels, pose = view.labels_u8, view.pose
    region = edit_masks(labels, pose, category, alpha).region_f32 > 0.5
    protected = protected_pixels(labels, pose, category)
    old = old_garment(labels, pose, category)
    if rng.random() < 0.8 and len(others):
        other = others[int(rng.integers(len(others)))]
        theirs = random_view(other, rng, *labels.shape, category=category)
        outline = old_garment(theirs.labels_u8, theirs.pose, category)
        old |= _align(outline, theirs.pose.points_px, pose.points_px, category)
    if rng.random() < 0.6:
        names = {"lower": _LEGS, "upper": _ARMS, "dress": _ARMS + _LEGS}[category]
        skin = has_label(labels, *names)
        if rng.random() < 0.4:  # one sleeve, one leg, the neckline
            skin &= has_label(labels, *rng.choice(names, int(rng.integers(1, len(names))), replace=False))
        # tight or wide: how thick the limb in it is must be guessed
        old |= dilate(skin, float(rng.uniform(0.01, 0.16)) * unit)
    old &= ~protected
    region |= dilate(old, 0.045 * unit)
    return (region & ~protected).astype(np.float32), old


def _align(mask: np.ndarray, source: np.ndarray, target: np.ndarray, category: Category) -> np.ndarray:
    """Lay a mask from one pose's torso or legs on another's, by a similarity without shear."""
    joints = [23, 24, 25, 26] if category == "lower" else [11, 12, 23, 24]
    matrix, _ = cv2.estimateAffinePartial2D(source[joints], target[joints], method=cv2.LMEDS)
    if matrix is None or not np.isfinite(matrix).all():
        return mask
    h, w = mask.shape
    return cv2.warpAffine(mask.astype(np.uint8), matrix, (w, h), flags=cv2.INTER_NEAREST) > 0


def cut_window(example: GeneratorExample, rng: np.random.Generator, h: int, w: int) -> GeneratorExample:
    """A window of (h, w) pixels around a random pixel of the region; the example is larger than that."""
    region = example.x[REGION.start] > 0.5
    ys, xs = np.nonzero(region if region.any() else np.ones_like(region))
    k = int(rng.integers(len(ys)))
    top = int(np.clip(ys[k] - rng.uniform(0.25, 0.75) * h, 0, region.shape[0] - h))
    left = int(np.clip(xs[k] - rng.uniform(0.25, 0.75) * w, 0, region.shape[1] - w))
    cut = (slice(top, top + h), slice(left, left + w))
    return GeneratorExample(
        *(np.ascontiguousarray(a[(..., *cut)]) for a in (example.x, example.truth, example.skin, example.layout))
    )


def stack_examples(examples: Sequence[GeneratorExample]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Examples -> x, truth, skin, layout as tensors with a leading batch dimension."""
    return (
        torch.from_numpy(np.stack([e.x for e in examples])),
        torch.from_numpy(np.stack([e.truth for e in examples])),
        torch.from_numpy(np.stack([e.skin for e in examples])),
        torch.from_numpy(np.stack([e.layout for e in examples])),
    )
