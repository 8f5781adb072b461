"""What happens when a visitor chooses: the page's logic without Gradio and without HTML.

Every method that changes what is worn returns a ``View``, or None when a later click made it
pointless. The person's analysis is done once for each photo; the gallery's garments and the virtual
models are understood once for everybody.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from tryon.errors import BadRequestError, TryOnError
from tryon.images import load_picture, load_picture_with_alpha
from tryon.types import RGBu8, TryOnResult
from tryon.ui.engine import Engine
from tryon.ui.gallery import Gallery, build_garment
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.live_room import LiveRoom, load_networks
from tryon.ui.pictures import encode_shown, thumb_uri
from tryon.ui.texts import Texts
from tryon.ui.understood import garment_sketches, parts_of, person_sketches, understand_brought, with_answer
from tryon.ui.visitors import Brought, Look, Shelf, Shown, Slot, Uploads, Visitor, Visitors, What, Who, unique

log = logging.getLogger(__name__)

Kept = TypeVar("Kept")
QUIET_SECONDS = 2.0  # without a choice of any visitor, before a model is understood in advance
SHARED_LOOKS = 24  # looks of models in gallery garments kept for everybody: 24 x 2.4 MB


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


class FittingRoom:
    """The gallery, the engine and all visitors."""

    def __init__(
        self,
        gallery: Gallery,
        engine: Engine,
        *,
        texts: Texts = ENGLISH,
        visitors: Visitors | None = None,
        live: LiveRoom | None = None,
        first_look: tuple[str, str] = ("", ""),
    ):
        """Put it together; nothing is loaded yet.

        Args:
            gallery: what can be worn and by whom.
            engine: gives the pipeline.
            texts: the words for programs, and of refusals, which are translated where they are shown.
            visitors: for tests.
            live: the streams of visitors who are live.
            first_look: the model and the garment that a visitor sees first; unknown ids mean the gallery's first.
        """
        self.gallery = gallery
        model, garment = first_look
        self.first_model = model if model in gallery.models else next(iter(gallery.models))
        self.first_garment = garment if garment in gallery.garments else next(iter(gallery.garments))
        self.texts = texts
        self.shelf = Shelf()
        self.uploads = Uploads()
        self.visitors = Visitors() if visitors is None else visitors
        self.live = LiveRoom(load_networks) if live is None else live
        self._engine = engine
        self._lock = threading.Lock()
        self._models: dict[str, Who] = {}
        self._garments: dict[str, What] = {}
        self._looks: OrderedDict[str, Look] = OrderedDict()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._opening: Shown | None = None
        self._last_work = time.monotonic()

    @property
    def engine(self) -> Engine:
        """What gives the pipeline."""
        return self._engine

    def start(self, *, sweep_every_s: float = 60.0) -> None:
        """Load the pipeline, make the first look ready, and begin to forget idle visitors; returns at once."""
        self._engine.start()
        for work in (self._warm_up, lambda: self._sweep_for_ever(sweep_every_s)):
            thread = threading.Thread(target=work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, *, wait_s: float = 15.0) -> None:
        """End what ``start`` began; waits for a network at work, as a program that ends inside one crashes."""
        self._stop.set()
        for thread in self._threads:
            thread.join(wait_s)

    def opening(self) -> Shown:
        """The first model's picture, for the page to show before the pipeline is loaded."""
        if self._opening is None:
            item = self.gallery.models[self.first_model]
            self._opening = self.keep_shown(load_picture(item.file, what=f"picture of {item.name}"))
        return self._opening

    # -- choices -------------------------------------------------------------------------------

    def arrive(self, session: str) -> View | None:
        """Show a virtual model who already wears something."""
        visitor = self.visitors.get(session)
        return self._attempt(visitor, lambda: self._wear(visitor, 0))

    def choose_garment(self, session: str, garment_id: str, ticket: int) -> View | None:
        """Wear a garment of the gallery."""

        def use(visitor: Visitor) -> None:
            visitor.what = self.garment(garment_id)

        return self._choose(session, "what", ticket, use)

    def choose_model(self, session: str, model_id: str, ticket: int) -> View | None:
        """Dress a virtual model."""

        def use(visitor: Visitor) -> None:
            visitor.who = self.model(model_id)

        return self._choose(session, "who", ticket, use)

    def bring_photo(self, session: str, upload: str, ticket: int) -> View | None:
        """Dress the person in an uploaded photo."""

        def use(visitor: Visitor) -> None:
            visitor.who = self._own_photo(upload)

        return self._choose(session, "who", ticket, use, uploaded=True)

    def bring_garment(self, session: str, upload: str, ticket: int) -> View | None:
        """Wear a garment from an uploaded picture."""

        def use(visitor: Visitor) -> None:
            picture = load_picture_with_alpha(self._taken(upload), what="picture of the garment")
            number = visitor.own_garments + 1
            brought = Brought(number, *picture)
            visitor.what = understand_brought(brought, self._engine.get(), self.shelf)
            visitor.own_garments = number

        return self._choose(session, "what", ticket, use, uploaded=True)

    def answer(self, session: str, name: str, value: str, ticket: int) -> View | None:
        """Take the visitor's word for what their own garment is, and wear it again.

        Args:
            session: whose.
            name: category, photo (flat or worn), or one of ATTRIBUTES.
            value: what it is.
            ticket: of the click.
        """

        def use(visitor: Visitor) -> None:
            if visitor.what is None or visitor.what.brought is None:
                raise BadRequestError(self.texts.upload_gone)
            visitor.what = with_answer(visitor.what, name, value, self._engine.get(), self.shelf)

        return self._choose(session, "what", ticket, use, uploaded=True)

    def return_to(self, session: str, key: str, ticket: int) -> View | None:
        """Show a look of this visit again."""
        visitor = self.visitors.get(session)
        look = visitor.looks.get(key)
        if look is not None:
            return self._show_again(visitor, look) if visitor.is_latest(ticket) else None
        view = self._attempt(visitor, lambda: self._wear(visitor, ticket))
        return None if view is None else replace(view, refusal=self.texts.look_gone, refused="look")

    def undo(self, session: str) -> View | None:
        """Show the look before the current one."""
        visitor = self.visitors.get(session)
        look = visitor.step_back()
        return None if look is None else self._show_again(visitor, look)

    def speak(self, session: str) -> View | None:
        """Show the current look again, in the language that the visitor has chosen."""
        visitor = self.visitors.get(session)
        look = visitor.current()
        return None if look is None else View(visitor, look)

    def explain(self, session: str, wanted: bool) -> View | None:
        """Make the pictures of how the current look was made, and those of the next ones, or stop making them."""
        visitor = self.visitors.get(session)
        visitor.explain = wanted
        look = visitor.current()
        if look is None or not wanted:
            return None
        if look.stages:
            return View(visitor, look)

        def again() -> View:
            told = self._dress(look.who, look.what, explain=True)
            visitor.keep(told, step=False)
            return View(visitor, told)

        return self._attempt(visitor, again)

    # -- what is shared ------------------------------------------------------------------------

    def garment(self, garment_id: str) -> What:
        """Return a garment of the gallery, understood at its first use.

        Raises:
            BadRequestError: there is none of this id.
            TryOnError: it cannot be understood.
        """
        item = self.gallery.garments.get(garment_id)
        if item is None:
            raise BadRequestError(self.texts.not_in_gallery.format(id=garment_id[:40]))

        def build() -> What:
            try:
                garment = build_garment(item, self._engine.get())
            except TryOnError as error:
                if item.dropped:  # somebody put a picture into the folder that shows no garment
                    log.warning("%s is left out of the gallery: %s", item.file, error)
                    self._leave_out(item.id)
                raise
            sketches = garment_sketches(self.shelf, garment)
            return What(item.id, item.name, garment, sketches=sketches, name_zh=item.name_zh)

        return self._once(self._garments, item.id, build)

    def model(self, model_id: str) -> Who:
        """Return a virtual model, understood at its first use.

        Raises:
            BadRequestError: there is none of this id.
            TryOnError: the picture cannot be understood.
        """
        item = self.gallery.models.get(model_id)
        if item is None:
            raise BadRequestError(self.texts.not_in_gallery.format(id=model_id[:40]))

        def build() -> Who:
            image_u8 = load_picture(item.file, what=f"picture of {item.name}")
            return self._who(item.id, item.name, image_u8, name_zh=item.name_zh)

        return self._once(self._models, item.id, build)

    def _leave_out(self, garment_id: str) -> None:
        """Take a garment out of the gallery, for everybody."""
        with self._lock:
            rest = {name: item for name, item in self.gallery.garments.items() if name != garment_id}
            self.gallery = replace(self.gallery, garments=rest)

    # -- inside --------------------------------------------------------------------------------

    def _choose(
        self, session: str, slot: Slot, ticket: int, use: Callable[[Visitor], None], *, uploaded: bool = False
    ) -> View | None:
        """Take a choice, unless a later one of the same kind is known, and wear it."""
        visitor = self.visitors.get(session)
        if not visitor.is_latest(ticket, slot):
            return None
        refusal = self._attempt(visitor, lambda: use(visitor), place=slot if uploaded else "look")
        view = refusal or self._attempt(visitor, lambda: self._wear(visitor, ticket))
        forgotten = view is not None and self.visitors.was_forgotten(session)
        if view is not None and forgotten and not view.refusal and slot == "what":
            return replace(view, refusal=self.texts.photo_gone, refused="look")
        return view

    def _wear(self, visitor: Visitor, ticket: int) -> View | None:
        """Dress whoever is chosen, unless a later click is known before or after."""
        if visitor.who is None:
            visitor.who = self.model(self.first_model)
        if visitor.what is None:
            visitor.what = self.garment(self.first_garment)
        if not visitor.is_latest(ticket):
            return None
        look = self._dress(visitor.who, visitor.what, explain=visitor.explain, known=visitor.looks)
        visitor.keep(look)
        self.visitors.sweep()
        return View(visitor, look) if visitor.is_latest(ticket) else None

    def _attempt(self, visitor: Visitor, action: Callable[[], View | None], *, place: Slot = "look") -> View | None:
        """Turn a failure into a view that says so in its place, with the last look still shown."""
        self._last_work = time.monotonic()
        try:
            return action()
        except TryOnError as error:
            return View(visitor, visitor.current(), str(error), place)
        except Exception:
            log.exception("A choice of a visitor failed")
            return View(visitor, visitor.current(), self.texts.unexpected, place)
        finally:
            self._last_work = time.monotonic()

    def _dress(self, who: Who, what: What, *, explain: bool, known: OrderedDict[str, Look] | None = None) -> Look:
        key = f"{who.key}+{what.key}"
        shared = not who.own and not what.own
        with self._lock:
            look = (known.get(key) if known else None) or self._looks.get(key)
        if look is not None and (look.stages or not explain):
            return look
        result = self._engine.get().dress(who.person, what.garment, stages=explain)
        look = self._look(who, what, result)
        if shared:
            with self._lock:
                self._looks[key] = look
                self._looks.move_to_end(key)
                while len(self._looks) > SHARED_LOOKS:
                    self._looks.popitem(last=False)
        return look

    def _look(self, who: Who, what: What, result: TryOnResult) -> Look:
        return Look(
            who=who,
            what=what,
            shown=self.keep_shown(result.image, full=True, filename=f"try-on-{what.key}.png"),
            thumb=thumb_uri(result.image, 120, 160),
            warnings=unique((*who.person.warnings, *what.garment.warnings, *result.warnings)),
            stages=tuple((name, self.keep_shown(picture)) for name, picture in result.stages.items()),
        )

    def keep_shown(self, image_u8: RGBu8, *, full: bool = False, filename: str = "") -> Shown:
        """Make a picture visible to the browser for as long as the returned object is kept.

        Args:
            image_u8: (H, W, 3).
            full: whether it can be downloaded without loss.
            filename: the download's name.
        """
        jpeg, size = encode_shown(image_u8)
        return self.shelf.put(jpeg, size, full=image_u8 if full else None, filename=filename)

    def _who(self, key: str, name: str, image_u8: RGBu8, *, name_zh: str = "", own: bool = False) -> Who:
        person = self._engine.get().understand_person(image_u8)
        return Who(
            key,
            name,
            person,
            self.keep_shown(person.image_u8),
            own=own,
            thumb=thumb_uri(image_u8) if own else "",
            sketches=person_sketches(self.shelf, person),
            parts=parts_of(person),
            name_zh=name_zh,
        )

    def _own_photo(self, upload: str) -> Who:
        image_u8 = load_picture(self._taken(upload), what="photo")
        key = f"photo-{upload[:12]}"
        return self._who(key, ENGLISH.your_photo, image_u8, name_zh=CHINESE.your_photo, own=True)

    def _taken(self, upload: str) -> bytes:
        data = self.uploads.take(upload)
        if data is None:
            raise BadRequestError(self.texts.upload_gone)
        return data

    def _show_again(self, visitor: Visitor, look: Look) -> View:
        visitor.who, visitor.what = look.who, look.what
        visitor.keep(look)
        return View(visitor, look)

    def _once(self, kept: dict[str, Kept], key: str, build: Callable[[], Kept]) -> Kept:
        with self._lock:
            if key in kept:
                return kept[key]
        # built outside the lock, so that others need not wait; built twice at worst
        value = build()
        with self._lock:
            return kept.setdefault(key, value)

    def _warm_up(self) -> None:
        """Make the first look; then, in quiet moments, understand the other models, so that a click is quick."""
        try:
            self._dress(self.model(self.first_model), self.garment(self.first_garment), explain=False)
            for identity in self.gallery.models:
                if self._stop.is_set():
                    return
                while time.monotonic() - self._last_work < QUIET_SECONDS:
                    if self._stop.wait(QUIET_SECONDS):
                        return
                self.model(identity)
        except TryOnError as error:
            log.error("The models could not be made ready: %s", error)
        except Exception:
            log.exception("The models could not be made ready")

    def _sweep_for_ever(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            self.visitors.sweep()
            self.uploads.sweep()
            self.live.sweep()


def assets_folder() -> Path:
    """The repository's own assets."""
    return Path(__file__).resolve().parents[2] / "assets"
