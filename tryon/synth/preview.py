"""One sheet of what the data engine draws: gallery garments with their masks and landmarks.

``python -m tryon.synth.preview --out sheet.png``; needs neither a body model nor OpenGL.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from tryon.synth.flat import FlatPicture, Studio, draw_flat
from tryon.synth.gallery import GARMENTS
from tryon.synth.make_assets import garment_rng
from tryon.types import RGBu8

_FRONT, _INSIDE, _POINT = (60, 160, 90), (220, 120, 40), (220, 30, 60)


def annotate(picture: FlatPicture) -> RGBu8:
    """A garment's picture with front and inside tinted and landmarks dotted, (H, W, 3) uint8."""
    out = picture.image_u8.astype(np.float32)
    for mask, colour in ((picture.mask_u8, _FRONT), (picture.inside_u8, _INSIDE)):
        share = 0.45 * mask[..., None].astype(np.float32) / 255
        out = np.asarray(out * (1 - share) + np.array(colour, np.float32) * share, np.float32)
    sheet = np.ascontiguousarray(np.round(out).astype(np.uint8))
    for x, y in picture.landmarks_px.values():
        cv2.circle(sheet, (round(x), round(y)), max(2, sheet.shape[1] // 90), _POINT, -1, cv2.LINE_AA)
    return sheet


def preview_sheet(count: int = 12, columns: int = 6, width: int = 210, seed: int = 1) -> RGBu8:
    """The first ``count`` garments of a shuffled gallery; below each the same, annotated.

    Raises:
        ValueError: count or columns is under 1.
    """
    if count < 1 or columns < 1:
        raise ValueError(f"count and columns must be at least 1, not {count} and {columns}")
    order = np.random.default_rng(seed).permutation(len(GARMENTS))[:count]
    studio = Studio(width=width, height=width * 4 // 3)
    cells = []
    for index in order:
        garment = GARMENTS[int(index)]
        rng = garment_rng(seed, garment.id)
        picture = draw_flat(garment.pattern(), garment.look, replace(studio, ground=garment.ground), rng)
        cells.append(np.vstack([picture.image_u8, annotate(picture)]))
    while len(cells) % columns:
        cells.append(np.full_like(cells[0], 255))
    return np.vstack([np.hstack(cells[k : k + columns]) for k in range(0, len(cells), columns)])


def main() -> None:
    """Write the sheet to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    cv2.imwrite(str(args.out), preview_sheet(args.count, seed=args.seed)[..., ::-1])


if __name__ == "__main__":
    main()
