"""A garment cut out of a photo of its wearer: a drawn figure with known labels and joints."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tryon.errors import GarmentNotFoundError
from tryon.garment.worn import HIDDEN, garment_from_person, told_skirt, with_reading
from tryon.types import ATTRIBUTES, GARMENT_LABELS, LABEL, Garment, Guess, Person, Pose

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


def painted(person: Person, label: str, colour: tuple[int, int, int]) -> Person:
    """The same figure with a label in one colour."""
    person.image_u8[person.labels_u8 == LABEL[label]] = colour
    return person


def test_a_hand_and_a_lock_of_hair_leave_no_hole() -> None:
    person = painted(figure(0.35), "upper", (40, 90, 200))
    person.labels_u8[300:350, 270:330] = LABEL["left_arm"]  # a hand on the belly
    person.labels_u8[200:280, 330:350] = LABEL["hair"]
    person.image_u8[300:350, 270:330] = person.image_u8[200:280, 330:350] = (230, 180, 150)
    before = person.image_u8.copy()
    g = garment_from_person(person, "upper")
    for rows, columns in ((slice(303, 347), slice(273, 327)), (slice(225, 277), slice(333, 347))):
        assert g.alpha_f32[rows, columns].min() > 0.95
        assert np.abs(g.image_u8[rows, columns].astype(int) - (40, 90, 200)).max() < 12
    assert np.array_equal(person.image_u8, before)
    assert g.warnings == ()


def test_hair_on_the_neck_is_no_collar() -> None:
    person = figure(0.35)
    cv2.rectangle(person.labels_u8, (270, 130), (330, 240), LABEL["torso_skin"], -1)
    person.labels_u8[130:236, 280:300] = LABEL["hair"]
    g = garment_from_person(person, "upper")
    assert g.alpha_f32[150:230, 282:298].max() < 0.1


def test_a_bag_does_not_end_a_trouser_leg_and_a_jacket_does_not_cut_the_waist() -> None:
    plain = garment_from_person(painted(figure(0.35), "lower", (200, 60, 40)), "lower")
    person = painted(figure(0.35), "lower", (200, 60, 40))
    covered = np.zeros((H, W), bool)
    covered[560:640, 300:400] = True
    person.labels_u8[covered & (person.labels_u8 == LABEL["lower"])] = LABEL["accessory"]
    jacket = np.zeros((H, W), bool)
    jacket[400:470, 220:380] = True
    person.labels_u8[jacket] = LABEL["upper"]
    g = garment_from_person(person, "lower")
    assert g.alpha_f32[570:630, 330:350].min() > 0.9
    for name, point in plain.landmarks_px.items():
        if name.startswith("leg_"):
            assert np.hypot(*np.subtract(g.landmarks_px[name], point)) < 12, name
    assert g.landmarks_px["waist_left"][1] < 445
    assert g.visibility["waist_left"] < 0.5
    assert g.leg == "long"


def test_much_that_is_hidden_is_told() -> None:
    person = figure(0.35)
    person.labels_u8[230:400, 235:350] = LABEL["accessory"]
    assert HIDDEN in garment_from_person(person, "upper").warnings


@pytest.mark.parametrize(("sleeve", "name"), [(0.0, "none"), (0.35, "short"), (1.0, "long")])
def test_lengths_come_with_probabilities(sleeve: float, name: str) -> None:
    g = garment_from_person(figure(sleeve), "upper")
    guess = g.attributes["sleeve"]
    assert guess.value == name
    assert set(guess.probability) == set(ATTRIBUTES["sleeve"])
    assert sum(guess.probability.values()) == pytest.approx(1)
    trousers = garment_from_person(figure(sleeve), "lower").attributes
    assert set(trousers) == {"leg"}
    assert trousers["leg"].value == "long"


def test_visibility_knows_every_landmark() -> None:
    g = garment_from_person(figure(0.35), "upper")
    assert set(g.visibility) == set(g.landmarks_px)
    assert all(0 <= v <= 1 for v in g.visibility.values())
    assert g.visibility["hem_left"] == 1


def test_a_jumpsuit_in_two_labels_is_one_garment() -> None:
    person = figure(0.35)
    person.labels_u8[person.labels_u8 == LABEL["lower"]] = LABEL["dress"]
    g = garment_from_person(person, "dress")
    assert g.alpha_f32[300, 300] > 0.9
    assert g.alpha_f32[600, 345] > 0.9


def test_the_networks_label_needs_sleeves_that_agree() -> None:
    def read(label: str, layer: float) -> Garment:
        blank = np.zeros((4, 4), np.float32)
        shares = {n: (0.9 if n == label else 0.1 / 13) for n in GARMENT_LABELS}
        guess = Guess("outer", {"inner": 1 - layer, "outer": layer})
        return Garment(blank, blank, "upper", {"upper": 1.0}, label, shares, {}, attributes={"layer": guess})

    long = garment_from_person(figure(1.0), "upper")
    joined = with_reading(long, read("Hoodie", 0.97))
    assert joined.label == "Hoodie"
    assert joined.attributes["layer"].value == "outer"
    assert joined.attributes["sleeve"].value == "long"
    assert joined.landmarks_px == long.landmarks_px
    assert with_reading(long, read("T-Shirt", 0.6)).label != "T-Shirt"
    assert with_reading(long, read("Hoodie", 0.6)).attributes["layer"].value == "not sure"


def test_a_skirt_is_told_from_trousers_by_outline_or_by_the_network() -> None:
    skirt, trousers = (garment_from_person(figure(0.35, skirt=s), "lower") for s in (True, False))
    assert "crotch" not in skirt.landmarks_px
    assert "crotch" in trousers.landmarks_px

    def read(share: float) -> Garment:
        shares = dict.fromkeys(GARMENT_LABELS, 0.0) | {"Skirt": share, "Pants": 1 - share}
        return Garment(skirt.image_u8, skirt.alpha_f32, "lower", {"lower": 1.0}, "not sure", shares, {})

    assert told_skirt(skirt, read(0.02)) is False
    assert told_skirt(skirt, read(0.98)) is None
    assert told_skirt(skirt, read(0.5)) is None
    assert told_skirt(trousers, read(0.98)) is True
    assert told_skirt(garment_from_person(figure(1.0), "upper"), read(0.98)) is None
    told = garment_from_person(figure(0.35, skirt=True), "lower", skirt=False)
    assert {"crotch", "leg_out_left", "leg_in_right"} <= set(told.landmarks_px)


def test_close_legs_are_no_skirt() -> None:
    person = figure(0.35)
    person.labels_u8[440:, 230:370] = np.where(
        person.labels_u8[440:, 230:370] == 0, LABEL["lower"], person.labels_u8[440:, 230:370]
    )
    person.labels_u8[560:, :262] = 0
    person.labels_u8[560:, 338:] = 0
    assert "crotch" in garment_from_person(person, "lower").landmarks_px
