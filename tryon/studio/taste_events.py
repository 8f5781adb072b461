"""What a visitor did with garments, as far as it tells their taste."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["like", "dislike", "kept", "tried"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What each says of liking: what was kept (downloaded, shared) was liked; what was tried on was interesting, no more
VALUES: dict[Kind, float] = {"like": 1.0, "kept": 1.0, "dislike": -1.0, "tried": 0.3}


@dataclass(frozen=True)
class Event:
    """One thing that was done with one garment."""

    garment: str
    kind: Kind


def opinions_said(events: Iterable[Event]) -> dict[str, Kind]:
    """What counts of each garment: the last like or dislike, else kept, else tried; in the order of first mention.

    Args:
        events: the oldest first.
    """
    said: dict[str, Kind] = {}
    for event in events:
        known = said.get(event.garment)
        spoken = event.kind in ("like", "dislike")
        if known is None or spoken or (known == "tried" and event.kind == "kept"):
            said[event.garment] = event.kind
    return said
