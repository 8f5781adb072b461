"""The learned correction of the coarse warp, at run time: every part is moved smoothly, with its outline."""

from __future__ import annotations

import copy
import threading
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.cores import together
from tryon.geometry.crops import Crop
from tryon.geometry.flow import identity_flow
from tryon.models.precision import inference_dtype, with_working_weights, working
from tryon.models.warp_inputs import LIMB_LEFT, TRUNK, GarmentBox, field_of, label_shares, part_maps, person_maps
from tryon.models.warper import FIELDS, Warper, WarperParams
from tryon.models.weights import WEIGHTS_DIR, from_json, load_into, read_weights
from tryon.types import Garment, PartWarp, Person, Pose

F32 = NDArray[np.float32]
WEIGHTS_NAME = "warper.safetensors"
# Of the movement that is made, chosen by eye on photos: rendered hems are rounder than most, and rendered trousers so
# wide that their legs touch.
SHARE, LONG_LEGS = 0.6, 0.25


class LearnedWarp:
    """Corrects coarse parts: ``TryOnPipeline(..., refine=LearnedWarp.from_pretrained())``; threads may share it."""

    def __init__(self, net: Warper, *, regions: bool = False, device: str = "cpu") -> None:
        """Args: net: trained. regions: whether its shares of pixels replace the coarse regions. device: cpu, cuda."""
        own = copy.deepcopy(net).eval().to(memory_format=torch.channels_last)  # the given one stays as it is
        self._device = device
        self._net = with_working_weights(own, inference_dtype(device)).to(device)
        self._regions = regions
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(
        cls, weights_dir: Path | None = None, *, regions: bool = False, device: str = "cpu"
    ) -> LearnedWarp:
        """Load ``warper.safetensors``.

        Raises:
            WeightsError: missing, damaged or foreign weights.
        """
        tensors, info = read_weights((weights_dir or WEIGHTS_DIR) / WEIGHTS_NAME)
        net = Warper(from_json(WarperParams, info["params"]))
        load_into(net, tensors, WEIGHTS_NAME)
        return cls(net, regions=regions, device=device)

    def __call__(
        self,
        parts: list[PartWarp],
        garment: Garment,
        person: Person,
        crop: Crop,
        usual: list[PartWarp] | None = None,
    ) -> list[PartWarp]:
        """Move the parts, flows and regions alike.

        Args:
            parts: of the coarse warp, in drawing order, all of the crop's size.
            garment, person: analysed. crop: the work frame.
            usual: the parts as they are laid when the visitor asks for no looser or tighter fit. The movement is read
                off these, or it would undo what was asked for.

        Returns:
            As many parts in the same order; flows in garment pixels as before.
        """
        if not parts:
            return parts
        half = crop.resized(crop.width // 2, crop.height // 2)  # as the training pairs hold them
        labels = half.cut(person.labels_u8, border=cv2.BORDER_CONSTANT, nearest=True)
        mask = half.cut(person.mask_f32, border=cv2.BORDER_CONSTANT)
        pose = Pose(crop.to_crop(person.pose.points_px), person.pose.visibility)
        box = GarmentBox.of(garment.alpha_f32)
        place, region = part_maps(usual or parts, box)
        maps = person_maps(label_shares(labels), mask, pose, crop.height)
        moved, share = self._answer(maps, place, region, box.cut(garment.alpha_f32))
        return moved_parts(parts, moved * np.float32(share_of(parts, garment) * crop.height), share)

    def _answer(self, person: F32, place: F32, region: F32, alpha: F32) -> tuple[F32, F32 | None]:
        """Movements (FIELDS, h, w, 2) in frame heights; where regions are asked for, shares (1 + FIELDS, h', w')."""
        inputs = [torch.from_numpy(a)[None].to(self._device) for a in (person, place, region, alpha[None])]
        share = None
        with self._lock, torch.inference_mode(), working(self._device):
            if self._regions:
                moved, logits = self._net(*inputs)
                share = torch.softmax(logits[0], 0).cpu().numpy()
            else:
                moved = self._net.moves(*inputs)
        return np.ascontiguousarray(moved[0].permute(0, 2, 3, 1).cpu().numpy()), share


def share_of(parts: list[PartWarp], garment: Garment) -> float:
    """How much of its movement a garment makes, 0..1."""
    trousers = any(part.name.startswith("leg") for part in parts)
    return LONG_LEGS if trousers and garment.leg == "long" else SHARE


def moved_parts(parts: list[PartWarp], moved_px: F32, share: F32 | None) -> list[PartWarp]:
    """Coarse parts, each moved as its field.

    Args:
        parts: in drawing order. moved_px: (FIELDS, h, w, 2) pixels of the parts' frame: a pixel shows what a part has
            at its place plus this. share: (1 + FIELDS, h', w') of each pixel, which become the regions; None moves the
            coarse ones.
    """
    height, width = parts[0].region_f32.shape
    size = (width, height)
    fields = [field_of(p.name) for p in parts]
    here = identity_flow(height, width)
    at = {k: here + cv2.resize(moved_px[k], size, interpolation=cv2.INTER_CUBIC) for k in set(fields)}

    def at_movement(part: PartWarp, k: int) -> PartWarp:
        flow, region = (
            cv2.remap(values, at[k], None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for values in (part.flow_px, part.region_f32)
        )
        return PartWarp(part.name, flow, region)

    moved = list(together(*(partial(at_movement, part, k) for part, k in zip(parts, fields, strict=True))))
    if share is None:
        return moved
    shares = [_edged(cv2.resize(share[1 + k], size)) for k in range(FIELDS)]
    # limbs are drawn over the trunk or under it; where they share a pixel nothing must shine through
    limbs = np.clip(shares[LIMB_LEFT] + shares[LIMB_LEFT + 1], 0, 1)
    shares[TRUNK] = np.clip(shares[TRUNK] / np.maximum(1 - limbs, 1e-3), 0, 1)
    out = []
    for number, (part, k) in enumerate(zip(moved, fields, strict=True)):
        region = shares[k]
        mates = [moved[i].region_f32 for i, other in enumerate(fields) if other == k and i != number]
        if mates:  # of two pieces of a limb each is drawn where it is nearer
            region = region * _nearest(part.region_f32, mates)
        out.append(PartWarp(part.name, part.flow_px, region.astype(np.float32)))
    return out


def _edged(share: F32) -> F32:
    """A share of the pixel as a region with an edge of a few pixels instead of a wide slope."""
    return np.clip((share - 0.5) * 2.5 + 0.5, 0, 1).astype(np.float32)


def _nearest(own: F32, others: list[F32]) -> F32:
    """1 where a piece's region is nearer than its mates'."""
    distance = cv2.distanceTransform((own < 0.5).astype(np.uint8), cv2.DIST_L2, 3)
    rest = np.min([cv2.distanceTransform((o < 0.5).astype(np.uint8), cv2.DIST_L2, 3) for o in others], axis=0)
    return cv2.blur((distance <= rest).astype(np.float32), (3, 3))
