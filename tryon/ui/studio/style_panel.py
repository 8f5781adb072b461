"""Style transfer: one garment's colours and pattern, or any picture's, on another's cut."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tryon.errors import TryOnError
from tryon.ui.elements import ICON_LOCK, ICON_PLUS, button, el, in_both, labelled, t, url
from tryon.ui.events import HEAVY, QUIETLY, Sent, piece, session_of
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import tile_address
from tryon.ui.sentences import in_language
from tryon.ui.studio.new_garments import private_garments, told
from tryon.ui.studio.style_room import StyleRoom
from tryon.ui.texts import Texts

KEY = "style"
FILLED = True  # the sub-tab is offered only where there is something in it
MODES = ("both", "pattern", "colours")
PICTURES = "image/jpeg,image/png,image/webp,image/heic,image/heif"


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
    styles = StyleRoom(room)
    call = "tryonPage.style(element, trigger, props, watch); /* 'make' 'keep' 'created' */"
    frame = piece(_frame(room.texts, room), call=call, elem_id="style", answer=None)

    def make(data: gr.EventData, request: gr.Request) -> Any:
        return gr.update(answer=answer_to(room, styles, session_of(request), Sent(data)))

    def keep(data: gr.EventData, request: gr.Request) -> Any:
        sent, session = Sent(data), session_of(request)
        visitor = room.visitors.get(session)
        visitor.speaks(sent.language)
        try:
            return gr.update(answer={"made": styles.keep(session).key, "value": sent.value, "ticket": sent.ticket})
        except TryOnError as error:
            return gr.update(answer={"error": in_language(visitor.language, str(error)), "ticket": sent.ticket})

    def created(data: gr.EventData, request: gr.Request) -> Any:
        visitor = room.visitors.get(session_of(request))
        own = told(reversed(private_garments(visitor).values()))
        return gr.update(answer={"created": own, "ticket": Sent(data).ticket})

    frame.make(make, outputs=[frame], **QUIETLY, **HEAVY)
    frame.created(created, outputs=[frame], queue=False, **QUIETLY)
    frame.keep(keep, outputs=[frame], **QUIETLY, **HEAVY)


def answer_to(room: FittingRoom, styles: StyleRoom, session: str, sent: Sent) -> dict[str, Any]:
    """What came of a wish.

    Args:
        room: gives the visitors.
        styles: makes it.
        session: whose.
        sent: cut, source (or upload), mode, strength, scale, across and down.

    Returns:
        The picture's and the download's address and whether its pattern can be moved, or an error's sentence, and the
        number of the answer.
    """
    from tryon.studio.style import StyleSettings

    visitor = room.visitors.get(session)
    visitor.speaks(sent.language)
    try:
        if sent.upload:
            styles.bring(session, sent.upload)
        mode = sent.words.get("mode", "both")
        settings = StyleSettings(
            mode if mode in MODES else "both",  # type: ignore[arg-type]
            float(sent.numbers.get("strength", 1.0)),
            float(sent.numbers.get("scale", 1.0)),
            (float(sent.numbers.get("across", 0.0)), float(sent.numbers.get("down", 0.0))),
        )
        shown = styles.make(session, sent.words.get("cut", ""), sent.words.get("source", ""), settings)
    except TryOnError as error:
        return {"error": in_language(visitor.language, str(error)), "ticket": sent.ticket}
    return {
        "picture": url(shown),
        "full": url(shown, full=True),
        "width": shown.width,
        "height": shown.height,
        "moves": styles.moves(session),
        "ticket": sent.ticket,
    }


def _frame(texts: Texts, room: FittingRoom) -> str:
    words = "studio.style."
    cut = _tiles(texts, room, "cut", words + "cut")
    source = _tiles(texts, room, "source", words + "source")
    bring = el(
        "label",
        ICON_PLUS,
        t(texts, words + "bring"),
        el("input", type="file", accept=PICTURES, class_="file", **labelled(texts, words + "bring")),
        class_="plain bring",
        tabindex=-1,
    )
    modes = [
        button(t(texts, f"{words}modes.{mode}"), data_mode=mode, role="radio", aria_checked=str(mode == "both").lower())
        for mode in MODES
    ]
    controls = el(
        "div",
        el("div", *modes, class_="modes", role="radiogroup", **labelled(texts, words + "mode")),
        _slider(texts, "strength", 0, 1, 0.05, 1),
        _slider(texts, "scale", 0.25, 3, 0.05, 1),
        el(
            "div",
            _slider(texts, "across", -0.6, 0.6, 0.02, 0),
            _slider(texts, "down", -0.6, 0.6, 0.02, 0),
            class_="moves",
            hidden=True,
        ),
        class_="controls",
    )
    result = el(
        "div",
        el("img", alt="", hidden=True, width=600, height=800, class_="styled"),
        t(texts, words + "empty", "p", class_="hint"),
        class_="picture",
    )
    done = el(
        "div",
        button(t(texts, words + "wear"), "plain", data_act="style-wear", disabled=True),
        button(t(texts, words + "keep"), "plain", data_act="style-keep", disabled=True),
        el("a", t(texts, words + "download"), class_="plain", data_act="style-download", hidden=True),
        class_="row",
    )
    return el(
        "section",
        el("div", t(texts, words + "title", "h2"), t(texts, words + "hint", "p"), class_="intro"),
        el(
            "div",
            el("div", t(texts, words + "cut", "h3"), cut, t(texts, words + "source", "h3"), source, bring),
            el("div", result, controls, done, el("p", "", role="status", class_="told-style")),
            class_="halves",
        ),
        el("p", ICON_LOCK, t(texts, words + "privacy"), class_="privacy"),
        class_="style",
    )


def _tiles(texts: Texts, room: FittingRoom, name: str, label: str) -> str:
    tiles = (
        button(
            el("img", src=tile_address(item), alt="", width=240, height=320, loading="lazy")
            + in_both(item.name, item.name_zh),
            "tile",
            data_id=item.id,
            aria_pressed="false",
        )
        for item in room.gallery.garments.values()
    )
    return el("div", *tiles, class_="choices", data_part=name, role="group", **labelled(texts, label))


def _slider(texts: Texts, name: str, low: float, high: float, step: float, value: float) -> str:
    box = el(
        "input", type="range", min=low, max=high, step=step, value=value, data_slide=name,
        **labelled(texts, f"studio.style.{name}"),
    )  # fmt: skip
    return el("label", t(texts, f"studio.style.{name}"), box, class_="slide")
