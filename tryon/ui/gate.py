"""The gate before the whole server: which addresses exist, how large and how often requests may be, what headers say.

Gradio brings addresses that this page does not use: some fetch from other servers, resize pictures to any size or run
recordings through other programs. What is not listed here is not there.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

from gradio.utils import get_upload_folder
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from tryon.errors import BadRequestError
from tryon.images import MAX_BYTES
from tryon.ui.calls import SESSION, Calls, lies_in
from tryon.ui.languages import TEXTS, language_of
from tryon.ui.pace import Pace, Paces, client_of
from tryon.ui.texts import Texts

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CALL_BYTES = 500_000  # of a call's JSON: a lookbook's order has 20 kB, corners that were moved fewer
UPLOAD_BYTES = 3 * MAX_BYTES  # of one request with files: a photo and two garments
WAITING_FILES_BYTES = 500_000_000  # of all files that programs have uploaded: each is used within seconds, kept minutes
WAITING_FILES = 2_000
NAME = r"[\w.-]{1,80}"
READ = re.compile(
    rf"|config|theme\.css|favicon\.ico|robots\.txt|manifest\.json|(static|assets|svelte)/[\w./@-]{{1,200}}|tryon/.{{1,300}}"
    rf"|api/v1(/.{{1,100}})?|gradio_api/(info|openapi\.json|app_id|token|user|login_check|startup-events|theme\.css"
    rf"|heartbeat/{NAME}|queue/data|upload_progress|call/{NAME}/{NAME}|file=.{{1,1000}})/?",
    re.DOTALL,
)
CALLED = re.compile(rf"gradio_api/(?:queue/join|(?:run|api|call|call/v2)/({NAME}))/?")
AT_ONCE = re.compile(r"gradio_api/(run|api)/")
POSTED = re.compile(r"gradio_api/(upload|cancel|reset)/?|tryon/.{1,300}|api/v1/try-on")
FILE = "gradio_api/file="
DRAWN = re.compile(r"tryon/(share|lookbook|design)/")  # drawn when they are asked for
LIVE = re.compile(r"tryon/live/")  # frames, many a second: the live room limits them itself
CONNECTIONS = re.compile(r"gradio_api/(queue/data|upload_progress|heartbeat/)")
STREAM = re.compile(rf"gradio_api/(?:queue/data|call/{NAME}/({NAME}))/?")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    # Gradio runs pieces of script of its own making; but none comes from elsewhere, and nothing can be sent elsewhere
    "Content-Security-Policy": "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'self'",
}


class Gate:
    """ASGI middleware around Gradio's server and our own routes."""

    def __init__(self, app: App, *, paces: Paces | None, proxies: int = 0) -> None:
        """Stand before an app.

        Args:
            app: Gradio's; it tells at the first request which calls there are.
            paces: how often one client may ask; None: as often as they like.
            proxies: see ``pace.client_of``.
        """
        self._app, self._paces, self._proxies = app, paces, proxies
        self._known: Calls | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http":
            return await send({"type": "websocket.close", "code": 1000})  # the page uses none
        if self._known is None:
            self._known = Calls(scope["app"].get_blocks())
        request = _Asked(scope, receive)
        try:
            number, receive = await self._look_at(request)
            self._count(request, number)
        except _RefusedError as refused:
            answer = JSONResponse(
                {"error": refused.sentence, "detail": refused.sentence, "code": refused.code},
                refused.status,
                {**HEADERS, "Cache-Control": "no-store", **refused.headers},
            )
            return await answer(scope, request.receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    @property
    def _calls_of_page(self) -> Calls:
        assert self._known is not None, "set by the first request"
        return self._known

    async def _look_at(self, request: _Asked) -> tuple[int | None, Receive]:
        """See that the address is there and the request well formed.

        Returns:
            The number of the page's endpoint that is called, if one is; and what gives the body from here on.
        """
        path, reads = request.path, request.method in ("GET", "HEAD", "OPTIONS")
        called = CALLED.fullmatch(path)
        if reads:
            if not READ.fullmatch(path) or (path.startswith(FILE) and not _is_given_out(path)):
                raise _RefusedError(404, "not_found", "There is nothing here.")
            session = request.query.get("session_hash", "-")
            if CONNECTIONS.match(path) and not SESSION.fullmatch(session):
                raise _RefusedError(400, "bad_request", "This session has no proper name.")
            stream = STREAM.fullmatch(path)
            if stream and not self._calls_of_page.is_awaited(session, stream[1] or ""):
                raise _RefusedError(404, "not_found", "Nothing is at work here. Make a call first.")
        elif request.method != "POST" or not (called or POSTED.fullmatch(path)):
            raise _RefusedError(404 if request.method == "POST" else 405, "not_found", "There is nothing here.")
        if called or path.startswith(("gradio_api/cancel", "gradio_api/reset")):
            body = await request.body(CALL_BYTES)
            if called:
                return self._called(called[1] or "", body, request), request.again(body)
            _check_cancelling(body)
            return None, request.again(body)
        if path.startswith("gradio_api/upload") and not reads:
            _check_room_for_files(request)
            return None, request.limited(UPLOAD_BYTES)
        return None, request.receive

    def _called(self, name: str, body: bytes, request: _Asked) -> int:
        try:
            told = json.loads(body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise _RefusedError(400, "bad_request", "The call is no JSON.") from None
        event = told.get("event_data") if isinstance(told, dict) else None
        if isinstance(event, dict) and isinstance(event.get("language"), str):
            request.language = event["language"][:10]
        try:
            return self._calls_of_page.check(
                name, told, Path(get_upload_folder()), at_once=bool(AT_ONCE.match(request.path))
            )
        except BadRequestError as error:
            raise _RefusedError(400, error.code, str(error)) from None

    def _count(self, request: _Asked, number: int | None) -> None:
        """Take a token for what costs something."""
        if self._paces is None or LIVE.match(request.path):
            return
        drawn = bool(DRAWN.match(request.path))
        if request.method != "POST" and not drawn:
            return
        computing = request.path == "api/v1/try-on" or number in self._calls_of_page.computing
        pace: Pace = self._paces.computing if computing else self._paces.cheap
        seconds = pace.wait_for(client_of(request.peer, request.headers.get("x-forwarded-for", ""), self._proxies))
        if seconds:
            sentence = request.texts.too_fast.format(seconds=seconds)
            raise _RefusedError(429, "too_fast", sentence, {"Retry-After": str(seconds)})


class _RefusedError(Exception):
    """An answer in place of the app's."""

    def __init__(self, status: int, code: str, sentence: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.headers = status, code, sentence, headers or {}


class _Asked:
    """What the gate wants to know of a request."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.receive, self.method, self.headers = receive, str(scope["method"]), Headers(scope=scope)
        path, root = str(scope["path"]), str(scope.get("root_path", ""))
        self.path = (path[len(root) :] if root and path.startswith(root) else path).removeprefix("/")
        self.peer = str((scope.get("client") or ("",))[0])
        self.query = dict(
            part.split("=", 1) for part in scope.get("query_string", b"").decode("latin-1").split("&") if "=" in part
        )
        self.language = (
            self.headers.get("x-tryon-language")
            or self.query.get("language")
            or self.headers.get("accept-language", "")
        )

    @property
    def texts(self) -> Texts:
        """The words of the asker's language."""
        return TEXTS[language_of(self.language)]

    async def body(self, limit: int) -> bytes:
        """The whole body.

        Raises:
            _RefusedError: it is larger than the limit.
        """
        data, more = bytearray(), True
        while more:
            message = await self.receive()
            if message["type"] != "http.request":
                raise _RefusedError(400, "bad_request", "The request broke off.")
            data += message.get("body", b"")
            more = message.get("more_body", False)
            if len(data) > limit:
                raise _RefusedError(413, "too_large", f"This call has more than {limit // 1000} kB.")
        return bytes(data)

    def again(self, body: bytes) -> Receive:
        """What gives a body that was read, once more; then what the client says after it."""
        told = False

        async def receive() -> Message:
            nonlocal told
            if told:
                return await self.receive()
            told = True
            return {"type": "http.request", "body": body, "more_body": False}

        return receive

    def limited(self, limit: int) -> Receive:
        """What gives the body as far as the limit, and then says that the client has gone."""
        taken = 0

        async def receive() -> Message:
            nonlocal taken
            message = await self.receive()
            taken += len(message.get("body", b""))
            return {"type": "http.disconnect"} if taken > limit else message

        return receive


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _check_cancelling(body: bytes) -> None:
    """See that a request to cancel or reset names its session and event in proper words."""
    try:
        told = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict) or not all(
        value is None or isinstance(value, int) or (isinstance(value, str) and SESSION.fullmatch(value))
        for value in told.values()
    ):
        raise _RefusedError(400, "bad_request", "This names no event.")


def _is_given_out(path: str) -> bool:
    """Whether an address of Gradio's names a file that a program uploaded or was made for one; never another server."""
    return lies_in(path.removeprefix(FILE), Path(get_upload_folder()))


def _check_room_for_files(request: _Asked) -> None:
    """See that uploaded files do not fill the disk.

    Raises:
        _RefusedError: they would, or this one says that it is too large.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > UPLOAD_BYTES:
        raise _RefusedError(413, "too_large", request.texts.too_large)
    sizes = []
    for folder, _, names in os.walk(get_upload_folder()):
        for name in names:
            try:
                sizes.append((Path(folder) / name).stat().st_size)
            except OSError:  # gone meanwhile
                continue
    if len(sizes) >= WAITING_FILES or sum(sizes) > WAITING_FILES_BYTES:
        raise _RefusedError(503, "busy", request.texts.too_fast.format(seconds=60), {"Retry-After": "60"})
