"""Colour and light of records: a person of two solids, drawn by formula, dressed in a shirt."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from tryon.errors import BadRequestError
from tryon.synth.compose import ComposeSettings, compose, figure_extent, plain_look, sample_look
from tryon.synth.covers import draw_cover, sample_cover
from tryon.synth.flat_picture import FlatSettings, compose_flat, sample_flat_look
from tryon.synth.grounds import Ground, GroundLibrary, StreetPhoto, fitting_street, sample_ground
from tryon.synth.lens import Lens, LensSettings, develop
from tryon.synth.light import LIGHTS, LightSettings, harmonics, irradiance, sample_light
from tryon.synth.overlay import PlainPaint
from tryon.synth.prepare_grounds import fill_gap
from tryon.synth.record import (
    BACK_BIT,
    DEPTH_UNIT_M,
    HALF,
    INNER_BIT,
    NATIVE,
    RECORD_LABELS,
    BodyLayer,
    FlatView,
    GarmentInfo,
    GarmentLayer,
    HairLayer,
    Record,
)
from tryon.types import LABEL

FOCAL = 700.0  # half pixels
AWAY = 3.0  # m


def _solid(shape: tuple[int, int], radius: float, centre: tuple[float, float], half_length: float) -> tuple:
    """A standing capsule: mask, normal (h, w, 3) and depth (h, w) in m; lengths in m around the picture's middle."""
    h, w = shape
    k = FOCAL * h / HALF[0] / AWAY
    y, x = np.mgrid[:h, :w].astype(np.float64)
    x, y = (x - (w - 1) / 2) / k - centre[0], -(y - (h - 1) / 2) / k - centre[1]
    up = y - np.clip(y, -half_length, half_length)
    inside = x**2 + up**2 < radius**2
    z = np.sqrt(np.maximum(radius**2 - x**2 - up**2, 0))
    return inside, np.stack([x, up, z], -1) / radius, AWAY - z


