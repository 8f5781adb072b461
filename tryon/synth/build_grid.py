"""People of many builds, drawn ahead, so that a visitor finds one like themselves without the data engine.

One body is dressed and lit once for all skin tones: light does not depend on the skin's colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import SKIN_END, BodyModel, BodyShape
from tryon.synth.draw import SKIN, Buffers, Camera, Renderer, StillSettings
from tryon.synth.fabric_specs import FabricSpec
from tryon.synth.model_dressing import Clothing, Dresser, Looks
from tryon.synth.models_cast import FRIENDLY, LIFTED, RELAXED
from tryon.synth.people import SKIN_TONES
from tryon.synth.poses import BodyPose
from tryon.synth.scene import backdrop, skin_triangles
from tryon.synth.stills import develop_still
from tryon.types import RGBu8

F64 = NDArray[np.float64]
Sex = Literal["female", "male"]
JPEG_QUALITY = 88  # some 25 KB a picture; they are shown at half their size and dressed at 512 pixels
SIZE = (576, 768)  # width, height
LIGHT_SHARE = 0.22  # of the lamps' samples: in small pictures fewer do
DENSITY = 1010.0  # kg/m3 of a body, lungs half full
FIELD_M = 2.14  # the camera never moves: who is taller reaches higher in the picture
HEIGHTS_CM: dict[Sex, tuple[int, ...]] = {"female": (156, 166, 176), "male": (167, 177, 187)}
# of each height: whoever moves the weight alone sees the same person
HAIR: dict[Sex, tuple[tuple[str, tuple[float, float, float]], ...]] = {
    "female": (
        ("ponytail01", (0.016, 0.012, 0.010)),
        ("long01", (0.045, 0.027, 0.018)),
        ("braid01", (0.016, 0.012, 0.010)),
    ),
    "male": (("short02", (0.016, 0.012, 0.010)),) * 3,
}
# build words and the body mass index that each is drawn at
BUILDS: tuple[tuple[str, float], ...] = (("slim", 19.0), ("average", 22.5), ("full", 26.5), ("plus size", 31.0))
MUSCLE = (0.45, 0.38, 0.22, 0.08)  # of each: the model's weight is fat only where there is little muscle
CM_PER_HEIGHT = 109.0  # what the whole range of the body model's height adds
TONES = ("light", "tan", "dark")
DRAWN_TONE = "tan"  # the skin's texture is tinted to it; the others follow from it


@dataclass(frozen=True)
class GridCell:
    """One picture of the grid."""

    sex: Sex
    height_cm: int
    weight_kg: int
    build: str
    skin: str

    @property
    def id(self) -> str:
        """Its id in the manifest, also its file's name."""
        return f"build-{self.sex[0]}{self.height_cm}-{self.weight_kg}-{self.skin}"

    def entry(self) -> dict[str, Any]:
        """What the manifest says of it."""
        name = f"{self.height_cm} cm, {self.weight_kg} kg"
        return {
            "id": self.id,
            "file": f"builds/{self.id}.jpg",
            "name": name,
            "name_zh": name.replace(", ", "，").replace(" cm", " 厘米").replace(" kg", " 公斤"),
            "sex": self.sex,
            "height_cm": self.height_cm,
            "weight_kg": self.weight_kg,
            "build": self.build,
            "skin": self.skin,
        }


def grid_cells() -> list[GridCell]:
    """All cells: sexes, heights, builds, tones, in this order."""
    cells = []
    for sex, heights in HEIGHTS_CM.items():
        for height in heights:
            for build, mass_index in BUILDS:
                weight = round(mass_index * (height / 100) ** 2)
                cells += [GridCell(sex, height, weight, build, tone) for tone in TONES]
    return cells


def build_entries(assets: Path) -> list[dict[str, Any]]:
    """What the page is told of the grid; cells that are not drawn yet are left out."""
    return [cell.entry() for cell in grid_cells() if (assets / "builds" / f"{cell.id}.jpg").is_file()]


def base_shape(sex: Sex) -> BodyShape:
    """A young adult with a face of no one place."""
    face = {"african": 0.34, "asian": 0.33, "caucasian": 0.33, "smile": FRIENDLY, "expression": LIFTED}
    if sex == "female":
        return BodyShape(1.0, 0.68, 0.45, 0.45, 0.45, 0.6, cupsize=0.5, **face)  # type: ignore[arg-type]
    return BodyShape(0.0, 0.68, 0.55, 0.45, 0.45, 0.6, **face)  # type: ignore[arg-type]


