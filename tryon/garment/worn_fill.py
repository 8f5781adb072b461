"""What arms, hair, bags and other clothes hide of a worn garment: found by its outline, painted in its own cloth."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tryon.garment.mask import BoolMask
from tryon.garment.worn_points import Point, body_axes
from tryon.geometry.crops import L_ELBOW, L_HIP, L_KNEE, L_SHOULDER, R_ELBOW, R_HIP, R_KNEE, R_SHOULDER
from tryon.models.generator import fill_hole
from tryon.types import LABEL, Category, LabelsU8, RGBu8

BEFORE_UPPERS = ("hair", "left_arm", "right_arm", "accessory")
BEFORE_LOWERS = (*BEFORE_UPPERS, "upper")  # tops and jackets hang over waistbands
SKIN = ("face", "torso_skin")
COLLAR = 0.08  # sw below the shoulders from which hair lies on cloth rather than on the neck
SIDE = 0.24  # sw from the middle: further out hair lies on a shoulder
RIM = 2  # pixels of the reading size: the hidden part's edge still has colours of what is before it


class Hidden(NamedTuple):
    """A completed garment at the reading size: what was added (h, w) bool, and the picture (h, w, 3) with it."""

    where: BoolMask
    rgb_u8: RGBu8


def hidden_parts(
    garment: BoolMask, labels_u8: LabelsU8, points: dict[str, Point], joints: Point, category: Category
) -> BoolMask:
    """Pixels at which the garment lies behind something.

    Args:
        garment: (h, w) its visible pixels. labels_u8: (h, w) parsing. points: landmarks found so far.
        joints: (33, 2) of the pose; all of one frame.
    """
    names = BEFORE_LOWERS if category == "lower" else BEFORE_UPPERS
    before = np.isin(labels_u8, [LABEL[n] for n in names]) & ~garment
    if not before.any() or not garment.any():
        return np.zeros(garment.shape, bool)
    inside = np.zeros(garment.shape, np.uint8)
    for polygon in _outline(points, joints, category):
        fixed = np.round(np.clip(polygon, -4000, 4000)).astype(np.int32)
        cv2.fillPoly(inside, [fixed], 1)
    hidden = before & (inside > 0)
    if category != "lower":
        hidden &= ~_on_the_neck(garment.shape, joints)
        # hair in a neckline lies on skin, hair on a shoulder on cloth: whichever is nearer
        hidden &= _distance(garment) <= _distance(np.isin(labels_u8, [LABEL[n] for n in SKIN]))
    return hidden & _joined(hidden, garment)


def paint_hidden(rgb_u8: RGBu8, garment: BoolMask, where: BoolMask) -> RGBu8:
    """The picture with the garment's own cloth where something hid it.

    Colours are drawn inwards from around the hole; the fine pattern is mirrored at the hole's edge.

    Args:
        rgb_u8: (h, w, 3). garment, where: (h, w) bool, seen and hidden parts.
    """
    if not where.any():
        return rgb_u8
    hole = cv2.dilate(where.astype(np.uint8), np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)) > 0
    known = garment & ~hole
    pure = cv2.erode(known.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    known = pure if pure.sum() > 50 else known
    if not known.any():
        return rgb_u8
    smooth = _spread(rgb_u8, known)
    detail = _mirrored(rgb_u8.astype(np.float32) - _local_mean(rgb_u8, known), known)
    painted = np.clip(np.rint(smooth + detail), 0, 255)
    soft = cv2.blur(hole.astype(np.float32), (3, 3))[..., None]
    out = rgb_u8 + soft * (painted - rgb_u8)
    return np.asarray(np.clip(np.rint(out), 0, 255), np.uint8)


def _outline(points: dict[str, Point], joints: Point, category: Category) -> list[NDArray[np.float32]]:
    """Polygons that the garment fills, from its landmarks: the trunk, sleeves to the elbow; or hips and legs."""
    a, b, right, down, sw = body_axes(joints)
    if category != "lower":
        names = ("shoulder_left", "armpit_left", "hem_left", "hem_right", "armpit_right", "shoulder_right")
        polygons = [np.array([points[n] for n in names], np.float32)]
        if "cuff_out_left" in points or "cuff_out_right" in points:
            for shoulder, elbow in ((L_SHOULDER, L_ELBOW), (R_SHOULDER, R_ELBOW)):
                polygons.append(
                    _tube(joints[shoulder], joints[shoulder] + 0.6 * (joints[elbow] - joints[shoulder]), 0.13 * sw)
                )
        return polygons
    hip = joints[[L_HIP, R_HIP]].mean(0)
    torso = float(np.linalg.norm(hip - (a + b) / 2))
    left, right_end = points["waist_left"], points["waist_right"]
    low = float((((left + right_end) / 2 - hip) @ down) / max(torso, 1.0))
    if low > -0.2:  # what is seen first lies at the hips: a jacket hides the waistband
        half = max(0.5 * float(np.linalg.norm(right_end - left)), 0.36 * sw)
        top = hip - 0.3 * torso * down
        left, right_end = top - 0.9 * half * right, top + 0.9 * half * right
    if "crotch" not in points:
        return [np.array([left, right_end, points["hem_right"], points["hem_left"]], np.float32)]
    crotch = points["crotch"]
    out = [np.array([left, right_end, hip + 0.42 * sw * right, crotch, hip - 0.42 * sw * right], np.float32)]
    for side, waist in (("left", left), ("right", right_end)):
        out.append(np.array([waist, crotch, points[f"leg_in_{side}"], points[f"leg_out_{side}"]], np.float32))
    for upper, knee in ((L_HIP, L_KNEE), (R_HIP, R_KNEE)):
        out.append(_tube(joints[upper], joints[knee], 0.15 * sw))
    return out


def _tube(a: Point, b: Point, half: float) -> NDArray[np.float32]:
    along = (b - a) / max(float(np.linalg.norm(b - a)), 1e-6)
    across = half * np.array([-along[1], along[0]], np.float32)
    return np.array([a + across, b + across, b - across, a - across], np.float32)


def _on_the_neck(shape: tuple[int, ...], joints: Point) -> BoolMask:
    a, b, right, down, sw = body_axes(joints)
    ys, xs = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    x, y = xs - (a[0] + b[0]) / 2, ys - (a[1] + b[1]) / 2
    low, out = x * down[0] + y * down[1], x * right[0] + y * right[1]
    on_neck: BoolMask = (low < COLLAR * sw) & (np.abs(out) < SIDE * sw)
    return on_neck


def _distance(mask: BoolMask) -> NDArray[np.float32]:
    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3), np.float32)


def _joined(hidden: BoolMask, garment: BoolMask) -> BoolMask:
    """Pieces of the hidden part that touch the garment."""
    count, components = cv2.connectedComponents(hidden.astype(np.uint8), connectivity=8)
    near = cv2.dilate(garment.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    touching = np.zeros(count, bool)
    touching[np.unique(components[near & hidden])] = True
    touching[0] = False
    return np.asarray(touching[components], bool)


def _spread(rgb_u8: RGBu8, known: BoolMask) -> NDArray[np.float32]:
    """(h, w, 3) 0..255: the known colours drawn over everything else."""
    h, w = known.shape
    pad = (-h % 4, -w % 4)
    rgb = np.pad(rgb_u8.astype(np.float32) / 255, ((0, pad[0]), (0, pad[1]), (0, 0)))
    hole = np.pad((~known).astype(np.float32), ((0, pad[0]), (0, pad[1])), constant_values=1)
    picture = torch.from_numpy(np.ascontiguousarray(rgb.transpose(2, 0, 1)))[None]
    mask = torch.from_numpy(hole)[None, None]
    filled = fill_hole(picture, mask, picture, torch.zeros_like(mask))[0].permute(1, 2, 0)
    return np.asarray(filled.numpy()[:h, :w] * 255, np.float32)


def _local_mean(rgb_u8: RGBu8, known: BoolMask, size: int = 25) -> NDArray[np.float32]:
    weight = cv2.blur(known.astype(np.float32), (size, size))[..., None]
    total = cv2.blur(rgb_u8 * known[..., None].astype(np.float32), (size, size))
    return np.asarray(total / np.maximum(weight, 1e-3), np.float32)


def _mirrored(detail: NDArray[np.float32], known: BoolMask) -> NDArray[np.float32]:
    """Detail of the known part, beyond its edge as in a mirror; 0 where the mirror shows nothing known."""
    _, nearest = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    ys, xs = np.nonzero(known)
    index = np.zeros(int(nearest.max()) + 1, np.int64)
    index[nearest[ys, xs]] = np.arange(len(ys))
    at = index[nearest]
    rows, columns = np.mgrid[0 : known.shape[0], 0 : known.shape[1]]
    y = np.clip(2 * ys[at] - rows, 0, known.shape[0] - 1)
    x = np.clip(2 * xs[at] - columns, 0, known.shape[1] - 1)
    return np.where(known[y, x][..., None], detail[y, x], 0).astype(np.float32)
