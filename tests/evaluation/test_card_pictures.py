"""The model card's pictures: what counts as wrong, and that the sheet stays small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.evaluation.card_garments import (
    SeenGarment,
    garment_rows,
    landmark_errors,
    mask_overlap,
    wrong_names,
)
from tryon.evaluation.card_people import SIZE, Seen, joint_errors, mirrored, overlaps, parsing_rows, pose_rows
from tryon.evaluation.card_sheet import MAX_BYTES, Row, draw_sheet, write_jpeg
from tryon.evaluation.rendered_figures import JOINTS
from tryon.images import load_picture
from tryon.types import LABEL, Garment, Guess, Person, Pose

PLACES = {"shoulder": 130, "elbow": 200, "wrist": 250, "hip": 250, "knee": 360, "ankle": 460}


@pytest.fixture
def seen() -> Seen:
    """Somebody who is understood as they are."""
    labels = np.zeros(SIZE, np.uint8)
    labels[70:130, 170:210] = LABEL["face"]
    labels[130:270, 130:250] = LABEL["upper"]
    labels[270:480, 130:250] = LABEL["lower"]
    points = np.tile(np.float32([190, 100]), (33, 1))
    joints = {}
    for joint, sides in JOINTS.items():
        for side, (_, number) in enumerate(sides):
            points[number] = (230 if side == 0 else 150, PLACES[joint])
            joints[joint, side] = points[number].copy()
    image = np.full((*SIZE, 3), 120, np.uint8)
    pose = Pose(points, np.ones(33, np.float32))
    return Seen("a", "walk", image, labels, joints, Person(image, pose, (labels > 0).astype(np.float32), labels.copy()))


@pytest.fixture
def garment() -> SeenGarment:
    """A garment that is understood as it is."""
    image, truth = np.full((400, 300, 3), 90, np.uint8), np.zeros((400, 300), np.float32)
    truth[50:350, 60:240] = 1
    points = {"neck_left": (100.0, 50.0), "hem_left": (60.0, 349.0)}
    guess = {"sleeve": Guess("short", {"none": 0.1, "short": 0.9, "three_quarter": 0.0, "long": 0.0})}
    found = Garment(image, truth.copy(), "upper", {"upper": 1.0}, "T-Shirt", {}, dict(points), attributes=guess)
    return SeenGarment("a", "laid", image, truth, points, {}, "upper", "T-Shirt", {"sleeve": "short"}, found)


def moved(seen: Seen, **changes: Any) -> Seen:
    assert seen.person is not None
    return replace(seen, person=replace(seen.person, **changes))


def test_what_is_right_is_not_wrong(seen: Seen, garment: SeenGarment) -> None:
    assert overlaps(seen) == {"background": 1, "skin": 1, "upper": 1, "lower": 1}
    assert set(joint_errors(seen).values()) == {0}
    assert not mirrored(seen)
    assert mask_overlap(garment) == 1
    assert landmark_errors(garment) == {"neck_left": 0, "hem_left": 0}
    assert wrong_names(garment) == {}


def test_wrong_labels_count(seen: Seen) -> None:
    assert seen.person is not None
    labels = seen.person.labels_u8.copy()
    labels[130:200, 130:250] = LABEL["dress"]
    wrong = overlaps(moved(seen, labels_u8=labels))
    assert wrong["upper"] == pytest.approx(0.5)
    assert "dress" not in wrong  # there is none: the top counts as missed
    rows, lines = parsing_rows([seen, moved(seen, labels_u8=labels)], ("upper", "lower", "hair"))
    assert [row.caption for row in rows] == ["upper: overlap 0.50, median 0.75", "lower: overlap 1.00, median 1.00"]
    assert len(lines) == 2 + 2  # nobody shows hair


def test_wrong_poses_count(seen: Seen) -> None:
    assert seen.person is not None
    points = seen.person.pose.points_px.copy()
    points[JOINTS["wrist"][0][1]] += (0, 60)
    off = moved(seen, pose=Pose(points, seen.person.pose.visibility))
    assert joint_errors(off)["wrist", 0] == pytest.approx(0.5)
    exchanged = seen.person.pose.points_px.copy()
    for sides in JOINTS.values():
        numbers = [number for _, number in sides]
        exchanged[numbers] = exchanged[numbers[::-1]]
    turned = moved(seen, pose=Pose(exchanged, seen.person.pose.visibility))
    assert mirrored(turned)
    assert not mirrored(off)
    lost = replace(seen, person=None)
    rows, lines = pose_rows([seen, off, turned, lost], 6)
    captions = [row.caption for row in rows]
    assert captions[:2] == ["nobody found (walk)", "left and right exchanged (walk)"]
    assert captions[2] == "left wrist off by 0.50 torso lengths"
    assert lines[0] == "nobody found: 1 of 4; left and right exchanged: 1"


def test_wrong_garments_count(garment: SeenGarment) -> None:
    assert garment.garment is not None
    alpha = garment.truth_f32.copy()
    alpha[50:200] = 0
    sleeve = {"sleeve": Guess("long", {"none": 0.0, "short": 0.2, "three_quarter": 0.0, "long": 0.8})}
    doubtful = {"sleeve": Guess("not sure", {"none": 0.0, "short": 0.5, "three_quarter": 0.0, "long": 0.5})}
    half = replace(garment, garment=replace(garment.garment, alpha_f32=alpha))
    off = replace(garment, garment=replace(garment.garment, landmarks_px={"neck_left": (100.0, 80.0)}))
    named = replace(garment, garment=replace(garment.garment, attributes=sleeve))
    open_ = replace(garment, garment=replace(garment.garment, attributes=doubtful))
    assert mask_overlap(half) == pytest.approx(0.5)
    assert landmark_errors(off) == {"neck_left": pytest.approx(0.1)}
    assert wrong_names(named) == {"sleeve": ("short", "long", 0.8)}
    assert wrong_names(open_) == {}
    none = replace(garment, garment=None)
    rows, lines = garment_rows([garment, half, off, named, open_, none], 3)
    assert [row.caption.split(" (")[0] for row in rows] == [
        "cut-out: overlap 0.50",
        "landmarks: 10.0% of the height",
        "sleeve: long",
    ]
    assert "1 of 6" in lines[0]
    assert lines[-1] == "sleeve: said for 80%, right in 75% of these"


def test_sheets_stay_small(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 255, (300, 200, 3), dtype=np.uint8)
    sheet = draw_sheet([Row("two", (noise, noise))] * 5, height=200, width=600)
    assert sheet.shape == (3 * (200 + 20 + 12) - 12, 2 * 269 + 12, 3)
    assert write_jpeg(sheet, tmp_path / "a/b.jpg") <= MAX_BYTES
    assert load_picture(tmp_path / "a/b.jpg").shape == sheet.shape
