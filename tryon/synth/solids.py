"""What the layer renderer draws besides garments: skin, eyes, shoes, props, hats, hair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

# kinds as in ``record.BodyLayer.kind``; HAIR goes to the hair layer
SKIN, UNDERWEAR, EYE, SHOE, PROP, BROW, HAT, HAIR = 1, 2, 3, 4, 5, 6, 7, 8


@dataclass(frozen=True)
class Solid:
    """A coloured mesh in world metres.

    points: (N, 3). faces: (F, 3). uv, uv_faces: (T, 2), (F, 3) texture coordinates (v upwards, as in .obj).
    texture: (H, W, 3 or 4) uint8 sRGB or None. tint: linear RGB that multiplies it. grey: share of the
    texture's colour that is taken out before tinting. kind: a constant of this module. label: (F,)
    uint8 index into ``tryon.types.LABELS``. alpha_cut: texels below are left out (None: opaque).
    normals: (N, 3) or None for normals from the faces.

    The skin's points are the whole body's vertices in their order, so that ``Worn.covered`` applies to
    them; underwear never hides a garment.
    """

    points: F64
    faces: I64
    uv: F64
    uv_faces: I64
    texture: NDArray[np.uint8] | None
    tint: tuple[float, float, float]
    kind: int
    label: NDArray[np.uint8]
    grey: float = 0.0
    alpha_cut: float | None = None
    normals: F64 | None = None
