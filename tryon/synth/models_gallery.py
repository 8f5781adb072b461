"""The virtual models: eight people of different sex, build, age, skin and hair in plain clothes."""

# ruff: noqa: E501 - a table: one person reads better on few long lines

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.synth.bodies import Body, BodyModel, BodyShape
from tryon.synth.bodycuts import DressCut, DressMaker
from tryon.synth.cloth import ClothSettings, Obstacle
from tryon.synth.draw import CLOTH, EYE, HAIR, SHOE, SKIN, Camera, Mesh, Renderer, StillSettings, Surface
from tryon.synth.fabrics import linear
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.scene import Shell, Wear, backdrop, let_fall, read_texture, skin_mesh, skin_triangles, wear_shell
from tryon.synth.stills import take_still

JPEG_QUALITY = 93
BARE_ANKLE = 0.125  # m; shoes without their socks end here


def _colour(hex_colour: str) -> tuple[float, float, float]:
    r, g, b = (float(c) for c in linear(hex_colour))
    return r, g, b


def cloth(hex_colour: str, bump_m: float = 0.0) -> Surface:
    """Plain cloth over an outfit's baked shading."""
    return Surface(CLOTH, tint=_colour(hex_colour), gloss=0.03, bump_m=bump_m, weave=0.10)


JEANS = Surface(CLOTH, gloss=0.02, weave=0.12)


RELAXED = BodyPose(
    ArmPose((0.26, 0.0, -1.0), 16.0),
    ArmPose((0.28, 0.02, -1.0), 12.0),
    LegPose((0.0, 0.0, -1.0), 2.0),
    LegPose((0.015, -0.03, -1.0), 4.0),
)
EASY = BodyPose(
    ArmPose((0.29, 0.03, -1.0), 14.0), ArmPose((0.26, -0.03, -1.0), 20.0), LegPose((0.025, -0.04, -1.0), 5.0), LegPose((0.0, 0.0, -1.0), 2.0),
    turn_deg=4.0, head_turn_deg=-3.0,
)  # fmt: skip


@dataclass(frozen=True)
class VirtualModel:
    """One person of the gallery; skin: folder and tint, hair: folder and colour (grey share first)."""

    id: str
    name: str
    name_zh: str
    sex: str
    build: str
    skin_tone: str
    height_cm: int
    shape: BodyShape
    skin: str
    hair: str
    hair_tint: tuple[float, float, float]
    wears: tuple[Wear, ...]
    eyes: str = "brown"
    brow: str = "eyebrow001"
    skin_tint: tuple[float, float, float] = (1.0, 1.0, 1.0)
    pose: BodyPose = RELAXED
    clothing: str = ""
    dress: DressCut | None = None
    dress_surface: Surface | None = None


LOOSE = ClothSettings()
SLEEK = ClothSettings(slack=1.03, bending=0.3)
DENIM = ClothSettings(slack=1.025, bending=0.3, gravity=0.06)
FITTED = ClothSettings(slack=1.015, bending=0.3, gravity=0.03)
HANGING = ClothSettings(slack=1.03, bending=0.2, gravity=0.2)


def _outfit(
    name: str, part: str, surface: Surface, paint: str = "ambient", cloth_settings: ClothSettings | None = LOOSE
) -> Wear:
    inflate_m = 0.002 if part == "upper" else 0.0
    return Wear(f"clothes/{name}", surface, part, inflate_m, paint, cloth_settings)  # type: ignore[arg-type]


def _shoes(number: int, tint: tuple[float, float, float] = (1.0, 1.0, 1.0), grey: float = 0.0) -> Wear:
    return Wear(f"clothes/shoes0{number}", Surface(SHOE, tint=tint, gloss=0.10, sharp=24.0, grey=grey))


FRIENDLY = 0.75  # of a full smile; more looks painted on

