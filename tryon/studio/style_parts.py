"""The pieces that a flat garment is sewn from, each with its own grain: trunk, sleeves, legs.

Cloth is cut along the piece: a sleeve's stripes run round the arm, a leg's along the leg. Each piece therefore has a
frame of its own, whose second axis points down the piece.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError
from tryon.geometry.curves import unit
from tryon.types import Garment
from tryon.warp.landmarks import complete_landmarks

Vector = NDArray[np.float64]
SIDES = ("left", "right")
# Widths of usual garments laid flat, cm: armpit to armpit, and along the waistband. They tell how large a pattern is.
CHEST_CM, DRESS_CM, TROUSERS_CM, SKIRT_CM = 52.0, 47.0, 41.0, 37.0


@dataclass(frozen=True)
class Part:
    """One piece.

    name: trunk, sleeve_left, sleeve_right, leg_left, leg_right. mask: (H, W) bool. origin_px: (2,) top middle of the
    piece. across, down: (2,) unit vectors in the picture. width_px: at its top. length_px: from top to end.
    """

    name: str
    mask: NDArray[np.bool_]
    origin_px: Vector
    across: Vector
    down: Vector
    width_px: float
    length_px: float

    def coordinates(self, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How far each pixel of a picture lies across and down the piece, in pixels: (H, W) float32 each."""
        ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
        xs -= np.float32(self.origin_px[0])
        ys -= np.float32(self.origin_px[1])
        across, down = self.across.astype(np.float32), self.down.astype(np.float32)
        return xs * across[0] + ys * across[1], xs * down[0] + ys * down[1]

    @property
    def group(self) -> str:
        """The name without its side."""
        return self.name.split("_")[0]


@dataclass(frozen=True)
class Pieces:
    """All pieces of a garment, and how many of its pixels a centimetre is."""

    parts: tuple[Part, ...]
    px_per_cm: float

    def find(self, name: str) -> Part | None:
        """The piece of that name, or of its other side, or of its group."""
        group = name.split("_")[0]
        same = [part for part in self.parts if part.name == name]
        alike = [part for part in self.parts if part.group == group]
        found = same or alike
        return found[0] if found else None


def take_apart(garment: Garment) -> Pieces:
    """Part a garment into its pieces by its landmarks.

    Args:
        garment: not changed.

    Returns:
        Pieces whose masks cover the garment's alpha without overlap; one piece where landmarks fail.
    """
    mask = garment.alpha_f32 > 0.5
    try:
        points = complete_landmarks(garment)
        if garment.category == "lower":
            return _skirt(points, mask) if "crotch" not in points else _trousers(points, mask)
        return _upper(points, mask, DRESS_CM if garment.category == "dress" else CHEST_CM)
    except (TryOnError, KeyError, ValueError, np.linalg.LinAlgError):
        return _whole(mask)


def _whole(mask: NDArray[np.bool_]) -> Pieces:
    ys, xs = np.nonzero(mask)
    if not len(ys):
        ys, xs = np.array([0, mask.shape[0] - 1]), np.array([0, mask.shape[1] - 1])
    width, height = float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)
    origin = np.array([(xs.min() + xs.max()) / 2, float(ys.min())])
    part = Part("trunk", mask, origin, np.array([1.0, 0.0]), np.array([0.0, 1.0]), width, height)
    return Pieces((part,), max(width / CHEST_CM, 0.1))


def _upper(points: dict[str, Vector], mask: NDArray[np.bool_], chest_cm: float) -> Pieces:
    shoulder, hem = _middle(points, "shoulder"), _middle(points, "hem")
    chest = float(np.linalg.norm(points["armpit_right"] - points["armpit_left"]))
    down, across = _upright(hem - shoulder)
    left = mask.copy()
    sleeves = []
    for side in SIDES if "cuff_out_left" in points else ():
        area = _sleeve_area(points, side, mask.shape) & mask
        top, end = (points[f"shoulder_{side}"] + points[f"armpit_{side}"]) / 2, _middle_of(points, side, "cuff")
        along = unit(end - top)
        width = float(np.linalg.norm(points[f"shoulder_{side}"] - points[f"armpit_{side}"]))
        square = np.array([along[1], -along[0]])
        length = float(np.linalg.norm(end - top))
        sleeves.append(Part(f"sleeve_{side}", area & left, top, square, along, width, length))
        left &= ~area
    length = float((hem - shoulder) @ down)
    trunk = Part("trunk", left, shoulder, across, down, chest, length)
    return Pieces((trunk, *sleeves), max(chest / chest_cm, 0.1))


