"""The coarse warp: a garment laid on a body, piece by piece, from landmarks alone.

One thin-plate spline over all landmarks folds and tears prints where arms bend; so the trunk has its
own spline and every sleeve or leg follows its limb, drawn over the trunk with a little overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.geometry.crops import Crop
from tryon.geometry.flow import flow_from_map, sample
from tryon.geometry.tps import fit_tps
from tryon.types import FlowF32, Garment, MaskF32, PartWarp, Person, PointsF32
from tryon.warp.body import SIDES, Side
from tryon.warp.limbs import Ribs, leg_ribs, sleeve_ribs
from tryon.warp.partition import leg_area, sleeve_area, trunk_area
from tryon.warp.placement import BodyTargets, body_targets
from tryon.warp.render import render_parts
from tryon.warp.torso import TrunkPiece, bodice_piece, hips_piece, skirt_piece

__all__ = ["WarpSettings", "render_parts", "warp_garment"]

Points = NDArray[np.float64]


@dataclass(frozen=True)
class WarpSettings:
    """Smoothness and edges of the pieces."""

    trunk_smoothing: float = 2e-3  # landmarks are some pixels wrong; bending that much less shows no dent
    limb_smoothing: float = 5e-4  # ribs are consistent among themselves
    stride: int = 8  # pixels between evaluated nodes; the splines bend over ten times that
    silhouette_room: float = 0.07  # sw by which clothes may stand off the body at the shoulder
    silhouette_reach: float = 0.42  # sw around the shoulder joint inside which that holds
    hidden: float = 0.5  # an elbow less visible than this is behind the torso


DEFAULT = WarpSettings()


def warp_garment(garment: Garment, person: Person, crop: Crop, settings: WarpSettings = DEFAULT) -> list[PartWarp]:
    """Lay a garment on a person.

    Args:
        garment: image, mask and landmarks; missing landmarks are guessed.
        person: pose and mask, photo frame.
        crop: the work frame, in which the flows are given.

    Returns:
        Pieces in the order in which they are drawn: hidden sleeves, trunk, sleeves; or legs, hips.

    Raises:
        BadRequestError: the garment's picture and mask differ in size.
    """
    if garment.image_u8.shape[:2] != garment.alpha_f32.shape[:2]:
        raise BadRequestError("The garment's picture and its mask must have the same size.")
    targets = body_targets(person.pose, garment)
    near = _near_shoulders(person, targets, crop, settings)
    if targets.kind == "skirt":
        return [_trunk(skirt_piece(targets), "torso", targets, garment, crop, None, settings)]
    if targets.kind == "trousers":
        hips = _trunk(hips_piece(targets), "hips", targets, garment, crop, None, settings)
        legs = [part for side in SIDES for part in _limb(targets, garment, side, "leg", crop, None, settings)]
        return [*legs, hips]
    torso = _trunk(bodice_piece(targets), "torso", targets, garment, crop, near, settings)
    if "cuff_out_left" not in targets.source_px:
        return [torso]
    behind: list[PartWarp] = []
    before: list[PartWarp] = []
    for side in SIDES:
        parts = _limb(targets, garment, side, "sleeve", crop, near, settings)
        (behind if targets.body.visibility["elbow", side] < settings.hidden else before).extend(parts)
    return [*behind, torso, *before]


def _trunk(
    piece: TrunkPiece,
    name: str,
    targets: BodyTargets,
    garment: Garment,
    crop: Crop,
    near: MaskF32 | None,
    s: WarpSettings,
) -> PartWarp:
    spline = fit_tps(_in_crop(crop, piece.target_points), piece.source_points, s.trunk_smoothing)
    flow = flow_from_map(spline, crop.height, crop.width, s.stride)
    region = _fill([_in_crop(crop, piece.outline)], crop)
    region *= _drawn_from(trunk_area(targets, garment), flow)
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
    last = len(ribs.target_outer) - 1
    spans = [(0, last)] if ribs.bend_at is None else [(0, ribs.bend_at), (ribs.bend_at, last)]
    parts = []
    for number, (start, stop) in enumerate(spans):
        name = f"{kind}_{side}" if number == 0 else f"{kind}_{side}_end"
        target, source = _rib_points(ribs, start, stop)
        flow = flow_from_map(
            fit_tps(_in_crop(crop, target), source, s.limb_smoothing), crop.height, crop.width, s.stride
        )
        region = _fill(_rib_quads(ribs, start, stop, crop, 0.05 * targets.body.full_width), crop)
        region *= _drawn_from(area, flow)
        parts.append(PartWarp(name, flow, region if near is None else region * near))
    return parts


def _rib_points(ribs: Ribs, start: int, stop: int) -> tuple[Points, Points]:
    """Control points of a span of ribs, three to a rib."""

    def three(outer: Points, inner: Points) -> Points:
        outer, inner = outer[start : stop + 1], inner[start : stop + 1]
        return np.concatenate([outer, (outer + inner) / 2, inner])

    return three(ribs.target_outer, ribs.target_inner), three(ribs.source_outer, ribs.source_inner)


def _rib_quads(ribs: Ribs, start: int, stop: int, crop: Crop, room: float) -> list[NDArray[np.float32]]:
    """Quadrangles between neighbouring ribs, each widened by `room` photo pixels, the end ones lengthened.

    Their union stays whole where a strongly bent limb's outline would cross itself.
    """
    outer, inner = ribs.target_outer[start : stop + 1], ribs.target_inner[start : stop + 1]
    across = outer - inner
    across = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-6)
    wide_out, wide_in = outer + room * across, inner - room * across
    centers = (outer + inner) / 2
    head, tail = centers[0] - centers[1], centers[-1] - centers[-2]
    head = head / max(float(np.linalg.norm(head)), 1e-6) * room
    # The garment's end may lie beyond its landmarks: cuffs are round, hems uneven.
    more = 2.0 if stop == len(ribs.target_outer) - 1 else 0.6
    tail = tail / max(float(np.linalg.norm(tail)), 1e-6) * room * more
    wide_out = np.concatenate([[wide_out[0] + head], wide_out, [wide_out[-1] + tail]])
    wide_in = np.concatenate([[wide_in[0] + head], wide_in, [wide_in[-1] + tail]])
    return [
        _in_crop(crop, np.stack([wide_out[i], wide_out[i + 1], wide_in[i + 1], wide_in[i]]))
        for i in range(len(wide_out) - 1)
    ]


def _in_crop(crop: Crop, points_px: Points) -> PointsF32:
    return crop.to_crop(points_px.astype(np.float32))


def _fill(polygons: list[NDArray[np.float32]], crop: Crop) -> MaskF32:
    """The union of polygons in crop pixels as a mask with edges one pixel soft."""
    mask = np.zeros((crop.height, crop.width), np.uint8)
    for polygon in polygons:
        fixed = np.round(np.clip(polygon, -4000, 4000) * 16).astype(np.int32)
        cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_8, shift=4)
    return cv2.blur(mask.astype(np.float32) / 255.0, (3, 3))


def _drawn_from(area: tuple[MaskF32, float] | None, flow: FlowF32) -> MaskF32 | float:
    """The share of the garment's picture that belongs to a piece, seen through its flow."""
    if area is None:
        return 1.0
    mask, factor = area
    at = ((flow + 0.5) * factor - 0.5).astype(np.float32)
    return sample(mask, at)


def _near_shoulders(person: Person, targets: BodyTargets, crop: Crop, s: WarpSettings) -> MaskF32 | None:
    """1 where clothes may be drawn: everywhere but off the body right at the shoulders."""
    if targets.kind not in ("upper", "dress"):
        return None
    unit_px = targets.body.full_width * crop.scale
    silhouette = crop.cut(person.mask_f32, border=cv2.BORDER_CONSTANT)
    size = 2 * max(1, round(s.silhouette_room * unit_px)) + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    wide = cv2.dilate((silhouette > 0.5).astype(np.uint8), kernel)
    disc = np.zeros(wide.shape, np.uint8)
    for side in SIDES:
        x, y = _in_crop(crop, targets.body.joints["shoulder", side][None])[0]
        if abs(x) < 8000 and abs(y) < 8000:
            radius = max(1, round(s.silhouette_reach * unit_px))
            cv2.circle(disc, (round(float(x)), round(float(y))), radius, 1, -1)
    allowed = np.where((disc == 1) & (wide == 0), 0.0, 1.0).astype(np.float32)
    return cv2.blur(allowed, (3, 3))
