"""What was understood, as HTML: the drawer with its pictures, and the line that asks and lets a visitor correct."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from tryon.garment.attributes import NOT_SURE
from tryon.stages import LABEL_COLOURS
from tryon.types import LABEL
from tryon.ui.edit_panel import mend_button
from tryon.ui.elements import ICON_EDIT, ICON_EYE, button, el, labelled, t, url
from tryon.ui.languages import Language
from tryon.ui.looks import Look, Sketch, What, Who
from tryon.ui.sentences import in_language
from tryon.ui.texts import Texts, framing_of
from tryon.ui.understood import (
    Property,
    choices_of,
    landmark_counts,
    properties_of,
    question_of,
)
from tryon.ui.visitors import View, unique

TOLD = 0.2  # likelier guesses are named where nothing is sure; less likely ones say nothing


def understood(texts: Texts, view: View | None) -> str:
    """Pictures and facts of the person and the garment that are shown; the browser fetches the pictures when seen.

    Args:
        texts: the language.
        view: what is shown, or None before the first look.
    """
    look = view.look if view else None
    if look is None:
        return el("div", class_="seen")
    language = view.visitor.language if view else "en"
    return el("div", _person(texts, look.who, language), _garment(texts, look.what, language), class_="seen")


def ask_of_person(texts: Texts) -> str:
    """Below what was understood of a visitor's photo: a way to see all of it."""
    return el("div", _details(texts, "who"), class_="more")


def ask_of_garment(texts: Texts, look: Look) -> str:
    """Below what was understood: a question where something is not sure, and a way to correct the rest."""
    what = look.what
    if not what.own:
        return el("div", _details(texts, "what"), class_="more")
    question = question_of(what)
    asked = ""
    if question:
        name, values = question
        words = el("span", escape(texts.question.format(question=texts.questions[name])), id="ask-what")
        asked = el(
            "div", words, *_answers(texts, name, values, ""), class_="ask", role="group", aria_labelledby="ask-what"
        )
    edit = button(ICON_EDIT + t(texts, "correct"), "quiet", data_act="correct", aria_expanded="false")
    rows = (
        el(
            "div",
            el("span", escape(texts.properties[name])),
            *_answers(texts, name, values, value),
            class_="chips small",
            role="group",
            aria_label=texts.properties[name],
        )
        for name, values, value in choices_of(what)
    )
    corrections = el("div", *rows, class_="corrections", hidden=True)
    return asked + mend_button(texts, what) + el("div", _details(texts, "what"), edit, class_="more") + corrections


def _details(texts: Texts, part: str) -> str:
    """Opens the drawer, with one part of it in sight."""
    return button(ICON_EYE + t(texts, "see_details"), "quiet", data_act="details", data_part=part)


def _answers(texts: Texts, name: str, values: Iterable[str], value: str) -> list[str]:
    return [
        button(
            escape(texts.values[name].get(each, each)),
            data_name=name,
            data_value=each,
            aria_pressed=str(each == value).lower(),
        )
        for each in values
    ]


def _person(texts: Texts, who: Who, language: Language) -> str:
    pictures = [_figure(texts, name, sketch, who.called(language)) for name, sketch in who.sketches]
    legend = (
        el("li", el("i", style=f"background:rgb{LABEL_COLOURS[LABEL[part]]}"), escape(texts.labels.get(part, part)))
        for part in who.parts
    )
    person = who.person
    facts = [Property("framing", framing_of(person.pose, person.image_u8.shape[0]))]
    return el(
        "section",
        el("h3", escape(who.called(language))),
        el("div", *pictures, class_="looks", tabindex=0, role="group", **labelled(texts, "seen")),
        el("ul", *legend, class_="legend", aria_label=texts.seen_pictures["labels"]),
        _facts(texts, facts),
        _warnings(language, person.warnings),
        data_part="who",
    )


def _garment(texts: Texts, what: What, language: Language) -> str:
    garment = what.garment
    pictures = [_figure(texts, name, sketch, what.called(language)) for name, sketch in what.sketches]
    count, hidden = landmark_counts(garment)
    corners = texts.landmarks.format(count=count)
    if hidden:
        corners += texts.comma + texts.hidden_landmarks.format(hidden=hidden)
    return el(
        "section",
        el("h3", escape(what.called(language))),
        el(
            "div",
            el("div", *pictures, class_="looks", tabindex=0, role="group", **labelled(texts, "seen")),
            el(
                "div",
                _facts(texts, properties_of(what)),
                el("p", escape(corners), class_="corners") if count else "",
                _warnings(language, garment.warnings),
            ),
            class_="beside",
        ),
        data_part="what",
    )


def _figure(texts: Texts, name: str, sketch: Sketch, of: str) -> str:
    return el(
        "figure",
        el(
            "img",
            src=url(sketch),
            alt=texts.seen_alts[name].format(name=of),
            width=sketch.width,
            height=sketch.height,
            loading="lazy",
        ),
        el("figcaption", escape(texts.seen_pictures[name])),
    )


def _facts(texts: Texts, properties: Iterable[Property]) -> str:
    return el("dl", *(_fact(texts, line) for line in properties), class_="facts")


def _fact(texts: Texts, line: Property) -> str:
    words = {**texts.values, "label": texts.garment_labels, "framing": texts.in_picture}[line.name]
    open_ = line.value == NOT_SURE
    value = texts.not_sure if open_ else words.get(line.value, line.value)
    share, bar = "", ""
    if open_:
        share = texts.comma.join(f"{words.get(name, name)} {_percent(p)}" for name, p in line.likeliest if p >= TOLD)
    elif line.answered:
        share = texts.answered
    elif line.probability is not None:
        share = _percent(line.probability)
        bar = el("i", class_="bar", style=f"--p:{share}", aria_hidden="true")
    return el(
        "div",
        el("dt", escape(texts.properties[line.name])),
        el("dd", el("span", escape(value)), el("small", escape(share)) if share else "", bar),
        class_="open" if open_ else "",
    )


def _percent(probability: float) -> str:
    """Never "100%": nothing that a network says is certain."""
    return f"{min(99, max(1, round(probability * 100)))}%"


def _warnings(language: Language, warnings: tuple[str, ...]) -> str:
    return "".join(el("p", escape(in_language(language, sentence)), class_="caution") for sentence in unique(warnings))
