"""Landmarks on known outlines, their frame, attributes and the closer look's geometry."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.garment.attributes import leg_length, sleeve_length
from tryon.garment.contour import find_axis, outline, sample_outline, turning, upright_frame
from tryon.garment.landmarks import LANDMARKS, find_landmarks, kind_of
from tryon.garment.network import peaks
from tryon.garment.reading import whole_window, window_around

TEE = {
    "neck_left": (0.40, 0.08), "shoulder_left": (0.27, 0.13), "cuff_out_left": (0.08, 0.33),
    "cuff_in_left": (0.17, 0.40), "armpit_left": (0.28, 0.32), "hem_left": (0.27, 0.92),
}  # fmt: skip
TROUSERS = {"waist_left": (0.32, 0.06), "leg_out_left": (0.24, 0.94), "leg_in_left": (0.42, 0.94)}


def draw(left: dict[str, tuple[float, float]], middle: tuple[float, float] | None, h: int, w: int) -> np.ndarray:
    """A mirrored polygon of a left side's points, closed over ``middle`` where given."""
    one = np.array(list(left.values()))
    between = np.array([middle]) if middle else np.zeros((0, 2))
    shape = np.concatenate([one, between, (one * [-1, 1] + [1, 0])[::-1]])
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.round(shape * [w, h]).astype(np.int32)], 1)
    return mask > 0


def truth(left: dict[str, tuple[float, float]], h: int, w: int) -> dict[str, np.ndarray]:
    found = {n: np.array(p) * [w, h] for n, p in left.items()}
    return found | {n.replace("left", "right"): np.array([w, 0]) + p * [-1, 1] for n, p in found.items()}


def test_tee_landmarks_stand_on_the_corners() -> None:
    h, w = 384, 288
    found = find_landmarks(draw(TEE, None, h, w), "upper")
    assert found is not None
    assert found.template == "short"
    for name, point in truth(TEE, h, w).items():
        assert np.linalg.norm(np.array(found.points_px[name]) - point) < 0.05 * h, name
    assert sleeve_length(found.points_px) == "short"


def test_trouser_landmarks_and_crotch() -> None:
    h, w = 384, 288
    found = find_landmarks(draw(TROUSERS, (0.5, 0.42), h, w), "trousers")
    assert found is not None
    for name, point in truth(TROUSERS, h, w).items():
        assert np.linalg.norm(np.array(found.points_px[name]) - point) < 0.05 * h, name
    assert np.linalg.norm(np.array(found.points_px["crotch"]) - [0.5 * w, 0.42 * h]) < 0.05 * h
    assert leg_length(found.points_px) == "long"


@pytest.mark.parametrize("kind", ["upper", "dress", "trousers", "skirt"])
def test_every_name_is_known(kind: str) -> None:
    mask = draw(TEE, None, 200, 150)
    found = find_landmarks(mask, kind)  # type: ignore[arg-type]
    assert found is not None
    assert set(found.points_px) <= set(LANDMARKS)


def test_tiny_masks_have_no_landmarks() -> None:
    mask = np.zeros((50, 50), bool)
    assert find_landmarks(mask, "upper") is None
    mask[20:23, 20:23] = True
    assert find_landmarks(mask, "upper") is None


@pytest.mark.parametrize("tilt", [-12.0, 0.0, 9.0])
def test_axis_follows_a_tilted_garment(tilt: float) -> None:
    mask = draw(TEE, None, 384, 288).astype(np.uint8)
    # cv2 turns against the clock for positive angles: a lean to the right is negative
    matrix = cv2.getRotationMatrix2D((144, 192), -tilt, 0.9)
    turned = cv2.warpAffine(mask, matrix, (288, 384)) > 0
    _, angle, score = find_axis(turned)
    assert abs(angle - tilt) < 4
    assert score > 0.85


def test_frame_round_trip() -> None:
    frame, _ = upright_frame(draw(TEE, None, 384, 288))
    points = np.array([(3.0, 4.0), (200.0, 300.0)], np.float32)
    assert np.allclose(frame.restore(frame.normalise(points)), points, atol=1e-2)


def test_outline_runs_from_the_top_to_the_viewers_left_and_turns_convex_positive() -> None:
    mask = np.zeros((80, 80), bool)
    mask[20:60, 20:60] = True
    samples = sample_outline(outline(mask), 80)
    assert turning(samples, 3).sum() > 0
    top = int(np.argmin(samples[:, 1] + 0.001 * np.abs(samples[:, 0] - 40)))
    assert samples[(top + 5) % 80, 0] < samples[top, 0]


def test_kind_follows_the_category_before_the_label() -> None:
    assert kind_of("Skirt", "lower") == "skirt"
    assert kind_of("not sure", "lower") == "trousers"
    assert kind_of("Pants", "upper") == "upper"
    assert kind_of("T-Shirt", "dress") == "dress"


def test_attributes_by_length() -> None:
    body = {"shoulder_left": (0.0, 0.0), "shoulder_right": (100.0, 0.0)}
    assert sleeve_length(body) == "none"
    for reach, name in ((45, "short"), (92, "three_quarter"), (140, "long")):
        cuffs = {
            f"cuff_{e}_{s}": (x, float(reach)) for e in ("out", "in") for s, x in (("left", 0.0), ("right", 100.0))
        }
        assert sleeve_length(body | cuffs) == name
    cuffs = {f"cuff_{e}_{s}": (x, 50.0) for e in ("out", "in") for s, x in (("left", 0.0), ("right", 100.0))}
    folded = {"none": 0.0, "short": 0.1, "three_quarter": 0.0, "long": 0.9}
    assert sleeve_length(body | cuffs, folded) == "long"
    assert sleeve_length(body | cuffs, {"none": 0.0, "short": 0.4, "three_quarter": 0.0, "long": 0.6}) == "short"
    assert leg_length({}) is None


def test_peaks_are_found_to_a_fraction_of_a_cell() -> None:
    yy, xx = np.mgrid[0:64, 0:48]
    logits = -(((xx - 20.4) ** 2 + (yy - 30.7) ** 2) / (2 * 1.3**2)).astype(np.float32)
    points, mass = peaks(logits[None])
    assert np.allclose(points[0], (20.4, 30.7), atol=0.1)
    assert mass[0] > 0.95


def test_windows_map_points_and_maps_back() -> None:
    window = whole_window(600, 500)
    points = np.array([(0.0, 0.0), (599.0, 499.0), (120.5, 33.0)], np.float32)
    there = points * window.scale + window.matrix[:, 2]
    assert np.allclose(window.restore_points(there.astype(np.float32)), points, atol=1e-3)
    mask = np.zeros((500, 600), bool)
    mask[100:400, 250:420] = True
    close = window_around(mask)
    small = cv2.resize(close.cut((mask * 255).astype(np.uint8)[..., None].repeat(3, 2))[..., 0], (96, 128))
    back = close.restore_map(small.astype(np.float32) / 255, (600, 500)) > 0.5
    assert (back & mask).sum() / (back | mask).sum() > 0.96
