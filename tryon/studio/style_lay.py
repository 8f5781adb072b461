"""Cloth laid along a cut's pieces, before any light falls on it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.studio.style_cloth import quilt
from tryon.studio.style_light import lab_to_linear
from tryon.studio.style_parts import Part, Pieces
from tryon.studio.style_source import GarmentCloth, Print
from tryon.types import Garment

F32 = NDArray[np.float32]
LOWER_PRINT = {"trunk": (0.62, 0.75), "leg": (0.42, 0.9)}  # where a print goes on skirts and legs, and how large
LEAST_SCRAP_PX = 12  # a smaller scrap is a colour
MOST_SCRAP_PX = 300  # the middle of a larger one shows as many repeats as are needed, and is searched faster
MARGIN_PX = 6  # sheets reach this far over a piece


def lay_cloth(
    garment: Garment,
    pieces: Pieces,
    source: GarmentCloth,
    scale: float,
    seed: int,
    also: NDArray[np.bool_] | None = None,
    offset: tuple[float, float] = (0.0, 0.0),
) -> F32:
    """Lay a garment's cloth on a cut.

    Args:
        garment: the cut. pieces: its pieces. source: the cloth. scale: of the pattern, 1 for its true size.
        seed: of the quilting. also: (H, W) bool, what else is of the trunk's cloth. offset: (x, y) by which a print is
            moved to the right and down, in shares of the garment's height; other cloth is the same everywhere.

    Returns:
        (H, W, 3) linear light of the cloth under even light, defined everywhere.
    """
    h, w = garment.alpha_f32.shape
    ground = source.plain_lab["trunk"]
    cloth = np.broadcast_to(lab_to_linear(ground[None])[0], (h, w, 3)).astype(np.float32).copy()
    first = pieces.find("trunk") or pieces.parts[0]
    sheets: dict[str, tuple[F32, float, float]] = {}
    for part in sorted(pieces.parts, key=lambda p: p.group):
        area = _reach(part, garment)
        if also is not None and part is first:
            area = area | also
        across, down = part.coordinates(h, w)
        if source.kind != "all over":
            dye = source.plain_lab.get(part.group, ground)
            cloth[area] = lab_to_linear(dye[None])[0]
            continue
        if part.group not in sheets:
            sheets[part.group] = _sheet(pieces, part.group, source, scale, seed, (h, w))
        sheet, left, top = sheets[part.group]
        _lay(cloth, area, sheet, across - np.float32(left), down - np.float32(top))
    if source.print is not None:
        moved = np.array(offset) * float(np.ptp(np.nonzero(garment.alpha_f32 > 0.5)[0]) + 1)
        _stamp(cloth, pieces, source.print, scale, garment.category == "lower", moved)
    return cloth


def lay_picture(
    garment: Garment,
    pieces: Pieces,
    linear_f32: F32,
    scale: float,
    offset: tuple[float, float],
    also: NDArray[np.bool_] | None = None,
) -> F32:
    """Lay a picture over a cut as if its cloth were printed with it.

    Args:
        garment: the cut. pieces: its pieces. linear_f32: (h, w, 3) the picture in linear light.
        scale: 1 where the picture just covers the garment; smaller ones repeat, mirrored. offset: (x, y) by which it
            is moved to the right and down, in shares of the garment's height. also: (H, W) bool, what else is of the
            trunk's cloth.

    Returns:
        (H, W, 3) linear light, defined everywhere.
    """
    h, w = garment.alpha_f32.shape
    ys, xs = np.nonzero(garment.alpha_f32 > 0.5)
    width, height = float(np.ptp(xs) + 1), float(np.ptp(ys) + 1)
    centre = np.array([(xs.min() + xs.max()) / 2, (ys.min() + ys.max()) / 2])
    trunk = next((p for p in pieces.parts if p.group == "trunk"), None)
    if trunk is not None and len(pieces.parts) > 1:
        # sleeves are cut from the cloth beside the trunk: the picture need only cover that
        width = max(float(np.ptp(np.nonzero(trunk.mask)[1]) + 1), 0.6 * width)
        centre[0] = float(np.nonzero(trunk.mask)[1].mean())
    ph, pw = linear_f32.shape[:2]
    zoom = max(width / pw, height / ph) * scale
    if zoom < 0.6:  # smaller than it is: shrunk first, or it would sparkle
        size = (max(2, round(pw * zoom)), max(2, round(ph * zoom)))
        linear_f32 = cv2.resize(linear_f32, size, interpolation=cv2.INTER_AREA)
        ph, pw = linear_f32.shape[:2]
        zoom = 1.0
    cloth = np.zeros((h, w, 3), np.float32)
    moved = np.array(offset) * height
    first = pieces.find("trunk") or pieces.parts[0]
    for part in pieces.parts:
        area = _reach(part, garment)
        if also is not None and part is first:
            area = area | also
        across, down = part.coordinates(h, w)
        # each piece is cut where it hangs, and turned with its own axis
        shift = part.origin_px - centre - moved
        x, y = (across + shift[0]) / zoom + pw / 2, (down + shift[1]) / zoom + ph / 2
        _lay(cloth, area, linear_f32, x, y)
    return cloth


def _reach(part: Part, garment: Garment) -> NDArray[np.bool_]:
    """The piece and a rim around it, over the soft edge of the garment's mask."""
    grown = cv2.dilate(part.mask.astype(np.uint8), np.ones((2 * MARGIN_PX + 1,) * 2, np.uint8)) > 0
    return np.asarray(part.mask | (grown & (garment.alpha_f32 <= 0.5)))


