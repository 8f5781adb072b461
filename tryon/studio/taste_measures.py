"""Measures of a gallery's garments, kept in one small file, so that nothing is computed when a visitor asks."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.images import write_atomically
from tryon.studio.taste_pattern import PATTERN_NUMBERS, PATTERNS
from tryon.studio.taste_traits import HUES, LOOK_NUMBERS, PALETTE_NUMBERS, Measured

FILE_NAME = "taste.npz"  # beside the manifest
ENDS = np.cumsum([PALETTE_NUMBERS, PATTERN_NUMBERS, HUES, 1, 1])


@dataclass(frozen=True, eq=False)
class Kept:
    """What is kept of one garment. digest: of its picture and mask; another picture has another one."""

    digest: str
    measured: Measured
    look: NDArray[np.float32]


def digest_of(*files: Path | None) -> str:
    """The digest of a garment's files.

    Args:
        files: picture and mask, None where there is none.
    """
    told = hashlib.sha256()
    for file in files:
        told.update(b"" if file is None else file.read_bytes())
    return told.hexdigest()[:16]


def read_measures(path: Path) -> dict[str, Kept]:
    """What a file keeps, by garment; nothing where there is no file.

    Args:
        path: of the file.

    Raises:
        BadRequestError: it is damaged.
    """
    if not path.is_file():
        return {}
    try:
        with np.load(path, allow_pickle=False) as data:
            arrays: dict[str, Any] = {name: data[name] for name in data.files}
        numbers, looks = arrays["numbers"].astype(np.float32), arrays["looks"].astype(np.float32)
        if numbers.shape[1] != ENDS[-1] or looks.shape != (len(numbers), LOOK_NUMBERS):
            raise ValueError("other measures")
        rows = zip(arrays["ids"], arrays["digests"], numbers, arrays["patterns"], arrays["colours"], looks, strict=True)
        return {str(i): Kept(str(d), _measured(n, str(p), str(c)), look) for i, d, n, p, c, look in rows}
    except (OSError, ValueError, KeyError, IndexError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise BadRequestError(
            f"{path} cannot be read ({error}). Make it again with: python -m tryon recommend --measure."
        ) from error


def write_measures(path: Path, kept: Mapping[str, Kept]) -> None:
    """Write a file in one step.

    Args:
        path: of the file.
        kept: by garment.
    """
    rows = [
        np.concatenate([m.palette, m.weave, m.hues, [m.lightness, m.chroma]])
        for m in (each.measured for each in kept.values())
    ]
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        ids=np.array(list(kept)),
        digests=np.array([each.digest for each in kept.values()]),
        numbers=np.array(rows, np.float16),
        patterns=np.array([each.measured.pattern for each in kept.values()]),
        colours=np.array([" ".join(each.measured.colours) for each in kept.values()]),
        looks=np.array([each.look for each in kept.values()], np.float16),
    )
    write_atomically(path, buffer.getvalue())


def _measured(numbers: NDArray[np.float32], pattern: str, colours: str) -> Measured:
    palette, weave, hues, lightness, chroma = np.split(numbers, ENDS[:-1])
    return Measured(
        palette, weave, hues, float(lightness[0]), float(chroma[0]),
        cast("Any", pattern if pattern in PATTERNS else ""), tuple(colours.split()),
    )  # fmt: skip
