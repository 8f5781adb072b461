"""The warp network's examples are right, also in a mirror; its losses are least for the truth; it learns a shift."""

from __future__ import annotations

import copy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tryon.errors import BadRequestError
from tryon.models.warp_inputs import LIMB_LEFT, LIMB_RIGHT, TRUNK, GarmentBox, field_flows, field_of
from tryon.models.warper import FIELDS, MAP_HEIGHT, MAP_WIDTH, Warper, WarperParams, corrected
from tryon.training.pairs import Pair, PairStore
from tryon.training.prepare_pairs import FLOW, FRAME, NODES, UNKNOWN, _packed, unpacked
from tryon.training.warp_examples import WarpBatch, mirrored, small_pair, stack_warp, warp_example
from tryon.training.warper import WarperSettings, of_own_field, roughness, train_warper, warp_losses, weight_of
from tryon.types import LABEL, Pose

MARKS = {
    "neck": (35, 120), "shoulder": (75, 125), "armpit": (80, 200), "hem": (80, 400), "cuff_out": (140, 190),
    "cuff_in": (120, 220),
}  # fmt: skip


def _pair() -> Pair:
    """A person in a checked block; the garment photo is the worn picture itself, so the exact flow is the identity."""
    h, w = FRAME
    labels = np.zeros(FRAME, np.uint8)
    labels[120:400, 110:270] = LABEL["upper"]
    labels[60:120, 160:220] = LABEL["face"]
    labels[150:380, 60:100] = LABEL["right_arm"]
    rng = np.random.default_rng(5)
    garment = cv2.resize(rng.integers(0, 255, (16, 12, 3)).astype(np.uint8), (w, h), interpolation=cv2.INTER_CUBIC)
    alpha = (labels == LABEL["upper"]).astype(np.float32)
    fh, fw = FLOW
    ys, xs = np.mgrid[0:fh, 0:fw].astype(np.float32)
    here = np.stack([(xs + 0.5) * 2 - 0.5, (ys + 0.5) * 2 - 0.5], -1)  # FLOW pixel -> FRAME pixel
    cover = cv2.resize(alpha, (fw, fh), interpolation=cv2.INTER_AREA)
    field = np.where(cover > 0.5, TRUNK, -1).astype(np.int8)
    field[(cover > 0.5) & (xs < 70)] = LIMB_LEFT
    points = np.tile(np.array([[190, 90]], np.float32), (33, 1))
    points[[11, 12, 13, 14, 15, 16]] = (260, 140), (120, 140), (280, 250), (80, 250), (280, 370), (80, 370)
    points[[23, 24, 25, 26]] = (230, 390), (150, 390), (230, 500), (150, 500)
    marks = {f"{n}_{s}": (190 + e * x, y) for n, (x, y) in MARKS.items() for s, e in (("left", -1), ("right", 1))}
    return Pair(
        garment, garment, garment, alpha, labels, labels, (cover > 0).astype(np.float32),
        np.where((cover > 0.5)[..., None], here, np.nan), cover > 0.5, cover, field,
        np.zeros((1, *NODES, 2), np.float32), cover[None], (TRUNK,), Pose(points, np.ones(33, np.float32)),
        {"category": "upper", "label": "T-Shirt", "sleeve": "short", "leg": None, "landmarks": marks},
    )  # fmt: skip


def _batch(mirror: bool = False) -> WarpBatch:
    pair = small_pair(_pair())
    return stack_warp([warp_example(mirrored(pair) if mirror else pair, None)])


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
    assert (flow[LIMB_RIGHT] == flow[TRUNK]).all()


def test_the_box_holds_the_garment_and_its_cut_shows_it_where_it_is() -> None:
    alpha = np.zeros((400, 300), np.float32)
    alpha[100:300, 50:150] = 1
    box = GarmentBox.of(alpha)
    assert box.side == pytest.approx(208)
    # the garment's corners, counted in the box and seen in its cut
    left, top = ((np.array([49.5, 99.5]) - box.corner) / box.side).tolist()
    right, bottom = ((np.array([149.5, 299.5]) - box.corner) / box.side).tolist()
    assert (left + right) / 2 == pytest.approx(0.5)
    cut = box.cut(alpha)
    rows, columns = np.flatnonzero(cut.max(1) > 0.5), np.flatnonzero(cut.max(0) > 0.5)
    assert rows[0] == pytest.approx(top * len(cut), abs=1)
    assert rows[-1] + 1 == pytest.approx(bottom * len(cut), abs=1)
    assert columns[0] == pytest.approx(left * len(cut), abs=1)
    assert columns[-1] + 1 == pytest.approx(right * len(cut), abs=1)


