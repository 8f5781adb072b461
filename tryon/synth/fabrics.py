"""Cloth of our own making: colour and relief at any point of a fabric, in centimetres.

Every fabric is a frozen description; ``paint`` evaluates it on coordinates (u across, v along the
thread, cm), so the same cloth can be drawn flat and on a body. Colours are sRGB hex strings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import pattern_tile

F32 = NDArray[np.float32]
Weave = Literal["jersey", "knit", "rib", "denim", "twill", "linen", "fleece", "satin", "cable"]
Pattern = Literal[
    "plain", "stripes", "pinstripes", "checks", "gingham", "dots", "floral", "leaves", "blocks", "melange", "zigzag"
]


@dataclass(frozen=True)
class Fabric:
    """A cloth. colours: ground first. scale_cm: repeat of the pattern. sheen: 0 matt to 1 satin."""

    colours: tuple[str, ...]
    pattern: Pattern = "plain"
    weave: Weave = "jersey"
    scale_cm: float = 4.0
    sheen: float = 0.0
    wash: float = 0.0  # lighter worn places (denim)
    seed: int = 0


def linear(hex_colour: str) -> F32:
    """An sRGB hex colour as linear light (3,) float32 0..1."""
    value = np.array([int(hex_colour.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4)], np.float32) / 255
    return to_linear(value)


def to_linear(srgb: F32) -> F32:
    """sRGB 0..1 to linear light 0..1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


def to_srgb(light: F32) -> F32:
    """Linear light to sRGB, clipped to 0..1 (IEC 61966-2-1)."""
    light = np.clip(light, 0.0, 1.0)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def value_noise(shape: tuple[int, ...], cell_px: float, rng: np.random.Generator, octaves: int = 3) -> F32:
    """Smooth noise of unit variance on a picture (H, W); cell_px is the largest feature."""
    total = np.zeros(shape, np.float32)
    weight = 1.0
    for _ in range(octaves):
        rows, cols = (max(2, int(np.ceil(side / cell_px)) + 3) for side in shape)
        grid = rng.standard_normal((rows, cols)).astype(np.float32)
        big = cv2.resize(grid, (int(cols * cell_px) + 1, int(rows * cell_px) + 1), interpolation=cv2.INTER_CUBIC)
        dy, dx = (int(rng.integers(0, max(1, int(cell_px)))) for _ in range(2))
        total += weight * big[dy : dy + shape[0], dx : dx + shape[1]]
        weight *= 0.5
        cell_px = max(2.0, cell_px / 2)
    return total / (float(total.std()) + 1e-6)


def paint(fabric: Fabric, u: F32, v: F32, rng: np.random.Generator, px_per_cm: float) -> tuple[F32, F32]:
    """Colour and relief of a fabric.

    Args:
        u, v: (H, W) float32 cm on the cloth, across and along the thread.
        rng: for thread and colour irregularities, which live in picture space.
        px_per_cm: the picture's resolution; detail finer than two pixels fades into grain.

    Returns:
        Linear RGB (H, W, 3) float32 0..1 and relief (H, W) float32 in cm.
    """
    colour = _pattern_colour(fabric, u, v)
    relief = np.zeros_like(u)
    fine = rng.standard_normal(u.shape).astype(np.float32)
    grain = cv2.GaussianBlur(fine, (0, 0), 0.8) * 1.7
    strength = 0.018
    if fabric.weave in ("knit", "rib", "cable"):
        pitch = {"knit": 0.42, "rib": 0.55, "cable": 1.0}[fabric.weave]
        sharp = float(np.clip(pitch * px_per_cm / 3.0 - 0.6, 0.0, 1.0))
        columns = np.cos(u * (2 * np.pi / pitch))
        relief += (0.035 if fabric.weave != "rib" else 0.05) * columns * sharp
        colour = colour * (1 + (0.10 * sharp) * np.minimum(columns, 0.6))[..., None]
        if fabric.weave == "knit":
            stitches = np.cos(v * (2 * np.pi / 0.36) + 1.2 * np.abs(columns))
            colour = colour * (1 + 0.05 * sharp * stitches)[..., None]
            relief += 0.012 * stitches * sharp
        if fabric.weave == "cable":
            twist = np.sin(v * (2 * np.pi / 7.0) + 2.2 * np.sign(np.sin(u * 0.48)))
            rope = np.cos(u * 0.97 + 0.9 * twist) ** 2
            relief += 0.16 * rope
        strength = 0.03
    elif fabric.weave == "denim":
        diagonal = np.sin((u + v) * (2 * np.pi / 0.16)) if px_per_cm > 13 else grain
        slub = cv2.GaussianBlur(fine, (0, 0), sigmaX=0.7, sigmaY=max(1.0, 0.35 * px_per_cm))
        slub /= float(slub.std()) + 1e-6
        colour = colour * (1 + 0.05 * diagonal + 0.055 * slub + 0.05 * grain)[..., None]
        strength = 0.03
    elif fabric.weave == "linen":
        across = cv2.GaussianBlur(fine, (0, 0), sigmaX=max(1.0, 0.5 * px_per_cm), sigmaY=0.6)
        along = cv2.GaussianBlur(fine[::-1], (0, 0), sigmaX=0.6, sigmaY=max(1.0, 0.5 * px_per_cm))
        colour = colour * (1 + 0.03 * (across / (across.std() + 1e-6) + along / (along.std() + 1e-6)))[..., None]
    elif fabric.weave == "fleece":
        strength = 0.03
        relief += 0.012 * grain
    if fabric.pattern == "melange":
        fibre = cv2.GaussianBlur(fine, (0, 0), sigmaX=max(0.8, 0.25 * px_per_cm), sigmaY=0.7)
        fibre /= float(fibre.std()) + 1e-6
        other = linear(fabric.colours[1 if len(fabric.colours) > 1 else 0])
        share = np.clip(0.32 + 0.22 * fibre, 0, 1)[..., None]
        colour = colour * (1 - share) + other * share
    cloudy = value_noise(u.shape, max(4.0, 9.0 * px_per_cm), rng, 2)
    colour = colour * (1 + strength * grain + 0.010 * cloudy)[..., None]
    return np.clip(colour, 0.0, 1.0).astype(np.float32), relief.astype(np.float32)


