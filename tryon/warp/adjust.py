"""How a placement differs from the rules' for one body and garment: what a network may change, and no more.

The rules of ``tryon.warp.placement`` give usual places; a few numbers move the landmarks, lengthen or widen the
limbs' tubes and turn the trunk's front. Maps stay as smooth as the rules make them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tryon.warp.body import SIDES, Body, Side, Vector

# Landmarks that move, each in x and y. Tried and left out: armpits, whose exact place says little of the cloth that is
# seen (flow off by 40.0 px with them, 39.7 without), and the trunk's sides half-way down (bulges on real people).
PAIRED = ("neck", "shoulder", "hem", "waist", "hip")
LIMB = ("length", "elbow", "end")  # natural logarithms of factors: a tube's length, its width at the joint and end
NAMES: tuple[str, ...] = (
    *(f"{name}_{side}.{axis}" for name in PAIRED for side in SIDES for axis in "xy"),
    "crotch.x",
    "crotch.y",
    "front.x",
    *(f"{name}_{side}" for name in LIMB for side in SIDES),
)
MOST = 0.8  # sw: nothing is moved further than that
MOST_LOG = 0.6  # no tube changes by more than this factor's logarithm


@dataclass(frozen=True)
class LimbFit:
    """Factors on what the rules say of a sleeve or leg."""

    length: float = 1.0
    elbow: float = 1.0
    end: float = 1.0


@dataclass(frozen=True)
class Adjustment:
    """Changes of a placement.

    shift: landmark name -> (2,) photo pixels. front: photo pixels by which the trunk's front moves to the viewer's
    right. limbs: side -> factors.
    """

    shift: Mapping[str, Vector] = field(default_factory=dict)
    front: float = 0.0
    limbs: Mapping[Side, LimbFit] = field(default_factory=dict)


def frame_of(body: Body) -> NDArray[np.float64]:
    """(2, 2), rows: the unit vectors in which shifts are told, across the spine to the viewer's right and down it."""
    return np.stack([np.array([body.down[1], -body.down[0]]), body.down])


def adjustment_of(values: Mapping[str, float], body: Body) -> Adjustment:
    """Numbers by name (``NAMES``; those left out are 0) as changes of this body's placement.

    Args:
        values: shifts in sw along ``frame_of``, logarithms of factors.
        body: the measures used.
    """
    axes = frame_of(body) * body.full_width

    def number(name: str, most: float) -> float:
        return float(np.clip(values.get(name, 0.0), -most, most))

    def vector(name: str) -> Vector:
        return np.array([number(f"{name}.x", MOST), number(f"{name}.y", MOST)]) @ axes

    names = [f"{name}_{side}" for name in PAIRED for side in SIDES]
    limbs = {side: LimbFit(*(float(np.exp(number(f"{n}_{side}", MOST_LOG))) for n in LIMB)) for side in SIDES}
    return Adjustment(
        {name: vector(name) for name in (*names, "crotch")},
        number("front.x", MOST) * body.full_width,
        limbs,
    )


def blended(adjustment: Adjustment, share: float) -> Adjustment:
    """The same changes, a ``share`` (0..1) of them."""
    limbs = {e: LimbFit(f.length**share, f.elbow**share, f.end**share) for e, f in adjustment.limbs.items()}
    return replace(
        adjustment,
        shift={name: share * v for name, v in adjustment.shift.items()},
        front=share * adjustment.front,
        limbs=limbs,
    )
