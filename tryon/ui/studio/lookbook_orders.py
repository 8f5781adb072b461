"""What a browser asks of the lookbook: a look to be dressed, a logo, a book to be put together from kept looks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tryon.errors import BadRequestError
from tryon.images import shrink_to
from tryon.studio.lookbook.book import (
    MOST_COLUMNS,
    PAGES,
    Book,
    Brand,
    Layout,
    Words,
    check_words,
    look_of,
    read_colour,
)
from tryon.studio.lookbook.files import texts_of
from tryon.studio.lookbook.lettering import Lettering
from tryon.studio.lookbook.making import title_of
from tryon.studio.lookbook.spec import MOST_GARMENTS, load_logo
from tryon.ui.album import MOST_LOOKS, Album
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.looks import Style, Who
from tryon.ui.pictures import thumb_uri
from tryon.ui.studio.new_garments import garment_of
from tryon.ui.visitors import Visitor

OWN = "own"  # the id of the visitor's own photo
LONGEST_ORDER = 20_000  # characters: twelve looks with all their words
LOGO_SIDE = 800  # pixels: on paper a logo is three centimetres wide


@dataclass(frozen=True)
class Wanted:
    """A look that is wanted: ids of a model (or OWN) and of garments, and how they are worn."""

    model: str
    garments: tuple[str, ...]
    style: Style = field(default_factory=Style)


def read_wanted(text: str) -> Wanted:
    """Read an order for a look, ``{"model": id, "garments": [id, …], "tuck": "in", "fit": 0.5}``.

    Raises:
        BadRequestError: it is none.
    """
    found = _object(text)
    garments = found.get("garments")
    if not isinstance(garments, list) or not 1 <= len(garments) <= MOST_GARMENTS:
        raise BadRequestError(f"An outfit is one to {MOST_GARMENTS} garments.")
    fit = found.get("fit", 0.0)
    style = Style.asked(float(fit) if isinstance(fit, (int, float)) else 0.0, str(found.get("tuck", "")))
    return Wanted(str(found.get("model", ""))[:60], tuple(str(each)[:60] for each in garments), style)


def dress(room: FittingRoom, visitor: Visitor, wanted: Wanted) -> dict[str, str]:
    """Make a look, or find it among those that are kept.

    Args:
        room: gives people, garments and the pipeline. visitor: keeps it. wanted: read.

    Returns:
        key: of the look. title: in the visitor's language, where its letters can be drawn. thumb: a data URI.

    Raises:
        TryOnError: somebody or something is not there, or does not go together.
    """
    from tryon.outfit import dress_outfit, dressing_order

    who = _person(room, visitor, wanted.model)
    worn = [garment_of(room, visitor, each) for each in wanted.garments]
    garments = [what.garment for what in worn]
    dressing_order(garments)  # says what does not go together before anybody is dressed
    style = wanted.style.on(tuple(worn))
    key = "+".join((who.key, *sorted(what.key for what in worn))) + style.key
    look = visitor.album.find(key)
    if look is None:
        result = dress_outfit(room.engine.get(), who.person, garments, tuck=style.tuck, fit=style.fit)
        look = look_of(result.image, result.mask, Words())
        visitor.album.keep(key, look)
        room.visitors.sweep()
    title = title_of([what.called(visitor.language) for what in worn])
    if Lettering().missing(title):  # no font for Chinese on this host
        title = title_of([what.name for what in worn])
    return {"key": key, "title": title, "thumb": thumb_uri(look.image_u8, 120, 160)}


def bring_logo(room: FittingRoom, visitor: Visitor, upload: str) -> None:
    """Keep an uploaded logo for the visitor's book, or take it away where nothing was uploaded.

    Raises:
        TryOnError: it is no picture that can be read.
    """
    if not upload:
        visitor.album.logo_u8 = None
        return
    data = room.uploads.take(upload)
    if data is None:
        raise BadRequestError(room.texts.upload_gone)
    logo = load_logo(data)
    visitor.album.logo_u8 = shrink_to(logo, LOGO_SIDE)
    room.visitors.sweep()


def put_together(visitor: Visitor, text: str) -> dict[str, Any]:
    """Make a book from kept looks and what the browser says of them.

    Args:
        visitor: keeps it, and gives looks, logo and language.
        text: JSON: name, colour, title, subtitle, page, columns, cover, and looks, a list of key, title, price and
            caption.

    Returns:
        token: of its address. pages: how many there are, the cover among them.

    Raises:
        BadRequestError: something cannot be done, or a letter cannot be drawn.
    """
    from tryon.studio.lookbook.pages import Artist

    found = _object(text)
    brand = Brand(_line(found, "name"), read_colour(str(found.get("colour", "")), "The colour"),
                  logo_u8=visitor.album.logo_u8)  # fmt: skip
    columns, page = found.get("columns"), found.get("page")
    if columns not in range(1, MOST_COLUMNS + 1) or page not in PAGES:
        raise BadRequestError("There is no such page.")
    layout = Layout(_line(found, "title"), _line(found, "subtitle"), str(page), int(columns or 1),
                    found.get("cover") is not False, language=visitor.language)  # fmt: skip
    looks = found.get("looks")
    if not isinstance(looks, list) or not 1 <= len(looks) <= MOST_LOOKS:
        raise BadRequestError(f"A lookbook of this page has 1 to {MOST_LOOKS} looks.")
    book = Book(brand, layout, tuple(_look(visitor.album, each) for each in looks))
    lettering = Lettering()
    for _, line in texts_of(book):
        lacking = lettering.missing(line)
        if lacking:
            raise BadRequestError(f"No font on this computer has these letters: {lacking[:20]}. Write with others.")
    pages = len(Artist(book, lettering, layout.size).plans()) + layout.cover
    return {"token": visitor.album.bind(book), "pages": pages}


def _person(room: FittingRoom, visitor: Visitor, model: str) -> Who:
    if model != OWN:
        return room.model(model)
    own = [visitor.who, *(look.who for look in reversed(list(visitor.looks.values())))]
    found = next((who for who in own if who is not None and who.own), None)
    if found is None:
        raise BadRequestError("There is no photo of yours. Add one below Try on.")
    return found


def _look(album: Album, said: Any) -> Any:
    said = said if isinstance(said, dict) else {}
    look = album.find(str(said.get("key", "")))
    if look is None:
        raise BadRequestError("A look is no longer kept. Take it out and add it again.")
    return replace(look, words=Words(*(_line(said, name) for name in ("title", "price", "caption"))))


def _line(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name, "")
    return check_words(value if isinstance(value, str) else "", name, f"What you wrote ({name})")


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if len(text) <= LONGEST_ORDER else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadRequestError("This is no order for a lookbook.")
    return found