MODELS = (
    VirtualModel(
        "ava", "Ava", "艾娃", "female", "slim", "light", 172,
        BodyShape(1.0, 0.64, 0.48, 0.40, 0.42, 0.75, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY),
        "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "long01", (0.16, 0.085, 0.045),
        (_outfit("female_casualsuit02", "upper", cloth("#eeece6")), _outfit("female_casualsuit01", "lower", JEANS, "diffuse", DENIM), _shoes(5)),
        eyes="brownlight", brow="eyebrow005", pose=RELAXED, clothing="white T-shirt, jeans",
    ),
    VirtualModel(
        "leo", "Leo", "里奥", "male", "athletic", "light", 183,
        BodyShape(0.0, 0.66, 0.62, 0.46, 0.50, 0.72, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY),
        "young_caucasian_male/young_lightskinned_male_diffuse.jpg", "short02", (0.075, 0.042, 0.024),
        (_outfit("male_casualsuit06", "upper", cloth("#8b9097")), _outfit("male_casualsuit06", "lower", JEANS, "diffuse", DENIM), _shoes(5)),
        eyes="grey", brow="eyebrow011", pose=EASY, clothing="grey T-shirt, jeans",
    ),
    VirtualModel(
        "mei", "Mei", "小梅", "female", "slim", "light", 165,
        BodyShape(1.0, 0.65, 0.42, 0.25, 0.34, 0.7, cupsize=0.4, african=0.0, asian=1.0, caucasian=0.0, smile=FRIENDLY),
        "young_asian_female/young_lightskinned_female_diffuse3.jpg", "braid01", (0.012, 0.011, 0.011),
        (_outfit("female_casualsuit01", "upper", cloth("#b8c7c0")), _outfit("female_sportsuit01", "lower", cloth("#2b2d33"), cloth_settings=None), _shoes(5)),
        brow="eyebrow008", pose=EASY, clothing="pale green T-shirt, black leggings",
    ),
    VirtualModel(
        "kwame", "Kwame", "夸梅", "male", "average", "dark", 180,
        BodyShape(0.0, 0.68, 0.55, 0.50, 0.48, 0.65, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY),
        "young_african_male/young_darkskinned_male_diffuse.jpg", "short01", (0.010, 0.009, 0.009),
        (_outfit("male_casualsuit04", "upper", cloth("#e9e6dd")), _outfit("male_casualsuit06", "lower", replace(JEANS, tint=(0.35, 0.36, 0.42)), "diffuse", DENIM), _shoes(6)),
        skin_tint=(1.45, 1.4, 1.35), brow="eyebrow001", pose=RELAXED, clothing="white T-shirt, dark jeans",
    ),
    VirtualModel(
        "rosa", "Rosa", "罗莎", "female", "plus size", "olive", 168,
        BodyShape(1.0, 0.70, 0.16, 0.88, 0.38, 0.4, cupsize=0.7, african=0.2, asian=0.2, caucasian=0.6, smile=FRIENDLY),
        "middleage_asian_female/middleage_lightskinned_female_diffuse2.jpg", "long01", (0.040, 0.022, 0.015),
        (_outfit("female_casualsuit02", "upper", cloth("#56677d")), _outfit("female_casualsuit01", "lower", replace(JEANS, tint=(0.55, 0.57, 0.62)), "diffuse", DENIM), _shoes(5)),
        skin_tint=(0.92, 0.82, 0.74), brow="eyebrow011", pose=RELAXED, clothing="blue T-shirt, jeans",
    ),
    VirtualModel(
        "amara", "Amara", "阿玛拉", "female", "average", "dark", 174,
        BodyShape(1.0, 0.64, 0.52, 0.48, 0.44, 0.72, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY),
        "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "ponytail01", (0.010, 0.009, 0.009),
        (_shoes(5),), skin_tint=(0.30, 0.20, 0.14), brow="eyebrow011", pose=EASY, clothing="terracotta dress",
        dress=DressCut(), dress_surface=cloth("#b5603f"),
    ),
    VirtualModel(
        "kenji", "Kenji", "健二", "male", "slim", "light", 174,
        BodyShape(0.0, 0.76, 0.42, 0.30, 0.40, 0.6, african=0.0, asian=1.0, caucasian=0.0, smile=FRIENDLY),
        "middleage_asian_male/middleage_lightskinned_male_diffuse2.jpg", "short01", (0.014, 0.013, 0.013),
        (_outfit("male_casualsuit02", "upper", cloth("#3c4c63")), _outfit("male_casualsuit02", "lower", replace(JEANS, grey=1.0, tint=(1.9, 1.62, 1.2)), "diffuse", DENIM), _shoes(1)),
        brow="eyebrow001", pose=RELAXED, clothing="navy long-sleeved T-shirt, sand trousers",
    ),
    VirtualModel(
        "arthur", "Arthur", "亚瑟", "male", "heavy", "light", 177,
        BodyShape(0.0, 0.86, 0.15, 0.84, 0.44, 0.4, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY),
        "middleage_caucasian_male/middleage_lightskinned_male_diffuse.jpg", "short04", (0.30, 0.29, 0.28),
        (_outfit("male_casualsuit06", "upper", cloth("#6d7f6a")), _outfit("male_casualsuit06", "lower", replace(JEANS, tint=(0.6, 0.62, 0.68)), "diffuse", DENIM), _shoes(1)),
        eyes="deepblue", brow="eyebrow009", pose=EASY, clothing="green T-shirt, jeans",
    ),
)  # fmt: skip


