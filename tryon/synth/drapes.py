"""Simulated folds, kept and put on any similar body: offsets from the worn garment in its own local frames.

A simulation belongs to one design, body and pose. What it adds to ``wear`` is stored by vertex along the
surface's tangent, bitangent and normal there; on another body the same offsets stand in that body's frames.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.cloth_skin import Skin
from tryon.synth.cutkit import border_edges, corner_matrix, fast_normals, unique_edges
from tryon.synth.garment_mesh import PART, GarmentMesh, Worn

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
I64 = NDArray[np.int64]

UNIT_M = 1 / 64000  # offsets are stored as int16 in 1/64 mm: +-0.5 m
SCALE_UNIT_M = 1e-5  # edge lengths as uint16 in 1/100 mm
INSIDE_M = 0.06  # folds that lead deeper into the body are shortened: there is no telling where they would get out
# pose families whose folds serve others best: bent arms those of bent arms
ALIKE = {
    "hip_one": "hips_both", "pockets": "hips_both", "mirror": "crossed", "texting": "crossed", "cup": "crossed",
    "selfie": "crossed", "raised": "hips_both", "contrapposto": "walking",
}  # fmt: skip
STEEP_M = 0.004  # a lift by more would leave a spike
CLOSE_M = 0.02  # cloth nearer to the skin than this may need lifting
SPREAD = 4  # rounds of lifting and smoothing then
DIFFERENT = (0.12, 0.35)  # |log| of the ratio of edge lengths at which folds begin to be, and are, smoothed away
LOST_UNLIKE = 0.5  # share of the folds that is lost then, besides
TURNED = (0.75, 0.2)  # cosine of gravity's change in the cloth's frame at which folds begin to fade, and have
LOST_TURNED = 0.8  # share of the folds that is lost then
SAME_SIZE = 0.03  # grids of skirts share a topology: their sizes tell them apart
BARE_M = 0.012  # skin this near to a moved hem is drawn


def topology_hash(faces: I64, count: int) -> str:
    """A short name of a mesh's topology; a drape of another topology is stale."""
    data = np.ascontiguousarray(faces, np.int32).tobytes()
    return hashlib.blake2b(data + str(count).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Drape:
    """What a simulation added to a worn garment.

    design: name of the design in its library. pose_family: as ``pose_library`` names it. gender: of the body,
    0 male .. 1 female. topology: see ``topology_hash``. offsets: (N, 3) float32 m along tangent, bitangent,
    normal. scale: (N,) float32 m, mean edge length around each vertex of the worn garment it was simulated
    from. down: (N, 3) float32, gravity in the local frame there. extent: (3,) m of the mesh's rest shape.
    meta: fabric, seconds, seed.
    """

    design: str
    pose_family: str
    gender: float
    topology: str
    offsets: F32
    scale: F32
    down: F32
    extent: tuple[float, float, float]
    meta: dict[str, Any] = field(default_factory=dict)


class Frames:
    """The local frames of one garment mesh on any body: tangents follow the mesh as its edges turn."""

    def __init__(self, mesh: GarmentMesh) -> None:
        count = len(mesh.rest)
        self.faces = mesh.faces
        self.corners = corner_matrix(mesh.faces, count)
        edges = unique_edges(mesh.faces)
        a, b = np.concatenate([edges, edges[:, ::-1]]).T
        degree = np.maximum(np.bincount(a, minlength=count), 1)
        graph = sp.csr_matrix((1.0 / degree[a], (a, b)), shape=(count, count))
        self.soft = (0.5 * sp.identity(count) + 0.5 * graph).tocsr()
        self.edges, self.degree = edges, np.bincount(edges.ravel(), minlength=count)
        normal = fast_normals(mesh.rest, mesh.faces, self.corners)
        axis = np.where(np.abs(normal[:, 2:]) < 0.8, [0.0, 0.0, -1.0], [1.0, 0.0, 0.0])
        along = axis - (axis * normal).sum(1, keepdims=True) * normal
        weight = ((mesh.rest[b] - mesh.rest[a]) * along[a]).sum(1)
        pull = sp.csr_matrix((weight, (a, b)), shape=(count, count))
        self.pull = (pull - sp.diags(np.asarray(pull.sum(1)).ravel())).tocsr()
        self.border = np.unique(border_edges(mesh.faces))

    def at(self, points: F64) -> F64:
        """Rows tangent, bitangent, normal of each vertex, (N, 3, 3), slightly smoothed over the surface."""
        normal = self.soft @ (self.soft @ fast_normals(points, self.faces, self.corners))
        normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
        along = self.soft @ (self.soft @ (self.pull @ points))
        along -= (along * normal).sum(1, keepdims=True) * normal
        along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-12)
        return np.stack([along, np.cross(normal, along), normal], 1)

    def edge_lengths(self, points: F64) -> F64:
        """Mean edge length (N,) m around each vertex."""
        length = np.linalg.norm(points[self.edges[:, 0]] - points[self.edges[:, 1]], axis=1)
        total = np.bincount(self.edges.ravel(), np.repeat(length, 2), minlength=len(self.degree))
        return np.asarray(total / np.maximum(self.degree, 1), float)


