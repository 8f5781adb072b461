"""The quiet heart beside a look in Try on: its garments are liked, as suggestions are told."""

from __future__ import annotations

from tryon.ui.elements import button, icon, labelled
from tryon.ui.texts import Texts

ICON_HEART = icon('<path d="M12 20S4 15 4 9.300A4.300 4.300 0 0 1 12 7a4.300 4.300 0 0 1 8 2.300C20 15 12 20 12 20z"/>')


def look_heart(texts: Texts) -> str:
    """The quiet heart beside a look: its garments are liked; ``scripts/studio_taste.js`` sends it."""
    return button(
        ICON_HEART, "round look-heart", data_act="like-look", aria_pressed="false",
        **labelled(texts, "studio.taste.like_look"),
    )  # fmt: skip
