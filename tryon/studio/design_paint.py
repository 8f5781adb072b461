"""Lay cloth and light over a designed garment's shape, and photograph it as a shop does."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.studio.design_shape import Placed
from tryon.types import RGBu8

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
TILE_CM = 25.6  # a repeat of the designer's cloth at scale 1
LIGHT_RANGE = 1.5  # what the drape network's 1 stands for, as in its records
GROUND = np.array([246, 246, 247], np.float32) / 255  # the gallery's
INSIDE = 0.78  # the wrong side of the back lies in the garment's own shade


@dataclass(frozen=True)
class Cloth:
    """A cloth. tile: (T, T, 3) float32 sRGB 0..1, repeats. ground, second: its dyes (3,), the commonest first."""

    tile: F32
    ground: F32
    second: F32
    scale: float = 1.0


@dataclass(frozen=True)
class Layers:
    """The drape network's answer for a shape, (h, w) float32 0..1 each, at its own resolution."""

    light: F32
    inside: F32
    rib: F32
    hardware: F32


def to_linear(srgb: F32) -> F32:
    """sRGB 0..1 to linear light (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(light: F32) -> F32:
    """Linear light to sRGB, clipped to 0..1."""
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def photograph(
    placed: Placed, layers: Layers, cloth: Cloth, *, contrast_rib: bool, rng: np.random.Generator
) -> tuple[RGBu8, U8, U8]:
    """The finished picture (H, W, 3) uint8, the front's mask and the inside of the back, (H, W) uint8 0..255."""
    size = (placed.size[1], placed.size[0])
    grow = lambda plane: cv2.resize(plane, size, interpolation=cv2.INTER_CUBIC)  # noqa: E731
    whole = placed.silhouette().astype(np.float32) / 255
    inside = crisp(grow(layers.inside))  # a share of what is seen there
    rib, hardware = crisp(grow(layers.rib)) * (1 - inside), crisp(grow(layers.hardware))
    light = np.clip(grow(layers.light) * LIGHT_RANGE, 0.1, 1.6)
    albedo = lay_cloth(placed, cloth)
    ground, second = to_linear(cloth.ground), to_linear(cloth.second)
    ribs = (second if contrast_rib else ground) * _knit(placed)[..., None]
    albedo = albedo * (1 - rib[..., None]) + ribs * rib[..., None]
    lining = ground * INSIDE
    albedo = albedo * (1 - inside[..., None]) + lining * inside[..., None]
    metal = to_linear(np.array([0.93, 0.92, 0.89], np.float32))
    if float(ground.mean()) > 0.55:
        metal = to_linear(np.array([0.55, 0.52, 0.48], np.float32))
    albedo = albedo * (1 - hardware[..., None]) + metal * hardware[..., None]
    grain = 1 + 0.018 * cv2.GaussianBlur(rng.standard_normal(placed.size).astype(np.float32), (0, 0), 0.8) * 1.7
    cloth_light = albedo * (light * grain)[..., None]
    lit = _on_ground(cloth_light, whole, placed)
    picture = np.round(to_srgb(lit) * 255).astype(np.uint8)
    front = np.round(whole * (1 - inside) * 255).astype(np.uint8)
    return picture, front, np.round(whole * inside * 255).astype(np.uint8)


def crisp(plane: F32) -> F32:
    """An enlarged mask with its edges made steep again."""
    t = np.clip((plane - 0.3) / 0.4, 0, 1)
    return np.asarray(t * t * (3 - 2 * t), np.float32)


def lay_cloth(placed: Placed, cloth: Cloth) -> F32:
    """Linear colour (H, W, 3) of the cloth over the garment: the thread runs down, in sleeves along them."""
    height, width = placed.size
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    ppc, (ox, oy) = placed.px_per_cm, placed.origin_px
    u, v = (xx - ox) / ppc, (yy - oy) / ppc
    tile = to_linear(cloth.tile)
    out = _look_up(tile, u, v, cloth.scale)
    for outline, angle in placed.sleeve_axes():
        mask = np.zeros((height, width), np.uint8)
        cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        x0, y0, w, h = cv2.boundingRect(np.round(outline).astype(np.int32))
        x0, y0 = max(0, x0), max(0, y0)
        box = (slice(y0, y0 + h), slice(x0, x0 + w))
        share = mask[box].astype(np.float32)[..., None] / 255
        c, s = np.cos(angle), np.sin(angle)
        turned = _look_up(tile, u[box] * c + v[box] * s, -u[box] * s + v[box] * c, cloth.scale)
        out[box] = out[box] * (1 - share) + turned * share
    return out


def _look_up(tile: F32, u: F32, v: F32, scale: float) -> F32:
    size = tile.shape[0]
    x = (np.mod(u / (TILE_CM * scale), 1.0) * size).astype(np.float32)
    y = (np.mod(v / (TILE_CM * scale), 1.0) * size).astype(np.float32)
    wrapped = cv2.copyMakeBorder(tile, 0, 2, 0, 2, cv2.BORDER_WRAP)
    return np.asarray(cv2.remap(wrapped, x, y, cv2.INTER_LINEAR), np.float32)


def _knit(placed: Placed) -> F32:
    """Ribs across a band: fine columns of light and shade (H, W), where the picture can show them."""
    strength = float(np.clip(0.55 * placed.px_per_cm / 3.0 - 0.6, 0.0, 1.0))
    width = placed.size[1]
    columns = np.cos(np.arange(width, dtype=np.float32) / placed.px_per_cm * (2 * np.pi / 0.55))
    return np.broadcast_to(1 + 0.10 * strength * columns, placed.size).astype(np.float32)


def _on_ground(cloth: F32, whole: F32, placed: Placed) -> F32:
    """The garment over near-white paper with its soft shadow, linear light."""
    height, width = placed.size
    ppc = placed.px_per_cm
    shadow = np.zeros_like(whole)
    for shift_cm, sigma_cm, weight in ((0.25, 0.30, 0.40), (0.9, 1.0, 0.40), (1.8, 2.8, 0.22)):
        move = np.array([[1, 0, shift_cm * 0.62 * ppc], [0, 1, shift_cm * ppc]], np.float32)
        small = max(1, int(sigma_cm * ppc / 3))
        moved = cv2.warpAffine(whole, move, (width, height))
        reduced = cv2.resize(moved, (max(1, width // small), max(1, height // small)), interpolation=cv2.INTER_AREA)
        soft = cv2.GaussianBlur(reduced, (0, 0), max(0.5, sigma_cm * ppc / small))
        shadow += weight * cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    ground = to_linear(GROUND) * (1 - 0.42 * np.clip(shadow, 0, 1))[..., None]
    a = whole[..., None]
    return np.asarray(ground * (1 - a) + cloth * a, np.float32)
