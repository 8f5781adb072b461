"""Design: draw new garments and fabrics, mix them, wear them."""

from __future__ import annotations

import itertools
from typing import Any

import gradio as gr

from tryon.errors import TryOnError
from tryon.ui.elements import button, el, labelled, t
from tryon.ui.events import HEAVY, QUIETLY, Sent, piece, session_of
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import CHINESE, ENGLISH
from tryon.ui.sentences import in_language
from tryon.ui.studio.design_orders import read_json
from tryon.ui.studio.new_garments import NewGarment, create_garment
from tryon.ui.texts import Texts

KEY = "design"
FILLED = True  # the sub-tab is offered only where there is something in it
IDEAS = 8  # of a grid: two rows, drawn within two seconds on two cores
SLIDERS = ("sleeve", "length", "fit", "neck", "style", "scale", "hue", "lightness", "colour")
_serial = itertools.count(1)


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
    call = "tryonPage.studioDesign(element, trigger, props, watch); /* 'make' */"
    panel = piece(design(room.texts), call=call, elem_id="design", answer=None)

    def make(data: gr.EventData, request: gr.Request) -> Any:
        sent = Sent(data)
        return gr.update(answer=made(room, session_of(request), sent) | {"mark": next(_serial)})

    panel.make(make, outputs=panel, **QUIETLY, **HEAVY)


def made(room: FittingRoom, session: str, sent: Sent) -> dict[str, str]:
    """Draw an order and keep it as a garment of the visitor's.

    Args:
        room: gives the desk and the visitors. session: whose. sent: ``value``, the order as JSON.

    Returns:
        ``key``: of the garment, or ``error``: why there is none, in the visitor's language.
    """
    visitor = room.visitors.get(session)
    visitor.speaks(sent.language)
    try:
        design = room.desk.draw(read_json(sent.value), "large")
        names = [name_of(texts, design.idea.label, design.idea.cloth, design.idea.seed) for texts in (ENGLISH, CHINESE)]
        new = NewGarment(design.image_u8, design.mask_u8, design.category, names[0], names[1])
        return {"key": create_garment(room, session, new, known=design.garment()).key}
    except TryOnError as error:
        return {"error": in_language(visitor.language, str(error))}


def name_of(texts: Texts, label: str, cloth: str, seed: int) -> str:
    """What a design is called."""
    words = texts.studio.design
    return words.name.format(cloth=words.cloths[cloth], label=words.labels[label], seed=seed)


def design(texts: Texts) -> str:
    """The panel's HTML; ``scripts/studio_design.js`` fills the grid."""
    words = texts.studio.design
    controls = el(
        "div",
        _choice(texts, "kind", "label", words.labels),
        _choice(texts, "cloth", "cloth", words.cloths),
        button(t(texts, "studio.design.more"), "solid", data_act="more"),
        class_="design-controls",
    )
    grid = el(
        "div",
        *(button(el("img", src="", alt="", width=240, height=320, hidden=True), "tile") for _ in range(IDEAS)),
        class_="design-grid",
        role="group",
        **labelled(texts, "studio.design.ideas"),
    )
    return el(
        "section",
        el("header", t(texts, "studio.design.title", "h2"), t(texts, "studio.design.about", "p"), class_="intro"),
        el(
            "div",
            el("div", controls, grid, _walk(texts), class_="design-ideas"),
            el("div", _chosen(texts), _sliders(texts), class_="design-chosen", hidden=True),
            t(texts, "studio.design.nothing", "p", class_="design-nothing hint"),
            class_="design-room",
        ),
        class_="design",
    )


def _choice(texts: Texts, word: str, name: str, options: dict[str, str]) -> str:
    inside = (t(texts, f"studio.design.{name}s.{key}", "option", value=key) for key in options)
    return el("label", t(texts, f"studio.design.{word}"), el("select", *inside, name_=name))


def _chosen(texts: Texts) -> str:
    actions = (
        button(t(texts, "studio.design.wear"), "solid", data_act="wear"),
        button(t(texts, "studio.design.keep"), "plain", data_act="keep"),
        el(
            "a",
            t(texts, "studio.design.download"),
            href="#",
            class_="plain",
            data_act="download",
            download="design.png",
        ),
        button(t(texts, "studio.design.mix"), "plain", data_act="mix", aria_pressed="false"),
    )
    number = el(
        "label",
        t(texts, "studio.design.seed"),
        el("input", type="text", inputmode="numeric", name_="seed", maxlength=10),
    )
    mixing = el(
        "div",
        t(texts, "studio.design.mix_hint", "p", class_="hint", data_part="mix-hint"),
        _slider(texts, "share", "studio.design.mix_share", 0, 1, 0.05, 0.5, ends=False),
        el(
            "div",
            button(t(texts, "studio.design.walk"), "plain", data_act="walk"),
            button(t(texts, "studio.design.unmix"), "plain", data_act="unmix"),
            class_="actions",
        ),
        class_="design-mix",
        hidden=True,
    )
    return el(
        "div",
        el("div", el("img", src="", alt="", width=480, height=640), class_="design-picture"),
        el("p", class_="notice", role="status"),
        el("div", *actions, class_="actions"),
        el("form", number, button(t(texts, "studio.design.seed_go"), "plain", data_act="seed"), class_="design-seed"),
        mixing,
    )


def _sliders(texts: Texts) -> str:
    made = []
    for name in SLIDERS:
        reach, step = (180, 5) if name == "hue" else (1, 0.1)
        made.append(_slider(texts, name, f"studio.design.sliders.{name}", -reach, reach, step, 0, ends=True))
    reset = button(t(texts, "studio.design.reset"), "plain", data_act="reset")
    return el(
        "div", *made, reset, class_="design-sliders", role="group", **labelled(texts, "studio.design.sliders_label")
    )


def _slider(texts: Texts, name: str, path: str, low: float, high: float, step: float, at: float, *, ends: bool) -> str:
    box = el("input", type="range", class_="fit", name_=name, min=low, max=high, step=step, value=at)
    told = [t(texts, f"studio.design.ends.{name}.{end}", "small") for end in ("less", "more")] if ends else []
    line = el("span", told[0], box, told[1]) if told else el("span", box)
    return el("label", t(texts, path, "b"), line)


def _walk(texts: Texts) -> str:
    return el("div", class_="design-walk", hidden=True, role="group", **labelled(texts, "studio.design.walk"))
