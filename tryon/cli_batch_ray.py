"""A batch by many workers: Ray Data on a cluster that runs, or on one that is started here and ends with the command.

Each worker has the networks and takes a few rows at a time. One that is killed is started anew by Ray and its rows are
given out again; those that have a record are then only read. So each row has one result, however often it was begun.
"""

from __future__ import annotations

import importlib
import logging
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tryon.cli_batch_rows import RESULT_COLUMNS, Dresser, Rows
from tryon.errors import BadRequestError, TryOnError

ROOT = Path(__file__).resolve().parents[1]
ROWS_AT_A_TIME = 8  # what a killed worker loses at most, and enough to hide Ray's milliseconds a task
NOT_SENT = ["data", "runs", ".venv", ".git", "tests", "**/__pycache__"]  # to other machines; the rest has 60 MB
WORK = "work_s"  # processor seconds of a row, beside the columns of ``results.csv``
PIPELINE = "tryon:TryOnPipeline"


class RayError(TryOnError):
    """Ray is not installed, or the cluster cannot do the work."""

    code = "ray"


@dataclass(frozen=True)
class Cluster:
    """address: empty starts one here. workers: 0 takes all cores. cores: of each worker."""

    address: str = ""
    workers: int = 0
    cores: int = 1


def dress_with_ray(
    rows: Rows,
    missing: Sequence[int],
    cluster: Cluster,
    *,
    device: str = "cpu",
    weights: Path | None = None,
    pipeline: str = PIPELINE,
) -> Iterator[dict[str, Any]]:
    """Dress rows, in any order.

    Args:
        rows: where results go: a folder that every machine sees under the same path, as those of the pictures.
        missing: numbers of the rows to do.
        cluster: where.
        device: cpu or cuda; each worker takes a GPU of its own.
        weights: folder of the weights, seen by every machine; None takes those that come with the program.
        pipeline: module and name of the class whose ``from_pretrained`` (or call) makes the pipeline.

    Yields:
        A row of ``results.csv`` each, as it is done, and WORK.

    Raises:
        RayError: Ray is missing, the cluster cannot be reached, or a machine does not see the folders.
    """
    if not missing:
        return
    ray = _import_ray()
    seen = rows.out / f".seen-{uuid.uuid4().hex}"
    started = _connect(ray, cluster)
    try:
        seen.touch()
        # neighbours share a person, whose analysis a worker then keeps
        order = sorted(missing, key=lambda number: (rows.pairs[number].person, rows.pairs[number].garment))
        items = [{"number": number, **vars(rows.pairs[number])} for number in order]
        room = max(1, int(ray.cluster_resources().get("CPU", 1)) // cluster.cores)
        count = min(cluster.workers or room, -(-len(items) // ROWS_AT_A_TIME))
        data = ray.data.from_items(items, override_num_blocks=-(-len(items) // ROWS_AT_A_TIME)).map_batches(
            _Worker,
            fn_constructor_args=(_Place(rows, weights, device, seen, pipeline, cluster.cores),),
            batch_size=ROWS_AT_A_TIME,
            batch_format="numpy",
            num_cpus=cluster.cores,
            num_gpus=1 if device == "cuda" else None,
            compute=ray.data.ActorPoolStrategy(size=count),
            # a worker that is killed is replaced, as often as needed: Ray Data's own setting for pools of actors
        )
        for told in data.iter_rows():
            yield {name: told[name] for name in (*RESULT_COLUMNS, WORK)}
    except (ray.exceptions.RayError, OSError) as error:
        reason = str(error).strip().splitlines()[-1][:300] if str(error).strip() else type(error).__name__
        raise RayError(f"The cluster could not do the rest: {reason} Start again to do what is missing.") from error
    finally:
        with suppress(OSError):
            seen.unlink(missing_ok=True)
        if started:
            ray.shutdown()


def _import_ray() -> Any:
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise RayError(
            f"--engine ray needs Ray, which is not here ({error}). Install it: "
            "pip install -r requirements-ray.txt -c constraints.txt"
        ) from error
    return ray


def _connect(ray: Any, cluster: Cluster) -> bool:
    """Reach the cluster, or start one; whether it was started here."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing calls home
    os.environ.setdefault("RAY_worker_niceness", "0")  # as nice as the command is; Ray's own 15 waits for everybody
    if ray.is_initialized():
        return False
    here = not cluster.address
    places = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment: dict[str, Any] = {"env_vars": {"PYTHONPATH": places, "OMP_NUM_THREADS": str(cluster.cores)}}
    if not here:  # other machines get the program; this one has it
        environment = {
            "working_dir": str(ROOT),
            "excludes": NOT_SENT,
            "env_vars": {"OMP_NUM_THREADS": str(cluster.cores)},
        }
    cores = max(os.cpu_count() or 1, cluster.workers * cluster.cores) if here else None
    try:
        ray.init(
            address=None if here else cluster.address,
            num_cpus=cores,
            include_dashboard=False if here else None,
            runtime_env=environment,
            log_to_driver=False,
            logging_level="ERROR",
        )
    except (ray.exceptions.RayError, ConnectionError, RuntimeError, ValueError) as error:
        where = cluster.address or "a cluster of this machine's own"
        raise RayError(f"Ray did not answer at {where}: {str(error).splitlines()[0][:200]}") from error
    ray.data.DataContext.get_current().enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.WARNING)  # plans and statistics, beside the progress bar
    return True


@dataclass(frozen=True)
class _Place:
    """What each worker is told. seen: a file that proves that a machine sees the folder of results."""

    rows: Rows
    weights: Path | None
    device: str
    seen: Path
    pipeline: str
    cores: int


class _Worker:
    """In a process of its own: loads the networks once, then dresses rows."""

    def __init__(self, place: _Place) -> None:
        import torch

        torch.set_num_threads(place.cores)
        if not place.seen.is_file():
            raise BadRequestError(
                f"A machine of the cluster does not see {place.seen.parent}. Put pictures and results into a folder "
                "that all machines share, and name it by its full path."
            )
        module, name = place.pipeline.split(":")
        made: Any = getattr(importlib.import_module(module), name)
        load = getattr(made, "from_pretrained", None)
        pipeline = load(place.weights, device=place.device) if load else made()
        self._rows, self._dresser = place.rows, Dresser(pipeline, place.rows)

    def __call__(self, batch: dict[str, Any]) -> dict[str, list[Any]]:
        """Dress a few rows, leaving out what a worker before this one has finished."""
        told = []
        for number in (int(each) for each in batch["number"]):
            began, before = time.process_time(), self._rows.record(number)
            row = before if before and before["status"] == "ok" else self._dresser.dress_row(number)
            told.append({**row, WORK: time.process_time() - began})
        return {name: [row[name] for row in told] for name in (*RESULT_COLUMNS, WORK)}
