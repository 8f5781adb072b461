"""Read the CC0 MakeHuman assets (meshes that fit the base body) and fit them to a body.

Each ``.mhclo`` file binds every vertex of a mesh to three vertices of the base body, by barycentric
weights and an offset whose scale follows the body; the result is skinned with the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from tryon.errors import BadRequestError
from tryon.synth.bodies import Body, skin_points

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]


@dataclass(frozen=True)
class Asset:
    """A mesh bound to the base body.

    corners, weights: (N, 3) the three body vertices and their barycentric weights. offsets: (N, 3)
    in the file's units, y up. scales: (axis, vertex a, vertex b, dm) rows. faces, uv_faces: (F, 3)
    triangles. delete: body vertices hidden by it. texture, ambient: files or None.
    """

    name: str
    corners: I64
    weights: F64
    offsets: F64
    scales: tuple[tuple[int, int, int, float], ...]
    faces: I64
    uv: F64
    uv_faces: I64
    delete: NDArray[np.bool_]
    texture: Path | None
    ambient: Path | None


def read_asset(folder: Path, body_vertices: int = 19158) -> Asset:
    """Read the one ``.mhclo`` in a folder with its mesh and textures.

    Raises:
        BadRequestError: the folder holds no asset.
    """
    found = sorted(folder.glob("*.mhclo"))
    if not found:
        raise BadRequestError(f"No .mhclo file in {folder}; see data/README.md for the open data's layout.")
    corners, weights, offsets = [], [], []
    scales: list[tuple[int, int, int, float]] = []
    delete = np.zeros(body_vertices, bool)
    obj, mode = found[0].with_suffix(".obj"), "head"
    for line in found[0].read_text("utf-8", "replace").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "verts":
            mode = "verts"
        elif words[0] == "delete_verts":
            mode = "delete"
        elif words[0] == "obj_file":
            obj = folder / words[1]
        elif words[0] in ("x_scale", "y_scale", "z_scale"):
            scales.append(("xyz".index(words[0][0]), int(words[1]), int(words[2]), float(words[3])))
        elif mode == "verts" and words[0].lstrip("-").isdigit():
            if len(words) >= 9:
                corners.append([int(w) for w in words[:3]])
                weights.append([float(w) for w in words[3:6]])
                offsets.append([float(w) for w in words[6:9]])
            else:
                corners.append([int(words[0])] * 3)
                weights.append([1.0, 0.0, 0.0])
                offsets.append([0.0, 0.0, 0.0])
        elif mode == "delete":
            _mark(delete, words)
    faces, uv, uv_faces = _read_obj(obj)
    return Asset(
        folder.name,
        np.array(corners),
        np.array(weights),
        np.array(offsets),
        tuple(scales),
        faces,
        uv,
        uv_faces,
        delete,
        _picture(folder, "diffuse"),
        _picture(folder, "_ao"),
    )


def _mark(delete: NDArray[np.bool_], words: list[str]) -> None:
    """Vertex numbers and ranges ``a - b``."""
    k = 0
    while k < len(words):
        if k + 2 < len(words) and words[k + 1] == "-":
            delete[int(words[k]) : int(words[k + 2]) + 1] = True
            k += 3
        else:
            delete[int(words[k])] = True
            k += 1


def _picture(folder: Path, part: str) -> Path | None:
    found = [p for p in sorted(folder.iterdir()) if part in p.stem and p.suffix in (".png", ".jpg")]
    if not found and part == "diffuse":
        found = [p for p in sorted(folder.glob("*.png")) if "normal" not in p.stem and "_ao" not in p.stem]
    return found[0] if found else None


def _read_obj(path: Path) -> tuple[I64, F64, I64]:
    """Triangles, texture coordinates and their triangles of an .obj file."""
    uv, faces, uv_faces = [], [], []
    for line in path.read_text("utf-8", "replace").splitlines():
        if line.startswith("vt "):
            uv.append([float(w) for w in line.split()[1:3]])
        elif line.startswith("f "):
            ring = [w.split("/") for w in line.split()[1:]]
            for k in range(1, len(ring) - 1):
                triple = (ring[0], ring[k], ring[k + 1])
                faces.append([int(c[0]) - 1 for c in triple])
                uv_faces.append([int(c[1]) - 1 if len(c) > 1 and c[1] else 0 for c in triple])
    return np.array(faces), np.array(uv or [[0.0, 0.0]]), np.array(uv_faces)


def mesh_components(faces: I64, count: int) -> I64:
    """The connected component of each of ``count`` vertices."""
    rows = np.concatenate([faces[:, 0], faces[:, 1]])
    cols = np.concatenate([faces[:, 1], faces[:, 2]])
    graph = sp.coo_matrix((np.ones(len(rows)), (rows, cols)), shape=(count, count))
    return connected_components(graph, directed=False)[1].astype(np.int64)


def upper_faces(asset: Asset, fitted: F64, waist_z: float) -> NDArray[np.bool_]:
    """Which faces (F,) of an outfit belong to the upper garment: whole components by their mean height."""
    component = mesh_components(asset.faces, len(fitted))
    size = np.bincount(component)
    mean = np.bincount(component, weights=fitted[:, 2]) / np.maximum(size, 1)
    return (mean > waist_z)[component[asset.faces[:, 0]]]


def fit_asset(asset: Asset, body: Body, bone_weights: sp.csr_matrix, inflate_m: float = 0.0) -> F64:
    """Vertices (N, 3) m of an asset on a posed body: fitted in the rest pose, then skinned."""
    scale = np.ones(3)
    for axis, a, b, length_dm in asset.scales:
        world = (0, 2, 1)[axis]  # the file's y is up, ours is z
        scale[axis] = abs(body.rest[a, world] - body.rest[b, world]) / length_dm
    offsets = asset.offsets * scale
    world_offsets = np.stack([offsets[:, 0], -offsets[:, 2], offsets[:, 1]], 1)
    corner = body.rest[asset.corners]
    fitted = np.einsum("nc,nci->ni", asset.weights, corner) + world_offsets
    if inflate_m:
        fitted = fitted + inflate_m * vertex_normals(fitted, asset.faces)
    rows = np.repeat(np.arange(len(corner)), 3)
    mix = sp.csr_matrix((asset.weights.ravel(), (rows, asset.corners.ravel())), shape=(len(corner), len(body.rest)))
    mixed = mix @ bone_weights
    total = np.asarray(mixed.sum(1)).ravel()
    mixed = sp.diags(1.0 / np.where(np.abs(total) < 1e-6, 1.0, total)) @ mixed
    return skin_points(fitted, mixed, body.transforms)


def vertex_normals(vertices: F64, faces: I64) -> F64:
    """Unit normals (N, 3), area-weighted."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    face = np.cross(b - a, c - a)
    out = np.zeros_like(vertices)
    for k in range(3):
        np.add.at(out, faces[:, k], face)
    return out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-12)
