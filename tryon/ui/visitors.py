"""What is kept of each visitor while the page is open: in memory, bounded, and gone when they leave.

Nothing here is ever written to disk. A visitor's photo lives as long as the looks made from it; all
of it goes when the page is closed, after half an hour without a click, or when memory runs short.
"""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tryon.types import Person, RGBu8
from tryon.ui.album import Album
from tryon.ui.dressing_memory import Memory
from tryon.ui.languages import TEXTS, Language, language_of
from tryon.ui.looks import Look, Shown, Sketch, Style, What, Who
from tryon.ui.texts import Texts

Slot = Literal["who", "what", "look", "style"]
IDLE_SECONDS = 30 * 60  # long enough for a telephone call, short enough to keep the promise of forgetting
TOTAL_BYTES = 700_000_000  # with 900 MB of networks and libraries this stays under 2 GB
LOOKS_PER_VISITOR = 12  # the strip's length
VISITOR_BYTES = 250_000_000  # of one visitor's looks; the newest is kept whatever its size
MOST_REMEMBERED = 1000  # names of sessions that are gone
TRIED = 200  # keys of garments that are remembered as tried
CREATED_PER_VISITOR = 12  # garments of the studio: four rows of three, more would push the gallery out of sight
CREATED_BYTES = 60_000_000  # of them: twelve of 768 x 1024 pixels with their masks


@dataclass
class Visitor:
    """One open page. Its methods are guarded by a lock of its own.

    what: the garment chosen last. worn: all garments of the outfit, ``what`` among them, in the slots' order.
    created: what they made in the studio, by key, the newest last.
    """

    who: Who | None = None
    what: What | None = None
    worn: tuple[What, ...] = ()
    style: Style = field(default_factory=Style)
    outfit: bool = False  # whether the last garment was added to the others
    memory: Memory = field(default_factory=Memory)
    own_garments: int = 0  # how many pictures of garments were brought
    created: OrderedDict[str, What] = field(default_factory=OrderedDict)
    creations: int = 0  # how many garments were made, those that are gone too
    album: Album = field(default_factory=Album)  # the looks of their lookbook
    tried: OrderedDict[str, None] = field(default_factory=OrderedDict)  # keys of what they chose and saw on somebody
    explain: bool = False
    language: Language = "en"
    looks: OrderedDict[str, Look] = field(default_factory=OrderedDict)
    trail: list[str] = field(default_factory=list)
    seen: float = 0.0
    _tickets: dict[str, int] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def texts(self) -> Texts:
        """The words of the visitor's language."""
        return TEXTS[self.language]

    def speaks(self, code: str) -> None:
        """Note the language that came with an event; nothing changes where none came."""
        if code:
            self.language = language_of(code)

    def note(self, slot: Slot, ticket: int) -> None:
        """Record a click at the moment it arrives, before its turn to be worked on has come."""
        with self._lock:
            self._tickets[slot] = max(ticket, self._tickets.get(slot, 0))

    def is_latest(self, ticket: int, slot: Slot | None = None) -> bool:
        """Whether no later click is known, in one slot or in any."""
        with self._lock:
            seen = self._tickets.get(slot, 0) if slot else max(self._tickets.values(), default=0)
            return ticket >= seen

    def keep(self, look: Look, *, step: bool = True) -> None:
        """Add a look to the visit (and to the trail of undo), forgetting the oldest ones over the bounds."""
        with self._lock:
            if self.trail:  # the first look was chosen by the page
                self.tried.update(dict.fromkeys(what.key for what in look.garments))
                while len(self.tried) > TRIED:
                    self.tried.popitem(last=False)
            self.looks[look.key] = look
            while len(self.looks) > 1 and (len(self.looks) > LOOKS_PER_VISITOR or self.cost() > VISITOR_BYTES):
                self.looks.popitem(last=False)
            if step and (not self.trail or self.trail[-1] != look.key):
                self.trail.append(look.key)
            self.trail = [key for key in self.trail if key in self.looks]

    def next_creation(self) -> str:
        """A key for a garment that is being made."""
        with self._lock:
            self.creations += 1
            return f"made-{self.creations}"

    def create(self, what: What) -> None:
        """Keep a garment that was made, forgetting the oldest ones over the bounds; one that is worn stays worn."""
        with self._lock:
            self.created[what.key] = what
            self.created.move_to_end(what.key)
            while len(self.created) > 1 and (
                len(self.created) > CREATED_PER_VISITOR or _arrays_bytes(self.created.values()) > CREATED_BYTES
            ):
                self.created.popitem(last=False)

    def current(self) -> Look | None:
        """The look that is shown."""
        with self._lock:
            return self.looks.get(self.trail[-1]) if self.trail else None

    def step_back(self) -> Look | None:
        """Return to the look before the current one, if there is one."""
        with self._lock:
            if len(self.trail) > 1:
                self.trail.pop()
            return self.current()

    def cost(self) -> int:
        """Bytes held, counting what several looks share once, and nothing of the shared gallery and models."""
        with self._lock:
            everybody = {id(who): who for who in (*(look.who for look in self.looks.values()), self.who) if who}
            people = {id(who.person): who.person for who in everybody.values() if who.own}
            size = sum(_person_bytes(person) for person in people.values())
            sheets = {id(who.painted): who.painted.sheet_u8 for who in everybody.values() if who.painted}
            size += sum(sheet.nbytes for sheet in sheets.values())
            size += sum(_look_bytes(look) for look in self.looks.values())
            garments = [*self.worn, *(what for look in self.looks.values() for what in look.garments)]
            garments += self.created.values()
            size += self.memory.cost() + self.album.cost()
            return size + _arrays_bytes(what for what in garments if what.private)


