"""Suggestions for each visitor: what they said and did, noted where they and the host want it, and what follows."""

from __future__ import annotations

import logging
import os
import re
import threading
from dataclasses import dataclass, field
from pathlib import Path

from tryon.studio.outfit_match import Match, matches_for
from tryon.studio.recommend import Recommender, Suggestion
from tryon.studio.taste_events import Event, opinions_said
from tryon.studio.taste_look import Embedder
from tryon.studio.taste_store import SqliteStore, TasteStore, new_key
from tryon.studio.taste_traits import Traits, traits_of
from tryon.types import Garment
from tryon.ui.fitting_room import FittingRoom, assets_folder
from tryon.ui.gallery import GarmentItem
from tryon.ui.studio.taste_catalogue import catalogue
from tryon.ui.visitors import Visitor

log = logging.getLogger(__name__)
TASTE_FILE = "TRYON_TASTE_DB"  # environment variable: a file in which tastes outlive the visit; not set: none do
PUBLIC_HOSTS = ("SPACE_ID", "SPACES_ZERO_GPU")  # variables that hosts set where strangers come
_KEY = re.compile(r"[\w-]{20,40}")


def store_for_host() -> TasteStore:
    """The store that the host has asked for: in memory, unless a file is named.

    Raises:
        TasteStoreError: the file cannot be used.
    """
    named = os.environ.get(TASTE_FILE, "").strip()
    return SqliteStore(Path(named) if named else None)


def on_public_host() -> bool:
    """Whether strangers come here: then nothing is noted of its own accord."""
    return any(os.environ.get(name) for name in PUBLIC_HOSTS)


@dataclass
class Notes:
    """Of one visit. key: of the store. remember: whether tries and downloads are noted. counted: tries noted already.

    mine: a recommender that also knows what the visitor made, with the keys of that. shown: ids of the list that the
    visitor looks at, in its order. row: what stood above it as liked when it was made.
    """

    key: str
    remember: bool
    counted: set[str] = field(default_factory=set)
    mine: tuple[tuple[str, ...], Recommender] | None = None
    shown: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)


