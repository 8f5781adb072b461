"""From lit buffers to a studio photograph: skin softened, hair laid over, exposed and reduced."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.draw import HAIR, SKIN, Buffers, Camera, Mesh, Renderer, StillSettings
from tryon.synth.fabrics import to_srgb
from tryon.types import RGBu8

F32 = NDArray[np.float32]
# how far red, green and blue light spreads in skin, metres (d'Eon and Luebke 2007, rounded)
SKIN_SPREAD_M = (0.0045, 0.0018, 0.0009)


def soften_skin(diffuse: F32, kind: F32, px_per_m: float) -> F32:
    """Blur the light on skin by colour, not over its border. diffuse: (H, W, 3), kind: (H, W)."""
    on_skin = (kind == SKIN).astype(np.float32)
    out = diffuse.copy()
    for channel, spread in enumerate(SKIN_SPREAD_M):
        sigma = spread * px_per_m
        if sigma < 0.3:
            continue
        light = cv2.GaussianBlur(diffuse[..., channel] * on_skin, (0, 0), sigma)
        weight = cv2.GaussianBlur(on_skin, (0, 0), sigma)
        out[..., channel] = np.where(on_skin > 0, light / np.maximum(weight, 1e-3), diffuse[..., channel])
    return out


def shade(buffers: Buffers, px_per_m: float) -> F32:
    """Linear light (H, W, 3)."""
    light = soften_skin(buffers.diffuse, buffers.kind, px_per_m)
    return buffers.albedo * light + buffers.gloss


def expose(light: F32, exposure: float) -> F32:
    """Linear light to 0..1 sRGB with a soft shoulder above .8."""
    x = light * exposure
    knee = 0.8
    over = np.maximum(x - knee, 0)
    x = np.minimum(x, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee)))
    return to_srgb(x.astype(np.float32))


def take_still(
    renderer: Renderer, meshes: list[Mesh], camera: Camera, settings: StillSettings, exposure: float = 0.74
) -> RGBu8:
    """A finished picture (H, W, 3) uint8 sRGB. Hair is drawn twice: its dense core, then its wisps blended over."""
    return develop_still(renderer.draw(meshes, camera, settings), camera, settings, exposure)


def develop_still(layers: list[Buffers], camera: Camera, settings: StillSettings, exposure: float = 0.74) -> RGBu8:
    """The picture (H, W, 3) uint8 sRGB of what ``Renderer.draw`` returned."""
    px_per_m = settings.height * settings.supersample / camera.field_m
    core, wisps, paper = layers
    size = (core.kind.shape[1], core.kind.shape[0])
    smooth = cv2.GaussianBlur(paper.albedo * paper.diffuse, (0, 0), 0.004 * paper.kind.shape[0])  # lamps are few
    light = cv2.resize(smooth, size, interpolation=cv2.INTER_LINEAR)
    light = np.where(core.kind[..., None] >= 0, shade(core, px_per_m), light)
    share = np.where(wisps.kind == HAIR, np.clip(wisps.place[..., 3], 0, 1), 0.0)[..., None]
    light = light * (1 - share) + shade(wisps, px_per_m) * share
    small = cv2.resize(light, (settings.width, settings.height), interpolation=cv2.INTER_AREA)
    picture = expose(small, exposure)
    picture = np.clip(picture + 0.15 * (picture - cv2.GaussianBlur(picture, (0, 0), 0.9)), 0, 1)  # a lens is sharper
    return np.round(picture * 255).astype(np.uint8)