def _person_bytes(person: Person) -> int:
    return person.image_u8.nbytes + person.mask_f32.nbytes + person.labels_u8.nbytes


def _look_bytes(look: Look) -> int:
    size = len(look.shown.jpeg) + (0 if look.shown.full is None else look.shown.full.nbytes)
    return size + sum(len(shown.jpeg) for _, shown in look.stages)


def _arrays_bytes(garments: Iterable[What]) -> int:
    """Bytes of the garments' pictures, each counted once."""
    arrays = [array for what in garments for array in _garment_arrays(what)]
    return sum(array.nbytes for array in {id(array): array for array in arrays}.values())


def _garment_arrays(what: What) -> list[Any]:
    brought = (what.brought.image_u8, what.brought.alpha_f32) if what.brought else ()
    return [array for array in (what.garment.image_u8, what.garment.alpha_f32, *brought) if array is not None]


@dataclass(frozen=True)
class View:
    """What the page shows after a choice.

    look: None before anything is worn. refusal: a sentence in place of a new result.
    refused: where to say it: beside the upload of who or what, or below the look.
    """

    visitor: Visitor
    look: Look | None
    refusal: str = ""
    refused: Slot = "look"


class Visitors:
    """All open pages, by the session that Gradio gives each."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, total_bytes: int = TOTAL_BYTES):
        """Begin with nobody.

        Args:
            clock: seconds, for tests.
            total_bytes: over this the visitors who have been idle longest are forgotten.
        """
        self._clock = clock
        self._total_bytes = total_bytes
        self._lock = threading.Lock()
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self._left: OrderedDict[str, None] = OrderedDict()
        self.farewells: list[Callable[[str], None]] = []  # called with the session of who has left or is forgotten

    def get(self, session: str) -> Visitor:
        """Return the visitor of a session, new if unknown, and note that they are here."""
        with self._lock:
            visitor = self._visitors.setdefault(session, Visitor())
            self._left.pop(session, None)  # back, as after a laptop has slept
            visitor.seen = self._clock()
            self._visitors.move_to_end(session)
            return visitor

    def was_forgotten(self, session: str) -> bool:
        """Tell once whether this session's photo had to be given up."""
        with self._lock:
            return self._forgotten.pop(session, 0) is None

    def album_of(self, token: str) -> Album | None:
        """The album whose lookbook has this token; None where it is forgotten or never was."""
        with self._lock:
            return next((each.album for each in self._visitors.values() if each.album.token == token != ""), None)

    def drop(self, session: str) -> None:
        """Forget a visitor who closed the page."""
        with self._lock:
            self._visitors.pop(session, None)
            self._forgotten.pop(session, None)
            self._left[session] = None
            while len(self._left) > MOST_REMEMBERED:
                self._left.popitem(last=False)
        self._part(session)

    def has_left(self, session: str) -> bool:
        """Whether a visitor has closed the page, so that a click that still waits its turn is nobody's."""
        with self._lock:
            return session in self._left

    def sweep(self) -> None:
        """Forget who has been idle too long, and the longest idle while too much memory is held."""
        with self._lock:
            now = self._clock()
            for session, visitor in list(self._visitors.items()):
                if now - visitor.seen > IDLE_SECONDS:
                    self._forget(session)
            costs = {session: visitor.cost() for session, visitor in self._visitors.items()}
            total = sum(costs.values())
            for session in list(self._visitors)[:-1]:
                if total <= self._total_bytes:
                    break
                total -= costs[session]
                self._forget(session)

    def __len__(self) -> int:
        return len(self._visitors)

    def _forget(self, session: str) -> None:
        visitor = self._visitors.pop(session)
        self._part(session)
        if visitor.who is not None and visitor.who.own:
            self._forgotten[session] = None
            while len(self._forgotten) > MOST_REMEMBERED:
                self._forgotten.popitem(last=False)

    def _part(self, session: str) -> None:
        for tell in self.farewells:
            tell(session)


