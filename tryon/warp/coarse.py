"""The coarse warp: a garment laid on a body, piece by piece, from landmarks alone.

One thin-plate spline over all landmarks folds and tears prints where arms bend; so the trunk has its
own spline and every sleeve or leg follows its limb, drawn over the trunk with a little overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.cores import together
from tryon.errors import BadRequestError
from tryon.geometry.crops import Crop
from tryon.geometry.curves import unit
from tryon.geometry.flow import flow_from_map, fold_fraction, sample
from tryon.geometry.tps import fit_tps
from tryon.types import FlowF32, Garment, MaskF32, PartWarp, Person, PointsF32
from tryon.warp.body import SIDES, Side
from tryon.warp.limbs import Ribs, leg_ribs, sleeve_ribs
from tryon.warp.looseness import with_fit
from tryon.warp.old_hems import with_old_hems
from tryon.warp.partition import leg_area, sleeve_area, trunk_area
from tryon.warp.placement import BodyTargets, Placer, body_targets
from tryon.warp.render import Copies, render_parts
from tryon.warp.torso import TrunkPiece, bodice_piece, hips_piece, skirt_piece
from tryon.warp.waistline import raised_waist

__all__ = ["Copies", "WarpSettings", "render_parts", "warp_garment"]

Points = NDArray[np.float64]


@dataclass(frozen=True)
class WarpSettings:
    """Smoothness and edges of the pieces."""

    trunk_smoothing: float = 2e-3  # landmarks are some pixels wrong; bending that much less shows no dent
    limb_smoothing: float = 5e-4  # ribs are consistent among themselves
    stiffer: tuple[float, ...] = (0.03, 0.3, 3.0)  # tried in turn where a map folds; the last is nearly affine
    folds: float = 0.01  # share of a piece that may fold before that: a crease at armpit or elbow
    stride: int = 8  # pixels of 512 rows between evaluated nodes; the splines bend over ten times that
    silhouette_room: float = 0.07  # sw by which clothes may stand off the body at the shoulder
    silhouette_reach: float = 0.35  # sw around the shoulder joint inside which that holds
    hidden: float = 0.5  # an elbow less visible than this is behind the torso


DEFAULT = WarpSettings()


def warp_garment(
    garment: Garment,
    person: Person,
    crop: Crop,
    settings: WarpSettings = DEFAULT,
    placer: Placer | None = None,
    fit: float = 0.0,
) -> list[PartWarp]:
    """Lay a garment on a person.

    Args:
        garment: image, mask and landmarks; missing landmarks are guessed.
        person: pose and mask, photo frame.
        crop: the work frame, in which the flows are given.
        settings: smoothness and edges.
        placer: a learned placement (``tryon.warp.placer``).
        fit: -1 (snug) to 1 (loose), see ``tryon.warp.looseness``.

    Returns:
        Pieces in the order in which they are drawn: hidden sleeves, trunk, sleeves; or legs, hips.

    Raises:
        BadRequestError: the garment's picture and mask differ in size; fit is out of its range.
    """
    if garment.image_u8.shape[:2] != garment.alpha_f32.shape[:2]:
        raise BadRequestError("The garment's picture and its mask must have the same size.")
    targets = body_targets(person.pose, garment, mask_f32=person.mask_f32, placer=placer)
    targets = with_old_hems(raised_waist(targets, person.labels_u8), person.labels_u8)
    targets = with_fit(targets, fit)
    near = _near_shoulders(person, targets, crop, settings)
    if targets.kind == "skirt":
        return [_trunk(skirt_piece(targets, garment), "torso", targets, garment, crop, None, settings)]
    if targets.kind == "trousers":
        hips, *legs = together(
            lambda: [_trunk(hips_piece(targets), "hips", targets, garment, crop, None, settings)],
            *(partial(_limb, targets, garment, side, "leg", crop, None, settings) for side in SIDES),
        )
        return [*legs[0], *legs[1], *hips]
    if "cuff_out_left" not in targets.source_px:
        return [_trunk(bodice_piece(targets, garment), "torso", targets, garment, crop, near, settings)]
    torso, *sleeves = together(
        lambda: [_trunk(bodice_piece(targets, garment), "torso", targets, garment, crop, near, settings)],
        *(partial(_limb, targets, garment, side, "sleeve", crop, near, settings) for side in SIDES),
    )
    behind: list[PartWarp] = []
    before: list[PartWarp] = []
    for side, parts in zip(SIDES, sleeves, strict=True):
        (behind if targets.body.visibility["elbow", side] < settings.hidden else before).extend(parts)
    return [*behind, *torso, *before]


def _trunk(
    piece: TrunkPiece,
    name: str,
    targets: BodyTargets,
    garment: Garment,
    crop: Crop,
    near: MaskF32 | None,
    s: WarpSettings,
) -> PartWarp:
    region = _fill([_in_crop(crop, piece.outline)], crop)
    target = _in_crop(crop, piece.target_points)
    flow = _unfolded_flow(target, piece.source_points, region, crop, s, s.trunk_smoothing)
    region = _keep_own(region, trunk_area(targets, garment), flow)
    return PartWarp(name, flow, region if near is None else region * near)


def _limb(
    targets: BodyTargets,
    garment: Garment,
    side: Side,
    kind: str,
    crop: Crop,
    near: MaskF32 | None,
    s: WarpSettings,
) -> list[PartWarp]:
    """One tube as one piece, or as two where the limb is bent so far that a single map would fold."""
    ribs = (sleeve_ribs if kind == "sleeve" else leg_ribs)(targets, garment, side)
    area = (sleeve_area if kind == "sleeve" else leg_area)(targets, garment, side)
    parts = []
    for number, (start, stop) in enumerate(ribs.spans):
        name = f"{kind}_{side}" if number == 0 else f"{kind}_{side}_end"
        target, source = _rib_points(ribs, start, stop)
        room = 0.05 * targets.body.full_width
        polygons = _rib_quads(ribs, start, stop, crop, room)
        if len(ribs.spans) > 1:
            polygons.append(_joint(ribs, ribs.spans[0][1], crop, room))
        region = _fill(polygons, crop)
        flow = _unfolded_flow(_in_crop(crop, target), source, region, crop, s, s.limb_smoothing)
        region = _keep_own(region, area, flow)
        parts.append(PartWarp(name, flow, region if near is None else region * near))
    return parts


def _unfolded_flow(
    target: PointsF32, source: Points, region: MaskF32, crop: Crop, s: WarpSettings, first: float
) -> FlowF32:
    """The flow of a piece, made stiffer until it does not fold (foreshortened, knotted limbs)."""
    flow = np.empty(0, np.float32)
    stride = max(round(s.stride * crop.height / 512), 2)
    for smoothing in (first, *s.stiffer):
        spline = fit_tps(target, source, smoothing)
        flow = flow_from_map(spline, crop.height, crop.width, stride)
        if fold_fraction(np.ascontiguousarray(flow[::4, ::4]), region[::4, ::4]) <= s.folds:
            break
    return flow


def _rib_points(ribs: Ribs, start: int, stop: int) -> tuple[Points, Points]:
    """Control points of a span of ribs, three to a rib."""

    def three(outer: Points, inner: Points) -> Points:
        outer, inner = outer[start : stop + 1], inner[start : stop + 1]
        return np.concatenate([outer, (outer + inner) / 2, inner])

    return three(ribs.target_outer, ribs.target_inner), three(ribs.source_outer, ribs.source_inner)


def _rib_quads(ribs: Ribs, start: int, stop: int, crop: Crop, room: float) -> list[NDArray[np.float32]]:
    """Quadrangles between neighbouring ribs, widened by `room` photo pixels, the limb's end one lengthened.

    Their union stays whole where a strongly bent limb's outline would cross itself.
    """
    outer, inner = ribs.target_outer[start : stop + 1], ribs.target_inner[start : stop + 1]
    across = outer - inner
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6) * room
    if start == 0:
        across[0] *= 0.4  # the root lies along the shoulder seam: wider, it would stick out above
    outer, inner = outer + across, inner - across
    if stop == len(ribs.target_outer) - 1:
        # The garment's end may lie beyond its landmarks: cuffs are round, hems uneven.
        tail = unit((outer[-1] + inner[-1]) - (outer[-2] + inner[-2])) * 2 * room
        outer, inner = np.concatenate([outer, [outer[-1] + tail]]), np.concatenate([inner, [inner[-1] + tail]])
    quads = np.stack([outer[:-1], outer[1:], inner[1:], inner[:-1]], 1)
    return [_in_crop(crop, quad) for quad in quads]


def _joint(ribs: Ribs, index: int, crop: Crop, room: float) -> NDArray[np.float32]:
    """A disc over the elbow or knee: it closes the corner between the two straight halves."""
    outer, inner = ribs.target_outer[index], ribs.target_inner[index]
    radius = float(np.linalg.norm(outer - inner)) / 2 + room
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    disc = (outer + inner) / 2 + radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    return _in_crop(crop, disc)


def _in_crop(crop: Crop, points_px: Points) -> PointsF32:
    return crop.to_crop(points_px.astype(np.float32))


def _fill(polygons: list[NDArray[np.float32]], crop: Crop) -> MaskF32:
    """The union of polygons in crop pixels as a mask with edges one pixel soft."""
    mask = np.zeros((crop.height, crop.width), np.uint8)
    for polygon in polygons:
        fixed = np.round(np.clip(polygon, -4000, 4000) * 16).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_8, shift=4)
    return cv2.blur(mask.astype(np.float32) / 255.0, (3, 3))


def _keep_own(region: MaskF32, area: tuple[MaskF32, float] | None, flow: FlowF32) -> MaskF32:
    """Take from a region what the flow would draw from another piece's part of the garment."""
    if area is None:
        return region
    mask, factor = area
    x, y, w, h = cv2.boundingRect((region > 0).astype(np.uint8))
    window = (slice(y, y + h), slice(x, x + w))
    if w > 0 and h > 0:
        at = (flow[window] + 0.5) * np.float32(factor) - np.float32(0.5)
        region[window] *= sample(mask, at)
    return region


