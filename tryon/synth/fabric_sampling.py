"""Which cloth a garment is made of: shares as in shops and wardrobes (``fabric_shares``), colours that fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tryon.synth.fabric_shares import (
    CAMOUFLAGE,
    DENIM,
    DENIM_WEIGHTS,
    LEATHER,
    LEGGINGS,
    LEOPARD,
    PRINT_PERCENT,
    PRINTS,
    REPEAT_CM,
    pick,
    pick_kind,
    pick_motif,
    pick_weave,
)
from tryon.synth.fabric_specs import FabricSpec, PrintSpec
from tryon.synth.print_texts import pick_text
from tryon.synth.record import GarmentInfo
from tryon.synth.wardrobe_colours import from_lab, pick_colour, pick_pair, pick_palette, to_lab, vary

if TYPE_CHECKING:
    from tryon.synth.photo_textures import PhotoTextures

PHOTO_SHARE = 0.22  # a real garment laid on this one, where one fits
PATCH_SHARE = 0.04  # a piece of real cloth
TRIM_SHARE = 0.13  # collars and cuffs of another colour
STITCH_SHARE = 0.12  # of woven clothes have thread that stands off, denim aside
ONE_INK = ("text", "college", "number", "caption", "waves", "badge")  # prints that one ink can carry
QUIET = ("jersey", "fleece", "twill", "rib", "waffle")  # weaves that are printed on


def sample_fabric(info: GarmentInfo, rng: np.random.Generator, photos: PhotoTextures | None = None) -> FabricSpec:
    """A random cloth for a garment, with its trimmings' colours and prints.

    Args:
        info: its label and the "kind" among its attributes decide the shares.
        rng: of all choices.
        photos: real garments and cloths to take from; None: drawn ones only.
    """
    if photos is not None:
        luck = rng.random()
        if luck < PHOTO_SHARE and (name := photos.match(info, rng)) is not None:
            return FabricSpec("photo", ("#808080",), style=name, seed=int(rng.integers(1 << 30)))
        if luck > 1 - PATCH_SHARE and (name := photos.pick_patch(info.label, rng)) is not None:
            spec = FabricSpec("patch", (photos.patch_colour(name),), style=name, scale_cm=float(rng.uniform(9, 24)))
            return _finish(spec, info, rng)
    sort = info.attributes.get("kind", "")
    return _finish(_cloth(pick_kind(info.label, sort, rng), info.label, sort, rng), info, rng)


def _one(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]


def _between(bounds: tuple[float, float], rng: np.random.Generator) -> float:
    return float(rng.uniform(bounds[0], bounds[1]))


def _cloth(kind: str, label: str, sort: str, rng: np.random.Generator) -> FabricSpec:
    """The cloth of a kind, without prints and trimmings."""
    weave = pick_weave(label, sort, rng)
    if kind == "stripes":
        return _stripes(label, weave, rng)
    if kind == "checks":
        return _checks(label, rng)
    if kind == "motif":
        return _motif(label, weave, rng)
    if kind == "denim":
        return _denim(rng)
    if kind == "heather":
        ground = pick_colour(label, rng)
        lab = to_lab(ground) * np.array([1, 0.6, 0.6], np.float32)
        other = from_lab(lab + np.array([float(rng.choice([-13, 11, 16])), 0, 0]))
        return FabricSpec("heather", (ground, other), weave=weave)
    if kind in ("gradient", "tiedye"):
        palette = pick_palette(label, rng, 3 if rng.random() < 0.3 else 2)
        if kind == "tiedye":
            return FabricSpec(
                kind, (*palette, "#f2f0ea"), style=_one(("spiral", "cloud", "rings", "cloud"), rng), weave=weave
            )
        return FabricSpec(kind, palette, style=_one(("dip", "smooth"), rng), weave=weave)
    if kind == "blocks":
        return _blocks(label, weave, rng)
    if kind == "side":
        ground, second = pick_pair(label, rng)
        return FabricSpec("plain", (ground,), weave="jersey", zones=(("side_stripe", second),))
    return _plain(kind, label, sort, weave, rng)


def _plain(kind: str, label: str, sort: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    """One colour, told by its weave."""
    colour = pick_colour(label, rng)
    if kind in ("lace", "sheer"):
        colour = vary(_one(("#f2f0ec", "#18181a", "#e8dfd2", colour), rng), rng)
        low = _between((0.25, 0.5) if kind == "lace" else (0.6, 0.9), rng)
        return FabricSpec("plain", (colour,), weave="lace" if kind == "lace" else "chiffon", opacity=low, gloss=0.1)
    if kind == "leather":
        return FabricSpec("plain", (vary(_one(LEATHER, rng), rng),), weave="leather", gloss=_between((0.3, 0.65), rng))
    if kind == "knit":
        return FabricSpec("plain", (colour,), weave=pick("knit 45, rib 25, cable 18, waffle 12", rng))
    if kind in ("quilt", "corduroy", "velvet", "tweed", "sequins", "satin", "linen"):
        gloss = {"quilt": _between((0.1, 0.45), rng), "velvet": 0.2, "sequins": 0.7, "satin": 0.5}.get(kind, 0.0)
        return FabricSpec("plain", (colour,), weave=kind, gloss=gloss)
    if sort == "leggings" and rng.random() < 0.7:
        colour = vary(_one(LEGGINGS, rng), rng)
    gloss = float(pick("0 55, 0.05 25, 0.12 14, 0.3 6", rng))
    return FabricSpec("plain", (colour,), weave=weave, gloss=gloss)


def _denim(rng: np.random.Generator) -> FabricSpec:
    p = np.array(DENIM_WEIGHTS)
    base = DENIM[int(rng.choice(len(DENIM), p=p / p.sum()))]
    lighter = from_lab(to_lab(base) + np.array([12, 0, 0]))
    stitch = vary("#b9803f", rng) if rng.random() < 0.6 else lighter
    wash = float(rng.beta(1.6, 1.6))
    return FabricSpec("denim", (vary(base, rng),), weave="denim", wash=wash, stitch=stitch, metal="#a8865a")


def _stripes(label: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    if label in ("Shirt", "Blouse", "Blazer", "Pants", "Shorts", "Skirt"):
        pin = label in ("Blazer", "Pants") or rng.random() < 0.4
        style, scale, angle = "pin" if pin else "even", _between((1.2, 2.6) if pin else (0.5, 2.5), rng), 90.0
    else:
        style = pick("even 28, sailor 32, multi 16, wide 16, pin 8", rng)
        sizes = {"even": (1.5, 5.0), "sailor": (2.0, 4.0), "multi": (8.0, 26.0), "wide": (8.0, 18.0), "pin": (1.2, 3.0)}
        scale, angle = _between(sizes[style], rng), 90.0 if label == "Dress" and rng.random() < 0.35 else 0.0
    palette = pick_palette(label, rng, 4 if style == "multi" else 3)
    if style == "sailor" and rng.random() < 0.6:
        palette = (vary("#f1efe9", rng), vary(_one(("#222b47", "#1b1b1e", "#a2303a"), rng), rng))
        palette = palette if rng.random() < 0.75 else palette[::-1]
    return FabricSpec("stripes", palette, style=style, weave=weave, scale_cm=scale, angle_deg=angle)


def _checks(label: str, rng: np.random.Generator) -> FabricSpec:
    style = pick("gingham 24, tartan 36, window 16, buffalo 10, madras 14", rng)
    sizes = {
        "gingham": (0.8, 2.5), "tartan": (6.0, 16.0), "window": (3.0, 9.0), "buffalo": (7.0, 11.0),
        "madras": (8.0, 18.0),
    }  # fmt: skip
    palette = pick_palette(label, rng, 5)
    if style == "gingham" or (style == "window" and label == "Shirt"):
        palette = (vary("#f3f2ee", rng), *palette[:4])
    if style == "buffalo":
        palette = (vary(_one(("#a02830", "#e6e2d8", "#41618a", "#7a7d80"), rng), rng), "#1c1c1e")
    return FabricSpec("checks", palette, style=style, weave="twill", scale_cm=_between(sizes[style], rng))


def _motif(label: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    style = pick_motif(label, rng)
    palette = pick_palette(label, rng, 5)
    if style in ("ditsy", "bouquet", "tropical", "leaves") and rng.random() < 0.5:
        green = vary(_one(("#5d7048", "#3f5a41", "#7d8b5e", "#2f4a3d", "#8a9a78"), rng), rng, 2.0)
        palette = (*palette[:3], green, palette[4])
    if style == "camouflage" and rng.random() < 0.85:
        palette = tuple(vary(c, rng) for c in CAMOUFLAGE[int(rng.integers(len(CAMOUFLAGE)))])
    if style == "leopard" and rng.random() < 0.85:
        palette = tuple(vary(c, rng) for c in LEOPARD[int(rng.integers(len(LEOPARD)))])
    return FabricSpec("motif", palette, style=style, weave=weave, scale_cm=_between(REPEAT_CM[style], rng))


def _blocks(label: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    ground, second = pick_pair(label, rng)
    place = _one(("lower", "yoke") if label == "Dress" else ("sleeves", "raglan", "yoke", "lower", "band"), rng)
    zones = [(place, second)]
    if place in ("sleeves", "raglan"):
        zones.append(("collar", second))
    if rng.random() < 0.15:
        zones.append(("sleeve_stripe", pick_pair(label, rng)[1]))
    return FabricSpec("plain", (ground,), weave=weave, zones=tuple(zones))


def _finish(spec: FabricSpec, info: GarmentInfo, rng: np.random.Generator) -> FabricSpec:
    """Contrast trimmings, prints, buttons and the seed."""
    label, zones = info.label, list(spec.zones)
    prints: list[PrintSpec] = []
    ground = spec.colours[0]
    dark = float(to_lab(ground)[0]) < 45
    if not zones and label in ("T-Shirt", "Polo", "Longsleeve", "Hoodie", "Undershirt") and rng.random() < TRIM_SHARE:
        other = pick_pair(label, rng)[1]
        zones.append(("collar", other))
        if rng.random() < 0.6:
            zones.append(("cuffs", other))
    printed_on = spec.kind in ("plain", "heather", "gradient", "tiedye") and spec.weave in QUIET
    if printed_on and 100 * rng.random() < PRINT_PERCENT.get(label, 0):
        prints.append(_print(label, ground, rng))
        if label in ("T-Shirt", "Hoodie", "Longsleeve") and rng.random() < 0.12:
            prints.append(replace(_print("back", ground, rng), side="back", y=14.0))
    stitch = spec.stitch
    if not stitch and label in ("Pants", "Shorts", "Skirt", "Outwear", "Shirt") and rng.random() < STITCH_SHARE:
        stitch = from_lab(to_lab(ground) + np.array([22 if dark else -22, 0, 0]))
    metal = _one(("#a5a6a8", "#2b2b2d", "#b39763", "#8b8c90", ground), rng)
    return replace(
        spec,
        zones=tuple(zones),
        prints=tuple(prints),
        stitch=stitch,
        button=_one(("#ece8df", "#2a2725", "#5c4634", ground, "#b9b4a8"), rng),
        metal=metal if spec.kind != "denim" else spec.metal,
        seed=int(rng.integers(1 << 30)),
    )


def _apart(ground: str, rng: np.random.Generator) -> list[str]:
    """Three more inks that stand off the cloth."""
    inks: list[str] = []
    while len(inks) < 3:
        ink = pick_colour("T-Shirt", rng)
        if float(np.linalg.norm(to_lab(ink) - to_lab(ground))) > 18 or rng.random() < 0.1:
            inks.append(ink)
    return inks


def _print(label: str, ground: str, rng: np.random.Generator) -> PrintSpec:
    """A print in inks that stand off the ground."""
    dark = float(to_lab(ground)[0]) < 55
    first = vary("#efece4" if dark else _one(("#1f2023", "#24304f", "#7a2a2e"), rng), rng)
    variant = int(rng.integers(24))
    art = pick(PRINTS, rng)
    single = art in ONE_INK and rng.random() < 0.55
    inks = (first,) if single else (first, *_apart(ground, rng))
    small = label in ("Polo", "Shorts", "Outwear", "Pants") or rng.random() < 0.28
    if small and label != "back":
        side = 1.0 if rng.random() < 0.75 else -1.0  # over the heart, which is at the viewer's right
        if label in ("Shorts", "Pants"):
            return PrintSpec(
                "badge", inks[:2], _between((2.5, 5), rng), variant, "", 12.0 * side, _between((10, 30), rng)
            )
        return PrintSpec("badge", inks[:2], _between((2.5, 6), rng), variant, "", 9.0 * side, _between((4, 8), rng))
    width = _between((8, 22) if art == "caption" else (14, 30), rng)
    worn = float(rng.beta(1, 3))
    return PrintSpec(art, inks, width, variant, pick_text(art, rng), 0.0, _between((4, 10), rng), worn=worn)
