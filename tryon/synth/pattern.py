"""The pieces of a garment laid flat: outlines, seams, trimmings and landmarks in centimetres.

Frame: x to the viewer's right from the garment's middle line, y downwards from the top of the
shoulder seam at the neck (uppers, dresses) or from the top of the waistband (lowers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.types import Category, LegLength, SleeveLength

PointsCm = NDArray[np.float64]  # (N, 2), centimetres (x, y)
LineKind = Literal["seam", "stitch", "groove", "edge", "crease", "cord"]


@dataclass(frozen=True)
class Piece:
    """One layer of cloth. Pieces are painted in order, later ones lie on top.

    outline: (N, 2) cm, closed. material: key into the garment's fabrics. turn_deg: how far the
    fabric's lengthwise thread is turned from the vertical, about ``origin``. inside: seen from the
    wrong side (back of the collar or waistband), which is no part of the garment's front mask.
    thickness_cm: the step at its edge; round_cm: how soon the edge rises; lift_cm: the air under it.
    gather: strength of the folds 0..1.
    """

    name: str
    outline: PointsCm
    material: str = "shell"
    turn_deg: float = 0.0
    origin: tuple[float, float] = (0.0, 0.0)
    inside: bool = False
    thickness_cm: float = 0.25
    round_cm: float = 0.5
    lift_cm: float = 0.6
    gather: float = 1.0


@dataclass(frozen=True)
class Line:
    """A seam, a row of stitches, a crease or a cord on the finished garment, (N, 2) cm."""

    points: PointsCm
    kind: LineKind = "seam"
    width_cm: float = 0.25
    colour: str | None = None  # key into the garment's fabrics; None keeps the cloth's colour


@dataclass(frozen=True)
class Button:
    """A round or long trimming at (x, y) cm."""

    x: float
    y: float
    radius_cm: float = 0.55
    kind: Literal["button", "snap", "hole"] = "button"


@dataclass(frozen=True)
class FoldSource:
    """A place from which folds run: at (x, y) cm towards angle_deg (0 = right, 90 = down)."""

    x: float
    y: float
    angle_deg: float
    reach_cm: float
    spread_deg: float = 18.0
    count: int = 3
    jitter_cm: float = 3.0
    height_cm: float = 0.35
    width_cm: float = 0.0  # 0: from the reach


@dataclass(frozen=True)
class FlatPattern:
    """Everything that is drawn of one garment, without its fabrics. landmarks: cm, by name."""

    category: Category
    pieces: tuple[Piece, ...]
    landmarks: dict[str, tuple[float, float]]
    lines: tuple[Line, ...] = ()
    buttons: tuple[Button, ...] = ()
    sources: tuple[FoldSource, ...] = ()
    sleeve: SleeveLength | None = None
    leg: LegLength | None = None
    extras: dict[str, float] = field(default_factory=dict)

    def bounds(self) -> tuple[float, float, float, float]:
        """(left, top, right, bottom) of all pieces in cm."""
        points = np.concatenate([piece.outline for piece in self.pieces])
        low, high = points.min(0), points.max(0)
        return float(low[0]), float(low[1]), float(high[0]), float(high[1])


Point = Sequence[float] | NDArray[np.float64]


def bezier(p0: Point, p1: Point, p2: Point, p3: Point, n: int = 24) -> PointsCm:
    """n points of the cubic Bezier curve from p0 to p3, both ends included."""
    t = np.linspace(0.0, 1.0, n)[:, None]
    a, b, c, d = (np.asarray(p, np.float64) for p in (p0, p1, p2, p3))
    return (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d


def chain(*curves: PointsCm | Sequence[Sequence[float]]) -> PointsCm:
    """Curves and points joined end to end, (N, 2)."""
    return np.concatenate([np.asarray(curve, np.float64).reshape(-1, 2) for curve in curves])


def mirror(points: PointsCm) -> PointsCm:
    """Points reflected at x = 0, in reverse order, so that an outline stays an outline."""
    return (points * np.array([-1.0, 1.0]))[::-1]


def both_sides(right_half: PointsCm) -> PointsCm:
    """The closed outline whose right half is given from the top middle down to the bottom middle."""
    return chain(right_half, mirror(right_half))


def strip(line: PointsCm, width_cm: float) -> PointsCm:
    """The closed outline of a band of this width to the left of a line's direction (N, 2)."""
    return chain(line, offset_line(line, width_cm)[::-1])


def offset_line(line: PointsCm, distance_cm: float) -> PointsCm:
    """A line shifted to the left of its direction on the picture (y downwards), (N, 2)."""
    tangent = np.gradient(line, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    return line + distance_cm * np.stack([tangent[:, 1], -tangent[:, 0]], 1)


def rectangle(x0: float, y0: float, x1: float, y1: float) -> PointsCm:
    """Four corners, clockwise on the picture."""
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], np.float64)


def side_pair(name: str, x: float, y: float) -> dict[str, tuple[float, float]]:
    """Landmarks ``name_left`` and ``name_right``, the viewer's sides."""
    return {f"{name}_left": (-x, y), f"{name}_right": (x, y)}
