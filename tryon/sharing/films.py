"""A short film that wipes from before to after and back, as WebP or GIF, small enough to send."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image

from tryon.sharing.cards import Frame, Pair, change_centre, cut, tagged
from tryon.sharing.metadata import MARKS, Marks, exif_block, gif_comment, mark_gif, xmp_packet
from tryon.sharing.words import Language
from tryon.types import RGBu8

MOST_BYTES = 2_000_000  # what every messenger sends without asking
SIDES_PX = (800, 640, 480, 360)  # tried in turn; ordinary photos fit at the first
STEP_MS = 50  # 20 pictures a second: a wipe looks even, and GIF players that know no less than 20 ms keep up
WIPE_STEPS = 18  # 0.9 s from edge to edge
HOLD_CUT_MS, HOLD_AFTER_MS, HOLD_BEFORE_MS = 700, 1600, 900  # the result longest: it is what one looks at
WEBP_QUALITY, WEBP_EFFORT = 80, 0  # more effort saves some of 0.3 MB and takes four times the seconds
GIF_COLOURS = 255  # one is left to the encoder for "as before"


@dataclass(frozen=True)
class Shot:
    """One picture of a film: where the line is, 0..1, and for how long."""

    share: float
    ms: int


def shots(start: float) -> list[Shot]:
    """The film: from a line in the middle to after, to before, and back to the line, where it begins anew.

    Args:
        start: where the line is at first, 0..1; what a program that plays no films shows.
    """
    return [
        Shot(start, HOLD_CUT_MS),
        *_wipe(start, 0.0),
        Shot(0.0, HOLD_AFTER_MS),
        *_wipe(0.0, 1.0),
        Shot(1.0, HOLD_BEFORE_MS),
        *_wipe(1.0, start),
    ]


def film_webp(pair: Pair, language: Language = "en", *, marks: Marks = MARKS, most_bytes: int = MOST_BYTES) -> bytes:
    """The film as an animated WebP file.

    Args:
        pair: not changed.
        language: of the words in it.
        marks: what its metadata says.
        most_bytes: it is made smaller until it fits, down to the last of ``SIDES_PX``.
    """

    def encode(small: Pair) -> bytes:
        frame, layers, film = Frame(small, language), tagged(small, language), shots(change_centre(pair))
        pictures = (Image.fromarray(frame.around(cut(layers, shot.share))) for shot in film)
        buffer = io.BytesIO()
        next(pictures).save(
            buffer,
            "WEBP",
            save_all=True,
            append_images=pictures,
            duration=[shot.ms for shot in film],
            loop=0,
            quality=WEBP_QUALITY,
            method=WEBP_EFFORT,
            exif=exif_block(marks),
            xmp=xmp_packet(marks),
        )
        return buffer.getvalue()

    return _fitting(pair, encode, most_bytes)


def film_gif(pair: Pair, language: Language = "en", *, marks: Marks = MARKS, most_bytes: int = MOST_BYTES) -> bytes:
    """The film as an animated GIF file; arguments are those of ``film_webp``."""

    def encode(small: Pair) -> bytes:
        frame, layers, film = Frame(small, language), tagged(small, language), shots(change_centre(pair))
        # both ends are reduced to one set of colours, and the wipe is made from the reduced ones: what the line
        # has not passed stays the same bytes, and the file stays small
        ends = [frame.around(picture) for picture in (layers.before_u8, layers.after_u8)]
        palette = Image.fromarray(np.concatenate(ends)).quantize(GIF_COLOURS, Image.Quantize.MEDIANCUT)
        before, after = (np.asarray(_reduced(end, palette)) for end in ends)
        white = int(np.asarray(_reduced(np.full((1, 1, 3), 255, np.uint8), palette))[0, 0])
        pictures = []
        for shot in film:
            pictures.append(Image.fromarray(_cut_indexed(before, after, small, shot.share, white)))
            pictures[-1].putpalette(palette.getpalette() or [])
        buffer = io.BytesIO()
        pictures[0].save(
            buffer,
            "GIF",
            save_all=True,
            append_images=pictures[1:],
            duration=[shot.ms for shot in film],
            loop=0,
            optimize=False,
            disposal=1,
            comment=gif_comment(marks),
        )
        return mark_gif(buffer.getvalue(), marks)

    return _fitting(pair, encode, most_bytes)


def _wipe(start: float, end: float) -> Iterator[Shot]:
    """The pictures between two places of the line, slow at both ends."""
    steps = max(2, round(WIPE_STEPS * abs(end - start)))
    for step in range(1, steps):
        eased = (1 - math.cos(math.pi * step / steps)) / 2
        yield Shot(start + (end - start) * eased, STEP_MS)


def _fitting(pair: Pair, encode: Callable[[Pair], bytes], most_bytes: int) -> bytes:
    data = b""
    for side in SIDES_PX:
        data = encode(pair.shrunk(side))
        if len(data) <= most_bytes:
            break
    return data


def _reduced(picture_u8: RGBu8, palette: Image.Image) -> Image.Image:
    return Image.fromarray(picture_u8).quantize(palette=palette, dither=Image.Dither.FLOYDSTEINBERG)


def _cut_indexed(before: np.ndarray, after: np.ndarray, pair: Pair, share: float, white: int) -> np.ndarray:
    """As ``cards.cut``, on the card's colour numbers (h, w) uint8."""
    height, width = pair.before_u8.shape[:2]
    margin = (before.shape[1] - width) // 2
    x = margin + round(share * width)
    picture = after.copy()
    picture[:, :x] = before[:, :x]
    if 0 < share < 1:
        half = max(1, round(pair.longest_px * 0.0016))
        picture[margin : margin + height, max(margin, x - half) : min(margin + width, x + half)] = white
    return picture
