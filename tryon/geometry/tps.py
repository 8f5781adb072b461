"""Thin-plate splines: the smoothest map of the plane through given point pairs.

    f(p) = a0 + A p + sum_i w_i U(|p - c_i|),   U(r) = r^2 log r^2

with the weights orthogonal to affine maps, so that far away f is affine. Source: F. L. Bookstein,
"Principal Warps: Thin-Plate Splines and the Decomposition of Deformations", PAMI 11(6), 1989,
equations 1 to 9; the smoothing term of G. Wahba, "Spline Models for Observational Data", 1990, ch. 2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tryon.errors import BadRequestError


@dataclass(frozen=True)
class ThinPlateSpline:
    """A fitted spline; call it with points.

    centres: (N, 2) float64, control points in normalised units. weights: (N, 2). affine: (3, 2),
    rows 1, x, y. origin: (2,), unit: the input is normalised by ``(p - origin) / unit``.
    """

    centres: NDArray[np.float64]
    weights: NDArray[np.float64]
    affine: NDArray[np.float64]
    origin: NDArray[np.float64]
    unit: float

    def __call__(self, points: ArrayLike) -> NDArray[np.float32]:
        """Map points (..., 2) to (..., 2) float32."""
        given = np.asarray(points, np.float64)
        q = (given.reshape(-1, 2) - self.origin) / self.unit
        out = self.affine[0] + q @ self.affine[1:] + _kernel(q, self.centres) @ self.weights
        return out.reshape(given.shape).astype(np.float32)


def _kernel(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """U(r) between all points of a (M, 2) and b (N, 2), shape (M, N)."""
    squared = (a * a).sum(1)[:, None] + (b * b).sum(1)[None] - 2.0 * (a @ b.T)
    squared = np.maximum(squared, 1e-12)
    return squared * np.log(squared)


def fit_tps(source: ArrayLike, target: ArrayLike, smoothing: float = 0.0) -> ThinPlateSpline:
    """Fit the spline that carries source points to target points.

    Args:
        source: (N, 2) points, N >= 3, not all on one line; pairs whose sources coincide are averaged.
        target: (N, 2) points, any frame.
        smoothing: 0 interpolates; larger values let the spline miss the points to bend less. It is
            counted in units of the normalised kernel: 0.001 is slight, 1 nearly affine.

    Raises:
        BadRequestError: the shapes differ, a value is not finite, or the points lie on a line.
    """
    src, dst = np.asarray(source, np.float64), np.asarray(target, np.float64)
    if src.ndim != 2 or src.shape[1] != 2 or src.shape != dst.shape:
        raise BadRequestError(f"A spline needs two lists of as many points; got {src.shape} and {dst.shape}.")
    if not (np.isfinite(src).all() and np.isfinite(dst).all()):
        raise BadRequestError("A spline's points must be finite numbers.")
    origin = src.mean(0)
    # Normalised to unit spread: the kernel's conditioning and `smoothing` then do not depend on pixels.
    unit = float(np.sqrt(((src - origin) ** 2).sum(1).mean())) or 1.0
    q, dst = _merge_coincident((src - origin) / unit, dst)
    if len(q) < 3 or np.linalg.svd(q - q.mean(0), compute_uv=False)[1] < 1e-4:
        raise BadRequestError("A spline needs at least three points that are not on one line.")
    n = len(q)
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = _kernel(q, q) + smoothing * np.eye(n)
    system[:n, n] = system[n, :n] = 1.0
    system[:n, n + 1 :] = q
    system[n + 1 :, :n] = q.T
    right = np.concatenate([dst, np.zeros((3, 2))])
    solved = np.linalg.solve(system, right)
    return ThinPlateSpline(q, solved[:n], solved[n:], origin, unit)


def _merge_coincident(q: NDArray[np.float64], dst: NDArray[np.float64]) -> tuple[NDArray, NDArray]:
    """Average pairs whose (normalised) sources agree to 1e-4, which would make the system singular."""
    keys = np.round(q / 1e-4).astype(np.int64)
    _, group = np.unique(keys, axis=0, return_inverse=True)
    group = group.reshape(-1)
    count = np.bincount(group)
    if len(count) == len(q):
        return q, dst

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.stack([np.bincount(group, values[:, k]) / count for k in range(2)], 1)

    return mean(q), mean(dst)
