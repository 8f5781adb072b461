"""All files of a lookbook: pages as PNG and PDF, the film, single looks, and a zip of everything; each one marked."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable

import numpy as np
from PIL import Image, PdfParser

from tryon.errors import BadRequestError
from tryon.sharing.kinds import marked_png
from tryon.sharing.metadata import xmp_packet
from tryon.studio.lookbook.book import DPI, Book
from tryon.studio.lookbook.films import film_gif, film_mp4, film_webp
from tryon.studio.lookbook.lettering import Lettering
from tryon.studio.lookbook.pages import Artist
from tryon.studio.lookbook.placing import sign
from tryon.studio.marks import LOOKBOOK_MARKS
from tryon.types import RGBu8

FORMATS = ("png", "pdf", "webp", "gif", "mp4", "zip")
PDF_QUALITY = 92  # no visible loss on paper, a sixth of the PNG's bytes
STEM = "lookbook"
_FILMS: dict[str, Callable[[Book, Lettering], bytes]] = {"webp": film_webp, "gif": film_gif, "mp4": film_mp4}


def make_files(book: Book, lettering: Lettering, form: str) -> dict[str, bytes]:
    """Make the files of one format.

    Args:
        book: at least one look. lettering: draws its words. form: of FORMATS.

    Returns:
        By name: one file, or ``lookbook-01.png`` and on for the pages.

    Raises:
        BadRequestError: an unknown format, or a book without looks.
        FilmError: this computer writes no such film.
    """
    if form not in FORMATS:
        raise BadRequestError(f"There is no lookbook as {form[:20]!r}. Use one of {', '.join(FORMATS)}.")
    if not book.looks:
        raise BadRequestError("A lookbook needs at least one look. Choose people and garments.")
    if form in _FILMS:
        return {f"{STEM}.{form}": _FILMS[form](book, lettering)}
    pages = list(Artist(book, lettering, book.layout.size).pages())
    if form == "pdf":
        return {f"{STEM}.pdf": pdf_of(pages, book)}
    pngs = {page_name(number): marked_png(page, LOOKBOOK_MARKS) for number, page in enumerate(pages, 1)}
    if form == "png":
        return pngs
    more = {f"{STEM}.pdf": pdf_of(pages, book), f"{STEM}.webp": film_webp(book, lettering), "looks.csv": table_of(book)}
    return {f"{STEM}.zip": zip_of({**pngs, **more, **single_looks(book)})}


def page_name(number: int) -> str:
    """The file name of a page, from 1."""
    return f"{STEM}-{number:02d}.png"


def pdf_of(pages: list[RGBu8], book: Book) -> bytes:
    """The pages as one PDF file whose properties and XMP packet say that it was generated.

    Args:
        pages: (H, W, 3) each. book: gives title and author.
    """
    pictures = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "PDF",
        save_all=True,
        append_images=pictures[1:],
        resolution=DPI,
        quality=PDF_QUALITY,
        title=book.layout.title or book.brand.name or "Lookbook",
        author=book.brand.name,
        subject=LOOKBOOK_MARKS.description,
        keywords=LOOKBOOK_MARKS.source_type,
        creator=LOOKBOOK_MARKS.software,
        producer=LOOKBOOK_MARKS.software,
    )
    return _with_xmp(buffer, xmp_packet(LOOKBOOK_MARKS))


def _with_xmp(buffer: io.BytesIO, packet: bytes) -> bytes:
    """Append a metadata stream to a PDF file and name it in the catalog (ISO 32000-1, 14.3.2)."""
    with PdfParser.PdfParser(f=buffer, mode="r+b") as pdf:
        pdf.start_writing()
        name = PdfParser.PdfName
        metadata = pdf.write_obj(None, Type=name("Metadata"), Subtype=name("XML"), stream=packet)
        root = pdf.write_obj(None, Type=name("Catalog"), Pages=pdf.pages_ref, Metadata=metadata)
        pdf.write_xref_and_trailer(root)
        return buffer.getvalue()


def single_looks(book: Book) -> dict[str, bytes]:
    """Each look by itself as a PNG file of its own resolution, marked in sight and in its metadata."""
    found = {}
    for number, look in enumerate(book.looks, 1):
        picture = np.array(look.image_u8)
        sign(picture, book.layout.language)
        found[f"looks/{number:02d}{_slug(look.words.title)}.png"] = marked_png(picture, LOOKBOOK_MARKS)
    return found


def table_of(book: Book) -> bytes:
    """Numbers, titles, prices and captions as CSV in UTF-8, with the mark that spreadsheet programs want."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("number", "title", "price", "caption", "made"))
    for number, look in enumerate(book.looks, 1):
        told = (look.words.title, look.words.price, look.words.caption)
        table.writerow((number, *(_harmless(words) for words in told), LOOKBOOK_MARKS.description))
    return text.getvalue().encode("utf-8-sig")


def zip_of(files: dict[str, bytes]) -> bytes:
    """Files as one archive, stored: pictures are packed already."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)  # the same book, the same bytes
    return buffer.getvalue()


def texts_of(book: Book) -> Iterable[tuple[str, str]]:
    """Every text that is drawn, with how the sentence about it calls it."""
    yield "brand.name", book.brand.name.upper()
    yield "title", book.layout.title
    yield "subtitle", book.layout.subtitle
    for number, look in enumerate(book.looks, 1):
        words = look.words
        yield from ((f"looks[{number}].{key}", getattr(words, key)) for key in ("title", "price", "caption"))


def _slug(title: str) -> str:
    """A file name's part that every system takes; nothing of a title becomes a path."""
    plain = unicodedata.normalize("NFKC", title).lower()
    kept = re.sub(r"[^\w]+", "-", plain).strip("-_")[:40]
    return f"-{kept}" if kept else ""


def _harmless(words: str) -> str:
    """Words that no spreadsheet takes for a formula."""
    return f"'{words}" if words[:1] in "=+-@" and words else words
