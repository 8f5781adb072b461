"""Dress a virtual model as the records' people are dressed: garments of the library with their simulated folds.

All of it is real geometry, as a path tracer needs it: nothing is laid over anything else in the picture.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.cutkit import CutKit
from tryon.synth.designs import DesignKind, library_design
from tryon.synth.drapes import DrapeLibrary, Skin, apply_drape
from tryon.synth.draw import CLOTH, EYE, HAIR, SHOE, SKIN, Mesh, Surface
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.fitted import median_colour
from tryon.synth.flat_frame import FlatFrame
from tryon.synth.flat_views import garment_info
from tryon.synth.garment_mesh import Fit, GarmentMesh, Wearable, Worn
from tryon.synth.garment_paint import paint_garment
from tryon.synth.layers import LayerRenderer
from tryon.synth.makehuman import vertex_normals
from tryon.synth.people import SKIN_TONES, PersonSpec, person_solids, stand_on_soles
from tryon.synth.pose_library import NamedPose
from tryon.synth.poses import BodyPose
from tryon.synth.scene import mesh_of
from tryon.synth.solids import BROW, Solid
from tryon.synth.solids import EYE as EYE_SOLID
from tryon.synth.solids import HAIR as HAIR_SOLID
from tryon.synth.solids import SHOE as SHOE_SOLID
from tryon.synth.solids import SKIN as SKIN_SOLID

U8 = NDArray[np.uint8]
PAINT = (1024, 768)  # (H, W) of a garment's cloth: a picture shows some 300 px of it
TUCK_M = 0.05  # so far over the lowest point of a top's hem the garment below it goes on
DRAWN_IN_M = 0.014
POSE_FAMILY = "down"  # folds were simulated with the arms down

# kind of a solid to what the stills know; underwear is left out, for it would show at hems and necks
_KINDS = {
    SKIN_SOLID: Surface(SKIN, gloss=0.07, sharp=18.0),
    EYE_SOLID: Surface(EYE, gloss=0.30, sharp=140.0),
    SHOE_SOLID: Surface(SHOE, gloss=0.10, sharp=24.0),
    BROW: Surface(HAIR, gloss=0.0),
    HAIR_SOLID: Surface(HAIR, gloss=0.10),
}


@dataclass(frozen=True)
class Clothing:
    """One garment: which design of the library, and its cloth."""

    kind: DesignKind
    number: int
    cloth: FabricSpec


@dataclass(frozen=True)
class Looks:
    """Who somebody is, as ``people.PersonSpec`` has it, in the few words that differ between virtual models.

    tone: one of ``people.SKIN_TONES``; lift: factor on its light. hair_tint: linear RGB of the hair itself.
    """

    sex: str
    shape: BodyShape
    tone: str
    skin: str
    hair: str
    hair_tint: tuple[float, float, float]
    lift: float = 1.0
    eyes: str = "brown"
    brow: str = "eyebrow001"
    lashes: str = "eyelashes01"
    shoes: str = "shoes05"
    shoe_tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    shoe_grey: float = 0.0
    socks: str = "crew"

    def spec(self, data: Path) -> PersonSpec:
        """The whole description; the skin's texture is tinted to the tone, measured at its middle."""
        target = self.lift * (np.array(SKIN_TONES[self.tone]) / 255.0) ** 2.2
        r, g, b = (float(v) for v in target / np.array(median_colour(data / "makehuman" / "skins" / self.skin)))
        return PersonSpec(
            shape=self.shape, sex=self.sex, age_group="young", build="average", skin_tone=self.tone, skin=self.skin,
            skin_tint=(r, g, b), hair=self.hair, hair_colour="", hair_tint=self.hair_tint, eyes=self.eyes,
            brow=self.brow, lashes=self.lashes, shoes=self.shoes, shoe_tint=self.shoe_tint, shoe_grey=self.shoe_grey,
            socks=self.socks, sock_tint=(0.75, 0.75, 0.75), hat="", hat_tint=(0.1, 0.1, 0.1), expression="smile",
            underwear="", underwear_tint=(0.5, 0.5, 0.5), prop_seed=0,
        )  # fmt: skip


