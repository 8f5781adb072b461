"""A picture before and after on one card: side by side, or split by a line, with words that say how it was made."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from tryon.images import shrink_to
from tryon.sharing.words import LINE, Language, Word, word_mask, write
from tryon.types import MaskF32, RGBu8

PAPER, INK, WHITE, SHADE = (250, 247, 241), (84, 77, 68), (255, 255, 255), (30, 28, 25)
SIDE_PX = 1280  # longer side of each picture: sharp on a phone's whole screen, some 400 kB as JPEG
MARGIN, GAP, CORNER = 0.036, 0.014, 0.018  # of the picture's longer side
WORDS = 0.024  # size of the font, of the longer side: 8 mm on a hand-sized print
SMALLEST_PX = 11  # the line is made to fit narrow pictures, but never smaller than can be read
NOISE = 24  # of 255: what JPEG changes is less
SUPERSAMPLING = 4  # of rounded corners and circles


@dataclass(frozen=True)
class Pair:
    """The same photo before and after, (H, W, 3) uint8 of one size."""

    before_u8: RGBu8
    after_u8: RGBu8

    def shrunk(self, longest_px: int) -> Pair:
        """The pair with a longer side of at most so many pixels."""
        return Pair(shrink_to(self.before_u8, longest_px), shrink_to(self.after_u8, longest_px))

    @property
    def longest_px(self) -> int:
        """The longer side."""
        return max(self.before_u8.shape[:2])


def side_by_side(pair: Pair, language: Language = "en", *, longest_px: int = SIDE_PX) -> RGBu8:
    """Before on the left, after on the right, on paper, with their names and the mark below.

    Args:
        pair: not changed.
        language: of the words.
        longest_px: of each picture.

    Returns:
        (h, w, 3).
    """
    pair = pair.shrunk(longest_px)
    margin, gap, _ = _measures(pair)
    height, width = pair.before_u8.shape[:2]
    card = _paper(2 * width + gap, height, margin, pair)
    _mount(card, pair.before_u8, (margin, margin))
    _mount(card, pair.after_u8, (margin + width + gap, margin))
    size = _font_px(pair, language, width, beside="after")
    top = margin + height + round(0.55 * margin)
    write(card, word_mask("before", language, size), (margin, top), INK)
    write(card, word_mask("after", language, size), (margin + width + gap, top), INK)
    _sign(card, language, size, right=margin + 2 * width + gap, top=top)
    return card


def split(pair: Pair, language: Language = "en", *, longest_px: int = SIDE_PX) -> RGBu8:
    """One picture, before to the left of a line and after to its right, on paper with the mark below.

    Args:
        pair: not changed.
        language: of the words.
        longest_px: of the picture.

    Returns:
        (h, w, 3).
    """
    pair = pair.shrunk(longest_px)
    layers = tagged(pair, language)
    return Frame(pair, language).around(cut(layers, change_centre(pair)))


class Frame:
    """The paper round one picture, with the mark: drawn once for all pictures of a film."""

    def __init__(self, pair: Pair, language: Language):
        """Draw the paper.

        Args:
            pair: gives the size.
            language: of the mark.
        """
        self._margin = _measures(pair)[0]
        height, width = pair.before_u8.shape[:2]
        self._paper = _paper(width, height, self._margin, pair)
        size = _font_px(pair, language, width)
        top = self._margin + height + round(0.55 * self._margin)
        _sign(self._paper, language, size, right=self._margin + width, top=top)

    def around(self, picture_u8: RGBu8) -> RGBu8:
        """Mount a picture of the pair's size, (H, W, 3); returns a new card."""
        card = self._paper.copy()
        _mount(card, picture_u8, (self._margin, self._margin))
        return card


def tagged(pair: Pair, language: Language) -> Pair:
    """The pair with its names in the upper corners, each where the line uncovers it."""
    before, after = pair.before_u8.copy(), pair.after_u8.copy()
    _tag(before, "before", language, right=False)
    _tag(after, "after", language, right=True)
    return Pair(before, after)


