"""Landmarks of a worn garment: where the pose says that a garment lies, and where its mask ends."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tryon.garment.mask import BoolMask
from tryon.geometry.crops import (
    L_ANKLE,
    L_ELBOW,
    L_HIP,
    L_KNEE,
    L_SHOULDER,
    L_WRIST,
    R_ANKLE,
    R_ELBOW,
    R_HIP,
    R_KNEE,
    R_SHOULDER,
    R_WRIST,
)  # fmt: skip

Point = NDArray[np.float32]
# Where a garment lies around the joints, in shoulder-joint widths (sw); measured on shop photos.
SEAM_OUT, SEAM_UP, NECK_OUT, NECK_UP = 0.04, 0.145, 0.20, 0.21
ARMPIT_OUT, ARMPIT_DOWN = 0.49, 0.42  # from the middle, and below the joints
SKIRT_ROWS = (0.5, 0.65, 0.78, 0.9)  # of the cloth's length below the hips, at which skirts are told from trousers
SKIRT_WIDTH = 0.72  # of the width at the hips: two legs side by side are narrower; chosen on validation photos
CROTCH_DOWN = 0.20  # of mid-shoulder to mid-hip, below the hip centre


@dataclass(frozen=True)
class Seen:
    """What can be seen of a garment, all (h, w) bool of one size.

    garment: its pixels. bare: skin of limbs. before: hair, hands, arms and bags that may hide it.
    """

    garment: BoolMask
    bare: BoolMask
    before: BoolMask


def _sides(joints: Point, left: int, right: int) -> tuple[Point, Point]:
    """A pair of joints as the viewer sees them: (left, right)."""
    a, b = joints[left], joints[right]
    return (a, b) if a[0] <= b[0] else (b, a)


def _limb(joints: Point, indices: tuple[tuple[int, int], ...]) -> tuple[list[Point], list[Point]]:
    """Two chains of joints, sorted so that the first starts on the viewer's left."""
    one, two = [joints[a] for a, _ in indices], [joints[b] for _, b in indices]
    return (one, two) if one[0][0] <= two[0][0] else (two, one)


def body_axes(joints: Point) -> tuple[Point, Point, Point, Point, float]:
    """Shoulders (viewer's left, right), the unit vectors right and down, and the shoulder width."""
    a, b = _sides(joints, L_SHOULDER, R_SHOULDER)
    hip = joints[[L_HIP, R_HIP]].mean(0)
    down = hip - (a + b) / 2
    torso = max(float(np.linalg.norm(down)), 1.0)
    down = down / torso
    right = np.array([down[1], -down[0]], np.float32)
    # a turned body shows narrow shoulders: they are at least .45 of the torso's length
    return a, b, right.astype(np.float32), down.astype(np.float32), max(float(np.linalg.norm(b - a)), 0.45 * torso)


def upper_points(seen: Seen, joints: Point) -> tuple[dict[str, Point], float]:
    """Landmarks, and how far down the arms the sleeves reach (0: none, 1: the wrists)."""
    a, b, right, down, sw = body_axes(joints)
    middle = (a + b) / 2
    points: dict[str, Point] = {}
    reaches = []
    arms = _limb(joints, ((L_SHOULDER, R_SHOULDER), (L_ELBOW, R_ELBOW), (L_WRIST, R_WRIST)))
    for side, sign, joint, arm in (("left", -1, a, arms[0]), ("right", 1, b, arms[1])):
        points[f"neck_{side}"] = middle + sign * NECK_OUT * sw * right - NECK_UP * sw * down
        points[f"shoulder_{side}"] = joint + sign * SEAM_OUT * sw * right - SEAM_UP * sw * down
        points[f"armpit_{side}"] = middle + sign * ARMPIT_OUT * sw * right + ARMPIT_DOWN * sw * down
        points[f"elbow_{side}"] = arm[1]
        cuff = _limb_end(seen, arm, reach=0.30 * sw)
        if cuff is not None and cuff[2] > 0.25:
            outer, inner = cuff[:2]
            reaches.append(cuff[2])
            # the outer edge is the one farther from the body's middle line (or higher, arms raised)
            if (outer - inner) @ (sign * right - 0.3 * down) < 0:
                outer, inner = inner, outer
            points[f"cuff_out_{side}"], points[f"cuff_in_{side}"] = outer, inner
    points |= _hem(seen.garment, middle, right, down, sw)
    return points, float(np.mean(reaches)) if reaches else 0.0


