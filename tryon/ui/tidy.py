"""What Gradio (6.31) keeps of a session after its page has been closed is thrown away: no look outlives the visit.

Gradio keeps answers that nobody came to fetch (they hold small pictures of the visitor), a copy of every piece that an
answer has changed for an hour, and a list that only grows. None of it is needed here.
"""

from __future__ import annotations

import ctypes
import datetime
import sys
import threading
from typing import Any

import gradio as gr

MOST_SESSIONS = 1000  # whose pieces Gradio may keep at a time
IDLE = datetime.timedelta(minutes=30)  # as for visitors, see ``visitors.IDLE_SECONDS``


class Tidier:
    """Forgets sessions in Gradio's own stores, once none of their events is at work."""

    def __init__(self, page: gr.Blocks) -> None:
        """Remember a page that is built.

        Args:
            page: the whole of it.
        """
        self._page, self._lock = page, threading.Lock()
        self._left: set[str] = set()
        self._sets = len(page.temp_file_sets)

    def left(self, session: str) -> None:
        """Note that a page was closed or its visitor forgotten."""
        with self._lock:
            self._left.add(session)

    def sweep(self) -> None:
        """Forget who has left or was idle too long; give freed memory back to the system."""
        queue, holder = self._page._queue, getattr(self._page, "state_holder", None)
        if holder is None:  # not served yet
            return
        now = datetime.datetime.now()
        idle = {session for session, used in list(holder.time_last_used.items()) if now - used > IDLE}
        busy = {event.session_hash for event in _events(queue)}
        with self._lock:
            gone = (self._left | idle) - busy
            self._left &= busy
        for session in gone:
            for store in (
                *(holder.session_data, holder.time_last_used),
                *(queue.pending_messages_per_session, queue.pending_event_ids_session),
            ):
                store.pop(session, None)
        sets = self._page.temp_file_sets
        self._page.temp_file_sets = [each for number, each in enumerate(sets) if each or number < self._sets]
        give_back_memory()

    def __len__(self) -> int:
        """How many sessions Gradio knows anything of."""
        holder, queue = getattr(self._page, "state_holder", None), self._page._queue
        known = set(queue.pending_event_ids_session) | {key for key, _ in queue.pending_messages_per_session.items()}
        return len(known | set(holder.session_data if holder is not None else ()))


def _events(queue: Any) -> list[Any]:
    """All events that wait or are at work."""
    waiting = [event for line in list(queue.event_queue_per_concurrency_id.values()) for event in list(line.queue)]
    return waiting + [event for job in list(queue.active_jobs) if job for event in list(job)]


def give_back_memory() -> None:
    """Give pages that hold nothing any more back to the system, where the C library can (glibc)."""
    if sys.platform.startswith("linux"):
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
