"""Hangers and paper tags, drawn as lines: what gives away a garment hung up for its photo."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.record import HALF, FlatView

F32 = NDArray[np.float32]
HangerKind = Literal["none", "wood", "plastic", "wire"]
_COLOURS = {"wood": (0.35, 0.2, 0.1), "plastic": (0.03, 0.03, 0.03), "wire": (0.45, 0.45, 0.46)}
_THICK_M = {"wood": 0.022, "plastic": 0.011, "wire": 0.004}
_SUBPIXEL = 4  # fractional bits of OpenCV's line coordinates


def _point(view: FlatView, name: str, scale: float) -> NDArray[np.float64] | None:
    """A landmark in picture pixels; scale: picture height over HALF's."""
    if name not in view.landmarks_px:
        return None
    x, y, _ = view.landmarks_px[name]
    return (np.array([x, y]) + 0.5) * scale - 0.5


def _line(image: F32, points: NDArray[np.float64], colour: tuple[float, ...], width: float) -> None:
    packed = np.round(points * (1 << _SUBPIXEL)).astype(np.int32)
    cv2.polylines(image, [packed], False, colour, max(1, round(width)), cv2.LINE_AA, _SUBPIXEL)


def draw_hanger(
    light: F32, before: F32, kind: HangerKind, view: FlatView, px_per_m: float, rng: np.random.Generator
) -> tuple[F32, F32]:
    """Draw a hanger behind the front of a garment.

    Args:
        light: (H, W, 3) linear picture. before: (H, W) 0..1, cloth that hides it. px_per_m: picture pixels.

    Returns:
        The picture with it, and (H, W) 0..1 where it is seen. Without the landmarks it needs, nothing changes.
    """
    k = light.shape[0] / HALF[0]
    ends = [_point(view, f"{name}_{side}", k) for name in ("shoulder", "waist") for side in ("left", "right")]
    mask = np.zeros(light.shape[:2], np.uint8)
    shade = np.zeros(light.shape[:2], np.uint8)
    thick = max(1.5, _THICK_M.get(kind, 0.01) * px_per_m)
    if ends[0] is not None and ends[1] is not None:
        necks = [_point(view, f"neck_{side}", k) for side in ("left", "right")]
        left, right = ends[0], ends[1]
        middle = (left + right) / 2
        top = min(float(n[1]) for n in (*necks, left, right) if n is not None)
        apex = np.array([middle[0], top - 0.015 * px_per_m])
        tips = [middle + 0.86 * (end - middle) + np.array([0, 0.012 * px_per_m]) for end in (left, right)]
        arms = _bow(tips[0], apex, tips[1], 0.25 if kind == "wire" else 0.5)
        _draw(mask, shade, arms, thick)
        if kind != "wood" or rng.random() < 0.5:
            bar = np.array([tips[0], tips[1]]) + np.array([0, 0.03 * px_per_m])
            _draw(mask, shade, bar, 0.5 * thick)
    elif ends[2] is not None and ends[3] is not None:
        left, right = ends[2], ends[3]
        lift = np.array([0, -0.035 * px_per_m])
        _draw(mask, shade, np.array([left + 0.12 * (right - left) + lift, right + 0.12 * (left - right) + lift]), thick)
        apex = (left + right) / 2 + lift
        before = before.copy()
        for share in (0.16, 0.84):
            at = left + share * (right - left)
            _draw(mask, shade, np.array([at + lift, at + np.array([0, 0.02 * px_per_m])]), 0.014 * px_per_m)
            x, y = (int(v) for v in at)
            reach = int(0.03 * px_per_m)
            before[max(0, y - reach) : y + reach, max(0, x - reach) : x + reach] = 0  # clips hold from outside
    else:
        return light, np.zeros_like(before)
    _draw(mask, shade, _hook(apex, 0.05 * px_per_m), max(1.3, 0.0035 * px_per_m))
    seen = mask.astype(np.float32) / 255 * (1 - before)
    colour = np.array(_COLOURS.get(kind, (0.1, 0.1, 0.1)), np.float32) * np.float32(np.exp(rng.normal(0, 0.4)))
    if kind == "plastic" and rng.random() < 0.4:
        colour = np.full(3, 0.75, np.float32)
    body = colour * (0.6 + 0.7 * (shade.astype(np.float32) / 255))[..., None]
    cast = (
        cv2.GaussianBlur(np.roll(mask, (round(2 * k), round(2 * k)), (0, 1)), (0, 0), 2.5 * k).astype(np.float32) / 255
    )
    light = light * (1 - 0.35 * cast * (1 - before))[..., None]
    return np.asarray(light + seen[..., None] * (body - light), np.float32), seen


