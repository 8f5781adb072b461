"""What opens the brush: a button at the result, and the cut-out of a visitor's own garment."""

from __future__ import annotations

import json

from tryon.ui.elements import ICON_BRUSH, button, el, t, url
from tryon.ui.looks import Look, Sketch, What
from tryon.ui.texts import Texts


def brush_button(texts: Texts, look: Look) -> str:
    """Opens the brush on the person of a look.

    Args:
        texts: the language.
        look: what is shown.
    """
    height, width = look.who.person.image_u8.shape[:2]
    painted = look.who.painted
    return button(
        ICON_BRUSH + t(texts, "edit.person"),
        "plain",
        data_brush="person",
        data_key=look.key,
        data_picture=url(look.who.shown),
        data_result=url(look.shown),
        data_mask=sheet_url(look.mask) if look.mask else False,
        data_sheet=sheet_url(painted.sketch) if painted else False,
        data_width=width,
        data_height=height,
    )


def mend_button(texts: Texts, what: What) -> str:
    """The cut-out of a visitor's own garment with its corners, which opens the brush on it.

    Args:
        texts: the language.
        what: theirs; nothing is offered for others.
    """
    if what.easel is None:
        return ""
    height, width = what.garment.image_u8.shape[:2]
    picture, cutout = what.easel
    shown = dict(what.sketches).get("garment", picture)
    points = {name: (round(x, 1), round(y, 1)) for name, (x, y) in what.garment.landmarks_px.items()}
    return button(
        el("img", src=url(shown), alt="", width=shown.width, height=shown.height) + t(texts, "edit.garment"),
        "cutout",
        data_brush="garment",
        data_key=what.key,
        data_picture=url(picture),
        data_sheet=sheet_url(cutout),
        data_points=json.dumps(points),
        data_width=width,
        data_height=height,
    )


def sheet_url(sketch: Sketch) -> str:
    """Where a painted sheet or a mask lies, relative to the page."""
    return f"tryon/sheet/{sketch.token}.png"
