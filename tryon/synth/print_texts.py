"""Words for prints: invented ones of several scripts; none is anybody's mark."""

from __future__ import annotations

import numpy as np

FIRST = "North River Slow Wild Lunar Salt Amber Stone Cedar Blue Iron Quiet Sunday Echo Maple Polar Tiny Golden".split()
SECOND = "Ridge Harbour Club Valley Motel Works Garden Tide Avenue Studio Coast Field Union Parade Island".split()
SMALL = (
    "athletics/est. 1987/open air club/since 1994/made by hand/road trip/vol. 7/summer tour/original/good things take "
    "time/out of office/no. 12"
).split("/")
OTHERS = (
    "ПРИВЕТ СЕВЕР/КЛУБ ЛЕТО МОРЕ/И/СОЛНЦЕ ТЕМНО/1974 ΘΑΛΑΣΣΑ ΗΛΙΟΣ ΑΘΗΝΑ/1896 ΚΥΜΑ "
    "日本 東山/川上 大山 月火水木 天光 サクラ トーキョー コーヒー スタイル シカ سلام نور قمر بحر"
).split()


def pick_text(art: str, rng: np.random.Generator) -> str:
    """Lines for a print of this art, parted by "/"; empty for art without words."""
    first, second = (words[int(rng.integers(len(words)))] for words in (FIRST, SECOND))
    small = SMALL[int(rng.integers(len(SMALL)))]
    if art == "number":
        return str(int(rng.integers(1, 100)))
    if art == "geometry":
        return ""
    if art in ("sunset", "waves", "animal", "portrait", "picture", "flower"):
        return f"{first} {second}".upper() if rng.random() < 0.4 else ""
    if rng.random() < 0.22:
        return OTHERS[int(rng.integers(len(OTHERS)))]
    if art == "college":
        year = int(rng.integers(60, 99))
        return (f"{first}/{small}" if rng.random() < 0.5 else f"{first}/{second} {year}").upper()
    if art == "caption":
        return small if rng.random() < 0.6 else f"{first} {second}".lower()
    style = rng.random()
    lines = [first, second] if style < 0.6 else [first]
    if style > 0.85:
        lines.append(small)
    text = "/".join(lines)
    return text.upper() if rng.random() < 0.6 else text
