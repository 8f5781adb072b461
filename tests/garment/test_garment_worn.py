"""A garment cut out of a photo of its wearer: a drawn figure with known labels and joints."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.errors import GarmentNotFoundError
from tryon.garment.worn import garment_from_person
from tryon.types import LABEL, Person, Pose

H, W = 800, 600
JOINTS = {  # the subject's own left is on the viewer's right
    11: (370, 200), 12: (230, 200), 13: (410, 330), 14: (190, 330), 15: (430, 450), 16: (170, 450),
    23: (340, 430), 24: (260, 430), 25: (345, 580), 26: (255, 580), 27: (350, 720), 28: (250, 720),
}  # fmt: skip


def figure(sleeve: float, *, skirt: bool = False, mirrored: bool = False) -> Person:
    """Somebody in a top whose sleeves reach ``sleeve`` of the way to the wrist, and trousers or a skirt."""
    labels = np.zeros((H, W), np.uint8)
    points = np.zeros((33, 2), np.float32)
    for index, at in JOINTS.items():
        points[index] = at
    if skirt:
        cv2.fillPoly(labels, [np.array([(245, 400), (355, 400), (410, 640), (190, 640)])], LABEL["lower"])
    for hip, knee, ankle in ((23, 25, 27), (24, 26, 28)):
        if not skirt:
            line = points[[hip, knee, ankle]].astype(np.int32)
            cv2.polylines(labels, [line], False, LABEL["lower"], 60)
    cv2.fillPoly(labels, [np.array([(225, 180), (375, 180), (365, 440), (235, 440)])], LABEL["upper"])
    for shoulder, elbow, wrist, side in ((11, 13, 15, "left_arm"), (12, 14, 16, "right_arm")):
        arm = points[[shoulder, elbow, wrist]]
        cv2.polylines(labels, [arm.astype(np.int32)], False, LABEL[side], 36)
        if sleeve > 0:
            upper = arm[0] + min(1.0, sleeve * 2) * (arm[1] - arm[0])
            cv2.line(labels, arm[0].astype(int).tolist(), upper.astype(int).tolist(), LABEL["upper"], 44)
        if sleeve > 0.5:
            end = arm[1] + (sleeve * 2 - 1) * (arm[2] - arm[1])
            cv2.line(labels, arm[1].astype(int).tolist(), end.astype(int).tolist(), LABEL["upper"], 44)
    image = np.random.default_rng(0).integers(0, 60, (H, W, 3)).astype(np.uint8) + (labels * 15)[..., None]
    if mirrored:  # seen from behind
        swap = {11: 12, 13: 14, 15: 16, 23: 24, 25: 26, 27: 28}
        for a, b in swap.items():
            points[[a, b]] = points[[b, a]]
    return Person(image, Pose(points, np.ones(33, np.float32)), (labels > 0).astype(np.float32), labels)


@pytest.mark.parametrize(("sleeve", "name"), [(0.0, "none"), (0.35, "short"), (1.0, "long")])
def test_sleeves_are_read_along_the_arm(sleeve: float, name: str) -> None:
    g = garment_from_person(figure(sleeve), "upper")
    assert g.worn
    assert g.sleeve == name
    assert ("cuff_out_left" in g.landmarks_px) == (sleeve > 0)


def test_left_is_the_viewers_left_even_from_behind() -> None:
    for person in (figure(1.0), figure(1.0, mirrored=True)):
        g = garment_from_person(person, "upper")
        for name in ("neck", "shoulder", "armpit", "hem", "elbow", "cuff_out"):
            assert g.landmarks_px[f"{name}_left"][0] < g.landmarks_px[f"{name}_right"][0], name
        assert g.landmarks_px["cuff_out_left"][0] < g.landmarks_px["cuff_in_left"][0]


def test_mask_is_the_label_and_the_hem_its_end() -> None:
    person = figure(0.35)
    g = garment_from_person(person, "upper")
    worn = person.labels_u8 == LABEL["upper"]
    found = g.alpha_f32 > 0.5
    assert (found & worn).sum() / (found | worn).sum() > 0.9
    assert abs(g.landmarks_px["hem_left"][1] - 440) < 25


def test_trousers_and_skirt() -> None:
    trousers = garment_from_person(figure(0.35), "lower")
    assert {"waist_left", "crotch", "leg_out_left", "leg_in_right", "knee_left"} <= set(trousers.landmarks_px)
    assert trousers.sleeve is None
    skirt = garment_from_person(figure(0.35, skirt=True), "lower")
    assert {"waist_left", "hem_left", "hem_right"} <= set(skirt.landmarks_px)
    assert "crotch" not in skirt.landmarks_px


def test_auto_prefers_the_upper_and_what_is_not_worn_is_refused() -> None:
    assert garment_from_person(figure(0.35)).category == "upper"
    person = figure(0.35)
    bare = Person(person.image_u8, person.pose, person.mask_f32, np.zeros_like(person.labels_u8))
    with pytest.raises(GarmentNotFoundError, match="top"):
        garment_from_person(bare, "upper")
