"""Drawings on the chest, the back and the pocket: emblems, scenes, letters; their colours come from the spec.

Art is coverage of up to four inks, (P, P, 4) uint8, like the motifs; what no ink covers is bare cloth.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import rgb
from tryon.synth.fabric_specs import PrintSpec
from tryon.synth.flat_layout import FlatLayout
from tryon.synth.lettering import draw_line
from tryon.synth.weaves import noise_sheet

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
ART_PX = 384  # 27 cm of chest at 14 pixels a cm, what a 1024x768 frame shows
_SHIFT = 4


class Art:
    """A canvas of four inks; points in 0..1 of its width."""

    def __init__(self, height: float = 1.0) -> None:
        self.cover = np.zeros((round(ART_PX * height), ART_PX, 4), np.uint8)

    def fill(self, points: F64, ink: int) -> None:
        """A polygon in ink 1 to 4, or 0 to take colour away."""
        colour = [0, 0, 0, 0]
        if ink:
            colour[ink - 1] = 255
        cv2.fillPoly(self.cover, [np.round(points * ART_PX * 2**_SHIFT).astype(np.int32)], colour, cv2.LINE_AA, _SHIFT)

    def line(self, points: F64, width: float, ink: int) -> None:
        """A line of even width."""
        colour = [0, 0, 0, 0]
        if ink:
            colour[ink - 1] = 255
        q = np.round(points * ART_PX * 2**_SHIFT).astype(np.int32)
        cv2.polylines(self.cover, [q], False, colour, max(1, round(width * ART_PX)), cv2.LINE_AA, _SHIFT)

    def disc(self, x: float, y: float, r: float, ink: int) -> None:
        """A filled circle."""
        t = np.linspace(0, 2 * np.pi, 64)
        self.fill(np.stack([x + r * np.cos(t), y + r * np.sin(t)], 1), ink)

    def text(self, words: str, y: float, height: float, ink: int, bold: float = 0.16, font: int = 0) -> None:
        """A line of letters centred at y."""
        colour = [0, 0, 0, 0]
        colour[ink - 1] = 255
        draw_line(self.cover, words, (0.5 * ART_PX, y * ART_PX), height * ART_PX, colour, bold, 0.94 * ART_PX, font)


def _sunset(a: Art, rng: np.random.Generator) -> None:
    for k in range(7):
        top, low = 0.10 + 0.075 * k, 0.10 + 0.075 * (k + 1) - 0.008 - 0.005 * k
        y = np.linspace(top, low, 12)
        half = np.sqrt(np.maximum(0.0, 0.30**2 - (y - 0.40) ** 2))
        a.fill(np.concatenate([np.stack([0.5 + half, y], 1), np.stack([0.5 - half, y], 1)[::-1]]), 1 if k < 4 else 2)
    n = 7
    ridge = np.stack(
        [np.linspace(0.12, 0.88, n), 0.62 - 0.2 * rng.random(n) * np.array([0.1, 1, 0.6, 1.2, 0.6, 1, 0.1])], 1
    )
    a.fill(np.concatenate([ridge, [(0.88, 0.66), (0.12, 0.66)]]), 3)


def _waves(a: Art, rng: np.random.Generator) -> None:
    x = np.linspace(0, 1, 120)
    for k in range(int(rng.integers(4, 7))):
        y = 0.25 + 0.1 * k + 0.035 * np.sin(2 * np.pi * (2 * x + 0.21 * k))
        keep = (x - 0.5) ** 2 + (y - 0.48) ** 2 < 0.36**2
        if keep.sum() > 2:
            q = np.stack([x[keep], y[keep]], 1)
            a.fill(np.concatenate([q, (q + np.array([0, 0.05]))[::-1]]), 1 + k % 3)


def _portrait(a: Art, rng: np.random.Generator) -> None:
    """A head and shoulders in poster colours."""
    t = np.linspace(0, 2 * np.pi, 60)
    if rng.random() < 0.6:
        a.fill(np.array([(0.1, 0.08), (0.9, 0.08), (0.9, 0.95), (0.1, 0.95)]), 4)
    a.fill(np.array([(0.2, 0.95), (0.26, 0.78), (0.42, 0.72), (0.58, 0.72), (0.74, 0.78), (0.8, 0.95)]), 2)
    hair = np.stack([0.5 + 0.235 * np.cos(t), 0.42 + 0.28 * np.sin(t) + 0.05 * np.abs(np.cos(t))], 1)
    a.fill(hair, 1)
    a.fill(np.array([(0.43, 0.6), (0.57, 0.6), (0.57, 0.76), (0.43, 0.76)]), 3)
    a.fill(np.stack([0.5 + 0.15 * np.cos(t), 0.47 + 0.2 * np.sin(t)], 1), 3)
    a.fill(
        np.array([(0.35, 0.42), (0.5, rng.uniform(0.27, 0.36)), (0.65, 0.42), (0.66, 0.3), (0.5, 0.2), (0.34, 0.3)]), 1
    )
    glasses = rng.random() < 0.5
    for s in (-1, 1):
        a.line(np.array([(0.5 + s * 0.03, 0.46), (0.5 + s * 0.1, 0.455)]), 0.012, 1)
        if glasses:
            a.disc(0.5 + s * 0.065, 0.47, 0.05, 1)
    a.line(np.array([(0.45, 0.585), (0.5, 0.6), (0.55, 0.585)]), 0.012, 1)


def _flower(a: Art, rng: np.random.Generator) -> None:
    t = np.linspace(0, 2 * np.pi, 30)
    petals = int(rng.integers(5, 10))
    a.line(np.array([(0.5, 0.45), (0.52, 0.7), (0.48, 0.97)]), 0.025, 3)
    for s in (-1, 1):
        leaf = np.stack([0.5 + s * 0.13 * (1 - np.cos(t)), 0.78 + 0.05 * np.sin(t) - 0.06 * (1 - np.cos(t))], 1)
        a.fill(leaf, 3)
    for ring, (r, ink) in enumerate(((0.30, 1), (0.19, 2))):
        for k in range(petals):
            b = 2 * np.pi * (k + 0.5 * ring) / petals
            along, across = r * (0.5 - 0.5 * np.cos(t)), r * 0.28 * np.sin(t)
            a.fill(
                np.stack(
                    [0.5 + along * np.cos(b) - across * np.sin(b), 0.36 + along * np.sin(b) + across * np.cos(b)], 1
                ),
                ink,
            )
    a.disc(0.5, 0.36, 0.06, 4)


def _geometry(a: Art, rng: np.random.Generator) -> None:
    kind = int(rng.integers(4))
    if kind == 0:
        for k in range(5):
            a.disc(0.5, 0.5, 0.42 - 0.085 * k, 1 + k % 3 if k < 4 else 4)
    elif kind == 1:
        for k in range(4):
            s = 0.42 * (1 - 0.24 * k)
            a.fill(
                np.array([(0.5, 0.52 - s), (0.5 + 0.9 * s, 0.52 + 0.6 * s), (0.5 - 0.9 * s, 0.52 + 0.6 * s)]),
                (1, 0, 2, 3)[k],
            )
    elif kind == 2:
        for i in range(5):
            for j in range(5):
                x, y, c = 0.1 + 0.16 * j, 0.1 + 0.16 * i, rng.integers(0, 5)
                a.fill(np.array([(x, y), (x + 0.15, y), (x + 0.15, y + 0.15), (x, y + 0.15)]), int(c))
    else:
        for k in range(int(rng.integers(3, 6))):
            a.fill(
                np.array([(0.05 + 0.2 * k, 0.1), (0.2 + 0.2 * k, 0.1), (0.1 + 0.2 * k, 0.9), (-0.05 + 0.2 * k, 0.9)]),
                1 + k % 4,
            )


def _animal(a: Art, rng: np.random.Generator) -> None:
    """A cat's or bear's face."""
    cat = rng.random() < 0.5
    for s in (-1, 1):
        if cat:
            a.fill(np.array([(0.5 + s * 0.12, 0.28), (0.5 + s * 0.33, 0.08), (0.5 + s * 0.34, 0.42)]), 1)
            a.fill(np.array([(0.5 + s * 0.19, 0.28), (0.5 + s * 0.295, 0.17), (0.5 + s * 0.3, 0.36)]), 2)
        else:
            a.disc(0.5 + s * 0.24, 0.24, 0.11, 1)
            a.disc(0.5 + s * 0.24, 0.24, 0.06, 2)
    t = np.linspace(0, 2 * np.pi, 50)
    a.fill(np.stack([0.5 + 0.36 * np.cos(t), 0.5 + 0.3 * np.sin(t)], 1), 1)
    a.fill(np.stack([0.5 + 0.15 * np.cos(t), 0.6 + 0.12 * np.sin(t)], 1), 3)
    for s in (-1, 1):
        a.disc(0.5 + s * 0.15, 0.45, 0.045, 4)
        if cat:
            for k in (-1, 0, 1):
                a.line(np.array([(0.5 + s * 0.14, 0.6 + 0.01 * k), (0.5 + s * 0.42, 0.6 + 0.05 * k)]), 0.008, 4)
    a.fill(np.array([(0.45, 0.545), (0.55, 0.545), (0.5, 0.6)]), 4)


def _badge(a: Art, rng: np.random.Generator) -> None:
    """A small emblem for the chest."""
    kind = int(rng.integers(4))
    t = np.linspace(0, 2 * np.pi, 50)
    if kind == 0:
        a.fill(np.array([(0.10, 0.72), (0.90, 0.72), (0.74, 0.90), (0.26, 0.90)]), 1)
        a.fill(np.array([(0.47, 0.08), (0.47, 0.66), (0.14, 0.66)]), 1)
        a.fill(np.array([(0.54, 0.20), (0.54, 0.66), (0.80, 0.66)]), 2)
    elif kind == 1:
        a.fill(np.stack([0.5 + 0.45 * np.cos(t), 0.5 + 0.26 * np.sin(t)], 1), 1)
        a.fill(np.stack([0.5 + 0.36 * np.cos(t), 0.5 + 0.18 * np.sin(t)], 1), 2)
    elif kind == 2:
        b = np.arange(10) * np.pi / 5 - np.pi / 2
        a.fill(np.stack([np.cos(b), np.sin(b)], 1) * np.where(np.arange(10) % 2, 0.19, 0.46)[:, None] + 0.5, 1)
    else:
        for k in range(3):
            a.fill(
                np.array([(0.1 + 0.26 * k, 0.8), (0.3 + 0.26 * k, 0.8), (0.5 + 0.2 * k, 0.25), (0.3 + 0.2 * k, 0.25)]),
                1,
            )


def _planet(a: Art, rng: np.random.Generator) -> None:
    """A ringed planet among stars."""
    t = np.linspace(0, 2 * np.pi, 60)
    a.disc(0.5, 0.5, 0.27, 1)
    for k in range(3):
        y = 0.38 + 0.11 * k
        half = np.sqrt(max(0.0, 0.27**2 - (y - 0.5) ** 2))
        a.line(np.array([(0.5 - half, y), (0.5 + half * rng.uniform(0.1, 0.9), y)]), 0.025, 2)
    ring = np.stack([0.46 * np.cos(t), 0.10 * np.sin(t)], 1) @ np.array([[0.94, 0.34], [-0.34, 0.94]]) + 0.5
    a.line(ring[3:57], 0.022, 3)
    for _ in range(12):
        a.disc(rng.uniform(0.05, 0.95), rng.uniform(0.05, 0.95), rng.uniform(0.006, 0.016), 4)


def _skyline(a: Art, rng: np.random.Generator) -> None:
    """Houses before a large sun, and their windows."""
    a.disc(rng.uniform(0.35, 0.65), 0.42, 0.26, 2)
    x = 0.08
    while x < 0.9:
        w, top = rng.uniform(0.06, 0.14), rng.uniform(0.22, 0.6)
        a.fill(np.array([(x, top), (x + w, top), (x + w, 0.85), (x, 0.85)]), 1)
        for wy in np.arange(top + 0.04, 0.8, 0.07):
            for wx in np.arange(x + 0.02, x + w - 0.02, 0.035):
                if rng.random() < 0.5:
                    a.fill(np.array([(wx, wy), (wx + 0.015, wy), (wx + 0.015, wy + 0.03), (wx, wy + 0.03)]), 3)
        x += w + 0.01


def _palm(a: Art, rng: np.random.Generator) -> None:
    """Palms on an island."""
    t = np.linspace(0, 1, 14)
    a.disc(0.5, 0.42, 0.34, 2)
    for s, foot in ((1, 0.42), (-1, 0.58)):
        tip = np.array([foot + s * 0.14, rng.uniform(0.22, 0.34)])
        trunk = np.stack([foot + (tip[0] - foot) * t**1.6, 0.82 + (tip[1] - 0.82) * t], 1)
        a.line(trunk, 0.026, 1)
        for b in np.linspace(-2.9, -0.2, 7) + rng.normal(0, 0.1, 7):
            frond = np.stack([np.cos(b) * 0.2 * t, np.sin(b) * 0.16 * t + 0.17 * t**2], 1)
            wide = 0.03 * np.sin(np.pi * t)
            a.fill(
                np.concatenate([frond - np.stack([0 * t, wide], 1), (frond + np.stack([0 * t, wide], 1))[::-1]]) + tip,
                1,
            )
    a.fill(np.stack([0.5 + 0.42 * np.cos(np.pi + np.pi * t), 0.86 + 0.07 * np.sin(np.pi + np.pi * t)], 1), 3)


def _patch(a: Art, rng: np.random.Generator) -> None:
    """A printed photograph's shapes: sky, sun, hills and sea in a frame."""
    a.fill(np.array([(0.06, 0.06), (0.94, 0.06), (0.94, 0.94), (0.06, 0.94)]), 1)
    a.disc(rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.5), 0.13, 2)
    x = np.linspace(0.06, 0.94, 40)
    for k in range(3):
        y = 0.52 + 0.12 * k + 0.05 * np.sin(x * rng.uniform(5, 12) + rng.uniform(0, 6))
        a.fill(np.concatenate([np.stack([x, y], 1), [(0.94, 0.94), (0.06, 0.94)]]), (3, 4, 2)[k])


