"""The share dialog as HTML: what to share, a preview, and where it goes. ``scripts/share.js`` moves it."""

from __future__ import annotations

from tryon.ui.elements import ICON_CLOSE, ICON_SHARE, button, el, t
from tryon.ui.texts import Texts

KINDS = ("split", "side", "film")  # names of files, see ``tryon.sharing.kinds``
FILM_FORMATS = ("webp", "gif")


def opener(texts: Texts, after: str, before: str) -> str:
    """The button that opens the dialog for a look.

    Args:
        texts: the language.
        after: token of the look's picture.
        before: token of the photo.
    """
    return button(
        ICON_SHARE + t(texts, "share.open"),
        "plain",
        data_act="share",
        data_after=after,
        data_before=before,
        aria_haspopup="dialog",
    )


def dialog(texts: Texts) -> str:
    """The dialog, closed."""
    name = "share-title"
    head = el(
        "div",
        t(texts, "share.title", "h2", id=name),
        button(ICON_CLOSE, "round", data_act="close", data_t_label="share.close", aria_label=texts.share.close),
        class_="head",
    )
    kinds = [
        button(t(texts, f"share.kinds.{kind}"), data_kind=kind, aria_pressed=str(kind == KINDS[0]).lower())
        for kind in KINDS
    ]
    formats = [
        button(ending.upper(), data_format=ending, aria_pressed=str(ending == FILM_FORMATS[0]).lower())
        for ending in FILM_FORMATS
    ]
    shown = el(
        "div",
        el("img", alt=texts.share.preview, data_alt="share.preview", hidden=True),
        t(texts, "share.making", "span", class_="making"),
        class_="preview",
    )
    actions = [
        button(t(texts, "share.send"), "solid", data_act="send", disabled=True, hidden=True),
        button(t(texts, "share.save"), "solid", data_act="save", disabled=True),
        button(t(texts, "share.copy"), "plain", data_act="copy", disabled=True),
    ]
    return el(
        "dialog",
        head,
        el(
            "div",
            *kinds,
            class_="segments",
            role="group",
            data_t_label="share.kind",
            aria_label=texts.share.kind,
        ),
        shown,
        el("p", class_="hint"),
        el(
            "div",
            *formats,
            class_="chips",
            role="group",
            data_t_label="share.format",
            aria_label=texts.share.format,
            hidden=True,
        ),
        el("div", *actions, class_="row"),
        el("p", class_="said", role="status"),
        t(texts, "share.marked", "p", class_="marked"),
        class_="share",
        aria_labelledby=name,
    )
