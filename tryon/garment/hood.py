"""A hood laid up stands over the neck; worn it hangs behind the head. So it goes with the inside of the back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.mask import BoolMask
from tryon.garment.reading import Reading
from tryon.types import ATTRIBUTES, GARMENT_LABELS

F64 = NDArray[np.float64]
HOODED = 0.5  # probability of a hood from which one is looked for
LABELS, LABELLED = ("Hoodie", "Outwear"), 0.4  # and the share that the labels that have hoods must have
CLEAR = 0.12  # heat mass from which a point is believed
HIGHEST = 0.22  # of the shoulders' width: a neck point farther above the shoulders is the hood's top
NECK, RISE = 0.21, 0.11  # where the neck's points usually stand, of the shoulders' width: beside the middle, and up
SAG = 0.3  # of the neck's width: the front of the opening hangs below the line between the neck's points
REACH = 1.5  # of the neck's width, to each side: a hood is wider than the neck, raised sleeves are farther off
LEAST, MOST = 0.025, 0.4  # of the garment; less is a collar on a hanger, more is no hood


@dataclass(frozen=True)
class Hood:
    """A hood that is laid up. mask: (h, w) bool. left, right: (2,) where it begins, the neck's points."""

    mask: BoolMask
    left: F64
    right: F64


def find_hood(whole: BoolMask, reading: Reading) -> Hood | None:
    """A garment's hood: all above its neck, and the opening between the neck's points.

    Args:
        whole: (h, w), the garment with its hood. reading: of the same picture.

    Returns:
        The hood, or None where there is none, or it cannot be told from the rest.
    """
    if float(reading.attributes["neckline"][ATTRIBUTES["neckline"].index("hood")]) < HOODED:
        return None
    labels = list(GARMENT_LABELS)
    if sum(float(reading.label[labels.index(name)]) for name in LABELS) < LABELLED:
        return None
    necks = _necks(reading)
    if necks is None:
        return None
    left, right = necks
    width = float(np.linalg.norm(right - left))
    if width < 0.04 * max(whole.shape):
        return None
    along = (right - left) / width
    y, x = np.mgrid[: whole.shape[0], : whole.shape[1]]
    t = ((x - left[0]) * along[0] + (y - left[1]) * along[1]) / width
    below = ((x - left[0]) * -along[1] + (y - left[1]) * along[0]) / width
    edge = np.where((t > 0) & (t < 1), SAG * np.sqrt(np.clip(4 * t * (1 - t), 0, 1)), 0.0)
    mask: BoolMask = whole & (below < edge) & (t > -REACH) & (t < 1 + REACH)
    share = float(mask.sum()) / max(1, int(whole.sum()))
    return Hood(mask, left, right) if LEAST < share < MOST else None


def _necks(reading: Reading) -> tuple[F64, F64] | None:
    """The neck's points; where one is not told, or is the hood's top, where both stand on most garments."""
    index = {f"{n}_{s}": LANDMARKS.index(f"{n}_{s}") for n in ("neck", "shoulder") for s in ("left", "right")}
    at = {n: reading.points[i].astype(np.float64) for n, i in index.items()}
    mass = {n: float(reading.confidence[i]) for n, i in index.items()}
    across = at["shoulder_right"] - at["shoulder_left"]
    width = float(np.linalg.norm(across))
    if width < 8 or min(mass["shoulder_left"], mass["shoulder_right"]) < CLEAR:
        return None
    up = np.array([across[1], -across[0]]) / width
    middle = (at["shoulder_left"] + at["shoulder_right"]) / 2
    usual = {f"neck_{s}": middle + sign * NECK * across + RISE * width * up for s, sign in (("left", -1), ("right", 1))}
    for name, place in usual.items():
        above = float((at[name] - middle) @ up) / width
        aside = abs(float((at[name] - place) @ across)) / width**2
        if mass[name] < CLEAR or not 0 < above < HIGHEST or aside > 0.15:
            return usual["neck_left"], usual["neck_right"]
    return at["neck_left"], at["neck_right"]
