"""What all cut garments share: surfaces to cut from, fields over them, exact cuts, hanging, coverage.

Frame of the fields: the *reference* body in its rest pose (m, x = the subject's left, y = back, z = up,
the hips near the origin, arms 50 degrees below the horizontal). A garment's cuts are made there once,
so its topology is the same on every body; a vertex is a sparse mix of base vertices of any posed body.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tryon.synth.bodies import SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.bodycuts import Patch, helper_patch, subdivide

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

_LIMB_BONES = {
    "arm": ("upperarm", "lowerarm", "wrist", "finger", "metacarpal"),
    "leg": ("upperleg", "lowerleg", "foot", "toe"),
}
SNAP = 0.3  # a cut nearer to a vertex than this share of the edge moves the vertex: no slivers


@dataclass(frozen=True)
class Cut:
    """A cut patch and values (N, C) that were carried along with its vertices."""

    patch: Patch
    values: F64


class CutKit:
    """The surfaces of one body model, and fields over them; make one and keep it (about 2 s).

    Attributes:
        tights: helper surface around torso, neck to ankles, arms to the wrists. skirt: tube from waist to
        ankles. reference: the body of the fields (in rest: ``reference.rest``).
    """

    def __init__(self, model: BodyModel) -> None:
        self.model = model
        self.reference: Body = model.build(BodyShape(gender=0.5))
        count = model.weights.shape[0]
        self.coarse_tights: Patch = helper_patch("helper-tights", count)
        self.tights: Patch = subdivide(self.coarse_tights)
        self.skirt: Patch = subdivide(subdivide(helper_patch("helper-skirt", count)))
        inverse = np.linalg.inv(self.reference.transforms)
        heads = np.concatenate([self.reference.heads, np.ones((len(self.reference.heads), 1))], 1)
        self._joints = np.einsum("jab,jb->ja", inverse, heads)[:, :3]
        self._limb = {
            (kind, side): self._bone_share(names, side) for kind, names in _LIMB_BONES.items() for side in "LR"
        }

    def joint(self, name: str) -> F64:
        """A bone's head on the reference body in rest, (3,) m."""
        return self._joints[self.model.bones.index(name)]

    @cached_property
    def crotch_z(self) -> float:
        """Height of the crotch of the tights in rest."""
        points = self.place(self.tights)
        low = (np.abs(points[:, 0]) < 0.01) & (points[:, 2] < self.joint("upperleg01.L")[2])
        return float(points[low, 2].min())

    @cached_property
    def armpit_z(self) -> float:
        """Height of the armpits of the tights in rest."""
        points = self.place(self.tights)
        arm = self.limb_share(self.tights, "arm", "L")
        near = (arm > 0.4) & (arm < 0.6)
        return float(points[near, 2].min())

    @cached_property
    def shoulder_line(self) -> tuple[F64, F64]:
        """Distance from the middle (K,) m and height (K,) m of the shoulders' top line, for ``np.interp``."""
        points = self.place(self.tights)
        x = np.arange(0.06, 0.201, 0.01)
        top = [points[(np.abs(points[:, 0] - at) < 0.012), 2].max() for at in x]
        return x, np.minimum.accumulate(np.array(top))

    @cached_property
    def flank_x(self) -> float:
        """Distance of the body's side from the middle just below the armpit, m."""
        points = self.place(self.tights)
        near = (np.abs(points[:, 2] - self.armpit_z + 0.02) < 0.015) & (self.limb_share(self.tights, "arm", "L") < 0.3)
        return float(points[near, 0].max())

    @cached_property
    def arm_radius(self) -> tuple[F64, F64]:
        """Distance from the armhole (K,) m and radius (K,) m of the reference's arm, for ``np.interp``."""
        points, along = self.place(self.tights), self.sleeve_field(self.tights, "L")
        s = np.arange(0.14, self.arm_length() - 0.01, 0.03)  # before lies the armpit
        radius = []
        for at in s:
            ring = points[(np.abs(along - at) < 0.012) & (points[:, 0] > 0)]
            radius.append(np.linalg.norm(ring - ring.mean(0), axis=1).mean())
        return s, np.array(radius)

    def _bone_share(self, names: tuple[str, ...], side: str) -> F64:
        use = [i for i, bone in enumerate(self.model.bones) if bone.startswith(names) and bone.endswith("." + side)]
        return np.asarray(self.model.weights[:, use].sum(1)).ravel()

    def place(self, patch: Patch, body: Body | None = None) -> F64:
        """A patch's vertices (N, 3) m: on the reference in rest, or on a posed body."""
        return np.asarray(patch.mix @ (self.reference.rest if body is None else body.vertices), float)

    def limb_share(self, patch: Patch, kind: str, side: str) -> F64:
        """How much of each vertex (N,) 0..1 moves with an "arm" or "leg" of a side ("L", "R")."""
        return np.asarray(patch.mix @ self._limb[kind, side])

    def along_limb(self, patch: Patch, kind: str, side: str) -> F64:
        """Distance (N,) m along a limb from its root joint (negative before it), by projection onto its axis."""
        names = {"arm": ("upperarm01", "lowerarm01", "wrist"), "leg": ("upperleg01", "lowerleg01", "foot")}[kind]
        a, b, c = (self.joint(f"{name}.{side}") for name in names)
        points = self.place(patch)
        upper, lower = np.linalg.norm(b - a), np.linalg.norm(c - b)
        u, v = (b - a) / upper, (c - b) / lower
        first, second = (points - a) @ u, (points - b) @ v
        bisector = (points - b) @ ((u + v) / np.linalg.norm(u + v))
        blend = np.clip(0.5 + bisector / 0.10, 0, 1)  # over 10 cm around the middle joint
        return np.asarray((1 - blend) * first + blend * (upper + second), float)

    def arm_length(self) -> float:
        """Shoulder joint to wrist on the reference, m."""
        a, b, c = (self.joint(f"{name}.L") for name in ("upperarm01", "lowerarm01", "wrist"))
        return float(np.linalg.norm(b - a) + np.linalg.norm(c - b))

    def sleeve_field(self, patch: Patch, side: str) -> F64:
        """Signed distance (N,) m along an arm from the armhole: positive on the sleeve, negative on the torso."""
        points = self.place(patch)
        sign = 1.0 if side == "L" else -1.0
        shoulder = self.joint(f"upperarm01.{side}")
        arm = self.limb_share(patch, "arm", side)
        along = self.along_limb(patch, "arm", side)
        # the armhole: a plane through the shoulder's tip and the armpit
        tip = np.array([abs(shoulder[0]) - 0.005, shoulder[2] + 0.045])
        pit = np.array([abs(shoulder[0]) - 0.03, self.armpit_z])
        slope = (tip[0] - pit[0]) / (tip[1] - pit[1])
        plane = sign * points[:, 0] - (pit[0] + slope * (points[:, 2] - pit[1]))
        plane = np.minimum(plane, np.where(points[:, 2] < pit[1] - 0.01, -0.04, 1.0))
        on = np.clip((arm - 0.35) / 0.3, 0, 1)
        blend = np.clip((along - 0.05) / 0.08, 0, 1) * on
        near = on * np.maximum(plane, -0.06) + (1 - on) * np.minimum(plane, 0.06)
        return (1 - blend) * near + blend * along

    def clip(self, patch: Patch, field: F64, values: F64 | None = None) -> Cut:
        """The part of a patch where a field (N,) is positive, cut exactly at zero, without slivers.

        Args:
            values: (N, C) further fields; they are interpolated at new vertices.
        """
        carried = np.zeros((len(field), 0)) if values is None else values
        return clip_patch(patch, field, carried)

    def split(self, patch: Patch, field: F64, values: F64 | None = None) -> Cut:
        """The whole patch with edges exactly along a field's zero, for seams between parts."""
        carried = np.zeros((len(field), 0)) if values is None else values
        return clip_patch(patch, field, carried, both=True)

    @cached_property
    def gown(self) -> Patch:
        """One even, smooth surface for uppers and dresses: the tights above the hips, a skirt's tube welded below.

        It is smoothed before anything is cut from it: smoothing afterwards would make cuts and seams wobble.
        """
        from tryon.synth.gown import build_gown

        raw = build_gown(self)
        return Patch((smoothing(raw.faces, raw.mix.shape[0], 6) @ raw.mix).tocsr(), raw.faces)

    @cached_property
    def gown_arms(self) -> dict[str, F64]:
        """``sleeve_field`` of both sides over ``gown``, smoothed over the surface: seams without corners."""
        calm = smoothing(self.gown.faces, self.gown.mix.shape[0], 1)
        out = {}
        for side in "LR":
            field = self.sleeve_field(self.gown, side)
            for _ in range(16):
                field = calm @ field
            out[side] = field
        return out

    @cached_property
    def _skin_corners(self) -> tuple[I64, sp.csr_matrix]:
        quads = np.asarray(self.model.faces)
        quads = quads[(quads < SKIN_END).all(1)]
        faces = quads if quads.shape[1] == 3 else np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        return faces, corner_matrix(faces, SKIN_END)

    def skin_normals(self, body: Body) -> F64:
        """Unit normals of the skin (SKIN_END, 3) of a posed body."""
        faces, gather = self._skin_corners
        return fast_normals(body.vertices[:SKIN_END], faces, gather)

    @cached_property
    def skin_to_tights(self) -> I64:
        """For each skin vertex (SKIN_END,) the nearest vertex of ``tights`` on the reference in rest."""
        return self._nearest(self.tights)

    @cached_property
    def skin_to_skirt(self) -> I64:
        """For each skin vertex (SKIN_END,) the nearest vertex of ``skirt`` on the reference in rest."""
        return self._nearest(self.skirt)

    def _nearest(self, patch: Patch) -> I64:
        found = cKDTree(self.place(patch)).query(self.reference.rest[:SKIN_END])[1]
        return np.asarray(found, np.int64)

    def cover(self, fields: list[F64], margin_m: float = 0.02, near_m: float = 0.06) -> Bool:
        """Base vertices (V,) that a cut of the tights surely hides.

        Args:
            fields: each (N,) over ``tights``, positive (about metres) where the garment is.
            near_m: skin further than this from the tights (face, hands, feet) is never hidden.
        """
        inside = np.min(np.stack(fields), 0) > margin_m
        out = np.zeros(self.model.weights.shape[0], bool)
        distance = np.linalg.norm(self.place(self.tights)[self.skin_to_tights] - self.reference.rest[:SKIN_END], axis=1)
        out[:SKIN_END] = inside[self.skin_to_tights] & (distance < near_m)
        return out


