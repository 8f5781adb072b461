"""Put a dressed person together: skin, eyes, hair, clothes and shoes as meshes, and a studio around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.bodies import SKIN_END, Body, BodyModel
from tryon.synth.cloth import ClothSettings, Obstacle, drape, subdivide_mesh
from tryon.synth.draw import BACKDROP, HAIR, Mesh, Surface
from tryon.synth.makehuman import Asset, fit_asset, read_asset, upper_faces, vertex_normals

BAKED_SHADE = 0.4  # of an outfit's own ambient occlusion is kept: the lamps make most of it themselves
F64 = NDArray[np.float64]
U8 = NDArray[np.uint8]


def mesh_of(
    points: F64, faces: NDArray[np.int64], uv: F64, uv_faces: NDArray[np.int64], rest: F64, surface: Surface
) -> Mesh:
    """Corners of a smooth mesh, ready to draw."""
    normals = vertex_normals(points, faces)
    index = faces.ravel()
    return Mesh(
        points[index].astype(np.float32),
        normals[index].astype(np.float32),
        uv[uv_faces.ravel()].astype(np.float32),
        rest[index].astype(np.float32),
        surface,
    )


@lru_cache(maxsize=64)
def read_texture(path: Path, side: int = 2048) -> U8:
    """A texture (H, W, 3 or 4) uint8 RGB(A); colours are spread under transparent places, so that
    edges of hair do not turn white.

    Raises:
        BadRequestError: the file is missing or no picture.
    """
    image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise BadRequestError(f"{path} is missing or no picture; see data/README.md for the open data's layout.")
    if image.ndim == 2:
        image = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if max(image.shape[:2]) > side:
        image = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    rgb = np.ascontiguousarray(image[..., 2::-1])
    if image.shape[2] == 3:
        return rgb
    alpha = image[..., 3]
    weight = (alpha > 128).astype(np.float32)
    spread = cv2.GaussianBlur(rgb.astype(np.float32) * weight[..., None], (0, 0), 6)
    spread /= np.maximum(cv2.GaussianBlur(weight, (0, 0), 6), 1e-3)[..., None]
    filled = np.where(weight[..., None] > 0, rgb, np.clip(spread, 0, 255)).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([filled, alpha]))


@dataclass(frozen=True)
class Wear:
    """A MakeHuman asset to put on.

    folder: below ``makehuman``. part: of an outfit, the "upper" or the "lower" garment alone.
    inflate_m: how far it is pushed outwards. paint: "diffuse" keeps the asset's colours, "ambient"
    only its shading in folds (then ``surface.tint`` is the colour), or a texture below ``makehuman``.
    cloth: how it falls; None keeps the fitted shape.
    """

    folder: str
    surface: Surface
    part: Literal["all", "upper", "lower"] = "all"
    inflate_m: float = 0.0
    paint: str = "diffuse"
    cloth: ClothSettings | None = None


@dataclass(frozen=True)
class Shell:
    """A fitted mesh before it is drawn: points (N, 3) m, triangles, texture coordinates, look."""

    points: F64
    faces: NDArray[np.int64]
    uv: F64
    uv_faces: NDArray[np.int64]
    surface: Surface

    def mesh(self) -> Mesh:
        return mesh_of(self.points, self.faces, self.uv, self.uv_faces, self.points, self.surface)


def wear_shell(wear: Wear, body: Body, model: BodyModel, data: Path) -> tuple[Shell, Asset]:
    """The fitted, posed mesh of an asset (or of one part of it)."""
    asset = _asset(data / "makehuman" / wear.folder)
    points = fit_asset(asset, body, model.weights, wear.inflate_m)
    if wear.paint in ("diffuse", "ambient"):
        path = asset.texture if wear.paint == "diffuse" else asset.ambient
    else:
        path = data / "makehuman" / wear.paint
    texture = read_texture(path) if path else None
    if texture is not None and wear.paint == "ambient":
        texture = np.round(255 - BAKED_SHADE * (255.0 - texture)).astype(np.uint8)
    surface = replace(wear.surface, texture=texture)
    if surface.kind == HAIR and surface.grey >= 1.0 and texture is not None:
        # the tint is the hair's mean colour, whatever its texture's
        light = (texture[..., :3].astype(np.float32) / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        mean = float(light[texture[..., 3] > 128].mean()) if texture.shape[2] == 4 else float(light.mean())
        r, g, b = (c / max(mean, 0.01) for c in surface.tint)
        surface = replace(surface, tint=(r, g, b))
    keep = np.ones(len(asset.faces), bool)
    if wear.part != "all":
        waist = float(body.joint("spine04")[2])
        keep = upper_faces(asset, points, waist) == (wear.part == "upper")
    used, local = np.unique(asset.faces[keep], return_inverse=True)
    return Shell(points[used], local.reshape(-1, 3), asset.uv, asset.uv_faces[keep], surface), asset


def let_fall(
    shell: Shell,
    below: Obstacle,
    cloth: ClothSettings,
    rng: np.random.Generator,
    *,
    pin_top_m: float = 0.0,
    pin_low_m: float = 0.0,
) -> Shell:
    """A shell refined to about a centimetre and draped over what is below; its top and lowest metres
    named stay in place."""
    points, faces, uv, uv_faces = shell.points, shell.faces, shell.uv, shell.uv_faces
    while float(np.linalg.norm(points[faces[:, 0]] - points[faces[:, 1]], axis=1).mean()) > cloth.edge_m:
        points, faces, uv, uv_faces = subdivide_mesh(points, faces, uv, uv_faces)
    z = points[:, 2]
    pinned = (z > z.max() - pin_top_m) | (z < z.min() + pin_low_m)
    return Shell(drape(points, faces, below, pinned, cloth, rng), faces, uv, uv_faces, shell.surface)


def skin_triangles(model: BodyModel) -> NDArray[np.int64]:
    """The body's own triangles (F, 3), without eyes and helpers."""
    faces = model.faces[model.faces.max(1) < SKIN_END]
    return np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


