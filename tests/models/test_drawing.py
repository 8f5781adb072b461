"""The generator looks at the edit region and its surroundings; elsewhere the drawing is the photo's."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from tryon.models.drawing import TryOnGenerator, window_around
from tryon.models.generator import Generator, GeneratorParams
from tryon.models.inputs import AGNOSTIC, GENERATOR_CHANNELS, REGION


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        ((100, 300), (60, 200), (256, 192)),
        ((0, 512), (0, 384), (512, 384)),
        ((500, 512), (370, 384), (256, 192)),
        ((0, 400), (0, 10), (448, 192)),
    ],
)
def test_a_window_holds_the_region(rows: tuple[int, int], columns: tuple[int, int], expected: tuple[int, int]) -> None:
    region = np.zeros((512, 384), np.float32)
    region[rows[0] : rows[1], columns[0] : columns[1]] = 0.3
    box = window_around(region)
    assert tuple(each.stop - each.start for each in box) == expected
    assert all(each.start >= 0 and each.start % 2 == 0 for each in box)
    assert box[0].stop <= 512
    assert box[1].stop <= 384
    outside = region.copy()
    outside[box] = 0
    assert not outside.any()


def test_an_empty_region_gives_the_smallest_window() -> None:
    box = window_around(np.zeros((512, 384), np.float32))
    assert [each.stop - each.start for each in box] == [256, 192]


def test_outside_the_window_nothing_is_drawn() -> None:
    torch.manual_seed(0)
    drawer = TryOnGenerator(Generator(GeneratorParams(channels=(8, 8, 8, 8, 8))))
    x = np.random.default_rng(0).random((GENERATOR_CHANNELS, 384, 288), dtype=np.float32)
    x[REGION] = 0
    x[REGION, 150:200, 100:150] = 1
    drawing = drawer.draw(x)
    assert drawing.layout_f32.shape == (384, 288, 4)
    assert drawing.rendering_f32.shape == (384, 288, 3)
    box = window_around(x[3])
    out = np.ones((384, 288), bool)
    out[box] = False
    assert out.any()
    assert not drawing.mask_f32[out].any()
    assert (drawing.shading_f32[out] == 1).all()
    assert np.array_equal(drawing.rendering_f32[out], np.moveaxis(x[AGNOSTIC], 0, -1)[out])
    assert np.abs(drawing.shading_f32[box] - 1).max() > 0
