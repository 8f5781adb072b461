"""Lookbook: chosen people in chosen garments, as pages, a film and a zip under a brand's name."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import gradio as gr

from tryon.errors import TryOnError
from tryon.images import MAX_BYTES
from tryon.studio.lookbook.book import GREEN, LENGTHS, MOST_COLUMNS, PAGES
from tryon.ui.album import MOST_LOOKS
from tryon.ui.elements import ICON_LOCK, button, el, in_both, labelled, t
from tryon.ui.events import HEAVY, QUIETLY, Sent, piece, session_of
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import tile_address
from tryon.ui.sentences import in_language
from tryon.ui.studio.lookbook_orders import OWN, bring_logo, dress, put_together, read_wanted
from tryon.ui.studio.new_garments import private_garments, told
from tryon.ui.texts import Texts

KEY = "lookbook"
FILLED = True  # the sub-tab is offered only where there is something in it
_serial = itertools.count(1)


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
    call = "tryonPage.lookbook(element, trigger, props, watch); /* 'dress' 'draw' 'logo' 'created' */"
    panel = piece(lookbook(room), call=call, elem_id="lookbook", answer=None)

    def answering(kind: str) -> Any:
        def answer(data: gr.EventData, request: gr.Request) -> Any:
            return gr.update(answer=answer_to(room, session_of(request), kind, Sent(data)) | {"mark": next(_serial)})

        return answer

    panel.dress(answering("dress"), outputs=panel, **QUIETLY, **HEAVY)
    for event, kind in ((panel.draw, "draw"), (panel.logo, "logo"), (panel.created, "created")):
        event(answering(kind), outputs=panel, queue=False, **QUIETLY)


def answer_to(room: FittingRoom, session: str, kind: str, sent: Sent) -> dict[str, Any]:
    """Do what the script asks for.

    Args:
        room: gives the gallery and the visitors. session: whose. kind: dress, draw, logo or created.
        sent: value, the order as JSON; upload, of a logo; ticket, which is sent back.

    Returns:
        ticket, and what was made, or ``error``: why not, in the visitor's language.
    """
    visitor = room.visitors.get(session)
    visitor.speaks(sent.language)
    try:
        if kind == "dress":
            done: dict[str, Any] = dress(room, visitor, read_wanted(sent.value))
        elif kind == "draw":
            done = put_together(visitor, sent.value)
        elif kind == "logo":
            bring_logo(room, visitor, sent.upload)
            done = {"logo": bool(sent.upload)}
        else:
            done = {"created": told(reversed(private_garments(visitor).values()))}
    except TryOnError as error:
        done = {"error": in_language(visitor.language, str(error))}
    return {**done, "ticket": sent.ticket}


def lookbook(room: FittingRoom) -> str:
    """The panel's HTML; ``scripts/studio_lookbook.js`` moves it."""
    texts = room.texts
    head = el("header", t(texts, "studio.lookbook.title", "h2"), t(texts, "studio.lookbook.about", "p"), class_="intro")
    choosing = el("div", *_choosing(room), class_="book-choose")
    making = el("div", *_making(texts), class_="book-make")
    return el("section", head, el("div", choosing, making, class_="book-room"), class_="book", data_most=MOST_LOOKS,
              data_limit=MAX_BYTES)  # fmt: skip


def _choosing(room: FittingRoom) -> Iterator[str]:
    """People, garments, and the button that adds them."""
    texts = room.texts
    yield t(texts, "studio.lookbook.who", "h3")
    own = _tile(t(texts, "studio.lookbook.own"), "", OWN, hidden=True)
    people = (_tile(in_both(m.name, m.name_zh), tile_address(m), m.id) for m in room.gallery.models.values())
    yield el("div", own, *people, class_="book-people", role="group", **labelled(texts, "studio.lookbook.who"))
    yield t(texts, "studio.lookbook.what", "h3")
    garments = (_tile(in_both(g.name, g.name_zh), tile_address(g), g.id) for g in room.gallery.garments.values())
    yield el("div", *garments, class_="book-garments", role="group", **labelled(texts, "studio.lookbook.what"))
    ways = (
        button(t(texts, f"studio.lookbook.{way}"), data_way=way, aria_pressed=str(way == "each").lower())
        for way in ("each", "outfit")
    )
    yield el("div", *ways, class_="segments", role="group", **labelled(texts, "studio.lookbook.how"))
    yield button(t(texts, "studio.lookbook.choose"), "solid", data_act="book-add", disabled=True)
    yield el("p", class_="notice", role="status", data_part="said")


def _making(texts: Texts) -> Iterator[str]:
    """The looks with their words, the brand, the pages, and what is downloaded."""
    yield t(texts, "studio.lookbook.looks", "h3", hidden=True, data_part="looks-title")
    yield el("ol", class_="book-looks")
    yield t(texts, "studio.lookbook.brand", "h3")
    yield el("div", *_brand(texts), class_="book-brand")
    yield el("p", class_="notice", role="status", data_part="drawn")
    yield t(texts, "studio.lookbook.preview", "h3")
    yield t(texts, "studio.lookbook.nothing", "p", class_="book-nothing hint")
    yield el("div", class_="book-pages", role="group", tabindex=0, **labelled(texts, "studio.lookbook.preview"))
    files = (
        button(t(texts, f"studio.lookbook.files.{form}"), "solid" if form == "pdf" else "plain", data_file=form)
        for form in texts.studio.lookbook.files
    )
    yield el("div", *files, class_="book-files", role="group", hidden=True, **labelled(texts, "studio.lookbook.save"))
    yield el("p", class_="notice", role="status", data_part="saved")
    yield el("p", ICON_LOCK, t(texts, "studio.lookbook.marked"), class_="privacy")


def _brand(texts: Texts) -> Iterator[str]:
    for name, path in (("name", "name"), ("title", "book_title"), ("subtitle", "subtitle")):
        box = el("input", type="text", name_=name, maxlength=LENGTHS[name], autocomplete="off")
        yield el("label", t(texts, f"studio.lookbook.{path}"), box, class_=f"is-{name}")
    green = "#" + "".join(f"{part:02x}" for part in GREEN)
    yield el("label", t(texts, "studio.lookbook.colour"), el("input", type="color", name_="colour", value=green))
    pages = (t(texts, f"studio.lookbook.pages.{page}", "option", value=page) for page in PAGES)
    yield el("label", t(texts, "studio.lookbook.page"), el("select", *pages, name_="page"))
    counts = (el("option", str(n), value=n, selected=n == 2) for n in range(1, MOST_COLUMNS + 1))
    yield el("label", t(texts, "studio.lookbook.columns"), el("select", *counts, name_="columns"))
    cover = el("input", type="checkbox", name_="cover", checked=True)
    yield el("label", cover, t(texts, "studio.lookbook.cover"), class_="is-check")
    file = el("input", type="file", accept="image/*", **labelled(texts, "studio.lookbook.logo"))
    yield el("label", t(texts, "studio.lookbook.logo"), file, class_="plain is-logo")
    yield button(t(texts, "studio.lookbook.no_logo"), "quiet", data_act="book-no-logo", hidden=True)


def _tile(inside: str, picture: str, key: str, **attributes: str | bool) -> str:
    image = el("img", src=picture or False, alt="", width=240, height=320, loading="lazy")
    return button(image + inside, "tile", data_id=key, aria_pressed="false", **attributes)
