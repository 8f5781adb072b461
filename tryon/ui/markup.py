"""The page's pieces as HTML. Attributes are escaped by ``el``; text goes through ``escape``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from html import escape

from tryon.garment.attributes import NOT_SURE
from tryon.ui import share_panel
from tryon.ui.edit_panel import brush_button
from tryon.ui.elements import (
    ICON_CAMERA,
    ICON_COMPARE,
    ICON_DOWN,
    ICON_GRIP,
    ICON_LANGUAGE,
    ICON_LOCK,
    ICON_OPEN,
    ICON_PLUS,
    ICON_THEME,
    ICON_UNDO,
    button,
    el,
    labelled,
    t,
    url,
)
from tryon.ui.languages import Language
from tryon.ui.looks import Look, Shown
from tryon.ui.privacy_routes import privacy_address
from tryon.ui.sentences import in_language, told
from tryon.ui.studio.look_heart import look_heart
from tryon.ui.texts import Texts, describe_garment, describe_person, word_at
from tryon.ui.understood import category_is_open
from tryon.ui.visitors import View, Visitor

_serial = itertools.count(1)  # makes each piece differ from the last, so that the browser notices an equal answer
CAMERA_SECONDS = 5  # to step back until one's hips are in the picture


def header(texts: Texts, tabs: Iterable[str]) -> str:
    """The name, the promise, the tabs, and the switches of language and of light and dark.

    Args:
        texts: the language.
        tabs: keys of ``Texts.tabs`` that are offered; a single one is not shown.
    """
    tabs = list(tabs)
    handles = (
        button(t(texts, f"tabs.{name}"), data_tab=name, role="tab", aria_selected=str(number == 0).lower())
        for number, name in enumerate(tabs)
    )
    row = el("div", *handles, class_="tabs", role="tablist", hidden=len(tabs) < 2, **labelled(texts, "tabs_label"))
    return el(
        "header",
        t(texts, "name", "h1"),
        t(texts, "promise", "p"),
        row,
        _round(texts, ICON_LANGUAGE, "language"),
        _round(texts, ICON_THEME, "theme"),
        class_="top",
    )


def _round(texts: Texts, icon: str, act: str) -> str:
    title = {"title": word_at(texts, f"{act}_button"), "data_t_title": f"{act}_button"}
    return button(icon, "round", data_act=act, **labelled(texts, f"{act}_button"), **title)


def heading(texts: Texts, path: str, *, level: int = 2) -> str:
    """A column's or a group's title."""
    return t(texts, path, f"h{level}")


def handle(texts: Texts, path: str) -> str:
    """What opens and closes a drawer."""
    return button(ICON_OPEN + t(texts, path), "handle", aria_expanded="false")


def uploader(texts: Texts, kind: str, *, thumb: str = "", said: str = "", refusal: str = "", more: str = "") -> str:
    """The place to add a photo ("who") or a garment ("what").

    Args:
        texts: the language.
        kind: "who" or "what".
        thumb: data URI of what was added last.
        said: what was understood.
        refusal: why the last one was not taken.
        more: HTML that follows what was understood.
    """
    photo = kind == "who"
    if photo:
        title = "change_photo" if thumb else "add_photo"
    else:
        title = "change_garment" if thumb else "add_garment"
    hint = "add_photo_hint" if photo else "add_garment_hint"
    picture = el("img", class_="mine", src=thumb, alt="") if thumb else ICON_PLUS
    parts = [
        el(
            "label",
            el("input", type="file", accept="image/*,.heic,.heif,.avif", **labelled(texts, title)),
            el("span", picture, class_="well"),
            el("span", t(texts, title, "b"), t(texts, hint, "small"), class_="words"),
            class_="drop",
        )
    ]
    if photo:
        parts.append(button(ICON_CAMERA + t(texts, "camera"), "plain", data_act="camera"))
        parts.append(_camera(texts))
    parts.append(el("p", escape(refusal), class_="refusal", role="alert"))
    parts.append(el("p", escape(said), class_="said", role="status"))
    parts.append(more)
    if photo:
        more = t(texts, "privacy_page.link", "a", href=privacy_address(texts), target="_blank", rel="noopener")
        parts.append(el("p", ICON_LOCK, el("span", t(texts, "privacy"), " ", more), class_="privacy"))
    # drawn anew only when something changed (an open camera stays open), but for each refusal, as the
    # browser has cleared the last one
    return el("div", *parts, class_=f"uploader {kind}", data_serial=next(_serial) if refusal else 0)


def stage(texts: Texts, view: View | None, *, waiting: Shown | None = None, name: str = "") -> str:
    """The large result with its slider, the quiet line below it, and what can be done with it.

    Args:
        texts: the language.
        view: what to show, or None before the first look.
        waiting: a picture to show meanwhile.
        name: who is on it.
    """
    look = view.look if view else None
    language = view.visitor.language if view else "en"
    shown = look.shown if look else waiting
    inside = [el("img", class_="after", src=url(waiting), alt=name)] if waiting else []
    if look:
        inside = _before_and_after(texts, look, language)
    ratio = f"--w:{shown.width};--h:{shown.height}" if shown else "--w:3;--h:4"
    busy = el("div", el("span"), class_="busy", role="status")
    frame = el("div", el("div", *inside, class_="pic"), busy, class_="frame")
    refusal = view.refusal if view and view.refused not in ("who", "what") else ""
    quiet = in_language(language, refusal) or (told(language, look.warnings) if look else "")
    notice = el("p", escape(quiet), class_="notice refusal" if refusal else "notice", role="status")
    actions = _actions(texts, look, view.visitor) if look and view else ""
    return el(
        "section",
        frame,
        el("div", notice, el("div", actions, class_="actions"), class_="below"),
        class_="stage",
        style=ratio,
        data_serial=next(_serial),
        data_waiting=view is None,
        data_look=look.key if look else False,
    )


def drawers(texts: Texts) -> str:
    """On a phone: which of the two columns lies under the result."""
    buttons = (
        button(t(texts, name), data_drawer=name, aria_pressed=str(name == "what").lower()) for name in ("who", "what")
    )
    return el("div", *buttons, class_="segments", role="group")


def strip(texts: Texts, view: View) -> str:
    """The looks of this visit, the newest last."""
    looks, language = list(view.visitor.looks.values()), view.visitor.language
    if len(looks) < 2:
        return ""
    tiles = (
        button(
            el("img", src=look.thumb, alt=look.called(language), width=120, height=160),
            "tile",
            data_id=look.key,
            data_src=url(look.shown),
            data_w=look.shown.width,
            data_h=look.shown.height,
            aria_pressed=str(view.look is not None and look.key == view.look.key).lower(),
            title=texts.return_to.format(what=look.called(language)),
        )
        for look in looks
    )
    return heading(texts, "visit", level=3) + el("div", *tiles, class_="strip")


def made(texts: Texts, view: View | None) -> str:
    """The steps from photo to result; their pictures are made only when somebody opens the drawer."""
    look = view.look if view else None
    steps = (
        el(
            "figure",
            el("img", src=url(shown), alt=""),
            el("figcaption", escape(texts.stages.get(name, name))),
            style=f"--w:{shown.width};--h:{shown.height}",
        )
        for name, shown in (look.stages if look else ())
    )
    return el(
        "div", *steps, class_="steps", data_waiting=texts.drawing, tabindex=0, role="group", **labelled(texts, "made")
    )


def said_of_garment(texts: Texts, look: Look | None) -> str:
    """What the garment was taken for, in words; what is not sure is left to the question that follows."""
    if look is None:
        return ""
    garment = look.what.garment
    unsure = {name for name, guess in garment.attributes.items() if guess.value == NOT_SURE}
    words = describe_garment(
        texts,
        category=garment.category,
        label=garment.label,
        sleeve=None if "sleeve" in unsure else garment.sleeve,
        leg=None if "leg" in unsure else garment.leg,
    )
    sentence = texts.understood_perhaps if category_is_open(look.what) else texts.understood_garment
    return sentence.format(garment=words)


def said_of_person(texts: Texts, look: Look | None) -> str:
    """How much of the person was found, in words."""
    if look is None:
        return ""
    person = look.who.person
    return texts.understood_person.format(framing=describe_person(texts, person.pose, person.image_u8.shape[0]))


def _before_and_after(texts: Texts, look: Look, language: Language) -> list[str]:
    who, what = look.who.called(language), look.called(language)
    return [
        el("img", class_="after", src=url(look.shown), alt=texts.result_alt.format(who=who, what=what)),
        el("img", class_="before", src=url(look.who.shown), alt=texts.before_alt.format(who=who)),
        el("i", class_="line"),
        el("i", ICON_GRIP, class_="grip"),
        t(texts, "before", class_="tag l"),
        t(texts, "after", class_="tag r"),
        el("input", class_="cut", type="range", min=0, max=100, step=0.1, value=0, **labelled(texts, "slider")),
    ]


def _actions(texts: Texts, look: Look, visitor: Visitor) -> str:
    link = el(
        "a",
        ICON_DOWN + t(texts, "download"),
        class_="solid",
        data_act="download",
        href=url(look.shown, full=True),
        download=look.shown.filename,
    )
    share = share_panel.opener(texts, look.shown.token, look.who.shown.token)
    several = len(visitor.looks) > 1
    compare = button(ICON_COMPARE + t(texts, "wear.compare"), "plain", data_act="compare", disabled=not several)
    undo = button(ICON_UNDO + t(texts, "undo"), "plain", data_act="undo", disabled=len(visitor.trail) < 2)
    return link + share + compare + brush_button(texts, look) + undo + look_heart(texts)


def _camera(texts: Texts) -> str:
    shoot = texts.camera_shoot.format(seconds=CAMERA_SECONDS)
    buttons = button(escape(shoot), "solid", data_act="shoot", data_seconds=CAMERA_SECONDS)
    buttons += button(t(texts, "camera_close"), "plain", data_act="close")
    video = el("video", playsinline=True, muted=True)
    return el("div", video, el("output"), el("div", buttons, class_="row"), class_="camera", hidden=True)
