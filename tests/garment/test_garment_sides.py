"""Landmarks of both sides, chosen together where single peaks contradict one another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.reading import Reading, Window
from tryon.garment.sides import SideSettings, sides_together

H, W = 128, 96
# a long-sleeved shirt that hangs, in pixels of the heat map: shoulders 40 apart
SHIRT = {
    "shoulder_left": (28, 30), "shoulder_right": (68, 30),
    "cuff_out_left": (16, 88), "cuff_out_right": (80, 88), "cuff_in_left": (25, 90), "cuff_in_right": (71, 90),
    "armpit_left": (29, 50), "armpit_right": (67, 50), "hem_left": (30, 96), "hem_right": (66, 96),
}  # fmt: skip
LONG = np.array([0.02, 0.03, 0.0, 0.95], np.float32)
Peaks = Mapping[str, tuple[tuple[float, float, float], ...]]


def reading(peaks: Peaks, sleeve: np.ndarray = LONG) -> Reading:
    """A reading whose heat maps have these peaks (x, y, heat) and are the shirt's elsewhere."""
    ys, xs = np.mgrid[:H, :W]
    heat = np.full((len(LANDMARKS), H, W), 1e-9)
    points = np.zeros((len(LANDMARKS), 2), np.float32)
    for i, name in enumerate(LANDMARKS):
        places = peaks.get(name, (((*SHIRT[name], 1.0),) if name in SHIRT else ((5.0, 5.0, 1.0),)))
        for x, y, share in places:
            bump = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / 2)
            heat[i] += share * bump / bump.sum()
        points[i] = max(places, key=lambda p: p[2])[:2]
    heat /= heat.sum((1, 2), keepdims=True)
    mask = np.zeros((H, W), np.float32)
    mask[26:100, 14:83] = 1
    # the picture is as large as the heat maps
    window = Window(np.array([[2.0, 0.0, 0.5], [0.0, 2.0, 0.5]]))
    return Reading(
        mask, mask, points, np.ones(len(LANDMARKS), np.float32), np.zeros(14, np.float32), {"sleeve": sleeve},
        np.ones(len(LANDMARKS), np.float32), np.log(heat).astype(np.float32), window,
    )  # fmt: skip


def front(r: Reading) -> np.ndarray:
    return r.mask > 0.5


def test_peaks_that_fit_are_left_alone() -> None:
    r = reading({})
    assert sides_together(r, front(r)) == {}


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_cuff_at_the_shoulder_goes_where_the_sleeve_ends(side: str) -> None:
    x, y = SHIRT[f"shoulder_{side}"]
    r = reading({f"cuff_out_{side}": ((x, y + 3, 0.6), (*SHIRT[f"cuff_out_{side}"], 0.4))})
    found = sides_together(r, front(r))
    assert set(found) == {f"cuff_out_{side}"}
    assert np.linalg.norm(found[f"cuff_out_{side}"] - SHIRT[f"cuff_out_{side}"]) < 1.5


@pytest.mark.parametrize(("short", "length"), [(0.97, 0.25), (0.03, 1.45)])
def test_two_whole_readings_are_told_by_the_sleeves_length(short: float, length: float) -> None:
    """Heat is even between a short sleeve and a long one: what the network says of the length decides."""
    two = {
        "cuff_out_left": ((17, 44, 0.5), (16, 88, 0.5)), "cuff_out_right": ((79, 44, 0.5), (80, 88, 0.5)),
        "cuff_in_left": ((25, 49, 0.5), (25, 90, 0.5)), "cuff_in_right": ((71, 49, 0.5), (71, 90, 0.5)),
    }  # fmt: skip
    r = reading(two, np.array([0.0, short, 0.0, 1 - short], np.float32))
    found = sides_together(r, front(r), SideSettings(gain=-1e9))
    for side in ("left", "right"):
        ends = (f"{end}_{side}" for end in ("cuff_out", "cuff_in"))
        cuff = np.mean([found.get(n, r.points[LANDMARKS.index(n)]) for n in ends], axis=0)
        assert np.linalg.norm(cuff - SHIRT[f"shoulder_{side}"]) / 40 == pytest.approx(length, abs=0.25)


def test_an_armpit_on_the_sleeves_outer_edge_is_put_under_the_sleeve() -> None:
    """A jacket that hangs shows no armpit; half-way down its outer edge there is none either."""
    r = reading({"armpit_left": ((20, 62, 0.5), (19, 70, 0.2))})
    found = sides_together(r, front(r))
    assert set(found) == {"armpit_left"}
    assert found["armpit_left"][0] > 25
    assert 44 < found["armpit_left"][1] < 62


def test_places_off_the_garment_are_no_candidates() -> None:
    x, y = SHIRT["shoulder_left"]
    r = reading({"cuff_out_left": ((x, y + 3, 0.5), (8, 118, 0.4), (*SHIRT["cuff_out_left"], 0.1))})
    found = sides_together(r, front(r))
    assert np.linalg.norm(found["cuff_out_left"] - SHIRT["cuff_out_left"]) < 1.5


def test_without_a_measure_nothing_is_chosen() -> None:
    middle = ((48.0, 30.0, 1.0),)
    r = reading({"shoulder_left": middle, "shoulder_right": middle})
    assert sides_together(r, front(r)) == {}


def test_a_mirrored_garment_gives_mirrored_points() -> None:
    x, y = SHIRT["shoulder_left"]
    one = {"cuff_out_left": ((x, y + 3, 0.6), (*SHIRT["cuff_out_left"], 0.4))}
    r = reading(one)
    turned = {"cuff_out_right": tuple((96 - px, py, share) for px, py, share in one["cuff_out_left"])}
    shirt = {n.replace("left", "?").replace("right", "left").replace("?", "right"): ((96 - x, y, 1.0),)
             for n, (x, y) in SHIRT.items()}  # fmt: skip
    m = reading({**shirt, **turned})
    mirror = Reading(**{**m.__dict__, "mask": np.ascontiguousarray(np.roll(r.mask[:, ::-1], 1, axis=1))})
    found, again = sides_together(r, front(r)), sides_together(mirror, front(mirror))
    assert len(found) == len(again) == 1
    for name, (px, py) in found.items():
        other = name.replace("left", "?").replace("right", "left").replace("?", "right")
        assert np.allclose(again[other], (96 - px, py), atol=1e-3)
