"""A body that stands upright in a photo of 1000 x 750 pixels."""

import numpy as np
import pytest

from tryon.types import Pose


@pytest.fixture
def standing_pose() -> Pose:
    points = np.full((33, 2), 375.0, np.float32)
    places = {
        0: (375, 130), 11: (430, 220), 12: (320, 220), 13: (455, 320), 14: (295, 320), 15: (460, 410), 16: (290, 410),
        23: (406, 390), 24: (344, 390), 25: (410, 530), 26: (340, 530), 27: (412, 670), 28: (338, 670),
    }  # fmt: skip
    for index, place in places.items():
        points[index] = place
    return Pose(points, np.ones(33, np.float32))
