"""Sleeves and trouser legs: ribs across a garment's tube and across the body's limb, pair by pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import perpendicular, point_at, quadratic_bezier, tangent_at, unit
from tryon.types import Garment
from tryon.warp.adjust import LimbFit
from tryon.warp.body import ARM, FOREARM_BY_TORSO, LEG, UPPER_ARM_BY_TORSO, Body, Side, Vector
from tryon.warp.placement import BodyTargets, lengthen
from tryon.warp.tube_outline import follow_outline

Points = NDArray[Any]


@dataclass(frozen=True)
class LimbSettings:
    """How tubes sit on limbs; in sw, the shoulder joints' distance from the front."""

    arm_half: tuple[float, float, float] = (0.17, 0.125, 0.085)  # least, at shoulder, elbow, wrist
    leg_half: tuple[float, float, float] = (0.22, 0.14, 0.09)  # least, at hip, knee, ankle
    loose: float = 1.9  # a sleeve is at most this much wider than the arm
    least_inner: float = 0.08  # inner seam below the armpit: no shoulder pads
    crease: float = 0.04  # how far inside the armpit a sleeve's inner edge may start
    squeeze: float = 0.35  # share of a tube's width that the crease may take
    deltoid: float = 0.15  # a hanging sleeve's outer edge beyond the armhole's line
    split_bend: float = 1.05  # radians of bend above which the tube is warped in two pieces


DEFAULT = LimbSettings()


@dataclass(frozen=True)
class Ribs:
    """A tube as pairs of ribs, from its root (armhole, crotch) to its end.

    source_*: (N, 2), garment pixels; target_*: (N, 2), photo pixels; outer is the side away from
    the body. spans: index ranges (first, last) of the pieces to warp each by itself: one, or two that
    meet at a strongly bent elbow or knee. length: of the tube along the limb; knots: where along the limb its
    joints are, in the same nominal photo pixels, counted from the shoulder or hip joint; start: where the root is;
    half: (N,) half-widths, photo pixels.
    """

    source_outer: Points
    source_inner: Points
    target_outer: Points
    target_inner: Points
    spans: tuple[tuple[int, int], ...]
    length: float
    knots: Points
    start: float
    half: Points


def sleeve_ribs(targets: BodyTargets, garment: Garment, side: Side, s: LimbSettings = DEFAULT) -> Ribs:
    """Ribs of one sleeve, following the arm.

    Args:
        targets: the placed garment; must have cuffs.
        garment: says how long the sleeve is.
        side: viewer's side.
    """
    body = targets.body
    upper_arm, forearm = UPPER_ARM_BY_TORSO * body.torso, FOREARM_BY_TORSO * body.torso
    wrist = upper_arm + forearm
    made_of = targets.sleeves[side]
    outer, inner, root_out, root_in = made_of.cuff_out, made_of.cuff_in, made_of.root_out, made_of.root_in
    # Nominal length from the joint: the seam sits a little before it.
    elbow = made_of.elbow
    span = float(np.linalg.norm(outer - root_out))
    if elbow is not None:  # round a bent elbow, not across it
        span = max(span, float(np.linalg.norm(elbow - root_out) + np.linalg.norm((outer + inner) / 2 - elbow)))
    length = lengthen(garment) * targets.scale * span - 0.1 * body.full_width
    if garment.sleeve == "long" or length > 0.93 * wrist:
        length = wrist * 1.0
    elif garment.sleeve == "three_quarter":
        length = float(np.clip(length, 0.95 * upper_arm, upper_arm + 0.75 * forearm))
    elif garment.sleeve == "short":
        length = float(np.clip(length, 0.30 * upper_arm, 1.0 * upper_arm))
    fit = targets.adjusted.limbs.get(side, LimbFit())
    length = float(np.clip(length * fit.length, 0.25 * upper_arm, 1.05 * wrist))
    sign, own_sign = _sign(side), _sign(made_of.side)
    knots, curve_out, curve_in = _source_tube((root_out, root_in), (outer, inner), elbow, upper_arm, length, own_sign)
    if not garment.worn and not made_of.trunk:  # worn ones are completed behind what hid them, and have elbows
        knots, curve_out, curve_in = follow_outline(garment.alpha_f32, curve_out, curve_in, knots, own_sign)
    axis = np.stack([body.joints[j, side] for j in ARM])
    axis_knots = np.array([0.0, upper_arm, wrist])
    cut = length > 1.1 * upper_arm and _bend(axis) > s.split_bend
    at = _rib_places(length, upper_arm, cut)
    least = np.interp(at, axis_knots, np.array(s.arm_half)) * body.full_width * body.fullness**0.5
    widths = 0.5 * _widths(curve_out, curve_in, at, knots)
    half = np.clip(widths * targets.scale, least, s.loose * least) * _factors(fit, at, upper_arm, length)
    target_out, target_in = _around(axis, axis_knots, at, half, sign, cut)
    join = min(0.45 * upper_arm, length)
    root = (targets.points_px[f"shoulder_{side}"], targets.points_px[f"armpit_{side}"])
    target_out, target_in = _join_root(target_out, target_in, at, join, root, axis, body, sign, s)
    return Ribs(
        point_at(curve_out, at, knots), point_at(curve_in, at, knots), target_out, target_in, _spans(at, cut),
        length, axis_knots, 0.0, half,
    )  # fmt: skip