def _draw(mask: NDArray[np.uint8], shade: NDArray[np.uint8], points: NDArray[np.float64], width: float) -> None:
    """A rod: its outline, and a brighter line along its upper side."""
    _line(mask, points, (255,), width)  # type: ignore[arg-type]
    _line(shade, points - np.array([0, 0.2 * width]), (255,), 0.45 * width)  # type: ignore[arg-type]


def _bow(
    start: NDArray[np.float64], apex: NDArray[np.float64], end: NDArray[np.float64], roundness: float
) -> NDArray[np.float64]:
    """Two arms that meet in a rounded top, (41, 2)."""
    t = np.linspace(-1, 1, 41)
    rise = 1 - np.sqrt(t * t + 0.05 * roundness) + np.sqrt(0.05 * roundness)
    base = start + (end - start) * ((t + 1) / 2)[:, None]
    return base + rise[:, None] * (apex - (start + end) / 2)


def _hook(foot: NDArray[np.float64], size: float) -> NDArray[np.float64]:
    """A question mark standing on foot, (N, 2)."""
    angle = np.linspace(0.5 * np.pi, -1.05 * np.pi, 24)
    arc = np.stack([np.cos(angle), np.sin(angle)], 1) * 0.42 * size
    return np.concatenate([foot[None], arc + foot + np.array([0, -1.1 * size])])


def draw_tag(light: F32, view: FlatView, px_per_m: float, rng: np.random.Generator) -> F32:
    """A paper label on a thread at the collar or the waistband."""
    k = light.shape[0] / HALF[0]
    points = [_point(view, f"{name}_{side}", k) for name in ("neck", "waist", "armpit") for side in ("left", "right")]
    places = [p for p in points if p is not None]
    if not places:
        return light
    foot = places[int(rng.integers(min(2, len(places))))] + np.array([0, 0.01 * px_per_m])
    down = np.array([rng.normal(0, 0.3), 1.0])
    down /= np.linalg.norm(down)
    side = np.array([down[1], -down[0]])
    at = foot + down * rng.uniform(0.03, 0.07) * px_per_m
    wide, long = rng.uniform(0.012, 0.02) * px_per_m, rng.uniform(0.045, 0.08) * px_per_m
    corners = np.array(
        [at - side * wide, at + side * wide, at + side * wide + down * long, at - side * wide + down * long]
    )
    mask, thread = np.zeros(light.shape[:2], np.uint8), np.zeros(light.shape[:2], np.uint8)
    packed = np.round(corners * (1 << _SUBPIXEL)).astype(np.int32)
    cv2.fillPoly(mask, [packed], (255,), cv2.LINE_AA, _SUBPIXEL)
    _line(thread, np.array([foot, at]), (255,), 1)  # type: ignore[arg-type]
    cast = cv2.GaussianBlur(mask, (0, 0), 2 * k).astype(np.float32)[..., None] / 255
    light = light * (1 - 0.3 * cast)
    light = light * (1 - 0.5 * thread.astype(np.float32)[..., None] / 255)
    paper = np.array([0.7, 0.68, 0.62], np.float32) * np.float32(rng.uniform(0.2, 1.2))
    return np.asarray(light + mask.astype(np.float32)[..., None] / 255 * (paper - light), np.float32)
