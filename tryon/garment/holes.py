"""Holes and notches that a network leaves in a garment, below a print or beside a fold, are filled by their colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.mask import to_lab
from tryon.types import MaskF32, RGBu8

SIDE = 224  # long side of the garment's box at which colours are counted
NEAR = 0.07  # of the long side: a gap narrower than twice this is looked at
BINS = (16, 14, 14)  # of L*, a*, b*: 6 to 9 units wide
LOW, HIGH = (0.0, -60.0, -60.0), (100.0, 66.0, 66.0)
LEAST = 2.0  # nats by which a gap's colours must be likelier in the garment than in the ground; chosen by eye
SLIT_SIDE = 320  # long side at which slits are looked for
SURE = 0.985  # the network's probability inside of a garment is above
SLIT_EVIDENCE = 2.5  # nats by which a slit's colours must be likelier in the ground
SLIT_MOST, SLIT_LENGTH = 0.05, 0.04  # of the garment's area, and of the picture's long side
MOST_ALIKE = 0.01  # of the sure garment that may have the ground's colours
SHADES = (0.65, 0.45, 0.3)  # of a coloured ground's light that reaches it between sleeve and trunk
COLOURED = 25.0  # chroma from which shaded ground is told from shaded cloth
SMALLEST = 12  # pixels; smaller ones are the edge's business


def mend_holes(image_u8: RGBu8, probability: MaskF32) -> MaskF32:
    """Raise a garment's probability where a gap has the garment's colours and not the ground's.

    Args:
        image_u8: (h, w, 3) uint8. probability: (h, w) float32, the network's.

    Returns:
        (h, w) float32; nothing is lowered.
    """
    ys, xs = np.nonzero(probability > 0.5)
    if len(ys) < 50:
        return probability
    room = 2 + round(0.15 * max(np.ptp(ys), np.ptp(xs)))
    box = (slice(max(0, ys.min() - room), ys.max() + 1 + room), slice(max(0, xs.min() - room), xs.max() + 1 + room))
    near = np.ascontiguousarray(probability[box])
    s = min(1.0, SIDE / max(near.shape))
    size = (max(8, round(near.shape[1] * s)), max(8, round(near.shape[0] * s)))
    p = cv2.resize(near, size, interpolation=cv2.INTER_AREA)
    hard = (p > 0.5).astype(np.uint8)
    r = max(2, round(NEAR * max(size)))
    closed = cv2.morphologyEx(
        cv2.copyMakeBorder(hard, r, r, r, r, cv2.BORDER_CONSTANT),
        cv2.MORPH_CLOSE,
        cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1)),
    )[r:-r, r:-r]
    gaps = ((closed > 0) | (_enclosed(hard) > 0)) & (hard == 0)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(gaps.astype(np.uint8), connectivity=4)
    if count <= 1:
        return probability
    lab = to_lab(np.asarray(cv2.resize(np.ascontiguousarray(image_u8[box]), size, interpolation=cv2.INTER_AREA)))
    likelier = _evidence(lab, p > 0.9, (p < 0.1) & ~gaps)
    if likelier is None:
        return probability
    filled = np.zeros(p.shape, np.float32)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < SMALLEST:
            continue
        piece = labels == label
        # the gap's rim is half cloth, half what is behind: its middle decides
        inner = cv2.erode(piece.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        if float(np.median(likelier[inner if inner.any() else piece])) > LEAST:
            filled[piece] = 1.0
    if not filled.any():
        return probability
    grown = cv2.dilate(filled, np.ones((3, 3), np.uint8))
    raised = probability.copy()
    raised[box] = np.maximum(near, 0.95 * cv2.resize(grown, near.shape[::-1], interpolation=cv2.INTER_LINEAR))
    return raised


def open_slits(image_u8: RGBu8, probability: MaskF32) -> MaskF32:
    """Lower a garment's probability in slits between sleeve and trunk that show the ground's colours.

    The network bridges them where they are narrow. Nothing is opened where the garment itself, a print for example, has
    such colours.

    Args:
        image_u8: (h, w, 3) uint8. probability: (h, w) float32, the network's.

    Returns:
        (h, w) float32; nothing is raised.
    """
    h, w = probability.shape
    s = min(1.0, SLIT_SIDE / max(h, w))
    size = (max(8, round(w * s)), max(8, round(h * s)))
    p = cv2.resize(probability, size, interpolation=cv2.INTER_AREA)
    hard = p > 0.5
    inner = cv2.erode((p > SURE).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    ground = cv2.erode((p < 0.05).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    rgb = np.asarray(cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA), np.uint8)
    lab = to_lab(rgb)
    likelier = _evidence(lab, inner, ground, _in_shade(rgb[ground]))
    if likelier is None:
        return probability
    alien = likelier < -SLIT_EVIDENCE
    if float(alien[inner].mean()) > MOST_ALIKE:
        return probability
    slits = (alien & hard & (p < SURE)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(slits, connectivity=8)
    garment = float(hard.sum())
    kept = [
        k
        for k in range(1, count)
        if stats[k, cv2.CC_STAT_AREA] < SLIT_MOST * garment
        and max(stats[k, cv2.CC_STAT_WIDTH], stats[k, cv2.CC_STAT_HEIGHT]) > SLIT_LENGTH * max(size)
    ]
    if not kept:
        return probability
    lowered = np.where(np.isin(labels, kept), np.minimum(p, 0.1), p).astype(np.float32)
    change = cv2.resize(lowered - p, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.clip(probability + change, 0, 1).astype(np.float32)


def _enclosed(hard: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Holes (h, w) 0 or 1: ground that the picture's border does not reach."""
    around = cv2.copyMakeBorder(hard, 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    cv2.floodFill(around, None, (0, 0), 2)
    return (around[1:-1, 1:-1] == 0).astype(np.uint8)


def _evidence(
    lab: NDArray[np.float32],
    cloth: NDArray[np.bool_],
    ground: NDArray[np.bool_],
    more_ground: NDArray[np.float32] | None = None,
) -> NDArray[np.float32] | None:
    """Log-ratio (h, w) of each pixel's colour in the sure cloth and in the sure ground.

    Args:
        lab: (h, w, 3). cloth, ground: (h, w) bool. more_ground: (n, 3) other colours that ground can have.
    """
    if cloth.sum() < 50 or ground.sum() < 50:
        return None
    flat = _bins(lab)
    seen = flat[ground] if more_ground is None else np.concatenate([flat[ground], _bins(more_ground)])
    shares = []
    for found in (flat[cloth], seen):
        table = np.bincount(found, minlength=int(np.prod(BINS))).astype(np.float32).reshape(BINS)
        for axis in range(3):  # neighbouring colours count too
            table = table + 0.5 * (_shifted(table, axis, 1) + _shifted(table, axis, -1))
        shares.append(table.ravel() / table.sum() + 2e-4)
    return np.asarray(np.log(shares[0] / shares[1])[flat], np.float32)


def _in_shade(rgb_u8: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """(n, 3) Lab colours that a coloured ground, (m, 3) RGB, has where less light falls; None for a grey one."""
    if not len(rgb_u8):
        return None
    middle = np.median(to_lab(rgb_u8[None])[0], axis=0)
    if float(np.hypot(middle[1], middle[2])) <= COLOURED:
        return None
    return to_lab(np.concatenate([rgb_u8 * np.float32(shade) for shade in SHADES]).astype(np.uint8)[None])[0]


def _bins(lab: NDArray[np.float32]) -> NDArray[np.int64]:
    """The cell of each colour (..., 3) in a table of BINS, flat."""
    span = (np.array(HIGH) - np.array(LOW)) / np.array(BINS)
    index = np.clip(((lab - np.array(LOW)) / span).astype(np.int64), 0, np.array(BINS) - 1)
    return np.asarray((index[..., 0] * BINS[1] + index[..., 1]) * BINS[2] + index[..., 2])


def _shifted(table: NDArray[np.float32], axis: int, by: int) -> NDArray[np.float32]:
    out = np.roll(table, by, axis)
    edge = [slice(None)] * 3
    edge[axis] = slice(0, 1) if by > 0 else slice(-1, None)
    out[tuple(edge)] = 0
    return out