def _trousers(points: dict[str, Vector], mask: NDArray[np.bool_]) -> Pieces:
    waist = _middle(points, "waist")
    width = float(np.linalg.norm(points["waist_right"] - points["waist_left"]))
    crotch = points["crotch"]
    centre = unit(crotch - waist)
    gap = unit(_middle(points, "leg_in") - crotch + 0.25 * width * centre)
    ys, xs = np.mgrid[0 : mask.shape[0], 0 : mask.shape[1]]
    above = (xs - crotch[0]) * centre[0] + (ys - crotch[1]) * centre[1] < 0
    # which side of the line from the waist to the crotch, and below it of the line between the legs
    high = (xs - crotch[0]) * centre[1] - (ys - crotch[1]) * centre[0]
    low = (xs - crotch[0]) * gap[1] - (ys - crotch[1]) * gap[0]
    right = np.where(above, high, low) > 0
    parts = []
    for side in SIDES:
        end = _middle_of(points, side, "leg")
        top = (points[f"waist_{side}"] + waist) / 2
        along = unit(end - top)
        square = np.array([along[1], -along[0]])
        length = float(np.linalg.norm(end - top))
        area = mask & (right if side == "right" else ~right)
        parts.append(Part(f"leg_{side}", area, top, square, along, width / 2, length))
    return Pieces(tuple(parts), max(width / TROUSERS_CM, 0.1))


def _skirt(points: dict[str, Vector], mask: NDArray[np.bool_]) -> Pieces:
    waist, hem = _middle(points, "waist"), _middle(points, "hem")
    width = float(np.linalg.norm(points["waist_right"] - points["waist_left"]))
    down, across = _upright(hem - waist)
    part = Part("trunk", mask, waist, across, down, width, float((hem - waist) @ down))
    return Pieces((part,), max(width / SKIRT_CM, 0.1))


def _sleeve_area(points: dict[str, Vector], side: str, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Beyond the armhole, and below the armpit beyond the line half-way between the sleeve and the trunk's side."""
    out = unit(points["shoulder_right"] - points["shoulder_left"]) * (1.0 if side == "right" else -1.0)
    up = unit(_middle(points, "shoulder") - _middle(points, "hem"))
    shoulder, armpit = points[f"shoulder_{side}"], points[f"armpit_{side}"]
    trunk, sleeve = unit(points[f"hem_{side}"] - armpit), unit(points[f"cuff_in_{side}"] - armpit)
    # a sleeve that lies on the trunk has no gap beside it: the trunk keeps its own side
    parting = unit(trunk + sleeve) if sleeve @ out > trunk @ out + 0.05 else unit(trunk + 0.08 * out)
    far = 2.0 * float(max(shape[:2]))
    above, below = shoulder + far * up, armpit + far * parting
    polygon = np.array([above, shoulder, armpit, below, below + far * out, above + far * out])
    area = np.zeros(shape[:2], np.uint8)
    cv2.fillPoly(area, [np.round(polygon).astype(np.int32)], 1)
    return area > 0


def _upright(along: Vector) -> tuple[Vector, Vector]:
    """The trunk's axes: its own direction, half-way to the picture's, since landmarks err by a degree or two."""
    down = unit(unit(along) + np.array([0.0, 1.0])) if along[1] > 0 else unit(along)
    return down, np.array([down[1], -down[0]])


def _middle(points: dict[str, Vector], name: str) -> Vector:
    middle: Vector = (points[f"{name}_left"] + points[f"{name}_right"]) / 2
    return middle


def _middle_of(points: dict[str, Vector], side: str, stem: str) -> Vector:
    middle: Vector = (points[f"{stem}_out_{side}"] + points[f"{stem}_in_{side}"]) / 2
    return middle
