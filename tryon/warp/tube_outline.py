"""The outer edge of a sleeve or leg in the garment's own picture: its silhouette, not the line between landmarks.

A sleeve that hangs down beside the trunk bulges far beyond the straight line from shoulder to cuff; taken from along
that line, its cloth would be half the trunk's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import perpendicular, point_at, tangent_at
from tryon.types import MaskF32

Points = NDArray[Any]

PLACES = 7  # from root to end: an elbow's bulge and the cuff's taper need no more
MOST = 1.2  # of the root's width: what lies further out is another limb, a strap, or a fault of the mask
LEAST = 0.45  # of the landmarks' own width remains, however far in the silhouette is
SAMPLES = 48  # along each search line


def follow_outline(
    alpha_f32: MaskF32, outer: Points, inner: Points, knots: Points, sign: float
) -> tuple[Points, Points, Points]:
    """Move a tube's outer edge to the garment's silhouette.

    Args:
        alpha_f32: (h, w) 0..1 the garment's mask.
        outer, inner: (N, 2) edges of the tube in garment pixels, from root to end.
        knots: (N,) their nominal lengths. sign: 1 for the viewer's right, -1 for the left.

    Returns:
        knots (PLACES,), outer and inner (PLACES, 2); both ends stay where they are.
    """
    at = np.linspace(float(knots[0]), float(knots[-1]), PLACES)
    new_outer, new_inner = point_at(outer, at, knots), point_at(inner, at, knots)
    along = tangent_at((new_outer + new_inner) / 2, at, 0.15 * float(at[-1] - at[0]), at)
    outward = -sign * perpendicular(along)
    across = new_outer - new_inner
    depth = (across * outward).sum(1)  # of the tube, square to its axis
    root = max(float(np.linalg.norm(across[0])), float(depth.max()), 2.0)
    moved = np.zeros(PLACES)
    for k in range(1, PLACES - 1):
        moved[k] = _to_silhouette(alpha_f32, new_outer[k], outward[k], max(float(depth[k]), 0.0), MOST * root)
    moved[1:-1] = np.convolve(moved, [0.25, 0.5, 0.25], "valid")  # a strap or a hole must not dent the sleeve
    # the end's landmark is on the silhouette already; half of its neighbour's bulge carries over
    moved[-1] = max(0.0, _to_silhouette(alpha_f32, new_outer[-1], outward[-1], 0.0, 0.3 * root))
    return at, new_outer + moved[:, None] * outward, new_inner


def _to_silhouette(alpha_f32: MaskF32, start: Points, outward: Points, depth: float, most: float) -> float:
    """How far outwards (or, negative, inwards) the silhouette's edge is from a point at the tube's outer edge."""
    steps = np.linspace(-(1 - LEAST) * depth, most, SAMPLES)
    at = np.rint(start + steps[:, None] * outward).astype(int)
    h, w = alpha_f32.shape
    inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
    solid = np.zeros(SAMPLES, bool)
    solid[inside] = alpha_f32[at[inside, 1], at[inside, 0]] > 0.5
    if not solid.any():
        return 0.0
    first = int(solid.argmax())  # a gap between trunk and sleeve lies further in
    gaps = np.flatnonzero(~solid[first:])
    last = first + (int(gaps[0]) - 1 if len(gaps) else SAMPLES - 1 - first)
    return 0.0 if last == SAMPLES - 1 and inside.all() else float(steps[last])
