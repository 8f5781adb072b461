"""Trimmings for garments that bring none of their own: neckband, cuffs, hem, closure and pockets by label.

Everything is read off the part map's outline and the landmarks; random choices hang on the garment's id,
so a garment keeps its pockets whatever it is made of.
"""

from __future__ import annotations

import zlib

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.record import FlatFeature, GarmentInfo

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
TORSO, SKIRT, COLLAR, HOOD = 1, 6, 7, 8  # part bytes, see garment_mesh.PARTS
SLEEVES = {"right": 2, "left": 3}  # the viewer's side to the subject's sleeve
RIBBED = ("Longsleeve", "Hoodie")  # their cuffs and hems are bands


def default_features(info: GarmentInfo, front: U8, back: U8) -> tuple[FlatFeature, ...]:
    """Trimmings that a garment lacks, in half-frame pixels.

    Args:
        info: label, attributes, landmarks and the features that are there already.
        front, back: (h, w) part bytes without flags, half frame.
    """
    if info.category == "lower":
        return ()
    rng = np.random.default_rng(zlib.crc32(info.id.encode()))
    known = {f.name for f in info.features}
    ppcm = info.px_per_m / 100
    found: list[FlatFeature] = []
    if not known & {"neckband", "collar", "neckline"}:
        found += _neckbands(info, front, back, ppcm)
    if not known & {"cuff", "armband", "sleeve_hem"}:
        found += _cuffs(info, front, ppcm)
    if not known & {"hem", "hem_band", "hem_rib"}:
        found += _hems(info, front, back, ppcm)
    kinds = {f.kind for f in info.features}
    if not kinds & {"zip", "button", "placket"}:
        found += _closure(info, front, ppcm, rng)
    if "pocket" not in kinds:
        found += _pockets(info, front, ppcm, rng)
    return tuple(found)


def _any_of(parts: U8, *numbers: int) -> NDArray[np.bool_]:
    found = parts == numbers[0]
    for number in numbers[1:]:
        found = found | (parts == number)
    return np.asarray(found)


def _top_line(parts: U8, info: GarmentInfo, *bytes_: int) -> F32:
    """The upper edge between the neck points, a point every second column, (N, 2)."""
    marks = info.landmarks_px
    if "neck_left" not in marks or "neck_right" not in marks:
        return np.zeros((0, 2), np.float32)
    x0, x1 = round(marks["neck_left"][0]) + 1, round(marks["neck_right"][0]) - 1
    columns = np.arange(max(0, x0), min(parts.shape[1], x1 + 1), 2)
    mask = _any_of(parts[:, columns], *bytes_)
    there = mask.any(0)
    return _smooth(np.stack([columns[there], mask.argmax(0)[there]], 1).astype(np.float32))


def _low_lines(parts: U8, *bytes_: int) -> list[F32]:
    """The lower edges of parts: one line for each run of columns, (N, 2) each."""
    mask = _any_of(parts, *bytes_)
    columns = np.flatnonzero(mask.any(0))
    if len(columns) < 8:
        return []
    y = parts.shape[0] - 1 - mask[::-1].argmax(0)
    tall = y[columns] > y[columns].max() - 0.25 * (y[columns].max() - mask.any(1).argmax())
    columns = columns[tall]
    runs = np.split(columns, np.flatnonzero(np.diff(columns) > 2) + 1)
    return [_smooth(np.stack([r[::2], y[r[::2]]], 1).astype(np.float32)) for r in runs if len(r) > 12]


def _smooth(points: F32) -> F32:
    """Pixel steps out of a line: a moving mean of five points."""
    if len(points) < 7:
        return points
    padded = np.concatenate([np.repeat(points[:1], 2, 0), points, np.repeat(points[-1:], 2, 0)])
    mean = np.stack([np.convolve(padded[:, k], np.ones(5) / 5, mode="valid") for k in (0, 1)], 1)
    mean[:, 0] = points[:, 0]
    return mean.astype(np.float32)


def _inwards(points: F32, distance: float) -> F32:
    """A line moved to its right-hand side (y downwards): into a garment whose outline runs clockwise."""
    d = np.gradient(points, axis=0)
    d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-6)
    return (points + distance * np.stack([-d[:, 1], d[:, 0]], 1)).astype(np.float32)


def _neckbands(info: GarmentInfo, front: U8, back: U8, ppcm: float) -> list[FlatFeature]:
    found = []
    width = {"Undershirt": 1.2, "Top": 1.0, "Dress": 0.9, "Blouse": 0.9, "Longsleeve": 2.4}.get(info.label, 2.0) * ppcm
    for side, parts in (("front", front), ("back", back)):
        if side == "front" and ((parts == COLLAR).any() or (parts == HOOD).any() or info.open_front):
            continue
        line = _top_line(parts, info, TORSO)
        if len(line) < 6:
            continue
        if info.label in ("T-Shirt", "Longsleeve", "Undershirt", "Polo"):
            found.append(FlatFeature("neckband", "band", _inwards(line, width / 2), width, side))
        else:
            found.append(FlatFeature("neckline", "stitch", _inwards(line, width), 1.0, side))
    return found


