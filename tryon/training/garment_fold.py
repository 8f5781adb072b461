"""Sleeves of a rendered garment that lie over its torso, as people lay their clothes down for a photo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import PART
from tryon.synth.record import PART_MASK, FlatView

U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]
Side = Literal["left", "right"]
SLEEVE = {"left": PART["right_sleeve"] + 1, "right": PART["left_sleeve"] + 1}  # part byte by the viewer's side


@dataclass(frozen=True)
class Folded:
    """A view whose sleeves lie elsewhere. over: (H, W) bool of the view's part frame, sleeves that were moved."""

    view: FlatView
    over: NDArray[np.bool_] | None


@dataclass(frozen=True)
class _Move:
    """Half-frame points x that are beyond the line (n . x > at) go to ``linear @ x + shift``."""

    linear: F64
    shift: F64
    normal: F64
    at: float


def fold_sleeves(view: FlatView, rng: np.random.Generator) -> Folded:
    """Fold or swing one sleeve, or both, of a view over the torso; short and missing ones stay."""
    over: NDArray[np.bool_] | None = None
    both = rng.random() < 0.7
    first: Side = "left" if rng.random() < 0.5 else "right"
    alike = int(rng.integers(1 << 31))
    for side in (first, "right" if first == "left" else "left") if both else (first,):
        own = np.random.default_rng(alike if rng.random() < 0.6 else int(rng.integers(1 << 31)))
        move = _choose_move(view, side, own)  # type: ignore[arg-type]
        if move is None:
            continue
        moved, where = _moved(view, SLEEVE[side], move)
        view = _with_landmarks(moved, side, move, where)  # type: ignore[arg-type]
        over = where if over is None else over | where
    return Folded(view, over)


def _choose_move(view: FlatView, side: Side, rng: np.random.Generator) -> _Move | None:
    """Where a sleeve goes; None where it is too short to be folded."""
    names = [f"{name}_{side}" for name in ("shoulder", "armpit", "cuff_out", "cuff_in")]
    if any(name not in view.landmarks_px for name in names):
        return None
    shoulder, armpit, cuff_out, cuff_in = (np.array(view.landmarks_px[name][:2]) for name in names)
    base, cuff = (shoulder + armpit) / 2, (cuff_out + cuff_in) / 2
    long = float(np.linalg.norm(cuff - base))
    if long < 0.9 * float(np.linalg.norm(shoulder - armpit)):
        return None
    along = (cuff - base) / long
    inward = 1.0 if side == "left" else -1.0
    if rng.random() < 0.3:  # the whole arm swings down over the side of the torso
        aim = np.deg2rad(rng.uniform(60, 100))
        turn = _angle(np.array([inward * np.cos(aim), np.sin(aim)])) - _angle(along)
        turn = (turn + np.pi) % (2 * np.pi) - np.pi
        c, s = np.cos(turn), np.sin(turn)
        linear = np.array([[c, -s], [s, c]])
        return _Move(linear, shoulder - linear @ shoulder, np.zeros(2), -1.0)
    # folded along a line: what is beyond it is mirrored
    aim = np.deg2rad(rng.uniform(-15, 85))
    towards = np.array([inward * np.cos(aim), np.sin(aim)])
    normal = along - towards
    if np.linalg.norm(normal) < 0.5:
        return None
    normal /= np.linalg.norm(normal)
    fold = base + along * long * rng.uniform(0.05, 0.55)
    at = float(normal @ fold)
    return _Move(np.eye(2) - 2 * np.outer(normal, normal), 2 * at * normal, normal, at)


def _angle(way: F64) -> float:
    return float(np.arctan2(way[1], way[0]))


