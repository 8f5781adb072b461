"""From numbers to a garment's picture: geometry, cloth laid along sleeves, details made up, colours moved alone."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from tryon.geometry.chains import chain_length, corner_indices
from tryon.models.design_details import DETAILS
from tryon.studio.design_paint import Cloth, Layers, crisp, lay_cloth, photograph
from tryon.studio.design_shape import settle_details, shape_of, smooth_closed
from tryon.studio.designer import Designer, recolour
from tryon.studio.ideas import new_idea

SIZE = (320, 240)


def half_of_a_shirt(*, sleeves: bool = True) -> np.ndarray:
    """A right half (N, 2) in cm: long sleeves, or an armhole with the same number of points."""
    at = corner_indices("upper")
    corners = {
        "top": (0, -1.5),
        "neck": (8, 0),
        "shoulder": (21, 4),
        "armpit": (24, 23),
        "hem": (25, 66),
        "bottom": (0, 67),
    }
    if sleeves:
        corners |= {"cuff_out": (42, 58), "cuff_in": (31, 62)}
    out = np.zeros((chain_length("upper"), 2), np.float32)
    known = sorted((at[name], point) for name, point in corners.items())
    index = [k for k, _ in known]
    for axis in (0, 1):
        out[:, axis] = np.interp(np.arange(len(out)), index, [p[axis] for _, p in known])
    return out


def shirt(*, sleeves: bool = True):
    details = np.zeros(len(DETAILS), np.float32)
    return shape_of(half_of_a_shirt(sleeves=sleeves), details, "upper", np.random.default_rng(0))


def layers(**values: float) -> Layers:
    plane = lambda v: np.full(SIZE, v, np.float32)  # noqa: E731
    return Layers(*(plane(values.get(n, 0.0)) for n in ("light", "inside", "rib", "hardware")))


def test_a_shape_fills_its_picture_and_knows_its_landmarks() -> None:
    placed = shirt().place(SIZE)
    ys, xs = np.nonzero(placed.silhouette() > 127)
    assert min(xs.min(), ys.min()) > 3
    assert max(np.ptp(xs) / SIZE[1], np.ptp(ys) / SIZE[0]) == pytest.approx(0.9, abs=0.02)
    marks = placed.landmarks()
    assert marks["neck_left"][0] < marks["neck_right"][0] < marks["cuff_out_right"][0]
    assert marks["cuff_out_left"][0] < marks["hem_left"][0]
    assert "top" not in marks
    small, large = shirt().place(SIZE).landmarks(), shirt().place((640, 480)).landmarks()
    assert all(abs((large[n][0] + 0.5) / 2 - 0.5 - small[n][0]) < 0.01 for n in small)


def test_no_cuffs_no_sleeves() -> None:
    bare = shirt(sleeves=False)
    assert not bare.has_sleeves
    assert shirt().has_sleeves
    assert not any(name.startswith("cuff") for name in bare.place(SIZE).landmarks())
    assert bare.place(SIZE).sleeve_axes() == []


def test_a_sleeve_never_lies_over_the_side() -> None:
    half = half_of_a_shirt()
    at = corner_indices("upper")
    half[at["cuff_in"]] = (20, 62)  # inside the trunk
    half[at["cuff_in"] + 1 : at["armpit"]] = np.linspace((20, 62), (24, 23), at["armpit"] - at["cuff_in"] + 1)[1:-1]
    placed = shape_of(half, np.zeros(len(DETAILS), np.float32), "upper", np.random.default_rng(0)).place(SIZE)
    right = placed.shape.halves_cm[0]
    assert right[at["cuff_in"], 0] > 23


def test_cloth_follows_the_sleeves() -> None:
    tile = np.full((256, 256, 3), 0.9, np.float32)
    tile[:32] = 0.1  # one stripe across each repeat
    dye = np.float32([0.9, 0.9, 0.9])
    placed = shirt().place((640, 480))
    laid = lay_cloth(placed, Cloth(tile, dye, dye, 0.2))[..., 0]
    left, right = placed.sleeve_axes()
    assert left[1] > 0.2
    assert right[1] < -0.2
    for outline, angle in placed.sleeve_axes():
        mask = np.zeros((640, 480), np.uint8)
        cv2.fillPoly(mask, [outline.astype(np.int32)], 1)
        mask = cv2.erode(mask, np.ones((9, 9), np.uint8))
        gy, gx = np.gradient(cv2.GaussianBlur(laid, (0, 0), 1.5))
        on = mask > 0
        # the structure tensor's direction is that of the stripes' normal: down the sleeve
        normal = 0.5 * np.arctan2(2 * (gx * gy)[on].sum(), (gx**2 - gy**2)[on].sum())
        assert abs(np.sin(normal - (np.pi / 2 + angle))) < 0.2


def test_a_picture_of_cloth_on_paper() -> None:
    dye = np.float32([0.7, 0.2, 0.2])
    cloth = Cloth(np.broadcast_to(dye, (16, 16, 3)).astype(np.float32), dye, dye)
    placed = shirt().place(SIZE)
    rng = np.random.default_rng
    bright, mask, inside = photograph(placed, layers(light=0.66), cloth, contrast_rib=False, rng=rng(0))
    dark, _, _ = photograph(placed, layers(light=0.33), cloth, contrast_rib=False, rng=rng(0))
    on = mask > 250
    assert bright[on].mean() > dark[on].mean() + 15
    assert np.abs(bright[:8].astype(int) - 246).max() <= 4
    assert not inside.any()
    hollow, mask_2, inside_2 = photograph(placed, layers(light=0.66, inside=1.0), cloth, contrast_rib=False, rng=rng(0))
    assert not mask_2.any()
    assert inside_2[on].min() > 200
    assert hollow[on].mean() < bright[on].mean()


def test_minds_are_made_up() -> None:
    raw = np.full(len(DETAILS), 0.2, np.float32)
    for name, value in (
        ("neck_v", 0.9),
        ("neck_crew", 0.6),
        ("finish_coat", 0.2),
        ("gap_top", 0.5),
        ("jeans", 0.7),
        ("rib", 0.03),
    ):
        raw[DETAILS.index(name)] = value
    settled = dict(zip(DETAILS, settle_details(raw).tolist(), strict=True))
    assert (settled["neck_v"], settled["neck_crew"]) == (1.0, 0.0)
    assert (settled["finish_coat"], settled["gap_top"]) == (0.0, 0.0)  # no front, no gap
    assert (settled["jeans"], settled["crease"], settled["rib"]) == (1.0, 0.0, 0.0)
    assert raw[DETAILS.index("rib")] == np.float32(0.03)


def test_edges_of_masks_are_steep_and_outlines_smooth() -> None:
    assert np.allclose(crisp(np.float32([0.0, 0.25, 0.5, 0.75, 1.0])), [0, 0, 0.5, 1, 1], atol=1e-6)
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    circle = smooth_closed(np.stack([np.cos(turn), np.sin(turn)], 1).astype(np.float32) * 50)
    assert np.abs(np.linalg.norm(circle, axis=1) - 50).max() < 0.1
    square = np.float32([(0, 0), (10, 0), (10, 10), (0, 10)])
    assert np.abs(smooth_closed(square)).max() <= 10.0  # corners do not swell


def test_colour_sliders_move_colour_alone() -> None:
    dyes = np.float32([(0.8, 0.3, 0.3), (0.2, 0.4, 0.7)])
    lab = lambda c: cv2.cvtColor(c[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]  # noqa: E731
    idea, both = new_idea(1), np.float32([0.5, 0.5])
    assert np.array_equal(recolour(dyes, idea, both), dyes)
    lighter = lab(recolour(dyes, idea.moved(lightness=0.4), both)) - lab(dyes)
    assert np.all(lighter[:, 0] > 5)
    assert np.abs(lighter[:, 1:]).max() < 4
    grey = lab(recolour(dyes, idea.moved(colour=-1.0), both))
    assert np.abs(grey[:, 1:]).max() < 1
    turned = lab(recolour(dyes[1:], idea.moved(hue=60.0), both[1:]))
    assert abs(turned[0, 0] - lab(dyes[1:])[0, 0]) < 3


def test_grey_cloth_is_given_the_hue_that_is_asked() -> None:
    lab = lambda c: cv2.cvtColor(c[None].astype(np.float32), cv2.COLOR_RGB2LAB)[0]  # noqa: E731
    chroma = lambda c: np.hypot(lab(c)[:, 1], lab(c)[:, 2])  # noqa: E731
    grey, shares, idea = np.float32([(0.5, 0.5, 0.5), (0.97, 0.97, 0.97)]), np.float32([0.9, 0.1]), new_idea(1)
    hues = []
    for turn in (-120.0, 0.01, 120.0):
        found = recolour(grey, idea.moved(hue=turn), shares)
        hues.append(np.degrees(np.arctan2(lab(found)[0, 2], lab(found)[0, 1])))
        assert bool(chroma(found)[0] > 20) is (abs(turn) > 1)  # a touch of the slider changes next to nothing
        assert chroma(found)[1] < 15  # what is white in a pattern stays nearly so
    assert (hues[2] - hues[0]) % 360 == pytest.approx(240, abs=8)
    # beside a colourful dye grey stays grey: that one is turned
    mixed = np.float32([(0.5, 0.5, 0.5), (0.8, 0.2, 0.2)])
    assert chroma(recolour(mixed, idea.moved(hue=90.0), shares))[0] < 2
    # white cloth is tinted, black cloth too: there is a colour to be seen
    for value in (0.98, 0.04):
        assert (
            chroma(recolour(np.full((1, 3), value, np.float32), idea.moved(hue=90.0), np.ones(1, np.float32)))[0] > 12
        )


@torch.inference_mode()
def test_moved_sliders_keep_the_garments_folds() -> None:
    designer = Designer.from_pretrained()
    kept = [
        designer._shape(idea)[2] == designer._shape(idea.moved(neck=0.6, length=-0.3))[2]
        for idea in (new_idea(seed, "T-Shirt") for seed in range(12))
    ]
    assert sum(kept) >= 10  # of twelve; where a sleeve comes or goes others are borrowed
    short, long = (designer._shape(new_idea(4, "T-Shirt").moved(sleeve=s)) for s in (-1.0, 1.0))
    assert short[0].has_sleeves is designer._folds.suits(short[2], "upper", short[0].halves_cm[0]) or short[2] < 0
    assert long[2] < 0 or designer._folds.suits(long[2], "upper", long[0].halves_cm[0])


@torch.inference_mode()
def test_the_patterns_strength_reaches_both_ends() -> None:
    """Where the code is at its end already, the dyes move apart or together."""
    designer, bolder = Designer.from_pretrained(), []
    for seed in range(4):
        idea = new_idea(seed, "Shirt", "stripes")
        spread = [
            float(designer._cloth_of(idea.moved(style=s), large=False).tile.std((0, 1)).mean())
            for s in (-1.0, 0.0, 1.0)
        ]
        assert spread[0] < 0.8 * spread[1]
        assert spread[2] > spread[1]
        bolder.append(spread[2] / spread[1])
    assert np.mean(bolder) > 1.05  # stripes that are black and white already can do no more
