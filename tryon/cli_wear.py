"""The commands that dress people: ``try`` for one picture, ``batch`` for a list of pairs."""

from __future__ import annotations

import csv
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tryon.cli_common import (
    PHOTOS,
    DeviceOption,
    RecentlySeen,
    WeightsOption,
    as_json,
    check_category,
    check_choice,
    load_pipeline,
    rounded,
    understand_garment,
    understand_person,
)
from tryon.errors import BadRequestError, TryOnError

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline
    from tryon.types import Garment, Person, TryOnResult

MOST_GARMENTS = 3  # of ``tryon.outfit``, which is heavy to import
RESULT_COLUMNS = ("row", "status", "error", "milliseconds", "category")


def try_on(
    person: Annotated[Path, typer.Option(help="The photo of a person.")],
    garment: Annotated[list[Path], typer.Option(help="The garment's picture; again for each of an outfit.")],
    category: Annotated[
        list[str] | None, typer.Option(help="auto, upper, lower or dress; one for each garment, in their order.")
    ] = None,
    garment_photo: Annotated[str, typer.Option(help="auto, flat, or worn (a photo of someone wearing it).")] = "auto",
    tuck: Annotated[str, typer.Option(help="in ends a top at the waistband, out lets it hang over; auto.")] = "auto",
    fit: Annotated[float, typer.Option(help="From -1 (snug) to 1 (loose); 0 is as the picture says.")] = 0.0,
    out: Annotated[Path, typer.Option(help="Where the result goes, a PNG of the photo's size.")] = Path("result.png"),
    stages: Annotated[Path | None, typer.Option(help="Folder for a picture of each step.")] = None,
    as_json_: Annotated[
        bool, typer.Option("--json", help="Print category, milliseconds and warnings as JSON.")
    ] = False,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Dress the person of one photo in a garment, or in an outfit (upper and lower, a jacket over them or a dress)."""
    from tryon.images import save_png
    from tryon.outfit import dress_outfit, dressing_order

    categories = _categories_for(garment, category)
    check_choice("--garment-photo", garment_photo, PHOTOS)
    check_choice("--tuck", tuck, ("auto", "in", "out"))
    pipeline = load_pipeline(weights, device)
    started = time.perf_counter()
    milliseconds: dict[str, float] = {}
    garments = [
        understand_garment(pipeline, path, milliseconds, category=wanted, photo=garment_photo)
        for path, wanted in zip(garment, categories)
    ]
    dressing_order(garments)  # says what does not go together before the photo is looked at
    worn = understand_person(pipeline, person, milliseconds)
    result = dress_outfit(pipeline, worn, garments, stages=stages is not None, tuck=tuck, fit=fit)  # type: ignore[arg-type]
    for stage, value in result.timings.items():
        milliseconds[stage] = milliseconds.get(stage, 0.0) + value
    if stages is not None:
        for step in result.steps:
            _save_stages(step, stages / step.category if len(garments) > 1 else stages)
    milliseconds["total"] = (time.perf_counter() - started) * 1000
    save_png(result.image, out)
    warnings = list(dict.fromkeys((*worn.warnings, *result.warnings)))
    if as_json_:
        typer.echo(
            as_json(
                {
                    "category": "+".join(result.categories),
                    "label": [garments[index].label for index in dressing_order(garments)],
                    "milliseconds": rounded(milliseconds),
                    "warnings": warnings,
                    "out": str(out),
                }
            )
        )
        return
    for warning in warnings:
        print(f"warning: {warning}", file=sys.stderr)
    typer.echo(f"{out}  ({milliseconds['total'] / 1000:.1f} s)")


def _categories_for(garments: list[Path], categories: list[str] | None) -> list[str]:
    if len(garments) > MOST_GARMENTS:
        raise BadRequestError(f"{len(garments)} garments were given. An outfit is one to {MOST_GARMENTS} garments.")
    if not categories:
        return ["auto"] * len(garments)
    if len(categories) != len(garments):
        raise BadRequestError("Give --category once for each --garment, in the same order, or not at all.")
    return [check_category(value) for value in categories]


def _save_stages(result: TryOnResult, folder: Path) -> None:
    from tryon.images import save_png

    for number, (name, picture) in enumerate(result.stages.items(), 1):
        save_png(picture, folder / f"{number:02d}_{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}.png")


@dataclass(frozen=True)
class Pair:
    """A row of ``pairs.csv``."""

    person: str
    garment: str
    category: str


def batch(
    pairs: Annotated[Path, typer.Option(help="CSV with the columns person, garment, category (may be empty).")],
    out_dir: Annotated[Path, typer.Option(help="Folder for 0000.png, 0001.png, ... and results.csv.")],
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Dress many people: one result for each row, and results.csv with what became of each.

    Paths in the CSV are taken from the CSV's folder, or else from where the command runs. A row that
    fails is reported and does not stop the rest; the status is 1 only where every row failed.
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    rows = read_pairs(pairs)
    _make_folder(out_dir)
    dresser = _Dresser(load_pipeline(weights, device), pairs.parent)
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("dressing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    failed = 0
    with (
        open(out_dir / "results.csv", "w", newline="", encoding="utf-8") as file,
        Progress(*columns, console=console) as progress,
    ):
        table = csv.DictWriter(file, RESULT_COLUMNS)
        table.writeheader()
        for number, pair in enumerate(progress.track(rows)):
            row = dresser.dress_row(pair, out_dir / f"{number:04d}.png")
            failed += row["status"] == "error"
            if row["status"] == "error":
                console.print(f"row {number}: {row['error']}", markup=False)
            table.writerow({"row": number, **row})
            file.flush()  # what is done stays known if the run is stopped
    typer.echo(f"{len(rows) - failed} of {len(rows)} rows done; see {out_dir / 'results.csv'}")
    if rows and failed == len(rows):
        raise typer.Exit(1)


def read_pairs(path: Path) -> list[Pair]:
    """Read ``pairs.csv``.

    Raises:
        BadRequestError: no such file, not a table, or a column is missing.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in ("person", "garment") if name not in (reader.fieldnames or [])]
            if missing:
                raise BadRequestError(
                    f"{path} has no column {' and no column '.join(missing)}. "
                    "Its first line must be 'person,garment,category'."
                )
            return [
                Pair(*((row.get(name) or "").strip() for name in ("person", "garment", "category"))) for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRequestError(f"The list of pairs {path} cannot be read: {error}. Give a CSV file in UTF-8.") from error


class _Dresser:
    """Dresses rows, keeping what was understood of the last persons and garments."""

    def __init__(self, pipeline: TryOnPipeline, folder: Path) -> None:
        self._pipeline, self._folder = pipeline, folder
        self._persons: RecentlySeen[Person] = RecentlySeen()
        self._garments: RecentlySeen[Garment] = RecentlySeen()

    def dress_row(self, pair: Pair, out: Path) -> dict[str, Any]:
        """Write one result; what to note in ``results.csv``, errors included."""
        from tryon.images import save_png

        started = time.perf_counter()
        row: dict[str, Any] = {"status": "ok", "error": "", "category": ""}
        try:
            result = self._dress(pair)
            save_png(result.image, out)
            row["category"] = result.category
        except TryOnError as error:
            row.update(status="error", error=str(error))
        except Exception as error:  # a fault in one row must not lose the others
            row.update(status="error", error=f"A fault in the program ({type(error).__name__}: {error}).")
        if row["status"] == "error":
            out.unlink(missing_ok=True)  # a result of an earlier run would pass for this one's
        row["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
        return row

    def _dress(self, pair: Pair) -> TryOnResult:
        if not pair.person or not pair.garment:
            raise BadRequestError(f"The row has no {'garment' if pair.person else 'person'}. Fill in both.")
        category = check_category(pair.category, "category")
        person, garment = self._find(pair.person), self._find(pair.garment)
        worn = self._persons.get(
            person, lambda: understand_person(self._pipeline, person, {}), lambda value: value.mask_f32.size
        )
        piece = self._garments.get(
            (garment, category),
            lambda: understand_garment(self._pipeline, garment, {}, category=category),
            lambda value: value.alpha_f32.size,
        )
        return self._pipeline.dress(worn, piece)

    def _find(self, name: str) -> Path:
        beside = self._folder / name
        return beside if beside.exists() else Path(name)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadRequestError(f"The folder {folder} cannot be made: {error.strerror}. Choose another place.") from error
