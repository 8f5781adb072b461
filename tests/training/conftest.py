"""A drawn person with labels, for training tests that need no photos."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tryon.training.people_data import PersonRecord
from tryon.types import LABEL, Pose


def _draw(rng: np.random.Generator) -> PersonRecord:
    h, w = 220, 150
    labels = np.zeros((h, w), np.uint8)
    labels[14:44, 62:88] = LABEL["face"]
    labels[8:18, 60:90] = LABEL["hair"]
    labels[46:112, 50:100] = LABEL["upper"]
    labels[112:196, 54:96] = LABEL["lower"]
    labels[52:114, 100:112] = LABEL["left_arm"]
    labels[52:114, 38:50] = LABEL["right_arm"]
    labels[196:206, 52:98] = LABEL["footwear"]
    colours = rng.integers(30, 226, (13, 3))
    image = colours[labels] + rng.integers(-10, 10, (h, w, 1))
    points = np.zeros((33, 2), np.float32)
    points[:11] = 75, 28
    points[[7, 8]] = (86, 28), (64, 28)
    points[[11, 12, 13, 14, 15, 16]] = (96, 54), (54, 54), (106, 80), (44, 80), (106, 104), (44, 104)
    points[[17, 19, 21]], points[[18, 20, 22]] = (106, 110), (44, 110)
    points[[23, 24, 25, 26, 27, 28]] = (88, 116), (62, 116), (88, 156), (62, 156), (88, 194), (62, 194)
    points[[29, 31]], points[[30, 32]] = (88, 202), (62, 202)
    return PersonRecord(
        "0001",
        np.clip(image, 0, 255).astype(np.uint8),
        ((labels > 0) * 255).astype(np.uint8),
        labels,
        Pose(points, np.ones(33, np.float32)),
        False,
    )


@pytest.fixture
def make_record() -> Callable[[np.random.Generator], PersonRecord]:
    """Draws a standing figure of 220 x 150 pixels in random colours, from a generator."""
    return _draw