class TasteRoom:
    """May be shared by threads."""

    def __init__(
        self,
        room: FittingRoom,
        *,
        store: TasteStore | None = None,
        assets: Path | None = None,
        remember: bool | None = None,
    ):
        """Nothing is computed yet.

        Args:
            room: gives the gallery and the visitors.
            store: keeps events; as the host has asked by default.
            assets: folder of the gallery's measures.
            remember: whether tries and downloads are noted before a visitor says so; not on a public host by default.
        """
        self._room = room
        self.store = store_for_host() if store is None else store
        self._assets = assets_folder() if assets is None else assets
        self._remember = not on_public_host() if remember is None else remember
        self._lock = threading.Lock()
        self._shared: Recommender | None = None
        self._embed = Embedder()
        self._notes: dict[str, Notes] = {}
        room.visitors.farewells.append(self.leave)

    # -- what a visitor says and does ----------------------------------------------------------

    def notes(self, session: str, key: str = "") -> Notes:
        """The notes of a visit, new if unknown.

        Args:
            session: whose.
            key: what their browser has kept from an earlier visit; counts only where the store lasts.
        """
        with self._lock:
            found = self._notes.get(session)
            if found is None:
                known = key if self.store.lasting and _KEY.fullmatch(key) else new_key()
                found = self._notes[session] = Notes(known, self._remember)
            return found

    def say(self, session: str, garment_id: str, word: str) -> bool:
        """Note a like or a dislike, or take back ("back") what was said; False where there is no such garment."""
        notes, visitor = self.notes(session), self._room.visitors.get(session)
        if garment_id not in self._room.gallery.garments and garment_id not in visitor.created:
            return False
        if word == "back":
            self.store.take_back(notes.key, garment_id)
        elif word == "like":
            self.store.add(notes.key, Event(garment_id, "like"))
        elif word == "dislike":
            self.store.add(notes.key, Event(garment_id, "dislike"))
        else:
            return False
        return True

    def say_of_look(self, session: str, word: str) -> bool:
        """Like ("like") all garments of the look that is shown, or take that back ("back"); False where none can be.

        Pictures that the visitor brought are no part of the gallery, and no taste is noted of them.
        """
        look = self._room.visitors.get(session).current()
        done = [self.say(session, what.key, word) for what in (look.garments if look else ()) if not what.own]
        return any(done)

    def keep(self, session: str) -> None:
        """Note that the look that is shown was downloaded or shared, where the visitor wants that noted."""
        notes, visitor = self.notes(session), self._room.visitors.get(session)
        look = visitor.current()
        if look is not None and notes.remember:
            for what in look.garments:
                if not what.own:
                    self.store.add(notes.key, Event(what.key, "kept"))

    def remember(self, session: str, wanted: bool) -> None:
        """Note tries and downloads from now on, or no more; what was tried meanwhile does not count."""
        notes = self.notes(session)
        notes.counted |= set(self._room.visitors.get(session).tried)
        notes.remember = wanted

    def erase(self, session: str) -> int:
        """Forget all of a visitor's taste; what they try from now on counts again. Says how many notes that were."""
        notes, visitor = self.notes(session), self._room.visitors.get(session)
        count = self.store.erase(notes.key)
        notes.counted |= set(visitor.tried)
        notes.key = new_key()
        return count

    def leave(self, session: str) -> None:
        """A visitor has left or was forgotten: so is their taste, unless the host keeps it."""
        with self._lock:
            notes = self._notes.pop(session, None)
        if notes is not None and not self.store.lasting:
            self.store.erase(notes.key)

    # -- what follows --------------------------------------------------------------------------

    def events(self, session: str) -> list[Event]:
        """All that is noted of a visitor, with what they have tried since the last look."""
        notes, visitor = self.notes(session), self._room.visitors.get(session)
        if notes.remember:
            for name in [name for name in visitor.tried if name not in notes.counted]:
                notes.counted.add(name)
                if name in self._room.gallery.garments or name in visitor.created:
                    self.store.add(notes.key, Event(name, "tried"))
        return self.store.events(notes.key)

    def liked(self, session: str) -> list[str]:
        """What a visitor likes or kept, the newest first."""
        said = opinions_said(self.events(session))
        return [name for name, kind in reversed(said.items()) if kind in ("like", "kept")]

    def suggestions(self, session: str, count: int) -> list[Suggestion]:
        """What a visitor may like, the best first.

        Raises:
            TryOnError: the gallery's measures are damaged.
        """
        return self._recommender(session).suggest(self.events(session), count=count)

    def in_place(self, session: str, count: int) -> list[Suggestion | str]:
        """The list that was shown last, in its order, so that nothing moves under the hand; new ones follow at its end.

        Returns:
            ``count`` suggestions, and the bare ids of garments that something was said of meanwhile.

        Raises:
            TryOnError: the gallery's measures are damaged.
        """
        notes = self.notes(session)
        found = self._recommender(session).suggest(self.events(session))
        known = {each.id: each for each in found}
        order = [*notes.shown, *(each.id for each in found if each.id not in set(notes.shown))][:count]
        return [known.get(each, each) for each in order]

    def matches(self, session: str, garment_id: str, count: int) -> list[Match]:
        """What goes with a garment; nothing where it is not known.

        Raises:
            TryOnError: the gallery's measures are damaged.
        """
        recommender = self._recommender(session)
        if garment_id not in recommender:
            return []
        unwanted = {event.garment for event in self.events(session) if event.kind == "dislike"}
        others = [each for each in recommender.traits if each.id not in unwanted]
        return matches_for(recommender.of(garment_id), others, count=count)

    def _recommender(self, session: str) -> Recommender:
        with self._lock:
            if self._shared is None:
                self._shared = Recommender(catalogue(self._room.gallery, self._assets, understand=self._understand))
            shared = self._shared
        visitor, notes = self._room.visitors.get(session), self.notes(session)
        made = tuple(visitor.created)
        if not made:
            return shared
        if notes.mine is None or notes.mine[0] != made:
            notes.mine = made, Recommender([*shared.traits, *self._made(visitor, made)])
        return notes.mine[1]

    def _made(self, visitor: Visitor, keys: tuple[str, ...]) -> list[Traits]:
        garments = [(key, visitor.created[key].garment) for key in keys if key in visitor.created]
        return [traits_of(key, each, look=self._embed(each.image_u8, each.alpha_f32)) for key, each in garments]

    def _understand(self, item: GarmentItem) -> Garment:
        return self._room.garment(item.id).garment
