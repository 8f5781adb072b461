"""The command ``try``, which dresses the person of one picture; ``cli_batch`` has the one for a list of pairs."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tryon.cli_common import (
    PHOTOS,
    DeviceOption,
    WeightsOption,
    as_json,
    check_category,
    check_choice,
    load_pipeline,
    rounded,
    understand_garment,
    understand_person,
)
from tryon.errors import BadRequestError

if TYPE_CHECKING:
    from tryon.types import TryOnResult

MOST_GARMENTS = 3  # of ``tryon.outfit``, which is heavy to import


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
    from tryon.images import write_atomically
    from tryon.outfit import dress_outfit, dressing_order
    from tryon.sharing.kinds import marked_png

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
    write_atomically(out, marked_png(result.image))
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
