"""The commands that show what is understood: ``parse`` for people, ``garment`` for garments."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import typer

from tryon.cli_common import (
    PHOTOS,
    DeviceOption,
    WeightsOption,
    as_json,
    check_category,
    check_choice,
    load_pipeline,
    understand_garment,
    understand_person,
    unique_stems,
)
from tryon.errors import BadRequestError, TryOnError
from tryon.types import LABELS

if TYPE_CHECKING:
    from tryon.types import Garment


def parse(
    image: Annotated[list[Path], typer.Option(help="A photo of a person; may be given several times.")],
    out: Annotated[Path | None, typer.Option(help="The label picture, an indexed PNG (for one photo).")] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Folder for <stem>.png of each photo.")] = None,
    overlay: Annotated[bool, typer.Option("--overlay", help="Also write <stem>.overlay.png to look at.")] = False,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Label every pixel of a photo: an 8-bit indexed PNG of its size, and labels.json (index to name) beside it.

    Of several photos, one that is refused is reported and does not stop the rest; the status is then 1.
    """
    from tryon.images import encode_indexed_png, encode_png, write_atomically
    from tryon.stages import LABEL_COLOURS, draw_overlay

    targets = _targets(image, out, out_dir, "--image")
    pipeline = load_pipeline(weights, device)
    names = as_json({str(index): name for index, name in enumerate(LABELS)})
    write_atomically(targets[0].parent / "labels.json", names.encode())

    def label(path: Path, target: Path) -> None:
        person = understand_person(pipeline, path, {})
        write_atomically(target, encode_indexed_png(person.labels_u8, LABEL_COLOURS))
        if overlay:
            drawn = encode_png(draw_overlay(person.image_u8, person.labels_u8))
            write_atomically(target.with_suffix(".overlay.png"), drawn)

    _refuse_failed(_for_each(image, targets, label), len(image))


def garment(
    image: Annotated[list[Path], typer.Option(help="A garment's picture; may be given several times.")],
    out: Annotated[Path | None, typer.Option(help="The cut-out, a PNG with transparency (for one picture).")] = None,
    out_dir: Annotated[Path | None, typer.Option(help="Folder for <stem>.png of each, and garments.json.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print what was understood as JSON.")] = False,
    category: Annotated[str, typer.Option(help="auto, upper, lower or dress.")] = "auto",
    garment_photo: Annotated[str, typer.Option(help="auto, flat, or worn (a photo of someone wearing it).")] = "auto",
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Cut a garment out and tell its category, attributes and landmarks (pixels of its picture).

    Of several pictures, one that is refused is reported and does not stop the rest; the status is then 1.
    """
    from tryon.images import encode_png, write_atomically

    wanted = check_category(category)
    check_choice("--garment-photo", garment_photo, PHOTOS)
    if out is None and out_dir is None and as_json_ and len(image) == 1:
        targets: list[Path | None] = [None]  # only the description is wanted
    else:
        targets = list(_targets(image, out, out_dir, "--image"))
    pipeline = load_pipeline(weights, device)
    described: dict[str, Any] = {}

    def cut_out(path: Path, target: Path | None) -> None:
        found = understand_garment(pipeline, path, {}, category=wanted, photo=garment_photo)
        if target is not None:
            alpha = np.rint(np.clip(found.alpha_f32, 0, 1) * 255).astype(np.uint8)
            write_atomically(target, encode_png(np.dstack([found.image_u8, alpha])))
        described[path.stem] = describe(found)

    failed = _for_each(image, targets, cut_out)
    if out_dir is not None:
        write_atomically(out_dir / "garments.json", as_json(described).encode())
    if as_json_:
        typer.echo(as_json(described if len(image) > 1 else described[image[0].stem]))
    _refuse_failed(failed, len(image))


def describe(found: Garment) -> dict[str, Any]:
    """What is known of a garment, for JSON: probabilities, attributes, landmarks in pixels; see ``garment_facts``."""
    from tryon.garment.facts import garment_facts

    facts = garment_facts(found)
    return {"category": facts.pop("category_probability"), "chosen": found.category, **facts}


def _targets(images: list[Path], out: Path | None, out_dir: Path | None, option: str) -> list[Path]:
    """Where each result goes; either ``--out`` for one picture or ``--out-dir`` for any number."""
    if (out is None) == (out_dir is None):
        raise BadRequestError("Say where the result goes: --out FILE for one picture, or --out-dir FOLDER.")
    if out is not None:
        if len(images) > 1:
            raise BadRequestError(f"{len(images)} pictures do not fit into one --out file. Use --out-dir.")
        return [out]
    assert out_dir is not None
    return [out_dir / f"{stem}.png" for stem in unique_stems(images, option)]


def _for_each(images: list[Path], targets: list[Any], work: Callable[[Path, Any], None]) -> int:
    """Do the work for each picture; of several, report those that are refused and return how many."""
    if len(images) == 1:
        work(images[0], targets[0])
        return 0
    failed = 0
    for path, target in zip(images, targets):
        try:
            work(path, target)
        except TryOnError as error:
            failed += 1
            print(f"error: {path}: {error}", file=sys.stderr)
    return failed


def _refuse_failed(failed: int, count: int) -> None:
    if failed:
        raise BadRequestError(f"{failed} of {count} pictures were refused; the others are done.")
