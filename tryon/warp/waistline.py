"""Where the waistband that somebody wears is seen: a new lower garment must reach up to it, or skin shows between."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.types import LABEL, LabelsU8
from tryon.warp.body import SIDES, Body
from tryon.warp.placement import BodyTargets

_LINES = (-0.24, -0.12, 0.0, 0.12, 0.24)  # sw beside the spine: where the edge is looked for
_FROM, _TO = 0.30, 1.15  # of the torso: no waistband is worn higher or lower
_LASTS = 0.08  # sw that must be lower garment below the edge: belts and shirt tails are not it
_MOST = 0.40  # torso: by so much a waistband is raised at most
_ABOVE = tuple(LABEL[name] for name in ("upper", "torso_skin"))
_BELOW = tuple(LABEL[name] for name in ("lower", "dress"))


def visible_waist(body: Body, labels_u8: LabelsU8) -> float | None:
    """The upper edge of the lower garment that somebody wears.

    Args:
        body: measures in the frame of the labels. labels_u8: (H, W) index into LABELS.

    Returns:
        Photo pixels below the mid-shoulder along the spine; None where a bag, arms or a long top hide it.
    """
    step = max(body.full_width / 120.0, 0.5)
    lengths = np.arange(_FROM * body.torso, _TO * body.torso, step)
    lasts = max(int(_LASTS * body.full_width / step), 2)
    h, w = labels_u8.shape
    found = []
    across = body.across_at(0.8 * body.torso)
    for beside in _LINES:
        line = body.on_axis(lengths) + beside * body.full_width * across
        at = np.round(line).astype(int)
        inside = (at[:, 0] >= 0) & (at[:, 0] < w) & (at[:, 1] >= 0) & (at[:, 1] < h)
        seen = np.full(len(at), LABEL["background"], np.uint8)
        seen[inside] = labels_u8[at[inside, 1], at[inside, 0]]
        below, above = np.isin(seen, _BELOW), np.isin(seen, _ABOVE)
        for k in np.flatnonzero(below[1:] & ~below[:-1]) + 1:
            if below[k : k + lasts].all() and above[max(k - lasts, 0) : k].mean() > 0.6:
                found.append(float(lengths[k]))
                break
    return float(np.median(found)) if len(found) >= 3 else None


def raised_waist(targets: BodyTargets, labels_u8: LabelsU8) -> BodyTargets:
    """A lower garment's targets with the waistband raised to the one that is worn, if that is higher.

    Args:
        targets: placed. labels_u8: (H, W) parsing of the photo.

    Returns:
        Targets whose hem, hips and crotch are as before: only the rise is stretched.
    """
    if targets.kind not in ("trousers", "skirt"):
        return targets
    body = targets.body
    worn = visible_waist(body, labels_u8)
    if worn is None:
        return targets
    middle = (targets.points_px["waist_left"] + targets.points_px["waist_right"]) / 2
    placed = float((middle - body.axis[0]) @ body.down)
    lift = float(np.clip(placed - worn, 0.0, _MOST * body.torso))
    raised = {f"waist_{side}": targets.points_px[f"waist_{side}"] - lift * body.down for side in SIDES}
    return replace(targets, points_px={**targets.points_px, **raised})
