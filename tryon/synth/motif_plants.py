"""Flowers, leaves and paisley for printed cloth: coverage tiles of four inks (see ``motifs``)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.motif_canvas import TILE, Tile, petal, scatter, turned

U8 = NDArray[np.uint8]


def _flower(tile: Tile, x: float, y: float, size: float, rng: np.random.Generator, ink: int, heart: int) -> None:
    petals, turn = int(rng.integers(5, 9)), rng.uniform(0, 6.3)
    shape, vein = petal(rng.uniform(0.26, 0.42)), petal(0.07)
    for k in range(petals):
        a = turn + 2 * np.pi * k / petals
        tile.fill(turned(shape, x, y, size, a), ink)
        if size > 0.05:
            tile.fill(turned(vein, x, y, size * 0.6, a), heart)
    tile.disc(x, y, size * 0.22, heart)


def _rose(tile: Tile, x: float, y: float, size: float, rng: np.random.Generator, ink: int, shade: int) -> None:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    for ring, r in enumerate((1.0, 0.74, 0.5, 0.28)):
        wob = 1 + 0.10 * np.sin((5 - ring) * t + rng.uniform(0, 6))
        ring_points = np.stack([np.cos(t), np.sin(t)], 1) * (r * wob)[:, None]
        tile.fill(turned(ring_points, x, y, size, 0), ink)
        if ring < 3:
            a = np.linspace(0, rng.uniform(3.5, 5.2), 20) + rng.uniform(0, 6)
            tile.stroke(turned(np.stack([np.cos(a), np.sin(a)], 1) * r * 0.86, x, y, size, 0), 0.09 * size, shade)


def _leaf(tile: Tile, x: float, y: float, size: float, angle: float, ink: int, vein: int | None) -> None:
    tile.fill(turned(petal(0.26, 0.35), x, y, size, angle), ink)
    if vein is not None and size > 0.05:
        tile.fill(turned(petal(0.025), x, y, size * 0.92, angle), vein)


def draw_ditsy(rng: np.random.Generator) -> U8:
    """Small flowers and sprigs, densely."""
    tile = Tile()
    count = int(rng.integers(40, 110))
    size = 0.36 / np.sqrt(count)
    for x, y in scatter(rng, count):
        if rng.random() < 0.6:
            _flower(tile, x, y, size * rng.uniform(0.6, 1.25), rng, int(rng.choice([1, 1, 2])), 4)
        else:
            a = rng.uniform(0, 6.3)
            for turn in (0.0, 0.9, -0.9):
                _leaf(tile, x, y, size * rng.uniform(0.8, 1.3), a + turn, 3, None)
    return tile.cover


def draw_bouquet(rng: np.random.Generator) -> U8:
    """Large flowers with stems and leaves below them, buds between."""
    tile = Tile()
    style = int(rng.integers(3))
    count = int(rng.integers(9, 18))
    places, scale = scatter(rng, count), 1.05 / np.sqrt(count)
    for x, y in places:
        a = rng.uniform(0, 6.3)
        for k in range(int(rng.integers(3, 7))):
            b = a + rng.normal(0, 0.5) + 2.1 * (k % 3)
            _leaf(tile, x, y, scale * rng.uniform(0.45, 0.75), b, 3, 0 if k % 2 else None)
        t = np.linspace(0, 1, 8)
        stem = np.stack([x + scale * 0.9 * t * np.cos(a + 0.6 * t), y + scale * 0.9 * t * np.sin(a + 0.6 * t)], 1)
        tile.stroke(stem, 0.006, 3)
        tile.disc(stem[-1, 0], stem[-1, 1], 0.05 * scale, int(rng.choice([1, 2, 4])))
    for x, y in places:
        size, ink = scale * rng.uniform(0.24, 0.42), int(rng.choice([1, 1, 2]))
        shade = 4 if ink == 1 else 1
        if style == 0:
            _rose(tile, x, y, size, rng, ink, shade)
        elif style == 1:
            _flower(tile, x, y, size * 1.2, rng, ink, 4)
        else:
            _peony(tile, x, y, size, rng, ink, shade)
    if rng.random() < 0.35:  # soft as watercolour
        cover = np.tile(tile.cover, (2, 2, 1))
        cover = cv2.GaussianBlur(cover, (0, 0), 2.2)
        return np.roll(
            cover[TILE // 2 : TILE // 2 + TILE, TILE // 2 : TILE // 2 + TILE], (TILE // 2, TILE // 2), (0, 1)
        )
    return tile.cover


def _peony(tile: Tile, x: float, y: float, size: float, rng: np.random.Generator, ink: int, shade: int) -> None:
    """Rings of overlapping petals, each edged."""
    shape = petal(0.5)
    for ring, (r, count) in enumerate(((1.0, 8), (0.72, 7), (0.45, 5))):
        for k in range(count):
            a = 2 * np.pi * (k + 0.5 * ring) / count + rng.normal(0, 0.08)
            tile.fill(turned(shape, x, y, size * r * 1.06, a), shade)
            tile.fill(turned(shape * (0.97, 0.86), x, y, size * r, a), ink)
    tile.disc(x, y, size * 0.14, shade)


def _frond(tile: Tile, x: float, y: float, size: float, angle: float, ink: int) -> None:
    """A palm frond: leaflets along a bowed rib."""
    bow = 0.5 if np.sin(angle * 7) > 0 else -0.5
    for k in np.linspace(0.08, 1, 13):
        b = angle + bow * k
        px, py = x + np.cos(angle + bow * k / 2) * size * k, y + np.sin(angle + bow * k / 2) * size * k
        reach = size * (0.16 + 0.42 * np.sin(np.pi * (0.15 + 0.8 * k)))
        for side in (-1, 1):
            tile.fill(turned(petal(0.075, 0.6), px, py, reach, b + side * (1.05 - 0.55 * k)), ink)


def _monstera(tile: Tile, x: float, y: float, size: float, angle: float, ink: int) -> None:
    """A broad leaf with slits."""
    t = np.linspace(0, 2 * np.pi, 40)
    along, across = 0.5 - 0.5 * np.cos(t), 0.46 * np.sin(t) * (1.15 - 0.5 * (0.5 - 0.5 * np.cos(t)))
    tile.fill(turned(np.stack([along, across], 1), x, y, size, angle), ink)
    for k in (0.25, 0.45, 0.65):
        for side in (-1, 1):
            slit = np.array([(k, side * 0.08), (k + 0.20, side * 0.6), (k + 0.27, side * 0.58)])
            tile.fill(turned(slit, x, y, size, angle), 0)


def draw_tropical(rng: np.random.Generator) -> U8:
    """Palm fronds, broad leaves and a few flowers."""
    tile = Tile()
    monstera = rng.random() < 0.5
    for x, y in scatter(rng, int(rng.integers(16, 26))):
        a, size, ink = rng.uniform(0, 6.3), rng.uniform(0.16, 0.30), int(rng.choice([1, 2, 3]))
        if monstera and rng.random() < 0.5:
            _monstera(tile, x, y, size * 0.8, a, ink)
        else:
            _frond(tile, x, y, size, a, ink)
    for x, y in scatter(rng, int(rng.integers(0, 7))):
        _flower(tile, x, y, rng.uniform(0.06, 0.09), rng, 4, 1)
    return tile.cover


def draw_leaves(rng: np.random.Generator) -> U8:
    """Sprigs with leaflets, strewn."""
    tile = Tile()
    count = int(rng.integers(20, 56))
    for x, y in scatter(rng, count):
        a, size = rng.uniform(0, 6.3), 0.85 / np.sqrt(count)
        stem = np.stack([x + np.cos(a) * size * np.linspace(0, 1, 8), y + np.sin(a) * size * np.linspace(0, 1, 8)], 1)
        tile.stroke(stem, 0.006, 3)
        for k in np.linspace(0.2, 1.0, 5):
            for side in (-1, 1):
                at = stem[0] + (stem[-1] - stem[0]) * k
                _leaf(tile, at[0], at[1], size * 0.34, a + side * 0.8, int(rng.choice([1, 1, 2])), None)
    return tile.cover


def draw_paisley(rng: np.random.Generator) -> U8:
    """Bent drops with rings and dots."""
    tile = Tile()
    t = np.linspace(0, 2 * np.pi, 40)
    drop = 0.5 * np.stack([np.cos(t), np.sin(t)], 1)
    lift = np.clip((drop[:, 0] + 0.1), 0, 1)
    drop = np.stack([drop[:, 0] + 0.9 * lift**1.6, drop[:, 1] * (1 - 0.85 * lift) + 0.9 * lift**2.2], 1)
    for x, y in scatter(rng, int(rng.integers(11, 18))):
        a, size = rng.uniform(0, 6.3), rng.uniform(0.10, 0.15)
        for k, ink in ((1.0, 1), (0.82, 0), (0.7, 2), (0.42, 3)):
            tile.fill(turned(drop * k, x, y, size, a), ink)
        for b in np.linspace(0.6, 5.7, 12):
            tile.disc(x + np.cos(a + b) * size * 0.66, y + np.sin(a + b) * size * 0.66, 0.007, 4)
        tile.disc(x, y, size * 0.13, 4)
    for x, y in scatter(rng, 40):
        tile.disc(x, y, 0.006, int(rng.choice([1, 2])))
    return tile.cover
