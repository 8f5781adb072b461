"""A flared skirt's hem is an arc in its flat picture and nearly level on a body."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from tryon.geometry.crops import Crop
from tryon.types import Garment, Person
from tryon.warp.coarse import render_parts, warp_garment
from tryon.warp.torso import hem_sag

H, W = 400, 400
CORNERS = {
    "waist_left": (150.0, 60.0), "waist_right": (250.0, 60.0), "hem_left": (60.0, 240.0), "hem_right": (340.0, 240.0),
}  # fmt: skip


def skirt(depth: float, corners: dict[str, tuple[float, float]] | None = None) -> Garment:
    """A skirt whose hem hangs by ``depth`` pixels in the middle."""
    at = corners or CORNERS
    left, right = at["hem_left"], at["hem_right"]
    t = np.linspace(0, 1, 41)
    arc = np.stack([right[0] + t * (left[0] - right[0]), right[1] + 4 * depth * t * (1 - t)], 1)
    outline = np.concatenate([[at["waist_left"], at["waist_right"]], arc])
    alpha = np.zeros((H, W), np.uint8)
    cv2.fillPoly(alpha, [np.rint(outline).astype(np.int32)], 255)
    image = np.full((H, W, 3), 90, np.uint8)
    return Garment(image, alpha.astype(np.float32) / 255, "lower", {"lower": 1.0}, "Skirt", {}, dict(at), leg="knee")


def points(garment: Garment) -> dict[str, np.ndarray]:
    return {n: np.array(p) for n, p in garment.landmarks_px.items()}


@pytest.mark.parametrize("depth", [0.0, 30.0, 60.0])
def test_the_arc_is_measured_at_the_middle_and_the_quarters(depth: float) -> None:
    garment = skirt(depth)
    sag = hem_sag(garment.alpha_f32, points(garment), "waist")
    assert np.allclose(sag[:, 1], np.array([0, 0.75, 1, 0.75, 0]) * depth, atol=3)
    assert np.allclose(sag[:, 0], 0, atol=1e-6)


def test_a_straight_skirt_keeps_its_hem() -> None:
    straight = CORNERS | {"hem_left": (145.0, 300.0), "hem_right": (255.0, 300.0)}
    garment = skirt(25.0, straight)
    assert not hem_sag(garment.alpha_f32, points(garment), "waist").any()


def test_a_hem_that_the_picture_cuts_off_is_not_measured() -> None:
    garment = skirt(60.0)
    cut = garment.alpha_f32[:270]
    assert not hem_sag(cut, points(garment), "waist").any()


def hem_curve(person: Person, garment: Garment) -> tuple[float, float]:
    """Depth of the hem's arc on the body, and the skirt's width there, in crop pixels."""
    crop = Crop(0.0, 0.0, 0.512, 384, 512)
    alpha = render_parts(garment.image_u8, garment.alpha_f32, warp_garment(garment, person, crop))[1]
    ys, xs = np.nonzero(alpha > 0.5)
    left, right = xs.min(), xs.max()
    low = [ys[np.abs(xs - (left + share * (right - left))) < 2].max() for share in (0.08, 0.5, 0.92)]
    return float(low[1] - (low[0] + low[2]) / 2), float(right - left)


def test_on_a_body_the_arc_is_nearly_gone(person: Callable[..., Person]) -> None:
    flat, _ = hem_curve(person(), skirt(0.0))
    deep, wide = hem_curve(person(), skirt(60.0))
    assert abs(deep - flat) < 0.08 * wide  # in the picture it is a fifth of the width
