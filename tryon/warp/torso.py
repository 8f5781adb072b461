"""The piece around the trunk: control points of bodices, skirts and trouser tops, and where they may be drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import point_at, unit
from tryon.types import Garment, MaskF32
from tryon.warp.body import SIDES, Vector
from tryon.warp.placement import BodyTargets, middle

Points = NDArray[np.float64]

# Rows of control points between armpits and hem: enough to bend with the spine, few enough to stay smooth.
_UPPER_ROWS, _DRESS_ROWS, _SKIRT_ROWS = 4, 6, 4


_FLARED = 1.3  # hem to waist, from which a hem's arc comes from the flare
_MOST_SAG = 0.3  # of the hem's width
_SAG_KEPT = 0.2  # of the arc: hems are seen a little from above
_SAG_DOWN = 0.5  # of it by which the corners come down: the sides of a flared skirt lie slanting in its picture
_DRESS_ARCS = 2.0  # exponent of how arcs grow below the armpits: skirts begin at the waist
_FRONT = 0.22  # sw from the spine's plane to the front's middle line


@dataclass(frozen=True)
class TrunkPiece:
    """Control pairs and outline of the piece around the trunk.

    source_points, target_points: (N, 2), garment and photo pixels. outline: (M, 2) polygon in
    photo pixels outside of which the spline is only extrapolation.
    """

    source_points: Points
    target_points: Points
    outline: Points


def bodice_piece(targets: BodyTargets, garment: Garment) -> TrunkPiece:
    """Torso of an upper or a dress: neck, shoulders, armholes, then rows down to the hem."""
    body, src, dst = targets.body, targets.source_px, targets.points_px
    sw = body.full_width
    sleeved = "cuff_out_left" in src
    names = [f"{n}_{side}" for n in ("neck", "shoulder") for side in SIDES]
    source = [src[n] for n in names] + [middle(src, "neck")]
    target = [dst[n] for n in names] + [middle(dst, "neck") + 0.5 * _front_shift(targets)]
    for side in SIDES:
        source.append((src[f"shoulder_{side}"] + src[f"armpit_{side}"]) / 2)
        target.append((dst[f"shoulder_{side}"] + dst[f"armpit_{side}"]) / 2)
    count = _DRESS_ROWS if targets.kind == "dress" else _UPPER_ROWS
    rows_source, rows_target = trunk_rows(targets, "armpit", "hem", count)
    sag = hem_sag(garment.alpha_f32, src, "armpit") if targets.kind == "dress" else np.zeros((5, 2))
    rows_target = _let_down(rows_target, sag, targets, _DRESS_ARCS)
    around_source, around_target = wrapped(rows_source, rows_target, targets.wrap)
    around_source = _with_arcs(around_source, sag, _DRESS_ARCS)
    source += list(around_source.reshape(-1, 2))
    target += list(around_target.reshape(-1, 2))
    side_room = 0.10 * sw
    shoulder_room = (0.06 if sleeved else 0.12) * sw
    lefts = [dst["shoulder_left"] - shoulder_room * body.across, *(rows_target[:, 0] - side_room * body.across)]
    rights = [dst["shoulder_right"] + shoulder_room * body.across, *(rows_target[:, 2] + side_room * body.across)]
    up = -0.45 * sw * body.down
    lefts.insert(0, dst["shoulder_left"] - shoulder_room * body.across + up)
    rights.insert(0, dst["shoulder_right"] + shoulder_room * body.across + up)
    return TrunkPiece(np.array(source), np.array(target), _close(lefts, rights, 0.35 * sw))


def skirt_piece(targets: BodyTargets, garment: Garment) -> TrunkPiece:
    """A skirt: rows from waistband to hem. Laid flat, a flared one's hem is an arc; on a body it hangs nearly level."""
    body = targets.body
    rows_source, rows_target = trunk_rows(targets, "waist", "hem", _SKIRT_ROWS)
    sag = hem_sag(garment.alpha_f32, targets.source_px, "waist")
    rows_target = _let_down(rows_target, sag, targets, 1.0)
    room = 0.12 * body.full_width * body.hip_across
    up = -0.25 * body.full_width * body.down
    lefts, rights = list(rows_target[:, 0] - room), list(rows_target[:, 2] + room)
    lefts.insert(0, lefts[0] + up)
    rights.insert(0, rights[0] + up)
    outline = _close(lefts, rights, 0.35 * body.full_width)
    source, target = wrapped(rows_source, rows_target, targets.wrap)
    source = _with_arcs(source, sag, 1.0)
    return TrunkPiece(source.reshape(-1, 2), target.reshape(-1, 2), outline)


