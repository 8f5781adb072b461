"""Shards: what goes in comes out, the same record gives the same bytes, what is broken is named and refused."""

from __future__ import annotations

import pickle
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth import shards
from tryon.synth.packing import BrokenShardError
from tryon.synth.record import (
    BACK_BIT,
    HALF,
    NATIVE,
    BodyLayer,
    FlatFeature,
    FlatView,
    GarmentInfo,
    GarmentLayer,
    HairLayer,
    Record,
)
from tryon.synth.record_codec import pack_garment, pack_record
from tryon.synth.shards import RecordStore, Shard, ShardWriter, check_shards, write_index


def _disc(size: tuple[int, int], x: float, y: float, r: float) -> np.ndarray:
    yy, xx = np.mgrid[: size[0], : size[1]] / size[1]
    return (xx - x) ** 2 + (yy - y) ** 2 < r**2


def _shape(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    yy, xx = np.mgrid[: HALF[0], : HALF[1]] / HALF[1]
    n = np.stack([xx - 0.5, yy - 0.6, 1 + 0 * xx], -1)
    n /= np.linalg.norm(n, axis=-1, keepdims=True)
    normal = np.where(mask[..., None], np.round(n * 127), 0).astype(np.int8)
    return normal, np.where(mask, 5000 + 900 * xx, 0).astype(np.uint16)


def _cloth(x: float) -> dict:
    native, half = _disc(NATIVE, x, 0.6, 0.2), _disc(HALF, x, 0.6, 0.2)
    yy, xx = np.mgrid[: HALF[0], : HALF[1]].astype(np.float32)
    flat = np.stack([xx * 1.1 - 5, yy * 0.9 + np.sin(xx / 9)], -1)
    normal, depth = _shape(half)
    part = np.where(native, 1, 0).astype(np.uint8)
    part[:500][native[:500]] = 1 | BACK_BIT
    return {
        "part": part, "half_part": half.astype(np.uint8), "flat_px": np.where(half[..., None], flat, 0),
        "normal": normal, "depth": depth, "landmarks_px": {"neck_left": (190.25, 100.5, 1)},
    }  # fmt: skip


def make_garment(name: str = "tee-1") -> GarmentInfo:
    front = _disc(HALF, 0.5, 0.6, 0.3).astype(np.uint8)
    view = FlatView(
        kind="laid", from_flat=np.random.default_rng(0).random((16, 12, 2)).astype(np.float32), **_cloth(0.5)
    )
    band = FlatFeature("hem", "band", np.array([[100.0, 300.0], [250.0, 300.5]], np.float32), 9.5, "both")
    return GarmentInfo(
        name,
        "upper",
        "T-Shirt",
        512.0,
        {"sleeve": "short"},
        {"neck_left": (170.0, 90.0)},
        (band,),
        front,
        front,
        (view,),
    )


def make_record(seed: int = 0) -> Record:
    rng = np.random.default_rng(seed)
    mask, half = _disc(NATIVE, 0.5, 0.6, 0.28), _disc(HALF, 0.5, 0.6, 0.28)
    noise = cv2.GaussianBlur(rng.integers(0, 255, (*NATIVE, 3), dtype=np.uint8), (0, 0), 9)
    normal, depth = _shape(half)
    body = BodyLayer((mask * 3).astype(np.uint8), mask.astype(np.uint8), noise, normal, depth)
    top, top_half = _disc(NATIVE, 0.5, 0.3, 0.1), _disc(HALF, 0.5, 0.3, 0.1)
    hair = HairLayer((top * 200).astype(np.uint8), (top * 128).astype(np.uint8), *_shape(top_half))
    layers = (GarmentLayer(0, rank=0, **_cloth(0.45)), GarmentLayer(0, rank=1, **_cloth(0.55)))
    pose = np.linspace(0, 300, 132, dtype=np.float32).reshape(33, 4)
    return Record(
        f"r{seed}", body, hair, layers, {"undressed": (), "a": (0, 1)}, {"head": (190.0, 40.0)},
        {"a": pose, "undressed": None}, {"a": (half * 255).astype(np.uint8)}, {"seed": seed},
    )  # fmt: skip


def write_shard(folder: Path, number: int = 0, count: int = 2, split: str = "train") -> Path:
    writer = ShardWriter(folder, number, {"seed": 1, "split": split})
    writer.add_garment(make_garment())
    for k in range(count):
        assert writer.add_record(make_record(number * 10 + k))
    return writer.finish()


def test_a_record_comes_back(tmp_path: Path) -> None:
    record, info = make_record(), make_garment()
    shard = Shard(write_shard(tmp_path))
    got, garment = shard.record(0), shard.garments[0]
    assert got.outfits == record.outfits
    assert got.meta == record.meta
    assert np.array_equal(got.body.labels, record.body.labels)
    assert np.array_equal(got.body.kind, record.body.kind)
    on = record.body.kind > 0
    assert np.abs(got.body.albedo[on].astype(int) - record.body.albedo[on]).mean() < 3
    assert np.abs(got.body.depth.astype(int) - record.body.depth).max() <= 2  # half of 2 mm
    assert np.abs(got.body.normal.astype(int) - record.body.normal).mean() < 1.5
    assert got.hair is not None
    assert (got.hair.alpha[record.hair.alpha == 0] == 0).all()  # type: ignore[union-attr]
    assert len(got.layers) == 2
    for mine, theirs in zip(got.layers, record.layers, strict=True):
        assert np.array_equal(mine.part, theirs.part)
        assert np.array_equal(mine.half_part, theirs.half_part)
        assert np.abs(mine.flat_px - theirs.flat_px).max() <= 1 / 32 + 1e-4
        assert mine.landmarks_px == theirs.landmarks_px
        assert mine.rank == theirs.rank
    assert got.pose["undressed"] is None
    assert np.array_equal(got.pose["a"], record.pose["a"])  # type: ignore[arg-type]
    assert garment.features[0].name == "hem"
    assert np.allclose(garment.features[0].points, info.features[0].points)
    assert np.abs(garment.views[0].from_flat - info.views[0].from_flat).max() <= 1 / 64 + 1e-6


def test_same_content_same_bytes(tmp_path: Path) -> None:
    assert pack_record(make_record(3)) == pack_record(make_record(3))
    assert pack_garment(make_garment()) == pack_garment(make_garment())
    first, second = write_shard(tmp_path / "a"), write_shard(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()


def test_the_store_joins_shards_and_splits(tmp_path: Path) -> None:
    write_shard(tmp_path, 0, 2)
    write_shard(tmp_path, 1, 1, "validation")
    write_index(tmp_path)
    store = RecordStore(tmp_path, verify=True)
    assert len(store) == 3
    assert [store[k][0].id for k in range(3)] == ["r0", "r1", "r10"]
    assert len(RecordStore(tmp_path, split="validation")) == 1
    assert [list(r) for r in store.by_shard()] == [[0, 1], [2]]
    again = pickle.loads(pickle.dumps(store))  # as a worker gets it
    assert again[2][0].id == "r10"


def test_a_broken_shard_is_named_and_refused(tmp_path: Path) -> None:
    path = write_shard(tmp_path)
    write_index(tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert [b.name for b in check_shards(tmp_path)] == [path.name]
    with pytest.raises(BrokenShardError, match=path.name):
        RecordStore(tmp_path, verify=True)
    path.write_bytes(bytes(data[:1000]))
    with pytest.raises(BrokenShardError, match=path.name):
        Shard(path)
    with pytest.raises(BadRequestError, match="synth"):
        RecordStore(tmp_path / "nowhere")


def test_an_unfinished_shard_leaves_nothing(tmp_path: Path) -> None:
    writer = ShardWriter(tmp_path, 7, {})
    writer.add_record(make_record())
    writer.drop()
    assert list(tmp_path.iterdir()) == []


def test_a_full_shard_takes_no_more_and_keeps_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = shards.DIRECTORY_BYTES + len(pack_garment(make_garment())) + 2 * len(pack_record(make_record())) + 2000
    monkeypatch.setattr(shards, "MAX_BYTES", limit)
    writer = ShardWriter(tmp_path, 0, {})
    writer.add_garment(make_garment())
    taken = [writer.add_record(make_record(k)) for k in range(4)]
    assert taken == [True, True, False, False]
    assert writer.finish().stat().st_size <= limit
    assert len(Shard(tmp_path / "records_0000.zip")) == 2
