"""The garment network's impression of a garment: the means of its encoder's deepest features."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.types import MaskF32, RGBu8

if TYPE_CHECKING:
    from tryon.garment.network import GarmentNetwork  # its home loads torch

GROUND = 235  # grey around the garment, so that no impression is of a floor
READ_SIDE = 512  # pixels; twice what the network sees


class Embedder:
    """Loads the network at its first use; may be shared by threads."""

    def __init__(self, weights_dir: Path | None = None) -> None:
        """Nothing is loaded yet.

        Args:
            weights_dir: of ``garment.safetensors``; the repository's by default.
        """
        self._weights_dir = weights_dir
        self._lock = threading.Lock()
        self._network: GarmentNetwork | None = None

    def __call__(self, image_u8: RGBu8, alpha_f32: MaskF32) -> NDArray[np.float32]:
        """Look at a garment.

        Args:
            image_u8: (H, W, 3) sRGB.
            alpha_f32: (H, W) 0..1, the garment.

        Returns:
            (320,) float32.

        Raises:
            WeightsError: the network's weights are missing or damaged.
        """
        from tryon.garment.network import GarmentNetwork
        from tryon.garment.reading import whole_window, window_around

        h, w = alpha_f32.shape
        scale = min(1.0, READ_SIDE / max(h, w))
        size = (max(8, round(w * scale)), max(8, round(h * scale)))
        small = np.asarray(cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)).astype(np.float32)
        alpha = np.asarray(cv2.resize(alpha_f32, size, interpolation=cv2.INTER_AREA))[..., None]
        alone = np.round(small * alpha + GROUND * (1 - alpha)).astype(np.uint8)
        inside = alpha[..., 0] > 0.5
        window = window_around(inside) if inside.any() else whole_window(*size)
        with self._lock:
            if self._network is None:
                self._network = GarmentNetwork.load(self._weights_dir)
            return self._network.embed(window.cut(alone))
