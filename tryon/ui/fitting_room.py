"""What happens when a visitor chooses: the page's logic without Gradio and without HTML.

Every method that changes what is worn returns a ``View``, or None when a later click made it
pointless. The person's analysis is done once for each photo; the gallery's garments and the virtual
models are understood once for everybody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tryon.errors import BadRequestError, TryOnError
from tryon.images import load_picture, load_picture_with_alpha
from tryon.ui.builds import BuildWish, nearest_build
from tryon.ui.closet import Closet
from tryon.ui.dressing import Dressing, keep_shown
from tryon.ui.engine import Engine
from tryon.ui.gallery import Gallery
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.live_room import LiveRoom, load_networks
from tryon.ui.looks import Brought, Look, Shown, Style, What, Who
from tryon.ui.mending import mend, read_points
from tryon.ui.painted import read_painted, read_sheet
from tryon.ui.quiet import Quiet
from tryon.ui.studio.design_orders import DesignDesk
from tryon.ui.texts import Texts
from tryon.ui.understood import understand_brought, with_answer
from tryon.ui.visitors import Shelf, Slot, Uploads, View, Visitor, Visitors
from tryon.ui.wardrobe import with_garment, without_slot

log = logging.getLogger(__name__)

QUIET_SECONDS = 2.0  # without a choice of any visitor, before a model is understood in advance


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
        model, garment = first_look
        self.first_model = model if model in gallery.models else next(iter(gallery.models))
        self.first_garment = garment if garment in gallery.garments else next(iter(gallery.garments))
        self.texts = texts
        self.shelf = Shelf()
        self.uploads = Uploads()
        self.visitors = Visitors() if visitors is None else visitors
        self.live = LiveRoom(load_networks) if live is None else live
        self.desk = DesignDesk()  # draws the studio's ideas; its designer is loaded at the first of them
        self._engine = engine
        self._dressing = Dressing(engine, self.shelf)
        self.closet = Closet(gallery, engine, self.shelf, texts)
        self.sweepers: list[Callable[[], None]] = []  # called with each sweep
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._opening: Shown | None = None
        self._quiet = Quiet()

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
            self._opening = keep_shown(self.shelf, load_picture(item.file, what=f"picture of {item.name}"))
        return self._opening

    def arrive(self, session: str) -> View | None:
        """Show a virtual model who already wears something."""
        visitor = self.visitors.get(session)
        return self._attempt(visitor, lambda: self._wear(visitor, 0))

    def choose_garment(
        self, session: str, garment_id: str, ticket: int, *, outfit: bool = False, beside: str = ""
    ) -> View | None:
        """Wear a garment of the gallery, or one that this visitor made in the studio.

        Args:
            session: whose.
            garment_id: of the gallery, or of ``Visitor.created``.
            ticket: of the click.
            outfit: whether the rest of the outfit is kept on, as far as it goes with the garment.
            beside: another garment, to be worn with it in place of the rest.
        """

        def use(visitor: Visitor) -> None:
            for number, each in enumerate([beside, garment_id] if beside else [garment_id]):
                self._put_on(
                    visitor, visitor.created.get(each) or self.garment(each), outfit=number > 0 if beside else outfit
                )

        return self._choose(session, "what", ticket, use)

    def choose_model(self, session: str, model_id: str, ticket: int) -> View | None:
        """Dress a virtual model."""

        def use(visitor: Visitor) -> None:
            visitor.who = self.model(model_id)

        return self._choose(session, "who", ticket, use)

    def choose_build(self, session: str, wish: str, ticket: int) -> View | None:
        """Dress the model whose build is nearest to what ``BuildWish.read`` understands."""

        def use(visitor: Visitor) -> None:
            asked = BuildWish.read(wish)
            found = nearest_build(self.gallery, asked.sex, asked.height_cm, asked.weight_kg, asked.skin)
            visitor.who = self.model(found.id)

        return self._choose(session, "who", ticket, use)

    def bring_photo(self, session: str, upload: str, ticket: int) -> View | None:
        """Dress the person in an uploaded photo."""

        def use(visitor: Visitor) -> None:
            visitor.who = self._own_photo(upload)

        return self._choose(session, "who", ticket, use, uploaded=True)

    def bring_garment(self, session: str, upload: str, ticket: int, *, outfit: bool = False) -> View | None:
        """Wear a garment from an uploaded picture; see ``choose_garment``."""

        def use(visitor: Visitor) -> None:
            picture = load_picture_with_alpha(self._taken(upload), what="picture of the garment")
            number = visitor.own_garments + 1
            brought = Brought(number, *picture)
            what = understand_brought(brought, self._engine.get(), self.shelf)
            visitor.own_garments = number
            self._put_on(visitor, what, outfit=outfit)

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
            what = with_answer(visitor.what, name, value, self._engine.get(), self.shelf)
            self._put_on(visitor, what, outfit=len(visitor.worn) > 1)

        return self._choose(session, "what", ticket, use, uploaded=True)

    def paint(self, session: str, key: str, upload: str, ticket: int) -> View | None:
        """Wear the same with marks on the person: what must stay, and what may change besides.

        Args:
            session: whose.
            key: of the look whose person was painted on.
            upload: the sheet; an empty one takes the marks away.
            ticket: of the click.
        """

        def use(visitor: Visitor) -> None:
            look = visitor.looks.get(key)
            if look is None:
                raise BadRequestError(self.texts.upload_gone)
            size = look.who.person.labels_u8.shape
            visitor.who = replace(look.who, painted=read_painted(self._taken(upload), size, self.shelf))

        return self._choose(session, "who", ticket, use)

    def mend(self, session: str, key: str, upload: str, points: str, ticket: int) -> View | None:
        """Wear the visitor's own garment as they cut it out.

        Args:
            session: whose.
            key: of the garment.
            upload: the sheet with the whole cut-out, or nothing where it stays.
            points: corners that were moved, as JSON.
            ticket: of the click.
        """

        def use(visitor: Visitor) -> None:
            what = visitor.what
            if what is None or what.key != key:
                raise BadRequestError(self.texts.upload_gone)
            sheet_u8 = read_sheet(self._taken(upload), what.garment.alpha_f32.shape) if upload else None
            moved = read_points(points, what.garment)
            what = mend(what, sheet_u8, moved, self._engine.get(), self.shelf)
            self._put_on(visitor, what, outfit=len(visitor.worn) > 1)

        return self._choose(session, "what", ticket, use, uploaded=True)

    def take_off(self, session: str, slot: str, ticket: int) -> View | None:
        """Empty a slot of the outfit; the last garment stays, as somebody who wears nothing new is no try-on."""

        def use(visitor: Visitor) -> None:
            left = without_slot(visitor.worn, slot)
            if not left:
                raise BadRequestError(self.texts.last_garment)
            visitor.worn = left
            visitor.what = visitor.what if visitor.what in left else left[-1]

        return self._choose(session, "what", ticket, use)

    def wear_so(self, session: str, style: Style, ticket: int) -> View | None:
        """Wear the same in another way."""

        def use(visitor: Visitor) -> None:
            visitor.style = style

        return self._choose(session, "style", ticket, use)

    def return_to(self, session: str, key: str, ticket: int) -> View | None:
        """Show a look of this visit again."""
        visitor = self.visitors.get(session)
        look = visitor.looks.get(key)
        if look is not None:
            return self._show_again(visitor, look) if visitor.is_latest(ticket) else None
        view = self._attempt(visitor, lambda: self._wear(visitor, ticket))
        return None if view is None else replace(view, refusal=self.texts.look_gone, refused="look")

    def undo(self, session: str, *, waiting: str = "") -> View | None:
        """Show the look before the current one.

        Args:
            session: whose.
            waiting: the key of the look that is shown while another is waited for: undo then takes that click back.
        """
        visitor = self.visitors.get(session)
        current = visitor.current()
        look = current if current is not None and waiting == current.key else visitor.step_back()
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
            told = self._dressing.look(look.who, look.garments, look.style, what=look.what, explain=True)
            visitor.keep(told, step=False)
            return View(visitor, told)

        return self._attempt(visitor, again)

    @property
    def gallery(self) -> Gallery:
        """What can be worn and by whom."""
        return self.closet.gallery

    def garment(self, garment_id: str) -> What:
        """See ``Closet.garment``."""
        return self.closet.garment(garment_id)

    def model(self, model_id: str) -> Who:
        """See ``Closet.model``."""
        return self.closet.model(model_id)

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

    def _put_on(self, visitor: Visitor, what: What, *, outfit: bool) -> None:
        visitor.what, visitor.outfit = what, outfit
        visitor.worn = with_garment(visitor.worn if outfit else (), what)

    def _wear(self, visitor: Visitor, ticket: int) -> View | None:
        """Dress whoever is chosen, unless a later click is known before or after."""
        if visitor.who is None:
            visitor.who = self.model(self.first_model)
        if visitor.what is None or not visitor.worn:
            self._put_on(visitor, self.garment(self.first_garment), outfit=False)
        if not visitor.is_latest(ticket):
            return None
        look = self._dressing.look(
            visitor.who,
            visitor.worn,
            visitor.style,
            what=visitor.what,
            explain=visitor.explain,
            known=visitor.looks,
            memory=visitor.memory if visitor.outfit else None,
        )
        visitor.keep(look)
        self.visitors.sweep()
        return View(visitor, look) if visitor.is_latest(ticket) else None

    def _attempt(self, visitor: Visitor, action: Callable[[], View | None], *, place: Slot = "look") -> View | None:
        """Turn a failure into a view that says so in its place, with the last look still shown."""
        try:
            with self._quiet.broken():
                return action()
        except TryOnError as error:
            return View(visitor, visitor.current(), str(error), place)
        except Exception:
            log.exception("A choice of a visitor failed")
            return View(visitor, visitor.current(), self.texts.unexpected, place)

    def _own_photo(self, upload: str) -> Who:
        image_u8 = load_picture(self._taken(upload), what="photo")
        key = f"photo-{upload[:12]}"
        return self.closet.somebody(key, ENGLISH.your_photo, image_u8, name_zh=CHINESE.your_photo, own=True)

    def _taken(self, upload: str) -> bytes:
        data = self.uploads.take(upload)
        if data is None:
            raise BadRequestError(self.texts.upload_gone)
        return data

    def _show_again(self, visitor: Visitor, look: Look) -> View:
        visitor.who, visitor.what, visitor.worn, visitor.style = look.who, look.what, look.garments, look.style
        visitor.keep(look)
        return View(visitor, look)

    def _warm_up(self) -> None:
        """Make the first look; then, in quiet moments, understand the other models, so that a click is quick."""
        try:
            self._dressing.look(self.model(self.first_model), (self.garment(self.first_garment),))
            for identity in self.gallery.models:
                if self._stop.is_set():
                    return
                while self._quiet.since() < QUIET_SECONDS:
                    if self._stop.wait(QUIET_SECONDS):
                        return
                self.model(identity)
        except TryOnError as error:
            log.error("The models could not be made ready: %s", error)
        except Exception:
            log.exception("The models could not be made ready")

    def _sweep_for_ever(self, every_s: float) -> None:
        while not self._stop.wait(every_s):
            for sweep in (self.visitors.sweep, self.uploads.sweep, self.live.sweep, *self.sweepers):
                sweep()


def assets_folder() -> Path:
    """The repository's own assets."""
    return Path(__file__).resolve().parents[2] / "assets"
