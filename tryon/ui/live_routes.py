"""Where frames of the live mirror go: one address a stream, memory alone, one frame at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.errors import TryOnError
from tryon.ui.live_room import FRAME_BYTES, LiveRoom

log = logging.getLogger(__name__)

HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
STATUS = {"stream_gone": 404, "stream_busy": 429, "not_a_picture": 400, "bad_request": 400}
GARMENT_LENGTH = 100  # of an id in a header; those of the gallery have under 40


def live_routes(live: LiveRoom) -> list[Route]:
    """Make the routes of the live mirror, for the server under the page.

    ``POST tryon/live/<token>`` takes a JPEG and answers with the dressed one, with the headers ``X-Tryon-Ms`` (how long
    it took here) and ``X-Tryon-Seen`` (1 where somebody was seen); ``X-Tryon-Garment`` in the request names what is
    worn. ``POST tryon/live/<token>/close`` ends the stream. Both want the header ``X-Tryon``, which no foreign page can
    send.
    """
    return [
        Route("/tryon/live/{token}", _frame(live), methods=["POST"]),
        Route("/tryon/live/{token}/close", _close(live), methods=["POST"]),
    ]


def _frame(live: LiveRoom) -> Callable[[Request], object]:
    async def frame(request: Request) -> Response:
        if "x-tryon" not in request.headers:
            return _refusal("foreign", "This address belongs to the page.", 403)
        data = bytearray()
        try:
            async for chunk in request.stream():
                data += chunk
                if len(data) > FRAME_BYTES:
                    return _refusal("picture_too_large", "This frame is too large.", 413)
        except ClientDisconnect:
            return Response(status_code=400)
        token = request.path_params["token"]
        garment = request.headers.get("x-tryon-garment", "")[:GARMENT_LENGTH]
        try:
            answer = await asyncio.get_running_loop().run_in_executor(
                live.worker, live.frame, token, bytes(data), garment
            )
        except TryOnError as error:
            return _refusal(error.code, str(error), STATUS.get(error.code, 422))
        except Exception:
            log.exception("A live frame failed")
            return _refusal("unexpected", "This frame could not be drawn.", 500)
        told = {"X-Tryon-Ms": f"{answer.milliseconds:.0f}", "X-Tryon-Seen": str(int(answer.seen))}
        return Response(answer.jpeg, media_type="image/jpeg", headers={**HEADERS, **told})

    return frame


def _close(live: LiveRoom) -> Callable[[Request], object]:
    async def close(request: Request) -> Response:
        if "x-tryon" not in request.headers:
            return _refusal("foreign", "This address belongs to the page.", 403)
        await run_in_threadpool(live.close, request.path_params["token"])
        return Response(status_code=204, headers=HEADERS)

    return close


def _refusal(code: str, sentence: str, status: int) -> Response:
    return JSONResponse({"code": code, "error": sentence}, status_code=status, headers=HEADERS)
