"""From a coarse mask to a crisp alpha at the picture's own resolution."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import MaskF32, RGBu8

EPSILON = 1e-4  # guided filter's regularisation, for a guide in 0..1: keeps steps of 1% and more
LOW, HIGH = 0.35, 0.75  # filtered values that become 0 and 1; off centre, so that no ground is left on the rim


def refine_alpha(
    image_u8: RGBu8, coarse: MaskF32, *, band_px: float = 2.5, low: float = LOW, high: float = HIGH
) -> MaskF32:
    """Pull a coarse mask's edge onto the picture's edges.

    The guided filter (He, Sun, Tang 2010, eq. 5 and 6, with a colour guide and sub-sampled
    coefficients) makes alpha locally linear in colour; it is trusted only within ``band_px`` coarse
    pixels of the coarse edge, so that prints stay opaque and the ground stays empty.

    Args:
        image_u8: (H, W, 3) uint8.
        coarse: (h, w) float32 0..1, the same picture at a smaller (or equal) size.
        band_px: half-width of the uncertain band, in coarse pixels.
        low, high: filtered values that become 0 and 1.

    Returns:
        (H, W) float32, 0..1; exactly 0 and 1 off the band.
    """
    height, width = image_u8.shape[:2]
    h, w = coarse.shape
    ratio = max(height / h, width / w)
    r = max(1, round(band_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
    hard = (coarse > 0.5).astype(np.uint8)
    sure = cv2.erode(hard, kernel, borderType=cv2.BORDER_REPLICATE)
    possible = cv2.dilate(hard, kernel)
    size = (width, height)
    out = np.zeros((height, width), np.float32)
    if not possible.any():
        return out
    start = cv2.resize(np.ascontiguousarray(coarse, np.float32), size, interpolation=cv2.INTER_LINEAR)
    radius = max(2, round(band_px * ratio))
    step = max(1, round(ratio))
    box = _box(cv2.resize(possible, size, interpolation=cv2.INTER_NEAREST) > 0, 3 * radius)
    filtered = _guided(np.ascontiguousarray(image_u8[box]), np.ascontiguousarray(start[box]), radius, step)
    alpha = np.clip((filtered - low) / (high - low), 0, 1)
    alpha[cv2.resize(sure, size, interpolation=cv2.INTER_NEAREST)[box] > 0] = 1
    alpha[cv2.resize(possible, size, interpolation=cv2.INTER_NEAREST)[box] == 0] = 0
    out[box] = alpha
    return out


def _box(mask: NDArray[np.bool_], room: int) -> tuple[slice, slice]:
    """The rows and columns of a mask that is not empty, with some room."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return (
        slice(max(0, int(rows[0]) - room), int(rows[-1]) + 1 + room),
        slice(max(0, int(columns[0]) - room), int(columns[-1]) + 1 + room),
    )


def _guided(guide_u8: RGBu8, source: MaskF32, radius: int, step: int) -> MaskF32:
    """Colour guided filter with coefficients computed on every ``step``-th pixel."""
    h, w = source.shape
    small = (max(1, w // step), max(1, h // step))
    full = guide_u8.astype(np.float32) / 255.0
    g = cv2.resize(full, small, interpolation=cv2.INTER_AREA) if step > 1 else full
    p = cv2.resize(source, small, interpolation=cv2.INTER_AREA) if step > 1 else source
    k = 2 * max(1, radius // step) + 1

    def mean(x: np.ndarray) -> np.ndarray:
        return cv2.boxFilter(x, -1, (k, k), borderType=cv2.BORDER_REFLECT)

    mg, mp = mean(g), mean(p)
    cov = mean(g * p[..., None]) - mg * mp[..., None]
    # the symmetric 3x3 covariance of the guide, inverted by cofactors
    r, gr, b = g[..., 0], g[..., 1], g[..., 2]
    products = mean(np.stack([r * r, r * gr, r * b], -1)), mean(np.stack([gr * gr, gr * b, b * b], -1))
    m0, m1, m2 = mg[..., 0], mg[..., 1], mg[..., 2]
    a = products[0][..., 0] - m0 * m0 + EPSILON
    ab = products[0][..., 1] - m0 * m1
    ac = products[0][..., 2] - m0 * m2
    bb = products[1][..., 0] - m1 * m1 + EPSILON
    bc = products[1][..., 1] - m1 * m2
    cc = products[1][..., 2] - m2 * m2 + EPSILON
    i00, i01, i02 = bb * cc - bc * bc, ac * bc - ab * cc, ab * bc - ac * bb
    i11, i12, i22 = a * cc - ac * ac, ab * ac - a * bc, a * bb - ab * ab
    det = a * i00 + ab * i01 + ac * i02
    c0, c1, c2 = cov[..., 0], cov[..., 1], cov[..., 2]
    slope = (
        np.stack([i00 * c0 + i01 * c1 + i02 * c2, i01 * c0 + i11 * c1 + i12 * c2, i02 * c0 + i12 * c1 + i22 * c2], -1)
        / np.maximum(det, 1e-12)[..., None]
    )
    offset = mp - (slope * mg).sum(-1)
    slope, offset = mean(slope), mean(offset)
    if step > 1:
        slope = cv2.resize(slope, (w, h), interpolation=cv2.INTER_LINEAR)
        offset = cv2.resize(offset, (w, h), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.einsum("hwc,hwc->hw", slope, full) + offset, np.float32)