def _cuffs(info: GarmentInfo, front: U8, ppcm: float) -> list[FlatFeature]:
    found = []
    marks = info.landmarks_px
    for side in SLEEVES:
        names = (f"cuff_out_{side}", f"cuff_in_{side}", f"shoulder_{side}", f"armpit_{side}")
        if not all(n in marks for n in names):
            continue
        out, low, shoulder, armpit = (np.asarray(marks[n], np.float32) for n in names)
        up = (shoulder + armpit) / 2 - (out + low) / 2
        reach = float(np.linalg.norm(up))
        if reach < 3 * ppcm:
            continue
        up /= reach
        long = reach > 38 * ppcm
        banded = long and (info.label in RIBBED or info.label == "Shirt" or info.attributes.get("kind") == "zip_jacket")
        depth = (5.5 if banded else 2.0) * ppcm
        t = np.linspace(0, 1, 7, dtype=np.float32)[:, None]
        edge = out * (1 - t) + low * t
        if banded:
            found.append(FlatFeature("cuff", "band", edge + up * (depth / 2), depth, "both"))
        elif info.label != "Blazer":
            found.append(FlatFeature("cuff", "stitch", edge + up * depth, 1.0, "both"))
    return found


def _hems(info: GarmentInfo, front: U8, back: U8, ppcm: float) -> list[FlatFeature]:
    banded = info.label == "Hoodie" or info.attributes.get("kind") == "zip_jacket"
    depth = (5.0 if banded else 2.0) * ppcm
    found = []
    for side, parts in (("front", front), ("back", back)):
        for line in _low_lines(parts, TORSO, SKIRT):
            up = line - np.array([0, depth / 2 if banded else depth], np.float32)
            if banded:
                found.append(FlatFeature("hem", "band", up, depth, side))
            else:
                found.append(FlatFeature("hem", "stitch", up, 1.0, side))
    return found


def _middle(info: GarmentInfo, front: U8) -> tuple[float, float, float]:
    """x of the middle line, where the front begins on it and where it ends."""
    marks = info.landmarks_px
    pair = next(
        (
            (a, b)
            for a, b in (("neck_left", "neck_right"), ("armpit_left", "armpit_right"))
            if a in marks and b in marks
        ),
        None,
    )
    x = 0.5 * (marks[pair[0]][0] + marks[pair[1]][0]) if pair else front.shape[1] / 2
    column = np.flatnonzero(_any_of(front[:, int(np.clip(x, 0, front.shape[1] - 1))], TORSO, SKIRT, COLLAR))
    return (x, float(column[0]), float(column[-1])) if len(column) else (x, 0.0, 0.0)


def _closure(info: GarmentInfo, front: U8, ppcm: float, rng: np.random.Generator) -> list[FlatFeature]:
    closure = info.attributes.get("closure", "none")
    if info.open_front:
        return _open_edges(info, front, ppcm, rng)
    x, top, low = _middle(info, front)
    if low - top < 12 * ppcm:
        return []
    line = np.array([[x, top], [x, low]], np.float32)
    if closure == "zip":
        return [FlatFeature("zip", "zip", line, 1.2 * ppcm, "front")]
    if info.label == "Polo" or (info.label == "Shirt" and closure != "none") or closure == "buttons":
        short = info.label == "Polo" or (info.label != "Shirt" and rng.random() < 0.3)
        end = min(low, top + (15 if short else 200) * ppcm)
        line[1, 1] = end
        step = 4.5 if short else 8.5
        ys = np.arange(top + 1.5 * ppcm, end - (1 if short else 6) * ppcm, step * ppcm)
        buttons = np.stack([np.full_like(ys, x), ys], 1).astype(np.float32)
        return [
            FlatFeature("placket", "placket", line, 3.2 * ppcm, "front"),
            FlatFeature("front_button", "button", buttons, 1.1 * ppcm, "front"),
        ]
    return []


