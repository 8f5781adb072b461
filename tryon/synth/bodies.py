"""Bodies of any shape and pose: the parametric model ``anny`` behind plain arrays.

Frame: metres, x = the subject's left, y = back, z = up; the body faces -y.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.poses import BodyPose, bone_deltas
from tryon.synth.reach import TrunkGauge

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

EYES = (14598, 14741)  # the base mesh's own eyes; separate ones are drawn
SKIN_END = 13380  # vertices from here on are tongue, eyes and the helper meshes
TIGHTS = (15328, 18001)  # helper mesh around torso and limbs
SKIRT = (18002, 18721)
REMEMBERED = 96  # shapes whose rest pose is kept: a pose that failed is built again for the same shape
BATCH = 16  # bodies at once: half the time a body of one by one, and memory stays small

# the model's own small changes of shape that make faces and figures differ; both sides of the face get the same
FEATURES = (
    "head-fat-incr", "head-scale-horiz-incr", "head-scale-vert-incr",
    "forehead-scale-vert-incr", "forehead-temple-incr", "cheek-bones-incr", "cheek-volume-incr",
    "chin-width-incr", "chin-height-incr", "chin-prominent-incr", "chin-jaw-drop-incr", "chin-bones-incr",
    "nose-scale-vert-incr", "nose-scale-horiz-incr", "nose-scale-depth-incr", "nose-hump-incr", "nose-point-up",
    "nose-width2-incr", "mouth-scale-horiz-incr", "mouth-upperlip-volume-incr", "mouth-lowerlip-volume-incr",
    "mouth-trans-up", "eye-scale-incr", "eye-trans-out", "eye-height2-incr", "ear-scale-incr", "neck-double-incr",
    "neck-scale-horiz-incr", "measure-shoulder-dist-incr", "measure-waist-circ-incr", "measure-hips-circ-incr",
    "stomach-tone-incr", "buttocks-volume-incr", "torso-vshape-incr",
)  # fmt: skip

# the face's muscles that a friendly look takes, and how much of each
FRIENDLY = {
    "mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "cheekSquintLeft": 0.4, "cheekSquintRight": 0.4,
    "browInnerUp": 0.55, "browOuterUpLeft": 0.15, "browOuterUpRight": 0.15,
    "eyeSquintLeft": 0.25, "eyeSquintRight": 0.25,
}  # fmt: skip


def _sides(feature: str) -> tuple[str, ...]:
    """The model's labels of a feature: one for each side, or one."""
    sided = feature.startswith(("cheek-", "eye-", "ear-"))
    return (f"l-{feature}", f"r-{feature}") if sided else (feature,)


PHENOTYPE = (
    "gender", "age", "muscle", "weight", "height", "proportions", "cupsize", "firmness",
    "african", "asian", "caucasian",
)  # fmt: skip


# every muscle of the face that is used; the model carries more
MUSCLES = (
    *FRIENDLY, "browDownLeft", "browDownRight", "jawOpen", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "eyeBlinkLeft", "eyeBlinkRight",
)  # fmt: skip


@dataclass(frozen=True)
class BodyShape:
    """A body's build, each 0..1 as ``anny`` defines it. gender: 0 male, 1 female; age .67: a young adult.

    african, asian, caucasian: shares of the face's type; smile: 0..1. features: (name of FEATURES, -1..1)
    pairs. expression: (muscle of the face, 0..1) pairs, besides the smile's.
    """

    gender: float
    age: float = 0.67
    muscle: float = 0.5
    weight: float = 0.5
    height: float = 0.6
    proportions: float = 0.6
    cupsize: float = 0.5
    firmness: float = 0.6
    african: float = 0.33
    asian: float = 0.33
    caucasian: float = 0.33
    smile: float = 0.0
    features: tuple[tuple[str, float], ...] = ()
    expression: tuple[tuple[str, float], ...] = ()

    def phenotype(self) -> dict[str, float]:
        """The model's own parameters by name."""
        return {name: float(getattr(self, name)) for name in PHENOTYPE}

    def face(self) -> dict[str, float]:
        """The face's muscles by name, 0..1."""
        pulled = {name: share * self.smile for name, share in FRIENDLY.items()}
        for name, value in self.expression:
            pulled[name] = min(1.0, pulled.get(name, 0.0) + value)
        return pulled


@dataclass(frozen=True)
class Body:
    """A posed body. rest, vertices: (V, 3) m in the rest pose and posed, helpers included.

    transforms: (J, 4, 4), rest to posed, by bone. heads: (J, 3) m, posed joints.
    """

    rest: F64
    vertices: F64
    transforms: F64
    heads: F64
    bones: tuple[str, ...]

    def joint(self, name: str) -> F64:
        """The posed head of a bone, (3,) m."""
        return self.heads[self.bones.index(name)]


