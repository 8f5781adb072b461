"""Cloth that is seen from within lies behind the body, even where the body under the garment is not drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tryon.synth.record import DEPTH_UNIT_M, INNER_BIT, BodyLayer, GarmentLayer

SLACK = round(0.004 / DEPTH_UNIT_M)  # a lining that touches the skin is beside it, not behind it


def hide_far_side(layer: GarmentLayer, body: BodyLayer) -> GarmentLayer:
    """The layer without inner sides that the whole body hides.

    Garments are drawn against the body without the skin that they cover, so the far side of a wide hem would
    be seen through the thighs.
    """
    behind = (layer.half_part & INNER_BIT > 0) & (body.depth > 0)
    behind &= layer.depth.astype(np.int32) > body.depth.astype(np.int32) + SLACK
    if not behind.any():
        return layer
    native = np.repeat(np.repeat(behind, 2, 0), 2, 1) & (layer.part & INNER_BIT > 0)
    part, half_part, depth = layer.part.copy(), layer.half_part.copy(), layer.depth.copy()
    normal, flat = layer.normal.copy(), layer.flat_px.copy()
    part[native] = 0
    half_part[behind], depth[behind], normal[behind], flat[behind] = 0, 0, 0, 0
    return replace(layer, part=part, half_part=half_part, depth=depth, normal=normal, flat_px=flat)
