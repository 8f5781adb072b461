"""Laying a photographed garment on the flat shape of another: splines part by part, light taken out, a back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.tps import fit_tps
from tryon.synth.flat_layout import FlatLayout, mask_of
from tryon.synth.record import HALF

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Points = Mapping[str, tuple[float, float]]
SMOOTHING = 2e-3  # lets jagged outlines agree without bending the cloth between them
GRID = 16  # half-frame pixels between the spline's samples; it is smooth, so the rest is interpolated
SPACING = 0.09  # of the garment's size between outline samples
_SIDES = ("left", "right")
PATTERNED = 8.0  # mean difference to a row's colour from which cloth has a design rather than folds
FLATTEN = 0.55  # share of the photo's slow shading that is taken out; all of it would bleach colour blocks


@dataclass(frozen=True)
class LaidPhoto:
    """front, back: (H, W, 3) sRGB uint8 in the flat frame, defined beyond the outline."""

    front: U8
    back: U8


def shape_vector(points: Points) -> NDArray[np.float64]:
    """A garment's cut as numbers: its landmarks without place and scale, in the order of their names; of
    sleeves only the length, since they are laid apart, whatever their angle."""
    trunk = sorted(n for n in points if not n.startswith("cuff"))
    places = np.array([points[n] for n in trunk], np.float64)
    centred = places - places.mean(0)
    unit = float(np.sqrt((centred**2).sum(1).mean())) + 1e-9
    reach = [
        float(np.hypot(*np.subtract(points[f"cuff_out_{s}"], points[f"shoulder_{s}"]))) / unit
        for s in _SIDES
        if f"cuff_out_{s}" in points and f"shoulder_{s}" in points
    ]
    return np.concatenate([centred.ravel() / unit, reach])


def shape_distances(points: Points, others: NDArray[np.float64]) -> NDArray[np.float64]:
    """RMS distance of a garment's landmarks to those of others (N, K), in units of their spread, (N,).

    Args:
        points: the garment's landmarks. others: shape vectors of garments with the same landmarks.
    """
    own = shape_vector(points)
    sleeves = sum(n.startswith("cuff_out") for n in points)
    return np.sqrt(((others - own) ** 2).sum(1) / ((len(own) - sleeves) // 2 + sleeves))


def shape_distance(a: Points, b: Points) -> float:
    """How differently two garments are cut (see ``shape_distances``); 9 where their landmarks differ."""
    if set(a) != set(b) or len(a) < 4:
        return 9.0
    return float(shape_distances(a, shape_vector(b)[None])[0])


def contour_of(mask: U8) -> F32:
    """The largest outer contour (N, 2) float32, clockwise on the screen."""
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    points = max(contours, key=cv2.contourArea)[:, 0].astype(np.float32)
    return points if cv2.contourArea(points, oriented=True) > 0 else points[::-1].copy()


def match_outlines(a: F32, marks_a: Points, b: F32, marks_b: Points) -> dict[tuple[str, str], tuple[F32, F32]]:
    """Samples between neighbouring landmarks on two contours.

    Args:
        a, b: contours (N, 2) of one orientation. marks_a, marks_b: the same landmarks on each.

    Returns:
        For each pair of neighbouring landmarks the points of a and of b, at even shares of the way; only
        landmarks that follow each other in the same order on both.
    """
    at_a = {n: int(np.argmin(((a - p) ** 2).sum(1))) for n, p in marks_a.items()}
    at_b = {n: int(np.argmin(((b - p) ** 2).sum(1))) for n, p in marks_b.items()}
    order = sorted(at_a, key=lambda n: at_a[n])
    size = float(np.sqrt(cv2.contourArea(a)))
    found = {}
    for first, second in zip(order, order[1:] + order[:1], strict=True):
        way_b = _way(b, at_b[first], at_b[second])
        between = any(0 < (at_b[n] - at_b[first]) % len(b) < (at_b[second] - at_b[first]) % len(b) for n in order)
        way_a = _way(a, at_a[first], at_a[second])
        if between or len(way_a) < 3 or len(way_b) < 3:
            continue
        count = int(np.clip(_length(way_a) / (SPACING * size), 1, 9))
        found[first, second] = (_samples(way_a, count), _samples(way_b, count))
    return found


def _way(contour: F32, start: int, end: int) -> F32:
    if end >= start:
        return contour[start : end + 1]
    return np.concatenate([contour[start:], contour[: end + 1]])


def _length(way: F32) -> float:
    return float(np.linalg.norm(np.diff(way, axis=0), axis=1).sum())


def _samples(way: F32, count: int) -> F32:
    """``count`` points inside a way, evenly spread."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    at = np.linspace(0, along[-1], count + 2)[1:-1]
    return np.stack([np.interp(at, along, way[:, k]) for k in (0, 1)], 1).astype(np.float32)


