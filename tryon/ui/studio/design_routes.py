"""The address of the designer's pictures: drawn from the numbers in it, and from nothing of the visitor's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import cv2
import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.errors import TryOnError
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import TEXTS, language_of
from tryon.ui.studio.design_orders import DesignDesk, read_order

# the same numbers give the same picture
LASTING = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
WAITING = 64  # orders that may wait for their turn; a grid is eight, and more than eight grids take half a minute


def design_routes(room: FittingRoom) -> list[Route]:
    """``GET tryon/design/<size>.jpg?seed=…`` (tile or large) and ``large.png``, the download, marked as generated.

    Args:
        room: has the desk.
    """
    return [Route("/tryon/design/{size}.{ending}", _design(room.desk), methods=["GET"])]


def _design(desk: DesignDesk) -> Callable[[Request], object]:
    one_at_a_time = asyncio.Semaphore(1)
    waiting = 0

    async def design(request: Request) -> Response:
        nonlocal waiting
        size, ending = request.path_params["size"], request.path_params["ending"]
        texts = TEXTS[language_of(request.query_params.get("language"))].studio.design
        if ending not in ("jpg", "png"):
            return Response(status_code=404, headers=PRIVATE)
        if waiting >= WAITING:
            return JSONResponse({"error": texts.failed}, status_code=503, headers={**PRIVATE, "Retry-After": "5"})

        def make() -> bytes:
            image_u8 = desk.draw(read_order(dict(request.query_params)), size).image_u8
            if ending == "png":
                from tryon.studio.design_sheet import marked_png

                return marked_png(image_u8)
            coded = cv2.imencode(".jpg", np.ascontiguousarray(image_u8[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, 90])
            return coded[1].tobytes()

        waiting += 1
        try:
            async with one_at_a_time:
                if await request.is_disconnected():  # a slider went on; nobody waits for this picture
                    return Response(status_code=204, headers=PRIVATE)
                data = await run_in_threadpool(make)
        except TryOnError as error:
            return JSONResponse({"error": str(error)}, status_code=400, headers=PRIVATE)
        finally:
            waiting -= 1
        if ending == "jpg":
            return Response(data, media_type="image/jpeg", headers=LASTING)
        headers = {**PRIVATE, "Content-Disposition": 'attachment; filename="design.png"'}
        return Response(data, media_type="image/png", headers=headers)

    return design
