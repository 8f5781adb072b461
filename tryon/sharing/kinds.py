"""All that can be shared of one try-on, by the name of its file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from tryon.errors import BadRequestError
from tryon.images import encode_png
from tryon.sharing.cards import Pair, side_by_side, split
from tryon.sharing.films import film_gif, film_webp
from tryon.sharing.metadata import MARKS, Marks, exif_block, mark_png, xmp_packet
from tryon.sharing.words import LANGUAGES, Language
from tryon.types import RGBu8

JPEG_QUALITY = 92  # no visible loss on a phone, a fifth of the PNG's bytes


class Kind(NamedTuple):
    """One file: its type, and how it is made from a pair in a language."""

    media_type: str
    make: Callable[[Pair, Language], bytes]


def marked_png(image_u8: RGBu8, marks: Marks = MARKS) -> bytes:
    """Encode a picture as PNG without loss, with the marks in its metadata.

    Args:
        image_u8: (H, W, 3).
        marks: what the metadata says.
    """
    return mark_png(encode_png(image_u8), marks)


def marked_jpeg(image_u8: RGBu8, marks: Marks = MARKS) -> bytes:
    """Encode a picture as JPEG with the marks in its metadata.

    Args:
        image_u8: (H, W, 3).
        marks: what the metadata says.
    """
    buffer = io.BytesIO()
    Image.fromarray(image_u8).save(
        buffer, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=exif_block(marks), xmp=xmp_packet(marks)
    )
    return buffer.getvalue()


KINDS: dict[str, Kind] = {
    "split.jpg": Kind("image/jpeg", lambda pair, language: marked_jpeg(split(pair, language))),
    "split.png": Kind("image/png", lambda pair, language: marked_png(split(pair, language))),
    "side.jpg": Kind("image/jpeg", lambda pair, language: marked_jpeg(side_by_side(pair, language))),
    "side.png": Kind("image/png", lambda pair, language: marked_png(side_by_side(pair, language))),
    "film.webp": Kind("image/webp", film_webp),
    "film.gif": Kind("image/gif", film_gif),
}


def make_shared(name: str, before_u8: RGBu8, after_u8: RGBu8, language: str = "en") -> tuple[bytes, str]:
    """Make a file to share.

    Args:
        name: one of ``KINDS``.
        before_u8: (H, W, 3), not changed.
        after_u8: of the same size.
        language: of the words on it, one of ``LANGUAGES``.

    Returns:
        The file and its media type.

    Raises:
        BadRequestError: an unknown name or language, or pictures of two sizes.
    """
    kind = KINDS.get(name)
    if kind is None:
        raise BadRequestError(f"There is no {name[:40]!r} to share. Use one of {', '.join(KINDS)}.")
    spoken = next((each for each in LANGUAGES if each == language), None)
    if spoken is None:
        raise BadRequestError(f"The language {language[:20]!r} is none of {', '.join(LANGUAGES)}.")
    if before_u8.shape != after_u8.shape:
        raise BadRequestError(f"The pictures have two sizes, {before_u8.shape} and {after_u8.shape}. Use one.")
    return kind.make(Pair(before_u8, after_u8), spoken), kind.media_type
