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

from tryon.synth.motif_canvas import TILE, Tile, scatter, torus_noise, turned
from tryon.synth.motif_plants import draw_bouquet, draw_ditsy, draw_leaves, draw_paisley, draw_tropical

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
VARIANTS = 10  # of each motif that are kept apart


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
        tile.fill(turned(ring, x, y, size, 0), 1)
        tile.fill(turned(ring * 0.58, x + 0.2 * size, y, size, 0), 2)
        gap = rng.uniform(0, 6.3)
        wedge = np.array([(0, 0), (1.5, -0.45), (1.5, 0.45)])
        tile.fill(turned(wedge, x, y, size, gap), 0 if rng.random() < 0.7 else 2)
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
        tile.stroke(turned(line, x, y, size, a), size * rng.uniform(0.25, 0.55), int(rng.choice([1, 1, 2, 3])))
    return tile.cover


def _abstract(rng: np.random.Generator) -> U8:
    """Overlapping soft shapes."""
    tile = Tile()
    t = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    for x, y in scatter(rng, int(rng.integers(10, 24))):
        wob = 1 + 0.28 * np.sin(2 * t + rng.uniform(0, 6)) + 0.18 * np.sin(3 * t + rng.uniform(0, 6))
        shape = np.stack([np.cos(t), np.sin(t)], 1) * wob[:, None]
        tile.fill(turned(shape, x, y, rng.uniform(0.06, 0.16), 0), int(rng.integers(1, 5)))
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
                tile.fill(turned(heart, x, y, size, 0), ink)
            elif kind == 1:
                tile.fill(turned(star, x, y, size * 1.2, rng.uniform(-0.3, 0.3)), ink)
            elif kind == 2:
                arc = np.linspace(0.3, np.pi - 0.3, 10)
                tile.stroke(turned(np.stack([0.45 * np.cos(arc), 0.45 * np.sin(arc)], 1), x, y, size, 0), 0.012, ink)
                tile.stroke(np.array([(x, y - 0.45 * size), (x, y + 0.45 * size)]), 0.012, ink)
                tile.disc(x, y - 0.5 * size, 0.012, ink)
            else:
                for s in (-1, 1):
                    wing = np.array([(0, 0), (s * 0.3, -0.25), (s * 0.6, -0.05), (s * 0.28, -0.1)])
                    tile.fill(turned(wing, x, y, size * 1.2, 0), ink)
    return tile.cover


MOTIFS: dict[str, Callable[[np.random.Generator], U8]] = {
    "ditsy": draw_ditsy,
    "bouquet": draw_bouquet,
    "tropical": draw_tropical,
    "leaves": draw_leaves,
    "paisley": draw_paisley,
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
