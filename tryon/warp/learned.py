"""The learned correction of the coarse warp, at run time."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.geometry.crops import Crop
from tryon.models.precision import inference_dtype
from tryon.models.warp_inputs import LIMB_LEFT, TRUNK, GarmentBox, field_of, label_shares, part_maps, person_maps
from tryon.models.warper import FIELDS, Warper, WarperParams
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.types import Garment, PartWarp, Person, Pose

F32 = NDArray[np.float32]
WEIGHTS_NAME = "warper.safetensors"


class LearnedWarp:
    """Corrects coarse parts: ``TryOnPipeline(..., refine=LearnedWarp.from_pretrained())``; threads may share it."""

    def __init__(self, net: Warper, *, regions: bool = True) -> None:
        """Args: net: trained. regions: whether its shares of the pixels replace the coarse regions."""
        self._net = net.eval().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._dtype = inference_dtype()
        self._regions = regions
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, regions: bool = True) -> LearnedWarp:
        """Load ``warper.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        tensors, info = read_weights((weights_dir or WEIGHTS_DIR) / WEIGHTS_NAME)
        net = Warper(from_json(WarperParams, info["params"]))
        load_into(net, tensors, WEIGHTS_NAME)
        return cls(net, regions=regions)

    def __call__(self, parts: list[PartWarp], garment: Garment, person: Person, crop: Crop) -> list[PartWarp]:
        """Correct the parts' flows and redraw their regions.

        Args:
            parts: of the coarse warp, in drawing order, all of the crop's size.
            garment, person: analysed. crop: the work frame.

        Returns:
            As many parts in the same order; flows in garment pixels as before.
        """
        if not parts:
            return parts
        labels = crop.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
        mask = crop.resized(crop.width // 2, crop.height // 2).cut(person.mask_f32, border=cv2.BORDER_CONSTANT)
        pose = Pose(crop.to_crop(person.pose.points_px), person.pose.visibility)
        box = GarmentBox.of(garment.alpha_f32)
        place, region = part_maps(parts, box)
        maps = person_maps(label_shares(labels), mask, pose, crop.height)
        moved, share = self._answer(maps, place, region, box.cut(garment.alpha_f32))
        return moved_parts(parts, moved * np.float32(box.side), share if self._regions else None)

    def _answer(self, person: F32, place: F32, region: F32, alpha: F32) -> tuple[F32, F32]:
        """Corrections (FIELDS, h, w, 2) in sides of the box, and shares (1 + FIELDS, h', w')."""
        inputs = [torch.from_numpy(a)[None] for a in (person, place, region, alpha[None])]
        enabled = self._dtype == torch.bfloat16
        with self._lock, torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            moved, logits = self._net(*inputs)
        share = torch.softmax(logits[0], 0).numpy()
        return np.ascontiguousarray(moved[0].permute(0, 2, 3, 1).numpy()), share


def moved_parts(parts: list[PartWarp], moved_px: F32, share: F32 | None) -> list[PartWarp]:
    """Coarse parts with corrections put in.

    Args:
        parts: in drawing order. moved_px: (FIELDS, h, w, 2) to be added to the flows, garment pixels.
        share: (1 + FIELDS, h', w') of each pixel, which become the regions; None keeps the coarse ones.
    """
    height, width = parts[0].region_f32.shape
    size = (width, height)
    fields = [field_of(p.name) for p in parts]
    steps = {k: cv2.resize(moved_px[k], size, interpolation=cv2.INTER_CUBIC) for k in set(fields)}
    if share is None:
        return [PartWarp(p.name, p.flow_px + steps[k], p.region_f32) for p, k in zip(parts, fields, strict=True)]
    shares = [_edged(cv2.resize(share[1 + k], size)) for k in range(FIELDS)]
    # limbs are drawn over the trunk or under it; where they share a pixel nothing must shine through
    limbs = np.clip(shares[LIMB_LEFT] + shares[LIMB_LEFT + 1], 0, 1)
    shares[TRUNK] = np.clip(shares[TRUNK] / np.maximum(1 - limbs, 1e-3), 0, 1)
    out = []
    for number, (part, k) in enumerate(zip(parts, fields, strict=True)):
        region = shares[k]
        mates = [parts[i].region_f32 for i, other in enumerate(fields) if other == k and i != number]
        if mates:  # of two pieces of a limb each is drawn where it is nearer
            region = region * _nearest(part.region_f32, mates)
        out.append(PartWarp(part.name, part.flow_px + steps[k], region.astype(np.float32)))
    return out


def _edged(share: F32) -> F32:
    """A share of the pixel as a region with an edge of a few pixels instead of a wide slope."""
    return np.clip((share - 0.5) * 2.5 + 0.5, 0, 1).astype(np.float32)


def _nearest(own: F32, others: list[F32]) -> F32:
    """1 where a piece's region is nearer than its mates'."""
    distance = cv2.distanceTransform((own < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    rest = np.min([cv2.distanceTransform((o < 0.5).astype(np.uint8), cv2.DIST_L2, 3) for o in others], axis=0)
    return cv2.blur((distance <= rest).astype(np.float32), (3, 3))
