"""The open outfits, split into garments that can be worn apart: meshes fitted in rest, then skinned."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.bodies import SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.bodycuts import Patch
from tryon.synth.cutkit import CutKit, clip_patch, corner_matrix, fast_normals, smoothing
from tryon.synth.fitted import Binding, bind, texture_of
from tryon.synth.flat_frame import FlatFrame, fill_triangles
from tryon.synth.flatten import lay_flat, spread_body
from tryon.synth.garment_mesh import PART, Feature, Fit, GarmentMesh, Wearable, Worn
from tryon.synth.leg_tubes import LegTubes, TubeShape
from tryon.synth.lower_cuts import LowerDesign
from tryon.synth.lower_features import lower_drawing
from tryon.synth.makehuman import mesh_components
from tryon.synth.outfit_marks import upper_marks
from tryon.synth.push_out import BodyGuard
from tryon.synth.remesh import loop_subdivision, split_corners
from tryon.types import GARMENT_LABELS

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Bools = NDArray[np.bool_]
LONGEST_MEDIAN_M = 0.024  # meshes with longer edges show facets: they are subdivided once


@dataclass(frozen=True)
class PieceSpec:
    """One garment of an outfit.

    ranks: its vertex components, by size, largest first. above: its upper or lower part at the waist (None: all).
    """

    folder: str
    label: str
    ranks: tuple[int, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    above: Literal["upper", "lower"] | None = None
    open_front: bool = False

    @property
    def sex(self) -> float:
        return 1.0 if self.folder.startswith("female") else 0.0


def _tee(length: str = "regular", neck: str = "round") -> dict[str, str]:
    return {"sleeve": "short", "length": length, "neck": neck, "fit": "regular", "closure": "none"}


def _long(neck: str, closure: str, fit: str = "regular") -> dict[str, str]:
    return {"sleeve": "long", "length": "regular", "neck": neck, "fit": fit, "closure": closure}


def _legs(length: str = "long", fit: str = "regular", kind: str = "straight") -> dict[str, str]:
    return {"length": length, "fit": fit, "rise": "normal", "kind": kind}


# left out: the shirts below field jacket and dungarees, which have holes where they are hidden, and a skirt
# that follows one leg here and the other there when somebody sits
PIECES = (
    PieceSpec("female_casualsuit01", "T-Shirt", (0,), _tee()),
    PieceSpec("female_casualsuit01", "Pants", (1,), _legs(fit="tight", kind="slim")),
    PieceSpec("female_casualsuit02", "T-Shirt", (1,), _tee()),
    PieceSpec("female_casualsuit02", "Shorts", (0,), _legs("short", kind="shorts")),
    PieceSpec("female_elegantsuit01", "Shirt", (0,), _long("collar", "buttons", "tight")),
    PieceSpec("female_sportsuit01", "Top", (0,), _tee("crop", "v")),
    PieceSpec("female_sportsuit01", "Pants", (1,), _legs(fit="tight", kind="leggings")),
    PieceSpec("male_casualsuit01", "Outwear", (0,), _long("collar", "zip", "loose"), "upper"),
    PieceSpec("male_casualsuit01", "Pants", (0,), _legs(fit="loose", kind="joggers"), "lower"),
    PieceSpec("male_casualsuit02", "Longsleeve", (0,), _long("round", "none")),
    PieceSpec("male_casualsuit02", "Pants", (1,), _legs()),
    PieceSpec("male_casualsuit03", "Shirt", (0,), _long("collar", "buttons")),
    PieceSpec("male_casualsuit03", "Pants", (1,), _legs()),
    PieceSpec("male_casualsuit04", "T-Shirt", (1,), _tee()),
    PieceSpec("male_casualsuit04", "Pants", (0,), _legs()),
    PieceSpec("male_casualsuit05", "Outwear", (0, 3), _long("collar", "open", "loose"), open_front=True),
    PieceSpec("male_casualsuit05", "Pants", (1,), _legs()),
    PieceSpec("male_casualsuit06", "T-Shirt", (0,), _tee()),
    PieceSpec("male_casualsuit06", "Pants", (1,), _legs()),
    PieceSpec("male_elegantsuit01", "Blazer", (0,), _long("lapel", "buttons")),
    PieceSpec("male_elegantsuit01", "Pants", (1,), _legs()),
    PieceSpec("male_worksuit01", "Pants", (0,), _legs(fit="loose", kind="dungarees")),
)


class OutfitPiece:
    """One garment of an outfit; see ``load_outfit_pieces``.

    Attributes:
        mesh: with the outfit's own texture coordinates. texture: its picture or None.
    """

    def __init__(self, spec: PieceSpec, kit: CutKit, data: Path) -> None:
        self.spec = spec
        self._binding: Binding = bind(data / "makehuman" / "clothes" / spec.folder, kit.model)
        asset = self._binding.asset
        self.texture = asset.texture
        home = kit.model.build(BodyShape(gender=spec.sex, proportions=0.5))
        fitted = self._binding.rest_points(home)
        patch, uv_patch = _pick(spec, asset.faces, asset.uv, asset.uv_faces, fitted, home)
        self._pick, faces = patch.mix, patch.faces
        self._faces = faces
        count = self._pick.shape[0]
        self._soft = smoothing(faces, count, 3)
        self._gather = corner_matrix(faces, count)
        self._bones = (self._pick @ self._binding.bones).tocsr()
        self._guard = BodyGuard(kit, top_m=0.2 if self.category == "lower" else 0.45)
        place = np.asarray(self._pick @ fitted)
        self._covered = _covered(spec, asset.delete, place, home, kit)
        self.mesh: GarmentMesh = self._describe(kit, place, uv_patch)

    @property
    def category(self) -> str:
        return GARMENT_LABELS[self.spec.label]

    def wear(self, body: Body, fit: Fit) -> Worn:
        """The piece on a body, about 15 ms."""
        rest = np.asarray(self._pick @ self._binding.rest_points(body))
        extra = fit.loose_m + 0.004 * fit.layer + (0.002 if self.category == "upper" else 0.0)
        if extra:
            normal = self._soft @ fast_normals(rest, self._faces, self._gather)
            rest = rest + extra * normal / np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-9)
        blended = np.asarray(self._bones @ body.transforms[:, :3].reshape(-1, 12)).reshape(-1, 3, 4)
        posed = np.einsum("nij,nj->ni", blended[:, :, :3], rest) + blended[:, :, 3]
        posed = self._guard.push(posed, body, 0.002 + 0.5 * extra)
        return Worn(posed, self._covered.copy())

    def _describe(self, kit: CutKit, place: F64, uv_patch: tuple[F64, I64]) -> GarmentMesh:
        spec, faces = self.spec, self._faces
        part = _parts(spec, kit, Patch((self._pick @ self._binding.mix).tocsr(), faces), place)
        worn = self.wear(spread_body(kit.model, spec.sex), Fit()).points
        features: tuple[Feature, ...] = ()
        if self.category == "lower":
            reference = np.asarray(self._pick @ self._binding.rest_points(kit.reference))
            tubes = LegTubes(kit, reference, TubeShape.of(LowerDesign()), faces)
            flat, front = lay_flat(worn, faces, part)
            drawing = lower_drawing(_design_of(spec), flat, faces, front, tubes)
            landmarks, features = drawing.landmarks, drawing.features
        else:
            flat, front = lay_flat(worn, faces, part)
            landmarks = upper_marks(flat, faces, part)
        uv, uv_faces = uv_patch
        own = self.texture is not None
        category = GARMENT_LABELS[spec.label]
        return GarmentMesh(
            id=f"{spec.folder}-{category}", category=category, label=spec.label, faces=faces, part=part,
            front=front, flat=flat, landmarks=landmarks, rest=place, attributes=dict(spec.attributes),
            features=features, open_front=spec.open_front, uv=uv if own else None, uv_faces=uv_faces if own else None,
        )  # fmt: skip


def load_outfit_pieces(model: BodyModel, data: Path) -> list[OutfitPiece]:
    """All garments of the open outfits, in a fixed order; some seconds.

    Args:
        data: the open data's folder, which holds ``makehuman/clothes``.

    Raises:
        BadRequestError: an outfit is missing.
    """
    kit = CutKit(model)
    return [OutfitPiece(spec, kit, data) for spec in PIECES]


def bake_texture(mesh: GarmentMesh, texture: NDArray[np.uint8], frame: FlatFrame) -> NDArray[np.uint8]:
    """An outfit's own picture, resampled into the flat frame's front side, (h, w, 3) uint8 sRGB.

    Args:
        mesh: with texture coordinates. texture: (H, W, 3 or 4) uint8 sRGB. frame: of ``mesh.flat``.
            What lies around the garment takes the colour of its nearest edge.
    """
    if mesh.uv is None or mesh.uv_faces is None:
        raise BadRequestError(f"{mesh.id} has no texture coordinates; only outfits with a picture of their own do.")
    front = np.flatnonzero(mesh.front)
    front = front[np.argsort(mesh.part[front] == PART["collar"], kind="stable")]  # a collar lies over the torso
    corners = frame.to_px(mesh.flat)[mesh.faces[front]]
    place, drawn = fill_triangles(corners, mesh.uv[mesh.uv_faces[front]], frame.size)
    h, w = texture.shape[:2]
    # as many texture pixels as flat ones: finer ones would alias
    step = np.linalg.norm(np.diff(mesh.uv[mesh.uv_faces[front]] * [w, h], axis=1), axis=2)
    wide = np.linalg.norm(np.diff(corners, axis=1), axis=2)
    shrink = max(1.0, float(np.median(step) / max(float(np.median(wide)), 1e-6)))
    small = cv2.resize(texture[..., :3], (round(w / shrink), round(h / shrink)), interpolation=cv2.INTER_AREA)
    x = place[..., 0] * small.shape[1] - 0.5
    y = (1 - place[..., 1]) * small.shape[0] - 0.5
    out = cv2.remap(
        small, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    _, nearest = cv2.distanceTransformWithLabels(
        (~drawn).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    colours = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    colours[nearest[drawn]] = out[drawn]
    return np.asarray(colours[nearest], np.uint8)


def bake_own_texture(wearable: Wearable) -> NDArray[np.uint8] | None:
    """A garment's own cloth in its canonical flat frame, (512, 384, 3) uint8, or None if it has none."""
    if not isinstance(wearable, OutfitPiece) or wearable.texture is None or wearable.mesh.uv is None:
        return None
    return bake_texture(wearable.mesh, texture_of(wearable.texture), FlatFrame.fit(wearable.mesh.flat))


