"""The virtual models: eight people of different sex, build, age, skin and hair in plain clothes."""

# ruff: noqa: E501 - a table: one person reads better on few long lines

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.synth.bodies import Body, BodyShape
from tryon.synth.draw import Camera, Mesh, Renderer, StillSettings
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.model_dressing import Clothing, Dresser, Looks
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.scene import backdrop
from tryon.synth.stills import take_still

JPEG_QUALITY = 93
FRIENDLY = 0.6  # of a full smile; more looks painted on


def _hanging(out: float, bend: float, forward: float = 0.0) -> ArmPose:
    """An arm that hangs clear of the clothes, the palm to the thigh."""
    return ArmPose((out, forward, -1.0), bend, None, None, 18.0, 6.0, -30.0)


RELAXED = BodyPose(
    _hanging(0.22, 12.0), _hanging(0.23, 15.0, 0.02), LegPose((0.03, 0.0, -1.0), 2.0, 7.0), LegPose((0.035, -0.03, -1.0), 5.0, 9.0),
    head_turn_deg=2.0, head_tilt_deg=1.5, plant=True,
)  # fmt: skip
EASY = BodyPose(
    _hanging(0.23, 16.0, 0.03), _hanging(0.21, 13.0, -0.02), LegPose((0.05, -0.09, -1.0), 11.0, 12.0), LegPose((0.02, 0.0, -1.0), 2.0, 6.0),
    turn_deg=4.0, lean_deg=-2.0, head_turn_deg=-4.0, head_tilt_deg=-2.0, plant=True,
)  # fmt: skip


def _jersey(colour: str) -> FabricSpec:
    return FabricSpec("plain", (colour,), weave="jersey")


def _denim(colour: str, wash: float) -> FabricSpec:
    return FabricSpec("denim", (colour,), weave="twill", wash=wash, stitch="#b98b52", seed=3)


@dataclass(frozen=True)
class VirtualModel:
    """One person of the gallery: what the page says of them, who they are, what they wear (lower garments first)."""

    id: str
    name: str
    name_zh: str
    build: str
    height_cm: int
    clothing: str
    looks: Looks
    pose: BodyPose
    wears: tuple[Clothing, ...]


def _face(**changes: float) -> tuple[tuple[str, float], ...]:
    """Features that make a face its own, by the body model's names without their ending."""
    return tuple((f"{name.replace('_', '-')}-incr", value) for name, value in changes.items())


LIFTED = (("browInnerUp", 0.25),)  # the model at rest frowns

