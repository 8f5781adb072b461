"""A plain REST interface beside the page, for ``curl`` and any program: pictures travel through memory alone.

``rest_text`` says in words how it is used, ``/api/v1/openapi.json`` in OpenAPI.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tryon.errors import (
    BadRequestError,
    GarmentNotFoundError,
    NoPersonError,
    NotAPictureError,
    PictureTooLargeError,
    PictureTooSmallError,
    TryOnError,
)
from tryon.images import MAX_BYTES, encode_png
from tryon.sharing.kinds import marked_png
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.orders import Order, UnknownGarmentError, fulfil, gallery_list, mask_u8
from tryon.ui.rest_text import guide, openapi
from tryon.ui.visitors import Uploads

log = logging.getLogger(__name__)
HEADERS = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
BODY_BYTES = 3 * MAX_BYTES  # a photo and two large pictures of garments; an outfit's are seldom that large
WAITING_BYTES = 240_000_000  # of all requests at once: with 900 MB of networks this stays far under 2 GB
MOST_WAITING = 40  # at half a second each the last one waits 20 s, which callers bear without giving up
KEPT_BYTES, KEPT_SECONDS = 200_000_000, 600  # finished pictures wait for their download
STATUS: tuple[tuple[type[TryOnError], int], ...] = (
    (UnknownGarmentError, 404),
    (PictureTooLargeError, 413),
    (NotAPictureError, 415),
    (NoPersonError, 422),
    (GarmentNotFoundError, 422),
    (PictureTooSmallError, 422),
    (BadRequestError, 400),
)
FILES, WORDS = ("person", "garment", "keep", "change"), ("garment_id", "category", "garment_photo", "tuck", "fit")
Answer = Callable[[Request], Awaitable[Response]]


def rest_routes(room: FittingRoom) -> list[Route]:
    """Make the routes of the REST interface, for the server under the page.

    Args:
        room: gives the pipeline and the gallery.
    """
    rest = _Rest(room)
    routes: list[tuple[str, Answer, str]] = [
        ("/api/v1", rest.guide, "GET"),
        ("/api/v1/openapi.json", rest.openapi, "GET"),
        ("/api/v1/gallery", rest.gallery, "GET"),
        ("/api/v1/try-on", rest.try_on, "POST"),
        ("/api/v1/pictures/{token}.png", rest.picture, "GET"),
    ]
    return [Route(path, _in_words(room, answer), methods=[method]) for path, answer, method in routes]


class BusyError(TryOnError):
    """More requests wait than can be served in good time."""

    code = "busy"


class _Parser(MultiPartParser):
    """Starlette's parser, which would write files of more than 1 MB to disk, without that."""

    spool_max_size = BODY_BYTES + 1


class _Rest:
    """The answers, and what they share: whose turn it is, and the finished pictures."""

    def __init__(self, room: FittingRoom):
        self._room = room
        self._kept = Uploads(total_bytes=KEPT_BYTES, age_s=KEPT_SECONDS)
        self._turn = asyncio.Semaphore(1)  # the networks use all cores for one picture
        self._waiting = 0
        self._bytes = 0

    async def guide(self, request: Request) -> Response:
        """How to use it, in words."""
        return PlainTextResponse(guide(_root(request)), headers=HEADERS)

    async def openapi(self, request: Request) -> Response:
        """How to use it, in OpenAPI."""
        return JSONResponse(openapi(_root(request)), headers=HEADERS)

    async def gallery(self, request: Request) -> Response:
        """The garments that can be named."""
        return JSONResponse({"garments": gallery_list(self._room)}, headers=HEADERS)

    async def try_on(self, request: Request) -> Response:
        """Dress somebody: JSON with links to picture and mask, or the picture itself where PNG is asked for."""
        if self._waiting >= MOST_WAITING:
            raise BusyError(f"{self._waiting} others are waiting. Please try again in half a minute.")
        self._waiting += 1
        received = _Received(self)
        try:
            order = await _order(request, received.count)
            async with self._turn:
                return await run_in_threadpool(self._dress, order, _wants_png(request), _root(request))
        finally:
            self._waiting -= 1
            received.forget()

    async def picture(self, request: Request) -> Response:
        """A finished picture or mask, as often as it is asked for, for some minutes."""
        data = self._kept.look(request.path_params["token"])
        if data is None:
            sentence = "This picture is no longer in memory, as they are kept for ten minutes. Ask for it again."
            return _refusal(sentence, "picture_gone", 404)
        return Response(data, media_type="image/png", headers=HEADERS)

    def take_in(self, count: int) -> None:
        """Count bytes that arrived (or, negative, are done with).

        Raises:
            BusyError: together they would fill the memory.
        """
        if count > 0 and self._bytes + count > WAITING_BYTES:
            raise BusyError("Many pictures are waiting. Please try again in half a minute.")
        self._bytes += count

    def _dress(self, order: Order, png: bool, root: str) -> Response:
        done = fulfil(self._room, order)
        picture = marked_png(done.image_u8)
        if png:
            told = quote(json.dumps(done.facts), safe=' {}[]":,.')
            return Response(picture, media_type="image/png", headers={**HEADERS, "X-Tryon-Facts": told})
        links = {"picture": picture, "mask": encode_png(mask_u8(done.mask_f32))}
        named = {name: f"{root}/api/v1/pictures/{self._kept.put(data)}.png" for name, data in links.items()}
        return JSONResponse({**named, **done.facts, "kept_seconds": KEPT_SECONDS}, headers=HEADERS)


