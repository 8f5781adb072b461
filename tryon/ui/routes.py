"""Three small addresses beside Gradio's, so that a visitor's pictures travel through memory alone.

Gradio's own upload and picture components write files; these do not. The tokens are random and name
no path.
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.images import MAX_BYTES, encode_png
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import TEXTS, language_of

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def picture_routes(room: FittingRoom) -> list[Route]:
    """Make the routes of a fitting room, for the server under the page.

    ``POST tryon/upload`` takes a file's bytes and answers ``{"upload": id}``; it wants the header
    ``X-Tryon``, which no foreign page can send. ``GET tryon/picture/<token>.jpg`` and
    ``GET tryon/result/<token>.png`` give a picture to look at, and the result without loss.
    """
    return [
        Route("/tryon/upload", _upload(room), methods=["POST"]),
        Route("/tryon/picture/{token}.jpg", _picture(room), methods=["GET"]),
        Route("/tryon/result/{token}.png", _result(room), methods=["GET"]),
    ]


def _upload(room: FittingRoom) -> Callable[[Request], object]:
    async def upload(request: Request) -> Response:
        texts = TEXTS[language_of(request.headers.get("x-tryon-language"))]
        if "x-tryon" not in request.headers:
            return JSONResponse({"error": texts.upload_failed}, status_code=403, headers=PRIVATE)
        data = bytearray()
        try:
            async for chunk in request.stream():
                data += chunk
                if len(data) > MAX_BYTES:
                    return JSONResponse({"error": texts.too_large}, status_code=413, headers=PRIVATE)
        except ClientDisconnect:
            return Response(status_code=400)
        return JSONResponse({"upload": room.uploads.put(bytes(data))}, headers=PRIVATE)

    return upload


def _picture(room: FittingRoom) -> Callable[[Request], object]:
    async def picture(request: Request) -> Response:
        shown = room.shelf.find(request.path_params["token"])
        if shown is None:
            return Response(status_code=404, headers=PRIVATE)
        jpeg = await run_in_threadpool(lambda: shown.jpeg)  # a sketch is drawn only now
        return Response(jpeg, media_type="image/jpeg", headers=PRIVATE)

    return picture


def _result(room: FittingRoom) -> Callable[[Request], object]:
    async def result(request: Request) -> Response:
        shown = room.shelf.find(request.path_params["token"])
        if shown is None or shown.full is None:
            return Response(status_code=404, headers=PRIVATE)
        data = await run_in_threadpool(encode_png, shown.full)
        name = quote(shown.filename or "try-on.png")
        headers = {**PRIVATE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(data, media_type="image/png", headers=headers)

    return result
