"""The page is killed and started again, and runs where there is no network at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import cv2
import pytest

from tryon.trials.served import ServedPage, served_page
from tryon.trials.visits import Visit
from tryon.ui.app import FOLDER_PREFIX, LOCK, remove_abandoned_folders

needs_locks = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks that end with a program")


@pytest.fixture
def png(make_picture: Any) -> bytes:
    """A small picture as a file."""
    return bytes(cv2.imencode(".png", make_picture(160, 120, 3))[1])


def upload(page: ServedPage, picture: bytes) -> Path:
    """Bring a file as a program does; where the page keeps it."""
    body = (
        b'--e\r\nContent-Disposition: form-data; name="files"; filename="me.png"\r\n\r\n' + picture + b"\r\n--e--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=e"}
    request = urllib.request.Request(page.url + "gradio_api/upload", body, kind)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return Path(json.load(answer)[0])


def config_of(page: ServedPage) -> dict[str, Any]:
    with urllib.request.urlopen(page.url + "config", timeout=60) as answer:
        return dict(json.load(answer))


@needs_locks
def test_a_killed_page_starts_again_and_nothing_of_a_visitor_stays(tmp_path: Path, png: bytes) -> None:
    place = {"TMPDIR": str(tmp_path)}
    with served_page(environment=place) as page:
        visit = Visit(page.port, config_of(page))
        visit.upload(png)
        kept = upload(page, png)
        assert kept.is_file()
        page.process.kill()  # as when memory runs out: nothing can be tidied any more
        page.process.wait(30)
    assert kept.is_file()
    with served_page(environment=place) as again:
        assert not kept.exists()
        fresh = upload(again, png)
        assert remove_abandoned_folders(tmp_path) == 0  # of a page that runs
        assert fresh.is_file()
        Visit(again.port, config_of(again)).leave()
    assert not list(tmp_path.glob(f"{FOLDER_PREFIX}*"))


@needs_locks
def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    mine, strange = tmp_path / f"{FOLDER_PREFIX}a", tmp_path / f"{FOLDER_PREFIX}b"
    outside = tmp_path / "outside"
    for folder in (mine, strange, outside):
        folder.mkdir()
        (folder / "file").write_text("kept")
    (outside / LOCK).write_text("")
    (strange / LOCK).symlink_to(outside / LOCK)  # no lock of ours
    (tmp_path / f"{FOLDER_PREFIX}c").symlink_to(outside)
    assert remove_abandoned_folders(tmp_path) == 0
    assert all((folder / "file").read_text() == "kept" for folder in (mine, strange, outside))


OFFLINE = """
import os, sys
def watch(event, arguments):
    here = ("127.", "localhost", "::1", "0.0.0.0")
    if event == "socket.connect" and isinstance(arguments[1], tuple) and not str(arguments[1][0]).startswith(here):
        print("REACHED OUT", arguments[1], flush=True)
        os._exit(9)
    if event == "socket.getaddrinfo" and arguments[0] and not str(arguments[0]).startswith(here):
        print("LOOKED UP", arguments[0], flush=True)
        os._exit(9)
sys.addaudithook(watch)
from tryon.trials.served import main
main()
"""


def test_the_page_asks_nobody_for_anything(png: bytes) -> None:
    # not as in the other tests, which close this process's network: here a whole program is watched from its first line
    with served_page(program=("-c", OFFLINE)) as page:
        visit = Visit(page.port, config_of(page))
        visit.upload(png)
        upload(page, png)
        visit.leave()
        time.sleep(1.0)
        assert page.process.poll() is None
        assert "REACHED OUT" not in page.said()
        assert "LOOKED UP" not in page.said()


def test_the_watcher_would_see_it() -> None:
    code = OFFLINE.split("from tryon")[0] + "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 9


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0,
    reason="this system lets nobody take a program off the network",
)
def test_a_try_on_needs_no_network(root: Path, tmp_path: Path) -> None:
    gallery = json.loads((root / "assets" / "manifest.json").read_text("utf-8"))
    person, garment = (root / "assets" / gallery[kind][0]["file"] for kind in ("models", "garments"))
    out = tmp_path / "result.png"
    command = [sys.executable, "-m", "tryon", "try", "--person", person, "--garment", garment, "--out", out]
    done = subprocess.run(["unshare", "-rn", *command], cwd=root, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert out.stat().st_size > 10_000
    assert os.access(out, os.R_OK)
