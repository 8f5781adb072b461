"""Where in its own picture a sleeve's cloth is taken from, however the garment was laid.

Most sleeves lie beside the trunk, and their landmarks say where. Some are folded under or over it, cut off, or hidden;
then the other sleeve, mirrored, gives the cloth, or else a strip of the trunk's side does. A waistcoat that was taken
for a jacket has two sleeves of no width at all: it gets none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import arc_lengths, perpendicular, point_at, tangent_at, unit
from tryon.types import Garment, MaskF32
from tryon.warp.body import SIDES, Side, Vector
from tryon.warp.landmarks import Landmarks, complete_landmarks
from tryon.warp.tube_outline import follow_outline

Points = NDArray[Any]
OTHER: Mapping[Side, Side] = {"left": "right", "right": "left"}
SLEEVELESS_LABELS = ("Outwear", "Undershirt", "Top", "Dress")  # may well be a waistcoat, a singlet, a pinafore


@dataclass(frozen=True)
class SleeveSettings:
    """From when on a tube is a sleeve, in distances of the armpits; read off 108 held-out photos by eye."""

    least_depth: float = 0.08  # sleeves laid beside the trunk measure .1 to .3
    least_length: float = 0.11  # cap sleeves
    least_long: float = 0.4  # of a long sleeve
    least_cloth: float = 0.7  # share of the tube that is garment
    most_over: float = 0.52  # share of it that lies over the trunk
    apart: float = 0.08  # of a cuff's outer end from the hem's corner: nearer, the hem was taken for the cuff
    strip_inset: float = 0.05  # of a strip of the trunk's side: its seam and edge stay out
    strip_width: float = 0.24
    least_strip: float = 0.3  # length of one that stands for a short sleeve


DEFAULT = SleeveSettings()


@dataclass(frozen=True)
class SleeveSource:
    """Landmarks that bound a sleeve's cloth in the garment's picture.

    side: on whose side it lies, the viewer's (mirrored where that is not the sleeve's own). trunk: whether it is a
    strip of the trunk instead of a sleeve.
    """

    root_out: Vector
    root_in: Vector
    cuff_out: Vector
    cuff_in: Vector
    elbow: Vector | None
    side: Side
    trunk: bool = False


def sleeve_sources(garment: Garment, source: Landmarks, s: SleeveSettings = DEFAULT) -> dict[Side, SleeveSource]:
    """What each sleeve is made of, by the viewer's side.

    Args:
        garment: its mask, sleeve length and whether it was cut from a wearer.
        source: complete landmarks with cuffs, garment pixels.
    """
    own = {side: _own(source, side) for side in SIDES}
    if garment.worn:  # completed behind what hid it
        return own
    good = {side: is_sleeve(garment, source, side, s) for side in SIDES}
    out: dict[Side, SleeveSource] = {}
    for side in SIDES:
        if good[side]:
            out[side] = own[side]
        elif good[OTHER[side]]:
            out[side] = own[OTHER[side]]
        else:
            out[side] = _strip(source, side, s, short=garment.sleeve == "short")
    return out


def believable(garment: Garment, s: SleeveSettings = DEFAULT) -> Garment:
    """The garment itself, or without sleeves where what was taken for sleeves cannot be any.

    Args:
        garment: an upper or a dress; others are returned as they are.
    """
    if garment.category == "lower" or garment.worn or garment.sleeve in (None, "none"):
        return garment
    source = complete_landmarks(garment)
    if "cuff_out_left" not in source or garment.label not in SLEEVELESS_LABELS:
        return garment
    if any(is_sleeve(garment, source, side, s) for side in SIDES):
        return garment
    points = {name: point for name, point in garment.landmarks_px.items() if not name.startswith("cuff_")}
    return replace(garment, sleeve="none", landmarks_px=points)


def is_sleeve(garment: Garment, source: Landmarks, side: Side, s: SleeveSettings = DEFAULT) -> bool:
    """Whether what the landmarks bound is wide, long and solid enough for a sleeve of the garment's kind."""
    armpits = max(float(np.linalg.norm(source["armpit_right"] - source["armpit_left"])), 2.0)
    if np.linalg.norm(source[f"cuff_out_{side}"] - source[f"hem_{side}"]) < s.apart * armpits:
        return False
    knots, outer, inner = sleeve_edges(garment.alpha_f32, _own(source, side))
    middle = (outer + inner) / 2
    length = float(arc_lengths(middle)[-1])
    along = tangent_at(middle, knots, 0.1 * float(knots[-1]), knots)
    depth = np.abs(((outer - inner) * perpendicular(along)).sum(1))
    if float(np.median(depth[1:-1])) < s.least_depth * armpits:
        return False
    if length < (s.least_long if garment.sleeve == "long" else s.least_length) * armpits:
        return False
    corners = [source[f"{name}_{e}"] for name, e in _TRUNK]
    tube, trunk = (_fill(p, garment.alpha_f32) for p in (np.concatenate([outer, inner[::-1]]), np.array(corners)))
    area = max(float(tube.sum()), 1.0)
    cloth = float((tube & (_small(garment.alpha_f32) > 0.5)).sum())
    return cloth >= s.least_cloth * area and float((tube & trunk).sum()) <= s.most_over * area


