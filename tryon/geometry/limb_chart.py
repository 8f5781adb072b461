"""Coordinates on a limb: how far along it a pixel lies, and how far across, whatever the pose and the build.

A limb of two bones has the length coordinate t: 0 at its root, 1 at the middle joint, 2 at its end. Where its outline
lies to both sides of the bones is measured on a mask; across it s runs from 0 on the side of the other limb to 1 on the
outer one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.types import PointsF32

F32 = NDArray[np.float32]
STEPS = 64  # along a limb at which its outline is measured
ACROSS = 61  # samples across it
CENTRE = 0.3  # of the reach: so far from the bone the limb's own pixels may begin
LEAST_WIDTH = 0.08  # of the reach: narrower pieces are crumbs


@dataclass(frozen=True)
class LimbChart:
    """Pixels of one limb. rows, columns: (N,) int; along: (N,) 0..2; across: (N,) 0..1."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    along: F32
    across: F32


def chart_limb(mask: NDArray[np.bool_], axis: PointsF32, side: int, reach_px: float) -> LimbChart | None:
    """The coordinates of a limb's pixels.

    Args:
        mask: (h, w) bool, the skin or cloth of limbs; parted from the other limb where they touch.
        axis: (3, 2) root, middle joint and end in the mask's pixels.
        side: 1 if the outer side lies to the right in the picture where the limb hangs down, -1 if to the left.
        reach_px: the furthest that its outline is from its axis.

    Returns:
        The chart, or None where the mask shows next to nothing of the limb.
    """
    near = _pixels_near(mask, axis, reach_px)
    if near is None:
        return None
    rows, columns = near
    ends = _outline(mask, axis, side, reach_px)
    if ends is None:
        return None
    points = np.stack([columns, rows], 1).astype(np.float32)
    along, off = along_and_off(points, axis, side)
    at = along / 2 * STEPS - 0.5
    grid = np.arange(STEPS)
    inner, outer = (np.interp(at, grid, edge).astype(np.float32) for edge in ends)
    across = (off - inner) / np.maximum(outer - inner, 1e-3)
    own = (across > -0.15) & (across < 1.15) & (along > 0) & (along < 2)
    if not own.any():
        return None
    return LimbChart(rows[own], columns[own], along[own], np.clip(across[own], 0, 1))


def _pixels_near(mask: NDArray[np.bool_], axis: PointsF32, reach: float) -> tuple[NDArray, NDArray] | None:
    h, w = mask.shape
    low, high = np.floor(axis.min(0) - reach).astype(int), np.ceil(axis.max(0) + reach).astype(int) + 1
    x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(w, high[0]), min(h, high[1])
    if x1 <= x0 or y1 <= y0:
        return None
    rows, columns = np.nonzero(mask[y0:y1, x0:x1])
    return (rows + y0, columns + x0) if len(rows) else None


def _frames(axis: PointsF32, side: int, t: F32) -> tuple[F32, F32]:
    """Points on the axis at t (N,) and the unit normals there, turning evenly round the joint; (N, 2) each."""
    bones = np.diff(axis, axis=0).astype(np.float32)
    bones /= np.maximum(np.linalg.norm(bones, axis=1, keepdims=True), 1e-6)
    share = np.clip((t - 0.8) / 0.4, 0, 1)[:, None]
    direction = (1 - share) * bones[0] + share * bones[1]
    direction /= np.maximum(np.linalg.norm(direction, axis=1, keepdims=True), 1e-6)
    first, second = np.clip(t, 0, 1)[:, None], np.clip(t - 1, 0, 1)[:, None]
    points = axis[0] + first * (axis[1] - axis[0]) + second * (axis[2] - axis[1])
    normals = side * np.stack([direction[:, 1], -direction[:, 0]], 1)
    return points.astype(np.float32), normals.astype(np.float32)


def outline_seen(
    mask: NDArray[np.bool_], axis: PointsF32, side: int, reach: float
) -> tuple[F32, F32, NDArray[np.bool_]]:
    """Where a limb's outline is at each of STEPS places along it.

    Args:
        mask, axis, side: as ``chart_limb`` takes them. reach: the furthest that the outline is from the axis.

    Returns:
        Inner and outer offset from the axis, pixels (STEPS,), and whether the limb is seen there at all.
    """
    h, w = mask.shape
    t = ((np.arange(STEPS) + 0.5) / STEPS * 2).astype(np.float32)
    points, normals = _frames(axis, side, t)
    offsets = np.linspace(-reach, reach, ACROSS, dtype=np.float32)
    at = np.round(points[:, None] + offsets[None, :, None] * normals[:, None]).astype(int)
    inside = (at[..., 0] >= 0) & (at[..., 0] < w) & (at[..., 1] >= 0) & (at[..., 1] < h)
    seen = np.zeros((STEPS, ACROSS), bool)
    seen[inside] = mask[at[..., 1][inside], at[..., 0][inside]]
    middle = ACROSS // 2
    order = np.argsort(np.abs(np.arange(ACROSS) - middle), kind="stable")
    order = order[: 1 + round(CENTRE * (ACROSS - 1))]
    found = seen[:, order].any(1)
    start = order[seen[:, order].argmax(1)]
    column = np.arange(ACROSS)
    gap_right = np.where(~seen & (column > start[:, None]), column, ACROSS).min(1)
    gap_left = np.where(~seen & (column < start[:, None]), column, -1).max(1)
    step = 2 * reach / (ACROSS - 1)
    inner, outer = offsets[0] + (gap_left + 0.5) * step, offsets[0] + (gap_right - 0.5) * step
    return inner.astype(np.float32), outer.astype(np.float32), found & (outer - inner > LEAST_WIDTH * reach)


def _outline(mask: NDArray[np.bool_], axis: PointsF32, side: int, reach: float) -> tuple[F32, F32] | None:
    """Inner and outer offset of the outline at each step along the limb, smooth; None where little is seen."""
    inner, outer, good = outline_seen(mask, axis, side, reach)
    if good.sum() < 4:
        return None
    steps = np.arange(STEPS)
    smooth = []
    for edge in (inner, outer):
        whole = np.interp(steps, steps[good], edge[good])
        padded = np.pad(whole, 3, mode="edge")
        smooth.append(np.convolve(padded, np.ones(7) / 7, mode="valid").astype(np.float32))
    return smooth[0], smooth[1]


def along_and_off(points: F32, axis: PointsF32, side: int) -> tuple[F32, F32]:
    """t and the signed distance from the axis of points (N, 2), by the nearer bone."""
    best = np.full(len(points), np.inf, np.float32)
    along = np.zeros(len(points), np.float32)
    for k in range(2):
        a, bone = axis[k], axis[k + 1] - axis[k]
        length = max(float(np.linalg.norm(bone)), 1e-6)
        t = (points - a) @ bone / length**2
        held = np.clip(t, 0 if k else -0.2, 1.2 if k else 1)
        distance = np.linalg.norm(points - a - held[:, None] * bone, axis=1)
        nearer = distance < best
        best[nearer], along[nearer] = distance[nearer], (held + k)[nearer]
    base, normals = _frames(axis, side, along)
    return along, ((points - base) * normals).sum(1).astype(np.float32)