def _near_shoulders(person: Person, targets: BodyTargets, crop: Crop, s: WarpSettings) -> MaskF32 | None:
    """1 where clothes may be drawn: everywhere but off the body right at the shoulders."""
    if targets.kind not in ("upper", "dress"):
        return None
    half = crop.resized(max(crop.width // 2, 1), max(crop.height // 2, 1))  # the rule is soft: half is enough
    unit_px = targets.body.full_width * half.scale
    silhouette = half.cut(person.mask_f32, border=cv2.BORDER_CONSTANT) > 0.5
    if not silhouette.any():
        return None
    outside = cv2.distanceTransform((~silhouette).astype(np.uint8), cv2.DIST_L2, 3)
    x, y = np.arange(half.width, dtype=np.float32), np.arange(half.height, dtype=np.float32)[:, None]
    allowed = np.ones(outside.shape, np.float32)
    for side in SIDES:
        joint = _in_crop(half, targets.body.joints["shoulder", side][None])[0]
        far = np.sqrt((x - joint[0]) ** 2 + (y - joint[1]) ** 2)
        # From the shoulder on clothes may stand off more and more: no step where the rule ends.
        room = s.silhouette_room * unit_px + 1.5 * np.maximum(far - s.silhouette_reach * unit_px, 0.0)
        allowed = np.minimum(allowed, np.clip(room - outside + 0.5, 0.0, 1.0))
    return cv2.resize(allowed, (crop.width, crop.height), interpolation=cv2.INTER_LINEAR)
