"""What the live network sees, stacked the same way at training and at run time.

It is the generator's input without what is dear to make: no texture is mirrored into holes, and all that is smooth is
made at a quarter of the resolution.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.fill import spread_in
from tryon.geometry.limbs import limb_maps
from tryon.models import inputs, live
from tryon.models.inputs import GREY, KNOWN_NAMES, known_maps
from tryon.types import LabelsU8, MaskF32, PointsF32

F32 = NDArray[np.float32]


def live_input(
    rgb_f32: F32,
    region_f32: MaskF32,
    garment_rgb_f32: F32,
    garment_alpha_f32: MaskF32,
    skin_f32: F32,
    points_px: PointsF32,
    visibility: F32,
    labels_u8: LabelsU8,
    old: NDArray[np.bool_],
) -> tuple[F32, F32]:
    """Stack the live network's channels.

    Args:
        rgb_f32: (h, w, 3) 0..1 crop of the frame. region_f32: (h, w) 0..1. garment_rgb_f32: (h, w, 3) 0..1.
        garment_alpha_f32: (h, w) 0..1. skin_f32: (3,) 0..1. points_px: (33, 2) in the crop. visibility: (33,).
        labels_u8: (h, w) parsing of the crop. old: (h, w) bool, the clothes that go.
        h and w are multiples of 4.

    Returns:
        fine (FINE_CHANNELS, h, w) and coarse (COARSE_CHANNELS, h/4, w/4), float32, the former with its channels
        beside each other in memory.
    """
    h, w = region_f32.shape
    rows, columns = h // live.COARSE, w // live.COARSE
    limbs = limb_maps((points_px + 0.5) / live.COARSE - 0.5, visibility, rows, columns)
    agnostic = rgb_f32 + region_f32[..., None] * (np.float32(GREY) - rgb_f32)
    garment = np.where(garment_alpha_f32[..., None] > 0.02, garment_rgb_f32, np.float32(GREY))
    seen = known_maps(labels_u8, old)
    return _stack(agnostic, region_f32, garment, garment_alpha_f32, skin_f32, limbs, seen)


def from_generator_input(x: F32) -> tuple[F32, F32]:
    """The live network's input for the same example, from the generator's: (GENERATOR_CHANNELS, h, w) float32."""

    def image(part: slice) -> F32:
        return np.ascontiguousarray(x[part].transpose(1, 2, 0))

    limbs = np.stack([_small(m) for m in x[inputs.LIMB_MAPS]])
    seen = x[inputs.KNOWN] > 0.5
    alpha, region = x[inputs.ALPHA][0], x[inputs.REGION][0]
    skin = x[inputs.SKIN_TONE, 0, 0]
    return _stack(image(inputs.AGNOSTIC), region, image(inputs.GARMENT), alpha, skin, limbs, seen)


def _stack(
    agnostic: F32, region: F32, garment: F32, alpha: F32, skin: F32, limbs: F32, seen: NDArray[np.bool_]
) -> tuple[F32, F32]:
    h, w = region.shape
    fine = np.empty((h, w, live.FINE_CHANNELS), np.float32)
    fine[..., live.AGNOSTIC], fine[..., live.REGION] = agnostic, region[..., None]
    fine[..., live.GARMENT], fine[..., live.ALPHA] = garment, alpha[..., None]
    free = (region == 0).astype(np.uint8)

    def base(name: str, prior: F32 | None = None) -> F32:
        here = seen[KNOWN_NAMES.index(name)].astype(np.uint8)
        # a pixel beside another layer is a mixture of both
        return _spread_small(agnostic, cv2.erode(here, np.ones((3, 3), np.uint8)) * free, prior)

    bases = (
        base("ground"), base("skin", skin), base("kept"),
        _spread_small(garment, (alpha > 0.9).astype(np.uint8)),
    )  # fmt: skip
    known = np.stack([_small(s.astype(np.float32)) for s in seen])
    coarse = np.concatenate([limbs, known, *(b.transpose(2, 0, 1) for b in bases)])
    return fine.transpose(2, 0, 1), np.ascontiguousarray(coarse, np.float32)


def _spread_small(rgb: F32, pure: NDArray[np.uint8], prior: F32 | None = None) -> F32:
    """Colours carried on from where they are pure (h, w) over the whole frame, at a quarter of its resolution."""
    weight = pure.astype(np.float32)
    share = _small(weight)
    colour = _small(rgb * weight[..., None]) / np.maximum(share, 1e-4)[..., None]
    return spread_in(colour, share, prior)


def _small(maps: F32) -> F32:
    h, w = maps.shape[:2]
    return np.asarray(cv2.resize(maps, (w // live.COARSE, h // live.COARSE), interpolation=cv2.INTER_AREA), np.float32)
