"""Light on a composed surface: soft ambient, one key light, and what skin, hair and cloth do with it.

All in linear light. Directions are in the camera frame (x right, y up, z towards the camera). The
ambient light is projected on nine spherical harmonics (Ramamoorthi and Hanrahan, "An efficient
representation for irradiance environment maps", 2001); a white surface under full key light is near 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.fabrics import value_noise
from tryon.synth.overlay import CLOTH, HAIR, Surface
from tryon.synth.sampling import unit_normals
from tryon.synth.shadows import ambient_occlusion, key_shadow

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
Colour = tuple[float, float, float]
LightKind = Literal["sun", "overcast", "backlight", "indoor", "window", "studio", "flash"]
LIGHTS: tuple[LightKind, ...] = ("sun", "overcast", "backlight", "indoor", "window", "studio", "flash")
_SKIN, _EYE, _SHOE = 1, 3, 4
PALM = 1.25  # times the skin's own middle: brighter than this only palms, nails and eyelids are painted


@dataclass(frozen=True)
class Lobe:
    """A broad source: towards (camera frame), linear colour, width (1 a window, 0.3 half the sky)."""

    towards: Colour
    colour: Colour
    sharp: float = 1.0


@dataclass(frozen=True)
class Light:
    """A scene's light. key: towards, linear colour; softness: radius of its penumbra, 0 a point to 1 a large
    window. lobes: the ambient light. floor: how dark the shadow on the ground is 0..1."""

    kind: LightKind
    towards: Colour
    key: Colour
    softness: float
    lobes: tuple[Lobe, ...]
    floor: float = 0.5
    exposure: float = 1.0


@dataclass(frozen=True)
class LightSettings:
    """Which parts of the light are worked out; a study of realism turns them off one by one."""

    ambient: bool = True  # off: even light from everywhere
    occlusion: bool = True
    shadow: bool = True
    wrap: bool = True  # light that enters the skin and comes out a little further
    shine: bool = True  # weak highlights on skin, hair, shoes and satin
    rim: bool = True  # cloth and skin look brighter where seen edge-on
    weave: bool = True  # relief of the cloth's own thread
    mottle: bool = True  # skin is not one colour
    crisp: float = 1.0  # by how much folds are drawn steeper than the smooth geometry has them; 0: not


def sample_light(rng: np.random.Generator, kind: LightKind | None = None) -> Light:
    """A light as people have it in photos of themselves.

    Args:
        rng: decides everything. kind: a preset; None: any, the soft ones more often.
    """
    if kind is None:
        kind = LIGHTS[rng.choice(len(LIGHTS), p=[0.17, 0.2, 0.08, 0.17, 0.15, 0.17, 0.06])]
    side = float(rng.choice([-1.0, 1.0]))
    warm = _warmth(float(rng.normal(0, 0.5)))
    bounce = float(rng.uniform(0.08, 0.28))
    lobes: tuple[Lobe, ...]
    if kind == "sun":
        turn, high = rng.uniform(-1.2, 1.2), np.radians(rng.uniform(25, 65))
        towards = _direction(turn, high)
        key = _scaled(_warmth(1.0 - 0.5 * np.sin(high)), rng.uniform(0.85, 1.3))
        lobes = (Lobe((0, 1, 0.2), _scaled((0.75, 0.9, 1.15), rng.uniform(0.14, 0.34)), 0.8),
                 Lobe((0, -1, 0.3), _scaled((1.05, 1.0, 0.9), bounce), 0.7),
                 Lobe((-towards[0], 0.1, 0.5), (0.1, 0.1, 0.1), 0.5))  # fmt: skip
        return Light(kind, towards, key, float(rng.uniform(0.04, 0.15)), lobes, float(rng.uniform(0.5, 0.75)))
    if kind == "overcast":
        towards = _direction(float(rng.uniform(-0.8, 0.8)), np.radians(rng.uniform(50, 80)))
        lobes = (Lobe((0, 1, 0.35), _scaled((0.96, 1.0, 1.05), rng.uniform(0.55, 0.8)), 0.9),
                 Lobe((0, -1, 0.2), _scaled((1.0, 0.99, 0.96), bounce), 0.6),
                 Lobe((side, 0.25, 0.5), _scaled((1, 1, 1.02), rng.uniform(0.1, 0.4)), 1.0))  # fmt: skip
        return Light(kind, towards, _scaled(warm, rng.uniform(0.2, 0.5)), 0.8, lobes, float(rng.uniform(0.25, 0.45)))
    if kind == "backlight":
        turn = np.pi + rng.uniform(-0.7, 0.7)
        towards = _direction(float(turn), np.radians(rng.uniform(20, 45)))
        lobes = (Lobe((0, 0.8, 0.6), _scaled((0.9, 0.97, 1.08), rng.uniform(0.4, 0.6)), 0.5),
                 Lobe((0, -1, 0.3), _scaled((1.04, 1.0, 0.93), bounce + 0.1), 0.6),
                 Lobe((0, 0.1, 1), (0.25, 0.25, 0.25), 0.4))  # fmt: skip
        key = _scaled(_warmth(0.8), rng.uniform(0.8, 1.4))
        return Light(kind, towards, key, float(rng.uniform(0.1, 0.3)), lobes, 0.35, 1.15)
    if kind == "indoor":
        towards = _direction(float(rng.uniform(-0.9, 0.9)), np.radians(rng.uniform(45, 80)))
        lamp = _warmth(float(rng.uniform(0.6, 1.8)))
        lobes = (Lobe((0.3 * side, 1, 0.4), _scaled(lamp, rng.uniform(0.3, 0.5)), 1.0),
                 Lobe((0, -1, 0.4), _scaled(_warmth(1.6), bounce), 0.7),
                 Lobe((side, 0.1, 0.8), _scaled(_warmth(0.6), rng.uniform(0.1, 0.3)), 0.8))  # fmt: skip
        return Light(kind, towards, _scaled(lamp, rng.uniform(0.4, 0.75)), float(rng.uniform(0.35, 0.7)), lobes, 0.4)
    if kind == "window":
        towards = (side * float(rng.uniform(0.6, 1)), float(rng.uniform(0.05, 0.4)), float(rng.uniform(0.15, 0.8)))
        cool = _warmth(float(rng.uniform(-1.0, 0.1)))
        lobes = (Lobe(towards, _scaled(cool, rng.uniform(0.25, 0.45)), 1.2),
                 Lobe((-side, 0.3, 0.6), _scaled(_warmth(0.7), rng.uniform(0.08, 0.25)), 0.4),
                 Lobe((0, -1, 0.3), _scaled(_warmth(0.9), 0.6 * bounce), 0.6))  # fmt: skip
        return Light(kind, towards, _scaled(cool, rng.uniform(0.55, 0.95)), float(rng.uniform(0.4, 0.8)), lobes, 0.4)
    if kind == "flash":
        towards = (float(rng.normal(0, 0.06)), float(rng.uniform(0.02, 0.14)), 1.0)
        lobes = (Lobe((0, 1, 0.5), _scaled(_warmth(1.2), rng.uniform(0.1, 0.3)), 0.5),
                 Lobe((0, -0.6, 0.6), _scaled(_warmth(1.0), 0.12), 0.5))  # fmt: skip
        return Light(kind, towards, _scaled((1, 1, 1.02), rng.uniform(0.6, 0.85)), 0.08, lobes, 0.5)
    towards = (side * float(rng.uniform(0.3, 0.8)), float(rng.uniform(0.35, 0.7)), float(rng.uniform(0.6, 1)))
    level = float(rng.uniform(0.2, 0.5))
    lobes = (Lobe((-side * 0.7, 0.3, 0.8), (0.9 * level, 0.9 * level, 0.92 * level), 0.6),
             Lobe((0, 1, 0.3), (0.3, 0.3, 0.3), 0.8),
             Lobe((0, -1, 0.4), (bounce, bounce, bounce), 0.6))  # fmt: skip
    return Light(kind, towards, _scaled(_warmth(0.1), rng.uniform(0.5, 0.85)), float(rng.uniform(0.5, 0.9)), lobes, 0.4)


def _direction(turn: float, high: float) -> Colour:
    """Towards a light at a turn from the camera's side (0: behind the camera) and a height, radians."""
    return (
        float(np.sin(turn) * np.cos(high)),
        float(np.sin(high)),
        float(np.cos(turn) * np.cos(high)),
    )


