"""Real garments as textures: a photographed garment laid on a drawn one, and pieces of real cloth.

``prepare_photo_textures`` writes the zips that are read here.
"""

from __future__ import annotations

import json
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError

if TYPE_CHECKING:
    from tryon.synth.flat_layout import FlatLayout
    from tryon.synth.garment_paint import GarmentPaint
    from tryon.synth.record import GarmentInfo

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]


class PhotoTextureError(TryOnError):
    """The cut-out garments are missing or damaged."""

    code = "photo_textures"
