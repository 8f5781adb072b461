"""What every panel uses of Gradio: a piece of our own HTML, how its events are served, and what arrives with one."""

from __future__ import annotations

from typing import Any

import gradio as gr

from tryon.ui.looks import Style

MODEL_QUEUE = "model"  # one at a time: the networks use all cores for one picture
# an event of a piece: each click is sent, nothing of Gradio's own is drawn, and no program sees it
QUIETLY: dict[str, Any] = {"trigger_mode": "multiple", "show_progress": "hidden", "api_visibility": "private"}
HEAVY: dict[str, Any] = {"concurrency_id": MODEL_QUEUE, "concurrency_limit": 1}  # an event that touches a network


def piece(
    value: str, *, call: str | None = None, elem_id: str | None = None, elem_classes: str = "", **props: Any
) -> gr.HTML:
    """A piece of our own HTML, inside the Blocks that are being built.

    Args:
        value: HTML.
        call: JavaScript, run once when the piece is there; names of its events in quotes, in a comment, make them
            known to Gradio.
        elem_id: for styles and scripts.
        elem_classes: separated by blanks.
        props: values that the script sees as ``props`` and can ``watch``.
    """
    classes = ["piece", *elem_classes.split()]
    return gr.HTML(value, js_on_load=call, elem_id=elem_id, elem_classes=classes, apply_default_css=False, **props)


def session_of(request: gr.Request) -> str:
    """The name of the page that an event came from."""
    return str(request.session_hash or "")


class Sent:
    """What the browser sent with an event; whatever is not of the expected kind counts as not sent."""

    def __init__(self, data: gr.EventData):
        """Read an event.

        Args:
            data: anything at all.
        """
        sent = data._data if isinstance(data._data, dict) else {}
        self.words = {name: value for name, value in sent.items() if isinstance(value, str)}
        self.numbers = {
            name: value for name, value in sent.items() if isinstance(value, (int, float)) and value is not True
        }
        self.id = self.words.get("id", "")
        self.upload = self.words.get("upload", "")
        self.value = self.words.get("value", "")
        self.language = self.words.get("language", "")
        self.outfit = self.words.get("tab") == "outfits"
        self.style = Style.asked(self.numbers.get("fit", 0.0), self.words.get("tuck", ""))
        ticket = sent.get("ticket")
        self.ticket = ticket if isinstance(ticket, int) else 0
