"""Snug and loose: sides move, seams stay, nothing changes at 0."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.geometry.crops import crop_for, size_of
from tryon.warp.coarse import render_parts, warp_garment
from tryon.warp.limbs import leg_ribs, sleeve_ribs
from tryon.warp.looseness import with_fit
from tryon.warp.placement import body_targets


def _width(targets, name):
    return float(np.linalg.norm(targets.points_px[f"{name}_right"] - targets.points_px[f"{name}_left"]))


def test_no_wish_changes_nothing(person, any_garment):
    targets = body_targets(person().pose, any_garment)
    assert with_fit(targets, 0.0) is targets


@pytest.mark.parametrize("kind", ["tee", "dress", "skirt"])
def test_hems_get_wider_step_by_step(person, garment, kind):
    targets = body_targets(person("leaning").pose, garment(kind))
    widths = [_width(with_fit(targets, fit), "hem") for fit in (-1, -0.5, 0, 0.5, 1)]
    assert np.all(np.diff(widths) > 0)
    assert 0.85 < widths[0] / widths[2] < 0.99
    assert 1.05 < widths[4] / widths[2] < 1.3


def test_neck_and_waist_stay(person, garment):
    for kind, name in (("tee", "neck"), ("shorts", "waist")):
        targets = body_targets(person().pose, garment(kind))
        for fit in (-1, 1):
            assert _width(with_fit(targets, fit), name) == _width(targets, name)


def test_sleeves_and_legs_get_wider(person, garment):
    for kind, ribs in (("tee", sleeve_ribs), ("shorts", leg_ribs)):
        flat = garment(kind)
        targets = body_targets(person().pose, flat)
        snug, usual, loose = (ribs(with_fit(targets, fit), flat, "left").half[-1] for fit in (-1, 0, 1))
        assert snug < usual < loose


def test_a_loose_garment_covers_more(person, garment):
    somebody, flat = person(), garment("tee")
    crop = crop_for(somebody.pose, "upper", size_of(somebody.image_u8), 256, 192)
    areas = []
    for fit in (-1.0, 0.0, 1.0):
        parts = warp_garment(flat, somebody, crop, fit=fit)
        areas.append(float(render_parts(flat.image_u8, flat.alpha_f32, parts)[1].sum()))
    assert areas[0] < areas[1] < areas[2]


@pytest.mark.parametrize("fit", [1.5, -2, float("nan")])
def test_other_numbers_are_refused(person, any_garment, fit):
    with pytest.raises(BadRequestError, match="snug"):
        with_fit(body_targets(person().pose, any_garment), fit)
