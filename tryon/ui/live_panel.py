"""The live panel: the camera, dressed."""

from __future__ import annotations

import gradio as gr

from tryon.ui.fitting_room import FittingRoom

FILLED = False  # the tab that opens the panel is offered only where there is something in it


def build_live(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery and the visitors.
    """
    gr.Column(elem_id="live", elem_classes="panel")
