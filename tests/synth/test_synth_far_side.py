"""The inner side of a wide hem is hidden by the legs, and seen beside them."""

from __future__ import annotations

import numpy as np

from tryon.synth.far_side import hide_far_side
from tryon.synth.record import HALF, INNER_BIT, NATIVE, BodyLayer, GarmentLayer


def test_inner_cloth_behind_the_body_goes_and_the_rest_stays() -> None:
    body_depth = np.zeros(HALF, np.uint16)
    body_depth[:, 100:200] = 4000
    body = BodyLayer(*(np.zeros(NATIVE, np.uint8) for _ in range(3)), np.zeros((*HALF, 3), np.int8), body_depth)
    part = np.zeros(HALF, np.uint8)
    part[100:150, 50:250] = 1 | INNER_BIT  # far side: behind the body and beside it
    part[150:200, 50:250] = 1  # outer side, before the body
    depth = np.where(part > 0, np.where(part & INNER_BIT > 0, 4400, 3900), 0).astype(np.uint16)
    native = np.repeat(np.repeat(part, 2, 0), 2, 1)
    flat = np.where(part[..., None] > 0, 7.0, 0.0).astype(np.float32) * np.ones((1, 1, 2), np.float32)
    layer = GarmentLayer(0, native, part, flat, np.ones((*HALF, 3), np.int8), depth)
    got = hide_far_side(layer, body)
    assert not got.half_part[100:150, 100:200].any()
    assert got.half_part[100:150, 50:100].all()
    assert got.half_part[150:200, 50:250].all()
    assert np.array_equal(got.part > 0, np.repeat(np.repeat(got.half_part > 0, 2, 0), 2, 1))
    assert not got.depth[120, 150]
    assert layer.half_part[120, 150]  # the original is as it was


def test_nothing_to_hide_changes_nothing() -> None:
    empty = np.zeros(HALF, np.uint16)
    body = BodyLayer(*(np.zeros(NATIVE, np.uint8) for _ in range(3)), np.zeros((*HALF, 3), np.int8), empty)
    layer = GarmentLayer(
        0, np.ones(NATIVE, np.uint8), np.ones(HALF, np.uint8), np.zeros((*HALF, 2), np.float32),
        np.zeros((*HALF, 3), np.int8), empty + 9,
    )  # fmt: skip
    assert hide_far_side(layer, body) is layer
