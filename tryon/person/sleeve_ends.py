"""The ends of long sleeves that hang beside the hips.

A dress keeps its name down to its hem, and so do its sleeves: where a garment takes the place of its upper part alone,
the rows below the cut would leave cuffs hanging at the hands. Sleeves are where the forearm's bones are and no skin is
seen on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.person.agnostic import Mask, body_unit, has_label
from tryon.types import LABEL, LabelsU8, PointsF32, Pose


@dataclass(frozen=True)
class SleeveEndSettings:
    """What counts as a sleeve; lengths in shoulder widths, shares of a bone's length."""

    seen: float = 0.5  # visibility of elbow and wrist from which the forearm is where they are
    covered: float = 0.7  # share of the upper arm that is cloth: bare arms have no sleeves
    least: float = 0.3  # share of the forearm that is cloth from the elbow on: sleeves that end there need nothing
    run: float = 0.25  # share of the forearm called trousers or skirt from which that is a mistake, and no pocket
    radius: float = 0.12  # half of a coat's sleeve; .09 of a shirt's
    beyond: float = 0.1  # a cuff reaches a little over the end of the cloth on the bone


DEFAULT = SleeveEndSettings()
_STEPS = 24


def sleeve_ends(labels_u8: LabelsU8, pose: Pose, settings: SleeveEndSettings = DEFAULT) -> Mask:
    """Cloth on forearms that sleeves cover, whatever garment it is called.

    Args:
        labels_u8: (h, w) parsing. pose: landmarks in its pixels.

    Returns:
        (h, w) bool, pixels of clothes; where an arm is bare or not seen, none.
    """
    out = np.zeros(labels_u8.shape, np.uint8)
    unit, p = body_unit(pose), pose.points_px
    for shoulder, elbow, wrist in ((11, 13, 15), (12, 14, 16)):
        if pose.visibility[[elbow, wrist]].min() < settings.seen:
            continue
        above = _labels_along(labels_u8, p[shoulder], p[elbow], 0.3)
        if np.isin(above, _TOPS).mean() < settings.covered:
            continue
        names = _labels_along(labels_u8, p[elbow], p[wrist], 0.0)
        cloth = np.isin(names, _CLOTHES)
        end = _STEPS if cloth.all() else int(np.argmin(cloth))
        if end < settings.least * _STEPS:
            continue
        beyond = settings.beyond
        if 0 < (names[:end] == LABEL["lower"]).sum() < settings.run * _STEPS:
            end, beyond = int(np.argmax(names == LABEL["lower"])), 0.0  # the hand's pocket
        along = p[wrist] - p[elbow]
        length = max(float(np.linalg.norm(along)), 1.0)
        tip = p[elbow] + along * (end / _STEPS + beyond * unit / length)
        across = np.array([-along[1], along[0]]) / length * settings.radius * unit
        corners = np.array([p[elbow] + across, tip + across, tip - across, p[elbow] - across])
        cv2.fillConvexPoly(out, np.clip(np.round(corners), -30000, 30000).astype(np.int32), 1)
    return (out > 0) & has_label(labels_u8, "upper", "dress", "lower")


_TOPS = (LABEL["upper"], LABEL["dress"])
_CLOTHES = (*_TOPS, LABEL["lower"])


def _labels_along(labels_u8: LabelsU8, start: PointsF32, end: PointsF32, first: float) -> LabelsU8:
    """Labels at even steps between two points (x, y), from a share of the way on; ground outside of the picture."""
    points = start + np.linspace(first, 1, _STEPS)[:, None] * (end - start)
    x, y = np.round(points).astype(int).T
    h, w = labels_u8.shape
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    found = np.full(_STEPS, LABEL["background"], np.uint8)
    found[inside] = labels_u8[y[inside], x[inside]]
    return found
