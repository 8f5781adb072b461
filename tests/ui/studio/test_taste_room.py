"""What is noted of a visitor, when, and that it is gone when they leave or say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tryon.studio.outfit_match import Match
from tryon.studio.taste_events import Event
from tryon.studio.taste_reasons import Reason
from tryon.studio.taste_store import SqliteStore
from tryon.ui.engine import Engine
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import load_gallery
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.studio import taste_room
from tryon.ui.studio.new_garments import NewGarment, create_garment
from tryon.ui.studio.taste_catalogue import catalogue
from tryon.ui.studio.taste_room import TasteRoom, on_public_host, store_for_host
from tryon.ui.studio.taste_words import match_in_words, reason_in_words


@pytest.fixture
def room(gallery_folder: Path, drawing: Any) -> FittingRoom:
    return FittingRoom(load_gallery(gallery_folder), Engine(lambda: drawing))


@pytest.fixture
def taste(room: FittingRoom, gallery_folder: Path, monkeypatch: pytest.MonkeyPatch) -> TasteRoom:
    look = np.linspace(0, 1, 320).astype(np.float32)
    monkeypatch.setattr("tryon.studio.taste_look.Embedder.__call__", lambda *_: look)
    return TasteRoom(room, store=SqliteStore(), assets=gallery_folder, remember=True)


def test_likes_and_dislikes(taste: TasteRoom) -> None:
    assert taste.say("a", "red-tee", "like")
    assert taste.say("a", "green-dress", "dislike")
    assert not taste.say("a", "no-such-thing", "like")
    assert not taste.say("a", "red-tee", "adore")
    assert taste.liked("a") == ["red-tee"]
    assert {each.id for each in taste.suggestions("a", 9)} == {"blue-jeans", "black-top"}
    assert {each.id for each in taste.suggestions("b", 9)} == {"red-tee", "blue-jeans", "green-dress", "black-top"}
    assert taste.say("a", "green-dress", "back")
    assert "green-dress" in {each.id for each in taste.suggestions("a", 9)}


def test_tries_and_downloads_are_noted(room: FittingRoom, taste: TasteRoom) -> None:
    room.arrive("a")
    assert taste.events("a") == []  # the page chose that
    room.choose_garment("a", "green-dress", 1)
    assert taste.events("a") == [Event("green-dress", "tried")]
    assert taste.events("a") == [Event("green-dress", "tried")]  # once
    taste.keep("a")
    assert taste.events("a")[-1] == Event("green-dress", "kept")
    assert taste.liked("a") == ["green-dress"]


def test_not_where_the_visitor_minds(room: FittingRoom, taste: TasteRoom) -> None:
    room.arrive("a")
    taste.remember("a", False)
    room.choose_garment("a", "green-dress", 1)
    taste.keep("a")
    assert taste.events("a") == []
    taste.remember("a", True)  # what was tried meanwhile stays unknown
    assert taste.events("a") == []
    room.choose_garment("a", "black-top", 2)
    assert taste.events("a") == [Event("black-top", "tried")]


def test_erased_is_erased(room: FittingRoom, taste: TasteRoom) -> None:
    room.arrive("a")
    room.choose_garment("a", "green-dress", 1)
    taste.say("a", "red-tee", "like")
    before = taste.notes("a").key
    assert taste.erase("a") == 1  # the try is not noted before somebody looks at the suggestions
    assert taste.events("a") == []
    assert taste.notes("a").key != before
    assert taste.erase("a") == 0


def test_it_goes_with_the_visit(room: FittingRoom, taste: TasteRoom) -> None:
    taste.say("a", "red-tee", "like")
    key = taste.notes("a").key
    room.visitors.drop("a")
    assert taste.store.events(key) == []
    assert taste.events("a") == []
    now = [0.0]
    room.visitors._clock = lambda: now[0]
    taste.say("b", "red-tee", "like")
    key = taste.notes("b").key
    now[0] = 1e9
    room.visitors.sweep()
    assert taste.store.events(key) == []


def test_a_host_may_keep_it(room: FittingRoom, gallery_folder: Path, tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "kept" / "taste.sqlite")
    taste = TasteRoom(room, store=store, assets=gallery_folder)
    taste.say("a", "red-tee", "like")
    key = taste.notes("a").key
    taste.leave("a")
    assert taste.notes("later", key).key == key
    assert taste.liked("later") == ["red-tee"]
    taste.erase("later")
    assert store.events(key) == []
    for wrong in ("short", "x" * 60, "../../../etc/passwd-and-more"):
        assert taste.notes(wrong, wrong).key != wrong


def test_a_key_means_nothing_where_nothing_lasts(taste: TasteRoom) -> None:
    key = "k" * 24
    assert taste.notes("a", key).key != key


def test_what_the_host_asks_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in (taste_room.TASTE_FILE, *taste_room.PUBLIC_HOSTS):
        monkeypatch.delenv(name, raising=False)
    assert not store_for_host().lasting
    assert not on_public_host()
    monkeypatch.setenv("SPACE_ID", "somebody/try-on")
    assert on_public_host()
    monkeypatch.setenv(taste_room.TASTE_FILE, str(tmp_path / "t.sqlite"))
    assert store_for_host().lasting


def test_what_was_made_is_suggested_to_its_maker_alone(room: FittingRoom, taste: TasteRoom) -> None:
    image = np.full((400, 300, 3), (200, 40, 40), np.uint8)
    image[::8] = 240
    mask = np.zeros((400, 300), np.uint8)
    mask[50:350, 60:240] = 255
    what = create_garment(room, "a", NewGarment(image, mask, "upper", "Idea", "灵感"))
    assert what.key in {each.id for each in taste.suggestions("a", 9)}
    assert what.key not in {each.id for each in taste.suggestions("b", 9)}
    assert taste.say("a", what.key, "dislike")
    assert what.key not in {each.id for each in taste.suggestions("a", 9)}
    assert not taste.say("b", what.key, "dislike")


def test_what_goes_with_a_garment(taste: TasteRoom) -> None:
    assert {each.id for each in taste.matches("a", "blue-jeans", 9)} == {"red-tee", "black-top"}
    taste.say("a", "red-tee", "dislike")
    assert {each.id for each in taste.matches("a", "blue-jeans", 9)} == {"black-top"}
    assert taste.matches("a", "no-such-thing", 9) == []


def test_every_garment_of_a_small_gallery_is_known(room: FittingRoom, taste: TasteRoom, gallery_folder: Path) -> None:
    found = catalogue(room.gallery, gallery_folder, understand=lambda item: room.garment(item.id).garment)
    assert [each.id for each in found] == list(room.gallery.garments)
    assert found[0].colours == ("red",)


def test_reasons_in_words() -> None:
    two = Reason((("colour", "blue"), ("pattern", "striped")), (("kept", ("a", "b")),))
    assert reason_in_words(ENGLISH, two) == "Blue, striped, like two you kept"
    assert reason_in_words(CHINESE, two) == "蓝色，条纹，像你保存过的两件"
    mixed = Reason((("label", "T-Shirt"),), (("like", ("a",)), ("tried", ("b",))))
    assert reason_in_words(ENGLISH, mixed) == "T-shirt, like one you liked and one you tried on"
    assert reason_in_words(ENGLISH, Reason((), (("like", ("a",)),))) == "Much like one you liked"
    assert reason_in_words(ENGLISH, Reason(start=True)) == ENGLISH.studio.taste.start
    assert reason_in_words(ENGLISH, Reason(spared=True)) == ENGLISH.studio.taste.spared
    assert reason_in_words(ENGLISH, Reason()) == ENGLISH.studio.taste.curious
    assert match_in_words(ENGLISH, Match("x", 1, "contrast", ("both_smart",))) == "Opposite colours, both smart"
