"""The README's picture: virtual models before and after, drawn by the pipeline as it stands."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np

from tryon.images import load_picture
from tryon.pipeline import TryOnPipeline
from tryon.types import RGBu8

# model, garments; chosen to show an upper, a lower and a dress on different people
ROWS = (
    ("ava", ("tee-breton", "hoodie-college", "dress-dots")),
    ("leo", ("shirt-flannel", "tee-ridge", "shorts-khaki")),
)


def draw_picture(assets: Path, height: int = 420) -> RGBu8:
    """Each row: the model, then the model in each garment with the garment in the corner.

    Args:
        assets: folder with ``manifest.json``. height: of a row in pixels.

    Returns:
        (rows x height, W, 3) uint8.
    """
    manifest = json.loads((assets / "manifest.json").read_text(encoding="utf-8"))
    files = {item["id"]: item["file"] for kind in ("models", "garments") for item in manifest[kind]}
    pipeline = TryOnPipeline.from_pretrained()
    rows = []
    for model, garments in ROWS:
        person = pipeline.understand_person(load_picture(assets / files[model]))
        cells = [_cell(person.image_u8, None, height)]
        for name in garments:
            picture = load_picture(assets / files[name])
            garment = pipeline.understand_garment(picture, photo="flat")
            cells.append(_cell(pipeline.dress(person, garment).image, picture, height))
        rows.append(np.concatenate(cells, 1))
    return np.concatenate(rows, 0)


def _cell(image: RGBu8, corner: RGBu8 | None, height: int) -> RGBu8:
    h, w = image.shape[:2]
    middle = image[:, w // 2 - int(0.31 * h) : w // 2 + int(0.31 * h)]
    out = cv2.resize(middle, (round(middle.shape[1] * height / h), height), interpolation=cv2.INTER_AREA)
    if corner is not None:
        side = height // 4
        small = cv2.resize(corner, (side * 3 // 4, side), interpolation=cv2.INTER_AREA)
        out[8 : 8 + side, 8 : 8 + small.shape[1]] = small
    return np.asarray(out, np.uint8)


def main() -> None:
    """Command line: ``python -m tryon.evaluation.readme_picture`` writes ``assets/readme.jpg``."""
    root = Path(__file__).resolve().parents[2]
    picture = draw_picture(root / "assets")
    cv2.imwrite(str(root / "assets" / "readme.jpg"), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 88])


if __name__ == "__main__":
    main()