def clip_patch(patch: Patch, field: F64, values: F64, both: bool = False) -> Cut:
    """See ``CutKit.clip``. Vertices close to the cut are moved onto it first; ``both`` keeps both sides,
    joined, with edges along the cut."""
    mix, values, field = _snap(patch, field, values)
    faces, count = patch.faces, len(field)
    crossed = (field[faces].max(1) > 0) & (field[faces].min(1) < 0)
    kept = ~crossed & ((field[faces].max(1) > 0) | both)
    cutting = faces[crossed]
    crossing = np.concatenate([cutting[:, [0, 1]], cutting[:, [1, 2]], cutting[:, [2, 0]]])
    crossing = crossing[field[crossing[:, 0]] * field[crossing[:, 1]] < 0]
    pair = np.unique(np.sort(crossing, axis=1), axis=0)
    number = {(int(i), int(j)): count + k for k, (i, j) in enumerate(pair)}
    pieces: list[tuple[int, int, int]] = []
    for sign in (1.0, -1.0) if both else (1.0,):
        side = sign * field
        for face in cutting:
            ring: list[int] = []
            for k in range(3):
                i, j = int(face[k]), int(face[(k + 1) % 3])
                if side[i] >= 0:
                    ring.append(i)
                if side[i] * side[j] < 0:
                    ring.append(number[min(i, j), max(i, j)])
            pieces += [(ring[0], ring[k], ring[k + 1]) for k in range(1, len(ring) - 1)]
    if len(pair):
        a, b = field[pair[:, 0]], field[pair[:, 1]]
        t = a / (a - b)
        where = (np.repeat(np.arange(len(pair)), 2), pair.ravel())
        blend = sp.csr_matrix((np.stack([1 - t, t], 1).ravel(), where), shape=(len(pair), count))
        mix, values = sp.vstack([mix, blend @ mix]).tocsr(), np.concatenate([values, blend @ values])
    final = np.concatenate([faces[kept], np.array(pieces, np.int64).reshape(-1, 3)])
    used, local = np.unique(final, return_inverse=True)
    return Cut(Patch(mix[used].tocsr(), local.reshape(final.shape).astype(np.int64)), values[used])


