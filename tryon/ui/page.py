"""The page: three columns of our own HTML pieces in Gradio Blocks, and the events between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from tryon.images import MAX_BYTES
from tryon.ui import live_panel, markup, panel
from tryon.ui.api import add_api
from tryon.ui.fitting_room import FittingRoom, View
from tryon.ui.gallery import tile_picture
from tryon.ui.pictures import thumb_uri
from tryon.ui.sentences import in_language
from tryon.ui.visitors import Slot, Visitor

MODEL_QUEUE = "model"  # one at a time: the networks use all cores for one picture
PIECES = ("stage", "photo", "models", "garment", "garments", "strip", "seen", "made")  # what an answer draws anew
FILES_SWEEP_S, FILES_AGE_S = 60, 600  # only the programs' endpoints write files; these are theirs


def build_page(room: FittingRoom) -> gr.Blocks:
    """Lay the page out and wire it to a fitting room.

    Args:
        room: holds the gallery, the pipeline and the visitors.
    """
    with gr.Blocks(
        title=room.texts.name, analytics_enabled=False, delete_cache=(FILES_SWEEP_S, FILES_AGE_S), fill_width=True
    ) as page:
        pieces = _lay_out(room)
        _wire(page, room, pieces)
        add_api(room, concurrency_id=MODEL_QUEUE)
    page.queue(default_concurrency_limit=4)
    return page


def _piece(
    value: str, *, call: str | None = None, elem_id: str | None = None, elem_classes: str = "", **props: Any
) -> gr.HTML:
    classes = ["piece", *elem_classes.split()]
    return gr.HTML(value, js_on_load=call, elem_id=elem_id, elem_classes=classes, apply_default_css=False, **props)


def _lay_out(room: FittingRoom) -> dict[str, gr.HTML]:
    texts = room.texts
    pieces = {"header": _piece(markup.header(texts, tabs()), call="tryonPage.header(element, trigger); /* 'speak' */")}
    with gr.Row(elem_id="room", elem_classes="panel"):
        with gr.Column(elem_id="who"):
            _piece(markup.heading(texts, "who"))
            pieces["photo"] = _uploader(room, "who")
            _piece(markup.heading(texts, "models", level=3))
            pieces["models"] = _picker(room, "models")
        with gr.Column(elem_id="middle"):
            call = "tryonPage.stage(element, trigger, watch); /* 'undo' */"
            with gr.Column(elem_id="front"):
                pieces["stage"] = _piece(_first_stage(room), call=call, elem_id="stage")
                _piece(markup.drawers(texts), call="tryonPage.drawers(element)", elem_id="drawers")
            call = "tryonPage.strip(element, trigger, watch); /* 'choose' */"
            pieces["strip"] = _piece("", call=call, elem_id="strip")
            with gr.Column(elem_id="seen", elem_classes="drawer"):
                _piece(markup.handle(texts, "seen"), call="tryonPage.drawer(element, trigger)")
                pieces["seen"] = _piece(panel.understood(texts, None), elem_classes="told")
            with gr.Column(elem_id="made", elem_classes="drawer"):
                call = "tryonPage.drawer(element, trigger); /* 'expand' 'collapse' */"
                pieces["drawer"] = _piece(markup.handle(texts, "made"), call=call)
                pieces["made"] = _piece(markup.made(texts, None), elem_classes="told")
        with gr.Column(elem_id="what"):
            _piece(markup.heading(texts, "what"))
            pieces["garments"] = _picker(room, "garments")
            pieces["garment"] = _uploader(room, "what")
    live_panel.build_live(room)
    return pieces


def tabs() -> list[str]:
    """The tabs that have something to show: keys of ``Texts.tabs``."""
    return ["try_on", *(["live"] if live_panel.FILLED else [])]


def _first_stage(room: FittingRoom) -> str:
    """The first model's picture, so that the page is never empty while the networks load."""
    name = room.gallery.models[room.first_model].name
    return markup.stage(room.texts, None, waiting=room.opening(), name=name)


def _picker(room: FittingRoom, kind: str) -> gr.HTML:
    texts, gallery = room.texts, room.gallery
    models = kind == "models"
    items = [
        markup.Tile(item.id, item.name, item.name_zh, getattr(item, "category", ""), thumb_uri(tile_picture(item)))
        for item in (gallery.models if models else gallery.garments).values()
    ]
    return _piece(
        markup.picker(items, texts, filters=not models, label="who" if models else "what"),
        call="tryonPage.picker(element, trigger, props, watch); /* 'choose' */",
        elem_id=kind,
        chosen=room.first_model if models else room.first_garment,
    )


def _uploader(room: FittingRoom, kind: str) -> gr.HTML:
    settings = {
        "limit": MAX_BYTES,
        "reason": "looking" if kind == "who" else "looking_garment",
        "paste": kind == "who",
    }
    return _piece(
        markup.uploader(room.texts, kind),
        call=f"tryonPage.uploader(element, trigger, watch, {json.dumps(settings)}); /* 'bring' 'answer' */",
        elem_id="photo" if kind == "who" else "garment",
    )


