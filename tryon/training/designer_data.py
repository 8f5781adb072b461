"""Reads the designer's shards: outlines as vectors, swatches of cloth, and garments' layers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tryon.errors import BadRequestError
from tryon.garment.landmarks import Kind, kind_of
from tryon.geometry.chains import Chain, corner_indices, edge_lines, sleeve_outlines, trace_chain
from tryon.models.design_details import LABEL_NAMES
from tryon.models.design_inputs import outline_fields
from tryon.models.designer import CLOTHS
from tryon.training.runlog import RunLog
from tryon.types import GARMENT_LABELS

F32 = NDArray[np.float32]
KINDS: tuple[Kind, ...] = ("upper", "dress", "trousers", "skirt")
PHOTO = CLOTHS.index("photo")


@dataclass(frozen=True)
class Round:
    """How one part is trained. minutes: 0 for no limit. smoke: a few garments, nothing kept."""

    minutes: float
    seed: int
    smoke: bool
    log: RunLog


def shards(folder: Path, name: str, first: int | None = None) -> list[Path]:
    """Shards of one sort, in order.

    Raises:
        BadRequestError: there are none.
    """
    found = sorted(folder.glob(f"{name}_*.npz"))[:first]
    if not found:
        raise BadRequestError(
            f"There are no {name} shards in {folder}. Make them: python -m tryon prepare designs (and drawn-designs)"
        )
    return found


def records(paths: list[Path]) -> Iterator[dict[str, Any]]:
    """The records of shards, one after the other."""
    for path in paths:
        with np.load(path, allow_pickle=True) as f:
            columns = {name: f[name] for name in f.files}
        for i in range(len(next(iter(columns.values())))):
            yield {name: column[i] for name, column in columns.items()}


def kind_of_label(label: int) -> Kind:
    """The outline's scheme of a label's index."""
    name = LABEL_NAMES[label]
    return kind_of(name, GARMENT_LABELS[name])


def chain_of_record(record: dict[str, Any]) -> Chain | None:
    """The outline of a drawn garment; None where sleeves hide its sides."""
    whole = cv2.imdecode(record["whole"], cv2.IMREAD_GRAYSCALE)
    points = {str(n): (float(p[0]), float(p[1])) for n, p in zip(record["names"], record["points"], strict=True)}
    chain = trace_chain(np.asarray(whole, np.uint8), points, kind_of_label(int(record["label"])))
    return chain if chain is not None and chain.asymmetry_cm < 2.5 else None


@dataclass(frozen=True)
class OutlineSet:
    """All outlines of one kind. points: (M, 2N) float32. label: (M,). details: (M, D), NaN where not known.
    sleeves: (M,) bool. real, validation: (M,) bool."""

    points: F32
    label: NDArray[np.int64]
    details: F32
    sleeves: NDArray[np.bool_]
    real: NDArray[np.bool_]
    validation: NDArray[np.bool_]


def read_outlines(folder: Path, first: int | None = None) -> dict[Kind, OutlineSet]:
    """Outlines of drawn and photographed garments by kind; first: so many shards of each."""
    rows: dict[Kind, list[tuple[F32, int, F32 | None, bool, bool, bool]]] = {kind: [] for kind in KINDS}
    size = 0
    for record in records(shards(folder, "drawn", first)):
        chain = chain_of_record(record)
        size = len(record["details"])
        if chain is not None:
            row = (chain.points.ravel(), int(record["label"]), record["details"], chain.has_sleeves, False, False)
            rows[chain.kind].append(row)
    for record in records(shards(folder, "photos", first)):
        if len(record["chain"]):
            label = int(record["label"])
            row = (record["chain"].ravel(), label, None, bool(record["sleeves"]), True, bool(record["validation"]))
            rows[kind_of_label(label)].append(row)
    out = {}
    for kind, found in rows.items():
        if not found:
            continue
        unknown = np.full(size, np.nan, np.float32)
        out[kind] = OutlineSet(
            np.stack([r[0] for r in found]).astype(np.float32),
            np.array([r[1] for r in found], np.int64),
            np.stack([unknown if r[2] is None else r[2] for r in found]).astype(np.float32),
            *(np.array([r[i] for r in found], bool) for i in (3, 4, 5)),
        )
    return out


@dataclass(frozen=True)
class Swatches:
    """Cloth. pictures: (N, S, S, 3) uint8. kind: (N,) index into CLOTHS."""

    pictures: NDArray[np.uint8]
    kind: NDArray[np.int64]


def read_swatches(folder: Path, first: int | None = None) -> Swatches:
    """Drawn swatches, and those of photos that are for training."""
    path = folder / "swatches.npz"
    if not path.is_file():
        raise BadRequestError(f"There is no {path.name} in {folder}. Make it: python -m tryon prepare swatches")
    with np.load(path) as f:
        drawn, kinds = f["pictures"], f["kind"]
    real = []
    for record in records(shards(folder, "photos", first)):
        if not record["validation"]:
            real += [cv2.imdecode(s, cv2.IMREAD_COLOR)[..., ::-1] for s in record["swatches"]]
    if not real:
        return Swatches(drawn, kinds)
    return Swatches(np.concatenate([drawn, np.stack(real)]), np.concatenate([kinds, np.full(len(real), PHOTO)]))


@dataclass(frozen=True)
class Layers:
    """Garments laid out, in memory. chains: N of them. ppc: (N,) pixels a centimetre. layers: (N, 4, H, W) uint8.
    details: (N, D). label: (N,)."""

    chains: list[Chain]
    ppc: F32
    layers: NDArray[np.uint8]
    details: F32
    label: NDArray[np.int64]

    def batch(self, rows: NDArray[np.int64], device: str) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """fields (B, C, H, W), layers (B, 4, H, W) 0..1, details (B, D), label one-hot (B, labels)."""
        size = self.layers.shape[2], self.layers.shape[3]
        # drawn anew each time: kept, they would fill the memory
        fields = np.stack([fields_of_chain(self.chains[int(i)], float(self.ppc[i]), size) for i in rows])
        one_hot = torch.eye(len(LABEL_NAMES))[torch.from_numpy(self.label[rows])]
        moved = (
            torch.from_numpy(fields),
            torch.from_numpy(self.layers[rows].astype(np.float32) / 255),
            torch.from_numpy(self.details[rows]),
            one_hot,
        )
        given, layers, details, label = (t.to(device) for t in moved)
        return given, layers, details, label


def read_layers(folder: Path, first: int | None = None, limit: int = 0) -> Layers:
    """Layers of the drawn garments whose outline could be traced."""
    chains, ppc, layers, details, labels = [], [], [], [], []
    for record in records(shards(folder, "drawn", first)):
        chain = chain_of_record(record)
        if chain is None:
            continue
        picture = np.asarray(cv2.imdecode(record["png"], cv2.IMREAD_UNCHANGED), np.uint8)
        chains.append(chain)
        ppc.append(float(record["ppc"]))
        layers.append(picture.transpose(2, 0, 1))
        details.append(record["details"])
        labels.append(int(record["label"]))
        if limit and len(chains) >= limit:
            break
    return Layers(chains, np.array(ppc, np.float32), np.stack(layers), np.stack(details), np.array(labels, np.int64))


def fields_of_chain(chain: Chain, px_per_cm: float, size: tuple[int, int]) -> F32:
    """``outline_fields`` of a traced outline."""
    right, left = chain.halves_px
    upper = chain.kind in ("upper", "dress")
    joint = "neck" if upper else "waist"
    at = corner_indices(chain.kind)[joint]
    origin = ((float(right[0, 0] + left[0, 0]) / 2), float(right[at, 1] + left[at, 1]) / 2)
    return outline_fields(
        np.concatenate([right, left[::-1]]),
        edge_lines(chain.halves_px, chain.kind),
        sleeve_outlines(chain.halves_px, chain.kind, chain.has_sleeves),
        origin,
        px_per_cm,
        (size[0], size[1]),
    )
