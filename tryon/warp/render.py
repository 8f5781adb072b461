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
    """A smaller copy of the garment: colours spread past the edge (h, w, 3) and alpha (h, w)."""

    rgb_u8: RGBu8
    alpha_u8: NDArray[np.uint8]
    sx: float
    sy: float


def render_parts(
    garment_rgb_u8: RGBu8,
    garment_alpha_f32: MaskF32,
    parts: list[PartWarp],
    size: tuple[int, int] | None = None,
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
    h, w = size
    color = np.zeros((h, w, 3), np.float32)
    alpha = np.zeros((h, w), np.float32)
    levels: dict[int, _Level] = {}
    for part in parts:
        _draw(part, garment_rgb_u8, garment_alpha_f32, levels, color, alpha)
    return np.clip(np.rint(color), 0, 255).astype(np.uint8), alpha


def _draw(
    part: PartWarp,
    rgb_u8: RGBu8,
    alpha_f32: MaskF32,
    levels: dict[int, _Level],
    color: NDArray[np.float32],
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
    at_x = (flow[..., 0] + 0.5) * level.sx - 0.5
    at_y = (flow[..., 1] + 0.5) * level.sy - 0.5
    rgb = cv2.remap(level.rgb_u8, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    weight = cv2.remap(level.alpha_u8, at_x, at_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    weight = weight.astype(np.float32) * (region / 255.0)
    under = alpha[window]
    out = weight + under * (1 - weight)
    share = np.where(out > 1e-4, weight / np.maximum(out, 1e-4), 0.0)
    # Where nothing is drawn yet, keep the piece's colour all the same: whoever enlarges the result needs it.
    share = np.where((out <= 1e-4) & (region > 0), 1.0, share)[..., None]
    color[window] += share * (rgb - color[window])
    alpha[window] = out


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
    """Shrink the garment by area, draw its mask in by a pixel, and spread colours past its edge."""
    h, w = alpha_f32.shape
    size = (max(1, round(w * factor)), max(1, round(h * factor)))
    core = cv2.erode(alpha_f32, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    core_u8 = np.rint(core * 255).astype(np.uint8)
    solid = (core > 0.9).astype(np.float32)
    if size != (w, h):
        weight = cv2.resize(solid, size, interpolation=cv2.INTER_AREA)
        premultiplied = np.where((solid > 0)[..., None], rgb_u8, 0).astype(np.uint8)
        rgb = cv2.resize(premultiplied, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        core_u8 = cv2.resize(core_u8, size, interpolation=cv2.INTER_AREA)
    else:
        weight, rgb = solid, rgb_u8 * solid[..., None]
    return _Level(_spread(rgb, weight), core_u8, size[0] / w, size[1] / h)


def _spread(premultiplied: NDArray[np.float32], weight: MaskF32) -> RGBu8:
    """Fill pixels of little weight from their neighbours, from near to far."""
    filled = premultiplied / np.maximum(weight, 1e-3)[..., None]
    missing = weight < 0.5
    for radius in (2, 8, 32):
        if not missing.any():
            break
        kernel = (2 * radius + 1, 2 * radius + 1)
        near = cv2.blur(weight, kernel, borderType=cv2.BORDER_CONSTANT)
        colors = cv2.blur(premultiplied, kernel, borderType=cv2.BORDER_CONSTANT)
        usable = missing & (near > 0.02)
        filled[usable] = colors[usable] / near[usable][:, None]
        missing = missing & ~usable
    if missing.any() and not missing.all():
        filled[missing] = filled[~missing].mean(0)
    return np.clip(np.rint(filled), 0, 255).astype(np.uint8)
