"""What a process holds: memory, open files, and what lies in a folder."""

from __future__ import annotations

import os
from pathlib import Path


def resident_mb(pid: int | None = None) -> float:
    """Resident memory of a process (this one by default) in MB; 0 where the system does not tell.

    Args:
        pid: of the process.
    """
    try:
        pages = int(Path(f"/proc/{pid or 'self'}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def work_seconds(pid: int | None) -> float:
    """Processor time that a process has used; 0 where the system does not tell.

    Args:
        pid: of the process.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def open_files(pid: int) -> int:
    """How many files and connections a process has open; 0 where the system does not tell."""
    try:
        return sum(1 for _ in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return 0


def files_in(folder: Path) -> list[Path]:
    """All files under a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())
