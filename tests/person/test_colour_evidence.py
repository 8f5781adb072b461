"""A photo's own colours correct its labels: misnamed patches of known cloth, borders off their edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.person.colour_evidence import COLOURED, EvidenceSettings, along_edges, with_colours, with_evidence
from tryon.types import LABEL, LABELS

GREEN, NAVY, SKIN, GREY = (40, 150, 60), (25, 30, 80), (215, 170, 140), (150, 150, 150)
UPPER, LOWER, ARM, FACE = (LABEL[name] for name in ("upper", "lower", "left_arm", "face"))


def _lab(rgb_u8: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(rgb_u8.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def _everywhere(p: np.ndarray) -> np.ndarray:
    return np.ones(p.shape[1:], np.float32)


def _scene() -> tuple[np.ndarray, np.ndarray]:
    """A face over a green top over navy trousers on grey: probabilities .9 for what is there, and the picture."""
    rgb = np.full((96, 72, 3), GREY, np.uint8)
    truth = np.zeros((96, 72), np.uint8)
    for rows, name, colour in (((4, 20), FACE, SKIN), ((20, 56), UPPER, GREEN), ((56, 92), LOWER, NAVY)):
        truth[rows[0] : rows[1], 20:52], rgb[rows[0] : rows[1], 20:52] = name, colour
    noise = np.random.default_rng(0).integers(-6, 7, rgb.shape)
    rgb = np.clip(rgb.astype(int) + noise, 0, 255).astype(np.uint8)
    return _sure_of(truth, 0.9), rgb


def _sure_of(labels: np.ndarray, share: float) -> np.ndarray:
    p = np.full((len(LABELS), *labels.shape), (1 - share) / (len(LABELS) - 1), np.float32)
    np.put_along_axis(p, labels[None].astype(int), share, 0)
    return p


def _name(p: np.ndarray, where: tuple[slice, slice], label: int, share: float, instead: int) -> None:
    """Make a patch be called ``label``, with ``instead`` as the second guess."""
    p[(slice(None), *where)] = 0.001
    p[(label, *where)], p[(instead, *where)] = share, 1 - share - 0.011


def test_every_label_has_one_colour_group() -> None:
    named = [name for names in COLOURED for name in names]
    assert sorted(named) == sorted(LABELS)


@pytest.mark.parametrize("step", [lambda p, lab: with_colours(p, lab, _everywhere(p)), along_edges])
def test_steps_answer_with_probabilities_and_change_nothing_given(step) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(1)
    p = rng.dirichlet(np.full(len(LABELS), 0.3), (40, 30)).transpose(2, 0, 1).astype(np.float32)
    lab = _lab(rng.integers(0, 256, (40, 30, 3)).astype(np.uint8))
    kept, seen = p.copy(), lab.copy()
    out = step(p, lab)
    assert (out.dtype, out.shape) == (np.float32, p.shape)
    assert out.min() >= 0
    assert np.allclose(out.sum(0), 1, atol=1e-4)
    assert np.array_equal(p, kept)
    assert np.array_equal(lab, seen)
    assert (step(p, lab) == out).all()


def test_a_patch_of_the_tops_colour_becomes_top() -> None:
    p, rgb = _scene()
    patch = (slice(46, 54), slice(24, 32))
    _name(p, patch, LOWER, 0.55, UPPER)
    out = with_evidence(p, rgb, _everywhere(p))
    assert (out.argmax(0)[patch] == UPPER).mean() > 0.95
    assert (out.argmax(0)[60:88, 24:48] == LOWER).all()


def test_a_patch_that_the_network_is_sure_of_stays() -> None:
    p, rgb = _scene()
    patch = (slice(40, 50), slice(30, 40))
    _name(p, patch, LABEL["accessory"], 0.985, UPPER)  # a bag in the colour of the top
    assert (with_evidence(p, rgb, _everywhere(p)).argmax(0)[patch] == LABEL["accessory"]).mean() > 0.9


def test_a_cuff_that_is_called_arm_does_not_count_as_skin() -> None:
    p, rgb = _scene()
    cuff = (slice(50, 55), slice(44, 52))
    _name(p, cuff, ARM, 0.6, UPPER)
    out = with_evidence(p, rgb, _everywhere(p))
    assert (out.argmax(0)[cuff] == UPPER).all()
    # counted like any other skin, it would have made green a colour of skin
    believed = with_colours(p, _lab(rgb), _everywhere(p), EvidenceSettings(limbs=1.0))
    assert out[UPPER][cuff].mean() > believed[UPPER][cuff].mean()


def test_a_bare_arm_in_the_colour_of_the_face_stays_an_arm() -> None:
    p, rgb = _scene()
    arm = (slice(30, 44), slice(52, 60))
    rgb[arm] = SKIN
    _name(p, arm, UPPER, 0.55, ARM)
    assert (with_evidence(p, rgb, _everywhere(p)).argmax(0)[arm] == ARM).mean() > 0.9


def test_borders_move_to_the_edge_of_the_colours() -> None:
    truth = np.zeros((40, 40), np.uint8)
    truth[:, 20:] = UPPER
    rgb = np.where(truth[..., None] == UPPER, np.uint8(GREEN), np.uint8(GREY)).astype(np.uint8)
    p = np.zeros((len(LABELS), 40, 40), np.float32)
    share = np.clip((np.arange(40) - 15) / 6, 0, 1)[None]  # wavers from column 15 to 21: the border is drawn at 18
    p[UPPER], p[0] = share, 1 - share
    wrong = (p.argmax(0) != truth).mean()
    assert wrong > 0.02
    assert (along_edges(p, _lab(rgb)).argmax(0) != truth).mean() < 0.5 * wrong


def test_in_one_colour_nothing_is_learned_of_it() -> None:
    p, _ = _scene()
    grey = np.full((96, 72, 3), 128, np.uint8)
    out = with_colours(p, _lab(grey), _everywhere(p))
    # one colour is as likely under all that is seen: the big things that were sure stay so
    assert (out.argmax(0) == p.argmax(0)).mean() > 0.99


def test_skin_colours_behind_the_person_stay_ground() -> None:
    p, rgb = _scene()
    behind = (slice(30, 44), slice(56, 64))
    rgb[behind] = SKIN
    _name(p, behind, 0, 0.6, ARM)
    mask = (p.argmax(0) > 0).astype(np.float32)
    mask[behind] = 0
    assert (with_evidence(p, rgb, _everywhere(p)).argmax(0)[behind] == ARM).mean() > 0.9  # nothing said against it
    assert (with_evidence(p, rgb, mask).argmax(0)[behind] == 0).all()


def test_larger_pictures_are_looked_at_as_small_as_the_probabilities() -> None:
    p, rgb = _scene()
    large = cv2.resize(rgb, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    out = with_evidence(p, large, np.ones(large.shape[:2], np.float32))
    assert out.shape == p.shape
    assert np.allclose(out, with_evidence(p, rgb, _everywhere(p)), atol=1e-5)
