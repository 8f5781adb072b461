"""Who the virtual models are: people of both sexes, many ages, builds, skins and poses, in plain clothes."""

# ruff: noqa: E501 - a table: one person reads better on few long lines

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tryon.synth.bodies import BodyShape
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.model_dressing import Clothing, Looks
from tryon.synth.poses import ArmPose, BodyPose, LegPose
from tryon.synth.reach import Reach

Framing = Literal["full", "knees", "hips"]
Age = Literal["young", "middle", "older"]
FRIENDLY = 0.6  # of a full smile; more looks painted on


def hanging(out: float, bend: float, forward: float = 0.0) -> ArmPose:
    """An arm that hangs clear of the clothes, the palm to the thigh."""
    return ArmPose((out, forward, -1.0), bend, None, None, 18.0, 6.0, -30.0)


RELAXED = BodyPose(
    hanging(0.22, 12.0), hanging(0.23, 15.0, 0.02), LegPose((0.03, 0.0, -1.0), 2.0, 7.0), LegPose((0.035, -0.03, -1.0), 5.0, 9.0),
    head_turn_deg=2.0, head_tilt_deg=1.5, plant=True,
)  # fmt: skip
EASY = BodyPose(
    hanging(0.23, 16.0, 0.03), hanging(0.21, 13.0, -0.02), LegPose((0.05, -0.09, -1.0), 11.0, 12.0), LegPose((0.02, 0.0, -1.0), 2.0, 6.0),
    turn_deg=4.0, lean_deg=-2.0, head_turn_deg=-4.0, head_tilt_deg=-2.0, plant=True,
)  # fmt: skip
HIP_HAND = ArmPose(
    reach=Reach(0.30, 84, 0.02, (-0.35, -0.85, -0.5), None, (1.0, 0.35, 0.05)), curl_deg=-4.0, thumb_deg=-30.0
)
ONE_HAND_ON_HIP = BodyPose(
    HIP_HAND, hanging(0.22, 14.0), LegPose((0.06, -0.10, -1.0), 12.0, 14.0), LegPose((0.02, 0.0, -1.0), 2.0, 6.0),
    lean_deg=-2.5, head_turn_deg=3.0, head_tilt_deg=2.0, plant=True,
)  # fmt: skip
STEPPING = BodyPose(
    hanging(0.21, 16.0, 0.10), hanging(0.21, 20.0, -0.10), LegPose((0.02, -0.16, -1.0), 5.0, 5.0), LegPose((0.0, 0.08, -1.0), 14.0, 5.0, 8.0),
    turn_deg=-6.0, twist_deg=2.5, head_turn_deg=4.0, plant=True,
)  # fmt: skip
TURNED = BodyPose(
    hanging(0.23, 14.0, 0.02), hanging(0.22, 16.0), LegPose((0.04, -0.06, -1.0), 7.0, 10.0), LegPose((0.02, 0.0, -1.0), 2.0, 6.0),
    turn_deg=14.0, head_turn_deg=-10.0, head_tilt_deg=1.5, plant=True,
)  # fmt: skip


def _jersey(colour: str) -> FabricSpec:
    return FabricSpec("plain", (colour,), weave="jersey")


def _denim(colour: str, wash: float) -> FabricSpec:
    return FabricSpec("denim", (colour,), weave="twill", wash=wash, stitch="#b98b52", seed=3)


@dataclass(frozen=True)
class VirtualModel:
    """One person of the gallery: what the page says of them, who they are, what they wear (lower garments first).

    framing: how much of them the picture shows.
    """

    id: str
    name: str
    name_zh: str
    build: str
    height_cm: int
    clothing: str
    looks: Looks
    pose: BodyPose
    wears: tuple[Clothing, ...]
    age: Age = "young"
    framing: Framing = "full"


def _face(**changes: float) -> tuple[tuple[str, float], ...]:
    """Features that make a face its own, by the body model's names without their ending."""
    return tuple((f"{name.replace('_', '-')}-incr", value) for name, value in changes.items())


LIFTED = (("browInnerUp", 0.25),)  # the model at rest frowns

