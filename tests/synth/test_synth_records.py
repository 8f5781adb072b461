"""Whole records: the same seed gives the same bytes, the flow leads back, skin stays under cloth, labels agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("anny", reason="the data engine's packages are not installed (requirements-synth.txt)")
pytest.importorskip("moderngl", reason="the data engine's packages are not installed (requirements-synth.txt)")

from tryon.settings import open_data_dir
from tryon.synth.compose import compose, plain_look
from tryon.synth.designs import DesignKind, make_design
from tryon.synth.flat_check import worn_errors
from tryon.synth.record import HALF, RECORD_LABELS, GarmentInfo, Record
from tryon.synth.record_codec import pack_record, unpack_record
from tryon.synth.record_maker import RecordMaker
from tryon.synth.synthesize import SynthSettings

if not (open_data_dir() / "makehuman").is_dir():
    pytest.skip("the open data (../shared/data) is not here", allow_module_level=True)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> RecordMaker:
    empty = tmp_path_factory.mktemp("nothing")
    return RecordMaker(SynthSettings(pose=False, drapes=empty, grounds=empty, photo_textures=empty))


@pytest.fixture(scope="module")
def wardrobe(maker: RecordMaker) -> list:
    rng = np.random.default_rng(4)
    kinds: tuple[DesignKind, ...] = ("upper", "upper", "lower", "skirt", "dress", "jacket")
    return [make_design(kind, rng, maker.kit) for kind in kinds]


@pytest.fixture(scope="module")
def garments(maker: RecordMaker, wardrobe: list) -> list[GarmentInfo]:
    return [maker.garment(w) for w in wardrobe]


@pytest.fixture(scope="module")
def records(maker: RecordMaker, wardrobe: list, garments: list[GarmentInfo]) -> list[Record]:
    return [maker.make_record(f"t{k}", wardrobe, garments, [1, k]) for k in range(5)]


def test_same_seed_same_bytes(maker: RecordMaker, wardrobe: list, garments: list, records: list[Record]) -> None:
    again = maker.make_record("t0", wardrobe, garments, [1, 0])
    assert pack_record(again) == pack_record(records[0])
    assert pack_record(records[0]) != pack_record(records[1])


def test_the_flow_leads_back_to_the_flat_picture(garments: list[GarmentInfo], records: list[Record]) -> None:
    """worn pixel -> flat frame -> flat picture -> flat frame again, after storage, at 512x384."""
    errors, hidden = [], []
    for record in records:
        for layer in unpack_record(pack_record(record)).layers:
            for view in garments[layer.garment].views:
                missed, out_of_sight = worn_errors(layer.flat_px, layer.half_part, view)
                errors.append(missed)
                hidden.append(out_of_sight)
    error = np.concatenate(errors)
    assert len(error) > 20_000
    assert np.median(error) <= 0.5
    assert np.quantile(error, 0.95) <= 1.5
    assert np.mean(hidden) < 0.06  # points that lie behind a fold or a sleeve in the flat picture


def test_labels_follow_the_clothes(garments: list[GarmentInfo], records: list[Record]) -> None:
    for record in records:
        for name, outfit in record.outfits.items():
            view = compose(record, garments, outfit, plain_look(), HALF)
            shown = {RECORD_LABELS[k] for k in np.unique(view.labels_u8)}
            worn = {garments[record.layers[k].garment].category for k in outfit}
            clothes = shown & {"upper", "lower", "dress"}
            assert clothes <= worn, name
            if name == "undressed":
                assert "torso_skin" in shown
            else:
                assert clothes


def test_every_record_has_its_outfits(records: list[Record]) -> None:
    assert any("mixed" in record.outfits for record in records)
    for record in records:
        assert {"undressed", "a", "b"} <= set(record.outfits)
        assert not set(record.outfits["a"]) & set(record.outfits["b"])
        assert record.body.labels.any()
        assert record.joints_px


def test_a_stopped_shard_leaves_nothing(
    maker: RecordMaker, wardrobe: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "settings", SynthSettings(out=tmp_path, per_shard=2, pose=False))
    monkeypatch.setattr(maker, "wardrobe", lambda rng, split: wardrobe)
    steps = maker.make_shard(0)
    next(steps)
    steps.close()  # stopped in the middle
    assert list(tmp_path.iterdir()) == []
