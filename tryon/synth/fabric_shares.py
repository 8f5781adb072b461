"""How often which cloth, design and colour is met, by the garment's label: tables alone.

Shares were estimated on sheets of some 400 photos of the open garments (CC0, alexeygrigorev/clothing-dataset)
and rounded; designs that a network should see more of than shops sell (lace, animals) are a little raised.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

# Percent of kinds of cloth by label or by "label kind" (the "kind" of the garment's attributes); the rest is plain.
_KINDS = {
    "T-Shirt": "heather 12, stripes 9, motif 6, gradient 2, tiedye 2, blocks 6",
    "Longsleeve": "heather 15, stripes 13, motif 5, blocks 7, knit 24, checks 1",
    "Shirt": "checks 26, stripes 15, motif 12, denim 6, heather 5",
    "Polo": "stripes 18, heather 10, blocks 8, motif 2",
    "Undershirt": "heather 10, stripes 8, motif 7, blocks 5, tiedye 2",
    "Top": "motif 20, stripes 8, lace 9, knit 9, gradient 3, sequins 2, satin 5",
    "Blouse": "motif 26, stripes 8, lace 9, sheer 9, checks 5, satin 8",
    "Hoodie": "heather 25, blocks 12, motif 4, tiedye 3, stripes 2",
    "Blazer": "checks 8, stripes 6, tweed 14, heather 6, corduroy 3, velvet 3",
    "Outwear": "denim 10, leather 11, quilt 17, motif 4, tweed 8, checks 3, blocks 7",
    "Outwear cardigan": "knit 68, heather 14, stripes 6, blocks 3",
    "Outwear zip_jacket": "denim 6, leather 13, quilt 24, motif 4, blocks 11, heather 6",
    "Outwear denim_jacket": "denim 90",
    "Dress": "motif 34, stripes 7, lace 6, checks 4, gradient 3, knit 5, blocks 3, sequins 1.5, satin 4, denim 1.5",
    "Skirt": "motif 18, checks 12, denim 14, leather 5, tweed 5, lace 3, stripes 5, velvet 2, satin 4",
    "Shorts": "denim 27, motif 13, checks 7, heather 10, side 6, stripes 2",
    "Pants": "denim 38, heather 7, side 4, checks 5, stripes 3, motif 4, corduroy 3, leather 2, tweed 3",
    "Pants leggings": "motif 9, heather 10, side 7, leather 5, denim 4",
    "Pants joggers": "heather 30, side 14, motif 4, blocks 2",
    "Pants wide": "denim 24, motif 12, stripes 6, checks 4, linen 10, satin 4, corduroy 3",
}
_MOTIFS = {
    "": "ditsy 3, bouquet 3, leaves 1.5, tropical 1, paisley 1, dots 2, camouflage .4, leopard .8, zebra .4, brush 1, "
    "abstract 1, houndstooth .4, geometric 1, icons .8",
    "Shorts": "camouflage 3, tropical 2.5, leaves 1, ditsy 1, abstract 1, geometric 1, dots .5, icons .5",
    "Hoodie": "camouflage 3, abstract 1, icons 1, leopard .5",
    "Longsleeve": "argyle 1.5, dots 2, icons 1, leopard 1, camouflage .5, abstract 1, ditsy 1, geometric 1.5",
    "Pants": "camouflage 2, herringbone 2, houndstooth 2, ditsy 1, leopard 1, paisley 1, geometric 1",
    "Outwear": "camouflage 3, herringbone 2, houndstooth 2, leopard 1",
    "Blazer": "herringbone 2, houndstooth 2",
}
REPEAT_CM = {
    "ditsy": (9, 20), "bouquet": (18, 45), "leaves": (14, 34), "tropical": (26, 60), "paisley": (12, 28),
    "dots": (5, 22), "camouflage": (22, 48), "leopard": (12, 30), "zebra": (18, 40), "brush": (12, 40),
    "abstract": (20, 55),
    "houndstooth": (9, 26), "herringbone": (8, 14), "argyle": (18, 32), "geometric": (10, 36), "icons": (10, 26),
}  # fmt: skip
_WEAVES = {
    "": "jersey 1",
    "Shirt": "twill 3, linen 1",
    "Blouse": "satin 1, twill 1, chiffon 1",
    "Hoodie": "fleece 1",
    "Blazer": "twill 2, linen 1, tweed 1",
    "Outwear": "twill 1, satin 1, fleece 1",
    "Pants": "twill 2, jersey 1, linen 1",
    "Pants leggings": "jersey 4, satin 1",
    "Shorts": "twill 1, jersey 1, linen 1",
    "Skirt": "twill 1, jersey 1, satin 1, linen 1",
    "Dress": "jersey 3, twill 1, satin 1, linen 1",
    "Longsleeve": "jersey 2, knit 1, fleece 1",
    "Polo": "waffle 1, jersey 2",
}
# Percent of plain garments that carry a print
PRINT_PERCENT = {
    "T-Shirt": 52, "Hoodie": 45, "Longsleeve": 25, "Undershirt": 30, "Polo": 45, "Top": 14, "Shorts": 12, "Outwear": 10,
    "Dress": 3, "Pants": 3,
}  # fmt: skip
PRINTS = (
    "text 3, college 2.5, sunset 1, waves .7, portrait 1, flower 1, geometry 1.2, animal 1.2, picture 1.4, number .6, "
    "caption 1.5, planet .8, skyline .8, palm 1"
)
CAMOUFLAGE = (
    ("#b3a683", "#5f6b3f", "#6b5a41", "#2c2c26"), ("#a8a9a5", "#74777a", "#4b4d50", "#26272a"),
    ("#c8b592", "#9c8562", "#74603f", "#57482f"), ("#8d94a0", "#566173", "#333d52", "#1d222e"),
)  # fmt: skip
LEOPARD = (
    ("#c9a878", "#2a2320", "#8f6a42"), ("#d9c6a5", "#3a2d24", "#a98355"), ("#e6e2da", "#1f1f20", "#9a958c"),
    ("#a9a7a4", "#28282a", "#6f6d6b"),
)  # fmt: skip
# Indigo from raw to bleached, then black, grey, ecru and grey again, with weights
DENIM = ("#1c2233", "#26314a", "#33466b", "#47618c", "#6c86ab", "#93a9c4", "#1a1b1f", "#3a3c41", "#d8d5cc", "#6d7077")
DENIM_WEIGHTS = (1.0, 1.6, 1.8, 1.8, 1.3, 0.8, 1.0, 0.6, 0.3, 0.4)
LEATHER = ("#17161a", "#1d1b1c", "#1a1a1c", "#3a2a22", "#5a3a28", "#7a4f33", "#4a1f22", "#26272b", "#8b7a66")
LEGGINGS = ("#16161a", "#1b1c20", "#222433", "#3a3b40", "#141416", "#2b2c33")


@lru_cache(maxsize=256)
def parse_shares(text: str) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Names and numbers of a table line "name 3, other 1.5"."""
    pairs = [entry.split() for entry in text.split(",")]
    return tuple(p[0] for p in pairs), tuple(float(p[1]) for p in pairs)


