"""Layers at any size, and paints looked up through flat coordinates.

Everything smooth is padded outwards within its own layer before it is resized or blended, so that
edges never mix with emptiness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.record import BACK_BIT, DEPTH_UNIT_M, HALF, INNER_BIT, FlatView, GarmentLayer

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Box = tuple[int, int, int, int]  # y0, y1, x0, x1
_LINEAR = np.linspace(0, 1, 256, dtype=np.float64)
TO_LINEAR = np.where(_LINEAR <= 0.04045, _LINEAR / 12.92, ((_LINEAR + 0.055) / 1.055) ** 2.4).astype(np.float32)


class Paint(Protocol):
    """Colours of one garment in its flat frame, at any scale (see ``garment_paint.GarmentPaint``).

    front_u8, back_u8, inside_u8: (h', w', 3) sRGB. relief_f32: (h', w') height in mm or None. sheer_f32:
    (h', w') opacity 0 clear to 1, or None. gloss: 0 matt to 1 satin. back_relief_f32: as relief_f32, of the back.
    shaded: whether creases are in the picture already.
    """

    @property
    def front_u8(self) -> U8: ...
    @property
    def back_u8(self) -> U8: ...
    @property
    def inside_u8(self) -> U8: ...
    @property
    def relief_f32(self) -> F32 | None: ...
    @property
    def sheer_f32(self) -> F32 | None: ...
    @property
    def gloss(self) -> float: ...
    @property
    def back_relief_f32(self) -> F32 | None: ...
    @property
    def shaded(self) -> bool: ...


@dataclass(frozen=True)
class PlainPaint:
    """A paint made by hand, for tests and where nothing better is at hand."""

    front_u8: U8
    back_u8: U8
    inside_u8: U8
    relief_f32: F32 | None = None
    sheer_f32: F32 | None = None
    gloss: float = 0.05
    back_relief_f32: F32 | None = None
    shaded: bool = False


def nearest_fill(known: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each wanted pixel without a value, the nearest known one.

    Returns:
        Flat indices (K,) of the pixels to fill and (K,) of where their value comes from.
    """
    missing = np.flatnonzero(wanted & ~known)
    if not len(missing) or not known.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    _, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_PIXEL
    )
    sources = np.zeros(int(label.max()) + 1, np.int64)
    places = np.flatnonzero(known)
    sources[label.ravel()[places]] = places
    return missing, sources[label.ravel()[missing]]


def copy_pixels(images: Sequence[NDArray], to: NDArray[np.int64], source: NDArray[np.int64]) -> None:
    """Copy pixels within each contiguous image (h, w, ...), in place."""
    for image in images:
        view = image.reshape(image.shape[0] * image.shape[1], -1)
        view[to] = view[source]


@dataclass(frozen=True)
class SmoothBuffers:
    """Smooth buffers of one layer in a box: part, normal, depth in m, flat coordinates."""

    part: U8
    normal: F32
    depth: F32
    flat: F32


