"""Events are kept by visitor, bounded, and gone without a trace when they are erased."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from tryon.studio import taste_store
from tryon.studio.taste_events import Event
from tryon.studio.taste_store import KEEP_DAYS, SqliteStore, TasteStoreError, new_key

LIKE, DISLIKE = Event("tee-breton", "like"), Event("dress-red", "dislike")


@pytest.mark.parametrize("lasting", [False, True])
def test_visitors_are_apart(tmp_path: Path, lasting: bool) -> None:
    store = SqliteStore(tmp_path / "taste.sqlite" if lasting else None)
    store.add("a", LIKE)
    store.add("b", DISLIKE)
    store.add("a", DISLIKE)
    assert store.lasting is lasting
    assert store.events("a") == [LIKE, DISLIKE]
    assert store.events("b") == [DISLIKE]
    store.take_back("a", LIKE.garment)
    assert store.events("a") == [DISLIKE]
    assert store.erase("a") == 1
    assert store.erase("a") == 0
    assert store.events("a") == []
    assert store.events("b") == [DISLIKE]


def test_erasing_leaves_nothing_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "taste.sqlite"
    store, key = SqliteStore(path), new_key()
    for number in range(50):
        store.add(key, Event(f"rare-garment-{number}", "like"))
    assert b"rare-garment" in path.read_bytes()
    assert key.encode() not in path.read_bytes()  # who reads the file cannot act for its visitors
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert store.erase(key) == 50
    for file in path.parent.iterdir():  # also no journal beside it
        assert b"rare-garment" not in file.read_bytes(), file
    assert [file.name for file in path.parent.iterdir()] == ["taste.sqlite"]


def test_a_file_outlives_the_program(tmp_path: Path) -> None:
    first = SqliteStore(tmp_path / "taste.sqlite")
    first.add("a", LIKE)
    first.close()
    assert SqliteStore(tmp_path / "taste.sqlite").events("a") == [LIKE]


def test_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taste_store, "MOST_EVENTS", 3)
    store = SqliteStore()
    for number in range(5):
        store.add("a", Event(str(number), "tried"))
    assert [each.garment for each in store.events("a")] == ["2", "3", "4"]


def test_who_stays_away_is_forgotten(tmp_path: Path) -> None:
    now = [1_000_000_000.0]
    store = SqliteStore(tmp_path / "taste.sqlite", clock=lambda: now[0])
    store.add("a", LIKE)
    now[0] += (KEEP_DAYS - 1) * 86_400
    store.add("b", LIKE)
    store.sweep()
    assert store.events("a") == [LIKE]
    now[0] += 2 * 86_400
    store.sweep()
    assert store.events("a") == []
    assert store.events("b") == [LIKE]


def test_threads_may_share_it() -> None:
    store = SqliteStore()

    def work(name: str) -> None:
        for number in range(40):
            store.add(name, Event(str(number), "tried"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [len(store.events(name)) for name in "abcd"] == [40] * 4


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is not a database, and it stays as it is " * 40)
    with pytest.raises(TasteStoreError, match="TRYON_TASTE_DB"):
        SqliteStore(path)
    assert path.read_text().startswith("this is not")


def test_keys_cannot_be_guessed() -> None:
    assert len({new_key() for _ in range(100)}) == 100
    assert len(new_key()) >= 20
