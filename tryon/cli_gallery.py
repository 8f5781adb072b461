"""The commands that change the gallery: ``gallery add``, ``gallery list``, ``gallery remove``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tryon.cli_common import DeviceOption, WeightsOption, as_json, check_category, check_choice, load_pipeline
from tryon.errors import BadRequestError
from tryon.types import ATTRIBUTES, CATEGORIES

gallery = typer.Typer(no_args_is_help=True, help="The garments that the page offers: add one, list them, take one out.")
AssetsOption = Annotated[Path | None, typer.Option(help="Assets folder of manifest.json; the repository's by default.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the manifest's entries as JSON.")]


def _folder(assets: Path | None) -> Path:
    return assets or Path(__file__).resolve().parents[1] / "assets"


@gallery.command("add")
def add(
    picture: Annotated[Path, typer.Argument(help="A picture of one garment, or of somebody wearing it.")],
    name: Annotated[str, typer.Option(help="What it is called; from the file's name by default.")] = "",
    name_zh: Annotated[str, typer.Option(help="What it is called in Chinese.")] = "",
    category: Annotated[str, typer.Option(help="auto, upper, lower or dress.")] = "auto",
    front: Annotated[str, typer.Option(help="auto, or open for a jacket that is worn open, or closed.")] = "auto",
    colour: Annotated[
        list[str] | None, typer.Option(help="For the filter; may be given several times; from the picture by default.")
    ] = None,
    assets: AssetsOption = None,
    as_json_: JsonOption = False,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Understand a garment's picture and add it to the gallery; the page shows it at its next start."""
    from tryon.garment.colours import COLOURS
    from tryon.ui.gallery_edit import Wish, add_garment

    wanted = check_category(category)
    check_choice("--front", front, ("auto", *ATTRIBUTES["front"]))
    for word in colour or ():
        check_choice("--colour", word, COLOURS)
    if not picture.is_file():
        raise BadRequestError(f"There is no picture at {picture}.")
    told = "" if front == "auto" else front
    wish = Wish(name, name_zh, wanted, told, tuple(colour or ()))
    folder = _folder(assets)
    entry = add_garment(picture, folder, load_pipeline(weights, device), wish)
    if as_json_:
        typer.echo(as_json(entry))
    else:
        typer.echo(f"{entry['id']}: {entry['name']} ({entry['label']}, {entry['category']}) is in {folder}.")


@gallery.command("list")
def list_(
    assets: AssetsOption = None,
    category: Annotated[str, typer.Option(help="auto (all), upper, lower or dress.")] = "auto",
    as_json_: JsonOption = False,
) -> None:
    """List the garments of the gallery."""
    from tryon.ui.gallery_edit import list_garments

    wanted = check_category(category)
    entries = [e for e in list_garments(_folder(assets)) if wanted == "auto" or e.get("category") == wanted]
    if as_json_:
        typer.echo(as_json(entries))
        return
    for entry in sorted(entries, key=lambda e: CATEGORIES.index(e.get("category", "upper"))):
        colours = ", ".join(entry.get("colours", ()))
        typer.echo(f"{entry.get('id', ''):24} {entry.get('category', ''):6} {entry.get('name', '')} ({colours})")


@gallery.command("remove")
def remove(
    identity: Annotated[str, typer.Argument(metavar="ID", help="As `gallery list` shows it.")],
    assets: AssetsOption = None,
) -> None:
    """Take a garment out of the gallery, and its files out of the folder."""
    from tryon.ui.gallery_edit import remove_garment

    entry = remove_garment(identity, _folder(assets))
    typer.echo(f"{identity}: {entry.get('name', '')} is no longer in the gallery.")
