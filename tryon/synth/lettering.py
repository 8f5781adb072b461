"""Letters of several scripts as strokes: no fonts of the system are needed."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]


def draw_line(
    picture: U8, words: str, centre: tuple[float, float], height: float, colour: list[int], bold: float, width: float
) -> None:
    """Draw a line of letters, centred, in place; made narrower where it would be wider than ``width``."""
    font = cv2.FONT_HERSHEY_DUPLEX
    (w, h), _ = cv2.getTextSize(words, font, 1.0, 1)
    scale = min(height / max(1, h), width / max(1, w))
    thick = max(1, round(bold * h * scale))
    (w, h), _ = cv2.getTextSize(words, font, scale, thick)
    cv2.putText(
        picture, words, (round(centre[0] - w / 2), round(centre[1] + h / 2)), font, scale, colour, thick, cv2.LINE_AA
    )
