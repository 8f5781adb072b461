"""How fast the pipeline is on this machine: the figures behind ``python -m tryon bench``."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from tryon.errors import BadRequestError
from tryon.images import load_picture, shrink_to
from tryon.models.weights import WEIGHTS_DIR

if TYPE_CHECKING:
    from tryon.live import LiveTryOn
    from tryon.pipeline import TryOnPipeline
    from tryon.types import RGBu8

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 768, 1024  # of the photo: what the figures are promised for
LIVE_LONGEST = 256  # of a live frame's longer side


@dataclass(frozen=True)
class BenchSettings:
    """What is measured.

    runs: timed try-ons of each kind; 20 give a stable median in under a minute. warm_up: runs before,
    in which kernels are chosen and buffers made. start: also start the page. person, garments:
    pictures instead of the repository's own.
    """

    runs: int = 20
    warm_up: int = 3
    start: bool = True
    person: Path | None = None
    garments: tuple[Path, ...] = ()
    device: str = "cpu"
    weights: Path | None = None


def measure(settings: BenchSettings) -> dict[str, Any]:
    """Time everything.

    Pictures are encoded files, as an upload is: a new photo counts from its bytes to the result with
    the garment's analysis at hand; a garment switch from the garment's bytes to the result with the
    person's analysis at hand. Masks that come with a picture are not used: the garment's is found.

    Returns:
        ``new_photo_ms`` and ``garment_switch_ms`` (p50, p95), ``live_fps`` (frames of 256x192 pixels that
        ``LiveTryOn`` dresses in a second, the garment being known), ``import_s``, ``start_s`` (until the page
        answers; None if not measured), ``peak_memory_mb`` (of this process; None where the system does not tell),
        ``weights_mb``, ``stages`` (median milliseconds by name, over all runs that have the stage), ``arithmetic`` (by
        path: ``gflop``, ``plain_ms`` that its convolutions take alone, ``gflops``, ``ms``, and ``ratio`` of the two).

    Raises:
        BadRequestError: there are no pictures to measure with, or nobody is found in them.
    """
    persons, garments = bench_pictures(settings)
    import_s = _timed_process(["-c", "from tryon import TryOnPipeline"])
    start_s = page_start_seconds() if settings.start else None

    from tryon import TryOnPipeline
    from tryon.live import LiveTryOn

    pipeline = TryOnPipeline.from_pretrained(settings.weights, device=settings.device)
    stages: defaultdict[str, list[float]] = defaultdict(list)
    new_photo, switch = _time_runs(pipeline, persons, garments, settings, stages)
    live = LiveTryOn.from_pretrained(settings.weights)
    live.set_garment(pipeline.understand_garment(load_picture(garments[0])))
    frame_ms = float(np.median(_time_live(live, persons[0], settings)))
    medians = {name: float(np.median(values)) for name, values in stages.items()}
    return {
        "new_photo_ms": _percentiles(new_photo),
        "garment_switch_ms": _percentiles(switch),
        "live_fps": round(1000 / frame_ms, 2),
        "import_s": round(import_s, 2),
        "start_s": None if start_s is None else round(start_s, 2),
        "peak_memory_mb": _peak_memory_mb(),
        "weights_mb": round(
            sum(path.stat().st_size for path in (settings.weights or WEIGHTS_DIR).glob("*.safetensors")) / 1e6, 2
        ),
        "stages": {name: round(value, 1) for name, value in medians.items()},
        "arithmetic": _arithmetic(pipeline, live, persons[0], garments[0], medians, frame_ms),
    }


def _arithmetic(
    pipeline: TryOnPipeline, live: LiveTryOn, person: bytes, garment: bytes, medians: dict[str, float], frame_ms: float
) -> dict[str, dict[str, float | None]]:
    """Each path beside what its convolutions need alone; see ``tryon.evaluation.arithmetic``."""
    photo, picture = load_picture(person), load_picture(garment)
    known, worn = pipeline.understand_person(photo), pipeline.understand_garment(picture)
    frame = shrink_to(photo, LIVE_LONGEST)

    def switch() -> None:
        pipeline.dress(known, pipeline.understand_garment(picture))

    def new_photo() -> None:
        pipeline.dress(pipeline.understand_person(photo), worn)

    from tryon.evaluation.arithmetic import held_against  # torch: not before the import is timed

    m = medians
    paths: dict[str, tuple[Callable[[], object], float]] = {
        "understand_person": (lambda: pipeline.understand_person(photo), m["understand_person"]),
        "understand_garment": (lambda: pipeline.understand_garment(picture), m["understand_garment"]),
        "dress": (lambda: pipeline.dress(known, worn), m["dress"]),
        "garment_switch": (switch, m["decode_garment"] + m["understand_garment"] + m["dress"]),
        "new_photo": (new_photo, m["decode_photo"] + m["understand_person"] + m["dress"]),
        "live_frame": (lambda: live.frame(frame), frame_ms),
    }
    return {name: held_against(run, milliseconds) for name, (run, milliseconds) in paths.items()}


def compare_with(figures: dict[str, Any], saved: dict[str, Any]) -> list[tuple[str, float, float, float]]:
    """Figures of this run beside a saved one's: (name, now, then, now / then) of every number that both have.

    Raises:
        BadRequestError: they have no number in common.
    """
    rows = []
    then = dict(_numbers(saved))
    for name, value in _numbers(figures):
        if then.get(name):
            rows.append((name, value, then[name], value / then[name]))
    if not rows:
        raise BadRequestError("The saved figures hold nothing to compare with: make them with bench --json > FILE.")
    return rows


def _numbers(figures: dict[str, Any], before: str = "") -> Iterator[tuple[str, float]]:
    for name, value in figures.items():
        if isinstance(value, dict):
            yield from _numbers(value, f"{before}{name}.")
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            yield f"{before}{name}", float(value)


def _time_runs(
    pipeline: TryOnPipeline,
    persons: list[bytes],
    garments: list[bytes],
    settings: BenchSettings,
    stages: defaultdict[str, list[float]],
) -> tuple[list[float], list[float]]:
    """Milliseconds of new photos and of garment switches; stage times are added to ``stages``."""
    new_photo: list[float] = []
    switch: list[float] = []
    person = pipeline.understand_person(load_picture(persons[0]))
    garment = pipeline.understand_garment(load_picture(garments[0]))
    for run in range(-settings.warm_up, settings.runs):
        clock = [time.perf_counter()]
        image = load_picture(persons[run % len(persons)])
        clock.append(time.perf_counter())
        person = pipeline.understand_person(image)
        clock.append(time.perf_counter())
        first = pipeline.dress(person, garment)
        clock.append(time.perf_counter())
        image = load_picture(garments[run % len(garments)])
        clock.append(time.perf_counter())
        garment = pipeline.understand_garment(image)
        clock.append(time.perf_counter())
        second = pipeline.dress(person, garment)
        clock.append(time.perf_counter())
        if run < 0:
            continue
        ms = np.diff(clock) * 1000
        new_photo.append(float(ms[:3].sum()))
        switch.append(float(ms[3:].sum()))
        names = ("decode_photo", "understand_person", "dress", "decode_garment", "understand_garment", "dress")
        for name, value in zip(names, ms):
            stages[name].append(float(value))
        for result in (first, second):
            for name, value in result.timings.items():
                stages[name].append(float(value))
    return new_photo, switch


def _time_live(live: LiveTryOn, person: bytes, settings: BenchSettings) -> list[float]:
    """Milliseconds of each small frame of somebody who hardly moves."""
    frame = shrink_to(load_picture(person), LIVE_LONGEST)
    times = []
    for run in range(-settings.warm_up, settings.runs):
        moved = np.roll(frame, run % 2, axis=1)
        started = time.perf_counter()
        dressed = live.frame(moved)
        if run >= 0:
            times.append((time.perf_counter() - started) * 1000)
        if dressed is moved:  # a frame without anybody takes no time
            raise BadRequestError("Nobody is found in the small frame. Name another picture: --person FILE.")
    return times


def bench_pictures(settings: BenchSettings) -> tuple[list[bytes], list[bytes]]:
    """Persons of 768x1024 and garments, as encoded files.

    Raises:
        BadRequestError: the repository's gallery is missing and no pictures were named.
    """
    manifest_path = ROOT / "assets" / "manifest.json"
    manifest = json.loads(manifest_path.read_text("utf-8")) if manifest_path.is_file() else {}
    listed = {
        kind: [ROOT / "assets" / entry["file"] for entry in manifest.get(kind, [])] for kind in ("models", "garments")
    }
    persons = [settings.person] if settings.person else listed["models"]
    garments = list(settings.garments) or listed["garments"]
    if not persons or not garments:
        raise BadRequestError("There are no pictures to measure with. Name them: --person FILE --garment FILE.")
    return [_as_jpeg(to_size(load_picture(path), WIDTH, HEIGHT)) for path in persons], [
        path.read_bytes() for path in garments
    ]


def _as_jpeg(image: RGBu8) -> bytes:
    """As phones and browsers send it."""
    return cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()


def to_size(image: RGBu8, width: int, height: int) -> RGBu8:
    """Scale a picture to fill the size and cut what stands over, evenly."""
    h, w = image.shape[:2]
    scale = max(width / w, height / h)
    size = (max(width, round(w * scale)), max(height, round(h * scale)))
    scaled = cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    top, left = (size[1] - height) // 2, (size[0] - width) // 2
    return np.ascontiguousarray(scaled[top : top + height, left : left + width])


def page_start_seconds(limit_s: float = 120) -> float | None:
    """Seconds from starting ``app.py`` until its page answers; None if it does not within the limit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # a proxy has no business here
    started = time.perf_counter()
    page = subprocess.Popen(
        [sys.executable, str(ROOT / "app.py")],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - started < limit_s and page.poll() is None:
            try:
                with opener.open(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    if answer.status == 200:
                        return time.perf_counter() - started
            except OSError:
                time.sleep(0.1)
        return None
    finally:
        page.terminate()
        try:
            page.wait(10)
        except subprocess.TimeoutExpired:
            page.kill()
            page.wait()


def _timed_process(arguments: list[str]) -> float:
    """Seconds that a fresh interpreter takes for a script."""
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - started


def _percentiles(milliseconds: list[float]) -> dict[str, float]:
    return {
        "p50": round(float(np.percentile(milliseconds, 50)), 1),
        "p95": round(float(np.percentile(milliseconds, 95)), 1),
    }


def _peak_memory_mb() -> float | None:
    """The most memory that this process has held, in MB (10^6 bytes)."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak * (1 if sys.platform == "darwin" else 1024) / 1e6, 1)
