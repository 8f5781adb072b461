"""Exact pairs drawn without data: a figure in a checked top, whose coarse warp lies a known shift off."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.models.warp_inputs import LIMB_LEFT, TRUNK
from tryon.training.pairs import Pair
from tryon.training.prepare_pairs import FLOW, FRAME, NODES, _jpeg, _packed, _png
from tryon.types import LABEL, Pose

MakePair = Callable[..., Pair]


def _draw(shift: tuple[float, float] = (0.0, 0.0), seed: int = 5) -> Pair:
    h, w = FRAME
    rng = np.random.default_rng(seed)
    labels = np.zeros(FRAME, np.uint8)
    labels[110:400, 110:270] = LABEL["upper"]
    labels[400:512, 120:260] = LABEL["lower"]
    labels[50:110, 160:220] = LABEL["face"]
    labels[150:380, 60:110] = LABEL["right_arm"]
    colours = rng.integers(30, 226, (13, 3))
    photo = np.clip(colours[labels] + rng.integers(-8, 8, (h, w, 1)), 0, 255).astype(np.uint8)
    garment = cv2.resize(rng.integers(0, 255, (16, 12, 3)).astype(np.uint8), (w, h), interpolation=cv2.INTER_CUBIC)
    on = labels == LABEL["upper"]
    worn = np.where(on[..., None], garment, photo)
    fh, fw = FLOW
    ys, xs = np.mgrid[0:fh, 0:fw].astype(np.float32)
    here = np.stack([(xs + 0.5) * 2 - 0.5, (ys + 0.5) * 2 - 0.5], -1)
    cover = cv2.resize(on.astype(np.float32), (fw, fh), interpolation=cv2.INTER_AREA)
    field = np.where(cover > 0.5, TRUNK, -1).astype(np.int8)
    field[(cover > 0.5) & (xs < 70)] = LIMB_LEFT
    ny, nx = np.mgrid[0 : NODES[0], 0 : NODES[1]].astype(np.float32)
    coarse = np.stack([(nx + 0.5) * 8 - 0.5 + shift[0], (ny + 0.5) * 8 - 0.5 + shift[1]], -1)
    points = np.tile(np.array([[190, 80]], np.float32), (33, 1))
    points[[11, 12, 13, 14, 15, 16]] = (260, 140), (120, 140), (280, 250), (85, 250), (280, 370), (85, 370)
    points[[23, 24, 25, 26]] = (230, 390), (150, 390), (230, 500), (150, 500)
    meta = {"category": "upper", "parts": ["torso", "sleeve_left"], "record": str(seed), "garment": "g", "view": "laid"}
    return Pair(
        photo, worn, garment, on.astype(np.float32), labels, labels,
        cv2.resize((labels > 0).astype(np.float32), (fw, fh), interpolation=cv2.INTER_AREA),
        np.where((cover > 0.5)[..., None], here, np.nan), cover > 0.5, cover, field,
        np.stack([coarse, coarse]), np.stack([cover, cover * (xs < 80)]).astype(np.float32), (TRUNK, LIMB_LEFT),
        Pose(points, np.ones(33, np.float32)), meta,
    )  # fmt: skip


def _write(path: Path, pairs: Sequence[Pair]) -> None:
    with zipfile.ZipFile(path, "w") as shard:
        for n, p in enumerate(pairs):
            arrays = io.BytesIO()
            np.savez_compressed(
                arrays, source_px=_packed(p.source_px), seen=p.seen.astype(np.uint8), field=p.field,
                cover=(p.cover_f32 * 255).astype(np.uint8), flows=_packed(p.flows), fields=np.array(p.fields, np.int8),
                regions=(p.regions * 255).astype(np.uint8), points_px=p.pose.points_px, visibility=p.pose.visibility,
            )  # fmt: skip
            files = {
                "photo.jpg": _jpeg(p.photo_u8), "worn.jpg": _jpeg(p.worn_u8), "garment.jpg": _jpeg(p.garment_u8),
                "alpha.png": _png((p.alpha_f32 * 255).astype(np.uint8)), "labels.png": _png(p.labels_u8),
                "truth.png": _png(p.truth_u8), "mask.png": _png((p.mask_f32 * 255).astype(np.uint8)),
                "meta.json": json.dumps(p.meta).encode(), "arrays.npz": arrays.getvalue(),
            }  # fmt: skip
            for name, payload in files.items():
                shard.writestr(f"{n:05d}.{name}", payload)
        shard.writestr("pairs.json", json.dumps({"count": len(pairs), "validation": True, "shard": 0}))


@pytest.fixture
def make_pair() -> MakePair:
    """Draws a pair: ``make_pair(shift, seed)``, the coarse warp off by ``shift`` garment pixels."""
    return _draw


@pytest.fixture
def pairs_folder(tmp_path: Path) -> Path:
    """A folder with one shard of three validation pairs, their coarse warp 6 pixels off."""
    folder = tmp_path / "pairs"
    folder.mkdir()
    _write(folder / "pairs_0000.zip", [_draw((6.0, 0.0), seed) for seed in range(3)])
    return folder
