"""Flows keep half-pixel shifts, compose, and go back where they came from."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tryon.geometry.flow import (
    compose_flows,
    enlarge_flow,
    flow_determinant,
    flow_from_map,
    fold_fraction,
    identity_flow,
    sample,
)


def affine(matrix, shift):
    return lambda p: (np.asarray(p) @ np.asarray(matrix, float).T + shift).astype(np.float32)


def picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def test_identity_samples_each_pixel_at_its_place():
    image = picture(31, 47)
    assert (sample(image, identity_flow(31, 47)) == image).all()


@pytest.mark.parametrize("stride", [1, 3, 8])
def test_a_map_becomes_the_same_flow_at_any_stride(stride):
    point_map = affine([[1.2, 0.1], [-0.2, 0.8]], [5, -3])
    flow = flow_from_map(point_map, 37, 53, stride)
    assert flow.shape == (37, 53, 2)
    assert flow.dtype == np.float32
    assert np.abs(flow - point_map(identity_flow(37, 53))).max() < 1e-3


@given(st.integers(20, 90), st.integers(20, 90), st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_enlarging_an_affine_flow_gives_the_affine_flow_of_the_finer_grid(height, width, seed):
    rng = np.random.default_rng(seed)
    matrix, shift = rng.uniform(-2, 2, (2, 2)), rng.uniform(-20, 20, 2)
    flow = affine(matrix, shift)(identity_flow(24, 18))
    fine = enlarge_flow(flow, height, width)
    # the pixel centre X of the fine grid lies at (X + .5) * w / width - .5 in the coarse one
    at = (identity_flow(height, width) + 0.5) * np.array([18 / width, 24 / height]) - 0.5
    assert fine.shape == (height, width, 2)
    assert np.abs(fine - affine(matrix, shift)(at)).max() < 0.2  # cv2 rounds positions to 1/32 pixel


def test_enlarging_by_whole_factors_is_exact():
    fine = enlarge_flow(identity_flow(12, 16), 36, 48)
    assert np.abs(fine - ((identity_flow(36, 48) + 0.5) / 3 - 0.5)).max() < 1e-3


def test_enlarging_to_the_same_size_copies():
    flow = identity_flow(8, 8)
    out = enlarge_flow(flow, 8, 8)
    assert (out == flow).all()
    assert out is not flow


def test_there_and_back_is_the_identity():
    matrix, shift = np.array([[0.9, 0.1], [-0.1, 1.1]]), np.array([4.0, 2.0])
    inverse = np.linalg.inv(matrix)
    there = affine(matrix, shift)(identity_flow(60, 60))
    back = affine(inverse, -inverse @ shift)(identity_flow(80, 80))
    round_trip = compose_flows(there, back)[10:50, 10:50]
    assert np.abs(round_trip - identity_flow(60, 60)[10:50, 10:50]).max() < 0.05


def test_composing_with_the_identity_changes_nothing():
    flow = affine([[1.1, 0], [0.2, 0.9]], [3, 3])(identity_flow(40, 40))
    assert np.abs(compose_flows(identity_flow(40, 40), flow) - flow).max() < 1e-3


def test_determinant_is_the_area_and_negative_where_it_mirrors():
    flow = affine([[2, 0], [0, 1.5]], [0, 0])(identity_flow(20, 20))
    assert np.allclose(flow_determinant(flow), 3)
    mirrored = flow * np.array([-1, 1], np.float32)
    everywhere = np.ones((20, 20), np.float32)
    assert fold_fraction(flow, everywhere) == 0
    assert fold_fraction(mirrored, everywhere) == 1
    assert fold_fraction(mirrored, 0 * everywhere) == 0