def sleeve_edges(alpha_f32: MaskF32, source: SleeveSource) -> tuple[Points, Points, Points]:
    """A sleeve's outer and inner edge in the garment's picture, with knots from 0 to 1 along it."""
    sign = 1.0 if source.side == "right" else -1.0
    outer, inner = np.stack([source.root_out, source.cuff_out]), np.stack([source.root_in, source.cuff_in])
    return follow_outline(alpha_f32, outer, inner, np.array([0.0, 1.0]), sign)


_TRUNK = (("armpit", "left"), ("armpit", "right"), ("hem", "right"), ("hem", "left"))
_SMALL = 192  # pixels of the longer side: areas are wanted, not edges


def _own(source: Landmarks, side: Side) -> SleeveSource:
    root_out, root_in, cuff_out, cuff_in = (
        source[f"{name}_{side}"] for name in ("shoulder", "armpit", "cuff_out", "cuff_in")
    )
    return SleeveSource(root_out, root_in, cuff_out, cuff_in, source.get(f"elbow_{side}"), side)


def _strip(source: Landmarks, side: Side, s: SleeveSettings, *, short: bool) -> SleeveSource:
    """A strip of the trunk's side, from the armpit to a little above the hem, or as long as a short sleeve."""
    out = unit(source["armpit_right"] - source["armpit_left"]) * (1.0 if side == "right" else -1.0)
    width = float(np.linalg.norm(source["armpit_right"] - source["armpit_left"]))
    top, hem = source[f"armpit_{side}"], source[f"hem_{side}"]
    share = 0.9
    if short:
        own = float(np.linalg.norm(source[f"cuff_out_{side}"] - source[f"shoulder_{side}"]))
        share = min(share, max(own, s.least_strip * width) / max(float(np.linalg.norm(hem - top)), 1.0))
    low = point_at(np.stack([top, hem]), share, np.array([0.0, 1.0]))
    inset, far = s.strip_inset * width * out, (s.strip_inset + s.strip_width) * width * out
    return SleeveSource(top - inset, top - far, low - inset, low - far, None, side, trunk=True)


def _small(alpha_f32: MaskF32) -> MaskF32:
    factor = _SMALL / max(alpha_f32.shape)
    h, w = (max(1, round(n * factor)) for n in alpha_f32.shape)
    return np.asarray(cv2.resize(alpha_f32, (w, h), interpolation=cv2.INTER_AREA), np.float32)


def _fill(polygon: Points, alpha_f32: MaskF32) -> NDArray[np.bool_]:
    """(h, w) bool: a polygon in garment pixels, on the small copy's grid."""
    factor = _SMALL / max(alpha_f32.shape)
    h, w = (max(1, round(n * factor)) for n in alpha_f32.shape)
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.rint(np.clip(polygon * factor, -4000, 4000)).astype(np.int32)], 1)
    return mask > 0
