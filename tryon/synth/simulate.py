"""Real folds: garments fall on bodies in Blender's cloth simulation, at preparation time only.

Blender comes as the package ``bpy`` and runs in a process of its own; nothing else of the product imports it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.errors import TryOnError

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
BPY = "bpy==4.2.0"
BLENDER_DIR = Path("data") / "blender"


class SimulationError(TryOnError):
    """Blender is missing, or a simulation failed."""

    code = "simulation"


@dataclass(frozen=True)
class FallSettings:
    """How cloth falls in Blender. Lengths in m; masses and stiffnesses are Blender's own, by vertex."""

    frames: int = 20  # a garment that starts on the body has settled by then
    fps: int = 16  # coarse in time: half the work of 24 and 30 frames, folds alike
    quality: int = 4  # steps a frame; with fewer stiff cloth explodes
    mass: float = 0.11  # light and stiff: hems drop by a centimetre, not by five
    air: float = 1.5  # damping by the air: settles sooner
    tension: float = 50.0
    compression: float = 25.0
    shear: float = 12.0
    bending: float = 2.5  # folds as broad as a hand; with .5 a curtain's
    stretch_damping: float = 8.0
    bending_damping: float = 0.5
    slack: float = 0.012  # cloth is larger than the pattern by this share: folds
    gravity: float = 0.8
    gap_m: float = 0.003  # kept from the body, twice: by the cloth and by the body
    inner_m: float = 0.03  # how deep in the body cloth is still pushed out
    friction: float = 8.0
    collision_quality: int = 1
    self_gap_m: float = 0.003  # 0: cloth passes through itself, at armpits most (a third quicker)
    pin_stiffness: float = 1.0


FABRICS = {
    "cotton": FallSettings(),
    "denim": FallSettings(mass=0.16, tension=80.0, compression=50.0, shear=30.0, bending=12.0, slack=0.010),
    "knit": FallSettings(mass=0.12, tension=35.0, compression=18.0, shear=6.0, bending=1.5, slack=0.015),
    "silk": FallSettings(mass=0.08, tension=35.0, compression=15.0, shear=5.0, bending=0.3, slack=0.02),
    "wool": FallSettings(mass=0.15, tension=60.0, compression=40.0, shear=20.0, bending=8.0, slack=0.015),
}


@dataclass(frozen=True)
class Job:
    """One garment to let fall.

    points: (N, 3) where it starts. faces: (F, 3). body_points, body_faces: what it lies on.
    pins: (N,) 0..1, how firmly a vertex is held at its start. rest_points: (N, 3) the shape whose edge
    lengths the cloth wants (None: points).
    """

    points: F64
    faces: I64
    body_points: F64
    body_faces: I64
    pins: F64
    settings: FallSettings = FABRICS["cotton"]
    rest_points: F64 | None = None


def install(folder: Path = BLENDER_DIR, report: Callable[[str], None] = print) -> None:
    """Install ``bpy`` (519 MB) into a folder of its own, without its dependencies."""
    report(f"Installing {BPY} into {folder} ...")
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--target", str(folder), BPY]
    if subprocess.run(command, check=False).returncode:
        raise SimulationError(f"{BPY} could not be installed; it needs CPython 3.11 and {' '.join(command)}.")


def require_blender(folder: Path) -> None:
    """Raise SimulationError where Blender is not installed."""
    if not (folder / "bpy").is_dir():
        raise SimulationError(f"Blender is not in {folder}; run: python -m tryon.synth.simulate --install")


class BlenderCloth:
    """One long-lived Blender process that lets garments fall, one after the other; a context manager."""

    def __init__(self, folder: Path = BLENDER_DIR) -> None:
        require_blender(folder)
        self._scratch = tempfile.TemporaryDirectory(prefix="cloth-")
        script = Path(__file__).with_name("blender_cloth.py")
        self._log = open(Path(self._scratch.name) / "log", "w+", encoding="utf-8")  # noqa: SIM115 - lives as we do
        self._process = subprocess.Popen(
            [sys.executable, str(script), str(folder.resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            cwd=self._scratch.name,
            env={**os.environ, "PYTHONPATH": ""},
        )

    def __enter__(self) -> BlenderCloth:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process.stdin and not self._process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):  # it has died already
                self._process.stdin.close()
        self._process.wait(timeout=60)
        if self._process.stdout:
            self._process.stdout.close()
        self._log.close()
        self._scratch.cleanup()

    def simulate(self, job: Job) -> tuple[F64, float]:
        """Where the vertices (N, 3) come to rest, and the processor's seconds it took.

        Raises:
            SimulationError: Blender died or the cloth exploded.
        """
        scratch = Path(self._scratch.name)
        source, target = scratch / "job.npz", scratch / "out.npz"
        rest = job.points if job.rest_points is None else job.rest_points
        np.savez(
            source,
            points=job.points,
            faces=job.faces,
            body_points=job.body_points,
            body_faces=job.body_faces,
            pins=job.pins,
            rest_points=rest,
        )
        order = {"job": str(source), "out": str(target), "settings": asdict(job.settings)}
        answer = self._ask(order)
        if "error" in answer:
            raise SimulationError(f"Blender could not let the cloth fall: {answer['error']}")
        with np.load(target) as file:
            points = file["points"].astype(np.float64)
        if not np.isfinite(points).all() or np.abs(points - job.points).max() > 1.0:
            raise SimulationError("The cloth exploded; give it more steps (quality) or less stiffness.")
        return points, float(answer["processor_seconds"])

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._log.seek(0)
            raise SimulationError(f"Blender ended: {self._log.read()[-800:]}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def simulate(jobs: Sequence[Job], folder: Path = BLENDER_DIR) -> list[F64]:
    """Let several garments fall; vertices (N, 3) of each, order unchanged."""
    with BlenderCloth(folder) as blender:
        return [blender.simulate(job)[0] for job in jobs]


def main() -> None:
    """Install Blender, or simulate the library of drapes."""
    from tryon.synth.drape_jobs import make_library  # drives us: imported where it is started

    parser = argparse.ArgumentParser(description="Simulate the drapes of the library of designs.")
    parser.add_argument("--install", action="store_true", help=f"only install {BPY} into the folder --blender")
    parser.add_argument(
        "--count", type=int, default=170, help="drapes in all; those that exist are kept; 170 are every design once"
    )
    parser.add_argument("--out", type=Path, default=Path("data") / "drapes")
    parser.add_argument(
        "--families", nargs="+", default=["down"], help="pose families, the first for all designs first"
    )
    parser.add_argument("--blender", type=Path, default=BLENDER_DIR)
    given = parser.parse_args()
    try:
        if given.install:
            install(given.blender)
            return
        done = make_library(given.out, given.blender, given.count, lambda text: print(text, flush=True))
        print(f"{done} drapes in {given.out}")
    except TryOnError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