def _line(table: dict[str, str], label: str, kind: str, fallback: str) -> str:
    return table.get(f"{label} {kind}") or table.get(label) or table[fallback]


def pick(text: str, rng: np.random.Generator) -> str:
    """A random name of a table line, by its numbers."""
    names, numbers = parse_shares(text)
    p = np.array(numbers)
    return names[int(rng.choice(len(names), p=p / p.sum()))]


def pick_kind(label: str, kind: str, rng: np.random.Generator) -> str:
    """A kind of cloth for a garment."""
    text = _line(_KINDS, label, kind, "T-Shirt")
    rest = max(0.0, 100 - sum(parse_shares(text)[1]))
    return pick(f"{text}, plain {rest}", rng)


def pick_motif(label: str, rng: np.random.Generator) -> str:
    """A repeating design for a garment."""
    return pick(_line(_MOTIFS, label, "", ""), rng)


def pick_weave(label: str, kind: str, rng: np.random.Generator) -> str:
    """What a garment is usually woven or knitted like."""
    return pick(_line(_WEAVES, label, kind, ""), rng)


def kinds_of_cloth() -> set[str]:
    """All kinds that are ever drawn, "plain" included."""
    return {name for text in _KINDS.values() for name in parse_shares(text)[0]} | {"plain"}
