"""What garments are laid on or hung before when somebody photographs them: paper, beds, wood, tiles, carpet, walls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.fabrics import value_noise
from tryon.synth.grounds import GroundLibrary
from tryon.synth.sampling import TO_LINEAR

F32 = NDArray[np.float32]
CoverKind = Literal["white", "grey", "paper", "wood", "bed", "tiles", "carpet", "wall", "photo"]
LAID_ON: tuple[CoverKind, ...] = ("white", "grey", "paper", "wood", "bed", "tiles", "carpet", "photo")
HUNG_ON: tuple[CoverKind, ...] = ("white", "grey", "paper", "wall", "wood", "photo")


@dataclass(frozen=True)
class Cover:
    """A ground under or behind a garment. colour: linear. turn: radians. scale_m: height of the picture in m.
    photo: index into the library's covers (kind "photo"). seed: of everything else."""

    kind: CoverKind
    colour: tuple[float, float, float]
    turn: float = 0.0
    scale_m: float = 1.1
    photo: int = -1
    seed: int = 0


def sample_cover(
    rng: np.random.Generator, library: GroundLibrary | None, kinds: tuple[CoverKind, ...] | None = None
) -> Cover:
    """A ground at random: shops' white and grey more often, then what people have at home."""
    shares: dict[CoverKind, float] = {
        "white": 0.14, "grey": 0.08, "paper": 0.1, "wood": 0.12, "bed": 0.15, "tiles": 0.05, "carpet": 0.07,
        "wall": 0.09, "photo": 0.3,
    }  # fmt: skip
    have = library is not None and bool(library.flats)
    chosen = [k for k in (kinds or LAID_ON) if k != "photo" or have]
    weight = np.array([shares[k] for k in chosen])
    kind = chosen[rng.choice(len(chosen), p=weight / weight.sum())]
    grey = float(rng.uniform(0.12, 0.8))
    tint = np.exp(rng.normal(0, 0.25 if rng.random() < 0.5 else 0.04, 3))
    table = {
        "white": np.full(3, rng.uniform(0.86, 1.0)),
        "grey": np.full(3, 0.92),  # sRGB 246, as many shops have it
        "wood": np.array([(0.42, 0.25, 0.12), (0.2, 0.1, 0.05), (0.55, 0.42, 0.28), (0.3, 0.26, 0.22)][rng.integers(4)])
        * np.exp(rng.normal(0, 0.3) + rng.normal(0, 0.05, 3)),
    }
    colour = np.clip(table.get(kind, grey * tint), 0.02, 1.0)
    photo = int(rng.integers(len(library.flats))) if kind == "photo" and library is not None else -1
    turn = float(rng.normal(0, 0.1) + rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)], p=[0.45, 0.3, 0.25]))
    triple = (float(colour[0]), float(colour[1]), float(colour[2]))
    return Cover(kind, triple, turn, float(rng.uniform(0.8, 1.5)), photo, int(rng.integers(1 << 31)))


def draw_cover(
    cover: Cover, library: GroundLibrary | None, size: tuple[int, int], towards: F32 | None = None
) -> tuple[F32, bool]:
    """Draw a ground.

    Args:
        size: (H, W). towards: (3,) direction of the light (x right, y up, z to the camera), which folds need.

    Returns:
        Linear colour (H, W, 3), and whether it is a photo, whose light is fixed already.
    """
    rng = np.random.default_rng(cover.seed)
    if cover.kind == "photo":
        return _photo(cover, library, size, rng), True
    way = np.array([-0.5, 0.5, 0.7], np.float32) if towards is None else towards
    h, w = size
    y, x = np.mgrid[:h, :w].astype(np.float32) * np.float32(cover.scale_m / h)
    c, s = np.float32(np.cos(cover.turn)), np.float32(np.sin(cover.turn))
    u, v = x * c + y * s + np.float32(rng.uniform(0, 3)), y * c - x * s + np.float32(rng.uniform(0, 3))
    light = np.broadcast_to(np.array(cover.colour, np.float32), (h, w, 3)).copy()
    if cover.kind == "wood":
        light *= _boards(u, v, rng, h)[..., None]
        light[..., 0] *= 1 + 0.02 * value_noise((h, w), h / 3, rng, 2)
    elif cover.kind == "tiles":
        light *= _tiles(u, v, rng)[..., None]
    elif cover.kind == "carpet":
        fine = cv2.GaussianBlur(rng.standard_normal((h, w)).astype(np.float32), (0, 0), 0.7 * h / 512 + 0.2) * 2
        light *= np.exp(rng.uniform(0.08, 0.3) * fine + 0.05 * value_noise((h, w), h / 5, rng, 3))[..., None]
    elif cover.kind == "bed":
        light = _sheet(light, u, v, rng, way)
    elif cover.kind in ("wall", "paper"):
        light *= (1 + 0.012 * value_noise((h, w), h / 30, rng, 3))[..., None]
    # no lamp lights a table evenly
    slope = rng.normal(0, 0.05 if cover.kind in ("white", "grey") else 0.13, 2)
    even = 1 + slope[0] * np.linspace(-1, 1, w)[None] + slope[1] * np.linspace(-1, 1, h)[:, None]
    return np.asarray(light * even[..., None].clip(0.5, 1.5), np.float32), False