def _warmth(amount: float) -> Colour:
    """White made warm (positive) or cool; green stays."""
    return float(np.exp(0.13 * amount)), 1.0, float(np.exp(-0.2 * amount))


def _scaled(colour: Colour, factor: float) -> Colour:
    return float(colour[0] * factor), float(colour[1] * factor), float(colour[2] * factor)


def _unit(vector: Colour) -> F32:
    out = np.array(vector, np.float32)
    return out / np.linalg.norm(out)


def harmonics(directions: F32) -> F32:
    """The nine real spherical harmonics of unit vectors (..., 3), (..., 9)."""
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    one = np.full_like(x, 0.282095)
    return np.stack(
        [one, 0.488603 * y, 0.488603 * z, 0.488603 * x, 1.092548 * x * y, 1.092548 * y * z,
         0.315392 * (3 * z * z - 1), 1.092548 * x * z, 0.546274 * (x * x - y * y)], -1,
    )  # fmt: skip


def _sphere(count: int = 256) -> F32:
    """Directions spread evenly over the sphere (Fibonacci spiral), (count, 3)."""
    k = np.arange(count) + 0.5
    z = 1 - 2 * k / count
    phi = np.pi * (1 + 5**0.5) * k
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(phi), r * np.sin(phi), z], 1).astype(np.float32)


