"""The warp network's examples: pairs held small in memory, the garment laid anew for each with errors of its own.

What the stored pairs hold of the coarse warp is not used: landmarks, placement and side are drawn again each time, so
that the network learns to mend many wrong placements instead of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from tryon.geometry.crops import Crop
from tryon.models.warp_inputs import GarmentBox, label_shares, part_maps, person_maps
from tryon.models.warper import FIELDS, MAP_HEIGHT, MAP_WIDTH
from tryon.training.pairs import Pair, PairStore
from tryon.training.people_data import MIRROR, SWAP
from tryon.training.prepare_pairs import FLOW, FRAME
from tryon.types import Garment, Person, Pose
from tryon.warp.adjust import NAMES, Adjustment, adjustment_of, blended
from tryon.warp.coarse import warp_garment
from tryon.warp.placement import BodyTargets, Placer

F32 = NDArray[np.float32]
HIDDEN_WEIGHT = 0.25  # of points that the garment photo does not show: where they would be still shapes the warp
LANDMARK_ERROR = 0.006  # of the garment's height (one sigma), beside the errors that the pairs hold already
PLACE_ERROR = 0.05  # sw (one sigma): the placement network's own answers are off by about as much
LIMB_ERROR = 0.08  # of a tube's length and widths, as a factor's logarithm
RULES_ALONE = 0.25  # share of examples that are laid by the rules alone


@dataclass(frozen=True)
class SmallPair:
    """A pair at FLOW, uint8 where that is enough; see ``Pair``. source: FLOW garment pixels, 0 where unknown."""

    labels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    alpha: NDArray[np.uint8]  # FRAME
    source: NDArray[np.float16]  # (MAP_HEIGHT, MAP_WIDTH, 2)
    known: NDArray[np.float16]  # weight, at MAP size
    field: NDArray[np.int8]  # at MAP size
    share: NDArray[np.uint8]  # (1 + FIELDS, MAP_HEIGHT, MAP_WIDTH) of nothing and the fields
    pose: Pose  # FLOW
    meta: dict[str, Any]


def small_pair(pair: Pair) -> SmallPair:
    """What the warp network's training needs of a pair."""
    size = (MAP_WIDTH, MAP_HEIGHT)
    exact = np.isfinite(pair.source_px[..., 0])
    weight = np.where(exact, np.where(pair.seen, 1.0, HIDDEN_WEIGHT), 0.0) * (pair.cover_f32 > 0.5)
    fields = [pair.cover_f32 * (pair.field == k) for k in range(FIELDS)]
    share = np.stack([cv2.resize(f.astype(np.float32), size, interpolation=cv2.INTER_AREA) for f in fields])
    share = np.concatenate([1 - share.sum(0, keepdims=True).clip(0, 1), share])
    source = np.nan_to_num(pair.source_px)
    pose = Pose(((pair.pose.points_px + 0.5) / 2 - 0.5).astype(np.float32), pair.pose.visibility)
    cell, whole = _cells(source, exact)
    return SmallPair(
        cv2.resize(pair.labels_u8, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_NEAREST),
        np.rint(pair.mask_f32 * 255).astype(np.uint8),
        np.rint(pair.alpha_f32 * 255).astype(np.uint8),
        cell.astype(np.float16),
        (_cells(weight[..., None].astype(np.float32), exact)[0][..., 0] * whole).astype(np.float16),
        pair.field[::2, ::2].copy(),
        np.rint(share * 255).astype(np.uint8),
        pose,
        pair.meta,
    )  # fmt: skip


def _cells(source: F32, exact: NDArray[np.bool_]) -> tuple[F32, NDArray[np.bool_]]:
    """Mean source of each 2x2 cell, and where all four are known and near one another."""
    four = np.stack([source[i::2, j::2] for i in (0, 1) for j in (0, 1)])
    known = np.stack([exact[i::2, j::2] for i in (0, 1) for j in (0, 1)]).all(0)
    near = (four.max(0) - four.min(0)).max(-1) < 40
    return four.mean(0), known & near


@dataclass(frozen=True)
class WarpBatch:
    """Tensors of the warp network's training, float32; h, w: MAP size.

    person, place, region, alpha: as the network takes them. has (B, 3): whether a field has parts. source (B, 2, h, w):
    exact place in the garment's box, 0 where unknown; known (B, h, w): its weight. field (B, h, w) int64, -1 off the
    garment. share (B, 4, h, w): of nothing and the fields. side (B,): of the box, FRAME pixels of the garment.
    """

    person: Tensor
    place: Tensor
    region: Tensor
    alpha: Tensor
    has: Tensor
    source: Tensor
    known: Tensor
    field: Tensor
    share: Tensor
    side: Tensor

    def to(self, device: str) -> WarpBatch:
        """The same on another device."""
        return WarpBatch(**{name: value.to(device) for name, value in vars(self).items()})


def mirrored(pair: SmallPair) -> SmallPair:
    """Person and garment seen in a mirror."""
    width = FLOW[1]
    points = pair.pose.points_px[MIRROR] * np.array([-1, 1], np.float32) + np.array([width - 1, 0], np.float32)
    swap = [0, 1, 3, 2]
    source = pair.source[:, ::-1].copy()
    source[..., 0] = FRAME[1] - 1 - source[..., 0]
    field = pair.field[:, ::-1]
    marks = {}
    for name, (x, y) in pair.meta.get("landmarks", {}).items():
        stem, _, side = name.rpartition("_")
        other = {"left": f"{stem}_right", "right": f"{stem}_left"}.get(side, name)
        marks[other] = (FRAME[1] - 1 - x, y)
    return SmallPair(
        SWAP[pair.labels[:, ::-1]],
        pair.mask[:, ::-1].copy(),
        pair.alpha[:, ::-1].copy(),
        source,
        pair.known[:, ::-1],
        np.select([field == 1, field == 2], [2, 1], field).astype(np.int8),
        pair.share[swap][..., ::-1],
        Pose(points, pair.pose.visibility[MIRROR]),
        {**pair.meta, "landmarks": marks},
    )


