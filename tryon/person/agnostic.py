"""What a garment may change of a person, and the person without it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.crops import Box
from tryon.geometry.outline import unit_of
from tryon.types import LABEL, Category, LabelsU8, MaskF32, PointsF32, Pose, RGBu8

SKIN_LABELS = ("face", "torso_skin", "left_arm", "right_arm", "left_leg", "right_leg")
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class EditMasks:
    """What may change, in one frame.

    region_f32: (h, w) 0..1, may be repainted. protected: (h, w) bool, is never touched.
    """

    region_f32: MaskF32
    protected: Mask


def has_label(labels_u8: LabelsU8, *names: str) -> Mask:
    """(h, w) bool: pixels with one of the names."""
    table = np.zeros(256, np.uint8)
    table[[LABEL[n] for n in names]] = 1
    if not labels_u8.size:
        return np.zeros(labels_u8.shape, bool)
    return np.asarray(cv2.LUT(np.ascontiguousarray(labels_u8), table)).view(bool).reshape(labels_u8.shape)


def body_unit(pose: Pose) -> float:
    """A length of the body in pixels that turning and cropping hardly change: about a shoulder width."""
    return unit_of(pose.points_px)


LARGE_DISC = 6  # pixels of radius from which distances are quicker than a drawn disc


def dilate(mask: Mask, radius_px: float) -> Mask:
    """Grow a mask by a disc."""
    r = round(radius_px)
    if r < 1:
        return mask
    if r >= LARGE_DISC:
        if not mask.any():
            return mask.copy()
        apart = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
        return np.asarray(apart <= r + 0.25, bool)  # as the drawn disc has it, whose rim is rounded
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * r + 1, 2 * r + 1))
    return cv2.dilate(mask.astype(np.uint8), kernel).astype(bool)


def hands(labels_u8: LabelsU8, pose: Pose) -> Mask:
    """Hands: arm pixels in a capsule around each wrist-to-fingers line (arm labels include hands).

    Where next to nothing of a hand is seen beyond its wrist it is in a pocket or behind something, and the skin above
    is forearm, which a sleeve covers.
    """
    h, w = labels_u8.shape
    unit = body_unit(pose)
    arms = has_label(labels_u8, "left_arm", "right_arm")
    near = np.zeros((h, w), np.uint8)
    p = pose.points_px
    for elbow, wrist, fingers in ((13, 15, (17, 19)), (14, 16, (18, 20))):
        tip = p[list(fingers)].mean(0)
        reach = tip + 0.3 * (tip - p[wrist])  # the landmarks are knuckles; fingers go on
        if pose.visibility[wrist] > SEEN_WRIST and _hidden_hand(arms, p[wrist], reach, unit):
            continue
        start = p[wrist] + 0.12 * (p[wrist] - p[elbow]) / max(np.linalg.norm(p[wrist] - p[elbow]), 1.0) * unit
        start = start if np.dot(tip - p[wrist], p[wrist] - p[elbow]) < 0 else p[wrist]
        a, b = np.clip(np.round([start, reach]), -30000, 30000).astype(int)
        cv2.line(near, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1, max(1, round(2 * HAND_RADIUS * unit)))
    return arms & near.astype(bool)


HAND_RADIUS = 0.18  # shoulder widths around the line from wrist to fingers
LEAST_HAND = 0.012  # squared shoulder widths of skin beyond the wrist; a hand is .1
SEEN_WRIST = 0.4  # visibility from which the wrist's place is believed


def _hidden_hand(arms: Mask, wrist: PointsF32, tips: PointsF32, unit: float) -> bool:
    """Whether skin ends at the wrist (x, y) instead of going on to the fingers' tips."""
    along = tips - wrist
    length = float(np.linalg.norm(along))
    if length < 2:
        return False
    along = along / length
    across = np.array([-along[1], along[0]], np.float32) * HAND_RADIUS * unit
    # the wrist's own pixels and the error of its place do not count
    first, last = wrist + 0.25 * length * along, tips + HAND_RADIUS * unit * along
    corners = np.array([first + across, last + across, last - across, first - across])
    (left, top), (right, bottom) = np.floor(corners.min(0)).astype(int), np.ceil(corners.max(0)).astype(int) + 1
    h, w = arms.shape
    if left < 0 or top < 0 or right > w or bottom > h:  # it may go on outside of the picture
        return False
    box = np.zeros((bottom - top, right - left), np.uint8)
    cv2.fillConvexPoly(box, np.round(corners - (left, top)).astype(np.int32), 1)
    return float(np.count_nonzero(arms[top:bottom, left:right] & (box > 0))) < LEAST_HAND * unit * unit


