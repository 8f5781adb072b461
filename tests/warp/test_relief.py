"""Light on a laid garment: contact shadows of sleeves and legs, and roundness."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.types import Garment, PartWarp, Pose
from tryon.warp.relief import ReliefSettings, relief

H, W, UNIT = 256, 192, 60.0


def shadows(parts: list[PartWarp], garment: Garment, at: Pose, unit_px: float) -> np.ndarray:
    """Contact alone."""
    return relief(parts, garment, at, unit_px, ReliefSettings(trunk_strength=0.0, limb_strength=0.0))


def roundness(parts: list[PartWarp], garment: Garment, at: Pose, unit_px: float) -> np.ndarray:
    """Roundness alone."""
    return relief(parts, garment, at, unit_px, ReliefSettings(narrow_strength=0.0, wide_strength=0.0))


def part(name: str, rows: slice, columns: slice) -> PartWarp:
    region = np.zeros((H, W), np.float32)
    region[rows, columns] = 1
    return PartWarp(name, np.full((H, W, 2), 20, np.float32), region)


def pose() -> Pose:
    points = np.zeros((33, 2), np.float32)
    points[12], points[11], points[24], points[23] = (66, 40), (126, 40), (80, 130), (112, 130)
    return Pose(points, np.ones(33, np.float32))


def jacket() -> list[PartWarp]:
    return [
        part("torso", slice(30, 160), slice(60, 132)),
        part("sleeve_left", slice(36, 150), slice(44, 72)),
        part("sleeve_right", slice(36, 150), slice(120, 148)),
    ]


def make_garment(alpha: np.ndarray) -> Garment:
    image = np.full((*alpha.shape, 3), 120, np.uint8)
    return Garment(image, alpha, "upper", {"upper": 1.0}, "Longsleeve", {}, {}, sleeve="long")


@pytest.fixture
def cloth() -> Garment:
    return make_garment(np.full((40, 40), 1.0, np.float32))


def test_it_does_not_matter_which_way_the_person_faces(cloth: Garment) -> None:
    away = pose()
    away.points_px[[11, 12, 23, 24]] = away.points_px[[12, 11, 24, 23]]
    one, other = (shadows(jacket(), cloth, p, UNIT) for p in (pose(), away))
    assert np.array_equal(one, other)


def test_the_trunk_is_dark_beside_a_sleeve_and_light_farther_off(cloth: Garment) -> None:
    gain = shadows(jacket(), cloth, pose(), UNIT)
    row = gain[120]
    assert gain.shape == (H, W)
    assert gain.dtype == np.float32
    assert row[73] < 0.8 < row[80] < row[96] == pytest.approx(1, abs=0.02)
    assert np.allclose(row, row[::-1], atol=0.02)
    assert gain.min() > 0.5
    assert gain.max() <= 1


def test_sleeves_themselves_and_their_roots_stay_light(cloth: Garment) -> None:
    gain = shadows(jacket(), cloth, pose(), UNIT)
    assert np.allclose(gain[40:146, 48:68], 1, atol=0.02)
    assert np.allclose(gain[40:58, 60:132], 1, atol=0.02)


def test_a_sleeve_behind_the_trunk_throws_none(cloth: Garment) -> None:
    torso, left, right = jacket()
    gain = shadows([left, torso, right], cloth, pose(), UNIT)
    assert np.allclose(gain[:, :90], 1, atol=0.02)
    assert gain[120, 118] < 0.8


def test_legs_darken_one_another_below_the_hips_alone(cloth: Garment) -> None:
    legs = [
        part("leg_left", slice(120, 250), slice(70, 97)),
        part("leg_right", slice(120, 250), slice(95, 122)),
        part("hips", slice(100, 160), slice(66, 126)),
    ]
    gain = shadows(legs, cloth, pose(), UNIT)
    assert gain[220, 94] < 0.8
    assert gain[220, 76] > 0.97
    assert np.allclose(gain[:156], 1, atol=0.02)
    assert np.allclose(gain[220, :70], 1, atol=1e-6)
    assert np.allclose(gain[220, 123:], 1, atol=1e-6)


def test_a_garment_of_one_piece_has_none(cloth: Garment) -> None:
    assert np.array_equal(shadows(jacket()[:1], cloth, pose(), UNIT), np.ones((H, W), np.float32))


def test_a_transparent_sleeve_throws_none() -> None:
    clear = make_garment(np.zeros((40, 40), np.float32))
    assert np.allclose(shadows(jacket(), clear, pose(), UNIT), 1)


def test_a_piece_gets_darker_towards_its_sides_below_the_armpits(cloth: Garment) -> None:
    gain = roundness(jacket()[:1], cloth, pose(), UNIT)
    row = gain[110, 60:132]
    assert np.allclose(row, row[::-1], atol=0.01)
    assert (np.diff(row[4:34]) >= -1e-4).all()
    assert row[3] < 0.9
    assert row[36] > 0.98
    assert np.allclose(gain[:44], 1, atol=0.01)
    assert np.allclose(gain[110, :58], 1, atol=0.01)


def test_what_lies_over_a_trunk_hides_its_sides(cloth: Garment) -> None:
    wide = part("sleeve_left", slice(30, 160), slice(20, 96))
    whole = roundness([jacket()[0], wide], cloth, pose(), UNIT)
    assert np.allclose(whole[120, 58:84], 1, atol=0.02)
    assert whole[120, 128] < 0.9


def test_strength_is_what_the_settings_say(cloth: Garment) -> None:
    none = ReliefSettings(narrow_strength=0.0, wide_strength=0.0, trunk_strength=0.0, limb_strength=0.0)
    assert np.allclose(relief(jacket(), cloth, pose(), UNIT, none), 1)
