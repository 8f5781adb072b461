"""The canonical flat picture of a garment: where flat metres fall, and what is drawn there.

The garment is centred and fills 86% of a HALF frame in one direction (``record``). Everything here is
numpy alone: triangles are filled by testing pixel centres, so a drawing is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.garment_mesh import PART, GarmentMesh
from tryon.synth.record import BACK_BIT, HALF, FlatFeature

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FILL = 0.86  # of the frame, in the direction that binds: ``record`` says so


@dataclass(frozen=True)
class FlatFrame:
    """Flat metres to flat pixels and back. centre_m: what lies in the frame's middle; size: (h, w)."""

    centre_m: tuple[float, float]
    px_per_m: float
    size: tuple[int, int] = HALF

    @staticmethod
    def fit(flat: F64, size: tuple[int, int] = HALF) -> FlatFrame:
        """The frame of a garment whose flat points (N, 2) m are given."""
        low, high = flat.min(0), flat.max(0)
        extent = np.maximum(high - low, 1e-6)
        scale = min(FILL * size[1] / extent[0], FILL * size[0] / extent[1])
        centre = 0.5 * (low + high)
        return FlatFrame((float(centre[0]), float(centre[1])), float(scale), size)

    def to_px(self, flat: F64) -> F64:
        """(..., 2) flat metres to flat pixels, from the centre of the top left pixel."""
        middle = np.array([self.size[1] - 1, self.size[0] - 1]) / 2
        return (np.asarray(flat) - self.centre_m) * self.px_per_m + middle

    def to_m(self, pixels: F64) -> F64:
        """(..., 2) flat pixels to flat metres."""
        middle = np.array([self.size[1] - 1, self.size[0] - 1]) / 2
        return (np.asarray(pixels) - middle) / self.px_per_m + self.centre_m

    def affine(self) -> F64:
        """The same as a matrix (2, 3) from flat metres to flat pixels."""
        out = np.zeros((2, 3))
        out[0, 0] = out[1, 1] = self.px_per_m
        out[:, 2] = self.to_px(np.zeros(2))
        return out

    def features(self, mesh: GarmentMesh) -> tuple[FlatFeature, ...]:
        """A garment's trimmings in flat pixels."""
        return tuple(
            FlatFeature(f.name, f.kind, self.to_px(f.points).astype(np.float32), f.width_m * self.px_per_m, f.sides)
            for f in mesh.features
        )

    def landmarks(self, mesh: GarmentMesh) -> dict[str, tuple[float, float]]:
        """A garment's landmarks in flat pixels."""
        if not mesh.landmarks:
            return {}
        px = self.to_px(mesh.flat[list(mesh.landmarks.values())])
        return {name: (float(x), float(y)) for name, (x, y) in zip(mesh.landmarks, px, strict=True)}


def fill_triangles(corners: F64, values: F64, size: tuple[int, int]) -> tuple[F64, NDArray[np.bool_]]:
    """Draw triangles that do not overlap; each pixel centre takes the value interpolated there.

    Args:
        corners: (F, 3, 2) pixels. values: (F, 3, K), or (F, K) for one value a triangle.

    Returns:
        (h, w, K) and (h, w) where something was drawn. Where triangles do overlap the later one wins.
    """
    h, w = size
    out = np.zeros((h * w, values.shape[-1]))
    drawn = np.zeros(h * w, bool)
    low = np.ceil(corners.min(1) - 1e-9).astype(int)
    high = np.floor(corners.max(1) + 1e-9).astype(int)
    low, high = np.maximum(low, 0), np.minimum(high, (w - 1, h - 1))
    cols, rows = np.maximum(high - low + 1, 0).T
    cells = cols * rows
    if not cells.sum():
        return out.reshape(h, w, -1), drawn.reshape(h, w)
    # every pixel of every bounding box, as one list
    face = np.repeat(np.arange(len(corners)), cells)
    number = np.arange(cells.sum()) - np.repeat(np.cumsum(cells) - cells, cells)
    x = low[face, 0] + number % cols[face]
    y = low[face, 1] + number // cols[face]
    a, b, c = corners[face, 0], corners[face, 1], corners[face, 2]
    p, q, r = b - a, c - a, np.stack([x, y], 1) - a
    area = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]
    safe = np.where(np.abs(area) < 1e-12, 1e-12, area)
    u = (r[:, 0] * q[:, 1] - r[:, 1] * q[:, 0]) / safe
    v = (p[:, 0] * r[:, 1] - p[:, 1] * r[:, 0]) / safe
    inside = (u >= -1e-6) & (v >= -1e-6) & (u + v <= 1 + 1e-6) & (np.abs(area) > 1e-12)
    face, u, v = face[inside], u[inside, None], v[inside, None]
    at = y[inside] * w + x[inside]
    if values.ndim == 3:
        out[at] = (1 - u - v) * values[face, 0] + u * values[face, 1] + v * values[face, 2]
    else:
        out[at] = values[face]
    drawn[at] = True
    return out.reshape(h, w, -1), drawn.reshape(h, w)


