"""The command line: ``python -m tryon try|batch|parse|garment|gallery|style|recommend|lookbook|bench|train|…``.

This module gathers the commands and turns errors into one sentence and a status; the commands
themselves live in the modules beside it. The networks load when a command needs them, so that
``--help`` and usage errors answer at once.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import click
import typer

from tryon import __version__
from tryon.cli_batch import batch
from tryon.cli_bench import bench
from tryon.cli_design import design
from tryon.cli_gallery import gallery
from tryon.cli_look import garment, parse
from tryon.cli_lookbook import lookbook
from tryon.cli_recommend import recommend
from tryon.cli_style import style
from tryon.cli_train import evaluate, prepare, synth, train
from tryon.cli_wear import try_on
from tryon.errors import TryOnError

FAILED, MISUSED, INTERRUPTED, BROKEN = 1, 2, 130, 70  # 70: sysexits.h's "internal software error"

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Virtual try-on: a photo of a person and a picture of a garment become the person wearing it.",
)
app.command("try")(try_on)
app.command("batch")(batch)
app.command("parse")(parse)
app.command("garment")(garment)
app.command("bench")(bench)
app.command("style")(style)
app.command("design")(design)
app.add_typer(gallery, name="gallery")
app.command("recommend")(recommend)
app.command("lookbook")(lookbook)
_PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
# their --help is the trainer's own, made from its settings
app.command("prepare", context_settings=_PASS_ON, add_help_option=False)(prepare)
app.command("synth", context_settings=_PASS_ON, add_help_option=False)(synth)
app.command("train", context_settings=_PASS_ON, add_help_option=False)(train)
app.command("evaluate", context_settings=_PASS_ON, add_help_option=False)(evaluate)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the process's exit status.

    Args:
        arguments: without the program's name; the process's own where None.

    Returns:
        0, or 1 for a refusal, 2 for wrong usage, 130 for an interrupt, 70 for a fault of the program.
    """
    # The native libraries' chatter would hide the one sentence that matters.
    os.environ.setdefault("GLOG_minloglevel", "3")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        status = app(list(sys.argv[1:] if arguments is None else arguments), prog_name="tryon", standalone_mode=False)
    except TryOnError as error:
        return _fail(str(error), FAILED)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f" Try: {context.command_path} --help" if context is not None else ""
        return _fail(f"{error.format_message()}{hint}", MISUSED)
    except (KeyboardInterrupt, click.Abort):
        return _fail("Stopped.", INTERRUPTED)
    except BrokenPipeError:  # the reader of our output has gone, as with `| head`
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - lives until the process ends
        return FAILED
    except Exception as error:
        if os.environ.get("TRYON_TRACEBACK"):
            raise
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return _fail(f"A fault in the program ({reason}). Set TRYON_TRACEBACK=1 to see where.", BROKEN)
    return status if isinstance(status, int) else 0


def _fail(sentence: str, status: int) -> int:
    print(f"error: {sentence}", file=sys.stderr)
    return status
