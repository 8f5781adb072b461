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
from tryon.models.warper import (
    FIELDS,
    MAP_HEIGHT,
    MAP_WIDTH,
    NODE_HEIGHT,
    NODE_WIDTH,
    Warper,
    WarperParams,
    moved_maps,
    surface,
)
from tryon.training.pairs import Pair, PairStore
from tryon.training.prepare_pairs import FLOW, FRAME, NODES, UNKNOWN, _packed, unpacked
from tryon.training.warp_examples import LaidPair, WarpBatch, mirrored, shaken, small_pair, stack_warp, warp_example
from tryon.training.warper import (
    WarperSettings,
    magnified,
    roughness,
    train_warper,
    warp_figures,
    warp_losses,
    weight_of,
)
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


def _moved(x: float = 0.0, y: float = 0.0) -> torch.Tensor:
    """The same movement everywhere, in frame heights."""
    moved = torch.zeros(1, FIELDS, 2, NODE_HEIGHT, NODE_WIDTH)
    moved[:, :, 0], moved[:, :, 1] = x, y
    return moved


def _away(batch: WarpBatch, x: float, y: float) -> WarpBatch:
    """The garment laid exactly, but so many frame heights off: the movement that mends it is (-x, -y)."""
    ys, xs = torch.meshgrid(torch.arange(MAP_HEIGHT), torch.arange(MAP_WIDTH), indexing="ij")
    at, known = torch.stack([xs, ys, ys * 0 + 1], -1).float(), batch.known[0] > 0.99
    exact = at @ torch.linalg.lstsq(at[known], batch.source[0][:, known].T).solution  # everywhere: it is linear
    exact = exact.permute(2, 0, 1).expand(1, FIELDS, -1, -1, -1)
    region = torch.stack([(batch.field == k).float() for k in range(FIELDS)], 1)
    place, region = moved_maps(exact, region, _moved(x, y))
    return WarpBatch(**{**vars(batch), "place": place, "region": region, "has": torch.ones(1, FIELDS)})


def test_losses_are_least_for_the_truth() -> None:
    s = WarperSettings()
    batch = _away(_batch(), 4 / 128, -2 / 128)
    logits = torch.log(batch.share + 1e-3)
    best = warp_losses(([_moved(-4 / 128, 2 / 128)], logits), batch, s)
    worse = warp_losses(([_moved()], logits.roll(1, 1)), batch, s)
    further = warp_losses(([_moved(4 / 128, -2 / 128)], logits), batch, s)
    for name in ("flow", "picture", "outline"):
        assert best[name] < 0.5 * worse[name] < 0.5 * further[name] * 0.9, name
    assert best["show"] < 0.5 * worse["show"]
    assert float(roughness(_moved(0.1))) < 1e-7
    bent = _moved()
    bent[..., 4, 4] = 0.02
    assert warp_losses(([bent], logits), batch, s)["smooth"] > 0


def test_the_outline_does_not_count_where_an_arm_hides_it() -> None:
    s, batch = WarperSettings(), _away(_batch(), 0, 0)
    logits = torch.log(batch.share + 1e-3)
    hidden = batch.open.clone()
    hidden[:, :, 50:] = 0
    off = warp_losses(([_moved(0.05)], logits), batch, s)["outline"]
    half = warp_losses(([_moved(0.05)], logits), WarpBatch(**{**vars(batch), "open": hidden}), s)["outline"]
    assert 0 < half < 0.7 * off
    pair = _pair()
    pair.truth_u8[:, :] = LABEL["hair"]
    opened = small_pair(pair).open
    assert opened[70, 45] == 1  # the garment itself is seen there
    assert opened[5, 5] == 0


