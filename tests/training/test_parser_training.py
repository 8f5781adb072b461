"""The parser's trainer learns, its labels and mirrored views are right, its shards are checked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.training.parser import class_weights, new_parser, parsing_loss
from tryon.training.parser_examples import make_example
from tryon.training.people_data import PersonRecord, find_people, random_view, read_people
from tryon.training.people_labels import is_validation, remap_labels
from tryon.types import LABEL

MakeRecord = Callable[[np.random.Generator], PersonRecord]


def test_steps_on_a_fixed_batch_lower_the_loss(make_record: MakeRecord) -> None:
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    record = make_record(rng)
    pairs = [make_example(record, rng, 96, 64) for _ in range(3)]
    x, y = (torch.from_numpy(np.stack([p[i] for p in pairs])) for i in (0, 1))
    net = new_parser().train()
    weights = class_weights([record])
    optimizer = torch.optim.AdamW(net.parameters(), 1e-3)
    losses = []
    for _ in range(8):
        loss = parsing_loss(net(x)[0], y, weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.8 * losses[0]


def test_loss_is_least_for_the_truth() -> None:
    y = torch.randint(0, 13, (1, 8, 8))
    right = torch.nn.functional.one_hot(y, 13).permute(0, 3, 1, 2).float() * 12
    assert parsing_loss(right, y, torch.ones(13)) < parsing_loss(right.roll(1, 1), y, torch.ones(13))


def test_skin_is_named_by_pose(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    names = ["null", "skin", "jeans", "t-shirt", "hair", "boots", "purse"]
    raw = np.zeros_like(record.labels_u8)
    skin = np.isin(record.labels_u8, [LABEL["face"], LABEL["left_arm"], LABEL["right_arm"]])
    raw[skin] = 1
    raw[record.labels_u8 == LABEL["lower"]] = 2
    raw[record.labels_u8 == LABEL["upper"]] = 3
    got = remap_labels(raw, names, record.pose)
    assert got[80, 106] == LABEL["left_arm"]
    assert got[80, 44] == LABEL["right_arm"]
    assert got[25, 75] == LABEL["face"]
    assert got[80, 75] == LABEL["upper"]
    assert got[150, 75] == LABEL["lower"]


def test_a_dress_below_the_waist_is_called_a_skirt(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    names = ["null", "dress"]
    low, whole = np.zeros_like(record.labels_u8), np.zeros_like(record.labels_u8)
    low[110:170, 50:100] = 1
    whole[50:170, 50:100] = 1
    assert (remap_labels(low, names, record.pose)[low == 1] == LABEL["lower"]).all()
    assert (remap_labels(whole, names, record.pose)[whole == 1] == LABEL["dress"]).all()


def test_mirrored_views_swap_sides(make_record: MakeRecord) -> None:
    record = make_record(np.random.default_rng(0))
    record.image_u8[:] = 0
    record.image_u8[:, :75] = 255  # tells which way a view is turned
    turned = set()
    for seed in range(12):
        view = random_view(record, np.random.default_rng(seed), 96, 72, category="dress")
        left = np.argwhere(view.labels_u8 == LABEL["left_arm"])
        right = np.argwhere(view.labels_u8 == LABEL["right_arm"])
        if not len(left) or not len(right):
            continue
        # whichever way the picture turns, the left arm is where the left elbow is
        assert abs(left[:, 1].mean() - view.pose.points_px[13, 0]) < 6
        assert abs(right[:, 1].mean() - view.pose.points_px[14, 0]) < 6
        # somebody who faces the camera shows the left arm on the viewer's right, in a mirror too
        assert left[:, 1].mean() > right[:, 1].mean()
        turned.add(bool(view.rgb_u8[48, :20].mean() < view.rgb_u8[48, -20:].mean()))
    assert turned == {True, False}


def test_missing_data_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="TRYON_DATA"):
        find_people(tmp_path / "people", tmp_path / "data")


def test_a_few_people_are_prepared_where_no_shards_are(data_dir: Path, tmp_path: Path) -> None:
    records = find_people(tmp_path / "none", data_dir, smoke_run=tmp_path / "run")
    assert len(records) == 24
    assert sorted(p.name for p in (tmp_path / "run" / "people").iterdir()) == ["people_000.zip"]
    first = records[0]
    assert first.labels_u8 is not None
    assert first.labels_u8.shape == first.image_u8.shape[:2]
    shoulders = first.pose.points_px[[11, 12]]
    assert (shoulders > 0).all()
    assert (shoulders[:, 0] < first.image_u8.shape[1]).all()


def test_validation_split_is_fixed() -> None:
    held = [i for i in range(1, 200) if is_validation(f"{i:04d}")]
    assert held[:3] == [3, 13, 23]
    assert len(held) == 20


def test_damaged_and_missing_shards_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="prepare_people"):
        read_people(tmp_path)
    (tmp_path / "people_000.zip").write_bytes(b"PK no zip")
    with pytest.raises(BadRequestError, match=r"people_000\.zip"):
        read_people(tmp_path)
    with zipfile.ZipFile(tmp_path / "people_000.zip", "w") as shard:
        shard.writestr("people.json", '{"0001": {"labelled": true}}')
    with pytest.raises(BadRequestError, match=r"people_000\.zip"):
        read_people(tmp_path)
