"""Path-traced stills: meshes as Blender gets them; what it says where Blender is missing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("scipy", reason="the data engine needs scipy")

from tryon.synth.build_grid import HAIR, HEIGHTS_CM, base_shape, build_entries, grid_cells, looks_of, retoned
from tryon.synth.cycles import PathSettings, trace, weld
from tryon.synth.draw import CLOTH, SKIN, Buffers, Camera, Mesh, Surface
from tryon.synth.garment_mesh import GarmentMesh, Worn
from tryon.synth.model_dressing import _below, cloth_mesh
from tryon.synth.models_cast import MODELS
from tryon.synth.models_gallery import manifest_entries
from tryon.synth.people import SKIN_TONES
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


def test_a_garments_front_and_back_take_their_own_half_of_the_texture() -> None:
    flat = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    points = np.array([[0, 0, 1], [1, 0, 1], [1, 0, 0], [0, 0, 0]], float)
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    front = np.array([True, False])
    mesh = GarmentMesh("one", "upper", "T-Shirt", faces, np.zeros(2, np.uint8), front, flat, {}, points)
    red, blue = (np.full((512, 384, 3), colour, np.uint8) for colour in ((255, 0, 0), (0, 0, 255)))
    drawn = cloth_mesh(mesh, Worn(points, np.zeros(1, bool)), red, blue)
    texture = drawn.surface.texture
    assert texture is not None
    x = np.floor(drawn.uv[:, 0] * texture.shape[1]).astype(int)
    y = np.floor((1 - drawn.uv[:, 1]) * texture.shape[0]).astype(int)
    assert (texture[y[:3], x[:3]] == (255, 0, 0)).all()
    assert (texture[y[3:], x[3:]] == (0, 0, 255)).all()
    assert drawn.uv[0, 1] > drawn.uv[2, 1], "the neck lies at the top of the texture"


def test_what_a_top_hides_of_the_trousers_is_left_out() -> None:
    mesh = square()
    assert len(_below(mesh, 0.5).points) == len(mesh.points), "both triangles reach below"
    assert len(_below(mesh, -0.1).points) == 0


def test_the_manifest_says_who_the_virtual_models_are() -> None:
    assets = Path(__file__).resolve().parents[2] / "assets"
    manifest = json.loads((assets / "manifest.json").read_text("utf-8"))
    assert manifest["models"] == manifest_entries(assets)
    assert manifest.get("builds", []) == build_entries(assets)
    assert {person.looks.tone for person in MODELS} == set(SKIN_TONES), "every tone is there"


def test_the_grid_has_every_build_of_every_height_once() -> None:
    cells = grid_cells()
    assert len({cell.id for cell in cells}) == len(cells) == 2 * 3 * 4 * 3
    for cell in cells:
        assert 17 < cell.weight_kg / (cell.height_cm / 100) ** 2 < 36, cell.id
    assert {cell.skin for cell in cells} <= set(SKIN_TONES)


def test_the_grids_women_do_not_share_one_haircut() -> None:
    assert all(len(HAIR[sex]) == len(heights) for sex, heights in HEIGHTS_CM.items())
    assert len({looks_of("female", height, base_shape("female")).hair for height in HEIGHTS_CM["female"]}) == 3


def test_another_tone_changes_skin_alone() -> None:
    albedo = np.full((2, 3, 3), 0.4, np.float32)
    kind = np.array([[SKIN, CLOTH, -1], [SKIN, CLOTH, -1]], np.float32)
    layer = Buffers(albedo, kind, np.zeros((2, 3, 4), np.float32), albedo, albedo)
    (dark,), (same,) = retoned([layer], "dark"), retoned([layer], "tan")
    assert (dark.albedo[:, 0] < 0.2).all()
    assert (dark.albedo[:, 1:] == 0.4).all()
    assert np.allclose(same.albedo, albedo)
    assert (albedo == np.float32(0.4)).all()
