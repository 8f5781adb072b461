"""Pieces of HTML: attributes are escaped by ``el``; text inside goes through ``html.escape`` at its caller."""

from __future__ import annotations

from html import escape

from tryon.ui.looks import Shown, Sketch
from tryon.ui.texts import Texts, word_at

_VOID = ("img", "input")


def url(shown: Shown | Sketch, *, full: bool = False) -> str:
    """Relative to the page, so that it holds behind any proxy."""
    return f"tryon/result/{shown.token}.png" if full else f"tryon/picture/{shown.token}.jpg"


def button(inside: str, class_: str = "", **attributes: str | bool | float) -> str:
    """A button; its inside is HTML."""
    return el("button", inside, type="button", class_=class_, **attributes)


def el(name: str, *inside: str, **attributes: str | bool | float) -> str:
    """An element; ``class_`` and ``data_id`` become ``class`` and ``data-id``; False leaves an attribute out."""
    words = [name]
    for key, value in attributes.items():
        if value is False or (key == "class_" and not value):
            continue
        key = key.rstrip("_").replace("_", "-")
        words.append(key if value is True else f'{key}="{escape(str(value))}"')
    head = f"<{' '.join(words)}>"
    return head if name in _VOID else f"{head}{''.join(inside)}</{name}>"


def t(texts: Texts, path: str, tag: str = "span", **attributes: str | bool | float) -> str:
    """A word that the browser exchanges when the visitor chooses another language.

    Args:
        texts: the language to write it in meanwhile.
        path: of the word, such as "values.category.upper".
        tag: the element around it.
        attributes: as for ``el``.
    """
    return el(tag, escape(word_at(texts, path)), data_t=path, **attributes)


def labelled(texts: Texts, path: str) -> dict[str, str]:
    """Attributes that name an element for those who do not see it, in the language that the visitor chooses.

    Args:
        texts: the language to write it in meanwhile.
        path: of the word.
    """
    return {"aria_label": word_at(texts, path), "data_t_label": path}


def in_both(name: str, name_zh: str, tag: str = "span", **attributes: str | bool | float) -> str:
    """A name that is no word of the page, in both languages; the browser shows the visitor's."""
    return el(tag, escape(name), data_en=name, data_zh=name_zh or name, **attributes)


def icon(path: str) -> str:
    """A line drawing in the colour of the words around it.

    Args:
        path: SVG elements in a box of 24 by 24.
    """
    return (
        '<svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" stroke-width="1.6"'
        f' stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">{path}</svg>'
    )


ICON_THEME = icon('<circle cx="12" cy="12" r="8"/><path d="M12 4a8 8 0 0 1 0 16z" fill="currentColor"/>')
# the sign for writing, drawn: not every computer has a font that holds it
ICON_LANGUAGE = icon(
    '<path d="M12 3.500v3M4.500 6.800h15M16.300 6.800C15 12.500 11 17.500 4.800 20.500'
    'M7.700 6.800C9 12.500 13 17.500 19.200 20.500"/>'
)
ICON_OPEN = icon('<path d="M9 6l6 6-6 6"/>')
ICON_SEARCH = icon('<circle cx="11" cy="11" r="6.5"/><path d="M16 16l4.5 4.5"/>')
ICON_CLEAR = icon('<path d="M6 6l12 12M18 6 6 18"/>')
ICON_COMPARE = icon('<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="M12 3v18"/>')
ICON_PLUS = icon('<path d="M12 5v14M5 12h14"/>')
ICON_CAMERA = icon('<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>')
ICON_LOCK = icon('<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>')
ICON_DOWN = icon('<path d="M12 4v11m-5-5 5 5 5-5M5 20h14"/>')
ICON_GRIP = icon('<path d="M9 7 4 12l5 5M15 7l5 5-5 5"/>')
ICON_UNDO = icon('<path d="M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3"/>')
ICON_EDIT = icon('<path d="M5 19l1-4L16 5l3 3L9 18l-4 1zM14 7l3 3"/>')
ICON_BRUSH = icon('<path d="M20 4c-5 3-9 6.500-11 10l2 2c3.500-2 6.500-6 9-12zM8 15c-3 0-3 3-5 4 3 1.500 7 .5 7-2"/>')
ICON_EYE = icon(
    '<path d="M3 12c3-5 6-6.5 9-6.5S18 7 21 12c-3 5-6 6.5-9 6.5S6 17 3 12z"/><circle cx="12" cy="12" r="2.5"/>'
)
ICON_SHARE = icon('<path d="M12 15V4m-4 4 4-4 4 4M6 12H5v8h14v-8h-1"/>')
ICON_CLOSE = icon('<path d="M6 6l12 12M18 6 6 18"/>')
