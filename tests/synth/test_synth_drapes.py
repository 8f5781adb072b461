"""Simulated folds: stored, found again, put on other bodies; and one sheet that falls in Blender."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tryon.errors import BadRequestError

pytest.importorskip("scipy", reason="the data engine needs scipy")

from tryon.synth.bodies import Body
from tryon.synth.cloth_skin import Skin
from tryon.synth.drapes import (
    Drape,
    DrapeLibrary,
    apply_drape,
    drape_path,
    make_drape,
    read_drape,
    topology_hash,
    write_drape,
)
from tryon.synth.garment_mesh import PART, GarmentMesh, Worn
from tryon.synth.simulate import BLENDER_DIR, FABRICS, BlenderCloth, Job, SimulationError

ROUND, LEVELS = 48, 24


def tube(radius: float, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """A standing tube, points (N, 3) and outward triangles (F, 3)."""
    angle = np.arange(ROUND) / ROUND * 2 * np.pi
    z = np.linspace(low, high, LEVELS)
    points = np.stack(
        [np.tile(radius * np.cos(angle), LEVELS), np.tile(radius * np.sin(angle), LEVELS), np.repeat(z, ROUND)], 1
    )
    k = np.arange(ROUND * (LEVELS - 1))
    right = k - k % ROUND + (k + 1) % ROUND
    return points, np.concatenate([np.stack([k, right, right + ROUND], 1), np.stack([k, right + ROUND, k + ROUND], 1)])


def garment(radius: float = 0.2) -> GarmentMesh:
    points, faces = tube(radius, 0.8, 1.3)
    part = np.full(len(faces), PART["torso"], np.uint8)
    return GarmentMesh("tube", "upper", "Top", faces, part, np.ones(len(faces), bool), points[:, [0, 2]], {}, points)


def person(radius: float = 0.17) -> tuple[Body, np.ndarray]:
    points, faces = tube(radius, 0.0, 1.7)
    return Body(points, points, np.eye(4)[None], np.zeros((1, 3)), ("root",)), faces


def folds(mesh: GarmentMesh, points: np.ndarray, depth_m: float = 0.012) -> np.ndarray:
    """Vertical folds outwards, and a hem that hangs a little lower."""
    angle = np.arctan2(mesh.rest[:, 1], mesh.rest[:, 0])
    outward = np.stack([np.cos(angle), np.sin(angle), 0 * angle], 1)
    return points + depth_m * (1 + np.cos(8 * angle))[:, None] * outward - [0, 0, 0.01]


def worn_on(body: Body, points: np.ndarray) -> Worn:
    return Worn(points, np.zeros(len(body.vertices), bool))


def drape_of(mesh: GarmentMesh, fallen: np.ndarray, worn: np.ndarray | None = None) -> Drape:
    start = mesh.rest if worn is None else worn
    return make_drape(mesh, start, fallen, design="upper-000", pose_family="down", gender=1.0, meta={"fabric": "silk"})


def test_a_drape_on_its_own_body_is_the_simulation() -> None:
    mesh = garment()
    body, faces = person()
    fallen = folds(mesh, mesh.rest)
    out = apply_drape(worn_on(body, mesh.rest), mesh, drape_of(mesh, fallen), Skin(body, faces))
    assert np.abs(out.points - fallen).max() < 1e-4


def test_strength_is_the_share_of_the_folds() -> None:
    mesh = garment()
    body, faces = person()
    drape, worn, skin = drape_of(mesh, folds(mesh, mesh.rest)), worn_on(body, mesh.rest), Skin(body, faces)
    none, half, full = (apply_drape(worn, mesh, drape, skin, s).points for s in (0.0, 0.5, 1.0))
    assert np.abs(none - mesh.rest).max() < 1e-9
    assert np.allclose(half, 0.5 * (none + full), atol=1e-6)


def test_folds_turn_with_the_body() -> None:
    mesh = garment()
    body, faces = person()
    turn = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    turned = replace(body, vertices=body.vertices @ turn.T)
    drape = drape_of(mesh, folds(mesh, mesh.rest))
    straight = apply_drape(worn_on(body, mesh.rest), mesh, drape, Skin(body, faces)).points
    after = apply_drape(worn_on(body, mesh.rest @ turn.T), mesh, drape, Skin(turned, faces)).points
    assert np.allclose(after, straight @ turn.T, atol=1e-6)


def test_cloth_stays_outside_a_body_that_is_wider() -> None:
    mesh = garment()
    body, faces = person(0.185)
    inwards = mesh.rest - 0.02 * mesh.rest * [1 / 0.2, 1 / 0.2, 0]
    skin = Skin(body, faces)
    out = apply_drape(worn_on(body, mesh.rest), mesh, drape_of(mesh, inwards), skin).points
    assert skin.height(out).min() > 0.0025
    assert skin.height(inwards).min() < 0


def test_folds_fade_where_the_cloth_hangs_otherwise() -> None:
    mesh = garment()
    body, faces = person(0.05)
    drape = drape_of(mesh, folds(mesh, mesh.rest))
    lying = mesh.rest[:, [0, 2, 1]] * [1, 1, -1] + [0, 0, 2]  # the tube along y
    moved = np.linalg.norm(apply_drape(worn_on(body, lying), mesh, drape, Skin(body, faces)).points - lying, axis=1)
    assert np.median(moved) < 0.4 * np.median(np.linalg.norm(folds(mesh, mesh.rest) - mesh.rest, axis=1))


def test_a_tucked_hem_keeps_its_place() -> None:
    mesh = garment()
    body, faces = person()
    drape = drape_of(mesh, folds(mesh, mesh.rest))
    out = apply_drape(worn_on(body, mesh.rest), mesh, drape, Skin(body, faces), tucked=True).points
    moved = np.linalg.norm(out - mesh.rest, axis=1)
    assert moved[mesh.rest[:, 2] < 0.9].max() < 1e-6
    assert moved[mesh.rest[:, 2] > 1.2].max() > 0.01


def test_skin_beside_a_hem_that_rises_is_no_longer_covered() -> None:
    mesh = garment()
    body, faces = person()
    covered = (body.vertices[:, 2] > 0.82) & (body.vertices[:, 2] < 1.28)
    drape = drape_of(mesh, mesh.rest + np.array([0.0, 0.0, 0.05]))
    out = apply_drape(Worn(mesh.rest, covered), mesh, drape, Skin(body, faces)).covered
    assert not out[(body.vertices[:, 2] > 0.82) & (body.vertices[:, 2] < 0.85)].any()
    assert out[(body.vertices[:, 2] > 1.0) & (body.vertices[:, 2] < 1.15)].all()
    assert not (out & ~covered).any()


def test_inputs_are_left_alone_and_the_result_is_the_same_again() -> None:
    mesh = garment()
    body, faces = person()
    worn, drape = worn_on(body, mesh.rest.copy()), drape_of(mesh, folds(mesh, mesh.rest))
    first = apply_drape(worn, mesh, drape, Skin(body, faces)).points
    assert np.array_equal(worn.points, mesh.rest)
    assert np.array_equal(first, apply_drape(worn, mesh, drape, Skin(body, faces)).points)


def test_a_file_keeps_a_drape_to_a_64th_of_a_millimetre(tmp_path: Path) -> None:
    mesh = garment()
    drape = drape_of(mesh, folds(mesh, mesh.rest))
    path = drape_path(tmp_path, drape.design, drape.pose_family, drape.gender)
    write_drape(drape, path)
    again = read_drape(path)
    assert np.abs(again.offsets - drape.offsets).max() <= 0.5001 / 64000
    assert (again.design, again.pose_family, again.topology) == (drape.design, drape.pose_family, drape.topology)
    assert again.meta == {"fabric": "silk"}
    before = path.read_bytes()
    write_drape(drape, path)
    assert path.read_bytes() == before


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "upper-000__down__f.npz"
    path.write_bytes(b"PK\x03\x04 no drape")
    with pytest.raises(BadRequestError, match="upper-000__down__f"):
        DrapeLibrary(tmp_path)


def test_a_library_finds_by_the_cut_and_refuses_what_has_changed(tmp_path: Path) -> None:
    mesh = garment()
    drape = drape_of(mesh, folds(mesh, mesh.rest))
    for family, gender in (("down", 1.0), ("down", 0.0), ("walking", 1.0)):
        other = replace(drape, pose_family=family, gender=gender)
        write_drape(other, drape_path(tmp_path, drape.design, family, gender))
    library = DrapeLibrary(tmp_path)
    assert (len(library), library.designs) == (3, ("upper-000",))
    renamed = replace(mesh, id="another id")
    for family, gender, expected in (("walking", 1.0, "walking"), ("crossed", 1.0, "down"), ("walking", 0.0, "down")):
        found = library.find(renamed, family, gender)
        assert found is not None
        assert (found.pose_family, found.gender) == (expected, gender)
    wide = replace(mesh, attributes={"fit": "oversized"})
    assert library.find(wide, "crossed") is None  # what hung would nick the shoulders
    assert library.find(wide, "walking", 1.0) is not None
    assert library.find(replace(mesh, rest=mesh.rest * 1.2), "down") is None
    assert library.find(replace(mesh, faces=mesh.faces[:-1]), "down") is None


def test_a_drape_of_an_older_cut_is_refused() -> None:
    mesh = garment()
    body, faces = person()
    drape = replace(drape_of(mesh, mesh.rest), topology=topology_hash(mesh.faces[::-1], len(mesh.rest)))
    with pytest.raises(BadRequestError, match="older cut"):
        apply_drape(worn_on(body, mesh.rest), mesh, drape, Skin(body, faces))


def test_without_blender_the_error_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match="--install"):
        BlenderCloth(tmp_path)


@pytest.mark.skipif(not (BLENDER_DIR / "bpy").is_dir(), reason="Blender is not installed in data/blender")
def test_a_tube_falls_outside_the_body_and_where_it_is_held_it_stays() -> None:
    mesh = garment(0.19)
    body, faces = person(0.17)
    pins = np.where(mesh.rest[:, 2] > 1.28, 1.0, 0.0)
    settings = replace(FABRICS["cotton"], frames=6)
    job = Job(mesh.rest, mesh.faces, body.vertices, faces, pins, settings)
    with BlenderCloth() as blender:
        fallen, _ = blender.simulate(job)
        with pytest.raises(SimulationError, match="could not let the cloth fall"):
            blender.simulate(replace(job, rest_points=mesh.rest[:5]))
        again, _ = blender.simulate(job)
    assert fallen.shape == mesh.rest.shape
    assert np.abs(fallen - mesh.rest)[pins > 0].max() < 1e-4
    assert fallen[pins == 0, 2].mean() < mesh.rest[pins == 0, 2].mean() - 1e-4
    assert np.hypot(fallen[:, 0], fallen[:, 1]).min() > 0.17
    assert np.allclose(fallen, again, atol=1e-4)
