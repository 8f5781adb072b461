"""What is kept of a visitor's lookbook: finished looks, the logo, and the book that was put together last."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tryon.studio.lookbook.book import Book, Look

MOST_LOOKS = 12  # of a book made in the page: three pages of four, and half a minute of dressing
KEPT_LOOKS = 18  # some that were taken out may come back
KEPT_BYTES = 80_000_000  # of them: twelve photos of 1600 x 1200 pixels


@dataclass
class Album:
    """Guarded by a lock of its own. token: of the book; nothing before there is one."""

    looks: OrderedDict[str, Look] = field(default_factory=OrderedDict)
    logo_u8: NDArray[np.uint8] | None = None
    book: Book | None = None
    token: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, key: str, look: Look) -> None:
        """Keep a look, forgetting those over the bounds that were not asked for longest."""
        with self._lock:
            self.looks[key] = look
            self.looks.move_to_end(key)
            while len(self.looks) > 1 and (len(self.looks) > KEPT_LOOKS or self._looks_bytes() > KEPT_BYTES):
                self.looks.popitem(last=False)

    def find(self, key: str) -> Look | None:
        """A look that is kept, or None."""
        with self._lock:
            if key in self.looks:
                self.looks.move_to_end(key)
            return self.looks.get(key)

    def bind(self, book: Book) -> str:
        """Make a book the current one; its token, which cannot be guessed."""
        with self._lock:
            self.book, self.token = book, secrets.token_urlsafe(18)
            return self.token

    def cost(self) -> int:
        """Bytes held."""
        with self._lock:
            pictures = {id(look.image_u8): look.image_u8.nbytes for look in self.looks.values()}
            for look in self.book.looks if self.book else ():
                pictures[id(look.image_u8)] = look.image_u8.nbytes
            return sum(pictures.values()) + (0 if self.logo_u8 is None else self.logo_u8.nbytes)

    def _looks_bytes(self) -> int:
        return sum(look.image_u8.nbytes for look in self.looks.values())
