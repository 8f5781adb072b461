"""How garments are worn: fit and tuck, and the slots of an outfit."""

from __future__ import annotations

from tryon.person.layout_rules import TUCKS
from tryon.ui.elements import ICON_CLEAR, button, el, labelled, t
from tryon.ui.looks import FIT_STEPS, What
from tryon.ui.texts import Texts
from tryon.ui.visitors import View
from tryon.ui.wardrobe import SLOTS, SlotName, slot_of


def wear(texts: Texts) -> str:
    """A slider from snug to loose, and how a top ends; the script moves them to what is worn.

    Args:
        texts: the language.
    """
    slider = el(
        "input",
        type="range",
        min=-1,
        max=1,
        step=1 / FIT_STEPS,
        value=0,
        class_="fit",
        list="fit-marks",
        **labelled(texts, "wear.fit"),
    )
    marks = el("datalist", el("option", value=0), id="fit-marks")
    fit = el(
        "div",
        t(texts, "wear.fit", "b", aria_hidden="true"),
        t(texts, "wear.snug", "small", aria_hidden="true"),
        slider,
        marks,
        t(texts, "wear.loose", "small", aria_hidden="true"),
        class_="fits",
    )
    tucks = (
        button(t(texts, f"wear.tucks.{name}"), data_tuck=name, aria_pressed=str(name == "auto").lower())
        for name in TUCKS
    )
    tuck = el(
        "div",
        t(texts, "wear.tuck", "b", aria_hidden="true"),
        el("div", *tucks, class_="segments", role="group", **labelled(texts, "wear.tuck")),
        class_="tucks",
    )
    return el("div", fit, tuck, class_="wear", role="group", **labelled(texts, "wear.label"))


def slots(texts: Texts, view: View | None) -> str:
    """The places of an outfit, filled and empty, each with a way to empty it.

    Args:
        texts: the language.
        view: what is worn, or None before the first look.
    """
    worn = view.look.garments if view and view.look else ()
    filled = {slot_of(what.garment): what for what in worn}
    places = (_slot(texts, name, filled.get(name), view) for name in SLOTS)
    return el(
        "section",
        t(texts, "wear.outfit", "h2"),
        el("div", *places, class_="slots", role="group", **labelled(texts, "wear.outfit")),
        t(texts, "wear.outfit_hint", "p", class_="hint"),
    )


def _slot(texts: Texts, name: SlotName, what: What | None, view: View | None) -> str:
    title = t(texts, f"wear.slots.{name}", "small")
    if what is None or view is None:
        return el("div", el("div", class_="place"), title, class_="slot", title=texts.wear.empty[name])
    called = what.called(view.visitor.language)
    look = view.look
    alone = look is not None and len(look.garments) == 1
    off = button(
        ICON_CLEAR,
        "off",
        data_act="take-off",
        data_id=name,
        aria_label=texts.wear.take_off.format(what=called),
        title=texts.wear.take_off.format(what=called),
        hidden=alone,
    )
    picture = el("img", src=what.thumb, alt=called, width=120, height=160)
    return el("div", el("div", picture, off, class_="place"), title, class_="slot filled", title=called)
