"""The benchmark's keys, sizes and sums, over stages of known length."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tryon
from tryon.cli import main
from tryon.errors import BadRequestError
from tryon.evaluation import bench
from tryon.evaluation.bench import BenchSettings, bench_pictures, measure, to_size
from tryon.images import load_picture, save_png
from tryon.types import Garment, Person, Pose, TryOnResult

PERSON_S, GARMENT_S, DRESS_S, FRAME_S = 0.020, 0.010, 0.005, 0.008


class SlowPipeline:
    """Stages that only take their time, and remember the sizes of what they see."""

    sizes: set[tuple[int, ...]]

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None, *, device: str = "cpu") -> SlowPipeline:
        cls.sizes = set()
        return cls()

    def understand_person(self, image_u8: np.ndarray) -> Person:
        time.sleep(PERSON_S)
        self.sizes.add(image_u8.shape)
        flat = np.zeros(image_u8.shape[:2], np.float32)
        return Person(
            image_u8, Pose(np.zeros((33, 2), np.float32), np.ones(33, np.float32)), flat, flat.astype(np.uint8)
        )

    def understand_garment(self, image_u8: np.ndarray) -> Garment:
        time.sleep(GARMENT_S)
        return Garment(image_u8, np.ones(image_u8.shape[:2], np.float32), "upper", {}, "not sure", {}, {})

    def dress(self, person: Person, garment: Garment, *, stages: bool = False) -> TryOnResult:
        time.sleep(DRESS_S)
        return TryOnResult(person.image_u8, person.mask_f32, "upper", timings={"warp": 5.0})


class SlowLive:
    """Frames that only take their time."""

    sizes: set[tuple[int, ...]]

    @classmethod
    def from_pretrained(cls, weights_dir: Path | None = None) -> SlowLive:
        cls.sizes = set()
        return cls()

    def set_garment(self, garment: Garment) -> None:
        self.garment = garment

    def frame(self, rgb_u8: np.ndarray) -> np.ndarray:
        time.sleep(FRAME_S)
        assert self.garment.category == "upper"
        self.sizes.add(rgb_u8.shape)
        return rgb_u8.copy()


@pytest.fixture
def pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_picture: Callable[..., np.ndarray]
) -> tuple[Path, Path]:
    """A person's and a garment's file, with the slow stages in place of the networks."""
    monkeypatch.setitem(vars(tryon), "TryOnPipeline", SlowPipeline)
    monkeypatch.setattr("tryon.live.LiveTryOn", SlowLive)
    monkeypatch.setattr(bench, "_timed_process", lambda arguments: 1.25)
    save_png(make_picture(300, 200), tmp_path / "person.png")
    save_png(make_picture(150, 150, 1), tmp_path / "garment.png")
    return tmp_path / "person.png", tmp_path / "garment.png"


def test_figures_have_their_keys_and_add_up(pictures: tuple[Path, Path]) -> None:
    figures = measure(BenchSettings(runs=3, warm_up=1, start=False, person=pictures[0], garments=(pictures[1],)))
    assert list(figures) == [
        "new_photo_ms",
        "garment_switch_ms",
        "live_fps",
        "import_s",
        "start_s",
        "peak_memory_mb",
        "weights_mb",
        "stages",
        "arithmetic",
    ]
    paths = ["understand_person", "understand_garment", "dress", "garment_switch", "new_photo", "live_frame"]
    assert list(figures["arithmetic"]) == paths
    assert figures["arithmetic"]["dress"]["ms"] == pytest.approx(figures["stages"]["dress"], abs=0.1)
    assert figures["arithmetic"]["dress"]["ratio"] is None  # sleeping is no arithmetic
    assert list(figures["new_photo_ms"]) == list(figures["garment_switch_ms"]) == ["p50", "p95"]
    stages = figures["stages"]
    photo = stages["decode_photo"] + stages["understand_person"] + stages["dress"]
    switch = stages["decode_garment"] + stages["understand_garment"] + stages["dress"]
    # sleeping never ends early, and on a busy machine it may end late
    assert figures["new_photo_ms"]["p50"] >= (PERSON_S + DRESS_S) * 1000
    assert figures["garment_switch_ms"]["p50"] >= (GARMENT_S + DRESS_S) * 1000
    assert figures["new_photo_ms"]["p50"] == pytest.approx(photo, rel=0.5)
    assert figures["garment_switch_ms"]["p50"] == pytest.approx(switch, rel=0.5)
    assert stages["warp"] == 5
    assert 0 < figures["live_fps"] <= 1 / FRAME_S
    assert figures["import_s"] == 1.25
    assert figures["start_s"] is None
    assert figures["peak_memory_mb"] is None or figures["peak_memory_mb"] > 10
    assert SlowPipeline.sizes == {(1024, 768, 3)}
    assert SlowLive.sizes == {(256, 192, 3)}


def test_the_command_prints_json(pictures: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    named = ["--person", str(pictures[0]), "--garment", str(pictures[1])]
    assert main(["bench", "--json", "--runs", "1", "--no-start", *named]) == 0
    assert json.loads(capsys.readouterr().out)["stages"]["warp"] == 5
    assert main(["bench", "--runs", "1", "--no-start", *named]) == 0
    assert "garment switch" in capsys.readouterr().out


def test_a_saved_run_is_compared_number_by_number(
    pictures: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["bench", "--runs", "1", "--no-start", "--person", str(pictures[0]), "--garment", str(pictures[1])]
    saved = tmp_path / "before.json"
    saved.write_text(json.dumps({"live_fps": 10.0, "stages": {"warp": 2.5, "gone": 1}, "start_s": None}), "utf-8")
    assert main([*command, "--json", "--compare", str(saved)]) == 0
    told = json.loads(capsys.readouterr().out)["compared"]
    assert told["stages.warp"] == {"now": 5.0, "then": 2.5, "ratio": 2.0}
    assert set(told) == {"live_fps", "stages.warp"}
    assert main([*command, "--compare", str(saved)]) == 0
    assert "2.00x" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "no json", "[]", '{"note": "nothing"}'])
def test_a_file_that_holds_no_figures_is_refused(
    pictures: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None
) -> None:
    saved = tmp_path / "before.json"
    if content is not None:
        saved.write_text(content, "utf-8")
    command = ["bench", "--runs", "1", "--no-start", "--person", str(pictures[0]), "--garment", str(pictures[1])]
    assert main([*command, "--compare", str(saved)]) != 0
    assert "bench --json" in capsys.readouterr().err


def test_the_repositorys_own_pictures_are_taken(root: Path) -> None:
    if not json.loads((root / "assets/manifest.json").read_text("utf-8"))["models"]:
        pytest.skip("the virtual models are not drawn yet")
    persons, garments = bench_pictures(BenchSettings())
    assert len(persons) >= 6
    assert len(garments) >= 16
    assert load_picture(persons[0]).shape == (1024, 768, 3)
    load_picture(garments[0])


def test_without_pictures_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    with pytest.raises(BadRequestError, match="--person FILE --garment FILE"):
        bench_pictures(BenchSettings())


def test_frames_in_which_nobody_is_found_are_not_timed(
    pictures: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SlowLive, "frame", lambda self, rgb_u8: rgb_u8)
    with pytest.raises(BadRequestError, match="Nobody"):
        measure(BenchSettings(runs=1, warm_up=0, start=False, person=pictures[0], garments=(pictures[1],)))


@settings(max_examples=30, deadline=None)
@given(st.integers(20, 400), st.integers(20, 400), st.integers(16, 200), st.integers(16, 200))
def test_fills_the_size(h: int, w: int, height: int, width: int) -> None:
    filled = to_size(np.full((h, w, 3), 77, np.uint8), width, height)
    assert filled.shape == (height, width, 3)
    assert (filled == 77).all()


def test_a_page_that_cannot_start_has_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    (tmp_path / "app.py").write_text("raise SystemExit(3)")
    assert bench.page_start_seconds(limit_s=20) is None


def test_a_page_that_starts_is_timed_and_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "ROOT", tmp_path)
    server: Any = (
        "import http.server, os, pathlib\n"
        "pathlib.Path('pid').write_text(str(os.getpid()))\n"
        "address = (os.environ['GRADIO_SERVER_NAME'], int(os.environ['GRADIO_SERVER_PORT']))\n"
        "http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    (tmp_path / "app.py").write_text(server)
    seconds = bench.page_start_seconds(limit_s=60)
    assert seconds is not None
    assert 0 < seconds < 60