def hem_sag(alpha_f32: MaskF32, source: dict[str, Vector], first: str) -> Points:
    """How far a flared hem hangs below the line between its corners.

    Args:
        alpha_f32: (h, w), the garment. source: its landmarks, garment pixels. first: the pair that the flare begins at.

    Returns:
        (5, 2) garment pixels, evenly from corner to corner, where they are 0; 0 everywhere for hems that do not flare,
        and where none is seen.
    """
    left, right = source["hem_left"], source["hem_right"]
    wide = float(np.linalg.norm(right - left))
    sag = np.zeros((5, 2))
    if wide < _FLARED * float(np.linalg.norm(source[f"{first}_right"] - source[f"{first}_left"])):
        return sag
    down = unit(middle(source, "hem") - middle(source, first))
    steps = np.linspace(0.0, _MOST_SAG * wide, 60)
    for k in (1, 2, 3):
        at = left + k / 4 * (right - left) + steps[:, None] * down
        x, y = np.clip(np.rint(at), 0, [alpha_f32.shape[1] - 1, alpha_f32.shape[0] - 1]).astype(int).T
        off = np.flatnonzero(alpha_f32[y, x] < 0.5)
        if not len(off):  # cut off by the picture's edge, or no arc: its corners were read too high
            return np.zeros((5, 2))
        sag[k] = steps[off[0]] * down
    return sag


def _let_down(rows: Points, sag: Points, targets: BodyTargets, power: float) -> Points:
    """Target rows (N, 3, 2) lower by part of a hem's arc, which grows from the first row to the last."""
    grows = np.linspace(0.0, 1.0, len(rows)) ** power
    deep = _SAG_DOWN * targets.scale * float(np.linalg.norm(sag[2]))
    return rows + deep * grows[:, None, None] * targets.body.down


def _with_arcs(source: Points, sag: Points, power: float) -> Points:
    """Source rows (N, 5, 2) that follow a hem's arc, which grows from the first row to the last."""
    grows = np.linspace(0.0, 1.0, len(source)) ** power
    return source + (1 - _SAG_KEPT) * grows[:, None, None] * sag


def hips_piece(targets: BodyTargets) -> TrunkPiece:
    """The top of trousers: waistband, then down to the crotch."""
    body, src, dst = targets.body, targets.source_px, targets.points_px

    def rows(p: dict[str, Vector], crotch: Vector) -> Points:
        waist, hips = middle(p, "waist"), crotch
        first = np.stack([p["waist_left"], waist, p["waist_right"]])
        last = np.stack([p["hip_left"], hips, p["hip_right"]])
        # Hips are full well above the crotch: the sides run out early.
        sides = np.array([0.65, 0.5, 0.65])[:, None]
        between = np.stack([first[0], (first[1]), first[2]]) * (1 - sides) + last * sides
        return np.stack([first, between, last])

    rows_source, rows_target = rows(src, src["crotch"]), rows(dst, dst["crotch"])
    room = 0.12 * body.full_width * body.hip_across
    up, down = -0.25 * body.full_width * body.down, 0.10 * body.full_width * body.down
    lefts, rights = list(rows_target[:, 0] - room), list(rows_target[:, 2] + room)
    lefts.insert(0, lefts[0] + up)
    rights.insert(0, rights[0] + up)
    outline = np.array([*lefts, lefts[-1] + down, rights[-1] + down, *rights[::-1]])
    source, target = wrapped(rows_source, rows_target, targets.wrap)
    return TrunkPiece(source.reshape(-1, 2), target.reshape(-1, 2), outline)


