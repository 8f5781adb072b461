"""A sheet of cloth as large as the flat frame: the design's colours, the weave's tone and relief, its holes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import rgb
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.motifs import VARIANTS, check_tile, motif_tile, stripe_tile
from tryon.synth.weaves import draw_weave, lace_tile, noise

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class ClothSheet:
    """colour: (H, W, 3) sRGB uint8. tone: (H, W) float32 factor. relief: (H, W) float32 mm. opacity: (H, W)
    float32 or None. even: the colour is the same everywhere."""

    colour: U8
    tone: F32
    relief: F32
    opacity: F32 | None
    even: bool


def ink_matrix(colours: tuple[str, ...]) -> F32:
    """(3, 5) matrix for ``cv2.transform``: coverage of four inks to colour; missing inks repeat the last."""
    inks = [np.array(rgb(c), np.float32) for c in colours]
    inks += [inks[-1]] * (5 - len(inks))
    ground = inks[0]
    return np.concatenate([np.stack([(ink - ground) / 255 for ink in inks[1:5]], 1), ground[:, None]], 1)


def repeat_tile(tile: U8, shape: tuple[int, int], period_px: tuple[float, float], rng: np.random.Generator) -> U8:
    """A tile scaled to a period (rows, columns) in pixels and repeated over (H, W) from a random start."""
    rows, cols = (max(2, round(p)) for p in period_px)
    small = tile
    if (rows, cols) != tile.shape[:2]:
        shrinks = rows < tile.shape[0] or cols < tile.shape[1]
        small = cv2.resize(tile, (cols, rows), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    y, x = int(rng.integers(rows)), int(rng.integers(cols))
    reps = (-(-(shape[0] + y) // rows), -(-(shape[1] + x) // cols)) + (1,) * (small.ndim - 2)
    return np.ascontiguousarray(np.tile(small, reps)[y : y + shape[0], x : x + shape[1]])


def draw_sheet(
    spec: FabricSpec, shape: tuple[int, int], ppcm: float, rng: np.random.Generator, patch: U8 | None = None
) -> ClothSheet:
    """Draw the cloth of a spec.

    Args:
        spec: the fabric. shape: (H, W). ppcm: pixels a cm. rng: of irregularities and starts.
        patch: (h, w, 3) uint8 piece of a real cloth, for kind "patch".
    """
    tone, relief = draw_weave(spec.weave, shape, ppcm, rng)
    colour = _design(spec, shape, ppcm, rng, patch)
    even = colour is None
    if colour is None:
        colour = cv2.merge([np.full(shape, c, np.uint8) for c in rgb(spec.colours[0])])
    if spec.kind == "heather":
        tone = tone + np.float32(0.02) * noise("slub", shape, rng)
    opacity = _opacity(spec, shape, ppcm, rng)
    if opacity is not None and spec.weave == "lace":  # over a lining too the flowers stand out
        tone = tone * (np.float32(0.84) + np.float32(0.16) * opacity)
        relief = relief + np.float32(0.4) * opacity
    return ClothSheet(colour, tone, relief, opacity, even)


def _design(
    spec: FabricSpec, shape: tuple[int, int], ppcm: float, rng: np.random.Generator, patch: U8 | None
) -> U8 | None:
    """The colours of the design, None where there is one colour only."""
    period = spec.scale_cm * ppcm
    if spec.kind == "patch" and patch is not None:
        tile = np.concatenate([patch, patch[:, ::-1]], 1)
        tile = np.concatenate([tile, tile[::-1]], 0)
        return repeat_tile(tile, shape, (2 * period, 2 * period), rng)
    if spec.kind == "heather":
        share = np.clip(80 + 45 * noise("fibre", shape, rng), 0, 255).astype(np.uint8)
        return mix_two(share, spec.colours)
    if spec.kind == "stripes":
        cover, rows, cols = stripe_tile(spec.seed, spec.style), period, 8.0
        if spec.angle_deg == 90:
            cover, rows, cols = np.ascontiguousarray(cover.transpose(1, 0, 2)), 8.0, period
    elif spec.kind == "checks":
        cover, rows, cols = check_tile(spec.seed, spec.style), period, period
    elif spec.kind == "motif":
        cover, rows, cols = motif_tile(spec.style, spec.seed % VARIANTS), period, period
    else:
        return None
    size = (max(2, round(cols)), max(2, round(rows)))
    if size[0] * size[1] < cover.shape[0] * cover.shape[1]:  # colours are mixed on whichever is smaller
        cover = cv2.resize(cover, size, interpolation=cv2.INTER_AREA)
    tile = np.asarray(cv2.transform(cover, ink_matrix(spec.colours)), np.uint8)
    sheet = repeat_tile(tile, shape, (rows, cols), rng)
    if spec.angle_deg in (0, 90):
        return sheet
    matrix = cv2.getRotationMatrix2D((shape[1] / 2, shape[0] / 2), spec.angle_deg, 1.0)
    return np.asarray(cv2.warpAffine(sheet, matrix, (shape[1], shape[0]), borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def mix_two(share: U8, colours: tuple[str, ...]) -> U8:
    """(H, W, 3): share (H, W) 0..255 of the second colour over the first."""
    a, b = (np.array(rgb(c), np.float32) for c in (colours[0], colours[1 if len(colours) > 1 else 0]))
    table = (a + (b - a) * np.linspace(0, 1, 256, dtype=np.float32)[:, None]).astype(np.uint8)
    return np.asarray(cv2.LUT(cv2.merge([share, share, share]), table[None]), np.uint8)


def _opacity(spec: FabricSpec, shape: tuple[int, int], ppcm: float, rng: np.random.Generator) -> F32 | None:
    if spec.opacity >= 1:
        return None
    if spec.weave == "lace":
        tile = lace_tile(spec.seed % 12)
        size = float(rng.uniform(9, 16)) * ppcm
        opaque = repeat_tile(tile, shape, (size, size), rng).astype(np.float32) * np.float32(1 / 255)
        return np.asarray(spec.opacity + (1 - spec.opacity) * opaque, np.float32)
    if spec.weave == "mesh":
        pitch = max(0.45 * ppcm, 3.0)
        k = np.float32(2 * np.pi / pitch)
        holes = (
            np.cos(np.arange(shape[1], dtype=np.float32) * k)[None]
            * np.cos(np.arange(shape[0], dtype=np.float32) * k)[:, None]
        )
        return np.clip(spec.opacity + 0.5 - 0.6 * holes, spec.opacity, 1).astype(np.float32)
    return np.full(shape, spec.opacity, np.float32)