class _Received:
    """Counts one request's bytes against its own limit and everybody's."""

    def __init__(self, rest: _Rest):
        self._rest, self._total = rest, 0

    def count(self, size: int) -> None:
        """Take some more in.

        Raises:
            PictureTooLargeError: this request is too large.
            BusyError: all of them are.
        """
        if self._total + size > BODY_BYTES:
            raise PictureTooLargeError(
                f"The request has more than {BODY_BYTES // 2**20} MB. Send smaller pictures; each may have 20 MB."
            )
        self._rest.take_in(size)
        self._total += size

    def forget(self) -> None:
        """The request is done with."""
        self._rest.take_in(-self._total)
        self._total = 0


async def _order(request: Request, count: Callable[[int], None]) -> Order:
    """Read an order: a form with files, or a bare picture of the person with the rest in the address."""

    async def chunks() -> AsyncGenerator[bytes, None]:
        async for chunk in request.stream():
            count(len(chunk))
            yield chunk

    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    words = FormData([(name, value) for name, value in request.query_params.multi_items()])
    files: dict[str, list[bytes]] = {name: [] for name in FILES}
    if kind == "multipart/form-data":
        form = await _Parser(request.headers, chunks(), max_files=6, max_fields=20).parse()
        words = FormData([*words.multi_items(), *form.multi_items()])
        for name, value in form.multi_items():
            if name in FILES and isinstance(value, UploadFile):
                files[name].append(await value.read())
    elif kind.startswith("image/") or kind == "application/octet-stream":
        files["person"] = [b"".join([chunk async for chunk in chunks()])]
    else:
        raise BadRequestError(
            "Send the pictures as a form (multipart/form-data, as curl -F does), or the person's picture alone "
            "as the body with its own content type (image/jpeg)."
        )
    unknown = sorted({name for name, _ in words.multi_items()} - {*FILES, *WORDS})
    if unknown:
        raise BadRequestError(f"Unknown field {unknown[0][:40]!r}. Fields are {', '.join((*FILES, *WORDS))}.")
    return _read(words, files)


def _read(words: FormData, files: dict[str, list[bytes]]) -> Order:
    said = {name: [str(v) for v in words.getlist(name) if isinstance(v, str) and v] for name in (*FILES, *WORDS)}
    for name in FILES:
        if said[name]:
            raise BadRequestError(f"{name!r} is text. Send it as a file: curl -F {name}=@picture.jpg")
        if len(files[name]) > 1 and name != "garment":
            raise BadRequestError(f"{name!r} was sent {len(files[name])} times. Send one.")
    fit = (said["fit"] or ["0"])[-1]
    try:
        number = float(fit)
    except ValueError:
        raise BadRequestError(f"fit {fit[:20]!r} is not a number between -1 (snug) and 1 (loose).") from None
    return Order(
        person=(files["person"] or [None])[0],  # type: ignore[list-item]
        pictures=tuple(files["garment"]),
        ids=tuple(said["garment_id"]),
        categories=tuple(said["category"]) or ("auto",),
        photo=(said["garment_photo"] or ["auto"])[-1],
        tuck=(said["tuck"] or ["auto"])[-1],
        fit=number,
        keep=(files["keep"] or [None])[0],  # type: ignore[list-item]
        change=(files["change"] or [None])[0],  # type: ignore[list-item]
    )


def _in_words(room: FittingRoom, answer: Answer) -> Answer:
    """Turn failures into a status and a sentence; log the unexpected ones and say no more than that."""

    async def guarded(request: Request) -> Response:
        try:
            return await answer(request)
        except BusyError as error:
            return _refusal(str(error), error.code, 503, {"Retry-After": "30"})
        except TryOnError as error:
            status = next((status for kind, status in STATUS if isinstance(error, kind)), 503)
            return _refusal(str(error), error.code, status)
        except MultiPartException as error:
            return _refusal(f"The form cannot be read: {error.message} Send it as curl -F does.", "bad_request", 400)
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception:
            log.exception("A request for %s failed", request.url.path)
            return _refusal(room.texts.unexpected, "unexpected", 500)

    return guarded


def _refusal(sentence: str, code: str, status: int, headers: dict[str, str] | None = None) -> Response:
    body: dict[str, Any] = {"error": sentence, "code": code}
    return JSONResponse(body, status_code=status, headers={**HEADERS, **(headers or {})})


def _wants_png(request: Request) -> bool:
    return request.headers.get("accept", "").split(",")[0].split(";")[0].strip().lower() in ("image/png", "image/*")


def _root(request: Request) -> str:
    """The path that a proxy puts before ours."""
    return str(request.scope.get("root_path", "")).rstrip("/")