def _limb_end(seen: Seen, chain: list[Point], reach: float) -> tuple[Point, Point, float] | None:
    """Where the garment ends on a limb: both edges there, and how far along the limb (0..1)."""
    lengths = [float(np.linalg.norm(q - p)) for p, q in pairwise(chain)]
    total = sum(lengths)
    if total < 4:
        return None
    last: tuple[Point, Point, float] | None = None
    missed = 0
    steps = 48
    for k in range(3, steps + 1):
        along = k / steps * total
        i = 0
        while i < len(lengths) - 1 and along > lengths[i]:
            along -= lengths[i]
            i += 1
        direction = (chain[i + 1] - chain[i]) / max(lengths[i], 1e-6)
        at = chain[i] + direction * along
        normal = np.array([-direction[1], direction[0]], np.float32)
        edges = _run(seen.garment, at, normal, reach) if _covered(seen, at, 0.25 * reach) else None
        if edges is None:
            # a bag or a hand in front says nothing of where the garment ends
            missed += not _among(seen.before, at)
            if missed > 4:
                break
            continue
        missed = 0
        last = (edges[0], edges[1], k / steps)
    return last


def _among(mask: BoolMask, at: Point) -> bool:
    x, y = round(float(at[0])), round(float(at[1]))
    return 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and bool(mask[y, x])


def _covered(seen: Seen, at: Point, radius: float) -> bool:
    """Whether a limb's axis is under the garment here; beside a bare arm lies the torso's cloth."""
    x, y, r = round(float(at[0])), round(float(at[1])), max(1, round(radius))
    rows, cols = slice(max(0, y - r), max(0, y + r + 1)), slice(max(0, x - r), max(0, x + r + 1))
    return bool(seen.garment[rows, cols].sum() > seen.bare[rows, cols].sum())


def _run(mask: BoolMask, at: Point, normal: Point, reach: float) -> tuple[Point, Point] | None:
    """Ends of the garment's run through (or close to) a point, along a normal."""
    t = np.arange(-reach, reach + 0.5, 0.5, dtype=np.float32)
    p = at + t[:, None] * normal
    x, y = np.round(p[:, 0]).astype(int), np.round(p[:, 1]).astype(int)
    ok = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    on = np.zeros(len(t), bool)
    on[ok] = mask[y[ok], x[ok]]
    near = np.flatnonzero(on & (np.abs(t) < 0.35 * reach))
    if len(near) == 0:
        return None
    start = end = int(near[np.abs(t[near]).argmin()])
    while start > 0 and on[start - 1]:
        start -= 1
    while end < len(on) - 1 and on[end + 1]:
        end += 1
    return p[start], p[end]


def _hem(mask: BoolMask, middle: Point, right: Point, down: Point, sw: float) -> dict[str, Point]:
    """The lower corners: ends of the garment's lowest rows around the body's middle line."""
    ys, xs = np.nonzero(mask)
    u = (np.stack([xs, ys], 1).astype(np.float32) - middle) @ np.stack([right, down], 1)
    torso = u[np.abs(u[:, 0]) < 0.35 * sw]
    torso = torso if len(torso) > 20 else u
    bottom = float(np.percentile(torso[:, 1], 99.5))
    row = middle + (bottom - 0.05 * sw) * down
    edges = _run(mask, row, right, 3.0 * sw) or (row - 0.5 * sw * right, row + 0.5 * sw * right)
    return {"hem_left": edges[0] + 0.04 * sw * down, "hem_right": edges[1] + 0.04 * sw * down}


