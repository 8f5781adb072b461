"""Pictures of how a result was made, for people."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limbs import LIMBS
from tryon.models.drawing import Drawing
from tryon.person.agnostic import body_unit
from tryon.types import LABELS, Garment, LabelsU8, MaskF32, Person, RGBu8


def label_colours() -> list[tuple[int, int, int]]:
    """An sRGB colour for each of LABELS: background dark, the others spread over the hues."""
    colours = [(24, 24, 28)]
    for i in range(1, len(LABELS)):
        r, g, b = colorsys.hsv_to_rgb((i * 0.618) % 1, 0.55, 0.95)
        colours.append((round(255 * r), round(255 * g), round(255 * b)))
    return colours


def draw_labels(labels_u8: LabelsU8) -> RGBu8:
    """(H, W) labels -> (H, W, 3) colours."""
    return np.array(label_colours(), np.uint8)[labels_u8]


def draw_pose(person: Person) -> RGBu8:
    """The photo, dimmed, with limbs and joints drawn over it."""
    out = (person.image_u8.astype(np.float32) * 0.45 + 70).astype(np.uint8)
    thick = max(2, round(0.04 * body_unit(person.pose)))
    p = np.clip(np.round(person.pose.points_px), -30000, 30000).astype(int)
    colours = label_colours()
    for i, (a, b) in enumerate(LIMBS):
        if min(person.pose.visibility[[a, b]]) < 0.3:
            continue
        start, end = (int(p[a][0]), int(p[a][1])), (int(p[b][0]), int(p[b][1]))
        cv2.line(out, start, end, colours[1 + i % 12], thick, cv2.LINE_AA)
        for x, y in (start, end):
            cv2.circle(out, (x, y), thick, (250, 250, 250), -1, cv2.LINE_AA)
    return out


def draw_stages(
    person: Person,
    garment: Garment,
    agnostic_f32: NDArray[np.float32],
    warped_u8: RGBu8,
    alpha_f32: MaskF32,
    drawing: Drawing,
) -> dict[str, RGBu8]:
    """Pose, parsing, agnostic person, garment cut-out, warped garment, rendering, composite mask, shading."""

    def on_grey(rgb: NDArray, alpha: MaskF32) -> RGBu8:
        a = alpha[..., None]
        return np.clip(rgb.astype(np.float32) * a + 236 * (1 - a), 0, 255).astype(np.uint8)

    def grey(values: NDArray[np.float32]) -> RGBu8:
        return np.repeat((np.clip(values, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)

    cutout = on_grey(garment.image_u8, garment.alpha_f32)
    dot = max(3, round(0.012 * max(cutout.shape)))
    for x, y in garment.landmarks_px.values():
        cv2.circle(cutout, (round(x), round(y)), dot, (217, 74, 56), -1, cv2.LINE_AA)
    return {
        "pose": draw_pose(person),
        "parsing": draw_labels(person.labels_u8),
        "agnostic": (np.clip(agnostic_f32, 0, 1) * 255).astype(np.uint8),
        "garment": cutout,
        "warped": on_grey(warped_u8, alpha_f32),
        "rendering": (drawing.rendering_f32 * 255).astype(np.uint8),
        "mask": grey(drawing.mask_f32),
        "shading": grey(drawing.shading_f32 / 2),
    }
