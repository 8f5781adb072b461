"""A photo of a garment alone: on a table, a bed or a hanger, with its shadow and its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.synth.covers import HUNG_ON, LAID_ON, Cover, CoverKind, draw_cover, sample_cover
from tryon.synth.fabrics import value_noise
from tryon.synth.grounds import GroundLibrary
from tryon.synth.hangers import HangerKind, draw_hanger, draw_tag
from tryon.synth.lens import Lens, LensSettings, develop, sample_lens
from tryon.synth.light import Light, LightSettings, Lobe, harmonics, irradiance, sample_light, shade
from tryon.synth.overlay import CLOTH, Surface
from tryon.synth.record import BACK_BIT, HALF, INNER_BIT, NATIVE, FlatView, GarmentInfo
from tryon.synth.sampling import GarmentCut, Paint, garment_cut, unit_normals

F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
WALL_M = {"laid": 0.004, "hung": 0.05, "ghost": 0.6}  # from the garment's back to what is behind it


@dataclass(frozen=True)
class FlatSettings:
    """What a garment's photo is made of; everything can be turned off by itself."""

    light: LightSettings = field(default_factory=LightSettings)
    lens: LensSettings = field(default_factory=LensSettings)
    shadow: bool = True  # on the ground
    hanger: bool = True
    creases: bool = True
    covers: tuple[CoverKind, ...] | None = None  # None: all that suit the view


@dataclass(frozen=True)
class FlatLook:
    """Everything that is decided about one garment photo besides its geometry and its cloth.

    tag: whether a shop's label hangs from the neck or the waistband. crease: slope of creases beyond the view's own.
    """

    light: Light
    cover: Cover
    lens: Lens
    hanger: HangerKind = "none"
    tag: bool = False
    crease: float = 0.0
    seed: int = 0
    settings: FlatSettings = field(default_factory=FlatSettings)


@dataclass(frozen=True)
class FlatPicture:
    """A finished photo of a garment.

    image_u8: (H, W, 3) sRGB. mask_u8: (H, W) 0..255, the garment without the inside of its back.
    inside_u8: (H, W) 0..255, that inside, as far as it is seen. flow_px: (H, W, 2) flat pixels, defined in either.
    back: (H, W) bool, where the garment's back half is seen.
    """

    image_u8: U8
    mask_u8: U8
    inside_u8: U8
    flow_px: F32
    back: NDArray[np.bool_]


def sample_flat_look(
    rng: np.random.Generator,
    view: FlatView,
    *,
    library: GroundLibrary | None = None,
    settings: FlatSettings | None = None,
) -> FlatLook:
    """Decide light, ground, lens and hanger of a garment's photo; rng decides everything."""
    settings = settings or FlatSettings()
    kinds = settings.covers
    if kinds is None:
        kinds = {"laid": LAID_ON, "hung": HUNG_ON, "ghost": ("white", "grey", "paper")}[view.kind]  # type: ignore[assignment]
    cover = sample_cover(rng, library, kinds)
    light = _light_for(view.kind, rng)
    hangers: tuple[HangerKind, ...] = ("wood", "plastic", "wire")
    hanger = hangers[rng.integers(3)] if view.kind == "hung" and settings.hanger else "none"
    lens = sample_lens(rng)
    if cover.kind in ("white", "grey") and rng.random() < 0.7:
        # a shop's picture: clean, and its ground lit to an even white
        lens = replace(
            lens, noise=0.3 * lens.noise, vignette=0.0, balance=(1.0, 1.0), gain=1.05, contrast=1.0, black=0.0
        )
    tag = bool(settings.hanger and view.kind != "ghost" and rng.random() < 0.06)
    ironed = view.kind == "ghost" or rng.random() < 0.12
    crease = 0.0 if ironed or not settings.creases else float(rng.gamma(2.2, 0.2))
    return FlatLook(light, cover, lens, hanger, tag, min(crease, 1.0), int(rng.integers(1 << 31)), settings)


