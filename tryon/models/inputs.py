"""What the generator sees, stacked the same way at training and at run time."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.cores import together
from tryon.geometry.fill import MirrorFill, plan_mirror, spread_in
from tryon.geometry.limbs import LIMB_COUNT, limb_maps
from tryon.geometry.outline import outline_of
from tryon.types import LABEL, LabelsU8, MaskF32

F32 = NDArray[np.float32]
COARSE_FROM = 384  # rows from which the layers' fills are planned at half size
GREY = 0.5  # what stands for removed pixels

# Where each group of channels begins and ends
AGNOSTIC, REGION, GARMENT, ALPHA, SKIN_TONE = slice(0, 3), slice(3, 4), slice(4, 7), slice(7, 8), slice(8, 11)
LIMB_MAPS = slice(11, 11 + LIMB_COUNT)
KNOWN_NAMES = ("ground", "skin", "hair", "kept", "old", "things")  # what the photo shows now, share of each pixel
KNOWN = slice(LIMB_MAPS.stop, LIMB_MAPS.stop + len(KNOWN_NAMES))
GROUND_BASE = slice(KNOWN.stop, KNOWN.stop + 3)
SKIN_BASE = slice(GROUND_BASE.stop, GROUND_BASE.stop + 3)
CLOTH_BASE = slice(SKIN_BASE.stop, SKIN_BASE.stop + 3)
SPREAD = slice(CLOTH_BASE.stop, CLOTH_BASE.stop + 3)
OUTLINE = slice(SPREAD.stop, SPREAD.stop + 1)  # where a bare body would be
GENERATOR_CHANNELS = OUTLINE.stop

SKIN_NAMES = ("face", "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")
CLOTHES = ("upper", "lower", "dress")


@dataclass(frozen=True)
class Base:
    """A layer that goes on from the photo.

    fill: its plan. known: (h, w) bool, where the photo shows it. scale: pixels of ``known`` for each planned one.
    """

    fill: MirrorFill
    known: NDArray[np.bool_]
    scale: float = 1.0

    def draw(
        self, rgb: NDArray, origin: tuple[float, float] = (0.0, 0.0), box: tuple[slice, slice] | None = None
    ) -> F32:
        """(h, w, 3) float32 0..1: the layer everywhere in a box; rgb: the picture that ``known`` belongs to."""
        return self.fill.draw(rgb, self.known, self.scale, origin, box)


@dataclass(frozen=True)
class LayerBases:
    """Colours of the layers before anything is invented; skin_f32: (h, w, 3) 0..1."""

    ground: Base
    skin_f32: F32
    cloth: Base


def generator_input(
    rgb_f32: F32,
    region_f32: MaskF32,
    garment_rgb_f32: F32,
    garment_alpha_f32: MaskF32,
    skin_f32: F32,
    points_px: F32,
    visibility: F32,
    labels_u8: LabelsU8,
    old: NDArray[np.bool_],
    bases: LayerBases | None = None,
    box: tuple[slice, slice] | None = None,
) -> F32:
    """Stack the generator's channels.

    Args:
        rgb_f32: (h, w, 3) 0..1 photo crop. region_f32: (h, w) 0..1. garment_rgb_f32: (h, w, 3) 0..1.
        garment_alpha_f32: (h, w) 0..1. skin_f32: (3,) 0..1. points_px: (33, 2) in the crop. visibility: (33,).
        labels_u8: (h, w) parsing of the photo crop. old: (h, w) bool, the clothes that go.
        bases: ``layer_bases`` of the same crop, if they are at hand.
        box: rows and columns that the generator looks at, all where None; outside of them some channels stay 0.

    Returns:
        (GENERATOR_CHANNELS, h, w) float32.
    """
    h, w = region_f32.shape
    here = box or (slice(0, h), slice(0, w))
    seen = known_maps(labels_u8, old)
    if bases is None:
        bases = layer_bases(rgb_f32, region_f32, skin_f32, seen)
    ground, skin, cloth = bases.ground, bases.skin_f32, bases.cloth
    out = np.zeros((GENERATOR_CHANNELS, h, w), np.float32)

    def place(channels: slice, rgb: F32) -> None:
        out[channels, here[0], here[1]] = rgb.transpose(2, 0, 1)

    def kept() -> None:
        out[AGNOSTIC] = (rgb_f32 * (1 - region_f32[..., None]) + GREY * region_f32[..., None]).transpose(2, 0, 1)
        out[REGION], out[ALPHA], out[KNOWN] = region_f32, garment_alpha_f32, seen
        out[OUTLINE] = outline_of(points_px, h, w)
        # not blended: soft edges keep the garment's own colour, the alpha says how much of it there is
        place(GARMENT, np.where(garment_alpha_f32[here][..., None] > 0.02, garment_rgb_f32[here], np.float32(GREY)))
        out[SKIN_TONE, here[0], here[1]] = skin_f32[:, None, None]
        # ridges are wide, so a quarter of the resolution holds them
        for ridge, whole in zip(
            limb_maps((points_px + 0.5) / 4 - 0.5, visibility, h // 4, w // 4), out[LIMB_MAPS], strict=True
        ):
            cv2.resize(ridge, (w, h), whole, interpolation=cv2.INTER_LINEAR)

    def layers() -> None:
        place(GROUND_BASE, ground.draw(rgb_f32, box=here))
        place(CLOTH_BASE, cloth.draw(rgb_f32, box=here))
        out[SKIN_BASE] = skin.transpose(2, 0, 1)
        out[SPREAD] = _spread_garment(garment_rgb_f32, garment_alpha_f32).transpose(2, 0, 1)

    together(kept, layers)
    return out


def known_maps(labels_u8: LabelsU8, old: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What the photo shows now: (6, h, w) bool in the order of KNOWN_NAMES; ``old`` goes before everything."""
    table = np.full(256, KNOWN_NAMES.index("things"), np.uint8)
    table[LABEL["background"]] = KNOWN_NAMES.index("ground")
    table[[LABEL[n] for n in SKIN_NAMES]] = KNOWN_NAMES.index("skin")
    table[LABEL["hair"]] = KNOWN_NAMES.index("hair")
    table[[LABEL[n] for n in CLOTHES]] = KNOWN_NAMES.index("kept")
    kinds = np.where(old, np.uint8(KNOWN_NAMES.index("old")), table[labels_u8])
    return np.stack([kinds == k for k in range(len(KNOWN_NAMES))])


