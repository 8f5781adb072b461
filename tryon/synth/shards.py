"""Shards of rendered records: self-contained files of at most 60 MB, an index with checksums, a reader.

A shard is a zip file without compression (what is inside is packed already) with ``shard.json``,
``garment/NNN`` and ``record/NNNNN``. Its members carry a fixed date, so the same seed gives the same bytes.
``index.json`` beside the shards lists each one's size, SHA-256 and records; a shard appears in it, and under its
final name, only when it is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tryon.errors import BadRequestError
from tryon.synth.packing import BrokenShardError
from tryon.synth.record import GarmentInfo, Record
from tryon.synth.record_codec import pack_garment, pack_record, unpack_garment, unpack_record

FORMAT = 1
MAX_BYTES = 60_000_000  # fits the 64 MiB that a training machine takes at once
DIRECTORY_BYTES = 100_000  # the zip's own names and offsets, and shard.json
OPEN_SHARDS = 64  # a file handle and the garments seen so far each
_DATE = (2020, 1, 1, 0, 0, 0)


class ShardWriter:
    """Writes one shard: garments first, then records; ``finish`` gives it its name.

    Args:
        folder: is made if missing. number: of the shard. facts: JSON-able, e.g. the seed and settings.
    """

    def __init__(self, folder: Path, number: int, facts: dict[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / shard_name(number)
        self._part = self.path.with_suffix(f".part{os.getpid()}")
        self._zip = zipfile.ZipFile(self._part, "w", zipfile.ZIP_STORED)
        self._facts = {"format": FORMAT, "number": number, **facts}
        self._records: list[str] = []
        self._garments: list[str] = []
        self._bytes = 0

    def _put(self, name: str, payload: bytes) -> None:
        self._zip.writestr(zipfile.ZipInfo(name, _DATE), payload)
        self._bytes += len(payload)

    def add_garment(self, info: GarmentInfo) -> int:
        """Returns the garment's index in this shard."""
        self._put(f"garment/{len(self._garments):03d}", pack_garment(info))
        self._garments.append(info.id)
        return len(self._garments) - 1

    def add_record(self, record: Record) -> bool:
        """Add a record; False, and nothing is added, where the shard would pass its size."""
        payload = pack_record(record)
        if self._bytes + len(payload) > MAX_BYTES - DIRECTORY_BYTES:
            return False
        self._put(f"record/{len(self._records):05d}", payload)
        self._records.append(record.id)
        return True

    def finish(self) -> Path:
        """Close the shard and put it in its place."""
        facts = {**self._facts, "records": self._records, "garments": self._garments}
        self._put("shard.json", json.dumps(facts, sort_keys=True).encode())
        self._zip.close()
        self._part.replace(self.path)
        return self.path

    def drop(self) -> None:
        """Give up: nothing stays behind."""
        self._zip.close()
        self._part.unlink(missing_ok=True)


def shard_name(number: int) -> str:
    """The file of shard ``number``."""
    return f"records_{number:04d}.zip"


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def write_index(folder: Path) -> dict[str, Any]:
    """Make ``index.json`` for the complete shards of a folder; checksums known already are kept."""
    path = folder / "index.json"
    known = json.loads(path.read_text("utf-8"))["shards"] if path.exists() else {}
    shards = {}
    for shard in sorted(folder.glob("records_*.zip")):
        size = shard.stat().st_size
        old = known.get(shard.name)
        if old and old["bytes"] == size and old["changed"] == shard.stat().st_mtime_ns:
            shards[shard.name] = old
            continue
        facts = Shard(shard).facts
        shards[shard.name] = {
            "bytes": size, "changed": shard.stat().st_mtime_ns, "sha256": checksum(shard),
            "records": len(facts["records"]), "split": facts.get("split", "train"),
        }  # fmt: skip
    index = {"format": FORMAT, "shards": shards}
    part = path.with_suffix(f".part{os.getpid()}")
    part.write_text(json.dumps(index, indent=1, sort_keys=True), "utf-8")
    part.replace(path)
    return index


@dataclass(frozen=True)
class Broken:
    """A shard that is refused, and why."""

    name: str
    reason: str


def check_shards(folder: Path) -> list[Broken]:
    """Compare a folder with its index: what is missing, of another size or checksum.

    Raises:
        BadRequestError: there is no index.
    """
    index = _index(folder)
    broken = []
    for name, facts in index["shards"].items():
        path = folder / name
        if not path.exists():
            broken.append(Broken(name, "is missing"))
        elif path.stat().st_size != facts["bytes"]:
            broken.append(Broken(name, f"has {path.stat().st_size} bytes, not {facts['bytes']}"))
        elif checksum(path) != facts["sha256"]:
            broken.append(Broken(name, "has another checksum than the index"))
    return broken


