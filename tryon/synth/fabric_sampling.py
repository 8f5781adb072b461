"""Which cloth a garment is made of: shares as in shops and wardrobes, by the garment's label."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tryon.synth.fabric_specs import FabricSpec, PrintSpec
from tryon.synth.print_texts import pick_text
from tryon.synth.record import GarmentInfo
from tryon.synth.wardrobe_colours import from_lab, pick_colour, pick_pair, pick_palette, to_lab, vary

if TYPE_CHECKING:
    from tryon.synth.photo_textures import PhotoTextures

# Shares of kinds by label, counted by eye on 300 photos of the open garments and rounded; what is missing is plain.
KINDS: dict[str, dict[str, float]] = {
    "T-Shirt": {"heather": 0.12, "stripes": 0.09, "motif": 0.06, "gradient": 0.02, "tiedye": 0.02, "blocks": 0.06},
    "Longsleeve": {"heather": 0.15, "stripes": 0.13, "motif": 0.06, "blocks": 0.07, "knit": 0.22, "checks": 0.01},
    "Shirt": {"checks": 0.27, "stripes": 0.15, "motif": 0.12, "denim": 0.06, "heather": 0.05},
    "Polo": {"stripes": 0.18, "heather": 0.10, "blocks": 0.08, "motif": 0.02},
    "Undershirt": {"heather": 0.10, "stripes": 0.08, "motif": 0.07, "blocks": 0.05, "tiedye": 0.02},
    "Top": {"motif": 0.22, "stripes": 0.08, "lace": 0.10, "knit": 0.08, "gradient": 0.03, "sequins": 0.02},
    "Blouse": {"motif": 0.26, "stripes": 0.08, "lace": 0.10, "sheer": 0.10, "checks": 0.05},
    "Hoodie": {"heather": 0.25, "blocks": 0.12, "motif": 0.04, "tiedye": 0.02, "stripes": 0.02},
    "Blazer": {"checks": 0.08, "stripes": 0.06, "tweed": 0.14, "heather": 0.06, "corduroy": 0.03, "velvet": 0.03},
    "Outwear": {"denim": 0.10, "leather": 0.10, "quilt": 0.17, "motif": 0.04, "tweed": 0.08, "checks": 0.03, "blocks": 0.06},
    "Dress": {"motif": 0.36, "stripes": 0.07, "lace": 0.06, "checks": 0.04, "gradient": 0.03, "knit": 0.05, "blocks": 0.03, "sequins": 0.015},
    "Skirt": {"motif": 0.19, "checks": 0.12, "denim": 0.14, "leather": 0.04, "tweed": 0.05, "lace": 0.03, "stripes": 0.05, "velvet": 0.02},
    "Shorts": {"denim": 0.26, "motif": 0.14, "checks": 0.07, "heather": 0.10, "side": 0.06, "stripes": 0.02},
    "Pants": {"denim": 0.36, "heather": 0.07, "side": 0.05, "checks": 0.05, "stripes": 0.03, "motif": 0.05, "corduroy": 0.03, "leather": 0.02, "tweed": 0.03},
}  # fmt: skip
PHOTO_SHARE = 0.22  # a real garment laid on this one, where one fits
PATCH_SHARE = 0.05  # a piece of real cloth
MOTIFS_OF: dict[str, dict[str, float]] = {
    "any": {
        "ditsy": 3, "bouquet": 3, "leaves": 1.5, "tropical": 1, "paisley": 1, "dots": 2, "camouflage": 0.5, "leopard": 0.9,
        "zebra": 0.4, "brush": 1, "abstract": 1, "houndstooth": 0.4, "geometric": 1, "icons": 0.8,
    },
    "Shorts": {"camouflage": 3, "tropical": 2.5, "leaves": 1, "ditsy": 1, "abstract": 1, "geometric": 1, "dots": 0.5, "icons": 0.5},
    "Hoodie": {"camouflage": 3, "abstract": 1, "icons": 1, "leopard": 0.5},
    "Longsleeve": {"argyle": 1.5, "dots": 2, "icons": 1, "leopard": 1, "camouflage": 0.5, "abstract": 1, "ditsy": 1, "geometric": 1.5},
    "Pants": {"camouflage": 2, "herringbone": 2, "houndstooth": 2, "ditsy": 1, "leopard": 1, "paisley": 1, "geometric": 1},
    "Outwear": {"camouflage": 3, "herringbone": 2, "houndstooth": 2, "leopard": 1},
    "Blazer": {"herringbone": 2, "houndstooth": 2},
}  # fmt: skip
REPEAT_CM = {
    "ditsy": (9, 20), "bouquet": (18, 45), "leaves": (14, 34), "tropical": (26, 60), "paisley": (12, 28), "dots": (5, 22),
    "camouflage": (22, 48), "leopard": (12, 30), "zebra": (18, 40), "brush": (12, 40), "abstract": (20, 55),
    "houndstooth": (9, 26), "herringbone": (8, 14), "argyle": (18, 32), "geometric": (10, 36), "icons": (10, 26),
}  # fmt: skip
CAMOUFLAGE = (
    ("#b3a683", "#5f6b3f", "#6b5a41", "#2c2c26"), ("#a8a9a5", "#74777a", "#4b4d50", "#26272a"),
    ("#c8b592", "#9c8562", "#74603f", "#57482f"), ("#8d94a0", "#566173", "#333d52", "#1d222e"),
)  # fmt: skip
LEOPARD = (
    ("#c9a878", "#2a2320", "#8f6a42"), ("#d9c6a5", "#3a2d24", "#a98355"), ("#e6e2da", "#1f1f20", "#9a958c"),
    ("#a9a7a4", "#28282a", "#6f6d6b"),
)  # fmt: skip
DENIM = ("#1c2233", "#26314a", "#33466b", "#47618c", "#6c86ab", "#93a9c4", "#1a1b1f", "#3a3c41", "#d8d5cc", "#6d7077")
DENIM_WEIGHT = np.array([1.0, 1.6, 1.8, 1.8, 1.3, 0.8, 1.0, 0.6, 0.3, 0.4])
LEATHER = ("#17161a", "#1d1b1c", "#3a2a22", "#5a3a28", "#7a4f33", "#4a1f22", "#26272b", "#8b7a66")


def sample_fabric(info: GarmentInfo, rng: np.random.Generator, photos: PhotoTextures | None = None) -> FabricSpec:
    """A random cloth for a garment, with its trimmings' colours and prints.

    Args:
        info: its label decides the shares, its attributes what fits.
        rng: of all choices.
        photos: real garments and cloths to take from; None: drawn ones only.
    """
    if photos is not None:
        pick = rng.random()
        if pick < PHOTO_SHARE and (name := photos.match(info, rng)) is not None:
            return FabricSpec("photo", ("#808080",), style=name, seed=int(rng.integers(1 << 30)))
        if pick > 1 - PATCH_SHARE and (name := photos.pick_patch(info.label, rng)) is not None:
            spec = FabricSpec("patch", (photos.patch_colour(name),), style=name, scale_cm=float(rng.uniform(9, 24)))
            return _finish(spec, info, rng)
    table = KINDS.get(info.label, KINDS["T-Shirt"])
    kinds = [*table, "plain"]
    shares = np.array([*table.values(), max(0.0, 1 - sum(table.values()))])
    kind = str(rng.choice(np.array(kinds), p=shares / shares.sum()))
    return _finish(_cloth(kind, info.label, rng), info, rng)


def _cloth(kind: str, label: str, rng: np.random.Generator) -> FabricSpec:
    """The cloth of a kind, without zones, prints and trimmings."""
    weave = _usual_weave(label, rng)
    if kind in ("stripes", "checks", "motif"):
        return _patterned(kind, label, weave, rng)
    if kind == "denim":
        base = DENIM[int(rng.choice(len(DENIM), p=DENIM_WEIGHT / DENIM_WEIGHT.sum()))]
        orange = rng.random() < 0.6
        stitch = vary("#b9803f" if orange else base, rng) if orange else from_lab(to_lab(base) + np.array([12, 0, 0]))
        return FabricSpec(
            "denim", (vary(base, rng),), weave="denim", wash=float(rng.beta(1.6, 1.6)), stitch=stitch, metal="#a8865a"
        )
    if kind == "heather":
        ground = pick_colour(label, rng)
        lab = to_lab(ground) * np.array([1, 0.6, 0.6], np.float32)
        other = from_lab(lab + np.array([float(rng.choice([-18, 16, 24])), 0, 0]))
        return FabricSpec("heather", (ground, other), weave="fleece" if label == "Hoodie" else weave)
    if kind in ("gradient", "tiedye"):
        palette = pick_palette(label, rng, 3 if rng.random() < 0.3 else 2)
        styles = ("dip", "smooth") if kind == "gradient" else ("spiral", "cloud", "rings", "cloud")
        if kind == "tiedye":
            palette = (*palette, "#f2f0ea")
        return FabricSpec(kind, palette, style=styles[int(rng.integers(len(styles)))], weave=weave)
    if kind in ("lace", "sheer"):
        weave = "lace" if kind == "lace" else "chiffon"
        low = float(rng.uniform(0.25, 0.5) if kind == "lace" else rng.uniform(0.6, 0.9))
        return FabricSpec("plain", (_soft_colour(label, rng),), weave=weave, opacity=low, gloss=0.1)
    if kind == "leather":
        colour = vary(LEATHER[int(rng.integers(len(LEATHER)))], rng)
        return FabricSpec("plain", (colour,), weave="leather", gloss=float(rng.uniform(0.35, 0.7)))
    if kind in ("quilt", "corduroy", "velvet", "tweed", "sequins"):
        gloss = {"quilt": float(rng.uniform(0.1, 0.5)), "velvet": 0.25, "sequins": 0.8}.get(kind, 0.0)
        return FabricSpec("plain", (pick_colour(label, rng),), weave=kind, gloss=gloss)
    if kind == "knit":
        weave = str(rng.choice(np.array(["knit", "rib", "cable", "waffle"]), p=[0.45, 0.25, 0.18, 0.12]))
        return FabricSpec("plain", (pick_colour(label, rng),), weave=weave)
    if kind == "blocks":
        return _blocks(label, weave, rng)
    if kind == "side":
        ground, second = pick_pair(label, rng)
        return FabricSpec("plain", (ground,), weave="jersey", zones=(("side_stripe", second),))
    gloss = float(rng.choice(np.array([0.0, 0.05, 0.15, 0.4]), p=[0.55, 0.25, 0.13, 0.07]))
    return FabricSpec("plain", (pick_colour(label, rng),), weave=weave, gloss=gloss)


def _usual_weave(label: str, rng: np.random.Generator) -> str:
    choices = {
        "Shirt": ("twill", "twill", "linen", "twill"), "Blouse": ("satin", "twill", "chiffon"), "Hoodie": ("fleece",),
        "Blazer": ("twill", "twill", "linen", "tweed"), "Outwear": ("twill", "satin", "fleece"), "Pants": ("twill", "jersey", "linen", "twill"),
        "Shorts": ("twill", "jersey", "linen"), "Skirt": ("twill", "jersey", "satin", "linen"), "Dress": ("jersey", "twill", "satin", "linen"),
        "Longsleeve": ("jersey", "jersey", "knit", "fleece"), "Polo": ("waffle", "jersey", "jersey"),
    }.get(label, ("jersey",))  # fmt: skip
    return choices[int(rng.integers(len(choices)))]


def _soft_colour(label: str, rng: np.random.Generator) -> str:
    return vary(str(rng.choice(np.array(["#f2f0ec", "#18181a", "#e8dfd2", pick_colour(label, rng)]))), rng)


def _patterned(kind: str, label: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    if kind == "stripes":
        shirt = label in ("Shirt", "Blouse", "Blazer", "Pants", "Shorts", "Skirt")
        if shirt:
            pin = label in ("Blazer", "Pants") or rng.random() < 0.4
            style, scale, angle = ("pin", rng.uniform(1.2, 2.6), 90.0) if pin else ("even", rng.uniform(0.5, 2.5), 90.0)
        else:
            style = str(
                rng.choice(np.array(["even", "sailor", "multi", "wide", "pin"]), p=[0.28, 0.32, 0.16, 0.16, 0.08])
            )
            scale = {"even": (1.5, 5), "sailor": (2, 4), "multi": (8, 26), "wide": (8, 18), "pin": (1.2, 3)}[style]
            scale, angle = rng.uniform(*scale), 90.0 if label in ("Dress",) and rng.random() < 0.35 else 0.0
        if style == "sailor" and rng.random() < 0.6:
            palette: tuple[str, ...] = (
                vary("#f1efe9", rng),
                vary(str(rng.choice(np.array(["#222b47", "#1b1b1e", "#a2303a"]))), rng),
            )
            palette = palette if rng.random() < 0.75 else palette[::-1]
        else:
            palette = pick_palette(label, rng, 4 if style == "multi" else 3)
        return FabricSpec("stripes", palette, style=style, weave=weave, scale_cm=float(scale), angle_deg=angle)
    if kind == "checks":
        style = str(
            rng.choice(np.array(["gingham", "tartan", "window", "buffalo", "madras"]), p=[0.24, 0.36, 0.16, 0.10, 0.14])
        )
        scale = {"gingham": (0.8, 2.5), "tartan": (6, 16), "window": (3, 9), "buffalo": (7, 11), "madras": (8, 18)}[
            style
        ]
        palette = pick_palette(label, rng, 5)
        if style == "gingham" or (style == "window" and label == "Shirt"):
            palette = (vary("#f3f2ee", rng), *palette[:4])
        if style == "buffalo":
            palette = (vary(str(rng.choice(np.array(["#a02830", "#e6e2d8", "#41618a", "#7a7d80"]))), rng), "#1c1c1e")
        return FabricSpec("checks", palette, style=style, weave="twill", scale_cm=float(rng.uniform(*scale)))
    table = MOTIFS_OF.get(label, MOTIFS_OF["any"])
    p = np.array([*table.values()])
    style = str(rng.choice(np.array([*table]), p=p / p.sum()))
    palette = pick_palette(label, rng, 5)
    if style == "camouflage" and rng.random() < 0.85:
        palette = CAMOUFLAGE[int(rng.integers(len(CAMOUFLAGE)))]
    if style == "leopard" and rng.random() < 0.85:
        palette = LEOPARD[int(rng.integers(len(LEOPARD)))]
    return FabricSpec("motif", palette, style=style, weave=weave, scale_cm=float(rng.uniform(*REPEAT_CM[style])))


def _blocks(label: str, weave: str, rng: np.random.Generator) -> FabricSpec:
    ground, second = pick_pair(label, rng)
    places = ["sleeves", "raglan", "yoke", "lower", "band"] if label != "Dress" else ["lower", "yoke", "lower"]
    place = places[int(rng.integers(len(places)))]
    zones = [(place, second)]
    if place in ("sleeves", "raglan"):
        zones.append(("collar", second))
    if rng.random() < 0.15:
        zones.append(("sleeve_stripe", pick_pair(label, rng)[1]))
    return FabricSpec("plain", (ground,), weave=weave, zones=tuple(zones))


def _finish(spec: FabricSpec, info: GarmentInfo, rng: np.random.Generator) -> FabricSpec:
    """Contrast trimmings, prints, buttons and the seed."""
    label, zones, prints = info.label, list(spec.zones), list(spec.prints)
    ground = spec.colours[0]
    dark = float(to_lab(ground)[0]) < 45
    if not zones and label in ("T-Shirt", "Polo", "Longsleeve", "Hoodie", "Undershirt") and rng.random() < 0.13:
        other = pick_pair(label, rng)[1]
        zones.append(("collar", other))
        if rng.random() < 0.6:
            zones.append(("cuffs", other))
    quiet = spec.kind in ("plain", "heather", "gradient", "tiedye") and spec.weave in (
        "jersey",
        "fleece",
        "twill",
        "rib",
        "waffle",
    )
    chance = {
        "T-Shirt": 0.52,
        "Hoodie": 0.45,
        "Longsleeve": 0.25,
        "Undershirt": 0.3,
        "Polo": 0.45,
        "Top": 0.12,
        "Shorts": 0.12,
        "Outwear": 0.1,
        "Dress": 0.03,
    }
    if quiet and rng.random() < chance.get(label, 0.0):
        prints.append(_print(label, ground, rng))
        if label in ("T-Shirt", "Hoodie", "Longsleeve") and rng.random() < 0.12:
            prints.append(replace(_print("back", ground, rng), side="back", y=14.0))
    stitch = spec.stitch
    if not stitch and label in ("Pants", "Shorts", "Skirt", "Outwear", "Shirt") and rng.random() < 0.12:
        stitch = from_lab(to_lab(ground) + np.array([22 if dark else -22, 0, 0]))
    button = str(rng.choice(np.array(["#ece8df", "#2a2725", "#5c4634", ground, "#b9b4a8"])))
    metal = str(rng.choice(np.array(["#a5a6a8", "#2b2b2d", "#b39763", "#8b8c90", ground])))
    return replace(
        spec, zones=tuple(zones), prints=tuple(prints), stitch=stitch, button=button,
        metal=metal if spec.kind != "denim" else spec.metal, seed=int(rng.integers(1 << 30)),
    )  # fmt: skip


def _print(label: str, ground: str, rng: np.random.Generator) -> PrintSpec:
    """A print in inks that stand off the ground."""
    dark = float(to_lab(ground)[0]) < 55
    first = vary("#efece4" if dark else ("#1f2023", "#24304f", "#7a2a2e")[int(rng.integers(3))], rng)
    inks = [first, *(pick_colour("T-Shirt", rng) for _ in range(3))]
    if rng.random() < 0.4:
        inks = [first]
    variant = int(rng.integers(24))
    small = label in ("Polo", "Shorts", "Outwear") or rng.random() < 0.28
    if small and label != "back":
        side = float(rng.choice([1, 1, 1, -1]))
        if label == "Shorts":
            return PrintSpec("badge", tuple(inks[:2]), float(rng.uniform(2.5, 5)), variant, "", 12.0 * side, 30.0)
        return PrintSpec(
            "badge", tuple(inks[:2]), float(rng.uniform(2.5, 6)), variant, "", 9.0 * side, float(rng.uniform(4, 8))
        )
    arts = [
        "text",
        "college",
        "sunset",
        "waves",
        "portrait",
        "flower",
        "geometry",
        "animal",
        "picture",
        "number",
        "caption",
    ]
    p = np.array([3, 2.5, 1, 0.7, 1, 1, 1.2, 1.2, 1.4, 0.6, 1.5])
    art = arts[int(rng.choice(len(arts), p=p / p.sum()))]
    text = pick_text(art, rng)
    width = float(rng.uniform(14, 30)) if art != "caption" else float(rng.uniform(8, 22))
    return PrintSpec(art, tuple(inks), width, variant, text, 0.0, float(rng.uniform(4, 10)), worn=float(rng.beta(1, 3)))