def lower_points(seen: Seen, joints: Point, skirt: bool | None = None) -> dict[str, Point]:
    """Landmarks of a skirt, or of trousers; which of them is found out where it is not told."""
    mask = seen.garment
    _, _, right, down, sw = body_axes(joints)
    hips = _sides(joints, L_HIP, R_HIP)
    centre = (hips[0] + hips[1]) / 2
    torso = float(np.linalg.norm(joints[[L_SHOULDER, R_SHOULDER]].mean(0) - centre))
    ys, xs = np.nonzero(mask)
    u = (np.stack([xs, ys], 1).astype(np.float32) - centre) @ np.stack([right, down], 1)
    middle = u[np.abs(u[:, 0]) < 0.4 * sw]
    top = float(np.percentile((middle if len(middle) > 20 else u)[:, 1], 1))
    row = centre + (top + 0.03 * torso) * down
    edges = _run(mask, row, right, 1.5 * sw) or (row - 0.45 * sw * right, row + 0.45 * sw * right)
    points = {"waist_left": edges[0] - 0.03 * torso * down, "waist_right": edges[1] - 0.03 * torso * down}
    legs = _limb(joints, ((L_HIP, R_HIP), (L_KNEE, R_KNEE), (L_ANKLE, R_ANKLE)))
    points |= {"knee_left": legs[0][1], "knee_right": legs[1][1]}
    bottom = float(np.percentile(u[:, 1], 99.5))
    level = _run(mask, centre + 0.1 * torso * down, right, 1.5 * sw)
    hips_wide = max(0.75 * sw, 0.0 if level is None else float(np.linalg.norm(level[1] - level[0])))
    if _is_skirt(mask, legs, bottom, hips_wide) if skirt is None else skirt:
        row = centre + (bottom - 0.04 * torso) * down
        ends = _run(mask, row, right, 3 * sw) or (row - 0.6 * sw * right, row + 0.6 * sw * right)
        return points | {"hem_left": ends[0] + 0.03 * torso * down, "hem_right": ends[1] + 0.03 * torso * down}
    points["crotch"] = centre + CROTCH_DOWN * torso * down
    for side, sign, leg in (("left", -1, legs[0]), ("right", 1, legs[1])):
        end = _limb_end(seen, leg, reach=0.4 * sw) or (leg[1] - 0.2 * sw * right, leg[1] + 0.2 * sw * right, 0.5)
        outer, inner = end[:2]
        if (outer - inner) @ (sign * right) < 0:
            outer, inner = inner, outer
        points[f"leg_out_{side}"], points[f"leg_in_{side}"] = outer, inner
    return points


def _is_skirt(mask: BoolMask, legs: tuple[list[Point], list[Point]], bottom: float, hips_wide: float) -> bool:
    """Whether the cloth spans from leg to leg all the way down, without growing as narrow as two legs together.

    Args:
        legs: hip, knee and ankle of both. bottom: how far down the legs the cloth reaches, pixels.
        hips_wide: its width at the hips.
    """
    filled, widths = 0, []
    for share in SKIRT_ROWS:
        p, q = (_down_leg(leg, share * bottom) for leg in legs)
        apart = float(np.linalg.norm(q - p))
        t = np.linspace(0.2, 0.8, 15, dtype=np.float32)[:, None]
        line = np.round(p + t * (q - p)).astype(int)
        inside = (line >= 0).all(1) & (line[:, 0] < mask.shape[1]) & (line[:, 1] < mask.shape[0])
        filled += bool(inside.all() and mask[line[:, 1], line[:, 0]].mean() > 0.97)
        across = (q - p) / apart if apart > 1 else np.array([1, 0], np.float32)
        run = _run(mask, (p + q) / 2, across.astype(np.float32), 2 * hips_wide)
        widths.append(0.0 if run is None else float(np.linalg.norm(run[1] - run[0])))
    return filled >= len(SKIRT_ROWS) - 1 and min(widths[-2:]) > SKIRT_WIDTH * hips_wide


def _down_leg(leg: list[Point], length: float) -> Point:
    """The point of a chain of joints at a length from its start; the last joint past its end."""
    for a, b in pairwise(leg):
        step = float(np.linalg.norm(b - a))
        if length <= step:
            return a + (length / max(step, 1e-6)) * (b - a)
        length -= step
    return leg[-1]


def leg_reach(points: dict[str, Point], joints: Point) -> float:
    """How far down the legs a garment ends: 0 at the hips, 1 at the ankles."""
    hips, ankles = joints[[L_HIP, R_HIP]].mean(0), joints[[L_ANKLE, R_ANKLE]].mean(0)
    ends = [p for name, p in points.items() if name.startswith(("hem_", "leg_"))]
    along = ankles - hips
    if not ends or float(along @ along) < 1:
        return 1.0
    return float((np.mean(ends, axis=0) - hips) @ along / (along @ along))
