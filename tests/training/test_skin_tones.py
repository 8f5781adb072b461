"""Other skin tones: everywhere from dark to pale, shadows kept, nothing but skin touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.training.skin_tones import GAMMA, TONES, in_tone, other_tone
from tryon.types import LABEL


@pytest.mark.parametrize("start", [TONES[0], TONES[3], TONES[-1]])
def test_tones_reach_from_dark_to_pale(start: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    skin = (start / 255).astype(np.float32)
    moved = np.array([np.clip(skin * other_tone(skin, rng) ** (1 / GAMMA), 0, 1) for _ in range(400)], np.float32)
    lab = cv2.cvtColor(moved[None], cv2.COLOR_RGB2LAB)[0]
    assert np.percentile(lab[:, 0], 3) < 32
    if not np.array_equal(start, TONES[0]):  # a dark photo is not pulled up to where its noise shows
        assert np.percentile(lab[:, 0], 97) > 75
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))
    assert ((hue > 10) & (hue < 85)).mean() > 0.97  # between red and yellow, as skin is


def test_skin_alone_changes_and_keeps_its_shading() -> None:
    rng = np.random.default_rng(2)
    rgb = rng.uniform(0.2, 0.8, (40, 30, 3)).astype(np.float32)
    labels = np.full((40, 30), LABEL["upper"], np.uint8)
    labels[:20] = LABEL["left_arm"]
    moved = in_tone(rgb, labels, np.array([0.2, 0.15, 0.1], np.float32))
    assert np.array_equal(moved[26:], rgb[26:])
    ratio = moved[:14] / rgb[:14]
    assert np.allclose(ratio, ratio[0, 0], atol=1e-4)  # every pixel by the same gain: lights and shadows stay
    assert ratio.max() < 0.6
