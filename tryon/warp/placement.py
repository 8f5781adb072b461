"""Where each landmark of a garment belongs on a body, written in the body's own measures.

The ratios were read off people wearing such garments, in shoulder joints' distances (sw) and
mid-shoulder to mid-hip lengths (TL); MediaPipe's joints lie inside the body, so seams lie outside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from tryon.geometry.curves import arc_lengths, unit
from tryon.types import Garment, MaskF32, Pose
from tryon.warp.adjust import Adjustment
from tryon.warp.body import SIDES, Body, Side, Vector, measure_body
from tryon.warp.build import with_build
from tryon.warp.landmarks import Landmarks, complete_landmarks, reach
from tryon.warp.sleeve_source import SleeveSource, sleeve_sources


@dataclass(frozen=True)
class PlacementSettings:
    """How clothes sit; lengths in sw unless TL is said."""

    seam_out: float = 0.04  # shoulder seam beyond the joint
    seam_up: float = 0.145  # and above it: the deltoid's and the cloth's thickness
    neck_half: float = 0.20  # where the neck leaves the shoulders
    neck_up: float = 0.21
    armpit_width: float = 0.98  # from armpit to armpit
    armpit_drop: tuple[float, float] = (0.48, 0.80)  # below the seam: tight to batwing
    shoulder_share: float = 0.6  # the scale trusts shoulders more than armpits, which sleeves hide
    # Widths shrink when a flat garment is wrapped round a body, lengths do not: hems hang lower than
    # the scale of widths says (a usual T-shirt ends near the hip joints).
    lengthen: float = 1.10
    # Dresses fit closer, so even more of their width goes round the body: one of 93 cm that measures 44 cm from armpit
    # to armpit ends at the knee of a person whose shoulder joints are 33 cm apart.
    lengthen_dress: float = 1.22
    # Laid flat, a garment shows half of what goes round the trunk: its sides turn away from the viewer, its middle does
    # not. On rendered people places go with the sine of their angle, as on a cylinder (1); pictures taken on invisible
    # bodies have turned already (0), and nobody says which it is.
    wrap: float = 0.6
    hem_room: tuple[float, float] = (1.0, 1.45)  # of the hips' half-width: no skin through, no tent
    crotch_drop: float = 0.20  # TL below the hip joints
    rise: tuple[float, float] = (0.36, 0.62)  # TL, waistband above the crotch: low to high rise
    trouser_hip_half: float = 0.52
    least_leg: float = 0.3  # of the hips' width in the garment's picture
    skirt_waist: float = 0.28  # TL above the hip joints


DEFAULT = PlacementSettings()


@dataclass(frozen=True)
class BodyTargets:
    """A garment's landmarks in its own picture and on the body.

    source_px: name -> (2,), garment frame. points_px: name -> (2,), photo frame, same names for
    torso and waist landmarks (limb ends follow the limbs: see ``tryon.warp.limbs``). scale: photo
    pixels for each garment pixel. body: the measures used. kind: which rule placed it. adjusted: what
    a learned placement changed; its shifts are in points_px already. wrap: see the settings. sleeves: what each is made
    of; empty for garments without. hems: photo pixels beyond each ankle to which the worn garment goes.
    """

    source_px: Landmarks
    points_px: dict[str, Vector]
    scale: float
    body: Body
    kind: str  # "upper", "dress", "trousers" or "skirt"
    adjusted: Adjustment = field(default_factory=Adjustment)
    wrap: float = 0.0
    sleeves: Mapping[Side, SleeveSource] = field(default_factory=dict)
    hems: Mapping[Side, float] = field(default_factory=dict)


# A learned placement: the rules' targets, the garment, the pose, the person mask -> what to change
Placer = Callable[[BodyTargets, Garment, Pose, MaskF32 | None], Adjustment]


def body_targets(
    pose: Pose,
    garment: Garment,
    settings: PlacementSettings = DEFAULT,
    mask_f32: MaskF32 | None = None,
    placer: Placer | None = None,
) -> BodyTargets:
    """Place a garment's landmarks on a body.

    Args:
        pose: the person's landmarks, photo frame.
        garment: the garment; missing landmarks are guessed from its outline.
        settings: how clothes sit.
        mask_f32: (H, W) 0..1 person mask, photo frame; tells heavy builds from slight ones.
        placer: a learned placement, which may move what the rules have placed.
    """
    body = with_build(measure_body(pose), mask_f32)
    source = complete_landmarks(garment)
    if garment.category != "lower":
        targets = _place_upper(body, source, garment, settings)
    elif "crotch" in source:
        targets = _place_trousers(body, source, garment, settings)
    else:
        targets = _place_skirt(body, source, garment, settings)
    sleeves = sleeve_sources(garment, source) if "cuff_out_left" in source else {}
    targets = replace(targets, wrap=0.0 if garment.worn else settings.wrap, sleeves=sleeves)
    return targets if placer is None else adjusted(targets, placer(targets, garment, pose, mask_f32))


def adjusted(targets: BodyTargets, change: Adjustment) -> BodyTargets:
    """The targets with a learned placement's changes put in."""
    points = {name: point + change.shift.get(name, 0.0) for name, point in targets.points_px.items()}
    return replace(targets, points_px=points, adjusted=change)


