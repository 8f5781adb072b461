"""A visitor's own garment, mended: what the brush added to its cut-out or took away, and corners that were moved."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from tryon.errors import BadRequestError, GarmentNotFoundError
from tryon.types import Garment, MaskF32, RGBu8
from tryon.ui.engine import TryOn
from tryon.ui.looks import Mended, What
from tryon.ui.understood import cut_anew, understand_brought
from tryon.ui.visitors import Shelf

TOUCHED = 0.3  # by so much a sheet differs from the cut-out where somebody painted; less is the shrinking's rounding
LEAST_SHARE = 0.002  # of the picture: less is nothing to wear
POINTS_BYTES = 4_000  # of the corners that a browser sends: there are under twenty
JOINTS = ("elbow_", "knee_")  # the pose's own, which no look at the cut-out finds
EMPTY = "Nothing is left of the garment. Paint on what belongs to it."
UNREADABLE = "The corners cannot be read. Open the window again and move them."
NOT_OWN = "Only a garment of your own can be mended."


def mend(
    what: What, sheet_u8: RGBu8 | None, moved: Mapping[str, tuple[float, float]], pipeline: TryOn, shelf: Shelf
) -> What:
    """A visitor's garment, understood again as far as they have corrected it.

    Args:
        what: theirs; not changed.
        sheet_u8: (h, w, 3), the whole cut-out in red, or None where it stays.
        moved: corners that were moved, from ``read_points``.
        pipeline: looks at the new cut-out.
        shelf: gives addresses to what was understood.

    Raises:
        BadRequestError: not a visitor's garment.
        TryOnError: nothing is left of the cut-out.
    """
    if what.brought is None:
        raise BadRequestError(NOT_OWN)
    garment = what.garment
    if sheet_u8 is not None:
        garment = _cut(garment, mend_alpha(garment.alpha_f32, sheet_u8), pipeline)
    garment = with_moved(garment, moved)
    mended = Mended(garment.image_u8, garment.alpha_f32, garment.worn, _digest(garment))
    return understand_brought(replace(what.brought, mended=mended), pipeline, shelf, known=garment)


def mend_alpha(alpha_f32: MaskF32, sheet_u8: RGBu8) -> MaskF32:
    """The cut-out with what was painted; where nobody painted it keeps its own fine edge.

    Args:
        alpha_f32: (H, W) 0..1 of the garment.
        sheet_u8: (h, w, 3), red is the whole cut-out.

    Raises:
        GarmentNotFoundError: nothing is left.
    """
    height, width = alpha_f32.shape
    h, w = sheet_u8.shape[:2]
    wanted = sheet_u8[..., 0].astype(np.float32) / np.float32(255)
    was = cv2.resize(alpha_f32, (w, h), interpolation=cv2.INTER_AREA)
    touched = (np.abs(wanted - was) > TOUCHED).astype(np.float32)
    # a little wider, so that the old edge beside a new one goes as well
    touched = cv2.GaussianBlur(cv2.dilate(touched, np.ones((5, 5), np.uint8)), (0, 0), 1.2)
    new, share = (cv2.resize(each, (width, height), interpolation=cv2.INTER_LINEAR) for each in (wanted, touched))
    out = np.clip(alpha_f32 + share * (new - alpha_f32), 0, 1).astype(np.float32)
    if float((out > 0.5).mean()) < LEAST_SHARE:
        raise GarmentNotFoundError(EMPTY)
    return out


def with_moved(garment: Garment, moved: Mapping[str, tuple[float, float]]) -> Garment:
    """The garment with corners where the visitor put them; such a corner counts as seen.

    Args:
        garment: not changed.
        moved: by the landmark's name, in the picture's pixels.
    """
    if not moved:
        return garment
    return replace(
        garment,
        landmarks_px={**garment.landmarks_px, **moved},
        visibility={**garment.visibility, **dict.fromkeys(moved, 1.0)},
    )


def read_points(sent: str, garment: Garment) -> dict[str, tuple[float, float]]:
    """Corners that a browser sent as JSON.

    Args:
        sent: ``{"name": [x, y]}`` in the garment picture's pixels, or nothing.
        garment: whose corners they are.

    Raises:
        BadRequestError: something else, an unknown corner, or one outside the picture.
    """
    if not sent:
        return {}
    try:
        found: Any = json.loads(sent) if len(sent) <= POINTS_BYTES else None
        points = {str(name): (float(x), float(y)) for name, (x, y) in found.items()}
    except (ValueError, TypeError, AttributeError, RecursionError, OverflowError):
        raise BadRequestError(UNREADABLE) from None
    height, width = garment.alpha_f32.shape
    for name, (x, y) in points.items():
        near = math.isfinite(x) and math.isfinite(y) and 0 <= x <= width - 1 and 0 <= y <= height - 1
        if name not in garment.landmarks_px or not near:
            raise BadRequestError(UNREADABLE)
    return points


def _cut(known: Garment, alpha_f32: MaskF32, pipeline: TryOn) -> Garment:
    """Look at the garment again within its new outline; what the visitor's photo told of the body stays."""
    read = cut_anew(Mended(known.image_u8, alpha_f32, known.worn, ""), known.category, pipeline)
    joints = {name: at for name, at in known.landmarks_px.items() if name.startswith(JOINTS)}
    return replace(
        read,
        category_probability=known.category_probability,
        landmarks_px={**read.landmarks_px, **joints},
    )


def _digest(garment: Garment) -> str:
    told = hashlib.sha256(garment.alpha_f32.tobytes())
    told.update(repr(sorted(garment.landmarks_px.items())).encode())
    return told.hexdigest()[:12]
