"""Trimmings painted into colour and relief: bands, seams, stitches, pockets, buttons, zips, plackets.

Everything comes from ``GarmentInfo.features`` and, where they have nothing to say, from ``default_trims``.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.artwork import rgb
from tryon.synth.default_trims import part_seams
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.flat_layout import FlatLayout, mask_of
from tryon.synth.record import FlatFeature

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
_SEWN = ("torso", "left_sleeve", "right_sleeve", "collar", "hood", "skirt")  # legs bring their own middle seam
_FIXED = 16.0  # OpenCV's sub-pixel units at shift 4
Colour = tuple[int, int, int]


class TrimBrush:
    """Draws on one side of a garment: colour (H, W, 3) uint8 and relief (H, W) float32 mm, both in place."""

    def __init__(self, colour: U8, relief: F32, spec: FabricSpec, layout: FlatLayout, rng: np.random.Generator) -> None:
        self.colour, self.relief, self.spec, self.layout, self.rng = colour, relief, spec, layout, rng
        self.ppcm = layout.ppcm
        self._dents: list[F32] = []
        self._sewn: dict[Colour, list[F32]] = {}

    def cover(self, points: F32, width: float, closed: bool = False) -> tuple[U8, tuple[slice, slice]]:
        """Coverage 0..255 of a line, in its own window of the picture."""
        pad = int(width) + 3
        h, w = self.relief.shape
        low, high = np.floor(points.min(0)).astype(int) - pad, np.ceil(points.max(0)).astype(int) + pad
        x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(w, high[0] + 1), min(h, high[1] + 1)
        if x1 <= x0 or y1 <= y0:
            return np.zeros((0, 0), np.uint8), (slice(0, 0), slice(0, 0))
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        line = np.round((points - (x0, y0)) * _FIXED).astype(np.int32)
        strength = 255 if width >= 1 else max(1, round(255 * width))
        cv2.polylines(mask, [line], closed, strength, max(1, round(width)), cv2.LINE_AA, 4)
        return mask, (slice(y0, y1), slice(x0, x1))

    def line(
        self, points: F32, width: float, *, shade: float = 1.0, height: float = 0.0, ink: Colour | None = None
    ) -> None:
        """Darken or lighten (shade), raise (mm) or colour a line of this width in pixels."""
        if len(points) < 2:
            return
        mask, at = self.cover(points, width)
        if mask.size == 0:
            return
        a = mask.astype(np.float32) * np.float32(1 / 255)
        view = self.colour[at]
        if ink is not None:
            view[:] = (view + (np.array(ink, np.float32) - view) * a[..., None]).astype(np.uint8)
        if shade != 1.0:
            view[:] = np.minimum(view * (1 + (shade - 1) * a[..., None]), 255).astype(np.uint8)
        if height:
            self.relief[at] += np.float32(height) * a

    def stitches(self, points: F32, ink: Colour | None) -> None:
        """A row of stitches: coloured thread, or a slightly darker dent where the thread matches.

        They are collected and drawn together by ``sew``: a pair of jeans has a thousand.
        """
        if len(points) < 2:
            return
        if ink is None:
            self._dents.append(points)
        else:
            self._sewn.setdefault(ink, []).extend(dashes(points, max(3.0, 0.38 * self.ppcm), 0.62))

    def sew(self) -> None:
        """Draw all collected stitches."""
        if self._dents:
            mask, at = self._together(self._dents, max(0.5, 0.12 * self.ppcm))
            self._shade(mask, at, 0.84, -0.2)
            self._dents = []
        for ink, pieces in self._sewn.items():
            mask, at = self._together(pieces, max(0.7, 0.13 * self.ppcm))
            a = mask.astype(np.float32) * np.float32(1 / 255)
            view = self.colour[at]
            view[:] = (view + (np.array(ink, np.float32) - view) * a[..., None]).astype(np.uint8)
            self.relief[at] += np.float32(0.12) * a
        self._sewn = {}

    def _together(self, lines: list[F32], width: float) -> tuple[U8, tuple[slice, slice]]:
        """Coverage of many lines in their common window."""
        every = np.concatenate(lines)
        h, w = self.relief.shape
        low, high = np.floor(every.min(0)).astype(int) - 2, np.ceil(every.max(0)).astype(int) + 3
        x0, y0, x1, y1 = max(0, low[0]), max(0, low[1]), min(w, high[0]), min(h, high[1])
        mask = np.zeros((max(0, y1 - y0), max(0, x1 - x0)), np.uint8)
        if mask.size:
            fixed = np.round((every - (x0, y0)) * _FIXED).astype(np.int32)
            moved = np.split(fixed, np.cumsum([len(line) for line in lines])[:-1])
            cv2.polylines(mask, moved, False, min(255, round(255 * width)), max(1, round(width)), cv2.LINE_AA, 4)
        return mask, (slice(y0, max(y0, y1)), slice(x0, max(x0, x1)))

    def _shade(self, mask: U8, at: tuple[slice, slice], shade: float, height: float) -> None:
        if mask.size == 0:
            return
        gain = 1 + np.float32((shade - 1) / 255) * mask
        self.colour[at] = cv2.multiply(self.colour[at], cv2.merge([gain, gain, gain]), dtype=cv2.CV_8U)
        self.relief[at] += np.float32(height / 255) * mask

    def seams(self, mask: U8) -> None:
        """Darken and sink where parts are sewn together, mask (H, W) 0..255; the sides rise."""
        x, y, w, h = cv2.boundingRect(mask)
        if w < 2:
            return
        at = (slice(y, y + h), slice(x, x + w))
        wide = cv2.blur(mask[at], (5, 5))
        self.relief[at] += wide * np.float32(0.5 / 255)
        self._shade(cv2.blur(mask[at], (2, 2)), at, 0.72, -0.9)


def dashes(points: F32, period: float, share: float) -> list[F32]:
    """A line cut into dashes of a period in pixels, (2, 2) each."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    starts = np.arange(0, along[-1], period)
    at = np.stack([starts, np.minimum(starts + share * period, along[-1])], 1)
    ends = np.stack([np.interp(at, along, points[:, k]) for k in (0, 1)], 2)
    return list(ends.astype(np.float32))