def _gap(source: Landmarks, name: str) -> float:
    return max(float(np.linalg.norm(source[f"{name}_right"] - source[f"{name}_left"])), 2.0)


def middle(source: Landmarks, name: str) -> Vector:
    """The middle between a landmark's two sides."""
    return (source[f"{name}_left"] + source[f"{name}_right"]) / 2


def _clip(value: float, limits: tuple[float, float]) -> float:
    return float(np.clip(value, *limits))


def lengthen(garment: Garment, settings: PlacementSettings = DEFAULT) -> float:
    """How much longer than the scale of widths says a garment hangs; a worn one has shown it already."""
    if garment.worn:
        return 1.0
    return settings.lengthen_dress if garment.category == "dress" else settings.lengthen


def _upper_scale(source: Landmarks, body: Body, sleeved: bool, s: PlacementSettings) -> float:
    shoulders, armpits = _gap(source, "shoulder"), _gap(source, "armpit")
    shoulders = _clip(shoulders, (0.55 * armpits, 1.35 * armpits))
    if sleeved:
        share = s.shoulder_share
        return body.full_width * (share * 1.07 / shoulders + (1 - share) * s.armpit_width / armpits)
    return body.full_width * float(np.sqrt(0.9 * 1.07 / shoulders * 1.02 / armpits))


def _place_upper(body: Body, source: Landmarks, garment: Garment, s: PlacementSettings) -> BodyTargets:
    sleeved = "cuff_out_left" in source
    scale = _upper_scale(source, body, sleeved, s)
    width = body.torso_width
    up = -body.down * body.fullness  # flesh and cloth are thicker on the shoulders of heavy builds too
    top = body.mid("shoulder")
    points: dict[str, Vector] = {}
    along = unit(middle(source, "hem") - middle(source, "shoulder"))
    drop = float(np.mean([(source[f"armpit_{e}"] - source[f"shoulder_{e}"]) @ along for e in SIDES]))
    drop = _clip(scale * drop / body.full_width, s.armpit_drop) * body.full_width
    # How far out the garment's own seam sits: straps further in, dropped shoulders further out.
    reach_out = scale * _gap(source, "shoulder") / (1.07 * body.full_width)
    reach_out = _clip(reach_out, (0.93, 1.18) if sleeved else (0.55, 1.0))
    neck_ratio = _clip(_gap(source, "neck") / _gap(source, "shoulder"), (0.0, 0.85))
    half = (
        0.5
        * body.fullness**0.5
        * (s.armpit_width * width + _clip(scale * _gap(source, "armpit"), (0.92 * width, 1.15 * width)))
        / 2
    )
    seams = {}
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        out = sign * body.across
        seam = body.joints["shoulder", side] + s.seam_out * width * out + s.seam_up * width * up
        base = top + s.neck_half * width * out + s.neck_up * width * up
        ridge = top + s.neck_up * width * up
        seams[side] = ridge + reach_out * (seam - ridge)
        seam_half = abs(float((seams[side] - ridge) @ body.across))
        slide = (neck_ratio * seam_half - s.neck_half * width) / max(seam_half - s.neck_half * width, 1.0)
        points[f"neck_{side}"] = base + _clip(slide, (0.0, 0.85)) * (seams[side] - base)
        points[f"shoulder_{side}"] = seams[side]
    crown = (seams["left"] + seams["right"]) / 2
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        tilt = 0.5 * (seams[side] - crown) @ body.down  # half of a raised shoulder's height
        points[f"armpit_{side}"] = crown + sign * half * body.across + (drop + tilt) * body.down
    rise = float((top - crown) @ body.down)
    length = scale * float((middle(source, "hem") - middle(source, "shoulder")) @ along) * lengthen(garment, s) - rise
    feet = arc_lengths(body.axis)[-1] + 0.06 * body.torso
    length = float(np.clip(length, drop + 0.12 * body.torso, max(feet, 1.5 * body.torso)))
    hips = body.hip_half_width()
    hem = scale * _gap(source, "hem") / 2 * width / body.full_width
    if garment.category == "dress" or length > 1.35 * body.torso:
        hem = max(hem, body.least_half_width(length))
    else:
        least = min(body.least_half_width(length), hips * s.hem_room[0])
        hem = _clip(hem, (least, s.hem_room[1] * hips))
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        points[f"hem_{side}"] = body.on_axis(length) + sign * hem * body.across_at(length)
    return BodyTargets(source, points, scale, body, "dress" if garment.category == "dress" else "upper")