def protected_pixels(labels_u8: LabelsU8, pose: Pose, category: Category) -> Mask:
    """What is never repainted: face, hair, hands, shoes, bags, and other garments lying on top."""
    keep = has_label(labels_u8, "hair", "face", "footwear") | hands(labels_u8, pose)
    keep |= _things_in_front(labels_u8, pose)
    if category == "lower":
        keep |= has_label(labels_u8, "upper", "left_arm", "right_arm")  # tops and arms hang over waistbands
    return keep


def _things_in_front(labels_u8: LabelsU8, pose: Pose) -> Mask:
    """Bags, phones, glasses; belts and other small things on the old garment go with it."""
    things = has_label(labels_u8, "accessory")
    if not things.any():
        return things
    p, unit = pose.points_px, body_unit(pose)
    shoulder_y, hip_y = p[[11, 12], 1].mean(), p[[23, 24], 1].mean()
    near_hands = dilate(hands(labels_u8, pose), 0.04 * unit)
    count, components, stats, centres = cv2.connectedComponentsWithStats(things.astype(np.uint8), connectivity=8)
    for i in range(1, count):
        on_torso = shoulder_y + 0.1 * unit < centres[i, 1] < hip_y + 0.3 * unit
        small = stats[i, cv2.CC_STAT_AREA] < 0.25 * unit * unit
        flat = stats[i, cv2.CC_STAT_HEIGHT] < 0.26 * unit
        if on_torso and small and flat and not (near_hands & (components == i)).any():
            things[components == i] = False
    return things & ~_belt(things, near_hands, pose)


# Shares of the trunk's width that a belt covers somewhere and everywhere; its height in shoulder widths. Of the pixels
# that are found so in the labels of 877 photos seven in eight are belts, one in twenty is of a bag.
BELT_WIDTH, BELT_RIM, BELT_HEIGHT = 0.75, 0.2, 0.45


def _belt(things: Mask, near_hands: Mask, pose: Pose) -> Mask:
    """Rows of things that go across the waist and that no hand holds: a belt, though a bag's strap hangs on it."""
    p, unit = pose.points_px, body_unit(pose)
    shoulder_y, hip_y = p[[11, 12], 1].mean(), p[[23, 24], 1].mean()
    middle, half = float(p[[11, 12, 23, 24], 0].mean()), 0.4 * unit
    out = np.zeros_like(things)
    left, right = (int(np.clip(round(middle + k * half), 0, things.shape[1])) for k in (-1, 1))
    # from its first to its last row it is near the waist: further up it is a scarf, further down a bag
    first, last = shoulder_y + 0.3 * (hip_y - shoulder_y), hip_y + 0.35 * unit
    waist = shoulder_y + 0.5 * (hip_y - shoulder_y)
    if right - left < 4:
        return out
    across = things[:, left:right].mean(1)
    held = near_hands[:, left:right].any(1)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], (across > BELT_RIM).astype(np.int8), [0]])))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if start < first or not waist < end < last or end - start > BELT_HEIGHT * unit:
            continue
        if (across[start:end] > BELT_WIDTH).any() and not held[start:end].any():
            out[start:end] = things[start:end]
    return out


def old_garment(labels_u8: LabelsU8, pose: Pose, category: Category, new_top_px: float | None = None) -> Mask:
    """The clothes that a garment of this category takes the place of.

    A dress that gives way to a top stays below the hips as a skirt; one that gives way to a lower garment
    stays above its waistband (``new_top_px``, a row of the frame) as a top.
    """
    if category == "dress":
        return has_label(labels_u8, "upper", "lower", "dress")
    rows = np.arange(len(labels_u8))[:, None]
    hip_y = pose.points_px[[23, 24], 1].mean()
    dress = has_label(labels_u8, "dress")
    if category == "upper":
        return has_label(labels_u8, "upper") | (dress & (rows < hip_y - 0.1 * body_unit(pose)))
    top = new_top_px if new_top_px is not None else hip_y - 0.3 * body_unit(pose)
    return has_label(labels_u8, "lower") | (dress & (rows >= top))