def garment_of(pair: SmallPair, rng: np.random.Generator | None) -> Garment:
    """The new garment, its landmarks a little more wrong where ``rng`` is given."""
    meta, category = pair.meta, pair.meta["category"]
    rows = np.flatnonzero((pair.alpha > 127).any(1))
    height = float(rows[-1] - rows[0]) if len(rows) else 1.0
    error = 0.0 if rng is None else LANDMARK_ERROR * height
    marks = {
        n: (float(x + e[0]), float(y + e[1]))
        for n, (x, y) in meta.get("landmarks", {}).items()
        for e in [np.zeros(2) if rng is None else rng.normal(0, error, 2)]
    }
    label = meta.get("label", "not sure")
    alpha = pair.alpha.astype(np.float32) / 255
    return Garment(
        np.zeros((*alpha.shape, 3), np.uint8), alpha, category, {category: 1.0}, label, {label: 1.0}, marks,
        sleeve=meta.get("sleeve"), leg=meta.get("leg"),
    )  # fmt: skip


class ShakenPlacer:
    """A placement network whose answers are wrong by chance, or the rules with such errors."""

    def __init__(self, placer: Placer | None, rng: np.random.Generator) -> None:
        self._placer, self._rng = placer, rng

    def __call__(self, targets: BodyTargets, garment: Garment, pose: Pose, mask_f32: F32 | None) -> Adjustment:
        rng = self._rng
        own = Adjustment()
        if self._placer is not None and rng.random() >= RULES_ALONE:
            own = blended(self._placer(targets, garment, pose, mask_f32), float(rng.uniform(0.6, 1.0)))
        noise = {n: rng.normal(0, PLACE_ERROR if n.endswith((".x", ".y")) else LIMB_ERROR) for n in NAMES}
        shaken = adjustment_of(noise, targets.body)
        limbs = {
            side: replace(
                fit,
                length=fit.length * shaken.limbs[side].length,
                elbow=fit.elbow * shaken.limbs[side].elbow,
                end=fit.end * shaken.limbs[side].end,
            )
            for side, fit in (own.limbs or {side: type(f)() for side, f in shaken.limbs.items()}).items()
        }
        return Adjustment(
            {name: own.shift.get(name, 0.0) + v for name, v in shaken.shift.items()},
            own.front + shaken.front,
            limbs,
        )


def warp_example(pair: SmallPair, placer: Placer | None, rng: np.random.Generator | None = None) -> dict[str, NDArray]:
    """One example as arrays named as in ``WarpBatch``; with ``rng`` the garment is laid with errors."""
    garment = garment_of(pair, rng)
    mask = pair.mask.astype(np.float32) / 255
    person = Person(np.zeros((*FLOW, 3), np.uint8), pair.pose, mask, pair.labels)
    chosen = placer if rng is None else ShakenPlacer(placer, rng)
    parts = warp_garment(garment, person, Crop(0.0, 0.0, 1.0, FLOW[1], FLOW[0]), placer=chosen)
    box = GarmentBox.of(garment.alpha_f32)
    place, region = part_maps(parts, box)
    has = np.array([region[k].max() > 0.1 for k in range(FIELDS)], np.float32)
    source = (pair.source.astype(np.float32) - np.array(box.corner, np.float32)) / np.float32(box.side)
    source = np.where(pair.known[..., None] > 0, source, 0)
    out: dict[str, NDArray] = {
        "person": person_maps(label_shares(pair.labels), mask, pair.pose, FLOW[0]),
        "place": place,
        "region": region,
        "alpha": box.cut(garment.alpha_f32)[None],
        "has": has,
        "source": source.transpose(2, 0, 1),
        "known": pair.known,
        "field": pair.field,
        "share": pair.share.astype(np.float32) / 255,
        "side": np.array(box.side),
    }
    return {n: np.ascontiguousarray(v, np.int64 if n == "field" else np.float32) for n, v in out.items()}


def stack_warp(examples: list[dict[str, NDArray]]) -> WarpBatch:
    """Examples as one batch."""
    return WarpBatch(**{n: torch.from_numpy(np.stack([e[n] for e in examples])) for n in examples[0]})


def load_small(store: PairStore, limit: int = 0) -> list[SmallPair]:
    """All pairs of a store, small; about 350 kB each."""
    return [small_pair(store[n]) for n in range(min(len(store), limit) if limit else len(store))]


class WarpBatches(IterableDataset):
    """Endless random batches of examples, half of them mirrored."""

    def __init__(self, pairs: list[SmallPair], batch: int, seed: int, placer: Placer | None) -> None:
        self._pairs, self._batch, self._seed, self._placer = pairs, batch, seed, placer

    def __iter__(self) -> Iterator[WarpBatch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            chosen = [self._pairs[int(n)] for n in rng.integers(len(self._pairs), size=self._batch)]
            chosen = [mirrored(p) if rng.random() < 0.5 else p for p in chosen]
            yield stack_warp([warp_example(p, self._placer, rng) for p in chosen])
