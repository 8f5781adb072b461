"""Add garments to an assets folder and take them out again: picture, mask and the manifest's entry."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.garment.colours import colour_words
from tryon.images import load_picture_with_alpha, shrink_to, write_atomically
from tryon.types import GARMENT_LABELS, Garment, MaskF32, RGBu8
from tryon.ui.engine import TryOn
from tryon.ui.gallery import GalleryError, read_manifest
from tryon.ui.gallery_folder import MASK_ENDING, name_from_file, new_id

LONGEST_SIDE = 1024  # pixels: a result on a phone's photo shows no more of a garment
JPEG_QUALITY = 90  # below 85 fine stripes ring
MARGIN = 0.08  # of the garment's longer side, left free around it
ASPECT = 3 / 4  # width to height of the gallery's tiles
SURE = 0.6  # of a category; under this the visitor has to say it
NOT_SURE_LABEL = "not sure"


@dataclass(frozen=True)
class Wish:
    """What the owner says of a garment; empty: find out.

    category: auto, upper, lower or dress. front: open or closed. colours: words; empty: from the picture.
    """

    name: str = ""
    name_zh: str = ""
    category: str = "auto"
    front: str = ""
    colours: tuple[str, ...] = ()


def add_garment(picture: Path, folder: Path, pipeline: TryOn, wish: Wish) -> dict[str, Any]:
    """Understand a picture and put it into an assets folder.

    The picture is turned upright, cut closer, encoded anew without metadata; of a photo of somebody wearing the
    garment only the garment is kept. Files are written before the manifest, and the manifest in one step, so that a
    reader never sees half a garment.

    Args:
        picture: of one garment. folder: of ``manifest.json``, which is made where there is none.
        pipeline: understands it. wish: what is known of it.

    Returns:
        The manifest's new entry.

    Raises:
        TryOnError: it is no picture, shows no garment, or its category cannot be told.
        GalleryError: the manifest is damaged.
    """
    data = _manifest(folder)
    image_u8, own = load_picture_with_alpha(picture, what=f"picture {picture.name}")
    garment = pipeline.understand_garment(image_u8, category=wish.category, alpha_f32=own)
    _refuse_doubtful(garment, wish)
    shown, alpha_f32, points = _framed(garment)
    name = wish.name.strip() or name_from_file(picture)
    identity = new_id(name, {str(entry.get("id")) for entry in data["garments"]} | _stems(folder))
    file, mask = f"garments/{identity}.jpg", f"garments/{identity}{MASK_ENDING}"
    entry = {
        "id": identity,
        "file": file,
        "mask": mask,
        "name": name,
        "name_zh": wish.name_zh.strip() or name,
        "category": garment.category,
        "label": garment.label if GARMENT_LABELS.get(garment.label) == garment.category else NOT_SURE_LABEL,
        "colours": list(wish.colours or colour_words(shown, alpha_f32)),
        "sleeve": garment.sleeve,
        "leg": garment.leg,
        "front": wish.front or _sure_of(garment, "front"),
        "layer": "outer" if wish.front == "open" else _sure_of(garment, "layer"),
        "worn": garment.worn,
        "landmarks_px": points,
    }
    try:
        write_atomically(folder / file, _jpeg(shown))
        write_atomically(folder / mask, _mask_png(alpha_f32))
        data["garments"].append(entry)
        _write(folder, data)
    except BaseException:
        for written in (file, mask):
            with suppress(OSError):
                (folder / written).unlink(missing_ok=True)
        raise
    return entry


def remove_garment(identity: str, folder: Path) -> dict[str, Any]:
    """Take a garment out of an assets folder, its files too.

    Returns:
        The entry that was.

    Raises:
        BadRequestError: there is none of this id.
        GalleryError: the manifest is missing or damaged.
    """
    data = _manifest(folder, must_be=True)
    found = [entry for entry in data["garments"] if entry.get("id") == identity]
    if not found:
        raise BadRequestError(f"There is no garment {identity!r} in {folder}. See them with: gallery list.")
    data["garments"] = [entry for entry in data["garments"] if entry.get("id") != identity]
    _write(folder, data)  # first, so that no manifest ever names files that are gone
    root = folder.resolve()
    for name in (found[0].get("file"), found[0].get("mask")):
        path = (root / str(name)).resolve()
        if name and path.is_relative_to(root):
            with suppress(OSError):
                path.unlink(missing_ok=True)
    return found[0]


def list_garments(folder: Path) -> list[dict[str, Any]]:
    """The entries of an assets folder's garments.

    Raises:
        GalleryError: the manifest is missing or damaged.
    """
    entries: list[dict[str, Any]] = _manifest(folder, must_be=True)["garments"]
    return entries


def _manifest(folder: Path, *, must_be: bool = False) -> dict[str, Any]:
    if not must_be and not (folder / "manifest.json").exists():
        return {"garments": [], "models": []}
    data = read_manifest(folder, "Restore it before you change the gallery.")
    garments = data.setdefault("garments", [])
    if not isinstance(garments, list) or not all(isinstance(entry, dict) for entry in garments):
        raise GalleryError(f"{folder / 'manifest.json'} has no list of garments. Restore it from the repository.")
    return data


def _write(folder: Path, data: dict[str, Any]) -> None:
    write_atomically(folder / "manifest.json", (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode())


def _stems(folder: Path) -> set[str]:
    """Names of files that are there without an entry: a new garment does not overwrite them."""
    place = folder / "garments"
    return {file.name.split(".")[0] for file in place.iterdir()} if place.is_dir() else set()


def _refuse_doubtful(garment: Garment, wish: Wish) -> None:
    if wish.category == "auto" and garment.category_probability.get(garment.category, 0.0) < SURE:
        shares = sorted(garment.category_probability.items(), key=lambda pair: -pair[1])
        told = ", ".join(f"{name} {share:.0%}" for name, share in shares)
        raise BadRequestError(f"It is not clear what kind of garment this is ({told}). Say it with --category.")
    if not garment.landmarks_px:
        raise GarmentNotFoundError(
            "The garment's shape cannot be made out. Use a picture that shows all of it from the front, laid flat."
        )


def _sure_of(garment: Garment, name: str) -> str | None:
    guess = garment.attributes.get(name)
    return None if guess is None or guess.value == NOT_SURE_LABEL else guess.value


def _framed(garment: Garment) -> tuple[RGBu8, MaskF32, dict[str, list[float]]]:
    """Picture, mask and landmarks, cut closer around the garment and made small."""
    image_u8, alpha_f32 = garment.image_u8, garment.alpha_f32
    if garment.worn:  # whoever wears it is nobody's business, and a face is not a garment
        share = alpha_f32[..., None]
        image_u8 = np.round(image_u8 * share + 255 * (1 - share)).astype(np.uint8)
    x0, y0, x1, y1 = _window(alpha_f32)
    image_u8, alpha_f32 = image_u8[y0:y1, x0:x1], alpha_f32[y0:y1, x0:x1]
    shown = shrink_to(np.ascontiguousarray(image_u8), LONGEST_SIDE)
    h, w = shown.shape[:2]
    scale_x, scale_y = w / image_u8.shape[1], h / image_u8.shape[0]
    mask_f32 = np.asarray(cv2.resize(np.ascontiguousarray(alpha_f32), (w, h), interpolation=cv2.INTER_AREA), np.float32)
    points = {
        name: [round((x - x0 + 0.5) * scale_x - 0.5, 1), round((y - y0 + 0.5) * scale_y - 0.5, 1)]
        for name, (x, y) in garment.landmarks_px.items()
    }
    return shown, mask_f32, points


def _window(alpha_f32: MaskF32) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of a part of the picture with the tiles' proportions, as far as the picture goes."""
    h, w = alpha_f32.shape
    ys, xs = np.nonzero(alpha_f32 > 0.1)
    if not len(ys):
        raise GarmentNotFoundError("No garment can be told from its background. Lay it on another ground.")
    free = MARGIN * float(max(np.ptp(xs), np.ptp(ys)))
    need_w, need_h = float(np.ptp(xs)) + 1 + 2 * free, float(np.ptp(ys)) + 1 + 2 * free
    need_w, need_h = max(need_w, need_h * ASPECT), max(need_h, need_w / ASPECT)
    across = _span(float(xs.min() + xs.max()) / 2, need_w, w)
    down = _span(float(ys.min() + ys.max()) / 2, need_h, h)
    return across[0], down[0], across[1], down[1]


def _span(middle: float, wanted: float, limit: int) -> tuple[int, int]:
    size = min(limit, math.ceil(wanted))
    first = int(np.clip(round(middle - size / 2), 0, limit - size))
    return first, first + size


def _jpeg(image_u8: RGBu8) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return cv2.imencode(".jpg", cv2.cvtColor(image_u8, cv2.COLOR_RGB2BGR), options)[1].tobytes()


def _mask_png(alpha_f32: MaskF32) -> bytes:
    mask_u8 = np.rint(np.clip(alpha_f32, 0, 1) * 255).astype(np.uint8)
    return cv2.imencode(".png", mask_u8, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()