@pytest.mark.parametrize("mirror", [False, True])
def test_sources_are_the_pixels_own_places_in_a_mirror_too(mirror: bool) -> None:
    batch, side = _batch(mirror), 280 * 1.04
    known = batch.known[0].numpy() > 0.99
    assert known.sum() > 2000
    y, x = np.nonzero(known)
    corner = ((110 + 270) / 2 - side / 2 - 0.5, (120 + 400) / 2 - side / 2 - 0.5)
    corner = (FRAME[1] - 1 - corner[0] - side, corner[1]) if mirror else corner
    wanted = np.stack([(x * 4 + 1.5 - corner[0]) / side, (y * 4 + 1.5 - corner[1]) / side])
    assert np.abs(batch.source[0][:, known].numpy() - wanted).max() < 0.01
    limb = LIMB_RIGHT if mirror else LIMB_LEFT
    assert int((batch.field == limb).sum()) > 300
    assert batch.share.sum(1).min() > 0.97


def test_examples_in_a_mirror_are_mirrored_examples() -> None:
    one, two = _batch(), _batch(mirror=True)
    for field, other in ((TRUNK, TRUNK), (LIMB_LEFT, LIMB_RIGHT), (LIMB_RIGHT, LIMB_LEFT)):
        off = (one.region[0, field] - two.region[0, other].flip(-1)).abs()
        assert off.mean() < 0.05 * one.region[0, field].mean()
    there, back = one.place[0, TRUNK, 0], 1 - two.place[0, TRUNK, 0].flip(-1)
    on = one.region[0, TRUNK] > 0.9
    assert (there - back)[on].abs().max() < 0.02


def test_errors_lay_the_garment_elsewhere_and_are_repeatable() -> None:
    pair = small_pair(_pair())
    plain = warp_example(pair, None)
    one, two = (warp_example(pair, None, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one["place"], two["place"])
    assert 0.002 < np.abs(one["place"] - plain["place"])[TRUNK][:, 40:90, 30:65].mean() < 0.2
    assert np.array_equal(one["source"], plain["source"])


def test_losses_are_least_for_the_truth() -> None:
    batch, s = _batch(), WarperSettings()
    place = batch.source[:, None].expand(-1, FIELDS, -1, -1, -1)
    right = torch.nn.functional.interpolate((place - batch.place).flatten(1, 2), scale_factor=0.5, mode="area")
    right = right.view(1, FIELDS, 2, *NODES)
    logits = torch.log(batch.share + 1e-3)
    best = warp_losses([(right, logits)], batch, s)
    worse = warp_losses([(right * 0, logits.roll(1, 1))], batch, s)
    assert best["flow"] < 0.3 * worse["flow"]  # bilinear between nodes: not exact at the garment's edge
    assert best["show"] < 0.5 * worse["show"]
    assert float(roughness(right * 0 + 0.1)) < 1e-7


def test_corrections_are_added_to_the_own_field() -> None:
    place = torch.zeros(1, FIELDS, 2, MAP_HEIGHT, MAP_WIDTH)
    moved = torch.zeros(1, FIELDS, 2, *NODES)
    moved[:, LIMB_LEFT, 0] = 0.2
    field = torch.zeros(1, MAP_HEIGHT, MAP_WIDTH, dtype=torch.int64)
    field[:, :, :40] = LIMB_LEFT
    found = of_own_field(corrected(place, moved), field)
    assert torch.allclose(found[:, 0, :, :40], torch.tensor(0.2))
    assert found[:, 0, :, 40:].abs().max() == 0


def test_fields_that_were_not_laid_do_not_count() -> None:
    batch = _batch()
    batch = WarpBatch(**{**vars(batch), "has": torch.tensor([[1.0, 0.0, 0.0]])})
    weight = weight_of(batch)
    assert weight[batch.field == LIMB_LEFT].max() == 0
    assert weight[batch.field == TRUNK].max() == 1


def test_a_few_steps_learn_where_it_is() -> None:
    torch.manual_seed(0)
    net = Warper(WarperParams(channels=(16, 24, 32, 32), looks=2))
    batch, s = _batch(), WarperSettings()
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    values = []
    for _ in range(25):
        losses = warp_losses(net.looks(batch.person, batch.place, batch.region, batch.alpha), batch, s)
        optimizer.zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        optimizer.step()
        values.append(losses["flow"].item())
    assert values[-1] < 0.6 * values[0]


def test_missing_and_damaged_pairs_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="prepare pairs"):
        train_warper(WarperSettings(pairs=tmp_path, run=tmp_path / "run", smoke=True))
    (tmp_path / "pairs_0000.zip").write_bytes(b"no zip")
    with pytest.raises(BadRequestError, match=r"pairs_0000\.zip"):
        PairStore(tmp_path, validation=False)


def test_pairs_are_not_changed_by_making_examples() -> None:
    pair = small_pair(_pair())
    before = copy.deepcopy(pair)
    warp_example(mirrored(pair), None, np.random.default_rng(0))
    for name in ("labels", "mask", "alpha", "source", "known", "field", "share"):
        assert np.array_equal(getattr(pair, name), getattr(before, name)), name
    assert pair.meta == before.meta
