"""The refined mask finds the edge that the photo has; the cut-out keeps nothing of the old ground."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.person.matte import cut_out_person, refine_mask
from tryon.types import LABEL, Person, Pose

H, W = 480, 360
FRONT, BACK = np.array((150, 60, 40), np.float32), np.array((120, 170, 220), np.float32)


def pose(scale: float = 1.0) -> Pose:
    p = np.zeros((33, 2), np.float32)
    p[:11] = 180, 90
    p[[11, 12, 23, 24]] = (220, 170), (140, 170), (205, 300), (155, 300)
    p[[13, 14, 15, 16]] = (240, 240), (120, 240), (245, 300), (115, 300)
    p[25:33] = 180, 420
    return Pose(p * scale, np.ones(33, np.float32))


def scene(scale: int = 1, shift: int = 4) -> tuple[Person, np.ndarray]:
    """A figure with a softly drawn edge and hair-thin locks; its coarse mask is blurred and some pixels off."""
    rng = np.random.default_rng(3)
    hard = np.zeros((4 * H, 4 * W), np.uint8)
    cv2.ellipse(hard, (720, 400), (180, 240), 0, 0, 360, 255, -1)
    cv2.rectangle(hard, (480, 640), (960, 1700), 255, -1)
    for k in range(9):
        cv2.line(hard, (560 + 12 * k, 480), (470 + 9 * k, 620), 255, 4)
    true = cv2.resize(hard, (W * scale, H * scale), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    ground = BACK + rng.normal(0, 3, (H * scale, W * scale, 3)).astype(np.float32)
    light = true[..., None] * (FRONT / 255) ** 2.2 + (1 - true[..., None]) * (np.clip(ground, 0, 255) / 255) ** 2.2
    image = np.clip(np.rint(255 * light ** (1 / 2.2)), 0, 255).astype(np.uint8)
    moved = cv2.warpAffine(true, np.array([[1, 0, shift * scale], [0, 1, 2.0 * scale]]), (W * scale, H * scale))
    coarse = cv2.GaussianBlur(moved, (0, 0), 4 * scale)
    labels = np.where(coarse > 0.5, LABEL["upper"], 0).astype(np.uint8)
    return Person(image, pose(scale), coarse, labels), true


def refined(person: Person) -> np.ndarray:
    return refine_mask(person.image_u8, person.mask_f32, person.labels_u8, person.pose)


@pytest.mark.parametrize("scale", [1, 2])
def test_the_edge_is_found_though_the_guess_is_off(scale: int) -> None:
    person, true = scene(scale)
    found = refined(person)
    band = cv2.dilate(((true > 0.02) & (true < 0.98)).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    before, after = (float(np.abs(m - true)[band].mean()) for m in (person.mask_f32, found))
    assert after < 0.45 * before
    assert found.dtype == np.float32
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.shape == true.shape


def test_well_inside_it_is_opaque_even_where_cloth_has_the_grounds_colour() -> None:
    person, _ = scene()
    person.image_u8[200:300, 150:210] = BACK  # a print
    found = refined(person)
    assert found[190:310, 145:215].min() == 1
    assert found[:, :30].max() == 0


def test_inputs_are_not_changed_and_nobody_gives_nothing() -> None:
    person, _ = scene()
    copies = person.image_u8.copy(), person.mask_f32.copy(), person.labels_u8.copy()
    refined(person)
    for before, after in zip(copies, (person.image_u8, person.mask_f32, person.labels_u8), strict=True):
        assert (before == after).all()  # type: ignore[attr-defined]
    empty = np.zeros((H, W), np.float32)
    found = refine_mask(person.image_u8, empty, empty.astype(np.uint8), person.pose)
    assert not found.any()
    nobody = Person(person.image_u8, person.pose, empty, empty.astype(np.uint8))
    assert not cut_out_person(nobody)[..., 3].any()


def test_the_cut_out_has_no_halo_of_the_old_ground() -> None:
    person, true = scene()
    cut = cut_out_person(Person(person.image_u8, person.pose, true, person.labels_u8))
    assert cut.shape == (H, W, 4)
    opaque = true == 1
    assert np.array_equal(cut[opaque][:, :3], person.image_u8[opaque])
    rim = (true > 0.15) & (true < 0.85)
    assert rim.sum() > 300
    halo = np.abs(person.image_u8[rim].astype(float) - FRONT).mean()
    left = np.abs(cut[rim][:, :3].astype(float) - FRONT).mean()
    assert left < 0.3 * halo
