"""Letters of several scripts as strokes: no fonts of the system are needed.

Latin letters are OpenCV's Hershey strokes; Cyrillic, Greek, Japanese and Chinese ones are written below as
polylines on a grid (a digit pair is a point: x, y from the top left), Arabic words as whole strokes.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
HERSHEY = (
    cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX, cv2.FONT_HERSHEY_DUPLEX | cv2.FONT_ITALIC,
)  # fmt: skip
_O = "20 02 06 28 48 66 62 40 20"
# Six units wide, eight high
_NARROW = {
    "А": "08 30 68;15 55", "Б": "50 00 08 48 66 65 44 04", "В": "04 44 53 51 40 00 08 48 66 65 44", "Г": "50 00 08",
    "Д": "08 07 67 68;17 30 50 57", "Е": "50 00 08 58;04 44", "Ж": "00 68;60 08;30 38", "И": "00 08 60 68",
    "З": "01 10 50 61 63 54 24;54 65 67 58 18 07", "К": "00 08;60 04 68", "Л": "08 20 60 68", "М": "08 00 35 60 68",
    "Н": "00 08;60 68;04 64", "О": _O, "П": "08 00 60 68", "Р": "08 00 40 61 63 44 04",
    "С": "61 40 20 02 06 28 48 67", "Т": "00 60;30 38", "У": "00 34;60 18 08",
    "Ф": "30 38;21 02 04 26 46 64 62 41 21", "Х": "00 68;60 08", "Ы": "00 08 38 46 45 34 04;60 68",
    "Ь": "00 08 48 66 65 44 04", "Э": "01 20 40 62 66 48 28 07;24 64", "Ю": "00 08;04 24;40 22 26 48 58 66 62 50 40",
    "Я": "68 60 20 01 03 24 64;24 08", "Ч": "00 03 14 64;60 68", "Ш": "00 08 68 60;30 38",
    "Ц": "00 07 57 50;57 67 68", "Α": "08 30 68;15 55", "Β": "04 44 53 51 40 00 08 48 66 65 44", "Γ": "50 00 08",
    "Δ": "30 08 68 30", "Ε": "50 00 08 58;04 44", "Ζ": "00 60 08 68", "Η": "00 08;60 68;04 64", "Θ": _O + ";24 44",
    "Ι": "30 38", "Κ": "00 08;60 04 68", "Λ": "08 30 68", "Μ": "08 00 35 60 68", "Ν": "08 00 68 60",
    "Ξ": "00 60;14 54;08 68", "Ο": _O, "Π": "08 00 60 68", "Ρ": "08 00 40 61 63 44 04", "Σ": "60 00 34 08 68",
    "Τ": "00 60;30 38", "Υ": "00 34 60;34 38", "Φ": "30 38;21 02 04 26 46 64 62 41 21", "Χ": "00 68;60 08",
    "Ψ": "30 38;00 03 25 45 63 60", "Ω": "08 28 26 04 02 20 40 62 64 46 48 68", "0": _O, "1": "12 30 38;18 58",
    "2": "02 20 40 62 63 08 68", "3": "01 10 50 61 63 54 24;54 65 67 58 18 07", "4": "48 40 05 65",
    "5": "60 00 03 43 64 66 48 18 07", "6": "50 20 02 06 28 48 66 65 44 04", "7": "00 60 28",
    "8": "24 02 11 20 40 51 62 44 24 06 17 28 48 57 66 44", "9": "18 48 66 62 40 20 02 03 24 64",
}  # fmt: skip
# Eight units wide and high
_WIDE = {
    "山": "40 48;03 08 88 83", "川": "10 16 08;40 48;70 78", "日": "10 18 78 70 10;14 74",
    "月": "20 25 08;20 70 78 68;23 73;25 75", "木": "02 82;40 48;42 08;42 88", "大": "03 83;40 43 08;43 88",
    "小": "40 48 38;13 06;73 86", "中": "11 16 76 71 11;40 48", "上": "40 48;43 73;08 88", "下": "00 80;40 48;43 65",
    "王": "00 80;04 84;08 88;40 48", "田": "00 08 88 80 00;40 48;04 84", "口": "11 17 77 71 11",
    "土": "40 48;14 74;08 88", "水": "40 48 37;03 33 07;73 44 88", "火": "12 24;72 64;40 44 08;44 88",
    "天": "00 80;04 84;40 44 08;44 88", "本": "02 82;40 48;42 08;42 88;26 66", "人": "40 43 08;43 88",
    "十": "04 84;40 48", "東": "01 81;12 15 75 72 12;13 73;40 48;46 08;46 88",
    "光": "40 43;11 23;71 63;04 84;34 36 08;54 57 78 87", "サ": "02 82;21 25;61 64 28", "ク": "20 04;20 70 64 28",
    "ラ": "10 70;02 72 64 28", "ト": "20 28;23 65", "ー": "04 84", "キ": "02 82;05 85;30 58",
    "ョ": "23 73 78 18;25 75", "ス": "00 70 08;44 88", "タ": "20 04;20 70 64 18;33 65", "ニ": "11 71;07 87",
    "ハ": "31 08;51 88", "ア": "00 80 53;43 44 18", "イ": "70 04;43 48", "エ": "01 81;41 47;07 87",
    "コ": "01 71 77 07", "シ": "10 32;03 25;08 48 82", "ノ": "70 08", "ヒ": "10 17 78;13 72",
    "ル": "20 25 08;50 57 84", "ロ": "11 17 77 71 11", "ン": "01 23;08 48 82", "カ": "02 72 68 48;30 34 08",
}  # fmt: skip
# Whole words: strokes of points x,y on a line eight units high, smoothed; a single point is a dot
_WORDS = {
    "سلام": "26,3 26,5 24,5.4 23,4 22.6,5.4 21,5.4 20.4,4 20,5.4 17,5.4 16,5 16,0|16,5 13,5.4 11.6,4.6 10,0|"
    "7.6,4 6,3.4 5,4.6 6.6,5.4 7.6,4.4 7,3.8|5,5 3.6,5.6 3,6.6 3,8.4",
    "نور": "20,3.4 20.4,5.6 18.6,7 16,7 14.6,5.6 15,3.4|17.6,2|12,4.2 10.6,3.4 9.6,4.6 11,5.4 12,4.6 11.8,6 9.6,7.4|"
    "6.8,3.6 7,5 5.6,6.8 3.6,7.6",
    "قمر": "22,4.4 20.6,3.4 19.6,4.6 21,5.4 22,4.4 21.6,5.4 18,5.4 16.6,4 15,4.6 16,5.8 17,5 15.4,5.4 11,5.4 10.4,4.4 "
    "10.4,5.6 8.6,7.2 6.6,7.8|20,1.8|21.6,1.8",
    "بحر": "22,3.6 22,5.4 18,5.4|20.4,7.4|14.6,3 17.6,3.4 19,4.4 16,5 13.4,5.4 11,5.4 10.4,4.2 10.4,5.6 8.6,7.2 "
    "6.6,7.8",
}


def _digits(text: str) -> list[F32]:
    return [np.array([(int(p[0]), int(p[1])) for p in line.split()], np.float32) for line in text.split(";")]


def _word(text: str) -> list[F32]:
    strokes = []
    for part in text.split("|"):
        points = np.array([p.split(",") for p in part.split()], np.float64)
        if len(points) > 2:  # Catmull-Rom through the points
            padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
            t = np.linspace(0, 1, 6, endpoint=False)[:, None]
            a, b, c, d = (padded[k : k + len(points) - 1, None] for k in range(4))
            curve = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
            points = np.concatenate([curve.reshape(-1, 2), points[-1:]])
        strokes.append(points.astype(np.float32) - np.array([2, 0], np.float32))
    return strokes


def strokes_of(words: str) -> tuple[list[F32], float] | None:
    """Polylines (N, 2) of a line of letters, eight units high, and its width; None where a letter is not known."""
    if words in _WORDS:
        strokes = _word(_WORDS[words])
        return strokes, float(max(s[:, 0].max() for s in strokes))
    found: list[F32] = []
    x = 0.0
    for letter in words:
        if letter == " ":
            x += 5
            continue
        table, width = (_NARROW, 6) if letter in _NARROW else (_WIDE, 8)
        if letter not in table:
            return None
        found += [line + np.array([x, 0], np.float32) for line in _digits(table[letter])]
        x += width + 2.4
    return found, max(1.0, x - 2.4)


def draw_line(
    picture: U8,
    words: str,
    centre: tuple[float, float],
    height: float,
    colour: list[int],
    bold: float,
    width: float,
    font: int = 0,
) -> None:
    """Draw a line of letters, centred, in place; made smaller where it would be wider than ``width``.

    Args:
        picture: (H, W) or (H, W, C) uint8. centre: x, y pixels. height: of capitals, pixels.
        colour: one value a channel. bold: stroke width over height. font: index into HERSHEY, for Latin.
    """
    strokes = None if words.isascii() else strokes_of(words)
    if strokes is None:
        face = HERSHEY[font % len(HERSHEY)]
        plain = words.encode("ascii", "replace").decode()
        (w, h), _ = cv2.getTextSize(plain, face, 1.0, 1)
        scale = min(height / max(1, h), width / max(1, w))
        thick = max(1, round(bold * h * scale))
        (w, h), _ = cv2.getTextSize(plain, face, scale, thick)
        at = (round(centre[0] - w / 2), round(centre[1] + h / 2))
        cv2.putText(picture, plain, at, face, scale, colour, thick, cv2.LINE_AA)
        return
    lines, wide = strokes
    scale = min(height / 8, width / wide)
    thick = max(1, round(bold * 8 * scale))
    origin = np.array([centre[0] - scale * wide / 2, centre[1] - 4 * scale])
    for line in lines:
        points = np.round((line * scale + origin) * 16).astype(np.int32)
        if len(points) == 1:
            at = (int(points[0, 0]), int(points[0, 1]))
            cv2.circle(picture, at, round(0.75 * thick * 16), colour, -1, cv2.LINE_AA, 4)
        else:
            cv2.polylines(picture, [points], False, colour, thick, cv2.LINE_AA, 4)
