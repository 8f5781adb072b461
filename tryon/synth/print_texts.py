"""Words for prints: invented ones of several scripts; none is anybody's mark."""

from __future__ import annotations

import numpy as np

FIRST = (
    "North",
    "River",
    "Slow",
    "Wild",
    "Lunar",
    "Salt",
    "Amber",
    "Stone",
    "Cedar",
    "Blue",
    "Iron",
    "Quiet",
    "Sunday",
    "Echo",
)
SECOND = (
    "Ridge",
    "Harbour",
    "Club",
    "Valley",
    "Motel",
    "Works",
    "Garden",
    "Tide",
    "Avenue",
    "Studio",
    "Coast",
    "Field",
    "Union",
)
SMALL = (
    "athletics",
    "est. 1987",
    "open air club",
    "since 1994",
    "made by hand",
    "road trip",
    "vol. 7",
    "summer tour",
    "original",
)
OTHERS = (
    "ПРИВЕТ", "СЕВЕР/клуб", "ЛЕТО", "МОРЕ И СОЛНЦЕ", "ΘΑΛΑΣΣΑ", "ΗΛΙΟΣ", "ΑΘΗΝΑ/1896", "日本", "東山/川上", "大山", "月火水木", "サクラ",
    "トーキョー", "سلام", "نور", "قمر/بحر",
)  # fmt: skip


def pick_text(art: str, rng: np.random.Generator) -> str:
    """Lines for a print of this art, parted by "/"; empty for art without words."""
    first, second = (str(rng.choice(np.array(words))) for words in (FIRST, SECOND))
    small = str(rng.choice(np.array(SMALL)))
    if art == "number":
        return str(int(rng.integers(1, 100)))
    if art in ("sunset", "waves", "animal", "portrait", "picture", "flower"):
        return f"{first} {second}".upper() if rng.random() < 0.4 else ""
    if art == "geometry":
        return ""
    if rng.random() < 0.22:
        return OTHERS[int(rng.integers(len(OTHERS)))]
    if art == "college":
        return (
            f"{first}/{small}".upper()
            if rng.random() < 0.5
            else f"{first}/{second} {int(rng.integers(60, 99))}".upper()
        )
    if art == "caption":
        return small if rng.random() < 0.6 else f"{first} {second}".lower()
    style = rng.random()
    words = [first, second] if style < 0.6 else [first]
    if style > 0.85:
        words.append(small)
    text = "/".join(words)
    return text.upper() if rng.random() < 0.6 else text
