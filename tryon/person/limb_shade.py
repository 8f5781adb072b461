"""The light on newly bare limbs: round, with knees, parted where they touch, and as it was where skin goes on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.outline import fill_around
from tryon.models.generator import LAYERS
from tryon.person.agnostic import body_unit
from tryon.types import MaskF32, PointsF32, Pose

ROUND, ROUND_DEPTH = 0.14, 0.035  # how much darker limbs get at their outline, and how far in, in shoulder widths
TURN, WIDEST_LIMB = 0.3, 0.42  # how much darker what turns away is; shoulder widths, a thigh's width
CREASE = 0.45  # how much darker it is where two bare limbs touch
SEAM = 0.22  # shoulder widths from skin that the photo shows, within which new skin takes over its light
LEG_HALF = (0.19, 0.125, 0.085)  # shoulder widths: half of a leg's width at hip, knee and ankle
GRID = 0.8  # work pixels: sigma that removes the generator's grid of two pixels


def light_on_limbs(
    layout_f32: NDArray[np.float32],
    unit_px: float,
    crease: NDArray[np.bool_],
    gain_f32: MaskF32 | None,
    shown: NDArray[np.bool_],
) -> MaskF32:
    """(h, w) gain on the skin that is drawn.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS. unit_px: about a shoulder's width. crease: see ``limb_shading``.
        gain_f32: (h, w) knees and elbows (``LimbLight``). shown: (h, w) bool, skin that the photo shows and that stays:
            its light lies in its colours already, and whoever adds to it beside it draws a seam.
    """
    light = limb_shading(cv2.GaussianBlur(layout_f32, (0, 0), GRID), unit_px, crease)
    if gain_f32 is not None:
        light = light * gain_f32
    if not shown.any():
        return light
    far = cv2.distanceTransform((~shown).astype(np.uint8), cv2.DIST_L2, 5) / (SEAM * unit_px)
    taken_over = np.clip(1 - far, 0, 1)
    taken_over = taken_over * taken_over * (3 - 2 * taken_over)
    return np.asarray(1 + (light - 1) * (1 - taken_over), np.float32)


def limb_shading(layout_f32: NDArray[np.float32], unit_px: float, crease: NDArray[np.bool_] | None = None) -> MaskF32:
    """(h, w) gain up to 1: limbs are round, so less light falls on them towards their outline.

    Args:
        layout_f32: (h, w, 4) logits of LAYERS. unit_px: about a shoulder's width. crease: (h, w) bool, where limbs
            meet: each has an outline of its own.
    """
    skin = (layout_f32.argmax(2) == LAYERS.index("skin")).astype(np.uint8)
    if not skin.any():
        return np.ones(skin.shape, np.float32)
    if crease is not None:
        skin[crease] = 0
    inside = cv2.distanceTransform(skin, cv2.DIST_L2, 3) / unit_px
    dark = ROUND * np.exp(-inside / ROUND_DEPTH) + TURN * _turned_away(inside, unit_px)
    if crease is not None:
        dark[crease] = CREASE
    return np.asarray(1 - cv2.GaussianBlur(dark.astype(np.float32), (0, 0), 1.5), np.float32)


def _turned_away(inside: NDArray[np.float32], unit_px: float) -> NDArray[np.float32]:
    """(h, w) 0..1: how far skin turns from the viewer, as on a cylinder as wide as the limb is there.

    Args:
        inside: (h, w) distance to the outline in shoulder widths, 0 outside.
    """
    reach = 2 * max(1, round(WIDEST_LIMB * unit_px / 2)) + 1
    half = cv2.dilate(np.minimum(inside, WIDEST_LIMB / 2).astype(np.float32), np.ones((reach, reach), np.uint8))
    half = cv2.blur(half, (reach, reach))
    across = np.clip(1 - inside / np.maximum(half, 1e-3), 0, 1)  # 0 on the limb's axis, 1 at its outline
    return np.asarray(1 - np.sqrt(1 - np.minimum(across, 0.98) ** 2), np.float32)


def leg_crease(shape: tuple[int, ...], pose: Pose) -> NDArray[np.bool_]:
    """(h, w) bool: the line below the hips that is as near to one leg as to the other, a pixel or two wide.

    Where legs cross, it is the edge of the one in front upon the other.
    """
    left, right = (pose.points_px[list(joints)] for joints in ((23, 25, 27), (24, 26, 28)))
    if np.ptp(np.sign(left[:, 0] - right[:, 0])) > 0:
        return _edge_in_front(shape, pose, left, right)
    far = []
    for joints in ((23, 25, 27), (24, 26, 28)):
        bones = np.ones(shape, np.uint8)
        knots = np.clip(np.round(pose.points_px[list(joints)]), -30000, 30000).astype(np.int32)
        cv2.polylines(bones, [knots[:, None]], False, 0, 1)
        far.append(cv2.distanceTransform(bones, cv2.DIST_L2, 5) if not bones.all() else np.full(shape, 1e6, np.float32))
    below = np.arange(shape[0])[:, None] > pose.points_px[[23, 24], 1].mean()
    # where legs cross one is in front: nothing parts them
    apart = far[0] > 0.05 * body_unit(pose)
    return (np.abs(far[0] - far[1]) < 1.5) & below & apart


def _edge_in_front(shape: tuple[int, ...], pose: Pose, *legs: PointsF32) -> NDArray[np.bool_]:
    """(h, w) bool: where the outline of the leg in front runs over the other one; legs: (3, 2) hip, knee, ankle.

    The foot that stands lower in the picture is nearer.
    """
    behind, front = sorted(legs, key=lambda joints: float(joints[2, 1]))
    unit = body_unit(pose)
    other, near = (_leg(shape, joints, unit) for joints in (behind, front))
    edge = near - cv2.erode(near, np.ones((3, 3), np.uint8))
    hips = pose.points_px[[23, 24], 1].mean()
    return (edge > 0) & (other > 0) & (np.arange(shape[0])[:, None] > hips)


def _leg(shape: tuple[int, ...], joints: PointsF32, unit_px: float) -> NDArray[np.uint8]:
    """(h, w) uint8, 1 where a leg is: hulls of circles at hip, knee and ankle, (3, 2) in its pixels."""
    out = np.zeros(shape, np.uint8)
    radii = [half * unit_px for half in LEG_HALF]
    for part in (slice(0, 2), slice(1, 3)):
        fill_around(out, joints[part], radii[part], 1)
    return out
