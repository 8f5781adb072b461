"""The gallery's own garments as a recommendation sees them, and pictures of cloth to measure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tryon.evaluation.taste_figures import gallery_traits
from tryon.studio.recommend import Recommender
from tryon.studio.taste_traits import Traits
from tryon.types import MaskF32, RGBu8

ASSETS = Path(__file__).resolve().parents[2] / "assets"


@pytest.fixture(scope="session")
def traits() -> list[Traits]:
    """Of the gallery's 64 garments."""
    return gallery_traits(ASSETS)


@pytest.fixture(scope="session")
def recommender(traits: list[Traits]) -> Recommender:
    """Over the gallery."""
    return Recommender(traits)


@pytest.fixture(scope="session")
def cloth() -> object:
    """``cloth(kind)``: a picture of 400x300 pixels and its mask; plain, stripes, checks or dots in navy on white."""

    def draw(kind: str, ground: tuple[int, int, int] = (242, 240, 234)) -> tuple[RGBu8, MaskF32]:
        y, x = np.mgrid[:400, :300]
        image = np.empty((400, 300, 3), np.uint8)
        image[:] = ground
        where = {
            "plain": np.zeros_like(x, bool),
            "stripes": y % 24 < 12,
            "checks": (y % 32 < 16) ^ (x % 32 < 16),
            "dots": (y % 40 - 20) ** 2 + (x % 40 - 20) ** 2 < 90,
        }[kind]
        image[where] = (36, 58, 99)
        mask = np.zeros((400, 300), np.float32)
        mask[40:360, 50:250] = 1
        image[mask < 0.5] = 250
        return image, mask

    return draw
