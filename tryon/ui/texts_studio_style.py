"""The words of the studio's style transfer panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StyleTexts:
    """What the panel says."""

    title: str


STYLE_ENGLISH = StyleTexts(
    title="One garment's style on another",
)

STYLE_CHINESE = StyleTexts(
    title="把一件衣服的风格换到另一件上",
)
