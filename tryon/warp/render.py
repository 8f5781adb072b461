"""Drawing warped pieces: one picture and one mask from a garment and the flows of its parts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.geometry.flow import enlarge_flow, flow_determinant
from tryon.types import MaskF32, PartWarp, RGBu8


@dataclass(frozen=True)
class _Level:
    """A smaller copy of the garment: colours spread past the edge (h, w, 3) and alpha (h, w) 0..1.

    A garment pixel g (centre convention) lies at ``(g + .5 - origin) * scale - .5``.
    """

    rgb_u8: RGBu8
    alpha_f32: MaskF32
    origin: tuple[float, float]
    scale: tuple[float, float]


Copies = dict[int, _Level]


def render_parts(
    garment_rgb_u8: RGBu8,
    garment_alpha_f32: MaskF32,
    parts: list[PartWarp],
    size: tuple[int, int] | None = None,
    copies: Copies | None = None,
) -> tuple[RGBu8, MaskF32]:
    """Draw pieces one over the other.

    Where a piece shrinks the garment, it is sampled from an area-averaged copy, so fine stripes do not
    turn into false patterns. The mask is drawn in by one garment pixel and colours spread out below
    it: the old background leaves no outline.

    Args:
        garment_rgb_u8: (H, W, 3) uint8, garment frame.
        garment_alpha_f32: (H, W) float32 0..1.
        parts: pieces in drawing order, all of one resolution; may be empty if `size` is given.
        size: (h, w) to draw at; the parts' own resolution when None. The flows are enlarged.
        copies: the garment's smaller copies, kept from one call to the next; of this garment alone.

    Returns:
        rgb (h, w, 3) uint8, sensible also a little outside of the mask; alpha (h, w) float32 0..1.

    Raises:
        BadRequestError: picture and mask differ in size, or there is nothing to tell the size by.
    """
    if garment_rgb_u8.shape[:2] != garment_alpha_f32.shape[:2]:
        raise BadRequestError("The garment's picture and its mask must have the same size.")
    if size is None:
        if not parts:
            raise BadRequestError("Name a size to draw no parts at.")
        size = (parts[0].region_f32.shape[0], parts[0].region_f32.shape[1])
    color = np.zeros((*size, 3), np.uint8)
    alpha = np.zeros(size, np.float32)
    levels = {} if copies is None else copies
    for part in parts:
        _draw(part, garment_rgb_u8, garment_alpha_f32, levels, color, alpha)
    return color, alpha


def _draw(
    part: PartWarp,
    rgb_u8: RGBu8,
    alpha_f32: MaskF32,
    levels: Copies,
    color: RGBu8,
    alpha: MaskF32,
) -> None:
    """Draw one piece over `color` and `alpha` (changed in place), only where it is."""
    h, w = alpha.shape
    region = part.region_f32
    ph, pw = region.shape
    x, y, bw, bh = cv2.boundingRect((region > 0.004).astype(np.uint8))
    if bw == 0 or bh == 0:
        return
    # A window of whole part pixels around the piece, and the same window at the drawn size.
    x0, y0, x1, y1 = max(x - 2, 0), max(y - 2, 0), min(x + bw + 2, pw), min(y + bh + 2, ph)
    if (h, w) == (ph, pw):
        window = (slice(y0, y1), slice(x0, x1))
        flow, region = part.flow_px[window], region[window]
    else:
        fx, fy = w / pw, h / ph
        window = (
            slice(int(y0 * fy), min(int(np.ceil(y1 * fy)), h)),
            slice(int(x0 * fx), min(int(np.ceil(x1 * fx)), w)),
        )
        flow, region = _enlarge_window(part, window, (h, w))
    shrink = _shrinkage(part) * (ph * pw / (h * w)) ** 0.5
    step = max(0, int(np.floor(2 * np.log2(max(shrink, 1e-3)) + 0.5)))
    if step not in levels:
        levels[step] = _make_level(rgb_u8, alpha_f32, 2.0 ** (-step / 2))
    level = levels[step]
    at_x = (flow[..., 0] + (0.5 - level.origin[0])) * level.scale[0] - 0.5
    at_y = (flow[..., 1] + (0.5 - level.origin[1])) * level.scale[1] - 0.5
    rgb = cv2.remap(level.rgb_u8, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    weight = cv2.remap(level.alpha_f32, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    weight *= region
    left = alpha[window] * (1 - weight)
    # A trace of weight where the piece could be: its colour stands there for whoever enlarges the result.
    color[window] = cv2.blendLinear(rgb, color[window], np.maximum(weight, 0.01 * region), left)
    alpha[window] = left + weight


def _enlarge_window(
    part: PartWarp, window: tuple[slice, slice], size: tuple[int, int]
) -> tuple[NDArray[np.float32], MaskF32]:
    """Flow and region of a window of the enlarged frame, without enlarging all of it."""
    (rows, columns), (h, w) = window, size
    ph, pw = part.region_f32.shape
    sx, sy = pw / w, ph / h
    # One part pixel more on each side, cut so that cv2.warpAffine's border never shows.
    matrix = np.array([[sx, 0, (columns.start + 0.5) * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]], np.float64)
    out = (columns.stop - columns.start, rows.stop - rows.start)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flow = enlarge_flow(part.flow_px, h, w)[window] if min(sx, sy) > 1 else None
    if flow is None:
        padded = np.pad(part.flow_px, ((1, 1), (1, 1), (0, 0)), mode="reflect", reflect_type="odd")
        shifted = matrix + np.array([[0, 0, 1.0], [0, 0, 1.0]])
        flow = cv2.warpAffine(padded, shifted, out, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    region = cv2.warpAffine(part.region_f32, matrix, out, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return flow, region


def _shrinkage(part: PartWarp) -> float:
    """Garment pixels for each part pixel, along one side, in the middle of the piece."""
    step = max(1, min(part.region_f32.shape) // 64)
    inside = part.region_f32[::step, ::step] > 0.5
    if not inside.any():
        return 1.0
    area = np.abs(flow_determinant(np.ascontiguousarray(part.flow_px[::step, ::step]))) / step**2
    return float(np.sqrt(np.median(area[inside])))


def _make_level(rgb_u8: RGBu8, alpha_f32: MaskF32, factor: float) -> _Level:
    """Cut the garment out, shrink it by area, draw its mask in by a pixel, spread colours past its edge."""
    h, w = alpha_f32.shape
    x, y, bw, bh = cv2.boundingRect((alpha_f32 > 0.02).astype(np.uint8))
    margin = int(np.ceil(4 / factor))
    x0, y0 = max(x - margin, 0), max(y - margin, 0)
    x1, y1 = max(min(x + bw + margin, w), x0 + 1), max(min(y + bh + margin, h), y0 + 1)
    rgb, alpha = rgb_u8[y0:y1, x0:x1], alpha_f32[y0:y1, x0:x1]
    size = (max(1, round((x1 - x0) * factor)), max(1, round((y1 - y0) * factor)))
    if size != (x1 - x0, y1 - y0):
        rgb = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA)
    # A pixel whose neighbours are all garment holds no background, whatever the shrinking mixed.
    core = cv2.erode(alpha, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return _Level(_spread(rgb, core > 0.9), core, (x0, y0), (size[0] / (x1 - x0), size[1] / (y1 - y0)))


def _spread(rgb_u8: RGBu8, pure: NDArray[np.bool_]) -> RGBu8:
    """Fill pixels that are not pure garment from the pure ones near them, then from ones farther off."""
    filled = np.ascontiguousarray(rgb_u8).copy()
    if not pure.any() or pure.all():
        return filled
    weight = pure.astype(np.uint8) * 255
    known = cv2.bitwise_and(filled, filled, mask=weight)
    missing = ~pure
    filled[missing] = np.array(cv2.mean(filled, mask=weight)[:3], np.float32).astype(np.uint8)
    for radius in (12, 2):  # far first: what near neighbours tell replaces it
        kernel = (2 * radius + 1, 2 * radius + 1)
        near = cv2.blur(weight, kernel, borderType=cv2.BORDER_CONSTANT)
        # Few neighbours would be rounded off in bytes: ask for one in twenty.
        rows, columns = np.nonzero(missing & (near > 12))
        colors = cv2.blur(known, kernel, borderType=cv2.BORDER_CONSTANT)[rows, columns]
        share = near[rows, columns].astype(np.float32)[:, None] / 255
        filled[rows, columns] = np.clip(np.rint(colors / share), 0, 255).astype(np.uint8)
    return filled
