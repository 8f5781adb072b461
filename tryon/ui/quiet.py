"""Whether nobody waits for anything: what is made ready in advance must not slow down who is here."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Quiet:
    """Counts the choices that are being worked on; one that takes long is no quiet moment."""

    def __init__(self) -> None:
        self._lock, self._at_work, self._last = threading.Lock(), 0, time.monotonic()

    @contextmanager
    def broken(self) -> Iterator[None]:
        """While a visitor's choice is worked on."""
        with self._lock:
            self._at_work += 1
        try:
            yield
        finally:
            with self._lock:
                self._at_work -= 1
                self._last = time.monotonic()

    def since(self) -> float:
        """Seconds since the last work ended; 0 while some goes on."""
        with self._lock:
            return 0.0 if self._at_work else time.monotonic() - self._last