class BodyModel:
    """``anny`` with the MakeHuman topology; construction takes seconds (a minute the first time)."""

    def __init__(self) -> None:
        import anny  # heavy, and only the data engine needs it
        import torch

        self._torch = torch
        self._rests: dict[BodyShape, tuple[F64, F64]] = {}
        wanted = [label for name in FEATURES for label in _sides(name)]
        self._model = anny.Anny(
            topology="makehuman", phenotypes="all", facial_actions=list(MUSCLES), local_changes=wanted
        )
        self.bones: tuple[str, ...] = tuple(self._model.bone_labels)
        self.parents: list[int] = list(self._model.bone_parents)
        self.faces: I64 = self._model.faces.numpy()
        self.uv: F64 = self._model.texture_coordinates.numpy()
        self.uv_faces: I64 = self._model.face_texture_coordinate_indices.numpy()
        self.reference: F64 = self._model.reference_bone_orientations.numpy()

    @cached_property
    def weights(self) -> sp.csr_matrix:
        """Bone weights (V, J), rows sum to 1."""
        index = self._model.vertex_bone_indices.numpy()
        value = self._model.vertex_bone_weights.numpy()
        rows = np.repeat(np.arange(len(index)), index.shape[1])
        shape = (len(index), len(self.bones))
        return sp.csr_matrix((value.ravel(), (rows, index.ravel())), shape=shape)

    def share(self, *starts: str) -> F64:
        """How much (V,) 0..1 each vertex follows the bones whose names start so."""
        columns = [i for i, name in enumerate(self.bones) if name.startswith(starts)]
        return np.asarray(self.weights[:, columns].sum(1)).ravel()

    @cached_property
    def _trunk(self) -> I64:
        """Skin vertices of trunk and thighs, for the gauge."""
        trunk = self.share("spine", "root", "pelvis", "upperleg", "breast", "neck")
        return np.flatnonzero(trunk[:SKIN_END] > 0.7)

    def build(self, shape: BodyShape, pose: BodyPose | None = None) -> Body:
        """Shape and pose one body; feet stand on z = 0, the pelvis over the origin."""
        return self.build_many([shape], [pose or BodyPose()])[0]

    def build_many(self, shapes: Sequence[BodyShape], poses: Sequence[BodyPose]) -> list[Body]:
        """Shape and pose bodies, BATCH at a time; each stands as ``build`` would put it."""
        out: list[Body] = []
        for start in range(0, len(shapes), BATCH):
            out += self._build(shapes[start : start + BATCH], poses[start : start + BATCH])
        return out

    def _coefficients(self, shapes: Sequence[BodyShape]) -> Any:
        """The model's blend shape coefficients (B, K)."""
        torch, model = self._torch, self._model
        known = {label: i for i, label in enumerate(model.local_change_labels)}
        muscles = {label: i for i, label in enumerate(model.facial_action_labels)}
        phenotype = np.array([[s.phenotype()[name] for name in model.phenotype_labels] for s in shapes])
        changes, actions = np.zeros((len(shapes), len(known))), np.zeros((len(shapes), len(muscles)))
        for row, shape in enumerate(shapes):
            for name, value in shape.features:
                for label in _sides(name):
                    changes[row, known[label]] = value
            for name, value in shape.face().items():
                actions[row, muscles[name]] = value
        parts = (torch.from_numpy(part) for part in (phenotype, changes, actions))
        return model._get_phenotype_blendshape_coefficients(*parts)

    def _rest(self, shapes: Sequence[BodyShape]) -> tuple[F64, F64]:
        """Vertices (B, V, 3) and bones (B, J, 4, 4) of the rest poses."""
        new = list(dict.fromkeys(shape for shape in shapes if shape not in self._rests))
        if len(self._rests) + len(new) > REMEMBERED:
            self._rests = {shape: self._rests[shape] for shape in shapes if shape in self._rests}
        if new:
            with self._torch.no_grad():
                rest = self._model.get_rest_model(self._coefficients(new))
            for k, shape in enumerate(new):
                self._rests[shape] = rest["rest_vertices"][k].numpy(), rest["rest_bone_poses"][k].numpy()
        found = [self._rests[shape] for shape in shapes]
        return np.stack([vertices for vertices, _ in found]), np.stack([bones for _, bones in found])

    def _build(self, shapes: Sequence[BodyShape], poses: Sequence[BodyPose]) -> list[Body]:
        torch, model = self._torch, self._model
        rest_vertices, rest_poses = self._rest(shapes)
        with torch.no_grad():
            bones = torch.from_numpy(rest_poses)
            neutral = torch.eye(4, dtype=model.dtype).expand(len(shapes), len(self.bones), 4, 4)
            heads = model.get_bone_transforms(neutral, bones)[1][:, :, :3, 3].numpy()
            deltas = np.stack(
                [self._deltas(*item) for item in zip(poses, heads, rest_vertices, rest_poses, strict=True)]
            )
            moved, posed_bones = model.get_bone_transforms(torch.from_numpy(deltas), bones)
            vertices = model.get_skinned_vertices(torch.from_numpy(rest_vertices), moved).numpy()
        out = []
        for k in range(len(shapes)):
            skin = vertices[k, :SKIN_END]
            shift = np.array([np.median(skin[:, 0]), np.median(skin[:, 1]), skin[:, 2].min()])
            transforms = moved[k].numpy().copy()
            transforms[:, :3, 3] -= shift
            joints = posed_bones[k, :, :3, 3].numpy() - shift
            out.append(Body(rest_vertices[k], vertices[k] - shift, transforms, joints, self.bones))
        return out

    def _deltas(self, pose: BodyPose, heads: F64, rest: F64, rest_poses: F64) -> F64:
        gauge = None
        if pose.left_arm.reach or pose.right_arm.reach:
            move = heads[0] - rest_poses[0, :3, 3]  # rest and reference differ little in the trunk but for this
            gauge = TrunkGauge.measure(rest[self._trunk] + move, heads, self.bones)
        return bone_deltas(pose, self.bones, self.parents, self.reference, heads, gauge)


def skin_points(points: F64, weights: sp.csr_matrix, transforms: F64) -> F64:
    """Linear blend skinning: rest points (N, 3) with weights (N, J) moved by transforms (J, 4, 4)."""
    blended = (weights @ transforms.reshape(len(transforms), 16)).reshape(-1, 4, 4)
    homogeneous = np.concatenate([points, np.ones((len(points), 1))], 1)
    return np.einsum("nij,nj->ni", blended, homogeneous)[:, :3]
