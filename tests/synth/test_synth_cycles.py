"""Path-traced stills: meshes as Blender gets them; what it says where Blender is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the data engine needs scipy")

from tryon.synth.cycles import PathSettings, trace, weld
from tryon.synth.draw import Camera, Mesh, Surface
from tryon.synth.simulate import SimulationError


def square() -> Mesh:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1]], np.float32)
    index = np.array([0, 1, 2, 0, 2, 3])
    uv = corners[index][:, [0, 2]]
    normals = np.tile(np.array([0, -1, 0], np.float32), (6, 1))
    return Mesh(corners[index], normals, uv, corners[index], Surface())


def test_corners_at_one_place_become_one_vertex() -> None:
    mesh = square()
    shared = weld(mesh)
    assert shared["points"].shape == (4, 3)
    assert np.array_equal(shared["points"][shared["faces"].ravel()], mesh.points)
    assert np.array_equal(shared["uv"], mesh.uv)


def test_triangles_without_area_are_left_out_with_their_uv() -> None:
    mesh = square()
    points = mesh.points.copy()
    points[5] = points[4]
    thin = Mesh(points, mesh.normals, mesh.uv, points, mesh.surface)
    shared = weld(thin)
    assert len(shared["faces"]) == 1
    assert np.array_equal(shared["uv"], mesh.uv[:3])


def test_without_blender_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="--install"):
        trace([square()], Camera(), PathSettings(), tmp_path)
