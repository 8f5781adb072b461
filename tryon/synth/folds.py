"""The relief of cloth that lies: folds that run from places of strain, and a soft crumple."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.fabrics import value_noise
from tryon.synth.pattern import FoldSource, PointsCm, bezier

F32 = NDArray[np.float32]
_COARSE = 4  # folds are centimetres wide: a quarter of the resolution is enough


def fold_relief(
    shape: tuple[int, int],
    px_per_cm: float,
    sources: Iterable[FoldSource],
    to_px: Callable[[PointsCm], PointsCm],
    rng: np.random.Generator,
    softness: float = 1.0,
) -> F32:
    """Heights in cm (H, W) of all folds of a garment.

    Each fold is a ridge with one steep and one gentle flank, tapering to both ends, often beside a
    shallow valley, as gathered cloth lies.

    Args:
        shape: (H, W) of the picture. px_per_cm: its resolution.
        sources: where folds start and in which direction they run, cm.
        to_px: maps cm to pixels. softness: above 1 widens the folds (thick cloth).
    """
    h, w = shape[0] // _COARSE + 1, shape[1] // _COARSE + 1
    relief = np.zeros((h, w), np.float32)
    scale = px_per_cm / _COARSE
    for source in sources:
        for _ in range(source.count):
            _add_fold(relief, source, to_px, scale, rng, softness)
    relief = cv2.GaussianBlur(relief, (0, 0), max(0.6, 0.12 * scale))
    return cv2.resize(relief, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def _add_fold(
    relief: F32,
    source: FoldSource,
    to_px: Callable[[PointsCm], PointsCm],
    scale: float,
    rng: np.random.Generator,
    softness: float,
) -> None:
    start = np.array([source.x, source.y]) + rng.normal(0, source.jitter_cm / 2, 2)
    angle = np.radians(source.angle_deg + rng.normal(0, source.spread_deg))
    reach = source.reach_cm * rng.uniform(0.55, 1.15)
    ahead = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-ahead[1], ahead[0]])
    bend, hook = rng.normal(0, 0.09, 2) * reach
    points = bezier(
        start,
        start + ahead * reach * 0.33 + aside * bend,
        start + ahead * reach * 0.66 + aside * hook,
        start + ahead * reach + aside * (hook - bend) * 0.6,
        14,
    )
    px = to_px(points) / _COARSE
    usual = source.width_cm or 0.045 * reach + 0.45
    width = softness * float(np.clip(rng.lognormal(np.log(usual), 0.3), 0.45, 2.4)) * scale
    margin = 4.5 * width
    x0, y0 = np.maximum(np.floor(px.min(0) - margin), 0).astype(int)
    x1, y1 = np.minimum(np.ceil(px.max(0) + margin), (relief.shape[1], relief.shape[0])).astype(int)
    if x1 <= x0 or y1 <= y0:
        return
    yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
    side, along = _line_frame(xx, yy, px.astype(np.float32))
    taper = np.clip(np.sin(np.pi * np.clip(along * 0.92 + 0.06, 0, 1)), 0, 1) ** 0.8
    width_here = width * (0.75 + 0.9 * along)
    steep = rng.choice([-1.0, 1.0])
    d = side / width_here * np.where(side * steep > 0, 1.7, 0.75)
    ridge = np.exp(-(d**2))
    valley = np.exp(-((side / width_here + 2.1 * steep) ** 2))
    height = 1.5 * source.height_cm * rng.uniform(0.45, 1.1) * softness
    relief[y0:y1, x0:x1] += (height * taper * (ridge - 0.45 * valley)).astype(np.float32)


def _line_frame(xx: F32, yy: F32, points: NDArray[np.float32]) -> tuple[F32, F32]:
    """Signed distance to a polyline and position along it 0..1, for a grid of pixels."""
    best = np.full(xx.shape, np.inf, np.float32)
    side = np.zeros_like(xx)
    along = np.zeros_like(xx)
    count = len(points) - 1
    for k in range(count):
        (ax, ay), (bx, by) = points[k], points[k + 1]
        dx, dy = bx - ax, by - ay
        length2 = max(float(dx * dx + dy * dy), 1e-6)
        t = np.clip(((xx - ax) * dx + (yy - ay) * dy) / length2, 0, 1)
        ex, ey = xx - ax - t * dx, yy - ay - t * dy
        distance = ex * ex + ey * ey
        closer = distance < best
        best = np.where(closer, distance, best)
        side = np.where(closer, np.sign(dx * ey - dy * ex), side)
        along = np.where(closer, (k + t) / count, along)
    return side * np.sqrt(best), along


def crumple(shape: tuple[int, int], px_per_cm: float, rng: np.random.Generator, height_cm: float = 0.16) -> F32:
    """A soft irregular relief (H, W) in cm: broad billows and ridged creases, strong in patches."""
    h, w = shape[0] // _COARSE + 1, shape[1] // _COARSE + 1
    scale = px_per_cm / _COARSE
    billow = value_noise((h, w), 16 * scale, rng, 2)
    base = value_noise((h, w), 8.5 * scale, rng, 2)
    dx, dy = (value_noise((h, w), 12 * scale, rng, 2) * 1.8 * scale for _ in range(2))
    yy, xx = np.mgrid[0:h, 0:w].astype(np.float32)
    warped = cv2.remap(base, xx + dx, yy + dy, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    ridges = 1.0 - np.sqrt(warped**2 + 0.02)
    patches = np.clip(0.55 + 0.45 * value_noise((h, w), 14 * scale, rng, 1), 0.1, 1.3)
    relief = height_cm * (0.8 * billow + 0.9 * ridges * patches)
    relief = cv2.GaussianBlur(relief, (0, 0), max(0.6, 0.25 * scale))
    small = value_noise((h, w), 4.0 * scale, rng, 1)
    creases = 1.0 - np.sqrt(
        cv2.remap(small, xx + 0.6 * dy, yy + 0.6 * dx, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101) ** 2 + 0.01
    )
    where = np.clip(value_noise((h, w), 18 * scale, rng, 1) - 0.1, 0, 1)  # only here and there
    relief += 0.35 * height_cm * creases * where
    return cv2.resize(relief, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def pleat_relief(x_share: F32, count: int, height_cm: float) -> F32:
    """Knife pleats: a saw tooth over x_share in -1..1, (H, W) cm."""
    phase = np.mod((x_share + 1) * 0.5 * count, 1.0)
    return (height_cm * np.where(phase < 0.86, phase / 0.86, (1 - phase) / 0.14)).astype(np.float32)