def test_places_and_regions_move_together_by_frame_heights() -> None:
    ys, xs = torch.meshgrid(torch.arange(MAP_HEIGHT) + 0.5, torch.arange(MAP_WIDTH) + 0.5, indexing="ij")
    place = torch.stack([xs, ys]).expand(1, FIELDS, 2, -1, -1) / MAP_HEIGHT
    region = ((xs > 40) & (xs < 60)).float().expand(1, FIELDS, -1, -1)
    moved = _moved(8 / MAP_HEIGHT, -4 / MAP_HEIGHT)
    moved[:, LIMB_LEFT] = 0
    there, reach = moved_maps(place, region, moved)
    inner = (slice(8, -8), slice(10, -10))
    assert torch.allclose(there[0, TRUNK, 0][inner], (xs[inner] + 8) / MAP_HEIGHT, atol=1e-5)
    assert torch.allclose(there[0, TRUNK, 1][inner], (ys[inner] - 4) / MAP_HEIGHT, atol=1e-5)
    assert torch.allclose(reach[0, TRUNK, :, :-8], region[0, TRUNK, :, 8:], atol=1e-5)
    assert torch.allclose(there[:, LIMB_LEFT], place[:, LIMB_LEFT], atol=1e-5)
    assert torch.allclose(surface(_moved(0.1), 64, 48)[:, :, 0], torch.tensor(0.1))


def test_a_field_magnifies_as_its_steps_do() -> None:
    ys, xs = torch.meshgrid(torch.arange(20.0), torch.arange(16.0), indexing="ij")
    assert torch.allclose(magnified(torch.stack([3 * xs + ys, 2 * ys])[None])[:, 2:-2, 2:-2], torch.tensor(6.0).sqrt())


def test_small_pairs_come_back_as_they_were() -> None:
    pair = small_pair(_pair())
    plain, kept = warp_example(pair, None), LaidPair.of(pair, None, None, 5)
    assert len(kept.laid) == 1
    back = kept.example(0)
    assert set(back) == set(plain)
    on = plain["region"] > 0.5
    for name, values in plain.items():
        if name == "place":
            assert np.abs((values - back[name]) * on[:, None]).max() < 2e-3
        else:
            assert np.abs(np.asarray(values, np.float32) - back[name]).max() < 3e-3, name
    assert len(LaidPair.of(pair, None, np.random.default_rng(0), 3).laid) == 3


def test_shaking_moves_where_the_garment_lies_and_nothing_else() -> None:
    batch = _batch()
    one, two = shaken(batch, np.random.default_rng(1)), shaken(batch, np.random.default_rng(2))
    on = batch.region[0, TRUNK] > 0.9
    assert 0.002 < (one.place - batch.place)[0, TRUNK][:, on].abs().mean() < 0.1
    assert (one.place - two.place).abs().max() > 0.001
    assert torch.equal(one.source, batch.source)
    assert torch.equal(one.person, batch.person)


def test_figures_tell_an_exact_warp_from_one_that_is_off() -> None:
    kept = LaidPair.of(small_pair(_pair()), None, None, 1)
    batch = stack_warp([kept.example(0)])

    def figures(x: float) -> dict[str, float]:
        off = _away(batch, x, 0)
        region = np.rint(off.region[0].numpy() * 255).astype(np.uint8)
        laid = {"place": off.place[0].numpy(), "region": region, "has": off.has[0].numpy()}
        return warp_figures(None, [LaidPair(kept.known, [laid])])

    exact, away = figures(0.0), figures(3 / 128)
    assert exact["flow_px"] < 1
    assert exact["mask_iou"] > 0.95
    # three map pixels are twelve of the frame, on the body and in this garment's picture, which is the photo itself
    assert away["flow_px"] == pytest.approx(12, abs=1)
    assert away["flow_body_px"] == pytest.approx(12, abs=1.5)
    assert away["mask_iou"] < 0.95


def test_fields_that_were_not_laid_do_not_count() -> None:
    batch = _batch()
    batch = WarpBatch(**{**vars(batch), "has": torch.tensor([[1.0, 0.0, 0.0]])})
    weight = weight_of(batch)
    assert weight[batch.field == LIMB_LEFT].max() == 0
    assert weight[batch.field == TRUNK].max() == 1


def test_a_few_steps_learn_where_it_is() -> None:
    torch.manual_seed(0)
    net = Warper(WarperParams(channels=(16, 24, 32), looks=2))
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