def _sign(side: Side) -> float:
    return 1.0 if side == "right" else -1.0


def leg_ribs(targets: BodyTargets, garment: Garment, side: Side, s: LimbSettings = DEFAULT) -> Ribs:
    """Ribs of one trouser leg from the crotch down, following the leg."""
    body, source, points = targets.body, targets.source_px, targets.points_px
    axis = np.stack([body.joints[j, side] for j in LEG])
    thigh, shin = np.linalg.norm(np.diff(axis, axis=0), axis=1)
    other: Side = "left" if side == "right" else "right"
    other_thigh = float(np.linalg.norm(body.joints["knee", other] - body.joints["hip", other]))
    # A thigh that points at the camera looks short; its trousers do not shrink with it.
    full_thigh = max(float(thigh), other_thigh, 0.65 * body.torso)
    full_shin = max(float(shin), 0.9 * full_thigh)
    knots = np.array([0.0, full_thigh, full_thigh + full_shin])
    drop = float(np.clip((points["crotch"] - axis[0]) @ body.down, 0.0, 0.45 * full_thigh))
    outer, inner = source[f"leg_out_{side}"], source[f"leg_in_{side}"]
    root_out, root_in = source[f"hip_{side}"], source["crotch"]
    length = targets.scale * 0.5 * float(np.linalg.norm(outer - root_out) + np.linalg.norm(inner - root_in))
    hips = np.linalg.norm(root_out - root_in)
    full = knots[-1] - drop
    long = garment.leg == "long" or (garment.leg is None and length > 3.0 * hips * targets.scale)
    if long:
        length = full * 1.02
    fit = targets.adjusted.limbs.get(side, LimbFit())
    length = float(np.clip(length * fit.length, 0.15 * full_thigh, 1.06 * full))
    beyond = targets.hems.get(side, 0.0)
    if long and beyond:  # over the shoes as the old ones: nobody knows what is below
        length = max(length, full + beyond * full_shin / max(float(shin), 1.0))
    knee, sign = source.get(f"knee_{side}"), 1.0 if side == "right" else -1.0
    tube_knots, curve_out, curve_in = _source_tube(
        (root_out, root_in), (outer, inner), knee, full_thigh - drop, length, sign
    )
    cut = length > 1.1 * (full_thigh - drop) and _bend(axis) > s.split_bend
    at = _rib_places(length, full_thigh - drop, cut)
    least = np.interp(at + drop, knots, np.array(s.leg_half)) * body.full_width * body.fullness**0.5
    widths = 0.5 * _widths(curve_out, curve_in, at, tube_knots)
    half = np.clip(widths * targets.scale, least, 2.6 * least) * _factors(fit, at, full_thigh - drop, length)
    target_out, target_in = _around(axis, knots, at + drop, half, sign, cut)
    target_in = _keep_apart(target_in, at + drop, knots, body, side, sign)
    root = (points[f"hip_{side}"], points["crotch"])
    target_out, target_in = _blend_root(target_out, target_in, at, min(0.5 * full_thigh, length), root)
    return Ribs(
        point_at(curve_out, at, tube_knots), point_at(curve_in, at, tube_knots), target_out, target_in, _spans(at, cut),
        length, knots, drop, half,
    )  # fmt: skip


def _factors(fit: LimbFit, at: Points, hinge_at: float, length: float) -> Points:
    """What a learned placement makes of a tube's width: nothing at the root, its factors at joint and end."""
    if length < 1.15 * hinge_at:  # it ends before the joint
        return np.interp(at, [0.0, length], [1.0, fit.end])
    return np.interp(at, [0.0, hinge_at, length], [1.0, fit.elbow, fit.end])


