"""The layer renderer against geometry that can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.camera import FRAMINGS, OrthoCamera, PhotoCamera, look_at, sample_camera, to_half, to_native
from tryon.synth.garment_mesh import GarmentMesh, Worn
from tryon.synth.record import BACK_BIT, DEPTH_UNIT_M, HALF, INNER_BIT, NATIVE
from tryon.synth.solids import BROW, EYE, HAIR, PROP, SKIN, UNDERWEAR, Solid

pytest.importorskip("moderngl", reason="moderngl is not installed (requirements-synth.txt)")
if TYPE_CHECKING:
    from tryon.synth.layers import LayerRenderer

TO_FLAT = np.array([[500.0, 0.0, 191.5], [0.0, 500.0, 255.5]])
SLANTED = PhotoCamera((0.8, -2.5, 1.4), look_at(np.array([0.8, -2.5, 1.4]), np.array([0.0, 0.0, 1.0]), 2.0), 1200.0)
AHEAD = PhotoCamera((0.0, -3.0, 1.0), ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0)), 1500.0)


@pytest.fixture(scope="module")
def renderer() -> LayerRenderer:
    from tryon.synth.layers import LayerRenderer

    try:
        return LayerRenderer()
    except BadRequestError as error:
        pytest.skip(str(error))


def _grid(n: int, wide: float, tall: float) -> tuple[np.ndarray, np.ndarray]:
    """Points (n * n, 2), x right and y downwards around 0, and triangles counter-clockwise as seen."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, n), np.linspace(-0.5, 0.5, n))
    k = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    faces = np.concatenate([np.stack([k, k + n, k + 1], 1), np.stack([k + 1, k + n, k + n + 1], 1)])
    return np.stack([x.ravel() * wide, y.ravel() * tall], 1), faces


