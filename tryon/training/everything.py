"""All networks from the open data by one command: ``python -m tryon train everything``.

Each step is a command of its own (``--show`` prints them); what is done is written down, so that a second start goes
on where the first was stopped. The new weights go to a folder of their own: whether they are better than the shipped
ones is to be measured first.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tryon.errors import BadRequestError
from tryon.settings import open_data_dir, setting

NAMES = ("parser", "garment", "placement", "warper", "generator", "live", "designer")


@dataclass(frozen=True)
class EverythingSettings:
    """Prepare the open data and train every network on it, one after the other; days on a CPU, hours on a GPU."""

    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA)")
    run: Path = setting(Path("runs/everything"), "folder for logs, checkpoints and the new weights")
    minutes: float = setting(0.0, "for each training round; 0: all its updates")
    seed: int = setting(1, "of every training")
    first: str = setting("", "name of the step to begin with, as --show prints them")
    show: bool = setting(False, "print the commands and do nothing")
    smoke: bool = setting(False, "only the trainings, seconds each, on a few examples")


@dataclass(frozen=True)
class Step:
    """One command: a name, and the arguments after ``python -m tryon``."""

    name: str
    arguments: tuple[str, ...]


def steps_of(settings: EverythingSettings) -> list[Step]:
    """The commands in their order, as the model card names them."""
    s = settings
    new = s.run / "weights"

    def train(step: str, network: str, *more: str, apart: bool = False) -> Step:
        file = (s.run / step if apart else new) / f"{network}.safetensors"
        out = ("--run", str(s.run / step), "--out", str(file))
        limit = ("--minutes", str(s.minutes)) if s.minutes else ()
        return Step(step, ("train", network, *out, "--seed", str(s.seed), *limit, *more))

    def last(step: str, name: str = "last.pt") -> str:
        return str(s.run / step / name)

    people, rendered = ("--rendered", "data/records"), ("--weights", str(new))
    parser, recoloured = str(new / "parser.safetensors"), str(s.run / "parser_4" / "parser.safetensors")
    long = ("--pseudo-share", ".12", "--large-share", "1", "--batch", "54", "--reuse", "3",
            "--start", parser, "--rate", "8e-4", "--steps", "1300")  # fmt: skip
    long_ones = [str(s.run / step / "parser.safetensors") for step in ("parser_6", "parser_7")]
    return [
        Step("people", ("prepare", "people", "--data", str(s.data))),
        Step("synth", ("synth", "--data", str(s.data))),
        train("parser_1", "parser", *people, "--rendered-share", "1", "--cloths-share", "0", "--steps", "1200"),
        Step("pseudo_labels", ("prepare", "pseudo-labels", *rendered)),
        train("parser_2", "parser", *people, "--rendered-share", ".35", "--pseudo-share", ".12",
              "--cloths-share", "0", "--start", parser, "--rate", "8e-4", "--steps", "2600"),
        train("parser_3", "parser", *people, "--rendered-share", ".1", "--pseudo-share", ".12", "--distil", ".7",
              "--cloths-share", "0", "--large-share", ".55", "--start", parser, "--rate", "4e-4", "--steps", "600"),
        # photos in other colours; then what both trainings know, in one network
        train("parser_4", "parser", "--rendered-share", "0", "--pseudo-share", ".12", "--start", parser,
              "--rate", "8e-4", "--steps", "1300", apart=True),
        train("parser_5", "parser", *people, "--rendered-share", ".12", "--pseudo-share", ".12", "--distil", "1",
              "--cloths-share", ".5", "--large-share", ".55", "--start", f"{parser},{recoloured}",
              "--rate", "4e-4", "--steps", "600"),
        # two long rounds at run time's size, each with other examples; then the mean of all three
        train("parser_6", "parser", *people, *long, "--rendered-share", ".15", "--cloths-share", ".4",
              "--distil", ".7", apart=True),
        train("parser_7", "parser", *people, *long, "--rendered-share", ".05", "--cloths-share", ".5",
              "--distil", ".3", "--seed", str(s.seed + 1), apart=True),
        train("parser", "parser", "--start", ",".join([parser, *long_ones]), "--steps", "0"),
        Step("garments", ("prepare", "garments", "--data", str(s.data))),
        Step("drawn_garments", ("prepare", "drawn-garments")),
        Step("rendered_garments", ("prepare", "rendered-garments")),
        train("garment", "garment", "--rate", ".0009", "--round-steps", "100", "--epochs", "20"),
        Step("garment_labels", ("prepare", "garment-labels", *rendered)),
        train("garment_2", "garment", "--start", str(new / "garment.safetensors"), "--rate", ".0005",
              "--round-steps", "100", "--epochs", "6"),
        Step("pairs", ("prepare", "pairs", "--per-record", "2", *rendered)),
        train("placement", "placement"),
        train("warper", "warper"),
        Step("limb_light", ("prepare", "limb-light", "--out", str(new / "limb_light.safetensors"))),
        train("generator", "generator", "--windows", ".2", "--layout", "12", "--steps", "6000"),
        train("generator_2", "generator", "--windows", ".8", "--layout", "12", "--rate", "4e-4", "--steps", "1500",
              "--start-from", last("generator")),
        train("live", "live", "--teacher", str(new / "generator.safetensors")),
        Step("designs", ("prepare", "designs", "--data", str(s.data))),
        Step("drawn_designs", ("prepare", "drawn-designs")),
        Step("swatches", ("prepare", "swatches")),
        Step("designer", ("train", "designer", "--run", str(s.run / "designer"), "--out", str(new),
                          "--seed", str(s.seed), *(("--minutes", str(s.minutes)) if s.minutes else ()))),
        Step("figures", ("evaluate", "--weights", str(new), "--out", str(s.run / "evaluation.json"))),
    ]  # fmt: skip


def train_everything(settings: EverythingSettings) -> dict[str, str]:
    """Run the steps that are not done yet.

    Returns:
        What became of each: "done", "done before" or, with ``show``, its command.

    Raises:
        BadRequestError: a step failed (it is named; a second start begins with it), or ``first`` names none.
    """
    steps = steps_of(settings)
    if settings.smoke:
        rounds = [step for step in steps if step.arguments[0] == "train"]
        steps = [next(step for step in rounds if step.arguments[1] == name) for name in NAMES]
    names = [step.name for step in steps]
    if settings.first and settings.first not in names:
        raise BadRequestError(f"There is no step {settings.first!r}. Use one of {', '.join(names)}.")
    if settings.show:
        return {step.name: "python -m tryon " + " ".join(step.arguments) for step in steps}
    record = settings.run / "done.txt"
    done = set(record.read_text("utf-8").split()) if record.is_file() and not settings.smoke else set()
    if settings.first:  # begin again from there
        done = set(names[: names.index(settings.first)])
    settings.run.mkdir(parents=True, exist_ok=True)
    became: dict[str, str] = {}
    for step in steps:
        if step.name in done:
            became[step.name] = "done before"
            continue
        arguments = [*step.arguments, "--smoke"] if settings.smoke else list(step.arguments)
        print(f"== {step.name}: python -m tryon {' '.join(arguments)}", flush=True)
        status = subprocess.run([sys.executable, "-m", "tryon", *arguments], check=False).returncode
        if status:
            raise BadRequestError(f"The step {step.name} failed with status {status}; a second start begins with it.")
        became[step.name] = "done"
        if not settings.smoke:
            done.add(step.name)
            record.write_text("\n".join(name for name in names if name in done) + "\n", "utf-8")
    return became
