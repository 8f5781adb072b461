"""What hides light: folds and limbs in screen space, and the person's shadow on floor and wall.

The person is a thin relief seen from afar, so a step towards the light is nearly the same move of the
whole depth map: shadows are marched by shifting pictures, not by looking pixels up.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.camera import PhotoCamera

F32 = NDArray[np.float32]
_FAR = np.float32(1e3)
REACH_M = 0.55  # a raised arm shadows the chest, nothing of the person is further
THICK_M = 0.35  # how deep what is seen goes back


def _coarse(depth: F32, alpha: F32, scale: float) -> tuple[F32, NDArray[np.bool_]]:
    size = (max(8, round(depth.shape[1] * scale)), max(8, round(depth.shape[0] * scale)))
    small = cv2.resize(depth, size, interpolation=cv2.INTER_NEAREST)
    there = cv2.resize(alpha, size, interpolation=cv2.INTER_AREA) > 0.5
    return small, there


def ambient_occlusion(depth: F32, alpha: F32, focal_px: float) -> F32:
    """How open each place is to the light around, (h, w) 0..1, from hollows in the depth at four scales.

    Args:
        depth: (h, w) m. alpha: (h, w) where the person is. focal_px: of this picture.
    """
    scale = min(1.0, 256 / max(depth.shape))
    small, there = _coarse(depth, alpha, scale)
    weight = there.astype(np.float32)
    middle = float(np.median(small[there])) if there.any() else 1.0
    px_per_m = scale * focal_px / middle
    closed = np.zeros_like(small)
    # radii of a crease, a fold, an armpit, a limb before the body; strength and how deep is full shade
    for radius_m, share in ((0.012, 0.22), (0.03, 0.26), (0.07, 0.28), (0.15, 0.2)):
        sigma = max(0.6, radius_m * px_per_m)
        mass = cv2.GaussianBlur(weight, (0, 0), sigma)
        mean = cv2.GaussianBlur(small * weight, (0, 0), sigma) / np.maximum(mass, np.float32(1e-3))
        closed += share * np.clip((small - mean) / np.float32(0.55 * radius_m), 0, 1)
    out = np.exp(-1.1 * closed)
    return np.asarray(cv2.resize(out, depth.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def key_shadow(depth: F32, alpha: F32, towards: F32, softness: float, focal_px: float) -> F32:
    """Share (h, w) 0..1 of the key light that reaches each place.

    Args:
        depth: (h, w) m. alpha: (h, w). towards: (3,) unit, camera frame. softness: 0 a point to 1 a large window.
        focal_px: of this picture.
    """
    scale = min(1.0, 288 / max(depth.shape))
    small, there = _coarse(depth, alpha, scale)
    if not there.any():
        return np.ones_like(depth)
    px_per_m = scale * focal_px / float(np.median(small[there]))
    solid = np.where(there, small, _FAR)
    # a wide source: a few directions around the middle one
    side = np.cross(towards, [0.0, 1.0, 0.0] if abs(towards[1]) < 0.9 else [1.0, 0.0, 0.0])
    side /= np.linalg.norm(side)
    other = np.cross(towards, side)
    spots = [(0.0, 0.0)] if softness < 0.2 else [(-0.5, -0.3), (0.5, -0.4), (0.05, 0.6)]
    lit = np.zeros_like(small)
    for u, v in spots:
        way = towards + 0.8 * softness * (u * side + v * other)
        way = way / np.linalg.norm(way)
        lit += _march(solid, small, way, px_per_m, softness)
    lit /= len(spots)
    sigma = 0.6 + 5.0 * softness * scale
    weight = there.astype(np.float32)
    lit = cv2.GaussianBlur(lit * weight, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-2)
    return np.asarray(np.clip(cv2.resize(lit, depth.shape[::-1], interpolation=cv2.INTER_LINEAR), 0, 1), np.float32)


def _march(solid: F32, place: F32, way: F32, px_per_m: float, softness: float) -> F32:
    """Light (h, w) that is not stopped on the way; solid: depth or _FAR."""
    h, w = place.shape
    step_px = float(np.hypot(way[0], way[1])) * px_per_m
    lit = np.ones_like(place)
    count = int(np.clip(REACH_M * step_px / 2.0, 8, 22))
    steps = REACH_M * (np.arange(1, count + 1) / count) ** 1.5
    for t in steps:
        dx, dy = round(float(way[0]) * t * px_per_m), round(float(-way[1]) * t * px_per_m)
        if (dx, dy) == (0, 0) or abs(dx) >= w or abs(dy) >= h:
            continue
        ys, xs = slice(max(0, -dy), h - max(0, dy)), slice(max(0, -dx), w - max(0, dx))
        yt, xt = slice(max(0, dy), h + min(0, dy)), slice(max(0, dx), w + min(0, dx))
        # how far the surface there is before the ray
        before = place[ys, xs] - np.float32(way[2] * t) - solid[yt, xt]
        bias = 0.006 + 0.03 * t
        soft = np.float32(1 / (0.008 + (0.1 + 0.5 * softness) * t))
        block = np.clip((before - np.float32(bias)) * soft, 0, 1)
        block[before > THICK_M] = 0
        np.minimum(lit[ys, xs], 1 - block, out=lit[ys, xs])
    return lit


def cast_shadow(
    depth: F32,
    alpha: F32,
    box: tuple[int, int, int, int],
    size: tuple[int, int],
    camera: PhotoCamera,
    towards: F32,
    softness: float,
    plane: tuple[F32, float],
) -> F32:
    """Shadow of the person on a plane, as seen by the camera.

    Args:
        depth, alpha: (h, w) in the box of the picture of this size.
        camera: of the picture (pixels of this size). towards: (3,) unit, world frame.
        softness: of the light. plane: normal (3,) and offset, world frame: normal . p = offset.

    Returns:
        (H, W) 0 lit to 1 in shadow; 0 everywhere where the light comes from the plane's other side.
    """
    normal, offset = plane
    out = np.zeros((size[0] // 2, size[1] // 2), np.float32)
    slope = float(towards @ normal)
    if slope < 0.08:
        return np.zeros(size, np.float32)
    rows, cols = np.nonzero(alpha[::3, ::3] > 0.5)
    if not len(rows):
        return np.zeros(size, np.float32)
    away = depth[::3, ::3][rows, cols].astype(np.float64)
    px = np.stack([cols * 3 + box[2], rows * 3 + box[0]], 1).astype(np.float64)
    front = camera.unproject(px, away)
    backward = -camera.turn[2]
    for scale, low, high in ((1.0, 0.0, 0.12), (3.0, 0.12, 0.5), (7.0, 0.5, 3.0)):
        layer = np.zeros_like(out)
        for deep in (0.03, 0.12):
            points = front + deep * backward
            height = points @ normal - offset
            near = (height > low - 0.03) & (height <= high)
            if not near.any():
                continue
            landed = points[near] - (height[near] / slope)[:, None] * towards
            spot = camera.project(landed)
            ok = spot[:, 2] > 0.3
            x, y = np.round(spot[ok, 0] / 2).astype(int), np.round(spot[ok, 1] / 2).astype(int)
            inside = (x >= 0) & (x < out.shape[1]) & (y >= 0) & (y < out.shape[0])
            layer[y[inside], x[inside]] = 1
        layer = cv2.morphologyEx(layer, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        sigma = (0.7 + 2.2 * softness * scale) * size[0] / 512
        out = np.maximum(out, cv2.GaussianBlur(layer, (0, 0), sigma))
    return np.asarray(cv2.resize(out, (size[1], size[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def contact_shadow(
    depth: F32, alpha: F32, box: tuple[int, int, int, int], size: tuple[int, int], camera: PhotoCamera
) -> F32:
    """The dark under the soles, (H, W) 0..1: ambient light that feet keep from the floor (world z = 0)."""
    total = np.zeros(size, np.float32)
    for tilt, weight in (((0.0, 0.0), 0.5), ((0.5, 0.2), 0.2), ((-0.5, 0.2), 0.2), ((0.0, -0.6), 0.25)):
        way = np.array([tilt[0], tilt[1], 1.0])
        way /= np.linalg.norm(way)
        total += weight * cast_shadow(
            depth, alpha, box, size, camera, way.astype(np.float32), 0.9, (np.array([0, 0, 1.0], np.float32), 0.0)
        )
    return np.clip(total, 0, 1)