SCENES: dict[str, Callable[[Art, np.random.Generator], None]] = {
    "sunset": _sunset, "waves": _waves, "portrait": _portrait, "flower": _flower, "geometry": _geometry,
    "animal": _animal, "badge": _badge, "picture": _patch, "planet": _planet, "skyline": _skyline, "palm": _palm,
}  # fmt: skip
ARTS = (*SCENES, "text", "college", "number", "caption")


def _letter_height(lines: list[str]) -> float:
    """Short words are printed large."""
    return float(np.clip(1.25 / max(3, *(len(line) for line in lines), 3), 0.13, 0.34)) if lines else 0.17


@lru_cache(maxsize=128)
def draw_print(art: str, variant: int, text: str) -> U8:
    """Coverage (h, ART_PX, 4) uint8 of a print, read-only.

    Args:
        art: one of ``ARTS``. variant: which of its kind. text: lines parted by "/"; for scenes a caption.
    """
    rng = np.random.default_rng([variant, sum(map(ord, art))])
    lines = [line for line in text.split("/") if line]
    if art in SCENES:
        canvas = Art(1.0 + 0.16 * len(lines))
        SCENES[art](canvas, rng)
        for k, line in enumerate(lines):
            canvas.text(line, 1.06 + 0.15 * k, 0.10, 1 + 2 * (variant % 2))
    elif art == "number":
        canvas = Art(1.1)
        canvas.text(lines[0] if lines else "10", 0.55, 0.85, 1, 0.2)
    else:
        heights = {"text": _letter_height(lines), "college": 0.20, "caption": 0.10}[art] * np.ones(len(lines))
        if art == "college" and len(lines) > 1:
            heights[1:] *= 0.55
        canvas = Art(float(max(0.2, (heights * 1.35).sum() + 0.06)))
        y, font = 0.03, int(rng.integers(6)) if art != "college" else int(rng.integers(2))
        bold = float(rng.uniform(0.06, 0.2)) if art == "text" else 0.17
        for k, (line, height) in enumerate(zip(lines, heights, strict=True)):
            canvas.text(line, y + 0.62 * height, float(height), 1 + k % 2 if art == "college" else 1, bold, font)
            y += 1.35 * float(height)
    cover = np.ascontiguousarray(canvas.cover)
    cover.setflags(write=False)
    return cover