def clothes_box(labels_u8: LabelsU8, pose: Pose, category: Category) -> Box | None:
    """Left, top, right and bottom of the clothes that a garment of this category takes the place of, if there are any.

    Rows and columns with next to nothing in them are specks of the parser and do not count.
    """
    old = old_garment(labels_u8, pose, category)
    least = 0.08 * body_unit(pose)
    rows, columns = (np.flatnonzero(old.sum(axis) > least) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def edit_masks(labels_u8: LabelsU8, pose: Pose, category: Category, garment_alpha_f32: MaskF32) -> EditMasks:
    """What may change when a garment lies where ``garment_alpha_f32`` says.

    Args:
        labels_u8: (h, w) parsing of the frame. pose: landmarks in the frame.
        category: of the new garment.
        garment_alpha_f32: (h, w) 0..1 the warped garment.
    """
    unit = body_unit(pose)
    protected = protected_pixels(labels_u8, pose, category)
    covered = garment_alpha_f32 > 0.02
    rows = np.nonzero(covered.any(1))[0]
    old = old_garment(labels_u8, pose, category, float(rows[0]) if len(rows) else None)
    # the parser's edge is a few pixels off, and the old garment's rim must not stay
    region = dilate(old, 0.045 * unit) | dilate(covered, 0.02 * unit)
    region |= under_cloth(labels_u8, pose, covered)
    region &= ~protected
    return EditMasks(region.astype(np.float32), protected)


def under_cloth(labels_u8: LabelsU8, pose: Pose, covered: Mask, *, sleeves: bool = True, gap: float = 0.35) -> Mask:
    """Bare skin of limbs beside the cloth that covers their axis: a sleeve hides all of the arm down to its cuff.

    Args:
        labels_u8: (h, w) parsing of the frame. pose: landmarks in it.
        covered: (h, w) where the new garment is drawn.
        sleeves: whether it has any; an arm in front of a sleeveless trunk is not hidden by it.
        gap: shoulder widths along a limb that may be bare between covered parts. A coarse warp may leave a gap at
            the armpit; cuffs and hems are further apart.
    """
    unit = body_unit(pose)
    out = np.zeros(labels_u8.shape, bool)
    for name, joints in _LIMB_SKIN.items():
        if name.endswith("arm") and not sleeves:
            continue
        skin = has_label(labels_u8, name)
        axis = pose.points_px[list(joints)]
        end = _covered_length(axis, covered, gap * unit)
        if end <= 0.1 * unit:
            continue
        if name.endswith("arm"):  # an old sleeve shows where the arm is, too
            skin |= has_label(labels_u8, "upper", "dress") & _capsule(axis, 0.12 * unit, labels_u8.shape)
        ys, xs = np.nonzero(skin)
        if len(ys) == 0:
            continue
        out[ys, xs] |= _along(np.stack([xs, ys], 1).astype(np.float32), axis) < end - 0.04 * unit
    return out


_LIMB_SKIN = {
    "left_arm": (11, 13, 15),
    "right_arm": (12, 14, 16),
    "left_leg": (23, 25, 27),
    "right_leg": (24, 26, 28),
}


def limb_distance(shape: tuple[int, ...], pose: Pose, ending: str) -> NDArray[np.float32]:
    """(h, w) float32: pixels' distance to the nearest bone of the arms ("arm") or legs ("leg")."""
    bones = np.ones(shape, np.uint8)
    for name, joints in _LIMB_SKIN.items():
        if name.endswith(ending):
            knots = np.clip(np.round(pose.points_px[list(joints)]), -30000, 30000).astype(np.int32)
            cv2.polylines(bones, [knots[:, None]], False, 0, 1)
    if bones.all():
        return np.full(shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform(bones, cv2.DIST_L2, 5), np.float32)


def _covered_length(axis: PointsF32, covered: Mask, gap_px: float) -> float:
    """How far along a limb's axis (3, 2), from its root, it is covered without a gap; pixels."""
    h, w = covered.shape
    points, at, walked = [], [], 0.0
    for a, b in pairwise(axis):
        length = float(np.linalg.norm(b - a))
        t = np.linspace(0, 1, max(2, int(length) + 1))
        points.append(a + t[:, None] * (b - a))
        at.append(walked + t * length)
        walked += length
    x, y = np.round(np.concatenate(points)).astype(int).T
    along = np.concatenate(at)
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    under = np.zeros(len(along), bool)
    under[inside] = covered[y[inside], x[inside]]
    last = np.maximum.accumulate(np.where(under, along, 0.0))
    gaps = np.flatnonzero(along - last > gap_px)
    return float(last[gaps[0]] if len(gaps) else last[-1])


def _capsule(axis: PointsF32, radius_px: float, shape: tuple[int, ...]) -> Mask:
    """(h, w) bool: within a radius of a limb's axis (3, 2)."""
    out = np.zeros(shape, np.uint8)
    knots = np.clip(np.round(axis), -30000, 30000).astype(np.int32)
    cv2.polylines(out, [knots[:, None]], False, 1, max(1, round(2 * radius_px)))
    return out > 0


def _along(points: PointsF32, axis: PointsF32) -> NDArray[np.float32]:
    """Arc length along a limb's axis (3, 2) of the point nearest to each of (N, 2); pixels."""
    best, out, walked = np.full(len(points), np.inf, np.float32), np.zeros(len(points), np.float32), 0.0
    for a, b in pairwise(axis):
        ab = b - a
        length = float(np.linalg.norm(ab))
        t = np.clip((points - a) @ ab / max(length * length, 1e-6), 0, 1)
        distance = np.linalg.norm(points - a - t[:, None] * ab, axis=1)
        nearer = distance < best
        best[nearer], out[nearer] = distance[nearer], walked + t[nearer] * length
        walked += length
    return out


def skin_colour(image_u8: RGBu8, labels_u8: LabelsU8) -> NDArray[np.float32]:
    """The person's own skin tone: (3,) float32 0..1 sRGB.

    The median of the face; of arms, legs and neck instead where much of them is seen and they agree with it in hue, as
    faces lie in the shadow of hats and hair. A light brown where no skin can be seen.
    """
    step = max(1, max(labels_u8.shape) // 512)  # a median needs no more
    image_u8, labels_u8 = image_u8[::step, ::step], labels_u8[::step, ::step]
    face, body = (
        _median_colour(image_u8, has_label(labels_u8, *names)) for names in (("face",), tuple(SKIN_LABELS[1:]))
    )
    if face is None or body is None:
        found = face if face is not None else body
        return np.array([0.72, 0.56, 0.47], np.float32) if found is None else found
    share = has_label(labels_u8, *SKIN_LABELS[1:]).sum() / max(1, has_label(labels_u8, "face").sum())
    return body if share > MUCH_SKIN and _same_skin(face, body) else face


MUCH_SKIN = 0.5  # of the face's pixels: bare forearms
SAME_HUE = 14.0  # distance in the a and b of Lab up to which two medians are one person's skin
LIGHTER = (-4.0, 32.0)  # how much lighter than the face the body may be: darker is its own shadow or cloth


def _median_colour(image_u8: RGBu8, where: Mask) -> NDArray[np.float32] | None:
    pixels = image_u8[where]
    if len(pixels) < 40:
        return None
    return np.asarray(np.median(pixels[:: max(1, len(pixels) // 4000)], axis=0), np.float32) / np.float32(255)


def _same_skin(face: NDArray[np.float32], body: NDArray[np.float32]) -> bool:
    lab = cv2.cvtColor(np.stack([face, body])[None], cv2.COLOR_RGB2Lab)[0]
    hue = float(np.linalg.norm(lab[1, 1:] - lab[0, 1:]))
    return hue < SAME_HUE and LIGHTER[0] <= float(lab[1, 0] - lab[0, 0]) <= LIGHTER[1]