def _close(lefts: list[Vector], rights: list[Vector], below: float) -> Points:
    """Join two side chains to a polygon, going on `below` pixels beyond the last row."""
    down = unit((lefts[-1] + rights[-1]) - (lefts[-2] + rights[-2]))
    return np.array([*lefts, lefts[-1] + below * down, rights[-1] + below * down, *rights[::-1]])


def wrapped(source: Points, target: Points, wrap: float) -> tuple[Points, Points]:
    """Rows (N, 3, 2) of left, middle, right with the points half-way between: (N, 5, 2).

    On a cylinder what lies half-way to the side in the flat picture is seen at sin 45 degrees = .71 of the way.
    """
    share = 0.5 + wrap * (np.sin(np.pi / 4) - 0.5)

    def five(rows: Points, t: float) -> Points:
        left, middle_, right = rows[:, 0], rows[:, 1], rows[:, 2]
        return np.stack([left, middle_ + t * (left - middle_), middle_, middle_ + t * (right - middle_), right], 1)

    return five(source, 0.5), five(target, float(share))


def trunk_rows(targets: BodyTargets, first: str, last: str, count: int) -> tuple[Points, Points]:
    """Rows (count, 3, 2) of left, middle, right from one landmark pair to another, source and target.

    The target's rows follow the spine and legs and are never narrower than what they must cover.
    """
    body, src, dst = targets.body, targets.source_px, targets.points_px
    t = np.linspace(0.0, 1.0, count)[:, None]
    left = (1 - t) * src[f"{first}_left"] + t * src[f"{last}_left"]
    right = (1 - t) * src[f"{first}_right"] + t * src[f"{last}_right"]
    source = np.stack([left, (left + right) / 2, right], 1)
    top, end = middle(dst, first), middle(dst, last)
    # Axis lengths of first and last row: measured from the mid-shoulder along spine and legs.
    start_length = float((top - body.axis[0]) @ body.down)
    end_length = _length_of(targets, end)
    half_top = float(np.linalg.norm(dst[f"{first}_right"] - dst[f"{first}_left"])) / 2
    half_end = float(np.linalg.norm(dst[f"{last}_right"] - dst[f"{last}_left"])) / 2
    offset = top - body.on_axis(start_length)
    target = np.empty((count, 3, 2))
    for i, ti in enumerate(t[:, 0]):
        length = (1 - ti) * start_length + ti * end_length
        half = (1 - ti) * half_top + ti * half_end
        if 0 < i < count - 1:
            half = max(half, min(body.least_half_width(length), max(half_top, half_end) * 1.1))
        center = body.on_axis(length) + (1 - ti) * offset
        across = body.across_at(length)
        target[i] = center - half * across, center, center + half * across
    target[0] = dst[f"{first}_left"], top, dst[f"{first}_right"]
    target[-1] = dst[f"{last}_left"], end, dst[f"{last}_right"]
    # The chest's middle lies in front of the spine: on a turned body it moves to the far side.
    target[:, 1] += _front_shift(targets)
    return source, target


def _front_shift(targets: BodyTargets) -> Vector:
    """How far the front's middle line lies from the spine's, photo pixels."""
    body = targets.body
    return (_FRONT * body.turn * body.full_width + targets.adjusted.front) * body.across


def _length_of(targets: BodyTargets, point: Vector) -> float:
    """Length along the body's axis of the axis point nearest to `point`."""
    body = targets.body
    lengths = np.linspace(0.0, 3.5 * body.torso, 400)
    distances = np.linalg.norm(point_at(body.axis, lengths) - point, axis=1)
    return float(lengths[int(np.argmin(distances))])