def _cloth(n: int = 12, y: float = 0.0) -> GarmentMesh:
    """A sheet of 0.6 x 0.8 m that hangs at world depth y, its middle 1 m over the floor."""
    flat, faces = _grid(n, 0.6, 0.8)
    rest = np.stack([flat[:, 0], np.full(len(flat), y), 1.0 - flat[:, 1]], 1)
    part = np.zeros(len(faces), np.uint8)
    marks = {"top_left": 0, "bottom_right": n * n - 1, "middle": (n // 2) * n + n // 2}
    return GarmentMesh("sheet", "upper", "T-Shirt", faces, part, np.ones(len(faces), bool), flat, marks, rest)


def _solid(kind: int, x: float, z: float, y: float, side: float, label: int = 5, n: int = 2) -> Solid:
    """A square that faces the camera."""
    flat, faces = _grid(n, side, side)
    points = np.stack([flat[:, 0] + x, np.full(len(flat), y), z - flat[:, 1]], 1)
    uv = np.stack([flat[:, 0] / side + 0.5, 0.5 - flat[:, 1] / side], 1)
    return Solid(points, faces, uv, faces, None, (1.0, 1.0, 1.0), kind, np.full(len(faces), label, np.uint8))


def _worn(mesh: GarmentMesh, covered: int = 4) -> Worn:
    return Worn(mesh.rest, np.zeros(covered, bool))


def _on_sheet(camera: PhotoCamera, native_px: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Flat pixels and axial distance where rays through native pixels (N, 2) meet the plane y = 0."""
    eye = np.array(camera.eye)
    ray = camera.unproject(native_px, np.ones(len(native_px))) - eye
    t = -eye[1] / ray[:, 1]
    hit = eye + ray * t[:, None]
    return np.stack([hit[:, 0], 1.0 - hit[:, 2]], 1) @ TO_FLAT[:, :2].T + TO_FLAT[:, 2], t


def test_flat_coordinates_are_those_of_the_ray_through_the_pixel(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    layer = renderer.draw_garment(3, mesh, _worn(mesh), [], SLANTED, TO_FLAT, rank=2)
    rows, cols = np.nonzero(layer.half_part)
    assert len(rows) > 5000
    wanted, distance = _on_sheet(SLANTED, to_native(np.stack([cols, rows], 1).astype(float)))
    assert np.abs(layer.flat_px[rows, cols] - wanted).max() < 0.05
    assert np.abs(layer.depth[rows, cols] * DEPTH_UNIT_M - distance).max() <= 0.51 * DEPTH_UNIT_M
    assert (layer.garment, layer.rank) == (3, 2)
    assert (layer.flat_px[layer.half_part == 0] == 0).all()
    assert layer.part.dtype == np.uint8
    assert layer.part.shape == NATIVE
    assert layer.flat_px.dtype == np.float32
    assert layer.half_part.shape == HALF
    assert layer.normal.dtype == np.int8
    assert layer.depth.dtype == np.uint16


def test_half_pixels_lie_between_their_four_native_pixels(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    layer = renderer.draw_garment(0, mesh, _worn(mesh), [], SLANTED, TO_FLAT)
    blocks = (layer.part > 0).reshape(HALF[0], 2, HALF[1], 2).sum((1, 3))
    assert (layer.half_part[blocks == 4] > 0).mean() > 0.999
    assert not layer.half_part[blocks == 0].any()
    mixed = (blocks > 0) & (blocks < 4)
    assert mixed.sum() > 200
    # a half pixel's centre is on the sheet about when most of its native pixels are
    assert (layer.half_part[blocks == 3] > 0).mean() > 0.9
    assert (layer.half_part[blocks == 1] > 0).mean() < 0.1


def test_a_straight_view_has_no_shift(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    points = np.column_stack([mesh.flat, np.zeros(len(mesh.flat))])
    drawn = renderer.draw_flat(mesh, points, OrthoCamera.above(1000.0, (0.0, 0.0)), TO_FLAT)
    rows, cols = np.nonzero(drawn.half_part)
    assert np.abs(drawn.flat_px[rows, cols] - np.stack([cols, rows], 1)).max() < 0.01
    assert (drawn.part > 0).sum() == 600 * 800
    assert set(np.unique(drawn.part)) == {0, 1}
    assert (drawn.normal[rows, cols] == (0, 0, 127)).all()
    assert drawn.landmarks_px["top_left"] == pytest.approx((41.5, 55.5, 1))


def test_back_and_inner_side_are_told_apart(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    left = mesh.rest[mesh.faces][:, :, 0].mean(1) < 0
    mesh = replace(mesh, front=left, part=np.where(left, 1, 2).astype(np.uint8))
    from_front = renderer.draw_flat(mesh, mesh.rest, AHEAD, TO_FLAT).part
    assert set(np.unique(from_front)) == {0, 2, 3 + BACK_BIT}
    behind = PhotoCamera((0.0, 3.0, 1.0), ((-1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)), 1500.0)
    seen = renderer.draw_flat(mesh, mesh.rest, behind, TO_FLAT)
    assert set(np.unique(seen.part)) == {0, 2 + INNER_BIT, 3 + BACK_BIT + INNER_BIT}
    assert (seen.normal[seen.half_part > 0][:, 2] == 127).all(), "the inner side faces the camera too"


def test_a_hand_in_front_hides_cloth_and_covered_skin_does_not(renderer: LayerRenderer) -> None:
    mesh = _cloth(y=0.0)
    hand = _solid(PROP, 0.0, 1.0, -0.05, 0.1)
    chest = _solid(SKIN, 0.0, 1.2, -0.02, 0.2)
    alone = renderer.draw_garment(0, mesh, _worn(mesh), [], AHEAD, TO_FLAT)
    held = renderer.draw_garment(0, mesh, _worn(mesh), [hand], AHEAD, TO_FLAT)
    hidden = (alone.part > 0) & (held.part == 0)
    side_px = 0.1 * 1500 / 2.95
    assert hidden.sum() == pytest.approx(side_px**2, rel=0.05)
    assert held.landmarks_px["middle"][2] == 0
    assert alone.landmarks_px["middle"][2] == 1
    bare = renderer.draw_garment(0, mesh, Worn(mesh.rest, np.zeros(4, bool)), [chest], AHEAD, TO_FLAT)
    covered = renderer.draw_garment(0, mesh, Worn(mesh.rest, np.ones(4, bool)), [chest], AHEAD, TO_FLAT)
    assert (bare.part > 0).sum() < (covered.part > 0).sum() == (alone.part > 0).sum()
    for kind in (UNDERWEAR, HAIR, BROW):
        under = renderer.draw_garment(0, mesh, _worn(mesh), [replace(hand, kind=kind)], AHEAD, TO_FLAT)
        assert np.array_equal(under.part, alone.part), "what never hides a garment"


def test_skin_beside_covered_skin_gives_way_but_a_hand_does_not(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    skin = _solid(SKIN, 0.0, 1.0, -0.005, 0.3, n=31)  # 5 mm before the cloth, a centimetre between vertices
    covered = skin.points[:, 2] > 1.0
    layer = renderer.draw_garment(0, mesh, Worn(mesh.rest, covered), [skin], AHEAD, TO_FLAT)
    at = AHEAD.project(np.array([[0.0, 0.0, 1.003], [0.0, 0.0, 0.95]]))
    edge, below = (layer.part[round(y), round(x)] for x, y, _ in at)
    assert edge > 0, "a few millimetres of poke-through at the edge are none"
    assert below == 0, "skin further off hides what lies behind it"


def test_landmarks_fall_where_the_camera_projects_them(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    layer = renderer.draw_garment(0, mesh, _worn(mesh), [], SLANTED, TO_FLAT)
    for name, vertex in mesh.landmarks.items():
        x, y, seen = layer.landmarks_px[name]
        want = to_half(SLANTED.project(mesh.rest[vertex][None])[:, :2])[0]
        assert (x, y) == pytest.approx(tuple(want), abs=1e-6)
        assert seen == 1
    near = layer.landmarks_px["middle"]
    flat = mesh.flat[mesh.landmarks["middle"]] @ TO_FLAT[:, :2].T + TO_FLAT[:, 2]
    assert np.abs(layer.flat_px[round(near[1]), round(near[0])] - flat).max() < 1.5
    aside = replace(SLANTED, centre_px=(SLANTED.centre_px[0] - 600, SLANTED.centre_px[1]))
    out = renderer.draw_garment(0, mesh, _worn(mesh), [], aside, TO_FLAT)
    assert out.landmarks_px["top_left"][2] == 0, "outside the picture"


def test_the_body_carries_labels_kinds_colours_and_depth(renderer: LayerRenderer) -> None:
    texture = np.zeros((4, 4, 3), np.uint8)
    texture[...] = (200, 100, 50)
    skin = replace(_solid(SKIN, 0.0, 1.0, 0.0, 0.6, label=3), texture=texture)
    eye = _solid(EYE, 0.1, 1.1, -0.01, 0.05, label=2)
    body = renderer.draw_body([eye, skin, _solid(HAIR, 0.0, 1.0, -0.2, 0.6)], AHEAD)
    x, y, _ = AHEAD.project(np.array([[-0.1, 0.0, 1.0]]))[0]
    at = round(y), round(x)
    assert (body.labels[at], body.kind[at]) == (3, SKIN)
    assert np.abs(body.albedo[at].astype(int) - (200, 100, 50)).max() <= 1
    assert body.depth[at[0] // 2, at[1] // 2] == pytest.approx(3.0 / DEPTH_UNIT_M, abs=1)
    assert tuple(body.normal[at[0] // 2, at[1] // 2]) == (0, 0, 127)
    x, y, _ = AHEAD.project(eye.points.mean(0)[None])[0]
    assert (body.labels[round(y), round(x)], body.kind[round(y), round(x)]) == (2, EYE)
    assert set(np.unique(body.kind)) == {0, SKIN, EYE}, "hair is no part of the body"
    assert not body.albedo[body.kind == 0].any()


def test_hair_is_hidden_by_the_body_and_half_transparent(renderer: LayerRenderer) -> None:
    strands = np.full((8, 8, 4), 90, np.uint8)
    strands[:, :4, 3], strands[:, 4:, 3] = 255, 64
    hair = replace(_solid(HAIR, 0.0, 1.0, 0.0, 0.4), texture=strands)
    face = _solid(SKIN, 0.0, 1.2, -0.1, 0.3)
    layer = renderer.draw_hair([hair, face], AHEAD)
    assert layer is not None
    x, y, _ = AHEAD.project(np.array([[-0.1, 0.0, 0.9], [0.15, 0.0, 0.9], [0.0, 0.0, 1.19]])).T
    opaque, thin, behind = (layer.alpha[round(b), round(a)] for a, b in zip(x, y, strict=True))
    assert opaque == 255
    assert thin == pytest.approx(64, abs=3)
    assert behind == 0
    assert layer.shade[round(y[0]), round(x[0])] == pytest.approx(128, abs=2)
    assert layer.depth[round(y[0]) // 2, round(x[0]) // 2] == pytest.approx(3.0 / DEPTH_UNIT_M, abs=1)
    assert renderer.draw_hair([face], AHEAD) is None


def test_skin_through_cloth_is_counted_and_a_hand_is_not(renderer: LayerRenderer) -> None:
    from tryon.synth.layer_checks import skin_through

    mesh = _cloth()
    sheet_px = 0.6 * 0.8 * 500.0**2

    def counted(skin: Solid, covered: np.ndarray) -> tuple[float, float, float]:
        found = skin_through(renderer, mesh, Worn(mesh.rest, covered), [skin], AHEAD)
        assert found.pixels == pytest.approx(sheet_px, rel=0.02)
        return found.poked, found.beside, found.under

    bump = _solid(SKIN, 0.0, 1.0, -0.004, 0.1)
    none, all_ = np.zeros(4, bool), np.ones(4, bool)
    spot = 50**2 / sheet_px
    assert counted(bump, none) == (pytest.approx(spot, rel=0.1), 0.0, 0.0)
    assert counted(bump, all_) == (0.0, 0.0, pytest.approx(spot, rel=0.1))
    assert counted(_solid(SKIN, 0.0, 1.0, -0.04, 0.1), none) == (0.0, 0.0, 0.0), "a hand lies before the cloth"
    assert counted(_solid(SKIN, 0.4, 1.0, 0.0, 0.1), all_)[1] == pytest.approx(spot, rel=0.1)


def test_people_have_no_skin_through_their_clothes(renderer: LayerRenderer, data_dir: Path) -> None:
    pytest.importorskip("anny", reason="anny is not installed (requirements-synth.txt)")
    from tryon.synth.bodies import SKIN_END, BodyModel
    from tryon.synth.cutkit import CutKit
    from tryon.synth.designs import make_design
    from tryon.synth.garment_mesh import Fit
    from tryon.synth.layer_checks import skin_through
    from tryon.synth.people import person_solids, sample_person
    from tryon.synth.pose_library import sample_pose

    model = BodyModel()
    kit = CutKit(model)
    rng = np.random.default_rng(8)
    clothes = [make_design("upper", rng, kit), make_design("skirt", rng, kit)]
    for family in ("down", "hips_both", "walking"):
        spec, named = sample_person(rng, data_dir), sample_pose(rng, family)
        body = model.build(spec.shape, named.pose)
        solids = person_solids(spec, named, body, model, data_dir)
        camera = sample_camera(rng, body.vertices[:SKIN_END], "full")
        for wearable in clothes:
            found = skin_through(renderer, wearable.mesh, wearable.wear(body, Fit()), solids, camera)
            assert found.pixels > 5000
            assert found.poked <= 0.002, (family, wearable.mesh.label)
            assert found.beside <= 0.002, (family, wearable.mesh.label)


def test_the_same_bytes_twice(renderer: LayerRenderer) -> None:
    mesh, solids = _cloth(), [_solid(SKIN, 0.0, 1.0, 0.05, 0.5), _solid(HAIR, 0.0, 1.3, 0.0, 0.2)]
    first, second = (renderer.draw_garment(0, mesh, _worn(mesh), solids, SLANTED, TO_FLAT) for _ in range(2))
    bodies = [renderer.draw_body(solids, SLANTED) for _ in range(2)]
    hairs = [renderer.draw_hair(solids, SLANTED) for _ in range(2)]
    for a, b in ((first, second), bodies, hairs):
        for name, value in vars(a).items():
            assert np.array_equal(value, getattr(b, name)), name


def test_folds_bend_normals_and_nothing_else(renderer: LayerRenderer) -> None:
    from tryon.synth.layer_meshes import NO_FOLDS, FoldNoise

    mesh = _cloth()
    plain = renderer.draw_garment(0, mesh, _worn(mesh), [], AHEAD, TO_FLAT, folds=NO_FOLDS)
    drawn = [
        renderer.draw_garment(0, mesh, _worn(mesh), [], AHEAD, TO_FLAT, folds=FoldNoise(tilt=0.15, seed=seed))
        for seed in range(6)
    ]
    folded, other = drawn[:2]
    on = plain.half_part > 0
    assert (plain.normal[on] == (0, 0, 127)).all()
    slopes = np.stack([layer.normal[on][:, :2] / 127.0 for layer in drawn])
    assert np.sqrt((slopes**2).sum(2).mean()) == pytest.approx(0.15, rel=0.4)
    assert np.abs(slopes.mean((0, 1))).max() < 0.05, "no slope on the whole"
    assert np.array_equal(plain.flat_px, folded.flat_px)
    assert np.array_equal(plain.depth, folded.depth)
    assert (other.normal[on] != folded.normal[on]).any()
    squeezed = mesh.rest.copy()
    low = squeezed[:, 2] < 1.0
    squeezed[low, 2] = 1.0 - 0.5 * (1.0 - squeezed[low, 2])  # the lower half is pushed together
    crumpled = renderer.draw_garment(0, mesh, Worn(squeezed, np.zeros(4, bool)), [], AHEAD, TO_FLAT)
    rows = np.nonzero((crumpled.half_part > 0).any(1))[0]
    slope = np.abs(crumpled.normal[..., :2].astype(float)).mean(2)
    middle = round(to_half(AHEAD.project(np.array([[0.0, 0.0, 1.0]]))[:, :2])[0, 1])
    columns = np.nonzero((crumpled.half_part > 0).any(0))[0]
    assert slope[middle + 8 : rows[-1] - 2, columns].mean() > 2 * slope[rows[0] + 2 : middle - 40, columns].mean()


def test_what_is_outside_the_picture_leaves_an_empty_layer(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    aside = Worn(mesh.rest + np.array([5.0, 0.0, 0.0]), np.zeros(4, bool))
    layer = renderer.draw_garment(0, mesh, aside, [_solid(SKIN, 5.0, 1.0, 0.0, 0.3)], AHEAD, TO_FLAT)
    for value in (layer.part, layer.half_part, layer.depth, layer.flat_px, layer.normal):
        assert not value.any()
    assert {seen for _, _, seen in layer.landmarks_px.values()} == {0}
    assert not renderer.draw_body([_solid(SKIN, 5.0, 1.0, 0.0, 0.3)], AHEAD).kind.any()
    assert not renderer.draw_body([], AHEAD).kind.any()
    assert renderer.draw_hair([_solid(HAIR, 5.0, 1.0, 0.0, 0.3)], AHEAD) is None


def test_points_that_are_no_numbers_are_refused(renderer: LayerRenderer) -> None:
    mesh = _cloth()
    broken = mesh.rest.copy()
    broken[3, 1] = np.nan
    with pytest.raises(BadRequestError, match="sheet"):
        renderer.draw_flat(mesh, broken, AHEAD, TO_FLAT)
    with pytest.raises(BadRequestError, match="sheet"):
        renderer.draw_flat(mesh, mesh.rest[:-1], AHEAD, TO_FLAT)


def test_pixels_and_points_go_both_ways() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform((-0.5, -0.3, 0.0), (0.5, 0.3, 1.8), (50, 3))
    seen = SLANTED.project(points)
    assert np.abs(SLANTED.unproject(seen[:, :2], seen[:, 2]) - points).max() < 1e-9
    assert np.allclose(to_native(to_half(seen[:, :2])), seen[:, :2])
    for camera in (SLANTED, OrthoCamera.facing(500.0, (0.0, 0.0, 1.0))):
        clip = np.column_stack([points, np.ones(50)]) @ camera.matrix().T
        ndc = clip[:, :2] / clip[:, 3:]
        want = camera.project(points)
        assert np.allclose((ndc[:, 0] + 1) / 2 * NATIVE[1] - 0.5, want[:, 0])
        assert np.allclose((1 - ndc[:, 1]) / 2 * NATIVE[0] - 0.5, want[:, 1])


def _figure() -> np.ndarray:
    """A body's size: 1.7 m tall, 0.5 m wide."""
    z, a = np.meshgrid(np.linspace(0, 1.7, 60), np.linspace(0, 2 * np.pi, 12))
    return np.stack([0.25 * np.cos(a).ravel(), 0.12 * np.sin(a).ravel(), z.ravel()], 1)


@pytest.mark.parametrize("framing", FRAMINGS)
def test_cameras_frame_the_figure(framing: str) -> None:
    figure, cut, heights = _figure(), 0, []
    for seed in range(60):
        camera = sample_camera(np.random.default_rng(seed), figure, framing)  # type: ignore[arg-type]
        assert camera == sample_camera(np.random.default_rng(seed), figure, framing)  # type: ignore[arg-type]
        px = camera.project(figure)
        top, bottom = px[:, 1].min(), px[:, 1].max()
        assert top > -1, "the head is in the picture"
        if framing == "full":
            assert bottom < NATIVE[0]
        else:
            assert bottom > NATIVE[0], "the picture's edge cuts the legs"
        seen = np.clip(bottom, 0, NATIVE[0]) - top
        assert seen > 0.5 * NATIVE[0]
        cut += int(px[:, 0].min() < 0 or px[:, 0].max() > NATIVE[1] - 1)
        assert 0.8 < np.linalg.norm(np.array(camera.eye)[:2]) < 5.2
        assert 0.8 <= camera.eye[2] <= 1.7
        heights.append(camera.eye[2])
    assert cut <= 12, "few people run out of the picture"
    assert np.std(heights) > 0.1


def test_a_framing_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadRequestError, match="full"):
        sample_camera(np.random.default_rng(0), _figure(), "feet")  # type: ignore[arg-type]
