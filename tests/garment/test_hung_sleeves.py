"""Sleeves that hang along the trunk: lower corners are cuffs; garments laid otherwise stay as they were read."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.garment.hung_sleeves import hung_sleeves

H, W = 240, 200


def hanging() -> tuple[dict[str, tuple[float, float]], np.ndarray]:
    """A shirt whose outline is one block: the sleeves hang from x 40 to 60 and 140 to 160. Corners read as a hem's."""
    front = np.zeros((H, W), np.uint8)
    cv2.fillPoly(front, [np.array([(62, 30), (138, 30), (160, 200), (40, 200)], np.int32)], 1)
    points = {
        "neck_left": (88.0, 30.0), "neck_right": (112.0, 30.0), "shoulder_left": (62.0, 32.0),
        "shoulder_right": (138.0, 32.0), "armpit_left": (68.0, 90.0), "armpit_right": (132.0, 90.0),
        "hem_left": (41.0, 199.0), "hem_right": (159.0, 199.0),
        "cuff_out_left": (58.0, 199.0), "cuff_in_left": (62.0, 199.0),
        "cuff_out_right": (142.0, 199.0), "cuff_in_right": (138.0, 199.0),
    }  # fmt: skip
    return points, front > 0


def test_lower_corners_become_cuffs_and_the_hem_lies_between_them() -> None:
    points, front = hanging()
    found = hung_sleeves(points, front)
    assert found["cuff_out_left"] == points["hem_left"]
    assert found["cuff_out_right"] == points["hem_right"]
    for side, sign in (("left", -1), ("right", 1)):
        out, inner, hem, armpit = (found[f"{name}_{side}"][0] for name in ("cuff_out", "cuff_in", "hem", "armpit"))
        assert sign * out > sign * inner
        assert sign * inner >= sign * hem
        assert abs(out - inner) == pytest.approx(0.85 * abs(armpit - (100 + sign * 45.4)), abs=2.5)
    assert {name for name in points if found[name] != points[name]} == {
        f"{name}_{side}" for name in ("cuff_out", "cuff_in", "hem") for side in ("left", "right")
    }


def test_given_landmarks_are_not_changed() -> None:
    points, front = hanging()
    kept = dict(points)
    hung_sleeves(points, front)
    assert points == kept


def test_sleeves_beside_the_trunk_and_waistcoats_stay() -> None:
    points, front = hanging()
    beside = points | {"hem_left": (70.0, 199.0), "hem_right": (130.0, 199.0)}
    assert hung_sleeves(beside, front) is beside
    higher = points | {
        f"cuff_{e}_{s}": (x, 140.0) for s, x in (("left", 50.0), ("right", 150.0)) for e in ("out", "in")
    }
    assert hung_sleeves(higher, front) is higher
    waistcoat = points | {"armpit_left": (55.0, 90.0), "armpit_right": (145.0, 90.0)}  # on the outline
    assert hung_sleeves(waistcoat, front) is waistcoat


def test_one_side_alone_does_not_decide() -> None:
    points, front = hanging()
    doubtful = points | {"cuff_out_right": (172.0, 199.0), "cuff_in_right": (164.0, 199.0)}
    assert hung_sleeves(doubtful, front) is doubtful


def test_a_turned_picture_gives_the_turned_answer() -> None:
    points, front = hanging()
    turn = cv2.getRotationMatrix2D((100, 120), 20, 1.0)
    turned = {name: tuple(float(v) for v in turn @ np.array([*p, 1.0])) for name, p in points.items()}
    picture = cv2.warpAffine(front.astype(np.uint8), turn, (W, H)) > 0
    found = hung_sleeves(turned, picture)  # type: ignore[arg-type]
    for name, point in hung_sleeves(points, front).items():
        assert np.linalg.norm(turn @ np.array([*point, 1.0]) - found[name]) < 3.5