@lru_cache(maxsize=256)
def _frames(mesh_id: str, holder: _Holder) -> Frames:
    return Frames(holder.mesh)


class _Holder:
    """A mesh as a key of a cache: equal where id and arrays are the same."""

    def __init__(self, mesh: GarmentMesh) -> None:
        self.mesh = mesh

    def __hash__(self) -> int:
        return hash(self.mesh.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Holder) and other.mesh.faces is self.mesh.faces and other.mesh.rest is self.mesh.rest


def frames_of(mesh: GarmentMesh) -> Frames:
    """The frames of a mesh, kept for the last 256 meshes."""
    return _frames(mesh.id, _Holder(mesh))


def make_drape(
    mesh: GarmentMesh,
    worn: F64,
    fallen: F64,
    *,
    design: str,
    pose_family: str,
    gender: float,
    meta: dict[str, Any] | None = None,
) -> Drape:
    """Store where cloth came to rest, fallen (N, 3), against how it was put on, worn (N, 3)."""
    frames = frames_of(mesh)
    local = frames.at(worn)
    return Drape(
        design,
        pose_family,
        gender,
        topology_hash(mesh.faces, len(worn)),
        np.einsum("nij,nj->ni", local, fallen - worn).astype("f4"),
        frames.edge_lengths(worn).astype("f4"),
        (-local[:, :, 2]).astype("f4"),
        _extent(mesh),
        dict(meta or {}),
    )


def apply_drape(
    worn: Worn, mesh: GarmentMesh, drape: Drape, skin: Skin, strength: float = 1.0, *, tucked: bool = False
) -> Worn:
    """A worn garment with the folds of a simulation; deterministic.

    Folds are smoothed away where this body stretches or squeezes the cloth differently (bent elbows), and fade
    where the surface hangs otherwise (raised arms). Skin near a hem that moved is no longer covered.

    Args:
        strength: share of the folds, 0 none .. 1 as simulated. tucked: the hem is inside the trousers, where
            the simulated one hung free: folds fade towards it.

    Raises:
        BadRequestError: the drape is of another topology.
    """
    if drape.topology != topology_hash(mesh.faces, len(worn.points)):
        raise BadRequestError(f"The drape of {drape.design} is of an older cut; simulate it again.")
    frames = frames_of(mesh)
    local = frames.at(worn.points)
    ratio = frames.edge_lengths(worn.points) / np.maximum(drape.scale, 1e-6)
    turned = -(local[:, :, 2] * drape.down).sum(1)  # cosine between gravity then and now, as the cloth feels it
    share = np.full(len(ratio), strength)
    if tucked:
        share *= _from_hem(mesh)
    for _ in range(3):
        ratio, turned = frames.soft @ ratio, frames.soft @ turned
    unlike = _ramp(np.abs(np.log(np.maximum(ratio, 1e-3))), *DIFFERENT)[:, None]
    share *= (1 - LOST_UNLIKE * unlike[:, 0]) * np.clip(ratio, 0.75, 1.3)
    share *= 1 - LOST_TURNED * _ramp(-turned, -TURNED[0], -TURNED[1])
    offsets = drape.offsets.astype(float)
    if (unlike > 0).any():
        blurred = offsets
        for _ in range(8):
            blurred = frames.soft @ blurred
        offsets = offsets * (1 - unlike) + blurred * unlike
    moves = np.einsum("nij,ni->nj", local, offsets * share[:, None])
    points = _keep_out(worn.points, moves, frames, skin, mesh.category != "lower")
    return Worn(points, _still_covered(worn, points, frames, skin))


def _keep_out(start: F64, moves: F64, frames: Frames, skin: Skin, arms: bool) -> F64:
    """Points (N, 3) after the moves, outside the skin.

    Moves that lead deep into the body are shortened: these legs stand elsewhere. Where a vertex is lifted
    out, those around it go along.
    """
    share = np.ones(len(start))
    points: F64 = start + moves
    for step in range(3):
        points = start + share[:, None] * moves
        height = skin.height(points, arms)
        bad = height < -INSIDE_M
        if not bad.any():
            break
        less = np.where(bad, 0.5 if step < 2 else 0.0, 1.0)
        for _ in range(6):  # around it less and less so
            less = np.minimum(less, frames.soft @ less)
        share *= less
    close = np.flatnonzero(height < CLOSE_M)  # all others stay where they are
    moved: F64 = np.zeros(points.shape)
    for _ in range(SPREAD):
        moved[close] = skin.push_out(points[close] + moved[close], arms=arms) - points[close]
        if np.abs(moved).max() < STEEP_M:
            return points + moved
        for _ in range(3):
            around = frames.soft @ moved
            size, wide = (np.einsum("ni,ni->n", v, v)[:, None] for v in (moved, around))
            moved = np.where(wide > size, around, 0.7 * moved + 0.3 * around)
    out: F64 = points + moved
    out[close] = skin.push_out(out[close], arms=arms)
    return out