def _open_edges(info: GarmentInfo, front: U8, ppcm: float, rng: np.random.Generator) -> list[FlatFeature]:
    """The two inner edges of an open front: stitched, with half a zip or buttons."""
    x, _, _ = _middle(info, front)
    mask = _any_of(front, TORSO, SKIRT)
    rows = np.flatnonzero(mask.any(1))[::4]
    found: list[FlatFeature] = []
    kind = info.attributes.get("kind", "")
    for sign in (-1, 1):
        half = mask[rows][:, : int(x)] if sign < 0 else mask[rows][:, int(x) :]
        there = half.any(1)
        at = half.shape[1] - 1 - half[:, ::-1].argmax(1) if sign < 0 else int(x) + half.argmax(1)
        edge = np.stack([at[there], rows[there]], 1).astype(np.float32)
        if len(edge) < 6:
            continue
        inner = edge + np.array([sign * (0.5 if kind == "zip_jacket" else 1.2) * ppcm, 0], np.float32)
        if kind == "zip_jacket":
            found.append(FlatFeature("zip", "zip", inner, 0.8 * ppcm, "front"))
        elif kind == "cardigan":
            found.append(
                FlatFeature(
                    "front_band", "band", inner + np.array([sign * 0.4 * ppcm, 0], np.float32), 3.0 * ppcm, "front"
                )
            )
        else:
            found.append(FlatFeature("front_edge", "stitch", inner, 1.0, "front"))
        if sign > 0 and kind in ("blazer", "cardigan", "shirt"):
            count = 2 if kind == "blazer" else 6
            first, last = (0.45, 0.65) if kind == "blazer" else (0.25, 0.92)
            picks = np.linspace(first, last, count) * (len(edge) - 1)
            found.append(
                FlatFeature(
                    "front_button",
                    "button",
                    inner[picks.astype(int)] + np.array([0.8 * ppcm, 0], np.float32),
                    1.6 * ppcm,
                    "front",
                )
            )
    return found


def _pockets(info: GarmentInfo, front: U8, ppcm: float, rng: np.random.Generator) -> list[FlatFeature]:
    marks = info.landmarks_px
    if not {"armpit_left", "armpit_right", "hem_left", "hem_right"} <= set(marks):
        return []
    x, _, _ = _middle(info, front)
    armpit = 0.5 * (marks["armpit_left"][1] + marks["armpit_right"][1])
    hem = 0.5 * (marks["hem_left"][1] + marks["hem_right"][1])
    half = 0.5 * abs(marks["armpit_right"][0] - marks["armpit_left"][0])
    found: list[FlatFeature] = []
    luck = rng.random()
    if info.label == "Hoodie" and not info.open_front and info.attributes.get("closure") != "zip":
        y, h = hem - 5 * ppcm, min(19 * ppcm, 0.45 * (hem - armpit))
        shape = np.array([(-0.62, 0), (-0.62, -0.35), (-0.36, -1), (0.36, -1), (0.62, -0.35), (0.62, 0)])
        found.append(
            FlatFeature("kangaroo", "pocket", (shape * (half * 0.95, h) + (x, y)).astype(np.float32), 1.0, "front")
        )
    elif (info.label == "Shirt" and luck < 0.6) or (info.label == "T-Shirt" and luck < 0.10):
        w, h = 5.2 * ppcm, 11.5 * ppcm
        shape = np.array([(-1, 0), (1, 0), (1, 0.85), (0, 1), (-1, 0.85)])
        at = (x + 0.48 * half, armpit - 2.5 * ppcm)
        found.append(FlatFeature("chest_pocket", "pocket", (shape * (w, h) + at).astype(np.float32), 1.0, "front"))
    elif info.label in ("Blazer", "Outwear"):
        kind = info.attributes.get("kind", "")
        for sign in (-1, 1):
            spot = np.array([x + sign * 0.58 * half, armpit + 0.62 * (hem - armpit)])
            if kind == "zip_jacket":
                slit = np.array([(-1.5 * sign, 7), (1.5 * sign, -7)]) * ppcm
                found.append(FlatFeature("side_pocket", "zip", (slit + spot).astype(np.float32), 0.9 * ppcm, "front"))
            elif kind != "cardigan" or luck < 0.4:
                flap = np.array([(-7, 0), (7, 0), (7, 5.5), (-7, 5.5)]) * ppcm
                found.append(FlatFeature("flap_pocket", "pocket", (flap + spot).astype(np.float32), 1.0, "front"))
        if kind == "blazer":
            slit = np.array([(-5, 0.6), (5, -0.6)]) * ppcm + (x + 0.55 * half, armpit + 1 * ppcm)
            found.append(FlatFeature("chest_pocket", "line", slit.astype(np.float32), 1.2 * ppcm, "front"))
    return found


def part_seams(parts: U8) -> U8:
    """(h, w) uint8 0 or 255: where two parts of cloth meet (armholes, collars, hoods, waists)."""
    square = np.ones((2, 2), np.uint8)
    high, low = cv2.dilate(parts, square), cv2.erode(parts, square)
    return cv2.bitwise_and(cv2.compare(high, low, cv2.CMP_NE), cv2.compare(low, 0, cv2.CMP_GT))
