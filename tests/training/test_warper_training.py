"""The warp network's examples are right, also in a mirror; its losses are least for the truth; it learns a shift."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.models.warp_inputs import LIMB_LEFT, LIMB_RIGHT, TRUNK, field_flows, field_of
from tryon.models.warper import FIELDS, Warper, WarperParams, displaced
from tryon.training.pairs import Pair, PairStore, WarpBatch, stack_warp, warp_example
from tryon.training.prepare_pairs import FLOW, FRAME, NODES, UNKNOWN, _packed, unpacked
from tryon.training.warper import (
    WarperSettings,
    predicted_source,
    roughness,
    sample_garment,
    shown_share,
    train_warper,
    warp_losses,
)
from tryon.types import LABEL, Pose

SHIFT = (24.0, -12.0)  # FRAME pixels by which the coarse warp lays the garment wrong


def _pair(shift: tuple[float, float] = SHIFT) -> Pair:
    """A person in a checked block; the garment photo is the block itself, the coarse warp is shifted."""
    h, w = FRAME
    rng = np.random.default_rng(5)
    labels = np.zeros(FRAME, np.uint8)
    labels[120:400, 110:270] = LABEL["upper"]
    labels[60:120, 160:220] = LABEL["face"]
    labels[150:380, 60:100] = LABEL["right_arm"]
    garment = cv2.resize(rng.integers(0, 255, (16, 12, 3)).astype(np.uint8), (w, h), interpolation=cv2.INTER_CUBIC)
    alpha = (labels == LABEL["upper"]).astype(np.float32)
    fh, fw = FLOW
    ys, xs = np.mgrid[0:fh, 0:fw].astype(np.float32)
    here = np.stack([(xs + 0.5) * 2 - 0.5, (ys + 0.5) * 2 - 0.5], -1)  # FLOW pixel -> FRAME pixel
    cover = cv2.resize(alpha, (fw, fh), interpolation=cv2.INTER_AREA)
    field = np.where(cover > 0.5, 0, -1).astype(np.int8)
    field[(cover > 0.5) & (xs < 70)] = LIMB_LEFT
    ny, nx = np.mgrid[0 : NODES[0], 0 : NODES[1]].astype(np.float32)
    coarse = np.stack([(nx + 0.5) * 8 - 0.5 + shift[0], (ny + 0.5) * 8 - 0.5 + shift[1]], -1)
    points = np.tile(np.array([[190, 90]], np.float32), (33, 1))
    points[[11, 12, 13, 14, 15, 16]] = (260, 140), (120, 140), (280, 250), (80, 250), (280, 370), (80, 370)
    points[[23, 24, 25, 26]] = (230, 390), (150, 390), (230, 500), (150, 500)
    return Pair(
        garment, garment, garment, alpha, labels, labels, (cover > 0).astype(np.float32),
        np.where((cover > 0.5)[..., None], here, np.nan), cover > 0.5, cover, field,
        np.stack([coarse, coarse]), np.stack([cover, cover]), (TRUNK, LIMB_LEFT),
        Pose(points, np.ones(33, np.float32)), {},
    )  # fmt: skip


def _batch(mirror: bool = False, shift: tuple[float, float] = SHIFT) -> WarpBatch:
    return stack_warp([warp_example(_pair(shift), mirror=mirror)])


def test_packing_keeps_flows_to_a_sixteenth() -> None:
    flow = np.random.default_rng(0).uniform(-300, 900, (20, 30, 2)).astype(np.float32)
    flow[3, 4] = np.nan
    back = unpacked(_packed(flow))
    assert np.isnan(back[3, 4]).all()
    assert np.nanmax(np.abs(back - flow)) <= 1 / 32 + 1e-4
    assert _packed(np.full((1, 1, 2), 1e6, np.float32)).min() > UNKNOWN


@pytest.mark.parametrize(
    ("name", "field"),
    [("torso", TRUNK), ("hips", TRUNK), ("sleeve_left", LIMB_LEFT), ("sleeve_right_end", LIMB_RIGHT),
     ("leg_left_end", LIMB_LEFT)],
)  # fmt: skip
def test_parts_belong_to_fields(name: str, field: int) -> None:
    assert field_of(name) == field


def test_two_pieces_of_a_limb_make_one_field() -> None:
    first, second = np.zeros((16, 12), np.float32), np.zeros((16, 12), np.float32)
    first[:6], second[6:] = 1, 1
    flows = [np.full((16, 12, 2), v, np.float32) for v in (1, 2, 3)]
    flow, region = field_flows(flows, [first * 0, first, second], (TRUNK, LIMB_LEFT, LIMB_LEFT))
    assert (flow[LIMB_LEFT][:5] == 2).all()
    assert (flow[LIMB_LEFT][8:] == 3).all()
    assert region[LIMB_LEFT].min() == 1
    assert (flow[LIMB_RIGHT] == 0).all()


def test_nothing_moves_without_displacement() -> None:
    maps = torch.rand(1, 3, 12, 8)
    assert torch.allclose(displaced(maps, torch.zeros(1, 2, 12, 8)), maps, atol=1e-6)
    # a displacement of one pixel of eight columns looks one pixel further right
    right = torch.zeros(1, 2, 12, 8)
    right[:, 0] = 1 / 8
    assert torch.allclose(displaced(maps, right)[..., :-1], maps[..., 1:], atol=1e-5)
    down = torch.zeros(1, 2, 12, 8)
    down[:, 1] = 1 / 8
    assert torch.allclose(displaced(maps, down)[:, :, :-1], maps[:, :, 1:], atol=1e-5)


@pytest.mark.parametrize("mirror", [False, True])
def test_the_exact_flow_draws_the_worn_garment(mirror: bool) -> None:
    pair, batch = _pair(), _batch(mirror)
    drawn = sample_garment(batch.picture, batch.source)[0].permute(1, 2, 0).numpy()
    worn = cv2.resize(pair.worn_u8, (FLOW[1], FLOW[0]), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    worn = worn[:, ::-1] if mirror else worn
    on = batch.known[0].numpy() > 0
    assert np.abs(drawn - worn)[on].max() < 0.02


@pytest.mark.parametrize("mirror", [False, True])
def test_the_coarse_flow_is_off_by_the_shift_in_a_mirror_too(mirror: bool) -> None:
    batch = _batch(mirror)
    source = predicted_source(torch.zeros(1, FIELDS, 2, *NODES), batch)
    on = batch.known[0] > 0
    off = ((source - batch.source)[0][:, on] * FRAME[1]).mean(1)
    assert off[0] == pytest.approx(-SHIFT[0] if mirror else SHIFT[0], abs=0.3)
    assert off[1] == pytest.approx(SHIFT[1], abs=0.3)
    limb = LIMB_RIGHT if mirror else LIMB_LEFT
    assert int((batch.field == limb).sum()) > 500
    assert batch.has[0].tolist() == [1.0, float(limb == LIMB_LEFT), float(limb == LIMB_RIGHT)]


def test_losses_are_least_for_the_truth() -> None:
    batch, s = _batch(), WarperSettings()
    right = torch.zeros(1, FIELDS, 2, *NODES)
    right[:, :, 0], right[:, :, 1] = -SHIFT[0] / FRAME[1], -SHIFT[1] / FRAME[1]
    share = shown_share(batch, (128, 96))
    assert torch.allclose(share.sum(1), torch.ones(1, 128, 96), atol=1e-5)
    logits = torch.log(share + 1e-3)
    best = warp_losses([(right, logits)], batch, s)
    worse = warp_losses([(right * 0, logits.roll(1, 1))], batch, s)
    assert best["flow"] < 0.05 * worse["flow"]
    assert best["colour"] < 0.2 * worse["colour"]
    assert best["show"] < 0.5 * worse["show"]
    assert float(roughness(right)) < 1e-7


def test_a_few_steps_learn_the_shift() -> None:
    torch.manual_seed(0)
    net = Warper(WarperParams(channels=(16, 24, 32, 32, 32), looks=2))
    batch, s = _batch(), WarperSettings()
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    values = []
    for _ in range(25):
        losses = warp_losses(net.looks(batch.person, batch.garment), batch, s)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
        values.append(losses["flow"].item())
    assert values[-1] < 0.5 * values[0]


def test_missing_and_damaged_pairs_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="prepare pairs"):
        train_warper(WarperSettings(pairs=tmp_path, run=tmp_path / "run", smoke=True))
    (tmp_path / "pairs_0000.zip").write_bytes(b"no zip")
    with pytest.raises(BadRequestError, match=r"pairs_0000\.zip"):
        PairStore(tmp_path, validation=False)


def test_pairs_are_not_changed_by_making_examples() -> None:
    pair = _pair()
    before = replace(pair, source_px=pair.source_px.copy(), flows=pair.flows.copy(), labels_u8=pair.labels_u8.copy())
    warp_example(pair, mirror=True)
    assert np.array_equal(before.source_px, pair.source_px, equal_nan=True)
    assert np.array_equal(before.flows, pair.flows)
    assert np.array_equal(before.labels_u8, pair.labels_u8)
