"""Where everything stands on a page of looks: plain geometry, in pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

# all measures in thousandths of the page's mean side (the root of its area), so that each size looks alike
MARGIN = 78
TOP, BOTTOM = 110, 96  # the strips of the page's head and foot
COLUMN_GAP, ROW_GAP = 40, 34
EDGE = 24  # round a look in the film
WIDEST_GAP = 150
LEAST_FILLED = 0.74  # of its column that a picture fills: with more rows pictures would shrink too far
PHONE, PHONE_WORDS = (
    1.6,
    1.75,
)  # height to width of a phone's page; seen a hand's breadth wide, paper's words are specks
WIDEST = 0.86  # of the room that one picture alone takes
TALLEST, FLATTEST = 1.6, 1.0  # height to width of the pictures


@dataclass(frozen=True)
class Box:
    """A rectangle, pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """One past the last column."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """One past the last row."""
        return self.y + self.height

    def overlaps(self, other: Box) -> bool:
        """Whether both have a pixel in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


@dataclass(frozen=True)
class Cell:
    """A look's place. number: from 0. picture: of one aspect on all pages. words: below it."""

    number: int
    picture: Box
    words: Box


@dataclass(frozen=True)
class PagePlan:
    """A page of looks. unit: pixels of a measure of 1. panel: a coloured field where looks are lacking, or None."""

    width: int
    height: int
    unit: float
    cells: tuple[Cell, ...]
    panel: Box | None = None


def unit_of(size: tuple[int, int]) -> float:
    """Pixels of a measure of 1."""
    return math.sqrt(size[0] * size[1]) / 1000


def enlarged(size: tuple[int, int]) -> float:
    """How much larger than on paper words are on a page (width, height) that is tall and narrow as a phone."""
    return PHONE_WORDS if size[1] > PHONE * size[0] else 1.0


def common_aspect(sizes: Sequence[tuple[int, int]]) -> float:
    """Height to width that pictures of several sizes (width, height) are cut to: their median."""
    aspects = sorted(height / width for width, height in sizes)
    return min(TALLEST, max(FLATTEST, aspects[len(aspects) // 2]))


def plan_pages(count: int, size: tuple[int, int], columns: int, aspect: float, words: float) -> list[PagePlan]:
    """Distribute looks over pages, as many as a page holds with large pictures; the last makes the best of its few.

    Args:
        count: looks. size: of a page, pixels. columns: at most, on a page.
        aspect: height to width of the pictures.
        words: height of the words below a picture, in measures.
    """
    each = columns * _rows(size, columns, aspect, words)
    return [plan_page(range(first, min(count, first + each)), size, columns, aspect, words)
            for first in range(0, count, each)]  # fmt: skip


def plan_page(numbers: range, size: tuple[int, int], columns: int, aspect: float, words: float) -> PagePlan:
    """Lay out one page.

    Args:
        numbers: of its looks, at least one. The rest as for ``plan_pages``.
    """
    unit = unit_of(size)
    columns = min(columns, len(numbers))
    if len(numbers) <= columns:  # one row on a tall page is small and leaves it empty: fewer columns may show more
        columns = max(
            range(columns, 0, -1),
            key=lambda n: _picture_width(size, n, -(-len(numbers) // n), aspect, words),
        )
    rows = -(-len(numbers) // columns)
    room = _room(size)
    wide = _picture_width(size, columns, rows, aspect, words)
    if len(numbers) == 1:
        wide = min(wide, WIDEST * room.width)
    high, below = wide * aspect, words * unit
    gap_x = (room.width - columns * wide) / (columns - 1) if columns > 1 else 0.0
    gap_x = min(gap_x, WIDEST_GAP * unit)  # as a rule the outer pictures end where head and foot do
    block = columns * wide + (columns - 1) * gap_x
    left = room.x + (room.width - block) / 2
    tall = rows * (high + below) + (rows - 1) * ROW_GAP * unit
    top = room.y + max(0.0, (room.height - tall) / 2.4)  # a little above the middle: it looks centred
    cells, panel = [], None
    for place in range(columns * rows):
        x, y = left + place % columns * (wide + gap_x), top + place // columns * (high + below + ROW_GAP * unit)
        picture = Box(round(x), round(y), round(wide), round(high))
        if place < len(numbers):
            told = Box(picture.x, picture.bottom, picture.width, math.floor(below))
            cells.append(Cell(numbers[place], picture, told))
        elif panel is None:
            end = round(left + block)
            panel = Box(picture.x, picture.y, end - picture.x, picture.height)
    return PagePlan(*size, unit, tuple(cells), panel)


def plan_single(number: int, size: tuple[int, int], aspect: float, words: float, unit: float) -> PagePlan:
    """Lay out one look as large as a picture of a film holds it.

    Args:
        number: of the look, from 0. unit: pixels of a measure of 1. The rest as for ``plan_pages``.
    """
    edge = EDGE * unit
    wide = min(size[0] - 2 * edge, (size[1] - 2 * edge - words * unit) / aspect)
    picture = Box(round((size[0] - wide) / 2), round(edge), round(wide), round(wide * aspect))
    told = Box(picture.x, picture.bottom, picture.width, math.floor(words * unit))
    return PagePlan(*size, unit, (Cell(number, picture, told),))


def _room(size: tuple[int, int]) -> Box:
    """What head, foot and margins leave."""
    unit = unit_of(size)
    side, top, bottom = (round(each * unit) for each in (MARGIN, TOP, BOTTOM))
    return Box(side, top, size[0] - 2 * side, size[1] - top - bottom)


def _picture_width(size: tuple[int, int], columns: int, rows: int, aspect: float, words: float) -> float:
    room, unit = _room(size), unit_of(size)
    by_width = (room.width - (columns - 1) * COLUMN_GAP * unit) / columns
    by_height = ((room.height - (rows - 1) * ROW_GAP * unit) / rows - words * unit) / aspect
    return max(1.0, min(by_width, by_height))


def _rows(size: tuple[int, int], columns: int, aspect: float, words: float) -> int:
    """The most rows with which pictures still fill their columns."""
    column = (_room(size).width - (columns - 1) * COLUMN_GAP * unit_of(size)) / columns
    rows = 1
    while _picture_width(size, columns, rows + 1, aspect, words) >= LEAST_FILLED * column:
        rows += 1
    return rows
