"""Which side of the garment's edge a pixel is on, by the colours that both sides have nearby.

Far from its edge the network is right; close to it, it is off by a pixel or two of its own small maps. There
each pixel is compared with the mean colours of the sure garment and of the sure ground around it. Colours are
taken from near by, so that a red sleeve on a white shirt, tiles and shadows each have their own; where both
sides look alike, nothing is learnt from colour and the network's own edge stays.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.cores import together
from tryon.garment.mask import to_lab
from tryon.types import MaskF32, RGBu8


@dataclass(frozen=True)
class LocalColour:
    """How the edge is drawn.

    band: half-width of the uncertain band, of the long side: 2 of the network's map pixels. window: half-width
    from which colours are taken, of the long side. spread: least standard deviation of a colour (Lab units):
    noise and JPEG. strength: of colour against the network. most: evidence (nats) that colour can give.
    smooth: of the evidence, of the long side. work: long side of the garment's box at which colours are compared.
    """

    band: float = 0.016
    window: float = 0.06
    spread: float = 3.0
    strength: float = 0.8
    most: float = 4.0
    smooth: float = 0.003
    work: int = 360


def local_cut(image_u8: RGBu8, probability: MaskF32, settings: LocalColour | None = None) -> MaskF32:
    """Re-draw a garment's edge by local colours.

    Args:
        image_u8: (h, w, 3) uint8, some 300 to 600 px long.
        probability: (h, w) float32, the network's.
        settings: how.

    Returns:
        (h, w) float32 0..1, the network's own off the band.
    """
    s = settings or LocalColour()
    ys, xs = np.nonzero(probability > 0.2)
    if len(ys) == 0:
        return probability
    # nothing is compared farther from the garment than this
    room = 2 + round(2 * (s.band + s.window) * max(np.ptp(ys), np.ptp(xs)))
    box = (slice(max(0, ys.min() - room), ys.max() + 1 + room), slice(max(0, xs.min() - room), xs.max() + 1 + room))
    near = np.ascontiguousarray(probability[box])
    scale = min(1.0, s.work / max(near.shape))
    size = (max(8, round(near.shape[1] * scale)), max(8, round(near.shape[0] * scale)))
    small = cv2.resize(np.ascontiguousarray(image_u8[box]), size, interpolation=cv2.INTER_AREA)
    redrawn = _redraw(np.asarray(small, np.uint8), cv2.resize(near, size, interpolation=cv2.INTER_AREA), s)
    out = np.zeros_like(probability)
    out[box] = cv2.resize(redrawn, (near.shape[1], near.shape[0]), interpolation=cv2.INTER_LINEAR)
    return out


def _redraw(image_u8: RGBu8, probability: MaskF32, s: LocalColour) -> MaskF32:
    side = max(probability.shape)
    hard = (probability > 0.5).astype(np.uint8)
    r = max(2, round(s.band * side))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
    inner = cv2.erode(hard, kernel, borderType=cv2.BORDER_REPLICATE) > 0
    outer = cv2.dilate(hard, kernel) == 0
    inner &= probability > 0.8
    outer &= probability < 0.2
    if not inner.any() or not outer.any():
        return probability
    lab = to_lab(image_u8)
    reach = 2 * max(3, round(s.window * side)) + 1
    garment, ground = together(
        lambda: _likelihood(lab, inner, reach, s.spread), lambda: _likelihood(lab, outer, reach, s.spread)
    )
    evidence = garment - ground
    evidence = np.clip(evidence, -s.most, s.most).astype(np.float32)
    evidence = cv2.GaussianBlur(evidence, (0, 0), max(0.5, s.smooth * side))
    p = np.clip(probability, 1e-3, 1 - 1e-3)
    prior = np.log(p / (1 - p))
    joined = 1 / (1 + np.exp(-(prior + s.strength * evidence)))
    return np.where(inner, 1.0, np.where(outer, 0.0, joined)).astype(np.float32)


def _likelihood(lab: np.ndarray, sure: np.ndarray, reach: int, spread: float) -> np.ndarray:
    """Log-likelihood (h, w) of each pixel's colour among the sure pixels around it."""
    weight = sure.astype(np.float32)
    wide = 4 * reach + 1

    def mean(values: np.ndarray) -> np.ndarray:
        # where no sure pixel is near, those farther off count
        return np.asarray(cv2.scaleAdd(cv2.blur(values, (wide, wide)), 1e-3, cv2.blur(values, (reach, reach))))

    count = mean(weight) + np.float32(1e-6)
    out = np.zeros(weight.shape, np.float32)
    for plane in cv2.split(lab):  # one by one: sums over a short last axis take several times as long
        told = plane * weight
        middle = mean(told) / count
        square = mean(plane * told) / count
        variance = np.maximum(square - middle * middle, 0) + np.float32(spread * spread)
        out += (plane - middle) ** 2 / variance + cv2.log(variance)
    return np.asarray(-0.5 * out)
