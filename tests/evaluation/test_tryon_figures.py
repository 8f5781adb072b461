"""Try-on on exact pairs: a shift is found again, the truth scores best, and every variant gets its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from tryon.evaluation.metrics import FeatureDistance
from tryon.evaluation.pair_scenes import flow_errors, make_scene, mask_iou, parts_of
from tryon.evaluation.picture_figures import DISTANCES, METRICS, compare, picture_values, reconstruction_figures
from tryon.evaluation.tables import table_of
from tryon.evaluation.tryon_figures import DRAWN, FINISHED, WARP_METRICS, rendered_figures
from tryon.evaluation.variants import PASTED, PastedWarp
from tryon.models.inputs import GENERATOR_CHANNELS
from tryon.training.pairs import Pair
from tryon.types import LABEL, PartWarp

MakePair = Callable[..., Pair]


def test_the_flow_error_is_the_shift(make_pair: MakePair) -> None:
    for shift in ((0.0, 0.0), (6.0, 0.0), (3.0, -4.0)):
        pair = make_pair(shift)
        errors = flow_errors(pair, parts_of(pair))
        assert np.median(errors) == pytest.approx(np.hypot(*shift), abs=0.05)
        # all of the visible garment counts, and nothing else
        assert len(errors) == int((pair.cover_f32 > 0.5).sum())


def test_hidden_and_unlaid_points_do_not_count(make_pair: MakePair) -> None:
    pair = make_pair((6.0, 0.0))
    seen = pair.seen.copy()
    seen[100:] = False
    assert len(flow_errors(replace(pair, seen=seen), parts_of(pair))) == int((seen & (pair.cover_f32 > 0.5)).sum())
    meta = {"category": "upper", "parts": ["torso"]}
    trunk = replace(pair, flows=pair.flows[:1], regions=pair.regions[:1], fields=(0,), meta=meta)
    assert len(flow_errors(trunk, parts_of(trunk))) == int((pair.field == 0).sum())


def test_a_mask_that_lies_right_has_the_larger_iou(make_pair: MakePair) -> None:
    right, off = (mask_iou(p, make_scene(p)) for p in (make_pair(), make_pair((40.0, 30.0))))
    assert right > 0.93
    assert off < right - 0.1


def test_pairs_are_not_changed(make_pair: MakePair) -> None:
    pair = make_pair()
    before = (pair.photo_u8.copy(), pair.flows.copy(), pair.labels_u8.copy())
    make_scene(pair)
    for a, b in zip(before, (pair.photo_u8, pair.flows, pair.labels_u8), strict=True):
        assert np.array_equal(a, b)


def test_a_picture_is_no_way_from_itself() -> None:
    torch.manual_seed(0)
    truth, region = torch.rand(2, 3, 64, 64), torch.zeros(2, 1, 64, 64)
    region[0, :, 8:40, 8:40] = 1
    values = picture_values(truth, truth, region, FeatureDistance())
    same = dict(zip(METRICS, values[0], strict=True))
    assert same["l1"] == 0
    assert same["psnr"] == same["psnr_whole"] == 100
    assert same["ssim"] == pytest.approx(1)
    assert all(abs(same[name]) < 1e-6 for name in DISTANCES)
    assert np.isnan(values[1]).all()  # nothing was to be drawn


def test_outside_the_region_only_the_whole_picture_tells() -> None:
    torch.manual_seed(0)
    truth, region = torch.rand(1, 3, 96, 96), torch.zeros(1, 1, 96, 96)
    region[..., :24, :24] = 1
    picture = truth.clone()
    picture[..., 72:, 72:] = 0
    values = dict(zip(METRICS, picture_values(picture, truth, region, FeatureDistance())[0], strict=True))
    assert values["l1"] == 0
    assert values["psnr"] == 100
    assert values["psnr_whole"] < 30
    assert values["feature_region"] < 0.3 * values["feature_distance"]


class _Telling(torch.nn.Module):
    """Draws the truth, which the input's garment channels hold, off by ``error``."""

    def __init__(self, error: float) -> None:
        super().__init__()
        self.error = error

    def forward(self, x: torch.Tensor):  # type: ignore[no-untyped-def]
        drawn = PastedWarp()(x)
        return drawn._replace(rendering=(x[:, 4:7] + self.error).clamp(0, 1), mask=drawn.mask * 0)