def _snap(patch: Patch, field: F64, values: F64) -> tuple[sp.csr_matrix, F64, F64]:
    """Move vertices that lie close to the cut along their edge onto it."""
    edges = unique_edges(patch.faces)
    a, b = field[edges[:, 0]], field[edges[:, 1]]
    crossing = edges[a * b < 0]
    t = np.abs(field[crossing]) / np.abs(field[crossing[:, 0]] - field[crossing[:, 1]])[:, None]
    vertex = crossing.ravel()
    partner = crossing[:, ::-1].ravel()
    share = t.ravel()  # how far along the edge the cut lies, seen from vertex
    order = np.argsort(share)
    vertex, partner, share = vertex[order], partner[order], share[order]
    first = np.unique(vertex, return_index=True)[1]
    vertex, partner, share = vertex[first], partner[first], share[first]
    near = share < SNAP
    vertex, partner, share = vertex[near], partner[near], share[near]
    count = len(field)
    moved = np.full(count, -1.0)
    moved[field == 0] = 0.0
    moved[vertex] = share
    lost = patch.faces[(moved[patch.faces] >= 0).all(1)]  # all on the cut: the one that moved furthest goes back
    back = lost[np.arange(len(lost)), moved[lost].argmax(1)]
    stay = ~np.isin(vertex, back)
    vertex, partner, share = vertex[stay], partner[stay], share[stay]
    keep = np.ones(count)
    keep[vertex] = 1 - share
    move = sp.csr_matrix((share, (vertex, partner)), shape=(count, count)) + sp.diags(keep)
    snapped = field.copy()
    snapped[vertex] = 0.0
    return (move @ patch.mix).tocsr(), move @ values, snapped


