"""The page's look: a calm theme for Gradio's own parts, and the style sheets and scripts for ours."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from tryon.ui.languages import words_for_browser

FONTS = (
    "-apple-system",
    "BlinkMacSystemFont",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "PingFang SC",
    "Microsoft YaHei",
    "Noto Sans CJK SC",
    "sans-serif",
)
TITLE_FONTS = (
    '"Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", "Noto Serif", '
    '"Songti SC", "Noto Serif CJK SC", serif'
)
# Grounds: paper (the page), surface (what lies on it), track (wells), raised (what is
# chosen in a well), soft (chosen). Lines: line (decoration), edge
# (what must be seen: 3 to 1). Words: ink, muted, on (on the accent). test_look.py computes the contrasts.
LIGHT = {
    "paper": "#faf7f1",
    "surface": "#fffdf9",
    "track": "#ece6db",
    "raised": "#fffdf9",
    "soft": "#e3eee9",
    "line": "#e7e0d4",
    "edge": "#8f8676",
    "ink": "#2c2925",
    "muted": "#645c51",
    "accent": "#2c6757",
    "on": "#fffdf9",
}
DARK = {
    "paper": "#191816",
    "surface": "#24231f",
    "track": "#2b2925",
    "raised": "#48443d",
    "soft": "#22352e",
    "line": "#3a3732",
    "edge": "#8a8378",
    "ink": "#f0eae0",
    "muted": "#b0a89b",
    "accent": "#8ccbb8",
    "on": "#12201b",
}


def theme() -> gr.themes.Base:
    """Paper-white and charcoal grounds, one green accent, system fonts: nothing is fetched from elsewhere."""
    base = gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace"), radius_size="lg", spacing_size="md")
    colours = {
        "body_background_fill": "paper",
        "body_text_color": "ink",
        "body_text_color_subdued": "muted",
        "background_fill_primary": "paper",
        "background_fill_secondary": "surface",
        "border_color_primary": "line",
        "color_accent_soft": "soft",
        "link_text_color": "accent",
    }
    values = {name: LIGHT[colour] for name, colour in colours.items()}
    values |= {f"{name}_dark": DARK[colour] for name, colour in colours.items()}
    for name, value in (
        ("block_background_fill", "transparent"),
        ("block_border_width", "0px"),
        ("block_shadow", "none"),
    ):
        values |= {name: value, f"{name}_dark": value}
    return base.set(
        **values,
        block_padding="0",
        color_accent=LIGHT["accent"],
        panel_background_fill="transparent",
        panel_background_fill_dark="transparent",
        panel_border_width="0px",
    )


def style_sheet() -> str:
    """The page's CSS: the theme's colours as variables, then the files of ``styles``."""
    rules = [
        selector + "{" + "".join(f"--{name}:{value};" for name, value in colours.items()) + "}"
        for selector, colours in ((":root", LIGHT), (".dark", DARK))
    ]
    rules.append(f":root{{--titles:{TITLE_FONTS};color-scheme:light}}.dark{{color-scheme:dark}}")
    return "\n".join([*rules, *(_read(each) for each in _parts("styles", "page.css"))])


def head() -> str:
    """The page's words and scripts, for the document's head."""
    scripts = [_read(each) for each in _parts("scripts", "page.js", "languages.js")]
    return "".join(f"<script>{script}</script>" for script in (f"window.tryonWords={words_for_browser()}", *scripts))


def icon() -> Path:
    """The picture on the browser's tab."""
    return Path(__file__).with_name("icon.svg")


def _parts(folder: str, *first: str) -> list[Path]:
    """All files of a folder in the order of their names, after those that others build on."""
    home = Path(__file__).with_name(folder)
    rest = sorted(each.name for each in home.iterdir() if each.is_file() and each.name not in first)
    return [home / name for name in (*first, *rest)]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