def test_a_better_picture_gets_better_figures_and_a_row() -> None:
    torch.manual_seed(1)
    truth = torch.rand(4, 3, 64, 64)
    x = torch.zeros(4, GENERATOR_CHANNELS, 64, 64)
    x[:, 3, 8:56, 8:56] = 1
    x[:, 4:7] = truth
    networks = {PASTED: PastedWarp(), "good": _Telling(0.01), "bad": _Telling(0.3)}
    figures = reconstruction_figures(networks, x, truth, FeatureDistance())
    good, bad = figures["good"], figures["bad"]
    assert good["l1"][0] < bad["l1"][0]
    assert good["psnr"][0] > bad["psnr"][0]
    assert figures[PASTED]["feature_region_ratio"] == [1.0, 1.0, 1.0]
    assert good["feature_region_ratio"][0] < bad["feature_region_ratio"][0]
    for mean, low, high in good.values():
        assert low <= mean <= high
    table = table_of({"photos": 1, "parsing": {"mean_iou": 0.5}, "generator": figures, "skipped": ["the sea."]})
    assert "| good |" in table
    assert "| mean_iou | 0.500 |" in table
    assert "Not measured: the sea." in table
    assert set(METRICS) <= set(good)


def _straight(parts: list[PartWarp], *_: object) -> list[PartWarp]:
    """Takes the pairs' shift back: what a perfect learned warp would do."""
    return [replace(p, flow_px=p.flow_px - np.array([6, 0], np.float32)) for p in parts]


def test_rendered_pairs_are_measured_for_each_warp_and_network(make_pair: MakePair) -> None:
    store = [make_pair((6.0, 0.0), seed) for seed in range(3)]
    networks, warps = {PASTED: PastedWarp(), "other": PastedWarp()}, {"coarse warp": None, "learned warp": _straight}
    out = rendered_figures(store, networks, warps, FeatureDistance(), count=3, finished=1)  # type: ignore[arg-type]
    assert out["pairs"] == 3
    assert out["finished"] == 1
    assert out["warp"]["coarse warp"]["flow_px"][0] == pytest.approx(6, abs=0.1)
    assert out["warp"]["learned warp"]["flow_px"][0] < 0.1
    assert out["warp"]["learned warp"]["flow_px_ratio"][0] < 0.02
    assert set(WARP_METRICS) <= set(out["warp"]["coarse warp"])
    for size in (DRAWN, FINISHED):
        rows = out[size]
        assert list(rows) == [f"{w}, {n}" for w in warps for n in networks]
        assert rows["coarse warp, other"] == rows[f"coarse warp, {PASTED}"]
        assert rows["learned warp, other"]["feature_region_ratio"][0] < 0.8
        assert rows["learned warp, other"]["psnr"][0] > rows["coarse warp, other"]["psnr"][0]
    assert table_of({"rendered": out}).count("| learned warp, other |") == 2


def test_compare_takes_the_first_for_the_baseline() -> None:
    values = {"a": np.array([[2.0, 1.0], [4.0, 1.0]]), "b": np.array([[1.0, 5.0], [2.0, 5.0]])}
    out = compare(values, ("x", "y"), ("x",))
    assert out["b"]["x_ratio"] == [0.5, 0.5, 0.5]
    assert out["b"]["y"][0] == 5
    assert "y_ratio" not in out["b"]


def test_all_warps_are_measured_on_one_region(make_pair: MakePair) -> None:
    """A warp that lays nothing must not score by having nothing to draw."""

    def nothing(parts: list[PartWarp], *_: object) -> list[PartWarp]:
        return [replace(p, region_f32=p.region_f32 * 0) for p in parts]

    pair = make_pair()
    undressed = replace(pair, labels_u8=np.where(pair.labels_u8 == LABEL["upper"], LABEL["torso_skin"], pair.labels_u8))
    warps = {"coarse warp": None, "nothing": nothing}
    out = rendered_figures([undressed], {PASTED: PastedWarp()}, warps, FeatureDistance(), count=1, finished=1)  # type: ignore[arg-type]
    for size in (DRAWN, FINISHED):
        rows = out[size]
        assert rows[f"nothing, {PASTED}"]["l1"][0] > 3 * rows[f"coarse warp, {PASTED}"]["l1"][0]
    assert out["warp"]["nothing"]["mask_iou"][0] == 0
