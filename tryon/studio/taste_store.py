"""Where events are kept: an embedded SQLite behind one interface, in memory or in a file that a host has asked for.

No pictures and no names are kept: ids of gallery garments, what was done with them, and when, under a random key.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from tryon.errors import TryOnError
from tryon.studio.taste_events import KINDS, Event, Kind

MOST_EVENTS = 400  # of one visitor: six for each garment of the gallery; the oldest go
LONGEST_ID = 120  # characters of a garment's id
KEEP_DAYS = 180  # in a file: half a year after the last visit a taste is forgotten
_TABLE = """
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, visitor TEXT NOT NULL, garment TEXT NOT NULL, kind TEXT NOT NULL, day INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS by_visitor ON events (visitor);
"""


class TasteStoreError(TryOnError):
    """The host's file of tastes cannot be used."""

    code = "taste_store"


class TasteStore(Protocol):
    """Keeps events by visitor; thread-safe."""

    @property
    def lasting(self) -> bool:
        """Whether it outlives the visit."""

    def add(self, visitor: str, event: Event) -> None:
        """Keep one more event."""

    def take_back(self, visitor: str, garment: str) -> None:
        """Forget what a visitor did with one garment."""

    def events(self, visitor: str) -> list[Event]:
        """All events of a visitor, the oldest first."""

    def erase(self, visitor: str) -> int:
        """Forget a visitor wholly and say how many events that were."""

    def sweep(self) -> None:
        """Forget who has not been seen for long."""


def new_key() -> str:
    """A key for a visitor, which cannot be guessed and says nothing of them."""
    return secrets.token_urlsafe(18)


class SqliteStore:
    """Events in SQLite; see ``TasteStore``. Erased rows are overwritten with zeros, in memory and in the file."""

    def __init__(self, path: Path | None = None, *, clock: Callable[[], float] = time.time):
        """Open or make a database.

        Args:
            path: of the file, which only this user may read; None keeps all in memory.
            clock: seconds since 1970, for tests.

        Raises:
            TasteStoreError: the file cannot be opened or is no database.
        """
        self._path, self._clock = path, clock
        self._lock = threading.Lock()
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            self._db = sqlite3.connect(
                ":memory:" if path is None else str(path), check_same_thread=False, isolation_level=None
            )
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("PRAGMA journal_mode = MEMORY")  # no second file that an erased row might stay in
            self._db.executescript(_TABLE)
        except (OSError, sqlite3.Error) as error:
            raise TasteStoreError(
                f"Tastes cannot be kept in {path} ({error}). Name another file in TRYON_TASTE_DB, or unset it."
            ) from error
        self.sweep()

    @property
    def lasting(self) -> bool:
        """Whether it outlives the visit."""
        return self._path is not None

    def add(self, visitor: str, event: Event) -> None:
        """Keep one more event; over the bound the visitor's oldest go."""
        key, day = _hidden(visitor), int(self._clock() // 86_400)
        with self._lock, self._db:
            self._db.execute(
                "INSERT INTO events (visitor, garment, kind, day) VALUES (?, ?, ?, ?)",
                (key, event.garment[:LONGEST_ID], event.kind, day),
            )
            self._db.execute(
                "DELETE FROM events WHERE visitor = ? AND number NOT IN "
                "(SELECT number FROM events WHERE visitor = ? ORDER BY number DESC LIMIT ?)",
                (key, key, MOST_EVENTS),
            )

    def take_back(self, visitor: str, garment: str) -> None:
        """Forget what a visitor did with one garment."""
        with self._lock, self._db:
            self._db.execute(
                "DELETE FROM events WHERE visitor = ? AND garment = ?", (_hidden(visitor), garment[:LONGEST_ID])
            )

    def events(self, visitor: str) -> list[Event]:
        """All events of a visitor, the oldest first."""
        with self._lock:
            rows = self._db.execute(
                "SELECT garment, kind FROM events WHERE visitor = ? ORDER BY number", (_hidden(visitor),)
            ).fetchall()
        return [Event(garment, cast(Kind, kind)) for garment, kind in rows if kind in KINDS]

    def erase(self, visitor: str) -> int:
        """Forget a visitor wholly and say how many events that were."""
        with self._lock:
            count = self._db.execute("DELETE FROM events WHERE visitor = ?", (_hidden(visitor),)).rowcount
            if self.lasting and count:
                self._db.execute("VACUUM")  # also what SQLite keeps in freed pages and indices
        return count

    def sweep(self) -> None:
        """Forget who has not been seen for ``KEEP_DAYS``."""
        day = int(self._clock() // 86_400) - KEEP_DAYS
        with self._lock:
            self._db.execute(
                "DELETE FROM events WHERE visitor IN (SELECT visitor FROM events GROUP BY visitor HAVING MAX(day) < ?)",
                (day,),
            )

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._db.close()


def _hidden(visitor: str) -> str:
    """What stands for a key in the database, so that nobody who reads the file can act for its visitors."""
    return hashlib.sha256(visitor.encode()).hexdigest()[:32]
