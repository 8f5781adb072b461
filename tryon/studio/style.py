"""Style transfer: one garment's colours and pattern, or any picture, on another garment's cut.

The cut keeps its folds, seams, collar and buttons, since its light is parted from its dyes (``style_light``); the
cloth comes from the source (``style_source``), is laid along the cut's pieces (``style_parts``) and lit anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.images import linear_to_srgb, shrink_to, srgb_to_linear
from tryon.studio.style_back import find_back, find_trims, ground_behind
from tryon.studio.style_lay import lay_cloth, lay_picture
from tryon.studio.style_light import LUMA, Parted, lab_to_linear, part_light
from tryon.studio.style_palette import dye_anew, match_palettes
from tryon.studio.style_parts import take_apart
from tryon.studio.style_source import GarmentCloth, read_cloth
from tryon.types import Garment, MaskF32, RGBu8

F32 = NDArray[np.float32]
StyleMode = Literal["pattern", "colours", "both"]
MODES: tuple[StyleMode, ...] = ("both", "pattern", "colours")
LONGEST_PX = 960  # larger cuts are styled at this size, and get their fine detail back afterwards
SCALES = (0.25, 4.0)


@dataclass(frozen=True)
class StyleSettings:
    """What a visitor can choose.

    mode: "both" takes colours and pattern, "pattern" the pattern in the cut's own colours, "colours" the colours on
    the cut's own pattern. strength: 0 (as it was) to 1. scale: of the pattern, 1 is its true size, or a picture that
    just covers the garment. offset: (x, y) by which a picture or a print is moved, in shares of the garment's height.
    trims: whether buttons, strings and labels keep their own colour.
    """

    mode: StyleMode = "both"
    strength: float = 1.0
    scale: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    trims: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse values out of their range.

        Raises:
            BadRequestError: naming the value and its range.
        """
        if self.mode not in MODES:
            raise BadRequestError(f"The mode is {self.mode!r}. Use one of {', '.join(MODES)}.")
        if not 0 <= self.strength <= 1:
            raise BadRequestError(f"The strength is {self.strength}. Use a number from 0 to 1.")
        if not SCALES[0] <= self.scale <= SCALES[1]:
            raise BadRequestError(f"The scale is {self.scale}. Use a number from {SCALES[0]} to {SCALES[1]:g}.")
        if not all(np.isfinite(value) and abs(value) <= 2 for value in self.offset):
            raise BadRequestError(f"The offset is {self.offset}. Use two numbers from -2 to 2.")


DEFAULT = StyleSettings()


@dataclass(frozen=True)
class CutPlan:
    """A cut taken apart; made once, and styled as often as one likes."""

    garment: Garment  # at most LONGEST_PX
    full: Garment  # as it was given
    parted: Parted
    back_f32: MaskF32
    trims_f32: MaskF32
    ground_f32: F32
    albedo_f32: F32 = field(repr=False)


def plan_cut(garment: Garment) -> CutPlan:
    """Take a cut apart.

    Args:
        garment: not changed.

    Raises:
        BadRequestError: its mask is empty.
    """
    if float((garment.alpha_f32 > 0.5).mean()) < 1e-4:
        raise BadRequestError("The cut's mask is empty. Use a picture in which the garment is found.")
    small = _shrunk(garment, LONGEST_PX)
    parted = part_light(small.image_u8, small.alpha_f32)
    back = find_back(small.image_u8, small.alpha_f32, parted)
    trims = find_trims(small.image_u8, small.alpha_f32, parted)
    ground = ground_behind(small.image_u8, np.maximum(small.alpha_f32, back))
    albedo = np.clip(srgb_to_linear(small.image_u8) / np.exp(parted.light_log)[..., None], 0, 1)
    return CutPlan(small, garment, parted, back, trims, ground, albedo.astype(np.float32))


def transfer_style(
    cut: Garment | CutPlan, source: Garment | GarmentCloth | RGBu8, settings: StyleSettings = DEFAULT
) -> Garment:
    """Give a cut another garment's style, or a picture's.

    Args:
        cut: the garment whose shape, folds and seams stay; or its plan.
        source: the garment whose cloth is taken (or what was read of it), or (H, W, 3) uint8 any picture.
        settings: see there.

    Returns:
        The cut in its new cloth: its picture has the cut's own size and ground; mask, category and landmarks are
        the cut's.

    Raises:
        BadRequestError: an empty mask, or a picture of another layout.
    """
    plan = cut if isinstance(cut, CutPlan) else plan_cut(cut)
    if isinstance(source, np.ndarray):
        cloth = _picture_cloth(plan, source, settings)
    else:
        known = source if isinstance(source, GarmentCloth) else read_cloth(source)
        cloth = _garment_cloth(plan, known, settings)
    styled = _light_up(plan, cloth, settings)
    return replace(plan.full, image_u8=_full_size(plan, styled), label_probability=dict(plan.full.label_probability))


