"""Meshes as the layer renderer's buffers want them: normals, squeezed cloth, bytes of faces, pushed skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.garment_mesh import GarmentMesh
from tryon.synth.record import BACK_BIT
from tryon.synth.solids import SKIN, Solid

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
FACE_ROW = 2048  # width of the texture that holds a byte for each face


@dataclass(frozen=True)
class FoldNoise:
    """Creases drawn into the normals alone, in the cloth's own coordinates.

    tilt: slope of cloth that hangs; squeezed: additional slope where cloth is compressed to half its
    length; per_m: folds in a metre; seed: moves the pattern. tilt 0 and squeezed 0 draw none: simulated
    cloth has its own.
    """

    tilt: float = 0.05
    squeezed: float = 0.35
    per_m: float = 9.0
    seed: int = 0

    def shift(self) -> tuple[float, float, float]:
        """Where in the endless noise this garment lies."""
        x, y, z = np.random.default_rng(self.seed).uniform(0, 7, 3)
        return float(x), float(y), float(z)


NO_FOLDS = FoldNoise(0.0, 0.0)


def smooth_vertex_normals(points: F64, faces: I64) -> F32:
    """Unit normals (N, 3), area-weighted; as ``makehuman.vertex_normals``, several times as fast."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    index, count = faces.T.ravel(), len(points)
    out = np.stack([np.bincount(index, np.tile(face[:, k], 3), count) for k in range(3)], 1)
    return (out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def face_texture(values: NDArray[np.uint8]) -> tuple[tuple[int, int], bytes]:
    """Size and bytes of a one-channel texture that holds a value for each face (F,)."""
    rows = -(-max(len(values), 1) // FACE_ROW)
    padded = np.zeros(rows * FACE_ROW, np.uint8)
    padded[: len(values)] = values
    return (FACE_ROW, rows), padded.tobytes()


def part_bytes(mesh: GarmentMesh) -> NDArray[np.uint8]:
    """Part byte (F,) of each face without the bit of the inner side."""
    return (mesh.part + 1 + np.where(mesh.front, 0, BACK_BIT)).astype(np.uint8)


@dataclass(frozen=True)
class Edges:
    """A mesh's edges. pairs: (E, 2). rest: (E,) m. mean: (N, E) averages edges' values at vertices."""

    pairs: I64
    rest: F64
    mean: sp.csr_matrix


def mesh_edges(mesh: GarmentMesh) -> Edges:
    """Edges of a garment; the same on every body, so worth keeping."""
    f, count = mesh.faces, len(mesh.rest)
    both = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    key = np.unique(both[:, 0] * count + both[:, 1])
    pairs = np.stack([key // count, key % count], 1)
    rest = np.linalg.norm(mesh.rest[pairs[:, 0]] - mesh.rest[pairs[:, 1]], axis=1)
    rows, cols = pairs.T.ravel(), np.tile(np.arange(len(pairs)), 2)
    mean = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, len(pairs)))
    return Edges(pairs, rest, (sp.diags(1 / np.maximum(np.bincount(rows, minlength=count), 1)) @ mean).tocsr())


def squeezed(edges: Edges, points: F64, steps: int = 3) -> F32:
    """How much cloth is compressed at each vertex (N,): 0 not, 1 to half its length.

    Lengths are compared with the garment's median, so that a larger body is no stretched cloth.
    """
    now = np.linalg.norm(points[edges.pairs[:, 0]] - points[edges.pairs[:, 1]], axis=1)
    ratio = now / np.maximum(edges.rest, 1e-6)
    ratio = ratio / max(float(np.median(ratio)), 1e-6)
    at_edge = np.clip(2 * (1 - ratio) - 0.1, 0.0, 1.0)
    value = edges.mean @ at_edge
    for _ in range(steps):
        value = edges.mean @ (value[edges.pairs].mean(1))
    return value.astype(np.float32)


def corner_buffer(solid: Solid) -> bytes:
    """Corners of a coloured mesh: point, normal, texture coordinate, 8 floats each."""
    index = solid.faces.ravel()
    normals = smooth_vertex_normals(solid.points, solid.faces) if solid.normals is None else solid.normals
    out = np.empty((len(index), 8), np.float32)
    out[:, :3] = solid.points.astype(np.float32)[index]
    out[:, 3:6] = np.asarray(normals, np.float32)[index]
    out[:, 6:] = solid.uv.astype(np.float32)[solid.uv_faces.ravel()]
    return out.tobytes()


def shown_faces(solid: Solid, covered: NDArray[np.bool_] | None) -> I64:
    """Faces (F, 3) of a solid that may hide a garment: the skin's without those that lie under it."""
    if solid.kind != SKIN or covered is None:
        return solid.faces
    return solid.faces[~covered[solid.faces].all(1)]


def skin_push(solid: Solid, covered: NDArray[np.bool_] | None, push_m: float, reach_m: float) -> F32:
    """How far skin (N,) is moved away from the camera when it hides cloth, metres.

    Beside skin that is certainly covered the cloth's edge lies within millimetres of it, and both
    meshes are coarser than that; further off, at reach_m, hands and arms must hide cloth as they do.
    """
    out = np.zeros(len(solid.points), np.float32)
    if solid.kind != SKIN or covered is None or not covered.any() or push_m <= 0:
        return out
    f = solid.faces
    pairs = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    distance = np.where(covered[: len(out)], 0.0, np.inf)
    near = np.zeros(len(out), bool)
    near[f[covered[f].any(1)].ravel()] = True
    for _ in range(3):  # rings; a ring is about a centimetre
        near[pairs[near[pairs[:, 0]], 1]] = True
    local = pairs[near[pairs].all(1)]
    length = np.linalg.norm(solid.points[local[:, 0]] - solid.points[local[:, 1]], axis=1)
    for _ in range(4):
        np.minimum.at(distance, local[:, 1], distance[local[:, 0]] + length)
    return (push_m * np.clip(1.5 - distance / reach_m, 0.0, 1.0)).astype(np.float32)