def _width_across(garment: Garment, center: Vector, across: Vector, limit: float) -> float:
    """The garment's width in pixels through a point."""
    right = reach(garment.alpha_f32, center, across, limit)
    left = reach(garment.alpha_f32, center, -across, limit)
    return max(float(np.linalg.norm(right - left)), 2.0)


def _place_trousers(body: Body, source: Landmarks, garment: Garment, s: PlacementSettings) -> BodyTargets:
    waist = middle(source, "waist")
    along = unit(source["crotch"] - waist)
    across = np.array([along[1], -along[0]])
    rise_px = max(float((source["crotch"] - waist) @ along), 2.0)
    above = source["crotch"] - 0.06 * rise_px * along  # just over the crotch, where the legs are one
    hips_px = _width_across(garment, above, across, 1.5 * _gap(source, "waist"))
    hips_px = _clip(hips_px, (0.9 * _gap(source, "waist"), 2.0 * _gap(source, "waist")))
    joints = float(np.linalg.norm(body.joints["hip", "right"] - body.joints["hip", "left"]))
    half = max(0.86 * min(joints, 0.75 * body.full_width), s.trouser_hip_half * body.torso_width) * body.fullness
    scale = 2 * half / hips_px
    rise = _clip(scale * rise_px / body.torso, s.rise) * body.torso
    # Sitting, the thighs point at the camera and the crotch hides above them.
    thigh = max(float(np.linalg.norm(body.joints["knee", e] - body.joints["hip", e])) for e in SIDES)
    standing = min(thigh / (0.7 * body.torso), 1.0)
    crotch = body.mid("hip") + s.crotch_drop * standing * body.torso * body.down
    top = crotch - rise * body.down
    lift = _lift_of(source, along, hips_px, rise_px, s)
    crotch = crotch - rise * lift / rise_px * body.down
    source = {**source, "crotch": source["crotch"] - lift * along}
    waist_half = _clip(scale * _gap(source, "waist") / 2, (0.74 * half, 1.02 * half))
    points: dict[str, Vector] = {"crotch": crotch}
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        points[f"waist_{side}"] = top + sign * waist_half * body.hip_across
        points[f"hip_{side}"] = crotch + sign * half * body.hip_across
        source[f"hip_{side}"] = source["crotch"] + sign * hips_px / 2 * across
    return BodyTargets(source, points, scale, body, "trousers")


def _lift_of(source: Landmarks, along: Vector, hips_px: float, rise_px: float, s: PlacementSettings) -> float:
    """How far the crotch of very short shorts is moved up, garment pixels.

    Their legs end at the crotch or above it; without some length they would have no direction.
    """
    ends = [(source[f"leg_out_{e}"] + source[f"leg_in_{e}"]) / 2 for e in SIDES]
    length = float(np.mean([(end - source["crotch"]) @ along for end in ends]))
    return _clip(s.least_leg * hips_px - length, (0.0, 0.6 * rise_px))


def _place_skirt(body: Body, source: Landmarks, garment: Garment, s: PlacementSettings) -> BodyTargets:
    waist, hem = middle(source, "waist"), middle(source, "hem")
    along = unit(hem - waist)
    across = np.array([along[1], -along[0]])
    length_px = max(float((hem - waist) @ along), 2.0)
    half = body.hip_half_width()
    # Hips lie about half a waist's width below the waistband.
    at = min(0.5 * _gap(source, "waist"), 0.8 * length_px)
    hips_px = _width_across(garment, waist + at * along, across, 2.0 * _gap(source, "waist"))
    hips_px = _clip(hips_px, (_gap(source, "waist"), 1.5 * _gap(source, "waist")))
    scale = 2 * 1.04 * half / hips_px
    start = body.torso - s.skirt_waist * body.torso
    feet = arc_lengths(body.axis)[-1] + 0.06 * body.torso
    end = start + max(lengthen(garment, s) * scale * length_px, 0.45 * body.torso)
    end = min(end, max(feet, 1.5 * body.torso))
    waist_half = _clip(scale * _gap(source, "waist") / 2, (0.74 * half, 1.0 * half))
    hem_half = max(scale * _gap(source, "hem") / 2, body.least_half_width(end))
    points: dict[str, Vector] = {}
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        points[f"waist_{side}"] = body.on_axis(start) + sign * waist_half * body.across_at(start)
        points[f"hem_{side}"] = body.on_axis(end) + sign * hem_half * body.across_at(end)
    return BodyTargets(source, points, scale, body, "skirt")