def _below(mesh: Mesh, z: float) -> Mesh:
    """The triangles of a mesh that lie below a height."""
    keep = np.repeat(mesh.points[:, 2].reshape(-1, 3).max(1) < z, 3)
    return Mesh(mesh.points[keep], mesh.normals[keep], mesh.uv[keep], mesh.rest[keep], mesh.surface)


def _covered(wear: Wear, delete: np.ndarray, mesh: Mesh, body: Body, model: BodyModel) -> np.ndarray:
    """Body vertices (V,) that a garment hides: its own list, cut at the waist for one half of an outfit;
    under trousers whole legs besides, since tight ones would let the skin through."""
    waist = body.joint("spine05")[2]
    z = body.vertices[:, 2]
    if wear.part == "upper":
        return delete & (z > waist - 0.04)
    if wear.part == "lower":
        legs = [i for i, name in enumerate(body.bones) if name.startswith(("upperleg", "lowerleg"))]
        on_leg = np.asarray(model.weights[:, legs].sum(1)).ravel() > 0.6
        if float(mesh.points[:, 2].min()) > 0.3:  # shorts and skirts: one sees into them
            return delete & (z < waist + 0.04)
        low, high = float(mesh.points[:, 2].min()) + 0.025, float(mesh.points[:, 2].max()) - 0.05
        return (delete & (z < waist + 0.04)) | (on_leg & (z > low) & (z < high))
    return delete


def dress_model(person: VirtualModel, model: BodyModel, data: Path) -> tuple[list[Mesh], Body]:
    """All meshes of one dressed person, without the studio."""
    rng = np.random.default_rng(zlib.crc32(person.id.encode()))
    body = model.build(person.shape, person.pose)
    below = [(body.vertices, skin_triangles(model))]
    meshes: list[Mesh] = []
    hidden = np.zeros(len(body.rest), bool)
    hem = 9.0
    for wear in sorted(person.wears, key=lambda w: w.part != "lower"):  # uppers fall over lowers
        shell, asset = wear_shell(wear, body, model, data)
        if wear.cloth:
            pin = 0.045 if wear.part == "lower" else 0.0
            shell = let_fall(shell, Obstacle.of(below), wear.cloth, rng, pin_top_m=pin)
            below.append((shell.points, shell.faces))
        mesh = shell.mesh()
        if wear.part == "lower":
            hem = float(mesh.points[:, 2].min())
        if wear.surface.kind == SHOE and hem < 0.3:  # socks end under the trousers
            mesh = _below(mesh, hem + 0.03)
        elif wear.surface.kind == SHOE and person.dress:  # no socks
            mesh = _below(mesh, BARE_ANKLE)
        meshes.append(mesh)
        covered = _covered(wear, asset.delete, mesh, body, model)
        if wear.surface.kind == SHOE and person.dress:
            covered &= body.vertices[:, 2] < BARE_ANKLE - 0.025
        hidden |= covered
    meshes += [wear_shell(wear, body, model, data)[0].mesh() for wear in _head(person)]
    if person.dress and person.dress_surface:
        meshes += _dress(person.dress, person.dress_surface, body, model, rng)
        hidden |= _under_dress(person.dress, body, model)
    texture = read_texture(data / "makehuman" / "skins" / person.skin)
    meshes.append(skin_mesh(body, model, hidden, Surface(SKIN, texture, person.skin_tint, gloss=0.07, sharp=18.0)))
    return meshes, body


