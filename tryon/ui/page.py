"""The page: three columns of our own HTML pieces in Gradio Blocks, and the events between them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import gradio as gr

from tryon.images import MAX_BYTES
from tryon.ui import gallery_panel, live_panel, markup, panel, share_panel, wear_panel
from tryon.ui.api import add_api
from tryon.ui.builds import build_panel
from tryon.ui.events import HEAVY, MODEL_QUEUE, QUIETLY, Sent, session_of
from tryon.ui.events import piece as _piece
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import tile_address
from tryon.ui.looks import can_be_tucked
from tryon.ui.sentences import in_language
from tryon.ui.studio import created_row, studio_panel
from tryon.ui.tidy import Tidier
from tryon.ui.visitors import Slot, View, Visitor
from tryon.ui.waiting import add_line

# what an answer draws anew
PIECES = (
    *("stage", "wear", "photo", "models", "builds", "garment", "garments", "created", "slots", "strip", "seen", "made"),
)
_serial = itertools.count(1)
WORN_AT_FIRST = {"fit": 0.0, "tuck": "auto", "tops": True}
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
        add_line(page)
    page.queue(default_concurrency_limit=4)
    tidier = Tidier(page)
    room.visitors.farewells.append(tidier.left)
    room.sweepers.append(tidier.sweep)
    return page


def _lay_out(room: FittingRoom) -> dict[str, gr.HTML]:
    texts = room.texts
    pieces = {"header": _piece(markup.header(texts, tabs()), call="tryonPage.header(element, trigger); /* 'speak' */")}
    with gr.Row(elem_id="room", elem_classes="panel"):
        with gr.Column(elem_id="who"):
            _piece(markup.heading(texts, "who"))
            pieces["photo"] = _uploader(room, "who")
            _piece(markup.heading(texts, "models", level=3))
            pieces["models"] = _picker(room, "models")
            call = "tryonPage.build(element, trigger, props, watch); /* 'choose' */"
            pieces["builds"] = _piece(build_panel(texts, room.gallery), call=call, elem_id="builds", chosen=[])
            call = "tryonPage.wear(element, trigger, props, watch); /* 'style' */"
            pieces["wear"] = _piece(wear_panel.wear(texts), call=call, elem_id="wear", worn=WORN_AT_FIRST)
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
            call = "tryonPage.slots(element, trigger); /* 'off' */"
            pieces["slots"] = _piece(wear_panel.slots(texts, None), call=call, elem_id="slots")
            _piece(markup.heading(texts, "what"), elem_classes="heading")
            call = "tryonPage.created(element, trigger); /* 'choose' 'show' */"
            pieces["created"] = _piece("", call=call, elem_id="created")
            pieces["garments"] = _picker(room, "garments")
            pieces["garment"] = _uploader(room, "what")
    pieces["brush"] = _piece("", call="tryonPage.brush(element, trigger); /* 'paint' 'mend' */", elem_id="brush")
    live_panel.build_live(room)
    studio_panel.build_studio(room)
    _piece(share_panel.dialog(texts), call="tryonPage.share(element)", elem_id="share")
    return pieces


def tabs() -> list[str]:
    """The tabs that have something to show: keys of ``Texts.tabs``."""
    more = {"live": live_panel.FILLED, "studio": bool(studio_panel.filled())}
    return ["try_on", "outfits", *(name for name, filled in more.items() if filled)]


def _first_stage(room: FittingRoom) -> str:
    """The first model's picture, so that the page is never empty while the networks load."""
    name = room.gallery.models[room.first_model].name
    return markup.stage(room.texts, None, waiting=room.opening(), name=name)


