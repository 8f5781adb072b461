"""The outline that a bare body would have: limbs and trunk drawn from the pose."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.models.generator import fill_hole
from tryon.person.agnostic import body_unit, has_label
from tryon.types import LabelsU8, MaskF32, Pose

# Limb segments (MediaPipe joints) and their half-widths at both ends, in shoulder widths: a little more
# than a slim body's, since what lies outside is taken for ground.
_LIMBS = (
    (11, 13, 0.13, 0.11),
    (13, 15, 0.11, 0.085),
    (12, 14, 0.13, 0.11),
    (14, 16, 0.11, 0.085),
    (23, 25, 0.23, 0.15),
    (25, 27, 0.15, 0.1),
    (24, 26, 0.23, 0.15),
    (26, 28, 0.15, 0.1),
)


def body_outline(pose: Pose, height: int, width: int) -> MaskF32:
    """Where a body in this pose is, (height, width) 0..1 with a soft rim; pose in the frame's pixels."""
    unit, p = body_unit(pose), pose.points_px.astype(np.float64)
    out = np.zeros((height, width), np.uint8)

    def fill(points: NDArray[np.float64]) -> None:
        fixed = np.round(np.clip(points, -4000, 4000) * 16).astype(np.int32)
        cv2.fillConvexPoly(out, cv2.convexHull(fixed), 255, shift=4)

    circle = np.stack([np.cos(t := np.linspace(0, 2 * np.pi, 17)), np.sin(t)], 1)
    for a, b, at_a, at_b in _LIMBS:
        fill(np.concatenate([p[a] + at_a * unit * circle, p[b] + at_b * unit * circle]))
    across = (p[11] - p[12]) / max(float(np.linalg.norm(p[11] - p[12])), 1e-6)
    neck, hips = p[[11, 12]].mean(0), p[[23, 24]].mean(0)
    down = (hips - neck) / max(float(np.linalg.norm(hips - neck)), 1e-6)
    half = max(0.5 * float(np.linalg.norm(p[11] - p[12])), 0.3 * unit)
    top = [neck + s * (half + 0.1 * unit) * across - 0.1 * unit * down for s in (-1, 1)]
    low = [hips + s * max(0.5 * unit, half) * across + 0.12 * unit * down for s in (-1, 1)]
    fill(np.array(top + low))
    # the thighs part a fifth of the trunk's length below the hips, not at them
    crotch = hips + 0.22 * unit * down
    fill(np.concatenate([np.array(low), crotch + 0.08 * unit * circle]))
    head = p[[0, 7, 8]].mean(0)
    fill(np.concatenate([neck + 0.3 * unit * circle, head + 0.3 * unit * circle]))
    return cv2.GaussianBlur(out.astype(np.float32) / 255, (0, 0), max(0.8, 0.035 * unit))


def draw_ground(
    rendering_f32: NDArray[np.float32],
    photo_f32: NDArray[np.float32],
    region_f32: MaskF32,
    labels_u8: LabelsU8,
    pose: Pose,
    outline_f32: MaskF32 | None = None,
) -> NDArray[np.float32]:
    """Where no body can be, put the background's own colours in place of the generator's.

    Args:
        rendering_f32, photo_f32: (h, w, 3) 0..1. region_f32: (h, w). labels_u8: (h, w). pose: of the frame.
        outline_f32: (h, w) ``body_outline`` of the frame, if it is at hand.

    Returns:
        (h, w, 3) 0..1; unchanged where no background can be seen around the person.
    """
    seen = has_label(labels_u8, "background") & (region_f32 == 0)
    # a pixel next to the person is a mixture of both
    seen &= cv2.erode(has_label(labels_u8, "background").astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if seen.sum() < 64:
        return rendering_f32
    ground = _spread(photo_f32, seen)
    outline = body_outline(pose, *region_f32.shape) if outline_f32 is None else outline_f32
    share = (1 - outline)[..., None]
    return np.clip(rendering_f32 + share * (ground - rendering_f32), 0, 1).astype(np.float32)


def draw_hidden_cloth(
    rendering_f32: NDArray[np.float32],
    photo_f32: NDArray[np.float32],
    where: NDArray[np.bool_],
    source: NDArray[np.bool_],
) -> NDArray[np.float32]:
    """Where clothes show that the old garment hid, carry on the colours of what can be seen of them.

    Args:
        rendering_f32, photo_f32: (h, w, 3) 0..1. where, source: (h, w) bool, from ``edit_plan.plan_edit``.

    Returns:
        (h, w, 3) 0..1; unchanged where nothing is hidden.
    """
    if not where.any():
        return rendering_f32
    # pixels at the rim of the source are mixed with their neighbours
    pure = cv2.erode(source.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if pure.sum() < 32:
        return rendering_f32
    cloth = _spread(photo_f32, pure)
    share = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 1.2)[..., None]
    return np.clip(rendering_f32 + share * (cloth - rendering_f32), 0, 1).astype(np.float32)


def _spread(photo_f32: NDArray[np.float32], known: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(h, w, 3): a picture's colours drawn from where they are known over all of it."""
    photo = torch.from_numpy(np.ascontiguousarray(photo_f32.transpose(2, 0, 1)))[None]
    hole = torch.from_numpy((~known).astype(np.float32))[None, None]
    filled = fill_hole(photo, hole, photo, torch.zeros_like(hole))[0].permute(1, 2, 0)
    return np.asarray(filled.numpy(), np.float32)