def _head(person: VirtualModel) -> tuple[Wear, ...]:
    """Eyes, brows, lashes and hair."""
    r, g, b = person.hair_tint
    brow = Surface(HAIR, tint=(0.6 * r, 0.6 * g, 0.6 * b), gloss=0.0, grey=1.0)
    white = 0.52 if person.skin_tone == "dark" else 0.74  # lids shade the eyes more than the lamps know
    eye = Surface(EYE, tint=(white, white, white), gloss=0.30, sharp=140.0)
    return (
        Wear("eyes/low-poly", eye, paint=f"eyes/materials/{person.eyes}_eye.png"),
        Wear(f"eyebrows/{person.brow}", brow),
        Wear("eyelashes/eyelashes01", Surface(HAIR, tint=(0.05, 0.04, 0.04), gloss=0.0)),
        Wear(f"hair/{person.hair}", Surface(HAIR, tint=person.hair_tint, gloss=0.10, grey=1.0)),
    )


def _dress(cut: DressCut, surface: Surface, body: Body, model: BodyModel, rng: np.random.Generator) -> list[Mesh]:
    bodice, skirt = DressMaker(model).cut(cut, body, rng)
    below = Obstacle.of([(body.vertices, skin_triangles(model))])
    meshes = []
    for (points, faces), cloth_settings, top, low in ((bodice, FITTED, 0.0, 0.02), (skirt, HANGING, 0.02, 0.0)):
        flat = np.zeros((len(points), 2))
        shell = Shell(points, faces, flat, faces, surface)
        meshes.append(let_fall(shell, below, cloth_settings, rng, pin_top_m=top, pin_low_m=low).mesh())
    return meshes


def _under_dress(cut: DressCut, body: Body, model: BodyModel) -> np.ndarray:
    arms = [i for i, n in enumerate(body.bones) if n.startswith(("upperarm", "lowerarm", "wrist", "finger", "meta"))]
    on_arm = np.asarray(model.weights[:, arms].sum(1)).ravel() > 0.2
    z = body.vertices[:, 2]
    return ~on_arm & (z > cut.hem + 0.12) & (z < body.joint("neck01")[2] - 0.14)


def draw_model(
    person: VirtualModel, model: BodyModel, renderer: Renderer, data: Path, settings: StillSettings
) -> tuple[np.ndarray, Body]:
    """A picture (H, W, 3) uint8 of one virtual model in the studio."""
    meshes, body = dress_model(person, model, data)
    tall = float(max(mesh.points[:, 2].max() for mesh in meshes))
    camera = Camera(field_m=tall * 1.16, look_height=tall * 0.497, height=tall * 0.56)
    return take_still(renderer, [*meshes, backdrop((0.88, 0.88, 0.885))], camera, settings), body


def make_models(
    data: Path,
    out: Path,
    settings: StillSettings | None = None,
    report: Callable[[str], None] = print,
    only: set[str] | None = None,
) -> list[dict[str, Any]]:
    """Draw the virtual models (all, or those named in ``only``) into ``out/models``; return all entries
    of the manifest."""
    model, renderer = BodyModel(), Renderer()
    folder = out / "models"
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for person in MODELS:
        path = folder / f"{person.id}.jpg"
        entries.append(_entry(person, path.name))
        if only is not None and person.id not in only:
            continue
        picture, _ = draw_model(person, model, renderer, data, settings or StillSettings())
        cv2.imwrite(
            str(path), picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
        )
        report(path.name)
    return entries


def _entry(person: VirtualModel, file: str) -> dict[str, Any]:
    return {
        "id": person.id,
        "file": f"models/{file}",
        "name": person.name,
        "name_zh": person.name_zh,
        "sex": person.sex,
        "build": person.build,
        "skin": person.skin_tone,
        "height_cm": person.height_cm,
        "clothing": person.clothing,
    }
