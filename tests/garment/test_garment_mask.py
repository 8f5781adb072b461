"""Masks: plain grounds, GrabCut, tidying, gaps and the full-size alpha."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.garment.mask import fill_holes, fit_ground, flood_ground, grabcut_mask, plain_mask, tidy_mask, to_lab
from tryon.garment.refine import refine_alpha
from tryon.garment.sharpen import drop_slivers, ground_of, keep_main, open_gaps


def tee(h: int = 256, w: int = 192) -> np.ndarray:
    """A T-shirt's silhouette, (h, w) bool."""
    shape = np.array([(0.38, 0.1), (0.62, 0.1), (0.9, 0.3), (0.8, 0.4), (0.72, 0.34), (0.73, 0.9), (0.27, 0.9),
                      (0.28, 0.34), (0.2, 0.4), (0.1, 0.3)])  # fmt: skip
    mask = np.zeros((h, w), np.uint8)
    cv2.fillPoly(mask, [np.round(shape * [w, h]).astype(np.int32)], 1)
    return mask > 0


def photo(mask: np.ndarray, cloth: tuple[int, ...], ground: tuple[int, ...], noise: float = 3.0) -> np.ndarray:
    rng = np.random.default_rng(1)
    image = np.where(mask[..., None], np.array(cloth), np.array(ground)).astype(np.float32)
    image += np.linspace(0, 8, mask.shape[0])[:, None, None]
    return np.clip(image + rng.normal(0, noise, image.shape), 0, 255).astype(np.uint8)


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


@pytest.mark.parametrize(("cloth", "ground"), [((40, 60, 140), (230, 230, 228)), ((235, 228, 225), (120, 60, 50))])
def test_plain_ground_is_flooded(cloth: tuple[int, ...], ground: tuple[int, ...]) -> None:
    truth = tee()
    mask, model = plain_mask(photo(truth, cloth, ground))
    assert model.plain
    assert iou(mask, truth) > 0.96


def test_a_print_in_the_ground_colour_leaves_no_hole() -> None:
    truth = tee()
    image = photo(truth, (30, 30, 40), (240, 240, 240))
    cv2.circle(image, (96, 120), 22, (240, 240, 240), -1)
    mask, _ = plain_mask(image)
    assert mask[120, 96]


def test_a_busy_ground_is_not_called_plain() -> None:
    rng = np.random.default_rng(0)
    image = rng.integers(0, 255, (64, 48, 3)).astype(np.uint8)
    image = cv2.resize(image, (192, 256), interpolation=cv2.INTER_NEAREST)
    assert not fit_ground(to_lab(image)).plain


def test_flood_stays_out_of_what_is_sure() -> None:
    image = np.full((60, 50, 3), 200, np.uint8)
    lab = to_lab(image)
    never = np.zeros((60, 50), bool)
    never[20:40, 20:30] = True
    ground = flood_ground(lab, fit_ground(lab), never=never)
    assert not (ground & never).any()
    assert ground[0].all()


def test_grabcut_finds_a_garment_on_two_coloured_ground_and_leaves_its_input_alone() -> None:
    truth = tee()
    image = photo(truth, (160, 30, 40), (190, 180, 160), noise=8)
    image[:, :60][~truth[:, :60]] = (120, 140, 90)
    before = image.copy()
    assert iou(grabcut_mask(image), truth) > 0.9
    assert np.array_equal(image, before)


def test_tidy_keeps_the_garment_and_drops_hooks_and_crumbs() -> None:
    mask = tee()
    dirty = mask.copy()
    dirty[2:26, 96] = True
    dirty[240:244, 5:9] = True
    clean = tidy_mask(dirty)
    assert not clean[240:244, 5:9].any()
    assert not clean[4:20, 96].any()
    assert iou(clean, mask) > 0.97


def test_gap_between_trouser_legs_stays_open() -> None:
    mask = np.zeros((200, 150), np.uint8)
    cv2.rectangle(mask, (40, 10), (110, 80), 1, -1)
    cv2.rectangle(mask, (40, 80), (68, 190), 1, -1)
    cv2.rectangle(mask, (82, 80), (110, 190), 1, -1)
    cv2.rectangle(mask, (60, 180), (90, 190), 1, -1)  # feet touch: the gap is a hole
    assert not fill_holes(mask > 0)[130, 75]


def test_refined_alpha_is_crisp_full_size_and_without_halo() -> None:
    truth = tee(800, 600)
    image = photo(truth, (40, 60, 140), (230, 230, 228))
    coarse = cv2.resize(truth.astype(np.float32), (150, 200), interpolation=cv2.INTER_AREA)
    alpha = refine_alpha(image, coarse)
    assert alpha.shape == (800, 600)
    assert alpha.dtype == np.float32
    assert 0 <= alpha.min() <= alpha.max() <= 1
    assert iou(alpha > 0.5, truth) > 0.985
    far = cv2.dilate(truth.astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert float(alpha[far].max()) < 0.02


def test_keep_main_drops_a_loose_piece() -> None:
    mask = tee().astype(np.float32)
    mask[250:254, 3:9] = 1
    assert not keep_main(mask, mask)[250:254, 3:9].any()


def test_empty_masks_stay_empty() -> None:
    empty = np.zeros((64, 48), np.float32)
    assert not tidy_mask(empty > 0).any()


def trousers(h: int = 384, w: int = 288) -> np.ndarray:
    mask = np.zeros((h, w), np.uint8)
    cv2.rectangle(mask, (80, 30), (208, 150), 1, -1)
    cv2.rectangle(mask, (80, 150), (140, 350), 1, -1)
    cv2.rectangle(mask, (148, 150), (208, 350), 1, -1)
    return mask > 0


def test_a_bridged_gap_is_opened_on_a_plain_ground() -> None:
    truth = trousers()
    image = photo(truth, (60, 70, 120), (235, 235, 232), noise=2)
    bridged = truth.astype(np.float32)
    bridged[150:300, 141:148] = 0.9
    opened = open_gaps(ground_of(image), bridged)
    assert float(opened[180:290, 144].max()) < 0.5
    assert float(opened[truth].min()) > 0.5


def test_a_garment_in_the_grounds_colour_is_not_eaten() -> None:
    truth = trousers()
    image = photo(truth, (238, 236, 233), (235, 235, 232), noise=1)
    soft = np.where(truth, 0.97, 0.0).astype(np.float32)
    assert float(open_gaps(ground_of(image), soft)[truth].mean()) > 0.9


def test_rims_beside_a_cut_hood_go_and_the_garment_stays() -> None:
    whole = np.zeros((400, 300), np.float32)
    cv2.rectangle(whole, (60, 150), (240, 380), 1, -1)
    cv2.circle(whole, (150, 100), 60, 1, -1)
    inside = np.zeros_like(whole)
    cv2.circle(inside, (150, 100), 56, 1, -1)
    left = drop_slivers(whole, inside)
    assert left[60, 150 - 50] == 0 or left[100, 92] == 0
    assert left[300, 150] == 1
    assert np.array_equal(drop_slivers(whole, np.zeros_like(inside)), whole)
