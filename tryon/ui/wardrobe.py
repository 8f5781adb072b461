"""Where on the body a garment is worn, and what goes with it: the slots of an outfit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from tryon.outfit import is_open
from tryon.person.edit_plan import is_outer
from tryon.types import Garment
from tryon.ui.looks import What

SlotName = Literal["top", "bottom", "dress", "jacket"]
SLOTS: tuple[SlotName, ...] = ("top", "bottom", "dress", "jacket")
# what takes the place of what: a dress is both top and bottom
GIVES_WAY: dict[SlotName, tuple[SlotName, ...]] = {
    "top": ("top", "dress"),
    "bottom": ("bottom", "dress"),
    "dress": ("dress", "top", "bottom"),
    "jacket": ("jacket",),
}


def slot_of(garment: Garment) -> SlotName:
    """The slot that a garment fills.

    Args:
        garment: understood.
    """
    if garment.category == "lower":
        return "bottom"
    if garment.category == "dress":
        return "dress"
    return "jacket" if is_outer(garment) or is_open(garment) else "top"


def with_garment(worn: Iterable[What], what: What) -> tuple[What, ...]:
    """An outfit with one more garment in its slot; what it cannot be worn with goes.

    Args:
        worn: the outfit until now.
        what: the garment that was chosen.
    """
    slot = slot_of(what.garment)
    kept = [each for each in worn if slot_of(each.garment) not in GIVES_WAY[slot] and not _same_brought(each, what)]
    return in_order([*kept, what])


def without_slot(worn: Iterable[What], slot: str) -> tuple[What, ...]:
    """An outfit without the garment of a slot.

    Args:
        worn: the outfit.
        slot: one of SLOTS; another name changes nothing.
    """
    return tuple(each for each in worn if slot_of(each.garment) != slot)


def in_order(worn: Iterable[What]) -> tuple[What, ...]:
    """The same garments in the slots' order, so that the same outfit is the same look however it was put together."""
    return tuple(sorted(worn, key=lambda what: SLOTS.index(slot_of(what.garment))))


def _same_brought(one: What, other: What) -> bool:
    """Whether both are the same picture of the visitor's own, taken for something else in between."""
    return one.brought is not None and other.brought is not None and one.brought.number == other.brought.number
