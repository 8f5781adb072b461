"""Let a garment fall on a body: position-based cloth (Müller et al. 2007) with Jacobi averaging.

Edges keep their length, second neighbours resist bending, the body (and what is worn below) pushes
outwards along its own normals and holds by friction, gravity pulls. A little more cloth than body gives folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.makehuman import vertex_normals

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class ClothSettings:
    """How a garment falls. Lengths in m, times in s."""

    steps: int = 110  # frames; folds have formed by then
    frame: float = 1 / 50
    iterations: int = 8  # of the constraints a frame; fewer stretches, more stiffens
    slack: float = 1.06  # cloth is longer than the mesh by this factor
    gravity: float = 0.085  # m/s2: more would stretch cloth that is relaxed only a few times a frame
    bending: float = 0.20  # share of a bend that is undone each iteration
    gap_m: float = 0.004  # distance that cloth keeps from what is below
    friction: float = 0.75  # share of the sliding that contact stops
    edge_m: float = 0.0135  # triangles are refined to this size
    drag: float = 0.06  # share of the speed lost a frame


def subdivide_mesh(points: F64, faces: I64, uv: F64, uv_faces: I64) -> tuple[F64, I64, F64, I64]:
    """Every triangle into four, points and texture coordinates alike."""
    new_points, new_faces = _halve(points, faces)
    new_uv, new_uv_faces = _halve(uv, uv_faces)
    return new_points, new_faces, new_uv, new_uv_faces


def _halve(values: F64, faces: I64) -> tuple[F64, I64]:
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    middle = 0.5 * (values[unique[:, 0]] + values[unique[:, 1]])
    ab, bc, ca = (len(values) + part for part in np.split(index.ravel(), 3))
    a, b, c = faces.T
    split = [np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    return np.concatenate([values, middle]), np.concatenate(split)


@dataclass(frozen=True)
class Obstacle:
    """What cloth lies on: points (N, 3) with unit normals (N, 3), dense enough to act as a surface."""

    points: F64
    normals: F64

    @staticmethod
    def of(meshes: list[tuple[F64, I64]]) -> Obstacle:
        """Vertices, edge middles and centres of triangle meshes (points, faces)."""
        points, normals = [], []
        for vertices, faces in meshes:
            normal = vertex_normals(vertices, faces)
            used = np.unique(faces)
            points += [vertices[used], vertices[faces].mean(1)]
            normals += [normal[used], normal[faces].mean(1)]
            for i, j in ((0, 1), (1, 2), (2, 0)):
                points.append(0.5 * (vertices[faces[:, i]] + vertices[faces[:, j]]))
                normals.append(0.5 * (normal[faces[:, i]] + normal[faces[:, j]]))
        n = np.concatenate(normals)
        return Obstacle(np.concatenate(points), n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-9))


def _edges(faces: I64) -> I64:
    return np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)


def _opposite(faces: I64) -> I64:
    """Pairs of vertices across each inner edge, (M, 2)."""
    e = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    third = np.concatenate([faces[:, 2], faces[:, 0], faces[:, 1]])
    key = np.sort(e, axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    key, third = key[order], third[order]
    same = (key[1:] == key[:-1]).all(1)
    return np.stack([third[:-1][same], third[1:][same]], 1)


def drape(
    points: F64,
    faces: I64,
    obstacle: Obstacle,
    pinned: NDArray[np.bool_],
    settings: ClothSettings,
    rng: np.random.Generator,
) -> F64:
    """Where the garment's vertices come to rest, (N, 3) m.

    Args:
        points, faces: the fitted garment. pinned: (N,) vertices that stay. obstacle: what lies below.
        rng: breaks the symmetry, so that folds can start.
    """
    count = len(points)
    edges, across = _edges(faces), _opposite(faces)
    pairs = np.concatenate([edges, across])
    rest = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    rest *= settings.slack * (1 + 0.006 * rng.standard_normal(len(rest)))
    stiff = np.concatenate([np.ones(len(edges)), np.full(len(across), settings.bending)])
    free = (~pinned).astype(float)
    mean_free = free[pairs].sum(1)
    share = stiff / np.maximum(mean_free, 1.0)
    where = (pairs.T.ravel(), np.tile(np.arange(len(pairs)), 2))
    gather = sp.csr_matrix((np.concatenate([share, -share]), where), shape=(count, len(pairs)))
    weight = np.maximum(np.asarray(abs(gather).sum(1)).ravel(), 1e-9)
    relax = 0.5 * 1.3 * free / weight  # Jacobi: the mean of all corrections, a little over-relaxed
    tree = cKDTree(obstacle.points)
    now = points + 0.0006 * rng.standard_normal(points.shape) * free[:, None]
    before = now.copy()
    gravity = np.array([0.0, 0.0, -settings.gravity]) * settings.frame**2
    for _ in range(settings.steps):
        speed = (now - before) * (1 - settings.drag)
        before = now
        now = now + (np.clip(speed, -0.02, 0.02) + gravity) * free[:, None]
        _, nearest = tree.query(now, distance_upper_bound=0.12, workers=1)
        known = nearest < len(obstacle.points)
        at = np.where(known, nearest, 0)
        anchor, normal = obstacle.points[at], obstacle.normals[at]
        for _ in range(settings.iterations):
            delta = now[pairs[:, 1]] - now[pairs[:, 0]]
            length = np.linalg.norm(delta, axis=1)
            strain = (length - rest) / np.maximum(length, 1e-9)
            now = now + relax[:, None] * (gather @ (strain[:, None] * delta))
            depth = settings.gap_m - np.einsum("ni,ni->n", now - anchor, normal)
            hit = (depth > 0) & known & ~pinned
            now[hit] += depth[hit, None] * normal[hit]
        hit = known & ~pinned & (np.einsum("ni,ni->n", now - anchor, normal) < settings.gap_m * 1.6)
        slide = now[hit] - before[hit]
        slide -= np.einsum("ni,ni->n", slide, normal[hit])[:, None] * normal[hit]
        now[hit] -= settings.friction * slide
    return now
