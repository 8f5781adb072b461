"""Which part of the garment's own picture each piece is drawn from, so that no piece shows another's cloth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.geometry.curves import unit
from tryon.types import Garment, MaskF32
from tryon.warp.body import SIDES, Side, Vector
from tryon.warp.placement import BodyTargets, middle

Area = tuple[MaskF32, float]  # a mask on a small copy of the picture, and that copy's scale

_LONGEST_SIDE = 256  # the borders are straight lines; soft edges of a pixel or two do no harm
_OVERLAP = 0.02  # of the shoulders' width: neighbouring pieces share a strip, so that no gap opens


def trunk_area(targets: BodyTargets, garment: Garment) -> Area | None:
    """The trunk's part of the garment's picture; None means all of it."""
    src = targets.source_px
    if targets.kind == "trousers":
        down = unit(src["crotch"] - middle(src, "waist"))
        far = _far(garment)
        out = unit(src["hip_right"] - src["hip_left"])
        sink = 1.5 * _overlap(src, "hip") * down
        left, right = src["hip_left"] - far * out, src["hip_right"] + far * out
        polygon = [left + sink, src["crotch"] + sink, right + sink, right - far * down, left - far * down]
        return _fill(np.array(polygon), garment)
    if "cuff_out_left" not in src:
        return None
    up = unit(middle(src, "shoulder") - middle(src, "hem"))
    out = unit(src["shoulder_right"] - src["shoulder_left"])
    far, share = _far(garment), _overlap(src, "shoulder")
    chains = {}
    for side, sign in zip(SIDES, (-1.0, 1.0), strict=True):
        shift = sign * share * out
        shoulder, armpit = src[f"shoulder_{side}"] + shift, src[f"armpit_{side}"] + shift
        chains[side] = [shoulder + far * up, shoulder, armpit, armpit + far * _parting(src, side)]
    return _fill(np.array([*chains["left"], *chains["right"][::-1]]), garment)


def sleeve_area(targets: BodyTargets, garment: Garment, side: Side) -> Area | None:
    """A sleeve's part: beyond the armhole, and beyond the line that parts it from the trunk's side.

    None means all of the picture: the sleeve is made of the trunk's cloth.
    """
    src = targets.source_px
    made_of = targets.sleeves[side]
    if made_of.trunk:
        return None
    side = made_of.side
    sign = 1.0 if side == "right" else -1.0
    up = unit(middle(src, "shoulder") - middle(src, "hem"))
    out = sign * unit(src["shoulder_right"] - src["shoulder_left"])
    far, share = _far(garment), _overlap(src, "shoulder")
    shoulder, armpit = src[f"shoulder_{side}"] - share * out, src[f"armpit_{side}"] - share * out
    parting = _parting(src, side)
    above, below = shoulder + far * up, armpit + far * parting
    polygon = [above, shoulder, armpit, below, below + far * out, above + far * out]
    return _fill(np.array(polygon), garment)


def leg_area(targets: BodyTargets, garment: Garment, side: Side) -> Area:
    """A leg's part: below the line from hip to crotch, on its own side of the gap between the legs."""
    src = targets.source_px
    sign = 1.0 if side == "right" else -1.0
    down = unit(src["crotch"] - middle(src, "waist"))
    # where legs are short the crotch's error would turn the line between them: mostly straight down, then
    gap = unit(middle(src, "leg_in") - src["crotch"] + 0.25 * np.linalg.norm(src["hip_right"] - src["hip_left"]) * down)
    out = sign * unit(src["hip_right"] - src["hip_left"])
    far, share = _far(garment), _overlap(src, "hip")
    rise = -share * down
    hip, crotch = src[f"hip_{side}"] + far * out, src["crotch"]
    polygon = [hip + rise, crotch + rise, crotch, crotch + far * gap, crotch + far * gap + far * out, hip + far * down]
    return _fill(np.array(polygon), garment)


def _parting(src: dict[str, Vector], side: Side) -> Vector:
    """Direction of the line below the armpit between the trunk's side and the sleeve."""
    trunk = unit(src[f"hem_{side}"] - src[f"armpit_{side}"])
    sleeve = unit(src[f"cuff_in_{side}"] - src[f"armpit_{side}"])
    out = unit(src["shoulder_right"] - src["shoulder_left"]) * (1.0 if side == "right" else -1.0)
    between = unit(trunk + sleeve, (0.0, 1.0))
    # The sleeve lies on the trunk, or its cuff was found straight above the armpit: nothing parts them.
    if sleeve @ out <= trunk @ out + 0.05 or between @ out < trunk @ out:
        return unit(trunk + 0.08 * out)  # give the trunk its own side
    return between


def _far(garment: Garment) -> float:
    return 2.0 * float(max(garment.alpha_f32.shape[:2]))


def _overlap(src: dict[str, Vector], name: str) -> float:
    return max(_OVERLAP * float(np.linalg.norm(src[f"{name}_right"] - src[f"{name}_left"])), 1.0)


def _fill(polygon: NDArray[np.float64], garment: Garment) -> Area:
    h, w = garment.alpha_f32.shape[:2]
    factor = min(1.0, _LONGEST_SIDE / max(h, w))
    mask = np.zeros((max(1, round(h * factor)), max(1, round(w * factor))), np.uint8)
    fixed = np.round(((polygon + 0.5) * factor - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(mask, [fixed], 255, lineType=cv2.LINE_AA, shift=4)
    return mask.astype(np.float32) / 255.0, factor
