"""The learned correction: nothing moves without movements, parts move with their outlines, shares become regions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tryon.errors import WeightsError
from tryon.geometry.crops import Crop
from tryon.geometry.flow import identity_flow
from tryon.models.warp_inputs import part_maps
from tryon.models.warper import FIELDS, NODE_HEIGHT, NODE_WIDTH, Warper, WarperParams
from tryon.types import Garment, PartWarp, Person, Pose
from tryon.warp import learned
from tryon.warp.learned import LONG_LEGS, SHARE, LearnedWarp, moved_parts, share_of

H, W = 128, 96


def _parts() -> list[PartWarp]:
    torso, arm, hand = (np.zeros((H, W), np.float32) for _ in range(3))
    torso[30:90, 30:66], arm[30:60, 66:80], hand[60:90, 66:80] = 1, 1, 1
    flow = identity_flow(H, W) * 2 + 7
    return [
        PartWarp("torso", flow, torso),
        PartWarp("sleeve_right", flow + 100, arm),
        PartWarp("sleeve_right_end", flow + 200, hand),
    ]


def _still() -> np.ndarray:
    return np.zeros((FIELDS, NODE_HEIGHT, NODE_WIDTH, 2), np.float32)


def _share() -> np.ndarray:
    share = np.zeros((1 + FIELDS, H, W), np.float32)
    share[1, 30:90, 30:66], share[3, 30:90, 66:80] = 1, 1
    share[0] = 1 - share[1:].sum(0)
    return share


def test_without_corrections_flows_stay_and_shares_become_regions() -> None:
    out = moved_parts(_parts(), _still(), _share())
    kept = moved_parts(_parts(), _still(), None)
    assert all((a.region_f32 == b.region_f32).all() for a, b in zip(_parts(), kept, strict=True))
    assert [p.name for p in out] == [p.name for p in _parts()]
    for before, after in zip(_parts(), out, strict=True):
        assert np.allclose(before.flow_px, after.flow_px, atol=1e-3)
        assert after.region_f32[5, 5] == 0
    assert out[0].region_f32[60, 50] == 1
    # of the sleeve's two pieces each is drawn where it is nearer
    assert out[1].region_f32[40, 72] == 1
    assert out[2].region_f32[40, 72] == 0
    assert out[2].region_f32[80, 72] == 1


def test_a_field_moves_with_its_outline_and_alone() -> None:
    moved = _still()
    moved[0, ..., 0] = 4
    out = moved_parts(_parts(), moved, None)
    inside = (slice(10, -10), slice(10, -10))
    assert np.allclose(out[0].flow_px[inside], (_parts()[0].flow_px + np.array([8, 0]))[inside], atol=1e-2)
    assert out[0].region_f32[60, 28] == 1  # it lies four pixels further left
    assert out[0].region_f32[60, 64] == 0
    assert np.allclose(out[1].flow_px, _parts()[1].flow_px, atol=1e-3)
    assert np.array_equal(out[1].region_f32, _parts()[1].region_f32)


def test_lines_stay_lines() -> None:
    moved = np.random.default_rng(3).normal(0, 1.5, _still().shape).astype(np.float32)
    flow = moved_parts(_parts(), moved, None)[0].flow_px[20:-20, 20:-20]
    assert np.abs(np.diff(flow, 2, axis=0)).max() < 1.0  # garment pixels where neighbours are two apart
    assert np.abs(np.diff(flow, 2, axis=1)).max() < 1.0


def _somebody() -> tuple[LearnedWarp, Garment, Person, Crop]:
    torch.manual_seed(0)
    warp = LearnedWarp(Warper(WarperParams(channels=(16, 24, 32))))
    pose = Pose(np.full((33, 2), 60, np.float32), np.ones(33, np.float32))
    labels = np.zeros((H, W), np.uint8)
    person = Person(np.zeros((H, W, 3), np.uint8), pose, np.zeros((H, W), np.float32), labels)
    image = np.full((300, 220, 3), 90, np.uint8)
    garment = Garment(image, np.ones((300, 220), np.float32), "upper", {"upper": 1.0}, "not sure", {}, {})
    return warp, garment, person, Crop(0, 0, 1, W, H)


def test_an_untrained_network_leaves_the_flows_where_they_are() -> None:
    warp, garment, person, crop = _somebody()
    out = warp(_parts(), garment, person, crop)
    for before, after in zip(_parts(), out, strict=True):
        assert np.allclose(before.flow_px, after.flow_px, atol=1e-2)
        assert after.region_f32.shape == (H, W)
        assert 0 <= after.region_f32.min() <= after.region_f32.max() <= 1
    assert warp([], garment, person, crop) == []


def test_the_given_network_is_not_changed_and_regions_may_come_from_it() -> None:
    torch.manual_seed(0)
    net = Warper(WarperParams(channels=(16, 24, 32)))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    _, garment, person, crop = _somebody()
    parts = LearnedWarp(net, regions=True)(_parts(), garment, person, crop)
    assert not np.array_equal(parts[0].region_f32, _parts()[0].region_f32)
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert {value.dtype for value in net.state_dict().values()} == {torch.float32}


def test_a_fit_that_is_asked_for_is_moved_as_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    warp, garment, person, crop = _somebody()
    usual, seen = _parts(), []
    monkeypatch.setattr(learned, "part_maps", lambda parts, box: seen.append(parts) or part_maps(parts, box))
    loose = [PartWarp(p.name, p.flow_px + 3, p.region_f32) for p in usual]
    out = warp(loose, garment, person, crop, usual)
    assert seen == [usual]
    assert np.allclose(out[0].flow_px, loose[0].flow_px, atol=1e-2)


def test_missing_weights_are_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WeightsError, match=r"warper\.safetensors"):
        LearnedWarp.from_pretrained(tmp_path)


def test_long_trousers_move_less() -> None:
    _, garment, _, _ = _somebody()
    legs = [PartWarp("leg_left", part.flow_px, part.region_f32) for part in _parts()]
    assert share_of(_parts(), garment) == SHARE
    assert share_of(legs, replace(garment, leg="long")) == LONG_LEGS
    assert share_of(legs, replace(garment, leg="short")) == SHARE
    assert share_of(_parts(), replace(garment, leg="long")) == SHARE  # a skirt
