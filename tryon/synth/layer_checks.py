"""Faults of layers that can be counted: skin that comes through cloth, skin that looks out beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.camera import Camera
from tryon.synth.garment_mesh import GarmentMesh, Worn
from tryon.synth.layer_meshes import NO_FOLDS
from tryon.synth.layers import LayerRenderer
from tryon.synth.record import DEPTH_UNIT_M
from tryon.synth.solids import HAIR, SKIN, Solid

FLAT = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])  # flat coordinates do not matter here
POKE_M = 0.015  # skin nearer to the cloth than this belongs under it; a hand on it is thicker somewhere
_BARE, _UNDER = 1, 2


@dataclass(frozen=True)
class SkinThrough:
    """Shares of a garment's own pixels, 0..1; pixels: how many it has, native.

    poked: skin hides the cloth in spots that are nowhere further than POKE_M before it. beside: skin that
    the cloth certainly covers is seen where there is no cloth. under: covered skin lies before the cloth
    (harmless: it is not drawn).
    """

    poked: float
    beside: float
    under: float
    pixels: int


def skin_through(
    renderer: LayerRenderer, mesh: GarmentMesh, worn: Worn, solids: Sequence[Solid], camera: Camera
) -> SkinThrough:
    """Count skin where cloth should be, for one garment on one body."""
    alone = renderer.draw_flat(mesh, worn.points, camera, FLAT)
    drawn = renderer.draw_garment(0, mesh, worn, solids, camera, FLAT, folds=NO_FOLDS)
    marked = [_marked(s, worn.covered) for s in solids if s.kind != HAIR]
    body = renderer.draw_body(marked, camera)
    cloth = alone.part > 0
    gap = (alone.depth.astype(np.float64) - body.depth) * DEPTH_UNIT_M
    gap = np.repeat(np.repeat(np.where(body.depth > 0, gap, -np.inf), 2, 0), 2, 1)
    bare, under = body.labels == _BARE, body.labels == _UNDER
    count = max(int(cloth.sum()), 1)
    hidden = cloth & (drawn.part == 0) & bare
    count_spots, spot = cv2.connectedComponents(hidden.astype(np.uint8), connectivity=8)
    thickest = np.zeros(count_spots)
    np.maximum.at(thickest, spot.ravel(), gap.ravel())
    poked = hidden & (thickest[spot] < POKE_M)
    seen = drawn.part > 0
    share = [float(found.sum() / count) for found in (poked, under & ~cloth, seen & under & (gap > 0))]
    return SkinThrough(share[0], share[1], share[2], int(cloth.sum()))


def _marked(solid: Solid, covered: NDArray[np.bool_]) -> Solid:
    """A solid whose labels tell bare from covered skin, 0 for anything else."""
    label = np.zeros(len(solid.faces), np.uint8)
    if solid.kind == SKIN:
        label[:] = np.where(covered[solid.faces].all(1), _UNDER, _BARE)
    return replace(solid, label=label, texture=solid.texture if solid.alpha_cut else None)