def shift_line(points: F32, distance: float) -> F32:
    """A line moved to its left (y downwards) by a distance in pixels."""
    d = np.gradient(points, axis=0)
    d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-6)
    return (points + distance * np.stack([d[:, 1], -d[:, 0]], 1)).astype(np.float32)


def paint_trims(
    colour: U8, relief: F32, spec: FabricSpec, layout: FlatLayout, side: str, rng: np.random.Generator
) -> None:
    """Paint all trimmings of one side in place.

    Args:
        colour: (H, W, 3) uint8 sRGB. relief: (H, W) float32 mm. spec: gives thread, metal and button colours.
        layout: the garment at this size. side: "front" or "back". rng: of small irregularities.
    """
    brush = TrimBrush(colour, relief, spec, layout, rng)
    parts = layout.front if side == "front" else layout.back
    brush.seams(cv2.bitwise_and(part_seams(parts), cv2.compare(mask_of(parts, *_SEWN), 0, cv2.CMP_GT)))
    found = [f for f in layout.features if f.sides in ("both", side)]
    order = ("band", "line", "pocket", "placket", "stitch", "zip", "hole", "button")
    for feature in sorted(found, key=lambda f: order.index(f.kind) if f.kind in order else 0):
        if feature.kind in ("zip", "hole", "button"):
            brush.sew()
        if feature.kind in _PAINTERS:
            _PAINTERS[feature.kind](brush, feature)
    brush.sew()


def _thread(spec: FabricSpec) -> Colour | None:
    return rgb(spec.stitch) if spec.stitch else None