def _light_for(kind: str, rng: np.random.Generator) -> Light:
    """Before a wall: a room's or a shop's light. On a table, which the camera looks down on: light from the side."""
    if kind != "laid":
        return sample_light(rng, ("studio", "indoor", "window")[rng.choice(3, p=[0.5, 0.25, 0.25])])
    turn, warm = rng.uniform(0, 2 * np.pi), float(rng.normal(0, 0.7))
    high = rng.uniform(0.4, 1.2)  # a window is low, a lamp overhead is high
    towards = (float(np.cos(turn) * np.cos(high)), float(np.sin(turn) * np.cos(high)), float(np.sin(high)))
    colour = np.array([np.exp(0.1 * warm), 1.0, np.exp(-0.15 * warm)])
    key, fill = rng.uniform(0.4, 0.9) * colour, rng.uniform(0.22, 0.48) * np.array([1, 1, 1.02])
    lobes = (Lobe((0, 0, 1), _three(fill), 0.25), Lobe((-towards[0], -towards[1], 0.5), (0.1, 0.1, 0.1), 0.5))
    return Light("indoor", towards, _three(key), float(rng.uniform(0.15, 0.8)), lobes, 0.5)


def _three(values: Sequence[float] | NDArray[np.floating]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def compose_flat(
    info: GarmentInfo,
    view: FlatView,
    paint: Paint | None,
    look: FlatLook,
    size: tuple[int, int] = HALF,
    *,
    library: GroundLibrary | None = None,
) -> FlatPicture:
    """Draw a garment alone.

    Args:
        info: the garment. view: one of its views. paint: its cloth, None: grey. look: see ``sample_flat_look``.
        size: (H, W), at most NATIVE. library: of photographed grounds.

    Raises:
        BadRequestError: the size is too large, or a photographed ground is missing.
    """
    if not (0 < size[0] <= NATIVE[0] and 0 < size[1] <= NATIVE[1]):
        raise BadRequestError(f"A picture of {size} was asked for; a record holds at most {NATIVE} (height, width).")
    rng = np.random.default_rng(look.seed)
    cloth = garment_cut(view, paint, size)
    surface = _surface(cloth, size)
    scale = _px_per_m(info, cloth.flat, cloth.part) or size[0] / 1.1
    distance = float(np.median(cloth.depth[cloth.alpha > 0.5])) if (cloth.alpha > 0.5).any() else 2.0
    settings = look.settings
    if look.crease > 0 and not (paint is not None and paint.shaded):
        surface = replace(surface, normal=_creased(surface.normal, look.crease, scale, rng))
    if view.kind != "ghost":
        surface = replace(surface, normal=_rounded(surface.normal, cloth.alpha))
    garment = shade(surface, look.light, scale * distance, settings.light, rng)
    towards = np.array(look.light.towards, np.float32) / np.linalg.norm(look.light.towards)
    ground, photo = draw_cover(look.cover, library, size, towards)
    if not photo:
        ground = ground * _on_plane(look.light, look.cover)
    if settings.shadow:
        ground = ground * _shadow(cloth.alpha, towards, look.light, WALL_M[view.kind] * scale, view.kind)[..., None]
    light = ground + surface.alpha[..., None] * (garment - ground)
    inner = (cloth.part & (INNER_BIT | BACK_BIT)) == (INNER_BIT | BACK_BIT)
    inside = cloth.alpha * inner
    hidden = np.zeros(size, np.float32)
    if look.hanger != "none":
        # a hanger is before the back's inside and behind the front
        light, hidden = draw_hanger(light, cloth.alpha * ~inner, look.hanger, view, scale, rng)
    if look.tag:
        light = draw_tag(light, view, scale, rng)
    image = develop(light, look.lens, settings.lens, rng)
    return FlatPicture(
        image,
        np.round(cloth.alpha * ~inner * 255).astype(np.uint8),
        np.round(inside * (1 - hidden) * 255).astype(np.uint8),
        cloth.flat,
        ((cloth.part & BACK_BIT) > 0) & (cloth.alpha > 0),
    )


def _surface(cloth: GarmentCut, size: tuple[int, int]) -> Surface:
    """The garment as a surface to be lit."""
    there = cloth.alpha > 0
    normal = np.where(there[..., None], unit_normals(cloth.normal), np.array([0, 0, 1], np.float32))
    depth = np.where(there, cloth.depth, cloth.depth[there].max() if there.any() else 2.0).astype(np.float32)
    return Surface(
        (0, size[0], 0, size[1]), size, cloth.alpha * cloth.sheet.opacity, cloth.sheet.albedo, normal, depth,
        np.where(there, np.uint8(CLOTH), np.uint8(0)), cloth.sheet.relief,
        np.full(size, cloth.sheet.gloss, np.float32), np.zeros(size, np.uint8), (), (),
    )  # fmt: skip


def _px_per_m(info: GarmentInfo, flat: F32, part: U8) -> float:
    """Picture pixels per metre of cloth, in the middle of the cases; 0 where nothing is seen."""
    both = (part[::3, 3::3] == part[::3, :-3:3]) & (part[::3, 3::3] > 0)
    step = np.linalg.norm(flat[::3, 3::3] - flat[::3, :-3:3], axis=2)[both] / 3
    return float(info.px_per_m / max(float(np.median(step)), 1e-3)) if len(step) else 0.0


def _on_plane(light: Light, cover: Cover) -> F32:
    """Light (3,) on the ground; a shop's white stays white."""
    if cover.kind in ("white", "grey"):
        return np.ones(3, np.float32)
    up = np.array([0, 0, 1], np.float32)
    towards = np.array(light.towards, np.float32) / np.linalg.norm(light.towards)
    key = np.array(light.key, np.float32) * max(float(towards[2]), 0.1)
    return np.asarray(harmonics(up) @ irradiance(light) + key, np.float32).clip(0.3, 1.2)


def _shadow(alpha: F32, towards: F32, light: Light, gap_px: float, kind: str) -> F32:
    """Share (h, w) of light that reaches the ground beside the garment.

    gap_px: from the garment's back to the ground.
    """
    unit = alpha.shape[0] / 512
    keep = np.ones_like(alpha)
    # closed in: the ground sees the cloth instead of the room
    for sigma, share in ((1.3 * unit, 0.38), (5.0 * unit, 0.3)):
        keep *= 1 - (share if kind == "laid" else 0.3 * share) * cv2.GaussianBlur(alpha, (0, 0), sigma)
    gap = min(gap_px + (4 * unit if kind == "laid" else 0.0), 60 * unit)
    reach = gap / max(float(towards[2]), 0.25)
    warp = np.array([[1.0, 0, -float(towards[0]) * reach], [0, 1.0, float(towards[1]) * reach]])
    cast = cv2.warpAffine(alpha, warp, (alpha.shape[1], alpha.shape[0]))
    cast = cv2.GaussianBlur(cast, (0, 0), 0.8 * unit + (0.25 + 0.6 * light.softness) * gap)
    strength = {"laid": 0.5, "hung": 0.45, "ghost": 0.12}[kind] * (1.1 - 0.6 * light.softness)
    return np.asarray(keep * (1 - strength * cast), np.float32)


def _rounded(normal: F32, alpha: F32) -> F32:
    """Normals (h, w, 3) that lean outwards at the outline, where the cloth turns over to its other side."""
    unit = alpha.shape[0] / 512
    height = cv2.GaussianBlur(alpha, (0, 0), 1.6 * unit) * np.float32(4 * unit)
    out = normal.copy()
    out[..., 0] -= cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125)
    out[..., 1] += cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    return unit_normals(out)


