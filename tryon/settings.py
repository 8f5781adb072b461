"""What settings of every preparation and training share: fields with their reasons, the open data's place."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]


def setting(default: Any, text: str) -> Any:
    """A field of a settings dataclass with its reason; the command line shows it as help."""
    return dataclasses.field(default=default, metadata={"help": text})


def open_data_dir() -> Path:
    """The open data's folder: TRYON_DATA, or ``../shared/data`` beside the repository."""
    return Path(os.environ.get("TRYON_DATA") or REPOSITORY / ".." / "shared" / "data")
