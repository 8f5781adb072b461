"""The library of cut garments that drapes are simulated for, and new designs for one shard.

The library is fixed by its seeds: garment k of a slot is the same wherever and whenever it is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tryon.synth.cutkit import CutKit
from tryon.synth.dress_cuts import make_dress, sample_dress
from tryon.synth.garment_mesh import Wearable
from tryon.synth.jacket_cuts import make_jacket, sample_jacket
from tryon.synth.lower_cuts import make_lower, sample_lower
from tryon.synth.skirt_cuts import make_skirt, sample_skirt
from tryon.synth.upper_cuts import make_upper, sample_upper

DesignKind = Literal["upper", "dress", "jacket", "lower", "skirt"]
LIBRARY_SEED = 20
HELD_OUT_EVERY = 10  # of each kind, for the validation shards alone


@dataclass(frozen=True)
class LibraryCounts:
    """How many designs of each kind the library has; tops vary most."""

    upper: int = 70
    dress: int = 25
    jacket: int = 20
    lower: int = 35
    skirt: int = 20


def make_design(kind: DesignKind, rng: np.random.Generator, kit: CutKit) -> Wearable:
    """One garment of a kind; equal generators give equal garments."""
    match kind:
        case "upper":
            return make_upper(sample_upper(rng), kit)
        case "dress":
            return make_dress(sample_dress(rng), kit)
        case "jacket":
            return make_jacket(sample_jacket(rng), kit)
        case "lower":
            return make_lower(sample_lower(rng), kit)
        case "skirt":
            return make_skirt(sample_skirt(rng), kit)


def library_keys(counts: LibraryCounts = LibraryCounts()) -> list[tuple[DesignKind, int]]:
    """(kind, number) of every design of the library."""
    kinds: tuple[DesignKind, ...] = ("upper", "dress", "jacket", "lower", "skirt")
    return [(kind, k) for kind in kinds for k in range(getattr(counts, kind))]


def library_design(kind: DesignKind, number: int, kit: CutKit) -> Wearable:
    """Design ``number`` of a kind."""
    kinds = ("upper", "dress", "jacket", "lower", "skirt")
    return make_design(kind, np.random.default_rng([LIBRARY_SEED, kinds.index(kind), number]), kit)


def library_name(kind: DesignKind, number: int) -> str:
    """What a design is called, also by its drapes."""
    return f"{kind}-{number:03d}"


def is_held_out(number: int) -> bool:
    """Whether a design of the library belongs to the validation shards."""
    return number % HELD_OUT_EVERY == HELD_OUT_EVERY - 1


def design_library(kit: CutKit, counts: LibraryCounts = LibraryCounts()) -> list[Wearable]:
    """All designs of the library, in the order of ``library_keys``; some minutes for the default counts."""
    return [library_design(kind, number, kit) for kind, number in library_keys(counts)]
