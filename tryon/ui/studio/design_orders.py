"""What a browser asks the designer for, and the designer itself: loaded at the first order, one at a time."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

from tryon.errors import BadRequestError

if TYPE_CHECKING:
    from tryon.studio.designer import Design
    from tryon.studio.ideas import Idea

HEIGHTS = {"tile": 320, "large": 800}  # pixels: a tile of the grid at twice its size, and a garment of the gallery
KEPT = 48  # designs kept for the next slider, about 120 MB with the large ones' pictures
KEPT_BYTES = 60_000_000
LONGEST_ORDER = 2_000  # characters


class Draws(Protocol):
    """What draws ideas: ``tryon.studio.designer.Designer``."""

    def draw(self, ideas: list[Idea], *, height: int = ...) -> list[Design]:
        """Draw ideas at a height in pixels."""


def read_order(words: Mapping[str, str]) -> Idea:
    """The idea that a browser's words name.

    Args:
        words: ``seed``, ``label`` and ``cloth`` ("any": the seed's own); the sliders by name; ``with``, the seed of a
            second idea, and ``share`` of it.

    Raises:
        BadRequestError: a word that makes no sense; it is named.
    """
    from tryon.studio.ideas import Sliders, mix, new_idea

    if sum(len(k) + len(v) for k, v in words.items()) > LONGEST_ORDER:
        raise BadRequestError("This order is too long.")
    label, cloth = words.get("label", "any"), words.get("cloth", "any")
    chosen = (None if label == "any" else label, None if cloth == "any" else cloth)
    idea = new_idea(_whole(words.get("seed", "")), *chosen)
    if words.get("with"):
        idea = mix(idea, new_idea(_whole(words["with"]), *chosen), _number("share", words.get("share", ".5")))
    names = [f.name for f in dataclasses.fields(Sliders)]
    moved = {name: _number(name, words[name]) for name in names if words.get(name)}
    return idea.moved(**moved) if moved else idea


def read_json(text: str) -> Idea:
    """As ``read_order``, of an event's JSON object of words and numbers.

    Raises:
        BadRequestError: it is none.
    """
    try:
        found = json.loads(text[:LONGEST_ORDER])
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise BadRequestError("This is no order of the designer.")
    return read_order({str(k): f"{v:g}" if isinstance(v, float) else str(v) for k, v in found.items()})


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 10:
        raise BadRequestError(f"An idea's number has digits alone; {text[:20]!r} is none.")
    return int(text)


def _number(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value:
        raise BadRequestError(f"{name} is {text[:20]!r}; it should be a number.")
    return value


class DesignDesk:
    """Draws orders, and keeps the last ones. Guarded by its own lock; holds nothing that a visitor brought."""

    def __init__(self, designer: Draws | None = None) -> None:
        """Open the desk.

        Args:
            designer: None: our own, loaded at the first order.
        """
        self._designer = designer
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Design] = OrderedDict()

    def draw(self, idea: Idea, size: str) -> Design:
        """The design, drawn now or before.

        Args:
            idea: what to draw. size: one of HEIGHTS.

        Raises:
            BadRequestError: an unknown size.
            WeightsError: the designer's weights are missing.
        """
        if size not in HEIGHTS:
            raise BadRequestError(f"There is no size {size[:20]!r}. Use one of {', '.join(HEIGHTS)}.")
        key = (idea.to_json(), size)
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                found = self._load().draw([idea], height=HEIGHTS[size])[0]
                self._kept[key] = found
                while len(self._kept) > KEPT or self._bytes() > KEPT_BYTES:
                    self._kept.popitem(last=False)
            else:
                self._kept.move_to_end(key)
            return found

    def _bytes(self) -> int:
        return sum(d.image_u8.nbytes + d.mask_u8.nbytes + d.inside_u8.nbytes for d in self._kept.values())

    def _load(self) -> Draws:
        if self._designer is None:
            from tryon.studio.designer import Designer  # torch is heavy, and few visitors design

            self._designer = Designer.from_pretrained()
        return self._designer
