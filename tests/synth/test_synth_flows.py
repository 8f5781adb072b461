"""Flows: to itself is the identity, between two views it is the map that made them, hidden is hidden."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.synth.flows import flat_to_worn, worn_to_worn
from tryon.synth.record import BACK_BIT, HALF, NATIVE, FlatView, GarmentLayer

H, W = HALF


def _layer(matrix: np.ndarray, offset: tuple[float, float], garment: int = 0, back: bool = False) -> GarmentLayer:
    """A garment that fills flat pixels 60..320 x 80..400, seen through flat = matrix @ px + offset."""
    yy, xx = np.mgrid[:H, :W].astype(np.float32)
    flat = np.stack([xx, yy], -1) @ matrix.T.astype(np.float32) + np.array(offset, np.float32)
    flat[..., 0] += 3 * np.sin(yy / 40)
    on = (flat[..., 0] > 60) & (flat[..., 0] < 320) & (flat[..., 1] > 80) & (flat[..., 1] < 400)
    part = np.where(on, 1 | (BACK_BIT if back else 0), 0).astype(np.uint8)
    none = np.zeros(HALF, np.uint16)
    return GarmentLayer(
        garment, np.zeros(NATIVE, np.uint8), part, np.where(on[..., None], flat, 0), np.zeros((H, W, 3), np.int8), none
    )


EYE = np.eye(2)
TURNED = np.array([[1.1, 0.12], [-0.1, 0.9]])


def test_to_itself_is_the_identity() -> None:
    layer = _layer(TURNED, (5.0, 30.0))
    flow = worn_to_worn(layer, layer)
    on = layer.half_part > 0
    yy, xx = np.nonzero(on)
    assert flow.visible[on].all()
    assert np.abs(flow.source_px[on] - np.stack([xx, yy], 1)).max() < 1e-3
    assert np.isnan(flow.source_px[~on]).all()


def test_between_two_views_the_flat_coordinates_agree() -> None:
    source, target = _layer(TURNED, (5.0, 30.0)), _layer(EYE, (0.0, 0.0))
    flow = worn_to_worn(source, target)
    seen = flow.visible & (target.half_part > 0)
    assert seen.sum() > 0.8 * (target.half_part > 0).sum()
    px = flow.source_px[seen]
    flat = px @ TURNED.T + np.array([5.0, 30.0])
    flat[:, 0] += 3 * np.sin(px[:, 1] / 40)
    assert np.quantile(np.abs(flat - target.flat_px[seen]).max(1), 0.99) < 0.1


def test_what_the_source_does_not_show_is_not_visible() -> None:
    source, target = _layer(EYE, (0.0, 0.0)), _layer(EYE, (0.0, 0.0))
    source.half_part[200:] = 0
    flow = worn_to_worn(source, target)
    assert not flow.visible[210:].any()
    assert flow.visible[100:190][target.half_part[100:190] > 0].all()
    other = worn_to_worn(_layer(EYE, (0.0, 0.0), back=True), target)
    assert not other.visible.any()
    with pytest.raises(ValueError, match="no flow"):
        worn_to_worn(_layer(EYE, (0.0, 0.0), garment=1), target)


def test_flat_to_worn_samples_the_flat_picture() -> None:
    laid = _layer(EYE, (0.0, 0.0))
    gh, gw = 64, 48
    y, x = np.mgrid[:gh, :gw]
    grid = np.stack([(x + 0.5) * W / gw - 0.5, (y + 0.5) * H / gh - 0.5], -1).astype(np.float32)
    view = FlatView("laid", laid.part, laid.half_part, laid.flat_px, laid.normal, laid.depth, grid)
    view.flat_px[:] = np.where((laid.half_part > 0)[..., None], np.stack(np.mgrid[:H, :W][::-1], -1), 0)
    worn = _layer(TURNED, (5.0, 30.0))
    flow = flat_to_worn(view, worn)
    inner = (worn.flat_px[..., 0] > 70) & (worn.flat_px[..., 0] < 310) & (worn.half_part > 0)
    assert flow.visible[inner].mean() > 0.97
    assert np.abs(flow.source_px[inner] - worn.flat_px[inner]).max() < 0.01  # the view is the flat frame itself
