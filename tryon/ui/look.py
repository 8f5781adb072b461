"""The page's look: a calm theme for Gradio's own parts, and the style sheet and script for ours."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

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
    """The page's CSS: the theme's colours as variables, then ``page.css``."""
    names = ("paper", "surface", "line", "ink", "muted", "accent")
    light = (PAPER, SURFACE, LINE, INK, MUTED, ACCENT)
    dark = (PAPER_DARK, SURFACE_DARK, LINE_DARK, INK_DARK, MUTED_DARK, ACCENT_DARK)
    rules = [
        selector + "{" + "".join(f"--{name}:{value};" for name, value in zip(names, values)) + "}"
        for selector, values in ((":root", light), (".dark", dark))
    ]
    return "\n".join([*rules, _beside("page.css")])


def head() -> str:
    """The page's script, for the document's head."""
    return f"<script>{_beside('page.js')}</script>"


def icon() -> Path:
    """The picture on the browser's tab."""
    return Path(__file__).with_name("icon.svg")


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
