"""Which landmarks a garment gets: the network's, snapped to the outline, or the dynamic programme's."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tryon.garment.contour import outline
from tryon.garment.landmarks import LANDMARKS, Kind, find_landmarks
from tryon.garment.mask import BoolMask
from tryon.garment.network import SLEEVES
from tryon.garment.reading import Reading
from tryon.types import Category, PointsF32

TRUST = 0.22  # mean heat mass around the peaks under which the outline's own programme is asked
SNAP = 0.06  # of the garment's height: farther from the outline a point stays where it is
NAMES: dict[Kind, tuple[str, ...]] = {
    "upper": ("neck", "shoulder", "armpit", "hem"),
    "dress": ("neck", "shoulder", "armpit", "hem"),
    "trousers": ("waist", "leg_out", "leg_in"),
    "skirt": ("waist", "hem"),
}


def choose_points(front: BoolMask, reading: Reading, kind: Kind, category: Category) -> dict[str, tuple[float, float]]:
    """The landmarks of a garment in the pixels of the picture that was read.

    Args:
        front: (h, w), the garment without the inside of its back.
        reading: the network's answer.
        kind: landmark scheme of the label. category: of the garment.
    """
    sleeved = kind in ("upper", "dress") and float(reading.sleeve[SLEEVES.index("none")]) < 0.5
    names = [f"{name}_{side}" for name in NAMES[kind] for side in ("left", "right")]
    if sleeved:
        names += [f"{name}_{side}" for name in ("cuff_out", "cuff_in") for side in ("left", "right")]
    if kind == "trousers":
        names.append("crotch")
    index = [LANDMARKS.index(n) for n in names]
    points, confidence = reading.points[index], reading.confidence[index]
    border = outline(front)
    if float(confidence.mean()) < TRUST:
        templates = None if kind in ("trousers", "skirt") else (("short", "long") if sleeved else ("none",))
        found = find_landmarks(front, kind, templates)
        if found is not None and found.cost < 0.5:
            return found.points_px
    snapped = _snap(points, border) if len(border) else points
    return {n: (float(p[0]), float(p[1])) for n, p in zip(names, snapped, strict=True)}


def _snap(points: PointsF32, border: PointsF32) -> PointsF32:
    """Move each point to the nearest outline pixel, unless that is far (a cuff lying on the torso)."""
    reach = SNAP * max(float(np.ptp(border[:, 1])), float(np.ptp(border[:, 0])), 1.0)
    distance: NDArray[np.float32] = np.linalg.norm(points[:, None] - border[None], axis=2)
    nearest = distance.argmin(1)
    close = distance[np.arange(len(points)), nearest] < reach
    return np.where(close[:, None], border[nearest], points).astype(np.float32)
