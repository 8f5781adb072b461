"""What a catalogue takes on 1, 10 and 100 machines, from a run measured here.

    python -m tryon.trials.scale --pairs 200 --workers 2 --cores 2 --price 0.04

Dresses virtual models in the gallery's garments with ``batch --engine ray``. Then:

    hours = (start + the larger of rows x seconds a row / (machines x workers a machine) and rows x dispatch) / 3600

where seconds a row are those of a core (a worker has one), and ``dispatch`` those of the one process that gives out all
work. Both are processor time, so that other work on the machine does not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tryon.cli_batch_ray import PIPELINE, WORK, Cluster, dress_with_ray
from tryon.cli_batch_rows import Rows, read_pairs

ROOT = Path(__file__).resolve().parents[2]
MACHINES = (1, 10, 100)
CATALOGUE = 10_000


@dataclass(frozen=True)
class Measured:
    """A run.

    start_s: until the first rows were done. row_s: processor seconds a row, which do not depend on who else uses the
    machine. wall_s: seconds of the clock a row, of all workers together. dispatch_s: processor seconds a row of the
    process that gives out the work.
    """

    rows: int
    failed: int
    workers: int
    start_s: float
    row_s: float
    wall_s: float
    dispatch_s: float = 0.0


@dataclass(frozen=True)
class Cost:
    """What a catalogue takes. price: of all core-hours, in the currency of the price given."""

    machines: int
    pairs_an_hour: float
    hours: float
    core_hours: float
    price: float


def cost_of(measured: Measured, *, machines: int, cores: int, price: float, rows: int = CATALOGUE) -> Cost:
    """Extrapolate a run to more machines like this one.

    Args:
        measured: on one machine.
        machines: how many. cores: of each, which are paid while it runs.
        price: of a core-hour. rows: of the catalogue.
    """
    work = rows * measured.row_s / (machines * measured.workers)
    seconds = measured.start_s + max(work, rows * measured.dispatch_s)
    core_hours = seconds / 3600 * machines * cores
    return Cost(machines, rows / seconds * 3600, seconds / 3600, core_hours, core_hours * price)


def table(costs: Sequence[Cost]) -> str:
    """The costs as Markdown.

    Args:
        costs: one for each row.
    """
    head = f"| machines | pairs an hour | hours for {CATALOGUE:,} pairs | core-hours | price |\n|---|---|---|---|---|\n"
    return head + "".join(
        f"| {c.machines} | {c.pairs_an_hour:,.0f} | {c.hours:.2f} | {c.core_hours:.1f} | {c.price:.2f} |\n"
        for c in costs
    )


def write_list(path: Path, count: int) -> None:
    """Write a list of pairs: the virtual models, each in garments of the gallery.

    Args:
        path: of the CSV. count: of the pairs.
    """
    manifest = json.loads((ROOT / "assets/manifest.json").read_text("utf-8"))
    people, garments = manifest["models"], manifest["garments"]
    with open(path, "w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(("person", "garment", "category"))
        for number in range(count):
            person = people[number * len(people) // count]
            lines.writerow(
                (ROOT / "assets" / person["file"], ROOT / "assets" / garments[number % len(garments)]["file"], "")
            )


def measure(count: int, workers: int, *, pipeline: str = PIPELINE) -> Measured:
    """Dress a list of pairs here.

    Args:
        count: of pairs. workers: at a time, of one core each. pipeline: see ``dress_with_ray``.
    """
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept)
        write_list(folder / "pairs.csv", count)
        rows = Rows(read_pairs(folder / "pairs.csv"), folder, folder / "out", None)
        rows.prepare()
        began, first, failed = time.monotonic(), 0.0, 0
        done, work, mine = 0, 0.0, time.process_time()
        for row in dress_with_ray(rows, rows.missing(), Cluster(workers=workers), pipeline=pipeline):
            first = first or time.monotonic() - began
            done, work = done + 1, work + float(row[WORK])
            failed += row["status"] == "error"
        seconds = time.monotonic() - began - first
        # what was done when the first rows arrived is not in the time after them: a bundle of each worker
        counted = max(1, done - 8 * workers)
        mine = time.process_time() - mine
        return Measured(done, failed, workers, first, work / done, seconds / counted, mine / done)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its status."""
    parser = argparse.ArgumentParser(prog="python -m tryon.trials.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2, help="at a time, of one core each")
    parser.add_argument("--cores", type=int, default=2, help="of a machine")
    parser.add_argument("--price", type=float, default=0.04, help="of a core-hour")
    parser.add_argument("--measured", type=Path, help="a report of before, to tell the costs at another price")
    parser.add_argument("--out", type=Path, help="write what was measured here")
    asked = parser.parse_args(arguments)
    if asked.measured:
        told = json.loads(asked.measured.read_text("utf-8"))
    else:
        told = asdict(measure(asked.pairs, asked.workers))
    if asked.out:
        asked.out.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    run = Measured(**told)
    print(
        f"{run.rows} rows, {run.failed} failed, {run.row_s:.2f} s of a core a row, {run.wall_s:.2f} s of the clock for "
        f"{run.workers} workers, the first after {run.start_s:.0f} s"
    )
    print(f"{run.dispatch_s * 1000:.1f} ms a row to give out the work")
    costs = [cost_of(run, machines=machines, cores=asked.cores, price=asked.price) for machines in MACHINES]
    print(table(costs), end="")
    return int(run.failed > 0)


if __name__ == "__main__":
    sys.exit(main())
