"""The addresses of a visitor's lookbook: pages to look at, and its files, made in memory when they are asked for."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tryon.errors import TryOnError
from tryon.studio.lookbook.book import Book
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.languages import TEXTS, language_of
from tryon.ui.pictures import encode_shown
from tryon.ui.sentences import in_language

PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
TYPES = {
    "pdf": "application/pdf",
    "webp": "image/webp",
    "gif": "image/gif",
    "zip": "application/zip",
}  # no MP4: OpenCV writes it to a disk only, and nothing of a visitor's goes there
SHOWN_SIDE = 1100  # pixels of a page that is looked at


def lookbook_routes(room: FittingRoom) -> list[Route]:
    """``GET tryon/lookbook/<token>/page-1.jpg`` (to look at), ``page-1.png``, and ``lookbook.pdf``, webp, gif, zip.

    Args:
        room: knows the visitors' books; tokens cannot be guessed.
    """
    return [Route("/tryon/lookbook/{token}/{name}", _lookbook(room), methods=["GET"])]


def _lookbook(room: FittingRoom) -> Callable[[Request], object]:
    one_at_a_time = asyncio.Semaphore(1)  # a film takes a core for seconds; others want to be dressed

    async def lookbook(request: Request) -> Response:
        language = language_of(request.query_params.get("language"))
        album = room.visitors.album_of(request.path_params["token"])
        book, name = (album.book if album else None), request.path_params["name"]
        page = re.fullmatch(r"page-(\d{1,2})\.(jpg|png)", name)
        ending = name.removeprefix("lookbook.")
        if book is None or not (page or ending in TYPES):
            error = TEXTS[language].studio.lookbook.gone
            return JSONResponse({"error": error}, status_code=404, headers=PRIVATE)
        try:
            async with one_at_a_time:
                if await request.is_disconnected():  # the words were changed meanwhile; nobody waits for this
                    return Response(status_code=204, headers=PRIVATE)
                if page:
                    data = await run_in_threadpool(_page, book, int(page[1]), page[2])
                else:
                    data = await run_in_threadpool(_file, book, ending)
        except TryOnError as failure:
            error = in_language(language, str(failure))
            return JSONResponse({"error": error}, status_code=400, headers=PRIVATE)
        if not data:
            return Response(status_code=404, headers=PRIVATE)
        if page and page[2] == "jpg":
            return Response(data, media_type="image/jpeg", headers=PRIVATE)
        told = f"lookbook-{int(page[1]):02d}.png" if page else name
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{told}"'}
        return Response(data, media_type="image/png" if page else TYPES[ending], headers=headers)

    return lookbook


def _page(book: Book, number: int, ending: str) -> bytes:
    """A page from 1, the cover among them; nothing where there is none."""
    from tryon.images import shrink_to
    from tryon.sharing.kinds import marked_png
    from tryon.sharing.metadata import mark_jpeg
    from tryon.studio.lookbook.lettering import Lettering
    from tryon.studio.lookbook.pages import Artist
    from tryon.studio.marks import LOOKBOOK_MARKS

    artist = Artist(book, Lettering(), book.layout.size)
    at = number - 1 - book.layout.cover
    if at == -1 and book.layout.cover:
        picture = artist.cover()
    else:
        plans = artist.plans()
        if not 0 <= at < len(plans):
            return b""
        picture = artist.page(plans[at], at + 1)
    if ending == "png":
        return marked_png(picture, LOOKBOOK_MARKS)
    return mark_jpeg(encode_shown(shrink_to(picture, SHOWN_SIDE))[0], LOOKBOOK_MARKS)


def _file(book: Book, ending: str) -> bytes:
    from tryon.studio.lookbook.files import make_files
    from tryon.studio.lookbook.lettering import Lettering

    return next(iter(make_files(book, Lettering(), ending).values()))
