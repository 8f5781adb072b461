"""The garment's outline as evenly spaced samples, and the upright frame that its shape suggests."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from tryon.types import PointsF32

SAMPLES = 320  # a step is then about 4 px of a 400x534 photo


@dataclass(frozen=True)
class Frame:
    """The garment's own upright frame: origin at the top of the axis.

    A picture point p has u = (p - origin) @ rotation; u.x / half_width and u.y / height are the
    coordinates in which landmark priors are written.
    """

    origin: NDArray[np.float32]  # (2,), picture pixels
    rotation: NDArray[np.float32]  # (2, 2), columns are the frame's right and down
    half_width: float  # torso's, pixels
    height: float  # along the axis, pixels

    def normalise(self, points_px: PointsF32) -> PointsF32:
        """Picture points (N, 2) to (x in half-widths, y in heights)."""
        u = (points_px - self.origin) @ self.rotation
        return (u / np.array([self.half_width, self.height], np.float32)).astype(np.float32)

    def restore(self, points: PointsF32) -> PointsF32:
        """Inverse of ``normalise``."""
        u = points * np.array([self.half_width, self.height], np.float32)
        return (u @ self.rotation.T + self.origin).astype(np.float32)


def outline(mask: NDArray[np.bool_] | NDArray[np.uint8]) -> PointsF32:
    """The outer contour of the largest component, (N, 2) float32 pixels, one point a pixel step.

    It runs against the clock on the screen (from the top to the viewer's left). Empty masks give
    (0, 2).
    """
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2), np.float32)
    points = max(contours, key=cv2.contourArea)[:, 0].astype(np.float32)
    if cv2.contourArea(points, oriented=True) > 0:  # on the screen positive is clockwise
        points = points[::-1].copy()
    return points


def sample_outline(points: PointsF32, count: int = SAMPLES) -> PointsF32:
    """Resample a closed outline to ``count`` evenly spaced, slightly smoothed points."""
    closed = np.concatenate([points, points[:1]])
    steps = np.linalg.norm(np.diff(closed, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], count, endpoint=False)
    sampled = np.stack([np.interp(at, along, closed[:, k]) for k in (0, 1)], 1)
    return gaussian_filter1d(sampled, 0.8, axis=0, mode="wrap").astype(np.float32)


def turning(samples: PointsF32, step: int) -> NDArray[np.float32]:
    """Signed turning angle at each sample over ``step`` neighbours, radians, convex positive."""
    back = samples - np.roll(samples, step, 0)
    ahead = np.roll(samples, -step, 0) - samples
    cross = back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0]
    dot = (back * ahead).sum(1)
    return (-np.arctan2(cross, dot)).astype(np.float32)


def _mirror_score(mask: NDArray[np.float32], centre: tuple[float, float], angle: float) -> float:
    matrix = cv2.getRotationMatrix2D(centre, angle, 1.0)
    n = mask.shape[0]
    matrix[:, 2] += np.array([n / 2, n / 2]) - centre
    turned = cv2.warpAffine(mask, matrix, (n, n))
    flipped = cv2.warpAffine(turned, np.array([[-1.0, 0, n], [0, 1, 0]]), (n, n))
    return float(np.minimum(turned, flipped).sum() / max(1.0, np.maximum(turned, flipped).sum()))


def find_axis(mask: NDArray[np.bool_]) -> tuple[NDArray[np.float32], float, float]:
    """The symmetry axis, by the mirror overlap over shifts and turns of a 72 px picture.

    Returns:
        A point of the axis (2,), the tilt in degrees (positive: the garment leans to the viewer's
        right), and the mirror overlap (intersection over union, 0..1).
    """
    n = 72
    ys, xs = np.nonzero(mask)
    c = np.array([xs.mean(), ys.mean()])
    radius = max(float(np.hypot(xs - c[0], ys - c[1]).max()), 4.0)
    s = n / (2.1 * radius)
    small = cv2.warpAffine(
        mask.astype(np.float32),
        np.array([[s, 0, n / 2 - c[0] * s], [0, s, n / 2 - c[1] * s]]),
        (n, n),
        flags=cv2.INTER_AREA,
    )
    small = cv2.GaussianBlur(small, (0, 0), 0.7)
    best = (-1.0, 0.0, 0.0)
    coarse = ((-24.0, -16.0, -8.0, 0.0, 8.0, 16.0, 24.0), (-6.0, -3.0, 0.0, 3.0, 6.0))
    fine = ((-5.0, -2.5, 0.0, 2.5, 5.0), (-2.0, -1.0, 0.0, 1.0, 2.0))
    for angles, shifts in (coarse, fine):
        base = best
        for angle in angles:
            for shift in shifts:
                a, d = base[1] + angle, base[2] + shift
                score = _mirror_score(small, (n / 2 + d, n / 2), a) - 0.0008 * abs(a)
                if score > best[0]:
                    best = (score, a, d)
    score, angle, shift = best
    return (c + np.array([shift / s, 0.0])).astype(np.float32), angle, score + 0.0008 * abs(angle)


def upright_frame(mask: NDArray[np.bool_], *, rows: tuple[float, float] = (0.45, 0.9)) -> tuple[Frame, float]:
    """Fit the upright frame of a garment's mask.

    Args:
        mask: (h, w).
        rows: part of the height over which the torso's width is read.

    Returns:
        The frame and the mirror overlap, 0..1.
    """
    centre, tilt, score = find_axis(mask)
    t = np.deg2rad(tilt)
    # a garment that leans right by t has its "down" axis turned against the clock on the screen
    right = np.array([np.cos(t), np.sin(t)], np.float32)
    down = np.array([-np.sin(t), np.cos(t)], np.float32)
    rotation = np.stack([right, down], 1)
    ys, xs = np.nonzero(mask)
    u = (np.stack([xs, ys], 1).astype(np.float32) - centre) @ rotation
    top, bottom = float(u[:, 1].min()), float(u[:, 1].max())
    y = np.round(u[:, 1] - top).astype(int)
    x = np.round(u[:, 0]).astype(int)
    reach = int(np.abs(x).max()) + 1
    table = np.zeros((y.max() + 1, 2 * reach + 1), bool)
    table[y, x + reach] = True
    table |= np.roll(table, 1, 1)  # rotation leaves pinholes
    left, right_run = _central_run(table, reach)
    width = left + right_run
    first, last = int(rows[0] * len(width)), max(int(rows[1] * len(width)), int(rows[0] * len(width)) + 1)
    band = width[first:last]
    band = band[band > 2]
    half = float(np.percentile(band, 40)) / 2 if len(band) else float(np.abs(u[:, 0]).max())
    near = np.abs(u[:, 0]) < 0.5 * half
    if near.any():  # sleeves may reach below the hem
        top, bottom = float(u[near, 1].min()), float(u[near, 1].max())
    high = np.abs(u[:, 0]) < half
    top = min(top, float(u[high, 1].min()))
    origin = centre + rotation @ np.array([0, top], np.float32)
    return Frame(origin.astype(np.float32), rotation, max(half, 2.0), max(bottom - top, 4.0)), score


def _central_run(table: NDArray[np.bool_], axis: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Width of the filled run through the axis, to both sides, for each row."""
    right = np.argmin(np.concatenate([table[:, axis:], np.zeros((len(table), 1), bool)], 1), 1)
    left = np.argmin(np.concatenate([table[:, axis::-1], np.zeros((len(table), 1), bool)], 1), 1)
    return left, right
