"""What a learned placement is told of a body and a garment: numbers in their own measures, sides interchangeable."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.crops import L_SHOULDER, NOSE, R_SHOULDER
from tryon.types import ATTRIBUTES, GARMENT_LABELS, Garment, MaskF32, Pose
from tryon.warp.adjust import frame_of
from tryon.warp.body import SIDES, Body, Joint, Vector
from tryon.warp.limbs import leg_ribs, sleeve_ribs
from tryon.warp.placement import BodyTargets, middle

F32 = NDArray[np.float32]
KINDS = ("upper", "dress", "trousers", "skirt")
JOINTS: tuple[Joint, ...] = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
ROWS = (0.3, 0.5, 0.7, 0.9, 1.1, 1.4, 1.8, 2.2)  # of the torso below the shoulders: where the silhouette is measured
WIDEST = 1.2  # sw: as far as the silhouette is followed
PLACED = ("neck", "shoulder", "armpit", "hem", "waist", "hip")  # the rules' answers
DRAWN = ("neck", "shoulder", "armpit", "hem", "waist", "hip", "cuff_out", "cuff_in", "leg_out", "leg_in")
Named = dict[str, float]


def placement_features(targets: BodyTargets, garment: Garment, pose: Pose, mask_f32: MaskF32 | None) -> Named:
    """All that the network sees, by name; what there is not is left out.

    Names end in ``_left`` or ``_right`` where the other side has the same, and in ``.x`` where a mirror turns the sign.

    Args:
        targets: where the rules put the garment, photo frame. garment, pose: as the rules had them.
        mask_f32: (H, W) 0..1 person mask, photo frame, or None.
    """
    out: Named = {f"kind {targets.kind}": 1.0}
    _body(out, targets.body, pose)
    if mask_f32 is not None:
        _silhouette(out, targets.body, mask_f32)
    _garment(out, targets, garment)
    _rules(out, targets, garment)
    return out


def _put(out: Named, name: str, side: str, vector: Vector) -> None:
    end = f"_{side}" if side else ""
    out[f"{name}{end}.x"], out[f"{name}{end}.y"] = float(vector[0]), float(vector[1])


def _body(out: Named, body: Body, pose: Pose) -> None:
    axes, origin, sw = frame_of(body), body.axis[0], body.full_width
    for joint in JOINTS:
        for side in SIDES:
            _put(out, f"joint {joint}", side, axes @ (body.joints[joint, side] - origin) / sw)
            out[f"seen {joint}_{side}"] = body.visibility[joint, side]
    head = np.asarray(pose.points_px, np.float64)
    _put(out, "nose", "", axes @ (head[NOSE] - origin) / sw)
    ears = (head[8], head[7]) if head[L_SHOULDER][0] >= head[R_SHOULDER][0] else (head[7], head[8])
    for side, ear in zip(SIDES, ears, strict=True):
        _put(out, "ear", side, axes @ (ear - origin) / sw)
    out["narrow"] = body.shoulder_width / sw
    out["torso"] = body.torso / sw
    out["faces"] = float(body.faces)
    out["fullness"] = body.fullness - 1.0
    out["turn.x"] = body.turn


def _silhouette(out: Named, body: Body, mask_f32: MaskF32) -> None:
    """From the spine to where the person ends, to both sides, in sw; the far end where arms or bags join."""
    steps = np.linspace(0.0, WIDEST, 61)
    h, w = mask_f32.shape
    for share in ROWS:
        length = share * body.torso
        for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
            ray = body.on_axis(length) + (sign * body.full_width * steps)[:, None] * body.across_at(length)
            at = np.round(ray).astype(int)
            inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
            on = np.zeros(len(steps), bool)
            on[inside] = mask_f32[at[inside, 1], at[inside, 0]] > 0.5
            start = int(np.argmax(on[:20])) if on[:20].any() else 0  # legs apart: the ray starts between them
            off = np.flatnonzero(~on[start:])
            out[f"edge {share}_{side}"] = float(steps[start + off[0]]) if len(off) else WIDEST


def _garment(out: Named, targets: BodyTargets, garment: Garment) -> None:
    src = targets.source_px
    top = "waist" if targets.kind in ("trousers", "skirt") else "armpit"
    unit_px = max(float(np.linalg.norm(src[f"{top}_right"] - src[f"{top}_left"])), 2.0)
    origin = middle(src, top)
    for name in DRAWN:
        for side in SIDES:
            if f"{name}_{side}" in src:
                _put(out, f"drawn {name}", side, (src[f"{name}_{side}"] - origin) / unit_px)
                out[f"has {name}_{side}"] = 1.0
    if "crotch" in src:
        _put(out, "drawn crotch", "", (src["crotch"] - origin) / unit_px)
    if garment.label in GARMENT_LABELS:
        out[f"label {garment.label}"] = 1.0
    for what, value in (("sleeve", garment.sleeve), ("leg", garment.leg)):
        if value is not None:
            out[f"{what} {value}"] = 1.0
    out["scale"] = targets.scale * unit_px / targets.body.full_width


def _rules(out: Named, targets: BodyTargets, garment: Garment) -> None:
    body = targets.body
    axes, origin, sw = frame_of(body), body.axis[0], body.full_width
    for name in PLACED:
        for side in SIDES:
            if f"{name}_{side}" in targets.points_px:
                _put(out, f"placed {name}", side, axes @ (targets.points_px[f"{name}_{side}"] - origin) / sw)
    sleeved = "cuff_out_left" in targets.source_px and targets.kind in ("upper", "dress")
    if sleeved or targets.kind == "trousers":
        for side in SIDES:
            ribs = (sleeve_ribs if sleeved else leg_ribs)(targets, garment, side)
            out[f"tube length_{side}"] = ribs.length / body.torso
            out[f"tube end_{side}"] = float(ribs.half[-1]) / sw
            out[f"tube elbow_{side}"] = float(ribs.half[len(ribs.half) // 2]) / sw


@lru_cache(maxsize=1)
def feature_names() -> tuple[str, ...]:
    """All names that ``placement_features`` may use, in the network's order."""

    def both(stem: str, *, points: bool = False) -> list[str]:
        return [f"{stem}_{side}{end}" for side in SIDES for end in ((".x", ".y") if points else ("",))]

    names = [f"kind {kind}" for kind in KINDS]
    for joint in JOINTS:
        names += both(f"joint {joint}", points=True) + both(f"seen {joint}")
    names += ["nose.x", "nose.y", *both("ear", points=True)]
    names += ["narrow", "torso", "faces", "fullness", "turn.x"]
    for share in ROWS:
        names += both(f"edge {share}")
    for name in DRAWN:
        names += both(f"drawn {name}", points=True) + both(f"has {name}")
    names += ["drawn crotch.x", "drawn crotch.y"]
    names += [f"label {label}" for label in GARMENT_LABELS]
    names += [f"{what} {value}" for what in ("sleeve", "leg") for value in ATTRIBUTES[what]]
    names.append("scale")
    for name in PLACED:
        names += both(f"placed {name}", points=True)
    for name in ("length", "end", "elbow"):
        names += both(f"tube {name}")
    return tuple(names)


def as_vector(named: Named) -> F32:
    """(len(feature_names()),) float32, 0 for what is left out."""
    return np.array([named.get(name, 0.0) for name in feature_names()], np.float32)


def mirror_of(names: tuple[str, ...]) -> tuple[NDArray[np.int64], F32]:
    """How a vector looks in a mirror: where each number comes from, and its sign."""
    place = {name: k for k, name in enumerate(names)}
    order, signs = [], []
    for name in names:
        stem, dot, axis = name.partition(".") if name.endswith((".x", ".y")) else (name, "", "")
        swapped = stem
        for side, other in (SIDES, SIDES[::-1]):
            if stem.endswith(f"_{side}"):
                swapped = stem.removesuffix(f"_{side}") + f"_{other}"
        order.append(place[swapped + dot + axis])
        signs.append(-1.0 if axis == "x" else 1.0)
    return np.array(order), np.array(signs, np.float32)
