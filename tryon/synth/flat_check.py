"""Do flat pictures and flow agree? Round trips: view to flat frame and back, worn garment to view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tryon.synth.bodies import Body, BodyModel
from tryon.synth.camera import OrthoCamera
from tryon.synth.flat_frame import FlatFrame, fill_triangles
from tryon.synth.flat_views import ViewSettings, garment_info
from tryon.synth.flatten import spread_body
from tryon.synth.flows import bilinear, outer_front, sample_grid
from tryon.synth.garment_mesh import F64, I64, PART, Fit, GarmentMesh, Wearable
from tryon.synth.layers import LayerRenderer
from tryon.synth.record import NATIVE, FlatView

F32 = NDArray[np.float32]
Bools = NDArray[np.bool_]
HIDDEN_PX = 12.0  # flat pixels: further off, another layer of cloth lies before the point in the view


@dataclass(frozen=True)
class FlatQuality:
    """How well a garment was pressed flat.

    flipped: share of the area that is turned over. overlap: share of the front (collar and hood apart, which
    lie over it) that lies under other cloth of the front. stretch: median and 95th percentile of the
    edges' relative change of length.
    """

    flipped: float
    overlap: float
    stretch: float
    stretch_95: float


def flat_quality(
    points: F64, faces: I64, flat: F64, front: Bools, part: NDArray[np.uint8] | None = None
) -> FlatQuality:
    """Compare the flat shape (N, 2) with the surface (N, 3) it was made from. part: (F,), to leave collars out."""
    corner = flat[faces]
    p, q = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = -(p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]) * np.where(front, 1, -1)
    after = np.linalg.norm(corner - corner[:, [1, 2, 0]], axis=2)
    before = np.linalg.norm(points[faces] - points[faces[:, [1, 2, 0]]], axis=2)
    change = np.abs(after / np.maximum(before, 1e-6) - 1)
    flipped = float(-area[area < 0].sum() / np.abs(area).sum())
    trunk = front if part is None else front & ~np.isin(part, [PART["collar"], PART["hood"]])
    frame = FlatFrame.fit(flat)
    drawn = fill_triangles(frame.to_px(flat)[faces[trunk]], np.ones((int(trunk.sum()), 1)), frame.size)[1].sum()
    overlap = 1 - drawn / frame.px_per_m**2 / (0.5 * np.abs(area[trunk]).sum())
    return FlatQuality(flipped, float(overlap), float(np.median(change)), float(np.percentile(change, 95)))


def view_errors(view: FlatView) -> F64:
    """Pixels by which view -> flat -> view misses, (M,), over the view's front."""
    rows, cols = np.nonzero(outer_front(view.half_part))
    back = sample_grid(view.from_flat, view.flat_px[rows, cols])
    return np.hypot(back[:, 0] - cols, back[:, 1] - rows)


def worn_errors(flat_px: F32, part: NDArray[np.uint8], view: FlatView) -> tuple[F64, float]:
    """Pixels by which a worn garment's points are missed in a view, (M,), and the share of points hidden there.

    Each worn pixel is looked up in the view; the flat coordinate that was drawn there must be its own.
    """
    source = flat_px[outer_front(part)]
    at = sample_grid(view.from_flat, source)
    shown = outer_front(view.half_part)
    solid = cv2.erode(shown.astype(np.uint8), np.ones((2, 2), np.uint8), anchor=(0, 0)) > 0
    low = np.floor(at).astype(int)
    h, w = shown.shape
    inside = (low >= 0).all(1) & (low[:, 0] < w - 1) & (low[:, 1] < h - 1)
    source, at, low = source[inside], at[inside], low[inside]
    there = solid[low[:, 1], low[:, 0]]
    source, at, low = source[there], at[there], low[there]
    found = bilinear(view.flat_px, at)
    # flat pixels to the view's: by how far neighbours lie apart in both
    step = np.linalg.norm(view.flat_px[low[:, 1], low[:, 0] + 1] - view.flat_px[low[:, 1], low[:, 0]], axis=1)
    step = max(float(np.median(step)), 1e-6)
    miss = np.linalg.norm(found - source, axis=1)
    hidden = miss > HIDDEN_PX
    return miss[~hidden] / step, float(hidden.mean()) if len(hidden) else 0.0


def front_camera(points: F64, fill: float = 0.9) -> OrthoCamera:
    """From the front, so that points (N, 3) fill a share of the frame."""
    h, w = NATIVE
    low, high = points.min(0), points.max(0)
    scale = fill * min(w / (high[0] - low[0]), h / (high[2] - low[2]))
    x, y, z = 0.5 * (low + high)
    return OrthoCamera.facing(float(scale), (float(x), float(y), float(z)))


@dataclass(frozen=True)
class RoundTrip:
    """Of one garment: errors in half-frame pixels, median and 95th percentile by view kind and for worn to view."""

    id: str
    quality: FlatQuality
    views: dict[str, tuple[float, float]]
    worn: dict[str, tuple[float, float]]
    hidden: dict[str, float]


def round_trip(
    wearable: Wearable, body: Body, renderer: LayerRenderer, model: BodyModel, rng: np.random.Generator
) -> RoundTrip:
    """Draw a garment's views and the garment on a body, and measure what flow loses between them."""
    mesh: GarmentMesh = wearable.mesh
    info = garment_info(wearable, renderer, model, rng, ViewSettings())
    worn = wearable.wear(body, Fit()).points
    drawn = renderer.draw_flat(mesh, worn, front_camera(worn), FlatFrame.fit(mesh.flat).affine())
    summary = lambda e: (float(np.median(e)), float(np.percentile(e, 95)))  # noqa: E731
    views: dict[str, tuple[float, float]] = {}
    back: dict[str, tuple[float, float]] = {}
    hidden: dict[str, float] = {}
    for view in info.views:
        views[view.kind] = summary(view_errors(view))
        errors, hidden[view.kind] = worn_errors(drawn.flat_px, drawn.half_part, view)
        back[view.kind] = summary(errors)
    # a design says not on which of the average bodies it was laid flat: the one that fits best
    worn_flat = (wearable.wear(spread_body(model, sex), Fit()).points for sex in (0.0, 0.5, 1.0))
    tried = [flat_quality(p, mesh.faces, mesh.flat, mesh.front, mesh.part) for p in worn_flat]
    quality = min(tried, key=lambda q: q.stretch)
    return RoundTrip(mesh.id, quality, views, back, hidden)


def round_trip_table(
    wearables: Sequence[Wearable], body: Body, renderer: LayerRenderer, model: BodyModel, seed: int = 0
) -> str:
    """A line of figures for each garment, and the worst of each column."""
    lines, rows = [], []
    for number, wearable in enumerate(wearables):
        trip = round_trip(wearable, body, renderer, model, np.random.default_rng([seed, number]))
        q = trip.quality
        row = [100 * q.flipped, 100 * q.overlap, 100 * q.stretch]
        for kind in trip.views:
            row += [*trip.views[kind], *trip.worn[kind]]
        rows.append(row)
        lines.append(f"{trip.id[:28]:28s} " + " ".join(f"{v:6.2f}" for v in row))
    head = "flipped%, overlap%, stretch% (median), then for each view: view median, 95%, worn to view median, 95% (px)"
    total = np.array(rows)
    for name, row in (
        ("median of garments", np.median(total, 0)),
        ("90% of garments", np.percentile(total, 90, 0)),
        ("worst garment", total.max(0)),
    ):
        lines.append(f"{name:28s} " + " ".join(f"{v:6.2f}" for v in row))
    return "\n".join([head, *lines])
