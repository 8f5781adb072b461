"""Slots of an outfit, the way it is worn, and the steps that are remembered, without a browser."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from tryon.images import encode_png
from tryon.types import ATTRIBUTES, Garment, Guess
from tryon.ui import dressing_memory
from tryon.ui.dressing_memory import STEPS_KEPT, Memory, Remembering
from tryon.ui.engine import Engine
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import load_gallery
from tryon.ui.looks import Brought, Style, What
from tryon.ui.wardrobe import in_order, slot_of, with_garment, without_slot


def piece(kind: str, *, brought: int = 0) -> What:
    """A garment for a slot: top, bottom, dress, jacket, or a cardigan that is told by its open front."""
    category: Any = {"bottom": "lower", "dress": "dress"}.get(kind, "upper")
    picture, alpha = np.full((8, 6, 3), 90, np.uint8), np.ones((8, 6), np.float32)
    label = "Blazer" if kind == "jacket" else "not sure"
    open_front = Guess("open", {each: float(each == "open") for each in ATTRIBUTES["front"]})
    attributes = {"front": open_front} if kind == "cardigan" else {}
    garment = Garment(picture, alpha, category, {category: 1.0}, label, {}, {}, attributes=attributes)
    return What(kind, kind, garment, brought=Brought(brought, picture) if brought else None)


@pytest.mark.parametrize(
    ("kind", "slot"),
    [("top", "top"), ("bottom", "bottom"), ("dress", "dress"), ("jacket", "jacket"), ("cardigan", "jacket")],
)
def test_every_garment_has_its_slot(kind: str, slot: str) -> None:
    assert slot_of(piece(kind).garment) == slot


@pytest.mark.parametrize(
    ("worn", "chosen", "then"),
    [
        ([], "top", ["top"]),
        (["top"], "bottom", ["top", "bottom"]),
        (["top", "bottom"], "jacket", ["top", "bottom", "jacket"]),
        (["top", "bottom", "jacket"], "dress", ["dress", "jacket"]),
        (["dress", "jacket"], "top", ["top", "jacket"]),
        (["dress"], "bottom", ["bottom"]),
        (["jacket"], "cardigan", ["cardigan"]),
    ],
)
def test_a_garment_fills_its_slot_and_what_cannot_be_worn_with_it_goes(
    worn: list[str], chosen: str, then: list[str]
) -> None:
    assert [what.key for what in with_garment([piece(kind) for kind in worn], piece(chosen))] == then


def test_the_order_of_choosing_makes_no_difference() -> None:
    pieces = [piece(kind) for kind in ("jacket", "bottom", "top")]
    assert [what.key for what in in_order(pieces)] == ["top", "bottom", "jacket"]
    assert in_order(reversed(pieces)) == in_order(pieces)


def test_slots_are_emptied_by_name() -> None:
    worn = tuple(piece(kind) for kind in ("top", "bottom"))
    assert [what.key for what in without_slot(worn, "top")] == ["bottom"]
    assert without_slot(worn, "hat") == worn


def test_a_corrected_garment_leaves_its_old_slot() -> None:
    shirt, trousers = piece("top", brought=1), piece("bottom", brought=1)
    assert with_garment([shirt], trousers) == (trousers,)
    assert len(with_garment([shirt], piece("bottom", brought=2))) == 2


@pytest.mark.parametrize(
    ("fit", "tuck", "style"),
    [
        (0.4, "in", Style(0.5, "in")),
        (-0.1, "", Style()),
        (7, "out", Style(0.0, "out")),
        (float("nan"), "<b>", Style()),
        (-1, "auto", Style(-1.0)),
    ],
)
def test_whatever_a_browser_asks_for_is_a_style(fit: float, tuck: str, style: Style) -> None:
    assert Style.asked(fit, tuck) == style


def test_only_tops_are_tucked_in() -> None:
    assert Style(0.5, "in").on((piece("bottom"),)) == Style(0.5)
    assert Style(0.5, "in").on((piece("bottom"), piece("top"))) == Style(0.5, "in")
    for kind in ("jacket", "cardigan"):
        assert Style(0.5, "in").on((piece(kind),)) == Style(0.5)
    assert Style().key == ""
    assert len({Style(fit, tuck).key for fit in (-1, -0.5, 0, 0.5, 1) for tuck in ("auto", "in", "out")}) == 15


# -- in the fitting room ---------------------------------------------------------------------------


@pytest.fixture
def room(gallery_folder: Path, drawing: Any) -> FittingRoom:
    return FittingRoom(load_gallery(gallery_folder), Engine(lambda: drawing))


def picture(view: Any) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(view.look.shown.jpeg, np.uint8), cv2.IMREAD_COLOR).astype(int)


def worn(view: Any) -> list[str]:
    return [what.key for what in view.look.garments]


def test_an_outfit_is_put_on_piece_by_piece(room: FittingRoom) -> None:
    room.arrive("a")
    assert worn(room.choose_garment("a", "blue-jeans", 1, outfit=True)) == ["red-tee", "blue-jeans"]
    both = room.choose_garment("a", "black-top", 2, outfit=True)
    assert worn(both) == ["black-top", "blue-jeans"]
    assert both.look.called("en") == "Black top, Blue jeans"
    assert both.look.called("zh") == "黑色上衣，蓝色牛仔裤"
    shown = picture(both)
    assert shown[200, 192].max() < 60  # the top
    assert shown[370, 192].argmax() == 0  # jeans, blue in BGR, below it
    assert worn(room.choose_garment("a", "green-dress", 3, outfit=True)) == ["green-dress"]
    assert worn(room.choose_garment("a", "red-tee", 4)) == ["red-tee"]  # on the first tab a click replaces all


def test_another_top_does_not_dress_the_trousers_anew(room: FittingRoom, drawing: Any) -> None:
    room.arrive("a")
    room.choose_garment("a", "blue-jeans", 1, outfit=True)
    dressed, looked = drawing.dressed, drawing.persons
    room.choose_garment("a", "black-top", 2, outfit=True)
    assert drawing.dressed == dressed + 1
    assert drawing.persons == looked


def test_a_slot_is_emptied_but_never_the_last(room: FittingRoom) -> None:
    room.arrive("a")
    room.choose_garment("a", "blue-jeans", 1, outfit=True)
    assert worn(room.take_off("a", "top", 2)) == ["blue-jeans"]
    refused = room.take_off("a", "bottom", 3)
    assert refused.refusal == room.texts.last_garment
    assert worn(refused) == ["blue-jeans"]


def test_fit_and_tuck_are_part_of_a_look_and_come_back(room: FittingRoom) -> None:
    first = room.arrive("a")
    loose = room.wear_so("a", Style(1.0), 1)
    tucked = room.wear_so("a", Style(1.0, "in"), 2)
    assert len({view.look.key for view in (first, loose, tucked)}) == 3
    assert np.abs(picture(loose) - picture(first)).mean() > 1
    assert np.abs(picture(tucked) - picture(loose)).mean() > 1
    assert room.undo("a").look is loose.look
    assert room.visitors.get("a").style == Style(1.0)
    assert room.undo("a").visitor.style == Style()
    assert room.return_to("a", tucked.look.key, 3).visitor.style == Style(1.0, "in")
    # trousers are not tucked in, so that both ways are one look
    assert "in" not in room.choose_garment("a", "blue-jeans", 4).look.key.split("~")


def test_undo_goes_back_over_every_kind_of_change(room: FittingRoom, person_picture: Any) -> None:
    views = [
        room.arrive("a"),
        room.choose_garment("a", "blue-jeans", 1, outfit=True),
        room.choose_model("a", "ben", 2),
        room.wear_so("a", Style(-1.0), 3),
        room.bring_garment("a", room.uploads.put(encode_png(person_picture(3))), 4, outfit=True),
        room.take_off("a", "bottom", 5),
        room.bring_photo("a", room.uploads.put(encode_png(person_picture(7))), 6),
    ]
    assert len({view.look.key for view in views}) == len(views)
    for before in reversed(views[:-1]):
        view = room.undo("a")
        visitor = view.visitor
        assert view.look.key == before.look.key
        assert (visitor.who, visitor.worn) == (before.look.who, before.look.garments)
    assert room.undo("a").look.key == views[0].look.key


def test_undo_takes_a_click_back_that_is_still_awaited(room: FittingRoom) -> None:
    room.arrive("a")
    shown = room.choose_garment("a", "black-top", 1)
    room.visitors.get("a").note("what", 2)  # a click that has not been worked on
    again = room.undo("a", waiting=shown.look.key)
    assert again.look is shown.look
    assert worn(room.undo("a")) == ["red-tee"]


def test_how_an_outfit_was_made_tells_of_the_garment_chosen_last(room: FittingRoom) -> None:
    room.explain("a", True)
    room.arrive("a")
    view = room.choose_garment("a", "blue-jeans", 1, outfit=True)
    assert view.look.what.key == "blue-jeans"
    assert [name for name, _ in view.look.stages] == ["pose", "parsing", "agnostic", "warped", "mask"]


# -- memory ----------------------------------------------------------------------------------------


def test_memory_knows_objects_and_wishes_apart() -> None:
    memory, made = Memory(), []
    one, other = np.zeros(3), np.zeros(3)

    class Step:
        image = mask = np.zeros(10, np.uint8)

    def make() -> Step:
        made.append(1)
        return Step()

    first = memory.once((one,), ("a",), make)
    assert memory.once((one,), ("a",), make) is first
    memory.once((other,), ("a",), make)
    memory.once((one,), ("b",), make)
    assert len(made) == 3
    assert memory.cost() == 10  # one array, counted once
    for number in range(STEPS_KEPT):
        memory.once((one,), (number,), make)
    assert memory.once((one,), ("a",), make) is not first


def test_the_jacket_over_a_tucked_shirt_hangs(drawing: Any, person_picture: Any) -> None:
    wishes: list[Any] = []
    dress = drawing.dress
    drawing.dress = lambda *args, **wished: wishes.append(wished["tuck"]) or dress(*args, **wished)
    pipeline = Remembering(drawing, Memory())
    person = pipeline.understand_person(person_picture(1))
    for kind in ("bottom", "top", "jacket"):
        pipeline.dress(person, piece(kind).garment, tuck="in")
    assert wishes == ["auto", "in", "auto"]


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch, drawing: Any, person_picture: Any) -> None:
    monkeypatch.setattr(dressing_memory, "MEMORY_BYTES", 1000)
    memory = Memory()
    pipeline = Remembering(drawing, memory)
    person = pipeline.understand_person(person_picture(1))
    assert memory.cost() == 0
    garment = replace(piece("top").garment)
    assert pipeline.dress(person, garment).image.shape == person.image_u8.shape