def _groups(names: set[str]) -> dict[str, tuple[set[str], list[tuple[str, str]]]]:
    """Parts by name: their landmarks, and the straight cuts between two landmarks that bound them."""
    groups: dict[str, tuple[set[str], list[tuple[str, str]]]] = {}
    if "crotch" in names:
        for side in _SIDES:
            groups[side] = ({f"waist_{side}", "crotch", f"leg_out_{side}", f"leg_in_{side}"}, [])
        return groups
    torso = {n for n in names if not n.startswith("cuff")}
    groups["whole"] = (torso, [(f"shoulder_{s}", f"armpit_{s}") for s in _SIDES if f"cuff_out_{s}" in names])
    for side in _SIDES:
        if f"cuff_out_{side}" in names:
            own = {f"{n}_{side}" for n in ("shoulder", "armpit", "cuff_out", "cuff_in")}
            groups[f"{side}_sleeve"] = (own, [(f"shoulder_{side}", f"armpit_{side}")])
    return groups


def part_maps(flat: Points, flat_mask: U8, photo: Points, photo_mask: U8, layout: FlatLayout) -> dict[str, F32]:
    """For each part the photo pixel of every flat pixel, (H, W, 2) float32."""
    a, b = contour_of(flat_mask), contour_of(photo_mask)
    between = match_outlines(a, flat, b, photo)
    names = set(flat)
    maps = {}
    for part, (own, cuts) in _groups(names).items():
        src = [np.array([flat[n] for n in sorted(own)])]
        dst = [np.array([photo[n] for n in sorted(own)])]
        for (first, second), (points_a, points_b) in between.items():
            if first in own and second in own:
                src.append(points_a)
                dst.append(points_b)
        for first, second in cuts:
            t = np.array([0.25, 0.5, 0.75])[:, None]
            src.append(np.array(flat[first]) * (1 - t) + np.array(flat[second]) * t)
            dst.append(np.array(photo[first]) * (1 - t) + np.array(photo[second]) * t)
        if "crotch" in own:  # the middle line, which both legs share
            t = np.array([0.0, 0.33, 0.66])[:, None]
            tops = [(np.array(m["waist_left"]) + np.array(m["waist_right"])) / 2 for m in (flat, photo)]
            src.append(tops[0] * (1 - t) + np.array(flat["crotch"]) * t)
            dst.append(tops[1] * (1 - t) + np.array(photo["crotch"]) * t)
        maps[part] = _evaluate(np.concatenate(src), np.concatenate(dst), layout)
    return maps


