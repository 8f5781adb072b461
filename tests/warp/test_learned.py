"""The learned correction: nothing moves without corrections, corrections shift flows, shares become regions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryon.errors import WeightsError
from tryon.geometry.crops import Crop
from tryon.geometry.flow import identity_flow
from tryon.models.warper import FIELDS, Warper, WarperParams
from tryon.types import Garment, PartWarp, Person, Pose
from tryon.warp.learned import LearnedWarp, moved_parts

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


def _share() -> np.ndarray:
    share = np.zeros((1 + FIELDS, H, W), np.float32)
    share[1, 30:90, 30:66], share[3, 30:90, 66:80] = 1, 1
    share[0] = 1 - share[1:].sum(0)
    return share


def test_without_corrections_flows_stay_and_shares_become_regions() -> None:
    out = moved_parts(_parts(), np.zeros((FIELDS, 64, 48, 2), np.float32), _share())
    kept = moved_parts(_parts(), np.zeros((FIELDS, 64, 48, 2), np.float32), None)
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


def test_a_correction_is_added_to_its_own_field() -> None:
    moved = np.zeros((FIELDS, 64, 48, 2), np.float32)
    moved[0, ..., 0] = 4
    out = moved_parts(_parts(), moved, _share())
    assert np.allclose(out[0].flow_px, _parts()[0].flow_px + np.array([4, 0]), atol=1e-2)
    assert np.allclose(out[1].flow_px, _parts()[1].flow_px, atol=1e-3)


def test_an_untrained_network_leaves_the_flows_where_they_are() -> None:
    torch.manual_seed(0)
    warp = LearnedWarp(Warper(WarperParams(channels=(16, 24, 32, 32))))
    pose = Pose(np.full((33, 2), 60, np.float32), np.ones(33, np.float32))
    labels = np.zeros((H, W), np.uint8)
    person = Person(np.zeros((H, W, 3), np.uint8), pose, np.zeros((H, W), np.float32), labels)
    image = np.full((300, 220, 3), 90, np.uint8)
    garment = Garment(image, np.ones((300, 220), np.float32), "upper", {"upper": 1.0}, "not sure", {}, {})
    crop = Crop(0, 0, 1, W, H)
    out = warp(_parts(), garment, person, crop)
    for before, after in zip(_parts(), out, strict=True):
        assert np.allclose(before.flow_px, after.flow_px, atol=1e-2)
        assert after.region_f32.shape == (H, W)
        assert 0 <= after.region_f32.min() <= after.region_f32.max() <= 1
    assert warp([], garment, person, crop) == []


def test_missing_weights_are_named(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(WeightsError, match=r"warper\.safetensors"):
        LearnedWarp.from_pretrained(tmp_path)
