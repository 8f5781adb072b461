"""Reading a garment picture with the network: a look at the whole, a closer look at the garment."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.garment.network import NET_HEIGHT, NET_WIDTH, GarmentNetwork
from tryon.types import ATTRIBUTES, MaskF32, RGBu8

MARGIN = 0.10  # of the garment's box; training saw garments that fill 60 to 103% of the picture
FIRST_LOOK_WEIGHT = 0.4  # of the label probabilities; the closer look is right more often


@dataclass(frozen=True)
class Window:
    """A 3:4 window of a picture, scaled to the network's input; it may reach over the border.

    matrix: 2x3, picture pixels to window pixels (pixel-centre convention).
    """

    matrix: NDArray[np.float64]

    @property
    def scale(self) -> float:
        """Window pixels to a picture pixel."""
        return float(self.matrix[0, 0])

    def cut(self, image_u8: RGBu8) -> RGBu8:
        """The window of the picture, (256, 192, 3); shrinking averages areas."""
        matrix = self.matrix.copy()
        if self.scale < 0.6:
            h, w = image_u8.shape[:2]
            size = (max(1, round(w * self.scale)), max(1, round(h * self.scale)))
            fx, fy = size[0] / w, size[1] / h
            image_u8 = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
            back = np.array([[1 / fx, 0, 0.5 / fx - 0.5], [0, 1 / fy, 0.5 / fy - 0.5], [0, 0, 1]])
            matrix = matrix @ back
        size = (NET_WIDTH, NET_HEIGHT)
        return np.asarray(cv2.warpAffine(image_u8, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)

    def restore_points(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Window pixels (N, 2) to picture pixels."""
        return ((points - self.matrix[:, 2]) / self.scale).astype(np.float32)

    def restore_map(self, probability: MaskF32, size: tuple[int, int]) -> MaskF32:
        """A half-resolution map (128, 96) of the window in the picture (width, height); 0 off the window."""
        # map pixel centres lie at 2 m + .5 of the window
        m = self.matrix
        s = m[0, 0] / 2
        to_map = np.array([[s, 0, (m[0, 2] - 0.5) / 2], [0, s, (m[1, 2] - 0.5) / 2]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(cv2.warpAffine(probability, to_map, size, flags=flags, borderValue=0), np.float32)

    def shows(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """(128, 96) bool, which of the window's map pixels show the picture (width, height), not what is beyond."""
        x, y = np.arange(NET_WIDTH // 2) * 2 + 0.5, np.arange(NET_HEIGHT // 2) * 2 + 0.5
        across = (x - self.matrix[0, 2]) / self.scale
        down = (y - self.matrix[1, 2]) / self.scale
        return np.outer((down > -0.5) & (down < size[1] - 0.5), (across > -0.5) & (across < size[0] - 0.5))


def whole_window(width: int, height: int) -> Window:
    """The window that shows a whole picture, centred."""
    s = min(NET_WIDTH / width, NET_HEIGHT / height)
    return _centred(width / 2, height / 2, s)


def window_around(mask: NDArray[np.bool_]) -> Window:
    """The window that shows a mask's box with a margin."""
    ys, xs = np.nonzero(mask)
    x0, x1, y0, y1 = xs.min(), xs.max() + 1, ys.min(), ys.max() + 1
    s = min(NET_WIDTH / (x1 - x0), NET_HEIGHT / (y1 - y0)) / (1 + 2 * MARGIN)
    return _centred((x0 + x1) / 2, (y0 + y1) / 2, s)


def _centred(cx: float, cy: float, s: float) -> Window:
    x = NET_WIDTH / 2 - cx * s
    y = NET_HEIGHT / 2 - cy * s
    return Window(np.array([[s, 0, x + 0.5 * s - 0.5], [0, s, y + 0.5 * s - 0.5]]))


@dataclass(frozen=True)
class Reading:
    """The network's answer in the picture's own pixels.

    mask, inside: (h, w) float32 probabilities. points: (19, 2). confidence: (19,).
    label: (14,) probabilities. attributes: by name, probabilities of the values. visible: (19,) 0..1.
    heat: (19, 128, 96) log-probabilities in the window. window: what the closer look saw.
    """

    mask: MaskF32
    inside: MaskF32
    points: NDArray[np.float32]
    confidence: NDArray[np.float32]
    label: NDArray[np.float32]
    attributes: dict[str, NDArray[np.float32]]
    visible: NDArray[np.float32]
    heat: NDArray[np.float32]
    window: Window

    def heat_at(self, points: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-probability of each landmark at picture points (N, 2): (19, N)."""
        at = (points * self.window.scale + self.window.matrix[:, 2] + 0.5) / 2 - 0.5
        x = np.ascontiguousarray(at[None, :, 0], np.float32)
        y = np.ascontiguousarray(at[None, :, 1], np.float32)
        planes = [cv2.remap(h, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0] for h in self.heat]
        return np.stack(planes).astype(np.float32)


def read_garment(image_u8: RGBu8, network: GarmentNetwork) -> Reading | None:
    """Look twice: find the garment in the whole picture, then read it closely.

    Args:
        image_u8: (h, w, 3), any size.
        network: the caller holds its lock.

    Returns:
        The reading, or None where the first look finds nothing.
    """
    h, w = image_u8.shape[:2]
    window = whole_window(w, h)
    first = network(window.cut(image_u8))
    inside = window.shows((w, h))
    sure = _largest((first.mask > 0.5) & inside)
    if sure is None:
        return None
    closer = _closer_window(sure, window)
    second = network(closer.cut(image_u8))
    size = (w, h)
    return Reading(
        closer.restore_map(second.mask, size),
        closer.restore_map(second.inside, size),
        closer.restore_points(second.points),
        second.confidence,
        _mixed(first.label, second.label),
        {name: _mixed(first.attributes[name], second.attributes[name]) for name in ATTRIBUTES},
        _mixed(first.visible, second.visible),
        second.heat,
        closer,
    )


def _mixed(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(FIRST_LOOK_WEIGHT * first + (1 - FIRST_LOOK_WEIGHT) * second, np.float32)


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.bool_] | None:
    """The largest component, or None where it is under 1% of the picture."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count <= 1:
        return None
    best = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return labels == best if stats[best, cv2.CC_STAT_AREA] > 0.01 * mask.size else None


def _closer_window(sure: NDArray[np.bool_], window: Window) -> Window:
    """The window around a first look's (128, 96) mask, in picture pixels."""
    inner = window_around(np.kron(sure, np.ones((2, 2), bool))).matrix
    m = window.matrix
    joined = np.array([[inner[0, 0] * m[0, 0], 0, inner[0, 0] * m[0, 2] + inner[0, 2]],
                       [0, inner[1, 1] * m[1, 1], inner[1, 1] * m[1, 2] + inner[1, 2]]])  # fmt: skip
    return Window(joined)