def cut(pair: Pair, share: float, *, line: bool = True) -> RGBu8:
    """Before to the left of a line, after to its right.

    Args:
        pair: not changed.
        share: where the line is, 0 (all after) to 1 (all before).
        line: whether to draw it; it is left out at both ends.

    Returns:
        (H, W, 3).
    """
    height, width = pair.before_u8.shape[:2]
    x = int(np.clip(round(share * width), 0, width))
    picture = pair.after_u8.copy()
    picture[:, :x] = pair.before_u8[:, :x]
    if line and 0 < x < width:
        half = max(1, round(pair.longest_px * 0.0016))
        write(picture, np.full((height, 4 * half), 0.16, np.float32), (x - 2 * half, 0), SHADE)
        write(picture, np.ones((height, 2 * half), np.float32), (x - half, 0), WHITE)
    return picture


def change_centre(pair: Pair) -> float:
    """Where to cut so that both halves show something: the middle of what changed, kept off the edges."""
    changed = (cv2.absdiff(pair.before_u8, pair.after_u8).max(-1) > NOISE).sum(0)
    if not changed.any():
        return 0.5
    half = np.searchsorted(np.cumsum(changed), changed.sum() / 2)
    return float(np.clip(half / changed.size, 0.3, 0.7))


def _measures(pair: Pair) -> tuple[int, int, int]:
    return tuple(max(2, round(share * pair.longest_px)) for share in (MARGIN, GAP, CORNER))  # type: ignore[return-value]


def _paper(width: int, height: int, margin: int, pair: Pair) -> RGBu8:
    footer = round(1.1 * margin + WORDS * LINE * pair.longest_px)
    card = np.empty((height + margin + footer, width + 2 * margin, 3), np.uint8)
    card[:] = PAPER
    return card


def _font_px(pair: Pair, language: Language, room: int, *, beside: Word | None = None) -> float:
    """The font's size: by the picture's, smaller where the mark and a name would not fit side by side."""
    words: list[Word] = ["made"] if beside is None else ["made", beside]
    needed = sum(word_mask(word, language, 100).shape[1] for word in words) + 100 * (len(words) - 1)
    return max(SMALLEST_PX, min(WORDS * pair.longest_px, 100 * room / needed))


def _sign(card: RGBu8, language: Language, size: float, *, right: int, top: int) -> None:
    mask = word_mask("made", language, size)
    write(card, mask, (max(0, right - mask.shape[1]), top), INK)


def _mount(card: RGBu8, picture_u8: RGBu8, at_px: tuple[int, int]) -> None:
    height, width = picture_u8.shape[:2]
    part = card[at_px[1] : at_px[1] + height, at_px[0] : at_px[0] + width]
    share = _rounded(width, height, max(2, round(CORNER * max(height, width))))[..., None]
    part[...] = np.rint(part + (picture_u8.astype(np.float32) - part) * share).astype(np.uint8)


def _tag(picture_u8: RGBu8, word: Word, language: Language, *, right: bool) -> None:
    """A name in white on a dark pill in an upper corner."""
    longest = max(picture_u8.shape[:2])
    mask = word_mask(word, language, max(SMALLEST_PX, WORDS * longest))
    side, above, inset = round(0.012 * longest), round(0.003 * longest), round(0.018 * longest)
    height, width = len(mask) + 2 * above, mask.shape[1] + 2 * side
    x = picture_u8.shape[1] - inset - width if right else inset
    write(picture_u8, _rounded(width, height, height // 2), (x, inset), SHADE, 0.62)
    write(picture_u8, mask, (x + side, inset + above), WHITE)


def _rounded(width: int, height: int, radius: int) -> MaskF32:
    """A rectangle with round corners, (height, width) 0..1."""
    mask = np.ones((height, width), np.float32)
    radius = min(radius, height // 2, width // 2)
    big = np.zeros((radius * SUPERSAMPLING,) * 2, np.uint8)
    cv2.circle(big, (big.shape[1], big.shape[0]), big.shape[0], 255, -1)
    corner = cv2.resize(big, (radius, radius), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    mask[:radius, :radius] = corner
    mask[:radius, width - radius :] = corner[:, ::-1]
    mask[height - radius :, :radius] = corner[::-1]
    mask[height - radius :, width - radius :] = corner[::-1, ::-1]
    return mask
