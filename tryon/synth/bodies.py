"""Bodies of any shape and pose: the parametric model ``anny`` behind plain arrays.

Frame: metres, x = the subject's left, y = back, z = up; the body faces -y.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.poses import BodyPose, bone_deltas

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

EYES = (14598, 14741)  # the base mesh's own eyes; separate ones are drawn
SKIN_END = 13380  # vertices from here on are tongue, eyes and the helper meshes
TIGHTS = (15328, 18001)  # helper mesh around torso and limbs
SKIRT = (18002, 18721)


# the face's muscles that a friendly look takes, and how much of each
FRIENDLY = {
    "mouthSmileLeft": 1.0, "mouthSmileRight": 1.0, "cheekSquintLeft": 0.4, "cheekSquintRight": 0.4,
    "browInnerUp": 0.55, "browOuterUpLeft": 0.15, "browOuterUpRight": 0.15,
    "eyeSquintLeft": 0.25, "eyeSquintRight": 0.25,
}  # fmt: skip


@dataclass(frozen=True)
class BodyShape:
    """A body's build, each 0..1 as ``anny`` defines it. gender: 0 male, 1 female; age .67: a young adult.

    african, asian, caucasian: shares of the face's type; smile: 0..1.
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

    def phenotype(self) -> dict[str, float]:
        """The model's own parameters by name."""
        return {f.name: float(getattr(self, f.name)) for f in fields(self) if f.name != "smile"}


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
        self._model = anny.Anny(topology="makehuman", phenotypes="all", facial_actions="all")
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

    def build(self, shape: BodyShape, pose: BodyPose | None = None) -> Body:
        """Shape and pose one body; feet stand on z = 0, the pelvis over the origin."""
        torch = self._torch
        with torch.no_grad():
            kwargs = {k: torch.tensor([v], dtype=torch.float64) for k, v in shape.phenotype().items()}
            smile = {k: torch.tensor([v * shape.smile], dtype=torch.float64) for k, v in FRIENDLY.items()}
            neutral = self._model(phenotype_kwargs=kwargs)
            heads = neutral["bone_poses"][0, :, :3, 3].numpy()
            deltas = bone_deltas(pose or BodyPose(), self.bones, self.parents, self.reference, heads)
            out = self._model(
                pose_parameters=torch.from_numpy(deltas)[None], phenotype_kwargs=kwargs, facial_actions=smile
            )
        rest, posed = out["rest_vertices"][0].numpy(), out["vertices"][0].numpy()
        bone_poses, rest_poses = out["bone_poses"][0].numpy(), out["rest_bone_poses"][0].numpy()
        transforms = bone_poses @ np.linalg.inv(rest_poses)
        skin = posed[:SKIN_END]
        shift = np.array([np.median(skin[:, 0]), np.median(skin[:, 1]), skin[:, 2].min()])
        transforms = transforms.copy()
        transforms[:, :3, 3] -= shift
        return Body(rest, posed - shift, transforms, bone_poses[:, :3, 3] - shift, self.bones)


def skin_points(points: F64, weights: sp.csr_matrix, transforms: F64) -> F64:
    """Linear blend skinning: rest points (N, 3) with weights (N, J) moved by transforms (J, 4, 4)."""
    blended = (weights @ transforms.reshape(len(transforms), 16)).reshape(-1, 4, 4)
    homogeneous = np.concatenate([points, np.ones((len(points), 1))], 1)
    return np.einsum("nij,nj->ni", blended, homogeneous)[:, :3]