def _creased(normal: F32, slope: float, px_per_m: float, rng: np.random.Generator) -> F32:
    """Normals (h, w, 3) of cloth that lay folded in a cupboard: sharp ridges between soft hollows."""
    h, w = normal.shape[:2]
    small = (max(16, h // 2), max(16, w // 2))
    height = np.zeros(small, np.float32)
    for size_m, share in ((0.16, 1.0), (0.08, 0.6), (0.04, 0.3)):
        cell = max(3.0, size_m * px_per_m / 2)
        long = (small[0], int(small[1] * 1.8)) if rng.random() < 0.5 else (int(small[0] * 1.8), small[1])
        wave = cv2.resize(value_noise(long, cell, rng, 1), small[::-1])
        turn = float(rng.uniform(-40, 40))
        spin = cv2.getRotationMatrix2D((small[1] / 2, small[0] / 2), turn, 1.25)
        wave = cv2.warpAffine(wave, spin, small[::-1], borderMode=cv2.BORDER_REFLECT)
        height += share * cell * (0.25 - np.sqrt(wave * wave + 0.02))
    height = cv2.resize(cv2.GaussianBlur(height, (0, 0), 0.7), (w, h), interpolation=cv2.INTER_CUBIC) * 2
    # creases do not run everywhere
    where = np.clip(0.6 + 0.5 * cv2.resize(value_noise((16, 12), 6, rng, 1), (w, h)), 0, 1.3)
    dx, dy = cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=0.125), cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=0.125)
    out = normal.copy()
    out[..., 0] -= np.float32(slope) * np.tanh(dx) * where
    out[..., 1] += np.float32(slope) * np.tanh(dy) * where
    return unit_normals(out)