def top_last(mesh: GarmentMesh, chosen: NDArray[np.bool_]) -> I64:
    """Indices of the chosen faces in drawing order: collars over the front that they are sewn to, and of
    plackets and lapels the layer that is worn outside over the inner one."""
    index = np.flatnonzero(chosen)
    above = np.isin(mesh.part[index], [PART["collar"], PART["hood"]])
    back = mesh.rest[mesh.faces[index]][..., 1].mean(1)
    outside = np.where(mesh.front[index], -back, back)
    return index[np.lexsort((outside, above))]


def side_maps(mesh: GarmentMesh, frame: FlatFrame) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The two sides as part bytes (h, w) in the flat frame: front, and back (with BACK_BIT)."""
    corners = frame.to_px(mesh.flat)[mesh.faces]
    maps = []
    for chosen, bit in ((mesh.front, 0), (~mesh.front, BACK_BIT)):
        side = top_last(mesh, chosen)
        value, drawn = fill_triangles(corners[side], mesh.part[side].astype(np.float64)[:, None] + 1.0, frame.size)
        maps.append(np.where(drawn, value[..., 0].astype(np.uint8) | bit, 0).astype(np.uint8))
    return maps[0], maps[1]


def flat_map(corners_px: F64, values: F64, frame: FlatFrame, grid: tuple[int, int]) -> NDArray[np.float32]:
    """A function on one side of a garment at the nodes of an even grid over the flat frame.

    Beyond the garment it goes on as smoothly as it can (the bends of the grid are made least).

    Args:
        corners_px: (F, 3, 2) flat pixels of the side's triangles. values: (F, 3, K) at their corners.
        grid: (gh, gw); node (r, c) lies at flat pixel ((c + .5) * w / gw - .5, (r + .5) * h / gh - .5).
    """
    scale = np.array([grid[1] / frame.size[1], grid[0] / frame.size[0]])
    value, known = fill_triangles((corners_px + 0.5) * scale - 0.5, values, grid)
    return extrapolate(value, known).astype(np.float32)


def extrapolate(value: F64, known: NDArray[np.bool_], linear_rings: int = 3) -> F64:
    """Fill the unknown nodes of a grid (h, w, K) smoothly from the known ones.

    An affine trend is taken out. The first rings go on straight, so that what lies between the last known
    nodes and the garment's edge is right; a pyramid fills the rest and a few rounds of averaging hide its steps.
    """
    h, w = known.shape
    if not known.any():
        raise BadRequestError("Nothing of the garment falls on the grid; fit its flat frame first.")
    y, x = np.mgrid[0:h, 0:w].astype(float)
    base = np.stack([np.ones_like(x), x / w, y / h], -1)
    fit, *_ = np.linalg.lstsq(base[known], value[known], rcond=None)
    trend = base @ fit
    rest = np.where(known[..., None], value - trend, 0.0)
    near = known
    for _ in range(linear_rings):
        rest, near = _one_ring(rest, near)
    out = np.where(near[..., None], rest, _pull_push(rest, near.astype(float)))
    for _ in range(40):
        padded = np.pad(out, ((1, 1), (1, 1), (0, 0)), mode="edge")
        mean = 0.25 * (padded[:-2, 1:-1] + padded[2:, 1:-1] + padded[1:-1, :-2] + padded[1:-1, 2:])
        out = np.where(near[..., None], out, mean)
    return out + trend


def _one_ring(value: F64, known: NDArray[np.bool_]) -> tuple[F64, NDArray[np.bool_]]:
    """Extend known nodes by one: the mean of what straight lines through two known nodes say."""
    h, w = known.shape
    v = np.pad(value, ((2, 2), (2, 2), (0, 0)))
    k = np.pad(known, 2)
    total, count = np.zeros_like(value), np.zeros((h, w))
    for dy, dx in ((0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        one = (slice(2 + dy, 2 + dy + h), slice(2 + dx, 2 + dx + w))
        two = (slice(2 + 2 * dy, 2 + 2 * dy + h), slice(2 + 2 * dx, 2 + 2 * dx + w))
        both = k[one] & k[two]
        total += both[..., None] * (2 * v[one] - v[two])
        count += both
    new = ~known & (count > 0)
    value = np.where(new[..., None], total / np.maximum(count, 1)[..., None], value)
    return value, known | new


def _pull_push(value: F64, weight: F64) -> F64:
    h, w = weight.shape
    if min(h, w) <= 2:
        total = max(weight.sum(), 1e-9)
        return np.broadcast_to((value * weight[..., None]).sum((0, 1)) / total, value.shape).copy()
    ph, pw = (h + 1) // 2 * 2, (w + 1) // 2 * 2
    v = np.zeros((ph, pw, value.shape[-1]))
    k = np.zeros((ph, pw))
    v[:h, :w], k[:h, :w] = value * weight[..., None], weight
    small_v = v.reshape(ph // 2, 2, pw // 2, 2, -1).sum((1, 3))
    small_k = k.reshape(ph // 2, 2, pw // 2, 2).sum((1, 3))
    mean = small_v / np.maximum(small_k, 1e-9)[..., None]
    filled = _pull_push(mean, np.minimum(small_k, 1.0))
    filled = np.where((small_k > 0)[..., None], mean, filled)
    up = np.repeat(np.repeat(filled, 2, 0), 2, 1)[:h, :w]
    return np.where((weight > 0)[..., None], value, up)
