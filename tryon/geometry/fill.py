"""Filling holes of a picture: smooth colours drawn in from the rim, and texture mirrored over it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.enlarge import enlarged_window

F32 = NDArray[np.float32]
SMOOTH_VECTORS = 0.012  # of the picture's height: nearest rim pixels jump, mirrored texture must not
SMOOTH_ROWS = 0.025  # of the picture's height: as that, from row to row where each looks sideways alone
DETAIL = 0.04  # of the picture's height: what is coarser comes from the smooth fill, finer from the mirror


def weighed(rgb: NDArray, weight_f32: F32) -> F32:
    """(h, w, 3) float32: a picture of any number type times a plane (h, w)."""
    return np.asarray(cv2.multiply(rgb, cv2.merge([weight_f32] * 3), dtype=cv2.CV_32F), np.float32)


def spread_in(rgb_f32: F32, weight_f32: F32, prior: F32 | None = None) -> F32:
    """Draw colours from where they are known over all of a picture (pull-push, Gortler et al. 1996).

    Args:
        rgb_f32: (h, w, 3). weight_f32: (h, w) 0..1, how well each pixel is known. prior: (3,) the colour where
            nothing is near; the known pixels' mean where None.

    Returns:
        (h, w, 3) float32, equal to the picture where the weight is 1.
    """
    total, amount = weighed(rgb_f32, weight_f32), weight_f32
    levels = [(total, amount)]
    while min(amount.shape) >= 4:
        size = ((amount.shape[1] + 1) // 2, (amount.shape[0] + 1) // 2)
        total = cv2.resize(total, size, interpolation=cv2.INTER_AREA)
        amount = cv2.resize(amount, size, interpolation=cv2.INTER_AREA)
        levels.append((total, amount))
    known = float(weight_f32.sum())
    if prior is None:
        prior = (levels[0][0].sum((0, 1)) / known).astype(np.float32) if known > 0 else np.full(3, 0.5, np.float32)
    filled = np.broadcast_to(np.asarray(prior, np.float32), (*amount.shape, 3)).astype(np.float32)
    for total, amount in reversed(levels):
        if filled.shape[:2] != amount.shape:
            filled = cv2.resize(filled, (amount.shape[1], amount.shape[0]), interpolation=cv2.INTER_LINEAR)
        trust = np.minimum(amount * 2, 1)
        own = weighed(total, np.asarray(trust / np.maximum(amount, 1e-4), np.float32))
        filled = cv2.add(own, weighed(filled, np.asarray(1 - trust, np.float32)))
    return np.asarray(filled, np.float32)


def mirror_vectors(known: NDArray[np.bool_]) -> F32:
    """(h, w, 2) float32: how far each pixel's mirror image over the nearest known rim lies, in pixels (x, y)."""
    h, w = known.shape
    _, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    places = np.flatnonzero(known)
    nearest = np.zeros(int(label.max()) + 1, np.int64)
    nearest[label.ravel()[places]] = places
    at = nearest[label]
    ys, xs = np.mgrid[0:h, 0:w]
    offset = np.stack([at % w - xs, at // w - ys], -1).astype(np.float32)
    return 2 * cv2.GaussianBlur(offset, (0, 0), max(0.6, SMOOTH_VECTORS * h))


def level_vectors(known: NDArray[np.bool_]) -> F32:
    """(h, w, 2) float32: as ``mirror_vectors``, but each pixel looks to its left and right alone.

    Streets, walls and horizons go on sideways. Where less is known beside a hole than the hole is wide, it is mirrored
    to and fro. Rows of which nothing is known look around as in ``mirror_vectors``.
    """
    h, w = known.shape
    offsets, costs = [], []
    for side in (1, -1):
        k = known[:, ::side]
        column = np.arange(w)
        rim = np.maximum.accumulate(np.where(k, column, -1), 1)
        unknown = np.maximum.accumulate(np.where(k, -1, column), 1)  # the last unknown pixel so far
        run = np.take_along_axis(column - unknown, np.maximum(rim, 0), 1)  # how much is known at that rim
        far = np.where(rim >= 0, column - rim, 4 * w).astype(np.float32)
        run = np.maximum(run, 1).astype(np.float32)
        turn = far % (2 * run)
        source = rim - np.minimum(turn, 2 * run - turn)
        offsets.append((side * (source - column))[:, ::side])
        costs.append((far * np.maximum(1, far / run))[:, ::side])
    left, right = costs
    nearer = np.where(left <= right, *offsets)
    vectors = np.stack([nearer, np.zeros((h, w), np.float32)], -1).astype(np.float32)
    nothing = ~known.any(1)
    if nothing.any():
        vectors[nothing] = mirror_vectors(known)[nothing]
    vectors[known] = 0
    # rows are ragged; what they take from their sides must not be
    return np.asarray(
        cv2.GaussianBlur(vectors, (0, 0), max(0.6, SMOOTH_VECTORS * h), sigmaY=max(0.6, SMOOTH_ROWS * h)), np.float32
    )


@dataclass(frozen=True)
class MirrorFill:
    """How a texture is carried on into a hole, at the resolution that it was planned at.

    smooth_f32: (h, w, 3) colours without detail. low_f32: (h, w, 3) the texture's own coarse colours.
    vectors_px: (h, w, 2), see ``mirror_vectors``. empty: hardly anything of the texture is seen.
    """

    smooth_f32: F32
    low_f32: F32
    vectors_px: F32
    empty: bool

    def draw(
        self,
        rgb: NDArray,
        known: NDArray[np.bool_],
        scale: float,
        origin: tuple[float, float],
        box: tuple[slice, slice] | None = None,
    ) -> F32:
        """The texture everywhere in a picture of any resolution that shows a part of the planned frame.

        Args:
            rgb: (H, W, 3) uint8 or float32 0..1. known: (H, W) bool, where it shows the texture.
            scale: pixels of it for each planned one. origin: (x, y) of its corner in the enlarged frame.
            box: rows and columns of it that are wanted; all where None. The texture is taken from all of it.

        Returns:
            (h, w, 3) float32 0..1 of the box, the picture itself where it is known; grey without any texture.
        """
        rows, columns = box or (slice(0, known.shape[0]), slice(0, known.shape[1]))
        h, w = rows.stop - rows.start, columns.stop - columns.start
        if self.empty:
            return np.full((h, w, 3), 0.5, np.float32)
        left, top = (0.5 + origin[0]) / scale - 0.5, (0.5 + origin[1]) / scale - 0.5
        frame = (round(self.vectors_px.shape[0] * scale), round(self.vectors_px.shape[1] * scale))
        x, y = round(origin[0]) + columns.start, round(origin[1]) + rows.start
        enlarged = partial(enlarged_window, size=frame, rows=slice(y, y + h), columns=slice(x, x + w))
        # plane by plane and in OpenCV: NumPy takes twice as long over a short last axis
        at_x, at_y = (plane * np.float32(scale) for plane in cv2.split(enlarged(self.vectors_px)))
        at_x += np.arange(columns.start, columns.stop, dtype=np.float32)
        at_y += np.arange(rows.start, rows.stop, dtype=np.float32)[:, None]
        unit = 1 / 255 if rgb.dtype == np.uint8 else 1.0
        mask = known.view(np.uint8) if known.flags.c_contiguous else known.astype(np.uint8)
        seen = cv2.remap(mask, at_x, at_y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT)
        colour = cv2.remap(rgb, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        at_x, at_y = (at / np.float32(scale) + np.float32(corner) for at, corner in ((at_x, left), (at_y, top)))
        low = cv2.remap(self.low_f32, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        detail = cv2.copyTo(cv2.addWeighted(colour, unit, low, -1.0, 0.0, dtype=cv2.CV_32F), seen)
        filled = cv2.add(enlarged(self.smooth_f32), detail)
        np.clip(filled, 0, 1, out=filled)
        here = np.ascontiguousarray(mask[rows, columns])
        shown = cv2.multiply(np.ascontiguousarray(rgb[rows, columns]), (unit,) * 4, dtype=cv2.CV_32F)
        return np.asarray(cv2.copyTo(shown, here, filled), np.float32)


def plan_mirror(rgb_f32: F32, known: NDArray[np.bool_], *, level: bool = False) -> MirrorFill:
    """Prepare to carry a texture on: smooth colours of the rim, fine detail mirrored over it.

    Args:
        rgb_f32: (h, w, 3) 0..1. known: (h, w) bool, where the picture shows the texture.
        level: it goes on sideways (``level_vectors``), as grounds do; else from the nearest rim.
    """
    h, w = known.shape
    if known.sum() < 32:
        grey = np.full(rgb_f32.shape, 0.5, np.float32)
        return MirrorFill(grey, grey, np.zeros((h, w, 2), np.float32), True)
    weight = known.astype(np.float32)
    smooth = spread_in(rgb_f32, weight)
    sigma = max(1.0, DETAIL * h)
    # blurred at half size: it is coarse anyway
    small = (max(1, w // 2), max(1, h // 2))
    colour = cv2.resize(rgb_f32 * weight[..., None], small, interpolation=cv2.INTER_AREA)
    amount = cv2.resize(weight, small, interpolation=cv2.INTER_AREA)
    near = cv2.GaussianBlur(amount, (0, 0), sigma / 2) + 1e-4
    low = cv2.GaussianBlur(colour, (0, 0), sigma / 2) / near[..., None]
    low = cv2.resize(low, (w, h), interpolation=cv2.INTER_LINEAR)
    vectors = level_vectors(known) if level else mirror_vectors(known)
    # the smooth fill follows the rim pixel by pixel; beside it that is detail, too
    return MirrorFill(cv2.GaussianBlur(smooth, (0, 0), 0.35 * sigma), low, vectors, False)


def mirror_fill(rgb_f32: F32, known: NDArray[np.bool_]) -> F32:
    """``plan_mirror`` and draw at the same resolution: (h, w, 3) 0..1; 0.5 everywhere if hardly anything is known."""
    return plan_mirror(rgb_f32, known).draw(rgb_f32, known, 1.0, (0.0, 0.0))