class Dresser:
    """Puts clothes on people; loaded once (some 15 s).

    Args:
        data: the open data's folder. drapes: of simulated cloth; without any, garments hang without folds.
    """

    def __init__(self, model: BodyModel, data: Path, drapes: Path) -> None:
        self.model, self.data = model, data
        self.kit = CutKit(model)
        self.drapes = DrapeLibrary(drapes)
        self.renderer = LayerRenderer()
        self._painted: dict[Clothing, tuple[Wearable, U8, U8]] = {}

    def dress(self, looks: Looks, pose: BodyPose, clothes: tuple[Clothing, ...]) -> tuple[list[Mesh], Body]:
        """All meshes of one dressed person, lower garments first in ``clothes``; shoes stand on z = 0."""
        spec = looks.spec(self.data)
        body = stand_on_soles(spec, self.model.build(spec.shape, pose), self.model, self.data)
        solids = person_solids(spec, NamedPose(POSE_FAMILY, pose), body, self.model, self.data)
        skin = Skin(body, solids[0].faces)
        hidden = np.zeros(len(body.vertices), bool)
        meshes: list[Mesh] = []
        for rank, piece in enumerate(clothes):
            wearable, front, back = self._sewn(piece)
            fit = Fit(rank, 0.0, False, 1)
            worn = wearable.wear(body, fit)
            drape = self.drapes.find(wearable.mesh, POSE_FAMILY, spec.shape.gender)
            if drape is not None:
                worn = apply_drape(worn, wearable.mesh, drape, skin)
            hidden |= worn.covered
            mesh = cloth_mesh(wearable.mesh, worn, front, back)
            meshes = [_below(under, float(mesh.points[:, 2].min()) + TUCK_M) for under in meshes]
            meshes.append(mesh)
        return meshes + [_mesh(solid, hidden) for solid in solids if solid.kind in _KINDS], body

    def _sewn(self, piece: Clothing) -> tuple[Wearable, U8, U8]:
        """A garment and its painted cloth, front and back; kept, as many people wear the same."""
        if piece not in self._painted:
            wearable = library_design(piece.kind, piece.number, self.kit)
            info = garment_info(wearable, self.renderer, self.model, np.random.default_rng(1))
            paint = paint_garment(info, piece.cloth, PAINT)
            self._painted[piece] = (wearable, paint.front_u8, paint.back_u8)
        return self._painted[piece]


def _below(mesh: Mesh, height_m: float) -> Mesh:
    """What a top leaves of the garment under it, which would come through the hem: the triangles that reach below
    a height, drawn in towards the body near there."""
    keep = np.repeat(mesh.points[:, 2].reshape(-1, 3).min(1) < height_m, 3)
    points = mesh.points[keep].copy()
    if len(points):
        share = np.clip((points[:, 2] - (height_m - 2 * TUCK_M)) / TUCK_M, 0, 1)[:, None]
        away = points[:, :2] - points[share[:, 0] > 0, :2].mean(0) if (share > 0).any() else points[:, :2]
        length = np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
        points[:, :2] -= DRAWN_IN_M * share * away / length
    return Mesh(points, mesh.normals[keep], mesh.uv[keep], mesh.rest[keep], mesh.surface)


def cloth_mesh(mesh: GarmentMesh, worn: Worn, front: U8, back: U8) -> Mesh:
    """A worn garment with its painted cloth, the front's picture (H, W, 3) beside the back's in one texture."""
    height, width = front.shape[:2]
    frame = FlatFrame.fit(mesh.flat, (height, width))
    px = frame.to_px(mesh.flat[mesh.faces])  # (F, 3, 2)
    u = (px[..., 0] + 0.5) / (2 * width) + np.where(mesh.front, 0.0, 0.5)[:, None]
    v = 1 - (px[..., 1] + 0.5) / height
    index = np.arange(mesh.faces.size).reshape(-1, 3)
    surface = Surface(CLOTH, np.hstack([front, back]), gloss=0.03, weave=0.10)
    return mesh_of(worn.points, mesh.faces, np.stack([u, v], -1).reshape(-1, 2), index, mesh.rest, surface)


def _mesh(solid: Solid, hidden: NDArray[np.bool_]) -> Mesh:
    """A solid as the stills draw it; of the skin without what clothes hide."""
    look = _KINDS[solid.kind]
    surface = replace(look, texture=solid.texture, tint=solid.tint, grey=solid.grey, alpha_cut=None)
    keep = np.ones(len(solid.faces), bool)
    if solid.kind == SKIN_SOLID:
        keep = ~hidden[solid.faces].all(1)
    normals = solid.normals if solid.normals is not None else vertex_normals(solid.points, solid.faces)
    index, corner = solid.faces[keep].ravel(), solid.uv_faces[keep].ravel()
    points = solid.points[index].astype(np.float32)
    return Mesh(points, normals[index].astype(np.float32), solid.uv[corner].astype(np.float32), points, surface)