def _lay(cloth: F32, area: NDArray[np.bool_], sheet: F32, x: F32, y: F32) -> None:
    """Fill an area (H, W) of the cloth, in place, from a sheet at its pixels x, y (H, W)."""
    ys, xs = np.nonzero(area)
    if not len(ys):
        return
    box = (slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1))
    flow = np.asarray(x[box], np.float32), np.asarray(y[box], np.float32)
    laid = cv2.remap(sheet, *flow, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    cloth[box][area[box]] = laid[area[box]]


def _sheet(
    pieces: Pieces, group: str, source: GarmentCloth, scale: float, seed: int, size: tuple[int, int]
) -> tuple[F32, float, float]:
    """Cloth for all pieces of a group, and where its corner lies in their frames."""
    low, high = np.full(2, np.inf), np.full(2, -np.inf)
    for part in (p for p in pieces.parts if p.group == group and p.mask.any()):
        spots = np.stack([axis[part.mask] for axis in part.coordinates(*size)], 1)
        low, high = np.minimum(low, spots.min(0)), np.maximum(high, spots.max(0))
    if not np.isfinite(low).all():
        low, high = np.zeros(2), np.ones(2)
    low, high = low - MARGIN_PX - 2, high + MARGIN_PX + 2
    width, height = (int(np.ceil(v)) for v in high - low)
    scrap = source.scraps.get(group, source.scraps["trunk"])
    zoom = pieces.px_per_cm / source.px_per_cm * scale
    wanted = (max(1, round(scrap.shape[1] * zoom)), max(1, round(scrap.shape[0] * zoom)))
    if min(wanted) < LEAST_SCRAP_PX:
        return np.broadcast_to(scrap.mean((0, 1)), (height, width, 3)).astype(np.float32).copy(), *low
    if max(wanted) > MOST_SCRAP_PX:
        keep = [int(min(side, max(2, MOST_SCRAP_PX / zoom))) for side in scrap.shape[:2]]
        top, left = ((side - kept) // 2 for side, kept in zip(scrap.shape[:2], keep))
        scrap = scrap[top : top + keep[0], left : left + keep[1]]
        wanted = (max(1, round(scrap.shape[1] * zoom)), max(1, round(scrap.shape[0] * zoom)))
    how = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    scrap = np.clip(cv2.resize(scrap, wanted, interpolation=how), 0, 1).astype(np.float32)
    return quilt(scrap, height, width, seed), float(low[0]), float(low[1])


def _stamp(cloth: F32, pieces: Pieces, motif: Print, scale: float, lower: bool, moved: NDArray[np.float64]) -> None:
    """Put a print where it was on its own garment, or where one would be on trousers and skirts; in place."""
    part = pieces.find("trunk") or pieces.parts[0]
    h, w = cloth.shape[:2]
    width = motif.width * part.width_px * scale
    centre = np.array(motif.centre) * part.width_px
    if lower:
        place, size = LOWER_PRINT[part.group]
        centre = np.array([0.0, place * part.length_px])
        width = min(width, 1.0 * part.width_px) * size
    centre = centre + moved
    factor = motif.linear_f32.shape[1] / max(width, 1.0)
    linear, alpha = motif.linear_f32, motif.alpha_f32
    if factor > 1.5:
        size_px = (max(2, round(width)), max(2, round(linear.shape[0] / factor)))
        linear, alpha = (cv2.resize(m, size_px, interpolation=cv2.INTER_AREA) for m in (linear, alpha))
        factor = linear.shape[1] / max(width, 1.0)
    across, down = part.coordinates(h, w)
    x = ((across - centre[0]) * factor + (linear.shape[1] - 1) / 2).astype(np.float32)
    y = ((down - centre[1]) * factor + (linear.shape[0] - 1) / 2).astype(np.float32)
    laid = cv2.remap(linear, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    share = cv2.remap(alpha, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)[..., None] * part.mask[..., None]
    cloth[...] = cloth * (1 - share) + laid * share
