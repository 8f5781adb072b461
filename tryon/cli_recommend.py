"""The command ``recommend``: the gallery ranked by what somebody liked, disliked, tried, kept; what goes together."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli_common import as_json
from tryon.errors import BadRequestError

if TYPE_CHECKING:
    from tryon.studio.taste_events import Event


def recommend(
    history: Annotated[
        Path | None,
        typer.Option(help="Events, the oldest first: CSV with the columns garment,kind, or JSON, a list of objects."),
    ] = None,
    like: Annotated[list[str] | None, typer.Option(metavar="ID", help="Liked; may be given several times.")] = None,
    dislike: Annotated[list[str] | None, typer.Option(metavar="ID", help="Not wanted; never suggested.")] = None,
    tried: Annotated[list[str] | None, typer.Option(metavar="ID", help="Tried on.")] = None,
    kept: Annotated[list[str] | None, typer.Option(metavar="ID", help="Downloaded or shared.")] = None,
    count: Annotated[int, typer.Option(help="So many suggestions.", min=1)] = 10,
    outfit_with: Annotated[str, typer.Option(metavar="ID", help="What goes with this garment, instead.")] = "",
    language: Annotated[str, typer.Option(help="Of the reasons: en or zh.")] = "en",
    assets: Annotated[Path | None, typer.Option(help="Assets folder; the repository's by default.")] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help="Measure the gallery's garments anew and keep it in the assets folder.")
    ] = False,
    as_json_: Annotated[bool, typer.Option("--json", help="Print ids, scores and reasons as JSON.")] = False,
) -> None:
    """Rank the gallery by a taste, with a reason for each garment."""
    from tryon.studio.outfit_match import matches_for
    from tryon.studio.recommend import Recommender
    from tryon.ui.gallery import load_gallery
    from tryon.ui.languages import TEXTS, language_of
    from tryon.ui.studio.taste_catalogue import catalogue, write_catalogue
    from tryon.ui.studio.taste_words import match_in_words, reason_in_words

    folder = assets or Path(__file__).resolve().parents[1] / "assets"
    gallery = load_gallery(folder)
    if measure:
        typer.echo(f"{write_catalogue(gallery, folder)} garments are measured.")
        return
    texts = TEXTS[language_of(language)]
    events = [*(read_history(history) if history else []), *_told(like=like, dislike=dislike, kept=kept, tried=tried)]
    for name in [*(event.garment for event in events), *([outfit_with] if outfit_with else [])]:
        if name not in gallery.garments:
            raise BadRequestError(f"The gallery has no garment {name!r}. See them with: python -m tryon gallery list.")
    recommender = Recommender(catalogue(gallery, folder))
    rows: list[dict[str, Any]] = []
    if outfit_with:
        if outfit_with not in recommender:
            raise BadRequestError(f"No garment can be made out in the picture of {outfit_with!r}.")
        unwanted = {event.garment for event in events if event.kind == "dislike"}
        others = [each for each in recommender.traits if each.id not in unwanted]
        for found in matches_for(recommender.of(outfit_with), others, count=count):
            rows.append(_row(found.id, found.score, match_in_words(texts, found), harmony=found.harmony))
    else:
        for each in recommender.suggest(events, count=count):
            like_ids = {kind: list(ids) for kind, ids in each.reason.like}
            traits = [list(pair) for pair in each.reason.traits]
            rows.append(
                _row(each.id, each.score, reason_in_words(texts, each.reason), traits=traits, because_of=like_ids)
            )
    if as_json_:
        typer.echo(as_json(rows))
        return
    for row in rows:
        typer.echo(f"{row['score']:6.2f}  {row['id']:22} {row['reason']}")


def read_history(path: Path) -> list[Event]:
    """Events from a file.

    Args:
        path: CSV with the columns garment and kind, or JSON, a list of objects with these keys; the oldest first.

    Raises:
        BadRequestError: it cannot be read, or a kind is none of like, dislike, kept and tried.
    """
    from tryon.studio.taste_events import KINDS, Event

    try:
        text = path.read_text(encoding="utf-8-sig")
        rows: Any = json.loads(text) if path.suffix.lower() == ".json" else list(csv.DictReader(io.StringIO(text)))
        pairs = [(str(row["garment"]).strip(), str(row["kind"]).strip().lower()) for row in rows]
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, csv.Error) as error:
        raise BadRequestError(
            f"{path} cannot be read as a history ({error!r}). It needs garment and kind in each row."
        ) from None
    for number, (_, kind) in enumerate(pairs, 1):
        if kind not in KINDS:
            raise BadRequestError(f"{path}, row {number}: {kind!r} is none of {', '.join(KINDS)}.")
    return [Event(garment, kind) for garment, kind in pairs]  # type: ignore[arg-type]


def _told(**lists: list[str] | None) -> list[Event]:
    from tryon.studio.taste_events import Event

    return [Event(name, kind) for kind, names in lists.items() for name in names or ()]  # type: ignore[arg-type]


def _row(identity: str, score: float, reason: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "score": round(score, 4), "reason": reason, **more}
