"""Long skirts and wide trousers: MediaPipe guesses the legs below them too short, and its mask ends where they do.

The pose's mask is drawn in a window that the guessed joints span; what hangs below is cut straight across. A second
mask of the whole picture shows how far the figure really goes, and the legs are lengthened to reach there.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.types import MaskF32, PointsF32, Pose


@dataclass(frozen=True)
class LegSettings:
    """Shares of the figure's height and width in the mask."""

    near_end: float = 0.03  # of the height: shoes taper within it
    wide: float = 0.3  # of the greatest width; two shoes side by side are narrower in one run
    frame: float = 0.97  # of the picture: a figure that ends lower is cut by the picture
    further: float = 0.04  # of the height; less is the other mask's own error
    beside: float = 0.35  # of the greatest width, to each side of the cut: skirts flare
    ankle: float = 0.04  # of the height, above the ground
    longest: float = 1.6  # legs are lengthened by no more: it is somebody else's


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