def unique_edges(faces: I64) -> I64:
    """Each edge of a mesh once, (E, 2), smaller index first."""
    return np.unique(np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1), axis=0)


def border_edges(faces: I64) -> I64:
    """Edges with one triangle, (B, 2), in the triangle's direction."""
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    _, index, times = np.unique(np.sort(directed, axis=1), axis=0, return_index=True, return_counts=True)
    return directed[index[times == 1]]


def smoothing(faces: I64, count: int, steps: int, share: float = 0.5) -> sp.csr_matrix:
    """Laplacian smoothing (see ``bodycuts.smooth``) as one matrix (N, N), to be multiplied into a mix once."""
    edges = unique_edges(faces)
    border = np.zeros(count, bool)
    rim = border_edges(faces)
    border[rim.ravel()] = True
    on_rim = set(map(tuple, np.sort(rim, axis=1).tolist()))
    is_rim = np.array([tuple(e) in on_rim for e in edges.tolist()])
    use = edges[is_rim | ~border[edges].all(1)]
    a, b = use.T
    # a border vertex listens to its border neighbours only
    ok_ab, ok_ba = ~border[a] | border[b], ~border[b] | border[a]
    rows, cols = np.concatenate([a[ok_ab], b[ok_ba]]), np.concatenate([b[ok_ab], a[ok_ba]])
    graph = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
    degree = np.maximum(np.asarray(graph.sum(1)).ravel(), 1e-9)
    step = sp.identity(count) * (1 - share) + sp.diags(share / degree) @ graph
    out: sp.csr_matrix = sp.identity(count, format="csr")
    for _ in range(steps):
        out = (step @ out).tocsr()
    return out


