"""The address that makes what a visitor shares, from the two pictures that their page shows; nothing is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import cv2
import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.errors import BadRequestError
from tryon.sharing.kinds import make_shared
from tryon.types import RGBu8
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import TEXTS, language_of

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def share_routes(room: FittingRoom) -> list[Route]:
    """Make the route, for the server under the page.

    ``GET tryon/share/<after>/<before>/<kind>``, as ``split.jpg``, with ``?language=zh``: both are tokens of pictures
    that are shown, which cannot be guessed.

    Args:
        room: knows the pictures that are shown.
    """
    return [Route("/tryon/share/{after}/{before}/{kind}", _share(room), methods=["GET"])]


def _share(room: FittingRoom) -> Callable[[Request], object]:
    one_at_a_time = asyncio.Semaphore(1)  # a film takes a core for a second or two; others want to be dressed

    async def share(request: Request) -> Response:
        language = language_of(request.query_params.get("language"))
        found = [room.shelf.find(request.path_params[name]) for name in ("before", "after")]
        if None in found:
            return JSONResponse({"error": TEXTS[language].share.failed}, status_code=404, headers=PRIVATE)
        kind = request.path_params["kind"]

        def make() -> tuple[bytes, str]:
            before, after = (_decoded(shown.jpeg) for shown in found if shown is not None)
            return make_shared(kind, before, after, language)

        try:
            async with one_at_a_time:
                data, media_type = await run_in_threadpool(make)
        except BadRequestError as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=PRIVATE)
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="try-on-{kind}"'}
        return Response(data, media_type=media_type, headers=headers)

    return share


def _decoded(jpeg: bytes) -> RGBu8:
    """A picture that was encoded here."""
    return cv2.cvtColor(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
