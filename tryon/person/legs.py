"""Long skirts and wide trousers: MediaPipe guesses the legs below them too short, and its mask ends where they do.

The pose's mask is drawn in a window that the guessed joints span; what hangs below is cut straight across. A second
mask of the whole picture shows how far the figure really goes, and the legs are lengthened to reach there.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.person.agnostic import body_unit, has_label
from tryon.types import LabelsU8, MaskF32, PointsF32, Pose


@dataclass(frozen=True)
class LegSettings:
    """Shares of the figure's height and width in the mask, where no other unit is named."""

    near_end: float = 0.03  # of the height: shoes taper within it
    wide: float = 0.3  # of the greatest width; two shoes side by side are narrower in one run
    frame: float = 0.97  # of the picture: a figure that ends lower is cut by the picture
    last: float = 0.995  # of the picture: so are labels, which are exact
    further: float = 0.04  # of the height; less is the other mask's own error
    beside: float = 0.35  # of the greatest width, to each side of the cut: skirts flare
    ankle: float = 0.04  # of the height, above the ground
    longest: float = 1.6  # legs are lengthened by no more: it is somebody else's
    skirt: float = 1.2  # shoulder widths beside the hips in which a skirt hangs
    least: float = 0.1  # shoulder widths of it in a row; less is a shadow
    under: float = 0.05  # shoulder widths under the hem: there the leg still is
    missing: float = 0.1  # shoulder widths; less is a hem at the ankle
    guessed: float = 0.45  # shoulder widths; so far off, it is a guess
    shin: tuple[float, float] = (0.3, 0.04)  # shoulder widths and their square: height and area of a bare shin in sight
    beyond: float = 0.35  # shoulder widths below the picture's edge: where ankles are of legs that it cuts
    astray: float = 0.1  # shoulder widths that an ankle may lie beside its shin's middle


DEFAULT = LegSettings()


def is_cut_below(mask_f32: MaskF32, settings: LegSettings = DEFAULT) -> bool:
    """Whether a person's mask ends in a broad straight edge within the picture.

    Args:
        mask_f32: (H, W) 0..1.
    """
    figure = _figure(mask_f32)
    if figure is None:
        return False
    shape, _, y, w, h = figure
    if y + h > settings.frame * len(mask_f32):
        return False
    row = shape[y + h - 1 - max(1, round(settings.near_end * h))]
    return _longest_run(row) > settings.wide * w


