"""Random people: shape, skin, face, hair, shoes; and everything of them that is drawn under their clothes."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import FEATURES, SKIN_END, Body, BodyModel, BodyShape
from tryon.synth.fitted import Binding, bind, mean_light, median_colour, skin_of, texture_of
from tryon.synth.makehuman import mesh_components
from tryon.synth.pose_library import NamedPose
from tryon.synth.props import prop_solids
from tryon.synth.solids import BROW, EYE, HAIR, HAT, SHOE, SKIN, Solid
from tryon.synth.underwear import underwear_solids
from tryon.types import LABEL

F64 = NDArray[np.float64]
Rng = np.random.Generator
Colour = tuple[float, float, float]
ANKLE_M = 0.135  # over the sole: short socks end here; the shoes themselves are lower
IN_SHOE_M = 0.004  # so far is the foot drawn in, that it does not come through the tongue

# six tones from Monk's scale, sRGB of the skin's middle; each is as frequent as the others
SKIN_TONES: dict[str, tuple[int, int, int]] = {
    "pale": (226, 182, 158),
    "light": (212, 164, 135),
    "medium": (194, 142, 108),
    "tan": (166, 115, 82),
    "brown": (122, 80, 56),
    "dark": (80, 51, 38),
}
# (folder/file, sex, tones it may be tinted to, youngest and oldest age of the model)
_LIGHT = ("pale", "light", "medium", "tan", "brown", "dark")
_SKINS = (
    ("young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", "female", _LIGHT, 0.0, 0.78),
    ("young_asian_female/young_lightskinned_female_diffuse3.jpg", "female", _LIGHT, 0.0, 0.80),
    ("middleage_asian_female/middleage_lightskinned_female_diffuse2.jpg", "female", _LIGHT, 0.74, 1.0),
    ("young_caucasian_male/young_lightskinned_male_diffuse.jpg", "male", _LIGHT[:4], 0.0, 0.78),
    ("young_caucasian_male2/young_lightskinned_male_diffuse2.jpg", "male", _LIGHT[:4], 0.0, 0.78),
    ("young_asian_male/young_lightskinned_male_diffuse3.jpg", "male", _LIGHT[:4], 0.0, 0.78),
    ("middleage_asian_male/middleage_lightskinned_male_diffuse2.jpg", "male", _LIGHT[:4], 0.74, 1.0),
    ("middleage_caucasian_male/middleage_lightskinned_male_diffuse.jpg", "male", _LIGHT[:4], 0.76, 1.0),
    ("young_african_male/young_darkskinned_male_diffuse.jpg", "male", ("tan", "brown", "dark"), 0.0, 0.78),
    ("middleage_african_male/middleage_darkskinned_male_diffuse.jpg", "male", ("tan", "brown", "dark"), 0.74, 0.92),
    ("old_african_male/old_darkskinned_male_diffuse.jpg", "male", ("tan", "brown", "dark"), 0.88, 1.0),
)
# hair meshes: (folder, share among women, share among men)
_HAIR = (
    ("long01", 0.25, 0.04), ("ponytail01", 0.16, 0.03), ("braid01", 0.12, 0.01), ("bob02", 0.20, 0.03),
    ("short01", 0.07, 0.22), ("short02", 0.05, 0.20), ("short03", 0.07, 0.16), ("short04", 0.05, 0.18),
    ("", 0.01, 0.13),
)  # fmt: skip
# linear colours of hair
HAIR_COLOURS: dict[str, Colour] = {
    "black": (0.010, 0.009, 0.009),
    "dark brown": (0.030, 0.018, 0.012),
    "brown": (0.085, 0.045, 0.025),
    "light brown": (0.16, 0.088, 0.045),
    "blond": (0.36, 0.22, 0.10),
    "red": (0.20, 0.055, 0.022),
    "grey": (0.30, 0.29, 0.28),
    "dyed": (0.15, 0.04, 0.09),
}
_EYES_LIGHT = ("brown", "brownlight", "green", "grey", "blue", "lightblue", "bluegreen", "deepblue")
_SHOES = ("shoes01", "shoes02", "shoes03", "shoes04", "shoes05", "shoes06")
_EXPRESSIONS: tuple[tuple[str, dict[str, float]], ...] = (
    ("neutral", {}),
    ("smile", {}),
    ("open", {"jawOpen": 0.12, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.5}),
    ("stern", {"browDownLeft": 0.4, "browDownRight": 0.4, "mouthPressLeft": 0.3, "mouthPressRight": 0.3}),
    ("raised brows", {"browInnerUp": 0.5, "browOuterUpLeft": 0.4, "browOuterUpRight": 0.4}),
    ("pout", {"mouthPucker": 0.35}),
)


@dataclass(frozen=True)
class PersonSpec:
    """Who somebody is. skin_tint, hair_tint: linear RGB factors of the texture, and the hair's colour.

    hair, hat: folder below ``makehuman/hair`` and ``makehuman/clothes``, "" for none. socks: "none",
    "ankle" or "crew". build: "slim" to "plus size"; age_group: "teen" to "old".
    """

    shape: BodyShape
    sex: str
    age_group: str
    build: str
    skin_tone: str
    skin: str
    skin_tint: Colour
    hair: str
    hair_colour: str
    hair_tint: Colour
    eyes: str
    brow: str
    lashes: str
    shoes: str
    shoe_tint: Colour
    shoe_grey: float
    socks: str
    sock_tint: Colour
    hat: str
    hat_tint: Colour
    expression: str
    underwear: str
    underwear_tint: Colour
    prop_seed: int

    def meta(self) -> dict[str, Any]:
        """What a record keeps: plain words and numbers."""
        out = {k: v for k, v in asdict(self).items() if isinstance(v, (str, bool, int))}
        shape = {k: round(v, 3) for k, v in asdict(self.shape).items() if isinstance(v, float)}
        return {**out, "shape": shape}


def _near(rng: Rng, value: float, spread: float, low: float = 0.0, high: float = 1.0) -> float:
    return float(np.clip(value + spread * rng.normal(), low, high))


def _linear(rgb: tuple[int, int, int]) -> np.ndarray:
    return (np.array(rgb) / 255.0) ** 2.2


def _triple(values: np.ndarray) -> Colour:
    r, g, b = (round(float(v), 4) for v in values)
    return r, g, b


def sample_person(rng: Rng, data: Path) -> PersonSpec:
    """A random person: both sexes, teens to old, slim to plus size, all skin tones alike.

    Args:
        data: the open data's folder (its skins are read for their colour).
    """
    sex = "female" if rng.random() < 0.58 else "male"
    tone = str(rng.choice(list(SKIN_TONES)))
    group = str(rng.choice(["teen", "young", "middle", "old"], p=[0.10, 0.55, 0.25, 0.10]))
    low, high = {"teen": (0.585, 0.63), "young": (0.63, 0.72), "middle": (0.72, 0.86), "old": (0.86, 0.95)}[group]
    age = float(rng.uniform(low, high))
    build = str(rng.choice(["slim", "average", "athletic", "heavy", "plus size"], p=[0.24, 0.36, 0.14, 0.15, 0.11]))
    shape, expression = _sample_shape(rng, sex, tone, age, build)
    skins = [s for s in _SKINS if s[1] == sex and tone in s[2] and s[3] <= age <= s[4]]
    skin = skins[int(rng.integers(len(skins)))][0]
    target = _linear(SKIN_TONES[tone]) * np.exp(rng.normal(0, 0.07)) * np.exp(rng.normal(0, 0.03, 3))
    tint = target / np.array(median_colour(data / "makehuman" / "skins" / skin))
    hairs = np.array([h[1] if sex == "female" else h[2] for h in _HAIR])
    hair = _HAIR[int(rng.choice(len(_HAIR), p=hairs / hairs.sum()))][0]
    colour = _hair_colour(rng, tone, group)
    light_eyes = tone in ("pale", "light") and colour != "black"
    return PersonSpec(
        shape=shape,
        sex=sex,
        age_group=group,
        build=build,
        skin_tone=tone,
        skin=skin,
        skin_tint=_triple(tint),
        hair=hair,
        hair_colour=colour,
        hair_tint=_triple(
            np.array(HAIR_COLOURS[colour]) * np.exp(rng.normal(0, 0.15)) * np.exp(rng.normal(0, 0.05, 3))
        ),
        eyes=str(rng.choice(_EYES_LIGHT)) if light_eyes else "brown",
        brow=f"eyebrow{int(rng.integers(1, 13)):03d}",
        lashes=f"eyelashes{int(rng.choice([1, 2, 3, 4])):02d}" if sex == "female" else "eyelashes01",
        **_sample_extras(rng, sex),
        expression=expression,
        prop_seed=int(rng.integers(1 << 30)),
    )


def _sample_shape(rng: Rng, sex: str, tone: str, age: float, build: str) -> tuple[BodyShape, str]:
    female = sex == "female"
    weight, muscle = {
        "slim": (0.28, 0.45), "average": (0.48, 0.50), "athletic": (0.46, 0.72),
        "heavy": (0.68, 0.45), "plus size": (0.88, 0.32),
    }[build]  # fmt: skip
    types = {"pale": (0.2, 1, 4), "light": (0.2, 2.5, 2.5), "medium": (0.8, 2, 1.5), "tan": (1.5, 1.5, 1)}
    african, asian, caucasian = rng.dirichlet(np.array(types.get(tone, (5, 0.3, 0.4))) * 0.8)
    name, muscles = _EXPRESSIONS[int(rng.choice(len(_EXPRESSIONS), p=[0.34, 0.42, 0.06, 0.07, 0.06, 0.05]))]
    features = tuple((feature, round(float(np.clip(rng.normal(0, 0.30), -0.75, 0.75)), 3)) for feature in FEATURES)
    shape = BodyShape(
        gender=_near(rng, 0.95 if female else 0.05, 0.05),
        age=age,
        muscle=_near(rng, muscle, 0.07),
        weight=_near(rng, weight, 0.06),
        height=_near(rng, 0.378 if female else 0.375, 0.062, 0.22, 0.56),  # 1.65 and 1.77 m, give or take 7 cm
        proportions=_near(rng, 0.62, 0.14, 0.3, 0.95),
        cupsize=_near(rng, 0.5, 0.15),
        firmness=_near(rng, 0.75 - 0.4 * max(0.0, age - 0.65), 0.08),
        african=float(african),
        asian=float(asian),
        caucasian=float(caucasian),
        smile=float(rng.uniform(0.35, 0.85)) if name == "smile" else 0.0,
        features=features,
        # the model at rest frowns: its brows are lifted a little
        expression=tuple((k, v * float(rng.uniform(0.6, 1.1))) for k, v in {"browInnerUp": 0.3, **muscles}.items()),
    )
    return shape, name


def _hair_colour(rng: Rng, tone: str, group: str) -> str:
    if rng.random() < {"old": 0.75, "middle": 0.11}.get(group, 0.0):
        return "grey"
    names = list(HAIR_COLOURS)
    share = {
        "pale": (0.10, 0.18, 0.22, 0.20, 0.19, 0.08, 0.0, 0.03),
        "light": (0.26, 0.26, 0.22, 0.12, 0.09, 0.02, 0.0, 0.03),
        "medium": (0.42, 0.32, 0.16, 0.05, 0.02, 0.0, 0.0, 0.03),
        "tan": (0.55, 0.32, 0.08, 0.02, 0.01, 0.0, 0.0, 0.02),
    }.get(tone, (0.82, 0.13, 0.02, 0.0, 0.01, 0.0, 0.0, 0.02))  # fmt: skip
    return names[int(rng.choice(len(names), p=np.array(share) / sum(share)))]


def _sample_extras(rng: Rng, sex: str) -> dict[str, Any]:
    """Shoes, hat and underwear."""
    shoes = _SHOES[int(rng.integers(len(_SHOES)))] if rng.random() < 0.96 else ""
    painted = rng.random() < 0.45
    level = float(rng.choice([0.03, 0.10, 0.3, 0.75]))
    shoe_tint = level * np.exp(rng.normal(0, 0.25, 3)) * 4.0 if painted else np.ones(3)
    hat = str(rng.choice(["fedora01", "fedora_cocked"])) if rng.random() < 0.05 else ""
    plain = float(rng.choice([0.02, 0.12, 0.45, 0.75])) * np.exp(rng.normal(0, 0.12, 3))
    cuts = ["briefs bra", "briefs tank"] if sex == "female" else ["boxers", "briefs", "boxers tank"]
    return {
        "shoes": shoes,
        "shoe_tint": _triple(shoe_tint),
        "shoe_grey": 1.0 if painted else 0.0,
        "socks": str(rng.choice(["none", "ankle", "crew"], p=[0.3, 0.35, 0.35])) if shoes else "none",
        "sock_tint": _triple(float(rng.choice([0.04, 0.5, 1.0, 1.6])) * np.exp(rng.normal(0, 0.08, 3))),
        "hat": hat,
        "hat_tint": _triple(float(rng.choice([0.02, 0.08, 0.25])) * np.exp(rng.normal(0, 0.25, 3))),
        "underwear": str(rng.choice(cuts)),
        "underwear_tint": _triple(np.clip(plain, 0, 0.85)),
    }


def stand_on_soles(spec: PersonSpec, body: Body, model: BodyModel, data: Path) -> Body:
    """The body raised so that its shoes, not its feet, stand on z = 0."""
    if not spec.shoes:
        return body
    lift = -float(bind(data / "makehuman" / "clothes" / spec.shoes, model).place(body)[:, 2].min())
    up = np.array([0.0, 0.0, lift])
    transforms = body.transforms.copy()
    transforms[:, 2, 3] += lift
    return replace(body, vertices=body.vertices + up, transforms=transforms, heads=body.heads + up)


def person_solids(spec: PersonSpec, named: NamedPose, body: Body, model: BodyModel, data: Path) -> list[Solid]:
    """Everything of a person but garments, in world metres, skin first.

    Args:
        named: the pose that ``body`` was built with; it says what is held.
        data: the open data's folder.
    """
    folder = data / "makehuman"
    shoes = bind(folder / "clothes" / spec.shoes, model) if spec.shoes else None
    normals = skin_of(model).normals(body.vertices)
    out = [_skin(spec, named, body, model, folder, shoes, normals)]
    out += underwear_solids(spec.underwear, spec.underwear_tint, body, model, normals)
    face = LABEL["face"]
    eye = bind(folder / "eyes" / "low-poly", model)
    white = 0.52 if spec.skin_tone in ("dark", "brown") else 0.72  # lids shade the eyes more than the lamps know
    out.append(_solid(eye, body, folder / "eyes" / "materials" / f"{spec.eyes}_eye.png", (white,) * 3, EYE, face))
    r, g, b = spec.hair_tint
    for part, name, tint in (
        ("eyebrows", spec.brow, (0.6 * r, 0.6 * g, 0.6 * b)),
        ("eyelashes", spec.lashes, (0.03, 0.025, 0.025)),
    ):
        binding = bind(folder / part / name, model)
        out.append(_solid(binding, body, binding.asset.texture, tint, BROW, face, grey=1.0, alpha_cut=0.35))
    if shoes is not None:
        out += _shoe_solids(spec, shoes, body)
    if spec.hat:
        out.append(
            _solid(bind(folder / "clothes" / spec.hat, model), body, None, spec.hat_tint, HAT, LABEL["accessory"])
        )
    out += prop_solids(named.held, body, spec.prop_seed)
    if spec.hair:
        binding = bind(folder / "hair" / spec.hair, model)
        path = binding.asset.texture
        level = max(mean_light(path), 0.01) if path else 1.0
        tint = (r / level, g / level, b / level)
        out.append(_solid(binding, body, path, tint, HAIR, LABEL["hair"], grey=1.0, alpha_cut=0.06))
    return out


def _solid(
    binding: Binding,
    body: Body,
    texture: Path | None,
    tint: Colour,
    kind: int,
    label: int,
    grey: float = 0.0,
    alpha_cut: float | None = None,
) -> Solid:
    asset = binding.asset
    return Solid(
        binding.place(body),
        asset.faces,
        asset.uv,
        asset.uv_faces,
        texture_of(texture) if texture else None,
        tint,
        kind,
        np.full(len(asset.faces), label, np.uint8),
        grey,
        alpha_cut,
    )


def _shoe_solids(spec: PersonSpec, shoes: Binding, body: Body) -> list[Solid]:
    """Shoes and socks, which the same file holds."""
    rest = shoes.rest_points(body)
    points = shoes.place(body, rest)
    asset = shoes.asset
    height = rest[:, 2] - rest[:, 2].min()
    if asset.name not in _SHAFTS:
        _SHAFTS[asset.name] = _shaft(shoes, height)
    shaft = _SHAFTS[asset.name]
    faces = [(~shaft, spec.shoe_tint, spec.shoe_grey)]
    if spec.socks != "none":
        low = height[asset.faces].max(1) < ANKLE_M
        faces.append((shaft & low if spec.socks == "ankle" else shaft, spec.sock_tint, 1.0))
    texture = texture_of(asset.texture) if asset.texture else None
    return [
        Solid(
            points, asset.faces[keep], asset.uv, asset.uv_faces[keep], texture, tint, SHOE,
            np.full(int(keep.sum()), LABEL["footwear"], np.uint8), grey,
        )
        for keep, tint, grey in faces
    ]  # fmt: skip


_SHAFTS: dict[str, NDArray[np.bool_]] = {}


def _shaft(shoes: Binding, height: F64) -> NDArray[np.bool_]:
    """Which faces (F,) are the socks: the pieces that end well above the ankle."""
    piece = mesh_components(shoes.asset.faces, len(height))
    top = np.zeros(piece.max() + 1)
    np.maximum.at(top, piece, height)
    return (top > ANKLE_M + 0.05)[piece[shoes.asset.faces[:, 0]]]


def _skin(
    spec: PersonSpec,
    named: NamedPose,
    body: Body,
    model: BodyModel,
    folder: Path,
    shoes: Binding | None,
    normals: F64,
) -> Solid:
    """The skin without what shoes and pockets hide."""
    skin = skin_of(model)
    hidden = np.zeros(len(body.vertices), bool)
    points = body.vertices
    if shoes is not None:
        height = body.rest[:, 2] - body.rest[:SKIN_END, 2].min()
        top = {"none": 0.085, "ankle": 0.105, "crew": 9.0}[spec.socks]
        hidden |= shoes.asset.delete & (height < top)
        inner = shoes.asset.delete & (height < ANKLE_M + 0.02)
        points = points - IN_SHOE_M * inner[:, None] * normals
    for side in "LR":
        if f"pocket.{side}" in named.held:
            fingers = [
                i
                for i, b in enumerate(model.bones)
                if b[:7] in ("finger2", "finger3", "finger4", "finger5") and b.endswith(side)
            ]
            hidden |= np.asarray(model.weights[:, fingers].sum(1)).ravel() > 0.6
    keep = ~hidden[skin.faces].all(1)
    return Solid(
        points,
        skin.faces[keep],
        model.uv,
        skin.uv_faces[keep],
        texture_of(folder / "skins" / spec.skin),
        spec.skin_tint,
        SKIN,
        skin.label[keep],
        normals=normals,
    )
