"""Long sleeves that hang close along the trunk, on a hanger or laid down straight.

The outline then runs from the shoulder down the sleeve to its cuff, along the bottom, and up the other sleeve: its two
lower corners are cuffs, but look like a hem's. Where the hem's corners were put there, and the armpits inside of the
garment, the sleeves are what lies outside of the armpits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.garment.mask import BoolMask

Points = dict[str, tuple[float, float]]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class HungSettings:
    """From when on a hem is a cuff; lengths in distances of the shoulders, seen on 583 long-sleeved photos."""

    level: float = 0.22  # of cuff and hem in height: sleeves reach about as far down as the trunk
    inside: float = 0.02  # how much farther in the cuff is than the hem
    narrow: float = 0.07  # sleeve beside the armpit; waistcoats have none
    wide: float = 0.42  # more is a dolman's, whose armpit is nowhere
    taper: float = 0.85  # a cuff's width for the sleeve's at the armpit


DEFAULT = HungSettings()
SIDES = ("left", "right")


def hung_sleeves(points: Points, front: BoolMask, settings: HungSettings = DEFAULT) -> Points:
    """The landmarks with cuffs in the lower corners and the hem between them, where that is how the garment hangs.

    Args:
        points: of a garment with long sleeves, pixels of the mask. front: (h, w), the garment without its inside.

    Returns:
        New landmarks; the given ones where either side says otherwise.
    """
    s = settings
    at = {name: np.array(point, np.float64) for name, point in points.items()}
    across = at["shoulder_right"] - at["shoulder_left"]
    width = float(np.linalg.norm(across))
    if width < 8:
        return points
    across = across / width
    down = np.array([-across[1], across[0]])
    out = dict(points)
    for side in SIDES:
        own = _one_side(at, front, side, across, down, width, s)
        if own is None:
            return points
        out |= {f"{name}_{side}": _pair(point) for name, point in own.items()}
    return out


def _one_side(
    at: dict[str, Floats], front: BoolMask, side: str, across: Floats, down: Floats, width: float, s: HungSettings
) -> dict[str, Floats] | None:
    """Cuff and hem of one side, or None where they are not mixed up there."""
    outwards = across if side == "right" else -across
    hem, armpit = at[f"hem_{side}"], at[f"armpit_{side}"]
    ends = [at[f"cuff_out_{side}"], at[f"cuff_in_{side}"]]
    cuff = (ends[0] + ends[1]) / 2
    if (hem - cuff) @ outwards < s.inside * width or abs((hem - cuff) @ down) > s.level * width:
        return None
    sleeve = _reach(front, armpit, outwards)
    if not s.narrow * width <= sleeve <= s.wide * width:
        return None
    corner = max((hem, *ends), key=lambda point: float(point @ outwards))
    inner = corner - s.taper * sleeve * outwards
    bottom = max(float((point - inner) @ down) for point in (cuff, inner))
    return {"cuff_out": corner, "cuff_in": inner, "hem": inner + bottom * down}


def _reach(front: BoolMask, start: Floats, direction: Floats) -> float:
    """Pixels from a point to where the garment ends in a direction."""
    h, w = front.shape
    far = 0.0
    for step in np.arange(0, max(h, w), 1.0):
        x, y = np.round(start + step * direction).astype(int)
        if not (0 <= x < w and 0 <= y < h):
            break
        if front[y, x]:
            far = float(step)
        elif step - far > 3:
            break
    return far


def _pair(point: Floats) -> tuple[float, float]:
    return float(point[0]), float(point[1])
