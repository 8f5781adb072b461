"""Repeating designs without colours: coverage of up to four inks over a ground, on a torus.

A tile is (T, T, 4) uint8: how much of inks 1 to 4 covers each point; what is left is the ground. Colours
come later by one matrix, so a few dozen cached tiles give endless cloths.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
TILE = 384  # texels; 24 cm of cloth at 16 texels a cm, four times what a flat frame shows
VARIANTS = 10  # of each motif that are kept apart
_SHIFT = 4


class Tile:
    """A canvas on a torus; points are in units of the tile."""

    def __init__(self, ground: U8 | None = None) -> None:
        self.cover = np.zeros((TILE, TILE, 4), np.uint8) if ground is None else ground

    def fill(self, points: F64, ink: int) -> None:
        """A filled polygon (N, 2) in ink 0 (ground) to 4, with its copies over the borders."""
        colour = [0, 0, 0, 0]
        if ink:
            colour[ink - 1] = 255
        low, high = points.min(0), points.max(0)
        for i in range(int(np.floor(-high[0])) + 1, int(np.ceil(1 - low[0]))):
            for j in range(int(np.floor(-high[1])) + 1, int(np.ceil(1 - low[1]))):
                q = np.round((points + np.array([i, j])) * TILE * 2**_SHIFT).astype(np.int32)
                cv2.fillPoly(self.cover, [q], colour, cv2.LINE_AA, _SHIFT)

    def disc(self, x: float, y: float, radius: float, ink: int) -> None:
        """A filled circle."""
        t = np.linspace(0, 2 * np.pi, 28, endpoint=False)
        self.fill(np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], 1), ink)

    def stroke(self, points: F64, width: float, ink: int) -> None:
        """A line of even width."""
        d = np.gradient(points, axis=0)
        d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-9)
        n = np.stack([-d[:, 1], d[:, 0]], 1) * width / 2
        self.fill(np.concatenate([points + n, (points - n)[::-1]]), ink)


def scatter(rng: np.random.Generator, count: int) -> F64:
    """(count, 2) evenly spread places on the torus, each the best of several tries."""
    found = rng.random((1, 2))
    for _ in range(count - 1):
        tries = rng.random((12, 2))
        gap = np.abs((tries[:, None] - found[None] + 0.5) % 1 - 0.5)
        found = np.concatenate([found, tries[[int(np.argmax((gap**2).sum(2).min(1)))]]])
    return found


def torus_noise(rng: np.random.Generator, cells: int, octaves: int = 2) -> F32:
    """(TILE, TILE) smooth noise that repeats, unit variance; ``cells`` features across."""
    total = np.zeros((TILE, TILE), np.float32)
    for k in range(octaves):
        n = cells * 2**k
        grid = np.pad(rng.standard_normal((n, n)).astype(np.float32), 3, mode="wrap")
        step = -(-TILE // n)
        big = cv2.resize(grid, ((n + 6) * step, (n + 6) * step), interpolation=cv2.INTER_CUBIC)
        big = big[3 * step : (n + 3) * step, 3 * step : (n + 3) * step]
        total += (big if n * step == TILE else cv2.resize(big, (TILE, TILE))) * np.float32(0.55**k)
    return total / (float(total.std()) + 1e-6)


def _turned(shape: F64, x: float, y: float, size: float, angle: float) -> F64:
    c, s = np.cos(angle) * size, np.sin(angle) * size
    return shape @ np.array([[c, s], [-s, c]]) + (x, y)


def petal(width: float, tip: float = 0.0) -> F64:
    """A petal of length 1 from the origin along x; tip 0 round to 1 pointed."""
    t = np.linspace(0, 2 * np.pi, 22)
    along = 0.5 - 0.5 * np.cos(t)
    return np.stack([along, width * np.sin(t) * (1 - tip * along) * (0.6 + 0.5 * along)], 1)


def _flower(tile: Tile, x: float, y: float, size: float, rng: np.random.Generator, ink: int, heart: int) -> None:
    petals, turn = int(rng.integers(5, 9)), rng.uniform(0, 6.3)
    shape, vein = petal(rng.uniform(0.26, 0.42)), petal(0.07)
    for k in range(petals):
        a = turn + 2 * np.pi * k / petals
        tile.fill(_turned(shape, x, y, size, a), ink)
        if size > 0.05:
            tile.fill(_turned(vein, x, y, size * 0.6, a), heart)
    tile.disc(x, y, size * 0.22, heart)


def _rose(tile: Tile, x: float, y: float, size: float, rng: np.random.Generator, ink: int, shade: int) -> None:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    for ring, r in enumerate((1.0, 0.74, 0.5, 0.28)):
        wob = 1 + 0.10 * np.sin((5 - ring) * t + rng.uniform(0, 6))
        ring_points = np.stack([np.cos(t), np.sin(t)], 1) * (r * wob)[:, None]
        tile.fill(_turned(ring_points, x, y, size, 0), ink)
        if ring < 3:
            a = np.linspace(0, rng.uniform(3.5, 5.2), 20) + rng.uniform(0, 6)
            tile.stroke(_turned(np.stack([np.cos(a), np.sin(a)], 1) * r * 0.86, x, y, size, 0), 0.09 * size, shade)


def _leaf(tile: Tile, x: float, y: float, size: float, angle: float, ink: int, vein: int | None) -> None:
    tile.fill(_turned(petal(0.26, 0.35), x, y, size, angle), ink)
    if vein is not None and size > 0.05:
        tile.fill(_turned(petal(0.025), x, y, size * 0.92, angle), vein)


def _ditsy(rng: np.random.Generator) -> U8:
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


def _bouquet(rng: np.random.Generator) -> U8:
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
            tile.fill(_turned(shape, x, y, size * r * 1.06, a), shade)
            tile.fill(_turned(shape * (0.97, 0.86), x, y, size * r, a), ink)
    tile.disc(x, y, size * 0.14, shade)


def _frond(tile: Tile, x: float, y: float, size: float, angle: float, ink: int) -> None:
    """A palm frond: leaflets along a bowed rib."""
    bow = 0.5 if np.sin(angle * 7) > 0 else -0.5
    for k in np.linspace(0.08, 1, 13):
        b = angle + bow * k
        px, py = x + np.cos(angle + bow * k / 2) * size * k, y + np.sin(angle + bow * k / 2) * size * k
        reach = size * (0.16 + 0.42 * np.sin(np.pi * (0.15 + 0.8 * k)))
        for side in (-1, 1):
            tile.fill(_turned(petal(0.075, 0.6), px, py, reach, b + side * (1.05 - 0.55 * k)), ink)


def _monstera(tile: Tile, x: float, y: float, size: float, angle: float, ink: int) -> None:
    """A broad leaf with slits."""
    t = np.linspace(0, 2 * np.pi, 40)
    along, across = 0.5 - 0.5 * np.cos(t), 0.46 * np.sin(t) * (1.15 - 0.5 * (0.5 - 0.5 * np.cos(t)))
    tile.fill(_turned(np.stack([along, across], 1), x, y, size, angle), ink)
    for k in (0.25, 0.45, 0.65):
        for side in (-1, 1):
            slit = np.array([(k, side * 0.08), (k + 0.20, side * 0.6), (k + 0.27, side * 0.58)])
            tile.fill(_turned(slit, x, y, size, angle), 0)


def _tropical(rng: np.random.Generator) -> U8:
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


def _leaves(rng: np.random.Generator) -> U8:
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


def _paisley(rng: np.random.Generator) -> U8:
    tile = Tile()
    t = np.linspace(0, 2 * np.pi, 40)
    drop = np.stack([np.cos(t) * 0.5 + 0.45 * np.clip(-np.cos(t), 0, 1) ** 2 * 0 + 0.0, np.sin(t) * 0.5], 1)
    lift = np.clip((drop[:, 0] + 0.1), 0, 1)
    drop = np.stack([drop[:, 0] + 0.9 * lift**1.6, drop[:, 1] * (1 - 0.85 * lift) + 0.9 * lift**2.2], 1)
    for x, y in scatter(rng, int(rng.integers(11, 18))):
        a, size = rng.uniform(0, 6.3), rng.uniform(0.10, 0.15)
        for k, ink in ((1.0, 1), (0.82, 0), (0.7, 2), (0.42, 3)):
            tile.fill(_turned(drop * k, x, y, size, a), ink)
        for b in np.linspace(0.6, 5.7, 12):
            tile.disc(x + np.cos(a + b) * size * 0.66, y + np.sin(a + b) * size * 0.66, 0.007, 4)
        tile.disc(x, y, size * 0.13, 4)
    for x, y in scatter(rng, 40):
        tile.disc(x, y, 0.006, int(rng.choice([1, 2])))
    return tile.cover


def _dots(rng: np.random.Generator) -> U8:
    tile = Tile()
    n, kind = int(rng.integers(3, 9)), int(rng.integers(3))
    r = rng.uniform(0.12, 0.34) / n
    if kind == 2:
        for x, y in scatter(rng, n * n):
            tile.disc(x, y, r * rng.uniform(0.5, 1.3), int(rng.choice([1, 1, 2])))
        return tile.cover
    for i in range(2 * n):
        for j in range(n):
            tile.disc((j + 0.5 * (i % 2)) / n, i / (2 * n), r * 0.8, 1 if kind == 0 else 1 + (i + j) % 2)
    return tile.cover


def _camo(rng: np.random.Generator) -> U8:
    cover = np.zeros((TILE, TILE, 4), np.uint8)
    for ink, level in ((1, 0.0), (2, 0.55), (3, 1.0)):
        noise = torus_noise(rng, 5, 3)
        blob = np.clip((noise - level) * 9 + 0.5, 0, 1)
        cover = (cover * (1 - blob)[..., None]).astype(np.uint8)
        cover[..., ink - 1] = np.maximum(cover[..., ink - 1], blob * 255)
    return cover


def _leopard(rng: np.random.Generator) -> U8:
    tile = Tile()
    t = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    for x, y in scatter(rng, 90):
        size = rng.uniform(0.024, 0.036)
        wob = 1 + 0.22 * np.sin(2 * t + rng.uniform(0, 6)) + 0.12 * np.sin(3 * t + rng.uniform(0, 6))
        ring = np.stack([np.cos(t) * wob, 0.8 * np.sin(t) * wob], 1)
        tile.fill(_turned(ring, x, y, size, 0), 1)
        tile.fill(_turned(ring * 0.58, x + 0.2 * size, y, size, 0), 2)
        gap = rng.uniform(0, 6.3)
        wedge = np.array([(0, 0), (1.5, -0.45), (1.5, 0.45)])
        tile.fill(_turned(wedge, x, y, size, gap), 0 if rng.random() < 0.7 else 2)
    return tile.cover


def _zebra(rng: np.random.Generator) -> U8:
    yy = np.mgrid[0:TILE, 0:TILE][0].astype(np.float32) / TILE
    bend = torus_noise(rng, 3, 2)
    wave = np.sin(2 * np.pi * (9 * yy + 0.55 * bend) + 1.6 * torus_noise(rng, 6, 1))
    cover = np.zeros((TILE, TILE, 4), np.uint8)
    cover[..., 0] = np.clip(wave * 4 + 0.2 + 1.2 * torus_noise(rng, 4, 1), 0, 1) * 255
    return cover


def _brush(rng: np.random.Generator) -> U8:
    """Short brush strokes in one direction."""
    tile = Tile()
    count, a0 = int(rng.integers(24, 70)), rng.uniform(0, 3.1)
    for x, y in scatter(rng, count):
        a, size = a0 + rng.normal(0, 0.25), 0.5 / np.sqrt(count) * rng.uniform(0.6, 1.2)
        t = np.linspace(-1, 1, 9)
        line = np.stack([t, 0.12 * np.sin(2 * t)], 1)
        tile.stroke(_turned(line, x, y, size, a), size * rng.uniform(0.25, 0.55), int(rng.choice([1, 1, 2, 3])))
    return tile.cover


def _abstract(rng: np.random.Generator) -> U8:
    """Overlapping soft shapes."""
    tile = Tile()
    t = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    for x, y in scatter(rng, int(rng.integers(10, 24))):
        wob = 1 + 0.28 * np.sin(2 * t + rng.uniform(0, 6)) + 0.18 * np.sin(3 * t + rng.uniform(0, 6))
        shape = np.stack([np.cos(t), np.sin(t)], 1) * wob[:, None]
        tile.fill(_turned(shape, x, y, rng.uniform(0.06, 0.16), 0), int(rng.integers(1, 5)))
    return tile.cover


def _houndstooth(rng: np.random.Generator) -> U8:
    n = 12 * int(rng.integers(1, 3))
    i, j = np.mgrid[0 : 8 * n, 0 : 8 * n]
    warp, weft = (i // 4) % 2 == 0, (j // 4) % 2 == 0
    over = (i + j) % 4 < 2
    small = np.where(over, warp, weft).astype(np.uint8) * 255
    cover = np.zeros((TILE, TILE, 4), np.uint8)
    cover[..., 0] = cv2.resize(small, (TILE, TILE), interpolation=cv2.INTER_AREA)
    return cover


def _herringbone(rng: np.random.Generator) -> U8:
    n = 8
    yy, xx = np.mgrid[0:TILE, 0:TILE].astype(np.float32) / TILE
    zig = np.abs((xx * n) % 1 - 0.5) * 2
    wave = np.cos(2 * np.pi * (yy * 32 + zig * 2.0))
    cover = np.zeros((TILE, TILE, 4), np.uint8)
    cover[..., 0] = np.clip(wave * 1.4 + 0.5, 0, 1) * 255
    return cover


def _argyle(rng: np.random.Generator) -> U8:
    tile = Tile()
    diamond = np.array([(0.5, 0.0), (0, 0.5), (-0.5, 0.0), (0, -0.5)])
    for i in range(4):
        for j in range(2):
            tile.fill(diamond * (0.5, 0.5) + ((j + 0.5 * (i % 2)) / 2, i / 4), 1 + i % 2)
    for s in (-1, 1):
        for k in range(4):
            line = np.array([(0.125, k / 4), (1.125, k / 4 + s)])
            tile.stroke(line, 0.007, 3)
    return tile.cover


def _geometric(rng: np.random.Generator) -> U8:
    tile, n, kind = Tile(), int(rng.integers(3, 8)), int(rng.integers(4))
    for i in range(n):
        for j in range(n):
            x, y, ink = (j + 0.5) / n, (i + 0.5) / n, 1 + (i * 2 + j) % 3
            if kind == 0:
                tile.fill(np.array([(-0.4, 0.35), (0.4, 0.35), (0, -0.35)]) / n + (x, y), ink)
            elif kind == 1:
                tile.fill(np.array([(0.38, 0), (0, 0.38), (-0.38, 0), (0, -0.38)]) / n + (x, y), ink)
                tile.fill(np.array([(0.2, 0), (0, 0.2), (-0.2, 0), (0, -0.2)]) / n + (x, y), 0)
            elif kind == 2:
                for r, k in ((0.46, ink), (0.34, 0), (0.22, 4)):
                    tile.disc(x, y, r / n, k)
            else:
                w = np.array([(-0.5, 0.2), (0, -0.2), (0.5, 0.2)])
                tile.stroke(w / n + (x, y), 0.22 / n, ink)
    return tile.cover


def _icons(rng: np.random.Generator) -> U8:
    """Small hearts, stars, anchors or birds in rows."""
    tile, n, kind = Tile(), int(rng.integers(4, 8)), int(rng.integers(4))
    t = np.linspace(0, 2 * np.pi, 30)
    heart = np.stack([16 * np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t))], 1) / 34
    a = np.arange(10) * np.pi / 5 - np.pi / 2
    star = np.stack([np.cos(a), np.sin(a)], 1) * np.where(np.arange(10) % 2, 0.22, 0.5)[:, None]
    for i in range(2 * n):
        for j in range(n):
            x, y, size = (j + 0.5 * (i % 2)) / n, i / (2 * n), 0.42 / n
            ink = 1 if rng.random() < 0.8 else 2
            if kind == 0:
                tile.fill(_turned(heart, x, y, size, 0), ink)
            elif kind == 1:
                tile.fill(_turned(star, x, y, size * 1.2, rng.uniform(-0.3, 0.3)), ink)
            elif kind == 2:
                arc = np.linspace(0.3, np.pi - 0.3, 10)
                tile.stroke(_turned(np.stack([0.45 * np.cos(arc), 0.45 * np.sin(arc)], 1), x, y, size, 0), 0.012, ink)
                tile.stroke(np.array([(x, y - 0.45 * size), (x, y + 0.45 * size)]), 0.012, ink)
                tile.disc(x, y - 0.5 * size, 0.012, ink)
            else:
                for s in (-1, 1):
                    wing = np.array([(0, 0), (s * 0.3, -0.25), (s * 0.6, -0.05), (s * 0.28, -0.1)])
                    tile.fill(_turned(wing, x, y, size * 1.2, 0), ink)
    return tile.cover


MOTIFS: dict[str, Callable[[np.random.Generator], U8]] = {
    "ditsy": _ditsy,
    "bouquet": _bouquet,
    "tropical": _tropical,
    "leaves": _leaves,
    "paisley": _paisley,
    "dots": _dots,
    "camouflage": _camo,
    "leopard": _leopard,
    "zebra": _zebra,
    "brush": _brush,
    "abstract": _abstract,
    "houndstooth": _houndstooth,
    "herringbone": _herringbone,
    "argyle": _argyle,
    "geometric": _geometric,
    "icons": _icons,
}


@lru_cache(maxsize=96)  # 57 MB; most of what is asked for
def motif_tile(kind: str, variant: int) -> U8:
    """A design's coverage (TILE, TILE, 4) uint8, read-only; the same for the same kind and variant."""
    cover = MOTIFS[kind](np.random.default_rng([sum(map(ord, kind)), variant]))
    cover = np.ascontiguousarray(cover)
    cover.setflags(write=False)
    return cover


