"""Which garments a shard holds, and who wears what: the choice of clothes of the data engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.synth.garment_mesh import Wearable

Slot = Literal["top", "bottom", "dress", "jacket"]
SLOTS: tuple[Slot, ...] = ("top", "bottom", "dress", "jacket")
WIDE = ("loose", "oversized")


@dataclass(frozen=True)
class Counts:
    """How many garments of each slot a shard holds; some 40 keep one garment in about ten records."""

    top: int = 15
    bottom: int = 11
    dress: int = 7
    jacket: int = 5
    fresh: float = 0.2  # share that is designed for this shard alone; the others come from the library
    outfits: float = 0.22  # share that is pieces of the open outfits


@dataclass(frozen=True)
class Habits:
    """How often people wear what."""

    dress: float = 0.24  # outfit is a dress
    jacket: float = 0.2  # something open over it
    tucked: float = 0.3  # of tops that can be
    men_skirt: float = 0.06  # of men's outfits with a dress or a skirt: seldom in photos, but not never


@dataclass(frozen=True)
class Outfit:
    """Indices into a shard's garments, in wearing order, and whether the top is tucked in."""

    garments: tuple[int, ...]
    tucked: bool = False


def slot_of(wearable: Wearable) -> Slot:
    """What a garment is to an outfit."""
    mesh = wearable.mesh
    if mesh.open_front:
        return "jacket"
    return {"upper": "top", "lower": "bottom", "dress": "dress"}[mesh.category]  # type: ignore[return-value]


def can_tuck(wearable: Wearable) -> bool:
    """Whether a top's hem reaches far enough, and not too far, to go into a waistband."""
    attributes = wearable.mesh.attributes
    return attributes.get("length") in ("regular", "long") and not attributes.get("hood")


def choose_wardrobe(
    counts: Counts,
    library: Sequence[Wearable],
    pieces: Sequence[Wearable],
    design: Callable[[Slot, np.random.Generator], Wearable],
    rng: np.random.Generator,
) -> list[Wearable]:
    """The garments of one shard.

    Args:
        library: designs with simulated drapes. pieces: of the open outfits. design: makes a new garment.
        rng: decides everything.
    """
    chosen: list[Wearable] = []
    for slot in SLOTS:
        count = getattr(counts, slot)
        pools = [[w for w in pool if slot_of(w) == slot] for pool in (library, pieces)]
        kinds = rng.choice(3, count, p=[1 - counts.fresh - counts.outfits, counts.outfits, counts.fresh])
        for kind in kinds:
            pool = pools[kind] if kind < 2 else []
            pool = [w for w in pool if w not in chosen]
            if pool:
                chosen.append(pool[int(rng.integers(len(pool)))])
            else:
                chosen.append(design(slot, rng))
    return chosen


def choose_outfit(
    wardrobe: Sequence[Wearable],
    habits: Habits,
    rng: np.random.Generator,
    *,
    avoid: Sequence[int] = (),
    separates: bool | None = None,
    man: bool = False,
) -> Outfit:
    """One outfit: a dress, or a top with a bottom, now and then with a jacket.

    Args:
        avoid: garments that are not chosen again. separates: True for a top with a bottom, False for a
            dress, None for either. man: who wears it.
    """
    legs_only = man and rng.random() >= habits.men_skirt

    def pick(slot: Slot) -> int | None:
        pool = [k for k, w in enumerate(wardrobe) if slot_of(w) == slot and k not in avoid]
        if legs_only and slot == "bottom":
            pool = [k for k in pool if wardrobe[k].mesh.label != "Skirt"] or pool
        return int(rng.choice(pool)) if pool else None

    if separates is None:
        separates = legs_only or bool(rng.random() >= habits.dress)
    jacket = pick("jacket") if rng.random() < habits.jacket else None
    over = () if jacket is None else (jacket,)
    dress = None if separates else pick("dress")
    if dress is not None:
        return Outfit((dress, *over))
    top, bottom = pick("top"), pick("bottom")
    if top is None or bottom is None:
        return Outfit(tuple(k for k in (top, bottom) if k is not None))
    bib = wardrobe[bottom].mesh.attributes.get("kind") == "dungarees"
    if bib and wardrobe[top].mesh.attributes.get("fit") in WIDE:  # it would come through the bib
        slim = [
            k
            for k, w in enumerate(wardrobe)
            if slot_of(w) == "top" and k not in avoid and w.mesh.attributes.get("fit") not in WIDE
        ]
        top = int(rng.choice(slim)) if slim else top
    tucked = bool(can_tuck(wardrobe[top]) and rng.random() < habits.tucked)
    pair = (top, bottom) if tucked else (bottom, top)
    return Outfit((*pair, *over), tucked)
