"""What is worn under an open jacket is seen in its opening and below it, never beside it.

Tops and jackets are put on the body one by one, so a wide sleeve under a narrow one stands out of it by a centimetre.
No pixel that is seen changes its place: what stands out is left away, and the arm or the ground behind is seen.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.garment_mesh import PART
from tryon.synth.record import PART_MASK, GarmentInfo, GarmentLayer
from tryon.synth.sampling import coverage

U8 = NDArray[np.uint8]
_SLEEVES = (PART["left_sleeve"] + 1, PART["right_sleeve"] + 1)
WHOLE = 0.98  # where a jacket covers a pixel only in part, what is behind it is the ground
SLIVER = 0.08  # of the largest piece of the inner garment that is seen: smaller ones stand out somewhere


class JacketGate:
    """Where a jacket lets the garments under it be seen.

    Args:
        layer: the jacket's, as drawn on the person. size: (H, W) of the picture.
    """

    def __init__(self, layer: GarmentLayer, size: tuple[int, int]) -> None:
        self._covers = coverage(layer.part, size) > WHOLE
        self._has_sleeves = bool(np.isin(layer.half_part & PART_MASK, _SLEEVES).any())

    def keep(self, part: U8, seen: NDArray[np.bool_], rows: slice, columns: slice) -> NDArray[np.bool_]:
        """Which pixels (h, w) of an inner garment stay.

        Args:
            part: (h, w) its part bytes in this window of the picture. seen: (h, w) where it is drawn.
        """
        covers = self._covers[rows, columns]
        out = np.ones(part.shape, bool)
        if self._has_sleeves:
            out = covers | ~np.isin(part & PART_MASK, _SLEEVES)
        free = (seen & out & ~covers).astype(np.uint8)
        count, piece, facts, _ = cv2.connectedComponentsWithStats(free, connectivity=8)
        if count > 2:
            area = facts[:, cv2.CC_STAT_AREA]
            small = area < SLIVER * area[1:].max()
            small[0] = False
            out &= ~small[piece]
        return out


def jacket_over(
    layers: Sequence[GarmentLayer], garments: Sequence[GarmentInfo], outfit: Sequence[int], place: int
) -> GarmentLayer | None:
    """The open jacket that is worn over the garment at this place of an outfit, if there is one."""
    if garments[layers[outfit[place]].garment].category == "lower":
        return None
    for index in outfit[place + 1 :]:
        if garments[layers[index].garment].open_front:
            return layers[index]
    return None
