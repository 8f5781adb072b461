"""The page's pieces as HTML. Attributes are escaped by ``_el``; text goes through ``escape``."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from html import escape

from tryon.ui.fitting_room import View
from tryon.ui.texts import Texts, describe_garment, describe_person
from tryon.ui.visitors import Look, Shown

_serial = itertools.count(1)  # makes each piece differ from the last, so that the browser notices an equal answer
CAMERA_SECONDS = 5  # to step back until one's hips are in the picture
_VOID = ("img", "input")


def header(texts: Texts) -> str:
    """The name, the promise, and the switch between light and dark."""
    label = texts.theme_button
    switch = _button(_ICON_THEME, "round", data_act="theme", aria_label=label, title=label)
    return _el("header", _el("h1", escape(texts.name)), _el("p", escape(texts.promise)), switch, class_="top")


def heading(text: str, *, level: int = 2) -> str:
    """A column's or a group's title."""
    return _el(f"h{level}", escape(text))


def uploader(texts: Texts, kind: str, *, thumb: str = "", said: str = "", refusal: str = "", category: str = "") -> str:
    """The place to add a photo ("who") or a garment ("what").

    Args:
        texts: the language.
        kind: "who" or "what".
        thumb: data URI of what was added last.
        said: what was understood.
        refusal: why the last one was not taken.
        category: what one's own garment was taken for; offers the other categories.
    """
    photo = kind == "who"
    if photo:
        title = texts.change_photo if thumb else texts.add_photo
    else:
        title = texts.change_garment if thumb else texts.add_garment
    hint = texts.add_photo_hint if photo else texts.add_garment_hint
    picture = _el("img", class_="mine", src=thumb, alt="") if thumb else _ICON_PLUS
    parts = [
        _el(
            "label",
            _el("input", type="file", accept="image/*,.heic,.heif,.avif", aria_label=title),
            _el("span", picture, class_="well"),
            _el("span", _el("b", escape(title)), _el("small", escape(hint)), class_="words"),
            class_="drop",
        )
    ]
    if photo:
        parts.append(_button(_ICON_CAMERA + escape(texts.camera), "plain", data_act="camera"))
        parts.append(_camera(texts))
    parts.append(_el("p", escape(refusal), class_="refusal", role="alert"))
    parts.append(_el("p", escape(said), class_="said", role="status"))
    if category:
        chips = (
            _button(escape(text), data_category=name, aria_pressed=str(name == category).lower())
            for name, text in texts.categories.items()
        )
        parts.append(_el("div", _el("span", escape(texts.correct)), *chips, class_="chips small"))
    if photo:
        parts.append(_el("p", _ICON_LOCK, _el("span", escape(texts.privacy)), class_="privacy"))
    # drawn anew only when something changed (an open camera stays open), but for each refusal, as the
    # browser has cleared the last one
    return _el("div", *parts, class_=f"uploader {kind}", data_serial=next(_serial) if refusal else 0)


def picker(items: Iterable[tuple[str, str, str, str]], texts: Texts, *, filters: bool, label: str) -> str:
    """A grid of pictures to choose from.

    Args:
        items: id, name, category (for the filter; may be empty) and picture (data URI) of each.
        texts: the language.
        filters: whether to offer the categories as chips.
        label: what the grid is, for screen readers.
    """
    items = list(items)
    chips = ""
    if filters:
        there = {"all", *(category for _, _, category, _ in items)}
        wanted = [(name, text) for name, text in texts.filters.items() if name in there]
        buttons = (
            _button(escape(text), data_filter=name, aria_pressed=str(name == "all").lower()) for name, text in wanted
        )
        chips = _el("div", *buttons, class_="chips", role="group", aria_label=label)
    tiles = (
        _button(
            _el("img", src=picture, alt="", width=240, height=320) + _el("span", escape(name)),
            "tile",
            data_id=identity,
            data_category=category,
            aria_pressed="false",
            title=name,
        )
        for identity, name, category, picture in items
    )
    return chips + _el("div", *tiles, class_="grid", role="group", aria_label=label)


def stage(texts: Texts, view: View | None, *, waiting: Shown | None = None, name: str = "") -> str:
    """The large result with its slider, the quiet line below it, and what can be done with it.

    Args:
        texts: the language.
        view: what to show, or None before the first look.
        waiting: a picture to show meanwhile.
        name: who is on it.
    """
    look = view.look if view else None
    shown = look.shown if look else waiting
    inside = [_el("img", class_="after", src=_url(waiting), alt=name)] if waiting else []
    if look:
        inside = _before_and_after(texts, look)
    ratio = f"--w:{shown.width};--h:{shown.height}" if shown else "--w:3;--h:4"
    busy = _el("div", _el("span"), class_="busy", role="status")
    frame = _el("div", _el("div", *inside, class_="pic"), busy, class_="frame")
    refusal = view.refusal if view and view.refused not in ("who", "what") else ""
    quiet = refusal or (" ".join(look.warnings) if look else "")
    notice = _el("p", escape(quiet), class_="notice refusal" if refusal else "notice", role="status")
    actions = _actions(texts, look, can_undo=view is not None and len(view.visitor.trail) > 1) if look else ""
    return _el(
        "section",
        frame,
        _el("div", notice, _el("div", actions, class_="actions"), class_="below"),
        class_="stage",
        style=ratio,
        data_serial=next(_serial),
        data_waiting=view is None,
    )


def drawers(texts: Texts) -> str:
    """On a phone: which of the two columns lies under the result."""
    names = (("who", texts.who), ("what", texts.what))
    buttons = (
        _button(escape(text), data_drawer=name, aria_pressed=str(name == "what").lower()) for name, text in names
    )
    return _el("div", *buttons, class_="segments", role="group")


def strip(texts: Texts, view: View) -> str:
    """The looks of this visit, the newest last."""
    looks = list(view.visitor.looks.values())
    if len(looks) < 2:
        return ""
    tiles = (
        _button(
            _el("img", src=look.thumb, alt=look.what.name, width=120, height=160),
            "tile",
            data_id=look.key,
            aria_pressed=str(look is view.look).lower(),
            title=texts.return_to.format(what=look.what.name),
        )
        for look in looks
    )
    return heading(texts.visit, level=3) + _el("div", *tiles, class_="strip")


def made(texts: Texts, view: View | None) -> str:
    """The steps from photo to result; their pictures are made only when somebody opens the drawer."""
    look = view.look if view else None
    steps = (
        _el(
            "figure",
            _el("img", src=_url(shown), alt=""),
            _el("figcaption", escape(texts.stages.get(name, name))),
            style=f"--w:{shown.width};--h:{shown.height}",
        )
        for name, shown in (look.stages if look else ())
    )
    return _el("div", *steps, class_="steps", data_waiting=texts.drawing)


def said_of_garment(texts: Texts, look: Look | None) -> str:
    """What the garment was taken for, in words."""
    if look is None:
        return ""
    garment = look.what.garment
    words = describe_garment(
        texts, category=garment.category, label=garment.label, sleeve=garment.sleeve, leg=garment.leg
    )
    return texts.understood_garment.format(garment=words)


def said_of_person(texts: Texts, look: Look | None) -> str:
    """How much of the person was found, in words."""
    if look is None:
        return ""
    person = look.who.person
    return texts.understood_person.format(framing=describe_person(texts, person.pose, person.image_u8.shape[0]))


def _before_and_after(texts: Texts, look: Look) -> list[str]:
    who, what = look.who.name, look.what.name
    return [
        _el("img", class_="after", src=_url(look.shown), alt=texts.result_alt.format(who=who, what=what)),
        _el("img", class_="before", src=_url(look.who.shown), alt=texts.before_alt.format(who=who)),
        _el("i", class_="line"),
        _el("i", _ICON_GRIP, class_="grip"),
        _el("span", escape(texts.before), class_="tag l"),
        _el("span", escape(texts.after), class_="tag r"),
        _el("input", class_="cut", type="range", min=0, max=100, step=0.1, value=0, aria_label=texts.slider),
    ]


def _actions(texts: Texts, look: Look, *, can_undo: bool) -> str:
    link = _el(
        "a",
        _ICON_DOWN + escape(texts.download),
        class_="solid",
        data_act="download",
        href=_url(look.shown, full=True),
        download=look.shown.filename,
    )
    return link + _button(_ICON_UNDO + escape(texts.undo), "plain", data_act="undo", disabled=not can_undo)


def _camera(texts: Texts) -> str:
    shoot = texts.camera_shoot.format(seconds=CAMERA_SECONDS)
    buttons = _button(escape(shoot), "solid", data_act="shoot", data_seconds=CAMERA_SECONDS)
    buttons += _button(escape(texts.camera_close), "plain", data_act="close")
    video = _el("video", playsinline=True, muted=True)
    return _el("div", video, _el("output"), _el("div", buttons, class_="row"), class_="camera", hidden=True)


def _url(shown: Shown, *, full: bool = False) -> str:
    """Relative to the page, so that it holds behind any proxy."""
    return f"tryon/result/{shown.token}.png" if full else f"tryon/picture/{shown.token}.jpg"


def _button(inside: str, class_: str = "", **attributes: str | bool | float) -> str:
    return _el("button", inside, type="button", class_=class_, **attributes)


def _el(name: str, *inside: str, **attributes: str | bool | float) -> str:
    """An element; ``class_`` and ``data_id`` become ``class`` and ``data-id``; False leaves an attribute out."""
    words = [name]
    for key, value in attributes.items():
        if value is False or (key == "class_" and not value):
            continue
        key = key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{escape(str(value))}"')
    head = f"<{' '.join(words)}>"
    return head if name in _VOID else f"{head}{''.join(inside)}</{name}>"


def _icon(path: str) -> str:
    return (
        '<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.6"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{path}</svg>'
    )


_ICON_THEME = _icon('<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>')
_ICON_PLUS = _icon('<path d="M12 5v14M5 12h14"/>')
_ICON_CAMERA = _icon('<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>')
_ICON_LOCK = _icon('<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>')
_ICON_DOWN = _icon('<path d="M12 4v11m-5-5 5 5 5-5M5 20h14"/>')
_ICON_GRIP = _icon('<path d="M9 7 4 12l5 5M15 7l5 5-5 5"/>')
_ICON_UNDO = _icon('<path d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3"/>')
