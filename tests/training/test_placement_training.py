"""The placement network's training: the loss knows what is not known, and a network learns what is there to learn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.training.placement import (
    PlacementTraining,
    make_placer,
    placement_figures,
    placement_loss,
    split_shards,
    train_placement,
)
from tryon.training.placement_data import PlacementData
from tryon.warp.adjust import NAMES
from tryon.warp.placement_features import feature_names


def _data(count: int = 64) -> PlacementData:
    """Examples whose hem is off by what the garment's drawn hem says."""
    rng = np.random.default_rng(0)
    inputs = rng.normal(0, 1, (count, len(feature_names()))).astype(np.float32)
    answers = np.full((count, len(NAMES)), np.nan, np.float32)
    for side in ("left", "right"):
        seen = inputs[:, feature_names().index(f"drawn hem_{side}.y")]
        answers[:, NAMES.index(f"hem_{side}.y")] = 0.1 * seen
    return PlacementData(inputs, answers, [{"kind": "upper"}] * count)


def test_what_is_not_known_or_a_slip_does_not_count() -> None:
    wanted = torch.tensor([[0.1, float("nan"), 5.0]])
    assert float(placement_loss(torch.tensor([[0.1, 9.0, 9.0]]), wanted)) == 0
    assert float(placement_loss(torch.tensor([[0.3, 0.0, 0.0]]), wanted)) == pytest.approx(0.15)
    assert float(placement_loss(torch.zeros(1, 3), torch.full((1, 3), float("nan")))) == 0


def test_it_starts_from_the_rules_and_learns() -> None:
    torch.manual_seed(0)
    data = _data()
    net = make_placer(data.inputs)
    rules = placement_figures(None, data)
    assert placement_figures(net, data) == pytest.approx(rules)
    assert set(rules) == {"error", "error_upper"}
    optimizer = torch.optim.AdamW(net.parameters(), 2e-3)
    inputs, answers = torch.from_numpy(data.inputs), torch.from_numpy(data.answers)
    for _ in range(60):
        loss = placement_loss(net.train()(inputs), answers)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert placement_figures(net, data)["error"] < 0.5 * rules["error"]


def test_missing_records_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="tryon synth"):
        split_shards(tmp_path)
    with pytest.raises(BadRequestError, match="tryon synth"):
        train_placement(PlacementTraining(records=tmp_path, run=tmp_path / "run", smoke=True))
