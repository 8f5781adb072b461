"""Design: draw new garments and fabrics, mix them, wear them."""

from __future__ import annotations

from tryon.ui.fitting_room import FittingRoom

KEY = "design"
FILLED = False  # the sub-tab is offered only where there is something in it


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
