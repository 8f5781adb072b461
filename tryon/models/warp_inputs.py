"""What the warp network sees, stacked the same way at training and at run time."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limbs import limb_maps
from tryon.models.warper import FIELD_CHANNELS, FIELDS, MAP_HEIGHT, MAP_WIDTH, PERSON_CHANNELS
from tryon.types import LABELS, LabelsU8, MaskF32, PartWarp, Pose, RGBu8

F32 = NDArray[np.float32]
TRUNK, LIMB_LEFT, LIMB_RIGHT = 0, 1, 2  # fields; the limbs are the viewer's left and right


def field_of(name: str) -> int:
    """The field that a coarse part follows, by its name."""
    if name.startswith(("sleeve_left", "leg_left")):
        return LIMB_LEFT
    return LIMB_RIGHT if name.startswith(("sleeve_right", "leg_right")) else TRUNK


def person_maps(labels_u8: LabelsU8, mask_f32: MaskF32, pose: Pose) -> F32:
    """Stack what is known of the person.

    Args:
        labels_u8: (H, W) parsing of the work frame. mask_f32: (h, w) person mask of it, any size.
        pose: landmarks in the work frame of H x W.

    Returns:
        (PERSON_CHANNELS, MAP_HEIGHT, MAP_WIDTH) float32: share of each label, limb maps, mask.
    """
    out = np.empty((PERSON_CHANNELS, MAP_HEIGHT, MAP_WIDTH), np.float32)
    size = (MAP_WIDTH, MAP_HEIGHT)
    for i in range(len(LABELS)):
        out[i] = cv2.resize((labels_u8 == i).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    factor = MAP_HEIGHT / labels_u8.shape[0]
    points = (pose.points_px + 0.5) * factor - 0.5
    out[len(LABELS) : -1] = limb_maps(points, pose.visibility, MAP_HEIGHT, MAP_WIDTH)
    out[-1] = cv2.resize(mask_f32, size, interpolation=cv2.INTER_AREA)
    return out


def field_flows(flows: Sequence[F32], regions: Sequence[F32], fields: Sequence[int]) -> tuple[F32, F32]:
    """One flow and one region for each field; of two pieces of a limb each holds where it is nearer.

    Args:
        flows: (h, w, 2) of each part, garment pixels. regions: (h, w) 0..1. fields: see ``field_of``.

    Returns:
        flows (FIELDS, h, w, 2), zeros where a field has no part; regions (FIELDS, h, w) 0..1.
    """
    h, w = regions[0].shape
    flow, region = np.zeros((FIELDS, h, w, 2), np.float32), np.zeros((FIELDS, h, w), np.float32)
    for k in range(FIELDS):
        own = [i for i, f in enumerate(fields) if f == k]
        if not own:
            continue
        distances = [cv2.distanceTransform((regions[i] < 0.5).astype(np.uint8), cv2.DIST_L2, 3) for i in own]
        nearest = np.argmin(np.stack(distances), 0)
        flow[k] = np.choose(nearest[..., None], [flows[i] for i in own])
        region[k] = np.max(np.stack([regions[i] for i in own]), 0)
    return flow, region


def garment_maps(garment_u8: RGBu8, alpha_f32: MaskF32, flow: F32, region: F32) -> F32:
    """Stack the coarsely warped garment by fields.

    Args:
        garment_u8: (H, W, 3). alpha_f32: (H, W). flow: (FIELDS, MAP_HEIGHT, MAP_WIDTH, 2) garment pixels.
        region: (FIELDS, MAP_HEIGHT, MAP_WIDTH) 0..1.

    Returns:
        (FIELDS, FIELD_CHANNELS, MAP_HEIGHT, MAP_WIDTH) float32: alpha in the region, colour 0..1, place in the
        garment's box (0..1 in it).
    """
    ys, xs = np.nonzero(alpha_f32 > 0.5)
    x0, y0 = (float(xs.min()), float(ys.min())) if len(xs) else (0.0, 0.0)
    side = max(float(np.ptp(xs)), float(np.ptp(ys)), 1.0) if len(xs) else 1.0
    # a work pixel covers several garment pixels: sample from a copy of about its size
    small, small_alpha, factor = _shrunk(garment_u8, alpha_f32, side)
    out = np.zeros((FIELDS, FIELD_CHANNELS, MAP_HEIGHT, MAP_WIDTH), np.float32)
    for k in range(FIELDS):
        if not region[k].any():
            continue
        at = (flow[k] + 0.5) * np.float32(factor) - 0.5
        x, y = np.ascontiguousarray(at[..., 0]), np.ascontiguousarray(at[..., 1])
        alpha = cv2.remap(small_alpha, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        colour = cv2.remap(small, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        out[k, 0] = alpha * region[k]
        out[k, 1:4] = colour.transpose(2, 0, 1) * np.float32(1 / 255) * (alpha > 0.02)
        out[k, 4] = np.clip((flow[k][..., 0] - x0) / side, -0.5, 1.5)
        out[k, 5] = np.clip((flow[k][..., 1] - y0) / side, -0.5, 1.5)
    return out


def _shrunk(garment_u8: RGBu8, alpha_f32: MaskF32, side: float) -> tuple[RGBu8, MaskF32, float]:
    factor = min(1.0, 1.4 * MAP_HEIGHT / side)
    h, w = alpha_f32.shape
    size = (max(1, round(w * factor)), max(1, round(h * factor)))
    if factor == 1.0:
        return garment_u8, alpha_f32, 1.0
    return (
        cv2.resize(garment_u8, size, interpolation=cv2.INTER_AREA),
        cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA),
        size[0] / w,
    )


def part_inputs(parts: Sequence[PartWarp], garment_u8: RGBu8, alpha_f32: MaskF32) -> tuple[F32, F32]:
    """The coarse parts as ``garment_maps``, and their flow by field (FIELDS, MAP_HEIGHT, MAP_WIDTH, 2)."""
    size = (MAP_WIDTH, MAP_HEIGHT)
    flows = [cv2.resize(p.flow_px, size, interpolation=cv2.INTER_AREA) for p in parts]
    regions = [cv2.resize(p.region_f32, size, interpolation=cv2.INTER_AREA) for p in parts]
    flow, region = field_flows(flows, regions, [field_of(p.name) for p in parts])
    return garment_maps(garment_u8, alpha_f32, flow, region), flow
