"""The command ``batch``, which dresses a list of pairs: in this process, or by many workers through Ray."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tryon.cli_batch_rows import Dresser, Rows, read_pairs
from tryon.cli_common import DeviceOption, WeightsOption, check_choice, load_pipeline
from tryon.errors import BadRequestError

ENGINES = ("plain", "ray")


def batch(
    pairs: Annotated[Path, typer.Option(help="CSV with the columns person, garment, category (may be empty).")],
    out_dir: Annotated[Path, typer.Option(help="Folder for 0000.png, 0001.png, ... and results.csv.")],
    engine: Annotated[
        str, typer.Option(help="plain: in this process. ray: by many workers (requirements-ray.txt).")
    ] = "plain",
    workers: Annotated[int, typer.Option(help="With ray: how many at a time; 0: as many as the cores allow.")] = 0,
    cores: Annotated[int, typer.Option(help="With ray: cores of a worker.")] = 1,
    address: Annotated[
        str, typer.Option(help="With ray: of a cluster that runs, or auto; empty starts one here.")
    ] = "",
    fresh: Annotated[bool, typer.Option("--fresh", help="Do all rows, not only those that are missing.")] = False,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Dress many people: one result for each row, and results.csv with what became of each.

    Paths in the CSV are taken from the CSV's folder, or else from where the command runs. A row that
    fails is reported and does not stop the rest; the status is 1 only where every row failed. A second start does
    only the rows that are missing, failed, or of pictures or weights that have changed.
    """
    check_choice("--engine", engine, ENGINES)
    if workers < 0 or cores < 1:
        raise BadRequestError("--workers is 0 or more, --cores 1 or more.")
    rows = Rows(read_pairs(pairs), pairs.parent, out_dir, weights)
    rows.prepare(fresh=fresh)
    missing = rows.missing()
    done: Iterable[dict[str, Any]]
    if engine == "ray":
        from tryon.cli_batch_ray import Cluster, dress_with_ray

        done = dress_with_ray(rows, missing, Cluster(address, workers, cores), device=device, weights=weights)
    else:
        done = _one_by_one(rows, missing, device, weights)
    told: list[dict[str, Any]] = []
    rows.put_together()  # the table is there from the first minute on, with what was done before
    try:
        _follow(done, len(missing), told)
    finally:  # what is done is told, also where the run is stopped
        results = rows.put_together(told)
    failed = sum(row["status"] == "error" for row in results)
    kept = f", {len(results) - len(missing)} of them before" if len(missing) < len(results) else ""
    typer.echo(f"{len(results) - failed} of {len(results)} rows done{kept}; see {out_dir / 'results.csv'}")
    if results and failed == len(results):
        raise typer.Exit(1)


def _one_by_one(rows: Rows, missing: list[int], device: str, weights: Path | None) -> Iterator[dict[str, Any]]:
    dresser = Dresser(load_pipeline(weights, device), rows)
    for number in missing:
        yield dresser.dress_row(number)


def _follow(done: Iterable[dict[str, Any]], count: int, told: list[dict[str, Any]]) -> None:
    """Show how far the work is and which rows fail; each row goes into ``told`` at once."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (TextColumn("dressing"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        for row in progress.track(done, total=count):
            told.append(row)
            if row["status"] == "error":
                console.print(f"row {row['row']}: {row['error']}", markup=False)
