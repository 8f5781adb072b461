"""Where things are on a garment laid flat: parts, their thread direction, edges and landmarks in pixels."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.default_trims import default_features
from tryon.synth.record import HALF, PART_MASK, FlatFeature, GarmentInfo

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
# a part's byte in the flat frame: ``garment_mesh.PARTS`` in order, written out since that module needs scipy
BYTE = {
    "torso": 1, "left_sleeve": 2, "right_sleeve": 3, "left_leg": 4, "right_leg": 5, "skirt": 6, "collar": 7, "hood": 8,
}  # fmt: skip
SPREAD_PX = 9  # half-frame pixels by which a sleeve's pattern reaches over its outline


@dataclass(frozen=True)
class TurnedPart:
    """A part whose thread is not vertical. box: x0, y0, x1, y1; mask: (y1 - y0, x1 - x0) uint8 0 or 1, spread
    over the outline; to_cloth: 2x3, box pixels to the pixels of a sheet of cloth as large as the frame."""

    part: str
    box: tuple[int, int, int, int]
    mask: U8
    to_cloth: F32


@dataclass(frozen=True)
class FlatLayout:
    """A garment's geometry at the size it is painted. front, back: (H, W) part bytes without flags."""

    info: GarmentInfo
    shape: tuple[int, int]
    ppcm: float
    front: U8
    back: U8
    landmarks: dict[str, tuple[float, float]]
    features: tuple[FlatFeature, ...]
    turned_front: tuple[TurnedPart, ...] = field(default=())
    turned_back: tuple[TurnedPart, ...] = field(default=())

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 of both sides together."""
        any_part = cv2.bitwise_or(self.front, self.back)
        x, y, w, h = cv2.boundingRect(any_part)
        return x, y, x + w, y + h

    @cached_property
    def torso_box(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1 of the front without sleeves, collar and hood."""
        kept = mask_of(self.front, "torso", "skirt", "left_leg", "right_leg")
        x, y, w, h = cv2.boundingRect(kept if kept.any() else self.front)
        return x, y, x + w, y + h

    @cached_property
    def middle_x(self) -> float:
        """The middle line of the garment."""
        pairs = [("neck_left", "neck_right"), ("waist_left", "waist_right"), ("armpit_left", "armpit_right")]
        for a, b in pairs:
            if a in self.landmarks and b in self.landmarks:
                return 0.5 * (self.landmarks[a][0] + self.landmarks[b][0])
        return 0.5 * (self.torso_box[0] + self.torso_box[2])

    @cached_property
    def neck_y(self) -> float:
        """Where the front begins on the middle line."""
        x = int(np.clip(self.middle_x, 0, self.shape[1] - 1))
        column = np.flatnonzero(mask_of(self.front, "torso", "skirt", "left_leg", "right_leg")[:, x])
        return float(column[0]) if len(column) else float(self.box[1])


def mask_of(parts: U8, *names: str) -> U8:
    """(H, W) uint8 0 or 1 where a part map shows one of these parts."""
    table = np.zeros(256, np.uint8)
    table[[BYTE[n] for n in names]] = 1
    return np.asarray(cv2.LUT(parts, table), np.uint8)


def lay_out(info: GarmentInfo, size: tuple[int, int]) -> FlatLayout:
    """The garment's geometry at a size (H, W) of the flat frame's 4:3."""
    s = size[1] / HALF[1]

    plain = [clean_parts(parts) for parts in (info.front, info.back)]
    front, back = (_scaled(parts, size) for parts in plain)

    def grow(p: tuple[float, float]) -> tuple[float, float]:
        return (p[0] + 0.5) * s - 0.5, (p[1] + 0.5) * s - 0.5

    landmarks = {name: grow(at) for name, at in info.landmarks_px.items()}
    every = (*info.features, *default_features(info, plain[0], plain[1]))
    features = tuple(_scaled_feature(f, s) for f in every)
    layout = FlatLayout(info, size, info.px_per_m * s / 100, front, back, landmarks, features)
    return FlatLayout(
        info, size, layout.ppcm, front, back, landmarks, features,
        _turned_parts(layout, front, s), _turned_parts(layout, back, s),
    )  # fmt: skip


