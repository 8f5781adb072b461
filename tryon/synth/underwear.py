"""Plain underwear cut from the body's own skin, so that nobody stands naked between two outfits."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from tryon.synth.bodies import SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.bodycuts import Patch, clip
from tryon.synth.fitted import skin_of
from tryon.synth.solids import UNDERWEAR, Solid
from tryon.types import LABEL

F64 = NDArray[np.float64]
OFFSET_M = 0.0028  # over the skin
CUTS = ("briefs", "boxers", "bra", "tank")


def _field(cut: str, body: Body) -> F64:
    """Positive on the skin vertices (V,) that a piece covers, on an average body in its rest pose."""
    p = body.rest
    bones = list(body.bones)
    # the rest pose's joints, from the transforms: rest = inverse(transform) @ posed
    inverse = np.linalg.inv(body.transforms)
    joint = {n: (inverse[bones.index(n)] @ np.append(body.joint(n), 1.0))[:3] for n in bones}
    hip, shoulder = joint["upperleg01.L"], joint["upperarm01.L"]
    tall = shoulder[2] - hip[2]
    h, x = (p[:, 2] - hip[2]) / tall, np.abs(p[:, 0])
    inner = x < shoulder[0] - 0.005  # not on the arms
    if cut == "briefs":
        leg = h + 0.20 - 0.95 * np.maximum(x - 0.02, 0)  # the leg line rises to the side
        return np.where(inner | (h < 0.3), np.minimum(0.22 - h, leg), -1.0)
    if cut == "boxers":
        return np.minimum(0.24 - h, h + 0.42)
    neck, width = 0.80, 0.115
    if cut == "bra":
        straps = 0.045 - np.abs(x - 0.095)
        cup = np.where(p[:, 1] < joint["spine02"][1], 0.80, 0.70)
        field = np.minimum(h - 0.56, np.maximum(cup - h, np.minimum(straps, 1.12 - h)))
    else:
        front = np.where(p[:, 1] < joint["spine02"][1], neck, 0.92)
        field = np.minimum(h - 0.12, np.maximum(front - h, np.minimum(x - 0.062, width + 0.02 - x)))
    side = np.minimum(shoulder[0] - 0.012 - x, np.where(h > 0.82, width + 0.02 - x, 1.0))
    return np.minimum(field, np.where(h > 0.45, side, 1.0))


_PATCHES: dict[tuple[int, str], tuple[Patch, NDArray[np.uint8]]] = {}


def _patch(cut: str, model: BodyModel) -> tuple[Patch, NDArray[np.uint8]]:
    """A piece as weights of body vertices, and its faces' labels."""
    key = (id(model), cut)
    if key not in _PATCHES:
        body = model.build(BodyShape(1.0 if cut == "bra" else 0.5, height=0.4))
        skin = skin_of(model)
        count = len(body.rest)
        whole = Patch(sp.identity(count, format="csr"), skin.faces)
        field = _field(cut, body)
        field[SKIN_END:] = -1.0
        for name in ("left_arm", "right_arm", "face"):
            field[skin.vertex_label == LABEL[name]] = -0.01
        patch = clip(whole, field)
        nearest = np.asarray(patch.mix.argmax(axis=1)).ravel()
        _PATCHES[key] = patch, skin.vertex_label[nearest][patch.faces].max(1).astype(np.uint8)
    return _PATCHES[key]


def underwear_solids(
    pieces: str, tint: tuple[float, float, float], body: Body, model: BodyModel, normals: F64
) -> list[Solid]:
    """Underwear on a posed body; pieces: names of CUTS with blanks between; normals: (V, 3) of the skin."""
    out = []
    for cut in pieces.split():
        patch, label = _patch(cut, model)
        away = patch.mix @ normals
        away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
        points = patch.mix @ body.vertices + OFFSET_M * away
        flat = np.zeros((1, 2))
        out.append(
            Solid(points, patch.faces, flat, np.zeros_like(patch.faces), None, tint, UNDERWEAR, label, normals=away)
        )
    return out
