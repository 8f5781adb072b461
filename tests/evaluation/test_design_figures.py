"""The judge of the designer's sliders: it tells what there is to tell, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.evaluation.design_figures import _cross_validated, turn_of_hue
from tryon.studio.designer import Design
from tryon.studio.ideas import new_idea


def design(colour: tuple[int, int, int]) -> Design:
    image = np.full((40, 30, 3), 246, np.uint8)
    image[8:32, 6:24] = colour
    mask = np.zeros((40, 30), np.uint8)
    mask[8:32, 6:24] = 255
    return Design(new_idea(1), image, mask, np.zeros_like(mask), {}, {})


def test_a_place_is_told_from_one_measure_among_many_features() -> None:
    rng = np.random.default_rng(0)
    places = rng.uniform(-1, 1, 120).astype(np.float32)
    noise = rng.standard_normal((120, 400)).astype(np.float32)
    told = (places + 0.05 * rng.standard_normal(120))[:, None].astype(np.float32)
    assert _cross_validated((told, noise), places, 30.0) > 0.8
    assert _cross_validated((noise[:, :200], noise[:, 200:]), places, 30.0) < 0.1


def test_a_lost_landmark_spoils_nothing_else() -> None:
    rng = np.random.default_rng(1)
    places = rng.uniform(-1, 1, 120).astype(np.float32)
    told = np.stack([places, rng.standard_normal(120)], 1).astype(np.float32)
    told[5, 1] = 1e4
    assert _cross_validated((told,), places, 30.0) > 0.8


def test_how_far_a_hue_has_turned() -> None:
    red, green, grey = design((200, 60, 60)), design((60, 170, 60)), design((128, 128, 128))
    assert 0.3 < turn_of_hue(red, green) < 0.8
    assert turn_of_hue(green, red) == pytest.approx(-turn_of_hue(red, green))
    assert turn_of_hue(red, red) == turn_of_hue(red, grey) == 0
    assert turn_of_hue(grey, design((200, 150, 90))) < 0.1  # beige: where grey begins
    assert turn_of_hue(grey, green) > 0.2
