"""The pipeline, loaded in the background so that the page can be served before the networks are ready."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from tryon.errors import TryOnError
from tryon.person.layout_rules import Tuck
from tryon.types import Garment, MaskF32, Person, RGBu8, TryOnResult

if TYPE_CHECKING:
    from tryon.person.layout_rules import Tuck  # its home loads torch, and the page is served before that

log = logging.getLogger(__name__)


class NotReadyError(TryOnError):
    """The pipeline could not be built, for a reason that only the server's log explains."""

    code = "not_ready"


class TryOn(Protocol):
    """What the page needs of ``TryOnPipeline``; thread-safe."""

    def understand_person(self, image_u8: RGBu8) -> Person:
        """See ``TryOnPipeline.understand_person``."""

    def understand_garment(
        self, image_u8: RGBu8, *, category: str = "auto", photo: str = "auto", alpha_f32: MaskF32 | None = None
    ) -> Garment:
        """See ``TryOnPipeline.understand_garment``."""

    def dress(
        self,
        person: Person,
        garment: Garment,
        *,
        stages: bool = False,
        tuck: Tuck = "auto",
        fit: float = 0.0,
        keep_f32: MaskF32 | None = None,
        change_f32: MaskF32 | None = None,
    ) -> TryOnResult:
        """See ``TryOnPipeline.dress``."""


class Engine:
    """Builds the pipeline once, in a thread of its own; whoever asks for it meanwhile waits."""

    def __init__(self, build: Callable[[], TryOn], *, failure: str = "The try-on could not start."):
        """Remember how to build; nothing is loaded yet.

        Args:
            build: makes the pipeline; heavy imports belong inside it.
            failure: the sentence for visitors if it fails in an unexpected way.
        """
        self._build = build
        self._failure = failure
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._done = threading.Event()
        self._pipeline: TryOn | None = None
        self._error: TryOnError | None = None

    def start(self) -> None:
        """Begin to load, if that has not begun."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._load, name="load-pipeline", daemon=True)
                self._thread.start()

    @property
    def ready(self) -> bool:
        """Whether ``get`` answers at once."""
        return self._done.is_set()

    def get(self) -> TryOn:
        """Return the pipeline, waiting until it is loaded.

        Raises:
            TryOnError: loading failed; the same sentence each time.
        """
        self.start()
        self._done.wait()
        if self._error is not None:
            raise self._error
        assert self._pipeline is not None
        return self._pipeline

    def _load(self) -> None:
        try:
            self._pipeline = self._build()
        except TryOnError as error:
            log.error("The pipeline could not be loaded: %s", error)
            self._error = error
        except Exception:
            log.exception("The pipeline could not be loaded")
            self._error = NotReadyError(self._failure)
        finally:
            self._done.set()