def _band(b: TrimBrush, f: FlatFeature) -> None:
    """A ribbed or folded band: its own relief, a dark line where it is sewn on."""
    points = np.asarray(f.points, np.float32)
    b.line(points, f.width_px, height=0.5)
    ribbed = f.name.startswith(("neckband", "cuff", "hem_rib", "rib")) and b.spec.kind != "denim"
    for side in (-1, 1):
        edge = shift_line(points, side * f.width_px / 2)
        b.line(edge, max(0.6, 0.12 * b.ppcm), shade=0.80, height=-0.25)
    thread = _thread(b.spec)
    if thread is not None and not ribbed:
        for side in (-1, 1):
            b.stitches(shift_line(points, side * (f.width_px / 2 - 0.25 * b.ppcm)), thread)


def _line(b: TrimBrush, f: FlatFeature) -> None:
    """A seam: a narrow groove with raised sides."""
    points = np.asarray(f.points, np.float32)
    b.line(points, max(2.0, f.width_px + 0.3 * b.ppcm), height=0.25)
    b.line(points, max(0.6, min(f.width_px, 0.15 * b.ppcm)), shade=0.80, height=-0.6)
    thread = _thread(b.spec)
    if thread is not None and b.spec.kind == "denim" and "side" not in f.name:
        b.stitches(shift_line(points, 0.3 * b.ppcm), thread)


def _stitch(b: TrimBrush, f: FlatFeature) -> None:
    b.stitches(np.asarray(f.points, np.float32), _thread(b.spec))


def _pocket(b: TrimBrush, f: FlatFeature) -> None:
    """A patch pocket: an outline with its own stitches and a shadow below."""
    points = np.asarray(f.points, np.float32)
    closed = np.concatenate([points, points[:1]])
    below = (closed + np.array([0.0, 0.06 * b.ppcm])).astype(np.float32)
    b.line(below, max(0.8, 0.16 * b.ppcm), shade=0.78)
    area = np.zeros(b.relief.shape, np.uint8)
    cv2.fillPoly(area, [np.round(points * _FIXED).astype(np.int32)], 1, cv2.LINE_8, 4)
    x, y, w, h = cv2.boundingRect(area)
    b.relief[y : y + h, x : x + w] += np.float32(0.6) * area[y : y + h, x : x + w]
    centre = points.mean(0)
    inner = centre + (closed - centre) * np.float32(1 - 0.35 * b.ppcm / max(6.0, float(np.ptp(points[:, 0])) / 2))
    b.stitches(inner.astype(np.float32), _thread(b.spec))


def _button(b: TrimBrush, f: FlatFeature) -> None:
    """Buttons: a shadow, a disc with a light rim, four holes where they can be seen."""
    radius = max(1.3, f.width_px / 2)
    ink = rgb(b.spec.button) if b.spec.button else (225, 222, 214)
    for x, y in np.asarray(f.points, np.float32):
        _disc(b, x + 0.25 * radius, y + 0.4 * radius, radius * 1.15, (20, 20, 22), 0.35, 0.0)
        _disc(b, x, y, radius, ink, 1.0, 1.5)
        light = tuple(min(255, c + 30) for c in ink)
        _disc(b, x - 0.2 * radius, y - 0.25 * radius, 0.45 * radius, light, 0.5, 0.0)  # type: ignore[arg-type]
        if radius > 3:
            for dx, dy in ((-1, -1), (1, -1), (-1, 1), (1, 1)):
                _disc(b, x + 0.28 * radius * dx, y + 0.28 * radius * dy, 0.13 * radius, (40, 38, 36), 0.8, 0.0)


def _disc(b: TrimBrush, x: float, y: float, radius: float, ink: Colour, share: float, height: float) -> None:
    k = int(radius) + 2
    cx, cy = round(x), round(y)
    h, w = b.relief.shape
    if not (k <= cx < w - k and k <= cy < h - k):
        return
    mask = np.zeros((2 * k + 1, 2 * k + 1), np.uint8)
    at = (round((x - cx + k) * _FIXED), round((y - cy + k) * _FIXED))
    cv2.circle(mask, at, round(radius * _FIXED), 255, -1, cv2.LINE_AA, 4)
    a = mask.astype(np.float32) * np.float32(share / 255)
    view = b.colour[cy - k : cy + k + 1, cx - k : cx + k + 1]
    view[:] = (view + (np.array(ink, np.float32) - view) * a[..., None]).astype(np.uint8)
    if height:
        b.relief[cy - k : cy + k + 1, cx - k : cx + k + 1] += np.float32(height) * a


