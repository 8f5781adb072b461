"""Dress everybody of a lookbook, one look after the other; a look that fails does not stop the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from tryon.errors import TryOnError
from tryon.studio.lookbook.book import Look, check_words, look_of
from tryon.studio.lookbook.spec import Wish
from tryon.types import Garment, Person

if TYPE_CHECKING:
    from tryon.outfit import Dresser

TITLE_SIGN = " + "  # between the names of an outfit's garments


class Wardrobe(Protocol):
    """Finds people and garments by what a spec calls them."""

    def person(self, name: str) -> Person:
        """Somebody, understood."""

    def garment(self, name: str, category: str) -> tuple[Garment, str]:
        """A garment, understood, and what it is called."""


@dataclass(frozen=True)
class Made:
    """What became of a wish: a look, or a sentence why there is none."""

    wish: Wish
    look: Look | None
    error: str = ""
    warnings: tuple[str, ...] = ()


def make_looks(pipeline: Dresser, wardrobe: Wardrobe, wishes: Sequence[Wish]) -> Iterator[Made]:
    """Dress each wish in turn.

    Args:
        pipeline: dresses. wardrobe: finds. wishes: in the order of the book.
    """
    for wish in wishes:
        yield attempt(wish, lambda wish=wish: dress_wish(pipeline, wardrobe, wish))  # type: ignore[misc]


def attempt(wish: Wish, make: Callable[[], Made]) -> Made:
    """What ``make`` returns, or the sentence of its failure."""
    try:
        return make()
    except TryOnError as error:
        return Made(wish, None, str(error))
    except Exception as error:  # a fault in one look must not lose the others
        return Made(wish, None, f"A fault in the program ({type(error).__name__}: {error}).")


def dress_wish(pipeline: Dresser, wardrobe: Wardrobe, wish: Wish) -> Made:
    """Dress one wish; its title is the garments' names where it has none.

    Raises:
        TryOnError: somebody or something cannot be found, or does not go together.
    """
    from tryon.outfit import dress_outfit, dressing_order

    categories = wish.categories or ("auto",) * len(wish.garments)
    found = [wardrobe.garment(name, category) for name, category in zip(wish.garments, categories)]
    garments = [garment for garment, _ in found]
    dressing_order(garments)  # says what does not go together before anybody is looked at
    person = wardrobe.person(wish.model)
    result = dress_outfit(pipeline, person, garments, tuck=wish.tuck, fit=wish.fit)  # type: ignore[arg-type]
    words = wish.words
    if not words.title:
        words = replace(words, title=title_of([name for _, name in found]))
    warnings = tuple(dict.fromkeys((*person.warnings, *result.warnings)))
    return Made(wish, look_of(result.image, result.mask, words), warnings=warnings)


def title_of(names: Sequence[str]) -> str:
    """A title from garments' names, cut where it is too long."""
    title = TITLE_SIGN.join(name for name in names if name)
    return check_words(title[:80], "title", "title")
