"""New long trousers reach as far over the shoes as the worn garment; all else ends where it did."""

from dataclasses import replace

import numpy as np
import pytest

from tryon.types import LABEL
from tryon.warp.body import SIDES, measure_body
from tryon.warp.limbs import leg_ribs
from tryon.warp.old_hems import old_hem, with_old_hems
from tryon.warp.placement import body_targets

ANKLES = 670  # row of the standing person of these tests


def parsed(end: int, name: str = "lower") -> np.ndarray:
    labels = np.zeros((1000, 750), np.uint8)
    labels[380:end, 300:450] = LABEL[name]
    labels[end : ANKLES + 60, 300:450] = LABEL["footwear"]
    return labels


@pytest.mark.parametrize("name", ["lower", "dress"])
def test_cloth_beyond_the_ankles_is_measured(person, name):
    body = measure_body(person().pose)
    for side in SIDES:
        assert old_hem(body, parsed(ANKLES + 40, name), side) == pytest.approx(40, abs=3)
        assert old_hem(body, parsed(ANKLES - 10, name), side) == 0
        assert old_hem(body, parsed(ANKLES + 900, name), side) == pytest.approx(0.8 * body.full_width, abs=3)


def test_what_begins_below_a_gap_is_something_else(person):
    labels = parsed(ANKLES + 40)
    labels[ANKLES - 30 : ANKLES - 10] = LABEL["left_leg"]  # bare skin, then socks of a lower garment's name
    body = measure_body(person().pose)
    assert all(old_hem(body, labels, side) == 0 for side in SIDES)
    assert all(old_hem(body, np.zeros((1000, 750), np.uint8), side) == 0 for side in SIDES)
    assert all(old_hem(body, parsed(ANKLES + 40)[:500], side) == 0 for side in SIDES)  # cut above the ankles


def test_long_trousers_reach_over_the_shoes_and_shorts_do_not(person, garment):
    for kind, longer in (("trousers", True), ("shorts", False)):
        one = replace(garment(kind), leg="long" if longer else "short")
        targets = body_targets(person().pose, one)
        before = leg_ribs(targets, one, "left").target_outer[-1]
        after = leg_ribs(with_old_hems(targets, parsed(ANKLES + 40)), one, "left").target_outer[-1]
        same = leg_ribs(with_old_hems(targets, parsed(ANKLES - 10)), one, "left").target_outer[-1]
        assert np.allclose(same, before)
        if longer:
            assert after[1] == pytest.approx(ANKLES + 40, abs=8)
            assert after[1] > before[1] + 15
        else:
            assert np.allclose(after, before)


def test_other_garments_stay(person, garment):
    for kind in ("tee", "skirt"):
        targets = body_targets(person().pose, garment(kind))
        assert with_old_hems(targets, parsed(ANKLES + 40)) is targets
