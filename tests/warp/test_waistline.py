"""The worn waistband is found in the parsing, and a new one reaches up to it and no further."""

from dataclasses import replace

import numpy as np
import pytest

from tryon.types import LABEL
from tryon.warp.body import measure_body
from tryon.warp.placement import body_targets
from tryon.warp.waistline import raised_waist, visible_waist

SHOULDERS, TORSO = 220, 170  # of the standing person of these tests


def parsed(waist_y: int) -> np.ndarray:
    labels = np.zeros((1000, 750), np.uint8)
    labels[200:waist_y, 280:470] = LABEL["upper"]
    labels[waist_y:600, 280:470] = LABEL["lower"]
    return labels


def test_the_edge_between_top_and_trousers_is_found(person):
    body = measure_body(person().pose)
    assert visible_waist(body, parsed(330)) == pytest.approx(330 - SHOULDERS, abs=2)
    assert visible_waist(body, parsed(200)) is None  # no top above it
    assert visible_waist(body, np.zeros((1000, 750), np.uint8)) is None


def test_belts_and_hands_do_not_count(person):
    labels = parsed(350)
    labels[290:296, 280:470] = LABEL["lower"]  # a stripe: no waistband lasts so short
    assert visible_waist(measure_body(person().pose), labels) == pytest.approx(350 - SHOULDERS, abs=2)


@pytest.mark.parametrize("kind", ["trousers", "shorts", "skirt"])
def test_a_low_waistband_is_raised_and_all_else_stays(person, garment, kind):
    targets = body_targets(person().pose, garment(kind))
    raised = raised_waist(targets, parsed(310)).points_px
    assert raised["waist_left"][1] == pytest.approx(310, abs=2)
    assert raised["waist_right"][1] == pytest.approx(310, abs=2)
    for name, point in targets.points_px.items():
        if not name.startswith("waist"):
            assert np.allclose(raised[name], point)


def test_a_high_waistband_and_other_garments_stay(person, garment):
    targets = body_targets(person().pose, garment("trousers"))
    assert np.allclose(raised_waist(targets, parsed(500)).points_px["waist_left"], targets.points_px["waist_left"])
    tee = body_targets(person().pose, garment("tee"))
    assert raised_waist(tee, parsed(300)) is tee


def test_it_is_raised_within_limits(person, garment):
    targets = body_targets(person().pose, garment("trousers"))
    low = replace(targets, points_px={n: p + np.array([0, 150]) for n, p in targets.points_px.items()})
    raised = raised_waist(low, parsed(290)).points_px
    assert low.points_px["waist_left"][1] - raised["waist_left"][1] == pytest.approx(0.4 * TORSO, rel=0.02)
