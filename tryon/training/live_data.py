"""Examples for the live network: the generator's own, and rendered pairs laid by the coarse warp."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from tryon.geometry.flow import enlarge_flow
from tryon.models.live_inputs import from_generator_input
from tryon.person.agnostic import body_unit, edit_masks, old_garment, protected_pixels, skin_colour
from tryon.training.generator_batches import pair_example
from tryon.training.generator_data import (
    GeneratorExample,
    finish_example,
    make_example,
    smooth_noise,
    worn_categories,
)
from tryon.training.pairs import Pair, PairStore
from tryon.training.people_data import PersonRecord
from tryon.types import Category, PartWarp, Pose
from tryon.warp.render import render_parts

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class LiveBatch:
    """Tensors of some examples.

    x (B, GENERATOR_CHANNELS, h, w) as the teacher sees them; fine and coarse as the live network does
    (``tryon.models.live_inputs``); truth (B, 3, h, w), skin (B, 1, h, w) float32 and layout (B, h, w) int64 as in
    ``GeneratorExample``; exact (B,) float32, 1 where the garment lies where it belongs, 0 where the coarse warp laid
    it.
    """

    x: Tensor
    fine: Tensor
    coarse: Tensor
    truth: Tensor
    skin: Tensor
    layout: Tensor
    exact: Tensor

    def to(self, device: str) -> LiveBatch:
        """The same on another device."""
        return LiveBatch(**{name: value.to(device) for name, value in vars(self).items()})


def laid_pair_example(pair: Pair, rng: np.random.Generator, h: int, w: int) -> GeneratorExample:
    """A rendered pair as a visitor's frame comes: the new garment lies where the coarse warp lays it.

    Args:
        pair: the pair. rng: decides the colours and a little trembling of the warp. h, w: size of the example, pixels.
    """
    size = (w, h)
    category: Category = pair.meta["category"]
    scale = h / pair.photo_u8.shape[0]
    pose = Pose((pair.pose.points_px + 0.5) * scale - 0.5, pair.pose.visibility)

    def small(image: NDArray) -> F32:
        return cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.float32)

    def nearest(labels: NDArray) -> NDArray:
        return cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)

    photo, worn = small(pair.photo_u8) / 255, small(pair.worn_u8) / 255
    labels, truth = nearest(pair.labels_u8), nearest(pair.truth_u8)
    garment, alpha = _laid(pair, rng, h, w, body_unit(pose))
    protected = protected_pixels(labels, pose, category)
    region = edit_masks(labels, pose, category, alpha).region_f32
    own = small(pair.cover_f32) > 0.5
    rows = np.flatnonzero(own.any(1))
    old = old_garment(labels, pose, category, float(rows[0]) if len(rows) else None) & ~protected
    tone = skin_colour((photo * 255).astype(np.uint8), labels)
    return finish_example(photo, labels, own, garment, alpha, region, old, worn, truth, tone, pose, rng)


def _laid(pair: Pair, rng: np.random.Generator, h: int, w: int, unit: float) -> tuple[F32, F32]:
    """The coarsely warped garment, (h, w, 3) and (h, w) 0..1, its parts shaken by up to some hundredths of a body."""
    parts = []
    for number, (flow, region) in enumerate(zip(pair.flows, pair.regions, strict=True)):
        fine = enlarge_flow(flow, h, w)
        shaken = smooth_noise(rng, h, w, 3, 0.02 * unit * float(rng.uniform(0, 1)))
        ys, xs = np.mgrid[0:h, 0:w].astype(np.float32)
        fine = cv2.remap(fine, xs + shaken[..., 0], ys + shaken[..., 1], cv2.INTER_LINEAR)
        region = cv2.resize(region, (w, h), interpolation=cv2.INTER_LINEAR)
        parts.append(PartWarp(str(number), fine, region))
    rgb, alpha = render_parts(pair.garment_u8, pair.alpha_f32, parts)
    exposure = 1 + 0.12 * float(rng.normal())
    return np.clip(rgb.astype(np.float32) / 255 * exposure, 0, 1).astype(np.float32), alpha


def stack_live(examples: Sequence[tuple[GeneratorExample, bool]]) -> LiveBatch:
    """Examples, each with whether its garment lies exactly, as one batch."""
    seen = [from_generator_input(e.x) for e, _ in examples]
    return LiveBatch(
        x=torch.from_numpy(np.stack([e.x for e, _ in examples])),
        fine=torch.from_numpy(np.stack([fine for fine, _ in seen])),
        coarse=torch.from_numpy(np.stack([coarse for _, coarse in seen])),
        truth=torch.from_numpy(np.stack([e.truth for e, _ in examples])),
        skin=torch.from_numpy(np.stack([e.skin for e, _ in examples])),
        layout=torch.from_numpy(np.stack([e.layout for e, _ in examples])),
        exact=torch.tensor([float(exact) for _, exact in examples]),
    )


class LiveBatches(IterableDataset):
    """Endless random batches.

    Args:
        records: labelled people. batch: examples of each. size: (h, w). seed: of all. pairs: rendered pairs, of which
            ``share`` of the examples are made, two thirds of them as the coarse warp lays them.
    """

    def __init__(
        self,
        records: list[PersonRecord],
        batch: int,
        size: tuple[int, int],
        seed: int,
        pairs: PairStore | None = None,
        share: float = 0.0,
    ) -> None:
        self._records = [r for r in records if worn_categories(r)]
        self._batch, self._size, self._seed = batch, size, seed
        self._pairs, self._share = pairs, share if pairs is not None else 0.0

    def __iter__(self) -> Iterator[LiveBatch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            yield stack_live([self._draw(rng) for _ in range(self._batch)])

    def _draw(self, rng: np.random.Generator) -> tuple[GeneratorExample, bool]:
        if self._pairs is not None and rng.random() < self._share:
            pair = self._pairs[int(rng.integers(len(self._pairs)))]
            exact = bool(rng.random() < 1 / 3)
            return (pair_example if exact else laid_pair_example)(pair, rng, *self._size), exact
        record = self._records[int(rng.integers(len(self._records)))]
        return make_example(record, self._records, rng, *self._size), True
