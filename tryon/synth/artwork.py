"""Drawings of our own: repeating tiles for printed cloth and single prints for the chest."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
TILE_PX = 640
PRINT_PX = 768
_SHIFT = 4  # sub-pixel bits of OpenCV's drawing calls


def rgb(hex_colour: str) -> tuple[int, int, int]:
    """A hex colour as 0..255 integers."""
    return tuple(int(hex_colour.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4))  # type: ignore[return-value]


@lru_cache(maxsize=64)
def pattern_tile(kind: str, colours: tuple[str, ...], seed: int) -> U8:
    """A tile (TILE_PX, TILE_PX, 3) uint8 sRGB that repeats without a seam."""
    rng = np.random.default_rng([seed, len(kind)])
    tile = np.empty((TILE_PX, TILE_PX, 3), np.uint8)
    tile[:] = rgb(colours[0])
    inks = [rgb(c) for c in colours[1:]] or [(255, 255, 255)]
    if kind == "dots":
        for x, y in ((0.25, 0.25), (0.75, 0.75)):
            _disc(tile, x * TILE_PX, y * TILE_PX, 0.115 * TILE_PX, inks[0])
        return tile
    if kind in ("floral", "leaves"):
        for x, y, size in _scatter(rng, 0.125 if kind == "floral" else 0.105, 46):
            turn = rng.uniform(0, 2 * np.pi)
            if kind == "floral" and rng.random() < 0.62:
                _flower(tile, x, y, size, turn, inks, rng)
            else:
                _leaf(tile, x, y, size * 1.3, turn, inks[-1], inks[0] if kind == "leaves" else None)
        return tile
    raise ValueError(f"no tile is called {kind!r}")


def _scatter(rng: np.random.Generator, spacing: float, count: int) -> list[tuple[float, float, float]]:
    """Evenly spread places on the torus, each the best of several tries: (x px, y px, size px)."""
    found: list[tuple[float, float, float]] = []
    for _ in range(count):
        tries = rng.random((24, 2))
        taken = np.array([q[:2] for q in found]) / TILE_PX if found else np.full((1, 2), 9.0)
        gap = np.abs((tries[:, None] - taken[None] + 0.5) % 1 - 0.5)
        x, y = tries[int(np.argmax(np.linalg.norm(gap, axis=2).min(1)))] * TILE_PX
        found.append((float(x), float(y), TILE_PX * spacing * rng.uniform(0.38, 0.72)))
    return found


def _wrapped(points: NDArray[np.float64]) -> list[NDArray[np.int32]]:
    """The polygon and its copies around the tile's borders, in OpenCV's fixed point."""
    shifts = [(i * TILE_PX, j * TILE_PX) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return [np.round((points + shift) * 2**_SHIFT).astype(np.int32) for shift in shifts]


def _fill(tile: U8, points: NDArray[np.float64], colour: tuple[int, int, int]) -> None:
    for polygon in _wrapped(points):
        cv2.fillPoly(tile, [polygon], colour, cv2.LINE_AA, _SHIFT)


def _disc(tile: U8, x: float, y: float, radius: float, colour: tuple[int, int, int]) -> None:
    t = np.linspace(0, 2 * np.pi, 48)
    _fill(tile, np.stack([x + radius * np.cos(t), y + radius * np.sin(t)], 1), colour)


def _petal(x: float, y: float, length: float, width: float, turn: float) -> NDArray[np.float64]:
    t = np.linspace(0, 2 * np.pi, 40)
    along = length * (0.55 - 0.5 * np.cos(t))
    across = width * np.sin(t) * (0.75 + 0.35 * (0.5 - 0.5 * np.cos(t)))
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([x + along * c - across * s, y + along * s + across * c], 1)


def _flower(tile: U8, x: float, y: float, size: float, turn: float, inks: list, rng: np.random.Generator) -> None:
    ink = inks[int(rng.integers(0, max(1, len(inks) - 1)))]
    petals = int(rng.integers(5, 7))
    for k in range(petals):
        a = turn + 2 * np.pi * k / petals
        _fill(tile, _petal(x, y, size, size * 0.36, a), ink)
        shade = tuple(int(c * 0.82) for c in ink)
        _fill(tile, _petal(x, y, size * 0.55, size * 0.10, a), shade)  # type: ignore[arg-type]
    _disc(tile, x, y, size * 0.2, inks[-1] if len(inks) > 2 else (250, 214, 110))


def _leaf(
    tile: U8, x: float, y: float, size: float, turn: float, ink: tuple[int, int, int], vein: tuple[int, int, int] | None
) -> None:
    for side in (-0.5, 0.5):
        _fill(tile, _petal(x, y, size, size * 0.24, turn + side), ink)
    if vein is not None:
        for side in (-0.5, 0.5):
            _fill(tile, _petal(x, y, size * 0.8, size * 0.03, turn + side), vein)


def chest_print(kind: str, colours: tuple[str, ...]) -> U8:
    """A print as (PRINT_PX, PRINT_PX, 4) uint8 sRGB with alpha; see ``PRINTS`` for the kinds."""
    if kind not in PRINTS:
        raise ValueError(f"no print is called {kind!r}; there are {', '.join(PRINTS)}")
    colour = np.zeros((PRINT_PX, PRINT_PX, 3), np.uint8)
    alpha = np.zeros((PRINT_PX, PRINT_PX), np.uint8)
    PRINTS[kind](colour, alpha, [rgb(c) for c in colours])
    return np.dstack([colour, alpha])


def _draw(colour: U8, alpha: U8, points: NDArray[np.float64], ink: tuple[int, int, int]) -> None:
    """A filled polygon given in 0..1 of the print."""
    polygon = np.round(points * PRINT_PX * 2**_SHIFT).astype(np.int32)
    layer = np.zeros_like(alpha)
    cv2.fillPoly(layer, [polygon], 255, cv2.LINE_AA, _SHIFT)
    _ink(colour, alpha, layer, ink)


def _ink(colour: U8, alpha: U8, layer: U8, ink: tuple[int, int, int]) -> None:
    share = layer[..., None].astype(np.float32) / 255
    colour[:] = np.where(alpha[..., None] == 0, ink, colour * (1 - share) + np.array(ink) * share).astype(np.uint8)
    np.maximum(alpha, layer, out=alpha)


def _text(
    colour: U8,
    alpha: U8,
    text: str,
    y: float,
    height: float,
    ink: tuple[int, int, int],
    font: int = cv2.FONT_HERSHEY_DUPLEX,
) -> None:
    """A line of letters centred at y (0..1)."""
    thick = max(2, int(height * PRINT_PX * 0.13))
    (w, h), _ = cv2.getTextSize(text, font, 1.0, 1)
    scale = min(height * PRINT_PX / h, 0.94 * PRINT_PX / w)
    (w, h), _ = cv2.getTextSize(text, font, scale, thick)
    layer = np.zeros_like(alpha)
    cv2.putText(layer, text, ((PRINT_PX - w) // 2, int(y * PRINT_PX + h / 2)), font, scale, 255, thick, cv2.LINE_AA)
    _ink(colour, alpha, layer, ink)


def _circle(cx: float, cy: float, r: float) -> NDArray[np.float64]:
    t = np.linspace(0, 2 * np.pi, 96)
    return np.stack([cx + r * np.cos(t), cy + r * np.sin(t)], 1)


def _sunset(colour: U8, alpha: U8, inks: list) -> None:
    """A banded sun over mountains and a word."""
    for k in range(7):
        top, low = 0.10 + 0.075 * k, 0.10 + 0.075 * (k + 1) - 0.008 - 0.005 * k
        y = np.linspace(top, low, 12)
        half = np.sqrt(np.maximum(0.0, 0.30**2 - (y - 0.40) ** 2))
        points = np.concatenate([np.stack([0.5 + half, y], 1), np.stack([0.5 - half, y], 1)[::-1]])
        mix = k / 6
        r, g, b = (int(a * (1 - mix) + c * mix) for a, c in zip(inks[0], inks[1], strict=True))
        _draw(colour, alpha, points, (r, g, b))
    ridge = np.array([(0.12, 0.66), (0.26, 0.50), (0.33, 0.57), (0.47, 0.38), (0.60, 0.54), (0.70, 0.45), (0.88, 0.66)])
    _draw(colour, alpha, ridge, inks[2])
    snow = np.array([(0.47, 0.38), (0.535, 0.46), (0.50, 0.45), (0.475, 0.485), (0.45, 0.445), (0.415, 0.455)])
    _draw(colour, alpha, snow, inks[3])
    _text(colour, alpha, "HIGH RIDGE", 0.77, 0.085, inks[2])
    _text(colour, alpha, "open air club", 0.88, 0.045, inks[2], cv2.FONT_HERSHEY_SIMPLEX)


def _wave(colour: U8, alpha: U8, inks: list) -> None:
    """Waves inside a disc."""
    x = np.linspace(0, 1, 160)
    for k in range(5):
        y = 0.30 + 0.1 * k + 0.035 * np.sin(2 * np.pi * (2 * x + 0.21 * k))
        keep = (x - 0.5) ** 2 + (y - 0.45) ** 2 < 0.34**2
        if keep.any():
            xs, ys = x[keep], y[keep]
            band = np.concatenate([np.stack([xs, ys], 1), np.stack([xs, ys + 0.045], 1)[::-1]])
            _draw(colour, alpha, band, inks[k % len(inks)])
    _text(colour, alpha, "SLOW TIDE", 0.90, 0.085, inks[0], cv2.FONT_HERSHEY_TRIPLEX)


def _bloom(colour: U8, alpha: U8, inks: list) -> None:
    """One large flower with a stem."""
    stem = np.array([(0.485, 0.45), (0.515, 0.45), (0.53, 0.95), (0.505, 0.95)])
    _draw(colour, alpha, stem, inks[1])
    for side, y in ((0.5, 0.80), (np.pi - 0.5, 0.70)):
        _draw(colour, alpha, _petal(0.515, y, 0.24, 0.07, -side), inks[1])
    for ring, (size, ink) in enumerate(((0.30, inks[0]), (0.19, inks[2]))):
        for k in range(8):
            _draw(colour, alpha, _petal(0.5, 0.36, size, size * 0.26, 2 * np.pi * (k + 0.5 * ring) / 8), ink)
    _draw(colour, alpha, _circle(0.5, 0.36, 0.07), inks[3 % len(inks)])


def _college(colour: U8, alpha: U8, inks: list) -> None:
    """Block letters and a number."""
    _text(colour, alpha, "NORTHFIELD", 0.22, 0.13, inks[0], cv2.FONT_HERSHEY_TRIPLEX)
    _text(colour, alpha, "74", 0.52, 0.30, inks[0], cv2.FONT_HERSHEY_TRIPLEX)
    _text(colour, alpha, "ATHLETICS", 0.80, 0.09, inks[1 % len(inks)], cv2.FONT_HERSHEY_DUPLEX)


def _badge(colour: U8, alpha: U8, inks: list) -> None:
    """A small sailing boat for the chest."""
    _draw(colour, alpha, np.array([(0.10, 0.72), (0.90, 0.72), (0.74, 0.90), (0.26, 0.90)]), inks[0])
    _draw(colour, alpha, np.array([(0.47, 0.08), (0.47, 0.66), (0.14, 0.66)]), inks[0])
    _draw(colour, alpha, np.array([(0.54, 0.20), (0.54, 0.66), (0.80, 0.66)]), inks[0])


PRINTS = {"sunset": _sunset, "wave": _wave, "bloom": _bloom, "college": _college, "badge": _badge}
