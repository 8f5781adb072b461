"""What native libraries write to file descriptor 2 is sifted; what Python and crashes write is not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_chatter_is_dropped_and_the_rest_passes() -> None:
    code = (
        "import os, sys, time\n"
        "from tryon.cli_quiet import hush_native_logs\n"
        "hush_native_logs()\n"
        "os.write(2, b'INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\\n')\n"
        "os.write(2, b'W0000 00:00:1795383203.845866    2236 manager.cc:114] Feedback manager\\n')\n"
        "os.write(2, b'something that matters\\n')\n"
        "time.sleep(0.5)\n"
        "print('error: a sentence.', file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert result.stderr.splitlines() == ["something that matters", "error: a sentence."]


def test_tracebacks_are_whole() -> None:
    code = "from tryon.cli_quiet import hush_native_logs\nhush_native_logs()\nraise ValueError('INFO: mine')\n"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.rstrip().endswith("ValueError: INFO: mine")
