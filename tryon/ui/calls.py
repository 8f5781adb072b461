"""What may be in a call of Gradio's: checked before Gradio sees it.

Gradio fetches files from addresses that a call names, and writes a traceback with the call's content into the log where
the content does not fit. Neither is wanted: nothing is fetched for a visitor, and what they sent is nobody's to read.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from tryon.errors import BadRequestError

SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
MOST_DEPTH = 12  # of lists in lists; honest calls have four
_ALLOWED = {"data", "event_data", "fn_index", "trigger_id", "session_hash", "batched", "simple_format"}


class Calls:
    """The endpoints of a page, and what each takes."""

    def __init__(self, page: gr.Blocks) -> None:
        """Look at a page that is built.

        Args:
            page: the whole of it.
        """
        self._queue = page._queue
        self._inputs: dict[int, Sequence[Any]] = {number: fn.inputs for number, fn in page.fns.items()}
        self._names = {str(fn.api_name): number for number, fn in page.fns.items() if fn.api_name}
        self._public = {
            str(fn.api_name) for fn in page.fns.values() if fn.api_name and fn.api_visibility == "public"
        }  # fmt: skip
        # what is not queued is called by another address; by it nothing that waits its turn may be
        self._at_once = {number for number, fn in page.fns.items() if not fn.queue}
        self.computing = {number for number, fn in page.fns.items() if fn.concurrency_id == "model" and fn.queue}

    def is_awaited(self, session: str, event: str) -> bool:
        """Whether answers of a session, or of one event, can be waited for; where not, Gradio's stream breaks.

        Args:
            session: its name; not looked at where there is an event.
            event: its id, or nothing.
        """
        queue = self._queue
        if event:
            waited_for = any(event in ids for ids in list(queue.pending_event_ids_session.values()))
            return waited_for or event in queue.event_ids_to_events or event in queue.pending_messages_per_session
        return session in queue.pending_messages_per_session

    def check(self, name: str, body: Any, folder: Path, *, at_once: bool = False) -> int:
        """See that a call is one that can be answered.

        Args:
            name: the endpoint's, from the address; empty where the body has its number.
            body: JSON of a stranger.
            folder: where uploaded files lie.
            at_once: whether it was called past the queue.

        Returns:
            The endpoint's number.

        Raises:
            BadRequestError: it is not; the sentence says nothing of what was sent.
        """
        if not isinstance(body, dict) or set(body) - _ALLOWED:
            raise BadRequestError("This call is no JSON object of the fields that Gradio's clients send.")
        number = self._names.get(name) if name in self._public else body.get("fn_index")
        if not isinstance(number, int) or isinstance(number, bool) or number not in self._inputs:
            raise BadRequestError("There is no such endpoint. client.view_api() lists them.")
        if at_once and number not in self._at_once:
            raise BadRequestError("This endpoint waits its turn: use gradio_client, or gradio_api/call.")
        session = body.get("session_hash")
        if session is not None and not (isinstance(session, str) and SESSION.fullmatch(session)):
            raise BadRequestError("The session's name is letters, digits and dashes, at most 64.")
        trigger = body.get("trigger_id")
        if trigger is not None and (not isinstance(trigger, int) or isinstance(trigger, bool)):
            raise BadRequestError("trigger_id is a number.")
        if body.get("batched") or body.get("simple_format"):
            raise BadRequestError("Calls are made one by one.")
        data, inputs = body.get("data"), self._inputs[number]
        if not isinstance(data, list) or len(data) != len(inputs):
            raise BadRequestError(f"This endpoint takes a list of {len(inputs)} values as data.")
        for component, value in zip(inputs, data):
            _check_value(component, value, folder)
        if _files_in(body.get("event_data")) or _too_deep(body.get("event_data")):
            raise BadRequestError("An event of the page holds no files.")
        return number


def _check_value(component: Any, value: Any, folder: Path) -> None:
    """See that a value is what a component can take.

    Raises:
        BadRequestError: it is not.
    """
    name = getattr(component, "label", None) or "a field"
    if _too_deep(value):
        raise BadRequestError(f"{name} holds too many lists in lists.")
    if isinstance(component, gr.File):
        several = component.file_count == "multiple"
        files = value if isinstance(value, list) and several else [] if value is None else [value]
        if (several and not (value is None or isinstance(value, list))) or not all(
            _is_uploaded(file, folder) for file in files
        ):
            raise BadRequestError(
                f"{name} is no file that was uploaded here. Send a picture with handle_file('me.jpg'); addresses of "
                "other servers are not fetched."
            )
        return
    if _files_in(value):
        raise BadRequestError(f"{name} takes no file.")
    if isinstance(component, gr.Slider):
        if (
            isinstance(value, bool)
            or not isinstance(value, (int, float))
            or not component.minimum <= value <= component.maximum
        ):
            raise BadRequestError(f"{name} is a number from {component.minimum} to {component.maximum}.")
    elif isinstance(component, (gr.Textbox, gr.Dropdown)) and not (value is None or isinstance(value, str)):
        raise BadRequestError(f"{name} is a text.")


def _is_uploaded(file: Any, folder: Path) -> bool:
    """Whether a value is Gradio's description of a file in the folder of uploads."""
    if not isinstance(file, Mapping) or not isinstance(file.get("path"), str):
        return False
    meta = file.get("meta")
    if not isinstance(meta, Mapping) or meta.get("_type") != "gradio.FileData" or file.get("is_stream"):
        return False
    kinds = {"url": str, "orig_name": str, "mime_type": str, "size": int}
    if any(file.get(key) is not None and not isinstance(file[key], kind) for key, kind in kinds.items()):
        return False
    return lies_in(file["path"], folder)


def lies_in(path: str, folder: Path) -> bool:
    """Whether a path names a file that is there, inside a folder, links followed.

    Args:
        path: anything at all.
        folder: which.
    """
    try:
        real = os.path.realpath(path, strict=True)
    except (OSError, ValueError):  # not there; too long; a null byte
        return False
    return Path(real).is_relative_to(os.path.realpath(folder)) and Path(real).is_file()


def _files_in(value: Any) -> bool:
    """Whether there is anything that Gradio would take for a file."""
    if isinstance(value, Mapping):
        return "path" in value or "meta" in value or any(_files_in(each) for each in value.values())
    return isinstance(value, list) and any(_files_in(each) for each in value)


def _too_deep(value: Any, depth: int = 0) -> bool:
    if depth > MOST_DEPTH:
        return True
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(_too_deep(each, depth + 1) for each in inner)
