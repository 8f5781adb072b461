"""A sleeve's cloth: its own where it can be read, the other's or the trunk's where not; waistcoats get none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tryon.geometry.crops import crop_for
from tryon.warp.coarse import render_parts, warp_garment
from tryon.warp.landmarks import complete_landmarks
from tryon.warp.sleeve_source import believable, sleeve_edges, sleeve_sources
from tryon.warp.tube_outline import PLACES, follow_outline


def _with(flat, **points):
    return replace(flat, landmarks_px={**flat.landmarks_px, **points})


def _collapsed(flat, side):
    """The same garment with one sleeve's landmarks on the trunk's edge, as of a sleeve folded away."""
    armpit, hem = (np.array(flat.landmarks_px[f"{name}_{side}"]) for name in ("armpit", "hem"))
    out = armpit + 0.6 * (hem - armpit)
    return _with(flat, **{f"cuff_out_{side}": tuple(out), f"cuff_in_{side}": tuple(out + 1.0)})


def test_the_outer_edge_follows_a_bulging_silhouette():
    alpha = np.zeros((200, 200), np.float32)
    yy, xx = np.mgrid[:200, :200]
    alpha[((xx - 60) / 40.0) ** 2 + ((yy - 100) / 80.0) ** 2 < 1] = 1  # a sleeve like half an ellipse
    alpha[:, :60] = 0
    knots = np.array([0.0, 1.0])
    outer, inner = np.array([[61.0, 25], [61, 175]]), np.array([[60.0, 60], [60, 172]])
    at, moved, same = follow_outline(alpha, outer, inner, knots, 1.0)
    assert at.shape == (PLACES,)
    assert moved[0] == pytest.approx(outer[0])
    assert 90 < moved[PLACES // 2, 0] < 101  # the ellipse ends at 100
    assert np.allclose(same[:, 0], 60, atol=0.1)


def test_the_search_does_not_cross_a_gap():
    alpha = np.zeros((100, 100), np.float32)
    alpha[:, 20:30] = alpha[:, 50:60] = 1
    outer, inner = np.array([[28.0, 5], [28, 95]]), np.array([[21.0, 5], [21, 95]])
    moved = follow_outline(alpha, outer, inner, np.array([0.0, 1.0]), 1.0)[1]
    assert moved[:, 0].max() < 31


@pytest.mark.parametrize("kind", ["tee", "long", "hanging", "dress"])
def test_what_lies_beside_the_trunk_is_its_own_sleeve(garment, kind):
    flat = garment(kind)
    made_of = sleeve_sources(flat, complete_landmarks(flat))
    assert {side: each.side for side, each in made_of.items()} == {"left": "left", "right": "right"}
    assert not any(each.trunk for each in made_of.values())


def test_one_unreadable_sleeve_is_the_other_mirrored(garment, person):
    flat = _collapsed(garment("long"), "left")
    made_of = sleeve_sources(flat, complete_landmarks(flat))
    assert made_of["left"].side == "right"
    assert made_of["right"].side == "right"
    somebody = person()
    crop = crop_for(somebody.pose, "upper", somebody.image_u8.shape[:2], 192, 256)
    parts = {part.name: part for part in warp_garment(flat, somebody, crop)}
    left, right = (render_parts(flat.image_u8, flat.alpha_f32, [parts[f"sleeve_{e}"]])[1].sum() for e in SIDES)
    assert left == pytest.approx(right, rel=0.1)


SIDES = ("left", "right")


def test_a_hem_taken_for_a_cuff_is_no_sleeve(garment):
    flat = garment("long")
    hem = np.array(flat.landmarks_px["hem_left"])
    flat = _with(flat, cuff_out_left=tuple(hem + 4.0), cuff_in_left=tuple(hem + np.array([110.0, 5.0])))
    made_of = sleeve_sources(flat, complete_landmarks(flat))
    assert made_of["left"].side == "right"


def test_two_unreadable_sleeves_are_made_of_the_trunk(garment, person):
    flat = _collapsed(_collapsed(replace(garment("long"), label="Shirt"), "left"), "right")
    source = complete_landmarks(flat)
    made_of = sleeve_sources(flat, source)
    for side, each in made_of.items():
        assert each.trunk
        for point in (each.root_out, each.root_in, each.cuff_out, each.cuff_in):
            x, y = np.rint(point).astype(int)
            assert flat.alpha_f32[y, x] > 0.5, side
    assert believable(flat) is flat  # a shirt has sleeves, wherever they are
    somebody = person()
    crop = crop_for(somebody.pose, "upper", somebody.image_u8.shape[:2], 192, 256)
    parts = {part.name: part for part in warp_garment(flat, somebody, crop)}
    alpha = render_parts(flat.image_u8, flat.alpha_f32, [parts["sleeve_left"]])[1]
    wrist = crop.to_crop(somebody.pose.points_px[[16]])[0]
    assert alpha[round(float(wrist[1])) - 8, round(float(wrist[0]))] > 0.5


def test_a_waistcoat_taken_for_a_jacket_gets_no_sleeves(garment, person):
    flat = _collapsed(_collapsed(replace(garment("long"), label="Outwear"), "left"), "right")
    seen = believable(flat)
    assert seen.sleeve == "none"
    assert not any(name.startswith("cuff_") for name in seen.landmarks_px)
    assert [part.name for part in warp_garment(seen, person(), _crop(person()))] == ["torso"]
    whole = replace(garment("long"), label="Outwear")
    assert believable(whole) is whole


def _crop(somebody):
    return crop_for(somebody.pose, "upper", somebody.image_u8.shape[:2], 192, 256)


def test_sleeves_of_a_wearer_are_taken_as_they_are(garment):
    flat = _collapsed(replace(garment("long"), worn=True), "left")
    assert sleeve_sources(flat, complete_landmarks(flat))["left"].side == "left"


def test_edges_run_from_the_armhole_to_the_cuff(garment):
    flat = garment("long")
    source = complete_landmarks(flat)
    knots, outer, inner = sleeve_edges(flat.alpha_f32, sleeve_sources(flat, source)["right"])
    assert np.all(np.diff(knots) > 0)
    assert outer[0] == pytest.approx(source["shoulder_right"], abs=1)
    assert inner[-1] == pytest.approx(source["cuff_in_right"], abs=1)


def test_a_cap_sleeve_made_of_the_trunk_is_no_longer_than_it_is(garment):
    flat = replace(garment("tee"), sleeve="short")
    for side, out in (("left", -1), ("right", 1)):
        shoulder, armpit = (np.array(flat.landmarks_px[f"{name}_{side}"]) for name in ("shoulder", "armpit"))
        cap = {f"cuff_out_{side}": tuple(shoulder + np.array([14 * out, 22])), f"cuff_in_{side}": tuple(armpit - 2.0)}
        flat = _with(flat, **cap)
    source = complete_landmarks(flat)
    wide = np.linalg.norm(source["armpit_right"] - source["armpit_left"])
    for made_of in sleeve_sources(flat, source).values():
        assert made_of.trunk
        assert 0.2 * wide < np.linalg.norm(made_of.cuff_out - made_of.root_out) < 0.35 * wide
    long = sleeve_sources(replace(flat, sleeve="long"), source)
    assert all(np.linalg.norm(m.cuff_out - m.root_out) > 0.6 * wide for m in long.values())
