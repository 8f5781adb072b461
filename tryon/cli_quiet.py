"""Keeping the native libraries' chatter off the terminal.

TensorFlow Lite and absl, inside MediaPipe, write notes straight to file descriptor 2 and heed no
setting, so that the one sentence that matters would stand between five that do not.
"""

from __future__ import annotations

import os
import re
import sys
import threading

# "INFO: Created TensorFlow Lite ...", "WARNING: All log messages before absl ...", "W0000 00:00:1795 file.cc:1] ..."
_CHATTER = re.compile(rb"^(INFO: |WARNING: All log messages before absl|[IW]\d{4} [\d:.]+\s+\d+ \S+:\d+\] )")


def hush_native_logs() -> None:
    """From now on pass on only those lines of file descriptor 2 that are no chatter.

    Python's own ``sys.stderr`` writes past the filter, at once and whole.
    """
    sys.stderr.flush()
    terminal = os.dup(2)
    source, sink = os.pipe()
    os.dup2(sink, 2)
    os.close(sink)
    sys.stderr = open(os.dup(terminal), "w", encoding="utf-8", errors="backslashreplace", buffering=1)  # noqa: SIM115

    def pass_on() -> None:
        with open(source, "rb") as lines:
            for line in lines:
                if not _CHATTER.match(line):
                    os.write(terminal, line)

    # a daemon: descriptor 2 stays open until the process ends, and so would the thread
    threading.Thread(target=pass_on, name="native logs", daemon=True).start()