def _spans(at: Points, cut: bool) -> tuple[tuple[int, int], ...]:
    last = len(at) - 1
    return ((0, _TO_HINGE - 1), (_TO_HINGE, last)) if cut else ((0, last),)


def _source_tube(
    roots: tuple[Vector, Vector],
    ends: tuple[Vector, Vector],
    hinge: Vector | None,
    hinge_at: float,
    length: float,
    sign: float,
) -> tuple[Points, Points, Points]:
    """Outer and inner curve of the garment's tube with their knots (nominal lengths along the limb).

    The outer curve is put on the outer side everywhere, as on the target: landmarks of arms worn
    across the body, or found in the wrong order, would turn the tube over.
    """
    start, end = (roots[0] + roots[1]) / 2, (ends[0] + ends[1]) / 2
    if length < 1.15 * hinge_at:
        hinge = None
    first = unit((end if hinge is None else hinge) - start)
    last = first if hinge is None else unit(end - hinge)
    root_out, root_in = _on_their_sides(roots, first, sign)
    end_out, end_in = ends if (ends[0] - ends[1]) @ _outward(last, sign) >= 0 else ends[::-1]
    width = float(np.linalg.norm(root_out - root_in))
    least = 0.12 * width * _outward(last, sign)
    if np.linalg.norm(end_out - end_in) < 0.24 * width:
        end_out, end_in = end + least, end - least
    if hinge is None:
        return np.array([0.0, length]), np.stack([root_out, end_out]), np.stack([root_in, end_in])
    half = 0.25 * (0.8 * width + float(np.linalg.norm(end_out - end_in)))
    across = half * _outward(unit(first + last), sign)
    knots = np.array([0.0, hinge_at, length])
    return knots, np.stack([root_out, hinge + across, end_out]), np.stack([root_in, hinge - across, end_in])


def _outward(along: Points, sign: float) -> Points:
    """The outer side of a limb that runs `along`, as the viewer sees it on a hanging one."""
    return -sign * perpendicular(along)


def _on_their_sides(roots: tuple[Vector, Vector], along: Vector, sign: float) -> tuple[Vector, Vector]:
    """Turn an armhole whose lower end lies on the outer side of the tube, about its upper end."""
    width = float(np.linalg.norm(roots[0] - roots[1]))
    outward = _outward(along, sign)
    if (roots[0] - roots[1]) @ outward >= -0.4 * width:  # sleeves that hang straight down are nearly there
        return roots
    slanting = unit(outward - 1.5 * along)
    return roots[0], roots[0] - width * slanting


def _widths(outer: Points, inner: Points, at: Points, knots: Points) -> Points:
    """A tube's width in garment pixels square to its own axis: armholes are cut slanting."""
    across = point_at(outer, at, knots) - point_at(inner, at, knots)
    along = tangent_at((outer + inner) / 2, at, 0.1 * float(knots[-1]), knots)
    return np.abs(across[:, 0] * along[:, 1] - across[:, 1] * along[:, 0])


_TO_HINGE = 5  # ribs from the root to elbow or knee: enough to follow the deltoid and the bend


def _rib_places(length: float, hinge_at: float, cut: bool) -> Points:
    """Nominal lengths at which ribs are set; the hinge has one, or two when the tube is `cut` there."""
    if length < 1.1 * hinge_at:
        return np.linspace(0.0, length, _TO_HINGE)
    near, beyond = np.linspace(0.0, hinge_at, _TO_HINGE), np.linspace(hinge_at, length, 5)
    return np.concatenate([near, beyond if cut else beyond[1:]])


def _around(axis: Points, knots: Points, at: Points, half: Points, sign: float, cut: bool) -> tuple[Points, Points]:
    """Both ends of ribs across a limb; the outer one lies on the viewer's side of a hanging limb.

    The limb's corner is rounded, unless the tube is cut there: then each half keeps straight.
    """
    if cut:
        centers = point_at(axis, at, knots)
        upper, lower = unit(axis[1] - axis[0]), unit(axis[2] - axis[1])
        along = np.where((np.arange(len(at)) < _TO_HINGE)[:, None], upper, lower)
    else:
        soft = 0.12 * (knots[-1] - knots[0])
        centers = 0.25 * point_at(axis, at - soft / 2, knots) + 0.25 * point_at(axis, at + soft / 2, knots)
        centers = centers + 0.5 * point_at(axis, at, knots)
        centers = np.where((at > knots[-1] - soft)[:, None], point_at(axis, at, knots), centers)
        along = tangent_at(axis, at, soft, knots)
    outward = _outward(along, sign)
    return centers + half[:, None] * outward, centers - half[:, None] * outward


