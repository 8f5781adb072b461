"""Rendered garments for the garment network: shards with exact masks, insides, landmarks and attributes.

The data engine's records hold every garment laid flat, hung and as on an invisible person. Each view is drawn
with a random cloth, light and ground; sleeves of laid garments are often folded over the torso first.
"""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.synth.cloth_choice import ClothChoice
from tryon.synth.flat_picture import compose_flat, sample_flat_look
from tryon.synth.grounds import GroundLibrary
from tryon.synth.record import HALF, FlatView, GarmentInfo
from tryon.synth.shards import Shard
from tryon.training.garment_data import GarmentDataError
from tryon.training.garment_fold import Folded, fold_sleeves, shade_fold
from tryon.training.garment_targets import RENDERED, UNKNOWN, attribute_targets, rendered_attributes
from tryon.training.prepare_garments import (
    CACHE_HEIGHT,
    CACHE_WIDTH,
    LABEL_NAMES,
    REPOSITORY,
    is_validation,
    write_shard,
)

U8 = NDArray[np.uint8]


@dataclass(frozen=True)
class RenderedSettings:
    """Which records are drawn, and how often."""

    records: Path = field(default=REPOSITORY / "data" / "records", metadata={"help": "folder of the rendered records"})
    grounds: Path = field(default=REPOSITORY / "data" / "grounds", metadata={"help": "folder of photographed grounds"})
    cloths: Path = field(
        default=REPOSITORY / "data" / "phototextures", metadata={"help": "folder of photographed cloths"}
    )
    out: Path = field(default=REPOSITORY / "data" / "garments", metadata={"help": "folder for the shards"})
    laid: int = field(default=2, metadata={"help": "pictures of each garment laid flat; the others once"})
    folded: float = field(default=0.45, metadata={"help": "share of laid sleeves that are folded over"})
    seed: int = field(default=11, metadata={"help": "of all random choices"})
    limit: int = field(default=0, metadata={"help": "garments of each shard (0: all)"})


def covers_of(folder: Path, *, validation: bool) -> GroundLibrary:
    """The photographed grounds of one split alone: photos of the validation split lend theirs to validation."""
    flats: list[bytes] = []
    for path in sorted(folder.glob("grounds_covers_*.zip")):
        with zipfile.ZipFile(path) as archive:
            names = json.loads(archive.read("grounds.json"))
            flats += [archive.read(f"{name}.jpg") for name in names if is_validation(name) == validation]
    return GroundLibrary((), flats)


def draw_rendered(
    info: GarmentInfo,
    view: FlatView,
    cloths: ClothChoice,
    library: GroundLibrary,
    rng: np.random.Generator,
    *,
    folded: float,
    size: tuple[int, int] = (CACHE_HEIGHT, CACHE_WIDTH),
) -> tuple[U8, U8, U8, NDArray[np.float32], NDArray[np.int8]]:
    """One picture of a rendered garment.

    Args:
        folded: share of sleeves that are folded over the torso, of garments that lie.
        size: (H, W), 4:3.

    Returns:
        Picture (H, W, 3), the whole garment and the inside of its back (H, W) 0..255, landmarks (19, 2) in
        picture pixels (NaN: it has none) and whether each is seen (19,): 1, 0, or -1 where it has none.
    """
    fold = Folded(view, None)
    if view.kind == "laid" and rng.random() < folded:
        fold = fold_sleeves(view, rng)
    look = sample_flat_look(rng, fold.view, library=library)
    picture = compose_flat(info, fold.view, cloths.any(info, rng), look, size, library=library)
    image = picture.image_u8 if fold.over is None else shade_fold(picture.image_u8, fold.over, rng)
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    seen = np.full(len(LANDMARKS), UNKNOWN, np.int8)
    k = size[0] / HALF[0]
    for name, (x, y, visible) in fold.view.landmarks_px.items():
        if name in LANDMARKS:
            points[LANDMARKS.index(name)] = ((x + 0.5) * k - 0.5, (y + 0.5) * k - 0.5)
            seen[LANDMARKS.index(name)] = visible
    return image, np.maximum(picture.mask_u8, picture.inside_u8), picture.inside_u8, points, seen


def rendered_records(shard: Shard, settings: RenderedSettings) -> list[dict[str, object]]:
    """All pictures of one shard of records, as ``write_shard`` takes them."""
    validation = shard.facts.get("split") == "validation"
    cloths = ClothChoice.open(settings.cloths, (CACHE_HEIGHT, CACHE_WIDTH))
    library = covers_of(settings.grounds, validation=validation)
    out: list[dict[str, object]] = []
    count = len(shard.garments) if not settings.limit else min(settings.limit, len(shard.garments))
    for number in range(count):
        info = shard.garment(number)
        targets = attribute_targets(rendered_attributes(info))
        for index, view in enumerate(info.views):
            for copy in range(settings.laid if view.kind == "laid" else 1):
                rng = np.random.default_rng((settings.seed, int(shard.facts["number"]), number, index, copy))
                image, mask, inside, points, seen = draw_rendered(
                    info, view, cloths, library, rng, folded=settings.folded
                )
                if (mask > 127).mean() < 0.01:
                    continue
                out.append(
                    {
                        "id": f"{info.id}/{shard.facts['number']}/{view.kind}/{copy}",
                        "jpeg": _encode(".jpg", image[..., ::-1]),
                        "mask": _encode(".png", mask),
                        "inside": _encode(".png", inside),
                        "landmarks": points,
                        "visible": seen,
                        "label": LABEL_NAMES.index(info.label),
                        "attributes": targets,
                        "source": RENDERED,
                        "mask_good": True,
                        "plain": False,
                        "validation": validation,
                    }
                )
    return out


def _encode(kind: str, image: U8) -> U8:
    options = [cv2.IMWRITE_JPEG_QUALITY, 94] if kind == ".jpg" else []
    return np.asarray(cv2.imencode(kind, np.ascontiguousarray(image), options)[1], np.uint8).reshape(-1)


def render_garments(settings: RenderedSettings) -> list[Path]:
    """Write ``rendered_00.npz``, …, one for each shard of records; those that exist already are kept.

    Validation pictures show designs that no training picture shows, on grounds of validation photos.

    Raises:
        GarmentDataError: there are no records.
    """
    shards = sorted(settings.records.glob("records_*.zip"))
    if not shards:
        raise GarmentDataError(f"There are no records in {settings.records}: make some with python -m tryon synth.")
    settings.out.mkdir(parents=True, exist_ok=True)
    paths = []
    # every split early on, so that a run that is cut short can be used
    for source in sorted(shards, key=lambda p: (p.stem[-1] != "9", p.stem)):
        shard = Shard(source)
        path = settings.out / f"rendered_{int(shard.facts['number']):02d}.npz"
        paths.append(path)
        if path.exists():
            continue
        records = rendered_records(shard, settings)
        write_shard(path, records)
        print(f"{path.name}: {len(records)} pictures, {shard.facts.get('split')}", flush=True)
    return paths
