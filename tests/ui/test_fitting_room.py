"""What a visitor's choices do, without a browser."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.images import encode_png
from tryon.ui.dressing import SHARED_LOOKS
from tryon.ui.engine import Engine, NotReadyError
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import load_gallery
from tryon.ui.visitors import IDLE_SECONDS, LOOKS_PER_VISITOR, Uploads, Visitor, Visitors


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def room(gallery_folder: Path, drawing: Any, clock: Clock) -> FittingRoom:
    return FittingRoom(load_gallery(gallery_folder), Engine(lambda: drawing), visitors=Visitors(clock=clock))


def shown_picture(look: Any) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(look.shown.jpeg, np.uint8), cv2.IMREAD_COLOR)


def test_first_look_is_there_without_a_choice(room: FittingRoom) -> None:
    view = room.arrive("a")
    assert view is not None
    assert view.look is not None
    assert (view.look.who.key, view.look.what.key) == ("ada", "red-tee")
    assert room.shelf.find(view.look.shown.token) is view.look.shown


def test_the_first_look_can_be_named(gallery_folder: Path, drawing: Any) -> None:
    gallery, engine = load_gallery(gallery_folder), Engine(lambda: drawing)
    room = FittingRoom(gallery, engine, first_look=("ben", "black-top"))
    assert (room.arrive("a").look.who.key, room.arrive("a").look.what.key) == ("ben", "black-top")
    room = FittingRoom(gallery, engine, first_look=("nobody", "nothing"))
    assert (room.first_model, room.first_garment) == ("ada", "red-tee")


def test_the_person_is_understood_once(room: FittingRoom, drawing: Any, person_picture: Any) -> None:
    upload = room.uploads.put(encode_png(person_picture(7)))
    view = room.bring_photo("a", upload, 1)
    assert view is not None
    assert view.look is not None
    assert view.look.who.own
    before = drawing.persons
    for ticket, garment in enumerate(("blue-jeans", "green-dress", "red-tee"), 2):
        room.choose_garment("a", garment, ticket)
    assert drawing.persons == before
    assert drawing.garments <= 4


def test_two_garments_give_two_pictures_and_undo_returns(room: FittingRoom) -> None:
    first = room.choose_garment("a", "red-tee", 1)
    second = room.choose_garment("a", "green-dress", 2)
    assert first is not None
    assert second is not None
    assert np.abs(shown_picture(first.look).astype(int) - shown_picture(second.look)).mean() > 5
    again = room.undo("a")
    assert again is not None
    assert again.look is first.look
    assert again.visitor.what is first.look.what
    assert room.undo("a").look is first.look  # nothing before the first


def test_returning_to_a_look_makes_nothing_new(room: FittingRoom, drawing: Any) -> None:
    first = room.choose_garment("a", "red-tee", 1)
    room.choose_garment("a", "green-dress", 2)
    made = drawing.dressed
    view = room.return_to("a", first.look.key, 3)
    assert view.look is first.look
    assert drawing.dressed == made
    gone = room.return_to("a", "never", 4)
    assert gone.refusal == room.texts.look_gone
    assert gone.look is first.look


def test_the_latest_click_wins(room: FittingRoom, drawing: Any) -> None:
    room.arrive("a")
    made = drawing.dressed
    visitor = room.visitors.get("a")
    for ticket in (1, 2, 3):
        visitor.note("what", ticket)
    assert room.choose_garment("a", "blue-jeans", 1) is None
    assert room.choose_garment("a", "green-dress", 2) is None
    assert drawing.dressed == made
    view = room.choose_garment("a", "black-top", 3)
    assert view.look.what.key == "black-top"


def test_a_result_that_comes_too_late_is_not_shown(room: FittingRoom, drawing: Any) -> None:
    room.arrive("a")
    drawing.gate.clear()
    answers: list[Any] = []
    thread = threading.Thread(target=lambda: answers.append(room.choose_garment("a", "blue-jeans", 1)))
    thread.start()
    time.sleep(0.05)
    room.visitors.get("a").note("what", 2)
    drawing.gate.set()
    thread.join(5)
    assert answers == [None]


def test_a_photo_counts_though_a_garment_was_clicked_meanwhile(room: FittingRoom, person_picture: Any) -> None:
    room.arrive("a")
    visitor = room.visitors.get("a")
    visitor.note("who", 1)
    visitor.note("what", 2)
    assert room.bring_photo("a", room.uploads.put(encode_png(person_picture(7))), 1) is None
    view = room.choose_garment("a", "green-dress", 2)
    assert view.look.who.own
    assert view.look.what.key == "green-dress"


def test_refusals_come_in_words_and_change_nothing(room: FittingRoom) -> None:
    room.arrive("a")
    plain = np.full((300, 300, 3), 128, np.uint8)
    for data, told in ((encode_png(plain), "No person"), (b"no picture at all", "picture"), (b"", "")):
        view = room.bring_photo("a", room.uploads.put(data), 1)
        assert view.refused == "who"
        assert told.lower() in view.refusal.lower()
        assert view.refusal.endswith(".")
        assert view.look.who.key == "ada"
    view = room.bring_garment("a", room.uploads.put(encode_png(plain)), 2)
    assert view.refused == "what"
    assert "No garment" in view.refusal
    assert room.choose_garment("a", "../../etc/passwd", 3).refusal
    assert room.bring_photo("a", "unknown", 4).refusal == room.texts.upload_gone


def test_unexpected_failures_say_nothing_of_the_inside(room: FittingRoom, drawing: Any, monkeypatch: Any) -> None:
    room.arrive("a")

    def fail(*args: Any, **kwargs: Any) -> None:
        raise ZeroDivisionError("secret /path")

    monkeypatch.setattr(drawing, "dress", fail)
    view = room.choose_garment("a", "black-top", 1)
    assert view.refusal == room.texts.unexpected
    assert view.refused == "look"
    assert view.look is not None


def test_own_garment_can_be_corrected(room: FittingRoom, drawing: Any, person_picture: Any) -> None:
    view = room.bring_garment("a", room.uploads.put(encode_png(person_picture(3))), 1)
    assert view.look.what.own
    assert view.look.what.garment.category == "upper"
    first = view.look
    view = room.answer("a", "category", "dress", 2)
    assert view.look.what.garment.category == "dress"
    looked = drawing.garments
    view = room.answer("a", "sleeve", "none", 3)
    assert (view.look.what.garment.category, view.look.what.garment.sleeve) == ("dress", "none")
    assert drawing.garments == looked  # for that nobody need look again
    assert room.answer("a", "photo", "worn", 4).look.what.garment.worn
    assert view.look.what.garment.sleeve == "none"  # said once, it holds
    assert len({look.key for look in room.visitors.get("a").looks.values()}) == 4
    again = room.return_to("a", first.key, 5)
    assert again.look is first
    assert room.answer("a", "category", "lower", 6).look.what.garment.category == "lower"


def test_only_ones_own_garment_can_be_corrected(room: FittingRoom) -> None:
    room.arrive("a")
    for answer in (("category", "dress"), ("sleeve", "none")):
        view = room.answer("a", *answer, 1)
        assert view.refusal == room.texts.upload_gone
        assert view.look.what.garment.category == "upper"
    assert room.garment("red-tee").garment.sleeve == "short"


@pytest.mark.parametrize("answer", [("category", "hat"), ("sleeve", "<b>"), ("", ""), ("photo", "upper")])
def test_answers_that_no_button_gives_are_refused(room: FittingRoom, person_picture: Any, answer: Any) -> None:
    before = room.bring_garment("a", room.uploads.put(encode_png(person_picture(3))), 1).look
    view = room.answer("a", *answer, 2)
    assert "no answer" in view.refusal
    assert view.look is before


def test_stages_are_made_only_when_asked_for(room: FittingRoom) -> None:
    assert room.arrive("a").look.stages == ()
    told = room.explain("a", True)
    assert [name for name, _ in told.look.stages] == ["pose", "parsing", "agnostic", "warped", "mask"]
    assert room.choose_garment("a", "black-top", 1).look.stages
    assert room.explain("a", False) is None
    assert not room.choose_garment("a", "green-dress", 2).look.stages


def test_warnings_are_shown_once(room: FittingRoom, person_picture: Any) -> None:
    view = room.bring_photo("a", room.uploads.put(encode_png(person_picture(7, 600, 450))), 1)
    assert view.look.warnings == ("The arms are crossed.",)


def test_pictures_go_when_the_visitor_goes(room: FittingRoom, person_picture: Any) -> None:
    view = room.bring_photo("a", room.uploads.put(encode_png(person_picture(7))), 1)
    tokens = [view.look.shown.token, view.look.who.shown.token, view.look.who.sketches[0][1].token]
    assert all(room.shelf.find(token) for token in tokens)
    del view
    room.visitors.drop("a")
    assert not any(room.shelf.find(token) for token in tokens)


def test_idle_visitors_are_forgotten_and_told(room: FittingRoom, clock: Clock, person_picture: Any) -> None:
    room.bring_photo("a", room.uploads.put(encode_png(person_picture(7))), 1)
    room.arrive("b")
    clock.now += IDLE_SECONDS + 1
    room.visitors.sweep()
    assert len(room.visitors) == 0
    view = room.choose_garment("a", "black-top", 2)
    assert view.refusal == room.texts.photo_gone
    assert view.look.who.key == "ada"
    assert room.choose_garment("a", "red-tee", 3).refusal == ""
    assert room.choose_garment("b", "black-top", 2).refusal == ""


def test_memory_is_bounded(gallery_folder: Path, drawing: Any, person_picture: Any) -> None:
    one = 3 * 512 * 384 * 3  # about one photo with its analysis and a look
    room = FittingRoom(load_gallery(gallery_folder), Engine(lambda: drawing), visitors=Visitors(total_bytes=3 * one))
    for number in range(8):
        session = f"visitor {number}"
        room.bring_photo(session, room.uploads.put(encode_png(person_picture(number))), 1)
    assert 1 <= len(room.visitors) <= 4
    assert len(room.uploads._files) == 0


def test_visit_is_bounded(room: FittingRoom, person_picture: Any) -> None:
    for number in range(LOOKS_PER_VISITOR + 3):
        room.bring_photo("a", room.uploads.put(encode_png(person_picture(number, 200, 150))), number)
    visitor = room.visitors.get("a")
    assert len(visitor.looks) == LOOKS_PER_VISITOR
    assert set(visitor.trail) <= set(visitor.looks)
    assert room._dressing.shared <= SHARED_LOOKS


def test_uploads_are_taken_once_and_expire(clock: Clock) -> None:
    uploads = Uploads(clock=clock, total_bytes=10, age_s=5)
    identity = uploads.put(b"12345")
    assert uploads.take(identity) == b"12345"
    assert uploads.take(identity) is None
    old = uploads.put(b"1")
    clock.now += 6
    assert uploads.take(old) is None
    first, second = uploads.put(b"1234567"), uploads.put(b"1234567")
    assert uploads.take(first) is None
    assert uploads.take(second) == b"1234567"


def test_tickets() -> None:
    visitor = Visitor()
    assert visitor.is_latest(0)
    visitor.note("who", 4)
    assert visitor.is_latest(3, "what")
    assert not visitor.is_latest(3, "who")
    assert not visitor.is_latest(3)
    assert visitor.is_latest(4)


def test_models_are_understood_in_quiet_moments(room: FittingRoom, drawing: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("tryon.ui.fitting_room.QUIET_SECONDS", 0.01)
    room.start()
    deadline = time.monotonic() + 10
    while room.closet.models_known < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    room.stop()
    assert drawing.persons == 2
    room.choose_model("a", "ben", 1)
    assert drawing.persons == 2


def test_engine_tells_why_it_did_not_start() -> None:
    def fail() -> Any:
        raise ImportError("no module")

    engine = Engine(fail, failure="Closed today.")
    with pytest.raises(NotReadyError, match="Closed today"):
        engine.get()
    assert engine.ready
