"""How cloth is made, as the eye meets it: tone and relief of threads, ribs, cables, wales, quilts and holes.

A weave is drawn on a sheet of cloth whose thread runs down. Detail under two pixels fades into grain
instead of aliasing, so the same weave may be asked for at any resolution.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.motif_canvas import TILE, torus_noise
from tryon.synth.motifs import motif_tile

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Weave = Literal[
    "jersey", "knit", "rib", "cable", "waffle", "denim", "twill", "linen", "fleece", "satin", "corduroy",
    "velvet", "leather", "quilt", "lace", "mesh", "chiffon", "sequins", "tweed",
]  # fmt: skip
WEAVES: tuple[str, ...] = Weave.__args__  # type: ignore[attr-defined]
NOISE_PX = 1024
NoiseKind = Literal["grain", "fibre", "slub", "linen", "cloud", "pebble"]


@lru_cache(maxsize=8)
def noise_sheet(kind: NoiseKind) -> F32:
    """(NOISE_PX, NOISE_PX) float32 of unit variance that repeats; read-only."""
    rng = np.random.default_rng([sum(map(ord, kind)), 5])
    if kind == "cloud":
        out = cv2.resize(torus_noise(rng, 4, 4), (NOISE_PX, NOISE_PX), interpolation=cv2.INTER_CUBIC)
    else:
        fine = rng.standard_normal((NOISE_PX, NOISE_PX)).astype(np.float32)
        sigma = {"grain": (0.7, 0.7), "fibre": (1.3, 0.6), "slub": (0.6, 3.5), "linen": (3.5, 0.6)}.get(
            kind, (1.6, 1.6)
        )
        out = cv2.GaussianBlur(np.pad(fine, 16, mode="wrap"), (0, 0), sigmaX=sigma[0], sigmaY=sigma[1])[16:-16, 16:-16]
        if kind == "linen":
            out = out + out.T
        if kind == "pebble":
            out = -np.abs(out)
            out = out - out.mean()
    out = np.ascontiguousarray(out / out.std(), np.float32)
    out.setflags(write=False)
    return out


def noise(kind: NoiseKind, shape: tuple[int, int], rng: np.random.Generator) -> F32:
    """A random window (H, W) of a noise sheet (a view where it fits)."""
    sheet = noise_sheet(kind)
    if shape[0] > NOISE_PX or shape[1] > NOISE_PX:
        reps = (-(-shape[0] // NOISE_PX), -(-shape[1] // NOISE_PX))
        sheet = np.tile(sheet, reps)
    y, x = (int(rng.integers(s - n + 1)) for s, n in zip(sheet.shape, shape, strict=True))
    return np.asarray(sheet[y : y + shape[0], x : x + shape[1]])


def _fade(pitch_cm: float, ppcm: float) -> float:
    """How much of a pattern of this pitch a picture can show: 0 under 2.2 pixels, 1 from 4."""
    return float(np.clip((pitch_cm * ppcm - 2.2) / 1.8, 0.0, 1.0))


def draw_weave(weave: str, shape: tuple[int, int], ppcm: float, rng: np.random.Generator) -> tuple[F32, F32]:
    """Tone and relief of a sheet of cloth.

    Args:
        weave: one of ``WEAVES``. shape: (H, W) pixels. ppcm: pixels a cm.
        rng: of the irregularities.

    Returns:
        Tone (H, W) float32, a factor around 1 for the colour, and relief (H, W) float32 in mm.
    """
    u = (np.arange(shape[1], dtype=np.float32) / ppcm)[None]
    v = (np.arange(shape[0], dtype=np.float32) / ppcm)[:, None]
    grain = noise("grain", shape, rng)
    tone = np.float32(1.0) + np.float32(_GRAIN.get(weave, 0.010)) * grain
    relief = np.float32(0.02) * grain
    if weave in ("knit", "rib", "corduroy"):
        pitch, height, dark = {
            "knit": (float(rng.uniform(0.35, 0.7)), 0.5, 0.07),
            "rib": (float(rng.uniform(0.4, 0.9)), 1.0, 0.10),
            "corduroy": (float(rng.uniform(0.3, 0.7)), 0.9, 0.14),
        }[weave]
        k = _fade(pitch, ppcm)
        columns = np.cos(u * np.float32(2 * np.pi / pitch))
        relief += np.float32(height * k / 2) * columns
        tone += np.float32(dark * k) * np.minimum(columns, 0.5)
        if weave == "knit" and k > 0:
            rows = np.cos(v * np.float32(2 * np.pi / (pitch * 0.8)) + np.float32(1.2) * np.abs(columns))
            tone += np.float32(0.05 * k) * rows
            relief += np.float32(0.15 * k) * rows
    elif weave == "cable":
        _cables(u, v, tone, relief, rng)
    elif weave == "waffle":
        pitch = float(rng.uniform(0.5, 0.9))
        k = _fade(pitch, ppcm)
        cell = np.maximum(np.cos(u * np.float32(2 * np.pi / pitch)), np.cos(v * np.float32(2 * np.pi / pitch)))
        relief += np.float32(0.5 * k) * cell
        tone += np.float32(0.07 * k) * np.minimum(cell, 0.6)
    elif weave == "quilt":
        _quilt(u, v, tone, relief, rng)
    elif weave in ("denim", "twill"):
        k = 1.0 if weave == "denim" else 0.22
        tone += np.float32(0.045 * k) * noise("slub", shape, rng) + np.float32(0.02 * k) * noise("fibre", shape, rng)
    elif weave == "linen":
        tone += np.float32(0.028) * noise("linen", shape, rng)
    elif weave == "tweed":
        tone += np.float32(0.055) * noise("fibre", shape, rng) + np.float32(0.03) * noise("slub", shape, rng)
    elif weave == "leather":
        relief += np.float32(0.05) * noise("pebble", shape, rng)
        tone += np.float32(0.012) * noise("pebble", shape, rng)
    elif weave == "velvet":
        tone += np.float32(0.05) * noise("cloud", shape, rng) + np.float32(0.03) * noise("slub", shape, rng)
    elif weave == "sequins":
        tone += np.float32(0.16) * noise("grain", shape, rng) + np.float32(0.12) * np.maximum(
            noise("pebble", shape, rng), 0
        )
    tone += np.float32(0.006) * noise("cloud", shape, rng)
    return tone, relief


_GRAIN = {
    "jersey": 0.009, "fleece": 0.02, "knit": 0.03, "rib": 0.022, "cable": 0.03, "denim": 0.035, "satin": 0.006,
    "leather": 0.012, "velvet": 0.02, "tweed": 0.03, "chiffon": 0.008, "twill": 0.010, "corduroy": 0.02,
}  # fmt: skip


def _cables(u: F32, v: F32, tone: F32, relief: F32, rng: np.random.Generator) -> None:
    """Two ropes that cross, between purl valleys; in place."""
    width = float(rng.uniform(4.5, 7.5))
    length = float(rng.uniform(5.0, 8.0))
    x = (np.mod(u / width, 1.0) - 0.5) * width  # cm from the cable's middle
    swing = np.float32(0.8) * np.sin(v * np.float32(2 * np.pi / length))
    ropes = np.exp(-(((x - swing) / 0.55) ** 2)) + np.exp(-(((x + swing) / 0.55) ** 2))
    ropes = np.minimum(ropes, 1.1)
    ground = np.exp(-((np.abs(x) / (0.36 * width)) ** 6))
    relief += (2.2 * ropes - 0.8 * ground * (1 - ropes)).astype(np.float32)
    tone += (0.10 * ropes * ground - 0.08 * ground).astype(np.float32)


def _quilt(u: F32, v: F32, tone: F32, relief: F32, rng: np.random.Generator) -> None:
    """Stitched padding in bands or diamonds; in place."""
    pitch = float(rng.uniform(5.0, 10.0))
    if rng.random() < 0.7:
        wave = np.abs(np.sin(v * np.float32(np.pi / pitch))) + 0 * u
    else:
        a = np.abs(np.sin((u + v) * np.float32(np.pi / pitch)))
        wave = np.minimum(a, np.abs(np.sin((u - v) * np.float32(np.pi / pitch))))
    puff = np.sqrt(wave).astype(np.float32)
    relief += np.float32(6.0) * puff
    tone += np.float32(0.16) * (puff - np.float32(0.8))


@lru_cache(maxsize=24)
def lace_tile(variant: int) -> U8:
    """Opacity (TILE, TILE) uint8 of lace: flowers and scallops on a net, 9 to 16 cm wide; read-only."""
    rng = np.random.default_rng([variant, 11])
    kind = ("ditsy", "bouquet", "paisley", "leaves")[variant % 4]
    cover = motif_tile(kind, variant // 4)
    solid = cover.max(2)
    shade = np.clip(210 + 45 * (cover[..., 0] > 127), 0, 255)
    n = int(rng.integers(24, 40))
    k = np.arange(TILE, dtype=np.float32) * (2 * np.pi * n / TILE)
    net = np.maximum(np.cos(k[None] + k[:, None]), np.cos(k[None] - k[:, None]))
    net_u8 = np.clip((net - 0.55) * 400, 40, 170)
    out = np.where(solid > 100, shade, net_u8).astype(np.uint8)
    out.setflags(write=False)
    return out