def _join_root(
    outer: Points,
    inner: Points,
    at: Points,
    join: float,
    root: tuple[Vector, Vector],
    axis: Points,
    body: Body,
    sign: float,
    s: LimbSettings,
) -> tuple[Points, Points]:
    """Carry a sleeve's first ribs from the arm to the armhole: rounded over the deltoid, straight below."""
    shoulder, armpit = root
    out, inn = outer.copy(), inner.copy()
    arm = unit(axis[1] - axis[0])
    # The inner seam must come out below the armpit, and go on along the arm.
    upper = np.arange(len(at)) < _TO_HINGE  # what lies beyond the elbow has its own direction
    least = s.least_inner * body.full_width * np.minimum(at / join, 1.0) + 0.25 * np.maximum(at - join, 0.0)
    inn += np.where(upper, np.maximum(least - (inn - armpit) @ arm, 0.0), 0.0)[:, None] * arm
    # A hanging sleeve stands off the armhole's line by the deltoid; inside of it the sleeve would turn over.
    depth = float(np.linalg.norm(armpit - shoulder))
    seam = unit(armpit - shoulder)
    outward = np.array([seam[1], -seam[0]])
    outward = outward if sign * (outward @ body.across) >= 0 else -outward
    # Just below the armpit the tube lies beside the trunk, not across it: its edge is the crease.
    lean = max(float(-(arm @ outward)), 0.0) / max(float(arm @ seam), 0.3)
    room = s.crease * body.full_width + (0.3 + lean) * np.maximum((inn - armpit) @ seam, 0.0)
    push = np.where(upper, np.maximum(-((inn - armpit) @ outward) - room, 0.0), 0.0)
    # The tube may become narrower there by a third before its outer edge gives way too.
    spare = s.squeeze * np.linalg.norm(out - inn, axis=1)
    inn, out = inn + push[:, None] * outward, out + np.maximum(push - spare, 0.0)[:, None] * outward
    along, off = (out - shoulder) @ seam, (out - shoulder) @ outward
    wanted = s.deltoid * body.full_width * np.clip(2 * along / depth, 0.0, 1.0) * np.clip(2.2 - along / depth, 0.0, 1.0)
    out += np.where(upper & (along > 0), np.maximum(wanted - off, 0.0), 0.0)[:, None] * outward
    end_out, end_in = (np.array([np.interp(join, at, c[:, k]) for k in range(2)]) for c in (out, inn))
    # The control point continues the shoulder's line, so that the seam runs smoothly into the sleeve.
    reach_out = float(np.linalg.norm(end_out - shoulder))
    control = shoulder + 0.45 * reach_out * unit(arm + 0.9 * outward)
    t = np.clip(at / join, 0.0, 1.0)
    near = at < join - 1e-6
    out[near] = quadratic_bezier(shoulder, control, end_out, t)[near]
    inn[near] = ((1 - t)[:, None] * armpit + t[:, None] * end_in)[near]
    return out, inn


def _blend_root(
    outer: Points, inner: Points, at: Points, join: float, root: tuple[Vector, Vector]
) -> tuple[Points, Points]:
    """Carry a leg's first ribs from the leg to the hip and crotch, straight."""
    t = np.clip(at / max(join, 1e-6), 0.0, 1.0)[:, None]
    t = t * t * (3 - 2 * t)
    return (1 - t) * (root[0] + outer - outer[0]) + t * outer, (1 - t) * (root[1] + inner - inner[0]) + t * inner


def _keep_apart(inner: Points, at: Points, knots: Points, body: Body, side: Side, sign: float) -> Points:
    """Hold a leg's inner edge on its own side of the line between the legs, unless they cross: one covers the other."""
    other: Side = "left" if side == "right" else "right"
    legs = [np.stack([body.joints[j, e] for j in LEG]) for e in (side, other)]
    own, far = (point_at(leg, at, knots) for leg in legs)
    gap = sign * (own - far) @ body.hip_across
    if gap.min() < 0:  # a tube held to its side down to the crossing would stick out on both sides below it
        return inner
    push = np.clip(-sign * ((inner - (own + far) / 2) @ body.hip_across), 0.0, None)
    return inner + sign * push[:, None] * body.hip_across


def _bend(axis: Points) -> float:
    """Angle in radians by which a limb turns at its middle joint."""
    cosine = float(unit(axis[1] - axis[0]) @ unit(axis[2] - axis[1]))
    return float(np.arccos(np.clip(cosine, -1.0, 1.0)))
