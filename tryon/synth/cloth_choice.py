"""The cloth of a garment for one picture: drawn, photographed, or an outfit's own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tryon.synth.fabric_sampling import sample_fabric
from tryon.synth.garment_paint import GarmentPaint, LayoutCache, paint_garment
from tryon.synth.photo_textures import PhotoTextures
from tryon.synth.record import HALF, GarmentInfo

OWN_SHARE = 0.5  # of garments that have a texture of their own wear it; the others get another cloth
PLAIN = "#8a8d92"


class ClothChoice:
    """Chooses and paints cloths; keeps the geometry of the last few garments.

    Args:
        photos: photographed garments and cloths, or None for drawn ones only. size: (H, W) of a paint.
    """

    def __init__(self, photos: PhotoTextures | None = None, size: tuple[int, int] = HALF) -> None:
        self.photos, self.size = photos, size
        self._layouts = LayoutCache()

    @classmethod
    def open(cls, folder: Path, size: tuple[int, int] = HALF) -> ClothChoice:
        """With the photographed cloths of a folder, where it has any."""
        return cls(PhotoTextures.open(folder) if any(folder.glob("*.zip")) else None, size)

    def any(self, info: GarmentInfo, rng: np.random.Generator) -> GarmentPaint:
        """A random cloth that fits the garment."""
        if info.texture is not None and rng.random() < OWN_SHARE:
            return own_cloth(info, rng)
        spec = sample_fabric(info, rng, self.photos)
        return paint_garment(info, spec, self.size, self.photos, self._layouts)


def own_cloth(info: GarmentInfo, rng: np.random.Generator) -> GarmentPaint:
    """The outfit's own cloth (``info.texture``), lighter or darker and a little tinted."""
    assert info.texture is not None
    gain = float(np.exp(rng.normal(0, 0.22))) * np.exp(rng.normal(0, 0.05, 3))
    front = np.clip(info.texture * gain, 0, 255).astype(np.uint8)
    front = cv2.resize(front, (HALF[1], HALF[0]), interpolation=cv2.INTER_LINEAR)
    inside = np.clip(cv2.GaussianBlur(front, (0, 0), 12).astype(np.float32) * 0.8, 0, 255).astype(np.uint8)
    return GarmentPaint(front, front.copy(), inside)