def _photo(cover: Cover, library: GroundLibrary | None, size: tuple[int, int], rng: np.random.Generator) -> F32:
    if library is None or not 0 <= cover.photo < len(library.flats):
        raise BadRequestError("This picture needs a photographed ground that the library does not have.")
    image = cv2.imdecode(np.frombuffer(library.flats[cover.photo], np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise BadRequestError("A photographed ground cannot be decoded; make data/grounds again.")
    image = image[..., ::-1]
    if rng.random() < 0.5:
        image = image[:, ::-1]
    zoom = float(rng.uniform(1.0, 1.25))
    h, w = size
    scale = max(h / image.shape[0], w / image.shape[1]) * zoom
    dx, dy = rng.uniform(0, 1, 2) * (scale * image.shape[1] - w, scale * image.shape[0] - h)
    warp = np.array([[scale, 0, -dx], [0, scale, -dy]])
    out = cv2.warpAffine(np.ascontiguousarray(image), warp, (w, h), borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.LUT(out, TO_LINEAR), np.float32)


def _boards(u: F32, v: F32, rng: np.random.Generator, h: int) -> F32:
    """Planks along v: grain, a tone of their own, joints."""
    wide, long = float(rng.uniform(0.06, 0.2)), float(rng.uniform(0.5, 1.6))
    column = np.floor(u / wide)
    row = np.floor(v / long + np.mod(column * 0.618, 1.0))
    tone = np.mod(np.sin(column * 12.9898 + row * 78.233) * 43758.5453, 1.0).astype(np.float32)
    grid = rng.standard_normal((int(8 / 0.012) + 8, 64)).astype(np.float32)
    across = np.mod(u / 0.006 + 37 * tone, grid.shape[0] - 2).astype(np.float32)
    along = np.mod(v / 0.35 + 11 * tone, 62).astype(np.float32)
    grain = cv2.remap(grid.T.copy(), across, along, cv2.INTER_LINEAR)
    rings = np.sin(u / wide * 9 + 3 * np.sin(v / 0.25 + 6 * tone) + 20 * tone)
    joint = np.maximum(
        np.abs(np.mod(u / wide, 1) - 0.5) - 0.5 + 0.0016 / wide,
        np.abs(np.mod(v / long + np.mod(column * 0.618, 1.0), 1) - 0.5) - 0.5 + 0.0016 / long,
    )
    out = (1 + 0.35 * (tone - 0.5)) * (1 + 0.07 * grain + 0.06 * rings)
    return np.asarray(out * np.where(joint > 0, 0.45, 1.0), np.float32)


def _tiles(u: F32, v: F32, rng: np.random.Generator) -> F32:
    side, grout = float(rng.choice([0.1, 0.2, 0.33, 0.6])), float(rng.uniform(0.0015, 0.005))
    tone = np.mod(np.sin(np.floor(u / side) * 12.9898 + np.floor(v / side) * 78.233) * 43758.5453, 1.0)
    edge = np.minimum(np.mod(u, side), np.mod(v, side))
    cloud = value_noise(u.shape, 60, rng, 3)
    line = np.clip(edge / grout, 0, 1) ** 2
    shade = float(rng.choice([0.55, 0.8, 1.35]))
    return np.asarray((1 + 0.1 * (tone - 0.5) + 0.03 * cloud) * (line + (1 - line) * shade), np.float32)


def _sheet(light: F32, u: F32, v: F32, rng: np.random.Generator, towards: F32) -> F32:
    """A bedspread: creases that run across one another, and sometimes a pattern."""
    h, w = u.shape
    small = (max(32, h // 2), max(24, w // 2))
    height = np.zeros(small, np.float32)
    for size, strength in ((0.35, 1.0), (0.16, 0.5), (0.07, 0.22)):
        cell = size * small[0]
        stretch = float(rng.uniform(1.5, 3))
        wave = value_noise((int(small[0] * stretch), small[1]), cell, rng, 1)
        wave = cv2.resize(wave, small[::-1], interpolation=cv2.INTER_AREA)
        if rng.random() < 0.5:
            wave = np.ascontiguousarray(
                cv2.resize(value_noise((small[0], int(small[1] * stretch)), cell, rng, 1), small[::-1])
            )
        height += strength * size * (1 - 2 * np.abs(np.tanh(1.5 * wave)))
    height = cv2.resize(height, (w, h), interpolation=cv2.INTER_CUBIC)
    height = cv2.GaussianBlur(height, (0, 0), 0.006 * h) * float(rng.uniform(0.03, 0.22)) * h / 2
    dx, dy = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    facing = (towards[2] - towards[0] * dx + towards[1] * dy) / np.sqrt(1 + dx * dx + dy * dy)
    shade = 0.45 + 0.55 * np.maximum(facing, 0) / max(float(towards[2]), 0.3)
    pattern = rng.random()
    other = np.clip(np.array(light[0, 0]) * np.exp(rng.normal(0, 0.5, 3)), 0.02, 0.9).astype(np.float32)
    period = float(rng.uniform(0.03, 0.2))
    if pattern < 0.2:
        light = np.where((np.mod(u / period, 1) < rng.uniform(0.2, 0.6))[..., None], other, light)
    elif pattern < 0.4:
        both = (np.mod(u / period, 1) < 0.5).astype(np.float32) + (np.mod(v / period, 1) < 0.5)
        light = light + (0.5 * both)[..., None] * (other - light)
    fine = cv2.GaussianBlur(rng.standard_normal((h, w)).astype(np.float32), (0, 0), 0.8)
    return np.asarray(light * (shade * (1 + 0.04 * fine)).clip(0.15, 1.6)[..., None], np.float32)
