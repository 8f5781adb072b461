"""The virtual models of the gallery: dressed, framed, drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from tryon.synth.bodies import Body
from tryon.synth.draw import Camera, Mesh, Renderer, StillSettings
from tryon.synth.model_dressing import Dresser
from tryon.synth.models_cast import MODELS, Framing, VirtualModel
from tryon.synth.scene import backdrop
from tryon.synth.stills import take_still

JPEG_QUALITY = 93
# lower and upper edge of the picture, in heights of the person
FRAMES: dict[Framing, tuple[float, float]] = {"full": (-0.083, 1.077), "knees": (0.21, 1.085), "hips": (0.385, 1.075)}


def frame_camera(meshes: list[Mesh], framing: Framing = "full") -> Camera:
    """A camera that shows a whole person, or one down to the knees or the hips; some ground is left over the head."""
    tall = float(max(mesh.points[:, 2].max() for mesh in meshes))
    low, high = FRAMES[framing]
    look = tall * (low + high) / 2
    return Camera(field_m=tall * (high - low), look_height=look, height=max(tall * 0.56, look))


def dress_model(person: VirtualModel, dresser: Dresser) -> tuple[list[Mesh], Body]:
    """All meshes of one dressed person, without the studio."""
    return dresser.dress(person.looks, person.pose, person.wears)


def draw_model(
    person: VirtualModel, dresser: Dresser, renderer: Renderer, settings: StillSettings
) -> tuple[np.ndarray, Body]:
    """A quick picture (H, W, 3) uint8 of one virtual model in the studio; ``cycles`` draws better ones."""
    meshes, body = dress_model(person, dresser)
    picture = take_still(
        renderer, [*meshes, backdrop((0.88, 0.88, 0.885))], frame_camera(meshes, person.framing), settings
    )
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


def manifest_entries(assets: Path) -> list[dict[str, Any]]:
    """What the page is told of the virtual models; somebody who is not drawn yet is left out."""
    return [
        {
            "id": person.id,
            "file": f"models/{person.id}.jpg",
            "name": person.name,
            "name_zh": person.name_zh,
            "sex": person.looks.sex,
            "build": person.build,
            "skin": person.looks.tone,
            "age": person.age,
            "framing": person.framing,
            "height_cm": person.height_cm,
            "clothing": person.clothing,
        }
        for person in MODELS
        if (assets / "models" / f"{person.id}.jpg").is_file()
    ]