def _wire(page: gr.Blocks, room: FittingRoom, pieces: dict[str, gr.HTML]) -> None:
    outputs = [pieces[name] for name in PIECES]
    quietly = {"trigger_mode": "multiple", "show_progress": "hidden", "api_visibility": "private"}
    heavy = {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1}

    def visitor(request: gr.Request, data: _Data) -> Visitor:
        found = room.visitors.get(_session(request))
        found.speaks(data.language)
        return found

    def listen(
        event: Callable[..., Any], slot: Slot | None, work: Callable[[str, _Data], View | None], *, quick: bool = False
    ) -> None:
        """Note the click at once, outside the queue; then work on it when its turn comes.

        quick: nothing is computed, so that it need not wait for its turn.
        """

        def note(data: gr.EventData, request: gr.Request) -> None:
            sent = _Data(data)
            if slot is not None:
                visitor(request, sent).note(slot, sent.ticket)

        def act(data: gr.EventData, request: gr.Request) -> list[Any]:
            sent = _Data(data)
            visitor(request, sent)
            return _updates(work(_session(request), sent))

        if slot is not None:
            event(note, queue=False, **quietly)
        event(act, outputs=outputs, **quietly, **({"queue": False} if quick else heavy))

    def arrive(language: str, request: gr.Request) -> list[Any]:
        room.visitors.get(_session(request)).speaks(str(language))
        return _updates(room.arrive(_session(request)))

    browsers_language = gr.Textbox(visible=False)
    page.load(
        arrive,
        inputs=browsers_language,
        outputs=outputs,
        js="() => [tryonPage.language()]",
        **quietly,
        **heavy,
    )
    listen(pieces["header"].speak, None, lambda session, data: room.speak(session), quick=True)
    listen(pieces["garments"].choose, "what", lambda session, data: room.choose_garment(session, data.id, data.ticket))
    listen(pieces["models"].choose, "who", lambda session, data: room.choose_model(session, data.id, data.ticket))
    listen(pieces["photo"].bring, "who", lambda session, data: room.bring_photo(session, data.upload, data.ticket))
    listen(
        pieces["garment"].bring,
        "what",
        lambda session, data: room.bring_garment(session, data.upload, data.ticket),
    )
    listen(
        pieces["garment"].answer,
        "what",
        lambda session, data: room.answer(session, data.id, data.value, data.ticket),
    )
    listen(pieces["strip"].choose, "look", lambda session, data: room.return_to(session, data.id, data.ticket))
    listen(pieces["stage"].undo, "look", lambda session, data: room.undo(session))
    listen(pieces["drawer"].expand, None, lambda session, data: room.explain(session, True))
    listen(pieces["drawer"].collapse, None, lambda session, data: room.explain(session, False))

    def leave(request: gr.Request) -> None:
        room.live.drop(_session(request))
        room.visitors.drop(_session(request))

    page.unload(leave)


def _updates(view: View | None) -> list[Any]:
    """The new values of the pieces, in the order of the outputs; nothing where a later click follows."""
    if view is None:
        return [gr.skip() for _ in PIECES]
    visitor, look = view.visitor, view.look
    texts, who, what = visitor.texts, visitor.who, visitor.what
    refused = {view.refused: in_language(visitor.language, view.refusal)} if view.refusal else {}
    own_photo, own_garment = bool(look and look.who.own), bool(look and look.what.own)
    photo = markup.uploader(
        texts,
        "who",
        thumb=look.who.thumb if look and own_photo else "",
        said=markup.said_of_person(texts, look) if own_photo else "",
        refusal=refused.get("who", ""),
        more=panel.ask_of_person(texts) if own_photo else "",
    )
    garment = markup.uploader(
        texts,
        "what",
        thumb=look.what.thumb if look and own_garment else "",
        said=markup.said_of_garment(texts, look),
        refusal=refused.get("what", ""),
        more=panel.ask_of_garment(texts, look) if look else "",
    )
    return [
        markup.stage(texts, view),
        photo,
        gr.update(chosen=who.key if who and not who.own else ""),
        garment,
        gr.update(chosen=what.key if what and not what.own else ""),
        markup.strip(texts, view),
        panel.understood(texts, view),
        markup.made(texts, view),
    ]


def _session(request: gr.Request) -> str:
    return str(request.session_hash or "")


class _Data:
    """What the browser sent with an event; whatever is not of the expected kind counts as not sent."""

    def __init__(self, data: gr.EventData):
        sent = data._data if isinstance(data._data, dict) else {}
        words = {name: value for name, value in sent.items() if isinstance(value, str)}
        self.id = words.get("id", "")
        self.upload = words.get("upload", "")
        self.value = words.get("value", "")
        self.language = words.get("language", "")
        ticket = sent.get("ticket")
        self.ticket = ticket if isinstance(ticket, int) else 0
