"""Grids of pictures to choose from: the gallery with its search and filters, and the models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tryon.garment.colour_families import FAMILIES, families_of
from tryon.types import ATTRIBUTES
from tryon.ui.elements import ICON_CLEAR, ICON_SEARCH, button, el, in_both, labelled, t
from tryon.ui.gallery import GarmentItem, ModelItem
from tryon.ui.languages import TEXTS
from tryon.ui.texts import Texts, word_at

FIRST_ROWS = 9  # tiles that are in sight at once; the others' pictures are fetched when they come near


@dataclass(frozen=True)
class Tile:
    """What can be chosen in a grid.

    picture: its address. category, colours (families), sleeve: for the filters; may be empty. words: more than the
    names to be found by.
    """

    id: str
    name: str
    name_zh: str
    picture: str
    category: str = ""
    colours: tuple[str, ...] = ()
    sleeve: str = ""
    words: str = ""


def garment_tile(item: GarmentItem, picture: str) -> Tile:
    """The tile of a garment.

    Args:
        item: of the gallery.
        picture: address of its small picture.
    """
    colours = families_of(item.colours)
    words = [item.label, *item.colours]
    for texts in TEXTS.values():
        words += [texts.garment_labels.get(item.label, ""), texts.garment_kinds[item.category]]
        words += [texts.gallery.categories[item.category], texts.values["sleeve"].get(item.sleeve or "", "")]
        words += [texts.gallery.colours[colour] for colour in colours]
    found_by = " ".join(dict.fromkeys(word.lower() for word in words if word))
    return Tile(item.id, item.name, item.name_zh, picture, item.category, colours, item.sleeve or "", found_by)


def model_tile(item: ModelItem, picture: str) -> Tile:
    """The tile of a virtual model.

    Args:
        item: of the gallery.
        picture: address of its small picture.
    """
    return Tile(item.id, item.name, item.name_zh, picture)


def picker(tiles: Iterable[Tile], texts: Texts, *, label: str, search: bool = False) -> str:
    """A grid of pictures to choose from.

    Args:
        tiles: what can be chosen.
        texts: the language.
        label: path of the word that says what the grid is, for screen readers.
        search: whether to offer a search box and filters.
    """
    tiles = list(tiles)
    grid = el("div", *map(_tile, tiles, range(len(tiles))), class_="grid", role="group", **labelled(texts, label))
    return (_search(texts) + _filters(texts, tiles) + _count(texts, len(tiles)) if search else "") + grid


def _tile(tile: Tile, number: int) -> str:
    later = number >= FIRST_ROWS
    picture = el("img", src=tile.picture, alt="", width=240, height=320, loading="lazy" if later else "eager")
    return button(
        picture + in_both(tile.name, tile.name_zh),
        "tile",
        data_id=tile.id,
        data_category=tile.category,
        data_colour=" ".join(tile.colours),
        data_sleeve=tile.sleeve,
        data_words=tile.words,
        aria_pressed="false",
        tabindex=0 if number == 0 else -1,
    )


def _search(texts: Texts) -> str:
    hint = "gallery.search_hint"
    box = el(
        "input",
        type="search",
        autocomplete="off",
        spellcheck="false",
        placeholder=word_at(texts, hint),
        data_t_placeholder=hint,
        **labelled(texts, "gallery.search"),
    )
    return el("label", ICON_SEARCH, box, class_="search")


def _filters(texts: Texts, tiles: list[Tile]) -> str:
    """Chips of what there is; a filter with one choice is none."""
    categories = ["all", *(name for name in texts.gallery.categories if any(tile.category == name for tile in tiles))]
    colours = [name for name in FAMILIES if any(name in tile.colours for tile in tiles)]
    sleeves = [name for name in ATTRIBUTES["sleeve"] if any(tile.sleeve == name for tile in tiles)]
    rows = [
        el(
            "div",
            *(_chip(texts, "category", name, pressed=name == "all") for name in categories),
            class_="chips",
            role="group",
            **labelled(texts, "gallery.filters"),
        )
    ]
    if len(colours) > 1:
        swatches = (_swatch(texts, name) for name in colours)
        rows.append(el("div", *swatches, class_="swatches", role="group", **labelled(texts, "gallery.colours_label")))
    if len(sleeves) > 1:
        chips = (_chip(texts, "sleeve", name) for name in sleeves)
        title = t(texts, "gallery.sleeves_label", class_="title", aria_hidden="true")
        rows.append(
            el("div", title, *chips, class_="chips minor", role="group", **labelled(texts, "gallery.sleeves_label"))
        )
    return "".join(rows)


def _chip(texts: Texts, kind: str, name: str, *, pressed: bool = False) -> str:
    path = {"category": "gallery.categories", "sleeve": "gallery.sleeves"}[kind]
    return button(t(texts, f"{path}.{name}"), data_filter=kind, data_is=name, aria_pressed=str(pressed).lower())


def _swatch(texts: Texts, name: str) -> str:
    path = f"gallery.colours.{name}"
    return button(
        "",
        "swatch",
        data_filter="colour",
        data_is=name,
        aria_pressed="false",
        style=f"--swatch:{FAMILIES[name][0]}",
        title=word_at(texts, path),
        data_t_title=path,
        **labelled(texts, path),
    )


def _count(texts: Texts, count: int) -> str:
    """How many are found, said aloud when it changes, and the way back to all of them."""
    said = el("span", texts.gallery.found.format(count=count), class_="found", role="status")
    clear = button(ICON_CLEAR + t(texts, "gallery.clear"), "quiet", data_act="clear", hidden=True)
    nothing = t(texts, "gallery.nothing", "p", class_="nothing", hidden=True)
    return el("div", said, clear, class_="count") + nothing