def _scaled_feature(f: FlatFeature, s: float) -> FlatFeature:
    points = ((np.asarray(f.points, np.float32) + 0.5) * s - 0.5).astype(np.float32)
    return FlatFeature(f.name, f.kind, points, f.width_px * s, f.sides)


def clean_parts(parts: U8) -> U8:
    """Part bytes without flags, (h, w): specks where folded parts of the mesh cross are given to what is
    around them; the outline stays."""
    plain = np.asarray(parts & PART_MASK, np.uint8)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
    for name in ("left_sleeve", "right_sleeve", "collar", "hood"):
        own = cv2.compare(plain, BYTE[name], cv2.CMP_EQ)
        if not own.any():
            continue
        x, y, w, h = cv2.boundingRect(own)
        at = (slice(max(0, y - 9), y + h + 9), slice(max(0, x - 9), x + w + 9))
        view, old = plain[at], own[at]
        new = cv2.morphologyEx(cv2.morphologyEx(old, cv2.MORPH_CLOSE, disc), cv2.MORPH_OPEN, disc)
        joined = (new > 0) & (view == BYTE["torso"])
        lost = (old > 0) & (new == 0) & (cv2.dilate(cv2.compare(view, BYTE["torso"], cv2.CMP_EQ), disc) > 0)
        view[joined] = BYTE[name]
        view[lost] = BYTE["torso"]
    return plain


def _scaled(plain: U8, size: tuple[int, int]) -> U8:
    if plain.shape == size:
        return plain
    return np.asarray(cv2.resize(plain, (size[1], size[0]), interpolation=cv2.INTER_NEAREST), np.uint8)


def _turned_parts(layout: FlatLayout, parts: U8, s: float) -> tuple[TurnedPart, ...]:
    found = []
    h, w = layout.shape
    pad = max(2, round(SPREAD_PX * s))
    rest = cv2.compare(parts, 0, cv2.CMP_EQ)
    for number, part in enumerate(("left_sleeve", "right_sleeve")):
        own = cv2.compare(parts, BYTE[part], cv2.CMP_EQ)
        x, y, bw, bh = cv2.boundingRect(own)
        if bw < 3 or bh < 3:
            continue
        x0, y0, x1, y1 = max(0, x - pad), max(0, y - pad), min(w, x + bw + pad), min(h, y + bh + pad)
        own, free = own[y0:y1, x0:x1], rest[y0:y1, x0:x1]
        spread = cv2.dilate(own, np.ones((2 * pad + 1, 2 * pad + 1), np.uint8))
        mask = cv2.bitwise_or(own, cv2.bitwise_and(spread, free))
        angle = _sleeve_angle(layout, part, own, (x0, y0))
        c, k = np.cos(angle), np.sin(angle)
        turn = np.array([[c, -k], [k, c]])  # carries the sleeve's axis (sin, cos) to straight down
        centre = np.array([(x1 - x0) / 2, (y1 - y0) / 2])
        target = np.array([w * (0.27 if number else 0.71), h * 0.47])
        to_cloth = np.concatenate([turn, (target - turn @ centre)[:, None]], 1).astype(np.float32)
        found.append(TurnedPart(part, (x0, y0, x1, y1), (mask > 0).astype(np.uint8), to_cloth))
    return tuple(found)


def _sleeve_angle(layout: FlatLayout, part: str, own: U8, origin: tuple[int, int]) -> float:
    """The angle of a sleeve's axis from straight down towards the viewer's right, radians."""
    side = "right" if part == "left_sleeve" else "left"  # landmarks are the viewer's
    marks = layout.landmarks
    names = (f"shoulder_{side}", f"armpit_{side}", f"cuff_out_{side}", f"cuff_in_{side}")
    if all(n in marks for n in names):
        a, b, c, d = (np.asarray(marks[n]) for n in names)
        axis = (c + d - a - b) / 2
    else:
        ys, xs = np.nonzero(own)
        points = np.stack([xs, ys], 1).astype(np.float64)
        axis = np.linalg.svd(points - points.mean(0), full_matrices=False)[2][0]
        axis = axis if axis[1] > 0 else -axis
    return float(np.arctan2(axis[0], axis[1]))
