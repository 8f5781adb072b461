"""``python app.py`` as a program: address, port, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tryon.ui import app


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.mark.skipif(os.name == "nt", reason="Windows ends programs without a signal that they can answer")
def test_it_serves_where_it_is_told_and_leaves_nothing(root: Path, tmp_path: Path) -> None:
    manifest = root / "assets/manifest.json"
    if not manifest.is_file() or not json.loads(manifest.read_text(encoding="utf-8"))["models"]:
        pytest.skip("the assets are not there")
    port = free_port()
    environment = {
        **os.environ,
        "GRADIO_SERVER_NAME": "127.0.0.1",
        "GRADIO_SERVER_PORT": str(port),
        "TMPDIR": str(tmp_path),
    }
    with (tmp_path / "log").open("w") as log:
        program = subprocess.Popen([sys.executable, "app.py"], cwd=root, env=environment, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 120
        page = ""
        while not page and time.monotonic() < deadline and program.poll() is None:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/").read().decode()
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        assert "Try-on" in page, (tmp_path / "log").read_text()
        kept = list(tmp_path.glob("tryon-*"))
        assert len(kept) == 1
        assert kept[0].stat().st_mode & 0o077 == 0  # nobody else can read it
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)
    assert list(tmp_path.glob("tryon-*")) == []
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_missing_assets_are_told_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tryon.ui.fitting_room.assets_folder", lambda: tmp_path)
    monkeypatch.setattr(app, "private_temporary_folder", lambda: tmp_path)
    with pytest.raises(SystemExit, match=r"manifest\.json is missing"):
        app.main()