def _beyond(move: _Move, shape: tuple[int, ...], scale: float) -> NDArray[np.bool_]:
    y, x = np.mgrid[: shape[0], : shape[1]]
    half_x, half_y = (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5
    side: NDArray[np.bool_] = move.normal[0] * half_x + move.normal[1] * half_y > move.at
    return side


def _moved(view: FlatView, byte: int, move: _Move) -> tuple[FlatView, NDArray[np.bool_]]:
    """The view with a sleeve's pixels moved, and where they are now, in the part frame."""
    out: dict[str, Any] = {}
    where = np.zeros(view.part.shape, bool)
    back = np.linalg.inv(move.linear)
    for name, native in (("part", True), ("half_part", False)):
        part = getattr(view, name)
        scale = view.part.shape[0] / view.half_part.shape[0] if native else 1.0
        taken = ((part & PART_MASK) == byte) & _beyond(move, part.shape, scale)
        shift = scale * move.shift + (0.5 * scale - 0.5) * (np.ones(2) - move.linear @ np.ones(2))
        matrix = np.concatenate([back, -(back @ shift)[:, None]], 1)
        size = (part.shape[1], part.shape[0])

        def carried(a: NDArray[Any], matrix: F64 = matrix, size: tuple[int, int] = size) -> NDArray[Any]:
            return cv2.warpAffine(a, matrix, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)

        there = carried(taken.astype(np.uint8)) > 0
        rest = np.where(taken, 0, part).astype(np.uint8)
        out[name] = np.where(there, np.uint8(byte), rest)
        if native:
            where = there
            continue
        normal = carried(view.normal.astype(np.float32))
        flip = np.array([1.0, -1.0])  # normals count y upwards
        turned = (normal[..., :2] * flip) @ move.linear.T * flip
        normal = np.concatenate([turned, normal[..., 2:]], 2)
        out["flat_px"] = np.where(there[..., None], carried(view.flat_px), view.flat_px)
        out["normal"] = np.where(there[..., None], np.round(normal), view.normal).astype(np.int8)
        out["depth"] = np.where(there, carried(view.depth), view.depth).astype(view.depth.dtype)
    return replace(view, **out), where


def _with_landmarks(view: FlatView, side: Side, move: _Move, over: NDArray[np.bool_]) -> FlatView:
    """Cuffs go with their sleeve; what lies under it is hidden."""
    points = dict(view.landmarks_px)
    k = over.shape[0] / view.half_part.shape[0]
    for name, (x, y, seen) in points.items():
        at = np.array([x, y])
        if name in (f"cuff_out_{side}", f"cuff_in_{side}"):
            if move.normal @ at > move.at:
                at = move.linear @ at + move.shift
            points[name] = (float(at[0]), float(at[1]), seen)
            continue
        column, row = (int(v) for v in np.round((at + 0.5) * k - 0.5))
        box = over[max(0, row - 5) : row + 6, max(0, column - 5) : column + 6]
        if box.size and box.mean() > 0.55:
            points[name] = (x, y, 0)
    return replace(view, landmarks_px=points)


def shade_fold(image: U8, over: NDArray[np.bool_], rng: np.random.Generator) -> U8:
    """The shadow that a sleeve casts on what it lies on, and its own rounded edge.

    Args:
        image: (H, W, 3). over: where sleeves lie, of any size.
    """
    h, w = image.shape[:2]
    alpha = cv2.resize(over.astype(np.float32), (w, h), interpolation=cv2.INTER_AREA)
    unit = h / 320
    dx, dy = rng.normal(0, 1.2 * unit, 2)
    cast = cv2.warpAffine(alpha, np.array([[1.0, 0, dx], [0, 1.0, dy]]), (w, h))
    cast = cv2.GaussianBlur(cast, (0, 0), float(rng.uniform(0.8, 3.0)) * unit) * (1 - alpha)
    rim = alpha * (1 - cv2.GaussianBlur(alpha, (0, 0), 1.2 * unit)) * 2
    keep = (1 - float(rng.uniform(0.25, 0.7)) * cast) * (1 - float(rng.uniform(0.0, 0.35)) * np.clip(rim, 0, 1))
    return np.asarray(np.clip(image * keep[..., None], 0, 255), np.uint8)
