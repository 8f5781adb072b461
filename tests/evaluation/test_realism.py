"""The judge finds a real difference and finds none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.evaluation.realism import PooledFeatures, features_of, tell_apart
from tryon.evaluation.realism_study import HEIGHT, WIDTH, crop_of, framing_of, real_crops
from tryon.geometry.crops import L_ANKLE, L_HIP, L_KNEE, L_SHOULDER, NOSE, R_ANKLE, R_HIP, R_KNEE, R_SHOULDER
from tryon.training.people_data import PersonRecord
from tryon.types import Pose


def test_it_tells_what_differs_and_not_what_does_not() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(0, 1, (150, 60)).astype(np.float32), rng.normal(0, 1, (150, 60)).astype(np.float32)
    same = tell_apart(a, b)
    assert abs(same.accuracy - 0.5) < 0.13
    b[:, 3] += 4
    other = tell_apart(a, b)
    assert other.accuracy > 0.9
    assert other.interval < 0.05
    assert other.scores[:150].mean() > 0.7 > 0.3 > other.scores[150:].mean()


def test_too_few_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        tell_apart(np.zeros((4, 3), np.float32), np.zeros((40, 3), np.float32))


def test_features_do_not_depend_on_the_batch() -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 255, (64, 48, 3), dtype=np.uint8) for _ in range(3)]
    net = PooledFeatures()
    assert np.allclose(features_of(pictures, net, 3), features_of(pictures, net, 1), atol=1e-4)


def person(height: int, head_y: float = 60.0) -> PersonRecord:
    """Somebody upright, 480 px from nose to ankles, in a picture 480 wide and this high."""
    points = np.full((33, 2), (240.0, head_y), np.float32)
    for (left, right), down, half in (
        ((L_SHOULDER, R_SHOULDER), 80, 45), ((L_HIP, R_HIP), 230, 35), ((L_KNEE, R_KNEE), 350, 35),
        ((L_ANKLE, R_ANKLE), 480, 35),
    ):  # fmt: skip
        points[left], points[right] = (240 + half, head_y + down), (240 - half, head_y + down)
    points[NOSE] = 240, head_y
    image = np.zeros((height, 480, 3), np.uint8)
    return PersonRecord("one", image, image[..., 0], image[..., 0], Pose(points, np.ones(33, np.float32)), False)


def test_a_framing_never_leaves_the_picture() -> None:
    whole, half = person(640), person(430)
    assert framing_of(whole, 2) == "dress"
    assert framing_of(half, 2) == "upper", "the legs are not in it"
    assert framing_of(person(100), 0) is None
    assert crop_of(whole, "upper").shape == (HEIGHT, WIDTH, 3)


def test_photos_take_the_rendered_ones_framings_and_half_figures_are_left_out() -> None:
    assert len(real_crops([person(640), person(640), person(360)], ["dress", "upper", "lower"])) == 2
