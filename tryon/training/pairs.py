"""Reading the shards of exact pairs, and the warp network's examples made from them."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset

from tryon.errors import BadRequestError
from tryon.models.warp_inputs import field_flows, garment_maps, person_maps
from tryon.models.warper import FIELDS, MAP_HEIGHT, MAP_WIDTH
from tryon.training.people_data import MIRROR, SWAP
from tryon.training.prepare_pairs import FLOW, FRAME, NODES, unpacked
from tryon.types import LabelsU8, Pose, RGBu8

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
OPEN_SHARDS = 8


@dataclass(frozen=True)
class Pair:
    """One exact pair; see ``tryon.training.prepare_pairs``.

    photo_u8, worn_u8: FRAME pictures before and after. garment_u8, alpha_f32: FRAME picture of the garment.
    labels_u8, truth_u8: FRAME labels, the parser's before and the exact ones after. mask_f32: FLOW, person mask.
    source_px: FLOW (h, w, 2) garment pixels, NaN unknown. seen: FLOW bool, the garment photo shows it. cover_f32: FLOW
    0..1. field: FLOW int8, -1 off the garment. flows, regions, fields: of the coarse parts, (n, 64, 48, 2) garment
    pixels, (n, 256, 192) 0..1, (n,). pose: in FRAME pixels.
    """

    photo_u8: RGBu8
    worn_u8: RGBu8
    garment_u8: RGBu8
    alpha_f32: F32
    labels_u8: LabelsU8
    truth_u8: LabelsU8
    mask_f32: F32
    source_px: F32
    seen: NDArray[np.bool_]
    cover_f32: F32
    field: NDArray[np.int8]
    flows: F32
    regions: F32
    fields: tuple[int, ...]
    pose: Pose
    meta: dict[str, Any]


class PairStore:
    """All pairs of a folder's split by one running number.

    Raises:
        BadRequestError: there are none, or a shard is damaged (it is named).
    """

    def __init__(self, folder: Path, *, validation: bool, limit: int = 0) -> None:
        self._where: list[tuple[Path, int]] = []
        for path in sorted(folder.glob("pairs_*.zip")):
            try:
                with zipfile.ZipFile(path) as shard:
                    facts = json.loads(shard.read("pairs.json"))
            except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
                raise BadRequestError(f"{path.name} is damaged ({error}). Delete it and prepare it again.") from None
            if bool(facts["validation"]) == validation:
                self._where += [(path, k) for k in range(int(facts["count"]))]
        self._where = self._where[: limit or None]
        if not self._where:
            kind = "validation" if validation else "training"
            raise BadRequestError(f"No {kind} pairs in {folder}. Make them: python -m tryon prepare pairs")
        self._open = lru_cache(maxsize=OPEN_SHARDS)(zipfile.ZipFile)

    def __getstate__(self) -> dict[str, Any]:  # workers open files of their own
        return {"_where": self._where}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open = lru_cache(maxsize=OPEN_SHARDS)(zipfile.ZipFile)

    def __len__(self) -> int:
        return len(self._where)

    def __getitem__(self, index: int) -> Pair:
        path, number = self._where[index]
        shard = self._open(path)

        def picture(name: str) -> U8:
            image = cv2.imdecode(np.frombuffer(shard.read(f"{number:05d}.{name}"), np.uint8), cv2.IMREAD_UNCHANGED)
            if image is None:
                raise BadRequestError(f"{path.name} is damaged ({name} of pair {number}). Prepare it again.")
            return np.ascontiguousarray(image[..., ::-1]) if image.ndim == 3 else image

        with np.load(io.BytesIO(shard.read(f"{number:05d}.arrays.npz"))) as arrays:
            a = {name: arrays[name] for name in arrays.files}
        return Pair(
            picture("photo.jpg"), picture("worn.jpg"), picture("garment.jpg"),
            picture("alpha.png").astype(np.float32) / 255, picture("labels.png"), picture("truth.png"),
            picture("mask.png").astype(np.float32) / 255, unpacked(a["source_px"]), a["seen"] > 0,
            a["cover"].astype(np.float32) / 255, a["field"], unpacked(a["flows"]),
            a["regions"].astype(np.float32) / 255, tuple(int(f) for f in a["fields"]),
            Pose(a["points_px"].astype(np.float32), a["visibility"].astype(np.float32)),
            json.loads(shard.read(f"{number:05d}.meta.json")),
        )  # fmt: skip


@dataclass(frozen=True)
class WarpBatch:
    """Tensors of the warp network's training, float32.

    person (B, P, h, w), garment (B, 3, G, h, w) as the network takes them; flow (B, 3, 2, 64, 48) coarse flows by field
    in shares of FRAME's width; has (B, 3) whether a field has parts. source (B, 2, H, W) exact flow in the same
    unit, 0 where unknown; known (B, H, W) its weight; field (B, H, W) int64, -1 off the garment;
    cover (B, H, W). picture (B, 3, H, W) and alpha (B, 1, H, W): the garment at FLOW's size.
    """

    person: Tensor
    garment: Tensor
    flow: Tensor
    has: Tensor
    source: Tensor
    known: Tensor
    field: Tensor
    cover: Tensor
    picture: Tensor
    alpha: Tensor

    def to(self, device: str) -> WarpBatch:
        """The same on another device."""
        return WarpBatch(**{name: value.to(device) for name, value in vars(self).items()})


HIDDEN_WEIGHT = 0.25  # of points that the garment photo does not show: where they would be still shapes the warp


def warp_example(pair: Pair, *, mirror: bool = False) -> dict[str, NDArray]:
    """One example as arrays named as in ``WarpBatch``; ``mirror`` turns person and garment left to right."""
    size = (MAP_WIDTH, MAP_HEIGHT)
    regions = [cv2.resize(r, size, interpolation=cv2.INTER_AREA) for r in pair.regions]
    flows = [cv2.resize(f, size, interpolation=cv2.INTER_LINEAR) for f in pair.flows]
    flow, region = field_flows(flows, regions, pair.fields)
    person = person_maps(pair.labels_u8, pair.mask_f32, pair.pose)
    garment = garment_maps(pair.garment_u8, pair.alpha_f32, flow, region)
    nodes = np.stack([cv2.resize(f, (NODES[1], NODES[0]), interpolation=cv2.INTER_AREA) for f in flow])
    exact = np.isfinite(pair.source_px[..., 0])
    known = np.where(exact, np.where(pair.seen, 1.0, HIDDEN_WEIGHT), 0.0) * (pair.cover_f32 > 0.5)
    picture = cv2.resize(pair.garment_u8, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(pair.alpha_f32, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA)
    out: dict[str, NDArray] = {
        "person": person,
        "garment": garment,
        "flow": (nodes / FRAME[1]).transpose(0, 3, 1, 2),
        "has": np.array([k in pair.fields for k in range(FIELDS)], np.float32),
        "source": (np.nan_to_num(pair.source_px) / FRAME[1]).transpose(2, 0, 1),
        "known": known.astype(np.float32),
        "field": pair.field.astype(np.int64),
        "cover": pair.cover_f32,
        "picture": picture.transpose(2, 0, 1).astype(np.float32) / 255,
        "alpha": alpha[None],
    }
    if mirror:
        out = _mirrored(out, pair)
    return {n: np.ascontiguousarray(v, np.int64 if n == "field" else np.float32) for n, v in out.items()}


def _mirrored(a: dict[str, NDArray], pair: Pair) -> dict[str, NDArray]:
    """Person and garment seen in a mirror: sides swap, the fields of the limbs too."""
    swap = [0, 2, 1]
    width = FRAME[1]
    points = pair.pose.points_px[MIRROR] * np.array([-1, 1], np.float32) + np.array([width - 1, 0], np.float32)
    labels = SWAP[np.ascontiguousarray(pair.labels_u8[:, ::-1])]
    mask = np.ascontiguousarray(pair.mask_f32[:, ::-1])
    garment = a["garment"][swap][..., ::-1].copy()
    # the place in the garment's box and the flows are counted from the other side
    columns = np.flatnonzero((pair.alpha_f32 > 0.5).any(0))
    rows = np.flatnonzero((pair.alpha_f32 > 0.5).any(1))
    side = max(float(np.ptp(columns)), float(np.ptp(rows)), 1.0) if len(columns) else 1.0
    share = float(np.ptp(columns)) / side if len(columns) else 1.0
    garment[:, 4] = np.clip(share - garment[:, 4], -0.5, 1.5)
    edge = np.float32((width - 1) / width)
    flow = a["flow"][swap][..., ::-1].copy()
    flow[:, 0] = edge - flow[:, 0]
    source = a["source"][..., ::-1].copy()
    source[0] = np.where(a["known"][:, ::-1] > 0, edge - source[0], 0)
    field = a["field"][:, ::-1]
    return {
        "person": person_maps(labels, mask, Pose(points, pair.pose.visibility[MIRROR])),
        "garment": garment,
        "flow": flow,
        "has": a["has"][swap],
        "source": source,
        "known": a["known"][:, ::-1],
        "field": np.select([field == 1, field == 2], [2, 1], field),
        "cover": a["cover"][:, ::-1],
        "picture": a["picture"][..., ::-1],
        "alpha": a["alpha"][..., ::-1],
    }


def stack_warp(examples: list[dict[str, NDArray]]) -> WarpBatch:
    """Examples as one batch."""
    return WarpBatch(**{n: torch.from_numpy(np.stack([e[n] for e in examples])) for n in examples[0]})


class WarpBatches(IterableDataset):
    """Endless random batches of examples, half of them mirrored."""

    def __init__(self, store: PairStore, batch: int, seed: int) -> None:
        self._store, self._batch, self._seed = store, batch, seed

    def __iter__(self) -> Iterator[WarpBatch]:
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, info.id if info else 0])
        while True:
            numbers = rng.integers(len(self._store), size=self._batch)
            yield stack_warp([warp_example(self._store[int(n)], mirror=bool(rng.random() < 0.5)) for n in numbers])
