"""Pictures of what was understood and of how a result was made, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.limbs import LIMBS
from tryon.images import shrink_to
from tryon.models.drawing import Drawing
from tryon.person.agnostic import body_unit
from tryon.types import LABEL, Garment, LabelsU8, MaskF32, Person, Pose, RGBu8

# One colour for each of LABELS: skin in warm tones, clothes in clear ones, and left apart from right.
LABEL_COLOURS: tuple[tuple[int, int, int], ...] = (
    (0, 0, 0),
    (96, 56, 24),
    (255, 208, 164),
    (232, 160, 120),
    (255, 116, 72),
    (214, 56, 104),
    (255, 184, 40),
    (168, 96, 0),
    (48, 112, 224),
    (32, 160, 96),
    (168, 64, 200),
    (128, 128, 136),
    (240, 224, 64),
)
# Ground, skin, another garment, the new garment (``models.generator.LAYERS``)
LAYER_COLOURS: tuple[tuple[int, int, int], ...] = ((32, 32, 32), (255, 180, 130), (32, 160, 96), (48, 112, 224))
COVER = 0.62  # of the label's colour over the photo: the colour is told at once, the folds are still seen
# The limbs in the colours of their labels, shoulders and hips in white; in the order of LIMBS
_LIMB_LABELS = ("left_arm",) * 3 + ("right_arm",) * 3 + ("left_leg",) * 2 + ("right_leg",) * 2
LIMB_COLOURS = tuple(LABEL_COLOURS[LABEL[name]] for name in _LIMB_LABELS) + ((250, 250, 250),) * 2
SEEN = 0.5  # from this visibility on a landmark counts as seen
DRAWN = 0.3  # a limb with a less visible end is left out: MediaPipe guesses
DOT = (217, 74, 56)


def draw_labels(labels_u8: LabelsU8) -> RGBu8:
    """(H, W) labels -> (H, W, 3) colours."""
    return np.array(LABEL_COLOURS, np.uint8)[labels_u8]


def draw_overlay(image_u8: RGBu8, labels_u8: LabelsU8) -> RGBu8:
    """Lay the labels' colours over a photo; the background stays, paler.

    Args:
        image_u8: (H, W, 3). labels_u8: (H, W), index into LABELS.

    Returns:
        (H, W, 3) uint8.
    """
    photo = image_u8.astype(np.float32)
    tinted = photo * (1 - COVER) + draw_labels(labels_u8) * COVER
    return np.where((labels_u8 > 0)[..., None], tinted, photo * 0.45 + 255 * 0.5).astype(np.uint8)


def draw_cutout(image_u8: RGBu8, alpha_f32: MaskF32, *, square: int = 0) -> RGBu8:
    """Lay what a mask keeps on a checker, so that halos and holes are seen.

    Args:
        image_u8: (H, W, 3). alpha_f32: (H, W) 0..1. square: side of a check, pixels; 0 fits it to the picture.

    Returns:
        (H, W, 3) uint8.
    """
    h, w = alpha_f32.shape
    square = square or max(4, round(max(h, w) / 48))
    odd = (np.arange(h)[:, None] // square + np.arange(w)[None] // square) % 2
    checker = np.where(odd, 214.0, 240.0).astype(np.float32)[..., None]
    alpha = np.clip(alpha_f32, 0, 1)[..., None]
    return np.asarray(image_u8 * alpha + checker * (1 - alpha), np.uint8)


def draw_landmarks(
    image_u8: RGBu8, points_px: Mapping[str, tuple[float, float]], visibility: Mapping[str, float]
) -> RGBu8:
    """Draw a garment's landmarks: a full dot where it is seen, a ring where it is hidden and only reckoned.

    Args:
        image_u8: (H, W, 3), not changed. points_px: by name, its pixels. visibility: by name, 0..1; a landmark without
            one counts as seen.

    Returns:
        (H, W, 3) uint8.
    """
    out = np.ascontiguousarray(image_u8.copy())
    radius = max(3, round(0.013 * max(out.shape)))
    for name, (x, y) in points_px.items():
        centre = (round(min(max(x, -30000), 30000)), round(min(max(y, -30000), 30000)))
        cv2.circle(out, centre, radius + max(1, radius // 3), (255, 255, 255), -1, cv2.LINE_AA)
        hidden = visibility.get(name, 1.0) < SEEN
        cv2.circle(out, centre, radius, DOT, max(2, radius // 3) if hidden else -1, cv2.LINE_AA)
    return out


def draw_garment(garment: Garment, side: int = 0) -> RGBu8:
    """A garment's cut-out on a checker with its landmarks.

    Args:
        garment: not changed. side: longer side at most, pixels; 0 keeps the picture's own.
    """
    image_u8, alpha_f32 = garment.image_u8, garment.alpha_f32
    small = shrink_to(image_u8, side) if side else image_u8
    sx, sy = small.shape[1] / image_u8.shape[1], small.shape[0] / image_u8.shape[0]
    if small.shape != image_u8.shape:
        alpha_f32 = cv2.resize(alpha_f32, (small.shape[1], small.shape[0]), interpolation=cv2.INTER_AREA)
    points = {n: ((x + 0.5) * sx - 0.5, (y + 0.5) * sy - 0.5) for n, (x, y) in garment.landmarks_px.items()}
    return draw_landmarks(draw_cutout(small, alpha_f32), points, garment.visibility)


def shrink_person(person: Person, side: int) -> Person:
    """The same understanding of a smaller photo, for pictures of it.

    Args:
        person: not changed. side: longer side at most, pixels.
    """
    h, w = person.labels_u8.shape
    small = shrink_to(person.image_u8, side)
    if small.shape == person.image_u8.shape:
        return person
    size = (small.shape[1], small.shape[0])
    scale = np.array([size[0] / w, size[1] / h], np.float32)
    return replace(
        person,
        image_u8=small,
        mask_f32=cv2.resize(person.mask_f32, size, interpolation=cv2.INTER_AREA),
        labels_u8=cv2.resize(person.labels_u8, size, interpolation=cv2.INTER_NEAREST),
        pose=Pose((person.pose.points_px + 0.5) * scale - 0.5, person.pose.visibility),
    )


def draw_pose(person: Person) -> RGBu8:
    """The photo, dimmed, with limbs and joints drawn over it; joints that are hidden and only reckoned are rings."""
    out = (person.image_u8.astype(np.float32) * 0.45 + 70).astype(np.uint8)
    thick = max(2, round(0.04 * body_unit(person.pose)))
    p = np.clip(np.round(person.pose.points_px), -30000, 30000).astype(int)
    seen = person.pose.visibility
    limbs = [(a, b, colour) for (a, b), colour in zip(LIMBS, LIMB_COLOURS) if min(seen[a], seen[b]) >= DRAWN]
    for a, b, colour in limbs:
        cv2.line(out, (int(p[a][0]), int(p[a][1])), (int(p[b][0]), int(p[b][1])), colour, thick, cv2.LINE_AA)
    for joint in sorted({joint for a, b, _ in limbs for joint in (a, b)}):
        centre = (int(p[joint][0]), int(p[joint][1]))
        cv2.circle(out, centre, thick, (250, 250, 250), -1, cv2.LINE_AA)
        if seen[joint] < SEEN:
            cv2.circle(out, centre, max(1, thick - 2), (90, 90, 90), -1, cv2.LINE_AA)
    return out


def draw_stages(
    person: Person,
    garment: Garment,
    agnostic_f32: NDArray[np.float32],
    warped_u8: RGBu8,
    alpha_f32: MaskF32,
    drawing: Drawing,
) -> dict[str, RGBu8]:
    """Pose, parsing, agnostic person, garment cut-out, warped garment, layout, rendering, composite mask, shading."""

    def on_grey(rgb: NDArray, alpha: MaskF32) -> RGBu8:
        a = alpha[..., None]
        return np.clip(rgb.astype(np.float32) * a + 236 * (1 - a), 0, 255).astype(np.uint8)

    def grey(values: NDArray[np.float32]) -> RGBu8:
        return np.repeat((np.clip(values, 0, 1) * 255).astype(np.uint8)[..., None], 3, axis=2)

    cutout = on_grey(garment.image_u8, garment.alpha_f32)
    return {
        "pose": draw_pose(person),
        "parsing": draw_labels(person.labels_u8),
        "agnostic": (np.clip(agnostic_f32, 0, 1) * 255).astype(np.uint8),
        "garment": draw_landmarks(cutout, garment.landmarks_px, garment.visibility),
        "warped": on_grey(warped_u8, alpha_f32),
        "layout": np.array(LAYER_COLOURS, np.uint8)[drawing.layout_f32.argmax(2)],
        "rendering": (drawing.rendering_f32 * 255).astype(np.uint8),
        "mask": grey(drawing.mask_f32),
        "shading": grey(drawing.shading_f32 / 2),
    }
