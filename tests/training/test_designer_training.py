"""The designer's shards and trainers, on a handful of garments: everything runs, and there is something to learn."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.models.design_details import LABEL_NAMES
from tryon.models.designer import CLOTHS
from tryon.synth.design_cuts import random_cut
from tryon.synth.design_records import HEIGHT, WIDTH, DesignRecordSettings, draw_record, draw_records, write_records
from tryon.synth.design_swatches import SwatchSettings, draw_swatch, draw_swatches
from tryon.training.designer import DesignerSettings, train_designer
from tryon.training.designer_data import chain_of_record, read_outlines, read_swatches, records
from tryon.training.designer_drape import mirrored
from tryon.training.prepare_designs import even_light, on_white


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("designs")
    draw_records(DesignRecordSettings(out=folder, count=18, shard=18))
    draw_swatches(SwatchSettings(out=folder, count=20))
    swatch = cv2.imencode(".jpg", np.full((64, 64, 3), 120, np.uint8))[1].reshape(-1)
    drawn = list(records([folder / "drawn_00.npz"]))[:7]
    photos = []
    for record in drawn:
        chain = chain_of_record(record)
        points = np.zeros((0, 2), np.float32) if chain is None else chain.points
        photos.append({"label": record["label"], "chain": points, "sleeves": bool(chain and chain.has_sleeves),
                       "swatches": [swatch], "thumb": swatch, "id": "x", "validation": False})  # fmt: skip
    write_records(folder / "photos_00.npz", photos)
    return folder


def test_records_hold_layers_within_the_whole(data: Path) -> None:
    record = draw_record((5, 1))
    layers = cv2.imdecode(record["png"], cv2.IMREAD_UNCHANGED)
    whole = cv2.imdecode(record["whole"], cv2.IMREAD_GRAYSCALE)
    assert layers.shape == (HEIGHT, WIDTH, 4)
    assert 0.1 < float((whole > 127).mean()) < 0.85
    assert not layers[..., 1:][whole == 0].any()
    assert 60 < float(layers[..., 0][whole > 250].mean()) < 220
    assert np.array_equal(layers, cv2.imdecode(draw_record((5, 1))["png"], cv2.IMREAD_UNCHANGED))
    with np.load(data / "drawn_00.npz", allow_pickle=True) as f:
        assert len(f["label"]) == 18


@pytest.mark.parametrize("label", LABEL_NAMES)
def test_every_label_has_cuts(label: str) -> None:
    cuts = [random_cut(label, np.random.default_rng(seed)) for seed in range(6)]
    assert all(c.details.min() >= 0 and c.details.max() <= 1 for c in cuts)
    assert len({c.pattern.bounds() for c in cuts}) == 6


def test_swatches_are_even_and_differ_by_kind() -> None:
    rng = np.random.default_rng(3)
    deviation = lambda kind: np.mean([draw_swatch(kind, rng).std((0, 1)).mean() for _ in range(3)])  # noqa: E731
    spread = {kind: float(deviation(kind)) for kind in ("plain", "stripes")}
    assert spread["plain"] < 0.35 * spread["stripes"]
    slope = np.clip(np.linspace(60, 200, 64)[None, :, None] * np.ones((64, 1, 3)), 0, 255).astype(np.uint8)
    assert np.ptp(even_light(slope).mean((0, 2))) < 0.5 * np.ptp(slope.mean((0, 2)))


def test_cut_outs_are_framed_alike() -> None:
    picture, alpha = np.zeros((300, 400, 3), np.uint8), np.zeros((300, 400), np.float32)
    alpha[100:160, 50:350] = 1
    framed = on_white(picture, alpha)
    ys, xs = np.nonzero(framed.max(-1) < 100)
    assert np.ptp(xs) == pytest.approx(0.9 * framed.shape[1], abs=3)
    assert abs(ys.mean() - framed.shape[0] / 2) < 2


def test_outlines_and_swatches_are_read(data: Path) -> None:
    sets = read_outlines(data)
    assert sum(len(s.label) for s in sets.values()) > 10
    assert any(s.real.any() for s in sets.values())
    swatches = read_swatches(data)
    assert swatches.pictures.shape == (27, 64, 64, 3)
    assert (swatches.kind == CLOTHS.index("photo")).sum() == 7


def test_a_mirror_changes_sides() -> None:
    fields = torch.rand(1, 10, 4, 6)
    there = mirrored(fields)
    assert torch.equal(there[0, 8], fields[0, 9].flip(1))
    assert torch.equal(there[0, 3], -fields[0, 3].flip(1))
    assert torch.equal(mirrored(there), fields)


@pytest.mark.parametrize("part", ["outline", "cloth", "drape", "folds"])
def test_each_part_trains_and_writes_weights(data: Path, tmp_path: Path, part: str) -> None:
    figures = train_designer(DesignerSettings(data=data, run=tmp_path, part=part, smoke=True))
    assert all(np.isfinite(value) for value in figures.values())
    assert (tmp_path / part / f"design_{part}.safetensors").is_file()
    assert (tmp_path / part / "log.csv").is_file() is (part != "folds")  # which are chosen, not trained
    if part == "outline":
        with (tmp_path / part / "log.csv").open(newline="") as f:
            errors = [float(row["code_error"]) for row in csv.DictReader(f)]
        assert errors[-1] < 0.8 * errors[0]  # asked lengths are learned from the first steps on


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="prepare"):
        train_designer(DesignerSettings(data=tmp_path, run=tmp_path, part="outline", smoke=True))
    with pytest.raises(BadRequestError, match="hat"):
        train_designer(DesignerSettings(data=tmp_path, run=tmp_path, part="hat"))
