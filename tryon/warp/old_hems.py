"""Trousers and skirts that hang over the ankles: new long trousers must reach as far, or feet must be invented."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.types import LABEL, LabelsU8
from tryon.warp.body import SIDES, Body, Side
from tryon.warp.placement import BodyTargets

_LINES = (-0.06, 0.0, 0.06)  # sw beside the shin's own line: where the hem is looked for
_FROM = -0.25  # sw from the ankle: from there on cloth must go on without a gap
_MOST = 0.8  # sw beyond the ankle: a heel, and an ankle guessed too high under wide cloth
_GAP = 0.03  # sw: folds in other names
_CLOTH = tuple(LABEL[name] for name in ("lower", "dress"))


def old_hem(body: Body, labels_u8: LabelsU8, side: Side) -> float:
    """How far the worn garment goes on beyond an ankle.

    Args:
        body: measures in the frame of the labels. labels_u8: (H, W) index into LABELS.

    Returns:
        Photo pixels along the shin, 0 where the ankle is bare, shod or beyond the picture.
    """
    knee, ankle = body.joints["knee", side], body.joints["ankle", side]
    length = float(np.linalg.norm(ankle - knee))
    if length < 0.2 * body.full_width:
        return 0.0
    along = (ankle - knee) / length
    across = np.array([-along[1], along[0]])
    step = max(body.full_width / 120.0, 0.5)
    at = np.arange(_FROM * body.full_width, _MOST * body.full_width, step)
    h, w = labels_u8.shape
    found = []
    for beside in _LINES:
        x, y = np.round(ankle + at[:, None] * along + beside * body.full_width * across).astype(int).T
        inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
        cloth = np.zeros(len(at), bool)
        cloth[inside] = np.isin(labels_u8[y[inside], x[inside]], _CLOTH)
        last = np.maximum.accumulate(np.where(cloth, at, at[0]))
        ends = np.flatnonzero(at - last > _GAP * body.full_width)
        found.append(float(last[ends[0]] if len(ends) else last[-1]))
    return max(0.0, float(np.median(found)))


def with_old_hems(targets: BodyTargets, labels_u8: LabelsU8) -> BodyTargets:
    """Trousers' targets that know how far beyond the ankles the worn garment goes; others as they are.

    Args:
        targets: placed. labels_u8: (H, W) parsing of the photo.
    """
    if targets.kind != "trousers":
        return targets
    return replace(targets, hems={side: old_hem(targets.body, labels_u8, side) for side in SIDES})
