"""The command: a run of seconds over rendered pairs and over the open data, what it writes, and what it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tryon.errors import BadRequestError
from tryon.evaluation.evaluate import COARSE, LEARNED, EvaluateSettings, evaluate, find_warps
from tryon.evaluation.first_generator import FirstGenerator, FirstGeneratorParams
from tryon.evaluation.tryon_figures import DRAWN, FINISHED
from tryon.evaluation.variants import PASTED
from tryon.models.generator import Generator, GeneratorParams
from tryon.models.warper import Warper, WarperParams
from tryon.models.weights import save_weights

SMALL = (8, 16, 16, 16, 16)


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A folder of untrained small weights: today's generator, the first release's, and a warper."""
    folder = tmp_path / "weights"
    for name, net in (
        ("generator", Generator(GeneratorParams(channels=SMALL))),
        ("first", FirstGenerator(FirstGeneratorParams(channels=SMALL))),
        ("warper", Warper(WarperParams(channels=SMALL[:3], looks=1))),
    ):
        save_weights(folder / f"{name}.safetensors", net, params=net.params, command="a test")  # type: ignore[attr-defined]
    return folder


def test_a_smoke_run_over_rendered_pairs(weights: Path, pairs_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "figures" / "evaluation.json"
    first = weights / "first.safetensors"
    settings = EvaluateSettings(
        pairs=pairs_folder, weights=weights, others=f"first={first}", only="rendered", out=out, smoke=True
    )
    figures = evaluate(settings)
    assert json.loads(out.read_text()) == figures
    assert figures["skipped"] == []
    rendered = figures["rendered"]
    assert (rendered["pairs"], rendered["finished"]) == (2, 1)
    assert rendered["warp"][COARSE]["flow_px"][0] == pytest.approx(6, abs=0.2)
    # an untrained warp network starts from the coarse warp
    assert rendered["warp"][LEARNED]["flow_px"][0] == pytest.approx(6, abs=0.3)
    rows = [f"{warp}, {name}" for warp in (COARSE, LEARNED) for name in (PASTED, "generator", "first")]
    assert list(rendered[DRAWN]) == list(rendered[FINISHED]) == rows
    table = out.with_suffix(".md").read_text()
    assert all(f"| {row} |" in table for row in rows)


def test_without_a_learned_warp_its_rows_are_left_out(weights: Path, pairs_folder: Path, tmp_path: Path) -> None:
    (weights / "warper.safetensors").unlink()
    assert list(find_warps(weights)) == [COARSE]
    out = tmp_path / "evaluation.json"
    figures = evaluate(EvaluateSettings(pairs=pairs_folder, weights=weights, only="rendered", out=out, smoke=True))
    assert list(figures["rendered"]["warp"]) == [COARSE]
    assert "warper.safetensors" in figures["skipped"][0]
    assert "Not measured: the learned warp" in out.with_suffix(".md").read_text()


def test_unknown_parts_and_missing_data_are_named(weights: Path, tmp_path: Path) -> None:
    def run(only: str) -> None:
        evaluate(EvaluateSettings(weights=weights, only=only, pairs=tmp_path, data=tmp_path, people=tmp_path))

    with pytest.raises(BadRequestError, match="'flying'"):
        run("rendered,flying")
    with pytest.raises(BadRequestError, match="prepare pairs"):
        run("rendered")
    with pytest.raises(BadRequestError, match="TRYON_DATA"):
        run("kept")
    with pytest.raises(BadRequestError, match="TRYON_DATA"):
        run("photos")


def test_a_smoke_run_over_photos(weights: Path, root: Path, data_dir: Path, pairs_folder: Path, tmp_path: Path) -> None:
    for name in ("parser", "garment", "placement"):
        shutil.copy(root / "weights" / f"{name}.safetensors", weights)
    (weights / "warper.safetensors").unlink()
    out = tmp_path / "evaluation.json"
    people = root / "data" / "people"
    figures = evaluate(
        EvaluateSettings(data=data_dir, people=people, pairs=pairs_folder, weights=weights, out=out, smoke=True)
    )
    assert set(figures) == {"skipped", "photos", "parsing", "generator", "rendered", "kept", "photo_likeness"}
    assert 0.3 < figures["parsing"]["mean_iou"] < 1
    assert list(figures["generator"]) == [PASTED, "generator"]
    rows = [f"{COARSE}, {name}" for name in (PASTED, "generator")]
    assert list(figures["photo_likeness"])[:-1] == rows
    if figures["kept"]["tries"]:
        assert list(figures["kept"]["variants"])[:-1] == rows
