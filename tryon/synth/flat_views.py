"""A garment's own pictures: laid flat, hung, and as on an invisible person; and all a shard keeps of a garment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import BodyModel
from tryon.synth.camera import Camera, OrthoCamera, PhotoCamera, look_at, to_half
from tryon.synth.flat_frame import FlatFrame, flat_map, side_maps, top_last
from tryon.synth.flat_shapes import LaidSettings, hung_points, laid_points, relaxed_body
from tryon.synth.garment_mesh import Fit, GarmentMesh, Wearable
from tryon.synth.layers import LayerRenderer
from tryon.synth.record import NATIVE, FlatView, GarmentInfo

F64 = NDArray[np.float64]
ViewKind = Literal["laid", "hung", "ghost"]


@dataclass(frozen=True)
class ViewSettings:
    """Which pictures of a garment are drawn, and how.

    kinds: in this order. grid: nodes (rows, columns) of ``FlatView.from_flat``: 4 flat pixels apart, at
    which the sampled map is within .1 px of the exact one. fill: share of the frame that the garment fills
    in the direction that binds. shift: share of the free room by which it stands off the middle.
    ghost_distance_m: of the camera: a long lens shows a shop's mannequin without perspective.
    """

    kinds: tuple[ViewKind, ...] = ("laid", "hung", "ghost")
    grid: tuple[int, int] = (128, 96)
    fill: tuple[float, float] = (0.72, 0.92)
    shift: float = 0.3
    ghost_distance_m: tuple[float, float] = (4.0, 7.0)
    ghost_turn_deg: float = 4.0
    laid: LaidSettings = field(default_factory=LaidSettings)


def draw_view(
    wearable: Wearable,
    kind: ViewKind,
    renderer: LayerRenderer,
    model: BodyModel,
    rng: np.random.Generator,
    settings: ViewSettings | None = None,
) -> FlatView:
    """One picture of a garment alone; everything random comes from ``rng``."""
    s = settings or ViewSettings()
    mesh = wearable.mesh
    frame = FlatFrame.fit(mesh.flat)
    if kind == "ghost":
        sex = 1.0 if mesh.category == "dress" or mesh.label == "Skirt" else float(rng.integers(2))
        points = wearable.wear(relaxed_body(model, sex), Fit(seed=int(rng.integers(2**31)))).points
        camera: Camera = _portrait(points, rng, s)
    else:
        points = (laid_points if kind == "laid" else hung_points)(mesh, rng, s.laid)
        camera = _square_on(points, rng, s)
    drawn = renderer.draw_flat(mesh, points, camera, frame.affine())
    return FlatView(
        kind, drawn.part, drawn.half_part, drawn.flat_px, drawn.normal, drawn.depth,
        view_grid(mesh, points, camera, frame, s.grid), drawn.landmarks_px,
    )  # fmt: skip


def view_grid(
    mesh: GarmentMesh, points: F64, camera: Camera, frame: FlatFrame, grid: tuple[int, int]
) -> NDArray[np.float32]:
    """Where each flat pixel of the front lies in a view, as ``FlatView.from_flat`` wants it."""
    seen = to_half(camera.project(points)[:, :2])
    front = mesh.faces[top_last(mesh, mesh.front)]
    return flat_map(frame.to_px(mesh.flat)[front], seen[front], frame, grid)


def garment_info(
    wearable: Wearable,
    renderer: LayerRenderer,
    model: BodyModel,
    rng: np.random.Generator,
    settings: ViewSettings | None = None,
    texture: NDArray[np.uint8] | None = None,
) -> GarmentInfo:
    """All that a shard keeps of a garment.

    Args:
        texture: (512, 384, 3) uint8 sRGB, an outfit's own cloth in the flat frame, if it has one.
    """
    s = settings or ViewSettings()
    mesh = wearable.mesh
    frame = FlatFrame.fit(mesh.flat)
    front, back = side_maps(mesh, frame)
    views = tuple(draw_view(wearable, kind, renderer, model, rng, s) for kind in s.kinds)
    return GarmentInfo(
        mesh.id, mesh.category, mesh.label, frame.px_per_m, dict(mesh.attributes), frame.landmarks(mesh),
        frame.features(mesh), front, back, views, mesh.open_front, texture,
    )  # fmt: skip


def _square_on(points: F64, rng: np.random.Generator, s: ViewSettings) -> OrthoCamera:
    """Straight onto a garment that lies or hangs."""
    h, w = NATIVE
    low, high = points.min(0), points.max(0)
    wide, tall = max(high[0] - low[0], 1e-3), max(high[2] - low[2], 1e-3)
    scale = rng.uniform(*s.fill) * min(w / wide, h / tall)
    free = np.array([w / scale - wide, h / scale - tall]) / 2
    off = free * rng.uniform(-s.shift, s.shift, 2)
    middle = 0.5 * (low + high)
    return OrthoCamera.facing(float(scale), (float(middle[0] + off[0]), float(middle[1]), float(middle[2] + off[1])))


def _portrait(points: F64, rng: np.random.Generator, s: ViewSettings) -> PhotoCamera:
    """From the front, far away, at the height of the garment's middle."""
    h, w = NATIVE
    low, high = points.min(0), points.max(0)
    middle = 0.5 * (low + high)
    distance = rng.uniform(*s.ghost_distance_m)
    turn = np.radians(rng.normal(0, s.ghost_turn_deg))
    eye = middle + distance * np.array([np.sin(turn), -np.cos(turn), rng.normal(0.03, 0.04)])
    first = PhotoCamera(_three(eye), look_at(eye, middle), float(distance * h / 2))
    px = first.project(points)[:, :2]
    extent = np.ptp(px, axis=0)
    zoom = rng.uniform(*s.fill) * min(w / extent[0], h / extent[1])
    centre = np.array(first.centre_px)
    wanted = centre + (np.array([w, h]) - zoom * extent) / 2 * rng.uniform(-s.shift, s.shift, 2)
    place = centre + zoom * (0.5 * (px.min(0) + px.max(0)) - centre)
    moved = centre + wanted - place
    return PhotoCamera(
        first.eye, first.axes, first.focal_px * float(zoom), (float(moved[0]), float(moved[1])), far_m=distance + 4
    )


def _three(values: F64) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])
