"""What kind of pattern a garment's cloth has, read from its pixels: plain, striped, checked or printed."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import MaskF32, RGBu8

Pattern = Literal["plain", "striped", "checked", "patterned", ""]
PATTERNS: tuple[Pattern, ...] = ("plain", "striped", "checked", "patterned")
PATTERN_NUMBERS = 8
SIDE = 320  # pixels of the garment's longer side: a stripe of half a centimetre is two of them
CELL = 40  # pixels: a part of the garment with a few stripes or checks in it
SLOPE = 2.0  # L*a*b* units a pixel: soft folds are under it
EDGE = 9  # pixels beside the garment's outline, where seams and shadows are


def read_pattern(image_u8: RGBu8, alpha_f32: MaskF32) -> tuple[NDArray[np.float32], Pattern]:
    """Measure a pattern.

    Args:
        image_u8: (H, W, 3) sRGB.
        alpha_f32: (H, W) 0..1, the garment.

    Returns:
        (8,) float32 measures, each about 0..1, and a word; "" where the garment is too small to tell.
    """
    ys, xs = np.nonzero(alpha_f32 > 0.5)
    if len(ys) < 400:
        return np.zeros(PATTERN_NUMBERS, np.float32), ""
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    image, mask = image_u8[box], alpha_f32[box]
    scale = SIDE / max(mask.shape)
    size = (max(8, round(mask.shape[1] * scale)), max(8, round(mask.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=way)).astype(np.float32) / 255
    inside = np.asarray(cv2.resize(np.ascontiguousarray(mask), size, interpolation=way)) > 0.9
    inside = cv2.erode(inside.astype(np.uint8), np.ones((EDGE, EDGE), np.uint8), borderValue=0) > 0
    if inside.sum() < 400:
        return np.zeros(PATTERN_NUMBERS, np.float32), ""
    numbers = _numbers(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), np.float32), inside)
    return numbers, _word(numbers)


def _numbers(lab: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    weight = inside.astype(np.float32)

    def blur(picture: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
        share = np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
        return np.asarray(cv2.GaussianBlur(picture * weight[..., None], (0, 0), sigma) / share[..., None], np.float32)

    fine = blur(lab, 0.8)
    detail = fine - blur(lab, 14.0)  # without folds and the light's fall
    strength = np.sqrt((detail**2).sum(2))[inside]
    colour = np.sqrt((detail[..., 1:] ** 2).sum(2))[inside]
    dx = np.stack([cv2.Sobel(fine[..., c], cv2.CV_32F, 1, 0, ksize=3) for c in range(3)], 2) / 8
    dy = np.stack([cv2.Sobel(fine[..., c], cv2.CV_32F, 0, 1, ksize=3) for c in range(3)], 2) / 8
    slope = np.sqrt((dx**2 + dy**2).sum(2))[inside]
    strong = slope > SLOPE
    first, across = _directions(dx, dy, inside)
    cells = cv2.resize((np.sqrt((detail**2).sum(2)) * weight), (12, 12), interpolation=cv2.INTER_AREA)
    there = cv2.resize(weight, (12, 12), interpolation=cv2.INTER_AREA)
    busy = (cells / np.maximum(there, 1e-3))[there > 0.6]
    everywhere = float((busy > 3.5).mean()) if len(busy) else 0.0
    return np.array(
        [
            min(1.0, float(strength.mean()) / 15),
            min(1.0, float(colour.mean()) / 10),
            float(strong.mean()) * 2,
            first,
            across,
            everywhere,
            min(1.0, float(np.percentile(strength, 97)) / 40),
            min(1.0, float(slope.mean()) / 5),
        ],
        np.float32,
    )


def _directions(dx: NDArray[np.float32], dy: NDArray[np.float32], inside: NDArray[np.bool_]) -> tuple[float, float]:
    """How much of the edges lie in one direction, and how much at right angles to it, in a part of the garment.

    Looked at part by part, as the cloth of a sleeve lies at another angle than that of the front.
    """
    xx, yy, xy = ((a * b).sum(2) for a, b in ((dx, dx), (dy, dy), (dx, dy)))
    slope = np.sqrt(xx + yy)
    angle = (0.5 * np.arctan2(2 * xy, xx - yy)) % np.pi
    found, weights = [], []
    h, w = inside.shape
    for y in range(0, h, CELL):
        for x in range(0, w, CELL):
            part = slice(y, y + CELL), slice(x, x + CELL)
            use = inside[part] & (slope[part] > SLOPE)
            if inside[part].sum() < CELL * CELL / 2 or use.sum() < CELL:
                continue
            bins = np.histogram(angle[part][use], bins=12, range=(0, np.pi), weights=slope[part][use])[0]
            three = (bins + np.roll(bins, -1) + np.roll(bins, 1)) / bins.sum()  # a direction is 45 degrees wide
            best = int(three.argmax())
            found.append((three[best], three[(best + 6) % 12]))
            weights.append(bins.sum())
    if not found:
        return 0.0, 0.0
    first, across = np.average(np.array(found), axis=0, weights=np.array(weights))
    return float(first), float(across)


def _word(numbers: NDArray[np.float32]) -> Pattern:
    """The likeliest word; the numbers are set on the gallery's 64 garments, whose cloth is known."""
    contrast, _, share, first, across, _, peak, fine = numbers
    if contrast >= 0.35:  # two colours that differ
        if first > 0.75:
            return "striped"
        return "checked" if across > 0.27 and first + across > 0.56 else "patterned"
    if share > 0.5 and first < 0.5:
        return "checked"  # soft ones, as of suits
    if share > 0.25 and first > 0.7 and fine > 2.05 * contrast:
        return "striped"  # fine ones; pleats and ribs are as straight, but soft
    return "patterned" if peak > 0.3 and peak > 1.9 * contrast else "plain"  # a print on plain cloth
