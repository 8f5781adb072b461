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
    most = np.full(PLACES, MOST * root)
    most[-1] = 0.3 * root  # the end's landmark is on the silhouette already, or nearly
    inwards = np.append((1 - LEAST) * np.maximum(depth[:-1], 0.0), 0.0)
    moved = _to_silhouette(alpha_f32, new_outer, outward, inwards, most)
    moved[0] = 0.0
    moved[1:-1] = np.convolve(moved, [0.25, 0.5, 0.25], "valid")  # a strap or a hole must not dent the sleeve
    return at, new_outer + moved[:, None] * outward, new_inner


def _to_silhouette(alpha_f32: MaskF32, starts: Points, outward: Points, inwards: Points, most: Points) -> Points:
    """(N,) how far outwards (or, negative, inwards) the silhouette's edge is from points at the tube's outer edge.

    Args:
        starts, outward: (N, 2) points and unit directions. inwards, most: (N,) how far to look to either side.
    """
    steps = -inwards[:, None] + (inwards + most)[:, None] * np.linspace(0.0, 1.0, SAMPLES)
    at = np.rint(starts[:, None] + steps[..., None] * outward[:, None]).astype(int)
    h, w = alpha_f32.shape
    inside = ((at >= 0) & (at < (w, h))).all(2)
    solid = np.zeros(inside.shape, bool)
    solid[inside] = alpha_f32[at[inside][:, 1], at[inside][:, 0]] > 0.5
    # the first run of cloth: a gap between trunk and sleeve lies further in, another limb further out
    first = solid.argmax(1)[:, None]
    ended = ~solid & (np.arange(SAMPLES) > first)
    last = np.where(ended.any(1), ended.argmax(1), SAMPLES) - 1
    found = np.take_along_axis(steps, last[:, None], 1)[:, 0]
    nothing = ~solid.any(1) | ((last == SAMPLES - 1) & inside.all(1))
    return np.where(nothing, 0.0, found)
