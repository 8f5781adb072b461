"""How many others are dressed before a visitor: said in the page while they wait.

Gradio knows the order of its queue, but tells it only to its own progress bars, which are not this page's.
"""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def add_line(page: gr.Blocks) -> None:
    """Add a hidden piece that tells the browser the name of its session, at once and outside the queue.

    Args:
        page: is being built.
    """
    call = "tryonPage.line(element)"
    piece = gr.HTML("", js_on_load=call, elem_id="line", elem_classes="piece", apply_default_css=False)

    def name(request: gr.Request) -> str:
        return f'<i hidden data-session="{escape(str(request.session_hash or ""))}"></i>'

    page.load(name, outputs=piece, queue=False, show_progress="hidden", api_visibility="private")


def line_route(concurrency_id: str) -> Route:
    """Make the address ``GET tryon/line/<session>`` that answers ``{"before": number}``.

    Args:
        concurrency_id: of the events that wait for the networks.
    """

    async def line(request: Request) -> Response:
        queue = request.app.get_blocks()._queue
        number = others_before(queue, concurrency_id, request.path_params["session"])
        return JSONResponse({"before": number}, headers={"Cache-Control": "no-store"})

    return Route("/tryon/line/{session}", line, methods=["GET"])


def others_before(queue: Any, concurrency_id: str, session: str) -> int:
    """How many others have their turn before a session's latest event; 0 where none of its events waits.

    Args:
        queue: Gradio's (6.31): ``event_queue_per_concurrency_id`` and ``active_jobs``.
        concurrency_id: of the events that count.
        session: whose.
    """
    line = queue.event_queue_per_concurrency_id.get(concurrency_id)
    waiting = [event.session_hash for event in line.queue] if line else []
    if session not in waiting:
        return 0
    last = len(waiting) - 1 - waiting[::-1].index(session)
    running = [event for job in queue.active_jobs if job for event in job]
    at_work = {event.session_hash for event in running if event.concurrency_id == concurrency_id}
    return len({*waiting[:last], *at_work} - {session})
