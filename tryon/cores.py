"""Work on several cores at once: NumPy, OpenCV and PyTorch let other threads run while they are busy with pixels."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import pairwise
from typing import Any, Generic, TypeVar, overload

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
MOST = 4  # more threads than this find no work here
BAND_PIXELS = 30_000  # a smaller band is done before a thread has woken

_lock = threading.Lock()
_pool: tuple[int, ThreadPoolExecutor] | None = None


@overload
def together(first: Callable[[], A], second: Callable[[], B], /) -> tuple[A, B]: ...
@overload
def together(first: Callable[[], A], second: Callable[[], B], third: Callable[[], C], /) -> tuple[A, B, C]: ...
@overload
def together(*calls: Callable[[], Any]) -> tuple[Any, ...]: ...
def together(*calls: Callable[[], Any]) -> tuple[Any, ...]:
    """Call all of several functions, on as many cores as there are.

    What nobody has begun yet is done by the caller, so calls may be nested without waiting for each other.

    Args:
        calls: functions without arguments that do not depend on each other.

    Returns:
        Their answers in the same order.

    Raises:
        Whatever the first of them that fails raises, in their order.
    """
    if len(calls) < 2 or CORES < 2:
        return tuple(call() for call in calls)
    first, *rest = calls
    futures = [_helpers().submit(call) for call in rest]
    try:
        answers = [first()]
        for call, future in zip(rest, futures, strict=True):
            answers.append(call() if future.cancel() else future.result())
    except BaseException:
        _call_off(futures)
        raise
    return tuple(answers)


class Later(Generic[A]):
    """A call whose answer is wanted later: it may be begun beside other work, or be left until it is asked for."""

    def __init__(self, call: Callable[[], A]) -> None:
        """Take a function without arguments; nothing is done yet."""
        self._call = call
        self._begun: Future[A] | None = None

    def begin(self) -> None:
        """Do it on another core from now on, where there is one."""
        if self._begun is None and CORES > 1:
            self._begun = _helpers().submit(self._call)

    def answer(self) -> A:
        """What the call gives, or raises; done now unless it was begun."""
        if self._begun is None or self._begun.cancel():
            return self._call()
        return self._begun.result()


def in_bands(height: int, width: int, work: Callable[[slice], None]) -> None:
    """Do pointwise work on a picture in bands of rows, a band a core.

    Args:
        height, width: of the picture in pixels; a small one stays whole.
        work: is given rows, which it alone changes.
    """
    count = max(1, min(CORES, MOST, height * width // BAND_PIXELS))
    edges = [round(height * k / count) for k in range(count + 1)]
    together(*(lambda rows=slice(a, b): work(rows) for a, b in pairwise(edges)))  # type: ignore[misc]


def _call_off(futures: list[Future[Any]]) -> None:
    """Cancel what has not begun, and wait for the rest: nothing goes on behind a caller's back."""
    wait([future for future in futures if not future.cancel()])


def _helpers() -> ThreadPoolExecutor:
    """The threads of this process; one that was forked has none of its parent's."""
    global _pool
    with _lock:
        if _pool is None or _pool[0] != os.getpid():
            _pool = (os.getpid(), ThreadPoolExecutor(min(CORES, MOST) - 1, "cores"))
        return _pool[1]
