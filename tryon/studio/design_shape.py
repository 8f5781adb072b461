"""From an outline's numbers to the picture's geometry: where a designed garment lies, its parts and landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.landmarks import Kind
from tryon.geometry.chains import close_chain, corner_indices, edge_lines, sleeve_outlines
from tryon.models.design_details import DETAILS, FINISHES, NECKS
from tryon.models.design_inputs import outline_fields

F32 = NDArray[np.float32]
FILL = 0.90  # share of the picture that the garment spans, as in the gallery
CUFF_CM = 7.5  # a narrower "cuff" is a piece of an armhole: no sleeves
YES = tuple(DETAILS.index(n) for n in ("chest_pocket", "kangaroo", "raglan", "jeans", "drawstring", "crease",
                                       "front_buttons", "patch_pockets"))  # fmt: skip
SMALL = 0.06  # of a length's scale: what is less is not there


@dataclass(frozen=True)
class Shape:
    """A designed garment's geometry. halves_cm: (2, N, 2) right and left half in the chain's frame. details: (D,)."""

    kind: Kind
    halves_cm: F32
    details: F32
    has_sleeves: bool

    def place(self, size: tuple[int, int]) -> Placed:
        """Lay it into a picture (H, W), centred."""
        points = np.concatenate(list(self.halves_cm))
        low, high = points.min(0), points.max(0)
        height, width = size
        ppc = float(min(FILL * width / (high[0] - low[0]), FILL * height / (high[1] - low[1])))
        origin = np.array([width / 2 - 0.5, height / 2 - 0.5]) - (low + high) / 2 * ppc
        return Placed(self, ppc, (float(origin[0]), float(origin[1])), size)


@dataclass(frozen=True)
class Placed:
    """A shape in a picture. origin_px: where the frame's origin lies. size: (H, W)."""

    shape: Shape
    px_per_cm: float
    origin_px: tuple[float, float]
    size: tuple[int, int]

    @property
    def halves_px(self) -> F32:
        return (self.shape.halves_cm * self.px_per_cm + np.array(self.origin_px)).astype(np.float32)

    @property
    def closed_px(self) -> F32:
        right, left = self.halves_px
        return np.concatenate([right, left[::-1]])

    def fields(self) -> F32:
        """What the drape network is told (see ``outline_fields``)."""
        halves, kind = self.halves_px, self.shape.kind
        sleeves = sleeve_outlines(halves, kind, self.shape.has_sleeves)
        return outline_fields(
            self.closed_px, edge_lines(halves, kind), sleeves, self.origin_px, self.px_per_cm, self.size
        )

    def silhouette(self) -> NDArray[np.uint8]:
        """(H, W) 0..255, with soft edges."""
        out = np.zeros(self.size, np.uint8)
        cv2.fillPoly(out, [np.round(smooth_closed(self.closed_px) * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return out

    def landmarks(self) -> dict[str, tuple[float, float]]:
        """Landmarks in pixels, as ``Garment.landmarks_px`` has them."""
        at, (right, left) = corner_indices(self.shape.kind), self.halves_px
        out = {}
        for name, index in at.items():
            if name in ("top", "bottom") or (name.startswith("cuff") and not self.shape.has_sleeves):
                continue
            if name == "crotch":
                middle = (right[index] + left[index]) / 2
                out[name] = (float(middle[0]), float(middle[1]))
                continue
            for side, half in (("left", left), ("right", right)):
                out[f"{name}_{side}"] = (float(half[index, 0]), float(half[index, 1]))
        return out

    def sleeve_axes(self) -> list[tuple[F32, float]]:
        """Of the left and the right sleeve: its closed outline in pixels, and the angle by which its thread is turned
        from the trunk's, radians, clockwise on the picture."""
        outlines = sleeve_outlines(self.halves_px, self.shape.kind, self.shape.has_sleeves)
        at = corner_indices(self.shape.kind)
        found = []
        for outline, half in zip(outlines, self.halves_px[::-1], strict=False):
            top = (half[at["shoulder"]] + half[at["armpit"]]) / 2
            cuff = (half[at["cuff_out"]] + half[at["cuff_in"]]) / 2
            along = cuff - top
            found.append((outline, float(np.arctan2(-along[0], along[1]))))
        return found


def shape_of(points_cm: F32, details: F32, kind: Kind, rng: np.random.Generator) -> Shape:
    """Turn what the outline generator gave into a shape.

    Args:
        points_cm: (N, 2) right half. details: (D,) 0..1. rng: how unevenly the garment was laid.
    """
    half = points_cm.astype(np.float32).copy()
    half[:, 0] = np.maximum(half[:, 0], 0.0)
    half[0, 0] = 0.0
    if kind != "trousers":
        half[-1, 0] = 0.0
    else:
        half[-1, 0] = min(float(half[-1, 0]), 0.8)
    at = corner_indices(kind)
    sleeves = False
    if kind in ("upper", "dress"):
        cuff = half[at["cuff_out"]] - half[at["cuff_in"]]
        sleeves = bool(np.linalg.norm(cuff) > CUFF_CM)
        if not sleeves:
            half[at["shoulder"] : at["armpit"] + 1] = _armhole(half, at)
    half = smooth_between(half, sorted(at.values()))
    if sleeves:
        half = _clear_side(half, at)
    mirrored = half * np.array([-1, 1], np.float32)
    halves = np.stack([half, mirrored])
    return Shape(kind, _laid(halves, rng), settle_details(details), sleeves)


def _armhole(half: F32, at: dict[str, int]) -> F32:
    """The points of a plain armhole: between a sleeve and none, the generator's own are neither."""
    shoulder, armpit = half[at["shoulder"]], half[at["armpit"]]
    inner = np.array([min(shoulder[0], armpit[0]) - 1.5, armpit[1] - 0.2 * (armpit[1] - shoulder[1])], np.float32)
    t = np.linspace(0, 1, at["armpit"] - at["shoulder"] + 1, dtype=np.float32)[:, None]
    return np.asarray((1 - t) ** 2 * shoulder + 2 * t * (1 - t) * inner + t**2 * armpit, np.float32)


def smooth_between(half: F32, corners: list[int]) -> F32:
    """Smooth each stretch between corners, which stay."""
    out = half.copy()
    for a, b in pairwise(corners):
        if b - a < 4:
            continue
        for _ in range(2):
            middle = out[a + 1 : b]
            out[a + 1 : b] = 0.5 * middle + 0.25 * (out[a : b - 1] + out[a + 2 : b + 1])
    return out


def smooth_closed(closed_px: F32, between: int = 4) -> F32:
    """More points on a closed outline by Catmull-Rom curves, so that no facets show; sharp corners stay corners."""
    p = closed_px.astype(np.float64)
    before, after, after_2 = np.roll(p, 1, 0), np.roll(p, -1, 0), np.roll(p, -2, 0)
    turn_in, turn_out = _sharp(before, p, after), _sharp(p, after, after_2)
    m0 = np.where(turn_in[:, None], after - p, (after - before) / 2)
    m1 = np.where(turn_out[:, None], after - p, (after_2 - p) / 2)
    t = (np.arange(between) / between)[None, :, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * p[:, None] + (t**3 - 2 * t**2 + t) * m0[:, None]
        + (3 * t**2 - 2 * t**3) * after[:, None] + (t**3 - t**2) * m1[:, None]
    )  # fmt: skip
    return curve.reshape(-1, 2).astype(np.float32)


def _sharp(a: NDArray, b: NDArray, c: NDArray) -> NDArray[np.bool_]:
    """Whether the outline turns by over 35 degrees at b."""
    u, v = b - a, c - b
    size = np.linalg.norm(u, axis=1) * np.linalg.norm(v, axis=1)
    return np.asarray((u * v).sum(1) < 0.82 * np.maximum(size, 1e-9)) | (size < 1e-6)


def _clear_side(half: F32, at: dict[str, int]) -> F32:
    """Keep the sleeve's inner edge outside the trunk's side: where they cross, the sleeve is turned outwards."""
    out = half.copy()
    shoulder, armpit, hem = at["shoulder"], at["armpit"], at["hem"]
    side = out[armpit : hem + 1]
    for degrees in (0, 4, 8, 12, 16, 20):
        turn = np.radians(-degrees)
        pivot = out[shoulder]
        c, s = np.cos(turn), np.sin(turn)
        sleeve = (half[shoulder:armpit] - pivot) @ np.array([[c, s], [-s, c]], np.float32) + pivot
        inner = sleeve[at["cuff_in"] - shoulder :]
        edge = np.interp(inner[:, 1], side[:, 1], side[:, 0], left=-1.0)
        if bool((inner[:-2, 0] > edge[:-2] + 0.4).all()):
            out[shoulder:armpit] = sleeve
            return out
    return out


def settle_details(details: F32) -> F32:
    """Make up the mind of details (D,): one neck or none, one front or none, yes or no, and no hair-thin bands."""
    out = details.copy()
    necks = [DETAILS.index(f"neck_{n}") for n in NECKS]
    fronts = [DETAILS.index(f"finish_{n}") for n in FINISHES]
    for group in (necks, fronts):
        values = details[group]
        out[group] = 0.0
        if float(values.max()) > 0.35:
            out[group[int(values.argmax())]] = 1.0
    if not out[fronts].any():
        for name in ("gap_top", "gap_hem"):
            out[DETAILS.index(name)] = 0.0
    for i in YES:
        out[i] = float(details[i] > 0.5)
    for i in range(len(DETAILS)):
        if i not in YES and i not in necks and i not in fronts and out[i] < SMALL:
            out[i] = 0.0
    return out


def _laid(halves: F32, rng: np.random.Generator) -> F32:
    """Hands lay no garment quite evenly: a slow wave of a few millimetres, and half a degree of turn."""
    phase, size = rng.uniform(0, 2 * np.pi, 4), rng.normal(0, 0.22, 4)
    x, y = halves[..., 0], halves[..., 1]
    dx = size[0] * np.sin(y / 17 + phase[0]) + size[1] * np.sin(x / 13 + phase[1])
    dy = size[2] * np.sin(x / 19 + phase[2]) + size[3] * np.sin(y / 15 + phase[3])
    moved = halves + np.stack([dx, dy], -1).astype(np.float32)
    turn = float(np.radians(rng.normal(0, 0.5)))
    c, s = np.cos(turn), np.sin(turn)
    return (moved @ np.array([[c, s], [-s, c]], np.float32)).astype(np.float32)


__all__ = ["Placed", "Shape", "close_chain", "settle_details", "shape_of", "smooth_closed"]
