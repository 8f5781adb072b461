"""The page: three columns of our own HTML pieces in Gradio Blocks, and the events between them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from tryon.images import MAX_BYTES
from tryon.ui import markup, panel
from tryon.ui.api import add_api
from tryon.ui.fitting_room import FittingRoom, View
from tryon.ui.gallery import tile_picture
from tryon.ui.pictures import thumb_uri
from tryon.ui.visitors import Slot

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


def _piece(value: str, *, call: str | None = None, elem_id: str | None = None, **props: Any) -> gr.HTML:
    return gr.HTML(value, js_on_load=call, elem_id=elem_id, elem_classes="piece", apply_default_css=False, **props)


def _lay_out(room: FittingRoom) -> dict[str, gr.HTML | gr.Accordion]:
    texts = room.texts
    _piece(markup.header(texts), call="tryonPage.theme(element)")
    pieces: dict[str, gr.HTML | gr.Accordion] = {}
    with gr.Row(elem_id="room"):
        with gr.Column(elem_id="who"):
            _piece(markup.heading(texts.who))
            pieces["photo"] = _uploader(room, "who")
            _piece(markup.heading(texts.models, level=3))
            pieces["models"] = _picker(room, "models")
        with gr.Column(elem_id="middle"):
            call = f"tryonPage.stage(element, trigger, watch, {json.dumps(texts.waking)}); /* 'undo' */"
            with gr.Column(elem_id="front"):
                pieces["stage"] = _piece(_first_stage(room), call=call, elem_id="stage")
                _piece(markup.drawers(texts), call="tryonPage.drawers(element)", elem_id="drawers")
            pieces["strip"] = _piece(
                "", call="tryonPage.strip(element, trigger, watch); /* 'choose' */", elem_id="strip"
            )
            with gr.Accordion(texts.seen, open=False, elem_id="seen", elem_classes="drawer"):
                pieces["seen"] = _piece(panel.understood(texts, None))
            with gr.Accordion(texts.made, open=False, elem_id="made", elem_classes="drawer") as drawer:
                pieces["made"] = _piece(markup.made(texts, None))
            pieces["drawer"] = drawer
        with gr.Column(elem_id="what"):
            _piece(markup.heading(texts.what))
            pieces["garments"] = _picker(room, "garments")
            pieces["garment"] = _uploader(room, "what")
    return pieces


def _first_stage(room: FittingRoom) -> str:
    """The first model's picture, so that the page is never empty while the networks load."""
    name = room.gallery.models[room.first_model].name
    return markup.stage(room.texts, None, waiting=room.opening(), name=name)


def _picker(room: FittingRoom, kind: str) -> gr.HTML:
    texts, gallery = room.texts, room.gallery
    models = kind == "models"
    items: list[tuple[str, str, str, str]] = []
    for item in (gallery.models if models else gallery.garments).values():
        category = getattr(item, "category", "")
        items.append((item.id, item.name, category, thumb_uri(tile_picture(item))))
    words = json.dumps(texts.dressing)
    return _piece(
        markup.picker(items, texts, filters=not models, label=texts.who if models else texts.what),
        call=f"tryonPage.picker(element, trigger, props, watch, {words}); /* 'choose' */",
        elem_id=kind,
        chosen=room.first_model if models else room.first_garment,
    )


def _uploader(room: FittingRoom, kind: str) -> gr.HTML:
    texts = room.texts
    words = {
        "limit": MAX_BYTES,
        "too_large": texts.too_large,
        "failed": texts.upload_failed,
        "uploading": texts.uploading,
        "reason": texts.looking if kind == "who" else texts.looking_garment,
        "camera_refused": texts.camera_refused,
        "camera_insecure": texts.camera_insecure,
        "paste": kind == "who",
    }
    return _piece(
        markup.uploader(texts, kind),
        call=f"tryonPage.uploader(element, trigger, watch, {json.dumps(words)}); /* 'bring' 'answer' */",
        elem_id="photo" if kind == "who" else "garment",
    )


def _wire(page: gr.Blocks, room: FittingRoom, pieces: dict[str, Any]) -> None:
    outputs = [pieces[name] for name in PIECES]
    quietly = {"trigger_mode": "multiple", "show_progress": "hidden", "api_visibility": "private"}

    def listen(event: Callable[..., Any], slot: Slot | None, work: Callable[[str, _Data], View | None]) -> None:
        """Note the click at once, outside the queue; then work on it when its turn comes."""

        def note(data: gr.EventData, request: gr.Request) -> None:
            if slot is not None:
                room.visitors.get(_session(request)).note(slot, _Data(data).ticket)

        def act(data: gr.EventData, request: gr.Request) -> list[Any]:
            return _updates(room, work(_session(request), _Data(data)))

        if slot is not None:
            event(note, queue=False, **quietly)
        event(act, outputs=outputs, concurrency_id=MODEL_QUEUE, concurrency_limit=1, **quietly)

    listen(page.load, None, lambda session, data: room.arrive(session))
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
        room.visitors.drop(_session(request))

    page.unload(leave)


def _updates(room: FittingRoom, view: View | None) -> list[Any]:
    """The new values of the pieces, in the order of the outputs; nothing where a later click follows."""
    if view is None:
        return [gr.skip() for _ in PIECES]
    texts, visitor, look = room.texts, view.visitor, view.look
    who, what = visitor.who, visitor.what
    refused = {view.refused: view.refusal} if view.refusal else {}
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
        ticket = sent.get("ticket")
        self.ticket = ticket if isinstance(ticket, int) else 0
