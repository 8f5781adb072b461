"""Lookbooks: words, layout, pages and files, over drawn pictures; no network thinks here."""

from __future__ import annotations

import io
import zipfile
from itertools import combinations
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tryon.errors import BadRequestError
from tryon.sharing.metadata import SOURCE_TYPE
from tryon.studio.lookbook import films
from tryon.studio.lookbook.book import (
    PAGES,
    Book,
    Brand,
    Layout,
    Look,
    Words,
    check_words,
    contrast,
    ink_on,
    look_of,
    read_colour,
)
from tryon.studio.lookbook.files import make_files, pdf_of, single_looks, table_of, texts_of
from tryon.studio.lookbook.layout import Box, plan_pages
from tryon.studio.lookbook.lettering import LINE, Lettering
from tryon.studio.lookbook.pages import Artist
from tryon.studio.lookbook.placing import cut_to, sign

SMALL = (413, 585)  # a page of A4, a quarter as large: fast
COLOURS = ((200, 40, 40), (40, 160, 60), (50, 70, 190), (220, 180, 40), (150, 60, 160))


@pytest.fixture(scope="module")
def lettering() -> Lettering:
    return Lettering()


def picture(number: int, height: int = 256, width: int = 192) -> np.ndarray:
    image = np.full((height, width, 3), 225, np.uint8)
    cv2.rectangle(image, (width // 3, height // 4), (2 * width // 3, height - 20), COLOURS[number % 5], -1)
    return image


def book_of(count: int = 5, **layout: Any) -> Book:
    looks = tuple(
        Look(picture(n), Words(f"Look {n + 1}", f"€ {n + 1}9", "Soft." if n == 0 else "")) for n in range(count)
    )
    return Book(Brand("Maison", (160, 30, 60)), Layout(**{"title": "Spring", "seconds": 0.4, **layout}), looks)


# -- words -------------------------------------------------------------------------------------------


def test_a_line_is_as_wide_as_it_is_measured(lettering: Lettering) -> None:
    for text in ("Maison Exemple", "Café, 49 €", "A"):
        columns = np.nonzero(lettering.mask(text, 40).max(0) > 0.3)[0]
        assert abs(columns.max() + 1 - lettering.width(text, 40)) <= 5
        assert lettering.mask(text, 40).shape[0] == round(LINE * 40)
    spaced = lettering.width("AAA", 40, spacing=0.5)
    assert spaced == pytest.approx(lettering.width("AAA", 40) + 2 * 20, abs=3)
    assert lettering.mask("", 40).max() == 0


def test_letters_are_told_apart_and_lacking_ones_named(lettering: Lettering) -> None:
    assert lettering.missing("Åé€£¥—“”×ß Łódź Ωк 3") == ""
    for one, other in ("ao", "€£", "éè"):
        a, b = (lettering.mask(letter, 40) for letter in (one, other))
        assert a.shape != b.shape or np.abs(a - b).max() > 0.5
    with pytest.raises(BadRequestError, match=r"brand.name has letters .*\U000f0000.*install a font"):
        lettering.check("a\U000f0000", "brand.name")


@given(text=st.text(alphabet="abc defgh,-", max_size=60), room=st.integers(30, 400))
@settings(max_examples=30, deadline=None)
def test_lines_fit_their_room_and_lose_nothing(text: str, room: int) -> None:
    lettering = Lettering()
    text = " ".join(text.split())
    lines = lettering.lines(text, 20, room, 99)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(lettering.width(line, 20) <= room for line in lines)
    short = lettering.lines(text, 20, room, 1)
    assert len(short) <= 1
    if len(lines) > 1:
        assert short[0].endswith("…")


def test_a_font_that_is_none_is_named(tmp_path: Any) -> None:
    (tmp_path / "font.ttf").write_bytes(b"no font")
    with pytest.raises(BadRequestError, match=r"brand.font .*TTF or OTF"):
        Lettering(tmp_path / "font.ttf")


# -- book --------------------------------------------------------------------------------------------


def test_colours_and_words_are_read() -> None:
    assert read_colour("#2c6757", "c") == read_colour(" 2C6757 ", "c") == (44, 103, 87)
    assert read_colour("#fa0", "c") == (255, 170, 0)
    for wrong in ("green", "#12345", ""):
        with pytest.raises(BadRequestError, match=r"brand\.colour"):
            read_colour(wrong, "brand.colour")
    assert check_words(" a\n b\x00 ", "title", "t") == "a b"
    with pytest.raises(BadRequestError, match=r"looks\[2\]\.price has 25 characters. Use at most 24"):
        check_words("9" * 25, "price", "looks[2].price")
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    for ground in COLOURS:
        assert contrast(ink_on(ground), ground) >= 4


def test_a_look_knows_where_the_clothes_are() -> None:
    mask = np.zeros((256, 192), np.float32)
    mask[50:200, 20:60] = 1
    look = look_of(picture(0), mask, Words())
    assert look.centre == pytest.approx(40 / 192, abs=0.01)
    narrow = cut_to(look, 64, 256)
    assert narrow.shape == (256, 64, 3)
    assert np.abs(narrow[100, 63].astype(int) - picture(0)[100, 71]).max() <= 2
    assert look_of(picture(0), np.zeros((256, 192), np.float32), Words()).centre == 0.5
    assert (
        max(look_of(np.zeros((4000, 3000, 3), np.uint8), np.zeros((4000, 3000), np.float32), Words()).image_u8.shape)
        == 1600
    )


# -- layout ------------------------------------------------------------------------------------------


@given(
    count=st.integers(1, 60),
    page=st.sampled_from(sorted(PAGES)),
    columns=st.integers(1, 4),
    aspect=st.floats(1.0, 1.6),
    words=st.floats(10, 120),
)
@settings(max_examples=150, deadline=None)
def test_every_look_has_a_place_on_its_page(count: int, page: str, columns: int, aspect: float, words: float) -> None:
    size = PAGES[page]
    plans = plan_pages(count, size, columns, aspect, words)
    assert [cell.number for plan in plans for cell in plan.cells] == list(range(count))  # in order
    inside = Box(0, 0, *size)
    for plan in plans:
        boxes = [box for cell in plan.cells for box in (cell.picture, cell.words)] + (
            [plan.panel] if plan.panel else []
        )
        for box in boxes:
            assert min(box.x, box.y) >= 0
            assert (box.right, box.bottom) <= (inside.right, inside.bottom)
            assert box.bottom <= inside.bottom
            assert min(box.width, box.height) > 0
        assert not any(a.overlaps(b) for a, b in combinations(boxes, 2))
        for cell in plan.cells:
            assert cell.picture.height / cell.picture.width == pytest.approx(aspect, rel=0.03)


# -- pages -------------------------------------------------------------------------------------------


def test_pages_show_looks_in_order_with_their_words(lettering: Lettering) -> None:
    book = book_of(5)
    artist = Artist(book, lettering, (827, 1170))
    cover, *pages = artist.pages()
    plans = artist.plans()
    assert len(pages) == len(plans) == 2
    assert tuple(cover[3, 3]) == book.brand.colour
    bare = Book(book.brand, book.layout, tuple(Look(each.image_u8) for each in book.looks))
    for plan, page in zip(plans, pages):
        for cell in plan.cells:
            x, y = cell.picture.x + cell.picture.width // 2, cell.picture.y + cell.picture.height // 2
            assert np.abs(page[y, x].astype(int) - COLOURS[cell.number]).max() < 6
            right = page[cell.words.y : cell.words.bottom, cell.words.x + cell.words.width * 3 // 4 : cell.words.right]
            left = page[cell.words.y : cell.words.bottom, cell.words.x : cell.words.x + cell.words.width // 4]
            for part in (left, right):  # the title begins at the left, the price ends at the right
                assert np.abs(part.astype(int) - book.brand.paper).max() > 80
        empty = Artist(bare, lettering, (827, 1170)).page(plan, 1)
        box = plan.cells[0].words
        assert np.abs(page[box.y : box.bottom].astype(int) - empty[box.y : box.bottom]).max() > 80
    assert plans[1].panel is None
    assert Artist(book_of(3), lettering, SMALL).plans()[0].panel is not None


def test_prices_and_titles_change_the_page(lettering: Lettering) -> None:
    book = book_of(2)
    first = Artist(book, lettering, SMALL)
    plan = first.plans()[0]
    other = Book(book.brand, book.layout, (book.looks[0], Look(book.looks[1].image_u8, Words("Look 2", "€ 77"))))
    changed = np.abs(first.page(plan, 1).astype(int) - Artist(other, lettering, SMALL).page(plan, 1)).max(-1) > 40
    ys, xs = np.nonzero(changed)
    box = plan.cells[1].words
    assert len(ys)
    assert box.y <= ys.min() <= ys.max() < box.bottom
    assert box.x + box.width // 2 <= xs.min() <= xs.max() < box.right + 2


def test_words_on_a_phones_page_can_be_read(lettering: Lettering) -> None:
    """A phone shows 1080 pixels on a hand's breadth, some 390 points; prices stand over titles there."""
    book = book_of(4, page="story")
    artist = Artist(book, lettering, PAGES["story"])
    plan = artist.plans()[0]
    box = plan.cells[0].words
    page = artist.page(plan, 1)[box.y : box.bottom, box.x : box.right].astype(int)
    ink = np.abs(page - page[0, 0]).max(-1) > 60
    rows = np.flatnonzero(ink[:, : box.width // 3].any(1))  # number, then title
    lines = np.split(rows, np.flatnonzero(np.diff(rows) > 3) + 1)
    assert max(len(line) for line in lines) > 10 / 390 * 1080 * 0.6  # ten points, of which letters fill some .6
    right = np.flatnonzero(ink[:, 2 * box.width // 3 :].any(1))
    assert right.max() < lines[1].min()  # the price ends before the title begins


def test_few_looks_on_a_tall_page_are_shown_larger() -> None:
    wide = [plan_pages(3, (1700, 2200), columns, 4 / 3, 60)[0].cells[0].picture.width for columns in (3, 2)]
    assert wide[0] >= wide[1]
    assert len(plan_pages(3, (2200, 1700), 3, 4 / 3, 60)[0].cells) == 3
    assert len({cell.picture.y for cell in plan_pages(3, (2200, 1700), 3, 4 / 3, 60)[0].cells}) == 1


def test_each_picture_is_marked_in_sight(lettering: Lettering) -> None:
    for ground in (250, 128, 10):
        plain = np.full((400, 300, 3), ground, np.uint8)
        marked = plain.copy()
        sign(marked, "en")
        changed = np.abs(marked.astype(int) - plain).max(-1) > 60
        assert changed[:340].sum() == 0
        assert changed[340:].sum() > 100  # dark on light, light on dark
    book = book_of(4)
    artist = Artist(book, lettering, (827, 1170))
    page, plan = artist.page(artist.plans()[0], 1), artist.plans()[0]
    for cell in plan.cells:
        box, look = cell.picture, book.looks[cell.number]
        shown = page[box.y : box.bottom, box.x : box.right]
        difference = np.abs(shown.astype(int) - cut_to(look, box.width, box.height)).max(-1) > 40
        assert difference[box.height * 9 // 10 :].sum() > 40
        assert difference[: box.height * 8 // 10].sum() == 0


def test_a_logo_is_seen_on_every_ground(lettering: Lettering) -> None:
    for ink, ground in (
        ((30, 30, 30), (20, 20, 20)),
        ((250, 250, 250), (255, 255, 255)),
        ((200, 0, 0), (255, 255, 255)),
    ):
        logo = np.zeros((128, 256, 4), np.uint8)
        logo[32:96, 64:192] = (*ink, 255)
        book = Book(Brand("M", ground, (250, 250, 250), logo), Layout(), book_of(1).looks)
        cover = Artist(book, lettering, SMALL).cover()
        top = cover[: SMALL[1] // 4]
        middle = top[:, SMALL[0] // 3 : 2 * SMALL[0] // 3].reshape(-1, 3).astype(int)
        near_logo = np.abs(middle - ink).max(-1) < 12
        beside = np.abs(middle - ink).max(-1) > 60
        assert near_logo.sum() > 30
        assert beside.sum() > 30


# -- files -------------------------------------------------------------------------------------------


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and films of few pixels."""
    monkeypatch.setitem(PAGES, "a4", SMALL)
    monkeypatch.setattr(films, "FILM_SIZE", (240, 300))
    monkeypatch.setattr(films, "GIF_SIZE", (160, 200))


@pytest.mark.usefixtures("small")
def test_every_file_is_whole_and_marked(lettering: Lettering) -> None:
    book = book_of(5)
    told = SOURCE_TYPE.encode()
    pngs = make_files(book, lettering, "png")
    assert list(pngs) == ["lookbook-01.png", "lookbook-02.png", "lookbook-03.png"]
    pdf = make_files(book, lettering, "pdf")["lookbook.pdf"]
    webp = make_files(book, lettering, "webp")["lookbook.webp"]
    gif = make_files(book, lettering, "gif")["lookbook.gif"]
    for data in (*pngs.values(), pdf, webp, gif):
        assert told in data
    assert Image.open(io.BytesIO(pngs["lookbook-02.png"])).size == SMALL
    assert pdf.startswith(b"%PDF")
    for data in (webp, gif):
        film = Image.open(io.BytesIO(data))
        assert film.info["loop"] == 0
        assert film.n_frames >= 6
    archive = zipfile.ZipFile(io.BytesIO(make_files(book, lettering, "zip")["lookbook.zip"]))
    assert archive.testzip() is None
    names = archive.namelist()
    assert {"lookbook-01.png", "lookbook.pdf", "lookbook.webp", "looks.csv", "looks/05-look-5.png"} <= set(names)
    for name in names:
        assert told in archive.read(name) or name == "looks.csv", name
    assert "generated picture" in archive.read("looks.csv").decode("utf-8-sig")


@pytest.mark.usefixtures("small")
def test_the_pdf_can_be_read_again_and_says_what_it_is(lettering: Lettering) -> None:
    from PIL import PdfParser

    book = book_of(5)
    data = pdf_of(list(Artist(book, lettering, SMALL).pages()), book)
    with PdfParser.PdfParser(buf=data) as pdf:
        assert len(pdf.pages) == 3
        assert pdf.info.Title == "Spring"
        assert b"Metadata" in pdf.root
        assert "generated picture" in pdf.info.Subject


@pytest.mark.usefixtures("small")
def test_an_mp4_plays_or_is_refused_in_words(lettering: Lettering, tmp_path: Any) -> None:
    book = book_of(2, cover=False)
    if not cv2.VideoWriter(str(tmp_path / "try.mp4"), cv2.VideoWriter_fourcc(*"vp09"), 10, (240, 300)).isOpened():
        with pytest.raises(films.FilmError, match="webp or gif"):
            make_files(book, lettering, "mp4")
        return
    data = make_files(book, lettering, "mp4")["lookbook.mp4"]
    assert SOURCE_TYPE.encode() in data
    (tmp_path / "film.mp4").write_bytes(data)
    film = cv2.VideoCapture(str(tmp_path / "film.mp4"))
    frames = []
    while (read := film.read())[0]:
        frames.append(read[1])
    assert 12 <= len(frames) <= 16
    assert frames[0].shape == (300, 240, 3)
    centre = frames[0][130, 120, ::-1].astype(int)
    assert np.abs(centre - COLOURS[0]).max() < 40


@pytest.mark.usefixtures("small")
def test_the_film_ends_where_it_begins(lettering: Lettering) -> None:
    film = list(films.shots(book_of(2), lettering, (240, 300), (50, 50)))
    holds = [shot for shot in film if shot.ms == 400]
    assert len(holds) == 3  # cover and two looks
    assert len(film) == 3 + 3 * 2
    last, first = film[-1].picture_u8.astype(int), film[0].picture_u8.astype(int)
    assert np.abs(last - first).mean() < np.abs(holds[-1].picture_u8.astype(int) - first).mean()
    assert len(list(films.shots(book_of(1, cover=False), lettering, (240, 300), (50,)))) == 1


def test_unknown_formats_and_empty_books_are_refused(lettering: Lettering) -> None:
    with pytest.raises(BadRequestError, match=r"'docx'.*png, pdf"):
        make_files(book_of(1), lettering, "docx")
    with pytest.raises(BadRequestError, match="at least one look"):
        make_files(book_of(0), lettering, "png")


def test_names_and_tables_are_harmless() -> None:
    looks = tuple(Look(picture(0), Words(title, "=1+1")) for title in ("../../etc/passwd", "a/b\\c:d", "红色 T 恤", ""))
    book = Book(Brand(), Layout(), looks)
    names = list(single_looks(book))
    assert names == ["looks/01-etc-passwd.png", "looks/02-a-b-c-d.png", "looks/03-红色-t-恤.png", "looks/04.png"]
    assert b",'=1+1," in table_of(book)
    assert ("looks[1].price", "=1+1") in list(texts_of(book))
