"""The live panel: the camera as a mirror, dressed, with a row of garments beside it."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from tryon.errors import BadRequestError, TryOnError
from tryon.types import Garment
from tryon.ui.elements import ICON_CAMERA, ICON_LOCK, button, el, in_both, t
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import tile_address
from tryon.ui.live_room import TooManyLiveError
from tryon.ui.looks import What
from tryon.ui.studio.new_garments import garment_of
from tryon.ui.texts import Texts, word_at
from tryon.ui.visitors import Visitor

FILLED = True  # the tab that opens the panel is offered only where there is something in it
OWN = "own"  # the id of the visitor's own garment here
WIDTH, HEIGHT = 384, 512  # pixels of the mirror, as in the script


def build_live(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the streams.
    """
    with gr.Column(elem_id="live", elem_classes="panel"):
        panel = gr.HTML(
            live(room),
            js_on_load="tryonPage.live(element, trigger, props, watch); /* 'open' */",
            elem_classes=["piece"],
            apply_default_css=False,
            answer=None,
        )

    def begin(request: gr.Request) -> Any:
        return gr.update(answer=opened(room, str(request.session_hash or "")))

    # not in the queue of the models: a place is free or it is not
    panel.open(
        begin, outputs=panel, queue=False, trigger_mode="multiple", show_progress="hidden", api_visibility="private"
    )


def opened(room: FittingRoom, session: str) -> dict[str, str]:
    """Begin a stream for a session: its token and the visitor's own garment, or the word for why not."""
    try:
        token = room.live.open(session, partial(garment_for, room, session))
    except TooManyLiveError:
        return {"error": "too_many"}
    except TryOnError:
        return {"error": "failed"}
    own = own_garment(room.visitors.get(session))
    return {"token": token, "own": own.thumb if own else ""}


def garment_for(room: FittingRoom, session: str, garment_id: str) -> Garment:
    """What a visitor wears in the mirror.

    Args:
        room: gives the gallery, and what the visitor brought.
        session: whose.
        garment_id: of the gallery or made in the studio, or "own" for what they brought last.

    Raises:
        TryOnError: there is none, or it cannot be understood.
    """
    visitor = room.visitors.get(session)  # who is live is not idle
    if garment_id != OWN:
        return garment_of(room, visitor, garment_id).garment
    own = own_garment(visitor)
    if own is None:
        raise BadRequestError(room.texts.upload_gone)
    return own.garment


def own_garment(visitor: Visitor) -> What | None:
    """The garment of their own that a visitor wore last, if any."""
    worn = [visitor.what, *(look.what for look in reversed(list(visitor.looks.values())))]
    return next((what for what in worn if what is not None and what.own), None)


def live(room: FittingRoom) -> str:
    """The panel's HTML.

    Args:
        room: gives the gallery and the language.
    """
    texts = room.texts
    return el("div", _mirror(texts), el("div", *_wardrobe(room), class_="wardrobe"), class_="live")


def _mirror(texts: Texts) -> str:
    start = button(ICON_CAMERA + t(texts, "live.start"), "solid", data_act="live-start")
    welcome = el(
        "div",
        t(texts, "live.title", "h2"),
        t(texts, "live.invitation", "p"),
        start,
        el("p", ICON_LOCK, t(texts, "live.privacy"), class_="privacy"),
        class_="welcome",
    )
    picture = el(
        "div",
        el("video", playsinline=True, muted=True, tabindex=-1, aria_hidden="true"),
        el("canvas", width=WIDTH, height=HEIGHT, role="img", **_labelled(texts, "live.picture")),
        welcome,
        el("output", class_="count"),
        el("span", class_="rate"),
        class_="glass",
    )
    actions = (
        button(ICON_CAMERA + t(texts, "live.take"), "solid", data_act="live-take", data_needs_live=True),
        button(t(texts, "live.take_later"), "plain", data_act="live-take-later", data_needs_live=True),
        button(t(texts, "live.stop"), "plain", data_act="live-stop"),
    )
    notice = el("p", class_="notice", role="status")
    return el(
        "section",
        picture,
        el("div", notice, el("div", *actions, class_="actions"), class_="below"),
        class_="mirror",
        data_state="off",
    )


def _wardrobe(room: FittingRoom) -> list[str]:
    texts, garments = room.texts, room.gallery.garments.values()
    there = {"all", *(item.category for item in garments)}
    chips = (
        button(t(texts, f"gallery.categories.{name}"), data_filter=name, aria_pressed=str(name == "all").lower())
        for name in texts.gallery.categories
        if name in there
    )
    own = _tile(t(texts, "live.own"), "", data_id=OWN, hidden=True)
    tiles = (
        _tile(
            in_both(item.name, item.name_zh),
            tile_address(item),
            data_id=item.id,
            data_category=item.category,
            aria_pressed=str(item.id == room.first_garment).lower(),
        )
        for item in garments
    )
    label = _labelled(texts, "live.garments")
    return [
        el("div", *chips, class_="chips", role="group", **label),
        el("div", own, *tiles, class_="grid", role="group", **label),
    ]


def _tile(inside: str, picture: str, **attributes: str | bool) -> str:
    attributes.setdefault("aria_pressed", "false")
    image = el("img", src=picture or False, alt="", width=240, height=320, loading="lazy")
    return button(image + inside, "tile", **attributes)


def _labelled(texts: Texts, path: str) -> dict[str, str]:
    """Attributes that name an element for those who do not see it."""
    return {"aria_label": word_at(texts, path), "data_t_label": path}
