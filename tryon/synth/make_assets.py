"""Draw the gallery's garments and the virtual models, and write their manifest.

``python -m tryon.synth.make_assets --data ../shared/data --out assets``; the same seed gives the same
pictures. ``--only garments`` needs neither a body model nor OpenGL.
"""

from __future__ import annotations

import argparse
import json
import os
import zlib
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.synth.flat import Studio, draw_flat
from tryon.synth.gallery import GARMENTS, GalleryGarment
from tryon.synth.open_tops import JacketCut
from tryon.types import GARMENT_LABELS

LIGHT_SHARE = 0.35  # 53 lamps a person instead of 150: hardly rougher, a third of the time
JPEG_QUALITY = 90  # about 40 KB a garment; below 85 fine stripes ring


def garment_rng(seed: int, name: str) -> np.random.Generator:
    """A generator that depends on the garment alone, so that adding one leaves the others as they are."""
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def make_garment(garment: GalleryGarment, folder: Path, seed: int) -> dict[str, Any]:
    """Draw one garment, write picture and mask, return its entry of the manifest."""
    rng = garment_rng(seed, garment.id)
    pattern = garment.pattern()
    studio = Studio(ground=garment.ground, turn_deg=float(rng.normal(0, 0.5)))
    picture = draw_flat(pattern, garment.look, studio, rng)
    image_path, mask_path = folder / f"{garment.id}.jpg", folder / f"{garment.id}.mask.png"
    cv2.imwrite(
        str(image_path),
        picture.image_u8[..., ::-1],
        [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1],
    )
    cv2.imwrite(str(mask_path), picture.mask_u8, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    is_open = isinstance(garment.cut, JacketCut)
    lower = GARMENT_LABELS[garment.label] == "lower"
    front = None if lower else "open" if is_open else "closed"
    layer = None if GARMENT_LABELS[garment.label] != "upper" else "outer" if is_open else "inner"
    return {
        "id": garment.id,
        "file": f"garments/{image_path.name}",
        "mask": f"garments/{mask_path.name}",
        "name": garment.name,
        "name_zh": garment.name_zh,
        "category": GARMENT_LABELS[garment.label],
        "label": garment.label,
        "colours": list(garment.colours),
        "sleeve": pattern.sleeve,
        "leg": pattern.leg,
        "front": front,
        "layer": layer,
        "landmarks_px": {name: list(point) for name, point in picture.landmarks_px.items()},
    }


def make_garments(out: Path, seed: int, only: set[str] | None = None) -> list[dict[str, Any]]:
    """Draw all garments (or those named) into ``out/garments``."""
    folder = out / "garments"
    folder.mkdir(parents=True, exist_ok=True)
    return [make_garment(g, folder, seed) for g in GARMENTS if only is None or g.id in only]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("TRYON_DATA", "../shared/data")))
    parser.add_argument("--out", type=Path, default=Path("assets"))
    parser.add_argument("--drapes", type=Path, default=Path("data/drapes"), help="folder of simulated cloth")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--light", type=float, default=LIGHT_SHARE, help="share of the lamps' samples; 1 is the smoothest"
    )
    parser.add_argument("--names", nargs="*", default=None, help="ids: draw these garments or models alone")
    parser.add_argument("--only", choices=["garments", "models", "builds"], default=None)
    args = parser.parse_args()
    manifest_path = args.out / "manifest.json"
    manifest: dict[str, Any] = {"garments": [], "models": [], "builds": []}
    if manifest_path.is_file():
        manifest |= json.loads(manifest_path.read_text("utf-8"))
    only = set(args.names) if args.names else None
    if args.only in (None, "garments"):
        drawn = make_garments(args.out, args.seed, only)
        manifest["garments"] = in_order(manifest["garments"], drawn)
    if args.only != "garments":
        draw_people(args, manifest, only)
    manifest_path.parent.mkdir(parents=True, exist_ok=True)
    manifest_path.write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", "utf-8")


def in_order(old: list[dict[str, Any]], drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries of the manifest in the table's order, new ones in place of old ones; others follow as they were."""
    entries = {entry["id"]: entry for entry in [*old, *drawn]}
    table = [garment.id for garment in GARMENTS]
    ours = [entries.pop(identity) for identity in table if identity in entries]
    return ours + list(entries.values())


def draw_people(args: argparse.Namespace, manifest: dict[str, Any], only: set[str] | None) -> None:
    """Draw virtual models and the grid of builds; changes the manifest."""
    from tryon.synth.bodies import BodyModel
    from tryon.synth.build_grid import build_entries, make_builds
    from tryon.synth.draw import StillSettings  # needs anny and an OpenGL context
    from tryon.synth.model_dressing import Dresser
    from tryon.synth.models_gallery import make_models, manifest_entries

    dresser = Dresser(BodyModel(), args.data, args.drapes)
    if args.only in (None, "models"):
        make_models(dresser, args.out, StillSettings(light_share=args.light), only=only)
        manifest["models"] = manifest_entries(args.out)
    if args.only in (None, "builds"):
        make_builds(dresser, args.out)
        manifest["builds"] = build_entries(args.out)


if __name__ == "__main__":
    main()