def layer_bases(rgb_f32: F32, region_f32: MaskF32, skin_f32: F32, seen: NDArray[np.bool_]) -> LayerBases:
    """Ground, skin and kept clothes carried on from where the photo shows them into the region.

    Args:
        rgb_f32: (h, w, 3) 0..1. region_f32: (h, w). skin_f32: (3,) the person's skin tone. seen: ``known_maps``.
    """
    # the fills are coarse: a large frame's are planned at half its size and drawn at its own
    factor = 2 if region_f32.shape[0] >= COARSE_FROM else 1
    size = (region_f32.shape[1] // factor, region_f32.shape[0] // factor)
    small = cv2.resize(rgb_f32, size, interpolation=cv2.INTER_AREA) if factor > 1 else rgb_f32
    free = region_f32 == 0

    def pure(name: str) -> NDArray[np.bool_]:
        # a pixel beside another layer is a mixture of both
        here = seen[KNOWN_NAMES.index(name)].astype(np.uint8)
        return (cv2.erode(here, np.ones((2 * factor + 1,) * 2, np.uint8)) > 0) & free

    def coarse(known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        return cv2.resize(known.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.99

    def base(name: str) -> Base:
        known = pure(name)
        return Base(plan_mirror(small, coarse(known), level=name == "ground"), known, float(factor))

    def skin() -> F32:
        tone = spread_in(small, coarse(pure("skin")).astype(np.float32), skin_f32)
        return _enlarged(tone, region_f32.shape)

    return LayerBases(*together(lambda: base("ground"), skin, lambda: base("kept")))


def _spread_garment(rgb_f32: F32, alpha_f32: MaskF32) -> F32:
    """(h, w, 3): the garment's colours beyond its edges."""
    factor = 2 if alpha_f32.shape[0] >= COARSE_FROM else 1
    size = (alpha_f32.shape[1] // factor, alpha_f32.shape[0] // factor)
    weight = (cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA) > 0.9).astype(np.float32)
    colour = cv2.resize(rgb_f32, size, interpolation=cv2.INTER_AREA)
    return _enlarged(spread_in(colour, weight), alpha_f32.shape)


def _enlarged(maps: F32, shape: tuple[int, ...]) -> F32:
    if maps.shape[:2] == shape[:2]:
        return maps
    return np.asarray(cv2.resize(maps, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)
