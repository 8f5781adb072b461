"""A lookbook's TOML file: what it may say, read with errors that name the key, what is wrong, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from tryon.errors import BadRequestError
from tryon.images import load_picture_with_alpha
from tryon.sharing.words import LANGUAGES
from tryon.studio.lookbook.book import (
    GREEN,
    LONGEST_S,
    MOST_COLUMNS,
    MOST_LOOKS,
    PAGES,
    PAPER,
    SHORTEST_S,
    Brand,
    Layout,
    Words,
    check_words,
    read_colour,
)
from tryon.studio.lookbook.files import FORMATS
from tryon.types import CATEGORIES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_GARMENTS = 3  # of ``tryon.outfit``, which is heavy to import
LEAST_LOGO = 16  # pixels of a side: a logo is no photo, and small ones are drawn small
MOST_BYTES = 1_000_000  # of the file; sixty looks with long captions have 30 kB
TUCKS = ("auto", "in", "out")
Value = TypeVar("Value")

EXAMPLE = """\
# A lookbook. Paths are taken from this file's folder.
title = "Spring, at last"            # of the collection
subtitle = "Light layers for long days"

[brand]
name = "Maison Exemple"
colour = "#2c6757"                   # of the cover, numbers and prices
paper = "#faf7f1"                    # of the pages
# logo = "logo.png"                  # JPEG, PNG, WebP or HEIC; transparent where it should be
# font = "Brand-Regular.ttf"         # else a book face, and the system's own for Chinese

[output]
folder = "lookbook"
formats = ["png", "pdf", "webp", "zip"]   # also gif and mp4
page = "a4"                          # a4, letter, each also with -landscape; square, story
columns = 2                          # 1 to 4
cover = true
seconds = 1.6                        # of each look in the film
language = "en"                      # of the mark on each picture: en or zh

[[looks]]                            # a person in a garment, or in up to three that go together
model = "ava"                        # a virtual model of the gallery, or a photo's file
garments = ["shirt-linen", "jeans-blue"]   # of the gallery, or files
title = "Linen shirt, blue jeans"    # the garments' names by default
price = "€ 49 · € 89"
caption = "Washed linen, cut wide."
# tuck = "in"                        # auto, in or out
# fit = 0.0                          # -1 (snug) to 1 (loose)