MODELS: tuple[VirtualModel, ...] = (
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
        (Clothing("lower", 16, _denim("#33496a", 0.3)), Clothing("upper", 0, _jersey("#5a7090"))), "middle",
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
        (Clothing("lower", 21, FabricSpec("plain", ("#6d7076",), weave="twill")), Clothing("upper", 55, _jersey("#32425c"))), "middle",
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
        (Clothing("lower", 11, _denim("#3b5674", 0.45)), Clothing("upper", 57, _jersey("#6d7f6a"))), "older",
    ),
    VirtualModel(
        "nia", "Nia", "妮娅", "athletic", 171, "white T-shirt, dark jeans",
        Looks(
            "female",
            BodyShape(1.0, 0.66, 0.62, 0.42, 0.42, 0.64, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED, features=_face(cheek_bones=0.3)),
            "dark", "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "short01", (0.012, 0.010, 0.009),
            brow="eyebrow008", lashes="eyelashes02", socks="ankle", lift=1.25,
        ),
        ONE_HAND_ON_HIP,
        (Clothing("lower", 18, _denim("#26303f", 0.15)), Clothing("upper", 1, _jersey("#efece5"))), framing="knees",
    ),
    VirtualModel(
        "ingrid", "Ingrid", "英格丽", "average", 167, "blue T-shirt, dark trousers",
        Looks(
            "female",
            BodyShape(1.0, 0.88, 0.36, 0.56, 0.42, 0.56, cupsize=0.55, african=0.0, asian=0.0, caucasian=1.0, smile=FRIENDLY, expression=LIFTED),
            "pale", "middleage_asian_female/middleage_lightskinned_female_diffuse2.jpg", "short02", (0.34, 0.33, 0.32),
            eyes="blue", brow="eyebrow005", lashes="eyelashes01", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 10, _jersey("#2f333b")), Clothing("upper", 28, _jersey("#5f83a8"))), "older",
    ),
    VirtualModel(
        "omar", "Omar", "奥马尔", "athletic", 182, "white T-shirt, jeans",
        Looks(
            "male",
            BodyShape(0.0, 0.76, 0.68, 0.48, 0.44, 0.66, african=0.25, asian=0.25, caucasian=0.5, smile=FRIENDLY, expression=LIFTED, features=_face(nose_hump=0.3, chin_width=0.2)),
            "tan", "young_caucasian_male2/young_lightskinned_male_diffuse2.jpg", "short04", (0.016, 0.012, 0.010),
            brow="eyebrow011", socks="ankle",
        ),
        TURNED,
        (Clothing("lower", 11, _denim("#3b5674", 0.4)), Clothing("upper", 33, _jersey("#e9e6dd"))), "middle", "knees",
    ),
    VirtualModel(
        "priya", "Priya", "普丽娅", "average", 163, "mint T-shirt, jeans",
        Looks(
            "female",
            BodyShape(1.0, 0.67, 0.45, 0.50, 0.34, 0.58, african=0.1, asian=0.4, caucasian=0.5, smile=FRIENDLY, expression=LIFTED),
            "brown", "young_asian_female/young_lightskinned_female_diffuse3.jpg", "long01", (0.012, 0.010, 0.009),
            brow="eyebrow010", lashes="eyelashes02", socks="ankle",
        ),
        EASY,
        (Clothing("lower", 18, _denim("#34507a", 0.35)), Clothing("upper", 1, _jersey("#a5cfbf"))), framing="hips",
    ),
    VirtualModel(
        "sofia", "Sofia", "索菲娅", "plus size", 170, "lilac T-shirt, black leggings",
        Looks(
            "female",
            BodyShape(1.0, 0.68, 0.28, 0.92, 0.40, 0.52, cupsize=0.7, african=0.0, asian=0.1, caucasian=0.9, smile=FRIENDLY, expression=LIFTED, features=_face(cheek_volume=0.3)),
            "light", "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "bob02", (0.20, 0.055, 0.022),
            eyes="green", brow="eyebrow005", lashes="eyelashes02", socks="ankle",
        ),
        EASY,
        (Clothing("lower", 10, _jersey("#25262b")), Clothing("upper", 0, _jersey("#a797c4"))), framing="knees",
    ),
    VirtualModel(
        "diego", "Diego", "迭戈", "plus size", 176, "grey T-shirt, jeans",
        Looks(
            "male",
            BodyShape(0.0, 0.69, 0.36, 0.92, 0.40, 0.52, african=0.1, asian=0.2, caucasian=0.7, smile=FRIENDLY, expression=LIFTED, features=_face(cheek_volume=0.3)),
            "medium", "young_caucasian_male/young_lightskinned_male_diffuse.jpg", "short02", (0.020, 0.014, 0.011),
            brow="eyebrow009", socks="ankle",
        ),
        RELAXED,
        (Clothing("lower", 11, _denim("#2f4766", 0.3)), Clothing("upper", 57, _jersey("#9aa0a6"))), framing="hips",
    ),
    VirtualModel(
        "joseph", "Joseph", "约瑟夫", "slim", 178, "light blue T-shirt, grey trousers",
        Looks(
            "male",
            BodyShape(0.0, 0.92, 0.42, 0.36, 0.42, 0.6, african=1.0, asian=0.0, caucasian=0.0, smile=FRIENDLY, expression=LIFTED),
            "brown", "old_african_male/old_darkskinned_male_diffuse.jpg", "short01", (0.22, 0.21, 0.20),
            brow="eyebrow009", shoes="shoes01", socks="ankle",
        ),
        STEPPING,
        (Clothing("lower", 21, FabricSpec("plain", ("#6d7076",), weave="twill")), Clothing("upper", 15, _jersey("#a9c0d4"))), "older", "knees",
    ),
)  # fmt: skip
