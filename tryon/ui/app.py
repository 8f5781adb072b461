"""Start the page: ``app.py`` at the root calls ``main``.

This module imports nothing heavy, so that the folder for temporary files is set before Gradio looks.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryon.errors import TryOnError
from tryon.ui import device

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import gradio as gr

    from tryon.ui.engine import TryOn
    from tryon.ui.fitting_room import FittingRoom
    from tryon.ui.live_room import LiveRoom


FOLDER_PREFIX, LOCK = "tryon-", "in-use"
_held: list[int] = []  # locks, open until the program ends
FIRST_LOOK = ("ava", "tee-breton")  # stripes show what the page does better than a plain garment


def load_pipeline() -> TryOn:
    """Import and build the real pipeline; takes seconds, so it runs beside the page's start."""
    from tryon.pipeline import TryOnPipeline

    return TryOnPipeline.from_pretrained(device=device.DEVICE)


def build_app(
    *, assets: Path | None = None, load: Callable[[], TryOn] = load_pipeline, live: LiveRoom | None = None
) -> tuple[gr.Blocks, FittingRoom]:
    """Build the page; nothing is loaded or served yet.

    Args:
        assets: the folder of ``manifest.json``; default is the repository's.
        load: makes the pipeline.
        live: the streams of visitors who are live, for tests.

    Returns:
        The page, and the fitting room behind it: call its ``start`` before serving.

    Raises:
        GalleryError: the assets are missing or damaged.
    """
    from tryon.ui.engine import Engine
    from tryon.ui.fitting_room import FittingRoom, assets_folder
    from tryon.ui.gallery import load_gallery
    from tryon.ui.languages import ENGLISH
    from tryon.ui.page import build_page

    room = FittingRoom(
        load_gallery(assets or assets_folder()),
        Engine(load, failure=ENGLISH.not_ready),
        live=live,
        first_look=FIRST_LOOK,
    )
    return build_page(room), room


def launch_options(room: FittingRoom) -> dict[str, Any]:
    """How the page is served: our look and routes, and nothing that records, measures or calls home.

    Raises:
        BadRequestError: an environment variable says what cannot be.
    """
    from starlette.middleware import Middleware

    from tryon.ui.edit_routes import edit_routes
    from tryon.ui.events import MODEL_QUEUE
    from tryon.ui.gate import Gate
    from tryon.ui.live_routes import live_routes
    from tryon.ui.look import head, icon, style_sheet, theme
    from tryon.ui.pace import paces_from, proxies_from
    from tryon.ui.privacy_routes import privacy_routes
    from tryon.ui.rest import rest_routes
    from tryon.ui.routes import picture_routes
    from tryon.ui.share_routes import share_routes
    from tryon.ui.studio.design_routes import design_routes
    from tryon.ui.studio.lookbook_routes import lookbook_routes
    from tryon.ui.tidy import MOST_SESSIONS
    from tryon.ui.waiting import line_route

    return {
        "theme": theme(),
        "css": style_sheet(),
        "head": head(),
        "favicon_path": icon(),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "ssr_mode": False,
        "share": False,
        "state_session_capacity": MOST_SESSIONS,
        "max_file_size": "32mb",  # over our own limit, so that our own sentence is what people read
        "app_kwargs": {
            "middleware": [Middleware(Gate, paces=paces_from(), proxies=proxies_from())],
            "routes": [
                *picture_routes(room),
                *privacy_routes(),
                *share_routes(room),
                *rest_routes(room),
                *live_routes(room.live),
                *edit_routes(room),
                *design_routes(room),
                *lookbook_routes(room),
                line_route(MODEL_QUEUE),
            ],
        },
    }


def private_temporary_folder() -> Path:
    """Give Gradio a temporary folder that only this user can read and that goes with the program.

    A program that was killed cannot take its own away: the next one does.
    """
    remove_abandoned_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    os.environ["GRADIO_TEMP_DIR"] = str(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    if fcntl is not None:
        # the system gives the lock back when the program ends, however that happens
        _held.append(lock := os.open(folder / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        fcntl.flock(lock, fcntl.LOCK_EX)
    return folder


def remove_abandoned_folders(parent: Path) -> int:
    """Remove the temporary folders of programs that were killed; those of programs that run stay.

    Args:
        parent: the folder of temporary files.

    Returns:
        How many were removed; 0 where the system has no locks that end with a program (Windows).
    """
    removed = 0
    for folder in parent.glob(f"{FOLDER_PREFIX}*") if fcntl is not None else ():
        with suppress(OSError):  # no lock in it, or gone meanwhile
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
                removed += 1
            finally:
                os.close(lock)
    return removed


def main(*, load: Callable[[], TryOn] = load_pipeline) -> None:
    """Serve the page until it is stopped; address and port as Gradio's environment variables say.

    Args:
        load: makes the pipeline.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    device.prepare()
    private_temporary_folder()
    try:
        page, room = build_app(load=load)
        options = launch_options(room)
    except TryOnError as error:
        raise SystemExit(f"The page cannot start: {error}") from None
    room.start()
    # stopped by Ctrl-C, even while it is still starting: no traceback for that
    with suppress(KeyboardInterrupt):
        page.launch(**options)
    with suppress(KeyboardInterrupt):
        room.stop()
