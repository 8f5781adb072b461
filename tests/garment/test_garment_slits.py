"""Slits between sleeve and trunk that show the ground are opened; prints of the ground's colour are not."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.garment.holes import open_slits

GROUND, CLOTH = (240, 225, 200), (110, 20, 40)


def laid(noise: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """A dark garment on a pale ground with a slit that the network bridges: picture and probability."""
    rng = np.random.default_rng(0)
    image = np.empty((200, 160, 3), np.float64)
    image[:] = GROUND
    image[30:170, 40:120] = CLOTH
    image[80:160, 96:100] = GROUND
    image += rng.normal(0, noise, image.shape)
    probability = np.full((200, 160), 0.01, np.float32)
    probability[30:170, 40:120] = 0.999
    probability[70:170, 92:104] = 0.9  # less sure of the place, and yet above a half
    return np.clip(image, 0, 255).astype(np.uint8), probability


def test_a_slit_with_the_grounds_colours_is_opened() -> None:
    image, probability = laid()
    found = open_slits(image, probability)
    assert found[90:150, 97:99].max() < 0.5
    assert found[90:150, 90:94].min() > 0.5  # the cloth beside it stays
    assert np.all(found <= probability + 1e-6)
    assert found[probability < 0.05].max() < 0.05


def test_a_garment_that_has_such_colours_elsewhere_is_left_alone() -> None:
    image, probability = laid()
    image[45:60, 50:110] = GROUND  # a print, of which the network is sure
    assert np.array_equal(open_slits(image, probability), probability)


def test_specks_are_no_slits() -> None:
    image, probability = laid()
    image[80:160, 96:100] = CLOTH
    image[100:104, 96:100] = GROUND  # a button
    assert np.array_equal(open_slits(image, probability), probability)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_nothing_and_everything_are_left_alone(value: float) -> None:
    image, _ = laid()
    probability = np.full((200, 160), value, np.float32)
    assert np.array_equal(open_slits(image, probability), probability)


def _on_velvet(ground: tuple[int, int, int]) -> np.ndarray:
    """Opens which pixels (80, 4) of a slit in the shade, of a white shirt on a ground."""
    image, probability = laid()
    image[:] = ground
    image[30:170, 40:120] = (225, 222, 215)
    image[80:160, 96:100] = (np.array(ground) * 0.45).astype(np.uint8)
    return open_slits(image, probability)[80:160, 96:100] < 0.5


def test_a_coloured_ground_is_known_in_the_shade() -> None:
    assert _on_velvet((170, 50, 95))[10:70, 1:3].all()
    assert not _on_velvet((130, 128, 126)).any()  # a shadow upon white cloth has the colour of grey ground
