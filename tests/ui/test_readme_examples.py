"""The README's examples for other machines, run as they stand against a served page."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tryon.images import load_picture

pytest.importorskip("gradio_client")
ADDRESS = "http://127.0.0.1:7860"


def examples(root: Path, language: str) -> list[str]:
    """Code blocks of the section, in one language, as the README has them."""
    text = (root / "README.md").read_text("utf-8")
    section = text.split("\n## From another machine\n")[1].split("\n## ")[0]
    found = re.findall(rf"```{language}\n(.*?)```", section, re.S)
    assert found
    assert all(ADDRESS in block for block in found)
    return found


@pytest.fixture(scope="module")
def gallery_page(serving: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page over the repository's own gallery and the drawing pipeline."""
    from tryon.ui.app import build_app, launch_options

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(tmp_path_factory.mktemp("files")))
        page, room = build_app(load=lambda: serving.drawing)
        _, url, _ = page.launch(**launch_options(room), prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        yield str(url).rstrip("/")
        page.close()
        room.stop()


@pytest.fixture
def pictures(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with me.jpg and shirt.png, which the examples name; it is the working folder."""
    manifest = json.loads((root / "assets/manifest.json").read_text("utf-8"))
    shutil.copy(root / "assets" / manifest["models"][0]["file"], tmp_path / "me.jpg")
    with Image.open(root / "assets" / manifest["garments"][0]["file"]) as opened:
        opened.save(tmp_path / "shirt.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_python(root: Path, gallery_page: str, pictures: Path) -> None:
    for block in examples(root, "python"):
        said = io.StringIO()
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(said):
            exec(compile(block.replace(ADDRESS, gallery_page), "README.md", "exec"), names)  # the project's own text
        assert "tee-breton" in names["names"]
        assert "['lower', 'upper']" in said.getvalue()
        shown = np.asarray(Image.open(names["picture"]).convert("RGB"))
        assert shown.shape == load_picture(pictures / "me.jpg").shape


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="curl is not installed")
def test_curl(root: Path, gallery_page: str, pictures: Path) -> None:
    for block in examples(root, "bash"):
        script = "set -e\n" + block.replace(ADDRESS, gallery_page)
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True, timeout=120)
        answers = [json.loads(line) for line in re.sub(r"}\s*{", "}\n{", done.stdout).splitlines()]
        assert "tee-breton" in [garment["id"] for garment in answers[0]["garments"]]
        assert answers[1]["category"] == "upper"
        assert json.loads((pictures / "told.json").read_text())["categories"] == ["lower", "upper"]
        with Image.open(pictures / "result.png") as opened:
            assert opened.format == "PNG"
