"""Words for a garment's colours."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.garment.colours import ANCHORS, COLOURS, colour_words


@pytest.mark.parametrize("word", COLOURS)
def test_plain_cloth_has_one_word_in_light_and_shade(word: str) -> None:
    colour = np.array(ANCHORS[word][0], np.float32)
    image = np.tile(colour, (90, 90, 1)) * np.linspace(0.93, 1.0, 90)[:, None, None]
    assert colour_words(image.clip(0, 255).astype(np.uint8), np.ones((90, 90), np.float32)) == (word,)


def test_only_the_garment_counts_and_small_parts_do_not() -> None:
    image = np.full((100, 100, 3), 250, np.uint8)
    image[20:80, 20:80] = (196, 30, 40)
    image[45:50, 45:50] = (20, 20, 20)  # a button
    mask = np.zeros((100, 100), np.float32)
    mask[20:80, 20:80] = 1
    assert colour_words(image, mask) == ("red",)
    assert colour_words(image, np.zeros((100, 100), np.float32)) == ()


def test_stripes_have_both_colours() -> None:
    image = np.full((128, 128, 3), 245, np.uint8)
    image[(np.arange(128) // 8) % 2 == 0] = (34, 46, 84)
    assert set(colour_words(image, np.ones((128, 128), np.float32))) == {"white", "navy"}
