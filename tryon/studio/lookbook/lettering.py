"""Words of any language on pages: the first font that has a letter draws it.

A brand's own font comes first, then a book face that arrives with the pinned packages (STIX, Times-like, and DejaVu for
what it lacks), then the Chinese fonts that systems have. Nothing is fetched. Where no font has a letter it is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tryon.errors import BadRequestError
from tryon.types import MaskF32

LINE = 1.32  # a line's height in sizes of its font: room for Chinese letters and for accents
BASELINE = 1.0  # from the line's top, in sizes
PROBE_PX = 24  # at which fonts are asked for letters
NO_LETTER = "\uffff"  # is a letter of no font: how a font draws what it lacks

# file below a system's folders of fonts, and which face of it has Chinese forms
SYSTEM_FONTS: tuple[tuple[str, int], ...] = (
    ("/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSerifCJK-Regular.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/System/Library/Fonts/Supplemental/Songti.ttc", 0),
    ("/System/Library/Fonts/PingFang.ttc", 0),
    ("/System/Library/Fonts/STHeiti Light.ttc", 0),
    ("C:/Windows/Fonts/simsun.ttc", 0),
    ("C:/Windows/Fonts/msyh.ttc", 0),
)


class Lettering:
    """Measures and draws lines of text; belongs to one thread at a time."""

    def __init__(self, own: Path | None = None):
        """Find the fonts.

        Args:
            own: a brand's font file.

        Raises:
            BadRequestError: it cannot be read as a font.
        """
        self._places: list[tuple[str, int]] = [*packaged_fonts(), *((p, i) for p, i in SYSTEM_FONTS if _there(p))]
        self._fonts: dict[tuple[str, int, int], ImageFont.FreeTypeFont] = {}
        self._has: dict[tuple[str, str], bool] = {}
        if own is not None:
            self._places.insert(0, (str(own), 0))
            try:
                self._font((str(own), 0), PROBE_PX)
            except OSError as error:
                raise BadRequestError(
                    f"brand.font is {str(own)!r}, which cannot be read as a font ({error}). Name a TTF or OTF file."
                ) from None

    def missing(self, text: str) -> str:
        """The letters of a text that no font here has, each once."""
        return "".join(dict.fromkeys(c for c in text if self._face(c) is None))

    def check(self, text: str, key: str) -> None:
        """Raise where a text cannot be drawn.

        Raises:
            BadRequestError: naming the letters.
        """
        lacking = self.missing(text)
        if lacking:
            raise BadRequestError(
                f"{key} has letters that no font on this computer has: {lacking[:20]}. "
                "Write it with other letters, or install a font that has them, such as Noto CJK."
            )

    def width(self, text: str, size_px: float, *, spacing: float = 0.0) -> float:
        """Pixels from the first letter's start to the last one's end; spacing: between letters, in sizes."""
        return sum(wide for _, _, wide in self._runs(text, size_px, spacing)) - spacing * size_px * bool(text)

    def mask(self, text: str, size_px: float, *, spacing: float = 0.0) -> MaskF32:
        """A line of text: opacity (LINE * size, width) float32 0..1; the baseline is BASELINE sizes from the top."""
        runs = list(self._runs(text, size_px, spacing))
        side = round(0.25 * size_px)  # italics and some capitals reach over their own width
        wide = max(1, round(sum(w for _, _, w in runs))) + 2 * side
        paper = Image.new("L", (wide, max(1, round(LINE * size_px))), 0)
        pen, x = ImageDraw.Draw(paper), float(side)
        for run, font, width in runs:
            pen.text((x, BASELINE * size_px), run, fill=255, font=font, anchor="ls")
            x += width
        return np.asarray(paper)[:, side:].astype(np.float32) / np.float32(255)

    def fitting(self, text: str, size_px: float, room_px: float, *, spacing: float = 0.0) -> float:
        """The largest size up to one at which a line fits a room."""
        wide = self.width(text, 100.0, spacing=spacing)
        return min(size_px, 100.0 * room_px / wide) if wide > 0 else size_px

    def lines(self, text: str, size_px: float, room_px: float, most: int) -> list[str]:
        """Break a text into at most so many lines; the last ends in "…" where it does not fit."""
        found: list[str] = []
        left = text
        while left and len(found) < most:
            end = self._break(left, size_px, room_px)
            line, rest = left[:end].rstrip(), left[end:].lstrip()
            if rest and len(found) == most - 1:
                while line and self.width(line + "…", size_px) > room_px:
                    line = line[:-1].rstrip(" ,;:·-")
                line += "…"
            found.append(line)
            left = rest
        return found

    def _break(self, text: str, size_px: float, room_px: float) -> int:
        """Where a line ends: at a blank where there is one, between any two Chinese letters, else anywhere."""
        if self.width(text, size_px) <= room_px:
            return len(text)
        end = next(n for n in range(len(text), -1, -1) if n <= 1 or self.width(text[:n], size_px) <= room_px)
        end = max(1, end)
        places = [n for n in range(1, end + 1) if text[n : n + 1] == " " or _is_wide(text[n - 1])]
        return places[-1] if places else end

    def _runs(self, text: str, size_px: float, spacing: float) -> Iterator[tuple[str, ImageFont.FreeTypeFont, float]]:
        size = max(1, round(size_px))
        run, face = "", None
        for letter in text:
            found = self._face(letter) or self._places[0]
            if run and (found != face or spacing):
                yield self._run(run, face, size, size_px, spacing)
                run = ""
            run, face = run + letter, found
        if run:
            yield self._run(run, face, size, size_px, spacing)

    def _run(
        self, run: str, face: tuple[str, int] | None, size: int, size_px: float, spacing: float
    ) -> tuple[str, ImageFont.FreeTypeFont, float]:
        font = self._font(face or self._places[0], size)
        return run, font, font.getlength(run) + spacing * size_px * len(run)

    def _face(self, letter: str) -> tuple[str, int] | None:
        if letter.isspace():
            return self._places[0]
        for place in self._places:
            known = self._has.get((place[0], letter))
            if known is None:
                font = self._font(place, PROBE_PX)
                drawn, lacking = font.getmask(letter), font.getmask(NO_LETTER)
                known = bool(bytes(drawn)) and (drawn.size, bytes(drawn)) != (lacking.size, bytes(lacking))
                self._has[place[0], letter] = known
            if known:
                return place
        return None

    def _font(self, place: tuple[str, int], size: int) -> ImageFont.FreeTypeFont:
        key = (*place, size)
        if key not in self._fonts:
            path, index = place
            if path:
                self._fonts[key] = ImageFont.truetype(path, size, index=index)
            else:
                own = ImageFont.load_default(size)
                assert isinstance(own, ImageFont.FreeTypeFont)
                self._fonts[key] = own
        return self._fonts[key]


@cache
def packaged_fonts() -> tuple[tuple[str, int], ...]:
    """The fonts that arrive with the pinned packages: those of Matplotlib, which MediaPipe needs, and Pillow's own."""
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent / "mpl-data/fonts/ttf" if found and found.origin else Path()
    files = (folder / name for name in ("STIXGeneral.ttf", "DejaVuSans.ttf"))
    return (*((str(file), 0) for file in files if file.is_file()), ("", 0))


def _there(path: str) -> bool:
    return Path(path).is_file()


def _is_wide(letter: str) -> bool:
    """Whether a line may end behind a letter: Chinese and Japanese ones, which no blank divides."""
    return "\u2e80" <= letter <= "\u9fff" or "\uff00" <= letter <= "\uffef"
