"""Lay a garment flat, as a shop does: both sides pressed into one plane, lengths kept as far as cloth allows.

As rigid as possible (Liu et al. 2008, "A local/global approach to mesh parameterization", equations 3 to 6):
each triangle is turned to fit its place, then all places are solved for at once. Triangles of the back are
mirrored, so the surface folds over at its sides by itself. Fold lines and hems are held smooth.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu
from scipy.spatial import cKDTree

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.flat_fronts import Fronts, FrontSettings
from tryon.synth.flat_legs import Legs, LegSettings
from tryon.synth.flat_sleeves import Sleeves, SleeveSettings
from tryon.synth.garment_mesh import PART
from tryon.synth.poses import ArmPose, BodyPose, LegPose

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class FlattenSettings:
    """How a garment is pressed flat."""

    rounds: int = 30  # lengths change less than 0.1% afterwards
    momentum: float = 0.8  # of vertices that are held: holding them would else slow them down
    smooth_steps: int = 10  # of the surface before its front is told from its back: folds must not count
    fold_stiffness: float = 40.0  # of fold lines against the cloth's own: less leaves a jagged outline
    leg_stiffness: float = 60.0  # of the legs': calves and knees must not show
    seam_rings: int = 3  # beside a part's seam, where folds may turn sharply (armpits), these stay as they are
    hem_stiffness: float = 1.0  # of free borders
    smallest_cot: float = 0.05  # flat triangles would get weights without bound
    largest_cot: float = 6.0
    island_share: float = 0.02  # of the faces: smaller islands of front in the back are noise
    tie_m: float = 0.012  # pieces nearer than this are sewn to each other
    tie_weight: float = 0.3
    sleeve_bin_m: float = 0.03  # along a sleeve, of which its middle is found
    sleeve_from_m: float = 0.06  # from the armhole, where its fold begins to follow that middle
    harmonics: int = 3  # of a skirt's even shape around the body: hips and belly, but no waves
    degree: int = 4  # of its shape from waist to hem
    blend_m: float = 0.08  # below a dress's waist in which its bodice goes over into that shape
    legs: LegSettings = field(default_factory=LegSettings)
    sleeves: SleeveSettings = field(default_factory=SleeveSettings)
    fronts: FrontSettings = field(default_factory=FrontSettings)


SPREAD = BodyPose(
    left_arm=ArmPose((0.64, 0.0, -0.77), 1.0),  # 50 degrees below horizontal, in the frontal plane
    right_arm=ArmPose((0.64, 0.0, -0.77), 1.0),
    left_leg=LegPose((0.12, 0.0, -1.0), 0.0),
    right_leg=LegPose((0.12, 0.0, -1.0), 0.0),
)


@lru_cache(maxsize=8)
def spread_body(model: BodyModel, sex: float = 0.5) -> Body:
    """The average body with limbs spread in the frontal plane, on which garments get their flat shape.

    Args:
        sex: 0 male, 1 female. The result is kept for each model and sex; leave it unchanged.
    """
    return model.build(BodyShape(gender=sex, proportions=0.5), SPREAD)


def lay_flat(
    points: F64,
    faces: I64,
    part: NDArray[np.uint8],
    settings: FlattenSettings | None = None,
    front: Bools | None = None,
) -> tuple[F64, Bools]:
    """Press a garment flat with its front up.

    Args:
        points: (N, 3) world metres on the spread body. faces: (F, 3), counter-clockwise seen from outside.
        part: (F,) index into ``garment_mesh.PARTS``. front: (F,) if it is known which faces face up.

    Returns:
        (N, 2) flat metres, x to the viewer's right, y down; (F,) whether a face lies on the upper side.
    """
    s = settings or FlattenSettings()
    even = without_waves(points, faces, part, s)
    calm = _smoothed(even, faces, s.smooth_steps)
    up = front_faces(calm, faces, part, s) if front is None else front
    place = calm[:, 0] + 1j * calm[:, 2]
    hands = (
        Legs(even, faces, up, part, s.legs),
        Sleeves(even, faces, part, s.sleeves),
        Fronts(even, faces, up, part, s.fronts),
    )
    for hand in hands:
        place = hand.begin(place)
    place = _press(even, faces, up, part, place, hands, s)
    return np.stack([place.real, -place.imag], 1), up


def without_waves(points: F64, faces: I64, part: NDArray[np.uint8], settings: FlattenSettings | None = None) -> F64:
    """A skirt's points (N, 3) moved to the even cone that goes through its waves and pleats.

    What a wavy hem has too much of cannot lie flat side by side: each point gets a place of its own if the
    waves are taken out first. Radius over angle and height is fitted by low harmonics and a low polynomial.
    """
    s = settings or FlattenSettings()
    skirt = part == PART["skirt"]
    on = np.zeros(len(points), bool)
    on[faces[skirt].ravel()] = True
    if on.sum() < 100:
        return points
    p = points[on]
    centre = 0.5 * (p[:, :2].min(0) + p[:, :2].max(0))
    offset = p[:, :2] - centre
    radius, angle = np.linalg.norm(offset, axis=1), np.arctan2(offset[:, 1], offset[:, 0])
    top = p[:, 2].max()
    drop = (top - p[:, 2]) / max(top - p[:, 2].min(), 1e-6)
    waves = [np.ones_like(angle)]
    for k in range(1, s.harmonics + 1):
        waves += [np.cos(k * angle), np.sin(k * angle)]
    base = np.stack([w * drop**d for w in waves for d in range(s.degree + 1)], 1)
    fit = np.linalg.solve(base.T @ base + 1e-6 * len(p) * np.eye(base.shape[1]), base.T @ radius)
    even = np.maximum(base @ fit, 0.02)
    joined = np.zeros(len(points), bool)
    joined[faces[~skirt].ravel()] = True
    if (joined & on).any():  # a dress: the bodice's shape goes over into the cone's
        seam = points[joined & on][:, 2].mean()
        share = np.clip((seam - p[:, 2]) / s.blend_m, 0, 1)
        even = radius + (3 * share**2 - 2 * share**3) * (even - radius)
    out = points.copy()
    out[on, :2] = centre + offset * (even / np.maximum(radius, 1e-6))[:, None]
    return out


def front_faces(points: F64, faces: I64, part: NDArray[np.uint8], settings: FlattenSettings | None = None) -> Bools:
    """Which faces (F,) look to the front (-y); small islands join what surrounds them."""
    s = settings or FlattenSettings()
    a, b, c = (points[faces[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a)
    up = normal[:, 1] / np.maximum(np.linalg.norm(normal, axis=1), 1e-12) + _tube_sides(points, faces, part, s) < 0
    left, right = _neighbours(faces)
    for _ in range(3):
        same = up[left] == up[right]
        graph = sp.coo_matrix((np.ones(same.sum()), (left[same], right[same])), shape=(len(faces),) * 2)
        label = connected_components(graph, directed=False)[1]
        small = (np.bincount(label) < s.island_share * len(faces))[label]
        # an island on a piece of its own (a pocket flap) stays what it is
        enclosed = np.zeros(len(faces), bool)
        enclosed[np.concatenate([left[~same], right[~same]])] = True
        has_rim = np.zeros(label.max() + 1, bool)
        has_rim[label[enclosed]] = True
        turn = small & has_rim[label]
        if not turn.any():
            break
        up = up ^ turn
    return up


def _tube_sides(points: F64, faces: I64, part: NDArray[np.uint8], s: FlattenSettings) -> F64:
    """How clearly faces (F,) of sleeves lie behind (+) or before (-) the sleeve's middle; 0 elsewhere.

    A sleeve's fold runs along its middle: by normals alone a gathered cuff would turn it to and fro.
    """
    out = np.zeros(len(faces))
    for name in ("left_sleeve", "right_sleeve"):
        on = np.flatnonzero(part == PART[name])
        seam = np.intersect1d(faces[on], faces[part != PART[name]])
        if len(on) < 100 or not len(seam):
            continue
        centre = points[faces[on]].mean(1)
        start = points[seam].mean(0)
        axis = centre.mean(0) - start
        along = (centre - start) @ (axis / np.linalg.norm(axis))
        level = np.round(along / s.sleeve_bin_m).astype(int)
        level -= level.min()
        low, high = np.full(level.max() + 1, np.inf), np.full(level.max() + 1, -np.inf)
        np.minimum.at(low, level, centre[:, 1])
        np.maximum.at(high, level, centre[:, 1])
        there = np.isfinite(low)
        middle = np.interp(np.arange(len(low)), np.flatnonzero(there), 0.5 * (low + high)[there])
        depth = np.interp(np.arange(len(low)), np.flatnonzero(there), 0.5 * (high - low)[there])
        share = np.clip((along - s.sleeve_from_m) / s.sleeve_from_m, 0, 1)
        out[on] = 4.0 * share * (centre[:, 1] - middle[level]) / np.maximum(depth[level], 0.01)
    return out


def _edge_list(faces: I64) -> tuple[I64, I64, I64]:
    """Unique edges (E, 2), times each is used (E,), and the edge of each corner k -> k + 1, (3F,)."""
    pairs = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    key = pairs[:, 0] * (int(faces.max()) + 1) + pairs[:, 1]
    unique, first, index, times = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    del unique
    return pairs[first], times, index.ravel()


def _neighbours(faces: I64) -> tuple[I64, I64]:
    """Pairs of faces that share an edge."""
    _, times, index = _edge_list(faces)
    owner = np.tile(np.arange(len(faces)), 3)
    order = np.argsort(index, kind="stable")
    index, owner = index[order], owner[order]
    pair = np.flatnonzero((index[1:] == index[:-1]) & (times[index[1:]] == 2))
    return owner[pair], owner[pair + 1]


def _smoothed(points: F64, faces: I64, steps: int) -> F64:
    edges, times, _ = _edge_list(faces)
    border = np.zeros(len(points), bool)
    border[edges[times == 1].ravel()] = True
    a, b = edges.T
    free_ab, free_ba = ~border[a] | (times == 1), ~border[b] | (times == 1)
    rows, cols = np.concatenate([a[free_ab], b[free_ba]]), np.concatenate([b[free_ab], a[free_ba]])
    graph = sp.csr_matrix((np.ones(len(rows)), (rows, cols)), shape=(len(points),) * 2)
    mean = sp.diags(1.0 / np.maximum(np.asarray(graph.sum(1)).ravel(), 1)) @ graph
    lonely = np.asarray(graph.sum(1)).ravel() == 0
    for _ in range(steps):
        points = np.where(lonely[:, None], points, 0.5 * points + 0.5 * (mean @ points))
    return points


def _press(
    points: F64,
    faces: I64,
    up: Bools,
    part: NDArray[np.uint8],
    place: NDArray[np.complex128],
    hands: tuple[Legs, Sleeves, Fronts],
    s: FlattenSettings,
) -> NDArray[np.complex128]:
    count = len(points)
    a, b, c = (points[faces[:, k]] for k in range(3))
    ab, ac = b - a, c - a
    base = np.maximum(np.linalg.norm(ab, axis=1), 1e-7)
    along = np.einsum("fi,fi->f", ab, ac) / base
    height = np.linalg.norm(np.cross(ab, ac), axis=1) / base
    third = along + 1j * np.maximum(height, 1e-7) * np.where(up, 1.0, -1.0)
    corner = np.stack([np.zeros_like(third), base + 0j, third], 1)
    ref = corner[:, [1, 2, 0]] - corner  # edges k -> k + 1, (F, 3)
    # the cotangent of the angle opposite to edge k lies at corner k + 2
    p, q = corner[:, [0, 1, 2]] - corner[:, [2, 0, 1]], corner[:, [1, 2, 0]] - corner[:, [2, 0, 1]]
    inner = (p.conj() * q).real
    outer = np.abs((p.conj() * q).imag)
    cot = np.clip(inner / np.maximum(outer, 1e-9), s.smallest_cot, s.largest_cot)
    i, j = faces.ravel(), faces[:, [1, 2, 0]].ravel()
    column = np.arange(len(i))
    weight = cot.ravel()
    spread = sp.csr_matrix(
        (np.concatenate([weight, -weight]), (np.concatenate([j, i]), np.concatenate([column, column]))),
        shape=(count, len(i)),
    )
    step = sp.csr_matrix(
        (np.concatenate([np.ones(len(i)), -np.ones(len(i))]), (np.tile(column, 2), np.concatenate([j, i]))),
        shape=(len(i), count),
    )
    hold = sum((hand.weight for hand in hands), np.full(count, 1e-7))
    matrix = spread @ step + _stiff_lines(faces, up, part, count, s) + _ties(points, faces, s) + sp.diags(hold)
    solver = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    held = hold > 1e-6
    before = place
    for _ in range(s.rounds):
        now = (step @ place).reshape(-1, 3)
        turn = (cot * now * ref.conj()).sum(1)
        turn /= np.maximum(np.abs(turn), 1e-15)
        wanted = np.where(held, place + s.momentum * (place - before), place)
        for hand in hands:
            wanted = hand.target(wanted)
        right = spread @ (ref * turn[:, None]).ravel() + hold * wanted
        both = solver.solve(np.stack([right.real, right.imag], 1))
        before, place = place, both[:, 0] + 1j * both[:, 1]
    return place


def _ties(points: F64, faces: I64, s: FlattenSettings) -> sp.csr_matrix:
    """Springs of no length (N, N) between pieces that touch without being joined: a collar, a pocket's flap."""
    count = len(points)
    rows, cols = faces.ravel(), faces[:, [1, 2, 0]].ravel()
    graph = sp.coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
    piece = connected_components(graph, directed=False)[1]
    used = np.unique(faces)
    largest = np.bincount(piece[used]).argmax()
    main, rest = used[piece[used] == largest], used[piece[used] != largest]
    if not len(rest):
        return sp.csr_matrix((count, count))
    distance, nearest = cKDTree(points[main]).query(points[rest])
    close = distance < s.tie_m
    a, b = rest[close], main[nearest[close]]
    row = np.arange(len(a))
    spring = sp.csr_matrix(
        (np.concatenate([np.ones(len(a)), -np.ones(len(a))]), (np.tile(row, 2), np.concatenate([a, b]))),
        shape=(len(a), count),
    )
    return s.tie_weight * (spring.T @ spring)


