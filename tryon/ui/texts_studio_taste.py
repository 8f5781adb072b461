"""The words of the studio's suggestions panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TasteTexts:
    """What the panel says."""

    title: str


TASTE_ENGLISH = TasteTexts(
    title="Picked for you",
)

TASTE_CHINESE = TasteTexts(
    title="为你挑选",
)