def _zip(b: TrimBrush, f: FlatFeature) -> None:
    """A zip: tape, teeth, a groove and the slider at its top."""
    points = np.asarray(f.points, np.float32)
    width = max(2.0, f.width_px)
    metal = rgb(b.spec.metal)
    b.line(points, width + 0.5 * b.ppcm, shade=0.86, height=0.3)
    b.line(points, max(1.0, 0.5 * width), ink=metal, height=0.6)
    dark = tuple(int(c * 0.55) for c in metal)
    for piece in dashes(points, max(2.0, 0.22 * b.ppcm), 0.45):
        b.line(piece, max(1.0, 0.5 * width), ink=dark)  # type: ignore[arg-type]
    top = points[int(np.argmin(points[:, 1]))]
    pull = np.stack([top, top + np.array([0, 1.6 * b.ppcm], np.float32)])
    b.line(pull.astype(np.float32), max(1.2, 0.35 * b.ppcm), ink=tuple(min(255, c + 20) for c in metal), height=1.5)  # type: ignore[arg-type]


def _placket(b: TrimBrush, f: FlatFeature) -> None:
    """A strip that buttons or zips stand on: two stitched edges, the outer one with a shadow."""
    points = np.asarray(f.points, np.float32)
    b.line(points, f.width_px, height=0.6)
    b.line(shift_line(points, f.width_px / 2), max(0.8, 0.14 * b.ppcm), shade=0.75, height=-0.4)
    thread = _thread(b.spec)
    for side in (-1, 1):
        b.stitches(shift_line(points, side * (f.width_px / 2 - 0.3 * b.ppcm)), thread)


def _hole(b: TrimBrush, f: FlatFeature) -> None:
    for x, y in np.asarray(f.points, np.float32):
        _disc(b, x, y, max(0.8, f.width_px / 2), (30, 30, 32), 0.85, -0.5)


_PAINTERS = {
    "band": _band, "line": _line, "stitch": _stitch, "pocket": _pocket, "button": _button, "zip": _zip,
    "placket": _placket, "hole": _hole,
}  # fmt: skip


def paint_maker_label(inside: U8, layout: FlatLayout, rng: np.random.Generator) -> None:
    """The tape along the back of the neck or waist and the maker's label below it, on the wrong side, in place."""
    x = round(layout.middle_x)
    column = np.flatnonzero(layout.back[:, int(np.clip(x, 0, layout.shape[1] - 1))])
    if len(column) == 0:
        return
    top, ppcm = int(column[0]), layout.ppcm
    light = rng.random() < 0.55
    ink = int(rng.uniform(205, 245) if light else rng.uniform(20, 60))
    if rng.random() < 0.4:  # tape
        reach, depth = round(9 * ppcm), max(2, round(1.1 * ppcm))
        view = inside[top : top + depth, max(0, x - reach) : x + reach]
        view[:] = cv2.addWeighted(view, 0.45, np.full_like(view, ink), 0.55, 0)
    half, height = max(2, round(rng.uniform(1.1, 2.6) * ppcm)), max(3, round(rng.uniform(1.5, 5.0) * ppcm))
    y = top + round(0.8 * ppcm)
    cv2.rectangle(inside, (x - half, y), (x + half, y + height), (ink, ink, ink - 6), -1)
    words = 255 - ink
    for k in range(int(rng.integers(1, 4))):
        row = y + round((0.25 + 0.22 * k) * height)
        reach = round(half * rng.uniform(0.35, 0.8))
        cv2.line(inside, (x - reach, row), (x + reach, row), (words, words, words), max(1, round(0.25 * ppcm)))
