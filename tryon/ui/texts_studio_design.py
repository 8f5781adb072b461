"""The words of the studio's design panel, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DesignTexts:
    """What the panel says."""

    title: str


DESIGN_ENGLISH = DesignTexts(
    title="Design a garment",
)

DESIGN_CHINESE = DesignTexts(
    title="设计一件衣服",
)
