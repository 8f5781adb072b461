"""The gallery: garments and virtual models of this project, read from ``assets/manifest.json``.

A garment whose mask and landmarks are in the manifest needs no network: it is put together as it is. A picture
that lies beside the others without an entry, or in the folder that ``TRYON_GALLERY`` names, belongs to the
gallery too, and is understood when it is first worn.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np

from tryon.errors import TryOnError
from tryon.images import load_picture, load_picture_with_alpha
from tryon.types import (
    ATTRIBUTES,
    CATEGORIES,
    GARMENT_LABELS,
    Category,
    Garment,
    Guess,
    LegLength,
    MaskF32,
    RGBu8,
    SleeveLength,
)
from tryon.ui.engine import TryOn
from tryon.ui.gallery_folder import category_from_name, dropped_pictures, mask_beside, name_from_file, new_id
from tryon.ui.pictures import focus_on

GALLERY_FOLDER = "TRYON_GALLERY"  # environment variable: a folder of one's own garments


class GalleryError(TryOnError):
    """The gallery's manifest, or a picture that it names, is missing or damaged."""

    code = "gallery"


@dataclass(frozen=True)
class GarmentItem:
    """A garment of the gallery, as the manifest has it; paths are absolute, landmarks in the picture's pixels."""

    id: str
    file: Path
    mask_file: Path | None
    name: str
    name_zh: str
    category: Category
    label: str
    colours: tuple[str, ...] = ()
    sleeve: SleeveLength | None = None
    leg: LegLength | None = None
    landmarks_px: Mapping[str, tuple[float, float]] | None = None
    front: str = ""  # "open", "closed", or "" where nobody has said
    layer: str = ""  # "outer" is worn over other clothes, "inner" by itself
    worn: bool = False  # cut from a photo of somebody wearing it
    dropped: bool = False  # a picture without an entry: nobody has looked at it yet, its category is a guess

    @property
    def complete(self) -> bool:
        """Whether mask and landmarks are given, so that the garment can be used without looking at it."""
        if self.mask_file is None or not self.landmarks_px:
            return False
        return all(name in self.landmarks_px for name in _needed_landmarks(self.category, self.label, self.sleeve))


@dataclass(frozen=True)
class ModelItem:
    """A virtual model, as the manifest has it."""

    id: str
    file: Path
    name: str
    name_zh: str
    sex: str = ""
    build: str = ""
    skin: str = ""
    height_cm: int = 0  # 0: not told
    weight_kg: int = 0


@dataclass(frozen=True)
class Gallery:
    """Garments, models and the grid of builds by id, in the manifest's order."""

    garments: Mapping[str, GarmentItem]
    models: Mapping[str, ModelItem]
    builds: Mapping[str, ModelItem] = field(default_factory=dict)


def load_gallery(folder: Path) -> Gallery:
    """Read ``manifest.json`` in an assets folder and check that every file it names is there.

    Pictures in its ``garments`` without an entry, and the garments of the folder that the environment variable
    ``TRYON_GALLERY`` names (with or without a manifest of its own), come first, so that they are seen.

    Args:
        folder: the assets folder.

    Raises:
        GalleryError: naming the file or the entry that is missing or damaged.
    """
    manifest = folder / "manifest.json"
    garments, models, builds = _read_manifest(folder, "Restore it from the repository.")
    if not garments or not models:
        raise GalleryError(f"{manifest} needs at least one garment and one model.")
    own = os.environ.get(GALLERY_FOLDER, "").strip()
    places = [folder / "garments"]
    if own:
        places += [Path(own), Path(own) / "garments"]
        if (Path(own) / "manifest.json").is_file() and Path(own).resolve() != folder.resolve():
            garments = _read_manifest(Path(own), f"Mend it, or unset {GALLERY_FOLDER}.")[0] + garments
    garments = _dropped_items(places, garments) + garments
    for items in (garments, models, builds):
        names = [item.id for item in items]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise GalleryError(f"{manifest} names {', '.join(doubled)} twice.")
    return Gallery(
        {item.id: item for item in garments}, {item.id: item for item in models}, {item.id: item for item in builds}
    )