def _extent(mesh: GarmentMesh) -> tuple[float, float, float]:
    x, y, z = np.ptp(mesh.rest, axis=0).tolist()
    return round(x, 4), round(y, 4), round(z, 4)


def _ramp(x: F64, low: float, high: float) -> F64:
    """0 below low, 1 above high, linear between."""
    return np.asarray(np.clip((x - low) / (high - low), 0, 1), float)


def _from_hem(mesh: GarmentMesh) -> F64:
    """0 at and 15 cm over an upper's hem .. 1 from 30 cm on, by height in the rest shape; 1 on sleeves."""
    torso = np.zeros(len(mesh.rest), bool)
    torso[mesh.faces[mesh.part == PART["torso"]].ravel()] = True
    if not torso.any():
        return np.ones(len(mesh.rest))
    over = mesh.rest[:, 2] - mesh.rest[torso, 2].min()
    return np.where(torso, _ramp(over, 0.15, 0.30), 1.0)


def _still_covered(worn: Worn, points: F64, frames: Frames, skin: Skin) -> NDArray[np.bool_]:
    """Covered body vertices (V,) that are not near a border that has moved."""
    covered = worn.covered.copy()
    rim = points[frames.border]
    moved = np.linalg.norm(rim - worn.points[frames.border], axis=1)
    reach = BARE_M + np.minimum(1.5 * moved, 0.10)
    covered[skin.near(rim[moved > 0.002], reach[moved > 0.002])] = False
    return covered


def write_drape(drape: Drape, path: Path) -> None:
    """Store a drape in an .npz file of some tens of kilobytes."""
    head = {name: getattr(drape, name) for name in ("design", "pose_family", "gender", "topology", "extent", "meta")}
    offsets = np.clip(np.round(drape.offsets / UNIT_M), -32767, 32767).astype(np.int16)
    scale = np.clip(np.round(drape.scale / SCALE_UNIT_M), 1, 65535).astype(np.uint16)
    down = np.round(np.clip(drape.down, -1, 1) * 127).astype(np.int8)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        arrays = {"offsets": offsets, "scale": scale, "down": down}
        np.savez_compressed(file, head=np.array(json.dumps(head, sort_keys=True)), **arrays)
    part.replace(path)


def read_drape(path: Path) -> Drape:
    """Read a drape.

    Raises:
        BadRequestError: the file is missing or damaged.
    """
    try:
        with np.load(path) as file:
            head = json.loads(str(file["head"]))
            return Drape(
                **head,
                offsets=file["offsets"].astype(np.float32) * np.float32(UNIT_M),
                scale=file["scale"].astype(np.float32) * np.float32(SCALE_UNIT_M),
                down=file["down"].astype(np.float32) / np.float32(127),
            )
    except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
        raise BadRequestError(f"{path} is no drape ({error}); delete it and simulate again.") from error


def drape_path(folder: Path, design: str, pose_family: str, gender: float) -> Path:
    """Where a library keeps a drape."""
    return folder / f"{design}__{pose_family}__{'f' if gender > 0.5 else 'm'}.npz"


ARMS_FORWARD = ("clasped", "crossed")


class DrapeLibrary:
    """A folder of drapes. A garment's drapes are found by its topology, whatever its id.

    Raises:
        BadRequestError: a file is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._found: dict[str, list[Drape]] = {}
        for path in sorted(folder.glob("*__*.npz")):
            drape = read_drape(path)
            self._found.setdefault(drape.topology, []).append(drape)

    def __len__(self) -> int:
        return sum(len(drapes) for drapes in self._found.values())

    @property
    def designs(self) -> tuple[str, ...]:
        """Designs that have at least one drape."""
        return tuple(sorted({d.design for drapes in self._found.values() for d in drapes}))

    def drapes_of(self, mesh: GarmentMesh) -> tuple[Drape, ...]:
        """All drapes of a garment; none where it is not in the library or its cut has changed since."""
        same = self._found.get(topology_hash(mesh.faces, len(mesh.rest)), [])
        return tuple(d for d in same if np.allclose(d.extent, _extent(mesh), rtol=SAME_SIZE, atol=0.005))

    def find(self, mesh: GarmentMesh, pose_family: str, gender: float = 0.5) -> Drape | None:
        """The drape that suits best: same sex first (another chest shows), then pose family; None without any."""
        drapes = self.drapes_of(mesh)
        if pose_family == "sitting" and mesh.label in ("Skirt", "Dress"):  # lies on the lap: what hung is of no use
            drapes = tuple(d for d in drapes if d.pose_family == "sitting")
        if pose_family in ARMS_FORWARD and mesh.attributes.get("fit") in ("loose", "oversized"):
            # wide sleeves that hung are nicked at the shoulder when the arms come forward
            drapes = tuple(d for d in drapes if d.pose_family == pose_family)
        if not drapes:
            return None
        return min(
            drapes, key=lambda d: (abs(d.gender - gender), d.pose_family != pose_family, d.pose_family != "down")
        )
