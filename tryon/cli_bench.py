"""The command ``bench``: how fast the pipeline is on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tryon.cli_common import DeviceOption, WeightsOption, as_json


def bench(
    as_json_: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    runs: Annotated[int, typer.Option(min=1, help="Timed runs of each kind.")] = 20,
    start: Annotated[bool, typer.Option(help="Also start the page and time it until it answers.")] = True,
    person: Annotated[Path | None, typer.Option(help="A photo, instead of the virtual models.")] = None,
    garment: Annotated[list[Path] | None, typer.Option(help="Garments, instead of the gallery's.")] = None,
    device: DeviceOption = "cpu",
    weights: WeightsOption = None,
) -> None:
    """Time a new photo, a garment switch, small frames and the start, on a 768x1024 picture."""
    from tryon.evaluation.bench import BenchSettings, measure

    figures = measure(
        BenchSettings(
            runs=runs, start=start, person=person, garments=tuple(garment or ()), device=device, weights=weights
        )
    )
    if as_json_:
        typer.echo(as_json(figures))
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