def _stiff_lines(faces: I64, up: Bools, part: NDArray[np.uint8], count: int, s: FlattenSettings) -> sp.csr_matrix:
    """The energy of bends of the lines where the cloth folds over and of free borders, (N, N)."""
    edges, times, index = _edge_list(faces)
    use = np.bincount(index, weights=np.tile(up, 3).astype(float), minlength=len(edges))
    fold = np.full(count, s.fold_stiffness)
    for name in ("left_leg", "right_leg"):
        fold[faces[part == PART[name]]] = s.leg_stiffness
    for name in ("left_sleeve", "right_sleeve", "left_leg"):
        on = np.zeros(count, bool)
        on[faces[part == PART[name]]] = True
        on[np.setdiff1d(np.arange(count), faces[part != PART[name]])] = False  # the seam's vertices
        for _ in range(s.seam_rings):
            on[faces[on[faces].any(1)]] = True
        fold[on] = np.minimum(fold[on], 1.0)
    total = sp.csr_matrix((count, count))
    for line, stiff in (((times == 2) & (use == 1), fold), (times == 1, np.full(count, s.hem_stiffness))):
        pair = edges[line]
        ends = np.concatenate([pair, pair[:, ::-1]])
        ends = ends[np.argsort(ends[:, 0], kind="stable")]
        degree = np.bincount(ends[:, 0], minlength=count)
        middle = np.flatnonzero(degree == 2)
        start = np.cumsum(degree) - degree
        before, after = ends[start[middle], 1], ends[start[middle] + 1, 1]
        rows = np.arange(len(middle))
        bend = sp.csr_matrix(
            (
                np.concatenate([np.ones(len(rows)), np.full(2 * len(rows), -0.5)]),
                (np.tile(rows, 3), np.concatenate([middle, before, after])),
            ),
            shape=(len(rows), count),
        )
        total = total + bend.T @ sp.diags(stiff[middle]) @ bend
    return total
