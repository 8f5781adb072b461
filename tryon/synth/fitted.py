"""Assets bound to the body model once and put on many bodies: meshes, textures and skin labels, cached."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.bodies import SKIN_END, Body, BodyModel
from tryon.synth.makehuman import Asset, read_asset
from tryon.synth.scene import read_texture
from tryon.types import LABEL

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]
TEXTURE_PX = 1024


@dataclass(frozen=True)
class Binding:
    """An asset with its weights of body vertices and of bones worked out.

    mix: (N, V) barycentric weights. bones: (N, J) bone weights, rows sum to 1.
    """

    asset: Asset
    mix: sp.csr_matrix
    bones: sp.csr_matrix

    def rest_points(self, body: Body) -> F64:
        """The asset (N, 3) m on the body's rest pose."""
        scale = np.ones(3)
        for axis, a, b, length_dm in self.asset.scales:
            world = (0, 2, 1)[axis]  # the file's y is up, ours is z
            scale[axis] = abs(body.rest[a, world] - body.rest[b, world]) / length_dm
        offsets = self.asset.offsets * scale
        return self.mix @ body.rest + np.stack([offsets[:, 0], -offsets[:, 2], offsets[:, 1]], 1)

    def place(self, body: Body, rest: F64 | None = None) -> F64:
        """The asset (N, 3) m on the posed body; ``rest``: its points in the rest pose, if changed."""
        points = self.rest_points(body) if rest is None else rest
        blended = (self.bones @ body.transforms.reshape(len(body.transforms), 16)).reshape(-1, 4, 4)
        moved = np.matmul(blended[:, :3, :3], points[:, :, None])[:, :, 0]
        return moved + blended[:, :3, 3]


_BINDINGS: dict[tuple[int, Path], Binding] = {}


def bind(folder: Path, model: BodyModel) -> Binding:
    """The binding of the asset in a folder; read once for each model.

    Raises:
        BadRequestError: the folder holds no asset.
    """
    key = (id(model), folder)
    if key not in _BINDINGS:
        asset = read_asset(folder)
        count = len(asset.corners)
        rows = np.repeat(np.arange(count), 3)
        mix = sp.csr_matrix(
            (asset.weights.ravel(), (rows, asset.corners.ravel())), shape=(count, model.weights.shape[0])
        )
        bones = mix @ model.weights
        total = np.asarray(bones.sum(1)).ravel()
        bones = (sp.diags(1.0 / np.where(np.abs(total) < 1e-6, 1.0, total)) @ bones).tocsr()
        _BINDINGS[key] = Binding(asset, mix, bones)
    return _BINDINGS[key]


@lru_cache(maxsize=96)
def texture_of(path: Path) -> U8:
    """A texture of at most TEXTURE_PX, (H, W, 3 or 4) uint8."""
    return read_texture(path, TEXTURE_PX)


@lru_cache(maxsize=96)
def mean_light(path: Path) -> float:
    """A texture's mean linear brightness 0..1 where it is opaque."""
    texture = texture_of(path)
    light = (texture[..., :3].astype(np.float32) / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    return float(light[texture[..., 3] > 128].mean()) if texture.shape[2] == 4 else float(light.mean())


@lru_cache(maxsize=32)
def median_colour(path: Path) -> tuple[float, float, float]:
    """A skin texture's median linear colour."""
    r, g, b = np.median(texture_of(path)[::4, ::4, :3].reshape(-1, 3), axis=0) / 255.0
    return float(r**2.2), float(g**2.2), float(b**2.2)


@dataclass(frozen=True)
class SkinMesh:
    """The skin's triangles: faces, uv_faces (F, 3), label (F,) and of each vertex (V,).

    incidence: (V, F), which triangles meet at a vertex.
    """

    faces: I64
    uv_faces: I64
    label: U8
    vertex_label: U8
    incidence: sp.csr_matrix

    def normals(self, vertices: F64) -> F64:
        """Unit normals (V, 3) of body vertices (V, 3); zero for helpers."""
        a, b, c = (vertices[self.faces[:, k]] for k in range(3))
        ab, ac = b - a, c - a
        face = np.empty_like(ab)
        for k, (i, j) in enumerate(((1, 2), (2, 0), (0, 1))):
            face[:, k] = ab[:, i] * ac[:, j] - ab[:, j] * ac[:, i]
        out = self.incidence @ face
        return out / np.maximum(np.sqrt(np.einsum("ni,ni->n", out, out)), 1e-12)[:, None]


_SKINS: dict[int, SkinMesh] = {}


def skin_of(model: BodyModel) -> SkinMesh:
    """The skin without eyes and helpers; face, torso, arms (with hands) and legs by their bones."""
    if id(model) not in _SKINS:
        quads = model.faces.max(1) < SKIN_END
        faces, uv_faces = (
            np.concatenate([f[quads][:, s] for s in ([0, 1, 2], [0, 2, 3])]) for f in (model.faces, model.uv_faces)
        )
        vertex = vertex_labels(model)
        corner = np.sort(vertex[faces], axis=1)
        columns = np.repeat(np.arange(len(faces)), 3)
        incidence = sp.csr_matrix((np.ones(len(columns)), (faces.ravel(), columns)), shape=(len(vertex), len(faces)))
        _SKINS[id(model)] = SkinMesh(faces, uv_faces, corner[:, 1].copy(), vertex, incidence)  # two of three agree
    return _SKINS[id(model)]


def vertex_labels(model: BodyModel) -> U8:
    """The label (V,) of every body vertex, by the bones it follows."""
    out = np.full(model.weights.shape[0], LABEL["torso_skin"], np.uint8)
    out[model.share("head", "eye") > 0.5] = LABEL["face"]
    for side, name in (("L", "left"), ("R", "right")):
        columns = [i for i, bone in enumerate(model.bones) if bone.endswith("." + side)]
        mine = model.weights[:, columns]
        kept = [model.bones[i] for i in columns]
        arm = [k for k, b in enumerate(kept) if b.startswith(("upperarm", "lowerarm", "wrist", "finger", "metacarpal"))]
        leg = [k for k, b in enumerate(kept) if b.startswith(("upperleg", "lowerleg", "foot", "toe"))]
        out[np.asarray(mine[:, arm].sum(1)).ravel() > 0.5] = LABEL[f"{name}_arm"]
        out[np.asarray(mine[:, leg].sum(1)).ravel() > 0.5] = LABEL[f"{name}_leg"]
    return out
