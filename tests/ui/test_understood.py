"""What is shown, asked and corrected of what was understood, without a browser."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.types import ATTRIBUTES, LABEL, Garment, Guess, Person, Pose
from tryon.ui import markup, panel
from tryon.ui.languages import ENGLISH
from tryon.ui.looks import Brought, Look, Shown, What, Who
from tryon.ui.understood import (
    SKETCH_SIDE,
    garment_sketches,
    landmark_counts,
    parts_of,
    person_sketches,
    properties_of,
    question_of,
    understand_brought,
    with_answer,
)
from tryon.ui.visitors import Shelf, View, Visitor


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def person(person_picture: Any) -> Person:
    image = person_picture(2, 1600, 1200)
    labels = np.zeros(image.shape[:2], np.uint8)
    labels[400:900, 300:900] = LABEL["upper"]
    labels[0, :3] = LABEL["hair"]  # a stray spot
    points = np.tile(np.float32([600, 800]), (33, 1))
    return Person(image, Pose(points, np.ones(33, np.float32)), (labels > 0).astype(np.float32), labels)


def bring(drawing: Any, shelf: Shelf, picture: Any, **answers: str) -> What:
    return understand_brought(Brought(1, picture, None, answers), drawing, shelf)


def test_sketches_are_drawn_when_somebody_looks(shelf: Shelf, person: Person, monkeypatch: Any) -> None:
    drawn: list[int] = []
    from tryon.ui import understood

    original = understood.encode_sketch
    monkeypatch.setattr(understood, "encode_sketch", lambda image: drawn.append(1) or original(image))
    sketches = dict(person_sketches(shelf, person))
    assert list(sketches) == ["labels", "mask", "pose"]
    assert not drawn
    for sketch in sketches.values():
        assert shelf.find(sketch.token) is sketch
        picture = cv2.imdecode(np.frombuffer(sketch.jpeg, np.uint8), cv2.IMREAD_COLOR)
        assert picture.shape[:2] == (sketch.height, sketch.width) == (SKETCH_SIDE, SKETCH_SIDE * 3 // 4)
        assert sketch.jpeg is sketch.jpeg
    assert len(drawn) == 3
    tokens = [sketch.token for sketch in sketches.values()]
    del sketches, sketch
    assert not any(shelf.find(token) for token in tokens)


def test_parts_leave_out_stray_spots(person: Person) -> None:
    assert parts_of(person) == ("upper",)


def test_a_sure_garment_is_not_asked_about(drawing: Any, shelf: Shelf, person_picture: Any) -> None:
    assert question_of(bring(drawing, shelf, person_picture(3))) is None


def test_questions_come_one_by_one_until_all_is_clear(drawing: Any, shelf: Shelf, doubtful_picture: Any) -> None:
    what = bring(drawing, shelf, doubtful_picture)
    assert question_of(what) == ("category", ("upper", "lower", "dress"))
    assert properties_of(what)[0].value == "not sure"
    what = with_answer(what, "category", "dress", drawing, shelf)
    assert what.garment.category == "dress"
    assert question_of(what) == ("sleeve", ATTRIBUTES["sleeve"])
    seen = drawing.garments
    what = with_answer(what, "sleeve", "none", drawing, shelf)
    assert drawing.garments == seen
    assert question_of(what) is None  # a neckline is never asked about: it changes no picture
    assert what.garment.sleeve == "none"
    assert what.garment.attributes["sleeve"] == Guess("none", dict.fromkeys(ATTRIBUTES["sleeve"], 0.0) | {"none": 1.0})
    assert not any(name.startswith("cuff") for name in what.garment.landmarks_px)
    lines = {line.name: line for line in properties_of(what)}
    assert lines["category"].answered
    assert lines["sleeve"].answered
    assert lines["front"].probability == 0.9
    assert lines["neckline"].value == "not sure"
    # trousers have no sleeves: what was said of them waits
    what = with_answer(what, "category", "lower", drawing, shelf)
    assert "sleeve" not in {line.name for line in properties_of(what)}
    assert with_answer(what, "category", "dress", drawing, shelf).garment.sleeve == "none"


def test_every_answer_is_another_look(drawing: Any, shelf: Shelf, doubtful_picture: Any) -> None:
    answers = [{}, {"sleeve": "short"}, {"leg": "short", "category": "dress"}, {"category": "dress"}, {"photo": "worn"}]
    keys = {bring(drawing, shelf, doubtful_picture, **each).key for each in answers}
    assert len(keys) == len(answers)


def test_hidden_landmarks_are_counted_and_drawn_as_rings(drawing: Any, shelf: Shelf, doubtful_picture: Any) -> None:
    garment = bring(drawing, shelf, doubtful_picture).garment
    assert landmark_counts(garment) == (3, 1)
    picture = cv2.imdecode(np.frombuffer(garment_sketches(shelf, garment)[0][1].jpeg, np.uint8), cv2.IMREAD_COLOR)
    seen, hidden = (
        picture[round(y), round(x)].astype(int) for x, y in (garment.landmarks_px[n] for n in ("neck_left", "hem_left"))
    )
    assert seen[2] - seen[0] > 80  # red
    assert hidden.min() > 180  # a ring around white


def test_a_gallery_garment_is_known_and_not_asked_about(drawing: Any, doubtful_picture: Any) -> None:
    garment = drawing.understand_garment(doubtful_picture)
    what = What("red-tee", "Red tee", replace(garment, attributes={}))
    assert question_of(what) is None
    lines = properties_of(what)
    assert [line.name for line in lines] == ["category", "label", "sleeve"]
    assert all(line.probability is None and not line.answered for line in lines)


@pytest.mark.parametrize("view", [True, False])
def test_the_panel_tells_everything_and_escapes_it(
    shelf: Shelf, person: Person, drawing: Any, doubtful_picture: Any, view: bool
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    shown = Shown("token", b"", 3, 4)
    who = Who("a", evil, replace(person, warnings=(evil,)), shown, True, "", person_sketches(shelf, person), ("upper",))
    what = replace(bring(drawing, shelf, doubtful_picture), name=evil)
    look = Look(who, what, shown, "")
    html = panel.understood(ENGLISH, View(Visitor(), look) if view else None)
    assert evil not in html
    if not view:
        assert "<img" not in html
        return
    assert html.count("<img") == html.count('loading="lazy"') == 4
    assert html.count("alt=") == 4
    for told in ("top", "40%", "35%", "not sure", "3 corners found, 1 of them hidden", "cut off", "from head to toe"):
        assert told in html
    asked = panel.ask_of_garment(ENGLISH, look)
    assert ENGLISH.questions["category"] in asked
    assert 'data-value="three_quarter"' in asked
    gallery = replace(look, what=replace(what, brought=None))
    assert "data-value" not in panel.ask_of_garment(ENGLISH, gallery)


def test_the_summary_says_nothing_that_is_not_sure(drawing: Any, shelf: Shelf, doubtful_picture: Any) -> None:
    shown = Shown("token", b"", 3, 4)
    what = bring(drawing, shelf, doubtful_picture)
    look = Look(Who("a", "A", _somebody(), shown), what, shown, "")
    assert markup.said_of_garment(ENGLISH, look) == "Perhaps: top."
    what = with_answer(what, "category", "upper", drawing, shelf)
    assert markup.said_of_garment(ENGLISH, replace(look, what=what)) == "I see: top."
    what = with_answer(what, "sleeve", "long", drawing, shelf)
    assert markup.said_of_garment(ENGLISH, replace(look, what=what)) == "I see: top, long sleeves."


def test_nothing_is_called_certain(drawing: Any, shelf: Shelf, person_picture: Any) -> None:
    shown = Shown("token", b"", 3, 4)
    what = bring(drawing, shelf, person_picture(3))  # one category, probability 1
    assert what.garment.category_probability == {"upper": 1.0}
    html = panel.understood(ENGLISH, View(Visitor(), Look(Who("a", "A", _somebody(), shown), what, shown, "")))
    assert "99%" in html
    assert "100%" not in html


def _somebody() -> Person:
    image = np.zeros((200, 150, 3), np.uint8)
    pose = Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32))
    return Person(image, pose, np.zeros((200, 150), np.float32), np.zeros((200, 150), np.uint8))


def test_known_garments_of_every_category_have_lines() -> None:
    image, alpha = np.zeros((9, 9, 3), np.uint8), np.ones((9, 9), np.float32)
    for category, names in (("upper", ["sleeve"]), ("lower", ["leg"]), ("dress", ["sleeve", "leg"])):
        kind: Any = category
        garment = Garment(image, alpha, kind, {kind: 1.0}, "not sure", {}, {}, "long", "knee")
        assert [line.name for line in properties_of(What("k", "n", garment))][2:] == names