def _picker(room: FittingRoom, kind: str) -> gr.HTML:
    if kind == "models":
        tiles = [gallery_panel.model_tile(item, tile_address(item)) for item in room.gallery.models.values()]
    else:
        tiles = [gallery_panel.garment_tile(item, tile_address(item)) for item in room.gallery.garments.values()]
    html = gallery_panel.picker(
        tiles, room.texts, label="models" if kind == "models" else "what", search=kind == "garments"
    )
    first = (room.first_model,) if kind == "models" else (room.first_garment,)
    call = "tryonPage.picker(element, trigger, props, watch); /* 'choose' */"
    return _piece(html, call=call, elem_id=kind, chosen=list(first))


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

    def visitor(request: gr.Request, data: Sent) -> Visitor:
        found = room.visitors.get(session_of(request))
        found.speaks(data.language)
        return found

    def listen(
        event: Callable[..., Any], slot: Slot | None, work: Callable[[str, Sent], View | None], *, quick: bool = False
    ) -> None:
        """Note the click at once, outside the queue; then work on it when its turn comes.

        quick: nothing is computed, so that it need not wait for its turn.
        """

        def note(data: gr.EventData, request: gr.Request) -> None:
            sent = Sent(data)
            if slot is not None:
                visitor(request, sent).note(slot, sent.ticket)

        def act(data: gr.EventData, request: gr.Request) -> list[Any]:
            sent = Sent(data)
            if slot is not None and room.visitors.has_left(session_of(request)):
                return _updates(None)  # noted before they left; a photo must not come back into memory
            visitor(request, sent)
            return _updates(work(session_of(request), sent))

        if slot is not None:
            event(note, queue=False, **QUIETLY)
        event(act, outputs=outputs, **QUIETLY, **({"queue": False} if quick else HEAVY))

    def arrive(language: str, request: gr.Request) -> list[Any]:
        room.visitors.get(session_of(request)).speaks(str(language))
        return _updates(room.arrive(session_of(request)))

    browsers_language = gr.Textbox(visible=False)
    page.load(
        arrive,
        inputs=browsers_language,
        outputs=outputs,
        js="() => [tryonPage.language()]",
        **QUIETLY,
        **HEAVY,
    )
    listen(pieces["header"].speak, None, lambda session, data: room.speak(session), quick=True)
    listen(
        pieces["garments"].choose,
        "what",
        lambda session, data: room.choose_garment(session, data.id, data.ticket, outfit=data.outfit),
    )
    listen(
        pieces["created"].choose,
        "what",
        lambda session, data: room.choose_garment(
            session, data.id, data.ticket, outfit=data.outfit, beside=data.words.get("beside", "")
        ),
    )
    listen(pieces["models"].choose, "who", lambda session, data: room.choose_model(session, data.id, data.ticket))
    listen(pieces["builds"].choose, "who", lambda session, data: room.choose_build(session, data.value, data.ticket))
    listen(pieces["photo"].bring, "who", lambda session, data: room.bring_photo(session, data.upload, data.ticket))
    listen(
        pieces["garment"].bring,
        "what",
        lambda session, data: room.bring_garment(session, data.upload, data.ticket, outfit=data.outfit),
    )
    listen(
        pieces["garment"].answer,
        "what",
        lambda session, data: room.answer(session, data.id, data.value, data.ticket),
    )
    listen(pieces["slots"].off, "what", lambda session, data: room.take_off(session, data.id, data.ticket))
    listen(pieces["wear"].style, "style", lambda session, data: room.wear_so(session, data.style, data.ticket))
    listen(pieces["brush"].paint, "who", lambda session, data: room.paint(session, data.id, data.upload, data.ticket))
    listen(
        pieces["brush"].mend,
        "what",
        lambda session, data: room.mend(session, data.id, data.upload, data.value, data.ticket),
    )
    listen(pieces["strip"].choose, "look", lambda session, data: room.return_to(session, data.id, data.ticket))
    listen(pieces["stage"].undo, "look", lambda session, data: room.undo(session, waiting=data.id))
    listen(pieces["drawer"].expand, None, lambda session, data: room.explain(session, True))
    listen(pieces["drawer"].collapse, None, lambda session, data: room.explain(session, False))

    def created(request: gr.Request) -> str:
        return created_row.created(room.visitors.get(session_of(request)))

    pieces["created"].show(created, outputs=pieces["created"], queue=False, **QUIETLY)

    def leave(request: gr.Request) -> None:
        room.live.drop(session_of(request))
        room.visitors.drop(session_of(request))

    page.unload(leave)


def _updates(view: View | None) -> list[Any]:
    """The new values of the pieces, in the order of the outputs; nothing where a later click follows."""
    drawn = None if view is None else _drawn(view)
    return [gr.skip() if drawn is None else drawn[name] for name in PIECES]


def _drawn(view: View) -> dict[str, Any]:
    """The new value of each piece."""
    visitor, look = view.visitor, view.look
    texts, who = visitor.texts, visitor.who
    refused = {view.refused: in_language(visitor.language, view.refusal)} if view.refusal else {}
    # a mark that is no id makes each answer differ from the last: the browser has shown a click as chosen that may
    # have been taken back, and would not notice an equal answer
    mark = f"#{next(_serial)}"
    model = [*([who.key] if who and not who.own else []), mark]
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
    tops = any(can_be_tucked(what.garment) for what in visitor.worn)
    return {
        "stage": markup.stage(texts, view),
        "wear": gr.update(worn={"fit": visitor.style.fit, "tuck": visitor.style.tuck, "tops": tops, "mark": mark}),
        "photo": photo,
        "models": gr.update(chosen=model),
        "builds": gr.update(chosen=model),
        "garment": garment,
        "garments": gr.update(chosen=[*(what.key for what in visitor.worn if not what.own), mark]),
        "created": created_row.created(visitor),
        "slots": wear_panel.slots(texts, view),
        "strip": markup.strip(texts, view),
        "seen": panel.understood(texts, view),
        "made": markup.made(texts, view),
    }
