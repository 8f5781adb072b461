"""GarmentAnalyzer: a flat garment picture on any ground -> mask, category, attributes, landmarks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from tryon.errors import GarmentNotFoundError
from tryon.garment.attributes import leg_length, sleeve_length
from tryon.garment.contour import upright_frame
from tryon.garment.landmarks import Found, find_landmarks, kind_of
from tryon.garment.mask import WORK_SIDE, BoolMask, grabcut_mask, plain_mask, tidy_mask
from tryon.garment.refine import refine_alpha
from tryon.types import CATEGORIES, GARMENT_LABELS, Category, Garment, MaskF32, RGBu8

MIN_AREA, MAX_AREA = 0.02, 0.97  # of the picture; outside it no garment was told from its ground
NOT_FOUND = (
    "No garment can be told from its background. Use a picture of one garment, laid flat or hung, "
    "that fills most of the frame and differs from the ground behind it."
)


class GarmentAnalyzer:
    """Understands a garment picture; one object may be shared by threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> GarmentAnalyzer:
        """Load ``garment.safetensors`` from a folder (default: the repository's ``weights/``)."""
        return cls()

    def __call__(
        self, image_u8: RGBu8, *, category: Category | Literal["auto"] = "auto", alpha_f32: MaskF32 | None = None
    ) -> Garment:
        """Analyse a flat garment picture.

        Args:
            image_u8: (H, W, 3) uint8 sRGB.
            category: what the visitor says it is; "auto" to find out.
            alpha_f32: (H, W) 0..1, the picture's own transparency, where it has any.

        Raises:
            GarmentNotFoundError: empty picture, or nothing stands out from the ground.
        """
        height, width = image_u8.shape[:2]
        scale = min(1.0, WORK_SIDE / max(height, width))
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        small = cv2.resize(image_u8, size, interpolation=cv2.INTER_AREA)
        if alpha_f32 is not None and float(alpha_f32.min()) < 0.5:
            mask = tidy_mask(cv2.resize(alpha_f32.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.5)
            alpha = alpha_f32.astype(np.float32)
        else:
            with self._lock:
                mask = _classical_mask(small)
            alpha = refine_alpha(image_u8, mask.astype(np.float32))
        share = float(mask.mean())
        if not MIN_AREA <= share <= MAX_AREA:
            raise GarmentNotFoundError(NOT_FOUND)
        guess = _category_from_shape(mask) if category == "auto" else category
        probability: dict[str, float] = {c: 0.8 if c == guess else 0.1 for c in CATEGORIES}
        found = find_landmarks(mask, kind_of("not sure", guess))
        if found is None:
            raise GarmentNotFoundError(NOT_FOUND)
        points = _to_full(found, size, (width, height))
        return Garment(
            image_u8=image_u8,
            alpha_f32=alpha,
            category=guess,
            category_probability=probability,
            label="not sure",
            label_probability={name: 1 / len(GARMENT_LABELS) for name in GARMENT_LABELS},
            landmarks_px=points,
            sleeve=None if guess == "lower" else sleeve_length(points),
            leg=None if guess == "upper" else leg_length(points),
        )


def _classical_mask(small: RGBu8) -> BoolMask:
    mask, ground = plain_mask(small)
    if ground.plain and 0.04 < mask.mean() < 0.85:
        soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 4)
        soft = np.where(mask, np.clip(0.4 + soft, 0, 0.96), np.minimum(soft, 0.49) * (soft > 0.02)).astype(np.float32)
        cut = grabcut_mask(small, prior=soft, iterations=2)
        overlap = (cut & mask).sum() / max(1, (cut | mask).sum())
        return cut if overlap > 0.6 else mask
    return grabcut_mask(small)


def _category_from_shape(mask: BoolMask) -> Category:
    frame, _ = upright_frame(mask)
    ys, xs = np.nonzero(mask)
    n = frame.normalise(np.stack([xs, ys], 1).astype(np.float32))
    low = n[n[:, 1] > 0.8]
    if len(low) == 0 or (np.abs(low[:, 0]) < 0.1).mean() < 0.01:
        return "lower"
    tall = frame.height / frame.half_width
    return "dress" if tall > 3.6 else "upper"


def _to_full(found: Found, size: tuple[int, int], full: tuple[int, int]) -> dict[str, tuple[float, float]]:
    """Points of the analysed picture in the full one (pixel-centre convention)."""
    sx, sy = full[0] / size[0], full[1] / size[1]
    return {
        name: (float((x + 0.5) * sx - 0.5), float((y + 0.5) * sy - 0.5)) for name, (x, y) in found.points_px.items()
    }
