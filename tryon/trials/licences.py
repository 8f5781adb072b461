"""Lists the licences of all packages that the page needs to run: what ``requirements.txt`` names, and what that needs.

    python -m tryon.trials.licences            # prints the table
    python -m tryon.trials.licences --write    # into tryon/THIRD_PARTY.md

Read from the packages that are installed; one without a licence, or with one that forbids commercial use, is named, and
the status is 1.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "tryon" / "THIRD_PARTY.md"
NAME = re.compile(r"^[A-Za-z0-9][\w.-]*")
# what packages say of themselves -> as SPDX has it; the licence files of the two without a word were read
CLASSIFIER = {
    "MIT License": "MIT",
    "BSD License": "BSD-3-Clause",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "Historical Permission Notice and Disclaimer (HPND)": "HPND",
}
WORDS = {
    "BSD 3-Clause": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache": "Apache-2.0",
    "Apache 2.0 License": "Apache-2.0",
    "BSD": "BSD-3-Clause",
    "3-Clause BSD License": "BSD-3-Clause",
    "LICENSE.txt": "",
    "Dual License": "",
}
BY_HAND = {
    "jax": "Apache-2.0",
    "jaxlib": "Apache-2.0",
    "triton": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
}
GPU = re.compile(r"^(nvidia|cuda)-")  # PyTorch's GPU libraries on Linux; a host without a GPU does without
GPU_LICENCE = "NVIDIA proprietary (redistributable; not needed on a CPU)"
FREE = re.compile(r"^(MIT|BSD|Apache|ISC|MPL-2\.0|PSF|Python-2\.0|HPND|Unlicense|Zlib|0BSD|CC0|BSL-1\.0)\b")


@dataclass(frozen=True)
class Package:
    """An installed package. licence: SPDX where it is known, else what it says of itself, which may be nothing."""

    name: str
    version: str
    licence: str
    home: str


def run_time_packages(requirements: Path = ROOT / "requirements.txt") -> list[Package]:
    """All packages that the page needs, by name.

    Args:
        requirements: the list to begin with.
    """
    lines = requirements.read_text("utf-8").splitlines()
    todo = [found[0] for line in lines if (found := NAME.match(line.strip()))]
    known: dict[str, Package] = {}
    while todo:
        name = re.sub(r"[-_.]+", "-", todo.pop()).lower()
        if name in known:
            continue
        try:
            about = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # of another platform or Python
            continue
        known[name] = Package(name, about.version, _licence(name, about.metadata), _home(about.metadata))
        for needed in about.requires or []:
            if "extra ==" not in needed and (found := NAME.match(needed)):
                todo.append(found[0])
    return [known[name] for name in sorted(known)]


def table(packages: Sequence[Package]) -> str:
    """The list as Markdown.

    Args:
        packages: in the order of the rows.
    """
    head = (
        "# Third-party packages\n\nWhat the page needs to run, on Linux with Python 3.11. Written by "
        "`python -m tryon.trials.licences --write`.\n\n| package | version | licence | home |\n|---|---|---|---|\n"
    )
    return head + "".join(f"| {p.name} | {p.version} | {p.licence} | {p.home} |\n" for p in packages)


def doubtful(packages: Sequence[Package]) -> list[Package]:
    """Those without a licence, or with one that is not known to allow commercial use.

    Args:
        packages: all.
    """
    return [p for p in packages if p.licence != GPU_LICENCE and not FREE.match(p.licence)]


def _licence(name: str, about: metadata.PackageMetadata) -> str:
    if GPU.match(name):
        return GPU_LICENCE
    said = _first(about, "License-Expression")
    if said:
        return said
    for line in about.get_all("Classifier") or []:
        last = line.split(" :: ")[-1]
        if line.startswith("License ::") and last in CLASSIFIER:
            return CLASSIFIER[last]
    word = next(iter(_first(about, "License").splitlines()), "").strip()
    return BY_HAND.get(name) or WORDS.get(word, word)


def _first(about: metadata.PackageMetadata, field: str) -> str:
    return str((about.get_all(field) or [""])[0]).strip()


def _home(about: metadata.PackageMetadata) -> str:
    links = dict(line.split(", ", 1) for line in about.get_all("Project-URL") or [] if ", " in line)
    lower = {key.lower(): value for key, value in links.items()}
    wanted = ("homepage", "home", "repository", "source", "source code", "github", "documentation")
    return _first(about, "Home-page") or next((lower[key] for key in wanted if key in lower), "")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its status."""
    parser = argparse.ArgumentParser(
        prog="python -m tryon.trials.licences", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("--write", action="store_true", help="into tryon/THIRD_PARTY.md")
    asked = parser.parse_args(arguments)
    packages = run_time_packages()
    if asked.write:
        TABLE.write_text(table(packages), "utf-8")
    else:
        print(table(packages), end="")
    for package in doubtful(packages):
        print(f"No licence that is known to allow commercial use: {package}", file=sys.stderr)
    return int(bool(doubtful(packages)))


if __name__ == "__main__":
    sys.exit(main())