def irradiance(light: Light) -> F32:
    """Coefficients (9, 3) that give the ambient light on a unit normal when multiplied by ``harmonics``.

    A lobe facing a surface squarely gives its colour.
    """
    around = _sphere()
    basis = harmonics(around)  # (256, 9)
    bands = np.array([np.pi] + [2 * np.pi / 3] * 3 + [np.pi / 4] * 5, np.float32)
    out = np.zeros((9, 3), np.float32)
    for lobe in light.lobes:
        radiance = np.exp(4 * lobe.sharp * (around @ _unit(lobe.towards) - 1)).astype(np.float32)
        coefficients = bands * (radiance @ basis) * (4 * np.pi / len(around))
        facing = float(harmonics(_unit(lobe.towards)) @ coefficients)
        out += (coefficients / facing)[:, None] * np.array(lobe.colour, np.float32)
    return out


def shade(surface: Surface, light: Light, focal_px: float, settings: LightSettings, rng: np.random.Generator) -> F32:
    """Radiance (h, w, 3) of a surface under a light, linear, before exposure.

    Args:
        surface: what is seen. focal_px: of the picture at the surface's size.
        rng: of the irregularity of skin.
    """
    normal = surface.normal
    if settings.weave:
        normal = _bend(normal, surface.relief, surface.depth, focal_px)
    if settings.crisp:
        normal = _crisper(normal, surface.kind == CLOTH, settings.crisp, focal_px / float(np.median(surface.depth)))
    ambient = _ambient(normal, light) if settings.ambient else np.full_like(normal, 0.55)
    if settings.occlusion:
        open_sky = ambient_occlusion(surface.depth, surface.alpha, focal_px)
        # light bounced in a fold takes the cloth's colour: bright cloth is darkened less (Jimenez et al., 2016)
        bright = np.minimum(surface.albedo, 0.9)
        ambient = ambient * (open_sky[..., None] ** (1 - 0.55 * bright) if bright.size else 1)
    albedo = _mottled(surface, focal_px, rng) if settings.mottle else surface.albedo
    towards = _unit(light.towards)
    facing = np.asarray(normal @ towards, np.float32)
    lit = np.ones(surface.alpha.shape, np.float32)
    if settings.shadow:
        lit = key_shadow(surface.depth, surface.alpha, towards, light.softness, focal_px)
    diffuse: F32 = np.repeat(np.maximum(facing, np.float32(0))[..., None], 3, 2)
    if settings.wrap:
        _wrap(diffuse, facing, surface.kind)
    key = np.array(light.key, np.float32)
    out = albedo * (ambient + diffuse * (lit[..., None] * key))
    if settings.shine:
        out += _shine(surface, normal, towards, facing, lit)[..., None] * key
    if settings.rim:
        # outlines are one pixel wide: without a blur they glitter
        edge = cv2.blur((1 - np.clip(normal[..., 2], 0, 1)) ** 3, (3, 3))
        # strands mirror the sky above them
        edge = np.where(surface.kind == HAIR, edge + 1.2 * np.clip(normal[..., 1], 0, 1) ** 3, edge)
        fuzz = np.where(surface.kind == CLOTH, np.float32(0.06), np.float32(0.05)) * edge
        out += fuzz[..., None] * ambient * (0.12 + surface.albedo)
    return np.asarray(out, np.float32)


def _ambient(normal: F32, light: Light) -> F32:
    c = irradiance(light)
    x, y, z = normal[..., 0], normal[..., 1], normal[..., 2]
    features = np.stack([y, z, x, x * y, y * z, z * z, x * z, x * x - y * y], -1)
    scale = np.array([0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 3 * 0.315392, 1.092548, 0.546274], np.float32)
    out = features.reshape(-1, 8) @ (scale[:, None] * c[1:]) + (0.282095 * c[0] - 0.315392 * c[6])
    return np.maximum(out, np.float32(0.02)).reshape(normal.shape)


def _wrap(diffuse: F32, facing: F32, kind: U8) -> None:
    """Soften the edge of the key light in place: red light travels furthest in skin, hair lets light through."""
    skin = kind == _SKIN
    here = facing[skin]
    for channel, w in enumerate((0.30, 0.16, 0.11)):
        diffuse[..., channel][skin] = np.maximum((here + w) / (1 + w), 0) ** 1.2
    hair = kind == HAIR
    diffuse[hair] = np.maximum((facing[hair] + 0.4) / 1.4, 0)[:, None]
    cloth = kind == CLOTH
    diffuse[cloth] = np.maximum((facing[cloth] + 0.07) / 1.07, 0)[:, None]


