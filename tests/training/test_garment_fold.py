"""Folded sleeves and second labels: what moves, what is hidden, what is believed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.network import MASK, POINTS, peaks
from tryon.synth.garment_mesh import PART
from tryon.synth.record import HALF, PART_MASK, FlatView
from tryon.training.garment_fold import fold_sleeves, shade_fold
from tryon.training.garment_relabel import Answer, RelabelSettings, mirrored, relabel, settled, told_length

SLEEVES = (PART["left_sleeve"] + 1, PART["right_sleeve"] + 1)


@pytest.fixture(scope="module")
def view() -> FlatView:
    """A shirt whose long sleeves point to the sides."""
    h, w = HALF
    part = np.zeros((2 * h, 2 * w), np.uint8)
    part[200:900, 260:508] = PART["torso"] + 1
    part[220:340, 20:260] = SLEEVES[1]  # the viewer's left
    part[220:340, 508:748] = SLEEVES[0]
    half = part[::2, ::2].copy()
    yy, xx = np.mgrid[:h, :w].astype(np.float32)
    points = {"shoulder_left": (130, 110), "armpit_left": (130, 170), "cuff_out_left": (10, 110),
              "cuff_in_left": (10, 170), "hem_left": (130, 449), "neck_left": (170, 100)}  # fmt: skip
    both = {n: (float(x), float(y), 1) for n, (x, y) in points.items()}
    both |= {n.replace("left", "right"): (w - 1 - x, y, 1) for n, (x, y, _) in both.items()}
    normal = np.zeros((h, w, 3), np.int8)
    normal[..., 2] = 127
    depth = np.where(half > 0, 100, 0).astype(np.uint16)
    return FlatView("laid", part, half, np.stack([xx, yy], -1), normal, depth, np.zeros((2, 2, 2), np.float32), both)


def test_folded_sleeves_lie_on_the_torso_with_their_cuffs(view: FlatView) -> None:
    before = view.part.copy()
    moved = 0
    for seed in range(12):
        folded = fold_sleeves(view, np.random.default_rng(seed))
        if folded.over is None:
            continue
        moved += 1
        part = folded.view.part & PART_MASK
        assert np.isin(part[folded.over], SLEEVES).all()
        for side, byte in (("left", SLEEVES[1]), ("right", SLEEVES[0])):
            outer, inner = (np.array(folded.view.landmarks_px[f"cuff_{e}_{side}"][:2]) for e in ("out", "in"))
            assert abs(np.linalg.norm(outer - inner) - 60) < 1e-3  # turned or mirrored, not bent
            x, y = (2 * (outer + inner) / 2).astype(int)
            if 4 < x < part.shape[1] - 4 and 4 < y < part.shape[0] - 4:
                near = part[y - 4 : y + 5, x - 4 : x + 5]
                assert (near == byte).any() or np.isin(near, SLEEVES).any()
    assert moved >= 8
    assert np.array_equal(view.part, before)


def test_an_armpit_under_a_sleeve_is_hidden(view: FlatView) -> None:
    seen = [fold_sleeves(view, np.random.default_rng(seed)).view.landmarks_px["armpit_left"][2] for seed in range(40)]
    assert 0 in seen
    assert 1 in seen


def test_a_fold_darkens_and_brightens_nothing() -> None:
    over = np.zeros((80, 60), bool)
    over[20:50, 10:30] = True
    grey = np.full((80, 60, 3), 150, np.uint8)
    shaded = shade_fold(grey, over, np.random.default_rng(1))
    assert shaded.max() <= 150
    assert shaded.min() < 145
    assert (shaded[70:, 50:] == 150).all()


def answer(shift: float = 0.0, mass: float = 0.9) -> Answer:
    mask = np.zeros((128, 96), bool)
    mask[20:110, 20:76] = True
    points = np.zeros((len(LANDMARKS), 2), np.float32)
    for name, x, y in (("waist", 60, 60), ("leg_out", 60, 270), ("leg_in", 110, 270)):
        points[LANDMARKS.index(f"{name}_left")] = (x + shift, y)
        points[LANDMARKS.index(f"{name}_right")] = (239 - x + shift, y)
    points[LANDMARKS.index("crotch")] = (119.5 + shift, 140)
    return Answer(mask, points, np.full(len(LANDMARKS), mass, np.float32), 0.0)


def test_second_labels_need_two_answers_that_agree() -> None:
    unknown = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    first = answer()
    found, good = relabel(first, answer(1.0), "Pants", unknown, first.mask, RelabelSettings())
    assert good
    assert np.isfinite(found).all(1).sum() == 7
    assert np.allclose(found[LANDMARKS.index("crotch")], (120, 140))
    apart, _ = relabel(first, answer(30.0), "Pants", unknown, first.mask, RelabelSettings())
    assert not np.isfinite(apart).any()
    faint, _ = relabel(first, answer(1.0, mass=0.1), "Pants", unknown, first.mask, RelabelSettings())
    assert not np.isfinite(faint).any()


def test_a_teacher_that_both_contradict_goes() -> None:
    first = answer()
    teacher = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    near, far = LANDMARKS.index("waist_left"), LANDMARKS.index("waist_right")
    teacher[near], teacher[far] = first.points[near] + 4, first.points[far] + 80
    found, _ = relabel(first, first, "Pants", teacher, first.mask, RelabelSettings())
    assert np.allclose(found[near], first.points[near] + 2)
    assert np.allclose(found[far], first.points[far])
    wrong = np.zeros((128, 96), bool)
    wrong[20:110, 20:40] = True
    assert not relabel(first, first, "Pants", teacher, wrong, RelabelSettings())[1]


def test_a_mirrored_answer_is_mirrored_back() -> None:
    first = answer()
    turned = cv2.flip(first.mask.astype(np.uint8), 1) > 0
    points = first.points.copy()
    points[:, 0] = 239 - points[:, 0]
    swap = [LANDMARKS.index(n.replace("left", "x").replace("right", "left").replace("x", "right")) for n in LANDMARKS]
    again = mirrored(Answer(turned, points[swap], first.mass, 0.0), 240)
    known = first.points.any(1)
    assert np.allclose(again.points[known], first.points[known])
    assert np.array_equal(again.mask, first.mask)


def test_contradicting_peaks_are_taught_as_the_set_that_fits() -> None:
    """A cuff at the shoulder, its other end at the hem: a long sleeve's, which the length says it is."""
    shirt = {"shoulder": (28, 30), "cuff_out": (16, 88), "cuff_in": (25, 90), "armpit": (29, 50), "hem": (30, 96)}
    maps = np.full((POINTS + len(LANDMARKS), 128, 96), -4.0, np.float32)
    maps[MASK, 26:100, 14:83] = 6
    for i, name in enumerate(LANDMARKS):
        place = shirt.get(name.rsplit("_", 1)[0])
        if place is not None:
            maps[POINTS + i, place[1], place[0] if name.endswith("left") else 96 - place[0]] = 12
    cuff = LANDMARKS.index("cuff_out_left")
    maps[POINTS + cuff, 32, 28] = 12.4
    lengths = np.array([0.0, 0.02, 0.0, 0.98], np.float32)
    points, mass = settled(maps, lengths)
    assert np.linalg.norm(points[cuff] - (16, 88)) < 1
    assert mass[cuff] >= 0.3
    single, _ = peaks(maps[POINTS:])
    assert np.linalg.norm(single[cuff] - (28, 32)) < 1
    others = [i for i in range(len(LANDMARKS)) if i != cuff]
    assert np.array_equal(points[others], single[others])


@pytest.mark.parametrize(("reach", "told"), [(0.4, "short"), (0.85, None), (1.4, "long")])
def test_known_cuffs_tell_a_sleeves_length(reach: float, told: str | None) -> None:
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    assert told_length(points) is None
    for side, x in (("left", 100.0), ("right", 200.0)):
        points[LANDMARKS.index(f"shoulder_{side}")] = (x, 50)
        for end in ("cuff_out", "cuff_in"):
            points[LANDMARKS.index(f"{end}_{side}")] = (x, 50 + 100 * reach)
    assert told_length(points) == told
    points[LANDMARKS.index("cuff_in_left")] = np.nan
    assert told_length(points) is None
