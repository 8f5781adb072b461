"""The command ``bench``: how fast the pipeline is on this machine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from tryon.cli_common import DeviceOption, WeightsOption, as_json
from tryon.errors import BadRequestError


def bench(
    as_json_: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    runs: Annotated[int, typer.Option(min=1, help="Timed runs of each kind.")] = 20,
    start: Annotated[bool, typer.Option(help="Also start the page and time it until it answers.")] = True,
    person: Annotated[Path | None, typer.Option(help="A photo, instead of the virtual models.")] = None,
    garment: Annotated[list[Path] | None, typer.Option(help="Garments, instead of the gallery's.")] = None,
    compare: Annotated[Path | None, typer.Option(help="A saved run (bench --json > FILE) to compare with.")] = None,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Time a new photo, a garment switch, small frames and the start, on a 768x1024 picture."""
    from tryon.evaluation.bench import BenchSettings, compare_with, measure
    from tryon.memory import use_one_pool

    saved = None if compare is None else _saved(compare)
    use_one_pool()  # as the page does
    figures = measure(
        BenchSettings(
            runs=runs, start=start, person=person, garments=tuple(garment or ()), device=device, weights=weights
        )
    )
    rows = [] if saved is None else compare_with(figures, saved)
    if as_json_:
        told = {name: {"now": now, "then": then, "ratio": round(ratio, 3)} for name, now, then, ratio in rows}
        typer.echo(as_json({**figures, "compared": told} if rows else figures))
        return
    typer.echo(f"new photo       {figures['new_photo_ms']['p50']:7.0f} ms  (95%: {figures['new_photo_ms']['p95']:.0f})")
    switch = figures["garment_switch_ms"]
    typer.echo(f"garment switch  {switch['p50']:7.0f} ms  (95%: {switch['p95']:.0f})")
    typer.echo(f"small frames    {figures['live_fps']:7.1f} a second")
    typer.echo(f"import          {figures['import_s']:7.1f} s")
    if figures["start_s"] is not None:
        typer.echo(f"page ready      {figures['start_s']:7.1f} s")
    if figures["peak_memory_mb"] is not None:
        typer.echo(f"peak memory     {figures['peak_memory_mb']:7.0f} MB")
    typer.echo(f"weights         {figures['weights_mb']:7.1f} MB")
    for stage, value in figures["stages"].items():
        typer.echo(f"  {stage:24s}{value:7.1f} ms")
    typer.echo("\nstage                          ms    GFLOP  alone ms  GFLOP/s  share of the achievable")
    for path, needs in figures["arithmetic"].items():
        share = needs["plain_ms"] / needs["ms"] if needs["ms"] else 0.0
        numbers = f"{needs['ms']:7.1f}{needs['gflop']:9.2f}{needs['plain_ms']:10.1f}{needs['gflops']:9.0f}"
        typer.echo(f"  {path:24s}{numbers}{share:9.0%}")
    for name, now, then, ratio in rows:
        typer.echo(f"  {name:44s}{now:10.2f}{then:10.2f}{ratio:8.2f}x")


def _saved(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError:
        raise BadRequestError(f"{path} cannot be read. Make it with: bench --json > {path.name}") from None
    except ValueError:
        raise BadRequestError(f"{path} holds no JSON. Make it with: bench --json > {path.name}") from None
    if not isinstance(found, dict):
        raise BadRequestError(f"{path} holds no figures. Make it with: bench --json > {path.name}")
    return found
