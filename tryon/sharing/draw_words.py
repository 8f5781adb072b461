"""Draw the words that stand on shared pictures, ahead of time: no host needs a font for them, Chinese included.

``python -m tryon.sharing.draw_words FONT`` writes ``words/*.png``; they were drawn with Noto Sans CJK SC Regular.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tryon.sharing.words import SIZE_PX, WORDS_FOLDER

WORDS = {
    "en": {"before": "Before", "after": "After", "made": "Made with Try-on · generated picture"},
    "zh": {"before": "试穿前", "after": "试穿后", "made": "Try-on 制作 · AI 生成图片"},
}


def draw_word(text: str, font: ImageFont.FreeTypeFont) -> Image.Image:
    """Draw a line of text in white on black; all lines of one font have the same height and baseline.

    Args:
        text: the line.
        font: its size decides the picture's.
    """
    ascent, descent = font.getmetrics()
    left, _, right, _ = font.getbbox(text)
    picture = Image.new("L", (round(right - left) + 4, ascent + descent), 0)
    ImageDraw.Draw(picture).text((2 - left, 0), text, fill=255, font=font)
    return picture


def main() -> None:
    """Draw all words into the package's folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("font", type=Path, help="a font file with Latin and Chinese letters")
    parser.add_argument("--index", type=int, default=0, help="which face of a collection")
    chosen = parser.parse_args()
    font = ImageFont.truetype(str(chosen.font), SIZE_PX, index=chosen.index)
    WORDS_FOLDER.mkdir(exist_ok=True)
    for language, words in WORDS.items():
        for name, text in words.items():
            path = WORDS_FOLDER / f"{name}.{language}.png"
            draw_word(text, font).save(path, optimize=True)


if __name__ == "__main__":
    main()
