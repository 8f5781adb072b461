"""Dense backward flows: for each target pixel the source pixel (x, y) to sample.

All coordinates count pixel centres, (0, 0) being the centre of the top left pixel, so enlarging a
flow must keep half-pixel shifts (`enlarge_flow`), and a flow of n pixels covers [-.5, n - .5].
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tryon.types import FlowF32

PointMap = Callable[[ArrayLike], NDArray[np.float32]]  # points (..., 2) -> points (..., 2)


def identity_flow(height: int, width: int) -> FlowF32:
    """The flow (height, width, 2) that samples each pixel at its own place."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.stack([x, y], -1)


def flow_from_map(point_map: PointMap, height: int, width: int, stride: int = 8) -> FlowF32:
    """Evaluate a smooth map on a coarse grid and interpolate it to every pixel.

    Args:
        point_map: target pixels (..., 2) -> source pixels (..., 2); smooth over `stride` pixels.
        height, width: size of the target.
        stride: distance of the nodes in pixels. 1 evaluates everywhere.

    Returns:
        (height, width, 2) float32.
    """
    rows, columns = -(-height // stride), -(-width // stride)
    # Nodes at the centres of stride x stride cells, one cell further on each side, for cv2.resize's grid.
    y = (np.arange(-1, rows + 1) + 0.5) * stride - 0.5
    x = (np.arange(-1, columns + 1) + 0.5) * stride - 0.5
    nodes = np.stack(np.meshgrid(x, y), -1)
    coarse = point_map(nodes).astype(np.float32)
    if stride == 1:
        return np.ascontiguousarray(coarse[1:-1, 1:-1])
    size = (coarse.shape[1] * stride, coarse.shape[0] * stride)
    fine = cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[stride : stride + height, stride : stride + width])


def enlarge_flow(flow_px: FlowF32, height: int, width: int) -> FlowF32:
    """The same flow on a finer (or coarser) grid over the same window; sources do not change.

    The border is extended linearly first, so that an affine flow stays exactly affine.
    """
    h, w = flow_px.shape[:2]
    if (h, w) == (height, width):
        return flow_px.copy()
    padded = np.pad(flow_px, ((1, 1), (1, 1), (0, 0)), mode="reflect", reflect_type="odd")
    # target pixel X lies at (X + .5) * w / width - .5 in the flow, one further in the padded flow
    sx, sy = w / width, h / height
    matrix = np.array([[sx, 0, 0.5 * sx + 0.5], [0, sy, 0.5 * sy + 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    # warpAffine rounds positions to 1/32 pixel; resize does not, so take it for whole factors.
    if width % w == 0 and height % h == 0:
        fx, fy = width // w, height // h
        fine = cv2.resize(padded, ((w + 2) * fx, (h + 2) * fy), interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(fine[fy : fy + height, fx : fx + width])
    return cv2.warpAffine(padded, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def sample(image: NDArray, flow_px: FlowF32, *, border: int = cv2.BORDER_REPLICATE) -> NDArray:
    """Sample an image (H, W) or (H, W, C) bilinearly at a flow (h, w, 2); the type is kept."""
    return cv2.remap(image, flow_px[..., 0], flow_px[..., 1], cv2.INTER_LINEAR, borderMode=border)


def compose_flows(first: FlowF32, second: FlowF32) -> FlowF32:
    """The flow that samples `second` at `first`: out(p) = second(first(p)).

    Args:
        first: (h, w, 2), target -> middle.
        second: (H, W, 2), middle -> source; extended by its border values outside.
    """
    return sample(second, first)


def flow_jacobian(flow_px: FlowF32) -> NDArray[np.float32]:
    """Derivatives (h, w, 2, 2): [..., i, j] = d source_i / d target_j, by central differences."""
    dy, dx = np.gradient(flow_px, axis=(0, 1))
    return np.stack([dx, dy], -1).astype(np.float32)


def flow_determinant(flow_px: FlowF32) -> NDArray[np.float32]:
    """Source area for each target pixel (h, w); negative where the flow folds (or mirrors)."""
    j = flow_jacobian(flow_px)
    return j[..., 0, 0] * j[..., 1, 1] - j[..., 0, 1] * j[..., 1, 0]


def fold_fraction(flow_px: FlowF32, region_f32: NDArray[np.float32]) -> float:
    """Share 0..1 of the region's pixels (weight over .5) at which the flow turns over."""
    inside = region_f32 > 0.5
    if not inside.any():
        return 0.0
    return float((flow_determinant(flow_px)[inside] <= 0).mean())
