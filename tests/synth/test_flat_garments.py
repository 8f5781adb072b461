"""Flat garments: masks, landmarks and insides agree with the cut; the same seed gives the same picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tryon.synth.bottoms import SkirtCut, TrouserCut, cut_skirt, cut_trousers
from tryon.synth.fabrics import Fabric, paint, to_linear, to_srgb
from tryon.synth.flat import FlatPicture, Look, Studio, draw_flat
from tryon.synth.pattern import FlatPattern
from tryon.synth.preview import preview_sheet
from tryon.synth.tops import TopCut, cut_top

SMALL = Studio(width=180, height=240, supersample=2)
PLAIN = Look({"shell": Fabric(("#7a2536",)), "lining": Fabric(("#2040a0",))})
LONG = TopCut(sleeve="long", sleeve_length=60.0, sleeve_deg=70.0, cuff_width=10.0, cuff_rib=5.0)
CUTS = {
    "tee": cut_top(TopCut()),
    "long": cut_top(LONG),
    "shirt": cut_top(replace(LONG, neck="shirt", placket=60.0, rib=0.0, hem_sag=-4.0)),
    "hoodie": cut_top(replace(LONG, neck="hood", kangaroo=True, hem_rib=6.0)),
    "tank": cut_top(TopCut(neck="strap", sleeve="none", shoulder_half=13.0, neck_depth=13.0, chest_half=21.0)),
    "dress": cut_top(TopCut(dress=True, waist_seam_y=40.0, hem_half=34.0, length=98.0)),
    "jeans": cut_trousers(TrouserCut()),
    "skirt": cut_skirt(SkirtCut()),
    "pleats": cut_skirt(SkirtCut(pleats=12)),
}


def _draw(pattern: FlatPattern, seed: int = 3, studio: Studio = SMALL, look: Look = PLAIN) -> FlatPicture:
    return draw_flat(pattern, look, studio, np.random.default_rng(seed))


@pytest.mark.parametrize("name", sorted(CUTS))
def test_masks_and_landmarks_fit_the_picture(name: str) -> None:
    pattern = CUTS[name]
    picture = _draw(pattern)
    assert picture.image_u8.shape == (240, 180, 3)
    assert picture.mask_u8.shape == picture.inside_u8.shape == (240, 180)
    assert set(picture.landmarks_px) == set(pattern.landmarks)
    both = (picture.mask_u8 > 127) & (picture.inside_u8 > 127)
    assert not both.any(), "a pixel is the front or the inside, not both"
    mask = picture.mask_u8 > 127
    assert 0.08 < mask.mean() < 0.85
    assert not mask[0].any()
    assert not mask[-1].any()
    assert not mask[:, 0].any()
    assert not mask[:, -1].any()
    # every landmark lies at the garment's border: within 5 px of both cloth and ground
    ys, xs = np.nonzero(mask)
    gy, gx = np.nonzero(~mask)
    for key, (x, y) in picture.landmarks_px.items():
        assert np.hypot(xs - x, ys - y).min() < 5, key
        assert np.hypot(gx - x, gy - y).min() < 9, key


@pytest.mark.parametrize("name", ["tee", "long", "jeans"])
def test_left_is_the_viewers_left(name: str) -> None:
    points = _draw(CUTS[name]).landmarks_px
    for key, (x, _) in points.items():
        if key.endswith("_left"):
            assert x < points[key.replace("_left", "_right")][0]


def test_the_same_seed_gives_the_same_picture_and_another_seed_another() -> None:
    first, again, other = _draw(CUTS["tee"], 5), _draw(CUTS["tee"], 5), _draw(CUTS["tee"], 6)
    assert np.array_equal(first.image_u8, again.image_u8)
    assert not np.array_equal(first.image_u8, other.image_u8)


def test_the_inside_of_the_neck_shows_the_lining_and_is_no_front() -> None:
    picture = _draw(CUTS["tee"])
    inside = picture.inside_u8 > 200
    assert inside.sum() > 30
    red, _, blue = picture.image_u8[inside].mean(0)
    assert blue > red
    red, _, blue = picture.image_u8[picture.mask_u8 > 200].mean(0)
    assert red > blue


def test_sleeve_and_leg_lengths_are_told() -> None:
    assert CUTS["tee"].sleeve == "short"
    assert CUTS["long"].sleeve == "long"
    assert CUTS["tank"].sleeve == "none"
    assert CUTS["jeans"].leg == "long"
    assert CUTS["jeans"].sleeve is None
    assert cut_trousers(TrouserCut(length=40.0, rise=26.0)).leg == "short"
    assert cut_trousers(TrouserCut(length=60.0, rise=27.0)).leg == "knee"


@pytest.mark.parametrize(
    "pattern", ["plain", "stripes", "pinstripes", "checks", "gingham", "dots", "floral", "leaves", "melange", "zigzag"]
)
def test_fabrics_repeat_and_stay_in_range(pattern: str) -> None:
    fabric = Fabric(("#336699", "#ffffff", "#cc3333"), pattern, scale_cm=4.0)  # type: ignore[arg-type]
    v, u = np.mgrid[0:8:0.1, 0:8:0.1].astype(np.float32)
    colour, relief = paint(fabric, u, v, np.random.default_rng(0), 10.0)
    assert colour.shape == (*u.shape, 3)
    assert relief.shape == u.shape
    assert colour.min() >= 0
    assert colour.max() <= 1
    shifted, _ = paint(fabric, u + 8.0, v + 8.0, np.random.default_rng(0), 10.0)
    if pattern != "melange":
        assert np.abs(colour - shifted).mean() < 0.01


def test_colour_conversion_round_trip() -> None:
    values = np.linspace(0, 1, 256, dtype=np.float32)
    assert np.abs(to_srgb(to_linear(values)) - values).max() < 1e-5


def test_the_preview_is_a_whole_sheet() -> None:
    sheet = preview_sheet(count=3, columns=2, width=60)
    assert sheet.shape == (2 * 2 * 80, 2 * 60, 3)
    assert sheet[-20:, -20:].min() == 255  # the empty cell
    with pytest.raises(ValueError, match="at least 1"):
        preview_sheet(count=0)
