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
PAPER, PAPER_DARK = "#faf7f1", "#1b1a18"
SURFACE, SURFACE_DARK = "#fffdf9", "#242320"
LINE, LINE_DARK = "#e7e0d4", "#3a3732"
INK, INK_DARK = "#2c2925", "#eee8de"
MUTED, MUTED_DARK = "#6f675c", "#a79f93"
ACCENT, ACCENT_DARK = "#2c6757", "#84c3b0"


def theme() -> gr.themes.Base:
    """Paper-white and charcoal grounds, one green accent, system fonts: nothing is fetched from elsewhere."""
    base = gr.themes.Base(font=FONTS, font_mono=("ui-monospace", "monospace"), radius_size="lg", spacing_size="md")
    return base.set(
        body_background_fill=PAPER,
        body_background_fill_dark=PAPER_DARK,
        body_text_color=INK,
        body_text_color_dark=INK_DARK,
        body_text_color_subdued=MUTED,
        body_text_color_subdued_dark=MUTED_DARK,
        background_fill_primary=PAPER,
        background_fill_primary_dark=PAPER_DARK,
        background_fill_secondary=SURFACE,
        background_fill_secondary_dark=SURFACE_DARK,
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_padding="0",
        border_color_primary=LINE,
        border_color_primary_dark=LINE_DARK,
        color_accent=ACCENT,
        color_accent_soft="#e3eee9",
        color_accent_soft_dark="#24362f",
        link_text_color=ACCENT,
        link_text_color_dark=ACCENT_DARK,
        panel_background_fill="transparent",
        panel_background_fill_dark="transparent",
        panel_border_width="0px",
    )


def style_sheet() -> str:
    """The page's CSS: the theme's colours as variables, then the files of ``styles``."""
    names = ("paper", "surface", "line", "ink", "muted", "accent")
    light = (PAPER, SURFACE, LINE, INK, MUTED, ACCENT)
    dark = (PAPER_DARK, SURFACE_DARK, LINE_DARK, INK_DARK, MUTED_DARK, ACCENT_DARK)
    rules = [
        selector + "{" + "".join(f"--{name}:{value};" for name, value in zip(names, values)) + "}"
        for selector, values in ((":root", light), (".dark", dark))
    ]
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
