"""Maps of the work frame at the photo's size."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]
# Frames up to this size are enlarged whole and cut: a warp of the window takes up to twenty times as long, and rounds
# places to 1/32 pixel. Of larger ones, the photos of good phones, a whole map would be hundreds of megabytes.
WHOLE_PIXELS = 3_000_000


def enlarged_window(
    maps_f32: F32, size: tuple[int, int], rows: slice, columns: slice, interpolation: int = cv2.INTER_LINEAR
) -> F32:
    """A window of an enlarged map.

    Args:
        maps_f32: (h, w) or (h, w, C). size: (H, W) that all of it is enlarged to.
        rows, columns: of the enlarged map. interpolation: OpenCV's.

    Returns:
        The window, float32.
    """
    h, w = size
    if h * w <= WHOLE_PIXELS:
        return np.ascontiguousarray(cv2.resize(maps_f32, (w, h), interpolation=interpolation)[rows, columns])
    sy, sx = maps_f32.shape[0] / h, maps_f32.shape[1] / w
    matrix = np.array([[sx, 0, (columns.start + 0.5) * sx - 0.5], [0, sy, (rows.start + 0.5) * sy - 0.5]])
    out = (columns.stop - columns.start, rows.stop - rows.start)
    flags = interpolation | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(maps_f32, matrix, out, flags=flags, borderMode=cv2.BORDER_REPLICATE)