def _pattern_colour(fabric: Fabric, u: F32, v: F32) -> F32:
    """The design alone, without thread."""
    colours = [linear(c) for c in fabric.colours]
    ground = np.broadcast_to(colours[0], (*u.shape, 3)).astype(np.float32)
    if fabric.pattern in ("plain", "melange"):
        return ground.copy()
    scale = fabric.scale_cm
    if fabric.pattern == "stripes":
        return _blend(ground, colours[1], _band(v, scale, 0.5))
    if fabric.pattern == "pinstripes":
        return _blend(ground, colours[1], _band(u, scale, 0.10))
    if fabric.pattern == "blocks":
        return _blend(ground, colours[1], _soft_step(v - scale))
    if fabric.pattern == "zigzag":
        return _blend(ground, colours[1], _band(v + np.abs((u / scale) % 2 - 1) * scale * 0.6, scale, 0.45))
    if fabric.pattern == "gingham":
        a, b = _band(u, scale, 0.5), _band(v, scale, 0.5)
        return _blend(ground, colours[1], 0.5 * (a + b))
    if fabric.pattern == "checks":
        return _tartan(colours, u, v, scale)
    tile = pattern_tile(fabric.pattern, fabric.colours, fabric.seed)
    return sample_tile(to_linear(tile.astype(np.float32) / 255), u, v, scale)


def sample_tile(tile: F32, u: F32, v: F32, scale_cm: float) -> F32:
    """A repeating tile (T, T, 3) looked up at (u, v) cm, bilinear."""
    size = tile.shape[0]
    x = np.mod(u / scale_cm, 1.0).astype(np.float32) * size
    y = np.mod(v / scale_cm, 1.0).astype(np.float32) * size
    wrapped = cv2.copyMakeBorder(tile, 0, 2, 0, 2, cv2.BORDER_WRAP)
    return cv2.remap(wrapped, x, y, cv2.INTER_LINEAR)


def _tartan(colours: list[F32], u: F32, v: F32, scale: float) -> F32:
    """Stripes of both directions, woven: half of either at crossings."""
    out = np.zeros((*u.shape, 3), np.float32)
    for axis in (u, v):
        layer = np.broadcast_to(colours[0], out.shape).astype(np.float32)
        layer = _blend(layer, colours[1], _band(axis, scale, 0.42))
        if len(colours) > 2:
            layer = _blend(layer, colours[2], _band(axis + scale * 0.62, scale, 0.05))
        if len(colours) > 3:
            layer = _blend(layer, colours[3], _band(axis + scale * 0.16, scale, 0.035))
        out += 0.5 * layer
    return out


def _band(x: F32, period: float, share: float, edge_cm: float = 0.05) -> F32:
    """1 inside a stripe of this share of the period, softened over edge_cm."""
    phase = np.abs(np.mod(x / period, 1.0) - 0.5) * period  # 0 at the stripe's middle
    return np.clip((share * period / 2 - phase) / edge_cm + 0.5, 0.0, 1.0).astype(np.float32)


def _soft_step(x: F32, edge_cm: float = 0.05) -> F32:
    return np.clip(x / edge_cm + 0.5, 0.0, 1.0).astype(np.float32)


def _blend(ground: F32, colour: F32, share: F32) -> F32:
    return np.asarray(ground * (1 - share[..., None]) + colour * share[..., None], np.float32)
