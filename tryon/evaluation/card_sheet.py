"""Rows of pictures with a caption each, for the model card."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from tryon.images import write_atomically
from tryon.types import RGBu8

CAPTION_PX, GAP = 20, 12
MAX_BYTES = 150_000  # of a picture in the repository
GROUND = 255


@dataclass(frozen=True)
class Row:
    """Pictures that are compared, (h, w, 3) uint8 of any sizes, and one line of plain English about them."""

    caption: str
    pictures: tuple[RGBu8, ...]


def draw_sheet(rows: Sequence[Row], *, height: int = 236, width: int = 1180) -> RGBu8:
    """Lay rows out one after the other, as words in lines, each with its caption above it.

    Args:
        rows: in reading order. height: of every picture, pixels. width: of the sheet; only a wider row passes it.

    Returns:
        (H, W, 3) uint8.
    """
    lines: list[list[RGBu8]] = [[]]
    for block in (_block(row, height) for row in rows):
        if lines[-1] and sum(each.shape[1] + GAP for each in lines[-1]) + block.shape[1] > width:
            lines.append([])
        lines[-1].append(block)
    widest = max(sum(each.shape[1] + GAP for each in line) - GAP for line in lines)
    out = np.full((len(lines) * (height + CAPTION_PX + GAP) - GAP, widest, 3), GROUND, np.uint8)
    for number, line in enumerate(lines):
        x, y = 0, number * (height + CAPTION_PX + GAP)
        for block in line:
            out[y : y + block.shape[0], x : x + block.shape[1]] = block
            x += block.shape[1] + GAP
    return out


def crop_to(pictures: Sequence[RGBu8], box: tuple[int, int, int, int]) -> tuple[RGBu8, ...]:
    """The same part (x0, y0, x1, y1) of pictures of one size."""
    x0, y0, x1, y1 = box
    return tuple(picture[y0:y1, x0:x1] for picture in pictures)


def write_jpeg(picture: RGBu8, path: Path) -> int:
    """Write a picture in the best quality that stays under MAX_BYTES, and return its bytes."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    data = b""
    for quality in range(92, 40, -4):
        data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(data) <= MAX_BYTES:
            break
    write_atomically(path, data)
    return len(data)


def _block(row: Row, height: int) -> RGBu8:
    pictures = [_fit(picture, height) for picture in row.pictures]
    strips = [np.full((height, 3, 3), GROUND, np.uint8)] * len(pictures)
    line = np.concatenate([part for pair in zip(pictures, strips) for part in pair][:-1], 1)
    size = max(line.shape[1], round(6.3 * len(row.caption)) + 6)
    out = np.full((height + CAPTION_PX, size, 3), GROUND, np.uint8)
    cv2.putText(out, row.caption, (2, 14), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (40, 40, 40), 1, cv2.LINE_AA)
    out[CAPTION_PX:, : line.shape[1]] = line
    return out


def _fit(picture: RGBu8, height: int) -> RGBu8:
    width = max(1, round(picture.shape[1] * height / picture.shape[0]))
    return np.asarray(cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
