"""The figures of the soft mask: right answers score best, errors where they are count."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.evaluation.matte_figures import Sample, boundary_f, edge_band, matte_errors
from tryon.types import Person, Pose


def _sample() -> Sample:
    alpha = np.zeros((120, 90), np.float32)
    cv2.circle(alpha, (45, 60), 30, 1.0, -1)
    alpha = cv2.GaussianBlur(alpha, (0, 0), 1.0)
    hair = np.zeros((120, 90), bool)
    hair[:50] = True
    pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
    person = Person(np.zeros((120, 90, 3), np.uint8), pose, alpha, np.zeros((120, 90), np.uint8))
    return Sample(person, alpha, hair)


def test_the_truth_has_no_error_and_a_blur_has() -> None:
    sample = _sample()
    assert set(matte_errors(sample.alpha_f32, sample).values()) == {0.0}
    blurred = matte_errors(cv2.GaussianBlur(sample.alpha_f32, (0, 0), 4), sample)
    wider = matte_errors(cv2.GaussianBlur(sample.alpha_f32, (0, 0), 8), sample)
    for figure in ("band", "hair", "gradient", "whole"):
        assert 0 < blurred[figure] < wider[figure]
    assert blurred["whole"] < blurred["band"]


def test_the_band_lies_along_the_edge() -> None:
    band = edge_band(_sample().alpha_f32)
    assert band[60, 15]
    assert not band[60, 45]
    assert not band[5, 5]


@pytest.mark.parametrize(("shift", "least", "most"), [(0, 1.0, 1.0), (1, 0.95, 1.0), (8, 0.0, 0.6)])
def test_outlines_agree_within_the_tolerance(shift: int, least: float, most: float) -> None:
    truth = _sample().alpha_f32 > 0.5
    assert least <= boundary_f(np.roll(truth, shift, 1), truth, 2) <= most
    assert boundary_f(np.zeros_like(truth), truth, 2) == 0