def smooth_buffers(layer: GarmentLayer | FlatView, box: Box, size: tuple[int, int], wanted: F32) -> SmoothBuffers:
    """The layer's half-size buffers at another size, padded to where its coverage (h, w of the box) reaches."""
    y0, y1, x0, x1 = box
    if size == HALF:
        at = (slice(y0, y1), slice(x0, x1))
        part, depth, normal, flat = _half_buffers(layer, at)
        copy_pixels((part, depth, normal, flat), *nearest_fill(part > 0, wanted > 0))
    else:
        rows = (np.arange(y0, y1, dtype=np.float32) + 0.5) * np.float32(HALF[0] / size[0]) - 0.5
        cols = (np.arange(x0, x1, dtype=np.float32) + 0.5) * np.float32(HALF[1] / size[1]) - 0.5
        top, left = max(0, int(rows[0]) - 3), max(0, int(cols[0]) - 3)
        at = (slice(top, int(rows[-1]) + 5), slice(left, int(cols[-1]) + 5))
        part, depth, normal, flat = _half_buffers(layer, at)
        ring = cv2.dilate(part, np.ones((7, 7), np.uint8)) > 0
        copy_pixels((part, depth, normal, flat), *nearest_fill(part > 0, ring))
        x, y = np.meshgrid(cols - left, rows - top)
        depth, flat = _remap_steps(depth, x, y, 100.0), _remap_steps(flat, x, y, 8.0)
        part = cv2.remap(part, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
        normal = cv2.remap(normal, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        copy_pixels((part, depth, normal, flat), *nearest_fill(part > 0, wanted > 0))
    return SmoothBuffers(part, normal * np.float32(1 / 127), depth * np.float32(DEPTH_UNIT_M), flat)


def _half_buffers(layer: GarmentLayer | FlatView, at: tuple[slice, slice]) -> tuple[U8, F32, F32, F32]:
    """Copies of part, depth, normal and flat coordinates of a piece of the half frame."""
    return (
        layer.half_part[at].copy(),
        layer.depth[at].astype(np.float32),
        layer.normal[at].astype(np.float32),
        layer.flat_px[at].astype(np.float32),
    )


def _remap_steps(image: F32, x: F32, y: F32, step: float) -> F32:
    """Bilinear, but nearest across steps: where two parts meet, nothing lies between them."""
    out = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    kernel = np.ones((3, 3), np.uint8)
    spread = cv2.dilate(image, kernel) - cv2.erode(image, kernel)
    steep = (spread if spread.ndim == 2 else np.maximum(spread[..., 0], spread[..., 1])) > step
    torn = cv2.remap(steep.astype(np.uint8), x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE) > 0
    nearest = cv2.remap(image, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    np.copyto(out, nearest, where=torn if out.ndim == 2 else torn[..., None])
    return np.asarray(out, np.float32)


def coverage(mask: U8, size: tuple[int, int]) -> F32:
    """Share (H, W) 0..1 of each pixel that a native mask (1024, 768) covers."""
    full = cv2.compare(mask, 0, cv2.CMP_GT)
    return np.asarray(cv2.resize(full, (size[1], size[0]), interpolation=cv2.INTER_AREA), np.float32) / 255


def unit_normals(normal: F32) -> F32:
    """Normals (h, w, 3) at length 1; zeros stay zeros."""
    length = np.sqrt(np.einsum("...i,...i->...", normal, normal))
    return np.asarray(normal * (1 / np.maximum(length, np.float32(1e-6)))[..., None], np.float32)


@dataclass(frozen=True)
class GarmentCut:
    """A garment alone at some size, (h, w): coverage, part byte, normal, depth in m, flat pixels, and its cloth."""

    alpha: F32
    part: U8
    normal: F32
    depth: F32
    flat: F32
    sheet: Sheet


def garment_cut(view: FlatView, paint: Paint | None, size: tuple[int, int]) -> GarmentCut:
    """A garment's own view at a size (H, W)."""
    alpha = coverage(view.part, size)
    smooth = smooth_buffers(view, (0, size[0], 0, size[1]), size, alpha)
    sheet = sample_paint(paint, smooth.flat, smooth.part, alpha > 0)
    return GarmentCut(alpha, smooth.part, smooth.normal, smooth.depth, smooth.flat, sheet)


@dataclass(frozen=True)
class Sheet:
    """A paint as seen through flat coordinates: albedo (h, w, 3) linear, opacity, relief in m, gloss, (h, w)."""

    albedo: F32
    opacity: F32
    relief: F32
    gloss: float


def sample_paint(paint: Paint | None, flat: F32, part: U8, where: NDArray[np.bool_]) -> Sheet:
    """Look a paint up at flat coordinates (h, w, 2); part (h, w) tells front, back and inner side."""
    shape = part.shape
    if paint is None:
        grey = np.full((*shape, 3), 0.35, np.float32)
        return Sheet(grey, np.ones(shape, np.float32), np.zeros(shape, np.float32), 0.05)
    scale = paint.front_u8.shape[1] / HALF[1]
    shrink = 1.0 / max(1.0, 0.85 * _texels_per_pixel(flat, part) * scale)
    front = _shrunk(paint.front_u8, shrink)
    sx, sy = front.shape[1] / HALF[1], front.shape[0] / HALF[0]
    x, y = flat[..., 0] * np.float32(sx) + np.float32(sx / 2 - 0.5), flat[..., 1] * np.float32(sy)
    y += np.float32(sy / 2 - 0.5)
    colour = cv2.remap(front, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    back = (part & BACK_BIT) > 0
    if (back & where).any():
        other = cv2.remap(_shrunk(paint.back_u8, shrink), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        np.copyto(colour, other, where=back[..., None])
    inner = (part & INNER_BIT) > 0
    if (inner & where).any():
        other = cv2.remap(_shrunk(paint.inside_u8, shrink), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        np.copyto(colour, other, where=inner[..., None])
    albedo = cv2.LUT(colour, TO_LINEAR)

    def look_up(image: F32) -> F32:
        small = _shrunk(image, shrink)
        fx, fy = small.shape[1] / front.shape[1], small.shape[0] / front.shape[0]
        at = ((x + 0.5) * np.float32(fx) - np.float32(0.5), (y + 0.5) * np.float32(fy) - np.float32(0.5))
        return np.asarray(cv2.remap(small, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)

    relief = np.zeros(shape, np.float32)
    if paint.relief_f32 is not None:
        relief = look_up(paint.relief_f32) * np.float32(0.001)
    if paint.back_relief_f32 is not None and (back & where).any():
        np.copyto(relief, look_up(paint.back_relief_f32) * np.float32(0.001), where=back)
    opacity = np.ones(shape, np.float32) if paint.sheer_f32 is None else look_up(paint.sheer_f32)
    return Sheet(albedo, opacity, relief, float(paint.gloss))


def _shrunk(image: NDArray, factor: float) -> NDArray:
    if factor > 0.9:
        return image
    size = (max(8, round(image.shape[1] * factor)), max(8, round(image.shape[0] * factor)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _texels_per_pixel(flat: F32, part: U8) -> float:
    """How many flat pixels one picture pixel spans, in the middle of the cases."""
    coarse, there = flat[::3, ::3], part[::3, ::3]
    both = (there[:, 1:] == there[:, :-1]) & (there[:, 1:] > 0)
    step = np.abs(coarse[:, 1:] - coarse[:, :-1]).max(2)[both] / 3
    below = (there[1:] == there[:-1]) & (there[1:] > 0)
    step = np.concatenate([step, np.abs(coarse[1:] - coarse[:-1]).max(2)[below] / 3])
    return float(np.median(step)) if len(step) else 1.0