@lru_cache(maxsize=64)
def _asset(folder: Path) -> Asset:
    return read_asset(folder)


def skin_mesh(body: Body, model: BodyModel, hidden: NDArray[np.bool_], surface: Surface) -> Mesh:
    """The body's own skin without eyes and without what clothes hide. hidden: (V,) bool."""
    faces, uv_faces = model.faces, model.uv_faces
    keep = (faces.max(1) < SKIN_END) & ~hidden[faces].all(1)
    quads, uv_quads = faces[keep], uv_faces[keep]
    split = [[0, 1, 2], [0, 2, 3]]
    triangles = np.concatenate([quads[:, s] for s in split])
    uv_triangles = np.concatenate([uv_quads[:, s] for s in split])
    whole = np.concatenate([faces[faces.max(1) < SKIN_END][:, s] for s in split])
    normals = vertex_normals(body.vertices, whole)
    index = triangles.ravel()
    return Mesh(
        body.vertices[index].astype(np.float32),
        normals[index].astype(np.float32),
        model.uv[uv_triangles.ravel()].astype(np.float32),
        body.rest[index].astype(np.float32),
        surface,
    )


def backdrop(colour: tuple[float, float, float], depth_m: float = 1.2, bend_m: float = 2.6) -> Mesh:
    """A paper roll: floor, curve and wall in one, wide enough for any camera."""
    y = [-4.0, depth_m]
    z = [0.0, 0.0]
    for angle in np.linspace(0, np.pi / 2, 24)[1:]:
        y.append(depth_m + bend_m * np.sin(angle))
        z.append(bend_m * (1 - np.cos(angle)))
    y.append(y[-1])
    z.append(9.0)
    profile = np.stack([y, z], 1)
    count = len(profile)
    points = np.array([(x, py, pz) for x in (-9.0, 9.0) for py, pz in profile])
    faces = []
    for k in range(count - 1):
        faces += [(k, k + 1, count + k), (k + 1, count + k + 1, count + k)]
    index = np.array(faces)
    uv = np.zeros((len(points), 2))
    return mesh_of(points, index, uv, index, points, Surface(BACKDROP, None, colour, 0.0))
