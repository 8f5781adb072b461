"""Meshes as the layer renderer's buffers want them: normals, squeezed cloth, bytes of faces, pushed skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.garment_mesh import PART, GarmentMesh
from tryon.synth.record import BACK_BIT
from tryon.synth.solids import SKIN, Solid

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_SLEEVES = (PART["left_sleeve"], PART["right_sleeve"])
FACE_ROW = 2048  # width of the texture that holds a byte for each face


@dataclass(frozen=True)
class FoldNoise:
    """Creases drawn into the normals alone, in the cloth's own coordinates.

    tilt: slope of cloth that hangs, where it folds. squeezed: additional slope where cloth is compressed
    to half its length, across the direction in which it is. per_m: folds in a metre. seed: moves the pattern.
    tilt 0 and squeezed 0 draw none: simulated cloth has its own.
    """

    tilt: float = 0.1
    squeezed: float = 0.5
    per_m: float = 9.0
    seed: int = 0

    def shift(self) -> tuple[float, float, float]:
        """Where in the endless noise this garment lies."""
        x, y, z = np.random.default_rng(self.seed).uniform(0, 7, 3)
        return float(x), float(y), float(z)


NO_FOLDS = FoldNoise(0.0, 0.0)


def sample_folds(rng: np.random.Generator) -> FoldNoise:
    """Cloths from stiff and smooth to thin and crumpled."""
    return FoldNoise(
        tilt=float(rng.uniform(0.04, 0.18)),
        squeezed=float(rng.uniform(0.3, 0.8)),
        per_m=float(rng.uniform(7.0, 12.0)),
        seed=int(rng.integers(2**31)),
    )


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
class Cloth:
    """A garment as it is drawn, the same on every body.

    source: (M,) vertex of each drawn vertex: those on a sleeve's seam are drawn twice. faces: (F, 3) of
    drawn vertices. coordinates: (M, 3) m in the cloth, z along the limb that it covers. pairs: (E, 2) edges
    as vertices, rest: (E,) their lengths in m. along, around: (N, E) average edges' values at vertices,
    those along z and those across it.
    """

    source: I64
    faces: I64
    coordinates: F64
    pairs: I64
    rest: F64
    along: sp.csr_matrix
    around: sp.csr_matrix


def cloth_of(mesh: GarmentMesh) -> Cloth:
    """Prepare a garment; worth keeping."""
    f, count = mesh.faces, len(mesh.rest)
    limb = np.where(np.isin(mesh.part, _SLEEVES), mesh.part, 0)
    key = np.unique((f + count * limb[:, None].astype(np.int64)).ravel(), return_inverse=True)
    source, faces = key[0] % count, key[1].reshape(f.shape)
    turned = mesh.rest[source].astype(np.float64)
    for part in _SLEEVES:
        own = key[0] // count == part
        if own.sum() > 2:
            turned[own] = turned[own] @ _to_z(turned[own]).T
    in_cloth = np.zeros((count, 3))
    in_cloth[source] = turned
    both = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    pair = np.unique(both[:, 0] * count + both[:, 1])
    pairs = np.stack([pair // count, pair % count], 1)
    rest = np.linalg.norm(mesh.rest[pairs[:, 0]] - mesh.rest[pairs[:, 1]], axis=1)
    step = in_cloth[pairs[:, 0]] - in_cloth[pairs[:, 1]]
    upright = step[:, 2] ** 2 / np.maximum((step**2).sum(1), 1e-12)
    return Cloth(
        source, faces, turned, pairs, rest, _mean_at(pairs, upright, count), _mean_at(pairs, 1 - upright, count)
    )


def _to_z(points: F64) -> F64:
    """A rotation (3, 3) that brings the long axis of points (N, 3) to z."""
    axis = np.linalg.svd(points - points.mean(0), full_matrices=False)[2][0]
    side = np.cross([0.0, 1.0, 0.0], axis)
    side /= max(float(np.linalg.norm(side)), 1e-9)
    return np.stack([side, np.cross(axis, side), axis])


def _mean_at(pairs: I64, weight: F64, count: int) -> sp.csr_matrix:
    rows, cols = pairs.T.ravel(), np.tile(np.arange(len(pairs)), 2)
    total = np.maximum(np.bincount(rows, np.tile(weight, 2), count), 1e-6)
    return sp.csr_matrix((np.tile(weight, 2) / total[rows], (rows, cols)), shape=(count, len(pairs)))


def squeezed(cloth: Cloth, points: F64, steps: int = 3) -> F32:
    """How much cloth is compressed along and around its limb at each vertex (N, 2): 0 not, 1 to half its length.

    Lengths are compared with the garment's median, so that a larger body is no stretched cloth.
    """
    pairs = cloth.pairs
    now = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    ratio = now / np.maximum(cloth.rest, 1e-6)
    ratio = ratio / max(float(np.median(ratio)), 1e-6)
    at_edge = np.clip(2 * (1 - ratio) - 0.1, 0.0, 1.0)
    out = np.empty((len(points), 2), np.float32)
    for k, mean in enumerate((cloth.along, cloth.around)):
        value = mean @ at_edge
        for _ in range(steps):
            value = mean @ (0.5 * (value[pairs[:, 0]] + value[pairs[:, 1]]))
        out[:, k] = value
    return out


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