def read_manifest(folder: Path, advice: str) -> dict[str, Any]:
    """The manifest of an assets folder as it is written.

    Raises:
        GalleryError: it is missing or cannot be read; the sentence ends with the advice.
    """
    manifest = folder / "manifest.json"
    try:
        data = json.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise GalleryError(f"{manifest} is missing. Restore the assets folder from the repository.") from None
    except (OSError, ValueError) as error:
        raise GalleryError(f"{manifest} cannot be read ({error}). {advice}") from error
    if not isinstance(data, dict):
        raise GalleryError(f"{manifest} is not a manifest. {advice}")
    return data


def _read_manifest(folder: Path, advice: str) -> tuple[list[GarmentItem], list[ModelItem], list[ModelItem]]:
    """Garments, models and builds of one folder."""
    data = read_manifest(folder, advice)
    try:
        garments = [_garment_item(entry, folder) for entry in data["garments"]]
        models = [_model_item(entry, folder) for entry in data.get("models", [])]
        builds = [_model_item(entry, folder) for entry in data.get("builds", [])]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GalleryError(
            f"{folder / 'manifest.json'} has an entry that is not as it should be: {error!r}."
        ) from error
    return garments, models, builds


def _dropped_items(places: list[Path], listed: list[GarmentItem]) -> list[GarmentItem]:
    """Entries for the pictures that no manifest names."""
    taken = {item.id for item in listed}
    items = []
    for file in dropped_pictures(places, {item.file for item in listed}):
        name = name_from_file(file)
        identity = new_id(name, taken)
        taken.add(identity)
        mask, category = mask_beside(file), category_from_name(name)
        items.append(GarmentItem(identity, file, mask, name, name, category, "not sure", dropped=True))
    return items


def tile_picture(item: GarmentItem | ModelItem) -> RGBu8:
    """The picture of an entry, cut closer around the garment where its mask is known.

    Raises:
        GalleryError: a picture is damaged.
    """
    image_u8 = _load_image(item.file)
    mask_file = item.mask_file if isinstance(item, GarmentItem) else None
    if mask_file is None:
        return image_u8
    mask_f32 = _load_mask(mask_file)
    return focus_on(image_u8, mask_f32) if mask_f32.shape == image_u8.shape[:2] else image_u8


def tile_address(item: GarmentItem | ModelItem) -> str:
    """Where the browser finds an entry's small picture; another picture has another address, so that it may be kept.

    Args:
        item: an entry.
    """
    kind = "garments" if isinstance(item, GarmentItem) else "models"
    stamps = [path.stat() for path in (item.file, getattr(item, "mask_file", None)) if path is not None]
    seen = repr([(stamp.st_size, stamp.st_mtime_ns) for stamp in stamps]).encode()
    return f"tryon/tile/{kind}/{item.id}.jpg?v={hashlib.sha256(seen).hexdigest()[:12]}"


def build_garment(item: GarmentItem, pipeline: TryOn) -> Garment:
    """Turn an entry of the gallery into a ``Garment``.

    Args:
        item: the entry.
        pipeline: asked only where the manifest has no mask or not all landmarks.

    Raises:
        GalleryError: a picture is damaged, or mask and picture differ in size.
        GarmentNotFoundError: an incomplete entry in whose picture no garment can be found.
    """
    if item.dropped:
        return _understand_dropped(item, pipeline)
    image_u8 = _load_image(item.file)
    alpha_f32 = None if item.mask_file is None else _load_mask(item.mask_file)
    if alpha_f32 is not None and alpha_f32.shape != image_u8.shape[:2]:
        raise GalleryError(f"{item.mask_file} and {item.file.name} differ in size.")
    if not item.complete or alpha_f32 is None or item.landmarks_px is None:
        return pipeline.understand_garment(image_u8, category=item.category, photo="flat", alpha_f32=alpha_f32)
    return Garment(
        image_u8=image_u8,
        alpha_f32=alpha_f32,
        category=item.category,
        category_probability={name: float(name == item.category) for name in CATEGORIES},
        label=item.label,
        label_probability={item.label: 1.0},
        landmarks_px=dict(item.landmarks_px),
        sleeve=item.sleeve,
        leg=item.leg,
        worn=item.worn,
        attributes=_told(front=item.front, layer=item.layer),
    )