MODELS = (
    VirtualModel(
        "ava", "Ava", "艾娃", "slim", 172, "white T-shirt, jeans",
        Looks(
            "female",
            BodyShape(1.0, 0.66, 0.45, 0.42, 0.42, 0.66, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY, expression=LIFTED, features=_face(nose_scale_horiz=-0.3, chin_width=-0.3)),
            "light", "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "long01", (0.09, 0.048, 0.026),
            eyes="brownlight", brow="eyebrow005", lashes="eyelashes02", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 18, _denim("#3d5b82", 0.5)), Clothing("upper", 1, _jersey("#efece5"))),
    ),
    VirtualModel(
        "leo", "Leo", "里奥", "athletic", 183, "grey T-shirt, jeans",
        Looks(
            "male",
            BodyShape(0.0, 0.66, 0.62, 0.46, 0.44, 0.66, african=0.1, asian=0.0, caucasian=0.9, smile=FRIENDLY, expression=LIFTED, features=_face(chin_width=0.3, nose_hump=0.2)),
            "medium", "young_caucasian_male/young_lightskinned_male_diffuse.jpg", "short02", (0.030, 0.018, 0.012),
            brow="eyebrow011", socks="ankle",
        ),
        EASY,
        (Clothing("lower", 11, _denim("#2f4766", 0.35)), Clothing("upper", 15, _jersey("#8b9097"))),
    ),
    VirtualModel(
        "mei", "Mei", "小梅", "slim", 165, "pale green T-shirt, black leggings",
        Looks(
            "female",
            BodyShape(1.0, 0.65, 0.42, 0.30, 0.34, 0.62, cupsize=0.4, african=0.0, asian=1.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED),
            "light", "young_asian_female/young_lightskinned_female_diffuse3.jpg", "bob02", (0.012, 0.011, 0.011),
            brow="eyebrow008", lashes="eyelashes01", socks="ankle",
        ),
        EASY,
        (Clothing("lower", 10, _jersey("#25262b")), Clothing("upper", 28, _jersey("#b8cabf"))),
    ),
    VirtualModel(
        "kwame", "Kwame", "夸梅", "average", 180, "white T-shirt, dark jeans",
        Looks(
            "male",
            BodyShape(0.0, 0.68, 0.55, 0.50, 0.42, 0.62, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED),
            "dark", "young_african_male/young_darkskinned_male_diffuse.jpg", "short01", (0.010, 0.009, 0.009),
            lift=1.5, shoes="shoes06", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 23, _denim("#1f2733", 0.1)), Clothing("upper", 33, _jersey("#e9e6dd"))),
    ),
    VirtualModel(
        "rosa", "Rosa", "罗莎", "plus size", 168, "blue T-shirt, jeans",
        Looks(
            "female",
            BodyShape(1.0, 0.72, 0.22, 0.86, 0.38, 0.5, cupsize=0.65, african=0.2, asian=0.2, caucasian=0.6, smile=FRIENDLY, expression=LIFTED, features=_face(cheek_volume=0.3)),
            "tan", "middleage_asian_female/middleage_lightskinned_female_diffuse2.jpg", "braid01", (0.035, 0.020, 0.014),
            brow="eyebrow010", lashes="eyelashes02", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 16, _denim("#33496a", 0.3)), Clothing("upper", 0, _jersey("#5a7090"))),
    ),
    VirtualModel(
        "amara", "Amara", "阿玛拉", "average", 174, "teal dress",
        Looks(
            "female",
            BodyShape(1.0, 0.66, 0.50, 0.48, 0.42, 0.66, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED),
            "brown", "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "ponytail01", (0.012, 0.010, 0.009),
            brow="eyebrow011", lashes="eyelashes02", socks="none",
        ),
        EASY,
        (Clothing("dress", 18, _jersey("#2f7276")),),
    ),
    VirtualModel(
        "kenji", "Kenji", "健二", "slim", 174, "navy long-sleeved T-shirt, grey trousers",
        Looks(
            "male",
            BodyShape(0.0, 0.74, 0.45, 0.34, 0.36, 0.6, african=0.0, asian=1.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED),
            "medium", "middleage_asian_male/middleage_lightskinned_male_diffuse2.jpg", "short03", (0.014, 0.013, 0.013),
            shoes="shoes01", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 21, FabricSpec("plain", ("#6d7076",), weave="twill")), Clothing("upper", 55, _jersey("#32425c"))),
    ),
    VirtualModel(
        "arthur", "Arthur", "亚瑟", "heavy", 177, "green T-shirt, jeans",
        Looks(
            "male",
            BodyShape(0.0, 0.86, 0.30, 0.80, 0.40, 0.5, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY, expression=LIFTED, features=_face(nose_scale_horiz=0.3)),
            "pale", "middleage_caucasian_male/middleage_lightskinned_male_diffuse.jpg", "short04", (0.30, 0.29, 0.28),
            eyes="deepblue", brow="eyebrow009", shoes="shoes01", socks="ankle",
        ),
        EASY,
        (Clothing("lower", 11, _denim("#3b5674", 0.45)), Clothing("upper", 57, _jersey("#6d7f6a"))),
    ),
)  # fmt: skip


def frame_camera(meshes: list[Mesh]) -> Camera:
    """A camera that shows a whole person, a twelfth of the picture free over the head."""
    tall = float(max(mesh.points[:, 2].max() for mesh in meshes))
    return Camera(field_m=tall * 1.16, look_height=tall * 0.497, height=tall * 0.56)


def dress_model(person: VirtualModel, dresser: Dresser) -> tuple[list[Mesh], Body]:
    """All meshes of one dressed person, without the studio."""
    return dresser.dress(person.looks, person.pose, person.wears)


def draw_model(
    person: VirtualModel, dresser: Dresser, renderer: Renderer, settings: StillSettings
) -> tuple[np.ndarray, Body]:
    """A quick picture (H, W, 3) uint8 of one virtual model in the studio; ``cycles`` draws better ones."""
    meshes, body = dress_model(person, dresser)
    picture = take_still(renderer, [*meshes, backdrop((0.88, 0.88, 0.885))], frame_camera(meshes), settings)
    return picture, body


def make_models(
    dresser: Dresser,
    out: Path,
    settings: StillSettings | None = None,
    report: Callable[[str], None] = print,
    only: set[str] | None = None,
) -> None:
    """Draw the virtual models (all, or those named in ``only``) into ``out/models``, quickly."""
    renderer = Renderer()
    folder = out / "models"
    folder.mkdir(parents=True, exist_ok=True)
    for person in MODELS:
        if only is not None and person.id not in only:
            continue
        picture, _ = draw_model(person, dresser, renderer, settings or StillSettings())
        path = folder / f"{person.id}.jpg"
        write_still(path, picture)
        report(path.name)


def write_still(path: Path, picture: np.ndarray) -> None:
    """Store a picture (H, W, 3) uint8 RGB as the gallery keeps them."""
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    cv2.imwrite(str(path), picture[..., ::-1], quality)


def manifest_entries() -> list[dict[str, Any]]:
    """What the page is told of the virtual models."""
    return [
        {
            "id": person.id,
            "file": f"models/{person.id}.jpg",
            "name": person.name,
            "name_zh": person.name_zh,
            "sex": person.looks.sex,
            "build": person.build,
            "skin": person.looks.tone,
            "height_cm": person.height_cm,
            "clothing": person.clothing,
        }
        for person in MODELS
    ]