def fast_normals(points: F64, faces: I64, gather: sp.csr_matrix | None = None) -> F64:
    """Unit vertex normals (N, 3); ``gather`` (N, F) from ``corner_matrix`` makes it quick."""
    a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
    face = np.cross(b - a, c - a)
    total = (corner_matrix(faces, len(points)) if gather is None else gather) @ face
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def corner_matrix(faces: I64, count: int) -> sp.csr_matrix:
    """(N, F) with a one where a vertex is a face's corner."""
    where = (faces.T.ravel(), np.tile(np.arange(len(faces)), 3))
    return sp.csr_matrix((np.ones(3 * len(faces)), where), shape=(count, len(faces)))


@dataclass(frozen=True)
class HangTable:
    """Resolution of the radius table of a hanging tube, and how much narrower it may get downwards."""

    angles: int = 60
    levels: int = 40
    taper: float = 0.1  # m of radius lost a metre down: 0 straight, .3 to .6 fitted, 2 skin-tight
    hull: float = 0.0  # how far cloth spans hollows of a level, 0..1: between breasts, along the spine


def hang_tube(offset: F64, level: F64, height_m: float, table: HangTable) -> F64:
    """Radii (N,) of a tube that falls: each level is at least the level above minus the taper.

    Args:
        offset: (N, 2) m, horizontal place against the tube's axis. level: (N,) 0 top .. 1 bottom.
        height_m: length of the tube, for the taper.
    """
    angle = np.arctan2(offset[:, 1], offset[:, 0])
    radius = np.linalg.norm(offset, axis=1)
    columns, rows = table.angles, table.levels
    x = (angle + np.pi) / (2 * np.pi) * columns - 0.5
    y = np.clip(level, 0, 1) * (rows - 1)
    grid = np.zeros((rows, columns))
    np.maximum.at(grid, (np.round(y).astype(int), np.round(x).astype(int) % columns), radius)
    for row in grid:  # empty cells take their neighbours' radius
        known = np.flatnonzero(row)
        if 0 < len(known) < columns:
            row[:] = np.interp(np.arange(columns), known, row[known], period=columns)
    if table.hull > 0:
        turn = np.arange(columns) * 2 * np.pi / columns
        cos = np.cos(turn[:, None] - turn[None])
        support = (grid[:, :, None] * cos[None]).max(1)
        inverse = np.where(cos > 0.25, 1 / np.where(cos > 0.25, cos, 1.0), 1e3)
        grid = grid + table.hull * np.maximum((support[:, :, None] * inverse[None]).min(1) - grid, 0)
    lose = table.taper * height_m / (rows - 1)
    for k in range(1, rows):
        grid[k] = np.maximum(grid[k], grid[k - 1] - lose)
    blur = np.array([1, 2, 3, 2, 1]) / 9
    padded = np.concatenate([grid[:, -2:], grid, grid[:, :2]], 1)
    grid = sum(blur[k] * padded[:, k : k + columns] for k in range(5))
    low, share = np.floor(x).astype(int), x - np.floor(x)
    row_low = np.minimum(np.floor(y).astype(int), rows - 2)
    down = y - row_low
    upper = (1 - share) * grid[row_low, low % columns] + share * grid[row_low, (low + 1) % columns]
    lower = (1 - share) * grid[row_low + 1, low % columns] + share * grid[row_low + 1, (low + 1) % columns]
    return np.maximum((1 - down) * upper + down * lower, 0.0)
