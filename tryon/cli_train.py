"""The commands ``train`` and ``evaluate``: they import the trainer that is asked for, and no other."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import click
import typer

from tryon.cli_common import as_json
from tryon.cli_settings import settings_command
from tryon.errors import BadRequestError

# network -> module, settings class, function
TRAINERS = {
    "parser": ("tryon.training.parser", "ParserSettings", "train_parser"),
    "garment": ("tryon.training.garment", "GarmentSettings", "train_garment"),
    "generator": ("tryon.training.generator", "GeneratorSettings", "train_generator"),
}
EVALUATION = ("tryon.evaluation.evaluate", "EvaluateSettings", "evaluate")


def train(
    context: typer.Context,
    network: Annotated[
        str | None, typer.Argument(metavar="parser|garment|generator", help="Which network to train.")
    ] = None,
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
        figures = getattr(module, function_name)(settings)
        if figures is not None:
            typer.echo(as_json(figures))

    command: click.Command = settings_command(name, getattr(module, settings_name), work)
    command.main(arguments, prog_name=name, standalone_mode=False)
