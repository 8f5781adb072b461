"""Garments kept: equal looks are no way apart, other colours and patterns are, and rows stay paired."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from tryon.evaluation.grading import Try
from tryon.evaluation.kept_figures import (
    BEFORE,
    KEPT_METRICS,
    OTHER,
    Look,
    Tried,
    kept_figures,
    look_of,
    looks_apart,
    photo_likeness,
)
from tryon.evaluation.metrics import FeatureDistance
from tryon.evaluation.tables import table_of
from tryon.types import Garment


@pytest.fixture(scope="module")
def distance() -> FeatureDistance:
    return FeatureDistance()


def _cloth(seed: int, cells: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return cv2.resize(
        rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8), (120, 120), interpolation=cv2.INTER_NEAREST
    )


def _mask(top: int = 20, left: int = 20) -> np.ndarray:
    mask = np.zeros((120, 120), bool)
    mask[top : top + 80, left : left + 70] = True
    return mask


def test_a_look_is_no_way_from_itself_and_ground_does_not_count(distance: FeatureDistance) -> None:
    cloth, mask = _cloth(0), _mask()
    look = look_of(cloth, mask, distance)
    elsewhere = cloth.copy()
    elsewhere[~mask] = 255 - elsewhere[~mask]
    other = look_of(elsewhere, mask, distance)
    assert look is not None
    assert other is not None
    assert looks_apart(look, look) == (0, 0, 0)
    assert looks_apart(look, other) == pytest.approx((0, 0, 0), abs=1e-6)


def test_other_colours_and_other_patterns_are_told(distance: FeatureDistance) -> None:
    cloth, mask = _cloth(0), _mask()
    look = look_of(cloth, mask, distance)
    darker = look_of((cloth * 0.7).astype(np.uint8), mask, distance)
    coarse = look_of(_cloth(0, 3), mask, distance)
    softer = look_of(cv2.GaussianBlur(cloth, (0, 0), 1.0), mask, distance)
    assert look is not None
    assert darker is not None
    assert coarse is not None
    assert softer is not None
    assert looks_apart(look, darker)[0] > 5
    assert looks_apart(look, darker)[0] > looks_apart(look, softer)[0]
    assert looks_apart(look, coarse)[2] > 1.5 * looks_apart(look, softer)[2] > 0


def test_too_little_cloth_tells_nothing(distance: FeatureDistance) -> None:
    small = np.zeros((120, 120), bool)
    small[:15, :15] = True
    assert look_of(_cloth(0), small, distance) is None


def _tried(number: int, distance: FeatureDistance, worn: dict[str, Look | None]) -> Tried:
    cloth = _cloth(number)
    garment = Garment(
        cloth, _mask().astype(np.float32), "upper", {"upper": 1.0}, "T-Shirt", {"T-Shirt": 1.0}, {}, sleeve="short"
    )
    before = np.full((256, 192, 3), 40 + number, np.uint8)
    after = {name: cv2.resize(cloth, (192, 256)) for name in worn}
    return Tried(Try("upper", str(number), str(number), "T-Shirt"), garment, before, after, worn)


def test_a_kept_garment_beats_a_changed_one_and_another(distance: FeatureDistance) -> None:
    found = []
    for n in range(4):
        shaded = (_cloth(n) * 0.9).astype(np.uint8)
        worn = {"kept": look_of(_cloth(n), _mask(), distance), "shaded": look_of(shaded, _mask(), distance)}
        found.append(_tried(n, distance, worn))
    found.append(_tried(9, distance, {"kept": found[0].worn["kept"], "shaded": None}))  # hidden by one: not counted
    figures = kept_figures(found, distance)
    assert figures["tries"] == 4
    rows = figures["variants"]
    assert list(rows) == ["kept", "shaded", OTHER]
    for name in KEPT_METRICS:
        assert rows["kept"][name][0] == pytest.approx(0, abs=1e-6)
        for mean, low, high in rows["shaded"].values():
            assert low <= mean <= high
    assert 0 < rows["shaded"]["colour"][0] < 10
    assert rows[OTHER]["garment_features"][0] > rows["shaded"]["garment_features"][0]
    assert "4 photos in garments" in table_of({"kept": figures})
    assert kept_figures([], distance) == {"tries": 0, "variants": {}}


def test_results_like_photos_are_near_them(distance: FeatureDistance) -> None:
    rng = np.random.default_rng(0)

    def picture(cells: int) -> np.ndarray:
        noise = rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8)
        return cv2.resize(noise, (96, 128), interpolation=cv2.INTER_CUBIC)

    garment = Garment(_cloth(0), _mask().astype(np.float32), "upper", {}, "Top", {}, {})
    found = [
        Tried(Try("upper", "1", "1", "Top"), garment, picture(8), {"near": picture(8), "far": picture(40)}, {})
        for _ in range(10)
    ]
    out = photo_likeness(found, [picture(8) for _ in range(12)])
    assert list(out) == ["near", "far", BEFORE]
    assert out["near"][0] < 0.2 * out["far"][0]
    assert out["near"][2] < out["far"][1]
    for value, low, high in out.values():
        assert low <= value <= high
    assert photo_likeness(found, []) == {}
    assert photo_likeness(found[:1], [picture(8)] * 3) == {}
    assert torch.is_grad_enabled()
