"""Drawing keeps pixels, keeps inside, shows no background, and does not alias."""

import cv2
import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.geometry.flow import identity_flow
from tryon.types import PartWarp
from tryon.warp.render import render_parts

RED, GREEN = (200, 30, 30), (0, 255, 0)


def disc(size=120, radius=40):
    alpha = np.zeros((size, size), np.uint8)
    cv2.circle(alpha, (size // 2, size // 2), radius, 255, -1, cv2.LINE_AA)
    rgb = np.where(alpha[..., None] > 0, np.array(RED), np.array(GREEN)).astype(np.uint8)
    return rgb, alpha.astype(np.float32) / 255


def whole(height, width, zoom=1.0, name="torso"):
    """A part that shows the garment `zoom` times as large."""
    flow = ((identity_flow(height, width) + 0.5) / zoom - 0.5).astype(np.float32)
    return PartWarp(name, flow, np.ones((height, width), np.float32))


def test_the_identity_shows_the_garment_as_it_is():
    rgb = np.random.default_rng(0).integers(0, 256, (90, 70, 3), np.uint8)
    alpha = np.ones((90, 70), np.float32)
    out, mask = render_parts(rgb, alpha, [whole(90, 70)])
    assert (out == rgb).all()
    assert (mask == 1).all()
    assert out.dtype == np.uint8
    assert mask.dtype == np.float32


@pytest.mark.parametrize("zoom", [0.2, 0.37, 0.5, 0.8, 1.0, 1.6, 3.0])
def test_no_background_shows_at_any_scale(zoom):
    rgb, alpha = disc()
    n = max(8, round(120 * zoom))
    out, mask = render_parts(rgb, alpha, [whole(n, n, zoom)])
    assert mask.max() > 0.99
    drawn = out[mask > 0.01].astype(int)
    assert np.abs(drawn - RED).max() <= 6


def test_the_mask_stays_inside_the_garment_and_nearly_fills_it():
    rgb, alpha = disc()
    _, mask = render_parts(rgb, alpha, [whole(120, 120)])
    assert (mask <= alpha + 1e-3).all()
    assert mask.sum() > 0.9 * alpha.sum()


def test_nothing_is_drawn_outside_of_the_region():
    rgb, alpha = disc()
    part = whole(120, 120)
    region = np.zeros((120, 120), np.float32)
    region[40:70, 30:80] = 1
    for size in (None, (240, 240), (313, 205)):
        _, mask = render_parts(rgb, alpha, [PartWarp("torso", part.flow_px, region)], size)
        fy, fx = mask.shape[0] / 120, mask.shape[1] / 120
        mask[int(39 * fy) : int(71 * fy) + 1, int(29 * fx) : int(81 * fx) + 1] = 0
        assert mask.max() == 0


def test_fine_patterns_are_averaged_when_made_smaller():
    y, x = np.mgrid[:256, :256]
    rgb = np.repeat((255 * ((x + y) % 2)).astype(np.uint8)[..., None], 3, 2)
    out, _ = render_parts(rgb, np.ones((256, 256), np.float32), [whole(64, 64, 0.25)])
    assert np.abs(out[2:-2, 2:-2].astype(int) - 127).max() <= 3


@pytest.mark.parametrize("size", [(240, 180), (301, 221)])
def test_drawn_larger_and_shrunk_is_what_is_drawn_small(size):
    rgb = cv2.GaussianBlur(np.random.default_rng(1).integers(0, 256, (200, 150, 3), np.uint8), (0, 0), 6)
    alpha = np.zeros((200, 150), np.float32)
    alpha[40:160, 30:120] = 1
    part = whole(120, 90, 0.6)
    small, small_mask = render_parts(rgb, alpha, [part])
    large, large_mask = render_parts(rgb, alpha, [part], size)
    assert large.shape == (*size, 3)
    assert large_mask.shape == size
    again = cv2.resize(large, (90, 120), interpolation=cv2.INTER_AREA).astype(int)
    inside = cv2.erode(small_mask, np.ones((5, 5))) > 0.99
    assert np.abs(again - small)[inside].max() <= 6
    assert np.abs(cv2.resize(large_mask, (90, 120), interpolation=cv2.INTER_AREA) - small_mask).mean() < 0.02


def test_later_parts_cover_earlier_ones():
    rgb, alpha = disc()
    blue = rgb.copy()
    blue[:, :60] = (30, 30, 200)
    left = PartWarp("a", np.full((120, 120, 2), (45, 60), np.float32), np.ones((120, 120), np.float32))
    right = PartWarp("b", np.full((120, 120, 2), (75, 60), np.float32), np.ones((120, 120), np.float32))
    assert (render_parts(blue, alpha, [left, right])[0][60, 60] == RED).all()
    assert (render_parts(blue, alpha, [right, left])[0][60, 60] == (30, 30, 200)).all()


def test_two_half_seen_parts_mix():
    rgb, alpha = disc()
    half = PartWarp("a", np.full((20, 20, 2), 60, np.float32), np.full((20, 20), 0.5, np.float32))
    out, mask = render_parts(rgb, alpha, [half, half])
    assert np.allclose(mask, 0.75, atol=1e-3)
    assert np.abs(out.astype(int) - RED).max() <= 1


def test_empty_things_draw_nothing():
    rgb, alpha = disc()
    out, mask = render_parts(rgb, alpha, [], (30, 20))
    assert out.shape == (30, 20, 3)
    assert mask.max() == 0
    _, mask = render_parts(rgb, 0 * alpha, [whole(120, 120)])
    assert mask.max() == 0


def test_inputs_stay_as_they_are():
    rgb, alpha = disc()
    part = whole(120, 120)
    copies = rgb.copy(), alpha.copy(), part.flow_px.copy(), part.region_f32.copy()
    render_parts(rgb, alpha, [part], (300, 200))
    now = rgb, alpha, part.flow_px, part.region_f32
    assert all((a == b).all() for a, b in zip(copies, now, strict=True))


def test_refuses_what_does_not_fit():
    rgb, alpha = disc()
    with pytest.raises(BadRequestError, match="same size"):
        render_parts(rgb, alpha[1:], [whole(9, 9)])
    with pytest.raises(BadRequestError, match="size"):
        render_parts(rgb, alpha, [])
