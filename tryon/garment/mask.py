"""Classical masks of a flat garment: a plain ground is flooded, any other is cut by GrabCut.

Both work on a small picture (see ``WORK_SIDE``). They teach the network, and on a plain ground they
remain its sharpest refinement.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import MaskF32, RGBu8

WORK_SIDE = 384  # long side of the analysed picture; a hanger's hook is still 2 px wide
BoolMask = NDArray[np.bool_]


@dataclass(frozen=True)
class GroundSettings:
    """How a plain ground is told from a garment."""

    ring: float = 0.02  # width of the border ring, of the short side
    passes: int = 4  # of the trimmed fit; more change nothing
    trim: float = 2.5  # residuals over this many sigma leave the fit
    min_inliers: float = 0.72  # a garment may touch a quarter of the border
    max_sigma: float = 3.2  # dE; a bedspread's folds have 5 and more
    min_threshold: float = 2.2  # dE; under it JPEG noise stops the flood
    edge: float = 9.0  # Sobel lightness step (L* units over 2 px) that stops the flood


@dataclass(frozen=True)
class Ground:
    """A smooth model of the background.

    offset: (h, w, 3) float32, Lab less the fitted surface. difference: (h, w), its length (dE).
    sigma: robust spread of the ring, dE. inliers: part of the ring that the surface explains.
    plain: whether flooding may be trusted.
    """

    offset: NDArray[np.float32]
    difference: NDArray[np.float32]
    sigma: float
    inliers: float
    plain: bool


def to_lab(image_u8: RGBu8) -> NDArray[np.float32]:
    """CIE Lab, (h, w, 3) float32, L* 0..100, of an sRGB picture."""
    lab: NDArray[np.float32] = cv2.cvtColor(image_u8.astype(np.float32) / 255.0, cv2.COLOR_RGB2LAB)
    return lab


def fit_ground(lab: NDArray[np.float32], settings: GroundSettings | None = None) -> Ground:
    """Fit a quadratic surface a + bx + cy + dx2 + exy + fy2 per Lab channel to the border ring.

    Args:
        lab: (h, w, 3) float32, the analysed picture.
        settings: thresholds.
    """
    s = settings or GroundSettings()
    h, w = lab.shape[:2]
    ring = max(3, round(s.ring * min(h, w)))
    on_ring = np.ones((h, w), bool)
    on_ring[ring : h - ring, ring : w - ring] = False
    u = np.broadcast_to(np.arange(w, dtype=np.float32) / np.float32(w) * 2 - 1, (h, w))
    v = np.broadcast_to((np.arange(h, dtype=np.float32) / np.float32(h) * 2 - 1)[:, None], (h, w))
    u_ring, v_ring, values = u[on_ring], v[on_ring], lab[on_ring]
    rows = np.stack(_quadratic(u_ring, v_ring), -1)
    # start from the ring's median colour, so that a garment on the border does not tilt the surface
    residual = np.linalg.norm(values - np.median(values, 0), axis=1)
    coefficients = np.zeros((6, 3), np.float32)
    for _ in range(s.passes):
        sigma = max(1.4826 * float(np.median(residual)), 0.5)
        keep = residual < s.trim * sigma
        if keep.sum() < 50:
            break
        coefficients = np.linalg.lstsq(rows[keep], values[keep], rcond=None)[0].astype(np.float32)
        residual = np.linalg.norm(values - rows @ coefficients, axis=1)
    sigma = max(float(np.median(residual)), 0.4)
    inliers = float((residual < max(s.min_threshold * 1.5, s.trim * sigma)).mean())
    terms = _quadratic(u, v)
    # plane by plane: a product of (h, w, 6) with (6, 3) and sums over a short last axis take several times as long
    planes = [
        plane - sum(np.float32(c) * term for c, term in zip(coefficients[:, k], terms, strict=True))
        for k, plane in enumerate(cv2.split(lab))
    ]
    offset = np.asarray(cv2.merge(planes), np.float32)
    difference = np.sqrt(sum(plane * plane for plane in planes))
    return Ground(offset, difference, sigma, inliers, inliers >= s.min_inliers and sigma <= s.max_sigma)


def _quadratic(u: NDArray[np.float32], v: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """1, u, v, u2, uv, v2."""
    return [np.ones_like(u), u, v, u * u, u * v, v * v]


def flood_ground(
    lab: NDArray[np.float32],
    ground: Ground,
    settings: GroundSettings | None = None,
    *,
    never: BoolMask | None = None,
    seeds: BoolMask | None = None,
) -> BoolMask:
    """The ground's pixels that can be reached from the border (or from ``seeds``).

    Args:
        lab: (h, w, 3) float32.
        ground: of ``fit_ground``.
        settings: thresholds.
        never: (h, w), pixels that the flood may not enter (sure garment).
        seeds: (h, w), further starts beside the border (sure ground in holes).

    Returns:
        (h, w) bool, the ground.
    """
    s = settings or GroundSettings()
    light = cv2.GaussianBlur(lab[..., 0], (0, 0), 0.8)
    gradient = np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1)) / 4
    smooth = cv2.GaussianBlur(ground.difference, (0, 0), 0.8)
    free = (smooth < max(s.min_threshold, 2.5 * ground.sigma)) & (gradient < s.edge)
    if never is not None:
        free &= ~never
    labels = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)[1]
    start = np.zeros(free.shape, bool)
    start[0], start[-1], start[:, 0], start[:, -1] = True, True, True, True
    if seeds is not None:
        start |= seeds
    reached = np.unique(labels[start & free])
    flooded: BoolMask = np.isin(labels, reached[reached > 0])
    # the blur and the edge test keep the flood a pixel off the outline
    grown = cv2.dilate(flooded.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return grown if never is None else grown & ~never


def plain_mask(image_u8: RGBu8, settings: GroundSettings | None = None) -> tuple[BoolMask, Ground]:
    """The garment on a plain ground, by flooding from the border; check ``Ground.plain`` first.

    Args:
        image_u8: (h, w, 3) uint8, at most about ``WORK_SIDE`` long.
    """
    lab = to_lab(image_u8)
    ground = fit_ground(lab, settings)
    background = flood_ground(lab, ground, settings)
    return tidy_mask(~background), ground


def grabcut_mask(
    image_u8: RGBu8,
    *,
    side: int = 256,
    iterations: int = 4,
    prior: MaskF32 | None = None,
    legs: bool = False,
    seed: int = 0,
) -> BoolMask:
    """The garment on any ground, by GrabCut (Rother et al. 2004) from a centre ellipse or a prior.

    Args:
        image_u8: (h, w, 3) uint8.
        side: long side at which it is cut.
        iterations: GrabCut rounds.
        prior: (h, w) 0..1 garment probability; without it a centre ellipse.
        legs: start from the shape of trousers, whose legs leave the lower middle bare.
        seed: of OpenCV's own generator, which starts the colour clusters.
    """
    h, w = image_u8.shape[:2]
    scale = min(1.0, side / max(h, w))
    size = (max(8, round(w * scale)), max(8, round(h * scale)))
    small = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
    state = np.full(small.shape[:2], cv2.GC_PR_BGD, np.uint8)
    if prior is None:
        w2, h2 = size[0], size[1]
        if legs:
            shape = np.array(
                [(0.28, 0.05), (0.72, 0.05), (0.9, 0.96), (0.58, 0.96), (0.5, 0.5), (0.42, 0.96), (0.1, 0.96)]
            )
            cv2.fillPoly(state, [np.round(shape * size).astype(np.int32)], int(cv2.GC_PR_FGD))
            cv2.ellipse(
                state, (w2 // 2, int(h2 * 0.27)), (int(w2 * 0.14), int(h2 * 0.1)), 0, 0, 360, int(cv2.GC_FGD), -1
            )
        else:
            cv2.ellipse(state, (w2 // 2, h2 // 2), (int(w2 * 0.40), int(h2 * 0.44)), 0, 0, 360, int(cv2.GC_PR_FGD), -1)
            cv2.ellipse(state, (w2 // 2, h2 // 2), (int(w2 * 0.12), int(h2 * 0.2)), 0, 0, 360, int(cv2.GC_FGD), -1)
        rim = max(1, round(0.015 * min(size)))
        state[:rim], state[-rim:], state[:, :rim], state[:, -rim:] = 0, 0, 0, 0
    else:
        p = cv2.resize(prior, size, interpolation=cv2.INTER_AREA)
        state[p > 0.5] = cv2.GC_PR_FGD
        state[p > 0.97] = cv2.GC_FGD
        state[p < 0.03] = cv2.GC_BGD
    if not (state == cv2.GC_BGD).any() or not np.isin(state, (1, 3)).any():
        return cv2.resize((np.isin(state, (1, 3))).astype(np.uint8), (w, h), interpolation=cv2.INTER_NEAREST) > 0
    cv2.setRNGSeed(seed)
    cv2.grabCut(small, state, None, np.zeros((1, 65)), np.zeros((1, 65)), iterations, cv2.GC_INIT_WITH_MASK)
    mask = np.isin(state, (1, 3)).astype(np.float32)
    return tidy_mask(cv2.resize(mask, (w, h), interpolation=cv2.INTER_LINEAR) > 0.5)


def tidy_mask(mask: BoolMask) -> BoolMask:
    """Keep the largest component and big solid ones beside it; fill holes that a print leaves.

    Thin pieces (hanger hooks, strings, tags) go; holes stay open only off the torso's middle.
    """
    m = mask.astype(np.uint8)
    h, w = m.shape
    r = max(1, round(0.006 * max(h, w)))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
    opened = cv2.morphologyEx(m, cv2.MORPH_OPEN, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count <= 1:
        return np.zeros((h, w), bool)
    areas = stats[1:, cv2.CC_STAT_AREA]
    main = int(areas.argmax()) + 1
    keep = labels == main
    big = cv2.getStructuringElement(cv2.MORPH_RECT, (15, 15))
    x, y, bw, bh = stats[main, :4]
    for label in range(1, count):
        # a white panel can be cut off by its seam: solid, large, and within the garment's box
        if label == main or stats[label, cv2.CC_STAT_AREA] < 0.04 * areas.max():
            continue
        cx = stats[label, 0] + stats[label, 2] / 2
        cy = stats[label, 1] + stats[label, 3] / 2
        inside = x - 0.1 * bw <= cx <= x + 1.1 * bw and y - 0.1 * bh <= cy <= y + 1.1 * bh
        if inside and cv2.morphologyEx((labels == label).astype(np.uint8), cv2.MORPH_OPEN, big).any():
            keep |= labels == label
    return fill_holes(keep)


def fill_holes(mask: BoolMask, *, largest: float = 0.012) -> BoolMask:
    """Fill holes under ``largest`` of the garment's area, and any in the middle half of its box.

    A gap between a sleeve and the torso, or between legs that touch, is larger and off the middle
    or low; a print's hole is in the middle of the torso.
    """
    holes = (~mask).astype(np.uint8)
    count, labels, stats, centres = cv2.connectedComponentsWithStats(holes, connectivity=4)
    ys, xs = np.nonzero(mask)
    if len(ys) == 0:
        return mask
    x0, x1, y0, y1 = xs.min(), xs.max(), ys.min(), ys.max()
    out = mask.copy()
    for label in range(1, count):
        bx, by, bw, bh, area = stats[label]
        if bx == 0 or by == 0 or bx + bw == mask.shape[1] or by + bh == mask.shape[0]:
            continue
        fx, fy = (centres[label, 0] - x0) / max(1, x1 - x0), (centres[label, 1] - y0) / max(1, y1 - y0)
        if area < largest * len(ys) or (0.28 < fx < 0.72 and fy < 0.55):
            out |= labels == label
    return out