def _bytes(normal: np.ndarray, depth: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    packed = np.where(mask[..., None], np.round(normal * 127), 0).astype(np.int8)
    return packed, np.where(mask, np.round(depth / DEPTH_UNIT_M), 0).astype(np.uint16)


def _join(shape: tuple[int, int]) -> tuple:
    trunk, head = _solid(shape, 0.19, (0, -0.1), 0.55), _solid(shape, 0.12, (0, 0.78), 0.03)
    mask = trunk[0] | head[0]
    normal = np.where(trunk[0][..., None], trunk[1], head[1])
    depth = np.where(trunk[0], trunk[2], head[2])
    return mask, normal, depth, head[0] & ~trunk[0]


def _shirt(shape: tuple[int, int], radius: float = 0.2) -> tuple:
    mask, normal, depth = _solid(shape, radius, (0, -0.1), 0.55)
    rows = np.arange(shape[0])[:, None] / shape[0]
    return mask & (rows > 0.32) & (rows < 0.6), normal, depth


def _layer(garment: int, radius: float, part: int = 1, nearer: float = 0.0) -> GarmentLayer:
    mask, normal, depth = _shirt(HALF, radius)
    packed = _bytes(normal, depth - nearer, mask)
    y, x = np.mgrid[: HALF[0], : HALF[1]].astype(np.float32)
    flat = np.stack([(x - 191.5) * 2 + 191.5, (y - 235) * 2.2 + 255], -1).astype(np.float32)
    full = np.where(_shirt(NATIVE, radius)[0], part, 0).astype(np.uint8)
    return GarmentLayer(garment, full, np.where(mask, part, 0).astype(np.uint8), flat, *packed)


@pytest.fixture(scope="module")
def record() -> Record:
    mask, normal, depth, _ = _join(HALF)
    native, _, _, head = _join(NATIVE)
    labels = np.where(head, LABEL["face"], np.where(native, LABEL["torso_skin"], 0)).astype(np.uint8)
    albedo = np.where(native[..., None], np.array([205, 160, 135]), 0).astype(np.uint8)
    hair = _solid(NATIVE, 0.13, (0, 0.85), 0.0)[0] & (np.arange(NATIVE[0])[:, None] < 150)
    half = _solid(HALF, 0.13, (0, 0.85), 0.0)
    half_mask = half[0] & (np.arange(HALF[0])[:, None] < 75)
    body = BodyLayer(labels, native.astype(np.uint8), albedo, *_bytes(normal, depth, mask))
    hair_layer = HairLayer(
        (hair * 255).astype(np.uint8), np.full(NATIVE, 128, np.uint8), *_bytes(half[1], half[2], half_mask)
    )
    layers = (_layer(0, 0.20), _layer(1, 0.21), _layer(0, 0.20, 1 | BACK_BIT | INNER_BIT), _layer(1, 0.21, 1, -0.2))
    return Record("ball", body, hair_layer, layers, {"a": (0,)}, {}, {}, {}, {"seed": 1})


@pytest.fixture(scope="module")
def garments() -> list[GarmentInfo]:
    side = np.zeros(HALF, np.uint8)
    side[80:430, 60:320] = 1
    return [GarmentInfo(n, "upper", "T-Shirt", 400.0, {}, {}, (), side, side, ()) for n in ("red", "blue")]


def _plain(colour: tuple[int, int, int]) -> PlainPaint:
    image = np.broadcast_to(np.array(colour, np.uint8), (*HALF, 3)).copy()
    return PlainPaint(image, image, image)


def _ramp() -> PlainPaint:
    y, x = np.mgrid[: HALF[0], : HALF[1]]
    image = np.stack([x / 384 * 200 + 40, y / 512 * 200 + 40, np.full(HALF, 90)], -1).astype(np.uint8)
    return PlainPaint(image, image, image)


def test_same_look_same_bytes_and_another_seed_another_picture(record: Record, garments: list[GarmentInfo]) -> None:
    def draw(seed: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        look = sample_look(rng, record, garments, (0,), paint=lambda info, r: _ramp())
        return compose(record, garments, (0,), look).image_u8

    assert np.array_equal(draw(3), draw(3))
    assert not np.array_equal(draw(3), draw(4))


@pytest.mark.parametrize("size", [(512, 384), (256, 192), (1024, 768), (400, 300)])
def test_labels_coverage_and_flow_agree_at_any_size(
    record: Record, garments: list[GarmentInfo], size: tuple[int, int]
) -> None:
    view = compose(record, garments, (0,), plain_look({0: _ramp()}), size, layers=True)
    assert view.image_u8.shape == (*size, 3)
    assert view.image_u8.dtype == np.uint8
    assert view.visible_f32 is not None
    assert view.flow_px is not None
    upper = view.labels_u8 == LABEL["upper"]
    assert upper.mean() == pytest.approx((_shirt(NATIVE)[0]).mean(), rel=0.03)
    assert (view.visible_f32[0][upper] > 0.45).all()
    assert (view.visible_f32[0] <= view.alpha_f32 + 1e-5).all()
    # the flow is the formula's, in the middle of the picture and at the shirt's edge
    rows, cols = np.nonzero(view.visible_f32[0] > 0.99)
    x = (cols + 0.5) * 384 / size[1] - 0.5
    expected = (x - 191.5) * 2 + 191.5
    error = np.abs(view.flow_px[0][rows, cols, 0] - expected)
    assert np.median(error) < 0.05
    assert error.max() < 4.1


def test_later_layers_lie_over_earlier_ones_unless_far_behind(record: Record, garments: list[GarmentInfo]) -> None:
    paints = {0: _plain((200, 30, 30)), 1: _plain((30, 30, 200))}
    over = compose(record, garments, (0, 1), plain_look(paints), layers=True)
    behind = compose(record, garments, (0, 3), plain_look(paints), layers=True)
    spot = over.image_u8[240, 192].astype(int), behind.image_u8[240, 192].astype(int)
    assert spot[0][2] > spot[0][0] + 50
    assert spot[1][0] > spot[1][2] + 50
    assert over.visible_f32 is not None
    assert over.visible_f32[0][240, 192] == 0
    assert over.visible_f32[1][240, 192] == 1


def test_the_inside_of_the_back_has_its_own_label(record: Record, garments: list[GarmentInfo]) -> None:
    view = compose(record, garments, (2,), plain_look({0: _ramp()}))
    assert view.labels_u8[240, 192] == RECORD_LABELS.index("collar_inside")


def test_no_edge_is_darker_than_both_its_sides(record: Record, garments: list[GarmentInfo]) -> None:
    look = plain_look({0: _plain((190, 150, 130))})
    flat = replace(look.settings, light=LightSettings(False, False, False, False, False, False, False))
    bright = replace(look.light, key=(0.0, 0.0, 0.0))
    view = compose(record, garments, (0,), replace(look, light=bright, settings=flat, tints=look.tints))
    upper = np.flatnonzero(view.labels_u8[240] == LABEL["upper"])
    edge = view.image_u8[240, upper[0] - 2 : upper[0] + 3].astype(int).sum(1)
    assert edge.min() >= min(edge[0], edge[-1]) - 6


def test_too_large_or_a_missing_layer_is_refused(record: Record, garments: list[GarmentInfo]) -> None:
    with pytest.raises(BadRequestError, match="at most"):
        compose(record, garments, (0,), plain_look(), (2048, 1536))
    with pytest.raises(BadRequestError, match="does not have"):
        compose(record, garments, (9,), plain_look())


def test_each_part_of_the_light_does_something(record: Record, garments: list[GarmentInfo]) -> None:
    look = plain_look({0: replace(_ramp(), gloss=0.6)})
    paint = replace(_ramp(), gloss=0.6, relief_f32=np.random.default_rng(0).random(HALF).astype(np.float32) * 2)
    look = replace(look, paints={0: paint})
    base = compose(record, garments, (0,), look).image_u8.astype(int)
    for name in ("ambient", "occlusion", "shadow", "wrap", "shine", "rim", "weave"):
        settings = replace(look.settings, light=replace(look.settings.light, **{name: False}))
        other = compose(record, garments, (0,), replace(look, settings=settings)).image_u8.astype(int)
        assert np.abs(other - base).max() >= 2, name


@pytest.mark.parametrize("kind", LIGHTS)
def test_lights_expose_skin_as_photos_do(record: Record, garments: list[GarmentInfo], kind: str) -> None:
    levels = []
    for seed in range(6):
        light = sample_light(np.random.default_rng(seed), kind)  # type: ignore[arg-type]
        view = compose(record, garments, (), replace(plain_look(), light=light), (256, 192))
        levels.append(view.image_u8[view.labels_u8 > 0].mean())
    assert 55 < np.median(levels) < 205


def test_a_lobe_gives_its_colour_to_what_faces_it() -> None:
    light = sample_light(np.random.default_rng(1), "overcast")
    lobe = light.lobes[0]
    coefficients = irradiance(replace(light, lobes=(lobe,)))
    facing = np.array(lobe.towards, np.float32) / np.linalg.norm(lobe.towards)
    assert np.allclose(harmonics(facing) @ coefficients, lobe.colour, rtol=1e-3)
    assert (harmonics(-facing) @ coefficients < 0.5 * np.array(lobe.colour)).all()


def test_developing_rises_with_light_and_keeps_white_within_range() -> None:
    light = np.repeat(np.linspace(0, 3, 300, dtype=np.float32)[None, :, None], 3, 2).repeat(16, 0)
    plain = Lens(blur=0, vignette=0, noise=0, sharpen=0, jpeg=0)
    row = develop(light, plain, LensSettings(), np.random.default_rng(0))[8, :, 1].astype(int)
    assert (np.diff(row) >= 0).all()
    assert row[0] == 0
    assert row[100] > 235


def test_settings_restrict_light_and_ground(record: Record, garments: list[GarmentInfo]) -> None:
    settings = ComposeSettings(grounds=("room",), lights=("window",))
    for seed in range(5):
        look = sample_look(np.random.default_rng(seed), record, garments, (0,), settings=settings)
        assert (look.ground.kind, look.light.kind) == ("room", "window")


def _flat_view(kind: str = "laid") -> FlatView:
    """A square of cloth, its upper rim showing the inside of the back."""
    part, half = np.zeros(NATIVE, np.uint8), np.zeros(HALF, np.uint8)
    part[200:800, 150:600], half[100:400, 75:300] = 1, 1
    part[200:240], half[100:120] = (
        part[200:240] * (1 | BACK_BIT | INNER_BIT),
        half[100:120] * (1 | BACK_BIT | INNER_BIT),
    )
    normal = np.zeros((*HALF, 3), np.int8)
    normal[..., 2] = 127
    y, x = np.mgrid[: HALF[0], : HALF[1]].astype(np.float32)
    depth = np.where(half > 0, 4000, 0).astype(np.uint16)
    marks = {"shoulder_left": (90.0, 104.0, 1), "shoulder_right": (280.0, 104.0, 1), "neck_left": (150.0, 100.0, 1)}
    grid = np.zeros((4, 3, 2), np.float32)
    return FlatView(kind, part, half, np.stack([x, y], -1), normal, depth, grid, marks)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [(512, 384), (384, 288), (1024, 768)])
def test_a_garment_photo_has_the_garments_mask_and_its_inside_apart(
    garments: list[GarmentInfo], size: tuple[int, int]
) -> None:
    look = replace(sample_flat_look(np.random.default_rng(0), _flat_view()), hanger="none")
    picture = compose_flat(garments[0], _flat_view(), _ramp(), look, size)
    k = size[0] / 1024
    assert picture.image_u8.shape == (*size, 3)
    assert (picture.mask_u8 > 127).sum() == pytest.approx(560 * 450 * k * k, rel=0.01)
    assert (picture.inside_u8 > 127).sum() == pytest.approx(40 * 450 * k * k, rel=0.06)
    assert not ((picture.mask_u8 > 127) & (picture.inside_u8 > 127)).any()


def test_a_garment_darkens_the_ground_beside_it_and_no_other(garments: list[GarmentInfo]) -> None:
    look = sample_flat_look(np.random.default_rng(3), _flat_view(), settings=FlatSettings(covers=("grey",)))
    still = replace(look.lens, noise=0.0, jpeg=0, sharpen=0.0)
    with_shadow = compose_flat(garments[0], _flat_view(), _ramp(), replace(look, lens=still))
    without = replace(look, lens=still, settings=replace(look.settings, shadow=False))
    lost = compose_flat(garments[0], _flat_view(), _ramp(), without).image_u8.astype(int) - with_shadow.image_u8
    assert lost[395:408, 150:250].max() > 8
    assert np.abs(lost[:40]).max() <= 1


def test_a_hanger_shows_in_the_neck_and_takes_nothing_from_the_garment(garments: list[GarmentInfo]) -> None:
    view = _flat_view("hung")
    look = sample_flat_look(np.random.default_rng(1), view)
    assert look.hanger != "none"
    bare = compose_flat(garments[0], view, _ramp(), replace(look, hanger="none", tag=False))
    hung = compose_flat(garments[0], view, _ramp(), replace(look, hanger="wood", tag=False))
    assert np.array_equal(bare.mask_u8, hung.mask_u8)
    assert (hung.inside_u8 < bare.inside_u8).any()
    assert np.abs(hung.image_u8[:100].astype(int) - bare.image_u8[:100]).max() > 30


@pytest.mark.parametrize("kind", ["white", "grey", "paper", "wood", "bed", "tiles", "carpet", "wall"])
def test_covers_are_drawn_the_same_twice_and_within_range(kind: str) -> None:
    cover = sample_cover(np.random.default_rng(5), None, (kind,))  # type: ignore[arg-type]
    first, photo = draw_cover(cover, None, (128, 96))
    assert np.array_equal(first, draw_cover(cover, None, (128, 96))[0])
    assert not photo
    assert first.min() >= 0
    assert 0.005 < np.median(first) < 1.5


def test_grounds_are_read_back_as_they_were_prepared(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    image = np.broadcast_to(np.linspace(40, 200, 300).astype(np.uint8)[None, :, None], (400, 300, 3)).copy()
    gap = np.zeros((400, 300), bool)
    gap[100:380, 120:180] = True
    filled = fill_gap(np.where(gap[..., None], np.uint8(255), image), gap)
    assert np.abs(filled.astype(int) - image)[150:350, 125:175].mean() < 8, "a gradient is continued across the gap"
    data = cv2.imencode(".jpg", filled)[1].tobytes()
    with zipfile.ZipFile(tmp_path / "grounds_streets_000.zip", "w") as archive:
        archive.writestr("7.jpg", data)
        facts = {"kind": "street", "figure": [110, 60, 190, 380], "skin": [0.3, 0.2, 0.15], "side": 0.5, "hard": 2.0}
        archive.writestr("grounds.json", json.dumps({"7": facts}))
    library = GroundLibrary.open(tmp_path)
    assert library.streets[0].figure == (110, 60, 190, 380)
    ground = sample_ground(rng, library, "street")
    assert ground.photo == 0
    (tmp_path / "grounds_streets_001.zip").write_bytes(b"no zip")
    with pytest.raises(BadRequestError, match="grounds_streets_001"):
        GroundLibrary.open(tmp_path)


def test_the_drawn_person_stands_where_the_gone_one_stood(record: Record, garments: list[GarmentInfo]) -> None:
    image = np.full((620, 420, 3), 60, np.uint8)
    image[120:570, 198:222] = (0, 0, 255)  # where somebody was: red
    photo = StreetPhoto(cv2.imencode(".jpg", image)[1].tobytes(), (180, 100, 240, 580))
    look = replace(plain_look({0: _plain((90, 90, 90))}), ground=Ground("street", (0, 0, 0), (0, 0, 0), 4, 0, 0.0, 3))
    view = compose(record, garments, (0,), look, library=GroundLibrary([photo]))
    red = (view.image_u8[..., 0].astype(int) > view.image_u8[..., 1] + 80) & (view.labels_u8 == 0)
    assert red.mean() < 0.02


def test_where_two_surfaces_meet_nothing_glitters(record: Record, garments: list[GarmentInfo]) -> None:
    # both lean away from the light, to opposite sides: only a mean of the two would face it
    def leaning(normal: np.ndarray, side: int) -> np.ndarray:
        return np.where((normal != 0).any(2)[..., None], np.array([side * 110, 0, 63]), 0).astype(np.int8)

    body, shirt = record.body, record.layers[0]
    turned = replace(
        record,
        body=replace(body, normal=leaning(body.normal, 1)),
        layers=(replace(shirt, normal=leaning(shirt.normal, -1)),),
    )
    look = plain_look({0: _plain((205, 160, 135))})
    only_key = replace(look.light, towards=(0.0, 0.0, 1.0), key=(1.0, 1.0, 1.0), lobes=())
    settings = replace(look.settings, light=LightSettings(crisp=0.0, shadow=False, shine=False))
    view = compose(turned, garments, (0,), replace(look, light=only_key, settings=settings), (400, 300))
    top = np.flatnonzero((view.labels_u8 == LABEL["upper"]).any(1))[0]
    column = view.image_u8[top - 6 : top + 6, 140].astype(int).sum(1)
    assert column.max() <= max(column[0], column[-1]) + 30


def test_the_street_that_fits_is_taken(record: Record) -> None:
    jpeg = cv2.imencode(".jpg", np.zeros((620, 420, 3), np.uint8))[1].tobytes()
    x0, y0, x1, y1 = figure_extent(record, HALF)
    assert (y1 - y0) / 512 > 0.5
    k = 620 / 512
    wide = StreetPhoto(jpeg, (20, y0 * k, 400, y1 * k), size=(620, 420))
    tiny = StreetPhoto(jpeg, (150, 300, 250, 400), size=(620, 420))
    fits = StreetPhoto(jpeg, (x0 * k, y0 * k, x1 * k, y1 * k), size=(620, 420))
    library = GroundLibrary([wide, tiny, fits])
    chosen = [fitting_street(np.random.default_rng(s), library, HALF, (x0, y0, x1, y1), 30) for s in range(5)]
    assert set(chosen) == {2}


def test_underwear_shows_on_the_undressed_alone(record: Record, garments: list[GarmentInfo]) -> None:
    kind = record.body.kind.copy()
    kind[640:700, 330:440] = 2  # below the shirt
    albedo = record.body.albedo.copy()
    albedo[640:700, 330:440] = (20, 20, 220)
    worn = replace(record, body=replace(record.body, kind=kind, albedo=albedo))
    bare = compose(worn, garments, (), plain_look()).image_u8[335, 192].astype(int)
    dressed = compose(worn, garments, (0,), plain_look()).image_u8[335, 192].astype(int)
    assert bare[2] > bare[0] + 60
    assert dressed[0] > dressed[2]
