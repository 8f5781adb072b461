"""What is decided about a picture besides its geometry: light, background, lens, colours of person and cloth."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tryon.synth.grounds import Ground, GroundKind, GroundLibrary, fitting_street, sample_ground
from tryon.synth.lens import Lens, LensSettings, sample_lens
from tryon.synth.light import Light, LightKind, LightSettings, sample_light
from tryon.synth.overlay import Paint, Tints
from tryon.synth.record import HALF, GarmentInfo, Record

# the contrast of skin (see grounds.StreetPhoto.hard) from which, and over which range, it means sun
HARD_FROM, HARD_OVER = 1.3, 1.3
PaintMaker = Callable[[GarmentInfo, np.random.Generator], Paint]


@dataclass(frozen=True)
class ComposeSettings:
    """What a view is made of; everything can be turned off by itself.

    grounds: kinds that may be drawn, None: any. lights: likewise.
    """

    light: LightSettings = field(default_factory=LightSettings)
    lens: LensSettings = field(default_factory=LensSettings)
    floor_shadow: bool = True  # contact and cast shadows on the ground
    match: bool = True  # the person's exposure and tint follow a photo's
    expose: bool = True  # drawn rooms are exposed as a phone would; street photos are already
    tints: bool = True  # skin, hair, shoes and props change colour
    grounds: tuple[GroundKind, ...] | None = None
    lights: tuple[LightKind, ...] | None = None


@dataclass(frozen=True)
class Look:
    """Everything that is decided about one picture besides its geometry. paints: by index into the garments."""

    light: Light
    ground: Ground
    lens: Lens
    tints: Tints
    paints: Mapping[int, Paint]
    seed: int = 0
    settings: ComposeSettings = field(default_factory=ComposeSettings)


_LUMA = np.array([0.2126, 0.7152, 0.0722])
_SKINS = np.array(  # linear, from Fitzpatrick I to VI, of photographs' usual white balance
    [(0.62, 0.42, 0.33), (0.54, 0.34, 0.25), (0.44, 0.26, 0.175), (0.32, 0.175, 0.105), (0.19, 0.095, 0.055),
     (0.085, 0.042, 0.026)]
)  # fmt: skip
_HAIRS = np.array(
    [(0.012, 0.010, 0.009), (0.022, 0.015, 0.011), (0.045, 0.025, 0.014), (0.085, 0.045, 0.022), (0.15, 0.085, 0.04),
     (0.3, 0.2, 0.1), (0.16, 0.05, 0.018), (0.28, 0.27, 0.26)]
)  # fmt: skip


def figure_extent(record: Record, size: tuple[int, int]) -> tuple[float, float, float, float]:
    """The undressed person's box x0, y0, x1, y1 in a picture of this size; bones tell where it goes on below it."""
    k = size[0] / HALF[0]
    there = record.body.depth > 0
    rows, cols = np.flatnonzero(there.any(1)), np.flatnonzero(there.any(0))
    if not len(rows):
        return 0.3 * size[1], 0.1 * size[0], 0.7 * size[1], 0.95 * size[0]
    low = max([float(rows[-1]), *(y for _, y in record.joints_px.values() if np.isfinite(y))])
    return k * float(cols[0]), k * float(rows[0]), k * float(cols[-1]), k * low


def sample_look(
    rng: np.random.Generator,
    record: Record,
    garments: Sequence[GarmentInfo],
    outfit: Sequence[int],
    *,
    paint: PaintMaker | None = None,
    paints: Mapping[int, Paint] | None = None,
    library: GroundLibrary | None = None,
    settings: ComposeSettings | None = None,
) -> Look:
    """Decide light, background, lens and colours of one picture.

    Args:
        rng: decides everything. paint: makes a cloth for a garment; paints: cloths that are already decided
            (a pair must show the same ones). settings: what may be used.
    """
    settings = settings or ComposeSettings()
    chosen = dict(paints or {})
    for index in outfit:
        garment = record.layers[index].garment
        if garment not in chosen and paint is not None:
            chosen[garment] = paint(garments[garment], rng)
    kinds, lights = settings.grounds, settings.lights
    ground = sample_ground(rng, library, kinds[rng.integers(len(kinds))] if kinds else None)
    if ground.kind == "street" and library is not None:
        ground = replace(ground, photo=fitting_street(rng, library, HALF, figure_extent(record, HALF)))
    light_kind: LightKind | None = lights[rng.integers(len(lights))] if lights else None
    if light_kind is None:
        light_kind = _fitting_light(ground, library, rng)
    return Look(
        _from_its_side(sample_light(rng, light_kind), ground, library),
        ground,
        sample_lens(rng),
        _sample_tints(rng, record) if settings.tints else Tints(),
        chosen,
        int(rng.integers(1 << 31)),
        settings,
    )


