"""Dense flows between pictures of one garment: flat to worn, worn to worn, with what can be seen.

Every layer stores the flat coordinate of each of its pixels, so a flow is one look-up away. All flows are
backward (for each target pixel the source pixel to sample), half frame, from the centre of the top left pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.record import BACK_BIT, HALF, INNER_BIT, FlatView, GarmentLayer

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
NEAR_CELLS = 2.5  # flat pixels between a point and the nearest one seen in the source; further is hidden there


@dataclass(frozen=True)
class Flow:
    """source_px: (h, w, 2) float32, source pixel of each target pixel, NaN where there is none. visible: (h, w),
    whether the source shows that point of the garment."""

    source_px: F32
    visible: Bools


def outer_front(part: NDArray[np.uint8]) -> Bools:
    """Pixels that show the outer side of a garment's front."""
    return (part > 0) & (part & (BACK_BIT | INNER_BIT) == 0)


def flat_to_worn(view: FlatView, layer: GarmentLayer) -> Flow:
    """From a flat picture to the worn garment; visible where both show the same point of the front."""
    front = outer_front(layer.half_part)
    source = np.full((*HALF, 2), np.nan, np.float32)
    source[front] = sample_grid(view.from_flat, layer.flat_px[front])
    at = np.nan_to_num(source, nan=-9.0)
    shown = cv2.remap(view.flat_px, at[..., 0], at[..., 1], cv2.INTER_NEAREST, borderValue=(-999, -999))
    on_front = cv2.remap(outer_front(view.half_part).astype(np.uint8), at[..., 0], at[..., 1], cv2.INTER_NEAREST)
    same = np.abs(shown - layer.flat_px).max(-1) < 4.0  # else a sleeve or a fold lies over it
    return Flow(source, front & (on_front > 0) & same)


def worn_to_worn(source: GarmentLayer, target: GarmentLayer) -> Flow:
    """From one picture of a worn garment to another of the same garment, front and back alike.

    Raises:
        ValueError: the layers are of different garments.
    """
    if source.garment != target.garment:
        raise ValueError(f"layers of garments {source.garment} and {target.garment} have no flow between them")
    out = np.full((*HALF, 2), np.nan, np.float32)
    visible = np.zeros(HALF, bool)
    for side in (0, BACK_BIT):
        here = (target.half_part > 0) & (target.half_part & (BACK_BIT | INNER_BIT) == side)
        there = (source.half_part > 0) & (source.half_part & (BACK_BIT | INNER_BIT) == side)
        if here.any() and there.any():
            found, near = _look_up(source.flat_px, there, target.flat_px[here])
            out[here], visible[here] = found, near
    return Flow(out, visible)


def _look_up(flat_px: F32, known: Bools, wanted: F32) -> tuple[F32, Bools]:
    """Pixels (N, 2) of a layer at which flat coordinates ``wanted`` (N, 2) are seen, and whether they are.

    The nearest seen point is found on a grid of the flat frame, then corrected to first order by the local
    derivative of the flat coordinates.
    """
    rows, cols = np.nonzero(known)
    cell = np.clip(np.round(flat_px[rows, cols]).astype(int), 0, [HALF[1] - 1, HALF[0] - 1])
    index = np.full(HALF, -1, np.int64)
    index[cell[:, 1], cell[:, 0]] = np.arange(len(rows))
    distance, label = cv2.distanceTransformWithLabels(
        (index < 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.zeros(int(label.max()) + 1, np.int64)
    nearest[label[index >= 0]] = index[index >= 0]
    place = np.clip(np.round(wanted).astype(int), 0, [HALF[1] - 1, HALF[0] - 1])
    found = nearest[label[place[:, 1], place[:, 0]]]
    near = distance[place[:, 1], place[:, 0]] <= NEAR_CELLS
    base = np.stack([cols, rows], 1)[found].astype(np.float32)
    jacobian, sound = _derivative(flat_px, known)
    rest = wanted - flat_px[rows[found], cols[found]]
    j = jacobian[rows[found], cols[found]]
    det = j[:, 0, 0] * j[:, 1, 1] - j[:, 0, 1] * j[:, 1, 0]
    good = sound[rows[found], cols[found]] & (np.abs(det) > 0.02)
    safe = np.where(good, det, 1.0)
    step = np.stack(
        [j[:, 1, 1] * rest[:, 0] - j[:, 0, 1] * rest[:, 1], j[:, 0, 0] * rest[:, 1] - j[:, 1, 0] * rest[:, 0]], 1
    )
    step = np.where(good[:, None], step / safe[:, None], 0.0)
    return (base + np.clip(step, -3, 3)).astype(np.float32), near


def _derivative(flat_px: F32, known: Bools) -> tuple[F32, Bools]:
    """(h, w, 2, 2) change of the flat coordinates (rows: x, y) by pixel (columns: x, y), and where it is sound."""
    along_x, has_x = _slope(flat_px, known)
    turned, has_y = _slope(flat_px.transpose(1, 0, 2), known.T)
    jacobian = np.stack([along_x, turned.transpose(1, 0, 2)], -1)
    smooth = np.abs(jacobian).max((2, 3)) < 8.0  # else another part begins
    return jacobian, has_x & has_y.T & smooth


def _slope(values: F32, known: Bools) -> tuple[F32, Bools]:
    """Change (h, w, C) from column to column, from both neighbours or the one there is; where there is any."""
    step = np.zeros_like(values)
    step[:, 1:] = values[:, 1:] - values[:, :-1]
    has_left = np.zeros_like(known)
    has_left[:, 1:] = known[:, 1:] & known[:, :-1]
    has_right = np.zeros_like(known)
    has_right[:, :-1] = has_left[:, 1:]
    right = np.zeros_like(step)
    right[:, :-1] = step[:, 1:]
    count = has_left.astype(np.float32) + has_right
    total = step * has_left[..., None] + right * has_right[..., None]
    return total / np.maximum(count, 1)[..., None], count > 0


def sample_grid(from_flat: F32, flat_px: F32) -> F32:
    """View pixels (..., 2) of flat pixels (..., 2), bilinear in ``from_flat``; cv2.remap would round to 1/32 node."""
    gh, gw = from_flat.shape[:2]
    scale = np.array([gw / HALF[1], gh / HALF[0]], np.float32)
    return bilinear(from_flat, (flat_px + 0.5) * scale - 0.5)


def bilinear(image: F32, at: F32) -> F32:
    """Values (..., K) of an image (h, w, K) at pixels (..., 2); outside the nearest edge counts."""
    h, w = image.shape[:2]
    x, y = np.clip(at[..., 0], 0, w - 1), np.clip(at[..., 1], 0, h - 1)
    col, row = np.minimum(x.astype(int), w - 2), np.minimum(y.astype(int), h - 2)
    u, v = (x - col)[..., None], (y - row)[..., None]
    upper = (1 - u) * image[row, col] + u * image[row, col + 1]
    lower = (1 - u) * image[row + 1, col] + u * image[row + 1, col + 1]
    return np.asarray((1 - v) * upper + v * lower, np.float32)
