"""Path-traced stills of the virtual models: Blender's Cycles draws what ``models_gallery`` dresses.

``python -m tryon.synth.cycles --model ava --out ava.png``; Blender comes as a package, see ``simulate``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.errors import BadRequestError
from tryon.settings import open_data_dir
from tryon.synth.bodies import BodyModel
from tryon.synth.draw import Camera, Mesh, Surface
from tryon.synth.model_dressing import Dresser
from tryon.synth.models_cast import MODELS, VirtualModel
from tryon.synth.models_gallery import dress_model, frame_camera, write_still
from tryon.synth.scene import backdrop
from tryon.synth.simulate import BLENDER_DIR, SimulationError, require_blender

U8 = NDArray[np.uint8]


@dataclass(frozen=True)
class Softbox:
    """A lamp: place and what it is aimed at (m), size (m), power, colour."""

    place: tuple[float, float, float]
    aim: tuple[float, float, float]
    size: tuple[float, float]
    watts: float
    colour: tuple[float, float, float] = (1.0, 1.0, 1.0)


STUDIO = (
    Softbox((-2.9, -2.2, 2.9), (0.0, 0.0, 1.15), (1.1, 1.7), 130.0, (1.0, 0.975, 0.94)),  # key
    Softbox((3.2, -2.4, 1.6), (0.0, 0.0, 1.0), (2.0, 2.4), 20.0, (0.95, 0.975, 1.0)),  # fill
    Softbox((2.2, 1.0, 2.3), (0.0, 0.0, 1.2), (0.6, 1.5), 45.0),  # rim, on hair and shoulder
    Softbox((0.0, 0.4, 4.4), (0.0, 2.6, 1.2), (4.0, 1.6), 85.0),  # the backdrop's own
)


@dataclass(frozen=True)
class PathSettings:
    """How a still is path-traced."""

    width: int = 768
    height: int = 1024
    samples: int = 6  # the denoiser, which sees colours and normals, removes what is left
    noise: float = 0.03  # pixels quieter than this get no more samples
    threads: int = 1
    seed: int = 0
    view: str = "Standard"
    look: str = "None"
    exposure: float = -0.28
    ambient: tuple[float, float, float] = (0.20, 0.203, 0.21)
    lamps: tuple[Softbox, ...] = STUDIO
    thick_m: float = 0.0016  # of cloth: hems are seen


def weld(mesh: Mesh) -> dict[str, NDArray[Any]]:
    """Corners back to shared vertices: points (N, 3), faces (F, 3), rest (N, 3); uv (3F, 2) stays by corner."""
    key = np.concatenate([mesh.points, mesh.rest], 1).round(6)
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    faces = index.reshape(-1, 3)
    whole = (faces[:, 0] != faces[:, 1]) & (faces[:, 1] != faces[:, 2]) & (faces[:, 2] != faces[:, 0])
    uv = mesh.uv.reshape(-1, 3, 2)[whole].reshape(-1, 2)
    return {"points": mesh.points[first], "rest": mesh.rest[first], "faces": faces[whole], "uv": uv}


def _look(surface: Surface, file: Path, settings: PathSettings) -> dict[str, Any]:
    """What the Blender script needs of a surface; its texture is written to a file."""
    if surface.texture is not None:
        order = [2, 1, 0, 3][: surface.texture.shape[2]]
        cv2.imwrite(str(file), surface.texture[..., order])
    return {
        "kind": surface.kind,
        "tint": surface.tint,
        "grey": surface.grey,
        "gloss": surface.gloss,
        "thick_m": settings.thick_m,
        "texture": str(file) if surface.texture is not None else None,
    }


def trace(meshes: list[Mesh], camera: Camera, settings: PathSettings, blender: Path = BLENDER_DIR) -> U8:
    """A path-traced picture (H, W, 3) uint8 sRGB.

    Raises:
        SimulationError: Blender is not installed or failed.
    """
    require_blender(blender)
    with tempfile.TemporaryDirectory(prefix="still-") as scratch:
        folder = Path(scratch)
        arrays: dict[str, NDArray[Any]] = {}
        for number, mesh in enumerate(meshes):
            look = _look(mesh.surface, folder / f"texture{number}.png", settings)
            arrays[f"look_{number}"] = np.array(json.dumps(look))
            arrays |= {f"{name}_{number}": value for name, value in weld(mesh).items()}
        eye = (camera.shift_x, -camera.distance, camera.height)
        look_at = (camera.shift_x, 0.0, camera.look_height)
        scene = asdict(settings) | {
            "meshes": len(meshes),
            "camera": {"eye": eye, "look_at": look_at, "field_m": camera.field_m},
        }
        arrays["scene"] = np.array(json.dumps(scene))
        np.savez(folder / "scene.npz", **arrays)
        script = Path(__file__).with_name("blender_still.py")
        command = [
            sys.executable,
            str(script),
            str(blender.resolve()),
            str(folder / "scene.npz"),
            str(folder / "out.png"),
        ]
        run = subprocess.run(
            command, capture_output=True, text=True, check=False, cwd=scratch, env={**os.environ, "PYTHONPATH": ""}
        )
        picture = cv2.imread(str(folder / "out.png"))
        if run.returncode or picture is None:
            raise SimulationError(f"Blender could not draw: {(run.stderr or run.stdout)[-800:]}")
    return np.ascontiguousarray(picture[..., ::-1])


def trace_model(person: VirtualModel, dresser: Dresser, settings: PathSettings, blender: Path) -> U8:
    """A virtual model in the studio, (H, W, 3) uint8; framed as ``models_gallery.draw_model`` frames it."""
    meshes, _ = dress_model(person, dresser)
    return trace([*meshes, backdrop((0.80, 0.80, 0.805))], frame_camera(meshes, person.framing), settings, blender)


def main() -> None:
    """Draw one virtual model, or all of them into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="ava", help="ids of virtual models with commas between, or: all")
    parser.add_argument("--out", type=Path, required=True, help="picture (.png, .jpg); with --model all, a folder")
    parser.add_argument("--samples", type=int, default=PathSettings.samples)
    parser.add_argument("--threads", type=int, default=PathSettings.threads)
    parser.add_argument("--height", type=int, default=PathSettings.height, help="pixels; the width follows")
    parser.add_argument("--data", type=Path, default=open_data_dir())
    parser.add_argument("--drapes", type=Path, default=Path("data/drapes"), help="folder of simulated cloth")
    parser.add_argument("--blender", type=Path, default=BLENDER_DIR)
    given = parser.parse_args()
    wanted = given.model.split(",")
    people = [p for p in MODELS if given.model == "all" or p.id in wanted]
    if not people:
        raise BadRequestError(f"There is no model {given.model}; there are: {', '.join(p.id for p in MODELS)}.")
    settings = PathSettings(
        width=given.height * 3 // 4, height=given.height, samples=given.samples, threads=given.threads
    )
    dresser = Dresser(BodyModel(), given.data, given.drapes)
    for person in people:
        start = time.perf_counter()
        picture = trace_model(person, dresser, settings, given.blender)
        path = given.out if given.out.suffix else given.out / f"{person.id}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_still(path, picture)
        print(f"{path} {time.perf_counter() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