def _garment_cloth(plan: CutPlan, source: GarmentCloth, s: StyleSettings) -> F32:
    """The new cloth under even light (H, W, 3), linear."""
    parted = plan.parted
    if s.mode == "colours":
        new = match_palettes(parted.palette_lab, parted.shares, source.palette_lab, source.shares)
        return _dyed(plan, new)
    pieces = take_apart(plan.garment)
    cloth = lay_cloth(plan.garment, pieces, source, s.scale, s.seed, plan.back_f32 > 0, s.offset)
    if s.mode == "pattern":
        new = match_palettes(source.palette_lab, source.shares, parted.palette_lab, parted.shares)
        cloth = lab_to_linear(dye_anew(cloth, source.palette_lab, new))
    return cloth


def _picture_cloth(plan: CutPlan, picture_u8: RGBu8, s: StyleSettings) -> F32:
    if picture_u8.ndim != 3 or picture_u8.shape[2] != 3 or picture_u8.dtype != np.uint8:
        raise BadRequestError(f"A picture is (H, W, 3) uint8, not {picture_u8.shape} {picture_u8.dtype}.")
    small = shrink_to(picture_u8, LONGEST_PX)
    parted = plan.parted
    palette = part_light(shrink_to(small, 320), np.ones(shrink_to(small, 320).shape[:2], np.float32))
    if s.mode == "colours":
        new = match_palettes(parted.palette_lab, parted.shares, palette.palette_lab, palette.shares)
        return _dyed(plan, new)
    cloth = lay_picture(
        plan.garment, take_apart(plan.garment), srgb_to_linear(small), s.scale, s.offset, plan.back_f32 > 0
    )
    if s.mode == "pattern":
        new = match_palettes(palette.palette_lab, palette.shares, parted.palette_lab, parted.shares)
        cloth = lab_to_linear(dye_anew(cloth, palette.palette_lab, new))
    return cloth


def _dyed(plan: CutPlan, new_lab: F32) -> F32:
    """The cut's own pattern in other dyes."""
    cloth = lab_to_linear(dye_anew(plan.albedo_f32, plan.parted.palette_lab, new_lab))
    cloth[plan.garment.alpha_f32 < 0.5] = lab_to_linear(new_lab[:1])[0]  # the inside of the back
    return cloth


def _light_up(plan: CutPlan, cloth: F32, s: StyleSettings) -> F32:
    """The whole picture (H, W, 3) in linear light: cloth in the cut's light, its trims, its back, its ground."""
    old = srgb_to_linear(plan.garment.image_u8)
    alpha, back = plan.garment.alpha_f32[..., None], plan.back_f32[..., None]
    lit = cloth * np.exp(plan.parted.light_log)[..., None]
    if s.trims:
        keep = plan.trims_f32[..., None]
        lit = lit * (1 - keep) + old * keep
    # the inside of the back: the new cloth in the light that it had there
    own = float(lab_to_linear(plan.parted.palette_lab[:1])[0] @ LUMA)
    shade = np.clip((old @ LUMA) / max(own, 0.01), 0, 1.3)[..., None]
    behind = plan.ground_f32 * (1 - back) + cloth * shade * back
    # a wrong edge shows as a halo of the old colour: it is mixed anew from the new cloth and the ground
    new = lit * alpha + behind * (1 - alpha)
    touched = np.clip(cv2.dilate(np.maximum(alpha, back)[..., 0], np.ones((3, 3), np.uint8)), 0, 1)[..., None]
    share = (touched > 0.01) * np.float32(s.strength)
    return np.asarray(old * (1 - share) + new * share, np.float32)


def _full_size(plan: CutPlan, linear_f32: F32) -> RGBu8:
    """Back to the cut's own size, its fine detail given back."""
    small, full = plan.garment.image_u8, plan.full.image_u8
    if small.shape == full.shape:
        return linear_to_srgb(linear_f32)
    size = (full.shape[1], full.shape[0])
    large = cv2.resize(linear_f32, size, interpolation=cv2.INTER_CUBIC)
    was = srgb_to_linear(full) @ LUMA
    smooth = cv2.resize(srgb_to_linear(small) @ LUMA, size, interpolation=cv2.INTER_CUBIC)
    detail = np.clip((was + 0.02) / (smooth + 0.02), 0.75, 1.33)[..., None]
    out = linear_to_srgb(np.clip(large * detail, 0, 1))
    covered = cv2.resize(np.maximum(plan.garment.alpha_f32, plan.back_f32), size, interpolation=cv2.INTER_LINEAR)
    return np.where((covered > 0.004)[..., None], out, full).astype(np.uint8)


def _shrunk(garment: Garment, longest_px: int) -> Garment:
    h, w = garment.image_u8.shape[:2]
    factor = longest_px / max(h, w)
    if factor >= 1:
        return garment
    image = shrink_to(garment.image_u8, longest_px)
    size = (image.shape[1], image.shape[0])
    alpha = cv2.resize(garment.alpha_f32, size, interpolation=cv2.INTER_AREA)
    sx, sy = size[0] / w, size[1] / h
    points = {n: ((x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5) for n, (x, y) in garment.landmarks_px.items()}
    return replace(garment, image_u8=image, alpha_f32=alpha, landmarks_px=points)
