"""Every package that the page needs is listed with a licence that allows commercial use."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tryon.trials.licences import GPU_LICENCE, TABLE, Package, doubtful, run_time_packages


def test_every_pinned_package_is_listed_with_its_licence(root: Path) -> None:
    text = TABLE.read_text("utf-8")
    listed = dict(re.findall(r"^\| ([\w.-]+) \| [\w.+]+ \| ([^|]+) \|", text, re.M))
    packages = run_time_packages()
    assert {"torch", "gradio", "mediapipe", "pillow", "starlette", "numpy"} <= {package.name for package in packages}
    assert doubtful(packages) == []
    if sys.platform != "linux" or sys.version_info[:2] != (3, 11):
        return  # other platforms and Pythons bring a few others along
    for package in packages:
        assert listed.get(package.name) == package.licence, f"{package}: python -m tryon.trials.licences --write"


def test_what_forbids_or_says_nothing_is_named() -> None:
    def package(licence: str) -> Package:
        return Package("a", "1", licence, "")

    bad = [package(licence) for licence in ("", "CC-BY-NC-4.0", "Proprietary", "AGPL-3.0-only", "Free for research")]
    good = [package(licence) for licence in ("MIT", "BSD-3-Clause", "MPL-2.0 AND MIT", "Apache-2.0", GPU_LICENCE)]
    assert doubtful([*bad, *good]) == bad