def stripe_tile(seed: int, style: str, size: int = 256) -> U8:
    """Coverage (size, 8, 4) of stripes across v; style: "even", "sailor", "pin", "multi", "wide"."""
    rng = np.random.default_rng([seed, 1])
    cover = np.zeros((size, 4), np.float32)
    y = (np.arange(size) + 0.5) / size
    if style == "multi":
        edges = np.sort(rng.random(int(rng.integers(3, 7))))
        for k, (a, b) in enumerate(itertools.pairwise(edges)):
            cover[(y >= a) & (y < b), k % 4] = 1
    else:
        share = {"even": 0.5, "sailor": rng.uniform(0.3, 0.42), "pin": 0.09, "wide": rng.uniform(0.4, 0.6)}[style]
        cover[:, 0] = np.clip((share / 2 - np.abs(y - 0.5)) * size + 0.5, 0, 1)
        if style == "wide" and rng.random() < 0.5:
            cover[:, 1] = np.clip((0.03 - np.abs(y - 0.06)) * size + 0.5, 0, 1)
    return np.repeat((cover * 255).astype(np.uint8)[:, None], 8, 1)


def check_tile(seed: int, style: str, size: int = 256) -> U8:
    """Coverage (size, size, 4) of woven checks; style: "gingham", "tartan", "window", "buffalo", "madras"."""
    rng = np.random.default_rng([seed, 2])
    y = (np.arange(size) + 0.5) / size

    def sett(shift: float) -> F32:
        c = np.zeros((size, 4), np.float32)
        bands: list[tuple[float, float, int]]
        if style in ("gingham", "buffalo"):
            bands = [(0.5, 0.5, 0)]
        elif style == "window":
            bands = [(0.5, 0.035, 0)] + ([(0.42, 0.02, 1)] if seed % 2 else [])
        else:
            bands = [(0.5, rng0.uniform(0.3, 0.5), 0)]
            bands += [
                (float(rng0.random()), float(rng0.uniform(0.015, 0.07)), int(rng0.integers(1, 4))) for _ in range(3)
            ]
            if style == "madras":
                bands += [(float(rng0.random()), float(rng0.uniform(0.08, 0.16)), int(rng0.integers(1, 4)))]
        for centre, width, ink in bands:
            d = np.abs((y - centre + shift + 0.5) % 1 - 0.5)
            on = np.clip((width / 2 - d) * size + 0.5, 0, 1)
            c *= (1 - on)[:, None]
            c[:, ink] += on
        return c

    state = int(rng.integers(1 << 30))
    rng0 = np.random.default_rng(state)
    rows = sett(0.0)
    rng0 = np.random.default_rng(state if style != "madras" else state + 1)
    cols = sett(0.0)
    if style == "window":
        both = np.maximum(rows[:, None], cols[None])
    else:
        both = 0.5 * (rows[:, None] + cols[None])
    return (both * 255).astype(np.uint8)
