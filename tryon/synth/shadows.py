"""What hides light: folds and limbs in screen space, and the person's shadow on floor and wall.

The person is a thin relief seen from afar, so a step towards the light is nearly the same move of the
whole depth map: shadows are marched by shifting pictures, not by looking pixels up.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    if not there.any():
        return np.ones_like(depth)
    px_per_m = scale * focal_px / float(np.median(small[there]))
    closed = np.zeros_like(small)
    # reach of a crease, a fold, an armpit, a limb before the body; how much each may close
    for reach_m, share in ((0.012, 0.3), (0.03, 0.42), (0.07, 0.45), (0.15, 0.3)):
        reach = max(1, round(reach_m * px_per_m))
        slant = max(1, round(0.71 * reach))
        hollow = np.zeros_like(small)
        for dx, dy in ((reach, 0), (0, reach), (slant, slant), (slant, -slant)):
            hollow += _hollow(small, there, dx, dy, 1 / (0.6 * reach_m))
        closed += (0.25 * share) * cv2.blur(hollow, (2 * (reach // 2) + 1,) * 2)
    out = np.exp(-2.0 * cv2.GaussianBlur(closed, (0, 0), 0.8))
    return np.asarray(cv2.resize(out, depth.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _hollow(depth: F32, there: NDArray[np.bool_], dx: int, dy: int, steep: float) -> F32:
    """How far each place lies behind the middle of its two neighbours at (dx, dy) and opposite, 0..1.

    A slope is no hollow, and at the outline, where a neighbour is missing, nothing is known.
    """
    h, w = depth.shape
    out = np.zeros_like(depth)
    ax, ay = abs(dx), abs(dy)
    if w <= 2 * ax or h <= 2 * ay:
        return out
    here = (slice(ay, h - ay), slice(ax, w - ax))
    one = (slice(ay + dy, h - ay + dy), slice(ax + dx, w - ax + dx))
    two = (slice(ay - dy, h - ay - dy), slice(ax - dx, w - ax - dx))
    behind = np.clip((depth[here] - 0.5 * (depth[one] + depth[two])) * np.float32(steep), 0, 1)
    out[here] = behind * (there[one] & there[two])
    return out


def key_shadow(depth: F32, alpha: F32, towards: F32, softness: float, focal_px: float) -> F32:
    """Share (h, w) 0..1 of the key light that reaches each place.

    Args:
        depth: (h, w) m. alpha: (h, w). towards: (3,) unit, camera frame. softness: 0 a point to 1 a large window.
        focal_px: of this picture.
    """
    scale = min(1.0, 240 / max(depth.shape))
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
        before = place[ys, xs] - solid[yt, xt]
        before -= np.float32(way[2] * t)
        far = before > THICK_M
        before -= np.float32(0.006 + 0.03 * t)
        before *= np.float32(1 / (0.008 + (0.1 + 0.5 * softness) * t))
        before[far] = 0
        open_share = 1 - before  # over 1 where nothing is in the way, which the minimum leaves out
        np.minimum(lit[ys, xs], open_share, out=lit[ys, xs])
    return np.maximum(lit, 0)


@dataclass(frozen=True)
class Figure:
    """The person as points in the world, for shadows on planes: (N, 3) m, front and a little behind it."""

    points: NDArray[np.float64]
    size: tuple[int, int]
    camera: PhotoCamera

    @classmethod
    def of(
        cls, depth: F32, alpha: F32, box: tuple[int, int, int, int], size: tuple[int, int], camera: PhotoCamera
    ) -> Figure:
        """From depth and alpha (h, w) in a box of a picture of this size; camera in its pixels."""
        step = max(1, round(size[0] / 170))
        rows, cols = np.nonzero(alpha[::step, ::step] > 0.5)
        away = depth[::step, ::step][rows, cols].astype(np.float64)
        px = np.stack([cols * step + box[2], rows * step + box[0]], 1).astype(np.float64)
        front = camera.unproject(px, away)
        # what is seen is a shell; bodies are about this thick
        return cls(np.concatenate([front - deep * camera.turn[2] for deep in (0.03, 0.13)]), size, camera)


def cast_shadow(
    figure: Figure, towards: F32, softness: float, plane: tuple[F32, float], *, reach_m: float = 4.0
) -> F32:
    """Shadow of the person on a plane, as seen by the camera.

    Args:
        towards: (3,) unit, world frame. softness: of the light, 0 a point to 1 a large window.
        plane: normal (3,) and offset, world frame: normal . p = offset. reach_m: what is further away is left out.

    Returns:
        (H // 3, W // 3) 0 lit to 1 in shadow; 0 everywhere where the light comes from the plane's other side.
    """
    normal, offset = plane
    h, w = figure.size
    out = np.zeros((h // 3, w // 3), np.float32)
    slope = float(towards @ normal)
    if slope < 0.08 or not len(figure.points):
        return out
    height = figure.points @ normal - offset
    # the shadow is the softer the further what casts it: three slices of height
    for blur, low, high in ((1.0, -0.03, 0.12), (3.0, 0.1, 0.5), (7.0, 0.45, 4.0)):
        near = (height > low) & (height <= min(high, reach_m))
        if low >= reach_m or not near.any():
            continue
        spot = figure.camera.project(figure.points[near] - (height[near] / slope)[:, None] * towards)
        x, y = np.round(spot[:, 0] / 3), np.round(spot[:, 1] / 3)
        inside = (spot[:, 2] > 0.3) & (x >= 0) & (x < out.shape[1]) & (y >= 0) & (y < out.shape[0])
        layer = np.zeros_like(out)
        layer[y[inside].astype(int), x[inside].astype(int)] = 1
        layer = cv2.morphologyEx(layer, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
        np.maximum(out, cv2.GaussianBlur(layer, (0, 0), (0.4 + 1.5 * softness * blur) * h / 1024), out=out)
    return out


def contact_shadow(figure: Figure) -> F32:
    """The dark under the soles, (H // 3, W // 3) 0..1: what feet keep of the ambient light (floor: world z = 0)."""
    floor = (np.array([0, 0, 1.0], np.float32), 0.0)
    total = np.zeros((figure.size[0] // 3, figure.size[1] // 3), np.float32)
    # close to the soles, then what calves and skirts take of the sky
    for tilt, weight, reach, soft in (
        ((0.0, 0.0), 0.55, 0.15, 0.4), ((0.6, 0.2), 0.2, 0.3, 0.8), ((-0.6, 0.2), 0.2, 0.3, 0.8),
        ((0.0, -0.7), 0.2, 0.3, 0.8), ((0.3, 0.4), 0.12, 1.2, 1.0), ((-0.3, 0.4), 0.12, 1.2, 1.0),
    ):  # fmt: skip
        way = np.array([tilt[0], tilt[1], 1.0]) / np.linalg.norm([tilt[0], tilt[1], 1.0])
        total += weight * cast_shadow(figure, way.astype(np.float32), soft, floor, reach_m=reach)
    return np.asarray(np.clip(total, 0, 1), np.float32)