class Shelf:
    """Finds a shown picture by its token, as long as somebody keeps the picture."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: weakref.WeakValueDictionary[str, Shown | Sketch] = weakref.WeakValueDictionary()

    def put(self, jpeg: bytes, size: tuple[int, int], *, full: RGBu8 | None = None, filename: str = "") -> Shown:
        """Make a shown picture with a token that cannot be guessed.

        Args:
            jpeg: encoded.
            size: width and height.
            full: what the download gives, if any.
            filename: the download's name.
        """
        shown = Shown(secrets.token_urlsafe(18), jpeg, size[0], size[1], full, filename)
        with self._lock:
            self._shown[shown.token] = shown
        return shown

    def put_sketch(self, size: tuple[int, int], draw: Callable[[], bytes]) -> Sketch:
        """Make a picture with a token that is drawn at its first use.

        Args:
            size: width and height.
            draw: makes the JPEG.
        """
        sketch = Sketch(secrets.token_urlsafe(18), size, draw)
        with self._lock:
            self._shown[sketch.token] = sketch
        return sketch

    def find(self, token: str) -> Shown | Sketch | None:
        """Return the picture, or None where it is forgotten or never was."""
        with self._lock:
            return self._shown.get(token)


class Uploads:
    """Files that arrived and wait, for seconds, for the event that uses them."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, total_bytes: int = 200_000_000, age_s: float = 300
    ):
        """Begin empty.

        Args:
            clock: seconds, for tests.
            total_bytes: over this the oldest are dropped.
            age_s: older ones are dropped.
        """
        self._clock = clock
        self._total_bytes = total_bytes
        self._age_s = age_s
        self._lock = threading.Lock()
        self._files: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    def put(self, data: bytes) -> str:
        """Keep a file and return its id."""
        identity = secrets.token_urlsafe(18)
        with self._lock:
            self._files[identity] = (self._clock(), data)
            while len(self._files) > 1 and self._size() > self._total_bytes:
                self._files.popitem(last=False)
        self.sweep()
        return identity

    def take(self, identity: str) -> bytes | None:
        """Hand a file out and forget it; None where there is none."""
        with self._lock:
            kept = self._files.pop(identity, None)
        return None if kept is None or self._clock() - kept[0] > self._age_s else kept[1]

    def look(self, identity: str) -> bytes | None:
        """Hand a file out and keep it until it is too old; None where there is none."""
        with self._lock:
            kept = self._files.get(identity)
        return None if kept is None or self._clock() - kept[0] > self._age_s else kept[1]

    def sweep(self) -> None:
        """Drop what nobody came for."""
        with self._lock:
            while self._files and self._clock() - next(iter(self._files.values()))[0] > self._age_s:
                self._files.popitem(last=False)

    def _size(self) -> int:
        return sum(len(data) for _, data in self._files.values())


def unique(sentences: Iterable[str]) -> tuple[str, ...]:
    """The same sentences in the same order, each once."""
    return tuple(dict.fromkeys(sentences))
