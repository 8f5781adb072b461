"""The studio tab: a row of sub-tabs, and below it the panel that is open. Only panels with something in them show."""

from __future__ import annotations

from typing import Protocol

import gradio as gr

from tryon.ui.elements import button, el, labelled, t
from tryon.ui.events import piece
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.studio import design_panel, lookbook_panel, style_panel, taste_panel
from tryon.ui.texts import Texts


class Panel(Protocol):
    """A module of this folder. The page shows it in a column ``#studio-<KEY>``."""

    KEY: str  # design, style, taste or lookbook: of ``StudioTexts.tabs``
    FILLED: bool  # whether there is something in it

    def build(self, room: FittingRoom) -> None:
        """Add its pieces and their events to the page that is being built."""


PANELS: tuple[Panel, ...] = (design_panel, style_panel, taste_panel, lookbook_panel)  # in the order of the sub-tabs


def filled() -> list[Panel]:
    """The panels that have something to show; without any the tab is not offered."""
    return [panel for panel in PANELS if panel.FILLED]


def build_studio(room: FittingRoom) -> None:
    """Add the tab to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
    panels = filled()
    if not panels:
        return
    with gr.Column(elem_id="studio", elem_classes="panel"):
        keys = [panel.KEY for panel in panels]
        piece(_row(room.texts, keys), call="tryonPage.studio.row(element)", elem_id="studio-tabs")
        for panel in panels:
            with gr.Column(elem_id=f"studio-{panel.KEY}", elem_classes="studio-panel"):
                panel.build(room)


def _row(texts: Texts, keys: list[str]) -> str:
    tabs = (
        button(
            t(texts, f"studio.tabs.{key}"),
            role="tab",
            data_studio=key,
            aria_selected=str(number == 0).lower(),
            tabindex=0 if number == 0 else -1,
        )
        for number, key in enumerate(keys)
    )
    return el(
        "div",
        *tabs,
        class_="tabs studio-tabs",
        role="tablist",
        hidden=len(keys) < 2,
        **labelled(texts, "studio.tabs_label"),
    )