def _pick(
    spec: PieceSpec, faces: I64, uv: F64, uv_faces: I64, fitted: F64, home: Body
) -> tuple[Patch, tuple[F64, I64]]:
    """The piece as a mix of the asset's vertices, and its texture coordinates and their triangles."""
    component = mesh_components(faces, len(fitted))
    size = np.bincount(component)
    order = np.argsort(-size, kind="stable")
    keep = np.isin(component[faces[:, 0]], order[list(spec.ranks)])
    faces, uv_faces = faces[keep], uv_faces[keep]
    used, local = np.unique(faces, return_inverse=True)
    faces = local.reshape(faces.shape).astype(np.int64)
    mix = sp.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)), shape=(len(used), len(fitted)))
    if spec.above:  # it has no texture whose coordinates would have to be cut too
        turn = home.transforms[home.bones.index("spine05")]
        waist = float((turn[:3, :3].T @ (home.joint("spine04") - turn[:3, 3]))[2])
        height = fitted[used][:, 2] - waist
        cut = clip_patch(Patch(mix, faces), height if spec.above == "upper" else -height, np.zeros((len(used), 0)))
        return cut.patch, (uv, uv_faces[:0])
    edge = np.linalg.norm(fitted[used][faces[:, 0]] - fitted[used][faces[:, 1]], axis=1)
    if float(np.median(edge)) > LONGEST_MEDIAN_M:
        finer, faces = loop_subdivision(faces, len(used))
        mix = (finer @ mix).tocsr()
        uv, uv_faces = split_corners(uv, uv_faces)
    return Patch(mix, faces), (uv, uv_faces)


