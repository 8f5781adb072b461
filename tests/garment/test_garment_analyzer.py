"""The whole analysis of a flat picture, with the repository's weights."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.errors import GarmentNotFoundError, WeightsError
from tryon.garment.analyzer import LABEL_NAMES, GarmentAnalyzer
from tryon.garment.landmarks import LANDMARKS
from tryon.garment.network import WEIGHTS_NAME
from tryon.models.weights import WEIGHTS_DIR
from tryon.types import CATEGORIES

SHIRT = [(0.40, 0.10), (0.44, 0.13), (0.5, 0.145), (0.56, 0.13), (0.60, 0.10), (0.74, 0.15), (0.92, 0.34),
         (0.82, 0.41), (0.73, 0.33), (0.735, 0.74), (0.265, 0.74), (0.27, 0.33), (0.18, 0.41),
         (0.08, 0.34), (0.26, 0.15)]  # fmt: skip


@pytest.fixture(scope="module")
def analyzer() -> GarmentAnalyzer:
    if not (WEIGHTS_DIR / WEIGHTS_NAME).is_file():
        pytest.skip("weights/garment.safetensors is not there")
    return GarmentAnalyzer.from_pretrained()


def shirt(h: int = 640, w: int = 480) -> tuple[np.ndarray, np.ndarray]:
    """A T-shirt with some folds on a light wall, and its mask."""
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(SHIRT) * [w, h]).astype(np.int32)], 1)
    rng = np.random.default_rng(0)
    folds = cv2.resize(rng.normal(0, 12, (9, 7)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    cloth = np.array((52, 78, 140)) + folds[..., None]
    wall = np.array((222, 218, 210)) + np.linspace(-6, 6, h)[:, None, None]
    image = np.where(mask[..., None] > 0, cloth, wall) + rng.normal(0, 2, (h, w, 1))
    return np.clip(image, 0, 255).astype(np.uint8), mask > 0


def test_a_shirt_is_understood(analyzer: GarmentAnalyzer) -> None:
    image, mask = shirt()
    before = image.copy()
    g = analyzer(image)
    assert np.array_equal(image, before)
    assert g.category == "upper"
    assert sum(g.category_probability.values()) == pytest.approx(1, abs=1e-3)
    assert set(g.category_probability) == set(CATEGORIES)
    assert g.label in (*LABEL_NAMES, "not sure")
    assert g.alpha_f32.shape == mask.shape
    assert g.alpha_f32.dtype == np.float32
    assert float(g.alpha_f32.min()) >= 0
    assert float(g.alpha_f32.max()) <= 1
    found = g.alpha_f32 > 0.5
    assert (found & mask).sum() / (found | mask).sum() > 0.93
    assert set(g.landmarks_px) <= set(LANDMARKS)
    assert g.leg is None
    for name, x, y in (("hem_left", 0.265, 0.74), ("hem_right", 0.735, 0.74), ("armpit_left", 0.27, 0.33)):
        assert np.hypot(g.landmarks_px[name][0] - x * 480, g.landmarks_px[name][1] - y * 640) < 0.06 * 640, name


def test_the_visitor_decides_the_category(analyzer: GarmentAnalyzer) -> None:
    g = analyzer(shirt()[0], category="dress")
    assert g.category == "dress"
    assert "hem_left" in g.landmarks_px
    assert analyzer(shirt()[0], category="lower").sleeve is None


def test_own_transparency_is_kept(analyzer: GarmentAnalyzer) -> None:
    image, mask = shirt()
    alpha = mask.astype(np.float32)
    found = analyzer(image, alpha_f32=alpha).alpha_f32
    assert float(found[~mask].max()) == 0
    assert (found > 0.5).sum() / mask.sum() > 0.9


def test_size_of_the_picture_does_not_matter(analyzer: GarmentAnalyzer) -> None:
    image, mask = shirt()
    large = cv2.resize(image, (1920, 2560), interpolation=cv2.INTER_CUBIC)
    g = analyzer(large)
    assert g.alpha_f32.shape == (2560, 1920)
    small = cv2.resize(g.alpha_f32, (480, 640), interpolation=cv2.INTER_AREA) > 0.5
    assert (small & mask).sum() / (small | mask).sum() > 0.93


@pytest.mark.parametrize("picture", ["white", "noise", "gradient"])
def test_no_garment_is_said_so(analyzer: GarmentAnalyzer, picture: str) -> None:
    if picture == "white":
        image = np.full((400, 300, 3), 255, np.uint8)
    elif picture == "noise":
        image = np.random.default_rng(0).integers(0, 255, (400, 300, 3)).astype(np.uint8)
    else:
        image = np.repeat(np.linspace(0, 255, 400)[:, None, None], 300, 1).repeat(3, 2).astype(np.uint8)
    with pytest.raises(GarmentNotFoundError, match="garment"):
        analyzer(image)


def test_threads_share_one_analyzer(analyzer: GarmentAnalyzer) -> None:
    image = shirt()[0]
    alone = analyzer(image)
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(lambda _: analyzer(image), range(3)))
    for g in together:
        assert g.label == alone.label
        assert np.allclose(g.alpha_f32, alone.alpha_f32, atol=0.02)


def test_missing_weights_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=WEIGHTS_NAME):
        GarmentAnalyzer.from_pretrained(tmp_path)
