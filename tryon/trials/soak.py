"""A soak: visitors and programs keep the page at full load for as long as asked, and memory, files and errors are told.

    python -m tryon.trials.soak --minutes 60                 # python app.py, the real networks
    python -m tryon.trials.soak --minutes 1 --painting       # a pipeline that paints: what lies around the networks

Prints a line a minute and a JSON report; the status is 1 where something grew, stayed or failed.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from tryon.images import encode_png, load_picture
from tryon.trials.resources import open_files, resident_mb
from tryon.trials.served import PAINTING, REAL, ROOT, ServedPage, served_page
from tryon.trials.visits import Visit, VisitFailedError
from tryon.trials.watched import growth
from tryon.ui.texts_english import ENGLISH

FLAT_MB = 60.0  # between the second quarter and the last: allocators breathe, a photo of 12 megapixels is 36 MB
LONGEST_SAMPLE_S = 10.0
SENTENCE = 300  # characters of an error that are told
OWN_LINE = re.compile(r'File ".*?(tryon/[\w/]+\.py)", line (\d+)')
TOKEN = re.compile(r"tryon/result/([\w-]+)\.png")
GARMENTS = ("tee-breton", "jeans-blue", "tee-coral", "polo-navy", "skirt-satin", "tee-white")


@dataclass
class Soak:
    """What was seen. memory_mb, files_open: samples in order. done, errors: how often each."""

    memory_mb: list[float] = field(default_factory=list)
    files_open: list[float] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    left: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    minutes: float = 0.0

    def failed(self) -> bool:
        """Whether memory or open files grew, files stayed, or something failed."""
        grew = growth(self.memory_mb) > FLAT_MB or growth(self.files_open) > 20
        return bool(grew or self.left or self.errors or self.said or not self.done)

    def told(self) -> dict[str, Any]:
        """The report for JSON."""
        thinned = self.memory_mb[:: max(1, len(self.memory_mb) // 30)]
        return {
            "minutes": round(self.minutes, 1),
            "done": dict(self.done.most_common()),
            "errors": dict(self.errors.most_common()),
            "memory_mb": [round(value) for value in thinned],
            "memory_growth_mb": round(growth(self.memory_mb), 1),
            "open_files": {"most": max(self.files_open, default=0), "growth": growth(self.files_open)},
            "files_left": self.left,
            "log": self.said,
        }


class _Load:
    """Visitors and programs that come, do something, and go, until they are told to stop."""

    def __init__(self, page: ServedPage, soak: Soak, photos: list[bytes]) -> None:
        self._page, self._soak, self._photos = page, soak, photos
        with urllib.request.urlopen(page.url + "config") as answer:
            self._config = json.load(answer)
        self._stop, self._lock = threading.Event(), threading.Lock()

    def stop(self) -> None:
        self._stop.set()

    def come_and_go(self, number: int) -> None:
        """One after another, visits of all kinds."""
        rng = random.Random(number)
        while not self._stop.is_set():
            kind = rng.choice(("visit", "visit", "visit", "program", "leaver", "shy"))
            try:
                getattr(self, f"_{kind}")(rng)
                with self._lock:
                    self._soak.done[kind] += 1
            except (VisitFailedError, OSError, ValueError) as error:
                if not self._stop.is_set():
                    with self._lock:
                        self._soak.errors[f"{kind}: {type(error).__name__}: {error}"[:200]] += 1

    def _visit(self, rng: random.Random) -> None:
        """Bring a photo, wear some garments, undo, download, share; close the page."""
        visit = Visit(self._page.port, self._config)
        try:
            visit.event("photo", "bring", {"upload": visit.upload(rng.choice(self._photos))})
            told = ""
            for _ in range(rng.randint(1, 4)):
                told = _well(visit.event("garments", "choose", {"id": rng.choice(GARMENTS)})) or told
            _well(visit.event("wear", "style", {"fit": rng.choice([-1, 0, 0.5]), "tuck": "auto"}))
            token = TOKEN.search(told)
            if token is None:
                raise VisitFailedError("no result was shown")
            visit.ask("GET", f"tryon/result/{token[1]}.png")
        finally:
            visit.leave()

    def _program(self, rng: random.Random) -> None:
        """Ask by REST, and fetch the picture and the mask."""
        visit = Visit(self._page.port, self._config)
        try:
            path = f"api/v1/try-on?garment_id={rng.choice(GARMENTS)}"
            told = json.loads(visit.ask("POST", path, rng.choice(self._photos), {"Content-Type": "image/png"}))
            for name in ("picture", "mask"):
                visit.ask("GET", told[name].lstrip("/"))
        finally:
            visit.leave()

    def _leaver(self, rng: random.Random) -> None:
        """Bring a photo, and close the page before it is worn."""
        visit = Visit(self._page.port, self._config)
        visit.event("photo", "bring", {"upload": visit.upload(rng.choice(self._photos))}, wait=False)
        visit.listen_a_moment()
        visit.leave()

    def _shy(self, rng: random.Random) -> None:
        """Upload a photo and do nothing with it; send half of one."""
        visit = Visit(self._page.port, self._config)
        visit.upload(rng.choice(self._photos)[: rng.randint(1, 4000)])
        visit.leave()


def _well(told: str) -> str:
    """An event's answer as it is.

    Raises:
        VisitFailedError: it tells the visitor that something went wrong.
    """
    if json.dumps(ENGLISH.unexpected)[1:-1] in told:
        raise VisitFailedError("the page said that something went wrong on its side")
    return told


def soak(minutes: float, *, program: Sequence[str] = REAL, visitors: int = 6, say: bool = False) -> Soak:
    """Keep a page at full load.

    Args:
        minutes: how long.
        program: what Python is given to serve it.
        visitors: at a time.
        say: print a line a minute.
    """
    seen = Soak()
    # rates and the wait of half an hour are for honest clients; this one is six at once, without a pause
    with served_page(program, {"TRYON_RATE": "off"}) as page:
        load, started = _Load(page, seen, _photos()), time.monotonic()
        threads = [threading.Thread(target=load.come_and_go, args=(each,), daemon=True) for each in range(visitors)]
        for thread in threads:
            thread.start()
        pause, next_line = min(LONGEST_SAMPLE_S, minutes * 60 / 24), 60.0
        while time.monotonic() - started < 60 * minutes and page.process.poll() is None:
            time.sleep(pause)
            seen.memory_mb.append(resident_mb(page.process.pid))
            seen.files_open.append(float(open_files(page.process.pid)))
            if say and time.monotonic() - started > next_line:
                next_line += 60
                print(
                    f"{next_line / 60 - 1:.0f} min  {seen.memory_mb[-1]:.0f} MB  {seen.files_open[-1]:.0f} files open  "
                    f"{sum(seen.done.values())} done  {sum(seen.errors.values())} failed",
                    flush=True,
                )
        load.stop()
        for thread in threads:
            thread.join(60)
        if page.process.poll() is not None:
            seen.errors[f"the page ended with status {page.process.returncode}"] += 1
        seen.left = [path.name for path in page.left_files()]
        seen.said = faults_in(page.said())
    seen.minutes = (time.monotonic() - started) / 60
    return seen


def faults_in(log: str) -> list[str]:
    """What a log tells of errors, each sentence once: how often, where (the last file and line of its own), and what.

    Args:
        log: what the page has written.
    """
    found: Counter[str] = Counter()
    where, inside = "", False
    for line in log.splitlines():
        if line.startswith("ERROR"):
            found[line[:SENTENCE]] += 1
        if line.startswith("Traceback"):
            where, inside = "", True
        elif inside and (file := OWN_LINE.search(line)):
            where = f"{file[1]}:{file[2]}"
        elif inside and line and not line[0].isspace():
            found[f"{where}: {line}"[:SENTENCE]] += 1
            inside = False
    return [f"{count}x {sentence}" for sentence, count in found.most_common()]


def _photos() -> list[bytes]:
    """The virtual models, as photos that visitors bring: each shifted, so that no two are the same to the pixel."""
    manifest = json.loads((ROOT / "assets/manifest.json").read_text("utf-8"))
    pictures = [load_picture(ROOT / "assets" / entry["file"]) for entry in manifest["models"][:6]]
    return [encode_png(np.roll(picture, number + 1, axis=1)) for number, picture in enumerate(pictures)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its status."""
    parser = argparse.ArgumentParser(prog="python -m tryon.trials.soak", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--visitors", type=int, default=6, help="at a time")
    parser.add_argument("--painting", action="store_true", help="a pipeline that paints, in place of the networks")
    parser.add_argument("--out", type=Path, help="write the report here too")
    asked = parser.parse_args(arguments)
    seen = soak(asked.minutes, program=PAINTING if asked.painting else REAL, visitors=asked.visitors, say=True)
    told = json.dumps(seen.told(), indent=1)
    print(told)
    if asked.out:
        asked.out.write_text(told + "\n", "utf-8")
    return int(seen.failed())


if __name__ == "__main__":
    sys.exit(main())
