"""What the warp network sees, stacked the same way at training and at run time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limbs import limb_maps
from tryon.models.warper import FIELDS, MAP_HEIGHT, MAP_WIDTH, PERSON_CHANNELS
from tryon.types import LABELS, LabelsU8, MaskF32, PartWarp, Pose

F32 = NDArray[np.float32]
TRUNK, LIMB_LEFT, LIMB_RIGHT = 0, 1, 2  # fields; the limbs are the viewer's left and right
BOX = 96  # (side) of the garment's alpha as the network has it


def field_of(name: str) -> int:
    """The field that a coarse part follows, by its name."""
    if name.startswith(("sleeve_left", "leg_left")):
        return LIMB_LEFT
    return LIMB_RIGHT if name.startswith(("sleeve_right", "leg_right")) else TRUNK


def label_shares(labels_u8: LabelsU8) -> F32:
    """(len(LABELS), MAP_HEIGHT, MAP_WIDTH) float32: share of each label in each cell of a (H, W) parsing."""
    out = np.empty((len(LABELS), MAP_HEIGHT, MAP_WIDTH), np.float32)
    for i in range(len(LABELS)):
        same = (labels_u8 == i).astype(np.float32)
        out[i] = cv2.resize(same, (MAP_WIDTH, MAP_HEIGHT), interpolation=cv2.INTER_AREA)
    return out


def person_maps(shares: F32, mask_f32: MaskF32, pose: Pose, height: int) -> F32:
    """Stack what is known of the person.

    Args:
        shares: ``label_shares`` of the work frame. mask_f32: (h, w) person mask of it, any size.
        pose: landmarks in a work frame of ``height`` rows.

    Returns:
        (PERSON_CHANNELS, MAP_HEIGHT, MAP_WIDTH) float32: share of each label, limb maps, mask.
    """
    out = np.empty((PERSON_CHANNELS, MAP_HEIGHT, MAP_WIDTH), np.float32)
    out[: len(LABELS)] = shares
    points = (pose.points_px + 0.5) * (MAP_HEIGHT / height) - 0.5
    out[len(LABELS) : -1] = limb_maps(points, pose.visibility, MAP_HEIGHT, MAP_WIDTH)
    out[-1] = cv2.resize(mask_f32, (MAP_WIDTH, MAP_HEIGHT), interpolation=cv2.INTER_AREA)
    return out


@dataclass(frozen=True)
class GarmentBox:
    """The square in which places of a garment are counted.

    corner: (x, y) of its top left corner in garment pixels' centre convention; side: its length, garment pixels.
    A garment pixel g lies at ``(g - corner) / side``.
    """

    corner: tuple[float, float]
    side: float

    @classmethod
    def of(cls, alpha_f32: MaskF32) -> GarmentBox:
        """The smallest one about a garment, centred on it; about the whole picture where the mask is empty."""
        x, y, w, h = cv2.boundingRect((alpha_f32 > 0.5).astype(np.uint8))
        if w == 0 or h == 0:
            x, y, (h, w) = 0, 0, alpha_f32.shape
        side = float(max(w, h)) * 1.04
        return cls((x + w / 2 - side / 2 - 0.5, y + h / 2 - side / 2 - 0.5), side)

    def cut(self, alpha_f32: MaskF32) -> F32:
        """(BOX, BOX) float32 0..1: the mask in the square; a picture (H, W, C) likewise."""
        scale = BOX / self.side
        h, w = alpha_f32.shape[:2]
        if scale < 0.67:
            size = (max(1, round(w * scale)), max(1, round(h * scale)))
            alpha_f32 = cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA)
        fx, fy = alpha_f32.shape[1] / w, alpha_f32.shape[0] / h
        # square pixel q -> garment pixel g = corner + (q + .5) / scale -> small garment pixel (g + .5) f - .5
        matrix = np.array(
            [
                [fx / scale, 0, (self.corner[0] + 0.5 / scale + 0.5) * fx - 0.5],
                [0, fy / scale, (self.corner[1] + 0.5 / scale + 0.5) * fy - 0.5],
            ]
        )
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(alpha_f32, matrix, (BOX, BOX), flags=flags, borderMode=cv2.BORDER_CONSTANT)


def field_flows(flows: Sequence[F32], regions: Sequence[F32], fields: Sequence[int]) -> tuple[F32, F32]:
    """One flow and one region for each field; of two pieces of a limb each holds where it is nearer.

    Args:
        flows: (h, w, 2) of each part, garment pixels. regions: (h, w) 0..1. fields: see ``field_of``.

    Returns:
        flows (FIELDS, h, w, 2), the trunk's where a limb has no part; regions (FIELDS, h, w) 0..1.
    """
    h, w = regions[0].shape
    flow, region = np.zeros((FIELDS, h, w, 2), np.float32), np.zeros((FIELDS, h, w), np.float32)
    for k in range(FIELDS):
        own = [i for i, f in enumerate(fields) if f == k]
        if not own:
            flow[k] = flow[TRUNK]
            continue
        distances = [cv2.distanceTransform((regions[i] < 0.5).astype(np.uint8), cv2.DIST_L2, 3) for i in own]
        nearest = np.argmin(np.stack(distances), 0)
        flow[k] = np.choose(nearest[..., None], [flows[i] for i in own])
        region[k] = np.max(np.stack([regions[i] for i in own]), 0)
    return flow, region


def part_maps(parts: Sequence[PartWarp], box: GarmentBox) -> tuple[F32, F32]:
    """The coarse parts as the network takes them.

    Returns:
        place (FIELDS, 2, MAP_HEIGHT, MAP_WIDTH) in the box, region (FIELDS, MAP_HEIGHT, MAP_WIDTH) 0..1.
    """
    size = (MAP_WIDTH, MAP_HEIGHT)
    flows = [cv2.resize(p.flow_px, size, interpolation=cv2.INTER_AREA) for p in parts]
    regions = [cv2.resize(p.region_f32, size, interpolation=cv2.INTER_AREA) for p in parts]
    flow, region = field_flows(flows, regions, [field_of(p.name) for p in parts])
    place = (flow - np.array(box.corner, np.float32)) / np.float32(box.side)
    return np.ascontiguousarray(place.transpose(0, 3, 1, 2), np.float32), region
