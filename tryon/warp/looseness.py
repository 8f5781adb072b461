"""Snug or loose: the visitor's wish for how wide a garment sits, on top of what its picture says.

Sides move away from the garment's own middle line, tubes get wider towards their ends, hems drop a little; seams at
neck, shoulder and waist stay where the body has them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tryon.errors import BadRequestError
from tryon.warp.adjust import Adjustment, LimbFit
from tryon.warp.body import SIDES, Vector
from tryon.warp.placement import BodyTargets

SNUG, LOOSE = -1.0, 1.0


@dataclass(frozen=True)
class Looseness:
    """Shares by which the loosest differs from the usual; the snuggest by ``snug`` of that: bodies are in the way."""

    armpit: float = 0.07  # of the half-width there: more, and shirts become tents
    hem: float = 0.17
    skirt_hem: float = 0.22
    hip: float = 0.06  # trousers stay at the waist, so their hips cannot be far wider
    end: float = 0.28  # of a sleeve's or leg's width at its end
    elbow: float = 0.16
    drop: float = 0.05  # of the length from shoulder to hem: loose clothes are cut longer
    seam: float = 0.05  # of the shoulder's half-width: dropped shoulders
    snug: float = 0.6


DEFAULT = Looseness()


def with_fit(targets: BodyTargets, fit: float, sizes: Looseness = DEFAULT) -> BodyTargets:
    """The same placement, snugger or looser.

    Args:
        targets: where the garment's landmarks go as its picture says.
        fit: -1 (snug) to 1 (loose); 0 changes nothing.

    Raises:
        BadRequestError: fit is not a number in that range.
    """
    if not SNUG <= fit <= LOOSE:
        raise BadRequestError(f"A fit of {fit} is not known; use a number from -1 (snug) to 1 (loose).")
    if fit == 0:
        return targets
    amount = fit if fit > 0 else sizes.snug * fit
    points = dict(targets.points_px)
    hem = sizes.skirt_hem if targets.kind in ("skirt", "dress") else sizes.hem
    for name, share in (("armpit", sizes.armpit), ("hem", hem), ("hip", sizes.hip), ("shoulder", sizes.seam)):
        if f"{name}_left" in points and (name != "shoulder" or amount > 0):
            points.update(_apart(points, name, 1 + amount * share))
    if targets.kind in ("upper", "dress") and amount > 0:
        length = float((_middle(points, "hem") - _middle(points, "shoulder")) @ targets.body.down)
        for side in SIDES:
            points[f"hem_{side}"] = points[f"hem_{side}"] + amount * sizes.drop * length * targets.body.down
    limbs = {}
    for side in SIDES:
        old = targets.adjusted.limbs.get(side, LimbFit())
        limbs[side] = LimbFit(old.length, old.elbow * (1 + amount * sizes.elbow), old.end * (1 + amount * sizes.end))
    change: Adjustment = replace(targets.adjusted, limbs=limbs)
    return replace(targets, points_px=points, adjusted=change)


def _middle(points: dict[str, Vector], name: str) -> Vector:
    return np.asarray((points[f"{name}_left"] + points[f"{name}_right"]) / 2)


def _apart(points: dict[str, Vector], name: str, factor: float) -> dict[str, Vector]:
    """Both sides of a landmark, moved away from their middle."""
    middle = _middle(points, name)
    return {f"{name}_{side}": middle + factor * (points[f"{name}_{side}"] - middle) for side in SIDES}
