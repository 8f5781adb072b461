"""Holes are filled from their rim, smoothly or with the texture that lies around them."""

from __future__ import annotations

import numpy as np

from tryon.geometry.fill import level_vectors, mirror_fill, mirror_vectors, plan_mirror, spread_in, weighed


def _hole(h: int = 96, w: int = 72) -> np.ndarray:
    known = np.ones((h, w), bool)
    known[30:60, 20:50] = False
    return known


def test_spreading_keeps_what_is_known_and_bridges_the_hole() -> None:
    known = _hole()
    picture = np.where(known[..., None], 0.3, 0.9).astype(np.float32).repeat(3, 2)
    out = spread_in(picture, known.astype(np.float32))
    assert np.allclose(out, 0.3, atol=1e-3)
    ramp = np.tile(np.linspace(0, 1, 72, dtype=np.float32), (96, 1))[..., None].repeat(3, 2)
    out = spread_in(ramp, known.astype(np.float32))
    assert np.array_equal(out[known], ramp[known])
    assert out[45, 22, 0] < out[45, 35, 0] < out[45, 48, 0]


def test_the_prior_stands_where_nothing_is_known() -> None:
    out = spread_in(np.zeros((40, 30, 3), np.float32), np.zeros((40, 30), np.float32), np.float32([0.2, 0.5, 0.7]))
    assert np.allclose(out, [0.2, 0.5, 0.7], atol=1e-5)


def test_mirrored_pixels_lie_as_far_behind_the_rim() -> None:
    known = np.zeros((64, 64), bool)
    known[:, :32] = True
    vectors = mirror_vectors(known)
    # column 40 is 9 pixels from the rim at 31: its mirror image is column 22
    assert abs(vectors[32, 40, 0] + 18) < 1
    assert abs(vectors[32, 40, 1]) < 1
    assert np.abs(vectors[:, :28]).max() < 0.1


def test_texture_goes_on_into_the_hole() -> None:
    rng = np.random.default_rng(1)
    picture = np.clip(0.5 + rng.normal(0, 0.15, (96, 72, 1)), 0, 1).astype(np.float32).repeat(3, 2)
    known = _hole()
    out = mirror_fill(picture, known)
    assert np.allclose(out[known], picture[known], atol=1e-6)
    rim = ~known
    rim[38:52, 28:42] = False
    assert out[rim].std() > 0.6 * picture[known].std()
    assert spread_in(picture, known.astype(np.float32))[rim].std() < 0.6 * picture[known].std()
    assert abs(out[~known].mean() - 0.5) < 0.05


def test_a_plan_draws_at_any_resolution() -> None:
    ys, xs = np.mgrid[0:96, 0:72]
    picture = (0.5 + 0.3 * np.sin(xs / 6) * np.cos(ys / 7))[..., None].repeat(3, 2).astype(np.float32)
    known = _hole()
    plan = plan_mirror(picture, known)
    small = plan.draw(picture, known, 1.0, (0.0, 0.0))
    big_picture = picture.repeat(2, 0).repeat(2, 1)
    big = plan.draw((big_picture * 255).astype(np.uint8), known.repeat(2, 0).repeat(2, 1), 2.0, (0.0, 0.0))
    halved = big.reshape(96, 2, 72, 2, 3).mean((1, 3))
    assert np.abs(halved - small).mean() < 0.02
    part = plan.draw(picture[10:70, 8:60], known[10:70, 8:60], 1.0, (8.0, 10.0))
    assert np.abs(part[25:40, 15:35] - small[35:50, 23:43]).mean() < 0.02


def test_without_any_texture_it_is_grey() -> None:
    assert np.allclose(mirror_fill(np.ones((20, 20, 3), np.float32), np.zeros((20, 20), bool)), 0.5)


def test_what_lies_level_goes_on_level() -> None:
    h, w = 64, 80
    rows = np.linspace(0, 1, h, dtype=np.float32)
    picture = np.repeat(np.sin(40 * rows)[:, None, None] * 0.4 + 0.5, w, 1).repeat(3, 2).astype(np.float32)
    known = np.ones((h, w), bool)
    known[10:, 30:56] = False  # a person who stands before a shutter
    drawn = plan_mirror(picture, known, level=True).draw(picture, known, 1.0, (0.0, 0.0))
    hole = ~known
    error, around = (np.abs(each - picture)[hole].mean() for each in (drawn, mirror_fill(picture, known)))
    assert error < 0.08
    assert error < 0.7 * around


def test_level_vectors_lead_to_what_is_known_and_back_where_little_is() -> None:
    known = np.zeros((40, 60), bool)
    known[:, :6] = True  # six columns beside a hole of fifty-four
    known[:4] = False  # and rows of which nothing is known
    vectors = level_vectors(known)
    x = np.arange(60) + vectors[20, :, 0]
    assert vectors[:, :, 1][10:].max() < 1e-3
    assert x[8:54].min() > -1.5
    assert x[8:54].max() < 7.5
    assert (np.diff(x[10:50]) > 0.3).any()  # to and fro, not stretched
    assert (np.diff(x[10:50]) < -0.3).any()
    assert vectors[0, 3, 1] > 2  # such a row looks down
    assert np.abs(level_vectors(np.ones((20, 20), bool))).max() == 0


def test_weighing_is_a_product_in_floats() -> None:
    rng = np.random.default_rng(3)
    rgb, plane = rng.integers(0, 256, (5, 7, 3)).astype(np.uint8), rng.random((5, 7)).astype(np.float32)
    out = weighed(rgb, plane)
    assert out.dtype == np.float32
    assert np.allclose(out, rgb * plane[..., None], atol=1e-4)
