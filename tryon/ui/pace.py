"""How often one visitor may ask: a bucket of tokens each, refilled steadily, for what computes and for what is cheap.

The token bucket of RFC 2697 in its simplest form: a request takes a token; tokens come back at ``per_second`` up to
``burst``. Known by address, which nobody can choose freely; the session's name is the browser's own word.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tryon.errors import BadRequestError

RATE, PROXIES = "TRYON_RATE", "TRYON_PROXIES"  # environment variables
MOST_KNOWN = 10_000  # clients that are remembered: two numbers each; a forgotten one begins with a full bucket


@dataclass(frozen=True)
class Rate:
    """What one client may ask for. Both numbers are of requests."""

    per_second: float
    burst: float


# Two cores dress two people a second: more than the whole machine can do, so that a class behind one address may
# play, and yet nobody can queue up hours of work. The other requests (a click is noted, a file arrives) are cheap.
COMPUTING = Rate(4.0, 120.0)
CHEAP_TIMES = 8.0


class Pace:
    """Buckets of all clients. Safe to use from any thread."""

    def __init__(self, rate: Rate, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets.

        Args:
            rate: of each client.
            clock: seconds, for tests.
        """
        self.rate, self._clock = rate, clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def wait_for(self, client: str) -> int:
        """Take a token of a client.

        Args:
            client: an address.

        Returns:
            0 where there was one, else after how many whole seconds there will be.
        """
        with self._lock:
            now = self._clock()
            tokens, then = self._buckets.pop(client, (self.rate.burst, now))
            tokens = min(self.rate.burst, tokens + (now - then) * self.rate.per_second)
            allowed = tokens >= 1
            self._buckets[client] = (tokens - 1 if allowed else tokens, now)
            while len(self._buckets) > MOST_KNOWN:
                self._buckets.popitem(last=False)
            return 0 if allowed else max(1, math.ceil((1 - tokens) / self.rate.per_second))


@dataclass(frozen=True)
class Paces:
    """computing: for what needs the networks. cheap: for all else that is counted."""

    computing: Pace
    cheap: Pace


def paces_from(environment: Mapping[str, str] | None = None) -> Paces | None:
    """The paces that ``TRYON_RATE`` asks for: "4/120" (a second, and at once), or "off" for none.

    Args:
        environment: the process's own by default.

    Raises:
        BadRequestError: it says something else.
    """
    said = (os.environ if environment is None else environment).get(RATE, "").strip().lower()
    if said == "off":
        return None
    rate = COMPUTING
    if said:
        try:
            rate = Rate(*(float(part) for part in said.split("/")))
        except (TypeError, ValueError):
            rate = Rate(0, 0)
        if not (0 < rate.per_second < math.inf and 1 <= rate.burst < math.inf):
            raise BadRequestError(f"{RATE} is {said!r}. Use two numbers such as 4/120 (a second, and at once), or off.")
    return Paces(Pace(rate), Pace(Rate(rate.per_second * CHEAP_TIMES, rate.burst * CHEAP_TIMES)))


def proxies_from(environment: Mapping[str, str] | None = None) -> int:
    """How many proxies stand before the page and add to ``X-Forwarded-For``: ``TRYON_PROXIES``, on Spaces one.

    Raises:
        BadRequestError: it is no number.
    """
    environment = os.environ if environment is None else environment
    said = environment.get(PROXIES, "1" if "SPACE_ID" in environment else "0")
    if not said.isdecimal():
        raise BadRequestError(
            f"{PROXIES} is {said!r}. Use the number of proxies before the page, 0 where there is none."
        )
    return int(said)


def client_of(peer: str, forwarded: str, proxies: int) -> str:
    """Who asks: the peer's address, or the one that the outermost trusted proxy saw.

    Args:
        peer: address of the connection.
        forwarded: ``X-Forwarded-For``; what stands left of what the trusted proxies wrote is the client's own word.
        proxies: how many are trusted.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    return hops[-proxies][:64] if proxies and len(hops) >= proxies else peer
