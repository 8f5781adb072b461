"""What a look is made of: somebody, garments, how they are worn, and the pictures that the page shows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tryon.outfit import is_open
from tryon.person.edit_plan import is_outer
from tryon.person.layout_rules import TUCKS, Tuck
from tryon.types import Garment, MaskF32, Person, RGBu8
from tryon.ui.languages import TEXTS, Language

if TYPE_CHECKING:
    from tryon.ui.painted import Painted

FIT_STEPS = 2  # from 0 to loose and to snug: finer steps cannot be told apart


@dataclass(frozen=True)
class Shown:
    """A picture as the page shows it.

    jpeg: encoded, at most ``pictures.SHOWN_SIDE`` pixels. width, height: of the shown picture.
    full: (H, W, 3) uint8 for the download, or None.
    """

    token: str
    jpeg: bytes
    width: int
    height: int
    full: RGBu8 | None = None
    filename: str = ""


class Sketch:
    """A small picture that is drawn when a browser first asks for it, and then kept like any other."""

    def __init__(self, token: str, size: tuple[int, int], draw: Callable[[], bytes]):
        """Remember how to draw it.

        Args:
            token: its address.
            size: width and height.
            draw: makes the JPEG; may be called twice, by two browsers at once.
        """
        self.token = token
        self.width, self.height = size
        self.full = None  # a sketch is not for downloading
        self.filename = ""
        self._draw: Callable[[], bytes] | None = draw
        self._jpeg = b""

    @property
    def jpeg(self) -> bytes:
        """The picture, encoded."""
        draw = self._draw
        if draw is not None:
            self._jpeg = draw()
            self._draw = None
        return self._jpeg


@dataclass(frozen=True, eq=False)
class Who:
    """Somebody to dress: a visitor's photo or a virtual model.

    sketches: what was understood, by name. parts: names of the labels that the photo shows. painted: what the visitor
    marked on the photo; marks are another look of the same person.
    """

    key: str
    name: str
    person: Person
    shown: Shown
    own: bool = False
    thumb: str = ""
    sketches: tuple[tuple[str, Sketch], ...] = ()
    parts: tuple[str, ...] = ()
    name_zh: str = ""
    painted: Painted | None = None

    def called(self, language: Language) -> str:
        """The name in a language."""
        return self.name_zh or self.name if language == "zh" else self.name


@dataclass(frozen=True)
class Mended:
    """A visitor's garment as they cut it out themselves.

    image_u8: (H, W, 3), with what was hidden completed. alpha_f32: (H, W) 0..1. worn: whether it was cut from a photo
    of somebody wearing it. key: the same for the same cut-out and corners.
    """

    image_u8: RGBu8
    alpha_f32: MaskF32
    worn: bool
    key: str


@dataclass(frozen=True)
class Brought:
    """A visitor's picture of a garment, kept so that it can be looked at again, and what they said of it.

    number: counts the visitor's garments. image_u8: (H, W, 3). alpha_f32: (H, W) 0..1, the picture's own
    transparency. answers: by the question's name. mended: their own cut-out, where they made one.
    """

    number: int
    image_u8: RGBu8
    alpha_f32: MaskF32 | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    mended: Mended | None = None


@dataclass(frozen=True, eq=False)
class What:
    """Something to wear: from the gallery, a visitor's picture, or made in the studio.

    sketches: what was understood, by name. easel: of a visitor's, its picture and its cut-out, for the brush.
    created: whether it was made in the studio; it is its visitor's alone.
    """

    key: str
    name: str
    garment: Garment
    thumb: str = ""
    brought: Brought | None = None
    sketches: tuple[tuple[str, Sketch], ...] = ()
    name_zh: str = ""
    easel: tuple[Sketch, Sketch] | None = None
    created: bool = False

    def called(self, language: Language) -> str:
        """The name in a language."""
        return self.name_zh or self.name if language == "zh" else self.name

    @property
    def own(self) -> bool:
        """Whether the visitor brought it."""
        return self.brought is not None

    @property
    def private(self) -> bool:
        """Whether it belongs to one visitor: nobody else sees it, and it goes when they leave."""
        return self.own or self.created

    def answered(self, name: str) -> bool:
        """Whether the visitor has said what it is."""
        return self.brought is not None and name in self.brought.answers


def can_be_tucked(garment: Garment) -> bool:
    """Whether a garment may end at the waistband: a top that is not worn open or over other clothes.

    Args:
        garment: understood.
    """
    return garment.category == "upper" and not (is_outer(garment) or is_open(garment))


@dataclass(frozen=True)
class Style:
    """How garments are worn.

    fit: from -1 (snug) to 1 (loose), 0 as in the garment's picture. tuck: of tops.
    """

    fit: float = 0.0
    tuck: Tuck = "auto"

    @classmethod
    def asked(cls, fit: float, tuck: str) -> Style:
        """The nearest style to what a browser asks for; anything at all may come."""
        steps = max(-FIT_STEPS, min(FIT_STEPS, round(fit * FIT_STEPS))) if abs(fit) <= FIT_STEPS else 0
        return cls(steps / FIT_STEPS, next((each for each in TUCKS if each == tuck), "auto"))

    def on(self, worn: tuple[What, ...]) -> Style:
        """The same without what makes no difference to these garments: only tops are tucked in."""
        tops = any(can_be_tucked(what.garment) for what in worn)
        return self if tops else Style(self.fit)

    @property
    def key(self) -> str:
        """Nothing where garments are worn as they are."""
        return "" if self == Style() else f"~{self.fit:g}~{self.tuck}"


@dataclass(frozen=True, eq=False)
class Look:
    """A finished try-on, as the page keeps it.

    what: the garment that was chosen last. worn: all of them, or nothing where it is ``what`` alone. stages: of
    ``what``; empty until somebody asks how it was made. mask: what was changed, for the brush.
    """

    who: Who
    what: What
    shown: Shown
    thumb: str
    warnings: tuple[str, ...] = ()
    stages: tuple[tuple[str, Shown], ...] = ()
    worn: tuple[What, ...] = ()
    style: Style = Style()
    mask: Sketch | None = None

    @property
    def garments(self) -> tuple[What, ...]:
        """All that is worn, at least ``what``."""
        return self.worn or (self.what,)

    @property
    def key(self) -> str:
        """The same for the same person in the same garments, worn in the same way."""
        return look_key(self.who, self.garments, self.style)

    def called(self, language: Language) -> str:
        """The garments' names in a language."""
        return TEXTS[language].comma.join(what.called(language) for what in self.garments)


def look_key(who: Who, worn: tuple[What, ...], style: Style) -> str:
    """What tells one look from another.

    Args:
        who: somebody.
        worn: in the order of ``wardrobe.SLOTS``.
        style: how.
    """
    marks = f"*{who.painted.key}" if who.painted else ""
    return "+".join((who.key + marks, *(what.key for what in worn))) + style.key
