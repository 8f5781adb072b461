"""Rows of a batch: what is to be done, what was done, and the one result of each, whoever is killed meanwhile.

A result is written under another name and then renamed; after it its record, likewise. So a row without a record is
done again and ends in the same file, and a row with one is never done twice. ``results.csv`` is put together from
the records.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tryon.cli_common import RecentlySeen, check_category, understand_garment, understand_person
from tryon.errors import BadRequestError, TryOnError

if TYPE_CHECKING:
    from tryon.pipeline import TryOnPipeline
    from tryon.types import Garment, Person, TryOnResult

RESULT_COLUMNS = ("row", "status", "error", "milliseconds", "category")
RECORDS = ".rows"  # folder of the records, inside that of the results
PART = re.compile(r"\.(\d{4,}\.(png|json)|results\.csv)\.[0-9a-f]{32}\.part")  # as ``write_atomically`` names them
OLD_PART_S = 3600  # a part that is younger may be another process's, which is writing it


@dataclass(frozen=True)
class Pair:
    """A row of ``pairs.csv``."""

    person: str
    garment: str
    category: str


def read_pairs(path: Path) -> list[Pair]:
    """Read ``pairs.csv``.

    Raises:
        BadRequestError: no such file, not a table, or a column is missing.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in ("person", "garment") if name not in (reader.fieldnames or [])]
            if missing:
                raise BadRequestError(
                    f"{path} has no column {' and no column '.join(missing)}. "
                    "Its first line must be 'person,garment,category'."
                )
            return [
                Pair(*((row.get(name) or "").strip() for name in ("person", "garment", "category"))) for row in reader
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadRequestError(f"The list of pairs {path} cannot be read: {error}. Give a CSV file in UTF-8.") from error


class Rows:
    """The folder of results: which rows are done, and what became of them."""

    def __init__(self, pairs: Sequence[Pair], folder: Path, out: Path, weights: Path | None) -> None:
        """Look at nothing yet.

        Args:
            pairs: by row.
            folder: of the list, which paths are taken from first.
            out: of the results.
            weights: folder of the weights; the repository's own where None. Other weights make other results.
        """
        self.pairs, self.folder, self.out = pairs, folder, out
        self._weights = _fingerprint_of_weights(weights)

    def prepare(self, *, fresh: bool = False) -> None:
        """Make the folders and take away what killed processes left; with ``fresh`` all records as well.

        Raises:
            BadRequestError: they cannot be made.
        """
        records = self.out / RECORDS
        try:
            records.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadRequestError(
                f"The folder {self.out} cannot be made: {error.strerror}. Choose another place."
            ) from error
        for folder in (self.out, records):
            for path in folder.iterdir():
                with suppress(OSError):
                    old = PART.fullmatch(path.name) and time.time() - path.stat().st_mtime > OLD_PART_S
                    if old or (fresh and folder == records):
                        path.unlink()

    def picture(self, number: int) -> Path:
        """Where the result of a row goes."""
        return self.out / f"{number:04d}.png"

    def record(self, number: int) -> dict[str, Any] | None:
        """What became of a row that was done from the same pictures and weights; None where it was not done."""
        try:
            found = json.loads((self.out / RECORDS / f"{number:04d}.json").read_text("utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict) or found.pop("made_from", None) != self._made_from(number):
            return None
        if set(found) != set(RESULT_COLUMNS) or (found["status"] == "ok") != self.picture(number).is_file():
            return None
        return found

    def missing(self) -> list[int]:
        """The rows that have no result yet; those that failed are tried again."""
        found = (self.record(number) for number in range(len(self.pairs)))
        return [number for number, row in enumerate(found) if row is None or row["status"] != "ok"]

    def keep(self, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
        """Write a row's record, after its picture; return it with the row's number.

        Raises:
            BadRequestError: it cannot be written.
        """
        from tryon.images import write_atomically

        told = {"row": number, **row}
        data = json.dumps({**told, "made_from": self._made_from(number)}).encode()
        write_atomically(self.out / RECORDS / f"{number:04d}.json", data)
        return told

    def put_together(self, more: Iterable[Mapping[str, Any]] = ()) -> list[dict[str, Any]]:
        """Write ``results.csv`` from the records, and return its rows.

        Args:
            more: rows whose record could not be written.

        Raises:
            BadRequestError: it cannot be written.
        """
        from tryon.images import write_atomically

        rows = {int(row["row"]): dict(row) for row in more}
        for number in range(len(self.pairs)):
            rows[number] = self.record(number) or rows.get(number) or _undone(number)
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, RESULT_COLUMNS, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows[number] for number in sorted(rows))
        write_atomically(self.out / "results.csv", text.getvalue().encode("utf-8"))
        return [rows[number] for number in sorted(rows)]

    def find(self, name: str) -> Path:
        """The file that a row names: beside the list, or from where the command runs."""
        beside = self.folder / name
        return beside if beside.exists() else Path(name)

    def _made_from(self, number: int) -> str:
        """A fingerprint of what a row's result depends on: the pictures' names, sizes and dates, and the weights."""
        pair = self.pairs[number]
        said = [pair.person, pair.garment, pair.category, self._weights]
        for name in (pair.person, pair.garment):
            try:
                state = self.find(name).stat()
                said += [str(state.st_size), str(state.st_mtime_ns)]
            except (OSError, ValueError):
                said.append("not there")
        return hashlib.sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]


class Dresser:
    """Dresses rows, keeping what was understood of the last persons and garments."""

    def __init__(self, pipeline: TryOnPipeline, rows: Rows) -> None:
        """Begin with nothing understood.

        Args:
            pipeline: loaded. rows: where results go.
        """
        self._pipeline, self._rows = pipeline, rows
        self._persons: RecentlySeen[Person] = RecentlySeen()
        self._garments: RecentlySeen[Garment] = RecentlySeen()

    def dress_row(self, number: int) -> dict[str, Any]:
        """Write a row's result and record; what to note in ``results.csv``, errors included."""
        from tryon.images import write_atomically
        from tryon.sharing.kinds import marked_png

        started, out = time.perf_counter(), self._rows.picture(number)
        row: dict[str, Any] = {"status": "ok", "error": "", "category": ""}
        try:
            result = self._dress(self._rows.pairs[number])
            write_atomically(out, marked_png(result.image))
            row["category"] = result.category
        except TryOnError as error:
            row.update(status="error", error=str(error))
        except Exception as error:  # a fault in one row must not lose the others
            row.update(status="error", error=f"A fault in the program ({type(error).__name__}: {error}).")
        if row["status"] == "error":
            out.unlink(missing_ok=True)  # a result of an earlier run would pass for this one's
        row["milliseconds"] = round((time.perf_counter() - started) * 1000, 1)
        try:
            return self._rows.keep(number, row)
        except BadRequestError as error:  # a full disk: the row is told, and done again the next time
            return {"row": number, **row, "status": "error", "error": row["error"] or str(error)}

    def _dress(self, pair: Pair) -> TryOnResult:
        if not pair.person or not pair.garment:
            raise BadRequestError(f"The row has no {'garment' if pair.person else 'person'}. Fill in both.")
        category = check_category(pair.category, "category")
        person, garment = self._rows.find(pair.person), self._rows.find(pair.garment)
        worn = self._persons.get(
            person, lambda: understand_person(self._pipeline, person, {}), lambda value: value.mask_f32.size
        )
        piece = self._garments.get(
            (garment, category),
            lambda: understand_garment(self._pipeline, garment, {}, category=category),
            lambda value: value.alpha_f32.size,
        )
        return self._pipeline.dress(worn, piece)


def _undone(number: int) -> dict[str, Any]:
    error = "Not done: the run was stopped. Start it again to do what is missing."
    return {"row": number, "status": "error", "error": error, "milliseconds": 0.0, "category": ""}


def _fingerprint_of_weights(folder: Path | None) -> str:
    """Names, sizes and dates of the weights: cheap, and enough to tell another training from this one."""
    folder = Path(__file__).resolve().parents[1] / "weights" if folder is None else folder
    files = sorted(folder.glob("*.safetensors")) if folder.is_dir() else []
    return ",".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files)