def _index(folder: Path) -> dict[str, Any]:
    path = folder / "index.json"
    if not path.exists():
        raise BadRequestError(f"No index.json in {folder}; make records with `python -m tryon synth --out {folder}`.")
    index: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if index.get("format") != FORMAT:
        raise BadRequestError(f"{path} has format {index.get('format')}, this version reads {FORMAT}: make it again.")
    return index


class ShardGarments(Sequence[GarmentInfo]):
    """The garments of a shard, each decoded when it is first asked for (some 15 ms with its flat pictures)."""

    def __init__(self, shard: Shard, *, views: bool) -> None:
        self._shard, self._views = shard, views
        self._known: dict[int, GarmentInfo] = {}

    def __len__(self) -> int:
        return len(self._shard.facts["garments"])

    def __getitem__(self, index):  # type: ignore[no-untyped-def]
        if isinstance(index, slice):
            return tuple(self[k] for k in range(*index.indices(len(self))))
        if not -len(self) <= index < len(self):
            raise IndexError(f"{self._shard.path.name} has {len(self)} garments, not one numbered {index}")
        number = int(index) % len(self)
        if number not in self._known:
            self._known[number] = self._shard.garment(number, views=self._views)
        return self._known[number]


class Shard:
    """One shard, read at random. Not to be shared between processes or threads: open one each.

    Args:
        views: whether its garments come with their flat pictures.

    Raises:
        BrokenShardError: it is no shard, or of another format.
    """

    def __init__(self, path: Path, *, views: bool = True) -> None:
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.facts: dict[str, Any] = json.loads(self._zip.read("shard.json"))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise BrokenShardError(
                f"{path.name} is no complete shard ({error}). Delete it and make it again."
            ) from error
        if self.facts.get("format") != FORMAT:
            raise BrokenShardError(f"{path.name} has format {self.facts.get('format')}, not {FORMAT}: make it again.")
        self.garments: Sequence[GarmentInfo] = ShardGarments(self, views=views)

    def __len__(self) -> int:
        return len(self.facts["records"])

    def _read(self, name: str) -> bytes:
        try:
            return self._zip.read(name)
        except (KeyError, zipfile.BadZipFile, OSError) as error:
            raise BrokenShardError(f"{self.path.name}: {name} is damaged ({error}). Make the shard again.") from error

    def garment(self, index: int, *, views: bool = True) -> GarmentInfo:
        """Garment ``index`` (0 to the number of garments - 1); without its flat pictures where views is False."""
        name = f"garment/{index:03d}"
        return unpack_garment(self._read(name), f"{self.path.name}, {name}", views=views)

    def record(self, index: int) -> Record:
        """Record ``index`` (0 to len - 1)."""
        name = f"record/{index:05d}"
        return unpack_record(self._read(name), f"{self.path.name}, {name}")


class RecordStore:
    """All records of a folder by one running number.

    Args:
        folder: with an index. split: "train", "validation" or None for both. shards: names to use, None for all.
        verify: compare every checksum first (about .3 s a gigabyte). views: whether flat pictures are wanted.

    Raises:
        BrokenShardError: a shard fails its check; it is named. BadRequestError: no index, or nothing in it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        split: str | None = None,
        shards: Sequence[str] | None = None,
        verify: bool = False,
        views: bool = True,
    ) -> None:
        index = _index(folder)
        if verify and (broken := check_shards(folder)):
            names = "; ".join(f"{b.name} {b.reason}" for b in broken)
            raise BrokenShardError(f"Refused: {names}. Delete what is broken and run `python -m tryon synth` again.")
        self._folder, self._views = folder, views
        self._where: list[tuple[str, int]] = []
        for name, facts in index["shards"].items():
            if (shards is None or name in shards) and (split is None or facts["split"] == split):
                self._where += [(name, k) for k in range(facts["records"])]
        if not self._where:
            raise BadRequestError(f"No records of split {split!r} in {folder}.")
        self._open = lru_cache(maxsize=OPEN_SHARDS)(self._open_shard)

    def _open_shard(self, name: str) -> Shard:
        return Shard(self._folder / name, views=self._views)

    def __getstate__(self) -> dict[str, Any]:  # workers open files of their own
        return {
            "_folder": self._folder,
            "_views": self._views,
            "_where": self._where,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._open = lru_cache(maxsize=OPEN_SHARDS)(self._open_shard)

    def __len__(self) -> int:
        return len(self._where)

    def __getitem__(self, index: int) -> tuple[Record, Sequence[GarmentInfo]]:
        name, number = self._where[index]
        shard = self._open(name)
        return shard.record(number), shard.garments

    def by_shard(self) -> Iterator[range]:
        """The running numbers of each shard: reading one shard after another is faster than at random."""
        start = 0
        for k in range(1, len(self._where) + 1):
            if k == len(self._where) or self._where[k][0] != self._where[start][0]:
                yield range(start, k)
                start = k