def _shine(surface: Surface, normal: F32, towards: F32, facing: F32, lit: F32) -> F32:
    """Highlights (h, w): Blinn and Phong with one half vector, since the viewer is far."""
    half = towards + np.array([0, 0, 1], np.float32)
    half /= max(float(np.linalg.norm(half)), 1e-3)
    along = np.clip(normal @ half, 0, 1)
    sharp = np.full(256, 14.0, np.float32)
    sharp[[_SKIN, _EYE, _SHOE, HAIR]] = (13.0, 120.0, 30.0, 10.0)
    exponent = sharp[surface.kind]
    power = np.exp2(exponent * np.log2(np.maximum(along, 1e-3))) * (exponent + 8) * 0.04
    strength = np.where(surface.kind == HAIR, 0.16, np.where(surface.kind == _SKIN, 0.3, 0.12)) * surface.gloss
    return np.asarray(power * strength * np.clip(facing * 4, 0, 1) * lit, np.float32)


def _mottled(surface: Surface, focal_px: float, rng: np.random.Generator) -> F32:
    """Albedo (h, w, 3) with the blotches of real skin: redder here, paler there, over one to six centimetres."""
    skin = (surface.kind == _SKIN).astype(np.float32)
    if not skin.any():
        return surface.albedo
    px_per_m = focal_px / float(np.median(surface.depth))
    small = (max(8, skin.shape[0] // 2), max(8, skin.shape[1] // 2))
    red = value_noise(small, max(3.0, 0.03 * px_per_m), rng, 3)
    pale = value_noise(small, max(2.0, 0.01 * px_per_m), rng, 2)
    # skin was painted for even light in a game: make more of its dark features. Palms and nails of skins that were
    # painted light would glow on a dark tone: what is much brighter than the rest is brought nearer to it
    mean = np.median(surface.albedo[skin > 0][::7], axis=0)
    ratio = np.clip(surface.albedo / np.maximum(mean, 1e-3), 0.4, 8)
    bright = np.maximum(ratio, np.float32(PALM))
    detail = np.minimum(ratio, np.float32(PALM)) ** np.float32(0.5) * (bright / np.float32(PALM)) ** np.float32(-0.6)
    waves = cv2.resize(
        np.dstack([0.02 * pale, 0.025 * pale - 0.025 * red, 0.03 * pale - 0.035 * red]), skin.shape[::-1]
    )
    fine = 0.02 * cv2.resize(rng.standard_normal(small).astype(np.float32), skin.shape[::-1])
    factor = detail * (1 + waves + fine[..., None])
    return np.asarray(surface.albedo * (1 + skin[..., None] * (factor - 1)), np.float32)


def _bend(normal: F32, relief: F32, depth: F32, focal_px: float) -> F32:
    """Tilt normals by the relief's slope."""
    if not relief.any():
        return normal
    px_per_m = focal_px / np.maximum(depth, np.float32(0.2))
    dx = cv2.Sobel(relief, cv2.CV_32F, 1, 0, ksize=3, scale=0.125) * px_per_m
    dy = cv2.Sobel(relief, cv2.CV_32F, 0, 1, ksize=3, scale=0.125) * px_per_m
    out = normal.copy()
    out[..., 0] -= np.clip(dx, -0.8, 0.8)
    out[..., 1] += np.clip(dy, -0.8, 0.8)
    return unit_normals(out)


def _crisper(normal: F32, cloth: NDArray[np.bool_], amount: float, px_per_m: float) -> F32:
    """Normals of cloth moved away from their surroundings' mean: folds of a few cm come out."""
    sigma = max(0.8, 0.02 * px_per_m)
    mass = cloth.astype(np.float32)
    size, half = normal.shape[1::-1], (max(8, normal.shape[1] // 2), max(8, normal.shape[0] // 2))
    small = cv2.resize(mass, half, interpolation=cv2.INTER_AREA)
    mean = cv2.resize(normal * mass[..., None], half, interpolation=cv2.INTER_AREA)
    mean = cv2.GaussianBlur(mean, (0, 0), max(0.6, sigma / 2))
    mean /= np.maximum(cv2.GaussianBlur(small, (0, 0), max(0.6, sigma / 2)), np.float32(1e-3))[..., None]
    mean = cv2.resize(mean, size, interpolation=cv2.INTER_LINEAR)
    out = normal + (np.float32(amount) * mass)[..., None] * (normal - mean)
    return unit_normals(out)
