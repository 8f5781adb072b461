"""What is known of a layout before the generator guesses: waistbands, clothes that go on, where a garment ends."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.models.generator import LAYERS
from tryon.person.agnostic import Mask, body_unit, dilate, has_label
from tryon.person.edit_plan import EditPlan
from tryon.types import LabelsU8, MaskF32, PartWarp, Pose

Tuck = Literal["auto", "in", "out"]
TUCKS: tuple[Tuck, ...] = ("auto", "in", "out")
NO_WAISTBAND = "There are no trousers and no skirt to tuck the top into; it hangs over."
WAIST = 0.28  # of the trunk's length above the hips: where waistbands sit that cannot be seen
ARM = 0.14  # of a shoulder's width from its bone, what may be an arm
SURE = 6.0  # logits: what shows below the waistband is decided, not guessed
# Gaps between a warp and its limb are closed in the cloth's colours; further off, hems and cuffs are as laid.
GAP, FAR = 0.03, 0.08  # in shoulder widths
OFF_LEG = 0.1  # shoulder widths from the outline, which is of a slim figure


def waistband_row(labels_u8: LabelsU8, pose: Pose) -> float | None:
    """The row of the frame at which a tucked top ends; None where nothing is worn to tuck it into.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks of the same frame.
    """
    lower = has_label(labels_u8, "lower")
    unit, p = body_unit(pose), pose.points_px
    if lower.sum() < 0.12 * unit * unit:
        return None
    hip, neck = float(p[[23, 24], 1].mean()), float(p[[11, 12], 1].mean())
    usual = hip - WAIST * (hip - neck)
    middle = float(p[[23, 24], 0].mean())
    left, right = (int(np.clip(round(middle + s * 0.3 * unit), 0, lower.shape[1])) for s in (-1, 1))
    columns = lower[:, left:right]
    columns = columns[:, columns.any(0)]
    if columns.shape[1] < 0.2 * unit:
        return usual
    seen = float(np.median(columns.argmax(0)))
    # a top that hangs over hides the waistband: then it is where it usually sits
    return min(seen, usual) if seen < hip else usual


def tuck_in(parts: list[PartWarp], row: float) -> list[PartWarp]:
    """The same parts, the trunk cut at a row of the frame."""
    out = []
    for part in parts:
        if part.name == "torso":
            rows = np.arange(part.region_f32.shape[0], dtype=np.float32)[:, None]
            part = PartWarp(part.name, part.flow_px, part.region_f32 * np.clip(row + 0.5 - rows, 0, 1))
        out.append(part)
    return out


def show_below(layout_f32: NDArray[np.float32], body: Mask, row: float, unit_px: float) -> NDArray[np.float32]:
    """A layout in which the garment ends at the waistband, and the clothes below it show on the trunk.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS, not changed. body: (h, w) bool, where the old clothes or the body are.
        row: of the waistband in the same frame. unit_px: about a shoulder's width; only that far down it is decided.
    """
    rows = np.arange(len(layout_f32))[:, None]
    below = np.clip(rows - row, 0, 1) * (rows < row + 1.2 * unit_px)
    out = layout_f32.copy()
    out[..., LAYERS.index("garment")] -= SURE * below
    inside = cv2.GaussianBlur(body.astype(np.float32), (0, 0), 1.0)
    out[..., LAYERS.index("cloth")] += SURE * below * inside
    return out


def show_hidden(layout_f32: NDArray[np.float32], hidden: Mask) -> NDArray[np.float32]:
    """A layout that shows clothes, not skin, where a garment that can be seen in part goes on below the old one.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS, not changed. hidden: (h, w) bool, ``EditPlan.hidden_cloth``.
    """
    if not hidden.any():
        return layout_f32
    soft = cv2.GaussianBlur(hidden.astype(np.float32), (0, 0), 1.0)
    out = layout_f32.copy()
    out[..., LAYERS.index("cloth")] += 0.5 * SURE * soft
    out[..., LAYERS.index("skin")] -= 0.5 * SURE * soft
    return out


def end_garment(layout_f32: NDArray[np.float32], alpha_f32: MaskF32, unit_px: float) -> NDArray[np.float32]:
    """A layout in which the garment does not go on far beyond where it is laid.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS, not changed. alpha_f32: (h, w) 0..1, the garment as it is laid.
        unit_px: about a shoulder's width.
    """
    laid = alpha_f32 > 0.5
    if not laid.any():
        return layout_f32
    distance = cv2.distanceTransform((~laid).astype(np.uint8), cv2.DIST_L2, 3) / unit_px
    out = layout_f32.copy()
    out[..., LAYERS.index("garment")] -= SURE * np.clip((distance - GAP) / (FAR - GAP), 0, 1)
    return out


def bare_legs(
    layout_f32: NDArray[np.float32], alone: Mask, outline_f32: MaskF32, unit_px: float
) -> NDArray[np.float32]:
    """A layout that shows no third garment where nothing but the new one and legs can be, and no skin off the legs.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS, not changed. alone: (h, w) bool, ``EditPlan.legs_alone``.
        outline_f32: (h, w) 0..1, where a body in this pose is. unit_px: about a shoulder's width.
    """
    if not alone.any():
        return layout_f32
    out = layout_f32.copy()
    out[..., LAYERS.index("cloth")] -= SURE * cv2.GaussianBlur(alone.astype(np.float32), (0, 0), 1.0)
    off = alone & ~dilate(outline_f32 > 0.5, OFF_LEG * unit_px)
    out[..., LAYERS.index("skin")] -= SURE * cv2.GaussianBlur(off.astype(np.float32), (0, 0), 1.0)
    return out


def bare_feet(layout_f32: NDArray[np.float32], feet: Mask) -> NDArray[np.float32]:
    """A layout with feet for the legs to stand on: (h, w) bool, ``EditPlan.feet``; layout_f32 is not changed."""
    if not feet.any():
        return layout_f32
    soft = cv2.GaussianBlur(feet.astype(np.float32), (0, 0), 1.0)[..., None]
    skin = np.eye(len(LAYERS), dtype=np.float32)[LAYERS.index("skin")]
    return np.asarray((1 - soft) * layout_f32 + soft * SURE * skin, np.float32)


def ruled_layout(
    layout_f32: NDArray[np.float32], alpha_f32: MaskF32, plan: EditPlan, unit_px: float
) -> NDArray[np.float32]:
    """A layout with the rules that always hold put in: ``end_garment``, ``show_hidden``, ``bare_legs``
    and ``bare_feet``."""
    layout = show_hidden(end_garment(layout_f32, alpha_f32, unit_px), plan.hidden_cloth)
    return bare_feet(bare_legs(layout, plan.legs_alone, plan.outline_f32, unit_px), plan.feet)
