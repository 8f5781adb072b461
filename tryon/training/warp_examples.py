"""The warp network's examples: pairs held small in memory, the garment laid several times with errors of its own.

What the stored pairs hold of the coarse warp is not used: landmarks, placement and side are drawn again, so that the
network learns to mend many wrong placements instead of one. Laying is slow, so it is done once for all updates, by
several processes; smooth movements on top make every example new (``shaken``).
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryon.geometry.crops import Crop
from tryon.models.warp_inputs import GarmentBox, label_shares, part_maps, person_maps
from tryon.models.warper import FIELDS, MAP_HEIGHT, MAP_WIDTH, NODE_HEIGHT, NODE_WIDTH, moved_maps
from tryon.training.pairs import Pair, PairStore
from tryon.training.people_data import MIRROR, SWAP
from tryon.training.prepare_pairs import FLOW, FRAME
from tryon.types import LABEL, Garment, Person, Pose
from tryon.warp.adjust import NAMES, Adjustment, adjustment_of, blended
from tryon.warp.coarse import warp_garment
from tryon.warp.placement import BodyTargets, Placer
from tryon.warp.placer import LearnedPlacement

F32 = NDArray[np.float32]
HIDDEN_WEIGHT = 0.25  # of points that the garment photo does not show: where they would be still shapes the warp
LANDMARK_ERROR = 0.006  # of the garment's height (one sigma), beside the errors that the pairs hold already
PLACE_ERROR = 0.05  # sw (one sigma): the placement network's own answers are off by about as much
LIMB_ERROR = 0.08  # of a tube's length and widths, as a factor's logarithm
RULES_ALONE = 0.25  # share of examples that are laid by the rules alone
SHAKE = 0.012  # of the frame's height (one sigma): smooth movements on top, drawn anew each time
# What the garment may go on under: arms and bags, other clothes as well. Taught to end there, it would be squeezed.
HIDING = ("hair", "face", "left_arm", "right_arm", "accessory", "upper", "lower", "dress", "footwear")


@dataclass(frozen=True)
class SmallPair:
    """A pair at FLOW, uint8 where that is enough; see ``Pair``. source: FLOW garment pixels, 0 where unknown."""

    labels: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    alpha: NDArray[np.uint8]  # FRAME
    picture: NDArray[np.uint8]  # FRAME, of the garment
    open: NDArray[np.uint8]  # (MAP_HEIGHT, MAP_WIDTH) 1 where it is seen whether the garment is there
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
    hiding = np.isin(pair.truth_u8, [LABEL[n] for n in HIDING]).astype(np.float32)
    hidden = cv2.resize(hiding, size, interpolation=cv2.INTER_AREA) * (share[0] > 0.5)
    return SmallPair(
        cv2.resize(pair.labels_u8, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_NEAREST),
        np.rint(pair.mask_f32 * 255).astype(np.uint8),
        np.rint(pair.alpha_f32 * 255).astype(np.uint8),
        pair.garment_u8,
        (hidden < 0.2).astype(np.uint8),
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
    garment. share (B, 4, h, w): of nothing and the fields. side (B,): of the box, FRAME pixels of the garment. open
    (B, h, w): 1 where nothing hides whether the garment is there. picture (B, 3, H, W): of the box, 0..1.
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
    open: Tensor
    picture: Tensor

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
        pair.picture[:, ::-1],
        pair.open[:, ::-1],
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
    return {**_known(pair), **_laid(pair, placer, rng)}


def _known(pair: SmallPair) -> dict[str, NDArray]:
    """What does not hang on how the garment is laid."""
    alpha = pair.alpha.astype(np.float32) / 255
    box = GarmentBox.of(alpha)
    source = (pair.source.astype(np.float32) - np.array(box.corner, np.float32)) / np.float32(box.side)
    source = np.where(pair.known[..., None] > 0, source, 0)
    mask = pair.mask.astype(np.float32) / 255
    return {
        "person": person_maps(label_shares(pair.labels), mask, pair.pose, FLOW[0]),
        "alpha": box.cut(alpha)[None],
        "source": source.transpose(2, 0, 1),
        "known": pair.known.astype(np.float32),
        "field": np.ascontiguousarray(pair.field, np.int64),
        "share": pair.share.astype(np.float32) / 255,
        "side": np.array(box.side, np.float32),
        "open": pair.open.astype(np.float32),
        "picture": box.cut(pair.picture.astype(np.float32) / 255).transpose(2, 0, 1),
    }


def _laid(pair: SmallPair, placer: Placer | None, rng: np.random.Generator | None) -> dict[str, NDArray]:
    """The garment as the coarse warp lays it."""
    garment = garment_of(pair, rng)
    person = Person(np.zeros((*FLOW, 3), np.uint8), pair.pose, pair.mask.astype(np.float32) / 255, pair.labels)
    chosen = placer if rng is None else ShakenPlacer(placer, rng)
    parts = warp_garment(garment, person, Crop(0.0, 0.0, 1.0, FLOW[1], FLOW[0]), placer=chosen)
    place, region = part_maps(parts, GarmentBox.of(garment.alpha_f32))
    has = np.array([region[k].max() > 0.1 for k in range(FIELDS)], np.float32)
    return {"place": place, "region": region, "has": has}


def stack_warp(examples: list[dict[str, NDArray]]) -> WarpBatch:
    """Examples as one batch."""
    kinds = {"field": np.int64}
    return WarpBatch(
        **{
            n: torch.from_numpy(np.stack([np.asarray(e[n], kinds.get(n, np.float32)) for e in examples]))
            for n in examples[0]
        }
    )


@dataclass(frozen=True)
class LaidPair:
    """A pair ready to train on, small. known: ``_known`` of it. laid: each laying of its garment."""

    known: dict[str, NDArray]
    laid: list[dict[str, NDArray]]

    @classmethod
    def of(cls, pair: SmallPair, placer: Placer | None, rng: np.random.Generator | None, copies: int) -> LaidPair:
        """Lay a pair's garment so many times; without ``rng`` once, without errors."""
        laid = [_laid(pair, placer, rng) for _ in range(copies if rng is not None else 1)]
        small = [{n: _packed(n, v) for n, v in arrays.items()} for arrays in (_known(pair), *laid)]
        return cls(small[0], small[1:])

    def example(self, number: int) -> dict[str, NDArray]:
        """The pair with its garment laid in one of the ways, as ``stack_warp`` takes it."""
        return {n: _opened(n, v) for n, v in {**self.known, **self.laid[number]}.items()}


