"""Colour and light a record: one call gives one photo of a person with all its labels.

``look = sample_look(rng, record, garments, outfit, ...)`` decides everything once, ``compose`` draws
it: the same look gives the same bytes. NumPy and OpenCV alone; made for data-loader workers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.camera import PhotoCamera
from tryon.synth.grounds import GroundLibrary, GroundPicture, draw_ground
from tryon.synth.lens import develop
from tryon.synth.light import Light, shade
from tryon.synth.look import ComposeSettings, Look, PaintMaker, figure_extent, plain_look, sample_look
from tryon.synth.overlay import Surface, stack_layers
from tryon.synth.record import HALF, NATIVE, GarmentInfo, Record
from tryon.synth.shadows import Figure, cast_shadow, contact_shadow

__all__ = [
    "ComposeSettings",
    "Look",
    "PaintMaker",
    "View",
    "compose",
    "figure_extent",
    "look_grid",
    "plain_look",
    "sample_look",
]
F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]
_LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class View:
    """A finished picture with its labels.

    image_u8: (H, W, 3) sRGB. labels_u8: (H, W) index into RECORD_LABELS. alpha_f32: (H, W) of the person.
    visible_f32: (n, H, W) 0..1, per layer of the outfit. flow_px: (n, H, W, 2) flat pixels, defined where visible.
    Both are None unless asked for.
    """

    image_u8: U8
    labels_u8: U8
    alpha_f32: F32
    visible_f32: F32 | None = None
    flow_px: F32 | None = None


def compose(
    record: Record,
    garments: Sequence[GarmentInfo],
    outfit: Sequence[int],
    look: Look,
    size: tuple[int, int] = HALF,
    *,
    library: GroundLibrary | None = None,
    layers: bool = False,
) -> View:
    """Draw a record.

    Args:
        garments: of the record's shard. outfit: indices into ``record.layers``, in wearing order.
        look: see ``sample_look``. size: (H, W), at most NATIVE. library: of the street photos.
        layers: whether coverage and flow of each garment are wanted.

    Raises:
        BadRequestError: the size is too large, a layer or a street photo is missing.
    """
    rng = np.random.default_rng(look.seed)
    surface = stack_layers(record, garments, outfit, look.paints, look.tints, size)
    camera = picture_camera(record, size)
    person = shade(surface, look.light, camera.focal_px, look.settings.light, rng)
    ground = draw_ground(look.ground, library, size, camera, figure_extent(record, size))
    if look.settings.match:
        person *= _match(ground, person, surface)
    light = ground.light if ground.photo else ground.light * _ground_level(look.light)
    if look.settings.floor_shadow:
        light = _shadowed(light, ground, surface, look.light, camera)
    y0, y1, x0, x1 = surface.box
    below = light[y0:y1, x0:x1]
    below += surface.alpha[..., None] * (person - below)
    if look.settings.expose and not ground.photo:
        light *= _gain(*_light_on(person, surface), 0.8)
    image = develop(light, look.lens, look.settings.lens, rng)
    return View(
        image,
        _whole(surface.labels, surface),
        _whole(surface.alpha, surface),
        np.stack([_whole(v, surface) for v in surface.visible]) if layers and surface.visible else None,
        np.stack([_whole(f, surface) for f in surface.flow]) if layers and surface.flow else None,
    )


def _whole(part: NDArray, surface: Surface) -> NDArray:
    out = np.zeros((*surface.size, *part.shape[2:]), part.dtype)
    y0, y1, x0, x1 = surface.box
    out[y0:y1, x0:x1] = part
    return out


def picture_camera(record: Record, size: tuple[int, int]) -> PhotoCamera:
    """The record's camera in pixels of a picture of this size; where none is stored, a likely one.

    ``meta["camera"]`` holds eye, axes, focal_px and centre_px in native pixels (see ``camera.PhotoCamera``).
    """
    stored: Any = record.meta.get("camera")
    kx, ky = size[1] / NATIVE[1], size[0] / NATIVE[0]
    if isinstance(stored, Mapping) and "eye" in stored:
        right, up, back = (_triple(row) for row in stored["axes"])
        eye, axes = _triple(stored["eye"]), (right, up, back)
        focal, centre = float(stored["focal_px"]), tuple(stored["centre_px"])
    else:
        focal, centre = 1.5 * NATIVE[0], ((NATIVE[1] - 1) / 2, (NATIVE[0] - 1) / 2)
        axes = ((1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, -1.0, 0.0))
        depth = record.body.depth
        rows = np.flatnonzero((depth > 0).any(1))
        away = float(np.median(depth[depth > 0])) * 0.0005 if len(rows) else 3.0
        lowest = 2 * float(rows[-1]) if len(rows) else NATIVE[0]
        eye = (0.0, -away, (lowest - centre[1]) * away / focal)
    moved = ((float(centre[0]) + 0.5) * kx - 0.5, (float(centre[1]) + 0.5) * ky - 0.5)
    return PhotoCamera(eye, axes, focal * ky, moved)


def _triple(values: Sequence[float]) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _light_on(person: F32, surface: Surface) -> tuple[float, F32]:
    """How much light falls on the person, in the middle of the cases, and its tint (3,) of luminance 1."""
    seen = surface.alpha[::4, ::4] > 0.9
    if not seen.any():
        return 0.8, np.ones(3, np.float32)
    colour, light = surface.albedo[::4, ::4][seen], person[::4, ::4][seen]
    level = max(float(np.median(light @ _LUMA / np.maximum(colour @ _LUMA, 0.02))), 1e-3)
    return level, np.asarray(np.median(light / np.maximum(colour, 0.02), axis=0) / level, np.float32)


def _gain(level: float, tint: F32, wanted: float) -> F32:
    """Gain (3,) of a phone that finds the person, wants them well lit (``wanted``: light on white cloth) and the
    light nearly white."""
    gain = np.clip((wanted / level) ** 0.8, 0.6, 2.2)
    return np.asarray(gain * np.clip(tint, 0.5, 2) ** -0.7, np.float32)


def _match(ground: GroundPicture, person: F32, surface: Surface) -> F32:
    """Gain (3,) that brings the person to a photo's exposure and a little of its tint; 1 on drawn grounds."""
    if not ground.photo:
        return np.ones(3, np.float32)
    level = max(float(ground.mean @ _LUMA), 1e-3)
    brightness = (level / 0.25) ** 0.3
    if ground.skin is not None:
        # skins differ by more than exposures: half of the way, from the usual skin in these photos
        brightness = (float(np.array(ground.skin) @ _LUMA) / 0.26) ** 0.5
    seen, tint = _light_on(person, surface)
    wanted = 0.72 * float(np.clip(brightness, 0.6, 1.45))
    return _gain(seen, tint, wanted) * np.asarray(np.clip(ground.mean / level, 0.6, 1.6) ** 0.2, np.float32)


