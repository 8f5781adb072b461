"""Where the brush finds masks and sheets: pictures without loss, from memory."""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tryon.ui.fitting_room import FittingRoom
from tryon.ui.looks import Sketch

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
PNG = b"\x89PNG"


def edit_routes(room: FittingRoom) -> list[Route]:
    """``GET tryon/sheet/<token>.png``: what is painted or may change, for the brush to start from.

    Args:
        room: has the shelf.
    """
    return [Route("/tryon/sheet/{token}.png", _sheet(room), methods=["GET"])]


def _sheet(room: FittingRoom) -> Callable[[Request], object]:
    async def sheet(request: Request) -> Response:
        sketch = room.shelf.find(request.path_params["token"])
        data = await run_in_threadpool(lambda: sketch.jpeg) if isinstance(sketch, Sketch) else b""
        if not data.startswith(PNG):
            return Response(status_code=404, headers=HEADERS)
        return Response(data, media_type="image/png", headers=HEADERS)

    return sheet
