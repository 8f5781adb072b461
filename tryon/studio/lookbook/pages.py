"""The pages of a lookbook: a cover in the brand's colour, and looks on paper, each picture marked as generated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tryon.sharing.words import LINE as MARK_LINE
from tryon.sharing.words import word_mask, write
from tryon.studio.lookbook.book import Book, Colour, Look, between, ink_on, readable
from tryon.studio.lookbook.layout import (
    LEAST_FILLED,
    MARGIN,
    Box,
    PagePlan,
    common_aspect,
    enlarged,
    plan_pages,
    plan_single,
    unit_of,
)
from tryon.studio.lookbook.lettering import BASELINE, LINE, Lettering
from tryon.studio.lookbook.placing import MARK_LEAST_PX, cut_to, fit, lay_logo, sign
from tryon.types import RGBu8

# sizes of fonts and gaps in measures (``layout``); on A4 a measure is a quarter of a millimetre
TITLE, PRICE, CAPTION, NUMBER = 16.5, 15.5, 12.0, 10.5
HEAD, FOOT = 11.5, 10.0
ABOVE_WORDS, BELOW_NUMBER, ABOVE_CAPTION = 10.0, 2.0, 1.0
BESIDE_PRICE = 14.0
TITLE_LINES, CAPTION_LINES = 2, 2
WIDE_SPACED = 0.16  # between the letters of names, in sizes


@dataclass(frozen=True)
class Artist:
    """Draws the pages of a book at a size. size: of a page, pixels. scale: of its words and gaps."""

    book: Book
    lettering: Lettering
    size: tuple[int, int]
    scale: float = 1.0

    @property
    def unit(self) -> float:
        """Pixels of a measure of 1."""
        return self.scale * unit_of(self.size)

    def pages(self) -> Iterator[RGBu8]:
        """The cover, where there is one, and the pages of looks, each (H, W, 3)."""
        if self.book.layout.cover:
            yield self.cover()
        for number, plan in enumerate(self.plans(), 1):
            yield self.page(plan, number)

    def plans(self) -> list[PagePlan]:
        """How the looks are laid out."""
        return plan_pages(len(self.book.looks), self.size, self.book.layout.columns, self._aspect(), self._words())

    def cover(self) -> RGBu8:
        """Name, a picture and the title on the brand's colour."""
        brand, layout, unit = self.book.brand, self.book.layout, self.unit
        width, height = self.size
        page = np.empty((height, width, 3), np.uint8)
        page[:] = brand.colour
        ink = ink_on(brand.colour)
        quiet = between(ink, brand.colour, 0.22)
        side, middle = MARGIN * unit, width / 2
        room = width - 2 * side
        y = 74 * unit
        if brand.logo_u8 is not None:
            box = fit(brand.logo_u8.shape[1], brand.logo_u8.shape[0], 0.42 * room, 62 * unit)
            at = Box(round(middle - box[0] / 2), round(y), *box)
            lay_logo(page, brand.logo_u8, at, brand.colour)
            y = at.bottom + 22 * unit
        name = brand.name.upper()
        if name:
            size = self.lettering.fitting(name, 50 * unit, room, spacing=WIDE_SPACED)
            self._line(page, name, size, middle, y, ink, spacing=WIDE_SPACED, align=0.5)
            y += LINE * size
        y += 26 * unit
        end = height - 112 * unit
        title = self.lettering.lines(layout.title, 34 * unit, room, 2)
        small = 16 * enlarged(self.size)
        told = self.lettering.lines(layout.subtitle, small * unit, room, 2)
        end -= LINE * unit * (small * len(told) + 34 * len(title)) + 8 * unit * bool(told)
        aspect = self._aspect()
        wide = min(room * 0.8, (end - 24 * unit - y) / aspect)
        if self.book.looks and wide > 0:
            slack = end - 24 * unit - y - wide * aspect
            box_ = Box(round(middle - wide / 2), round(y + slack / 2), round(wide), round(wide * aspect))
            self._picture(page, self.book.looks[0], box_)
        for line in title:
            self._line(page, line, 34 * unit, middle, end, ink, align=0.5)
            end += LINE * 34 * unit
        end += 8 * unit * bool(told)
        for line in told:
            self._line(page, line, small * unit, middle, end, quiet, align=0.5)
            end += LINE * small * unit
        self._sign_page(page, quiet, middle, align=0.5)
        return page

    def page(self, plan: PagePlan, number: int, *, framed: bool = True) -> RGBu8:
        """One page of looks.

        Args:
            plan: where they are. number: of the page, from 1. framed: with the page's head and foot.
        """
        brand = self.book.brand
        page = np.empty((plan.height, plan.width, 3), np.uint8)
        page[:] = brand.paper
        if framed:
            self._head_and_foot(page, number)
        for cell in plan.cells:
            self._picture(page, self.book.looks[cell.number], cell.picture)
            self._words_of(page, cell.number, cell.words, plan.unit * enlarged(self.size))
        if plan.panel is not None:
            self._panel(page, plan.panel, plan.unit)
        return page

    def single(self, number: int) -> RGBu8:
        """A look alone on a page, large, for the film."""
        plan = plan_single(number, self.size, self._aspect(), self._words(), self.unit)
        return self.page(plan, 0, framed=False)

    # -- inside --------------------------------------------------------------------------------

    def _aspect(self) -> float:
        return common_aspect([(each.image_u8.shape[1], each.image_u8.shape[0]) for each in self.book.looks])

    def _words(self) -> float:
        """Height of the words below a picture, in measures: room for the longest of the book."""
        factor = enlarged(self.size)
        unit = factor * unit_of(self.size)
        column = LEAST_FILLED * (self.size[0] - 2 * MARGIN * unit / factor) / self.book.layout.columns
        titles = captions = 0
        for words in (look.words for look in self.book.looks):
            beside = 0.0 if self._price_above() else self.lettering.width(words.price, PRICE * unit)
            room = column - beside - BESIDE_PRICE * unit
            found = self.lettering.lines(words.title, TITLE * unit, max(room, column / 3), TITLE_LINES)
            titles = max(titles, len(found), bool(words.price))
            captions = max(captions, len(self.lettering.lines(words.caption, CAPTION * unit, column, CAPTION_LINES)))
        high = LINE * (NUMBER + titles * TITLE + captions * CAPTION)
        return factor * (ABOVE_WORDS + BELOW_NUMBER + ABOVE_CAPTION + high)

    def _head_and_foot(self, page: RGBu8, number: int) -> None:
        brand, unit = self.book.brand, self.unit
        head, foot_size = (size * enlarged(self.size) ** 0.5 for size in (HEAD, FOOT))
        left, right = MARGIN * unit, self.size[0] - MARGIN * unit
        ink, quiet = ink_on(brand.paper), between(ink_on(brand.paper), brand.paper, 0.35)
        y = 48 * unit
        x = left
        if brand.logo_u8 is not None:
            box = fit(brand.logo_u8.shape[1], brand.logo_u8.shape[0], 0.3 * (right - left), 30 * unit)
            lay_logo(
                page, brand.logo_u8, Box(round(left), round(y + LINE * head * unit / 2 - box[1] / 2), *box), brand.paper
            )
            x += box[0] + 14 * unit
        name = brand.name.upper()
        size = self.lettering.fitting(name, head * unit, 0.55 * (right - left), spacing=WIDE_SPACED)
        self._line(page, name, size, x, y, ink, spacing=WIDE_SPACED)
        title = self.book.layout.title
        free = right - x - self.lettering.width(name, size, spacing=WIDE_SPACED) - 20 * unit
        for line in self.lettering.lines(title, head * unit, free, 1):
            self._line(page, line, head * unit, right, y, quiet, align=1.0)
        rule = round(y + 1.9 * LINE * head * unit)
        thick = max(1, round(0.8 * unit))
        page[rule : rule + thick, round(left) : round(right)] = readable(brand.colour, brand.paper, 1.5)
        self._sign_page(page, quiet, left)
        if number:
            foot = self.size[1] - 58 * unit
            self._line(page, str(number), foot_size * unit, right, foot, quiet, align=1.0)

    def _words_of(self, page: RGBu8, number: int, box: Box, unit: float) -> None:
        brand, words = self.book.brand, self.book.looks[number].words
        ink = ink_on(brand.paper)
        accent, quiet = readable(brand.colour, brand.paper, 4.5), between(ink, brand.paper, 0.3)
        y = box.y + ABOVE_WORDS * unit
        if len(self.book.looks) > 1:
            told = f"{number + 1:02d}"
            self._line(page, told, NUMBER * unit, box.x, y, accent, spacing=0.1)
            if self._price_above():
                drop = (NUMBER - PRICE) * unit * BASELINE
                self._line(page, words.price, PRICE * unit, box.right, y + drop, accent, align=1.0)
            y += (LINE * NUMBER + BELOW_NUMBER) * unit
        beside = "" if self._price_above() else words.price
        size = self.lettering.fitting(beside, PRICE * unit, 0.5 * box.width)
        price = self.lettering.width(beside, size)
        room = box.width - price - (BESIDE_PRICE * unit if beside else 0)
        lines = self.lettering.lines(words.title, TITLE * unit, room, TITLE_LINES)
        if beside:
            drop = (TITLE * unit - size) * BASELINE  # both on one line
            self._line(page, words.price, size, box.right, y + drop, accent, align=1.0)
        for line in lines or [""] * bool(beside):
            self._line(page, line, TITLE * unit, box.x, y, ink)
            y += LINE * TITLE * unit
        y += ABOVE_CAPTION * unit
        for line in self.lettering.lines(words.caption, CAPTION * unit, box.width, CAPTION_LINES):
            self._line(page, line, CAPTION * unit, box.x, y, quiet)
            y += LINE * CAPTION * unit

    def _price_above(self) -> bool:
        """Whether prices stand beside the numbers: on a phone's narrow columns they would leave titles no room."""
        return enlarged(self.size) > 1 and len(self.book.looks) > 1

    def _panel(self, page: RGBu8, box: Box, unit: float) -> None:
        """Where a row has no more looks: the title on the brand's colour."""
        brand = self.book.brand
        page[box.y : box.bottom, box.x : box.right] = brand.colour
        text = self.book.layout.title or brand.name
        room = 0.8 * box.width
        lines = self.lettering.lines(text, 26 * unit, room, 4)
        y = box.y + box.height / 2 - LINE * 26 * unit * len(lines) / 2
        for line in lines:
            self._line(page, line, 26 * unit, box.x + box.width / 2, y, ink_on(brand.colour), align=0.5)
            y += LINE * 26 * unit

    def _picture(self, page: RGBu8, look: Look, box: Box) -> None:
        placed = cut_to(look, box.width, box.height)
        sign(placed, self.book.layout.language)
        page[box.y : box.bottom, box.x : box.right] = placed

    def _sign_page(self, page: RGBu8, colour: Colour, x: float, *, align: float = 0.0) -> None:
        unit = self.unit
        mask = word_mask(
            "made", self.book.layout.language, max(MARK_LEAST_PX, FOOT * enlarged(self.size) ** 0.5 * unit)
        )
        top = round(self.size[1] - 58 * unit - (MARK_LINE - LINE) * FOOT * unit / 2)
        write(page, mask, (round(x - align * mask.shape[1]), top), colour)

    def _line(
        self,
        page: RGBu8,
        text: str,
        size_px: float,
        x: float,
        y: float,
        colour: Colour,
        *,
        spacing: float = 0.0,
        align: float = 0.0,
    ) -> None:
        """Write a line; align: 0 begins at x, 0.5 has its middle there, 1 ends there. y: of the line's top."""
        if text:
            start = x - align * self.lettering.width(text, size_px, spacing=spacing)
            write(page, self.lettering.mask(text, size_px, spacing=spacing), (round(start), round(y)), colour)
