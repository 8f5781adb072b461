"""Drawing: a lit ball on paper, where an OpenGL context can be had."""

from __future__ import annotations

import numpy as np
import pytest

from tryon.synth.draw import BACKDROP, SKIN, Camera, Lamp, Mesh, Renderer, StillSettings, Surface
from tryon.synth.scene import backdrop, mesh_of
from tryon.synth.stills import expose, take_still

pytest.importorskip("moderngl", reason="moderngl is not installed (requirements-synth.txt)")
SETTINGS = StillSettings(48, 64, 2, 128, (Lamp((-1.0, -0.6, 0.5), 10.0, 4, (1.0, 1.0, 1.0)),))


@pytest.fixture(scope="module")
def renderer() -> Renderer:
    try:
        return Renderer()
    except Exception as error:  # whatever the driver raises
        pytest.skip(f"no OpenGL context: {error}")


def _ball(radius: float = 0.4, height: float = 0.9) -> Mesh:
    t, p = np.meshgrid(np.linspace(0, np.pi, 25), np.linspace(0, 2 * np.pi, 49), indexing="ij")
    points = np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], -1).reshape(-1, 3) * radius
    points[:, 2] += height
    k = (np.arange(24)[:, None] * 49 + np.arange(48)).ravel()
    faces = np.concatenate([np.stack([k, k + 49, k + 1], 1), np.stack([k + 1, k + 49, k + 50], 1)])
    return mesh_of(points, faces, np.zeros((len(points), 2)), faces, points, Surface(SKIN))


def test_the_lit_side_is_brighter_and_the_ball_lies_in_the_middle(renderer: Renderer) -> None:
    image = take_still(renderer, [_ball(), backdrop((0.2, 0.2, 0.2))], Camera(), SETTINGS)
    assert image.shape == (64, 48, 3)
    grey = image.astype(float).mean(2)
    assert grey[32, 18] > grey[32, 31] + 30
    assert grey[-1].min() > 15, "the floor is lit"
    layers = renderer.draw([_ball(), backdrop((0.2, 0.2, 0.2))], Camera(), SETTINGS)
    kind = layers[0].kind
    rows, cols = np.nonzero(kind == SKIN)
    assert abs(cols.mean() - kind.shape[1] / 2) < 2
    assert abs(rows.mean() - kind.shape[0] / 2) < 4
    assert (layers[2].kind == BACKDROP).any()


def test_drawing_twice_gives_the_same_picture(renderer: Renderer) -> None:
    first, second = (take_still(renderer, [_ball(), backdrop((0.5, 0.5, 0.5))], Camera(), SETTINGS) for _ in range(2))
    assert np.array_equal(first, second)


def test_exposure_rises_and_never_overflows() -> None:
    light = np.linspace(0, 20, 200, dtype=np.float32)
    seen = expose(light, 0.7)
    assert (np.diff(seen) >= 0).all()
    assert seen.max() <= 1.0