def _evaluate(source: NDArray, target: NDArray, layout: FlatLayout) -> F32:
    spline = fit_tps(source, target, SMOOTHING)
    h, w = layout.shape
    gh, gw = HALF[0] // GRID, HALF[1] // GRID
    cols, rows = (np.arange(gw) + 0.5) * w / gw - 0.5, (np.arange(gh) + 0.5) * h / gh - 0.5
    coarse = spline(np.stack(np.meshgrid(cols, rows), 2))
    return np.asarray(cv2.resize(coarse, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def lay_photo(image: U8, mask: U8, marks: Points, layout: FlatLayout, rng: np.random.Generator) -> LaidPhoto:
    """Lay a photographed garment on a layout.

    Args:
        image: (h, w, 3) sRGB, carried on past its outline. mask: (h, w) 0..255. marks: photo pixels by name.
        layout: the drawn garment. rng: of a small change of exposure and tint.
    """
    solid = cv2.compare(layout.front, 0, cv2.CMP_GT)
    photo_solid = cv2.compare(mask, 127, cv2.CMP_GT)
    if layout.info.open_front:
        solid = _closed(solid, layout)
    maps = part_maps(layout.landmarks, solid, marks, photo_solid, layout)
    front = _gather(image, maps, layout)
    front = _flattened(front, solid, layout, rng)
    return LaidPhoto(front, _back_of(front, solid, layout))


def _closed(solid: U8, layout: FlatLayout) -> U8:
    """An open front as if closed: rows below the neck are filled between the halves."""
    body = mask_of(layout.front, "torso", "skirt")
    _, y0, _, y1 = layout.torso_box
    rows = body[y0:y1]
    first, last = rows.argmax(1), rows.shape[1] - 1 - rows[:, ::-1].argmax(1)
    columns = np.arange(rows.shape[1])[None]
    between = (columns >= first[:, None]) & (columns <= last[:, None]) & (rows.any(1) & (first < last))[:, None]
    between &= (np.arange(y0, y1) > y0 + 0.06 * (y1 - y0))[:, None]
    closed = solid.copy()
    closed[y0:y1][between] = 255
    return closed


def _gather(image: U8, maps: dict[str, F32], layout: FlatLayout) -> U8:
    if "whole" not in maps:  # trousers: each leg and its half of the seat
        columns = np.arange(layout.shape[1])[None] < layout.middle_x
        where = np.where(columns[..., None], maps["left"], maps["right"])
        return np.asarray(cv2.remap(image, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)
    where = maps["whole"].copy()
    for part in layout.turned_front:
        side = "right_sleeve" if part.part == "left_sleeve" else "left_sleeve"  # the viewer's side
        if side in maps:
            x0, y0, x1, y1 = part.box
            view = where[y0:y1, x0:x1]
            view[part.mask > 0] = maps[side][y0:y1, x0:x1][part.mask > 0]
    return np.asarray(cv2.remap(image, where, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _flattened(front: U8, solid: U8, layout: FlatLayout, rng: np.random.Generator) -> U8:
    """The photo's slow shading partly taken out; exposure and tint changed a little."""
    h, w = layout.shape
    size = (w // 8, h // 8)
    weight = cv2.resize(solid, size, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    grey = cv2.resize(cv2.cvtColor(front, cv2.COLOR_RGB2GRAY), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    sigma = 0.13 * size[1]
    slow = cv2.GaussianBlur(grey * weight, (0, 0), sigma) / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3)
    mean = float((grey * weight).sum() / max(1.0, float(weight.sum())))
    gain = np.clip(mean / np.maximum(slow, 6.0), 0.7, 1.4) ** FLATTEN * float(np.exp(rng.normal(0.06, 0.08)))
    gain = cv2.resize(gain.astype(np.float32), (w, h), interpolation=cv2.INTER_LINEAR)
    tint = np.exp(rng.normal(0, 0.02, 3))
    gains = cv2.merge([gain * np.float32(t) for t in tint])
    return np.asarray(cv2.multiply(front, gains, dtype=cv2.CV_8U), np.uint8)


def _row_medians(front: U8, body: U8, box: tuple[int, int, int, int]) -> F32:
    """The median colour of each row of the torso, (y1 - y0, 3), from 40 columns between its edges."""
    x0, y0, x1, y1 = box
    view = body[y0:y1, x0:x1]
    seen = view.sum(1) > 0.3 * float(view.sum(1).max())
    first, last = view.argmax(1), view.shape[1] - 1 - view[:, ::-1].argmax(1)
    at = first[:, None] + (last - first)[:, None] * np.linspace(0.08, 0.92, 40)[None]
    colours = front[np.arange(y0, y1)[:, None], x0 + at.astype(int)]
    medians = np.median(colours, axis=1).astype(np.float32)
    index = np.arange(y1 - y0)
    return np.stack([np.interp(index, index[seen], medians[seen, c]) for c in range(3)], 1).astype(np.float32)


def _back_of(front: U8, solid: U8, layout: FlatLayout) -> U8:
    """The back: a pattern goes on, a print or a button row does not.

    Where rows of the torso are even but for their middle, each row takes its own median colour, which
    keeps stripes and blocks; else the front itself serves.
    """
    back = front.copy()
    body = mask_of(layout.front, "torso", "skirt")
    x0, y0, x1, y1 = layout.torso_box
    if body[y0:y1, x0:x1].sum() < 200 or mask_of(layout.front, "left_leg").any():
        return back
    medians = _row_medians(front, body, (x0, y0, x1, y1))
    rest = np.abs(front[y0:y1, x0:x1].astype(np.float32) - medians[:, None]).mean(2) * body[y0:y1, x0:x1]
    third = (x1 - x0) // 4
    counts = [
        float(body[y0:y1, a:b].sum()) + 1 for a, b in ((x0, x0 + third), (x0 + third, x1 - third), (x1 - third, x1))
    ]
    left, middle, right = (
        float(rest[:, a:b].sum()) / c
        for (a, b), c in zip(((0, third), (third, -third), (rest.shape[1] - third, None)), counts, strict=True)
    )
    if 0.5 * (left + right) > 0.75 * middle and middle > PATTERNED:
        return back[:, ::-1].copy() if abs(layout.middle_x - layout.shape[1] / 2) < 2 else back
    h = layout.shape[0]
    full = np.concatenate([np.repeat(medians[:1], y0, 0), medians, np.repeat(medians[-1:], h - y1, 0)])
    full = cv2.GaussianBlur(full[:, None], (1, 0), sigmaX=0.1, sigmaY=max(0.6, 0.2 * layout.ppcm))
    near = cv2.dilate(mask_of(layout.back, "torso", "skirt", "collar"), np.ones((9, 9), np.uint8))
    for part in layout.turned_back:
        bx0, by0, bx1, by1 = part.box
        near[by0:by1, bx0:bx1][part.mask > 0] = 0
    fine = front.astype(np.int16) - cv2.blur(front, (7, 7)).astype(np.int16)
    painted = np.clip(full.reshape(h, 1, 3) + 0.5 * np.clip(fine, -12, 12), 0, 255).astype(np.uint8)
    cv2.copyTo(painted, near, back)
    return back
