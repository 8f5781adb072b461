"""How heavy a body is, read from its silhouette: joints lie inside the body and do not tell."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.types import MaskF32
from tryon.warp.body import ARM, SIDES, Body, Side, Vector

_ROWS = (0.6, 0.72, 0.84, 0.96)  # of the torso: waist to hips, below the arms' roots
_ARM = 0.17  # sw about an arm's bones that belong to the arm and its sleeve
_USUAL = 1.10  # what usual clothes add to the body's own width
_TRUST = 0.9  # the rest of the excess is taken for cloth
_MOST = 1.25


def with_build(body: Body, mask_f32: MaskF32 | None) -> Body:
    """A body that knows how full it is.

    Args:
        body: measures from the pose.
        mask_f32: (H, W) 0..1 person mask, photo frame; None leaves the body as it is.

    Returns:
        The body with ``fullness`` 1 to 1.25: the waist's and hips' measured width against what the
        joints suggest, where free arms let it be measured; 1 where they hang against the trunk.
    """
    if mask_f32 is None:
        return body
    ratios = []
    for share in _ROWS:
        sides = [_free_half_width(body, mask_f32, share * body.torso, side) for side in SIDES]
        seen = [half for half in sides if half is not None]
        if len(seen) == len(sides):  # both: bags and coat tails stand off on one
            ratios.append(float(np.mean(seen)) / body.least_half_width(share * body.torso))
    if len(ratios) < 2:
        return body
    excess = float(np.median(ratios)) / _USUAL - 1.0
    return replace(body, fullness=float(np.clip(1.0 + _TRUST * excess, 1.0, _MOST)))


def _free_half_width(body: Body, mask_f32: MaskF32, length: float, side: Side) -> float | None:
    """From the spine to the silhouette's edge at a length below the shoulders; None if an arm is in the way."""
    sign = 1.0 if side == "right" else -1.0
    steps = np.arange(0.0, 1.3 * body.full_width, max(body.full_width / 80.0, 0.5))
    ray = body.on_axis(length) + sign * steps[:, None] * body.across_at(length)
    at = np.round(ray).astype(int)
    h, w = mask_f32.shape
    inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
    on = np.zeros(len(steps), bool)
    on[inside] = mask_f32[at[inside, 1], at[inside, 0]] > 0.5
    off = np.flatnonzero(~on)
    if len(off) == 0 or off[0] < 4 or not inside[off[0]]:
        return None
    shoulder, elbow, wrist = (body.joints[joint, side] for joint in ARM)
    edge = ray[: off[0] + 1]
    nearest = min(_distance(edge, shoulder, elbow), _distance(edge, elbow, wrist))
    return None if nearest < _ARM * body.full_width else float(steps[off[0]])


def _distance(points: Vector, a: Vector, b: Vector) -> float:
    """The least distance of points (N, 2) from a segment."""
    along = b - a
    t = np.clip((points - a) @ along / max(float(along @ along), 1e-6), 0.0, 1.0)
    return float(np.linalg.norm(points - a - t[:, None] * along, axis=1).min())