def _fitting_light(ground: Ground, library: GroundLibrary | None, rng: np.random.Generator) -> LightKind:
    """Suns shine on streets, windows light rooms; where a photo tells whether the sun shone, it is believed."""
    table: dict[str, tuple[tuple[LightKind, ...], tuple[float, ...]]] = {
        "street": (("sun", "overcast", "backlight", "flash"), (0.25, 0.6, 0.12, 0.03)),
        "room": (("indoor", "window", "flash", "overcast"), (0.42, 0.36, 0.12, 0.1)),
        "shop": (("studio", "flash", "window"), (0.8, 0.1, 0.1)),
        "plain": (("studio",), (1.0,)),
    }
    kinds, shares = table[ground.kind]
    if ground.kind == "street" and library is not None and library.streets[ground.photo].skin is not None:
        sunny = float(np.clip((library.streets[ground.photo].hard - HARD_FROM) / HARD_OVER, 0.03, 0.9))
        shares = (sunny, 0.85 * (1 - sunny), 0.12 * (1 - sunny), 0.03 * (1 - sunny))
    return kinds[rng.choice(len(kinds), p=shares)]


def _from_its_side(light: Light, ground: Ground, library: GroundLibrary | None) -> Light:
    """Mirror a light so that it comes from where it came in the street's photo."""
    if ground.kind != "street" or library is None:
        return light
    side = library.streets[ground.photo].side * (-1 if ground.mirrored else 1)
    if abs(side) < 0.12 or np.sign(side) == np.sign(light.towards[0]):
        return light
    lobes = tuple(replace(lobe, towards=(-lobe.towards[0], *lobe.towards[1:])) for lobe in light.lobes)
    return replace(light, towards=(-light.towards[0], *light.towards[1:]), lobes=lobes)


def _triple(values: Sequence[float] | np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _sample_tints(rng: np.random.Generator, record: Record) -> Tints:
    seen = record.body.albedo[record.body.kind == 1][::97]
    here = (seen.astype(np.float64) / 255 + 1e-3) ** 2.2
    mean = here.mean(0) if len(here) else _SKINS[1]
    # the record's skin has a face and lips painted for its own tone, so others stay near it
    level = -np.log(_SKINS @ _LUMA)
    own = float(np.interp(-np.log(max(float(mean @ _LUMA), 1e-3)), level, np.arange(6)))
    tone = float(np.clip(own + rng.normal(-0.3, 0.5), 0, 5))
    low = int(min(tone, 4))
    target = _SKINS[low] ** (1 - (tone - low)) * _SKINS[low + 1] ** (tone - low) * np.exp(rng.normal(0, 0.03, 3))
    skin = np.clip(target / mean, 0.5, 1.7)
    shares = [0.2, 0.2, 0.17, 0.15, 0.1, 0.08, 0.04, 0.06] if tone < 2.5 else [0.5, 0.35, 0.1, 0, 0, 0.01, 0, 0.04]
    hair = _HAIRS[rng.choice(8, p=shares)]

    def any_colour(spread: float) -> tuple[float, float, float]:
        return _triple(np.clip(np.exp(rng.normal(0, 0.35) + rng.normal(0, spread, 3)), 0.25, 2.2))

    return Tints(
        _triple(skin), any_colour(0.1), any_colour(0.15), any_colour(0.25), any_colour(0.25), (1, 1, 1),
        _triple(hair * np.exp(rng.normal(0, 0.2) + rng.normal(0, 0.05, 3))),
    )  # fmt: skip


def plain_look(paints: Mapping[int, Paint] | None = None) -> Look:
    """A look without chance: grey backdrop, studio light, no noise, no JPEG."""
    settings = ComposeSettings(lens=LensSettings(noise=False, jpeg=False), tints=False)
    lens = Lens(blur=0.0, vignette=0.0, noise=0.0, sharpen=0.0, jpeg=0)
    light = replace(sample_light(np.random.default_rng(7), "studio"))
    return Look(
        light, Ground("plain", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)), lens, Tints(), dict(paints or {}), 0, settings
    )
