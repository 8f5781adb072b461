"""What belongs to a garment's mask and what does not: gaps of plain ground, rims, loose pieces, pinholes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.mask import Ground, fit_ground, to_lab
from tryon.types import MaskF32, RGBu8

GAP_SIDE = 384  # long side at which gaps are looked for: the narrowest are 2 px wide there
SURE_GARMENT = 0.985  # the network's probability inside prints of the ground's colour is above
DEEPEST_SHADOW = 26.0  # L* under the ground that a gap's shadow may be
MAX_LIKENESS = 0.02  # part of the sure garment that may look like the ground
MAX_OPENED = 0.06  # of the garment; more is the garment itself
MAX_GAP = 0.022  # half-width of a gap that may be opened, of the long side


def ground_of(image_u8: RGBu8) -> Ground:
    """The ground of a picture (h, w, 3) uint8 at the size at which gaps are looked for."""
    h, w = image_u8.shape[:2]
    s = min(1.0, GAP_SIDE / max(h, w))
    size = (max(8, round(w * s)), max(8, round(h * s)))
    return fit_ground(to_lab(np.asarray(cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA), np.uint8)))


def open_gaps(ground: Ground, probability: MaskF32) -> MaskF32:
    """Take plain ground out of narrow gaps (between legs, beside sleeves) that the network bridges.

    Pixels that look like the ground, or like it in shadow, and can be reached from it lose their
    probability, unless the network is sure of them or the garment itself looks like that.

    Args:
        ground: of ``ground_of`` the same picture. probability: (h, w) float32, the network's.
    """
    h, w = probability.shape
    if not ground.plain:
        return probability
    size = (ground.offset.shape[1], ground.offset.shape[0])
    p = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    hard = p > 0.5
    inner = cv2.erode((p > SURE_GARMENT).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    offset = cv2.GaussianBlur(ground.offset, (0, 0), 0.8)  # single noisy pixels must not stop the flood
    chroma = np.hypot(offset[..., 1], offset[..., 2])
    level = max(3.0, 2.5 * ground.sigma)
    shaded = (chroma < level) & (offset[..., 0] < 3) & (offset[..., 0] > -DEEPEST_SHADOW)
    near = np.hypot(chroma, offset[..., 0]) < level
    for like in (shaded | near, near):
        if inner.any() and float(like[inner].mean()) > MAX_LIKENESS:
            continue
        free = like & (p < SURE_GARMENT) | ~hard
        labels = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)[1]
        reached = np.isin(labels, np.unique(labels[~hard & free])) & free
        opened = reached & hard
        wide = cv2.distanceTransform(opened.astype(np.uint8), cv2.DIST_L2, 3) > MAX_GAP * max(size)
        if wide.any():  # no gap that the network would miss: a pale garment on a pale ground
            continue
        if float(opened.sum()) < MAX_OPENED * float(hard.sum()):
            lowered = np.where(opened, np.minimum(p, 0.2), p).astype(np.float32)
            change = cv2.resize(lowered - p, (w, h), interpolation=cv2.INTER_LINEAR)
            return np.clip(probability + change, 0, 1).astype(np.float32)
    return probability


def drop_slivers(whole: MaskF32, inside: MaskF32, *, thin: float = 0.009) -> MaskF32:
    """Drop the thin rims that stay beside a cut-out inside: a hood's edge, the ends of a waistband.

    Args:
        whole: (h, w) garment. inside: (h, w), the inside of its back.
        thin: half-width of what is a rim, of the long side.
    """
    hard = (inside > 0.5).astype(np.uint8)
    if not hard.any():
        return whole
    side = max(whole.shape)
    reach, radius = round((0.02 + 1.2 * thin) * side), max(2, round(thin * side))
    near = cv2.dilate(hard, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))) > 0
    front = (whole > 0.5) & (hard == 0)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    opened = cv2.morphologyEx(front.astype(np.uint8), cv2.MORPH_OPEN, kernel) > 0
    rest = (front & near & ~opened).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
    # corners of the cloth are short, rims are long
    long = [i for i in range(1, count) if max(stats[i, 2], stats[i, 3]) > 0.05 * side]
    if not long:
        return whole
    return np.where(np.isin(labels, long), 0.0, whole).astype(np.float32)


def drop_loose(whole: MaskF32, inside: MaskF32, *, smallest: float = 0.03) -> MaskF32:
    """Drop what a cut-out inside has cut off: a hanger, the back's upper edge, the wall behind it.

    Args:
        whole: (h, w) garment. inside: (h, w), the inside of its back.
        smallest: part of the garment that a piece must have to stay.
    """
    if float(inside.max(initial=0.0)) < 0.5:
        return whole
    front = ((whole > 0.5) & (inside < 0.5)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(front, connectivity=4)
    limit = smallest * float(front.sum())
    # only beside and above the inside: a cuff that the mask has lost touch with stays
    low = float(np.nonzero(inside > 0.5)[0].max()) + 0.02 * max(whole.shape)
    loose = [i for i in range(1, count) if stats[i, 4] < limit and stats[i, 1] + stats[i, 3] < low]
    if not loose:
        return whole
    gone = cv2.dilate(np.isin(labels, loose).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    kept = (front > 0) & ~np.isin(labels, loose)
    return np.where(gone & ~kept, 0.0, whole).astype(np.float32)


def keep_main(mask: MaskF32, probability: MaskF32) -> MaskF32:
    """Drop what is not joined to the garment, unless it is large and the network is sure of it."""
    hard = (mask > 0.5).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(hard, connectivity=8)
    if count <= 2:
        return _fill_pinholes(mask, hard)
    areas: NDArray[np.int32] = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    kept = np.zeros(mask.shape, bool)
    for label in np.flatnonzero(areas):
        piece = labels == label
        large = areas[label] > 0.03 * areas.max() and float(probability[piece].mean()) > 0.8
        if areas[label] == areas.max() or large:
            kept |= piece
    near = cv2.dilate(kept.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return _fill_pinholes(np.where(near, mask, 0).astype(np.float32), kept.astype(np.uint8))


def _fill_pinholes(mask: MaskF32, hard: NDArray[np.uint8], largest: float = 0.0015) -> MaskF32:
    """Close holes under ``largest`` of the garment: buttons and bright threads."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(1 - hard, connectivity=4)
    limit = largest * float(hard.sum())
    small = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] < limit]
    return np.where(np.isin(labels, small), 1.0, mask).astype(np.float32) if small else mask
