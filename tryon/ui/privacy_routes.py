"""The privacy page: words alone, without a script, in the visitor's language."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tryon.ui.elements import el
from tryon.ui.languages import HTML_CODES, TEXTS, Language, language_of
from tryon.ui.look import DARK, FONTS, LIGHT, TITLE_FONTS
from tryon.ui.texts import Texts

# nothing at all may run or be loaded here, styles of the page's own aside
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    "Cache-Control": "no-cache",
    "Vary": "Accept-Language",
}
NAMES: dict[Language, str] = {"en": "English", "zh": "中文"}
STYLE = """:root {{ color-scheme: light dark; {light} }}
@media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}
body {{ background: var(--paper); color: var(--ink); font: 16px/1.6 {fonts}; margin: 0 auto; padding: 32px 20px 64px;
  max-width: 640px; }}
h1 {{ font: 500 30px/1.25 {titles}; margin: 24px 0 8px; }}
h2 {{ font-size: 16px; margin: 28px 0 2px; }}
p {{ margin: 0; }}
p.intro {{ color: var(--muted); }}
a {{ color: var(--accent); }}"""


def privacy_address(texts: Texts) -> str:
    """Where the page finds it, relative to itself.

    Args:
        texts: of one of our languages.
    """
    return f"tryon/privacy?language={next(code for code, each in TEXTS.items() if each is texts)}"


def privacy_routes() -> list[Route]:
    """Make the address ``GET tryon/privacy``, with ``?language=zh``; else in the browser's language."""
    return [Route("/tryon/privacy", _privacy, methods=["GET"])]


async def _privacy(request: Request) -> Response:
    asked = request.query_params.get("language") or request.headers.get("accept-language")
    return HTMLResponse(privacy_page(language_of(asked)), headers=HEADERS)


def privacy_page(language: Language) -> str:
    """The whole document.

    Args:
        language: of its words.
    """
    words = TEXTS[language].privacy_page
    parts = [
        *(
            el("a", escape(name), href=f"privacy?language={code}", lang=HTML_CODES[code])
            for code, name in NAMES.items()
            if code != language
        ),
        el("h1", escape(words.title)),
        el("p", escape(words.intro), class_="intro"),
    ]
    told = [(words.promises[name], sentence) for name, sentence in words.told.items()]
    for heading, sentence in (*told, (words.limits, words.limits_told)):
        parts += [el("h2", escape(heading)), el("p", escape(sentence))]
    colours = [" ".join(f"--{name}: {value};" for name, value in each.items()) for each in (LIGHT, DARK)]
    style = STYLE.format(light=colours[0], dark=colours[1], fonts=", ".join(map(_quoted, FONTS)), titles=TITLE_FONTS)
    head = "".join(
        (
            '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="robots" content="noindex">',
            el("title", escape(words.title)),
            el("style", style),
        )
    )
    body = el("main", *parts)
    return f'<!doctype html><html lang="{HTML_CODES[language]}"><head>{head}</head><body>{body}</body></html>'


def _quoted(font: str) -> str:
    return f'"{font}"' if " " in font else font
