"""Photos of the same people in other skin tones: the training photos show mostly light ones.

A generator that saw few dark people draws newly bare skin too light. Here the skin of a photo, its shadows and lights
kept, is moved to a tone drawn from all of them, before anything is taken from the photo.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.models.inputs import SKIN_NAMES
from tryon.person.agnostic import has_label
from tryon.types import LabelsU8

F32 = NDArray[np.float32]
# sRGB, from the darkest to the palest, about even steps of lightness
TONES = np.array(
    [(56, 39, 33), (92, 63, 50), (131, 92, 71), (168, 122, 95), (199, 154, 125), (224, 186, 161), (242, 212, 196)],
    np.float32,
)
GAMMA = 2.2
LEAST_GAIN, MOST_GAIN = 0.08, 2.4  # in linear light: more would show the photo's noise, or burn it out
VARIED = 0.06  # of each channel's gain, one sigma: undertones


def other_tone(skin_f32: F32, rng: np.random.Generator) -> F32:
    """Gains (3,) in linear light that move a skin tone (3,) 0..1 sRGB to a random one."""
    at = float(rng.uniform(0, len(TONES) - 1))
    low = min(int(at), len(TONES) - 2)
    target = (TONES[low] * (1 - at + low) + TONES[low + 1] * (at - low)) / 255
    gain = (target / np.maximum(skin_f32, 0.02)) ** GAMMA * np.exp(rng.normal(0, VARIED, 3))
    # as a whole, so that the hue stays a skin's
    gain *= np.clip(gain.mean(), LEAST_GAIN, MOST_GAIN) / gain.mean()
    return gain.astype(np.float32)


def in_tone(rgb_f32: F32, labels_u8: LabelsU8, gain: F32) -> F32:
    """A photo with its skin multiplied in linear light.

    Args:
        rgb_f32: (h, w, 3) 0..1 sRGB. labels_u8: (h, w) its parsing. gain: (3,), see ``other_tone``.

    Returns:
        (h, w, 3) float32 0..1; equal to the photo away from skin.
    """
    skin = cv2.GaussianBlur(has_label(labels_u8, *SKIN_NAMES).astype(np.float32), (0, 0), 0.7)[..., None]
    moved = np.clip(rgb_f32 * gain ** np.float32(1 / GAMMA), 0, 1)
    return (rgb_f32 + skin * (moved - rgb_f32)).astype(np.float32)