def _told(**values: str) -> dict[str, Guess]:
    """Attributes that the manifest states, as certain as can be."""
    return {
        name: Guess(value, {other: float(other == value) for other in ATTRIBUTES[name]})
        for name, value in values.items()
        if value
    }


def _understand_dropped(item: GarmentItem, pipeline: TryOn) -> Garment:
    image_u8, alpha_f32 = load_picture_with_alpha(item.file, what=f"picture {item.file.name}")
    if alpha_f32 is None and item.mask_file is not None:
        mask_f32 = _load_mask(item.mask_file)
        alpha_f32 = mask_f32 if mask_f32.shape == image_u8.shape[:2] else None
    return pipeline.understand_garment(image_u8, alpha_f32=alpha_f32)


def _load_image(path: Path) -> RGBu8:
    try:
        return load_picture(path, what=f"gallery picture {path.name}")
    except TryOnError as error:
        raise GalleryError(f"{error} Restore the assets folder from the repository.") from error


def _load_mask(path: Path) -> MaskF32:
    mask_u8 = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), cv2.IMREAD_GRAYSCALE)
    if mask_u8 is None:
        raise GalleryError(f"{path} is not a picture. Restore the assets folder from the repository.")
    return mask_u8.astype(np.float32) / np.float32(255)


def _garment_item(entry: dict[str, Any], folder: Path) -> GarmentItem:
    identity = str(entry["id"])
    category = entry["category"]
    label = entry.get("label", "not sure")
    if category not in CATEGORIES:
        raise ValueError(f"garment {identity}: category {category!r}")
    if label != "not sure" and label not in GARMENT_LABELS:
        raise ValueError(f"garment {identity}: label {label!r}")
    file = _asset(folder, entry["file"])
    mask = entry.get("mask")
    landmarks = entry.get("landmarks_px")
    return GarmentItem(
        id=identity,
        file=file,
        mask_file=_asset(folder, mask) if mask else None,
        name=str(entry["name"]),
        name_zh=str(entry.get("name_zh", "")),
        category=category,
        label=label,
        colours=tuple(str(colour) for colour in entry.get("colours", ())),
        sleeve=cast("SleeveLength | None", _one_of(entry.get("sleeve"), "sleeve", identity)),
        leg=cast("LegLength | None", _one_of(entry.get("leg"), "leg", identity)),
        front=_one_of(entry.get("front"), "front", identity) or "",
        layer=_one_of(entry.get("layer"), "layer", identity) or "",
        worn=bool(entry.get("worn", False)),
        landmarks_px={name: (float(x), float(y)) for name, (x, y) in landmarks.items()} if landmarks else None,
    )


def _model_item(entry: dict[str, Any], folder: Path) -> ModelItem:
    return ModelItem(
        id=str(entry["id"]),
        file=_asset(folder, entry["file"]),
        name=str(entry["name"]),
        name_zh=str(entry.get("name_zh", "")),
        sex=str(entry.get("sex", "")),
        build=str(entry.get("build", "")),
        skin=str(entry.get("skin", "")),
        height_cm=int(entry.get("height_cm") or 0),
        weight_kg=int(entry.get("weight_kg") or 0),
    )


def _one_of(value: Any, attribute: str, identity: str) -> str | None:
    allowed = ATTRIBUTES[attribute]
    if value is None or value in allowed:
        return value
    raise ValueError(f"garment {identity}: {value!r} is none of {', '.join(allowed)}")


def _asset(folder: Path, name: str) -> Path:
    root = folder.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise ValueError(f"{name!r} lies outside the assets folder")
    if not path.is_file():
        raise GalleryError(f"{path} is missing, though the manifest names it. Restore it from the repository.")
    return path


def _needed_landmarks(category: Category, label: str, sleeve: SleeveLength | None) -> list[str]:
    if category == "lower":
        stems = ["waist", "hem"] if label == "Skirt" else ["waist", "leg_out", "leg_in"]
        single = [] if label == "Skirt" else ["crotch"]
    else:
        stems = ["neck", "shoulder", "armpit", "hem"] + (
            ["cuff_out", "cuff_in"] if sleeve not in (None, "none") else []
        )
        single = []
    return [f"{stem}_{side}" for stem in stems for side in ("left", "right")] + single
