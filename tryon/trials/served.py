"""The page in a process of its own, for trials that watch it from outside.

``python -m tryon.trials.served`` serves it over a pipeline that paints; ``python app.py`` is the real one.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tryon.trials.resources import files_in
from tryon.ui.app import LOCK

ROOT = Path(__file__).resolve().parents[2]
PAINTING, REAL = ("-m", "tryon.trials.served"), ("app.py",)
START_SECONDS = 120.0


@dataclass(frozen=True)
class ServedPage:
    """A page that runs. url ends in a slash. folder: its temporary folder, alone in there. log: what it wrote."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    log: Path

    def said(self) -> str:
        """What the program has written."""
        return self.log.read_text("utf-8", "replace")

    def left_files(self) -> list[Path]:
        """Files in its temporary folder, but for the lock that says whose it is."""
        return [path for path in files_in(self.folder) if path.name != LOCK]


@contextmanager
def served_page(program: Sequence[str] = PAINTING, environment: dict[str, str] | None = None) -> Iterator[ServedPage]:
    """Start the page on a free port and stop it afterwards.

    Args:
        program: what Python is given.
        environment: beside this process's own.

    Raises:
        RuntimeError: it does not answer in time.
    """
    with tempfile.TemporaryDirectory(prefix="tryon-trial-") as kept:
        folder, log, port = Path(kept) / "tmp", Path(kept) / "log", free_port()
        folder.mkdir()
        settings = {
            **os.environ,
            "GRADIO_SERVER_NAME": "127.0.0.1",
            "GRADIO_SERVER_PORT": str(port),
            "GRADIO_ANALYTICS_ENABLED": "False",
            "TMPDIR": str(folder),
            **(environment or {}),
        }
        with log.open("wb") as written:
            process = subprocess.Popen(
                [sys.executable, *program], cwd=ROOT, env=settings, stdout=written, stderr=subprocess.STDOUT
            )
        page = ServedPage(f"http://127.0.0.1:{port}/", port, process, folder, log)
        try:
            _wait_for(page)
            yield page
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_for(page: ServedPage) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and page.process.poll() is None:
        try:
            with urllib.request.urlopen(page.url, timeout=10):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"The page did not start: {page.said()[-2000:]}")


def main() -> None:
    """Serve the page over the painting pipeline until it is stopped."""
    from tryon.memory import use_one_pool

    use_one_pool()  # as app.py does
    from tryon.trials.stand_in import StandIn
    from tryon.ui import app

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    app.main(load=StandIn)


if __name__ == "__main__":
    main()
