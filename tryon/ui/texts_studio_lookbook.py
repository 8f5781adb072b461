"""The words of the studio's lookbook panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LookbookTexts:
    """What the panel says."""

    title: str


LOOKBOOK_ENGLISH = LookbookTexts(
    title="Make a lookbook",
)

LOOKBOOK_CHINESE = LookbookTexts(
    title="制作画册",
)
