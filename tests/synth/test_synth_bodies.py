"""Bodies, poses, fitting, cut garments and cloth: geometry that needs no picture."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.bodycuts import Patch, clip, smooth, subdivide
from tryon.synth.cloth import ClothSettings, Obstacle, drape, subdivide_mesh
from tryon.synth.makehuman import mesh_components, read_asset, vertex_normals

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("TRYON_DATA", ROOT.parent / "shared" / "data"))


def _grid(n: int, z: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[0:n, 0:n] / (n - 1) - 0.5
    points = np.stack([x.ravel(), y.ravel(), np.full(n * n, z)], 1)
    k = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([np.stack([k, k + 1, k + n], 1), np.stack([k + 1, k + n + 1, k + n], 1)])
    return points, faces


def _area(points: np.ndarray, faces: np.ndarray) -> float:
    a, b, c = (points[faces[:, k]] for k in range(3))
    return float(0.5 * np.linalg.norm(np.cross(b - a, c - a), axis=1).sum())


def _patch(points: np.ndarray, faces: np.ndarray) -> Patch:
    import scipy.sparse as sp

    return Patch(sp.identity(len(points), format="csr"), faces)


def test_clipping_cuts_exactly_at_zero() -> None:
    points, faces = _grid(9)
    patch = clip(_patch(points, faces), 0.13 - points[:, 0])
    cut = patch.mix @ points
    assert cut[:, 0].max() == pytest.approx(0.13)
    assert _area(cut, patch.faces) == pytest.approx(0.63)
    assert np.allclose(np.asarray(patch.mix.sum(1)).ravel(), 1.0)


def test_subdivision_keeps_the_surface() -> None:
    points, faces = _grid(5)
    patch = subdivide(_patch(points, faces))
    assert len(patch.faces) == 4 * len(faces)
    assert _area(patch.mix @ points, patch.faces) == pytest.approx(1.0)
    finer, new_faces, uv, uv_faces = subdivide_mesh(points, faces, points[:, :2], faces)
    assert _area(finer, new_faces) == pytest.approx(1.0)
    assert np.allclose(finer[new_faces][:, :, :2], uv[uv_faces])


def test_smoothing_flattens_a_spike_and_keeps_the_border() -> None:
    points, faces = _grid(9)
    points[40, 2] = 0.5
    out = smooth(points, faces, 5)
    assert out[40, 2] < 0.2
    assert out[:, 0].max() == pytest.approx(0.5, abs=0.03)


def test_normals_point_up_on_a_flat_grid() -> None:
    points, faces = _grid(4)
    assert np.allclose(vertex_normals(points, faces), (0, 0, 1))


def test_components_are_told_apart() -> None:
    points, faces = _grid(3)
    both = np.concatenate([faces, faces + len(points)])
    component = mesh_components(both, 2 * len(points))
    assert len(np.unique(component)) == 2
    assert (component[: len(points)] == component[0]).all()


def test_cloth_falls_on_a_table_and_stays_above_it() -> None:
    table_points, table_faces = _grid(21)
    points, faces = _grid(13, z=0.03)
    settings = ClothSettings(steps=120, gravity=1.0, slack=1.0)
    rested = drape(
        points * (0.5, 0.5, 1.0),
        faces,
        Obstacle.of([(table_points, table_faces)]),
        np.zeros(len(points), bool),
        settings,
        np.random.default_rng(0),
    )
    assert rested[:, 2].min() > 0.0
    assert rested[:, 2].max() < 0.02
    assert np.isfinite(rested).all()


def test_pinned_cloth_stays_and_hangs() -> None:
    points, faces = _grid(9)
    points = np.stack([points[:, 0], points[:, 2], points[:, 1]], 1)  # upright
    pinned = points[:, 2] > 0.49
    nothing = Obstacle(np.full((1, 3), 9.0), np.array([[0.0, 0.0, 1.0]]))
    out = drape(points, faces, nothing, pinned, ClothSettings(steps=60), np.random.default_rng(0))
    assert np.allclose(out[pinned], points[pinned], atol=1e-12)
    assert np.abs(out - points).max() < 0.12


def test_a_folder_without_an_asset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRequestError, match="mhclo"):
        read_asset(tmp_path)


@pytest.mark.skipif(not (DATA / "makehuman").is_dir(), reason="the open data is not here")
def test_assets_are_read_whole() -> None:
    asset = read_asset(DATA / "makehuman" / "clothes" / "male_casualsuit06")
    assert asset.corners.shape == asset.weights.shape == asset.offsets.shape
    assert asset.faces.max() == len(asset.corners) - 1
    assert np.abs(asset.weights.sum(1) - 1).max() < 0.02
    assert asset.delete.any()
    assert len(asset.scales) == 3
