"""A few small addresses beside Gradio's, so that a visitor's pictures travel through memory alone.

Gradio's own upload and picture components write files; these do not. The tokens are random and name
no path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.images import MAX_BYTES
from tryon.sharing.kinds import marked_png
from tryon.sharing.metadata import mark_jpeg
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import GarmentItem, ModelItem
from tryon.ui.languages import TEXTS, language_of
from tryon.ui.looks import Shown

# tiles are the project's own pictures, and another picture has another address
LASTING = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}


def picture_routes(room: FittingRoom) -> list[Route]:
    """Make the routes of a fitting room, for the server under the page.

    ``POST tryon/upload`` takes a file's bytes and answers ``{"upload": id}``; it wants the header
    ``X-Tryon``, which no foreign page can send. ``GET tryon/tile/garments/<id>.jpg`` (or models) gives a tile of
    the gallery, ``GET tryon/picture/<token>.jpg`` and
    ``GET tryon/result/<token>.png`` give a picture to look at, and the result without loss.
    """
    return [
        Route("/tryon/upload", _upload(room), methods=["POST"]),
        Route("/tryon/picture/{token}.jpg", _picture(room), methods=["GET"]),
        Route("/tryon/tile/{kind}/{identity}.jpg", _tile(room), methods=["GET"]),
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
        if isinstance(shown, Shown) and shown.full is not None:  # a result, which browsers can save as they see it
            jpeg = mark_jpeg(jpeg)
        return Response(jpeg, media_type="image/jpeg", headers=PRIVATE)

    return picture


def _tile(room: FittingRoom) -> Callable[[Request], object]:
    async def tile(request: Request) -> Response:
        kind, identity = request.path_params["kind"], request.path_params["identity"]
        known: dict[str, Mapping[str, GarmentItem | ModelItem]] = {
            "garments": room.gallery.garments,
            "models": room.gallery.models,
        }
        item = known.get(kind, {}).get(identity)
        if item is None:  # ids are looked up; nothing of the address becomes a path
            return Response(status_code=404, headers=PRIVATE)
        jpeg = await run_in_threadpool(room.closet.tile, item)
        return Response(jpeg, media_type="image/jpeg", headers=LASTING)

    return tile


def _result(room: FittingRoom) -> Callable[[Request], object]:
    async def result(request: Request) -> Response:
        shown = room.shelf.find(request.path_params["token"])
        if shown is None or shown.full is None:
            return Response(status_code=404, headers=PRIVATE)
        data = await run_in_threadpool(marked_png, shown.full)
        name = quote(shown.filename or "try-on.png")
        headers = {**PRIVATE, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return Response(data, media_type="image/png", headers=headers)

    return result
