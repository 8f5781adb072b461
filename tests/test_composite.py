"""The composite: exact outside its region, aligned to the photo's pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.composite import (
    bare_arms,
    blend,
    enlarge,
    full_region,
    full_size,
    snap_crop,
    touched_pixels,
    window_of,
    without_arms,
)
from tryon.geometry.crops import Crop
from tryon.geometry.fill import plan_mirror
from tryon.models.drawing import Drawing
from tryon.models.inputs import Base
from tryon.types import LABEL, PartWarp, Pose


def make_drawing(layout: np.ndarray) -> Drawing:
    """A drawing whose layers are plain: skin .3, garment beyond its picture .8, no shading, no change."""
    h, w = layout.shape[:2]
    flat, still = np.ones((h, w), np.float32), np.zeros((h, w, 3), np.float32)
    return Drawing(still + 0.5, flat, flat, layout.astype(np.float32), still, still + 0.3, still + 0.8)


def make_base(hw: tuple[int, int]) -> Base:
    """A layer of which the photo shows nothing: grey."""
    return Base(plan_mirror(np.zeros((64, 48, 3), np.float32), np.zeros((64, 48), bool)), np.zeros(hw, bool))


def test_layers_have_sharp_edges_at_the_photos_resolution() -> None:
    photo = np.zeros((256, 192, 3), np.uint8)
    crop = Crop(0.0, 0.0, 0.25, 48, 64)
    size, window = full_size(crop), window_of(crop, (256, 192))
    layout = np.full((64, 48, 4), -6.0)
    layout[:, :24, 1] = 6
    layout[:, 24:, 3] = 6
    garment, alpha = np.full((256, 192, 3), 200, np.uint8), np.zeros((256, 192), np.float32)
    alpha[:128] = 1
    base, region = make_base((256, 192)), np.ones((256, 192), np.float32)
    out = blend(photo, region, garment, alpha, make_drawing(layout), base, base, size, window)
    assert np.abs(out[:, :72].astype(int) - 0.3 * 255).max() <= 1  # skin, away from its rounded outline
    assert np.abs(out[:124, 102:].astype(int) - 200).max() <= 1  # the garment's own pixels
    assert np.abs(out[132:, 102:].astype(int) - 0.8 * 255).max() <= 1  # its colours, drawn on
    edge = out[60, 80:112, 0]
    assert ((edge > 95) & (edge < 190)).sum() <= 4  # one work pixel at most


def test_skin_in_less_light_gets_redder_and_in_full_light_stays() -> None:
    photo = np.zeros((256, 192, 3), np.uint8)
    crop = Crop(0.0, 0.0, 0.25, 48, 64)
    size, window = full_size(crop), window_of(crop, (256, 192))
    layout = np.full((64, 48, 4), -6.0)
    layout[..., 1] = 6
    alpha, region, base = np.zeros((256, 192), np.float32), np.ones((256, 192), np.float32), make_base((256, 192))
    light = np.ones((64, 48), np.float32)
    light[32:] = 0.6
    out = blend(photo, region, photo, alpha, make_drawing(layout), base, base, size, window, light).astype(int)
    assert np.abs(out[8:110, 8:-8] - 0.3 * 255).max() <= 1
    red, green, blue = out[200, 96] / (0.3 * 255)
    assert green == pytest.approx(0.6, abs=0.03)
    assert red > green + 0.04
    assert blue < green - 0.01


@settings(max_examples=40, deadline=None)
@given(
    x0=st.floats(-120, 300),
    y0=st.floats(-120, 300),
    tall=st.floats(90, 900),
    h=st.integers(128, 700),
    w=st.integers(128, 600),
)
def test_snapped_crops_lie_on_whole_photo_pixels(x0: float, y0: float, tall: float, h: int, w: int) -> None:
    crop = snap_crop(Crop(x0, y0, 256 / tall, 192, 256))
    fh, fw = full_size(crop)
    assert fh * 3 == fw * 4
    assert abs(crop.height / crop.scale - fh) < 1e-6
    assert crop.x0 == round(crop.x0)
    window = window_of(crop, (h, w))
    shape = np.empty((h, w))[window.photo].shape
    assert shape == np.empty((fh, fw))[window.frame].shape


def test_enlarging_keeps_places() -> None:
    crop = Crop(8.0, 12.0, 0.25, 48, 64)
    ramp = np.tile(np.arange(48, dtype=np.float32), (64, 1))
    window = window_of(crop, (400, 400))
    big = enlarge(ramp, full_size(crop), window)
    assert big.shape == (256, 192)
    # photo pixel x lies at (x + .5 - 8) * .25 - .5 of the crop
    columns = (np.arange(192) + 0.5) * 0.25 - 0.5
    assert np.allclose(big[100, 8:-8], columns[8:-8], atol=0.07)  # OpenCV's cubic kernel ripples on a ramp


@pytest.mark.parametrize("origin", [(10, 20), (-40, -30), (150, 170)])
def test_blend_copies_the_photo_outside_the_region(origin: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    photo = rng.integers(0, 256, (300, 260, 3), dtype=np.uint8)
    before = photo.copy()
    crop = Crop(float(origin[0]), float(origin[1]), 64 / 200, 48, 64)
    size, window = full_size(crop), window_of(crop, photo.shape[:2])
    small = np.zeros((64, 48), np.float32)
    small[20:40, 10:30] = 1
    protected = np.zeros(photo[window.photo].shape[:2], bool)
    protected[: protected.shape[0] // 3] = True
    region = full_region(small, protected, size, window)
    hw = photo[window.photo].shape[:2]
    drawing, base = make_drawing(rng.normal(0, 3, (64, 48, 4))), make_base(hw)
    black, whole = np.zeros((*hw, 3), np.uint8), np.ones(hw, np.float32)
    out = blend(photo, region, black, whole, drawing, base, base, size, window)
    assert (photo == before).all()
    mask = np.zeros(photo.shape[:2], np.float32)
    mask[window.photo] = region
    assert (out[mask == 0] == photo[mask == 0]).all()
    assert region[protected].max(initial=0) == 0
    assert (out[mask > 0.9] != photo[mask > 0.9]).any()


def test_background_that_was_and_stays_background_is_not_repainted() -> None:
    crop = Crop(0.0, 0.0, 0.25, 48, 64)
    size, window = full_size(crop), window_of(crop, (256, 192))
    person, alpha = np.zeros((256, 192), np.float32), np.zeros((256, 192), np.float32)
    person[100:200, 60:120] = 1
    person[150, 130] = 0.3  # a lock of hair
    alpha[80:120, 70:150] = 1
    missed = np.zeros((64, 48), np.float32)
    missed[50:60, 35:45] = 1
    touched = touched_pixels(person, alpha, missed, size, window)
    assert touched[person > 0].min() == 1
    assert touched[alpha > 0].min() == 1
    assert touched[210:230, 150:170].min() > 0.9
    assert touched[:70].max() == 0
    assert touched[:, :50].max() == 0
    everywhere = np.ones((64, 48), np.float32)
    region = full_region(everywhere, np.zeros((256, 192), bool), size, window, touched)
    assert region[:70].max() == 0
    assert region[110, 100] == 1


def test_slivers_of_the_trunk_beyond_an_arm_are_left_out() -> None:
    region = np.zeros((64, 48), np.float32)
    region[10:60, 4:44] = 1
    trunk = PartWarp("torso", np.zeros((64, 48, 2), np.float32), region)
    arm = np.zeros((64, 48), bool)
    arm[30:, 7:11] = True  # leaves three columns of cloth beyond it, joined above
    joined = without_arms([trunk], arm)[0].region_f32
    assert joined[50, 5] == 1  # still one piece: a wide hem behind an arm
    assert joined[50, 8] == 0
    arm[:, 7:11] = True
    cut = without_arms([trunk], arm)[0].region_f32
    assert cut[50, 5] == 0
    assert cut[50, 30] == 1
    half = np.zeros((64, 48), bool)
    half[:, 22:26] = True  # an arm before the middle: both halves are garment
    both = without_arms([trunk], half)[0].region_f32
    assert both[50, 10] == both[50, 40] == 1


def test_a_folded_forearm_lies_before_the_sleeve_too() -> None:
    flow, whole = np.zeros((40, 40, 2), np.float32), np.ones((40, 40), np.float32)
    parts = [PartWarp("torso", flow, whole), PartWarp("sleeve_left", flow, whole)]
    none, folded = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    folded[10:20, 10:20] = True
    cut = without_arms(parts, none, folded)
    assert [part.name for part in cut] == ["torso", "sleeve_left"]
    for part in cut:
        assert part.region_f32[12:18, 12:18].max() == 0
        assert part.region_f32[25:].min() == 1
    assert without_arms(parts, none)[1].region_f32.min() == 1


def test_a_guessed_forearm_amid_the_trunk_is_no_arm() -> None:
    flow, whole = np.zeros((60, 60, 2), np.float32), np.zeros((60, 60), np.float32)
    whole[:, 5:55] = 1
    parts = [PartWarp("torso", flow, whole)]
    bare, seen = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    bare[20:26, 20:35] = True  # amid the trunk
    bare[40:46, 45:60] = True  # goes on beyond it
    guessed = without_arms(parts, bare, None, seen)[0].region_f32
    assert guessed[20:26, 20:35].min() == 1
    assert guessed[42, 50] == 0
    seen[22, 30] = True
    assert without_arms(parts, bare, None, seen)[0].region_f32[23, 25] == 0
    assert without_arms(parts, bare)[0].region_f32[23, 25] == 0


def test_an_arm_behind_the_back_cuts_nothing_out_of_the_trunk() -> None:
    points = np.zeros((33, 2), np.float32)
    points[[11, 12, 23, 24]] = [(70, 20), (30, 20), (62, 80), (38, 80)]  # shoulders, hips
    points[[13, 15]], points[[14, 16]] = [(76, 50), (72, 78)], [(32, 50), (30, 78)]
    points[[25, 26, 27, 28]] = [(60, 110), (40, 110), (60, 140), (40, 140)]
    pose = Pose(points, np.ones(33, np.float32))
    labels = np.zeros((160, 100), np.uint8)
    labels[18:84, 28:68] = LABEL["upper"]
    nothing = np.zeros(labels.shape, np.float32)
    sleeved = bare_arms(labels, pose, nothing)  # both arms in sleeves: they may be anywhere in front of the cloth
    assert sleeved[60, 31]
    labels[30:84, 68:82] = LABEL["left_arm"]
    behind = bare_arms(labels, pose, nothing)  # one arm is bare, so the other one is not in a sleeve
    assert behind[60, 74]
    assert not behind[60, 31]
    labels[70:84, 26:34] = LABEL["right_arm"]  # its hand is seen: it is in front, and its sleeve goes
    assert bare_arms(labels, pose, nothing)[60, 31]


def test_an_arm_goes_on_under_its_cuff_to_the_hand_that_is_seen() -> None:
    points = np.zeros((33, 2), np.float32)
    points[[11, 12]], points[[23, 24]] = [(75, 20), (25, 20)], [(65, 90), (35, 90)]
    points[[13, 15, 17, 19]] = (
        (78, 45),
        (62, 55),
        (45, 56),
        (45, 54),
    )  # a wide cuff: the wrist is far off
    points[[14, 16, 18, 20]] = (22, 45), (20, 80), (20, 90), (20, 90)
    pose = Pose(points, np.ones(33, np.float32))
    labels = np.full((100, 100), LABEL["upper"], np.uint8)
    nothing = np.zeros((100, 100), np.float32)
    assert not bare_arms(labels, pose, nothing)[55, 52]  # no hand is seen: within a pocket, for example
    labels[50:60, 36:48] = LABEL["left_arm"]
    found = bare_arms(labels, pose, nothing)
    assert found[55, 46:66].all()
    assert not found[70, 52]