def with_whole_legs(
    pose: Pose, mask_f32: MaskF32, other_f32: MaskF32, settings: LegSettings = DEFAULT
) -> tuple[Pose, MaskF32]:
    """Carry on a cut mask by another one, and lengthen the legs to where the figure ends.

    Args:
        pose: landmarks in the photo. mask_f32: (H, W) 0..1, its mask. other_f32: (H, W) 0..1, of everybody in sight.

    Returns:
        The same objects where the other mask shows nothing more.
    """
    s, figure = settings, _figure(mask_f32)
    if figure is None:
        return pose, mask_f32
    _, x, y, w, h = figure
    start = y + h - max(1, round(s.near_end * h))  # the cut may be a little slanting
    x0, x1 = max(0, round(x - s.beside * w)), min(mask_f32.shape[1], round(x + w + s.beside * w))
    below = np.zeros_like(mask_f32)
    below[start:, x0:x1] = other_f32[start:, x0:x1]
    joined = _joined(np.maximum(mask_f32, below) > 0.5, (mask_f32 > 0.5) & (np.arange(len(mask_f32))[:, None] < start))
    end = int(np.flatnonzero(joined.any(1))[-1]) + 1 if joined.any() else 0
    if end < y + h + s.further * h:
        return pose, mask_f32
    near = cv2.dilate(joined.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    whole = np.where(near, np.maximum(mask_f32, below), mask_f32).astype(np.float32)
    return Pose(_longer_legs(pose.points_px, end - s.ankle * (end - y), s.longest), pose.visibility), whole


def with_legs_to_the_shoes(pose: Pose, labels_u8: LabelsU8, settings: LegSettings = DEFAULT) -> Pose:
    """Lengthen legs that trousers, tights or a long skirt hide to where that cloth ends: at the shoes or the ground.

    Where the picture cuts it, ankles lie below; MediaPipe puts all joints within.

    A leg that is bared must not end in the air above its shoe, and what is below the cloth nobody sees.

    Args:
        pose: landmarks in the photo. labels_u8: (H, W) its parsing.

    Returns:
        The same object where an ankle is seen or below the picture, or where little is missing.
    """
    s, p, (height, width) = settings, pose.points_px, labels_u8.shape
    unit = body_unit(pose)
    cloth = has_label(labels_u8, "lower", "dress")
    ankles = np.clip(np.round(p[[27, 28]]).astype(int), 0, (width - 1, height - 1))
    low, start = float(p[[27, 28], 1].max()), int(ankles[:, 1].max())
    if low >= s.frame * height or not cloth[ankles[:, 1], ankles[:, 0]].all():
        return pose
    middle = float(p[[23, 24], 0].mean())
    left, right = (int(np.clip(round(middle + k * s.skirt * unit), 0, width)) for k in (-1, 1))
    ends = np.flatnonzero(cloth[start:, left:right].sum(1) <= s.least * unit)
    end = float(start + (ends[0] if len(ends) else height - start))
    ankle_y = height + s.beyond * unit if end > s.last * height else end - s.under * unit
    if ankle_y < low + s.missing * unit:
        return pose
    if ankle_y > low + s.guessed * unit:  # knees were guessed as well
        points = _longer_legs(p, ankle_y, s.longest)
    else:
        points = p.copy()
        points[27:, 1] += ankle_y - low
    if ankle_y > height and points[27:29, 1].max() > height:  # both are cut
        points[27:29, 1] = np.maximum(points[27:29, 1], ankle_y)
    return Pose(points, pose.visibility)


def with_ankles_in_their_shins(pose: Pose, labels_u8: LabelsU8, settings: LegSettings = DEFAULT) -> Pose:
    """Put ankles that were guessed beside bare shins into them: under skirts, and where legs cross or a bag hides one.

    Args:
        pose: landmarks in the photo. labels_u8: (H, W) its parsing.

    Returns:
        The same object unless two bare shins are seen apart and an ankle lies beside them.
    """
    s, unit = settings, body_unit(pose)
    skin = has_label(labels_u8, "left_leg", "right_leg")
    _, parts, stats, _ = cv2.connectedComponentsWithStats(skin.astype(np.uint8))
    large = (stats[:, cv2.CC_STAT_HEIGHT] > s.shin[0] * unit) & (stats[:, cv2.CC_STAT_AREA] > s.shin[1] * unit**2)
    shins = [k for k in np.flatnonzero(large) if k > 0]
    if len(shins) != 2:
        return pose
    ends = []
    for k in shins:
        bottom = int(stats[k, cv2.CC_STAT_TOP] + stats[k, cv2.CC_STAT_HEIGHT])
        _, columns = np.nonzero(parts[bottom - max(2, round(0.12 * unit)) : bottom] == k)
        ends.append((float(np.median(columns)), float(bottom), k))
    ankles = pose.points_px[[27, 28]]
    straight = sum(abs(ends[i][0] - ankles[i, 0]) for i in (0, 1))
    crossed = sum(abs(ends[1 - i][0] - ankles[i, 0]) for i in (0, 1))
    if crossed < straight:
        ends.reverse()
    off = [abs(end[0] - ankle[0]) for end, ankle in zip(ends, ankles, strict=True)]
    if max(off) < s.astray * unit or max(off) > s.skirt * unit:
        return pose
    points = pose.points_px.copy()
    for (x, y, k), knee, ankle in zip(ends, (25, 26), (27, 28), strict=True):
        move = np.array([x - points[ankle, 0], max(y - points[ankle, 1], 0.0)], np.float32)
        points[[ankle, ankle + 2, ankle + 4]] += move
        row = int(np.clip(round(float(points[knee, 1])), 0, len(parts) - 1))
        across = np.flatnonzero(parts[row] == k)
        points[knee, 0] = np.median(across) if len(across) else points[knee, 0] + move[0] / 2
    return Pose(points, pose.visibility)


def _longer_legs(points_px: PointsF32, ankle_y: float, longest: float) -> PointsF32:
    """Knees, ankles and feet moved down, so that the lower ankle comes to a row of the photo."""
    hip_y = float(points_px[[23, 24], 1].mean())
    now = float(points_px[[27, 28], 1].max()) - hip_y
    if now <= 1:
        return points_px
    factor = float(np.clip((ankle_y - hip_y) / now, 1.0, longest))
    out = points_px.copy()
    out[25:, 1] = hip_y + factor * (points_px[25:, 1] - hip_y)
    return out


def _figure(mask_f32: MaskF32) -> tuple[np.ndarray, int, int, int, int] | None:
    """The largest connected part of a mask: its shape (H, W) bool and box x, y, w, h."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats((mask_f32 > 0.5).astype(np.uint8))
    if count < 2:
        return None
    k = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    x, y, w, h = (int(v) for v in stats[k][:4])
    return parts == k, x, y, w, h


def _joined(shape: np.ndarray, seed: np.ndarray) -> np.ndarray:
    """The parts of a shape that touch a seed."""
    _, parts = cv2.connectedComponents(shape.astype(np.uint8))
    names = np.unique(parts[seed & shape])
    return np.isin(parts, names[names > 0])


def _longest_run(row: np.ndarray) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], row.astype(np.int8), [0]])))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
