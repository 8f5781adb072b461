"""For you: suggestions from what a visitor likes, with reasons, and what goes with what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from tryon.errors import TryOnError
from tryon.studio.recommend import Suggestion
from tryon.ui.elements import ICON_LOCK, button, el, t
from tryon.ui.events import QUIETLY, Sent, piece, session_of
from tryon.ui.fitting_room import FittingRoom
from tryon.ui.studio.taste_cards import match_list, suggestion_list
from tryon.ui.studio.taste_room import TasteRoom
from tryon.ui.texts import Texts

KEY = "taste"
FILLED = True  # the sub-tab is offered only where there is something in it
FIRST, STEP, MOST = 12, 12, 200  # cards at first, more at a press, and never more
FRESH = ("", "erase")  # what is answered by new suggestions; after all else the list stays where it is
MATCHES = 8  # of what goes with a garment: two rows


def build(room: FittingRoom) -> None:
    """Add the panel to the page that is being built.

    Args:
        room: the gallery, the visitors and the pipeline.
    """
    taste = TasteRoom(room)
    call = "tryonPage.taste(element, trigger, props, watch); /* 'ask' 'kept' */"
    frame = piece(_frame(room.texts, lasting=taste.store.lasting), call=call, elem_id="taste", answer=None)
    cards = piece("", call="tryonPage.tasteList(element)", elem_id="taste-list")

    def ask(data: gr.EventData, request: gr.Request) -> list[Any]:
        html, answer = answer_to(room, taste, session_of(request), Sent(data))
        return [html, gr.update(answer=answer)]

    def kept(request: gr.Request) -> None:
        taste.keep(session_of(request))

    # no network is touched: a place in the queue of the models is not needed
    frame.ask(ask, outputs=[cards, frame], queue=False, **QUIETLY)
    frame.kept(kept, queue=False, **QUIETLY)


def answer_to(room: FittingRoom, taste: TasteRoom, session: str, sent: Sent) -> tuple[Any, dict[str, Any]]:
    """What the panel shows after something was said or pressed.

    Args:
        room: gives the gallery and the visitors.
        taste: of all visitors.
        session: whose.
        sent: id, value (like, dislike, back, like-look, unlike-look, erase, remember, forget, same, or nothing for new
            suggestions), with, count and key.

    Returns:
        The list's new HTML, and for the script: a word to say (of ``TasteTexts``), the key to keep where the host keeps
        tastes, whether tries are noted, and the number of the answer.
    """
    visitor = room.visitors.get(session)
    visitor.speaks(sent.language)
    notes = taste.notes(session, sent.words.get("key", ""))
    said = ""
    if sent.value in ("like", "dislike", "back"):
        done = taste.say(session, sent.id, sent.value)
        words = {"like": "noted_like", "dislike": "noted_dislike", "back": "taken_back"}
        said = words[sent.value] if done else "failed"
    elif sent.value in ("like-look", "unlike-look"):
        done = taste.say_of_look(session, "like" if sent.value == "like-look" else "back")
        said = ("noted_like" if sent.value == "like-look" else "taken_back") if done else "own_only"
    elif sent.value == "erase":
        said = "erased" if taste.erase(session) else "nothing_to_erase"
    elif sent.value in ("remember", "forget"):
        taste.remember(session, sent.value == "remember")
    try:
        html, stale = _list(room, taste, session, sent)
    except TryOnError:
        html, stale, said = gr.skip(), False, "failed"
    key = notes.key if taste.store.lasting and sent.value != "erase" else ""
    told = {"said": said, "id": sent.id, "key": key, "remember": notes.remember, "stale": stale}
    return html, told | {"ticket": sent.ticket}


def _list(room: FittingRoom, taste: TasteRoom, session: str, sent: Sent) -> tuple[str, bool]:
    """The list's HTML, and whether a new one would be another."""
    visitor = room.visitors.get(session)
    beside = sent.words.get("with", "")
    if beside:
        return match_list(room, visitor, beside, taste.matches(session, beside, MATCHES)), False
    count = min(MOST, max(FIRST, int(sent.numbers.get("count", FIRST))))
    notes = taste.notes(session)
    if sent.value in FRESH or not notes.shown:
        found: Sequence[Suggestion | str] = taste.suggestions(session, count + 1)
        stale = False
    else:
        found = taste.in_place(session, count + 1)
        stale = any(isinstance(each, str) for each in found[:count])
    notes.shown = [each if isinstance(each, str) else each.id for each in found[:count]]
    liked = taste.liked(session)
    # the row above grows with the next list: a row more would push the cards away
    notes.row = liked if sent.value in FRESH else [each for each in notes.row if each in liked]
    return suggestion_list(room, visitor, liked, notes.row, found[:count], more=len(found) > count), stale


def _frame(texts: Texts, *, lasting: bool) -> str:
    privacy = "studio.taste.privacy_lasting" if lasting else "studio.taste.privacy"
    box = el("input", type="checkbox", data_act="taste-remember")
    remember = el("label", box, t(texts, "studio.taste.remember"), class_="remember")
    erase = button(t(texts, "studio.taste.erase"), "plain", data_act="taste-erase")
    undo = button(t(texts, "undo"), "quiet", data_act="taste-undo", hidden=True)
    fresh = button(t(texts, "studio.taste.fresh"), "plain fresh", data_act="taste-fresh", hidden=True)
    return el(
        "section",
        el("div", t(texts, "studio.taste.title", "h2"), t(texts, "studio.taste.hint", "p"), class_="intro"),
        el("div", remember, erase, class_="row"),
        el("p", ICON_LOCK, t(texts, privacy), class_="privacy"),
        el("p", el("span", role="status"), undo, fresh, class_="told-taste"),
        class_="taste",
        data_step=STEP,
        data_first=FIRST,
    )
