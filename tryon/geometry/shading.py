"""Light on cloth, parted by scale: folds and form are kept, wide gradients are held back.

How brightly a whole half of a garment is lit cannot be read off the pictures that a network gets, so what it says of
that is a guess; where the guess is bold, a plain shirt looks dyed in two colours. Seen on held-out photos.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.types import MaskF32


@dataclass(frozen=True)
class ShadingSettings:
    """Natural logarithms of brightness, and lengths in shoulder widths."""

    wide: float = 0.15  # sigma from which on a change of light counts as wide
    keep_wide: float = 0.35  # share of wide changes that stays: bodies are lit from above, a little
    most_wide: float = 0.12  # and no more than this
    keep_level: float = 0.5  # share of the whole garment's brightness change
    level: tuple[float, float] = (-0.14, 0.05)  # of that: scenes are darker than flat photos, seldom brighter
    least_cover: float = 0.02  # of the blurred mask: below, nothing is known of the light


DEFAULT = ShadingSettings()


def calm_shading(
    shading_f32: MaskF32, alpha_f32: MaskF32, unit_px: float, settings: ShadingSettings = DEFAULT
) -> MaskF32:
    """The same shading with wide gradients and the general level held back.

    Args:
        shading_f32: (h, w) gains over 0, 1 leaves colours as they are. alpha_f32: (h, w) 0..1, where the garment is.
        unit_px: a shoulder width in pixels.

    Returns:
        (h, w) float32 gains.
    """
    s = settings
    weight = (alpha_f32 > 0.5).astype(np.float32)
    if not weight.any():
        return shading_f32
    log = np.log(np.maximum(shading_f32, 1e-3)).astype(np.float32)
    level = float(log[weight > 0].mean())
    # at a quarter of the size: the blur is wide
    size = (max(1, log.shape[1] // 4), max(1, log.shape[0] // 4))
    small, cover = (cv2.resize(m, size, interpolation=cv2.INTER_AREA) for m in (weight * (log - level), weight))
    sigma = max(s.wide * unit_px / 4, 0.5)
    small, cover = (cv2.GaussianBlur(m, (0, 0), sigma) for m in (small, cover))
    wide = cv2.resize(small / np.maximum(cover, s.least_cover), log.shape[::-1], interpolation=cv2.INTER_LINEAR)
    kept = np.clip(s.keep_wide * wide, -s.most_wide, s.most_wide)
    new_level = float(np.clip(s.keep_level * level, *s.level))
    return np.asarray(np.exp(log - level - wide + kept + new_level), np.float32)
