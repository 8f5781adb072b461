"""Open curves as point lists: arc length, resampling, rounding of corners, frames."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[Any]  # (N, 2) float64


def arc_lengths(curve: ArrayLike) -> NDArray[np.float64]:
    """Length along the curve up to each of its points, (N,), starting at 0."""
    points = np.asarray(curve, np.float64)
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])


def point_at(curve: ArrayLike, length: ArrayLike, knots: ArrayLike | None = None) -> Points:
    """Points (..., 2) at given lengths along the curve, going straight on beyond its ends.

    Args:
        curve: (N, 2), N >= 2.
        length: any shape, in units of `knots`.
        knots: (N,) rising parameter of the curve's points; arc length when None.
    """
    points = np.asarray(curve, np.float64)
    s = arc_lengths(points) if knots is None else np.asarray(knots, np.float64)
    at = np.asarray(length, np.float64)
    index = np.clip(np.searchsorted(s, at, side="right") - 1, 0, len(s) - 2)
    step = np.maximum(s[index + 1] - s[index], 1e-9)
    t = ((at - s[index]) / step)[..., None]
    return points[index] * (1 - t) + points[index + 1] * t


def tangent_at(curve: ArrayLike, length: ArrayLike, reach: float, knots: ArrayLike | None = None) -> Points:
    """Unit directions (..., 2) at given lengths, averaged over `reach` to both sides."""
    at = np.asarray(length, np.float64)
    step = point_at(curve, at + reach, knots) - point_at(curve, at - reach, knots)
    return step / np.maximum(np.linalg.norm(step, axis=-1, keepdims=True), 1e-9)


def quadratic_bezier(start: ArrayLike, control: ArrayLike, end: ArrayLike, t: ArrayLike) -> Points:
    """Points (..., 2) of the quadratic Bezier curve at t (0 is start, 1 is end)."""
    a, b, c = (np.asarray(v, np.float64) for v in (start, control, end))
    u = np.asarray(t, np.float64)[..., None]
    return (1 - u) ** 2 * a + 2 * u * (1 - u) * b + u**2 * c


def perpendicular(direction: ArrayLike) -> Points:
    """Directions (..., 2) turned by a quarter: x to y (clockwise on the screen, where y grows down)."""
    d = np.asarray(direction, np.float64)
    return np.stack([-d[..., 1], d[..., 0]], -1)


def unit(vector: ArrayLike, fallback: tuple[float, float] = (0.0, 1.0)) -> Points:
    """A vector (2,) scaled to length 1; `fallback` where it is (nearly) zero."""
    v = np.asarray(vector, np.float64)
    n = float(np.linalg.norm(v))
    return v / n if n > 1e-6 else np.asarray(fallback, np.float64)