[combine]                            # the short way: each person in each garment or outfit
models = ["leo", "nia"]
garments = [
  "polo-navy",
  ["tee-white", "skirt-denim"],
  { garments = "dress-meadow", title = "Meadow dress", price = "€ 79" },
]
"""


@dataclass(frozen=True)
class Wish:
    """A look that is wanted. key: of the file, for sentences. model, garments: ids of the gallery or files."""

    key: str
    model: str
    garments: tuple[str, ...]
    words: Words = field(default_factory=Words)
    categories: tuple[str, ...] = ()
    tuck: str = "auto"
    fit: float = 0.0


@dataclass(frozen=True)
class Spec:
    """A whole lookbook that is wanted. folder: of the spec, for relative paths. out: where the files go."""

    folder: Path
    out: Path
    formats: tuple[str, ...]
    brand: Brand
    layout: Layout
    wishes: tuple[Wish, ...]
    font: Path | None = None

    def find(self, name: str) -> Path:
        """A file that the spec names."""
        return self.folder / Path(name).expanduser()


def read_spec(path: Path) -> Spec:
    """Read a lookbook's file.

    Raises:
        BadRequestError: it cannot be read, or says something that cannot be done; names the key.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BadRequestError(f"{path} is too large for a lookbook's description. Is it the right file?")
        data = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadRequestError(f"The lookbook {path} cannot be read: {reason}. Give a TOML file in UTF-8.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadRequestError(f"{path} is no TOML file: {error}. `lookbook --example` shows one.") from None
    return spec_of(data, path.parent, path.stem)


def spec_of(data: dict[str, Any], folder: Path, stem: str = "lookbook") -> Spec:
    """Read what a TOML file says.

    Args:
        data: the parsed file. folder: for relative paths. stem: of the file, names the folder of results.

    Raises:
        BadRequestError: naming the key, what is wrong, and what to do.
    """
    root = Table(data, "", ("title", "subtitle", "brand", "output", "looks", "combine"))
    brand = root.table("brand", ("name", "colour", "paper", "logo", "font"))
    output = root.table("output", ("folder", "formats", "page", "columns", "cover", "seconds", "language"))
    font, logo = brand.text("font"), brand.text("logo")
    layout = Layout(
        title=root.words("title"),
        subtitle=root.words("subtitle"),
        page=output.choice("page", tuple(PAGES), "a4"),
        columns=round(output.number("columns", 2, 1, MOST_COLUMNS, whole=True)),
        cover=output.yes("cover", True),
        seconds=output.number("seconds", 1.6, SHORTEST_S, LONGEST_S),
        language=output.choice("language", LANGUAGES, "en"),
    )
    wishes = [*_looks(root), *_combined(root)]
    if not wishes:
        raise BadRequestError("There are no looks. Add [[looks]] with a model and garments, or [combine].")
    if len(wishes) > MOST_LOOKS:
        raise BadRequestError(f"There are {len(wishes)} looks. Use at most {MOST_LOOKS}, or make two lookbooks.")
    formats = output.texts("formats", ("png", "pdf", "webp", "zip"))
    for form in formats:
        if form not in FORMATS:
            raise BadRequestError(f"output.formats has {form[:40]!r}. Use {', '.join(FORMATS)}.")
    if not formats:
        raise BadRequestError(f"output.formats is empty. Use {', '.join(FORMATS)}.")
    return Spec(
        folder=folder,
        out=folder / Path(output.text("folder") or f"{stem}-pages").expanduser(),
        formats=tuple(dict.fromkeys(formats)),
        brand=Brand(
            name=brand.words("name"),
            colour=read_colour(brand.text("colour"), "brand.colour") if "colour" in brand.values else GREEN,
            paper=read_colour(brand.text("paper"), "brand.paper") if "paper" in brand.values else PAPER,
            logo_u8=load_logo(folder / Path(logo).expanduser()) if logo else None,
        ),
        layout=layout,
        wishes=tuple(wishes),
        font=folder / Path(font).expanduser() if font else None,
    )


def load_logo(source: Path | bytes) -> Any:
    """A logo with its opacity, (H, W, 4) uint8.

    Raises:
        TryOnError: as ``load_picture``; the sentence calls it the logo.
    """
    import numpy as np

    image_u8, alpha_f32 = load_picture_with_alpha(source, what="logo", least=LEAST_LOGO)
    alpha_u8 = (
        np.full(image_u8.shape[:2], 255, np.uint8) if alpha_f32 is None else np.rint(alpha_f32 * 255).astype(np.uint8)
    )
    return np.dstack([image_u8, alpha_u8])


class Table:
    """A table of the file, whose values are asked for by key; errors name the whole key."""

    def __init__(self, values: Any, key: str, known: Sequence[str]):
        """Check that it is a table with known keys alone.

        Raises:
            BadRequestError: naming the key.
        """
        if not isinstance(values, dict):
            raise BadRequestError(f"{key} is {_kind(values)}. It should be a table: [{key}].")
        self.values: dict[str, Any] = values
        self.key = key
        for name in values:
            if name not in known:
                raise BadRequestError(f"{self._at(name)} is not known here. Use {', '.join(known)}.")

    def _at(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name

    def table(self, name: str, known: Sequence[str]) -> Table:
        """A table within; an empty one where there is none."""
        return Table(self.values.get(name, {}), self._at(name), known)

    def text(self, name: str) -> str:
        """A text, or nothing."""
        value = self.values.get(name, "")
        if not isinstance(value, str):
            raise BadRequestError(f'{self._at(name)} is {_kind(value)}. Write it as text: {name} = "{value}".')
        return value.strip()

    def words(self, name: str) -> str:
        """A text that is drawn, not too long; the last part of its name tells what it is."""
        return check_words(self.text(name), name, self._at(name))

    def texts(self, name: str, otherwise: Sequence[str] = ()) -> list[str]:
        """A list of texts; a text alone is a list of one."""
        value = self.values.get(name, list(otherwise))
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise BadRequestError(f'{self._at(name)} should be a list of texts, such as {name} = ["one", "two"].')
        return [each.strip() for each in value]

    def choice(self, name: str, choices: Sequence[Value], otherwise: Value) -> Value:
        """One of some texts."""
        value = self.values.get(name, otherwise)
        if value not in choices:
            raise BadRequestError(f"{self._at(name)} is {value!r}. Use one of {', '.join(map(str, choices))}.")
        return choices[list(choices).index(value)]

    def number(self, name: str, otherwise: float, least: float, most: float, *, whole: bool = False) -> float:
        """A number in a range."""
        value = self.values.get(name, otherwise)
        fine = isinstance(value, (int, float)) and not isinstance(value, bool) and least <= value <= most
        if not fine or (whole and value != round(value)):
            kind = "a whole number" if whole else "a number"
            raise BadRequestError(f"{self._at(name)} is {value!r}. Use {kind} from {least:g} to {most:g}.")
        return float(value)

    def yes(self, name: str, otherwise: bool) -> bool:
        """True or false."""
        value = self.values.get(name, otherwise)
        if not isinstance(value, bool):
            raise BadRequestError(f"{self._at(name)} is {value!r}. Use true or false.")
        return value


_LOOK_KEYS = ("model", "garment", "garments", "categories", "title", "price", "caption", "tuck", "fit")


def _looks(root: Table) -> list[Wish]:
    found = root.values.get("looks", [])
    if not isinstance(found, list):
        raise BadRequestError(f"looks is {_kind(found)}. Write each look below a line of its own: [[looks]].")
    wishes = []
    for number, values in enumerate(found, 1):
        look = Table(values, f"looks[{number}]", _LOOK_KEYS)
        if not look.text("model"):
            raise BadRequestError(f"looks[{number}].model is missing. Name a model of the gallery or a photo's file.")
        wishes.append(_wish(look, look.text("model")))
    return wishes


def _combined(root: Table) -> list[Wish]:
    combine = root.table("combine", ("models", "garments"))
    if not combine.values:
        return []
    models, garments = combine.texts("models"), combine.values.get("garments", [])
    if not models:
        raise BadRequestError("combine.models is missing. Name models of the gallery or photos' files.")
    if not isinstance(garments, list) or not garments:
        raise BadRequestError("combine.garments is missing. List garments, outfits (lists), or tables with a title.")
    wishes = []
    for number, values in enumerate(garments, 1):
        key = f"combine.garments[{number}]"
        values = {"garments": values} if isinstance(values, (str, list)) else values
        look = Table(values, key, tuple(name for name in _LOOK_KEYS if name != "model"))
        wishes += [_wish(look, model) for model in models]
    return wishes


def _wish(look: Table, model: str) -> Wish:
    if "garment" in look.values and "garments" in look.values:
        raise BadRequestError(f"{look.key} has both garment and garments. Keep garments.")
    name = "garment" if "garment" in look.values else "garments"
    garments = look.texts(name)
    if not garments or not all(garments):
        raise BadRequestError(f"{look.key}.garments is missing. Name garments of the gallery or files.")
    if len(garments) > MOST_GARMENTS:
        raise BadRequestError(f"{look.key}.{name} has {len(garments)} garments. An outfit is 1 to {MOST_GARMENTS}.")
    categories = look.texts("categories")
    if categories and len(categories) != len(garments):
        raise BadRequestError(f"{look.key}.categories should have one entry for each garment, in the same order.")
    for each in categories:
        if each not in ("auto", *CATEGORIES):
            raise BadRequestError(f"{look.key}.categories has {each[:40]!r}. Use auto, {', '.join(CATEGORIES)}.")
    return Wish(
        look.key,
        model,
        tuple(garments),
        Words(look.words("title"), look.words("price"), look.words("caption")),
        tuple(categories),
        look.choice("tuck", TUCKS, "auto"),
        look.number("fit", 0.0, -1, 1),
    )


def _kind(value: Any) -> str:
    names = {bool: "true or false", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a table"}
    return names.get(type(value), type(value).__name__)
