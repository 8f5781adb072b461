"""Reading the shards of exact pairs."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.training.prepare_pairs import unpacked
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
