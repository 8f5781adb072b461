"""The generator's examples from exact rendered pairs, and the mixture of both kinds that it is trained on."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from tryon.person.agnostic import body_unit, dilate, edit_masks, old_garment, protected_pixels, skin_colour
from tryon.training.generator_data import (
    GeneratorExample,
    cut_at_random,
    cut_window,
    disturb,
    finish_example,
    make_example,
    stack_examples,
    worn_categories,
)
from tryon.training.pairs import Pair, PairStore
from tryon.training.people_data import PersonRecord, View
from tryon.types import LABEL, Category, Pose

KEPT_FRAMES = 8  # of 512x384: 50 MB each
WINDOWS_OF_FRAME = 3  # a large frame takes as long as three updates' windows of it: each is used more than once


class GeneratorBatches(IterableDataset):
    """Endless random batches of examples: ``stack_examples``'s tensors.

    ``pairs``: exact rendered pairs, of which ``share`` of the examples are made. ``windows``: share of the examples
    that are windows of frames twice as large: what the networks see at run time's resolution, at a quarter of its cost.
    """

    def __init__(
        self,
        records: list[PersonRecord],
        batch: int,
        size: tuple[int, int],
        seed: int,
        pairs: PairStore | None = None,
        share: float = 0.0,
        windows: float = 0.0,
    ) -> None:
        self._records = [r for r in records if worn_categories(r)]
        self._batch, self._size, self._seed = batch, size, seed
        self._pairs, self._share = pairs, share if pairs is not None else 0.0
        self._windows = windows
        self._frames: deque[GeneratorExample] = deque(maxlen=KEPT_FRAMES)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor]]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            yield stack_examples([self._draw(rng) for _ in range(self._batch)])

    def _draw(self, rng: np.random.Generator) -> GeneratorExample:
        if rng.random() < self._windows:
            h, w = self._size
            if len(self._frames) < KEPT_FRAMES or rng.random() < 1 / WINDOWS_OF_FRAME:
                self._frames.append(self._whole(rng, (2 * h, 2 * w)))
            return cut_window(self._frames[int(rng.integers(len(self._frames)))], rng, h, w)
        return self._whole(rng, self._size)

    def _whole(self, rng: np.random.Generator, size: tuple[int, int]) -> GeneratorExample:
        if self._pairs is not None and rng.random() < self._share:
            return pair_example(self._pairs[int(rng.integers(len(self._pairs)))], rng, *size)
        record = self._records[int(rng.integers(len(self._records)))]
        return make_example(record, self._records, rng, *size)


def pair_example(pair: Pair, rng: np.random.Generator, h: int, w: int) -> GeneratorExample:
    """An exact rendered pair: the person before, the new garment laid where it is, the person after.

    Args:
        pair: the pair. rng: decides the disturbance. h, w: size of the example, pixels.
    """
    size = (w, h)
    category: Category = pair.meta["category"]

    def small(image: NDArray) -> NDArray[np.float32]:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)

    def nearest(labels: NDArray) -> NDArray:
        return cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)

    photo, worn = small(pair.photo_u8) / 255, small(pair.worn_u8) / 255
    labels, truth = nearest(pair.labels_u8), nearest(pair.truth_u8)
    scale = h / pair.photo_u8.shape[0]
    pose = Pose((pair.pose.points_px + 0.5) * scale - 0.5, pair.pose.visibility)
    unit = body_unit(pose)
    cover = small(pair.cover_f32)
    own = cover > 0.5
    alpha = cut_at_random(own, View(photo, cover, labels, pose, None), rng, unit)  # type: ignore[arg-type]
    laid = _laid_garment(pair, worn, size) if rng.random() < 0.6 else None
    garment, alpha = disturb(worn if laid is None else laid, alpha, rng, unit, flat=laid is None)
    region = edit_masks(labels, pose, category, alpha).region_f32 > 0.5
    protected = protected_pixels(labels, pose, category)
    rows = np.flatnonzero(own.any(1))
    old = old_garment(labels, pose, category, float(rows[0]) if len(rows) else None) & ~protected
    # where the parser missed what goes, before and after differ besides
    changed = np.abs(photo - worn).max(-1) > 0.12
    region |= dilate(changed & (labels != LABEL["background"]) & ~protected, 0.02 * unit) & ~protected
    tone = skin_colour((photo * 255).astype(np.uint8), labels)
    return finish_example(
        photo, labels, own, garment, alpha, region.astype(np.float32), old, worn, truth, tone, pose, rng
    )


def _laid_garment(pair: Pair, worn_f32: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """The garment photo's own colours where the exact flow tells them, the worn ones elsewhere; (h, w, 3) 0..1."""
    source = np.nan_to_num(pair.source_px, nan=-1e4).astype(np.float32)
    flat = cv2.remap(pair.garment_u8, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    known = (pair.seen & np.isfinite(pair.source_px[..., 0])).astype(np.float32)
    known = cv2.resize(cv2.erode(known, np.ones((3, 3))), size, interpolation=cv2.INTER_LINEAR)[..., None]
    flat = cv2.resize(flat, size, interpolation=cv2.INTER_LINEAR).astype(np.float32) / 255
    return np.asarray(known * flat + (1 - known) * worn_f32, np.float32)
