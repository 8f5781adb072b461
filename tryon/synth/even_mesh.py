"""Give a surface even triangles: split long edges, collapse short ones, flip, relax (Botsch and Kobbelt 2004).

Cloth simulation and exact cuts both want triangles of one size. Borders stay borders.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]
LONG, SHORT = 4 / 3, 4 / 5  # shares of the wanted edge beyond which edges are split or collapsed


def remesh(points: F64, faces: I64, edge_m: float, rounds: int = 4) -> tuple[F64, I64]:
    """A surface with edges near ``edge_m``.

    Args:
        points: (N, 3). faces: (F, 3), a manifold, perhaps with borders.
    """
    source, source_faces = points, faces
    for _ in range(rounds):
        points, faces = split_long(points, faces, LONG * edge_m)
        points, faces = collapse_short(points, faces, SHORT * edge_m, LONG * edge_m)
        for _ in range(3):
            faces = flip_edges(points, faces)
        for _ in range(2):
            points = _relax(points, faces)
        points = _project(points, faces, source, source_faces)
    return points, faces


def locate(points: F64, source: F64, faces: I64, nearest: int = 10) -> tuple[I64, F64]:
    """For points (N, 3) near a surface: the triangle (N,) and barycentric weights (N, 3) of the nearest place."""
    centre = source[faces].mean(1)
    _, candidates = cKDTree(centre).query(points, k=nearest)
    corner = source[faces[candidates]]  # (N, k, 3, 3)
    a = corner[:, :, 0]
    u, v, w = corner[:, :, 1] - a, corner[:, :, 2] - a, points[:, None] - a
    uu, uv, vv = (u * u).sum(-1), (u * v).sum(-1), (v * v).sum(-1)
    wu, wv = (w * u).sum(-1), (w * v).sum(-1)
    det = np.maximum(uu * vv - uv * uv, 1e-18)
    s, t = (vv * wu - uv * wv) / det, (uu * wv - uv * wu) / det
    share = np.clip(np.stack([1 - s - t, s, t], -1), 0, None)
    share /= share.sum(-1, keepdims=True)
    distance = np.linalg.norm((share[..., None] * corner).sum(2) - points[:, None], axis=-1)
    best = distance.argmin(1)
    row = np.arange(len(points))
    return candidates[row, best], share[row, best]


def _project(points: F64, faces: I64, source: F64, source_faces: I64) -> F64:
    face, share = locate(points, source, source_faces)
    out = (share[..., None] * source[source_faces[face]]).sum(1)
    rim = _border(faces, len(points))
    out[rim] = points[rim]
    return np.asarray(out)


def _edges(faces: I64) -> tuple[I64, I64, I64]:
    """Unique edges (E, 2), the edge of each corner k -> k + 1 (F, 3), times used (E,)."""
    pairs = np.sort(np.stack([faces, faces[:, [1, 2, 0]]], -1).reshape(-1, 2), axis=1)
    key = pairs[:, 0] * (int(faces.max()) + 1) + pairs[:, 1]
    _, first, index, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return pairs[first], index.reshape(-1, 3), times


def _border(faces: I64, count: int) -> Bool:
    edges, _, times = _edges(faces)
    out = np.zeros(count, bool)
    out[edges[times == 1].ravel()] = True
    return out


def split_long(points: F64, faces: I64, longest: float) -> tuple[F64, I64]:
    """Split every edge that is too long at its middle, without hanging vertices."""
    edges, index, _ = _edges(faces)
    marked = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1) > longest
    number = np.full(len(edges), -1)
    number[marked] = len(points) + np.arange(marked.sum())
    new = 0.5 * (points[edges[marked, 0]] + points[edges[marked, 1]])
    middle = number[index]
    cut = middle >= 0
    out = [faces[~cut.any(1)]]
    for k in range(3):  # turned so that the pattern starts at corner k
        order = [k, (k + 1) % 3, (k + 2) % 3]
        f, m, c = faces[:, order], middle[:, order], cut[:, order]
        one = c[:, 0] & ~c[:, 1] & ~c[:, 2]
        two = c[:, 0] & c[:, 1] & ~c[:, 2]
        out += [np.stack([f[one, 0], m[one, 0], f[one, 2]], 1), np.stack([m[one, 0], f[one, 1], f[one, 2]], 1)]
        out += [
            np.stack([m[two, 0], f[two, 1], m[two, 1]], 1), np.stack([f[two, 0], m[two, 0], m[two, 1]], 1),
            np.stack([f[two, 0], m[two, 1], f[two, 2]], 1),
        ]  # fmt: skip
    f, m = faces[cut.all(1)], middle[cut.all(1)]
    out += [np.stack([f[:, k], m[:, k], m[:, (k + 2) % 3]], 1) for k in range(3)] + [m]
    return np.concatenate([points, new]), np.concatenate(out)


def collapse_short(points: F64, faces: I64, shortest: float, longest: float) -> tuple[F64, I64]:
    """Collapse edges that are too short where the surface stays a manifold and nothing folds over."""
    points, faces = points.copy(), faces.copy()
    for _ in range(3):
        edges, _, times = _edges(faces)
        length = np.linalg.norm(points[edges[:, 0]] - points[edges[:, 1]], axis=1)
        rim = _border(faces, len(points))
        both = rim[edges].all(1)
        choose = (length < shortest) & (~both | (times == 1))
        if not choose.any():
            break
        around: list[list[int]] = [[] for _ in range(len(points))]
        for k, (a, b, c) in enumerate(faces.tolist()):
            around[a].append(k)
            around[b].append(k)
            around[c].append(k)
        order = np.flatnonzero(choose)[np.argsort(length[choose])]
        done = _collapse_some(points, faces, edges[order], rim, around, longest)
        faces = faces[(faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])]
        used, local = np.unique(faces, return_inverse=True)
        points, faces = points[used], local.reshape(faces.shape)
        if done == 0:
            break
    return points, faces


def _collapse_some(points: F64, faces: I64, edges: I64, rim: Bool, around: list[list[int]], longest: float) -> int:
    """Collapse edges (E, 2) in place that do not touch each other; how many were."""
    locked = np.zeros(len(points), bool)
    done = 0
    for a, b in edges.tolist():
        if locked[a] or locked[b]:
            continue
        if rim[b] and not rim[a]:
            a, b = b, a  # the border's vertex stays
        fa, fb = faces[around[a]], faces[around[b]]
        na, nb = set(fa.ravel().tolist()) - {a}, set(fb.ravel().tolist()) - {b}
        common = na & nb
        if len(common) != (1 if rim[a] and rim[b] else 2):
            continue
        place = points[a] if rim[a] and not rim[b] else 0.5 * (points[a] + points[b])
        ring = np.array(sorted((na | nb) - {a, b}))
        if np.linalg.norm(points[ring] - place, axis=1).max() > longest:
            continue
        stay = np.concatenate([fa[~(fa == b).any(1)], fb[~(fb == a).any(1)]])
        before = points[stay]
        after = np.where(((stay == a) | (stay == b))[..., None], place, before)
        n0 = np.cross(before[:, 1] - before[:, 0], before[:, 2] - before[:, 0])
        n1 = np.cross(after[:, 1] - after[:, 0], after[:, 2] - after[:, 0])
        if (np.einsum("fi,fi->f", n0, n1) <= 0.2 * np.linalg.norm(n0, axis=1) * np.linalg.norm(n1, axis=1)).any():
            continue
        points[a] = place
        faces[around[b]] = np.where(fb == b, a, fb)
        locked[list(na | nb)] = True
        locked[[a, b]] = True
        done += 1
    return done


def flip_edges(points: F64, faces: I64) -> I64:
    """Flip inner edges where that brings the number of neighbours nearer to six (four on a border)."""
    faces = faces.copy()
    edges, index, times = _edges(faces)
    order = np.argsort(index.ravel(), kind="stable")
    owner, corner = np.divmod(order, 3)
    sorted_edge = index.ravel()[order]
    first = np.flatnonzero((sorted_edge[1:] == sorted_edge[:-1]) & (times[sorted_edge[1:]] == 2))
    f1, k1, f2, k2 = owner[first], corner[first], owner[first + 1], corner[first + 1]
    a, b = faces[f1, k1], faces[f1, (k1 + 1) % 3]
    c, d = faces[f1, (k1 + 2) % 3], faces[f2, (k2 + 2) % 3]
    want = np.where(_border(faces, len(points)), 4, 6)
    excess = np.bincount(edges.ravel(), minlength=len(points)) - want
    before = excess[a] ** 2 + excess[b] ** 2 + excess[c] ** 2 + excess[d] ** 2
    after = (excess[a] - 1) ** 2 + (excess[b] - 1) ** 2 + (excess[c] + 1) ** 2 + (excess[d] + 1) ** 2
    p = points
    n1, n2 = np.cross(p[d] - p[c], p[b] - p[c]), np.cross(p[a] - p[c], p[d] - p[c])
    flat = np.einsum("ei,ei->e", n1, n2) > 0.5 * np.linalg.norm(n1, axis=1) * np.linalg.norm(n2, axis=1)
    gain = (before - after) * flat
    known = {(int(i), int(j)) for i, j in edges}
    touched = np.zeros(len(points), bool)
    for e in np.flatnonzero(gain > 0)[np.argsort(-gain[gain > 0], kind="stable")]:
        i, j, m, n = int(a[e]), int(b[e]), int(c[e]), int(d[e])
        if touched[[i, j, m, n]].any() or (min(m, n), max(m, n)) in known:
            continue
        faces[f1[e]], faces[f2[e]] = (m, n, j), (m, i, n)
        known.add((min(m, n), max(m, n)))
        touched[[i, j, m, n]] = True
    return faces


def _relax(points: F64, faces: I64) -> F64:
    """Move vertices towards their neighbours' middle within the surface; border ones along the border."""
    edges, _, times = _edges(faces)
    count = len(points)
    rim = _border(faces, count)
    a, b = edges.T
    ok_ab, ok_ba = ~rim[a] | (times == 1), ~rim[b] | (times == 1)
    rows, cols = np.concatenate([a[ok_ab], b[ok_ba]]), np.concatenate([b[ok_ab], a[ok_ba]])
    graph = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
    step = sp.diags(1 / np.maximum(np.asarray(graph.sum(1)).ravel(), 1)) @ graph @ points - points
    corner = points[faces]
    normal = np.zeros_like(points)
    area = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    for k in range(3):
        np.add.at(normal, faces[:, k], area)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    inside = step - np.einsum("ni,ni->n", step, normal)[:, None] * normal
    return np.asarray(points + np.where(rim[:, None], 0.3 * step, 0.7 * inside))
