"""The work frame: an upright 3:4 crop of the photo at a network's resolution."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import Category, PointsF32, Pose

# MediaPipe Pose's numbering
NOSE, L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST = 0, 11, 12, 13, 14, 15, 16
L_HIP, R_HIP, L_KNEE, R_KNEE, L_ANKLE, R_ANKLE = 23, 24, 25, 26, 27, 28


def size_of(image: NDArray) -> tuple[int, int]:
    """(H, W) of a picture or mask."""
    return image.shape[0], image.shape[1]


@dataclass(frozen=True)
class Crop:
    """An axis-aligned window of the photo, ``width`` x ``height`` pixels after scaling.

    A photo point p lies at ``(p - (x0, y0)) * scale`` in the crop, both counted from the centres of
    the top left pixels' outer corner (so half-pixel shifts are accounted for in ``to_crop``).
    The window may reach over the photo's border.
    """

    x0: float
    y0: float
    scale: float
    width: int
    height: int

    def to_crop(self, points_px: PointsF32) -> PointsF32:
        """Map photo points (N, 2) to crop points (N, 2), pixel-centre convention."""
        origin = np.array([self.x0, self.y0], np.float32)
        return ((np.asarray(points_px, np.float32) + 0.5 - origin) * self.scale - 0.5).astype(np.float32)

    def to_photo(self, points_px: PointsF32) -> PointsF32:
        """Map crop points (N, 2) to photo points (N, 2), pixel-centre convention."""
        origin = np.array([self.x0, self.y0], np.float32)
        return ((np.asarray(points_px, np.float32) + 0.5) / self.scale + origin - 0.5).astype(np.float32)

    def matrix(self) -> NDArray[np.float64]:
        """The 2x3 affine matrix photo -> crop for ``cv2.warpAffine``."""
        s = self.scale
        return np.array([[s, 0, (0.5 - self.x0) * s - 0.5], [0, s, (0.5 - self.y0) * s - 0.5]])

    def resized(self, width: int, height: int) -> Crop:
        """The same window at another resolution (same aspect ratio)."""
        return Crop(self.x0, self.y0, self.scale * width / self.width, width, height)

    def cut(self, image: NDArray, *, border: int = cv2.BORDER_REPLICATE, nearest: bool = False) -> NDArray:
        """Sample the window from a photo (H, W) or (H, W, C) of any OpenCV dtype.

        Shrinking by more than a third goes through an area-averaged picture first, so that fine
        patterns and masks do not alias.
        """
        factor, matrix = self.scale, self.matrix()
        if factor < 0.67 and not nearest:
            h, w = image.shape[:2]
            size = (max(1, round(w * factor)), max(1, round(h * factor)))
            image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            fx, fy = size[0] / w, size[1] / h
            # photo -> small photo is (p + .5) * f - .5; compose its inverse with the crop's matrix
            inverse = np.array([[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5], [0, 0, 1]])
            matrix = matrix @ inverse
        flag = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
        return cv2.warpAffine(image, matrix, (self.width, self.height), flags=flag, borderMode=border)


Box = tuple[float, float, float, float]  # left, top, right, bottom


def crop_for(
    pose: Pose, category: Category, photo_size: tuple[int, int], width: int, height: int, holds: Box | None = None
) -> Crop:
    """The window of the photo in which a garment of this category is worn.

    Upper: from over the head to below the hips; lower: from over the waist to the feet; dress: the
    whole figure. The window is 3:4 when ``width``:``height`` is, and always holds the joints that
    matter with room for wide clothes.

    Args:
        pose: landmarks in the photo frame.
        category: what will be worn.
        photo_size: (H, W) of the photo in pixels.
        width, height: size of the crop in pixels.
        holds: what must lie inside besides, photo pixels: old clothes may reach further than joints say.
    """
    p = pose.points_px
    h, w = photo_size
    neck, hip = p[[L_SHOULDER, R_SHOULDER]].mean(0), p[[L_HIP, R_HIP]].mean(0)
    shoulder_w = float(np.linalg.norm(p[L_SHOULDER] - p[R_SHOULDER]))
    torso = max(float(np.linalg.norm(neck - hip)), 1.1 * shoulder_w, 8.0)
    unit = torso
    arms = p[[L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_WRIST, R_WRIST, L_HIP, R_HIP]]
    legs = p[[L_HIP, R_HIP, L_KNEE, R_KNEE, L_ANKLE, R_ANKLE]]
    if category == "upper":
        top, bottom = neck[1] - 0.75 * unit, hip[1] + 0.75 * unit
        xs = arms[:, 0]
    elif category == "lower":
        top, bottom = hip[1] - 0.55 * unit, max(legs[:, 1].max() + 0.3 * unit, hip[1] + 1.2 * unit)
        xs = np.concatenate([legs[:, 0], p[[L_HIP, R_HIP], 0]])
    else:
        top, bottom = neck[1] - 0.75 * unit, max(legs[:, 1].max() + 0.3 * unit, hip[1] + 1.2 * unit)
        xs = np.concatenate([arms[:, 0], legs[:, 0]])
    top, bottom = max(top, -0.1 * h), min(bottom, 1.1 * h)
    xs = np.clip(xs, -0.1 * w, 1.1 * w)
    left, right = float(xs.min()) - 0.28 * unit, float(xs.max()) + 0.28 * unit
    if holds is not None:
        room = 0.05 * unit
        left, top = min(left, holds[0] - room), min(top, holds[1] - room)
        right, bottom = max(right, holds[2] + room), max(bottom, holds[3] + room)
    tall = max(bottom - top, (right - left) * height / width, 16.0)
    cx, cy = (left + right) / 2, (top + bottom) / 2
    scale = height / tall
    return Crop(cx - tall * width / height / 2, cy - tall / 2, scale, width, height)
