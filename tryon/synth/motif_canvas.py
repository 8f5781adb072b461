"""A canvas on a torus, on which repeating designs are drawn, and noise that repeats."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
TILE = 384  # texels; 24 cm of cloth at 16 texels a cm, four times what a flat frame shows
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


def turned(shape: F64, x: float, y: float, size: float, angle: float) -> F64:
    """A shape (N, 2) scaled, turned by an angle in radians and moved to (x, y)."""
    c, s = np.cos(angle) * size, np.sin(angle) * size
    return shape @ np.array([[c, s], [-s, c]]) + (x, y)


def petal(width: float, tip: float = 0.0) -> F64:
    """A petal of length 1 from the origin along x; tip 0 round to 1 pointed."""
    t = np.linspace(0, 2 * np.pi, 22)
    along = 0.5 - 0.5 * np.cos(t)
    return np.stack([along, width * np.sin(t) * (1 - tip * along) * (0.6 + 0.5 * along)], 1)