def paste_print(picture: U8, spec: PrintSpec, layout: FlatLayout) -> None:
    """Print a drawing on a picture of the flat frame, in place; what hangs over the frame is cut."""
    cover = draw_print(spec.art, spec.variant, spec.text)
    width = max(4, round(spec.width_cm * layout.ppcm))
    height = max(2, round(width * cover.shape[0] / cover.shape[1]))
    small = cv2.resize(
        cover, (width, height), interpolation=cv2.INTER_AREA if width < cover.shape[1] else cv2.INTER_LINEAR
    )
    if spec.side == "back":
        small = small[:, ::-1]  # the back is seen through the front
    inks = [np.array(rgb(c), np.float32) for c in spec.colours]
    inks += [inks[-1]] * (4 - len(inks))
    x0 = round(layout.middle_x + spec.x * layout.ppcm - width / 2)
    y0 = round((layout.neck_y if spec.side != "back" else layout.box[1]) + spec.y * layout.ppcm)
    h, w = layout.shape
    left, top, right, low = max(0, x0), max(0, y0), min(w, x0 + width), min(h, y0 + height)
    if right <= left or low <= top:
        return
    small = np.ascontiguousarray(small[top - y0 : low - y0, left - x0 : right - x0])
    ink = cv2.transform(small, np.stack(inks[:4], 1) / 255).astype(np.float32)
    alpha = np.minimum(small.astype(np.float32).sum(2), 255) * np.float32(1 / 255)
    if spec.worn > 0:
        cracks = noise_sheet("grain")[: alpha.shape[0], : alpha.shape[1]]
        keep = np.clip(1.15 - 0.5 * spec.worn - 0.4 * spec.worn * (cracks > 1.0), 0, 1)
        alpha, ink = alpha * keep, ink * keep[..., None]
    view = picture[top:low, left:right]
    view[:] = (view * (1 - alpha[..., None]) + ink + 0.5).astype(np.uint8)