def _ground_level(light: Light) -> F32:
    """Light (3,) that falls on walls and floors, which face all ways: key and ambient together."""
    ambient = np.sum([np.array(lobe.colour) for lobe in light.lobes], 0) * 0.7
    return np.asarray(np.clip(0.5 * np.array(light.key) + ambient, 0.25, 1.15), np.float32)


def _shadowed(light: F32, ground: GroundPicture, surface: Surface, lamp: Light, camera: PhotoCamera) -> F32:
    """Darken floor and wall where the person keeps light from them."""
    figure = Figure.of(surface.depth, surface.alpha, surface.box, surface.size, camera)
    towards = (np.array(lamp.towards) / np.linalg.norm(lamp.towards) @ camera.turn).astype(np.float32)
    cast = cast_shadow(figure, towards, lamp.softness, (np.array([0.0, 0.0, 1.0], np.float32), 0.0))
    if ground.wall_m is not None and ground.wall_m < 1.2:
        wall = (np.array([0.0, -1.0, 0.0], np.float32), -ground.wall_m)
        cast = np.maximum(cast, 0.8 * cast_shadow(figure, towards, lamp.softness, wall))
    keep = (1 - 0.75 * contact_shadow(figure)) * (1 - lamp.floor * (0.8 if ground.photo else 1.0) * cast)
    keep = cv2.resize(keep, (light.shape[1], light.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(light * keep[..., None], np.float32)


def look_grid(views: Sequence[View], columns: int) -> U8:
    """Pictures of one size side by side, for looking at; the last row is filled with grey."""
    h, w = views[0].image_u8.shape[:2]
    rows = -(-len(views) // columns)
    out = np.full((rows * h, columns * w, 3), 128, np.uint8)
    for i, view in enumerate(views):
        r, c = divmod(i, columns)
        out[r * h : (r + 1) * h, c * w : (c + 1) * w] = view.image_u8
    return out
