"""A drawn person with labels, for training tests that need no photos."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tryon.models.warp_inputs import TRUNK
from tryon.training.pairs import Pair
from tryon.training.people_data import PersonRecord
from tryon.training.prepare_pairs import FLOW, FRAME, NODES
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


@pytest.fixture
def make_pair() -> Callable[[], Pair]:
    """Draws the standing figure in a long-sleeved top before, and in a short-sleeved one of another colour after."""

    def make() -> Pair:
        record = _draw(np.random.default_rng(4))
        size = (FRAME[1], FRAME[0])
        assert record.labels_u8 is not None
        after = cv2.resize(record.labels_u8, size, interpolation=cv2.INTER_NEAREST)
        before = np.where((after == LABEL["left_arm"]) | (after == LABEL["right_arm"]), LABEL["upper"], after)
        colours = np.random.default_rng(5).integers(30, 226, (2, 13, 3)).astype(np.uint8)
        own = after == LABEL["upper"]
        worn = np.where(own[..., None], colours[1][after], colours[0][after])
        cover = cv2.resize(own.astype(np.float32), (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA)
        ys, xs = np.mgrid[0 : FLOW[0], 0 : FLOW[1]].astype(np.float32)
        here = np.stack([2 * xs + 0.5, 2 * ys + 0.5], -1)
        scale = np.array([FRAME[1] / 150, FRAME[0] / 220], np.float32)
        coarse = np.zeros((1, *NODES, 2), np.float32)
        return Pair(
            colours[0][before], worn, worn, own.astype(np.float32), before.astype(np.uint8), after,
            (cv2.resize(after, (FLOW[1], FLOW[0])) > 0).astype(np.float32),
            np.where((cover > 0.5)[..., None], here, np.nan), cover > 0.5, cover,
            np.where(cover > 0.5, 0, -1).astype(np.int8), coarse, cover[None], (TRUNK,),
            Pose((record.pose.points_px + 0.5) * scale - 0.5, record.pose.visibility), {"category": "upper"},
        )  # fmt: skip

    return make
