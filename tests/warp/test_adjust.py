"""Numbers become changes of a placement, within limits, in the body's own directions; nothing is nothing."""

import numpy as np
import pytest

from tryon.warp.adjust import MOST, NAMES, LimbFit, adjustment_of, blended, frame_of
from tryon.warp.body import measure_body
from tryon.warp.limbs import leg_ribs, sleeve_ribs
from tryon.warp.placement import adjusted, body_targets


def test_no_numbers_change_nothing(person, any_garment):
    targets = body_targets(person().pose, any_garment)
    change = adjustment_of({}, targets.body)
    moved = adjusted(targets, change)
    assert all(np.allclose(moved.points_px[n], p) for n, p in targets.points_px.items())
    assert change.limbs["left"] == LimbFit()
    assert change.front == 0


def test_shifts_go_along_the_body_and_are_limited(person):
    body = measure_body(person("leaning").pose)
    shift = adjustment_of({"hem_left.y": 0.1, "hem_right.x": 50.0}, body).shift
    assert np.allclose(shift["hem_left"], 0.1 * body.full_width * body.down)
    assert shift["hem_right"] @ frame_of(body)[0] == pytest.approx(MOST * body.full_width)


def test_sleeves_and_legs_become_longer_and_wider(person, garment):
    for kind, ribs in (("tee", sleeve_ribs), ("shorts", leg_ribs)):
        flat = garment(kind)
        targets = body_targets(person().pose, flat)
        change = adjustment_of({"length_left": 0.2, "end_left": 0.3}, targets.body)
        before, after = (ribs(t, flat, "left") for t in (targets, adjusted(targets, change)))
        assert after.length == pytest.approx(before.length * np.exp(0.2), rel=0.02)
        assert after.half[-1] > 1.2 * before.half[-1]
        same = ribs(adjusted(targets, change), flat, "right")
        assert same.length == pytest.approx(ribs(targets, flat, "right").length)


def test_a_share_of_a_change(person):
    body = measure_body(person().pose)
    change = adjustment_of(dict.fromkeys(NAMES, 0.2), body)
    half = blended(change, 0.5)
    assert np.allclose(half.shift["neck_left"], change.shift["neck_left"] / 2)
    assert half.limbs["right"].length == pytest.approx(np.exp(0.1))
    none = blended(change, 0.0)
    assert none.limbs["left"] == LimbFit()
    assert none.front == 0
