"""The row "made by you" over the gallery, as HTML: what a visitor made. ``scripts/studio.js`` wears it."""

from __future__ import annotations

from tryon.ui.elements import button, el, in_both, labelled, t
from tryon.ui.visitors import Visitor


def created(visitor: Visitor) -> str:
    """The row, the newest first; nothing where nothing was made.

    Args:
        visitor: whose.
    """
    garments = list(visitor.created.values())[::-1]
    if not garments:
        return ""
    texts, worn = visitor.texts, {what.key for what in visitor.worn}
    tiles = (
        button(
            el("img", src=what.thumb, alt="", width=240, height=320) + in_both(what.name, what.name_zh),
            "tile",
            data_id=what.key,
            aria_pressed=str(what.key in worn).lower(),
        )
        for what in garments
    )
    return el(
        "section",
        t(texts, "studio.created", "h3"),
        el("div", *tiles, class_="created", role="group", **labelled(texts, "studio.created")),
        t(texts, "studio.created_hint", "p", class_="hint"),
    )
