"""The commands ``prepare``, ``synth``, ``train``, ``evaluate``: they import the part asked for, and no other."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import click
import typer

from tryon.cli_common import as_json
from tryon.cli_settings import settings_command
from tryon.errors import BadRequestError

# what -> module, settings class, function
PREPARATIONS = {
    "people": ("tryon.cli_train", "PeopleSettings", "prepare_people"),
    "garments": ("tryon.training.prepare_garments", "PrepareSettings", "prepare_garments"),
    "drawn-garments": ("tryon.training.garment_drawn", "DrawnSettings", "draw_garments"),
    "rendered-garments": ("tryon.training.garment_rendered", "RenderedSettings", "render_garments"),
    "garment-labels": ("tryon.training.garment_relabel", "RelabelSettings", "relabel_garments"),
    "pseudo-labels": ("tryon.training.pseudo_labels", "PseudoSettings", "prepare_pseudo_labels"),
    "pairs": ("tryon.training.prepare_pairs", "PairSettings", "prepare_pairs"),
    "limb-light": ("tryon.training.limb_light", "LimbLightSettings", "prepare_limb_light"),
    "designs": ("tryon.training.prepare_designs", "DesignPhotoSettings", "prepare_designs"),
    "drawn-designs": ("tryon.synth.design_records", "DesignRecordSettings", "draw_records"),
    "swatches": ("tryon.synth.design_swatches", "SwatchSettings", "draw_swatches"),
}
# network -> module, settings class, function
TRAINERS = {
    "parser": ("tryon.training.parser", "ParserSettings", "train_parser"),
    "garment": ("tryon.training.garment", "GarmentSettings", "train_garment"),
    "warper": ("tryon.training.warper", "WarperSettings", "train_warper"),
    "generator": ("tryon.training.generator", "GeneratorSettings", "train_generator"),
    "live": ("tryon.training.live", "LiveTrainSettings", "train_live"),
    "placement": ("tryon.training.placement", "PlacementTraining", "train_placement"),
    "designer": ("tryon.training.designer", "DesignerSettings", "train_designer"),
    "everything": ("tryon.training.everything", "EverythingSettings", "train_everything"),
}
SYNTHESIS = ("tryon.synth.synthesize", "SynthSettings", "synthesize")
EVALUATION = ("tryon.evaluation.evaluate", "EvaluateSettings", "evaluate")


@dataclass(frozen=True)
class PeopleSettings:
    """Write the shards of street photos: picture, labels, mask and pose of each person."""

    data: Path = field(
        default_factory=lambda: Path(os.environ.get("TRYON_DATA") or "../shared/data"),
        metadata={"help": "folder of the open data"},
    )
    out: Path = field(default=Path("data/people"), metadata={"help": "folder for the shards"})


def prepare_people(settings: PeopleSettings) -> None:
    """Prepare the street photos; see ``tryon.training.prepare_people``."""
    from tryon.training import prepare_people as people

    if not (settings.data / "people").is_dir():
        raise BadRequestError(f"There is no folder people in {settings.data}. Name the open data's folder with --data.")
    count = people.prepare_people(settings.data, settings.out)
    typer.echo(f"{count} people written to {settings.out}")


def prepare(
    context: typer.Context,
    what: Annotated[str | None, typer.Argument(metavar="|".join(PREPARATIONS), help="What to prepare.")] = None,
) -> None:
    """Turn the open data into the compact shards that training reads; ``prepare people --help`` shows options."""
    if what in (None, "--help"):
        typer.echo(context.get_help())
        return
    if what not in PREPARATIONS:
        raise BadRequestError(f"There is nothing called {what!r} to prepare. Use one of {', '.join(PREPARATIONS)}.")
    _run(f"tryon prepare {what}", PREPARATIONS[what], context.args)


def train(
    context: typer.Context,
    network: Annotated[str | None, typer.Argument(metavar="|".join(TRAINERS), help="Which network to train.")] = None,
) -> None:
    """Train a network on the open data; ``train parser --help`` shows its options.

    Each trainer is seeded, resumes from its last checkpoint, stops cleanly at --minutes, and with
    --smoke runs through everything in under a minute.
    """
    if network in (None, "--help"):
        typer.echo(context.get_help())
        return
    if network not in TRAINERS:
        raise BadRequestError(f"There is no trainer for {network!r}. Use one of {', '.join(TRAINERS)}.")
    _run(f"tryon train {network}", TRAINERS[network], context.args)


def evaluate(context: typer.Context) -> None:
    """Measure the networks on the validation split; ``evaluate --help`` shows the options."""
    _run("tryon evaluate", EVALUATION, context.args)


def synth(context: typer.Context) -> None:
    """Draw people in clothes with all labels, in shards for training; ``--preview --out P.png`` draws a sheet."""
    _run("tryon synth", SYNTHESIS, context.args)


def _run(name: str, where: tuple[str, str, str], arguments: list[str]) -> None:
    """Import, parse the arguments that are left, run, and print what is returned."""
    module_name, settings_name, function_name = where
    try:
        module = import_module(module_name)
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("tryon"):
            raise
        raise BadRequestError(
            f"The package {error.name} is missing. Install it with: pip install -r requirements-dev.txt"
        ) from error

    def work(settings: Any) -> None:
        try:
            figures = getattr(module, function_name)(settings)
        except FileNotFoundError as error:
            raise BadRequestError(f"{error.filename} was not found. See {name} --help for the folders.") from error
        if isinstance(figures, dict):
            typer.echo(as_json(figures))

    command: click.Command = settings_command(name, getattr(module, settings_name), work)
    command.main(arguments, prog_name=name, standalone_mode=False)
