"""Lookbook: chosen people in chosen garments, as a sheet, a film and a zip."""

from __future__ import annotations

from tryon.ui.fitting_room import FittingRoom

KEY = "lookbook"
FILLED = False  # the sub-tab is offered only where there is something in it


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
