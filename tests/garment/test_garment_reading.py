"""Attributes with "not sure", hoods, local colours: what is made of the network's answer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.garment.attributes import LEAST, NOT_SURE, OF_CATEGORY, guess_attributes, leg_length, sleeve_length
from tryon.garment.holes import mend_holes
from tryon.garment.hood import find_hood
from tryon.garment.landmarks import LANDMARKS
from tryon.garment.local_colour import local_cut
from tryon.garment.points import choose_points, has_sleeves
from tryon.garment.reading import Reading, whole_window
from tryon.types import ATTRIBUTES, GARMENT_LABELS


def probabilities(**best: tuple[str, float]) -> dict[str, np.ndarray]:
    """Even shares, or the given value with its share and the rest spread."""
    out = {}
    for name, values in ATTRIBUTES.items():
        value, share = best.get(name, (values[0], 1 / len(values)))
        rest = (1 - share) / (len(values) - 1)
        out[name] = np.array([share if v == value else rest for v in values], np.float32)
    return out


def reading(points: dict[str, tuple[float, float]], attributes: dict[str, np.ndarray], h: int, w: int) -> Reading:
    """A reading whose heat peaks stand at the given points; the others have none."""
    window = whole_window(w, h)
    at, mass = np.zeros((len(LANDMARKS), 2), np.float32), np.zeros(len(LANDMARKS), np.float32)
    heat = np.full((len(LANDMARKS), 128, 96), -9.4, np.float32)
    for name, point in points.items():
        i = LANDMARKS.index(name)
        at[i], mass[i] = point, 0.8
        x, y = ((np.array(point) * window.scale + window.matrix[:, 2] + 0.5) / 2 - 0.5).round().astype(int)
        heat[i, max(0, y - 1) : y + 2, max(0, x - 1) : x + 2] = -2
    none, visible = np.zeros((h, w), np.float32), np.ones(len(LANDMARKS), np.float32)
    label = np.array([0.5 if name == "Hoodie" else 0.5 / 13 for name in GARMENT_LABELS], np.float32)
    return Reading(none, none, at, mass, label, attributes, visible, heat, window)


def test_guesses_are_those_of_the_category_and_not_sure_below_the_threshold() -> None:
    sure = probabilities(sleeve=("long", 0.9), neckline=("v", LEAST["neckline"] - 0.05), front=("open", 0.95))
    found = guess_attributes(sure, "upper")
    assert tuple(found) == OF_CATEGORY["upper"]
    assert found["sleeve"].value == "long"
    assert found["neckline"].value == NOT_SURE
    assert found["front"].value == "open"
    assert sum(found["neckline"].probability.values()) == pytest.approx(1, abs=1e-5)
    assert tuple(guess_attributes(sure, "lower")) == ("leg",)


def test_a_sure_network_overrules_the_ratio_but_invents_no_sleeve() -> None:
    body = {"shoulder_left": (0.0, 0.0), "shoulder_right": (100.0, 0.0)}
    cuffs = {f"cuff_{e}_{s}": (x, 50.0) for e in ("out", "in") for s, x in (("left", 0.0), ("right", 100.0))}
    sure = {"none": 0.0, "short": 0.05, "three_quarter": 0.9, "long": 0.05}
    assert sleeve_length(body | cuffs, sure) == "three_quarter"
    assert sleeve_length(body, sure) == "none"
    assert leg_length({}, {"short": 0.02, "knee": 0.9, "long": 0.08}) == "knee"
    assert leg_length({}, {"short": 0.3, "knee": 0.4, "long": 0.3}) is None
    shorts = {
        "waist_left": (0.0, 0.0), "waist_right": (100.0, 0.0), "crotch": (50.0, 80.0),
        "leg_in_left": (40.0, 130.0), "leg_in_right": (60.0, 130.0),
    }  # fmt: skip
    long = {"short": 0.1, "knee": 0.1, "long": 0.8}
    assert leg_length(shorts, long) == "long"  # folded trousers look like that
    assert leg_length(shorts, long, shorts=True) == "short"
    assert leg_length(shorts, {"short": 0.1, "knee": 0.8, "long": 0.1}, shorts=True) == "knee"


def test_a_hood_goes_down_to_the_neck_and_shoulders_stay() -> None:
    h, w = 400, 300
    whole = np.zeros((h, w), np.uint8)
    cv2.rectangle(whole, (60, 120), (240, 380), 1, -1)
    cv2.ellipse(whole, (150, 80), (50, 60), 0, 0, 360, 1, -1)  # the hood
    points = {"shoulder_left": (60.0, 125.0), "shoulder_right": (240.0, 125.0),
              "neck_left": (140.0, 22.0), "neck_right": (160.0, 22.0)}  # fmt: skip
    hooded = probabilities(neckline=("hood", 0.9))
    hood = find_hood(whole > 0, reading(points, hooded, h, w))
    assert hood is not None
    assert hood.mask[:100].sum() == (whole[:100] > 0).sum()
    assert not hood.mask[170:].any()
    assert not hood.mask[125:, :100].any()
    assert hood.left[0] < 150 < hood.right[0]
    assert 90 < hood.left[1] < 125  # not the hood's top
    assert find_hood(whole > 0, reading(points, probabilities(neckline=("round", 0.9)), h, w)) is None
    assert find_hood(whole > 0, reading({}, hooded, h, w)) is None


def test_clear_peaks_stand_where_they_are_and_others_lie_on_the_outline() -> None:
    h, w = 256, 192
    front = np.zeros((h, w), bool)
    front[30:230, 50:142] = True
    corners = {"neck_left": (76.0, 30.0), "neck_right": (116.0, 30.0), "shoulder_left": (50.0, 34.0),
               "shoulder_right": (141.0, 34.0), "armpit_left": (50.0, 90.0), "armpit_right": (141.0, 90.0),
               "hem_left": (51.5, 228.0), "hem_right": (141.0, 229.0)}  # fmt: skip
    inside = {"cuff_out_left": (90.0, 150.0), "cuff_in_left": (100.0, 160.0)}  # a sleeve on the torso
    seen = reading(corners | inside, probabilities(sleeve=("long", 0.9)), h, w)
    found = choose_points(front, seen, "upper")
    assert found["cuff_out_left"] == (90.0, 150.0)
    assert found["hem_left"] == pytest.approx((50, 228), abs=1.6)
    assert set(found) == {f"{n}_{s}" for n in ("neck", "shoulder", "cuff_out", "cuff_in", "armpit", "hem")
                          for s in ("left", "right")}  # fmt: skip
    x, y = found["cuff_out_right"]
    border = min(abs(x - 50), abs(x - 141), abs(y - 30), abs(y - 229))
    assert border < 2
    bare = choose_points(front, reading(corners, probabilities(sleeve=("none", 0.9)), h, w), "upper")
    assert not any(name.startswith("cuff") for name in bare)


def scene(shift: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A garment of two colours on tiles of two colours: picture, truth, a soft mask that is off by some pixels."""
    h, w = 320, 240
    yy, xx = np.mgrid[:h, :w]
    truth = ((xx - 120) / 70.0) ** 2 + ((yy - 160) / 110.0) ** 2 < 1
    ground = np.where(((xx // 60 + yy // 60) % 2)[..., None] > 0, (200, 190, 170), (120, 140, 120))
    cloth = np.where((xx < 120)[..., None], (170, 30, 40), (40, 40, 110))
    image = np.where(truth[..., None], cloth, ground) + np.random.default_rng(0).normal(0, 3, (h, w, 3))
    soft = cv2.GaussianBlur(np.roll(truth.astype(np.float32), shift, 1), (0, 0), 3)
    return np.clip(image, 0, 255).astype(np.uint8), truth, soft


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


def test_local_colours_bring_the_edge_back() -> None:
    image, truth, soft = scene(3)
    before, after = overlap(soft > 0.5, truth), overlap(local_cut(image, soft) > 0.5, truth)
    assert before < 0.95
    assert after > 0.985


def test_holes_of_the_garments_colour_are_filled_and_real_gaps_stay() -> None:
    h, w = 320, 240
    truth = np.zeros((h, w), np.uint8)
    cv2.rectangle(truth, (50, 40), (190, 280), 1, -1)
    cv2.rectangle(truth, (112, 170), (128, 281), 0, -1)  # between the legs
    noise = np.random.default_rng(0).normal(0, 4, (h, w, 3))
    image = np.clip(np.where(truth[..., None] > 0, (60, 70, 120), (190, 170, 140)) + noise, 0, 255).astype(np.uint8)
    probability = cv2.GaussianBlur(truth.astype(np.float32), (0, 0), 2)
    broken = probability.copy()
    cv2.ellipse(broken, (90, 110), (18, 12), 0, 0, 360, 0.05, -1)  # a hole
    cv2.rectangle(broken, (150, 255), (170, 285), 0.05, -1)  # a notch in the hem
    mended = mend_holes(image, broken)
    assert (mended >= broken).all()
    assert mended[110, 90] > 0.9
    assert mended[265, 160] > 0.9
    assert float(mended[200:270, 116:124].max()) < 0.1
    assert overlap(mended > 0.5, truth > 0) > 0.98


def test_where_both_sides_look_alike_the_network_stays() -> None:
    _, truth, soft = scene(0)
    grey = np.full((320, 240, 3), 128, np.uint8)
    assert overlap(local_cut(grey, soft) > 0.5, truth) > 0.98
    empty = np.zeros((64, 48), np.float32)
    assert np.array_equal(local_cut(np.zeros((64, 48, 3), np.uint8), empty), empty)


@pytest.mark.parametrize(("none", "sleeves"), [(0.55, True), (0.7, False)])
def test_sleeves_are_dropped_only_where_their_lack_would_be_told(none: float, sleeves: bool) -> None:
    seen = reading({"shoulder_left": (60.0, 40.0)}, probabilities(sleeve=("none", none)), 256, 192)
    assert has_sleeves(seen) == sleeves


@pytest.mark.parametrize("hem_right", [(236.0, 396.0), (238.0, 560.0)])
def test_a_hem_told_beyond_the_picture_of_one_side_alone_hangs_level(hem_right: tuple[float, float]) -> None:
    h, w = 400, 300
    front = np.zeros((h, w), bool)
    front[40:400, 60:240] = True
    corners = {
        "neck_left": (120.0, 40.0), "neck_right": (180.0, 40.0), "shoulder_left": (62.0, 44.0),
        "shoulder_right": (238.0, 44.0), "armpit_left": (62.0, 150.0), "armpit_right": (238.0, 150.0),
        "hem_left": (64.0, 555.0), "hem_right": hem_right,
    }  # fmt: skip
    found = choose_points(front, reading(corners, probabilities(sleeve=("none", 0.9)), h, w), "upper")
    left, right = (np.subtract(found[f"hem_{s}"], found[f"armpit_{s}"]) for s in ("left", "right"))
    assert np.linalg.norm(left) < 1.15 * np.linalg.norm(right)
    if hem_right[1] > h:  # both are told beyond: the garment is as long as that
        assert found["hem_left"][1] == pytest.approx(555, abs=8)
    else:
        assert found["hem_left"][1] == pytest.approx(396, abs=12)