_BYTES = ("person", "region", "alpha", "share", "open", "picture")  # of 0..1


def _packed(name: str, values: NDArray) -> NDArray:
    if name in _BYTES:
        return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    if name == "field":
        return values.astype(np.int8)
    # off the garment places may be anywhere
    return np.clip(values, -60000, 60000).astype(np.float16) if name in ("place", "source", "known") else values


def _opened(name: str, values: NDArray) -> NDArray:
    return values.astype(np.float32) / 255 if name in _BYTES else values


@lru_cache(maxsize=1)
def _placer(placement: Path | None) -> Placer | None:
    return LearnedPlacement.from_pretrained(placement) if placement is not None else None


def _lay(number: int, store: PairStore, placement: Path | None, copies: int, seed: int) -> list[LaidPair]:
    """A pair of the store, with errors as it is and in a mirror; without (copies 0) as it is."""
    placer, pair = _placer(placement), small_pair(store[number])
    if not copies:
        return [LaidPair.of(pair, placer, None, 1)]
    rng = np.random.default_rng((seed, number))
    return [LaidPair.of(each, placer, rng, copies) for each in (pair, mirrored(pair))]


def lay_pairs(
    store: PairStore, placement: Path | None, *, copies: int = 0, seed: int = 0, processes: int = 1
) -> list[LaidPair]:
    """All pairs of a store ready to train on; about 600 kB and 200 kB a copy each, twice with errors (mirrored).

    Args:
        placement: folder of the learned placement's weights; None: the rules alone.
        copies: layings with errors of each pair and of its mirror image; 0 one without errors.
        processes: at work.
    """
    numbers = range(len(store))
    work = partial(_lay, store=store, placement=placement, copies=copies, seed=seed)
    if processes < 2:
        return [each for number in numbers for each in work(number)]
    with multiprocessing.get_context("spawn").Pool(processes, cv2.setNumThreads, (1,)) as pool:
        return [each for laid in pool.imap(work, numbers, chunksize=8) for each in laid]


def shaken(batch: WarpBatch, rng: np.random.Generator) -> WarpBatch:
    """The batch with its fields moved smoothly by chance: one movement of all, and a smaller one of each."""
    count = len(batch.side)

    def smooth(fields: int, rows: int, columns: int) -> Tensor:
        nodes = torch.from_numpy(rng.normal(0, 1, (count, fields * 2, rows, columns)).astype(np.float32))
        size = (NODE_HEIGHT, NODE_WIDTH)
        fine = torch.nn.functional.interpolate(nodes, size=size, mode="bicubic", align_corners=False)
        return fine.view(count, fields, 2, *size)

    moved = SHAKE * (smooth(1, 2, 2) + 0.6 * smooth(FIELDS, 5, 4))
    place, region = moved_maps(batch.place, batch.region, moved.to(batch.place.device))
    return replace(batch, place=place, region=region)


class WarpBatches:
    """Endless random batches of examples."""

    def __init__(self, laid: list[LaidPair], batch: int, seed: int) -> None:
        self._laid, self._batch, self._rng = laid, batch, np.random.default_rng(seed)

    def __iter__(self) -> Iterator[WarpBatch]:
        rng = self._rng
        while True:
            chosen = [self._laid[int(n)] for n in rng.integers(len(self._laid), size=self._batch)]
            yield shaken(stack_warp([each.example(int(rng.integers(len(each.laid)))) for each in chosen]), rng)
