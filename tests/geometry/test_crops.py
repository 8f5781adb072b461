"""The work frame maps points there and back, and cuts what it says."""

import numpy as np
import pytest

from tryon.geometry.crops import Crop, crop_for
from tryon.types import CATEGORIES, Pose

CROP = Crop(12.5, -7.0, 0.8, 96, 128)


def test_points_go_there_and_back():
    points = np.array([[0, 0], [50.5, 20.25], [-30, 200]], np.float32)
    assert np.abs(CROP.to_photo(CROP.to_crop(points)) - points).max() < 1e-3


def test_the_matrix_maps_as_to_crop_does():
    points = np.array([[3, 4], [100, 50]], np.float32)
    m = CROP.matrix()
    assert np.allclose(points @ m[:, :2].T + m[:, 2], CROP.to_crop(points), atol=1e-3)


def test_the_same_window_at_twice_the_size():
    twice = CROP.resized(192, 256)
    points = np.array([[10, 10], [60, 90]], np.float32)
    assert np.allclose(twice.to_crop(points) + 0.5, 2 * (CROP.to_crop(points) + 0.5), atol=1e-3)


def test_a_window_of_whole_pixels_is_cut_exactly():
    photo = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    assert (Crop(10, 5, 1.0, 30, 40).cut(photo) == photo[5:45, 10:40]).all()


@pytest.mark.parametrize("scale", [0.25, 0.5, 1.7])
def test_a_cut_gradient_keeps_its_place(scale):
    x = np.tile(np.arange(200, dtype=np.float32), (160, 1))
    crop = Crop(20, 10, scale, round(150 * scale), round(120 * scale))
    expected = crop.to_photo(np.stack([np.arange(crop.width), np.zeros(crop.width)], 1).astype(np.float32))[:, 0]
    assert np.abs(crop.cut(x)[5] - expected)[2:-2].max() < 0.6


@pytest.mark.parametrize("category", CATEGORIES)
def test_the_window_holds_the_joints_and_is_three_to_four(category, standing_pose: Pose):
    crop = crop_for(standing_pose, category, (1000, 750), 384, 512)
    joints = [11, 12, 23, 24] if category == "upper" else [23, 24, 25, 26, 27, 28]
    p = crop.to_crop(standing_pose.points_px[joints])
    assert (p > 0).all()
    assert (p[:, 0] < 384).all()
    assert (p[:, 1] < 512).all()
    assert (crop.width, crop.height) == (384, 512)


@pytest.mark.parametrize("category", CATEGORIES)
def test_what_must_be_inside_is_inside(category):
    points = np.zeros((33, 2), np.float32)
    points[[11, 12]], points[[23, 24]] = [(120, 100), (80, 100)], [(112, 170), (88, 170)]
    points[[13, 14]], points[[15, 16]] = [(130, 140), (70, 140)], [(130, 170), (70, 170)]
    points[[25, 26]], points[[27, 28]] = [(112, 220), (88, 220)], [(112, 260), (88, 260)]
    pose = Pose(points, np.ones(33, np.float32))
    plain = crop_for(pose, category, (400, 300), 96, 128)
    assert crop_for(pose, category, (400, 300), 96, 128, (90.0, 150.0, 110.0, 200.0)) == plain
    box = (20.0, 60.0, 200.0, 380.0)
    crop = crop_for(pose, category, (400, 300), 96, 128, box)
    corners = crop.to_crop(np.array([box[:2], box[2:]], np.float32))
    assert (corners > 0).all()
    assert (corners < (96, 128)).all()
    assert (crop.width, crop.height) == (96, 128)
