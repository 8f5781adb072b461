"""The suggestions as HTML: what a visitor likes, cards with reasons, and what goes with a garment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tryon.studio.outfit_match import Match
from tryon.studio.recommend import Suggestion
from tryon.ui.elements import button, el, icon, labelled, t
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.gallery import tile_address
from tryon.ui.studio.look_heart import ICON_HEART
from tryon.ui.studio.taste_words import match_in_words, reason_in_words
from tryon.ui.texts import Texts
from tryon.ui.visitors import Visitor

ICON_NOT = icon('<path d="M6 6l12 12M18 6 6 18"/>')
SMALL_SHOWN = 12  # of what is liked: one row


@dataclass(frozen=True)
class Card:
    """A garment to be shown."""

    id: str
    name: str
    name_zh: str
    picture: str


def card_of(room: FittingRoom, visitor: Visitor, garment_id: str) -> Card | None:
    """A garment of the gallery or of the visitor's own making; None where it is gone.

    Args:
        room: gives the gallery.
        visitor: whose.
        garment_id: of the garment.
    """
    made = visitor.created.get(garment_id)
    if made is not None:
        return Card(made.key, made.name, made.name_zh, made.thumb)
    item = room.gallery.garments.get(garment_id)
    return None if item is None else Card(item.id, item.name, item.name_zh, tile_address(item))


def suggestion_list(
    room: FittingRoom,
    visitor: Visitor,
    liked: Sequence[str],
    row: Sequence[str],
    suggestions: Sequence[Suggestion | str],
    *,
    more: bool,
) -> str:
    """What is liked, and the suggestions below it.

    Args:
        room: gives the gallery.
        visitor: whose.
        liked: ids, the newest first. row: those of them that stand above the suggestions.
        suggestions: the best first; ids alone are of garments that something was said of since the list was made, and
            which keep their place.
        more: whether there are more than these.
    """
    texts = visitor.texts
    parts = [_liked(room, visitor, row)]
    cards = []
    for each in suggestions:
        card = card_of(room, visitor, each if isinstance(each, str) else each.id)
        if card is None:
            continue
        if isinstance(each, str):
            cards.append(_said_card(texts, card, visitor, liked=card.id in liked))
        else:
            cards.append(_card(texts, card, reason_in_words(texts, each.reason), visitor))
    if cards:
        parts.append(el("div", *cards, class_="cards", role="group", **labelled(texts, "studio.taste.suggestions")))
    else:
        parts.append(t(texts, "studio.taste.none_left", "p", class_="nothing"))
    if more:
        parts.append(button(t(texts, "studio.taste.more"), "plain more", data_act="taste-more"))
    return "".join(parts)


def match_list(room: FittingRoom, visitor: Visitor, garment_id: str, matches: Sequence[Match]) -> str:
    """What goes with a garment, the best first; a click wears both.

    Args:
        room: gives the gallery.
        visitor: whose.
        garment_id: of the garment.
        matches: what goes with it.
    """
    texts, card = visitor.texts, card_of(room, visitor, garment_id)
    name = _name(card, visitor) if card else ""
    head = el(
        "div",
        button(t(texts, "studio.taste.with_close"), "plain", data_act="taste-back"),
        el("img", src=card.picture, alt="", width=60, height=80) if card else "",
        el("h3", escape(texts.studio.taste.with_title.format(name=name))),
        class_="with",
    )
    cards = [
        _card(texts, each, match_in_words(texts, found), visitor, beside=garment_id)
        for found in matches
        if (each := card_of(room, visitor, found.id)) is not None
    ]
    if not cards:
        return head + t(texts, "studio.taste.with_none", "p", class_="nothing")
    return head + el("div", *cards, class_="cards", role="group", aria_label=texts.studio.taste.wear_with)


def _card(texts: Texts, card: Card, reason: str, visitor: Visitor, *, beside: str = "") -> str:
    name, words = _name(card, visitor), texts.studio.taste
    picture = el("img", src=card.picture, alt="", width=240, height=320, loading="lazy")
    label = el("span", escape(name), data_en=card.name, data_zh=card.name_zh or card.name)
    tile = button(
        picture + label, "tile", data_id=card.id, data_beside=beside or False,
        title=words.wear.format(name=name),
    )  # fmt: skip
    like, dislike = words.like.format(name=name), words.dislike.format(name=name)
    actions = el(
        "div",
        button(ICON_HEART, "round", data_say="like", data_id=card.id, aria_label=like, title=like),
        button(ICON_NOT, "round", data_say="dislike", data_id=card.id, aria_label=dislike, title=dislike),
        "" if beside else button(t(texts, "studio.taste.wear_with"), "plain", data_act="taste-with", data_id=card.id),
        class_="verdict",
    )
    return el("article", tile, el("p", escape(reason), class_="why"), actions, class_="card")


def _said_card(texts: Texts, card: Card, visitor: Visitor, *, liked: bool) -> str:
    """A card that stays where it is after a word was said of it, with that word, which can be taken back."""
    name, words = _name(card, visitor), texts.studio.taste
    picture = el("img", src=card.picture, alt="", width=240, height=320, loading="lazy")
    label = el("span", escape(name), data_en=card.name, data_zh=card.name_zh or card.name)
    tile = button(picture + label, "tile", data_id=card.id, title=words.wear.format(name=name))
    back = words.unlike.format(name=name) if liked else words.wanted.format(name=name)
    said = button(
        ICON_HEART if liked else ICON_NOT, "round on", data_say="back", data_id=card.id, aria_label=back, title=back,
        aria_pressed="true",
    )  # fmt: skip
    why = t(texts, "studio.taste.said_like" if liked else "studio.taste.said_dislike", "p", class_="why")
    kind = "card is-liked" if liked else "card is-not-wanted"
    return el("article", tile, why, el("div", said, class_="verdict"), class_=kind)


def _liked(room: FittingRoom, visitor: Visitor, liked: Sequence[str]) -> str:
    texts = visitor.texts
    cards = [card for name in liked[:SMALL_SHOWN] if (card := card_of(room, visitor, name)) is not None]
    if not cards:
        return ""
    tiles = [
        el(
            "div",
            button(
                el("img", src=card.picture, alt=_name(card, visitor), width=120, height=160), "tile", data_id=card.id
            ),
            button(
                ICON_HEART,
                "round on",
                data_say="back",
                data_id=card.id,
                aria_label=texts.studio.taste.unlike.format(name=_name(card, visitor)),
                title=texts.studio.taste.unlike.format(name=_name(card, visitor)),
            ),
            button(t(texts, "studio.taste.wear_with"), "quiet", data_act="taste-with", data_id=card.id),
            class_="small",
        )
        for card in cards
    ]
    return el(
        "section",
        t(texts, "studio.taste.liked", "h3"),
        el("div", *tiles, class_="liked", role="group", **labelled(texts, "studio.taste.liked")),
    )


def _name(card: Card, visitor: Visitor) -> str:
    return (card.name_zh or card.name) if visitor.language == "zh" else card.name
