"""Even triangles for cut surfaces: halving of long edges, Delaunay flips, relaxation.

All work on ``bodycuts.Patch`` (vertices as weights of base vertices), measured on given base points.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.bodycuts import Patch

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


def edge_table(faces: I64) -> tuple[I64, I64, I64]:
    """Unique edges (E, 2), each face's edges (F, 3) in the order ab, bc, ca, and faces an edge (E,)."""
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    span = int(faces.max()) + 1
    key, inverse, times = np.unique(pairs[:, 0] * span + pairs[:, 1], return_inverse=True, return_counts=True)
    return np.stack([key // span, key % span], 1), inverse.reshape(3, -1).T, times


def _blend(mix: sp.csr_matrix, pairs: I64, share: F64) -> sp.csr_matrix:
    """Rows (1 - share) * mix[a] + share * mix[b]."""
    return (sp.diags(1 - share) @ mix[pairs[:, 0]] + sp.diags(share) @ mix[pairs[:, 1]]).tocsr()


def halve_long_edges(patch: Patch, points: F64, longest_m: float, passes: int = 12) -> Patch:
    """Split edges longer than a length at their middle, longest first, until none is left."""
    mix, faces = patch.mix, patch.faces
    for _ in range(passes):
        edges, of_face, times = edge_table(faces)
        at = mix @ points
        length = np.linalg.norm(at[edges[:, 0]] - at[edges[:, 1]], axis=1)
        # ties are broken by the edge's number, so that neighbours agree
        rank = np.empty(len(edges), np.int64)
        rank[np.lexsort((np.arange(len(edges)), length))] = np.arange(len(edges))
        longest = of_face[np.arange(len(faces)), rank[of_face].argmax(1)]
        split = (np.bincount(longest, minlength=len(edges)) == times) & (length > longest_m)
        if not split.any():
            break
        number = np.cumsum(split) - 1 + mix.shape[0]
        mix = sp.vstack([mix, _blend(mix, edges[split], np.full(int(split.sum()), 0.5))]).tocsr()
        cut = split[longest]
        k = rank[of_face].argmax(1)[cut]
        face = faces[cut]
        i = np.arange(len(face))
        p, q, r = face[i, k], face[i, (k + 1) % 3], face[i, (k + 2) % 3]
        m = number[longest[cut]]
        faces = np.concatenate([faces[~cut], np.stack([p, m, r], 1), np.stack([m, q, r], 1)])
    return Patch(mix.tocsr(), faces)


def collapse_short_edges(patch: Patch, points: F64, shortest_m: float, fixed: NDArray[np.bool_]) -> Patch:
    """Join the ends of edges shorter than a length: slivers vanish. ``fixed`` (N,) and border vertices stay."""
    at = np.asarray(patch.mix @ points)
    edges, _, times = edge_table(patch.faces)
    held = fixed.copy()
    held[edges[times == 1].ravel()] = True
    length = np.linalg.norm(at[edges[:, 0]] - at[edges[:, 1]], axis=1)
    short = np.flatnonzero(length < shortest_m)
    around: dict[int, set[int]] = {}
    for k, face in enumerate(patch.faces):
        for v in face:
            around.setdefault(int(v), set()).add(k)
    faces = patch.faces.copy()
    alive = np.ones(len(faces), bool)
    for e in short[np.argsort(length[short])]:
        a, b = (int(v) for v in edges[e])
        if held[b] and not held[a]:
            a, b = b, a
        if held[b] or not around.get(a) or not around.get(b):
            continue
        shared = around[a] & around[b]
        ring = [{int(v) for f in around[x] for v in faces[f]} - {a, b} for x in (a, b)]
        if len(shared) != 2 or len(ring[0] & ring[1]) != 2:
            continue
        moved = list(around[b] - shared)
        new = np.where(faces[moved] == b, a, faces[moved])
        before, after = _normal(at, faces[moved]), _normal(at, new)
        if len(moved) and ((before * after).sum(1) < 0.7).any():
            continue
        faces[moved] = new
        for f in shared:
            alive[f] = False
            for v in faces[f]:
                around[int(v)].discard(f)
        around[a] |= set(moved)
        around[b] = set()
    used, local = np.unique(faces[alive], return_inverse=True)
    return Patch(patch.mix[used].tocsr(), local.reshape(-1, 3).astype(np.int64))


def flip_edges(patch: Patch, points: F64, fixed: NDArray[np.bool_] | None = None, passes: int = 6) -> Patch:
    """Turn edges whose opposite angles exceed 180 degrees; edges between two ``fixed`` (N,) vertices stay."""
    faces = patch.faces.copy()
    at = patch.mix @ points
    for _ in range(passes):
        edges, of_face, times = edge_table(faces)
        corner = np.stack([faces[:, 2], faces[:, 0], faces[:, 1]], 1)  # opposite of ab, bc, ca
        order = np.argsort(of_face.ravel(), kind="stable")
        start = np.cumsum(times) - times
        inner = np.flatnonzero(times == 2)
        one, two = order[start[inner]], order[start[inner] + 1]
        c, d = corner.ravel()[one], corner.ravel()[two]
        a, b = edges[inner].T
        bad = _angle(at, c, a, b) + _angle(at, d, a, b) > np.pi * 1.02
        if fixed is not None:
            bad &= ~(fixed[a] & fixed[b])
        n1, n2 = _normal(at, faces[one // 3]), _normal(at, faces[two // 3])
        bad &= (n1 * n2).sum(1) > 0.6
        known = set((edges[:, 0] * len(at) + edges[:, 1]).tolist())
        new = np.minimum(c, d) * len(at) + np.maximum(c, d)
        bad &= np.array([key not in known for key in new.tolist()])
        taken = np.zeros(len(faces), bool)
        made: set[int] = set()
        for i in np.flatnonzero(bad):
            f1, f2 = one[i] // 3, two[i] // 3
            if taken[f1] or taken[f2] or int(new[i]) in made:
                continue
            made.add(int(new[i]))
            taken[f1] = taken[f2] = True
            k = one[i] % 3
            p, q = faces[f1][k], faces[f1][(k + 1) % 3]  # the edge as the first face runs along it
            faces[f1] = (p, d[i], c[i])
            faces[f2] = (d[i], q, c[i])
        if not made:
            break
    return Patch(patch.mix, faces)


def _angle(at: F64, apex: I64, a: I64, b: I64) -> F64:
    u, v = at[a] - at[apex], at[b] - at[apex]
    cross = np.linalg.norm(np.cross(u, v), axis=1)
    return np.arctan2(cross, (u * v).sum(1))


def _normal(at: F64, faces: I64) -> F64:
    n = np.cross(at[faces[:, 1]] - at[faces[:, 0]], at[faces[:, 2]] - at[faces[:, 0]])
    return n / np.maximum(np.linalg.norm(n, axis=1, keepdims=True), 1e-12)


def relax(patch: Patch, points: F64, fixed: NDArray[np.bool_], steps: int = 3) -> Patch:
    """Move free vertices to their neighbours' mean: evener triangles on a smooth surface."""
    edges, _, times = edge_table(patch.faces)
    count = patch.mix.shape[0]
    pinned = fixed.copy()
    pinned[edges[times == 1].ravel()] = True
    ones = np.ones(len(edges))
    graph = sp.csr_matrix((ones, (edges[:, 0], edges[:, 1])), shape=(count, count))
    graph = graph + graph.T
    mean = sp.diags(1.0 / np.asarray(graph.sum(1)).ravel()) @ graph
    free = sp.diags((~pinned) * 0.5)
    step = sp.identity(count) + free @ (mean - sp.identity(count))
    mix = patch.mix
    for _ in range(steps):
        mix = step @ mix
    return Patch(mix.tocsr(), patch.faces)


def loop_subdivision(faces: I64, count: int) -> tuple[sp.csr_matrix, I64]:
    """One step of Loop's subdivision as a matrix (N', N), with its triangles; borders by their own rule.

    Source: Loop, "Smooth Subdivision Surfaces Based on Triangles", 1987, with Warren's weights.
    """
    edges, of_face, times = edge_table(faces)
    rim = times == 1
    # new vertices: 3/8 of both ends and 1/8 of both opposite corners; on a border the middle
    weight = np.where(rim, 0.5, 0.375)
    rows = np.arange(len(edges))
    odd = sp.csr_matrix((np.concatenate([weight, weight]), (np.tile(rows, 2), edges.T.ravel())), (len(edges), count))
    opposite = np.stack([faces[:, 2], faces[:, 0], faces[:, 1]], 1).ravel()
    flat_edges = of_face.ravel()
    inner = ~rim[flat_edges]
    share = np.where(times[flat_edges] > 0, 0.25 / times[flat_edges], 0.0)[inner]
    odd = odd + sp.csr_matrix((share, (flat_edges[inner], opposite[inner])), (len(edges), count))
    # old ones: their ring's share; on a border 1/8 of both neighbours there
    border = np.zeros(count, bool)
    border[edges[rim].ravel()] = True
    a, b = edges.T
    use = rim | ~(border[a] & border[b])
    use_ab, use_ba = (~border[a] | rim) & use, (~border[b] | rim) & use
    r, c = np.concatenate([a[use_ab], b[use_ba]]), np.concatenate([b[use_ab], a[use_ba]])
    ring = sp.csr_matrix((np.ones(len(r)), (r, c)), (count, count))
    degree = np.maximum(np.asarray(ring.sum(1)).ravel(), 1)
    beta = np.where(border, 0.125, np.where(degree > 3, 3 / (8 * degree), 3 / 16))
    even = sp.diags(1 - beta * degree) + sp.diags(beta) @ ring
    ab, bc, ca = (count + of_face[:, k] for k in range(3))
    return sp.vstack([even, odd]).tocsr(), _four(faces, ab, bc, ca)


def split_corners(uv: F64, uv_faces: I64) -> tuple[F64, I64]:
    """Texture coordinates (M, 2) and their triangles split in step with ``loop_subdivision``."""
    edges, of_face, _ = edge_table(uv_faces)
    middle = uv[edges].mean(1)
    ab, bc, ca = (len(uv) + of_face[:, k] for k in range(3))
    return np.concatenate([uv, middle]), _four(uv_faces, ab, bc, ca)


def _four(faces: I64, ab: I64, bc: I64, ca: I64) -> I64:
    a, b, c = faces.T
    return np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
