"""Make shards of records: several processes, a progress bar, resumable; the same seed gives the same bytes.

``python -m tryon synth --out data/records`` makes all that training needs; ``--preview --out sheet.png``
draws a sheet of random records instead.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from queue import Empty
from typing import Any

import click

from tryon.errors import BadRequestError
from tryon.settings import open_data_dir, setting
from tryon.synth.shards import Shard, check_shards, shard_name, write_index

VALIDATION_EVERY = 10  # one shard in so many has bodies, garments and fabrics of its own
_KEPT_OUT_OF_THE_FACTS = ("out", "data", "people", "processes", "check", "preview", "rows", "simulate")


@dataclass(frozen=True)
class SynthSettings:
    """Make rendered records (a person undressed, in outfit A, in B) in shards, or a preview sheet of them."""

    out: Path = setting(Path("data/records"), "folder for the shards; with --preview, the sheet's PNG file")
    data: Path = setting(open_data_dir(), "folder of the open data (or TRYON_DATA)")
    people: Path = setting(Path("data/people"), "folder of the people shards; without them the photos are read")
    drapes: Path = setting(Path("data/drapes"), "folder of simulated cloth (python -m tryon.synth.simulate)")
    grounds: Path = setting(Path("data/grounds"), "folder of photographed backgrounds")
    photo_textures: Path = setting(Path("data/phototextures"), "folder of photographed garments as cloth")
    simulate: int = setting(150, "drapes to simulate first where there are fewer (Blender's package, Python 3.11)")
    records: int = setting(6200, "records in all; what exists already is kept")
    per_shard: int = setting(165, "records a shard: some 58 MB; one that would pass 60 MB ends earlier")
    seed: int = setting(1, "seed of everything random")
    processes: int = setting(0, "processes at work; 0: one a core")
    pose: bool = setting(True, "run MediaPipe on the picture of outfit A, and on some of B")
    check: bool = setting(False, "only compare what exists with its checksums")
    preview: bool = setting(False, "draw a sheet of random records instead")
    rows: int = setting(8, "rows and columns of the preview's sheet")

    def facts(self) -> dict[str, Any]:
        """What a shard remembers of its making."""
        return {k: str(v) for k, v in asdict(self).items() if k not in _KEPT_OUT_OF_THE_FACTS}


def split_of(number: int) -> str:
    """The split that a shard belongs to."""
    return "validation" if number % VALIDATION_EVERY == VALIDATION_EVERY - 1 else "train"


def synthesize(settings: SynthSettings) -> dict[str, Any]:
    """Do what the settings ask for.

    Returns:
        Figures: records, shards, megabytes, seconds a record.

    Raises:
        BadRequestError: the open data or a package is missing.
    """
    if settings.check:
        broken = check_shards(settings.out)
        if broken:
            raise BadRequestError("Broken: " + "; ".join(f"{b.name} {b.reason}" for b in broken))
        return {"broken": 0}
    if not (settings.data / "makehuman").is_dir():
        raise BadRequestError(
            f"There is no folder makehuman in {settings.data}. Name the open data's folder with --data or TRYON_DATA."
        )
    _require_packages()
    if settings.preview:
        from tryon.synth.record_preview import write_preview  # draws: needs the renderer's packages

        return write_preview(settings)
    _prepare(settings)
    return _make_all(settings)


def _require_packages() -> None:
    missing = [name for name in ("anny", "moderngl") if importlib.util.find_spec(name) is None]
    if missing:
        raise BadRequestError(
            f"The data engine needs {' and '.join(missing)}: pip install -r requirements-synth.txt "
            "(Debian also: apt-get install libegl1 libgl1-mesa-dri)"
        )


def _prepare(settings: SynthSettings) -> None:
    """Make what the records are made from, where it is missing; each step says what it does."""
    if not any(settings.grounds.glob("*.zip")):
        from tryon.synth.prepare_grounds import prepare_grounds

        click.echo(f"Backgrounds: cutting people out of street photos into {settings.grounds}", err=True)
        prepare_grounds(settings.data, settings.people, settings.grounds)
    if not any(settings.photo_textures.glob("*.zip")):
        from tryon.synth.prepare_photo_textures import PhotoTextureSettings, prepare_photo_textures

        click.echo(f"Cloths: cutting garments out of photos into {settings.photo_textures}", err=True)
        prepare_photo_textures(PhotoTextureSettings(data=settings.data, out=settings.photo_textures))
    if len(list(settings.drapes.glob("*.npz"))) < settings.simulate:
        _simulate(settings)


def _simulate(settings: SynthSettings) -> None:
    from tryon.synth.drape_jobs import make_library
    from tryon.synth.simulate import BLENDER_DIR, install

    if sys.version_info[:2] != (3, 11):
        click.echo("Simulated folds are left out: Blender's package needs Python 3.11. Drawn folds are used.", err=True)
        return
    if not (BLENDER_DIR / "bpy").is_dir():
        install(BLENDER_DIR, lambda text: click.echo(text, err=True))
    click.echo(f"Cloth: letting {settings.simulate} garments fall, some 15 s each", err=True)
    make_library(settings.drapes, BLENDER_DIR, settings.simulate, report=lambda text: click.echo(text, err=True))


def _make_all(settings: SynthSettings) -> dict[str, Any]:
    settings.out.mkdir(parents=True, exist_ok=True)
    count = -(-settings.records // settings.per_shard)
    wanted = [k for k in range(count) if not _is_complete(settings.out / shard_name(k))]
    done_before = count - len(wanted)
    started, made = time.monotonic(), 0
    processes = min(settings.processes or os.cpu_count() or 1, max(len(wanted), 1))
    with click.progressbar(length=count * settings.per_shard, label="records") as bar:
        bar.update(done_before * settings.per_shard)
        for step in _work(settings, wanted, processes):
            made += step
            bar.update(step)
    index = write_index(settings.out)
    total = sum(facts["records"] for facts in index["shards"].values())
    size = sum(facts["bytes"] for facts in index["shards"].values())
    seconds = (time.monotonic() - started) * processes / max(made, 1)
    return {
        "records": total, "shards": len(index["shards"]), "megabytes": round(size / 1e6, 1), "made_now": made,
        "seconds_a_record_and_process": round(seconds, 3),
    }  # fmt: skip


def _is_complete(path: Path) -> bool:
    if not path.exists():
        return False
    Shard(path)  # a damaged one is named and refused: it would be mixed with good ones
    return True


def _work(settings: SynthSettings, numbers: list[int], processes: int) -> Iterator[int]:
    """Make shards; yields the number of records finished, as they come."""
    if processes <= 1:
        from tryon.synth.record_maker import RecordMaker

        if numbers:
            maker = RecordMaker(settings)
            for number in numbers:
                yield from maker.make_shard(number)
        return
    context = multiprocessing.get_context("spawn")  # OpenGL and MediaPipe do not survive a fork
    tasks, results = context.Queue(), context.Queue()
    for number in numbers:
        tasks.put(number)
    for _ in range(processes):
        tasks.put(None)
    workers = [context.Process(target=_worker, args=(settings, tasks, results), daemon=True) for _ in range(processes)]
    for worker in workers:
        worker.start()
    try:
        yield from _collect(workers, results)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
        for leftover in settings.out.glob("*.part*"):
            leftover.unlink(missing_ok=True)


def _collect(workers: list[Any], results: Any) -> Iterator[int]:
    finished = 0
    while finished < len(workers):
        try:
            item = results.get(timeout=5)
        except Empty:
            dead = [w for w in workers if w.exitcode not in (None, 0)]
            if dead:
                raise BadRequestError(f"A process ended with status {dead[0].exitcode}; run again to go on.") from None
            continue
        if item is None:
            finished += 1
        elif isinstance(item, str):
            raise BadRequestError(f"A process failed: {item}")
        else:
            yield item


def _worker(settings: SynthSettings, tasks: Any, results: Any) -> None:
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("LP_NUM_THREADS", "1")  # the software renderer: one thread a process
    try:
        from tryon.synth.record_maker import RecordMaker

        maker = RecordMaker(settings)
        while (number := tasks.get()) is not None:
            for step in maker.make_shard(number):
                results.put(step)
    except Exception as error:
        results.put(f"{type(error).__name__}: {error}")
        raise
    results.put(None)
