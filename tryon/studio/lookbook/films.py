"""A lookbook as a short film that loops: the cover, then look after look, each fading into the next."""

from __future__ import annotations

import io
import struct
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
from PIL import Image

from tryon.errors import TryOnError
from tryon.sharing.metadata import exif_block, gif_comment, mark_gif, xmp_packet
from tryon.studio.lookbook.book import Book
from tryon.studio.lookbook.lettering import Lettering
from tryon.studio.lookbook.pages import Artist
from tryon.studio.marks import LOOKBOOK_MARKS
from tryon.types import RGBu8

FILM_SIZE = (720, 900)  # pixels; 4 to 5 is the tallest that picture networks show whole
GIF_SIZE = (480, 600)  # GIF has no real compression of photos
LETTERS = 1.7  # words are larger than on paper: a film is looked at small
FADE_MS, GIF_FADE_MS, MP4_FADE_MS = (50,) * 5, (70,) * 2, (100,) * 3  # of the pictures between two looks
GIF_COLOURS = 255  # one is left to the encoder for "as before"
WEBP_QUALITY, WEBP_EFFORT = 82, 0  # more effort saves a tenth of the bytes and takes four times the seconds
# kmax=1: each picture is whole; patches of those before show as squares on smooth grounds
MP4_RATE = 10  # pictures a second: OpenCV's encoder takes a quarter of a second for each
XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")  # XMP in MP4: Adobe's XMP specification, part 3, 1.2.7


class FilmError(TryOnError):
    """This computer cannot write such a film."""

    code = "film"


@dataclass(frozen=True)
class Shot:
    """One picture of a film, (H, W, 3), and for how long."""

    picture_u8: RGBu8
    ms: int


def shots(book: Book, lettering: Lettering, size: tuple[int, int], fade_ms: tuple[int, ...]) -> Iterator[Shot]:
    """The film: cover (where the book has one) and looks, and the way back to the first.

    Args:
        book: at least one look. lettering: draws its words. size: width, height. fade_ms: of the pictures between two.
    """
    hold = round(1000 * book.layout.seconds)
    artist = Artist(book, lettering, size, LETTERS)
    stills: list[Callable[[], RGBu8]] = [artist.cover] if book.layout.cover else []
    stills += [partial(artist.single, number) for number in range(len(book.looks))]
    first = shown = stills[0]()
    yield Shot(first, hold)
    following_stills = [*stills[1:], None] if len(stills) > 1 else []  # None: back to the first
    for still in following_stills:
        following = first if still is None else still()
        for step, ms in enumerate(fade_ms, 1):
            share = step / (len(fade_ms) + 1)
            yield Shot(cv2.addWeighted(shown, 1 - share, following, share, 0), ms)
        if still is not None:
            yield Shot(following, hold)
        shown = following


def film_webp(book: Book, lettering: Lettering) -> bytes:
    """The film as an animated WebP file that loops, marked as generated in sight and in its metadata."""
    return _animated(
        book,
        lettering,
        "WEBP",
        quality=WEBP_QUALITY,
        method=WEBP_EFFORT,
        kmin=0,
        kmax=1,
        exif=exif_block(LOOKBOOK_MARKS),
        xmp=xmp_packet(LOOKBOOK_MARKS),
    )


def film_gif(book: Book, lettering: Lettering) -> bytes:
    """The film as an animated GIF file that loops, smaller, with 255 colours a picture; marked likewise."""
    return mark_gif(_animated(book, lettering, "GIF", disposal=1, comment=gif_comment(LOOKBOOK_MARKS)), LOOKBOOK_MARKS)


def film_mp4(book: Book, lettering: Lettering) -> bytes:
    """The film once through as an MP4 file with VP9, which browsers play; marked likewise.

    OpenCV writes to files alone: it goes through a temporary one, so that this is nothing for visitors' pictures.

    Raises:
        FilmError: OpenCV has no such encoder here.
    """
    with tempfile.TemporaryDirectory(prefix="tryon-") as folder:
        path = Path(folder) / "film.mp4"
        level = cv2.getLogLevel()
        cv2.setLogLevel(0)  # that an encoder is lacking is said below
        try:
            writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"vp09"), MP4_RATE, FILM_SIZE)
        finally:
            cv2.setLogLevel(level)
        try:
            if not writer.isOpened():
                raise FilmError("OpenCV cannot write MP4 films on this computer. Ask for webp or gif instead.")
            left = 0.0
            for shot in shots(book, lettering, FILM_SIZE, MP4_FADE_MS):
                left += shot.ms * MP4_RATE / 1000
                frame = cv2.cvtColor(shot.picture_u8, cv2.COLOR_RGB2BGR)
                for _ in range(round(left)):
                    writer.write(frame)
                left -= round(left)
        finally:
            writer.release()
        data = path.read_bytes() if path.is_file() else b""
    if len(data) < 1000:
        raise FilmError("OpenCV wrote no film. Ask for webp or gif instead.")
    packet = XMP_BOX + xmp_packet(LOOKBOOK_MARKS)
    return data + struct.pack(">I4s", 8 + len(packet), b"uuid") + packet


def _animated(book: Book, lettering: Lettering, form: str, **options: object) -> bytes:
    gif = form == "GIF"
    film = shots(book, lettering, GIF_SIZE if gif else FILM_SIZE, GIF_FADE_MS if gif else FADE_MS)
    durations: list[int] = []

    def pictures() -> Iterator[Image.Image]:
        for shot in film:
            durations.append(shot.ms)
            picture = Image.fromarray(shot.picture_u8)
            yield (
                picture.quantize(GIF_COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.FLOYDSTEINBERG)
                if gif
                else picture
            )

    made = list(pictures())
    buffer = io.BytesIO()
    made[0].save(buffer, form, save_all=True, append_images=made[1:], duration=durations, loop=0, **options)
    return buffer.getvalue()