def _parts(spec: PieceSpec, kit: CutKit, patch: Patch, place: F64) -> NDArray[np.uint8]:
    faces = patch.faces
    if GARMENT_LABELS[spec.label] == "lower":
        side = place[faces][:, :, 0].mean(1) > 0
        part = np.where(side, PART["left_leg"], PART["right_leg"]).astype(np.uint8)
        part[place[faces][:, :, 2].mean(1) > kit.joint("spine03")[2] + 0.02] = PART["torso"]  # a bib
        return part
    part = np.full(len(faces), PART["torso"], np.uint8)
    for side_name, name in (("L", "left_sleeve"), ("R", "right_sleeve")):
        field_ = kit.sleeve_field(patch, side_name)
        part[field_[faces].mean(1) > 0] = PART[name]
    if len(spec.ranks) > 1:
        component = mesh_components(faces, len(place))[faces[:, 0]]
        part[component != np.bincount(component).argmax()] = PART["collar"]
    return part


def _covered(spec: PieceSpec, delete: Bools, place: F64, home: Body, kit: CutKit) -> Bools:
    """Body vertices (V,) that the piece hides: the outfit's own list as far as the piece reaches, and whole legs."""
    z, low, high = home.rest[:, 2], float(place[:, 2].min()), float(place[:, 2].max())
    if GARMENT_LABELS[spec.label] == "upper":
        out = delete & (z > low + 0.04)
        if spec.open_front:
            out &= (np.abs(home.rest[:, 0]) > 0.12) | (home.rest[:, 1] > 0.0)
    else:
        legs = np.zeros(len(z), bool)
        bones = [i for i, n in enumerate(kit.model.bones) if n.startswith(("upperleg", "lowerleg"))]
        on_leg = np.asarray(kit.model.weights[:, bones].sum(1)).ravel() > 0.6
        if spec.attributes["length"] == "long":
            legs = on_leg & (z > low + 0.03) & (z < high - 0.05)
        bib = spec.attributes.get("kind") == "dungarees"
        top = float(kit.joint("spine03")[2]) if bib else high
        out = (delete & (z < top - 0.03) & (z > low + 0.03)) | legs
    out = out.copy()
    out[SKIN_END:] = False
    return out


def _design_of(spec: PieceSpec) -> LowerDesign:
    """What the trimmings of an outfit's trousers look like when they get another cloth."""
    kind = spec.attributes.get("kind")
    if kind == "leggings":
        return LowerDesign("leggings", fly=False, pockets="none", back_pockets="none", loops=False)
    if kind == "joggers":
        return LowerDesign("joggers", fly=False, pockets="slant", back_pockets="none", loops=False)
    if kind == "dungarees":
        return LowerDesign(pockets="none", back_pockets="patch", loops=False, fly=False)
    if spec.folder == "male_elegantsuit01":
        return LowerDesign(crease=True, pockets="slant", back_pockets="welt")
    return LowerDesign(hem=0.3 if kind == "shorts" else 2.0)
