"""Records and garments to blobs and back (see ``record`` for what they hold, ``packing`` for how)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.synth.packing import BlobReader, BlobWriter
from tryon.synth.record import (
    BodyLayer,
    FlatFeature,
    FlatView,
    GarmentInfo,
    GarmentLayer,
    HairLayer,
    Record,
)

FLOW_STEP = 1 / 16  # of a half-frame pixel: rounding adds at most 1/32 px
GRID_STEP = 1 / 32  # a node's error is spread over many pixels
DEPTH_STEP = 4  # units of record.DEPTH_UNIT_M: 2 mm
COLOUR_QUALITY, NORMAL_QUALITY, ALPHA_QUALITY = 90, 90, 88  # of JPEG: no difference seen at 95


def _write_shape(writer: BlobWriter, key: str, normal: NDArray[np.int8], depth: NDArray[np.uint16]) -> None:
    """Normals and depth of a layer; its own depth says where it is."""
    there = depth > 0
    writer.labels(f"{key}.there", there.astype(np.uint8))
    # 0..255 with 128 as 0; the third component follows from the others
    shifted = (normal.astype(np.int16) + 128).astype(np.uint8)
    writer.picture(f"{key}.normal", shifted, there, NORMAL_QUALITY)
    writer.smooth(f"{key}.depth", depth.astype(np.float32), there, DEPTH_STEP)


def _read_shape(reader: BlobReader, key: str) -> tuple[NDArray[np.int8], NDArray[np.uint16]]:
    there = reader.array(f"{key}.there")
    normal = (reader.array(f"{key}.normal").astype(np.int16) - 128).astype(np.int8)
    normal[there == 0] = 0
    depth = np.nan_to_num(reader.array(f"{key}.depth", there)).astype(np.uint16)
    return normal, depth


def _write_cloth(writer: BlobWriter, key: str, layer: GarmentLayer | FlatView) -> None:
    writer.labels(f"{key}.part", layer.part)
    writer.labels(f"{key}.half_part", layer.half_part)
    writer.smooth(f"{key}.flat", layer.flat_px, layer.half_part, FLOW_STEP)
    _write_shape(writer, key, layer.normal, layer.depth)
    writer.value(f"{key}.landmarks", {n: [round(x, 3), round(y, 3), int(v)] for n, (x, y, v) in _sorted(layer)})


def _sorted(layer: GarmentLayer | FlatView) -> list[tuple[str, tuple[float, float, int]]]:
    return sorted(layer.landmarks_px.items())


def _read_cloth(reader: BlobReader, key: str) -> dict[str, Any]:
    half_part = reader.array(f"{key}.half_part")
    normal, depth = _read_shape(reader, key)
    return {
        "part": reader.array(f"{key}.part"),
        "half_part": half_part,
        "flat_px": np.nan_to_num(reader.array(f"{key}.flat", half_part)),
        "normal": normal,
        "depth": depth,
        "landmarks_px": {n: (x, y, int(v)) for n, (x, y, v) in reader.values[f"{key}.landmarks"].items()},
    }


def pack_record(record: Record) -> bytes:
    """One record as a blob; the same record gives the same bytes."""
    w = BlobWriter()
    w.value("id", record.id)
    w.value("meta", record.meta)
    w.value("outfits", {name: list(layers) for name, layers in record.outfits.items()})
    w.value("joints", {name: [round(float(x), 2), round(float(y), 2)] for name, (x, y) in record.joints_px.items()})
    w.labels("body.labels", record.body.labels)
    w.labels("body.kind", record.body.kind)
    w.picture("body.albedo", record.body.albedo, record.body.kind, COLOUR_QUALITY)
    _write_shape(w, "body", record.body.normal, record.body.depth)
    if record.hair is not None:
        w.picture("hair.alpha", record.hair.alpha, record.hair.alpha, ALPHA_QUALITY)
        w.picture("hair.shade", record.hair.shade, record.hair.alpha, ALPHA_QUALITY)
        w.labels("hair.mask", (record.hair.alpha > 0).astype(np.uint8))
        _write_shape(w, "hair", record.hair.normal, record.hair.depth)
    for index, layer in enumerate(record.layers):
        _write_cloth(w, f"layer{index}", layer)
    w.value("layers", [{"garment": layer.garment, "rank": layer.rank} for layer in record.layers])
    for outfit, pose in sorted(record.pose.items()):
        if pose is not None:
            w.exact(f"pose.{outfit}", np.asarray(pose, np.float32))
    w.value("poses", sorted(record.pose))
    for outfit, mask in sorted(record.mask.items()):
        w.picture(f"mask.{outfit}", mask, np.ones_like(mask), ALPHA_QUALITY)
    w.value("masks", sorted(record.mask))
    return w.finish()


class PackedLayers(Sequence[GarmentLayer]):
    """The layers of a record, each decoded when it is first asked for: a picture shows half of them."""

    def __init__(self, reader: BlobReader) -> None:
        self._reader = reader
        self._known: dict[int, GarmentLayer] = {}

    def __len__(self) -> int:
        return len(self._reader.values["layers"])

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"a record with {len(self)} layers has none numbered {index}")
        number = int(index) % len(self)
        if number not in self._known:
            facts = self._reader.values["layers"][number]
            cloth = _read_cloth(self._reader, f"layer{number}")
            self._known[number] = GarmentLayer(garment=facts["garment"], rank=facts["rank"], **cloth)
        return self._known[number]


def unpack_record(blob: bytes, source: str = "record") -> Record:
    """The record of a blob.

    Raises:
        BrokenShardError: the blob is damaged; the message names ``source``.
    """
    r = BlobReader(blob, source)
    v = r.values
    kind = r.array("body.kind")
    body = BodyLayer(r.array("body.labels"), kind, r.array("body.albedo", kind), *_read_shape(r, "body"))
    hair = None
    if "hair.alpha" in r:
        mask = r.array("hair.mask")
        hair = HairLayer(r.array("hair.alpha", mask), r.array("hair.shade", mask), *_read_shape(r, "hair"))
    return Record(
        id=v["id"],
        body=body,
        hair=hair,
        layers=PackedLayers(r),
        outfits={name: tuple(index) for name, index in v["outfits"].items()},
        joints_px={name: (x, y) for name, (x, y) in v["joints"].items()},
        pose={name: r.array(f"pose.{name}") if f"pose.{name}" in r else None for name in v["poses"]},
        mask={name: r.array(f"mask.{name}") for name in v["masks"]},
        meta=v["meta"],
    )


def pack_garment(info: GarmentInfo) -> bytes:
    """One garment with its flat views as a blob."""
    w = BlobWriter()
    w.value(
        "info",
        {
            "id": info.id, "category": info.category, "label": info.label, "px_per_m": info.px_per_m,
            "attributes": info.attributes, "open_front": info.open_front,
            "landmarks": {n: [round(float(c), 3) for c in info.landmarks_px[n]] for n in sorted(info.landmarks_px)},
            "features": [_feature_values(feature) for feature in info.features],
            "views": [view.kind for view in info.views],
        },
    )  # fmt: skip
    w.labels("front", info.front)
    w.labels("back", info.back)
    if info.texture is not None:
        w.picture("texture", info.texture, np.ones(info.texture.shape[:2], np.uint8), COLOUR_QUALITY)
    for index, view in enumerate(info.views):
        _write_cloth(w, f"view{index}", view)
        grid = np.asarray(view.from_flat, np.float32)
        w.smooth(f"view{index}.from_flat", grid, np.ones(grid.shape[:2], np.uint8), GRID_STEP)
    return w.finish()


def _feature_values(feature: FlatFeature) -> dict[str, Any]:
    values = asdict(feature)
    values["points"] = np.round(np.asarray(feature.points, float), 2).tolist()
    values["width_px"] = round(float(feature.width_px), 3)
    return values


def unpack_garment(blob: bytes, source: str = "garment", *, views: bool = True) -> GarmentInfo:
    """The garment of a blob; views: with its flat pictures, which take most of the time.

    Raises:
        BrokenShardError: the blob is damaged; the message names ``source``.
    """
    r = BlobReader(blob, source)
    info = r.values["info"]
    flats = tuple(
        FlatView(kind=kind, from_flat=r.array(f"view{index}.from_flat"), **_read_cloth(r, f"view{index}"))
        for index, kind in enumerate(info["views"] if views else ())
    )
    features = tuple(
        FlatFeature(f["name"], f["kind"], np.array(f["points"], np.float32).reshape(-1, 2), f["width_px"], f["sides"])
        for f in info["features"]
    )
    return GarmentInfo(
        id=info["id"],
        category=info["category"],
        label=info["label"],
        px_per_m=info["px_per_m"],
        attributes=info["attributes"],
        landmarks_px={n: (x, y) for n, (x, y) in info["landmarks"].items()},
        features=features,
        front=r.array("front"),
        back=r.array("back"),
        views=flats,
        open_front=info["open_front"],
        texture=r.array("texture") if "texture" in r else None,
    )