def measure(points: F64, faces: NDArray[np.int64]) -> tuple[float, float]:
    """Height in cm and weight in kg of a body's skin (V, 3) m with triangles (F, 3)."""
    a, b, c = (points[faces[:, k]] for k in range(3))
    volume = abs(float(np.einsum("ni,ni->n", a, np.cross(b, c)).sum())) / 6
    return 100 * float(np.ptp(points[:SKIN_END, 2])), DENSITY * volume


def fitting_shape(model: BodyModel, sex: Sex, height_cm: float, weight_kg: float) -> BodyShape:
    """The shape of this height and weight, or the nearest that the body model has."""
    faces = skin_triangles(model)
    index = weight_kg / (height_cm / 100) ** 2
    muscle = float(np.interp(index, [name_index for _, name_index in BUILDS], MUSCLE))
    shape = replace(base_shape(sex), muscle=muscle)
    for _ in range(3):  # the height is close to linear in its parameter, and hardly depends on the weight
        cm, _ = measure(model.build(shape).vertices, faces)
        shape = replace(shape, height=float(np.clip(shape.height + (height_cm - cm) / CM_PER_HEIGHT, 0.0, 1.0)))
    steps = np.linspace(0.0, 1.0, 6)
    bodies = model.build_many([replace(shape, weight=float(w)) for w in steps], [BodyPose()] * len(steps))
    kg = [measure(body.vertices, faces)[1] for body in bodies]
    return replace(shape, weight=float(np.interp(weight_kg, kg, steps)))


def looks_of(sex: Sex, height_cm: int, shape: BodyShape) -> Looks:
    """Skin, hair and what belongs to them of the person of a row of the grid."""
    hair, tint = HAIR[sex][HEIGHTS_CM[sex].index(height_cm)]
    if sex == "female":
        return Looks(
            "female", shape, DRAWN_TONE, "young_caucasian_female2/young_lightskinned_female_diffuse2.jpg", hair, tint,
            brow="eyebrow008", lashes="eyelashes02", socks="ankle",
        )  # fmt: skip
    return Looks(
        "male", shape, DRAWN_TONE, "young_caucasian_male/young_lightskinned_male_diffuse.jpg", hair, tint,
        brow="eyebrow011", socks="ankle",
    )  # fmt: skip


def _clothes(sex: Sex) -> tuple[Clothing, ...]:
    """Plain and close to the body, and unlike any skin: a light top, dark jeans."""
    jeans = FabricSpec("denim", ("#34507a",), weave="twill", wash=0.35, stitch="#b98b52", seed=3)
    top = FabricSpec("plain", ("#b9c2c9",), weave="jersey")
    lower, upper = (18, 1) if sex == "female" else (23, 33)
    return Clothing("lower", lower, jeans), Clothing("upper", upper, top)


def retoned(layers: list[Buffers], tone: str) -> list[Buffers]:
    """The same drawing with skin of another tone."""
    ratio = (np.array(SKIN_TONES[tone]) / np.array(SKIN_TONES[DRAWN_TONE])) ** 2.2
    out = []
    for layer in layers:
        skin = (layer.kind == SKIN)[..., None]
        out.append(replace(layer, albedo=np.where(skin, layer.albedo * ratio.astype(np.float32), layer.albedo)))
    return out


def draw_builds(
    dresser: Dresser, wanted: list[GridCell], *, renderer: Renderer | None = None
) -> Iterator[tuple[GridCell, RGBu8]]:
    """Draw cells; those that differ in the tone alone share their drawing."""
    renderer = renderer or Renderer()
    settings = StillSettings(width=SIZE[0], height=SIZE[1], light_share=LIGHT_SHARE)
    camera = Camera(field_m=FIELD_M, look_height=0.985, height=1.06)
    bodies: dict[tuple[Sex, int, int], list[GridCell]] = {}
    for cell in wanted:
        bodies.setdefault((cell.sex, cell.height_cm, cell.weight_kg), []).append(cell)
    for (sex, height, weight), cells in bodies.items():
        shape = fitting_shape(dresser.model, sex, height, weight)
        meshes, _ = dresser.dress(looks_of(sex, height, shape), RELAXED, _clothes(sex))
        layers = renderer.draw([*meshes, backdrop((0.88, 0.88, 0.885))], camera, settings)
        for cell in cells:
            yield cell, develop_still(retoned(layers, cell.skin), camera, settings)


def make_builds(dresser: Dresser, out: Path, report: Callable[[str], None] = print) -> None:
    """Draw those cells of the grid into ``out/builds`` that are not there yet."""
    folder = out / "builds"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [cell for cell in grid_cells() if not (folder / f"{cell.id}.jpg").is_file()]
    for cell, picture in draw_builds(dresser, missing):
        quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
        cv2.imwrite(str(folder / f"{cell.id}.jpg"), picture[..., ::-1], quality)
        report(cell.id)
